//! The end of a call at the centre: the left half of Fig. 3a and 3b, step by step ([81]-[97]).
//!
//! What always holds: nothing is booked before a begin message has shown that the opening was no recording; the books
//! are durable before the data go out, and before the end message does; whatever goes wrong ends at step 513, with what
//! is known of it kept as evidence, and changes nothing else.
//!
//! | arrow of the figure | here |
//! |---|---|
//! | 501 to 502 | [`CentreCall::default`] |
//! | 503 to 513 | [`Event::LineFailed`] at any step |
//! | 504, 505 to 513 | an opening that cannot be read, or is nobody's |
//! | 506, 507 | the preamble, or the new number |
//! | 508 to 511 | a begin message in order |
//! | 508 to 509 to 510 to 507 | one that is damaged: it is asked for again |
//! | 509 to 513 | damaged too often, or under the key of a manipulated meter |
//! | 511, 512 | data, confirmation, end |

use super::channel::{Nonce, Seal, number_mac};
use super::frame::{Frame, FrameError, Kind};
use super::message::{Begin, Confirm, Data, End, FromCentre, FromMeter, Number, Opening, Preamble, Refused};
use crate::keys::changed_link_key;
use crate::report::ReportKey;
use imprint::numbers::Key;

/// How often a message that cannot be read is asked for again.
const REPEATS: u8 = 3;
/// How many transactions one call has, at most.
const TRANSACTIONS: u8 = 64;

/// What happened.
#[derive(Debug)]
#[allow(clippy::large_enum_variant, reason = "it is passed on at once")]
pub enum Event<'a> {
    /// The meter sent this.
    Received(&'a [u8]),
    /// The line was cut, or nothing came in time.
    LineFailed,
    /// The answer to [`Action::LookUp`]: the meter's link key, if there is such a meter; and what was drawn for this
    /// call.
    Known(Option<Key>, Nonce),
    /// The answer to [`Action::Judge`].
    Judged(Judgement),
    /// The answer to [`Action::Book`]: durable.
    Booked(Result<Data, Refused>),
    /// The answer to [`Action::Settle`]: durable.
    Settled(Result<End, Refused>),
}

/// How the call goes on after the opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// A transaction may begin.
    Proceed,
    /// The centre has another number from now on.
    Move(Number),
    /// None may.
    Refuse(Refused),
}

/// What is to be done, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "it is passed on at once")]
pub enum Action {
    /// Look up the meter that calls in with this number.
    LookUp {
        /// The number.
        pan: u32,
    },
    /// Step 504: judge what the opening says. It may be a recording: nothing is to be booked yet.
    Judge(Opening),
    /// Step 511: book this transaction, durably.
    Book(Begin),
    /// Book what the device has confirmed, durably.
    Settle(Confirm),
    /// The meter has changed its link key after a manipulation: mark it. It is the meter's own word, and fresh.
    MarkChangedKey,
    /// Send this, and await an answer.
    Send(Frame),
    /// Hang up.
    HangUp,
    /// Step 513: keep this as evidence.
    Record {
        /// At which step of Fig. 3 the call ended.
        step: u16,
        /// Why.
        why: Failure,
    },
}

/// Why a call failed at the centre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The line was cut, or nothing came in time.
    Line,
    /// What came was no message of the link, or could not be read.
    Unreadable,
    /// What came was not what comes next.
    OutOfTurn,
    /// The call or a transaction was refused.
    Refused(Refused),
}

/// Where the centre's end stands, with the number of the step in Fig. 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Step {
    /// Steps 501 and 502: nobody has said anything yet.
    #[default]
    Waiting,
    /// Step 504: the meter is looked up.
    LookingUp,
    /// Step 504: its opening is judged.
    Judging,
    /// Step 508: a begin message is awaited.
    AwaitBegin,
    /// Step 511: the transaction is booked.
    Booking,
    /// Step 511: its confirmation is awaited.
    AwaitConfirm,
    /// Step 512: the confirmation is booked.
    Settling,
    /// The call is over.
    Over,
}

impl Step {
    /// Its number in the figure.
    const fn number(self) -> u16 {
        match self {
            Step::Waiting => 501,
            Step::LookingUp => 504,
            Step::Judging => 505,
            Step::AwaitBegin => 508,
            Step::Booking | Step::AwaitConfirm => 511,
            Step::Settling => 512,
            Step::Over => 513,
        }
    }
}

/// The centre's end of a call.
#[derive(Clone, Debug)]
pub struct CentreCall {
    step: Step,
    opening: Frame,
    key: Option<(Key, ReportKey)>,
    meter: Nonce,
    centre: Nonce,
    next_sent: u32,
    next_received: u32,
    last: Frame,
    repeats_left: u8,
    transactions_left: u8,
}

impl Default for CentreCall {
    /// A line that stands, on which nobody has said anything yet.
    fn default() -> CentreCall {
        CentreCall {
            step: Step::default(),
            opening: Frame::new(),
            key: None,
            meter: Nonce::default(),
            centre: Nonce::default(),
            next_sent: 0,
            next_received: 0,
            last: Frame::new(),
            repeats_left: REPEATS,
            transactions_left: TRANSACTIONS,
        }
    }
}

impl CentreCall {
    /// Whether the call is over.
    pub fn is_over(&self) -> bool {
        self.step == Step::Over
    }

    /// Takes what happened, and says what is to be done.
    pub fn handle(&mut self, event: Event<'_>, act: &mut dyn FnMut(Action)) {
        match (self.step, event) {
            (Step::Over, _) => {}
            // Between two transactions the meter hangs up when it has no more to ask for.
            (Step::AwaitBegin, Event::LineFailed) if self.next_received > 0 => self.hang_up(act),
            (_, Event::LineFailed) => self.fail(Failure::Line, act),
            (step, Event::Received(bytes)) => match Kind::parse(bytes) {
                Ok(Kind::Opening { pan, nonce, .. }) if step == Step::Waiting => {
                    self.meter = nonce;
                    self.opening = Frame::from_slice(bytes).unwrap_or_default();
                    self.step = Step::LookingUp;
                    act(Action::LookUp { pan });
                }
                Ok(Kind::Session { number, sealed }) => self.take_session(number, sealed, act),
                Ok(Kind::Again) if !self.last.is_empty() => self.repeat(self.last.clone(), act),
                Err(FrameError::Version) if step == Step::Waiting => {
                    self.refuse_in_clear(Refused::Version, act);
                }
                Ok(_) if step == Step::Waiting => self.fail(Failure::OutOfTurn, act),
                _ => self.unreadable(act),
            },
            (Step::LookingUp, Event::Known(key, nonce)) => self.known(key, nonce, act),
            (Step::Judging, Event::Judged(judgement)) => self.judged(judgement, act),
            (Step::Booking, Event::Booked(Ok(data))) => {
                self.step = Step::AwaitConfirm;
                self.send(&FromCentre::Data(data), act);
            }
            (Step::Booking, Event::Booked(Err(refused))) => {
                act(Action::Record { step: self.step.number(), why: Failure::Refused(refused) });
                self.step = Step::AwaitBegin;
                self.send(&FromCentre::Refused(refused), act);
            }
            (Step::Settling, Event::Settled(Ok(end))) => {
                self.step = Step::AwaitBegin;
                self.send(&FromCentre::End(end), act);
            }
            (Step::Settling, Event::Settled(Err(refused))) => self.fail(Failure::Refused(refused), act),
            _ => self.fail(Failure::OutOfTurn, act),
        }
    }

    fn known(&mut self, key: Option<Key>, nonce: Nonce, act: &mut dyn FnMut(Action)) {
        let Some(link) = key else {
            return self.refuse_in_clear(Refused::UnknownMeter, act);
        };
        self.centre = nonce;
        let frame = core::mem::take(&mut self.opening);
        let Ok(Kind::Opening { pan, nonce, sealed }) = Kind::parse(&frame) else {
            return self.fail(Failure::Unreadable, act);
        };
        let head = Kind::Opening { pan, nonce, sealed: &[] };
        let read = |key: &Key| Seal::Opening(nonce).open::<Opening>(key, 0, &head, sealed).ok();
        let changed = changed_link_key(&link);
        let opening = match (read(&link), read(&changed)) {
            (Some(opening), _) => {
                self.key = Some((link, ReportKey::Original));
                opening
            }
            (_, Some(opening)) => {
                self.key = Some((changed, ReportKey::Changed));
                opening
            }
            // Either damaged on the way, or not the meter's: what it says is not to be told from noise.
            _ => return self.fail(Failure::Unreadable, act),
        };
        self.step = Step::Judging;
        act(Action::Judge(opening));
    }

    fn judged(&mut self, judgement: Judgement, act: &mut dyn FnMut(Action)) {
        let Some((link, _)) = &self.key else { return self.fail(Failure::OutOfTurn, act) };
        match judgement {
            Judgement::Move(number) => {
                let mac = number_mac(link, &self.meter, number.as_str());
                act(Action::Send(Kind::NewNumber { number, mac }.to_frame()));
                self.hang_up(act);
            }
            Judgement::Proceed => {
                self.step = Step::AwaitBegin;
                self.send_preamble(Preamble::Proceed, act);
            }
            Judgement::Refuse(refused) => {
                self.send_preamble(Preamble::Refused(refused), act);
                self.fail(Failure::Refused(refused), act);
            }
        }
    }

    fn send_preamble(&mut self, preamble: Preamble, act: &mut dyn FnMut(Action)) {
        let nonce = self.centre;
        self.seal(&Kind::Preamble { nonce, sealed: &[] }, &FromCentre::Preamble(preamble), act);
    }

    fn take_session(&mut self, number: u32, sealed: &[u8], act: &mut dyn FnMut(Action)) {
        // The meter has not read the answer to what it sent before.
        if number < self.next_received && !self.last.is_empty() {
            return self.repeat(self.last.clone(), act);
        }
        let Some((link, key)) = &self.key else { return self.fail(Failure::OutOfTurn, act) };
        let head = Kind::Session { number, sealed: &[] };
        let seal = Seal::FromMeter(self.meter, self.centre);
        let opened = (number == self.next_received).then(|| seal.open(link, number, &head, sealed));
        let Some(Ok(message)) = opened else { return self.unreadable(act) };
        let is_changed = *key == ReportKey::Changed;
        self.next_received = self.next_received.saturating_add(1);
        self.repeats_left = REPEATS;
        match (self.step, message) {
            (Step::AwaitBegin, FromMeter::Begin(_)) if is_changed => {
                act(Action::MarkChangedKey);
                self.send(&FromCentre::Refused(Refused::ChangedKey), act);
                self.fail(Failure::Refused(Refused::ChangedKey), act);
            }
            (Step::AwaitBegin, FromMeter::Begin(begin)) => {
                let Some(left) = self.transactions_left.checked_sub(1) else {
                    return self.fail(Failure::OutOfTurn, act);
                };
                self.transactions_left = left;
                self.step = Step::Booking;
                act(Action::Book(begin));
            }
            (Step::AwaitConfirm, FromMeter::Confirm(confirm)) => {
                self.step = Step::Settling;
                act(Action::Settle(confirm));
            }
            _ => self.fail(Failure::OutOfTurn, act),
        }
    }

    /// Step 509: what can be mended is asked for again (step 510).
    fn unreadable(&mut self, act: &mut dyn FnMut(Action)) {
        let is_waiting_for_meter = matches!(self.step, Step::AwaitBegin | Step::AwaitConfirm);
        if is_waiting_for_meter {
            self.repeat(Kind::Again.to_frame(), act)
        } else {
            self.fail(Failure::Unreadable, act)
        }
    }

    fn repeat(&mut self, frame: Frame, act: &mut dyn FnMut(Action)) {
        match self.repeats_left.checked_sub(1) {
            Some(left) => {
                self.repeats_left = left;
                act(Action::Send(frame));
            }
            None => self.fail(Failure::Unreadable, act),
        }
    }

    fn send(&mut self, message: &FromCentre, act: &mut dyn FnMut(Action)) {
        self.seal(&Kind::Session { number: self.next_sent, sealed: &[] }, message, act);
    }

    fn seal(&mut self, head: &Kind<'_>, message: &FromCentre, act: &mut dyn FnMut(Action)) {
        let number = self.next_sent;
        let seal = Seal::FromCentre(self.meter, self.centre);
        let frame = self.key.as_ref().and_then(|(link, _)| seal.seal(link, number, head, message));
        let Some(frame) = frame else { return self.fail(Failure::OutOfTurn, act) };
        self.next_sent = number.saturating_add(1);
        self.last = frame.clone();
        act(Action::Send(frame));
    }

    fn refuse_in_clear(&mut self, refused: Refused, act: &mut dyn FnMut(Action)) {
        act(Action::Send(Kind::Refused(refused).to_frame()));
        self.fail(Failure::Refused(refused), act);
    }

    fn fail(&mut self, why: Failure, act: &mut dyn FnMut(Action)) {
        act(Action::Record { step: self.step.number(), why });
        self.hang_up(act);
    }

    fn hang_up(&mut self, act: &mut dyn FnMut(Action)) {
        self.step = Step::Over;
        act(Action::HangUp);
    }
}

/// The first frame of a centre that calls back: it follows this request.
pub fn call_back(link: &Key, nonce: Nonce, request: &super::message::CallBackRequest) -> Option<Frame> {
    Seal::CallBack(nonce).seal(link, 0, &Kind::CallBack { nonce, sealed: &[] }, request)
}

/// Whether a frame is the device's word that it holds no such request, to a centre that called back with this nonce.
pub fn says_no_request(link: &Key, centre: Nonce, frame: &[u8]) -> bool {
    let Ok(Kind::NoRequest { nonce, sealed }) = Kind::parse(frame) else { return false };
    let head = Kind::NoRequest { nonce, sealed: &[] };
    Seal::NoRequest(nonce, centre).open::<()>(link, 0, &head, sealed).is_ok()
}
