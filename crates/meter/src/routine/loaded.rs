//! What the meter has loaded by itself: the system manager's standing order has a limit for each calendar month.

use super::StandingOrder;
use access::cards::Month;
use serde::{Deserialize, Serialize};
use terms::{Date, Money};

/// What was loaded in the last month in which anything was; kept over power-off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// The month: it only grows, so that a clock set back renews nothing.
    month: Month,
    amount: Money,
}

impl Default for Loaded {
    fn default() -> Loaded {
        Loaded { month: Month::FIRST, amount: Money::ZERO }
    }
}

impl Loaded {
    /// Whether another refill of the order stays within the month's limit.
    pub fn leaves(&self, order: &StandingOrder, today: Date) -> bool {
        self.in_month(today).checked_add(order.amount).is_some_and(|sum| sum <= order.month_limit)
    }

    /// The same after a refill of the order.
    pub fn with(&self, order: &StandingOrder, today: Date) -> Loaded {
        let amount = self.in_month(today).checked_add(order.amount).unwrap_or(order.month_limit);
        Loaded { month: self.month.max(Month::of(today)), amount }
    }

    fn in_month(&self, today: Date) -> Money {
        if Month::of(today) > self.month { Money::ZERO } else { self.amount }
    }
}
