//! A meter's account at the centre: what was granted to it, what is open, what waits for it (EP 0 660 269, [69]-[98],
//! [116]-[118], [143]-[144]; docs/exactly-once.md).
//!
//! What always holds: this is the only code by which an account changes, in memory, in a database and in the model that
//! is checked; a transition that fails has changed nothing; what the customer was debited for this meter is what was
//! granted and the open grant ([`Account::debited`]). What it must never do: read a clock, do input or output, take
//! part of a transition back.
//!
//! | file | holds |
//! |---|---|
//! | `state` | what is stored of an account |
//! | `hear` | what a report shows, against the books |
//! | `begin` | what a transaction gives |
//! | `confirm` | what became of it |
//! | `orders` | the queue of what the centre wants of the meter |
//! | `inspections` | the numbers of inspections on site |
//! | `openings` | authorised openings of the housing |
//! | `operator` | what people at the centre do to an account |
//! | `effect` | what a transition means for the books around it |

mod begin;
mod confirm;
mod effect;
mod hear;
mod inspections;
mod openings;
mod operator;
mod orders;
mod state;

pub use begin::{Given, Plan, PlannedCredit, Rules};
pub use confirm::Settled;
pub use effect::{Discrepancy, Effect, OpeningEnd};
pub use hear::{Call, Heard, Unheard};
pub use openings::Announcement;
pub(crate) use openings::tenths_since_epoch;
pub use operator::{NotPossible, Settlement};
pub use state::{
    CallBackWish, Gone, Inconsistent, Open, Opening, OpeningStage, Queued, Seen, Service, State,
};

use serde::{Deserialize, Serialize};
use terms::{Money, Serial};

/// A meter's account.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "State", into = "State")]
pub struct Account {
    state: State,
}

impl Account {
    /// The account of a meter that was never granted anything.
    pub fn new(serial: Serial) -> Account {
        Account { state: State::new(serial) }
    }

    /// The account that was stored like this.
    pub fn restore(state: State) -> Result<Account, Inconsistent> {
        state.check()?;
        Ok(Account { state })
    }

    /// What is to be stored of it.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What the customer was debited for this meter, less what he was credited: what was granted, and the open grant
    /// where it brings credit. Whether the device has taken that one or not changes nothing here.
    pub fn debited(&self) -> Money {
        let open = self.state.open.map_or(Money::ZERO, |open| open.credit());
        // The sum was checked when the grant was issued.
        self.state.granted.checked_add(open).unwrap_or(self.state.granted)
    }

    /// Does something to a copy, and keeps it where all went well.
    fn attempt<T, E>(&mut self, change: impl FnOnce(&mut State) -> Result<T, E>) -> Result<T, E> {
        let mut next = self.state.clone();
        let done = change(&mut next)?;
        debug_assert_eq!(next.check(), Ok(()));
        self.state = next;
        Ok(done)
    }
}

impl TryFrom<State> for Account {
    type Error = Inconsistent;

    fn try_from(state: State) -> Result<Account, Inconsistent> {
        Account::restore(state)
    }
}

impl From<Account> for State {
    fn from(account: Account) -> State {
        account.state
    }
}
