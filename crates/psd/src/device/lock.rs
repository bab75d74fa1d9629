//! The customer's lock, enforced (GB 2 178 696, Fig. 2, 3A, 3B): who is logged in, whether he may frank, what is booked
//! on him, and what the system manager changes. What may be is decided by the crate `access`.
//!
//! What always holds: a try to log in is durable as a failed one before its password is looked at; what a user spends
//! is durable in the commit of the debits it is spent on; a change of the lock is a page of the setup that counts with
//! the commit which names it. So a crash leaves the lock, the counts and the debits before or those after.

use super::Psd;
use super::credit::Way;
use crate::board::{Board, Now};
use crate::error::Error;
use crate::memory::Memory;
use crate::request::Request;
use crate::setup::Setup;
use crate::state::State;
use access::{
    Change, Lock, Minute, Moment, Password, Person, Present, Refusal, Session, Usage, UsageOfUser, UserId,
    Verifier, may_change, may_frank, may_refill, may_take_credit, named_user,
};
use terms::Money;

impl<M: Memory, B: Board, const BATCH: usize> Psd<M, B, BATCH> {
    /// The customer's lock.
    pub fn lock(&self) -> &Lock {
        &self.setup.lock
    }

    /// Who is logged in now.
    pub fn present(&mut self) -> Present {
        let elapsed_ms = self.board.elapsed_ms();
        self.watch.session.present(&self.setup.lock, elapsed_ms)
    }

    /// Compares a password and logs its owner in.
    pub fn log_in(&mut self, person: Person, password: &Password) -> Result<(), Error> {
        let result = self.compare(person, password);
        self.counted(result)
    }

    /// Logs everybody out.
    pub fn log_out(&mut self) {
        self.watch.session.log_out();
    }

    /// Changes the lock, as the system manager.
    pub fn change_lock(&mut self, change: &Change) -> Result<(), Error> {
        let result = self.apply(change);
        self.counted(result)
    }

    /// What users have spent, to the system manager alone.
    pub fn usage(&mut self) -> Result<impl Iterator<Item = UsageOfUser> + '_, Error> {
        let present = self.present();
        may_change(&self.setup.lock, present)?;
        let state = self.state();
        Ok(state.usage.users(state.clock.date))
    }

    /// Nobody is logged in, and only the wrong tries that are counted are waited for.
    pub(super) fn begin_session(&mut self) {
        let elapsed_ms = self.board.elapsed_ms();
        self.watch.session = Session::new(&self.state().failures, elapsed_ms);
    }

    fn compare(&mut self, person: Person, password: &Password) -> Result<(), Error> {
        self.permit_call(false)?;
        let elapsed_ms = self.board.elapsed_ms();
        let failures = self.state().failures;
        let (failures, attempt) = self.watch.session.attempt(&failures, person, elapsed_ms)?;
        self.commit_state(State { failures, ..*self.state() })?;
        let (lock, session) = (&self.setup.lock, &mut self.watch.session);
        let failures = attempt.check(password, lock, &mut self.board, session, &failures, elapsed_ms)?;
        self.commit_state(State { failures, ..*self.state() })
    }

    fn apply(&mut self, change: &Change) -> Result<(), Error> {
        self.permit_call(false)?;
        let present = self.present();
        let mut salt = [0; Verifier::SALT_BYTES];
        self.board.fill(&mut salt)?;
        let lock = change.applied(&self.setup.lock, present, salt, &mut self.board)?;
        self.commit_setup(*self.state(), Setup { lock, ..self.setup.clone() })?;
        self.stay();
        Ok(())
    }

    /// Who is logged in has done something, and is not idle.
    fn stay(&mut self) {
        let elapsed_ms = self.board.elapsed_ms();
        self.watch.session.touch(elapsed_ms);
    }

    /// Lets these imprints pass, and gives what their user has spent after them.
    pub(super) fn admit(&mut self, requests: &[Request], now: Now) -> Result<Usage, Error> {
        let sum = |sum: Money, request: &Request| sum.checked_add(request.postage);
        let postage = requests.iter().try_fold(Money::ZERO, sum).ok_or(Error::CounterFull)?;
        let user = self.authorised(now, postage)?;
        requests.iter().try_for_each(|request| named_user(user, request.frame.user))?;
        self.stay();
        let usage = self.state().usage;
        let Some(user) = user else { return Ok(usage) };
        let pieces = u32::try_from(requests.len()).map_err(|_| Error::CounterFull)?;
        Ok(usage.booked(&self.setup.lock, user, now.today, postage, pieces)?)
    }

    /// Lets imprints that were paid for pass once more: to their user.
    pub(super) fn admit_again(&mut self, requests: &[Request]) -> Result<(), Error> {
        if self.setup.lock.settings().mode == access::Mode::Off {
            // Nothing to look at: an imprint that was paid for is given out even where the clock is wrong.
            return Ok(());
        }
        let now = self.now()?;
        let user = self.authorised(now, Money::ZERO)?;
        requests.iter().try_for_each(|request| Ok(named_user(user, request.frame.user)?))
    }

    /// Lets credit in. Where it has to come by call-back, it comes in no other way.
    pub(super) fn admit_refill(&mut self, way: Way) -> Result<(), Error> {
        match way {
            Way::ByHand => {
                let present = self.present();
                Ok(may_refill(&self.setup.lock, present, false)?)
            }
            Way::Call { called_back } => Ok(may_take_credit(&self.setup.lock, called_back)?),
        }
    }

    fn authorised(&mut self, now: Now, postage: Money) -> Result<Option<UserId>, Error> {
        let present = self.present();
        let minute = Minute::new(now.minute).map_err(|_| Error::Clock)?;
        let moment = Moment { date: now.today, minute };
        Ok(may_frank(&self.setup.lock, present, &self.state().usage, moment, postage)?)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::Lock(refusal)
    }
}
