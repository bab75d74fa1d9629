//! The device's end of a call to the centre (EP 0 660 269, [70]-[98]): what the control unit carries, sealed here and
//! opened here.
//!
//! What always holds: credit comes in by a grant of the centre's and in no other way, be it in a call or by hand; what
//! costs the customer money is asked for only by whom the customer's lock allows to; where the lock wants a call-back,
//! credit comes in only on a call that the centre made, for the request that this device holds, in its time.

use super::Psd;
use super::credit::Way;
use crate::board::Board;
use crate::error::Error;
use crate::memory::Memory;
use access::{Refusal, may_refill};
use imprint::numbers::Key;
use link::call::{
    Ask, CallBackAnswer, CallHands, CallOutcome, DeviceCall, Frame, Nonce, Number, Opening, Trigger,
};
use link::keys::changed_link_key;
use link::{Grant, Order, Report, Signed};
use terms::Money;

/// How long a request for a call-back is held.
const CALL_BACK_MS: u64 = 15 * 60 * 1000;

/// The calls of a device, as far as they outlive a command.
#[derive(Default)]
pub(super) struct Calls {
    end: DeviceCall,
    /// Until when the request for a call-back is held, as run time.
    pending_until_ms: u64,
}

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// Seals the opening of a call; one that was under way is over. `automatic` says that nobody asked for it.
    pub fn open_call(&mut self, automatic: bool, dialled: Number) -> Result<Frame, Error> {
        let trigger = if automatic { Trigger::Automatic } else { Trigger::Manual };
        let opened = self.open_call_as(trigger, dialled);
        self.counted(opened)
    }

    /// Seals the begin message of a transaction. The device draws by itself what a request for a call-back is known by.
    pub fn begin_call(&mut self, ask: Ask) -> Result<Frame, Error> {
        let begun = self.begin(ask);
        self.counted(begun)
    }

    /// Takes what the centre sent, carries out what is in it, and says what came of it.
    pub fn take_call(&mut self, frame: &[u8]) -> Result<CallOutcome, Error> {
        self.expire_request();
        let link = self.link_key();
        let mut end = core::mem::take(&mut self.calls.end);
        let taken = end.take(&link, frame, self).map_err(Error::Call);
        if matches!(taken, Ok(CallOutcome::Ended(ended)) if ended.is_done && end.is_called_back()) {
            end.forget_request();
        }
        self.calls.end = end;
        self.counted(taken)
    }

    /// Answers a centre that calls back: with an opening if it follows the request held here, or with the word that
    /// there is none.
    pub fn answer_call(&mut self, frame: &[u8], own_number: Number) -> Result<CallOutcome, Error> {
        self.expire_request();
        let nonce = self.draw()?;
        let link = self.link_key();
        let answer = self.calls.end.answer_call_back(&link, frame, nonce).map_err(Error::Call);
        match self.counted(answer)? {
            CallBackAnswer::Open(trigger) => Ok(CallOutcome::Send(self.open_call_as(trigger, own_number)?)),
            CallBackAnswer::Refuse(frame) => Ok(CallOutcome::NoRequest(frame)),
        }
    }

    fn open_call_as(&mut self, trigger: Trigger, dialled: Number) -> Result<Frame, Error> {
        self.permit_call(false)?;
        let opening = Opening { trigger, dialled, report: self.report() };
        let nonce = self.draw()?;
        let pan = self.numbers.personalisation.call_number;
        let link = self.link_key();
        self.calls.end.open(&link, pan, nonce, &opening).map_err(Error::Call)
    }

    fn begin(&mut self, mut ask: Ask) -> Result<Frame, Error> {
        let present = self.present();
        let lock = &self.setup.lock;
        match &mut ask {
            Ask::Refill | Ask::Amount { .. } => {
                // What is asked for by a call-back was asked for before by who may.
                if !self.calls.end.is_called_back() {
                    may_refill(lock, present, true)?;
                }
            }
            Ask::CallBack { request, .. } => {
                may_refill(lock, present, true)?;
                if lock.has_manager() && !present.is_manager() {
                    return Err(Refusal::ManagerOnly.into());
                }
                self.board.fill(request)?;
                self.calls.pending_until_ms = self.board.elapsed_ms().saturating_add(CALL_BACK_MS);
            }
            Ask::Withdraw if lock.has_manager() && !present.is_manager() => {
                return Err(Refusal::ManagerOnly.into());
            }
            Ask::Contact | Ask::Withdraw | Ask::Completed { .. } => {}
        }
        let link = self.link_key();
        self.calls.end.begin(&link, ask).map_err(Error::Call)
    }

    fn expire_request(&mut self) {
        if self.board.elapsed_ms() > self.calls.pending_until_ms {
            self.calls.end.forget_request();
        }
    }

    /// The key that calls are sealed with: after a manipulation the changed one.
    fn link_key(&self) -> Key {
        let link = &self.numbers.personalisation.link;
        if self.state().standing.link_changed { changed_link_key(link) } else { link.clone() }
    }

    fn draw(&mut self) -> Result<Nonce, Error> {
        let mut nonce = Nonce::default();
        self.board.fill(&mut nonce)?;
        Ok(nonce)
    }

    fn agree_on(&mut self, amount: Money) -> Result<(), Error> {
        self.permit_call(false)?;
        let mut state = *self.state();
        if state.usual == amount {
            return Ok(());
        }
        state.usual = amount;
        self.commit_state(state)
    }
}

impl<M: Memory, B: Board, const BATCH: usize> CallHands for Psd<M, B, BATCH> {
    fn report(&mut self) -> Report {
        Psd::report(self)
    }

    fn agree(&mut self, amount: Money) -> Result<(), u16> {
        self.agree_on(amount).map_err(|error| error.code())
    }

    fn take_grant(&mut self, signed: &Signed<Grant>, called_back: bool) -> Result<(), u16> {
        self.grant_by(signed, Way::Call { called_back }).map(drop).map_err(|error| error.code())
    }

    fn carry_out(&mut self, signed: &Signed<Order>) -> Result<(), u16> {
        self.order(signed).map_err(|error| error.code())
    }
}
