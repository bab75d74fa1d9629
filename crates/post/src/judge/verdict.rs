//! What the station says of an imprint, with every check that led there.

use imprint::numbers::{LayoutId, SetId, Suspicion};
use serde::Serialize;
use terms::{Date, Money, Serial};

/// The six verdicts. Only `Forged` and `Copy` accuse, and both need proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Decrypts, agrees with all open data that was read, nothing against it.
    Genuine,
    /// As genuine, and the same number was recorded earlier. Arrival order proves nothing: this accuses nobody.
    GenuineSeenBefore,
    /// Two papers with the same number are proved. Which one is the original is not claimed.
    Copy,
    /// Decrypts, but there is something against the meter or the place of the number.
    Suspicious,
    /// The disagreement is real: misreading does not explain it.
    Forged,
    /// Anything else. Never an accusation.
    Unreadable,
}

impl Verdict {
    /// The verdict in words.
    pub const fn words(self) -> &'static str {
        match self {
            Verdict::Genuine => "genuine",
            Verdict::GenuineSeenBefore => "genuine, seen before",
            Verdict::Copy => "copy",
            Verdict::Suspicious => "suspicious",
            Verdict::Forged => "forged",
            Verdict::Unreadable => "unreadable",
        }
    }

    /// Whether it accuses somebody.
    pub const fn accuses(self) -> bool {
        matches!(self, Verdict::Copy | Verdict::Forged)
    }
}

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// As it must be.
    Passed,
    /// Not as it must be.
    Failed,
    /// There was nothing to compare with.
    Open,
}

/// One check: its name, what went in, how it came out.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// A stable name.
    pub name: &'static str,
    /// What was compared.
    pub inputs: String,
    /// How it came out.
    pub outcome: Outcome,
}

/// What makes an imprint unique: two papers with the same identity are copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Identity {
    /// The meter.
    pub serial: Serial,
    /// The epoch of its profile.
    pub epoch: u16,
    /// The second number, where the row carries one.
    pub second: Option<u64>,
    /// Whether MV counts pieces because the value is zero under a sum kind.
    pub by_pieces: bool,
    /// The monotone variable.
    pub mv: u64,
}

/// Everything the station says of one imprint.
#[derive(Clone, Debug, Serialize)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence why.
    pub reason: String,
    /// What to do next.
    pub next: Vec<&'static str>,
    /// The serial number, as agreed or as most probably read.
    pub serial: Option<Serial>,
    /// Whether the meter makes specimens only, which are worth no postage.
    pub specimen: bool,
    /// The layout.
    pub layout: Option<LayoutId>,
    /// The profile's name.
    pub profile: Option<String>,
    /// The date printed.
    pub date: Option<Date>,
    /// The postage printed, in minor units.
    pub postage: Option<Money>,
    /// The postage the number says was debited, in minor units.
    pub debited: Option<Money>,
    /// The monotone variable the number says.
    pub mv: Option<u64>,
    /// The suspicion the number says.
    pub suspicion: Option<Suspicion>,
    /// The symbol set of the row.
    pub set: Option<SetId>,
    /// The symbols of the row as accepted or as most probably read.
    pub symbols: Vec<u8>,
    /// What makes it unique, if it decrypts.
    pub identity: Option<Identity>,
    /// Every check.
    pub checks: Vec<Check>,
    /// The OR of all failed checks (step 76 of Fig. 4d): look closer.
    pub look_closer: bool,
    /// How many readings were decrypted.
    pub readings_tried: u64,
    /// Upper bound of the probability that a row drawn at random would have been accepted.
    pub false_accept_risk: Option<f64>,
    /// Upper bound of the probability that a misreading explains the disagreement.
    pub misreading_risk: Option<f64>,
}

impl Judgement {
    /// A judgement without anything read.
    pub fn unreadable(reason: impl Into<String>) -> Judgement {
        Judgement {
            verdict: Verdict::Unreadable,
            reason: reason.into(),
            next: vec!["photograph the imprint again: flat, in focus, in even light"],
            serial: None,
            specimen: false,
            layout: None,
            profile: None,
            date: None,
            postage: None,
            debited: None,
            mv: None,
            suspicion: None,
            set: None,
            symbols: Vec::new(),
            identity: None,
            checks: Vec::new(),
            look_closer: false,
            readings_tried: 0,
            false_accept_risk: None,
            misreading_risk: None,
        }
    }
}
