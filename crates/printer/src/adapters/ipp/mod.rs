//! A printer that speaks IPP (RFC 8010, RFC 8011), in an office or behind a computer's print service.
//!
//! What always holds: a job carries its name; before it is sent, the printer is asked whether it has one of that name,
//! and after a connection broke it is asked again. So a job is sent twice only to a printer that says it has given up
//! the first one before it began. Every wait is bounded; what is still open then is cancelled, and is called unknown
//! unless the printer says that it had not begun.
//!
//! Imprints are sent in clear, as office printers expect them: a printer belongs into a network of one's own.

mod answers;
mod wire;

pub use wire::{Address, AddressError};

use super::files::{self, Form};
use crate::{Job, JobName, PrintFault, Printed, Printer, Reason, State};
use answers::{End, JOB_ATTRIBUTES, JobView, PDF, PRINTER_ATTRIBUTES, PrinterView, RASTER};
use ipp::attribute::{IppAttribute, IppAttributeGroup};
use ipp::model::{DelimiterTag, Operation, StatusCode};
use std::thread;
use std::time::{Duration, Instant};
use wire::{Answer, JOB, Loss, OPERATION, Wire};

/// The most jobs of a printer's list that are looked at, the newest first.
const JOBS_MAX: i32 = 500;

/// How long a printer is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Until it takes a job, while it is busy with others.
    pub busy: Duration,
    /// From then on until the job is on paper.
    pub job: Duration,
    /// Until it has cancelled one that took too long.
    pub cancel: Duration,
    /// Between two questions.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            busy: Duration::from_secs(60),
            job: Duration::from_secs(120),
            cancel: Duration::from_secs(5),
            pause: Duration::from_millis(250),
        }
    }
}

/// A printer at an address.
#[derive(Debug)]
pub struct Ipp {
    wire: Wire,
    patience: Patience,
}

impl Ipp {
    /// The printer at this address.
    pub fn new(address: Address, patience: Patience) -> Ipp {
        Ipp { wire: Wire::new(address), patience }
    }

    /// Sends a job, again and again while the printer is busy, and gives its number there.
    fn submit(&self, job: &Job, settings: &Submission) -> Result<i32, PrintFault> {
        let deadline = Instant::now() + self.patience.busy;
        loop {
            let answer =
                match self.wire.ask(Operation::PrintJob, settings.attributes(job), &settings.document) {
                    Ok(answer) => answer,
                    Err(Loss::Unsent(reason)) => return Err(reason.into()),
                    Err(Loss::Sent(reason)) => return self.settle(&job.name, reason),
                };
            let is_busy = answer.status == StatusCode::ServerErrorBusy;
            match answer.attributes.first_of(JOB).and_then(answers::job_id) {
                Some(id) if answer.status.is_success() => return Ok(id),
                _ if answer.status.is_success() => {
                    return self.settle(&job.name, Reason::Garbled("a job has no number"));
                }
                _ if is_busy && Instant::now() < deadline => thread::sleep(self.patience.pause),
                _ if is_busy => return Err(Reason::Busy.into()),
                _ => return Err(rejection(&answer).into()),
            }
        }
    }

    /// After it was not heard what became of a request: the job is there, or nobody knows.
    fn settle(&self, name: &JobName, reason: Reason) -> Result<i32, PrintFault> {
        match self.find(name) {
            Ok(Some(job)) => Ok(job.id),
            _ => Err(PrintFault::Unknown(reason)),
        }
    }

    /// The job of this name in the printer's lists; one that was printed before any other.
    fn find(&self, name: &JobName) -> Result<Option<JobView>, Reason> {
        let mut found = None;
        for list in ["not-completed", "completed"] {
            let attributes = [
                wire::user(),
                wire::integer("limit", JOBS_MAX),
                wire::keyword(OPERATION, "which-jobs", list),
                wire::requested(JOB_ATTRIBUTES),
            ];
            let answer = self.wire.ask(Operation::GetJobs, attributes, &[]).map_err(Loss::reason)?;
            if !answer.status.is_success() {
                return Err(rejection(&answer));
            }
            let jobs = answer.attributes.groups_of(JOB).filter_map(JobView::of);
            for job in jobs.filter(|job| job.name == name.as_str()) {
                if found.is_none() || job.end == Some(End::Printed) {
                    found = Some(job);
                }
            }
        }
        Ok(found)
    }

    /// Waits until a job has ended. A printer that went away may come back until then.
    fn wait(&self, id: i32, name: &JobName, limit: Duration) -> Result<End, Reason> {
        let deadline = Instant::now() + limit;
        loop {
            let open = match self.look(id) {
                // A printer that was started again counts its jobs from the beginning.
                Ok(Some(job)) if job.name == name.as_str() => match job.end {
                    Some(end) => return Ok(end),
                    None => Reason::NotInTime,
                },
                Ok(_) => return Err(Reason::Forgotten),
                Err(reason) => reason,
            };
            if Instant::now() >= deadline {
                return Err(open);
            }
            thread::sleep(self.patience.pause);
        }
    }

    /// A job as it is now, if the printer has it.
    fn look(&self, id: i32) -> Result<Option<JobView>, Reason> {
        let attributes = [wire::integer("job-id", id), wire::user(), wire::requested(JOB_ATTRIBUTES)];
        let asked = self.wire.ask(Operation::GetJobAttributes, attributes, &[]);
        let answer = asked.map_err(Loss::reason)?;
        match answer.status {
            StatusCode::ClientErrorNotFound | StatusCode::ClientErrorGone => Ok(None),
            status if status.is_success() => {
                let job = answer.attributes.first_of(JOB).and_then(JobView::of);
                job.map(Some).ok_or(Reason::Garbled("a job has no name"))
            }
            _ => Err(rejection(&answer)),
        }
    }

    /// Waits for a job that was taken; cancels it when that takes too long.
    fn finish(&self, id: i32, name: &JobName) -> Result<Printed, PrintFault> {
        let end = match self.wait(id, name, self.patience.job) {
            Err(Reason::NotInTime) => self.give_up(id, name)?,
            waited => waited.map_err(PrintFault::Unknown)?,
        };
        match end {
            End::Printed => Ok(Printed::default()),
            End::NotBegun(words) => Err(Reason::Rejected(words).into()),
            End::GivenUp(words) => Err(PrintFault::Unknown(Reason::Rejected(words))),
        }
    }

    fn give_up(&self, id: i32, name: &JobName) -> Result<End, PrintFault> {
        let reason = self.read_state().ok().and_then(|state| state.stopped).unwrap_or(Reason::NotInTime);
        let attributes = [wire::integer("job-id", id), wire::user()];
        // Whether it was heard shows in how the job ends.
        let _ = self.wire.ask(Operation::CancelJob, attributes, &[]);
        match self.wait(id, name, self.patience.cancel) {
            Ok(End::NotBegun(_)) => Err(reason.into()),
            Ok(End::GivenUp(_)) | Err(_) => Err(PrintFault::Unknown(reason)),
            Ok(end) => Ok(end),
        }
    }

    /// What the printer says of itself.
    fn attributes(&self) -> Result<IppAttributeGroup, Reason> {
        let attributes = [wire::user(), wire::requested(PRINTER_ATTRIBUTES)];
        let answer = self.wire.ask(Operation::GetPrinterAttributes, attributes, &[]).map_err(Loss::reason)?;
        if !answer.status.is_success() {
            return Err(rejection(&answer));
        }
        let mut groups = answer.attributes.into_groups().into_iter();
        let printer = groups.find(|group| group.tag() == DelimiterTag::PrinterAttributes);
        printer.ok_or(Reason::Garbled("it says nothing of itself"))
    }

    fn read_state(&self) -> Result<State, Reason> {
        Ok(PrinterView(&self.attributes()?).state())
    }
}

impl Printer for Ipp {
    fn print(&mut self, job: &Job) -> Result<Printed, PrintFault> {
        // A job of this name that is there already is waited for, whatever the printer's state.
        match self.find(&job.name)? {
            Some(JobView { end: Some(End::NotBegun(_)), .. }) | None => {}
            Some(known) => return self.finish(known.id, &job.name),
        }
        let attributes = self.attributes()?;
        let printer = PrinterView(&attributes);
        if let Some(reason) = printer.state().stopped {
            return Err(reason.into());
        }
        let submission = Submission::new(job, &printer)?;
        let id = self.submit(job, &submission)?;
        self.finish(id, &job.name)
    }

    /// A job that is still under way is waited for. Printers forget their jobs, so one they do not list may have been
    /// printed or not.
    fn has_printed(&mut self, name: &JobName) -> Result<Option<bool>, Reason> {
        let end = match self.find(name)? {
            Some(JobView { end: Some(end), .. }) => end,
            Some(job) => match self.wait(job.id, name, self.patience.job) {
                Err(Reason::Forgotten) => return Ok(None),
                waited => waited?,
            },
            None => return Ok(None),
        };
        Ok(match end {
            End::Printed => Some(true),
            End::NotBegun(_) => Some(false),
            End::GivenUp(_) => None,
        })
    }

    fn state(&mut self) -> State {
        self.read_state().unwrap_or_else(|reason| State { stopped: Some(reason), warnings: Vec::new() })
    }
}

/// A job in the form this printer takes it.
struct Submission {
    format: &'static str,
    leaves_size_alone: bool,
    document: Vec<u8>,
}

impl Submission {
    fn new(job: &Job, printer: &PrinterView<'_>) -> Result<Submission, Reason> {
        if !printer.takes(job.envelope) {
            return Err(Reason::Media(job.envelope));
        }
        let form = printer.form(job.imprint.dpi()).ok_or(Reason::Format)?;
        let format = if form == Form::Pdf { PDF } else { RASTER };
        let document = files::content(job, form)?;
        Ok(Submission { format, leaves_size_alone: printer.leaves_size_alone(), document })
    }

    fn attributes(&self, job: &Job) -> Vec<(DelimiterTag, IppAttribute)> {
        let mut attributes = vec![
            wire::user(),
            wire::name("job-name", job.name.as_str()),
            wire::format(self.format),
            wire::keyword(JOB, "media", &job.envelope.media()),
        ];
        if self.leaves_size_alone {
            attributes.push(wire::keyword(JOB, "print-scaling", "none"));
        }
        attributes
    }
}

fn rejection(answer: &Answer) -> Reason {
    let words = answers::message(answer.attributes.first_of(OPERATION));
    Reason::Rejected(words.unwrap_or_else(|| answer.status.to_string()))
}
