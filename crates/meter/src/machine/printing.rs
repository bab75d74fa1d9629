//! From an indicium to paper, and what is told of it: to the journal, and to the device, which judges how the head ran.
//!
//! What always holds: an imprint goes to the printer only once it is in the journal as handed to it; what the printer
//! says of its end decides whether it is printed, waits (and is handed back in the journal), or is spoiled. Nothing here can make an imprint.

use super::{Machine, MachineFault, OfficeFault};
use crate::routine::Print;
use imprint::numbers::Indicium;
use imprint::picture::compose::Routine as PrintRoutine;
use imprint::picture::{Content, Issuer, Layout};
use journal::{Job, JobNumber, NewJob, State, StoredCliche, When};
use paper::{Arrangement, Beside, Envelope, Offset};
use printer::{JobName, PrintFault, Supervision};
use psd::supervision::printing::{PrintReport, Verdict};
use psd_host::draw_request_id;
use std::collections::BTreeMap;
use terms::{Registers, SpoilReason};

/// How imprints look.
#[derive(Clone, Debug)]
pub struct Stationery {
    /// Layout, rows and codes.
    pub arrangement: Arrangement,
    /// The carrier's constant texts.
    pub issuer: Issuer,
    /// What letters are printed on.
    pub envelope: Envelope,
    /// How far the imprint is moved on them.
    pub offset: Offset,
    /// Which windows are composed beforehand, and which while the head loads its columns.
    pub routine: PrintRoutine,
    /// The clichés there are.
    pub cliches: BTreeMap<u16, StoredCliche>,
}

impl Stationery {
    /// Layout and content of an imprint.
    pub fn arranged(&self, order: &NewJob, indicium: &Indicium) -> Result<(Layout, Content), String> {
        let stored = self.cliches.get(&indicium.cliche_number);
        let own_text = stored.map(|stored| stored.text.as_str()).unwrap_or_default();
        let text = if order.text.is_empty() { own_text } else { &order.text };
        let has_place = stored.is_some_and(|stored| stored.cliche.text().is_some());
        let beside = Beside {
            cliche: stored.map(|stored| &stored.cliche),
            text: Some(text).filter(|text| has_place && !text.is_empty()),
            endorsement: Some(order.endorsement.as_str()).filter(|text| !text.is_empty()),
        };
        self.arrangement.of(indicium, beside).map_err(|error| error.to_string())
    }
}

impl Machine {
    /// Prints these; none for all that wait.
    pub(super) fn print(&mut self, numbers: Vec<JobNumber>) -> Result<Print, MachineFault> {
        let is_again = numbers.is_empty();
        let numbers = if is_again { std::mem::take(&mut self.waiting) } else { numbers };
        let mut done = 0;
        for (place, number) in numbers.iter().enumerate() {
            let when = self.when()?;
            let Some(job) = self.journal.job(*number)? else { continue };
            if job.state == State::Booked {
                self.journal.begin_print(&[*number], when)?;
            }
            match self.print_one(&job, when)? {
                None => {
                    done += 1;
                    self.printed.push(*number);
                    self.made.push(*number);
                    self.onlooker.printed(&[*number]);
                }
                Some(Failed::Waits(sentence)) => {
                    self.wait_for_printer(&numbers[place..], when)?;
                    return Ok(Print::Waits { done, sentence });
                }
                Some(Failed::Spoiled(sentence)) => {
                    self.wait_for_printer(&numbers[place + 1..], when)?;
                    self.made.push(*number);
                    return Ok(Print::Spoiled { done, sentence });
                }
            }
        }
        Ok(Print::Done)
    }

    /// Nothing of these is on paper, whatever the journal has written down that they were handed over: after a start they
    /// still wait, also where the printer knows nothing of its jobs.
    fn wait_for_printer(&mut self, numbers: &[JobNumber], when: When) -> Result<(), MachineFault> {
        let mut handed_over = Vec::new();
        for number in numbers {
            if self.journal.job(*number)?.is_some_and(|job| job.state == State::Printing) {
                handed_over.push(*number);
            }
        }
        self.journal.hand_back(&handed_over, when)?;
        self.waiting.extend(numbers);
        Ok(())
    }

    /// Prints the registers with the print head (EP 0 660 269, [134]), as text without any value.
    pub fn print_registers(&mut self) -> Result<(), OfficeFault> {
        let standing = self.routine.standing();
        let status = standing.map(|standing| standing.status.clone());
        let status =
            status.ok_or_else(|| OfficeFault::Input("the device has not said its registers yet".into()))?;
        let Registers { r1, r2, r3, r4, r8 } = status.registers;
        let today = self.when()?.day;
        let lines = [
            format!("METER {} ON {today}", status.serial),
            format!("R1 CREDIT {r1}"),
            format!("R2 SPENT {r2}"),
            format!("R3 LOADED {r3}"),
            format!("R4 IMPRINTS WITH A VALUE {r4}"),
            format!("R8 ALL IMPRINTS {r8}"),
            format!("SEAL {}", status.seal),
        ];
        let strips = printer::text::strips(&lines).map_err(|error| OfficeFault::Input(error.to_string()))?;
        let Stationery { envelope, offset, .. } = *self.ready.stationery();
        for imprint in strips {
            let name = draw_request_id().map_err(|error| OfficeFault::Input(error.to_string()))?;
            let sheet = printer::Job {
                name: JobName::from(name),
                imprint,
                envelope,
                offset,
                stations: self.stations,
            };
            self.printer.print(&sheet).map_err(|fault| OfficeFault::Input(fault.to_string()))?;
        }
        self.log("registers", "the registers were printed".into())
    }

    fn print_one(&mut self, job: &Job, when: When) -> Result<Option<Failed>, MachineFault> {
        let Some(booking) = &job.booking else { return Ok(None) };
        let imprint = match self.ready.imprint(&job.order, &booking.indicium) {
            Ok(imprint) => imprint,
            Err(sentence) => return Ok(Some(Failed::Waits(sentence))),
        };
        let Stationery { envelope, offset, .. } = *self.ready.stationery();
        let sheet = printer::Job {
            name: JobName::from(job.order.request),
            imprint,
            envelope,
            offset,
            stations: self.stations,
        };
        let (failed, supervision) = match self.printer.print(&sheet) {
            Ok(printed) => (None, printed.supervision),
            Err(PrintFault::Refused(reason)) => (Some(Failed::Waits(reason.to_string())), None),
            Err(PrintFault::Stopped { columns: 0, reason, supervision }) => {
                (Some(Failed::Waits(reason.to_string())), supervision.map(Supervision::of_stopped))
            }
            Err(PrintFault::Stopped { columns, reason, supervision }) => {
                self.journal.spoil(job.number, SpoilReason::Printer, when)?;
                let sentence = format!("the print stopped after {columns} columns: {reason}");
                (Some(Failed::Spoiled(sentence)), supervision.map(Supervision::of_stopped))
            }
            Err(fault @ PrintFault::Unknown(_)) => {
                self.journal.spoil(job.number, SpoilReason::Unknown, when)?;
                (Some(Failed::Spoiled(fault.to_string())), None)
            }
        };
        if let Some(supervision) = supervision {
            self.report(&supervision)?;
        }
        Ok(failed)
    }

    /// The device judges how the head ran; its advice goes to the motor, and what it finds shows in its status.
    fn report(&mut self, supervision: &Supervision) -> Result<(), MachineFault> {
        let Supervision { pulses, window_ms, clocks, expected_columns } = supervision;
        let report = PrintReport { pulses: *pulses, window_ms: *window_ms };
        let client = self.device.client()?;
        let advice = client.print_speed(report);
        let columns = client.print_columns(clocks, *expected_columns);
        match advice {
            Ok(Verdict::Correct { motor_permille }) => self.printer.correct_motor(motor_permille),
            Ok(_) => {}
            Err(error) => drop(self.lost(error)),
        }
        if let Err(error) = columns {
            self.lost(error);
        }
        Ok(())
    }
}

/// How an imprint did not come to paper.
enum Failed {
    /// Nothing of it is on paper.
    Waits(String),
    /// Something of it is, or may be.
    Spoiled(String),
}
