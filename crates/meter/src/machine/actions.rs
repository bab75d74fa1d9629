//! Carries the routine's actions out, each to its end; the outcome is the event that the routine waits for.

use super::device::is_lost;
use super::{Machine, MachineFault, name};
use crate::calls::{Caller, Means, Step};
use crate::routine::{Action, Event, Job, NotDebited, Standing};
use access::cards::{Changes, MakingEvent};
use imprint::numbers::Indicium;
use journal::{JobNumber, NewJob, Note, When};
use link::call::Ask;
use psd::Request;
use psd_host::client::ClientError;
use serde::Serialize;

impl Machine {
    pub(super) fn carry_out(&mut self, action: Action) -> Result<Option<Event>, MachineFault> {
        let when = self.when()?;
        Ok(match action {
            Action::Reconcile => Some(Event::Reconciled(self.reconcile(when).map_err(said))),
            Action::Ask => Some(Event::Standing(self.standing().map_err(said))),
            Action::Test => Some(Event::Tested(self.test().map_err(said))),
            Action::Reserve { jobs, changes } => Some(Event::Reserved(self.reserve(&jobs, &changes))),
            Action::Debit(requests) => Some(Event::Debited(self.debit(&requests))),
            Action::Book { booked, changes } => {
                Some(Event::Booked(self.journal.book(&booked, true, Some(&changes), when).map_err(said)))
            }
            Action::Release { numbers, changes } => {
                Some(Event::Released(self.journal.cancel(&numbers, Some(&changes), when).map_err(said)))
            }
            Action::Print(numbers) => Some(Event::Printed(self.print(numbers)?)),
            Action::Feed => Some(Event::Fed(self.printer.next_letter(self.stations).map_err(said))),
            Action::Call { is_automatic, asks } => Some(self.call(is_automatic, &asks)),
            Action::Store(changes) => Some(Event::Making(self.store_rows(&changes, "making a card")?)),
            Action::Mend(changes) => {
                self.store_rows(&changes, "a card that was being made is finished")?;
                None
            }
            Action::WriteCard { identity, authorise } => {
                Some(Event::Making(self.write_card(identity, authorise)))
            }
            Action::ReadCard => Some(Event::Making(MakingEvent::ReadBack(self.read_card()))),
            Action::EraseCard => {
                self.erase_card();
                None
            }
            Action::Keep(entry) => self.keep(name::ENTRY, &entry)?,
            Action::KeepSleep(sleep) => self.keep(name::SLEEP, &sleep)?,
            Action::KeepLoaded(loaded) => self.keep(name::LOADED, &loaded)?,
            Action::KeepDeviceErrors(errors) => self.keep(name::DEVICE_ERRORS, &errors)?,
            Action::Count(kind) => {
                self.journal.note_error(kind.name(), when)?;
                None
            }
            Action::ForgetErrors => {
                self.forget_errors(when)?;
                None
            }
        })
    }

    /// Keeps something over power-off. The routine waits for nothing that comes of it.
    fn keep(&mut self, name: &str, value: &impl Serialize) -> Result<Option<Event>, MachineFault> {
        self.journal.keep(name, value)?;
        Ok(None)
    }

    fn forget_errors(&mut self, when: When) -> Result<(), MachineFault> {
        let sentence = "errors were cleared in the device, and here with them".into();
        let note = Note { who: "meter".into(), kind: "errors".into(), sentence };
        Ok(self.journal.clear_errors(&note, when)?)
    }

    /// Whether the device's self-test is passed. A device that Fig. 2a has blocked, or whose control unit is somebody
    /// else, tests nothing.
    fn test(&mut self) -> Result<bool, ClientError> {
        let tested = self.device.client().and_then(|client| client.self_test());
        Ok(tested.map_err(|error| self.lost(error))?.is_passed())
    }

    fn standing(&mut self) -> Result<Standing, ClientError> {
        let asked = self.device.client().and_then(|client| {
            let status = client.status()?;
            Ok(Standing { status, lock: client.lock()? })
        });
        asked.map_err(|error| self.lost(error))
    }

    /// What was printed before is reported in the same transaction.
    fn reserve(&mut self, jobs: &[Job], changes: &Changes) -> Result<Vec<JobNumber>, String> {
        let when = self.when().map_err(said)?;
        let orders: Vec<NewJob> = jobs.iter().map(|job| job.order.clone()).collect();
        let printed = std::mem::take(&mut self.printed);
        let reserved = self.journal.printed_and_reserve(&printed, &orders, Some(changes), when);
        reserved.map_err(|error| {
            self.printed = printed;
            error.to_string()
        })
    }

    fn debit(&mut self, requests: &[Request]) -> Result<Vec<Indicium>, NotDebited> {
        let mut indicia = Vec::with_capacity(requests.len());
        let asked =
            self.device.client().and_then(|client| client.frank(requests, |indicium| indicia.push(indicium)));
        match asked {
            Ok(()) if indicia.len() == requests.len() => Ok(indicia),
            Ok(()) => {
                self.device.drop_connection();
                Err(NotDebited::Unknown { sentence: ClientError::Confused.to_string() })
            }
            Err(ClientError::Refused(refusal)) if indicia.is_empty() => {
                Err(NotDebited::Refused { code: refusal.code, sentence: refusal.to_string() })
            }
            Err(error) => {
                let is_lost = is_lost(&error);
                let sentence = self.lost(error).to_string();
                match is_lost || !indicia.is_empty() {
                    true => Err(NotDebited::Unknown { sentence }),
                    false => Err(NotDebited::Refused { code: 0, sentence }),
                }
            }
        }
    }

    fn call(&mut self, is_automatic: bool, asks: &[Ask]) -> Event {
        match self.try_call(is_automatic, asks) {
            Ok((is_done, sentence)) => Event::Called { is_done, sentence },
            Err(fault) => Event::Called { is_done: false, sentence: fault.to_string() },
        }
    }

    fn try_call(&mut self, is_automatic: bool, asks: &[Ask]) -> Result<(bool, String), MachineFault> {
        let mut kept = self.calls_kept()?;
        let means = Means { automatic: is_automatic, ..Means::usual(kept.centre()?, kept.modem()) };
        let onlooker = &mut self.onlooker;
        let mut show = |step: Step| onlooker.calls(&step);
        let client = self.device.client()?;
        let mut caller = Caller::new(client, &mut kept, &mut show);
        let called = match asks {
            [Ask::Refill] => caller.refill(&means, None),
            [Ask::Amount { amount, work }, Ask::Refill] => {
                caller.refill(&means, Some((*amount, work.clone())))
            }
            asks => caller.call(&means, asks),
        };
        let called = called.inspect_err(|_| self.device.drop_connection())?;
        kept.told(&called, is_automatic)?;
        Ok((called.end.is_done(), called.end.sentence()))
    }
}

/// A fault as the sentence that the routine shows.
fn said(fault: impl ToString) -> String {
    fault.to_string()
}
