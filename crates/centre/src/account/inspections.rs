//! Inspections on site (EP 0 660 270, claim 65; row D8): their numbers, and what a report tells of them.
//!
//! What always holds: no two inspections of a meter have one number. They are numbered apart from orders: a technician
//! carries his about, and orders go out by calls meanwhile.

use super::Account;
use super::effect::{Discrepancy, Effect};
use super::operator::NotPossible;
use super::state::State;
use link::Report;

impl Account {
    /// The number of the next inspection.
    pub fn number_inspection(&mut self) -> Result<u64, NotPossible> {
        self.attempt(|state| {
            state.require_service()?;
            // 2^64 inspections of one meter are none that anybody lives to see.
            state.inspections_issued = state.inspections_issued.saturating_add(1);
            Ok(state.inspections_issued)
        })
    }
}

impl State {
    /// Takes over which inspection the device has carried out.
    pub(super) fn note_inspected(&mut self, report: &Report, effects: &mut Vec<Effect>) {
        if report.inspection > self.inspections_issued {
            effects.push(Effect::Found(Discrepancy::UnknownInspection));
            self.inspections_issued = report.inspection;
        }
        if report.inspection > self.inspected {
            self.inspected = report.inspection;
            effects.push(Effect::Inspected { number: report.inspection, epoch: report.epoch });
        }
    }
}
