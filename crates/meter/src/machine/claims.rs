//! Spoiled imprints, from the note that one is of no use to the claim by which the centre pays its postage back.
//!
//! What always holds: an imprint counts as handed in only once its claim was written. Where the meter was cut off in
//! between, the same imprints stand in the next claim too, which harms nothing: the centre refunds an imprint once.

use super::{Machine, OfficeFault};
use journal::{Job, JobNumber};
use link::refund::{ClaimError, RefundClaim, SPOILED_MAX};
use terms::SpoilReason;

impl Machine {
    /// Notes that an imprint is of no use.
    pub fn spoil(&mut self, number: JobNumber, reason: SpoilReason) -> Result<(), OfficeFault> {
        let when = self.when()?;
        self.journal.spoil(number, reason, when)?;
        self.waiting.retain(|waiting| *waiting != number);
        self.log("spoiled", format!("imprint {number} is spoiled: {reason}"))
    }

    /// The claim for the spoiled imprints that were not handed in yet, the oldest first and as many as one claim takes;
    /// nothing where there is none. Once it is written, [`Machine::handed_in`] says so.
    pub fn claim(&mut self) -> Result<Option<RefundClaim>, OfficeFault> {
        self.may_manage()?;
        let mut jobs = self.journal.claims()?.jobs;
        jobs.truncate(SPOILED_MAX);
        self.claim_for(&jobs)
    }

    /// The claim for the imprints that were handed in last, as many as one claim takes, to be written once more where a
    /// document was lost; nothing where there is none.
    pub fn claim_again(&mut self) -> Result<Option<RefundClaim>, OfficeFault> {
        self.may_manage()?;
        let mut jobs = self.journal.claims_handed_in()?.jobs;
        jobs.drain(..jobs.len().saturating_sub(SPOILED_MAX));
        self.claim_for(&jobs)
    }

    /// Notes that a claim was written. Imprints that were handed in before stay so.
    pub fn handed_in(&mut self, claim: &RefundClaim) -> Result<(), OfficeFault> {
        self.may_manage()?;
        let when = self.when()?;
        let open = self.journal.spoiled()?.into_iter();
        let is_claimed = |job: &Job| claim.imprints().iter().any(|line| line.request == job.order.request);
        let numbers: Vec<JobNumber> = open.filter(is_claimed).map(|job| job.number).collect();
        self.journal.claimed(&numbers, when)?;
        self.log("claimed", format!("{} spoiled imprints were handed in for a refund", numbers.len()))
    }

    fn claim_for(&mut self, jobs: &[Job]) -> Result<Option<RefundClaim>, OfficeFault> {
        let lines = jobs.iter().filter_map(|job| {
            let (booking, spoiling) = (job.booking.as_ref()?, job.spoiling?);
            Some((&booking.indicium, spoiling.reason, spoiling.day))
        });
        let Some(opening) = self.journal.opening()? else { return Ok(None) };
        match RefundClaim::of(opening.serial, lines) {
            Ok(claim) => Ok(Some(claim)),
            Err(ClaimError::Count) => Ok(None),
            Err(error) => Err(OfficeFault::Input(error.to_string())),
        }
    }
}
