//! The end of a call in the control unit: it dials, carries frames between line and device, and shows how it goes. The
//! right half of Fig. 3a and 3b, step by step ([80]-[92], [145]).
//!
//! What always holds: it never repeats what the device has carried out; after so many failed dials, moves to another
//! number or transactions, it ends and says so. What it must never do: read what is sealed, or judge it.
//!
//! | arrow of the figure | here |
//! |---|---|
//! | 304 to 305, and back on a communication error; 305 to 310 after n redials | [`Event::LineFailed`] while dialling |
//! | 306 to 307 | [`Event::Connected`] |
//! | 308 to 304 | the line fails before the preamble |
//! | 309 to 310 | no preamble in time, or a refusal |
//! | 311 to 312 to 304 | another number of the centre's |
//! | 314 to 304 | the line fails after the begin message |
//! | 316 to 310 | the transaction was refused, or its data stayed unreadable |
//! | 317 to 318 to 305 | the end message; the next transaction begins at 306 |
//! | 317 to 304 | the line fails before the end message, and more was asked for than the device has carried out |

use super::device::CallOutcome;
use super::frame::{Frame, Kind};
use super::message::{Ask, End, Number, Refused, Trigger};
use heapless::Deque;

/// Transactions that one call is asked to carry out, at most.
pub const ASKS_MAX: usize = 4;
/// How often one call follows the centre to another number.
const MOVES: u8 = 2;
/// How often a message that could not be read is asked for again.
const REPEATS: u8 = 3;
/// How many transactions one call has, at most: what the centre has for the meter comes in some of them.
const TRANSACTIONS: u8 = 32;
/// How often in a row something is asked for in vain where the centre has nothing more that could come before it. Once
/// is in order: then something that was still open came first.
const TRIES: u8 = 2;

/// What a call is made for.
#[derive(Clone, Debug)]
pub struct CallPlan {
    /// Where the centre is.
    pub number: Number,
    /// How often a dial that failed is repeated.
    pub redials: u8,
    /// Why the call is made.
    pub trigger: Trigger,
    /// What it is to do, in this order.
    pub asks: Deque<Ask, ASKS_MAX>,
}

/// What happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The line stands.
    Connected,
    /// It could not be set up, was cut, or nothing came in time. Busy counts as the same ([145]).
    LineFailed,
    /// The other end sent this.
    Received(&'a [u8]),
    /// The device sealed an opening or a begin message.
    Sealed(Frame),
    /// What came of the frame that was given to the device.
    Device(CallOutcome),
    /// The device could not read the frame.
    Unreadable,
    /// The device refused what it was asked, with this code.
    DeviceRefused(u16),
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
pub enum Action {
    /// Step 304: dial, and report [`Event::Connected`] or [`Event::LineFailed`].
    Dial(Number),
    /// Step 307: let the device seal an opening.
    Open {
        /// Why the call is made.
        trigger: Trigger,
        /// The number dialled.
        dialled: Number,
    },
    /// Step 313: let the device seal a begin message.
    Begin(Ask),
    /// Give this frame to the device.
    Take(Frame),
    /// Send this, and await an answer.
    Send(Frame),
    /// Hang up.
    HangUp,
    /// Step 312: keep this number durably.
    StoreNumber(Number),
    /// Step 310: show this.
    Show(Progress),
    /// The automatic request is given up: the call failed, and the next franking asks again ([145]).
    ClearAutomatic,
    /// Look at the program, as in standby ([145]).
    CheckStandby,
}

/// What the operator is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Dialling; so many redials are left.
    Dialling {
        /// Redials left.
        redials_left: u8,
    },
    /// Connected.
    Connected,
    /// The centre has another number, and is dialled there by itself.
    Moved,
    /// A transaction has begun.
    Begun,
    /// What it brought is durable in the device.
    Taken,
    /// The call has ended.
    Finished(Finish),
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// All that was asked for is done.
    Done,
    /// All is done as far as the device knows; the centre learns of it in the next call.
    DoneUnconfirmed,
    /// The centre ended each transaction without what was asked for being done: mostly because the device refuses what
    /// comes before it.
    Unfinished,
    /// The line did not stand, or not long enough.
    NoLine,
    /// No preamble came.
    NoPreamble,
    /// The centre refused.
    Refused(Refused),
    /// Somebody refused in clear: perhaps not the centre.
    RefusedInClear(Refused),
    /// Messages stayed unreadable.
    Unreadable,
    /// The device refused, with this code.
    DeviceRefused(u16),
    /// The centre sent the call from number to number.
    TooManyMoves,
}

/// Where the control unit's end stands, with the number of the step in Fig. 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Steps 304 and 305.
    Dialling,
    /// Step 307.
    Opening,
    /// Steps 308, 309 and 311.
    AwaitPreamble,
    /// Step 313.
    Beginning,
    /// Steps 314 to 316.
    AwaitData,
    /// Steps 317 and 318.
    AwaitEnd,
    /// Step 310: it is over.
    Shown,
}

/// The control unit's end of a call.
#[derive(Clone, Debug)]
pub struct MeterCall {
    step: Step,
    plan: CallPlan,
    redials_left: u8,
    moves_left: u8,
    repeats_left: u8,
    transactions_left: u8,
    tries_left: u8,
    /// The last transaction was for what the centre had, not for one of the plan.
    is_extra: bool,
}

impl MeterCall {
    /// Begins a call: the first action is to dial.
    pub fn begin(plan: CallPlan, act: &mut dyn FnMut(Action)) -> MeterCall {
        let mut call = MeterCall::new(plan);
        call.dial(act);
        call
    }

    /// Goes on with a call that the centre has made, on a line that stands.
    pub fn answer(plan: CallPlan, act: &mut dyn FnMut(Action)) -> MeterCall {
        let mut call = MeterCall::new(plan);
        // A line that the centre set up is the centre's to set up again.
        call.redials_left = 0;
        call.open(act);
        call
    }

    fn new(plan: CallPlan) -> MeterCall {
        MeterCall {
            step: Step::Dialling,
            redials_left: plan.redials,
            moves_left: MOVES,
            repeats_left: REPEATS,
            transactions_left: TRANSACTIONS,
            tries_left: TRIES,
            is_extra: false,
            plan,
        }
    }

    /// Whether the call is over.
    pub fn is_over(&self) -> bool {
        self.step == Step::Shown
    }

    /// Takes what happened, and says what is to be done. What comes out of its turn changes nothing.
    pub fn handle(&mut self, event: Event<'_>, act: &mut dyn FnMut(Action)) {
        match (self.step, event) {
            (Step::Shown, _) => {}
            (Step::Dialling, Event::Connected) => {
                act(Action::Show(Progress::Connected));
                self.open(act);
            }
            (_, Event::LineFailed) => self.line_failed(act),
            (_, Event::DeviceRefused(code)) => self.finish(Finish::DeviceRefused(code), act),
            (Step::Opening, Event::Sealed(frame)) => self.send(Step::AwaitPreamble, frame, act),
            (Step::Beginning, Event::Sealed(frame)) => self.send(Step::AwaitData, frame, act),
            (Step::AwaitPreamble | Step::AwaitData | Step::AwaitEnd, Event::Received(bytes)) => {
                match Frame::from_slice(bytes) {
                    Ok(frame) => act(Action::Take(frame)),
                    Err(_) => self.unreadable(act),
                }
            }
            (Step::AwaitPreamble | Step::AwaitData | Step::AwaitEnd, Event::Unreadable) => {
                self.unreadable(act);
            }
            (_, Event::Device(outcome)) => self.take(outcome, act),
            _ => {}
        }
    }

    fn take(&mut self, outcome: CallOutcome, act: &mut dyn FnMut(Action)) {
        match (self.step, outcome) {
            (Step::AwaitPreamble, CallOutcome::Proceed) => self.next_transaction(false, act),
            (Step::AwaitPreamble, CallOutcome::Redial(number)) => self.move_to(number, act),
            (Step::AwaitPreamble, CallOutcome::RefusedInClear(refused)) => {
                self.finish(Finish::RefusedInClear(refused), act);
            }
            (Step::AwaitPreamble | Step::AwaitData, CallOutcome::Refused(refused)) => {
                self.finish(Finish::Refused(refused), act);
            }
            (Step::AwaitData, CallOutcome::Confirm(frame)) => {
                act(Action::Show(Progress::Taken));
                self.send(Step::AwaitEnd, frame, act);
            }
            (Step::AwaitEnd, CallOutcome::Ended(end)) => self.ended(end, act),
            (_, CallOutcome::Send(frame)) => self.repeat(frame, act),
            _ => {}
        }
    }

    fn dial(&mut self, act: &mut dyn FnMut(Action)) {
        self.step = Step::Dialling;
        self.repeats_left = REPEATS;
        act(Action::Show(Progress::Dialling { redials_left: self.redials_left }));
        act(Action::Dial(self.plan.number.clone()));
    }

    fn open(&mut self, act: &mut dyn FnMut(Action)) {
        self.step = Step::Opening;
        act(Action::Open { trigger: self.plan.trigger, dialled: self.plan.number.clone() });
    }

    fn send(&mut self, step: Step, frame: Frame, act: &mut dyn FnMut(Action)) {
        self.step = step;
        act(Action::Send(frame));
    }

    fn line_failed(&mut self, act: &mut dyn FnMut(Action)) {
        if self.step == Step::AwaitEnd {
            // The device has carried it out: asking for it again could only bring it twice.
            self.ask_done();
            if self.plan.asks.is_empty() {
                return self.finish(Finish::DoneUnconfirmed, act);
            }
        }
        act(Action::HangUp);
        let Some(left) = self.redials_left.checked_sub(1) else {
            if self.plan.trigger == Trigger::Automatic {
                act(Action::ClearAutomatic);
                act(Action::CheckStandby);
            }
            let silent = self.step == Step::AwaitPreamble;
            return self.show(if silent { Finish::NoPreamble } else { Finish::NoLine }, act);
        };
        self.redials_left = left;
        self.dial(act);
    }

    /// What was begun last need not be asked for again.
    fn ask_done(&mut self) {
        self.tries_left = TRIES;
        if !self.is_extra {
            self.plan.asks.pop_front();
        }
    }

    fn unreadable(&mut self, act: &mut dyn FnMut(Action)) {
        self.repeat(Kind::Again.to_frame(), act);
    }

    /// Sends something once more, or asks for it, but not for ever.
    fn repeat(&mut self, frame: Frame, act: &mut dyn FnMut(Action)) {
        match self.repeats_left.checked_sub(1) {
            Some(left) => {
                self.repeats_left = left;
                act(Action::Send(frame));
            }
            // Only the end message is missing: whoever was told of a failure would ask once more for what is there.
            None if self.step == Step::AwaitEnd => self.line_failed(act),
            None => self.finish(Finish::Unreadable, act),
        }
    }

    fn move_to(&mut self, number: Number, act: &mut dyn FnMut(Action)) {
        let Some(left) = self.moves_left.checked_sub(1) else {
            return self.finish(Finish::TooManyMoves, act);
        };
        self.moves_left = left;
        self.plan.number = number.clone();
        act(Action::StoreNumber(number));
        act(Action::Show(Progress::Moved));
        act(Action::HangUp);
        self.dial(act);
    }

    fn ended(&mut self, end: End, act: &mut dyn FnMut(Action)) {
        if end.is_done {
            self.ask_done();
        } else if !self.is_extra && !end.has_more {
            self.tries_left = self.tries_left.saturating_sub(1);
            if self.tries_left == 0 {
                return self.finish(Finish::Unfinished, act);
            }
        }
        self.next_transaction(end.has_more, act);
    }

    /// Step 306: begins the next transaction, or hangs up.
    fn next_transaction(&mut self, has_more: bool, act: &mut dyn FnMut(Action)) {
        self.repeats_left = REPEATS;
        let planned = self.plan.asks.front().cloned();
        self.is_extra = planned.is_none();
        let Some(ask) = planned.or(has_more.then_some(Ask::Contact)) else {
            return self.finish(Finish::Done, act);
        };
        let Some(left) = self.transactions_left.checked_sub(1) else {
            // What the centre still has for the meter comes in the next call; what was asked for may not be left out.
            return self.finish(if self.is_extra { Finish::Done } else { Finish::Unfinished }, act);
        };
        self.transactions_left = left;
        self.step = Step::Beginning;
        act(Action::Show(Progress::Begun));
        act(Action::Begin(ask));
    }

    fn finish(&mut self, finish: Finish, act: &mut dyn FnMut(Action)) {
        act(Action::HangUp);
        self.show(finish, act);
    }

    fn show(&mut self, finish: Finish, act: &mut dyn FnMut(Action)) {
        self.step = Step::Shown;
        act(Action::Show(Progress::Finished(finish)));
    }
}
