//! What notices that a computer's housing is opened, where it has something that does.
//!
//! What always holds: an opening that was seen is told until the sensors are armed again; a sensor that cannot be
//! read is a fault of a part and never an opening, and never hides an opening that another one saw. What is told
//! here decides nothing: the device does (EP 0 660 269, [48]-[57]).
//!
//! | place | a sensor that |
//! |---|---|
//! | `hwmon` or `hwmon:FOLDER` | is the board's own chassis contact, kept by its monitoring chip with the power off |
//! | `gpio:CHIP:LINE:LEVEL` | is a contact on a line; `LEVEL` (`high`, `low`) means open; blind while the machine is off |
//! | `switch:FILE` | stands for one in a trial: the housing is open while the file exists |

mod chassis;
mod line;
mod switch;

pub use chassis::Chassis;
pub use line::Line;
pub use switch::TestSwitch;

use psd::{PartFault, Sensor};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::str::FromStr;

/// The folder of the monitoring chips.
const HWMON: &str = "/sys/class/hwmon";

/// The sensors of one housing, asked together. None at all is a computer without a sensor.
#[derive(Debug, Default)]
pub struct Sensors(Vec<(SensorPlace, OneSensor)>);

/// One sensor of any kind.
#[derive(Debug)]
enum OneSensor {
    Chassis(Chassis),
    Line(Line),
    TestSwitch(TestSwitch),
}

/// A sensor could not be taken into use.
#[derive(Debug, thiserror::Error)]
#[error("the sensor {place} cannot be used: {source}")]
pub struct SensorError {
    place: SensorPlace,
    source: io::Error,
}

impl Sensors {
    /// Takes the sensors at these places into use.
    pub fn open(places: &[SensorPlace]) -> Result<Sensors, SensorError> {
        let open = |place: &SensorPlace| match OneSensor::open(place) {
            Ok(sensor) => Ok((place.clone(), sensor)),
            Err(source) => Err(SensorError { place: place.clone(), source }),
        };
        places.iter().map(open).collect::<Result<_, _>>().map(Sensors)
    }

    /// Where its sensors are.
    pub fn places(&self) -> impl Iterator<Item = &SensorPlace> {
        self.0.iter().map(|(place, _)| place)
    }
}

impl Sensor for Sensors {
    fn was_opened(&mut self) -> Result<bool, PartFault> {
        // Every one is asked, so that each takes note of what it sees now.
        let seen: Vec<_> = self.0.iter_mut().map(|(_, sensor)| sensor.as_sensor().was_opened()).collect();
        if seen.contains(&Ok(true)) {
            return Ok(true);
        }
        seen.into_iter().try_fold(false, |opened, one| Ok(opened || one?))
    }

    fn arm(&mut self) -> Result<(), PartFault> {
        let armed: Vec<_> = self.0.iter_mut().map(|(_, sensor)| sensor.as_sensor().arm()).collect();
        armed.into_iter().collect()
    }
}

impl OneSensor {
    fn open(place: &SensorPlace) -> io::Result<OneSensor> {
        match place {
            SensorPlace::Chassis(folder) => Chassis::open(folder).map(OneSensor::Chassis),
            SensorPlace::Line { chip, line, open_level } => {
                Line::open(chip, *line, *open_level).map(OneSensor::Line)
            }
            SensorPlace::TestSwitch(file) => Ok(OneSensor::TestSwitch(TestSwitch::new(file.clone()))),
        }
    }

    fn as_sensor(&mut self) -> &mut dyn Sensor {
        match self {
            OneSensor::Chassis(sensor) => sensor,
            OneSensor::Line(sensor) => sensor,
            OneSensor::TestSwitch(sensor) => sensor,
        }
    }
}

/// Where a sensor is, as a user writes it: `hwmon`, `gpio:/dev/gpiochip0:17:high`, `switch:/run/open`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SensorPlace {
    /// The chassis contacts of the monitoring chips in this folder.
    Chassis(PathBuf),
    /// A line of a GPIO chip.
    Line {
        /// The chip's device file.
        chip: PathBuf,
        /// The line's offset on it.
        line: u32,
        /// What the line shows while the housing is open.
        open_level: Level,
    },
    /// A file that exists while the housing counts as open.
    TestSwitch(PathBuf),
}

/// The electric level of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The higher one.
    High,
    /// The lower one.
    Low,
}

/// A text that names no place of a sensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sensor is hwmon, hwmon:FOLDER, gpio:CHIP:LINE:high, gpio:CHIP:LINE:low, or switch:FILE")]
pub struct NoSensorPlace;

impl FromStr for SensorPlace {
    type Err = NoSensorPlace;

    fn from_str(text: &str) -> Result<SensorPlace, NoSensorPlace> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match (kind, rest) {
            ("hwmon", "") if !text.contains(':') => Ok(SensorPlace::Chassis(HWMON.into())),
            (_, "") => Err(NoSensorPlace),
            ("hwmon", folder) => Ok(SensorPlace::Chassis(folder.into())),
            ("switch", file) => Ok(SensorPlace::TestSwitch(file.into())),
            ("gpio", line) => line_place(line).ok_or(NoSensorPlace),
            _ => Err(NoSensorPlace),
        }
    }
}

/// `CHIP:LINE:LEVEL`; the chip's path may hold colons.
fn line_place(text: &str) -> Option<SensorPlace> {
    let mut parts = text.rsplitn(3, ':');
    let open_level = match parts.next()? {
        "high" => Level::High,
        "low" => Level::Low,
        _ => return None,
    };
    let line = parts.next()?.parse().ok()?;
    let chip = parts.next().filter(|chip| !chip.is_empty())?;
    Some(SensorPlace::Line { chip: chip.into(), line, open_level })
}

impl fmt::Display for SensorPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SensorPlace::Chassis(folder) => write!(f, "hwmon:{}", folder.display()),
            SensorPlace::Line { chip, line, open_level } => {
                let level = if *open_level == Level::High { "high" } else { "low" };
                write!(f, "gpio:{}:{line}:{level}", chip.display())
            }
            SensorPlace::TestSwitch(file) => write!(f, "switch:{}", file.display()),
        }
    }
}
