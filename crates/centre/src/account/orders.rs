//! The queue of what the centre wants of a meter.
//!
//! What always holds: an order's number is given out when the device is first given it, and never again for another
//! content; what was given comes before what waits; of what only sets a state, the newest takes the place of the older.

use super::Account;
use super::effect::{Effect, OpeningEnd};
use super::openings::tenths_since_epoch;
use super::operator::NotPossible;
use super::state::{Opening, OpeningStage, Queued, Service, State};
use link::call::ORDERS_MAX;
use link::{Order, Proven, Report, Reset, Task};
use std::mem::discriminant;

/// How many tasks may wait for a meter: more of them are a mistake.
const QUEUE_MAX: usize = 64;

impl Account {
    /// Queues a task for the meter's next transaction. A codeword is not queued but announced; registers that a service
    /// reset brings must be those of the books.
    pub fn queue(&mut self, task: Task) -> Result<Vec<Effect>, NotPossible> {
        self.attempt(|state| {
            state.require_service()?;
            match task {
                Task::NextCodeword { .. } => return Err(NotPossible::Codeword),
                Task::Reset(reset) if !state.is_by_the_books(&reset) => return Err(NotPossible::NotTheBooks),
                Task::Stop(yes) => state.stopped = yes,
                _ => {}
            }
            let mut effects = Vec::new();
            if sets_a_state(&task) {
                state.drop_where(&mut effects, |queued| discriminant(&queued.task) == discriminant(&task));
            }
            if state.orders.len() >= QUEUE_MAX {
                return Err(NotPossible::QueueFull);
            }
            state.orders.push(Queued { task, number: None });
            Ok(effects)
        })
    }
}

/// Whether only the last of such tasks matters.
fn sets_a_state(task: &Task) -> bool {
    matches!(task, Task::Suspicion(_) | Task::Stop(_) | Task::Pieces(_) | Task::Clock { .. })
}

impl State {
    /// The orders of a transaction: what was given before and is not known to be done, then what waits.
    pub(super) fn give_orders(&mut self, effects: &mut Vec<Effect>, now_ms: i64) -> Vec<Order> {
        let grants = (self.grants, self.granted);
        self.drop_where(effects, |queued| match queued.task {
            Task::Reset(Reset { registers: Some(proven), .. }) => books_of(&proven) != grants,
            _ => false,
        });
        for index in 0..self.orders.len().min(ORDERS_MAX) {
            let (queued, serial) = (&mut self.orders[index], self.serial);
            if queued.number.is_none() {
                // 2^64 orders of one meter are none that anybody lives to see.
                self.orders_issued = self.orders_issued.saturating_add(1);
                queued.number = Some(self.orders_issued);
                // The time that a clock is set to is that of the call, not of when somebody thought of it.
                if let Task::Clock { tenths } = &mut queued.task {
                    *tenths = tenths_since_epoch(now_ms);
                }
                let order = Order { serial, number: self.orders_issued, task: queued.task };
                effects.push(Effect::OrderGiven(order));
            }
        }
        self.note_codeword_given();
        let given = self.orders.iter().filter_map(|queued| queued.number.map(|number| (number, queued.task)));
        given.map(|(number, task)| Order { serial: self.serial, number, task }).collect()
    }

    /// Puts Y' before all that waits.
    pub(super) fn queue_first(&mut self, task: Task) {
        let given = self.orders.iter().take_while(|queued| queued.number.is_some()).count();
        self.orders.insert(given, Queued { task, number: None });
    }

    fn note_codeword_given(&mut self) {
        let codeword = self.orders.iter().find(|queued| matches!(queued.task, Task::NextCodeword { .. }));
        let number = codeword.and_then(|queued| queued.number);
        if let (Some(order), Some(opening)) = (number, &mut self.opening) {
            opening.stage = OpeningStage::Given { order };
        }
    }

    /// Takes the orders from the queue that the device has carried out.
    pub(super) fn note_done(&mut self, report: &Report, effects: &mut Vec<Effect>, now_ms: i64) {
        let is_done = |queued: &Queued| queued.number.is_some_and(|number| number <= report.order);
        let done: Vec<Queued> = self.orders.extract_if(.., |queued| is_done(queued)).collect();
        for Queued { number, .. } in done {
            let number = number.unwrap_or_default();
            effects.push(Effect::OrderDone { number });
            self.note_fetched(number, report, effects, now_ms);
        }
    }

    fn note_fetched(&mut self, done: u64, report: &Report, effects: &mut Vec<Effect>, now_ms: i64) {
        if let Some(opening) = &mut self.opening
            && opening.stage == (OpeningStage::Given { order: done })
        {
            opening.stage = OpeningStage::UnderWay { fetched_ms: now_ms, seal: report.seal };
            effects.push(Effect::OpeningFetched {
                number: opening.number,
                registers: report.registers,
                seal: report.seal,
                work: opening.work.clone(),
            });
        }
    }

    /// Drops an order that the device has refused.
    pub(super) fn note_refused(&mut self, number: u64, code: u16, effects: &mut Vec<Effect>) {
        let before = self.orders.len();
        self.orders.retain(|queued| queued.number != Some(number));
        if self.orders.len() == before {
            return;
        }
        effects.push(Effect::OrderRefused { number, code });
        if matches!(&self.opening, Some(Opening { stage: OpeningStage::Given { order }, .. }) if *order == number)
        {
            self.end_opening(OpeningEnd::Refused, effects);
        }
    }

    /// Drops the tasks of which this is so.
    pub(super) fn drop_where(&mut self, effects: &mut Vec<Effect>, is_dropped: impl Fn(&Queued) -> bool) {
        let dropped = self.orders.extract_if(.., |queued| is_dropped(queued));
        effects.extend(dropped.map(|queued| Effect::TaskDropped(queued.task)));
    }

    /// Drops all tasks: there is nobody to carry them out any more.
    pub(super) fn drop_tasks(&mut self, effects: &mut Vec<Effect>) {
        self.end_opening(OpeningEnd::Withdrawn, effects);
        self.drop_where(effects, |_| true);
    }

    fn is_by_the_books(&self, reset: &Reset) -> bool {
        reset.registers.is_none_or(|proven| {
            proven.registers.check().is_ok() && books_of(&proven) == (self.grants, self.granted)
        })
    }

    /// Nothing is asked of a meter that has left.
    pub(crate) fn require_service(&self) -> Result<(), NotPossible> {
        match self.service {
            Service::InService | Service::Leaving { .. } => Ok(()),
            _ => Err(NotPossible::OutOfService),
        }
    }
}

/// What registers that are vouched for say was granted.
fn books_of(proven: &Proven) -> (u64, terms::Money) {
    (proven.grant, proven.registers.r3)
}
