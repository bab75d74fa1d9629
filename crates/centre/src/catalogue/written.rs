//! How serial numbers and references are written in JSON: as in an address, so that one can be put into the other.

use crate::deposits::CustomerReference;
use serde::Serializer;
use terms::Serial;

/// `00001234`
pub(super) fn serial<S: Serializer>(serial: &Serial, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(serial)
}

/// A serial number, if there is one.
pub(super) fn maybe_serial<S: Serializer>(serial: &Option<Serial>, to: S) -> Result<S::Ok, S::Error> {
    match serial {
        Some(serial) => to.collect_str(serial),
        None => to.serialize_none(),
    }
}

/// `RF54000000001234`: the standard's form for machines, which has no blanks.
pub(super) fn customer<S: Serializer>(customer: &CustomerReference, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&plain(*customer))
}

/// A customer, if there is one.
pub(super) fn maybe_customer<S: Serializer>(
    customer: &Option<CustomerReference>,
    to: S,
) -> Result<S::Ok, S::Error> {
    match customer {
        Some(customer) => to.serialize_str(&plain(*customer)),
        None => to.serialize_none(),
    }
}

fn plain(customer: CustomerReference) -> String {
    customer.to_string().replace(' ', "")
}
