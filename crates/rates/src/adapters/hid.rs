//! A USB scale that shows itself as a scale and not as a line: the kernel hands its reports on one by one.
//!
//! What always holds: a report that was sent before the scale was asked for is never taken for what it shows now. A
//! scale that is plugged in again is found again.

use crate::scale::hid::{REPORT_BYTES, understand};
use crate::{Reading, Scale, ScaleFault};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FlockOperation, Mode, OFlags, flock};
use rustix::io::{Errno, read, retry_on_intr};
use std::io::ErrorKind;
use std::os::fd::OwnedFd;

/// How long the next report may take. Scales send several a second.
const SHOW: Timespec = Timespec { tv_sec: 2, tv_nsec: 0 };
/// How many reports the kernel keeps at most, and more.
const KEPT_MAX: usize = 4096;

/// Such a scale, which nobody else reads.
#[derive(Debug)]
pub(super) struct HidScale {
    device: String,
    /// Nothing after a fault, until it is opened anew.
    file: Option<OwnedFd>,
}

impl HidScale {
    /// The scale at this device, which must be there.
    pub fn open(device: &str) -> Result<HidScale, ScaleFault> {
        Ok(HidScale { device: device.into(), file: Some(open(device)?) })
    }
}

impl Scale for HidScale {
    fn weigh(&mut self) -> Result<Reading, ScaleFault> {
        let file = match self.file.take() {
            Some(file) => file,
            None => open(&self.device)?,
        };
        let report = next(&file)?;
        self.file = Some(file);
        understand(report)
    }

    /// Few of these scales can be told; all have a key for it.
    fn zero(&mut self) -> Result<(), ScaleFault> {
        Err(ScaleFault::Refused)
    }

    fn tare(&mut self) -> Result<(), ScaleFault> {
        Err(ScaleFault::Refused)
    }
}

fn open(device: &str) -> Result<OwnedFd, ScaleFault> {
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::open(device, flags, Mode::empty());
    let file = file.and_then(|file| flock(&file, FlockOperation::NonBlockingLockExclusive).map(|()| file));
    file.map_err(|error| ScaleFault::Device(device.into(), error.into()))
}

/// The next report that the scale sends from now on.
fn next(file: &OwnedFd) -> Result<[u8; REPORT_BYTES], ScaleFault> {
    let mut kept = 0;
    while take(file)?.is_some() {
        kept += 1;
        if kept > KEPT_MAX {
            return Err(ScaleFault::Garbled);
        }
    }
    let mut waited = [PollFd::new(file, PollFlags::IN)];
    match retry_on_intr(|| poll(&mut waited, Some(&SHOW))) {
        Ok(0) => Err(ScaleFault::Silent),
        Ok(_) => take(file)?.ok_or(ScaleFault::Silent),
        Err(error) => Err(ScaleFault::Unplugged(error.into())),
    }
}

/// A report that is there. Each read gives one, never a part of another.
fn take(file: &OwnedFd) -> Result<Option<[u8; REPORT_BYTES]>, ScaleFault> {
    let mut report = [0; REPORT_BYTES];
    match retry_on_intr(|| read(file, &mut report)) {
        Ok(REPORT_BYTES) => Ok(Some(report)),
        Ok(0) => Err(ScaleFault::Unplugged(ErrorKind::UnexpectedEof.into())),
        Ok(_) => Err(ScaleFault::Garbled),
        Err(Errno::AGAIN) => Ok(None),
        Err(error) => Err(ScaleFault::Unplugged(error.into())),
    }
}
