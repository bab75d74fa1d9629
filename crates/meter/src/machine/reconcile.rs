//! Brings the journal into line with the device: at each start, and where a franking's outcome is not known.
//!
//! What always holds: of the jobs that are reserved, those that the device has debited are its last franking, which it
//! answers again without a second debit; so each of them is booked, or cancelled because it was never debited, and sums
//! agree afterwards. What was handed to a printer and not reported is asked for there: on paper it is printed, not on
//! paper it waits, and where nobody knows it is spoiled and can be refunded.

use super::device::is_lost;
use super::{Machine, MachineFault};
use crate::routine::Reconciled;
use access::cards::{Directory, RequestId as Reserved};
use imprint::numbers::Indicium;
use journal::{Job, JobNumber, Note, State, When};
use printer::JobName;
use psd_host::client::ClientError;
use terms::{Registers, SpoilReason};

/// What a device says of a request that is not part of its last franking.
const UNKNOWN_REQUEST: u16 = psd::Error::UnknownRequest(imprint::numbers::RequestId(0)).code();

/// What the device says of a job that was reserved.
enum Fetched {
    Debited(Box<Indicium>),
    Never,
    /// It does not say now.
    Later,
}

impl Machine {
    /// Does it.
    pub(super) fn reconcile(&mut self, when: When) -> Result<Reconciled, MachineFault> {
        let asked = self.device.client().and_then(|client| client.status());
        let status = asked.map_err(|error| self.lost(error))?;
        self.journal.begin(status.serial, &status.registers, when)?;
        let open = self.journal.open_jobs()?;
        let mut found = Reconciled::default();
        self.settle_reserved(&open, &status.registers, when, &mut found)?;
        let open = self.journal.open_jobs()?;
        self.settle_printing(&open, when, &mut found)?;
        if found.unsettled == 0 {
            let agrees = self.journal.agree(&status.registers);
            found.disagreement = agrees.err().map(|disagreement| disagreement.to_string());
        }
        if found != Reconciled::default() {
            self.note("meter", "start", found.to_string(), when)?;
        }
        self.fresh_directory = Some(self.journal.directory(self.prefix)?);
        Ok(found)
    }

    /// Books those that are debited, and gives back what was set aside for the others.
    fn settle_reserved(
        &mut self,
        open: &[Job],
        registers: &Registers,
        when: When,
        found: &mut Reconciled,
    ) -> Result<(), MachineFault> {
        let reserved: Vec<&Job> = open.iter().filter(|job| job.state == State::Reserved).collect();
        if reserved.is_empty() {
            return Ok(());
        }
        let (mut booked, mut given_back) = (Vec::new(), Vec::new());
        // Each debit moves R8: where the registers are the journal's, there was none.
        let is_untouched = self.journal.agree(registers).is_ok();
        for job in reserved {
            let fetched = if is_untouched { Fetched::Never } else { self.fetched(job)? };
            match fetched {
                Fetched::Debited(indicium) => booked.push((job.number, *indicium)),
                Fetched::Never => given_back.push(job.number),
                Fetched::Later => found.unsettled += 1,
            }
        }
        let requests = |directory: &Directory, numbers: &[JobNumber]| -> Vec<Reserved> {
            let of = |job: &&Job| numbers.contains(&job.number);
            let request = open.iter().filter(of).map(|job| Reserved(job.order.request.0));
            request.filter(|request| directory.reservation(*request).is_some()).collect()
        };
        let numbers: Vec<JobNumber> = booked.iter().map(|(number, _)| *number).collect();
        if !booked.is_empty() {
            let directory = self.journal.directory(self.prefix)?;
            let changes = directory.book(&requests(&directory, &numbers), when.day)?;
            self.journal.book(&booked, false, Some(&changes), when)?;
        }
        if !given_back.is_empty() {
            let directory = self.journal.directory(self.prefix)?;
            let changes = directory.release(&requests(&directory, &given_back))?;
            self.journal.cancel(&given_back, Some(&changes), when)?;
        }
        (found.booked, found.released) = (booked.len(), given_back.len());
        Ok(())
    }

    /// The indicium of a job, where it is part of the device's last franking.
    fn fetched(&mut self, job: &Job) -> Result<Fetched, MachineFault> {
        let asked = self.device.client().and_then(|client| client.fetch(job.order.request));
        match asked {
            Ok(indicium) => Ok(Fetched::Debited(Box::new(indicium))),
            Err(error) if error.code() == Some(UNKNOWN_REQUEST) => Ok(Fetched::Never),
            // A blocked device gives no numbers out; they are still there when the block is lifted.
            Err(ClientError::Refused(_)) => Ok(Fetched::Later),
            Err(error) => Err(self.lost(error).into()),
        }
    }

    fn settle_printing(
        &mut self,
        open: &[Job],
        when: When,
        found: &mut Reconciled,
    ) -> Result<(), MachineFault> {
        self.waiting = open.iter().filter(|job| job.state == State::Booked).map(|job| job.number).collect();
        let mut printed = Vec::new();
        for job in open.iter().filter(|job| job.state == State::Printing) {
            match self.printer.has_printed(&JobName::from(job.order.request)) {
                Ok(Some(true)) => printed.push(job.number),
                Ok(Some(false)) => self.waiting.push(job.number),
                Ok(None) | Err(_) => {
                    self.journal.spoil(job.number, SpoilReason::Unknown, when)?;
                    found.doubtful += 1;
                }
            }
        }
        if !printed.is_empty() {
            self.journal.printed(&printed, when)?;
        }
        found.waiting = self.waiting.len();
        Ok(())
    }

    /// A connection on which nobody answers is given up.
    pub(super) fn lost(&mut self, error: ClientError) -> ClientError {
        if is_lost(&error) {
            self.device.drop_connection();
        }
        error
    }

    /// Gives the connection to the device up, for another program to use; the next action takes it again.
    pub fn lose_device(&mut self) {
        self.device.drop_connection();
    }

    /// Writes down what was done.
    pub(super) fn note(
        &mut self,
        who: &str,
        kind: &str,
        sentence: String,
        when: When,
    ) -> Result<(), MachineFault> {
        Ok(self.journal.note(&Note { who: who.into(), kind: kind.into(), sentence }, when)?)
    }
}
