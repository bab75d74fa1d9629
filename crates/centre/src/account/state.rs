//! What is stored of an account.
//!
//! What always holds of a state that [`State::check`] has passed: an open grant bears the number after the last settled
//! one and builds on what was granted; orders that were given to the device come first, in the order of their numbers.

use link::call::{CallBackRequest, ORDERS_MAX, Work};
use link::{Grant, Task, WrappedCodeword};
use serde::{Deserialize, Serialize};
use std::fmt;
use terms::{Money, Registers, Serial};

/// What is stored of an account. Times are milliseconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct State {
    /// The meter.
    pub serial: Serial,
    /// Whether it is in service.
    pub service: Service,
    /// The operator wants it to frank no more.
    pub stopped: bool,
    /// What the settled grants come to: the meter's R3 by the books.
    pub granted: Money,
    /// Number of the last settled grant.
    pub grants: u64,
    /// The grant of which is not known whether the device has taken it.
    pub open: Option<Open>,
    /// The amount of a usual refill, as the device last reported it.
    pub usual: Money,
    /// Number of the last order issued.
    pub orders_issued: u64,
    /// Orders given to the device and not known to be done, then those that wait.
    pub orders: Vec<Queued>,
    /// Number of the last inspection signed.
    #[serde(default)]
    pub inspections_issued: u64,
    /// Number of the last inspection that the device has carried out.
    #[serde(default)]
    pub inspected: u64,
    /// What the last report said that agreed with the books.
    pub seen: Option<Seen>,
    /// The registers right after the last refill.
    pub after_refill: Option<Registers>,
    /// How many openings were announced.
    pub openings: u64,
    /// The opening that was announced, or is under way.
    pub opening: Option<Opening>,
    /// The call-back that the meter has asked for.
    pub call_back: Option<CallBackWish>,
    /// When the last call that was believed was opened; 0 before the first.
    pub call_opened_ms: i64,
    /// When the last call was opened in which the device answered the centre and agreed with the books; 0 before the
    /// first. What was seen last is no older, while a report that opens a call may have been made at any time before.
    #[serde(default)]
    pub answered_ms: i64,
    /// When the meter was last heard; 0 before the first time.
    pub contact_ms: i64,
    /// Calls made by the meter itself since the last that somebody asked for ([144]).
    pub automatic_calls: u32,
}

/// Whether a meter is in service.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Service {
    /// It is.
    InService,
    /// It is, and may hand back its credit and leave ([25]).
    Leaving {
        /// When that was arranged.
        arranged_ms: i64,
    },
    /// It has handed back its credit and left.
    Withdrawn {
        /// When that was seen.
        at_ms: i64,
    },
    /// It is gone, and its credit with it.
    Gone {
        /// In what way.
        why: Gone,
        /// When that was noted.
        since_ms: i64,
        /// Who noted it.
        by: String,
    },
    /// It was gone, and its credit was settled by the books.
    Settled {
        /// When.
        at_ms: i64,
    },
}

/// In what way a meter is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gone {
    /// Nobody knows where it is.
    Lost,
    /// It says nothing any more.
    Dead,
}

/// A grant of which is not known whether the device has taken it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Open {
    /// What the device is to take.
    pub grant: Grant,
    /// When it was issued.
    pub issued_ms: i64,
    /// The registers that the device reported before it was given the grant for the last time.
    pub before: Registers,
    /// It is to become void: the device is given a grant of the same number and no amount instead.
    pub cancelled: bool,
    /// The number of the error with which the device refused it last; 0 where it did not.
    pub refused_code: u16,
}

impl Open {
    /// Whether it brings credit.
    pub fn is_refill(&self) -> bool {
        self.grant.amount_minor > 0
    }

    /// The credit that it brings; none where it takes credit back.
    pub fn credit(&self) -> Money {
        Money::from_minor(self.grant.amount_minor.max(0).unsigned_abs())
    }

    /// The credit that it takes back.
    pub fn taken_back(&self) -> Money {
        Money::from_minor(self.grant.amount_minor.min(0).unsigned_abs())
    }

    /// R3 once it is taken.
    pub fn r3_after(&self) -> Option<Money> {
        self.grant.r3_before.checked_add(self.credit())?.checked_sub(self.taken_back())
    }

    /// What the device is given for it now: itself, or what makes it void.
    pub fn given(&self) -> Grant {
        if self.cancelled { Grant { amount_minor: 0, closing: false, ..self.grant } } else { self.grant }
    }
}

/// An order that is not known to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Queued {
    /// What is to be done.
    pub task: Task,
    /// The number under which the device was given it. None while it waits.
    pub number: Option<u64>,
}

/// What a report said that agreed with the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Seen {
    /// When it was heard.
    pub at_ms: i64,
    /// The device's newest commit.
    pub commit: u64,
    /// The number on its seal.
    pub seal: u64,
    /// Its registers.
    pub registers: Registers,
    /// The key epoch in which it makes its numbers; 0 where it was not asked.
    #[serde(default)]
    pub epoch: u16,
}

/// An opening of the housing that was announced ([69]-[76]).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Opening {
    /// Which of the meter's.
    pub number: u64,
    /// When it was announced.
    pub announced_ms: i64,
    /// Until when the meter must have fetched Y'.
    pub valid_until_ms: i64,
    /// A refill of this amount brings Y' along; otherwise only the amount zero fetches it ([76]).
    pub agreed: Option<Money>,
    /// The kind of work: what was announced, then what the meter has said.
    pub work: Work,
    /// Y', in coded form under the meter's link key.
    #[serde(with = "link::hex")]
    pub next: WrappedCodeword,
    /// Until when Y' may take the place of a lost codeword.
    pub expires_ms: i64,
    /// How far it is.
    pub stage: OpeningStage,
}

/// How far an opening is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpeningStage {
    /// The meter has not asked for Y'.
    Announced,
    /// Y' was given, and it is not known whether it has arrived.
    Given {
        /// The order's number.
        order: u64,
    },
    /// Y' has arrived.
    UnderWay {
        /// When that was seen.
        fetched_ms: i64,
        /// The number on the seal until then.
        seal: u64,
    },
}

/// A call-back that a meter has asked for (GB 2 178 696).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CallBackWish {
    /// By which the device knows it.
    pub request: CallBackRequest,
    /// The amount it is for.
    pub amount: Money,
    /// When it was asked for.
    pub asked_ms: i64,
    /// A refill was issued for it: there is no second one.
    pub served: bool,
}

/// What is wrong with a stored account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inconsistent {
    /// The open grant is not for this meter, does not follow the last settled one, or leads to no R3.
    Open,
    /// Orders out of the order of their numbers, or more of them given than one transaction holds.
    Orders,
    /// Y' was given, and there is no such order.
    Opening,
    /// It has left service, and something is still open.
    Service,
}

impl fmt::Display for Inconsistent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Inconsistent::Open => "the account's open grant does not follow from its settled ones",
            Inconsistent::Orders => "the account's orders are not in the order of their numbers",
            Inconsistent::Opening => "the account's opening names an order that does not exist",
            Inconsistent::Service => "the account has something open although the meter has left service",
        })
    }
}

impl std::error::Error for Inconsistent {}

impl State {
    /// The state of an account of a meter that was never granted anything.
    pub(super) fn new(serial: Serial) -> State {
        State {
            serial,
            service: Service::InService,
            stopped: false,
            granted: Money::ZERO,
            grants: 0,
            open: None,
            usual: Money::ZERO,
            orders_issued: 0,
            orders: Vec::new(),
            inspections_issued: 0,
            inspected: 0,
            seen: None,
            after_refill: None,
            openings: 0,
            opening: None,
            call_back: None,
            call_opened_ms: 0,
            answered_ms: 0,
            contact_ms: 0,
            automatic_calls: 0,
        }
    }

    /// Checks what always holds.
    pub(super) fn check(&self) -> Result<(), Inconsistent> {
        if !self.open.is_none_or(|open| self.follows(&open)) {
            return Err(Inconsistent::Open);
        }
        self.check_orders()?;
        if let Some(Opening { stage: OpeningStage::Given { order }, .. }) = self.opening
            && !self.orders.iter().any(|queued| queued.number == Some(order))
        {
            return Err(Inconsistent::Opening);
        }
        let has_left = matches!(self.service, Service::Withdrawn { .. } | Service::Settled { .. });
        if has_left && (self.open.is_some() || !self.orders.is_empty()) {
            return Err(Inconsistent::Service);
        }
        Ok(())
    }

    fn follows(&self, open: &Open) -> bool {
        let Grant { serial, number, amount_minor, r3_before, closing } = open.grant;
        serial == self.serial
            && Some(number) == self.grants.checked_add(1)
            && r3_before == self.granted
            && open.r3_after().is_some()
            && (if closing { amount_minor <= 0 } else { amount_minor > 0 })
    }

    fn check_orders(&self) -> Result<(), Inconsistent> {
        let given: Vec<u64> = self.orders.iter().map_while(|queued| queued.number).collect();
        let is_sorted = given.iter().zip(given.iter().skip(1)).all(|(first, next)| first < next)
            && given.last().is_none_or(|last| *last <= self.orders_issued);
        let has_later = self.orders.iter().skip(given.len()).any(|queued| queued.number.is_some());
        if is_sorted && !has_later && given.len() <= ORDERS_MAX { Ok(()) } else { Err(Inconsistent::Orders) }
    }
}
