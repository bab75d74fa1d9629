//! What a meter can call the centre for.
//!
//! What always holds: whoever asks for credit whose end nobody saw, and it has come, is told so and not charged again.

use super::run::Call;
use super::{CallFault, Called, End, Kept, Means, Step};
use link::call::{Ask, CallPlan, Number as Dialled, Trigger, Work};
use psd::SelfTest;
use psd_host::client::Client;
use std::fmt;
use terms::Money;

/// Who makes calls, while they are made: a display, and what the control unit may do with the device beside them.
pub trait Host {
    /// Shows how it goes.
    fn show(&mut self, step: Step);

    /// Tests the device as in standby, where an automatic call was given up ([145]); or says in a sentence why not.
    /// Nothing else is to be done where the connection is the control unit's, which alone may ask for the test.
    fn test_device(&mut self, client: &mut Client) -> Result<SelfTest, String> {
        client.self_test().map_err(|error| error.to_string())
    }
}

/// A display alone.
impl<F: FnMut(Step)> Host for F {
    fn show(&mut self, step: Step) {
        self(step);
    }
}

/// A device and what is kept of its calls, lent for calls.
pub struct Caller<'a> {
    pub(super) client: &'a mut Client,
    pub(super) kept: &'a mut Kept,
    pub(super) host: &'a mut dyn Host,
}

impl<'a> Caller<'a> {
    /// Calls for this device, with what is kept of it, in front of this host.
    pub fn new(client: &'a mut Client, kept: &'a mut Kept, host: &'a mut dyn Host) -> Caller<'a> {
        Caller { client, kept, host }
    }

    /// Calls the centre for these, in this order; for credit by [`Caller::refill`].
    pub fn call(&mut self, means: &Means, asks: &[Ask]) -> Result<Called, CallFault> {
        let number: Dialled = self.kept.centre()?.to_string().parse()?;
        let trigger = if means.automatic { Trigger::Automatic } else { Trigger::Manual };
        let mut plan = CallPlan { number, redials: means.redials, trigger, asks: Default::default() };
        for ask in asks {
            plan.asks.push_back(ask.clone()).map_err(|_| CallFault::TooManyAsks)?;
        }
        Call::make(self, means, plan)
    }

    /// Fetches credit: the usual amount, or another one, which is agreed on first in the same call; with the kind of
    /// work where an opening of the housing was announced with it. Nothing more is asked for where the credit of a
    /// refill whose end nobody saw has come.
    pub fn refill(&mut self, means: &Means, amount: Option<(Money, Work)>) -> Result<Called, CallFault> {
        if let Some(called) = self.came_before(means)? {
            return Ok(called);
        }
        let amount = amount.map(|(amount, work)| Ask::Amount { amount, work });
        let asks: Vec<Ask> = amount.into_iter().chain([Ask::Refill]).collect();
        self.call(means, &asks)
    }

    /// Where a refill was asked for whose end nobody saw and its credit has come, only the centre is told.
    pub(super) fn came_before(&mut self, means: &Means) -> Result<Option<Called>, CallFault> {
        let status = self.client.status()?;
        if !self.kept.has_come(status.serial, status.last_grant) {
            return Ok(None);
        }
        let mut called = self.call(means, &[Ask::Contact])?;
        if called.end.is_done() || called.end.is_lines() {
            called.end = End::CameBefore(status.last_grant);
        }
        Ok(Some(called))
    }
}

impl fmt::Debug for Caller<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("kept", &self.kept).finish_non_exhaustive()
    }
}
