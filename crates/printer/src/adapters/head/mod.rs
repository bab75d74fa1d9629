//! A simulated print head with motor, encoder, clock and letter sensors, a feeder before it and a stacker after it
//! (DE 197 57 648, Fig. 2 and 4; EP 0 660 269, paragraphs 107 to 110; EP 0 660 270, step 470).
//!
//! What always holds: columns are loaded one by one, changing windows embedded on the way, and each is printed at its
//! encoder pulse; nothing is printed before a letter's leading edge is at the sensor; the print offset is path without
//! printing; whatever stopped a print, what was counted of it is told. Time is simulated and is handed out with each
//! step, so a hook may let it pass for real.

mod mechanism;
mod motion;

pub use mechanism::{Feeder, Mechanism, Situation, Stacker};

use crate::picture::Sheet;
use crate::{Imprint, Job, JobName, PrintFault, Printed, Printer, Reason, State, Station, Stations, Warning};
use imprint::picture::Bitmap;
use imprint::picture::layout::DOTS;
use motion::Motion;
use paper::{Envelope, Offset, PageError};
use std::fmt;
use std::ops::ControlFlow;

/// Columns of paper from the sensor that makes the head ready to the one that requests the print (17 and 7).
const SENSOR_PATH: u32 = 240;
/// Columns from the sensor that requests the print to the head.
const HEAD_PATH: u32 = 120;
/// The motor is corrected within these thousandths of its own speed.
const MOTOR_PERMILLE: std::ops::RangeInclusive<i64> = 500..=2000;

/// How fast the machine is built to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drive {
    /// Columns, and encoder pulses, in a second.
    pub columns_per_second: u32,
    /// Clocks of the quartz in a second.
    pub clocks_per_second: u32,
}

impl Default for Drive {
    /// What the security device expects unless it is set otherwise.
    fn default() -> Drive {
        Drive { columns_per_second: 1000, clocks_per_second: 1_000_000 }
    }
}

/// One step of a letter through the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// When it happens, in microseconds of simulated time.
    pub at_us: u64,
    /// What happens.
    pub step: Step,
}

/// What happens to a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The feeder has separated it from its pile.
    Separated,
    /// It reaches the sensor that makes the head ready.
    Expected,
    /// Its leading edge reaches the sensor that requests the print.
    Requested,
    /// The print offset has gone by; printing begins.
    PathEnded,
    /// This column is on paper, counted from 0.
    Column(u32),
    /// It has left the head.
    Ejected,
    /// It lies in the stacker.
    Stacked,
}

/// A letter as it comes out of the machine.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The job printed on it.
    pub name: JobName,
    /// Its size.
    pub envelope: Envelope,
    /// How far the imprint is moved on it.
    pub offset: Offset,
    /// The columns that are on it; white where the print had stopped.
    pub bitmap: Bitmap,
    /// How many columns are on it.
    pub columns: u32,
}

/// Takes the letters that come out.
pub type Tray = Box<dyn FnMut(Letter) + Send>;
/// Is told of every step.
pub type Pace = Box<dyn FnMut(Moment) + Send>;

/// A simulated print head with all that belongs to it.
pub struct Head {
    drive: Drive,
    mechanism: Mechanism,
    tray: Tray,
    pace: Pace,
    motor_permille: u32,
    now_ns: u64,
}

impl Head {
    /// A head in this mechanism, whose letters go to `tray`.
    pub fn new(drive: Drive, mechanism: Mechanism, tray: Tray) -> Head {
        Head { drive, mechanism, tray, pace: Box::new(|_| {}), motor_permille: 1000, now_ns: 0 }
    }

    /// Tells `pace` of every step when it happens: a hook that sleeps lets the machine run in real time.
    pub fn with_pace(self, pace: Pace) -> Head {
        Head { pace, ..self }
    }

    fn tell(&mut self, motion: &Motion, step: Step) {
        self.now_ns = motion.now_ns();
        (self.pace)(Moment { at_us: self.now_ns / 1000, step });
    }

    fn motion(&self) -> Motion {
        let slowed_permille = self.mechanism.change(|situation| situation.slowed_permille);
        Motion::start(self.drive, self.now_ns, self.motor_permille, slowed_permille)
    }

    /// Prints on the letter at the sensor.
    fn run(&mut self, job: &Job, path: u32) -> Result<Printed, PrintFault> {
        let mut motion = self.motion();
        let imprint = &job.imprint;
        if !motion.moves() {
            motion.open_window(imprint.columns(), changing_columns(imprint));
            let supervision = Some(motion.close_window(false));
            self.now_ns = motion.now_ns();
            return Err(PrintFault::Stopped { columns: 0, reason: Reason::Standstill, supervision });
        }
        motion.travel(HEAD_PATH + path);
        self.tell(&motion, Step::PathEnded);
        motion.open_window(imprint.columns(), changing_columns(imprint));
        let jams_at = self.mechanism.change(|situation| {
            situation.at_sensor = false;
            situation.jams_at.take()
        });
        let mut sheet = Sheet::new(imprint.dots(), imprint.columns());
        let stopped = imprint.load(|register| {
            let column = sheet.printed();
            if jams_at == Some(column) {
                return ControlFlow::Break(());
            }
            motion.next_column(imprint.is_changing(column));
            sheet.print(register);
            self.tell(&motion, Step::Column(column));
            ControlFlow::Continue(())
        });
        let supervision = Some(motion.close_window(stopped.is_continue()));
        let columns = sheet.printed();
        (self.tray)(Letter {
            name: job.name.clone(),
            envelope: job.envelope,
            offset: job.offset,
            bitmap: sheet.bitmap(),
            columns,
        });
        if stopped.is_break() {
            self.now_ns = motion.now_ns();
            self.mechanism.change(|situation| situation.jam = Some(Station::Printer));
            return Err(PrintFault::Stopped { columns, reason: Reason::Jam(Station::Printer), supervision });
        }
        self.tell(&motion, Step::Ejected);
        if job.stations.stacker && self.mechanism.change(Situation::stack) {
            self.tell(&motion, Step::Stacked);
        }
        Ok(Printed { supervision })
    }
}

impl Printer for Head {
    fn next_letter(&mut self, stations: Stations) -> Result<bool, Reason> {
        let was_separated = self.mechanism.change(|situation| {
            if let Some(station) = situation.jam {
                return Err(Reason::Jam(station));
            }
            situation.check_stacker(stations.stacker)?;
            let separates = stations.feeder && !situation.inserted && !situation.at_sensor;
            if separates {
                situation.separate()?;
            }
            Ok(separates)
        })?;
        let mut motion = self.motion();
        if was_separated {
            self.tell(&motion, Step::Separated);
        }
        if self.mechanism.change(|situation| std::mem::take(&mut situation.inserted)) {
            if !motion.moves() {
                self.mechanism.insert_letter();
                return Err(Reason::Standstill);
            }
            self.tell(&motion, Step::Expected);
            motion.travel(SENSOR_PATH);
            self.mechanism.change(|situation| situation.at_sensor = true);
            self.tell(&motion, Step::Requested);
        }
        Ok(self.mechanism.change(|situation| situation.at_sensor))
    }

    fn print(&mut self, job: &Job) -> Result<Printed, PrintFault> {
        let path = path_columns(job)?;
        if !self.next_letter(job.stations)? {
            return Err(Reason::NoLetter.into());
        }
        self.run(job, path)
    }

    /// Paper does not come back: only somebody who looks at the letters knows.
    fn has_printed(&mut self, _: &JobName) -> Result<Option<bool>, Reason> {
        Ok(None)
    }

    fn state(&mut self) -> State {
        self.mechanism.change(|situation| {
            let is_empty = situation.feeder.as_ref().is_some_and(|feeder| feeder.letters == 0);
            let is_full = situation.stacker.as_ref().is_some_and(|stacker| stacker.room == 0);
            let warnings = [(is_empty, Warning::FeederEmpty), (is_full, Warning::StackerFull)];
            State {
                stopped: situation.jam.map(Reason::Jam),
                warnings: warnings.into_iter().filter_map(|(is, warning)| is.then_some(warning)).collect(),
            }
        })
    }

    fn correct_motor(&mut self, motor_permille: i16) {
        let corrected = i64::from(self.motor_permille) * (1000 + i64::from(motor_permille)) / 1000;
        let corrected = corrected.clamp(*MOTOR_PERMILLE.start(), *MOTOR_PERMILLE.end());
        self.motor_permille = u32::try_from(corrected).unwrap_or(1000);
    }
}

impl fmt::Debug for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head").field("drive", &self.drive).field("mechanism", &self.mechanism).finish()
    }
}

/// How many columns of the letter go by before printing begins.
fn path_columns(job: &Job) -> Result<u32, Reason> {
    let Job { imprint, envelope, offset, .. } = job;
    if imprint.dots() != DOTS {
        return Err(Reason::HeadDots { dots: imprint.dots(), head_dots: DOTS });
    }
    if offset.down_mm != 0.0 {
        return Err(Reason::HeadHeight);
    }
    let columns = |millimetres: f32| (millimetres * imprint.dpi() as f32 / 25.4).round() as i64;
    let path = columns(Offset::MARGIN_MM + offset.left_mm);
    let end = path + i64::from(imprint.columns());
    match u32::try_from(path) {
        Ok(path) if end <= columns(envelope.size_mm().0) => Ok(path),
        _ => Err(PageError::DoesNotFit.into()),
    }
}

fn changing_columns(imprint: &Imprint) -> u32 {
    (0..imprint.columns()).map(|column| u32::from(imprint.is_changing(column))).sum()
}
