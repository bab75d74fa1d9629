//! Why a meter is thought to be what it is: each reason weighs something, has a code that stays, and is a sentence.

use super::facts::HandMark;
use jiff::Timestamp;
use link::h::FindingKind;
use link::{ErrorKind, Finding};
use serde::{Deserialize, Serialize};
use std::fmt;
use terms::Money;
use terms::equations::Status;

/// A reason to think ill of a meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// R3 is not R1 + R2.
    SumDiffers {
        /// R1.
        r1: Money,
        /// R2.
        r2: Money,
        /// R3.
        r3: Money,
    },
    /// R4 is greater than R8.
    MorePiecesThanImprints {
        /// R4.
        r4: u64,
        /// R8.
        r8: u64,
    },
    /// R2 is less than it was.
    SpendingFell {
        /// R2 before.
        before: Money,
        /// R2 now.
        now: Money,
    },
    /// R4 or R8 is less than it was.
    PiecesFell {
        /// Which.
        register: PiecesRegister,
        /// Before.
        before: u64,
        /// Now.
        now: u64,
    },
    /// R3 is more than was ever granted.
    CreditNeverGranted {
        /// R3.
        r3: Money,
        /// What the books have.
        granted: Money,
    },
    /// R3 is less than was granted and taken.
    CreditMissing {
        /// R3.
        r3: Money,
        /// What the books have.
        granted: Money,
    },
    /// R1 after a refill is not R1 before it and the refill, less what was spent in between.
    RefillMisbooked {
        /// What R1 should be, if it can be told.
        expected: Option<Money>,
        /// R1.
        r1: Money,
    },
    /// Imprints with a value were made, and R1 stayed as it was.
    PiecesWithoutSpending {
        /// How many.
        pieces: u64,
    },
    /// V: less was accounted than the pieces must have cost.
    PaidTooLittle {
        /// Since when.
        since: Period,
        /// V in thousandths; nothing where no money at all was accounted.
        value_per_mille: Option<u64>,
        /// What the thresholds call it.
        status: Status,
    },
    /// It was not heard in the time a refill was due.
    Overdue {
        /// When it was last heard or filled, in milliseconds since 1970-01-01 UTC.
        heard_ms: i64,
        /// Until when it should have been.
        due_ms: i64,
    },
    /// It called by itself again and again, because nobody heeded its warnings.
    AutomaticCalls {
        /// How often.
        count: u32,
        /// In how many days.
        within_days: u32,
    },
    /// It found itself suspicious.
    OwnSignal {
        /// When, in milliseconds since 1970-01-01 UTC.
        at_ms: i64,
    },
    /// It changed its link key, as it does after a manipulation.
    ChangedKey,
    /// It counted errors of a kind that does not happen by itself.
    Errors {
        /// The kind.
        kind: ErrorKind,
        /// How many.
        count: u16,
    },
    /// Its log holds a trace of manipulation.
    Trace {
        /// The kind of [`Finding`].
        kind: u16,
        /// The commit at which it was found.
        commit: u64,
    },
    /// Somebody marked it by hand.
    Marked(HandMark),
    /// The post found something.
    Post {
        /// What.
        kind: FindingKind,
        /// When, in milliseconds since 1970-01-01 UTC.
        at_ms: i64,
    },
}

/// A register that counts pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PiecesRegister {
    /// R4.
    R4,
    /// R8.
    R8,
}

/// Over what V was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// V_susp1: the meter's life.
    Life,
    /// V_susp2: since the last refill.
    LastRefill,
}

impl Reason {
    /// What the reason alone would make of a meter.
    pub fn status(&self) -> Status {
        match self {
            Reason::SpendingFell { .. }
            | Reason::PiecesFell { .. }
            | Reason::CreditNeverGranted { .. }
            | Reason::PiecesWithoutSpending { .. }
            | Reason::ChangedKey => Status::Manipulated,
            Reason::PaidTooLittle { status, .. } => *status,
            // What is said of an imprint's maker, or of how a meter is used, proves nothing of the meter.
            Reason::Post { kind, .. } => match kind {
                FindingKind::CreditExceeded | FindingKind::InspectedManipulated => Status::Manipulated,
                FindingKind::Forged | FindingKind::Copy | FindingKind::ThresholdExceeded => {
                    Status::Suspicious
                }
                FindingKind::InspectedInOrder => Status::Okay,
            },
            // A fault of the medium or of somebody's hand can be behind each of these.
            Reason::SumDiffers { .. }
            | Reason::MorePiecesThanImprints { .. }
            | Reason::CreditMissing { .. }
            | Reason::RefillMisbooked { .. }
            | Reason::Overdue { .. }
            | Reason::AutomaticCalls { .. }
            | Reason::OwnSignal { .. }
            | Reason::Errors { .. }
            | Reason::Trace { .. }
            | Reason::Marked(_) => Status::Suspicious,
        }
    }

    /// A word that stays the same from version to version.
    pub const fn code(&self) -> &'static str {
        match self {
            Reason::SumDiffers { .. } => "sum_differs",
            Reason::MorePiecesThanImprints { .. } => "more_pieces_than_imprints",
            Reason::SpendingFell { .. } => "spending_fell",
            Reason::PiecesFell { .. } => "pieces_fell",
            Reason::CreditNeverGranted { .. } => "credit_never_granted",
            Reason::CreditMissing { .. } => "credit_missing",
            Reason::RefillMisbooked { .. } => "refill_misbooked",
            Reason::PiecesWithoutSpending { .. } => "pieces_without_spending",
            Reason::PaidTooLittle { .. } => "paid_too_little",
            Reason::Overdue { .. } => "overdue",
            Reason::AutomaticCalls { .. } => "automatic_calls",
            Reason::OwnSignal { .. } => "own_signal",
            Reason::ChangedKey => "changed_key",
            Reason::Errors { .. } => "errors",
            Reason::Trace { .. } => "trace",
            Reason::Marked(_) => "marked",
            Reason::Post { .. } => "post",
        }
    }
}

/// The sentence for people.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::SumDiffers { r1, r2, r3 } => {
                write!(f, "the registers do not add up: R1 {r1} and R2 {r2} are not R3 {r3}")
            }
            Reason::MorePiecesThanImprints { r4, r8 } => {
                write!(f, "it counts {r4} imprints with a value among {r8} imprints")
            }
            Reason::SpendingFell { before, now } => {
                write!(f, "the postage spent in all fell from {before} to {now}")
            }
            Reason::PiecesFell { register, before, now } => {
                let what = match register {
                    PiecesRegister::R4 => "imprints with a value",
                    PiecesRegister::R8 => "imprints",
                };
                write!(f, "the number of {what} fell from {before} to {now}")
            }
            Reason::CreditNeverGranted { r3, granted } => {
                write!(f, "it claims credit of {r3} in all, and {granted} was granted")
            }
            Reason::CreditMissing { r3, granted } => {
                write!(f, "it knows of credit of {r3} in all, and {granted} was granted and taken")
            }
            Reason::RefillMisbooked { expected: Some(expected), r1 } => {
                write!(f, "after the refill it should have {expected} left, and it has {r1}")
            }
            Reason::RefillMisbooked { expected: None, r1 } => {
                write!(f, "after the refill it has {r1} left, which no refill can have brought about")
            }
            Reason::PiecesWithoutSpending { pieces } => {
                write!(f, "it made {pieces} imprints with a value and spent nothing")
            }
            Reason::PaidTooLittle { since, value_per_mille, .. } => {
                paid_too_little(f, *since, *value_per_mille)
            }
            Reason::Overdue { heard_ms, due_ms } => {
                write!(f, "it was last heard on {} and was due by {}", day(*heard_ms), day(*due_ms))
            }
            Reason::AutomaticCalls { count, within_days } => {
                write!(f, "it called by itself {count} times within {within_days} days")
            }
            Reason::OwnSignal { at_ms } => write!(f, "it found itself suspicious on {}", day(*at_ms)),
            Reason::ChangedKey => {
                f.write_str("it has changed its key, as it does when it finds a manipulation")
            }
            Reason::Errors { kind, count } => {
                let (what, more) = (error_words(*kind), if *count >= 999 { " or more" } else { "" });
                write!(f, "it counts {what} {count}{more} times")
            }
            Reason::Trace { kind, .. } => {
                let finding = Finding { kind: *kind, ..Finding::NONE };
                write!(f, "its log says: {}", finding.sentence())
            }
            Reason::Marked(HandMark { by, at_ms }) => write!(f, "{by} marked it on {}", day(*at_ms)),
            Reason::Post { kind, at_ms } => write!(f, "{}, found on {}", post_words(*kind), day(*at_ms)),
        }
    }
}

fn paid_too_little(f: &mut fmt::Formatter<'_>, since: Period, value: Option<u64>) -> fmt::Result {
    let since = match since {
        Period::Life => "in all",
        Period::LastRefill => "since its last refill",
    };
    match value {
        None => write!(f, "{since} it made imprints with a value and accounted no money for them"),
        Some(1_000) => write!(f, "{since} its imprints cost at the least a little more than it accounted"),
        Some(value) => {
            let (whole, thousandths) = (value / 1_000, value % 1_000);
            write!(
                f,
                "{since} its imprints cost at the least {whole}.{thousandths:03} times what it accounted"
            )
        }
    }
}

const fn error_words(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Requests => "refused requests",
        ErrorKind::Messages => "messages that were nobody's or out of order",
        ErrorKind::Clock => "refusals because of the clock",
        ErrorKind::Memory => "failures of its memory",
        ErrorKind::Frames => "frames that are no commands",
        ErrorKind::Access => "wrong passwords",
        ErrorKind::Interrogation => "wrong or missing answers of the control unit",
        ErrorKind::Openings => "openings without authority",
        ErrorKind::RunTime => "routines out of their run time",
        ErrorKind::Flow => "routines with parts left out or doubled",
        ErrorKind::Program => "programs other than those enrolled",
        ErrorKind::Printing => "prints out of their time",
    }
}

const fn post_words(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Forged => "the post has a forged imprint with its serial number",
        FindingKind::Copy => "the post has copies of one of its imprints",
        FindingKind::ThresholdExceeded => "the post saw more of its mail than the thresholds allow",
        FindingKind::CreditExceeded => "the post saw mail of it worth more than all its credit",
        FindingKind::InspectedManipulated => "an inspection on site found it manipulated",
        FindingKind::InspectedInOrder => "an inspection on site found it in order",
    }
}

/// The day of a time, in UTC; a time that no calendar holds stays a number.
fn day(at_ms: i64) -> String {
    match Timestamp::from_millisecond(at_ms) {
        Ok(at) => at.strftime("%Y-%m-%d").to_string(),
        Err(_) => format!("{at_ms} ms"),
    }
}
