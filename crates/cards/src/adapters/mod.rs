//! Readers: drawn, and those of the system's PC/SC service.

pub(crate) mod drawn;
#[cfg(feature = "pcsc")]
pub(crate) mod pcsc;
