//! What became of a transaction: the step 512 of Fig. 3b.
//!
//! What always holds: only the device's report settles a grant; the codes beside it only say why it did not take
//! something.

use super::Account;
use super::begin::Given;
use super::effect::Effect;
use super::hear::{Call, Heard, Unheard};
use super::state::State;
use link::call::{Confirm, End};

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// What it means for the books.
    pub effects: Vec<Effect>,
    /// How the transaction ends.
    pub end: End,
    /// The report, for the next transaction of the same call.
    pub heard: Heard,
}

impl Account {
    /// Confirms a transaction in which this was given.
    pub fn confirm(
        &mut self,
        call: &Call,
        given: &Given,
        confirm: &Confirm,
        now_ms: i64,
    ) -> Result<Settled, Unheard> {
        let mut next = self.clone();
        let mut effects = Vec::new();
        next.state.note_refusals(given, confirm, &mut effects);
        let mut heard = next.hear(call, &confirm.report, now_ms)?;
        effects.append(&mut heard.effects);
        if heard.discrepancy.is_none() {
            next.state.answered_ms = next.state.answered_ms.max(call.opened_ms);
        }
        let end = next.state.end(given, &heard);
        *self = next;
        Ok(Settled { effects, end, heard })
    }
}

impl State {
    fn note_refusals(&mut self, given: &Given, confirm: &Confirm, effects: &mut Vec<Effect>) {
        let code = confirm.credit_code;
        if let Some(open) = self.open.as_mut().filter(|open| Some(open.grant.number) == given.grant)
            && code != 0
        {
            open.refused_code = code;
            effects.push(Effect::GrantRefused { number: open.grant.number, code });
        }
        for (number, code) in given.orders.iter().zip(&confirm.order_codes).filter(|(_, code)| **code != 0) {
            self.note_refused(*number, *code, effects);
        }
    }

    fn end(&self, given: &Given, heard: &Heard) -> End {
        let is_open = |number: u64| self.open.is_some_and(|open| open.grant.number == number);
        let in_service = self.require_service().is_ok();
        // What the device has refused waits for somebody to look at it, not for another try at once.
        let has_open = heard.discrepancy.is_none() && self.open.is_some_and(|open| open.refused_code == 0);
        End {
            is_done: given.answers && !given.grant.is_some_and(is_open),
            has_more: in_service && (has_open || !self.orders.is_empty()),
        }
    }
}
