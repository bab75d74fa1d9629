//! How long the next log-in is refused after wrong ones. Pure: no clock, no table.
//!
//! What always holds: the delay grows with each wrong try and never beyond its longest; a wrong try counts before it is
//! judged, so that many at once gain nothing over one after the other; a clock that was put back locks nobody for longer
//! than the longest delay.

/// The first delay.
const FIRST_DELAY_MS: i64 = 1_000;
/// The longest delay.
pub const LONGEST_DELAY_MS: i64 = 15 * 60 * 1_000;

/// How tries of one kind are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// So many wrong tries have no consequence.
    pub free: u32,
    /// Wrong tries are forgotten when the last is so long ago.
    pub forget_ms: i64,
}

/// Tries to log in as one person, from wherever.
pub const PERSON: Rule = Rule { free: 3, forget_ms: 24 * 60 * 60 * 1_000 };

/// Tries from one address, as whomever. Many people can stand behind one address.
pub const ADDRESS: Rule = Rule { free: 20, forget_ms: 60 * 60 * 1_000 };

impl Rule {
    /// How long the next try is refused after so many wrong ones: 1 s behind the free ones, then doubling.
    pub fn delay_ms(&self, failures: u32) -> i64 {
        match failures.saturating_sub(self.free) {
            0 => 0,
            // 2^10 s is beyond the longest delay.
            doubled @ 1..=10 => (FIRST_DELAY_MS << (doubled - 1)).min(LONGEST_DELAY_MS),
            _ => LONGEST_DELAY_MS,
        }
    }
}

/// The tries of a person or from an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// Wrong ones, and those under way.
    pub failures: u32,
    /// Until when the next is refused.
    pub until_ms: i64,
    /// When the last was.
    pub last_ms: i64,
}

impl Tries {
    /// Until when the next try is refused, where it is.
    pub fn locked_until_ms(&self, now_ms: i64) -> Option<i64> {
        let left_ms = self.until_ms.saturating_sub(now_ms);
        (1..=LONGEST_DELAY_MS).contains(&left_ms).then_some(self.until_ms)
    }

    /// The tries with one more, which counts as wrong until it is forgiven.
    pub fn counted(&self, rule: &Rule, now_ms: i64) -> Tries {
        let is_forgotten = now_ms.saturating_sub(self.last_ms) >= rule.forget_ms;
        let failures = if is_forgotten { 1 } else { self.failures.saturating_add(1) };
        Tries { failures, until_ms: now_ms.saturating_add(rule.delay_ms(failures)), last_ms: now_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON_MS: i64 = 1_795_262_400_000;

    #[test]
    fn the_delay_doubles_up_to_its_longest() {
        let delays: Vec<i64> = (0..=8).map(|failures| PERSON.delay_ms(failures)).collect();
        assert_eq!(delays, [0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000]);
        assert_eq!(PERSON.delay_ms(3 + 10), 512_000);
        assert_eq!(PERSON.delay_ms(3 + 11), LONGEST_DELAY_MS);
        assert_eq!(PERSON.delay_ms(u32::MAX), LONGEST_DELAY_MS);
        assert_eq!((ADDRESS.delay_ms(20), ADDRESS.delay_ms(21)), (0, 1_000));
    }

    #[test]
    fn a_lock_lasts_its_delay_and_no_longer() {
        let mut tries = Tries::default();
        for _ in 0..4 {
            assert_eq!(tries.locked_until_ms(NOON_MS), None);
            tries = tries.counted(&PERSON, NOON_MS);
        }
        assert_eq!(tries.locked_until_ms(NOON_MS), Some(NOON_MS + 1_000));
        assert_eq!(tries.locked_until_ms(NOON_MS + 999), Some(NOON_MS + 1_000));
        assert_eq!(tries.locked_until_ms(NOON_MS + 1_000), None);
        let tries = tries.counted(&PERSON, NOON_MS + 1_000);
        assert_eq!(tries.locked_until_ms(NOON_MS + 1_000), Some(NOON_MS + 3_000));
    }

    #[test]
    fn wrong_tries_are_forgotten_in_time() {
        let tries = Tries { failures: 40, until_ms: NOON_MS, last_ms: NOON_MS };
        assert_eq!(tries.counted(&PERSON, NOON_MS + PERSON.forget_ms - 1).failures, 41);
        assert_eq!(tries.counted(&PERSON, NOON_MS + PERSON.forget_ms).failures, 1);
    }

    #[test]
    fn a_clock_put_back_locks_nobody_for_ever() {
        let tries = Tries { failures: 40, until_ms: NOON_MS + LONGEST_DELAY_MS, last_ms: NOON_MS };
        assert!(tries.locked_until_ms(NOON_MS).is_some());
        assert_eq!(tries.locked_until_ms(NOON_MS - 1), None);
        assert_eq!(Tries { until_ms: i64::MAX, ..tries }.locked_until_ms(-1), None);
    }
}
