//! Files from outside: bounded in size, parsed into types, refused with one sentence.

use crate::failure::Failure;
use imprint::numbers::Profile;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// No document is longer than this.
const DOCUMENT_BYTES_MAX: u64 = 64 << 20;

/// The bytes of a file, at most `limit` of them.
pub fn bytes(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| Failure::usage(format!("cannot read {}: {error}", path.display()));
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limit {
        return Err(Failure::usage(format!("{} is longer than {limit} bytes", path.display())));
    }
    Ok(bytes)
}

/// The JSON document in a file; `what` names it in the error.
pub fn json<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Failure> {
    let bytes = bytes(path, DOCUMENT_BYTES_MAX)?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Failure::usage(format!("{} is no {what}: {error}", path.display())))
}

/// The built-in profile of this name, or the one in the file of this name.
pub fn profile(name: &str) -> Result<Profile, Failure> {
    match Profile::named(name) {
        Ok(profile) => Ok(profile),
        Err(_) if Path::new(name).exists() => json(Path::new(name), "profile"),
        Err(error) => Err(Failure::usage(format!("{error}, or a profile file"))),
    }
}
