//! The end of a call in the security device: it alone reads and writes what is sealed. The control unit carries frames
//! and sees what came of them.
//!
//! What always holds: nothing is carried out but what the centre said in this very call; what was carried out is
//! durable before it is confirmed; a message that comes twice is carried out once and answered twice. Nothing here
//! outlives the device's power: what a crash cut off is settled by the next call.

use super::channel::{Nonce, Seal, is_centres_number};
use super::frame::{Frame, FrameError, Kind};
use super::message::{
    Ask, Begin, CallBackRequest, Confirm, Credit, Data, End, FromCentre, FromMeter, Number, Opening,
    Preamble, Refused, Trigger,
};
use crate::grant::{Grant, Signed};
use crate::order::Order;
use crate::report::Report;
use core::fmt;
use heapless::Vec;
use imprint::numbers::Key;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use terms::Money;

/// What the device does with what a call brings. Each is durable when it returns; a refusal is the number of the
/// device's error.
pub trait CallHands {
    /// How the device stands.
    fn report(&mut self) -> Report;

    /// The usual amount is this from now on.
    fn agree(&mut self, amount: Money) -> Result<(), u16>;

    /// Takes a grant; `called_back` says that the centre has called, as the device had asked it to.
    fn take_grant(&mut self, signed: &Signed<Grant>, called_back: bool) -> Result<(), u16>;

    /// Carries out an order.
    fn carry_out(&mut self, signed: &Signed<Order>) -> Result<(), u16>;
}

/// The device's end of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DeviceCall {
    step: Step,
    /// What both ends have drawn.
    meter: Nonce,
    centre: Nonce,
    /// Numbers of the next message each way.
    next_sent: u32,
    next_received: u32,
    called_back: bool,
    /// What was sent last, for a peer that could not read it.
    last: Frame,
    /// What the centre is to call back for.
    pending: Option<Pending>,
}

/// Where the device's end of a call stands, with the number of the step in Fig. 3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Step {
    /// No call.
    #[default]
    Idle,
    /// Step 309: the opening is sent, the preamble awaited.
    Opened,
    /// Step 306: a transaction may begin.
    Ready,
    /// Step 315: one has begun, and its data are awaited.
    Begun,
    /// Step 317: it is confirmed, and its end is awaited.
    Confirmed,
}

/// A request for a call-back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pending {
    request: CallBackRequest,
    amount: Money,
}

/// What came of a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
pub enum CallOutcome {
    /// A transaction may begin.
    Proceed,
    /// The centre has another number from now on, and is to be called there.
    Redial(Number),
    /// The centre refused the call or the transaction, and said so in the channel.
    Refused(Refused),
    /// Somebody refused the call in clear. Nothing but an error on the line follows from it.
    RefusedInClear(Refused),
    /// This goes back.
    Send(Frame),
    /// The same, and the device has now carried out what it was given.
    Confirm(Frame),
    /// The transaction has ended.
    Ended(End),
    /// The device holds no request for a call-back such as the centre follows: this says so, and is the last word.
    NoRequest(Frame),
}

/// Why a frame led to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// It is no frame, or of another version.
    Frame(FrameError),
    /// It is damaged, or not the centre's.
    Unreadable,
    /// It is not what comes next, or there is no call.
    OutOfTurn,
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CallError::Frame(error) => error.fmt(f),
            CallError::Unreadable => super::channel::Unreadable.fmt(f),
            CallError::OutOfTurn => f.write_str("this is not what comes next in the call"),
        }
    }
}

impl core::error::Error for CallError {}

impl From<super::channel::Unreadable> for CallError {
    fn from(_: super::channel::Unreadable) -> CallError {
        CallError::Unreadable
    }
}

impl DeviceCall {
    /// Opens a call with a nonce drawn for it. A call that was under way is over.
    pub fn open(
        &mut self,
        link: &Key,
        pan: u32,
        nonce: Nonce,
        opening: &Opening,
    ) -> Result<Frame, CallError> {
        let called_back = match opening.trigger {
            Trigger::CalledBack(request) => self.holds(&request),
            _ => false,
        };
        *self = DeviceCall { meter: nonce, called_back, pending: self.pending, ..DeviceCall::default() };
        let head = Kind::Opening { pan, nonce, sealed: &[] };
        self.last = Seal::Opening(nonce).seal(link, 0, &head, opening).ok_or(CallError::OutOfTurn)?;
        self.step = Step::Opened;
        Ok(self.last.clone())
    }

    /// Begins a transaction.
    pub fn begin(&mut self, link: &Key, ask: Ask) -> Result<Frame, CallError> {
        if self.step != Step::Ready {
            return Err(CallError::OutOfTurn);
        }
        if let Ask::CallBack { request, amount, .. } = &ask {
            self.pending = Some(Pending { request: *request, amount: *amount });
        }
        let frame = self.send(link, &FromMeter::Begin(Begin { ask }))?;
        self.step = Step::Begun;
        Ok(frame)
    }

    /// Takes a frame of the centre's.
    pub fn take(
        &mut self,
        link: &Key,
        frame: &[u8],
        hands: &mut impl CallHands,
    ) -> Result<CallOutcome, CallError> {
        match (self.step, Kind::parse(frame).map_err(CallError::Frame)?) {
            (Step::Idle, _) => Err(CallError::OutOfTurn),
            (_, Kind::Again) => Ok(CallOutcome::Send(self.last.clone())),
            (Step::Opened, Kind::Preamble { nonce, sealed }) => self.take_preamble(link, nonce, sealed),
            (Step::Opened, Kind::NewNumber { number, mac }) => {
                if !is_centres_number(link, &self.meter, number.as_str(), &mac) {
                    return Err(CallError::Unreadable);
                }
                self.step = Step::Idle;
                Ok(CallOutcome::Redial(number))
            }
            (Step::Opened, Kind::Refused(refused)) => {
                self.step = Step::Idle;
                Ok(CallOutcome::RefusedInClear(refused))
            }
            // The centre has not read the answer to what it sent before.
            (_, Kind::Session { number, .. }) if number < self.next_received => {
                Ok(CallOutcome::Send(self.last.clone()))
            }
            (_, Kind::Session { number, sealed }) if number == self.next_received => {
                let seal = Seal::FromCentre(self.meter, self.centre);
                let message = seal.open(link, number, &Kind::Session { number, sealed: &[] }, sealed)?;
                self.take_message(link, message, hands)
            }
            _ => Err(CallError::OutOfTurn),
        }
    }

    fn take_preamble(&mut self, link: &Key, nonce: Nonce, sealed: &[u8]) -> Result<CallOutcome, CallError> {
        let seal = Seal::FromCentre(self.meter, nonce);
        let preamble = match seal.open(link, 0, &Kind::Preamble { nonce, sealed: &[] }, sealed)? {
            FromCentre::Preamble(preamble) => preamble,
            _ => return Err(CallError::OutOfTurn),
        };
        match preamble {
            Preamble::Proceed => {
                self.centre = nonce;
                self.next_received = 1;
                self.step = Step::Ready;
                Ok(CallOutcome::Proceed)
            }
            Preamble::Refused(refused) => {
                self.step = Step::Idle;
                Ok(CallOutcome::Refused(refused))
            }
        }
    }

    fn take_message(
        &mut self,
        link: &Key,
        message: FromCentre,
        hands: &mut impl CallHands,
    ) -> Result<CallOutcome, CallError> {
        let outcome = match (self.step, message) {
            (Step::Begun, FromCentre::Data(data)) => {
                let confirm = self.carry_out(&data, hands);
                self.step = Step::Confirmed;
                CallOutcome::Confirm(self.send(link, &FromMeter::Confirm(confirm))?)
            }
            (Step::Begun, FromCentre::Refused(refused)) => {
                self.step = Step::Ready;
                CallOutcome::Refused(refused)
            }
            (Step::Confirmed, FromCentre::End(end)) => {
                self.step = Step::Ready;
                CallOutcome::Ended(end)
            }
            _ => return Err(CallError::OutOfTurn),
        };
        self.next_received = self.next_received.saturating_add(1);
        Ok(outcome)
    }

    fn carry_out(&mut self, data: &Data, hands: &mut impl CallHands) -> Confirm {
        let code = |result: Result<(), u16>| result.err().unwrap_or(0);
        let agreed = data.agreed.map_or(Ok(()), |amount| hands.agree(amount));
        let credited = agreed.and_then(|()| match self.grant_of(&data.credit, hands) {
            Some(signed) => hands.take_grant(&signed, self.called_back),
            None => Ok(()),
        });
        let order_codes: Vec<_, _> = data.orders.iter().map(|order| code(hands.carry_out(order))).collect();
        Confirm { credit_code: code(credited), order_codes, report: hands.report() }
    }

    /// The grant that credit stands for. The amount of a usual refill is the device's own knowledge; the signature says
    /// whether the centre meant the same.
    fn grant_of(&mut self, credit: &Credit, hands: &mut impl CallHands) -> Option<Signed<Grant>> {
        match credit {
            Credit::None => None,
            Credit::Grant(signed) => Some(*signed),
            Credit::Refill { number, signature } => {
                let report = hands.report();
                let amount = match self.pending {
                    Some(pending) if self.called_back => pending.amount,
                    _ => report.usual,
                };
                let registers = report.registers;
                // A grant that was taken already is asked for again as it was.
                let r3_before = match report.grant == *number {
                    true => registers.r3.checked_sub(amount)?,
                    false => registers.r3,
                };
                let amount_minor = i64::try_from(amount.minor()).ok()?;
                let serial = report.serial;
                let message = Grant { serial, number: *number, amount_minor, r3_before, closing: false };
                Some(Signed { message, signature: *signature })
            }
        }
    }

    /// Answers a centre that calls back: with an opening, if it follows the request that the device holds, or with the
    /// word that there is none. To anybody who does not prove to be the centre it says nothing.
    pub fn answer_call_back(
        &mut self,
        link: &Key,
        frame: &[u8],
        nonce: Nonce,
    ) -> Result<CallBackAnswer, CallError> {
        let Kind::CallBack { nonce: centre, sealed } = Kind::parse(frame).map_err(CallError::Frame)? else {
            return Err(CallError::OutOfTurn);
        };
        let head = Kind::CallBack { nonce: centre, sealed: &[] };
        let request: CallBackRequest = Seal::CallBack(centre).open(link, 0, &head, sealed)?;
        if self.holds(&request) {
            return Ok(CallBackAnswer::Open(Trigger::CalledBack(request)));
        }
        let head = Kind::NoRequest { nonce, sealed: &[] };
        let frame = Seal::NoRequest(nonce, centre).seal(link, 0, &head, &());
        Ok(CallBackAnswer::Refuse(frame.ok_or(CallError::OutOfTurn)?))
    }

    /// Forgets a request for a call-back: it was followed, or its time is over.
    pub fn forget_request(&mut self) {
        self.pending = None;
    }

    /// Whether the call under way is one that the centre made, as this device had asked it to.
    pub const fn is_called_back(&self) -> bool {
        self.called_back
    }

    /// Whether a request for a call-back is held.
    pub const fn awaits_call_back(&self) -> bool {
        self.pending.is_some()
    }

    fn holds(&self, request: &CallBackRequest) -> bool {
        self.pending.is_some_and(|pending| pending.request.ct_eq(request).into())
    }

    fn send(&mut self, link: &Key, message: &FromMeter) -> Result<Frame, CallError> {
        let number = self.next_sent;
        let head = Kind::Session { number, sealed: &[] };
        let seal = Seal::FromMeter(self.meter, self.centre);
        self.last = seal.seal(link, number, &head, message).ok_or(CallError::OutOfTurn)?;
        self.next_sent = number.saturating_add(1);
        Ok(self.last.clone())
    }
}

/// What the device answers to a call-back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
pub enum CallBackAnswer {
    /// It opens a call with this trigger.
    Open(Trigger),
    /// It holds no such request, and says so.
    Refuse(Frame),
}
