//! How fast one address may call: a flood from one is slowed, and nobody else with it (generic cell rate algorithm).
//!
//! What always holds: the table is bounded, however many addresses call; an address that is forgotten begins afresh.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

/// How many addresses are remembered, at most.
const ADDRESSES_MAX: usize = 10_000;

/// How fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The time between two calls that an address can keep up for ever.
    pub interval: Duration,
    /// How many calls it may make at once.
    pub burst: u32,
    /// What would have to wait longer is turned away.
    pub wait_max: Duration,
}

impl Default for Rate {
    fn default() -> Rate {
        Rate { interval: Duration::from_millis(20), burst: 500, wait_max: Duration::from_secs(10) }
    }
}

/// When each address may call next without waiting.
#[derive(Debug)]
pub struct Patience {
    rate: Rate,
    due_ms: HashMap<IpAddr, i64>,
}

impl Patience {
    /// Nobody has called yet.
    pub fn new(rate: Rate) -> Patience {
        Patience { rate, due_ms: HashMap::new() }
    }

    /// How long a call from this address has to wait; nothing where it is turned away.
    pub fn wait(&mut self, address: IpAddr, now_ms: i64) -> Option<Duration> {
        let key = network(address);
        if self.due_ms.len() >= ADDRESSES_MAX && !self.due_ms.contains_key(&key) {
            self.due_ms.retain(|_, due_ms| *due_ms > now_ms);
        }
        if self.due_ms.len() >= ADDRESSES_MAX && !self.due_ms.contains_key(&key) {
            self.due_ms.clear();
        }
        let millis = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let interval_ms = millis(self.rate.interval);
        let due_ms = self.due_ms.entry(key).or_insert(now_ms);
        *due_ms = (*due_ms).max(now_ms);
        let ahead_ms = due_ms.saturating_sub(now_ms);
        let wait_ms = ahead_ms.saturating_sub(interval_ms.saturating_mul(i64::from(self.rate.burst))).max(0);
        if wait_ms > millis(self.rate.wait_max) {
            return None;
        }
        *due_ms = due_ms.saturating_add(interval_ms);
        Some(Duration::from_millis(wait_ms.unsigned_abs()))
    }
}

/// Of IPv6 the network of 64 bits: whoever has one address there has all.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & !u128::from(u64::MAX)).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patience() -> Patience {
        let (interval, wait_max) = (Duration::from_millis(100), Duration::from_millis(300));
        Patience::new(Rate { interval, burst: 2, wait_max })
    }

    #[test]
    fn a_flood_is_slowed_and_then_turned_away_and_others_are_not() {
        let (mut patience, flood, other) =
            (patience(), "192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let waits: Vec<_> = (0..8).map(|_| patience.wait(flood, 0).map(|wait| wait.as_millis())).collect();
        assert_eq!(waits, [Some(0), Some(0), Some(0), Some(100), Some(200), Some(300), None, None]);
        assert_eq!(patience.wait(other, 0), Some(Duration::ZERO));
        assert_eq!(patience.wait(flood, 1_000), Some(Duration::ZERO));
    }

    #[test]
    fn addresses_of_one_network_count_together() {
        let mut patience = patience();
        let mut wait = |text: &str| patience.wait(text.parse().unwrap(), 0).map(|wait| wait.as_millis());
        (0..3).for_each(|_| assert_eq!(wait("2001:db8::1"), Some(0)));
        assert_eq!(wait("2001:db8::ffff"), Some(100));
        assert_eq!(wait("2001:db8:0:1::1"), Some(0));
        assert_eq!(wait("::ffff:192.0.2.1"), Some(0));
    }

    #[test]
    fn the_table_is_bounded() {
        let mut patience = patience();
        for number in 0..30_000_u32 {
            patience.wait(IpAddr::V4(number.into()), 0);
        }
        assert!(patience.due_ms.len() <= ADDRESSES_MAX);
    }
}
