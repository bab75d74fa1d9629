//! How often everything happened, by kind: a schedule in which nothing goes wrong proves nothing.

use std::collections::BTreeMap;
use std::fmt;

#[derive(Default)]
pub struct Counts(BTreeMap<&'static str, u64>);

impl Counts {
    pub fn add(&mut self, kind: &'static str, times: u64) {
        *self.0.entry(kind).or_default() += times;
    }

    pub fn one(&mut self, kind: &'static str) {
        self.add(kind, 1);
    }

    pub fn of(&self, kind: &str) -> u64 {
        self.0.get(kind).copied().unwrap_or(0)
    }

    pub fn include(&mut self, other: Counts) {
        other.0.into_iter().for_each(|(kind, times)| self.add(kind, times));
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(kind, times)| writeln!(f, "{times:>9}  {kind}"))
    }
}
