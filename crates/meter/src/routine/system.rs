//! The system routine (EP 0 660 269, Fig. 2a, 2b, steps 200 to 215): what the meter does by itself between a key, a letter
//! and the next one.
//!
//! What always holds: whatever was done, the routine comes back to point s, where the device is asked how it stands.

use super::sleep::{Sleeping, overflow_ms};
use super::{Act, Action, DeviceErrors, Message, Misoperation, Reconciled, Routine, Standing, State};
use super::{BLOCKED_MS, INACTIVE_MS};
use link::Block;
use psd::{Blocking, Warning};

impl Routine {
    pub(super) fn tick(&mut self, act: Act<'_>) {
        let now_ms = self.now.ms;
        if self.message.until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
            self.message = Message::default();
        }
        self.desk.tick(self.now, act);
        match self.state {
            State::Waiting { until_ms, .. } if until_ms <= now_ms => self.ready(act),
            State::Halted { again_ms, .. } if again_ms <= now_ms => {
                self.state = State::Starting;
                act(Action::Reconcile);
            }
            State::Blocked { again_ms, .. } if again_ms <= now_ms => self.ask(act),
            // Steps 405 and 408: the standby flag.
            State::Ready if self.series > 0 => self.feed(act),
            State::Ready if self.standby_ms().is_some_and(|at_ms| at_ms <= now_ms) => {
                self.touched_ms = now_ms;
                self.evaluates = true;
                self.ask(act);
            }
            _ => {}
        }
    }

    pub(super) fn reconciled(&mut self, found: Reconciled, act: Act<'_>) {
        self.is_unsettled = found.unsettled > 0;
        let asks_somebody = Reconciled { booked: 0, released: 0, unsettled: 0, ..found };
        if asks_somebody != Reconciled::default() {
            self.say_bad(asks_somebody.to_string());
        }
        self.ask(act);
    }

    /// A fault at the start halts the meter with its code ([162]); it is tried again, since some faults pass.
    pub(super) fn halt(&mut self, sentence: String) {
        self.series = 0;
        self.state = State::Halted { sentence, again_ms: self.now.ms + BLOCKED_MS };
    }

    /// To point s.
    pub(super) fn ask(&mut self, act: Act<'_>) {
        self.state = State::Judging;
        act(Action::Ask);
    }

    /// Steps 201 to 211.
    pub(super) fn judge(&mut self, standing: Standing, act: Act<'_>) {
        let status = &standing.status;
        self.see_errors(DeviceErrors { total: status.errors.total(), last_order: status.last_order }, act);
        let before = self.sleep;
        let sleeping = self.sleep.judge(status, &self.settings.sleep);
        if self.sleep != before {
            act(Action::KeepSleep(self.sleep));
        }
        let block = status.block;
        let blocking = status.blocking;
        let is_silent = status.warning == Some(Warning::Contact);
        let low = status.registers.r1 < self.settings.low_credit;
        self.standing = Some(standing);
        match block {
            Some(Block::Inactive) => {
                self.state = State::Blocked { block: Block::Inactive, again_ms: self.now.ms + INACTIVE_MS };
                return;
            }
            // Fig. 2a, step 208: the system routine does not go on.
            Some(block) if block.is_fatal() && blocking == Blocking::AtOnce => {
                self.state = State::Blocked { block, again_ms: self.now.ms + BLOCKED_MS };
                return;
            }
            _ => {}
        }
        if std::mem::take(&mut self.evaluates) {
            self.state = State::Testing;
            act(Action::Test);
            return;
        }
        self.warn(sleeping, is_silent, low, act);
    }

    /// Fewer errors in the device after an order of the centre's: they were read and cleared ([158]), and the control
    /// unit's with them. A device that was only turned off has no newer order.
    fn see_errors(&mut self, seen: DeviceErrors, act: Act<'_>) {
        let before = self.device_errors;
        if seen.total < before.total && seen.last_order > before.last_order {
            self.errors = 0;
            act(Action::ForgetErrors);
        }
        if seen != before {
            self.device_errors = seen;
            act(Action::KeepDeviceErrors(seen));
        }
    }

    /// Steps 203 to 206.
    pub(super) fn warn(&mut self, sleeping: Sleeping, is_silent: bool, low: bool, act: Act<'_>) {
        let overflow_ms =
            overflow_ms(self.errors.saturating_add(self.device_errors.total), &self.settings.overflow);
        match sleeping {
            Sleeping::Slowed { delay_ms } => {
                self.series_rests(delay_ms.max(overflow_ms), "TELESET: call the centre");
                return;
            }
            Sleeping::Warned { shown_ms } => {
                self.say("CALL FP: call the centre".into(), shown_ms);
            }
            Sleeping::Asleep if self.message.sentence.is_empty() => {
                self.say("CALL FP: the pieces are used up".into(), None);
            }
            _ if is_silent && !self.message.is_bad => {
                self.say("CALL FP: the centre has not been heard for long".into(), None);
            }
            _ if low && self.message.sentence.is_empty() => {
                self.say("the credit is low: refill".into(), None)
            }
            Sleeping::Awake | Sleeping::Asleep => {}
        }
        if overflow_ms > 0 {
            self.series_rests(overflow_ms, "many errors: the reaction is slowed; call the service");
            return;
        }
        self.ready(act);
    }

    /// Franking waits, and a series with it.
    pub(super) fn series_rests(&mut self, delay_ms: u64, why: &'static str) {
        self.state = State::Waiting { until_ms: self.now.ms.saturating_add(delay_ms), why };
    }

    /// To point d: the next letter may come. Where a series is under way, it is there already.
    pub(super) fn ready(&mut self, act: Act<'_>) {
        self.state = State::Ready;
        if self.series > 0 {
            self.feed(act);
        }
    }

    /// The next letter of a series comes from the feeder, or lies before the printer.
    pub(super) fn feed(&mut self, act: Act<'_>) {
        self.state = State::Feeding;
        act(Action::Feed);
    }

    pub(super) fn fed(&mut self, fed: Result<bool, String>, act: Act<'_>) {
        self.state = State::Ready;
        match fed {
            Ok(true) => self.press_entry(false, act),
            // It comes by somebody's hand.
            Ok(false) => {}
            Err(sentence) => {
                self.series = 0;
                self.count(Misoperation::Printer, act);
                self.say_bad(sentence);
            }
        }
    }

    /// Step 213 has ended; back to point s.
    pub(super) fn tested(&mut self, tested: Result<bool, String>, act: Act<'_>) {
        match tested {
            Ok(true) => {}
            Ok(false) => self.say_bad("the device has found a fault in itself: see its status".into()),
            Err(sentence) => self.say_bad(sentence),
        }
        self.ask(act);
    }
}
