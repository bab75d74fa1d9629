//! From records to columns: the print routines of Fig. 5, 6, 9b, 9c and 11 to 13.
//!
//! A frame and the records of its windows go in, columns come out. [`Composer`] does it in each of the four ways
//! of the sources; they give the same columns bit by bit. [`Press`] is what production uses: it keeps the finished
//! stream and touches only the windows that changed.
//!
//! What always holds: a window is replaced as a whole or not at all; once a composer exists, printing cannot fail.

mod columns;
mod live;
mod press;
mod records;
mod target;

pub use columns::{Columns, PUT_MOST};
pub use press::{Next, Press};
pub use records::{Records, RecordsError};

use super::layout::Window;
use super::record::{
    Fault, FrameShape, FrameVisitor, Heights, RecordError, WindowPlace, WindowShape, read_frame, read_window,
};
use alloc::vec::Vec;
use core::fmt;
use core::ops::ControlFlow;
use live::{Live, Register};

/// The ways of putting frame and windows together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Routine {
    /// Type 2 windows are decoded into pixel area II and merged while the register loads (Fig. 5 and 12).
    TwoAreas,
    /// Type 2 windows are decoded from their records while the register loads (Fig. 6 and 13).
    WhilePrinting,
    /// Everything is composed in pixel area I (claim 48).
    Beforehand,
    /// Area I holds the frame alone; every window is decoded while the register loads.
    FrameOnly,
}

impl Routine {
    /// All four.
    pub const ALL: [Routine; 4] =
        [Routine::TwoAreas, Routine::WhilePrinting, Routine::Beforehand, Routine::FrameOnly];

    /// Whether this routine puts the window into area I before it prints.
    fn embeds(self, window: Window) -> bool {
        match self {
            Routine::TwoAreas | Routine::WhilePrinting => !window.changes_with_each_imprint(),
            Routine::Beforehand => true,
            Routine::FrameOnly => false,
        }
    }
}

/// Puts a frame and its windows together by one of the routines.
#[derive(Clone, Debug)]
pub struct Composer {
    routine: Routine,
    shape: FrameShape,
    /// Pixel area I.
    area: Columns,
    /// The windows that are merged while the register loads.
    live: Vec<Live>,
    register: Register,
}

impl Composer {
    /// Loads a frame and the content of each of its windows.
    pub fn new(
        routine: Routine,
        dots: u32,
        frame: &[u8],
        windows: &[(Window, &[u8])],
    ) -> Result<Composer, ComposeError> {
        let mut heights = Heights::default();
        for (window, record) in windows {
            let wrong = |error| ComposeError::Window { window: *window, error };
            heights.set(*window, read_window(record, None, |_, _, _, _| {}).map_err(wrong)?.height);
        }
        let mut loader = Loader { area: Columns::new(dots, 0), column: 0 };
        let shape = read_frame(frame, dots, &heights, &mut loader).map_err(ComposeError::Frame)?;
        loader = Loader { area: Columns::new(dots, shape.columns), column: 0 };
        read_frame(frame, dots, &heights, &mut loader).map_err(ComposeError::Frame)?;
        let register = Register::new(dots);
        let mut composer = Composer { routine, shape, area: loader.area, live: Vec::new(), register };
        for (window, record) in windows {
            composer.replace(*window, record)?;
        }
        Ok(composer)
    }

    /// What the frame consists of.
    pub fn shape(&self) -> &FrameShape {
        &self.shape
    }

    /// Replaces the content of one window (Fig. 9c for area I, Fig. 11 for area II). On an error the old content
    /// stays.
    pub fn replace(&mut self, window: Window, record: &[u8]) -> Result<(), ComposeError> {
        let place = self.shape.window(window).ok_or(ComposeError::NotInFrame(window))?;
        let expected = WindowShape { columns: place.columns, height: place.height };
        read_window(record, Some(expected), |_, _, _, _| {})
            .map_err(|error| ComposeError::Window { window, error })?;
        if self.routine.embeds(window) {
            embed(&mut self.area, place, record);
        } else {
            let fresh = Live::new(place, record, self.routine == Routine::TwoAreas, self.area.dots());
            match self.live.iter_mut().find(|live| live.window() == window) {
                Some(live) => *live = fresh,
                None => self.live.push(fresh),
            }
        }
        Ok(())
    }

    /// Loads the print register column by column and hands each full one to `head` (steps 481 to 501).
    pub fn print(&mut self, mut head: impl FnMut(&[u8])) {
        let _: ControlFlow<()> = self.try_print(|column| {
            head(column);
            ControlFlow::Continue(())
        });
    }

    /// The same for a head that can stop: loads until `head` breaks off.
    pub fn try_print<B>(&mut self, mut head: impl FnMut(&[u8]) -> ControlFlow<B>) -> ControlFlow<B> {
        for live in &mut self.live {
            live.rewind();
        }
        for column in 0..self.shape.columns {
            self.register.clear();
            while let Some(dot) = self.register.next_dot() {
                let address = column as usize * self.area.dots() as usize + dot as usize;
                match self.live.iter_mut().find(|live| live.begins_at(address)) {
                    Some(live) => live.load(&mut self.register),
                    None => self.register.shift_in(self.area.is_black(column, dot)),
                }
            }
            head(self.register.bytes())?;
        }
        ControlFlow::Continue(())
    }
}

/// Decodes a window's record into area I at the window's place.
fn embed(area: &mut Columns, place: WindowPlace, record: &[u8]) {
    let expected = WindowShape { columns: place.columns, height: place.height };
    let outcome = read_window(record, Some(expected), |column, dot, dots, black| {
        area.fill(place.column + column, place.dot + dot, dots, black);
    });
    debug_assert!(outcome.is_ok(), "the record was read before");
}

/// Fills area I with the frame (step 43a). Windows stay white until they are embedded.
struct Loader {
    area: Columns,
    column: u32,
}

impl FrameVisitor for Loader {
    fn run(&mut self, dot: u32, dots: u32, black: bool) {
        if black {
            self.area.fill(self.column, dot, dots, true);
        }
    }

    fn window(&mut self, _: Window, _: u32, _: u32) {}

    fn column_end(&mut self) {
        self.column += 1;
    }
}

/// Why frame and windows do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComposeError {
    /// The frame's record is malformed or does not go with the windows.
    Frame(RecordError),
    /// A window's record is malformed or does not fill its place.
    Window {
        /// The window.
        window: Window,
        /// What is wrong with its record.
        error: RecordError,
    },
    /// The frame has no such window.
    NotInFrame(Window),
}

impl ComposeError {
    /// What is wrong with a record, if it is one that is wrong.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            ComposeError::Frame(error) | ComposeError::Window { error, .. } => Some(error.fault),
            ComposeError::NotInFrame(_) => None,
        }
    }
}

impl fmt::Display for ComposeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ComposeError::Frame(error) => write!(f, "in the frame {error}"),
            ComposeError::Window { window, error } => write!(f, "in the record of {window} {error}"),
            ComposeError::NotInFrame(window) => write!(f, "the frame has no place for {window}"),
        }
    }
}

impl core::error::Error for ComposeError {}
