//! The codeword in a file of its own, where a computer has nothing better. A file is not lost when a housing is
//! opened: the device loses it by itself when its sensor tells of an opening.

use super::files;
use psd::{Codeword, PartFault, TamperMemory};
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// A file that holds the codeword, or does not exist.
#[derive(Debug)]
pub struct TamperFile(PathBuf);

impl TamperFile {
    /// The tamper memory in this file.
    pub fn new(path: PathBuf) -> TamperFile {
        TamperFile(path)
    }
}

impl TamperMemory for TamperFile {
    fn codeword(&mut self) -> Result<Option<Codeword>, PartFault> {
        match fs::metadata(&self.0) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(PartFault),
            Ok(_) => {}
        }
        let content = files::read_bounded(&self.0, Codeword::BYTES as u64).map_err(|_| PartFault)?;
        Ok(content.as_slice().try_into().ok().map(Codeword::new))
    }

    fn keep_codeword(&mut self, codeword: &Codeword) -> Result<(), PartFault> {
        files::replace(&self.0, codeword.bytes()).map_err(|_| PartFault)
    }

    fn lose_codeword(&mut self) -> Result<(), PartFault> {
        match fs::remove_file(&self.0) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(PartFault),
            _ => files::sync_folder(&self.0).map_err(|_| PartFault),
        }
    }
}
