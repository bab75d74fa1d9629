//! What touches the world: the serial line to a scale, the reports of a USB scale, and the wait for it to come to rest.

mod hid;
mod serial;

use crate::scale::Manner;
use crate::{Reading, Scale, ScaleAddress, ScaleFault};
use std::thread;
use std::time::{Duration, Instant};

impl ScaleAddress {
    /// The scale at this address, which must be there.
    pub fn open(&self) -> Result<Box<dyn Scale + Send>, ScaleFault> {
        Ok(match self.manner {
            Manner::Asked(line) => Box::new(serial::SerialScale::open(&self.device, line)?),
            Manner::Reports => Box::new(hid::HidScale::open(&self.device)?),
        })
    }
}

/// How long a scale is left alone before it is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// What a scale shows once it has come to rest, within this time and the time of one answer.
pub fn settled(scale: &mut dyn Scale, limit: Duration) -> Result<Reading, ScaleFault> {
    let begin = Instant::now();
    loop {
        let fault = match scale.weigh() {
            Ok(reading) if reading.is_stable => return Ok(reading),
            Ok(_) => ScaleFault::Restless,
            Err(ScaleFault::Busy) => ScaleFault::Busy,
            Err(fault) => return Err(fault),
        };
        let Some(left) = limit.checked_sub(begin.elapsed()) else { return Err(fault) };
        thread::sleep(left.min(PAUSE));
    }
}
