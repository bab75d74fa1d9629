//! What a device reports, held against the books: the only way by which an open grant is settled.
//!
//! What always holds: nothing but the device's own word, authenticated and not older than what was heard before, tells
//! whether it took a grant; an honest device's report always agrees, whatever was lost, repeated or late on the way.

use super::Account;
use super::effect::{Discrepancy, Effect};
use super::state::{Open, Seen, Service, State};
use link::call::Trigger;
use link::{Block, Report};
use std::fmt;
use terms::{Money, Registers, Serial};

/// A call in which something is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Call {
    /// Why it is made.
    pub trigger: Trigger,
    /// When the centre heard its opening, in milliseconds since 1970.
    pub opened_ms: i64,
}

/// A report that was heard: what of it a transaction goes by. Comes out of [`Account::hear`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What hearing it means for the books.
    pub effects: Vec<Effect>,
    pub(super) discrepancy: Option<Discrepancy>,
    pub(super) serial: Serial,
    pub(super) registers: Registers,
    pub(super) usual: Money,
    pub(super) seal: u64,
    pub(super) trigger: Trigger,
}

impl Heard {
    /// In what the report and the books disagree. There is no credit then.
    pub fn discrepancy(&self) -> Option<Discrepancy> {
        self.discrepancy
    }
}

/// Why a report is not heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unheard {
    /// It is another meter's.
    OtherMeter,
    /// It is of a call that was opened before one that was heard, and of an older state: it was late.
    Late,
}

impl fmt::Display for Unheard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unheard::OtherMeter => "the report is another meter's",
            Unheard::Late => "the report is of a call that a later one has overtaken",
        })
    }
}

impl std::error::Error for Unheard {}

/// What became of the open grant, by a report.
enum Outcome {
    /// Nothing is open, or the device has not taken it.
    AsBefore,
    /// It was taken.
    Taken(Open),
    /// What makes it void was taken instead.
    Void(Open),
}

impl Account {
    /// Hears a report: authenticated, and made for this call. Settles the open grant and the orders given where the
    /// report shows them done. A report that disagrees with the books changes nothing but the time of the contact.
    pub fn hear(&mut self, call: &Call, report: &Report, now_ms: i64) -> Result<Heard, Unheard> {
        self.attempt(|state| {
            if report.serial != state.serial {
                return Err(Unheard::OtherMeter);
            }
            let is_older = state.seen.is_some_and(|seen| report.commit < seen.commit);
            if is_older && call.opened_ms < state.call_opened_ms {
                return Err(Unheard::Late);
            }
            let mut effects = Vec::new();
            state.count_call(call, now_ms);
            let discrepancy = state.discrepancy(call, report, &mut effects, now_ms);
            effects.extend(discrepancy.map(Effect::Found));
            Ok(Heard {
                effects,
                discrepancy,
                serial: state.serial,
                registers: report.registers,
                usual: report.usual,
                seal: report.seal,
                trigger: call.trigger,
            })
        })
    }
}

impl State {
    fn count_call(&mut self, call: &Call, now_ms: i64) {
        self.contact_ms = self.contact_ms.max(now_ms);
        if call.opened_ms <= self.call_opened_ms {
            return;
        }
        self.call_opened_ms = call.opened_ms;
        self.automatic_calls = match call.trigger {
            Trigger::Automatic => self.automatic_calls.saturating_add(1),
            Trigger::Manual | Trigger::CalledBack(_) => 0,
        };
    }

    /// Takes over what the report shows, or says in what it disagrees.
    fn discrepancy(
        &mut self,
        call: &Call,
        report: &Report,
        effects: &mut Vec<Effect>,
        now_ms: i64,
    ) -> Option<Discrepancy> {
        if matches!(self.service, Service::Settled { .. }) {
            return Some(Discrepancy::GoneCalls);
        }
        let outcome = match self.plausible(report).and_then(|()| self.outcome(report)) {
            Ok(outcome) => outcome,
            Err(discrepancy) => return Some(discrepancy),
        };
        self.seen = Some(Seen {
            at_ms: now_ms,
            commit: report.commit,
            seal: report.seal,
            registers: report.registers,
            epoch: report.epoch,
        });
        self.usual = report.usual;
        if report.order > self.orders_issued {
            effects.push(Effect::Found(Discrepancy::UnknownOrder));
            self.orders_issued = report.order;
        }
        self.note_done(report, effects, now_ms);
        self.note_inspected(report, effects);
        self.settle(outcome, effects, now_ms);
        if matches!(self.service, Service::Gone { .. }) {
            effects.push(Effect::Found(Discrepancy::GoneCalls));
        }
        if !self.is_expected(call.trigger) {
            effects.push(Effect::Found(Discrepancy::UnknownCallBack));
        }
        None
    }

    /// Whether a call that says it was called back was.
    pub(super) fn is_expected(&self, trigger: Trigger) -> bool {
        match trigger {
            Trigger::CalledBack(request) => self.call_back.is_some_and(|wish| wish.request == request),
            Trigger::Manual | Trigger::Automatic => true,
        }
    }

    /// What holds of every honest report, whatever was granted.
    fn plausible(&self, report: &Report) -> Result<(), Discrepancy> {
        let is_blank = report.registers == Registers::default() && report.grant == 0;
        if report.faulted_at != 0 && is_blank && self.grants != 0 {
            return Err(Discrepancy::Halted);
        }
        report.registers.check().map_err(|_| Discrepancy::Sum)?;
        let Some(Seen { commit, registers: seen, .. }) = self.seen else {
            return Ok(());
        };
        if report.commit < commit {
            return Err(Discrepancy::Older);
        }
        let Registers { r2, r4, r8, .. } = report.registers;
        if r2 < seen.r2 || r4 < seen.r4 || r8 < seen.r8 {
            return Err(Discrepancy::Fallen);
        }
        Ok(())
    }

    /// What became of the open grant: the device's R3 and the number of its last grant say it together.
    fn outcome(&self, report: &Report) -> Result<Outcome, Discrepancy> {
        let r3 = report.registers.r3;
        if report.grant == self.grants && r3 == self.granted {
            return Ok(Outcome::AsBefore);
        }
        let disagree = Discrepancy::Granted { granted: self.granted, grants: self.grants };
        let open = self.open.filter(|open| open.grant.number == report.grant).ok_or(disagree)?;
        // Of nothing to hand back, only the device's own end of service tells the two grants apart.
        let amount_tells = open.grant.amount_minor != 0;
        let is_taken =
            open.r3_after() == Some(r3) && (amount_tells || report.blocks.contains(&Block::Withdrawn));
        if is_taken {
            Ok(Outcome::Taken(open))
        } else if open.cancelled && r3 == open.grant.r3_before {
            Ok(Outcome::Void(open))
        } else {
            Err(disagree)
        }
    }

    fn settle(&mut self, outcome: Outcome, effects: &mut Vec<Effect>, now_ms: i64) {
        let (open, is_taken) = match outcome {
            Outcome::AsBefore => return,
            Outcome::Taken(open) => (open, true),
            Outcome::Void(open) => (open, false),
        };
        let number = open.grant.number;
        self.open = None;
        self.grants = number;
        if !is_taken {
            effects.push(Effect::GrantVoid { number });
            effects.extend(Some(open.credit()).filter(|credit| !credit.is_zero()).map(Effect::Credit));
            return;
        }
        effects.push(Effect::GrantTaken { number });
        self.granted = open.r3_after().unwrap_or(self.granted);
        if open.grant.closing {
            effects.extend(Some(open.taken_back()).filter(|back| !back.is_zero()).map(Effect::Credit));
            effects.push(Effect::Withdrawn);
            self.service = Service::Withdrawn { at_ms: now_ms };
            self.drop_tasks(effects);
        } else {
            self.after_refill = open.grant.credited(open.before).ok();
        }
    }
}
