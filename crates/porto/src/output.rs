//! Results on stdout: one JSON document, or lines for people.

use crate::failure::Failure;
use serde::Serialize;
use std::io::{self, Write};

/// Prints one JSON document on a line of its own.
pub fn json(document: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(document).map_err(Failure::refused)?;
    line(&text)
}

/// Prints a line. A reader that has gone away is no error worth a message of its own.
pub fn line(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::refused(error)),
        _ => Ok(()),
    }
}
