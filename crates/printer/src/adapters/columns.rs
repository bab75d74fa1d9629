//! Raw columns for a device that takes them one after the other: a head behind a device file, a pipe, a file
//! (`docs/formats/columns.md`).
//!
//! ```text
//! column 0, the rightmost on paper | column 1 | …        no header, nothing between
//! each column: its dots from the top, eight a byte, the topmost in the highest bit, the last byte filled with white
//! ```
//!
//! The device is told nothing about the letter: feeding, print offset and stations are its own business.

use crate::{Job, JobName, PrintFault, Printed, Printer, Reason, State};
use std::io::{self, Write};
use std::ops::ControlFlow;

/// A device that takes columns.
#[derive(Debug)]
pub struct Device<W> {
    target: W,
}

impl<W: Write + Send> Device<W> {
    /// Prints to `target`.
    pub fn new(target: W) -> Device<W> {
        Device { target }
    }
}

impl<W: Write + Send> Printer for Device<W> {
    fn print(&mut self, job: &Job) -> Result<Printed, PrintFault> {
        let mut columns = 0;
        let stopped = |columns, error| PrintFault::Stopped {
            columns,
            reason: Reason::Device(error),
            supervision: None,
        };
        let loaded: ControlFlow<io::Error> = job.imprint.load(|column| match self.target.write_all(column) {
            Ok(()) => {
                columns += 1;
                ControlFlow::Continue(())
            }
            Err(error) => ControlFlow::Break(error),
        });
        match loaded {
            ControlFlow::Break(error) => Err(stopped(columns, error)),
            ControlFlow::Continue(()) => {
                self.target.flush().map_err(|error| stopped(columns, error))?;
                Ok(Printed::default())
            }
        }
    }

    fn has_printed(&mut self, _: &JobName) -> Result<Option<bool>, Reason> {
        Ok(None)
    }

    fn state(&mut self) -> State {
        State::default()
    }
}
