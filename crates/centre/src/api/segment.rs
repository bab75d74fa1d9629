//! What an address names between its slashes.

use super::fault::ApiFault;
use crate::deposits::CustomerReference;
use crate::people::Name;
use axum::http::StatusCode;
use terms::Serial;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// What an address names: one thing, or none.
pub(super) trait Segment: Sized + Send {
    /// The parameters in the description.
    fn parameters() -> Vec<Parameter>;

    /// What this text of the address names.
    fn of(text: &str) -> Result<Self, ApiFault>;
}

impl Segment for () {
    fn parameters() -> Vec<Parameter> {
        Vec::new()
    }

    fn of(_: &str) -> Result<(), ApiFault> {
        Ok(())
    }
}

impl Segment for Serial {
    fn parameters() -> Vec<Parameter> {
        vec![parameter("serial", "The meter's serial number.", "00001234")]
    }

    fn of(text: &str) -> Result<Serial, ApiFault> {
        text.parse().map_err(|error| malformed("serial", error))
    }
}

impl Segment for CustomerReference {
    fn parameters() -> Vec<Parameter> {
        vec![parameter("reference", "The customer's reference.", "RF54000000001234")]
    }

    fn of(text: &str) -> Result<CustomerReference, ApiFault> {
        text.parse().map_err(|error| malformed("reference", error))
    }
}

/// The number of a claim for spoiled imprints.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClaimNumber(pub(super) u64);

impl Segment for ClaimNumber {
    fn parameters() -> Vec<Parameter> {
        vec![parameter("claim", "The claim's number.", "12")]
    }

    fn of(text: &str) -> Result<ClaimNumber, ApiFault> {
        let number = text.parse::<u64>().ok().filter(|number| i64::try_from(*number).is_ok());
        number.map(ClaimNumber).ok_or_else(|| malformed("claim", "a claim's number has digits alone"))
    }
}

impl Segment for Name {
    fn parameters() -> Vec<Parameter> {
        vec![parameter("name", "The person's or token's name.", "anna")]
    }

    fn of(text: &str) -> Result<Name, ApiFault> {
        text.parse().map_err(|error| malformed("name", error))
    }
}

fn malformed(code: &'static str, error: impl std::fmt::Display) -> ApiFault {
    ApiFault::new(StatusCode::BAD_REQUEST, code, error.to_string())
}

fn parameter(name: &str, description: &str, example: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .example(Some(example.into()))
        .build()
}
