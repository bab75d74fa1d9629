//! A command in the operator's place: it turns the machine on, waits, asks for something, and reads the display.
//!
//! What always holds: a warning that lasts is waited out before the machine is asked for anything, and again before it
//! is turned off, as far as the operator's patience goes.

use super::display::Display;
use super::{Place, configuration_failure, journal_failure, machine_failure, office_failure};
use crate::failure::Failure;
use crate::password;
use journal::{Job, JobNumber, State};
use meter::configuration::Configuration;
use meter::machine::Machine;
use meter::routine::{Input, View};
use printer::adapters::head::{Feeder, Mechanism, Stacker};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

/// How long a device may take until it has heard its control unit.
const START: Duration = Duration::from_secs(20);
/// How often a machine that waits is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Which meter, and how long to wait at it.
#[derive(clap::Args)]
pub struct Run {
    #[command(flatten)]
    pub place: Place,
    /// How many seconds a warning that delays the machine is waited for (TELESET, many errors).
    #[arg(long, default_value_t = 60, value_name = "SECONDS")]
    patience: u32,
    /// Asks for the PIN of the card in the slot first, and opens what is bound to it.
    #[arg(long)]
    pin: bool,
    /// The card's PIN: the first line of this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
}

/// The machine, turned on, and whoever stands before it.
pub struct Operator {
    machine: Machine,
    configuration: Configuration,
    /// Of a simulated head: it needs somebody who puts letters in.
    mechanism: Option<Mechanism>,
    patience: Duration,
}

impl Run {
    /// Turns the machine on, for what needs a device that answers.
    pub fn turn_on(&self) -> Result<Operator, Failure> {
        let operator = self.turn_on_anyhow()?;
        let view = operator.view();
        if view.state == "halted" {
            return Err(Failure::usage(format!("the meter is {}", view.sentence)));
        }
        Ok(operator)
    }

    /// Turns the machine on, whatever its device says.
    pub fn turn_on_anyhow(&self) -> Result<Operator, Failure> {
        let configuration = self.place.configuration()?;
        let (parts, mechanism) = configuration.parts().map_err(configuration_failure)?;
        if let Some(mechanism) = &mechanism {
            mechanism.change(|situation| {
                situation.feeder = Some(Feeder { letters: u32::MAX, jams: false });
                situation.stacker = Some(Stacker { room: u32::MAX, jams: false });
            });
        }
        let machine = Machine::start(parts, Box::new(Display::default())).map_err(machine_failure)?;
        let patience = Duration::from_secs(self.patience.into());
        let mut operator = Operator { machine, configuration, mechanism, patience };
        operator.wait()?;
        operator.machine.tick().map_err(machine_failure)?;
        operator.read_what_the_start_found()?;
        if self.pin || self.pin_file.is_some() {
            let pin = password::pin(self.pin_file.as_deref())?;
            operator.machine.enter_pin(&pin).map_err(office_failure)?;
        }
        Ok(operator)
    }
}

impl Operator {
    /// The machine.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// The settings.
    pub fn configuration(&self) -> &Configuration {
        &self.configuration
    }

    /// What the display says.
    pub fn view(&self) -> View {
        self.machine.view()
    }

    /// Asks for something, and waits for what it leads to.
    pub fn ask(&mut self, input: Input) -> Result<(), Failure> {
        self.put_letter();
        self.machine.input(input).map_err(machine_failure)?;
        self.wait()
    }

    /// Asks for something that the machine can only do or refuse.
    pub fn demand(&mut self, input: Input) -> Result<(), Failure> {
        self.ask(input)?;
        self.judge()
    }

    /// A failure where the display says that something went wrong.
    pub fn judge(&self) -> Result<(), Failure> {
        let view = self.view();
        if view.is_bad { Err(Failure::refused(view.message)) } else { Ok(()) }
    }

    /// Waits until the machine is ready, blocked, or slower than the operator is patient.
    pub fn wait(&mut self) -> Result<(), Failure> {
        let begun = Instant::now();
        loop {
            self.machine.settle(START).map_err(machine_failure)?;
            if self.view().waits_ms.is_none() || begun.elapsed() >= self.patience {
                return Ok(());
            }
            thread::sleep(LOOK);
            self.machine.tick().map_err(machine_failure)?;
        }
    }

    /// Looks at the slot, the feeder and the time.
    pub fn look(&mut self) -> Result<(), Failure> {
        self.put_letter();
        self.machine.tick().map_err(machine_failure)
    }

    /// Looks on while the machine goes on with a series, until it has come to its end or to one that it does not leave.
    pub fn attend_series(&mut self) -> Result<(), Failure> {
        let mut begun = Instant::now();
        loop {
            self.wait()?;
            let view = self.view();
            if view.series == 0 || view.is_bad || begun.elapsed() >= self.patience {
                break;
            }
            self.look()?;
            match self.view().series < view.series {
                true => begun = Instant::now(),
                false => thread::sleep(LOOK),
            }
        }
        self.machine.input(Input::EndSeries).map_err(machine_failure)?;
        Ok(())
    }

    /// The number of the last imprint that was asked for.
    pub fn last(&mut self) -> Result<JobNumber, Failure> {
        let last = self.machine.journal().last(1).map_err(journal_failure)?;
        Ok(last.first().map_or(JobNumber(0), |job| job.number))
    }

    /// What was paid for since that one, in its order.
    pub fn paid_since(&mut self, before: JobNumber) -> Result<Vec<Job>, Failure> {
        let asked = self.last()?.0.saturating_sub(before.0);
        let asked = u32::try_from(asked).unwrap_or(u32::MAX);
        let mut jobs = self.machine.journal().last(asked).map_err(journal_failure)?;
        jobs.retain(|job| !matches!(job.state, State::Cancelled | State::Reserved));
        jobs.reverse();
        Ok(jobs)
    }

    /// Turns the machine off.
    pub fn turn_off(self) -> Result<(), Failure> {
        self.machine.end().map_err(machine_failure)
    }

    /// Where no feeder works at a simulated head, the operator's hand does.
    pub fn put_letter(&self) {
        if let Some(mechanism) = &self.mechanism {
            mechanism.insert_letter();
        }
    }

    fn read_what_the_start_found(&mut self) -> Result<(), Failure> {
        let view = self.view();
        if view.is_bad {
            let again = if self.machine.has_waiting() { ": porto meter print-again" } else { "" };
            eprintln!("porto: {}{again}", view.message);
            self.machine.input(Input::Clear).map_err(machine_failure)?;
        }
        let desk = self.machine.routine().desk();
        if desk.said().is_bad {
            let make = if desk.directory().master().is_none() { ": porto meter card make" } else { "" };
            eprintln!("porto: slot: {}{make}", desk.said().sentence);
        }
        Ok(())
    }
}
