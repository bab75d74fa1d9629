//! A switch for trials: the housing counts as open while a file exists. It guards nothing, since whoever can remove
//! the file can close the housing.

use psd::{PartFault, Sensor};
use std::path::PathBuf;

/// A file that stands for a contact.
#[derive(Debug)]
pub struct TestSwitch {
    file: PathBuf,
    was_opened: bool,
}

impl TestSwitch {
    /// The switch that is open while this file exists.
    pub fn new(file: PathBuf) -> TestSwitch {
        TestSwitch { file, was_opened: false }
    }
}

impl Sensor for TestSwitch {
    fn was_opened(&mut self) -> Result<bool, PartFault> {
        if !self.was_opened {
            self.was_opened = self.file.try_exists().map_err(|_| PartFault)?;
        }
        Ok(self.was_opened)
    }

    fn arm(&mut self) -> Result<(), PartFault> {
        self.was_opened = false;
        Ok(())
    }
}
