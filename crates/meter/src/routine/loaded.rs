//! What the meter has loaded by itself: the system manager's standing order has a limit for each calendar month.

use super::StandingOrder;
use serde::{Deserialize, Serialize};
use terms::{Date, Money};

/// What was loaded in the last month in which anything was; kept over power-off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// The month, as year times twelve and months: it only grows, so that a clock set back renews nothing.
    month: u32,
    amount: Money,
}

impl Loaded {
    /// Whether another refill of the order stays within the month's limit.
    pub fn leaves(&self, order: &StandingOrder, today: Date) -> bool {
        self.in_month(today).checked_add(order.amount).is_some_and(|sum| sum <= order.month_limit)
    }

    /// The same after a refill of the order.
    pub fn with(&self, order: &StandingOrder, today: Date) -> Loaded {
        let amount = self.in_month(today).checked_add(order.amount).unwrap_or(order.month_limit);
        Loaded { month: self.month.max(month(today)), amount }
    }

    fn in_month(&self, today: Date) -> Money {
        if month(today) > self.month { Money::ZERO } else { self.amount }
    }
}

fn month(date: Date) -> u32 {
    u32::from(date.year()) * 12 + u32::from(date.month()) - 1
}
