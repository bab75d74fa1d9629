//! Reading and making what the settings name.
//!
//! What always holds: no text is read without a bound.

use super::ConfigurationFault;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

/// No settings file and no rate table is longer.
const TEXT_BYTES_MAX: u64 = 1 << 20;

/// A text of bounded length.
pub fn read_text(path: &Path) -> Result<String, ConfigurationFault> {
    let failed = |source| ConfigurationFault::File { path: path.into(), source };
    let mut text = String::new();
    File::open(path).map_err(failed)?.take(TEXT_BYTES_MAX).read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// A folder, where it is not there yet.
pub(super) fn make_folder(path: &Path) -> Result<(), ConfigurationFault> {
    fs::create_dir_all(path).map_err(|source| ConfigurationFault::File { path: path.into(), source })
}
