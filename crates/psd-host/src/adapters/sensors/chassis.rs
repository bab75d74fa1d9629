//! The chassis contact of a computer's board, as Linux shows it: `hwmonN/intrusionN_alarm`, `1` once the housing was
//! opened. The monitoring chip keeps the alarm, with most chips on the board's battery while the power is off, until
//! `0` is written (Linux, Documentation/hwmon/sysfs-interface.rst).
//!
//! The files are opened once, for reading and writing: who may not clear an alarm may not watch it either, since it
//! could never be armed.

use psd::{PartFault, Sensor};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// All chassis contacts that the monitoring chips of a computer have.
#[derive(Debug)]
pub struct Chassis(Vec<File>);

impl Chassis {
    /// Takes the contacts into use that are found in this folder, `/sys/class/hwmon` on a real machine. None is an
    /// error: a machine without one is run without this sensor.
    pub fn open(folder: &Path) -> io::Result<Chassis> {
        let mut alarms = Vec::new();
        for chip in fs::read_dir(folder)? {
            // What is no folder is no chip, and a chip may vanish while it is looked at.
            let Ok(files) = fs::read_dir(chip?.path()) else { continue };
            for file in files {
                let file = file?;
                if file.file_name().to_str().is_some_and(is_alarm) {
                    alarms.push(OpenOptions::new().read(true).write(true).open(file.path())?);
                }
            }
        }
        let none = || io::Error::new(ErrorKind::NotFound, "no monitoring chip has a chassis contact");
        if alarms.is_empty() { Err(none()) } else { Ok(Chassis(alarms)) }
    }
}

/// Whether a file is an alarm by its name: `intrusion0_alarm` and so on.
fn is_alarm(name: &str) -> bool {
    let number = name.strip_prefix("intrusion").and_then(|rest| rest.strip_suffix("_alarm"));
    number.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Sensor for Chassis {
    fn was_opened(&mut self) -> Result<bool, PartFault> {
        let seen: Vec<_> = self.0.iter().map(alarm).collect();
        if seen.contains(&Ok(true)) {
            return Ok(true);
        }
        seen.into_iter().try_fold(false, |opened, one| Ok(opened || one?))
    }

    fn arm(&mut self) -> Result<(), PartFault> {
        self.0.iter().try_for_each(|alarm| alarm.write_all_at(b"0\n", 0).map_err(|_| PartFault))
    }
}

/// What the file says now. Reading from its beginning makes the kernel ask the chip again.
fn alarm(file: &File) -> Result<bool, PartFault> {
    let mut text = [0; 8];
    let length = file.read_at(&mut text, 0).map_err(|_| PartFault)?;
    match text.get(..length).unwrap_or_default().trim_ascii() {
        b"0" => Ok(false),
        b"1" => Ok(true),
        _ => Err(PartFault),
    }
}
