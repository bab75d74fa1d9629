//! Verdicts counted for each class of picture.

use post::judge::{Judgement, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// The counts of all classes, and their sum under the name `all`.
#[derive(Default, Serialize)]
#[serde(transparent)]
pub struct Tallies(BTreeMap<String, Tally>);

/// The counts of one class.
#[derive(Default, Serialize)]
struct Tally {
    pictures: u32,
    genuine: u32,
    suspicious: u32,
    unreadable: u32,
    /// Forged or copy, although the imprint is genuine.
    false_accusations: u32,
    /// Genuine, but with another number than was printed.
    misread: u32,
    milliseconds_mean: f64,
    milliseconds_most: f64,
}

impl Tallies {
    /// Counts one judgement of a genuine imprint, whose printed monotone variable may be known. Whether it was found
    /// genuine.
    pub fn count(&mut self, class: &str, judgement: &Judgement, mv: Option<u64>, seconds: f64) -> bool {
        for name in [class, "all"] {
            self.0.entry(name.into()).or_default().count(judgement, mv, seconds * 1e3);
        }
        matches!(judgement.verdict, Verdict::Genuine | Verdict::GenuineSeenBefore)
    }
}

impl Tally {
    fn count(&mut self, judgement: &Judgement, mv: Option<u64>, milliseconds: f64) {
        self.pictures += 1;
        match judgement.verdict {
            Verdict::Genuine | Verdict::GenuineSeenBefore if mv.is_some() && judgement.mv != mv => {
                self.misread += 1;
            }
            Verdict::Genuine | Verdict::GenuineSeenBefore => self.genuine += 1,
            Verdict::Suspicious => self.suspicious += 1,
            Verdict::Unreadable => self.unreadable += 1,
            Verdict::Forged | Verdict::Copy => self.false_accusations += 1,
        }
        self.milliseconds_mean += (milliseconds - self.milliseconds_mean) / f64::from(self.pictures);
        self.milliseconds_most = self.milliseconds_most.max(milliseconds);
    }
}

impl fmt::Display for Tallies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<14} {:>8} {:>8} {:>8} {:>10} {:>10} {:>8} {:>8} {:>8}",
            "class", "pictures", "genuine", "accused", "suspicious", "unreadable", "misread", "ms", "most ms"
        )?;
        let last = self.0.iter().filter(|(name, _)| *name == "all");
        for (name, tally) in self.0.iter().filter(|(name, _)| *name != "all").chain(last) {
            let share = 100.0 * f64::from(tally.genuine) / f64::from(tally.pictures.max(1));
            writeln!(
                f,
                "{name:<14} {:>8} {share:>6.1} % {:>8} {:>10} {:>10} {:>8} {:>8.2} {:>8.2}",
                tally.pictures,
                tally.false_accusations,
                tally.suspicious,
                tally.unreadable,
                tally.misread,
                tally.milliseconds_mean,
                tally.milliseconds_most,
            )?;
        }
        Ok(())
    }
}
