//! What a transaction gives: the step 511 of Fig. 3b, as far as the books have a say in it.
//!
//! What always holds: an open grant is repeated before anything else, with the same number and content, or with what
//! makes it void; there is never more than one. A refused ask changes nothing. What this must never do: issue a grant on
//! a report that disagrees with the books.

use super::Account;
use super::effect::{Effect, OpeningEnd};
use super::hear::Heard;
use super::state::{CallBackWish, Open, OpeningStage, Service, State};
use link::call::{Ask, CallBackRequest, Number, Refused, Trigger, Work};
use link::{Grant, Order};
use terms::Money;

/// What is set at the centre for this meter and its customer.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// The greatest amount of a refill.
    pub refill_max: Money,
    /// Refills only where the centre has called back.
    pub call_back_only: bool,
    /// The number that is registered for calling the meter back.
    pub registered: Option<&'a Number>,
    /// What the customer's account suffices for.
    pub funds: Money,
}

/// What a transaction gives; signing is left to whoever holds the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What it means for the books.
    pub effects: Vec<Effect>,
    /// The usual amount from now on, where it changes.
    pub agreed: Option<Money>,
    /// Credit.
    pub credit: PlannedCredit,
    /// Orders, as many as a transaction carries.
    pub orders: Vec<Order>,
    /// What [`Account::confirm`] is to be told.
    pub given: Given,
}

/// Credit in a transaction, not yet signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedCredit {
    /// None.
    None,
    /// A grant whose amount the device knows: number and signature suffice.
    Refill(Grant),
    /// A grant that must be said as a whole.
    Grant(Grant),
}

/// What was given in a transaction that is not confirmed yet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Given {
    /// The number of the grant.
    pub grant: Option<u64>,
    /// The numbers of the orders, as they were given.
    pub orders: Vec<u64>,
    /// It answers what was asked for; otherwise something that was open came first.
    pub answers: bool,
}

/// What answers an ask, before orders and an open grant are looked at.
struct Answer {
    agreed: Option<Money>,
    answers: bool,
}

impl Account {
    /// Begins a transaction on a report that was heard just before.
    pub fn begin(
        &mut self,
        ask: &Ask,
        heard: &Heard,
        rules: &Rules<'_>,
        now_ms: i64,
    ) -> Result<Plan, Refused> {
        self.attempt(|state| {
            state.permit(ask, heard)?;
            let mut effects = Vec::new();
            state.lapse_opening(&mut effects, now_ms);
            let answer = match &mut state.open {
                _ if heard.discrepancy.is_some() => Answer { agreed: None, answers: true },
                Some(open) => Answer { agreed: None, answers: repeat(open, ask, heard) },
                None => state.answer(ask, heard, rules, &mut effects, now_ms)?,
            };
            Ok(state.plan(answer, heard, effects, now_ms))
        })
    }
}

impl State {
    /// Whether there is a transaction at all.
    fn permit(&self, ask: &Ask, heard: &Heard) -> Result<(), Refused> {
        if heard.serial != self.serial {
            return Err(Refused::OutOfTurn);
        }
        if self.require_service().is_err() {
            return Err(Refused::OutOfService);
        }
        // Whoever only listens gets his orders all the same: a stop, or the reset that mends the disagreement.
        if heard.discrepancy.is_some() && *ask != Ask::Contact {
            return Err(Refused::BooksDisagree);
        }
        if !self.is_expected(heard.trigger) && *ask != Ask::Contact {
            return Err(Refused::NoRequest);
        }
        Ok(())
    }

    fn answer(
        &mut self,
        ask: &Ask,
        heard: &Heard,
        rules: &Rules<'_>,
        effects: &mut Vec<Effect>,
        now_ms: i64,
    ) -> Result<Answer, Refused> {
        let mut agreed = None;
        match ask {
            Ask::Contact => {}
            Ask::Refill => self.refill(heard, rules, effects, now_ms)?,
            Ask::Amount { amount, work } => agreed = self.agree(*amount, work, rules, effects, now_ms)?,
            Ask::CallBack { request, amount, own_number } => {
                self.call_back(*request, *amount, own_number, rules, effects, now_ms)?;
            }
            Ask::Withdraw => self.withdraw(heard, effects, now_ms)?,
            Ask::Completed { work } => self.complete_opening(work, heard, effects)?,
        }
        Ok(Answer { agreed, answers: true })
    }

    /// A refill of the amount that the device knows: the customer pays now, and the grant is open until the device
    /// reports it.
    fn refill(
        &mut self,
        heard: &Heard,
        rules: &Rules<'_>,
        effects: &mut Vec<Effect>,
        now_ms: i64,
    ) -> Result<(), Refused> {
        let amount = self.known_amount(heard);
        self.permit_amount(amount, rules)?;
        suffices(rules, amount)?;
        self.serve_call_back(heard, rules)?;
        heard.registers.r1.checked_add(amount).ok_or(Refused::Amount)?;
        self.granted.checked_add(amount).ok_or(Refused::Amount)?;
        let amount_minor = i64::try_from(amount.minor()).map_err(|_| Refused::Amount)?;
        effects.push(Effect::Debit(amount));
        self.issue(amount_minor, false, heard, effects, now_ms)?;
        self.opening_and_refill(amount, effects);
        Ok(())
    }

    /// Whether a refill may be of this amount.
    fn permit_amount(&self, amount: Money, rules: &Rules<'_>) -> Result<(), Refused> {
        if self.stopped {
            return Err(Refused::Stopped);
        }
        if amount.is_zero() {
            return Err(Refused::NothingAgreed);
        }
        if amount > rules.refill_max {
            return Err(Refused::Amount);
        }
        Ok(())
    }

    /// The amount that a refill has in this call, as the device knows it too: the usual one, or the one that the centre
    /// was to call back for.
    fn known_amount(&self, heard: &Heard) -> Money {
        match (heard.trigger, self.call_back) {
            (Trigger::CalledBack(request), Some(wish)) if wish.request == request => wish.amount,
            _ => heard.usual,
        }
    }

    /// A call that the centre has made brings what it was to call back for, once.
    fn serve_call_back(&mut self, heard: &Heard, rules: &Rules<'_>) -> Result<(), Refused> {
        match (heard.trigger, &mut self.call_back) {
            (Trigger::CalledBack(_), Some(wish)) if !wish.served => {
                wish.served = true;
                Ok(())
            }
            (Trigger::CalledBack(_), _) => Err(Refused::NoRequest),
            _ if rules.call_back_only => Err(Refused::NoRequest),
            _ => Ok(()),
        }
    }

    fn issue(
        &mut self,
        amount_minor: i64,
        closing: bool,
        heard: &Heard,
        effects: &mut Vec<Effect>,
        now_ms: i64,
    ) -> Result<(), Refused> {
        let number = self.grants.checked_add(1).ok_or(Refused::Amount)?;
        let grant = Grant { serial: self.serial, number, amount_minor, r3_before: self.granted, closing };
        let before = heard.registers;
        let open = Open { grant, issued_ms: now_ms, before, cancelled: false, refused_code: 0 };
        effects.push(Effect::GrantIssued(open));
        self.open = Some(open);
        Ok(())
    }

    /// The usual amount is to be another ([94]); zero fetches Y' where an opening was announced ([75]), and anything but
    /// the value agreed voids the announcement ([77], [117]).
    fn agree(
        &mut self,
        amount: Money,
        work: &Work,
        rules: &Rules<'_>,
        effects: &mut Vec<Effect>,
        now_ms: i64,
    ) -> Result<Option<Money>, Refused> {
        if amount.is_zero() {
            let is_answered = self.fetch_codeword(Some(work)) || self.is_fetched_in_time(now_ms);
            return Ok(if is_answered { None } else { Some(amount) });
        }
        self.permit_amount(amount, rules)?;
        if self.waiting_opening().is_some_and(|opening| opening.agreed != Some(amount)) {
            self.end_opening(OpeningEnd::OtherValue, effects);
        }
        Ok(Some(amount))
    }

    fn call_back(
        &mut self,
        request: CallBackRequest,
        amount: Money,
        own_number: &Number,
        rules: &Rules<'_>,
        effects: &mut Vec<Effect>,
        now_ms: i64,
    ) -> Result<(), Refused> {
        if rules.registered != Some(own_number) {
            return Err(Refused::OtherNumber);
        }
        self.permit_amount(amount, rules)?;
        suffices(rules, amount)?;
        if self.call_back.is_some_and(|wish| wish.request == request) {
            return Ok(());
        }
        self.call_back = Some(CallBackWish { request, amount, asked_ms: now_ms, served: false });
        effects.push(Effect::CallBack { request, amount });
        Ok(())
    }

    /// All of R1 goes back; the customer gets it once the device has reported that it is gone from there.
    fn withdraw(&mut self, heard: &Heard, effects: &mut Vec<Effect>, now_ms: i64) -> Result<(), Refused> {
        let Service::Leaving { .. } = self.service else {
            return Err(Refused::NoWithdrawal);
        };
        let amount_minor = handed_back(heard).ok_or(Refused::Amount)?;
        self.issue(amount_minor, true, heard, effects, now_ms)
    }

    fn complete_opening(
        &mut self,
        work: &Work,
        heard: &Heard,
        effects: &mut Vec<Effect>,
    ) -> Result<(), Refused> {
        let stage = self.opening.as_ref().map(|opening| opening.stage);
        let Some(OpeningStage::UnderWay { seal: before, .. }) = stage else {
            return Err(Refused::NoOpening);
        };
        let end = OpeningEnd::Completed { work: work.clone(), seal_before: before, seal: heard.seal };
        self.end_opening(end, effects);
        Ok(())
    }

    fn plan(&mut self, answer: Answer, heard: &Heard, mut effects: Vec<Effect>, now_ms: i64) -> Plan {
        let open = self.open.filter(|_| heard.discrepancy.is_none());
        let credit = open.map_or(PlannedCredit::None, |open| as_credit(&open, self.known_amount(heard)));
        // A device that has left service hears no more orders.
        let is_last = open.is_some_and(|open| open.given().closing);
        let orders = if is_last { Vec::new() } else { self.give_orders(&mut effects, now_ms) };
        // Y' may have to wait for the next transaction, behind orders that were given before.
        let waits = self.waiting_opening().is_some_and(|opening| opening.stage == OpeningStage::Announced)
            && self.orders.iter().any(|queued| matches!(queued.task, link::Task::NextCodeword { .. }));
        let given = Given {
            grant: open.map(|open| open.grant.number),
            orders: orders.iter().map(|order| order.number).collect(),
            answers: answer.answers && !waits,
        };
        Plan { effects, agreed: answer.agreed, credit, orders, given }
    }
}

/// Whether the customer's account suffices.
fn suffices(rules: &Rules<'_>, amount: Money) -> Result<(), Refused> {
    if amount > rules.funds { Err(Refused::Funds) } else { Ok(()) }
}

/// Readies an open grant to be given once more. Whether it is what was asked for.
fn repeat(open: &mut Open, ask: &Ask, heard: &Heard) -> bool {
    // The device has spent since: what was to be handed back is not there any more, and never will be.
    if open.grant.closing && handed_back(heard) != Some(open.grant.amount_minor) {
        open.cancelled = true;
    }
    open.before = heard.registers;
    match ask {
        Ask::Refill => open.is_refill() && !open.cancelled,
        Ask::Withdraw => open.grant.closing && !open.cancelled,
        Ask::Contact => true,
        Ask::Amount { .. } | Ask::CallBack { .. } | Ask::Completed { .. } => false,
    }
}

/// The amount of a grant that takes all of R1 back.
fn handed_back(heard: &Heard) -> Option<i64> {
    i64::try_from(heard.registers.r1.minor()).ok().map(|r1| -r1)
}

fn as_credit(open: &Open, known_amount: Money) -> PlannedCredit {
    let grant = open.given();
    if open.is_refill() && !open.cancelled && open.credit() == known_amount {
        PlannedCredit::Refill(grant)
    } else {
        PlannedCredit::Grant(grant)
    }
}
