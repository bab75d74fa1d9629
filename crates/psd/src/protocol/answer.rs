//! What comes back from a device. The order of the variants is their number on the wire: new ones go to the end.

use super::Fault;
use crate::device::{SelfTest, Status};
use crate::error::Error;
use crate::supervision::interrogation::{PairingKey, Question};
use crate::supervision::printing::Verdict;
use access::{Settings, UsageOfUser, UserId, UserSettings};
use core::fmt::{self, Write};
use heapless::String;
use imprint::numbers::Indicium;
use link::call::{CallOutcome, Frame};
use link::{Finding, SealedReport};
use serde::{Deserialize, Serialize};
use terms::{Registers, Serial};

/// The longest sentence of a refusal; what is longer is cut.
pub const SENTENCE_BYTES_MAX: usize = 200;

/// What a device says. `Done` and `Refused` end the answers to a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger ones on")]
pub enum Answer {
    /// The command was carried out, and this is the last of its answers.
    Done,
    /// The command was not carried out, or not to its end.
    Refused(Refusal),
    /// Who is there.
    Hello(Hello),
    /// How the meter stands.
    Status(Status),
    /// The registers.
    Registers(Registers),
    /// One thing a start found.
    Finding(Finding),
    /// One imprint that is paid for.
    Indicium(Indicium),
    /// What became of a grant.
    Granted {
        /// Whether it had been taken before, and is answered from memory.
        before: bool,
        /// The registers after it.
        registers: Registers,
    },
    /// The key that device and control unit share from their pairing on: the one answer that carries a key.
    Paired {
        /// The key.
        key: PairingKey,
    },
    /// A question to the control unit, which no command asked for.
    Question(Question),
    /// What a self-test found.
    SelfTest(SelfTest),
    /// What the device says of itself so that the centre can believe it.
    Report(SealedReport),
    /// What is to be done about the print speed.
    PrintAdvice(Verdict),
    /// How the customer's lock is set.
    Lock(LockStatus),
    /// A user of the lock.
    User(UserSettings),
    /// What a user has spent.
    Usage(UsageOfUser),
    /// A frame for the centre.
    CallFrame(Frame),
    /// What came of a frame of the centre's.
    CallOutcome(CallOutcome),
}

impl Answer {
    /// Whether no other answer to the same command follows.
    pub const fn is_last(&self) -> bool {
        matches!(self, Answer::Done | Answer::Refused(_))
    }
}

/// What a device is and takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The meter.
    pub serial: Serial,
    /// How many imprints one franking can have.
    pub batch: u16,
    /// Whether some connection is the control unit's.
    pub is_attached: bool,
    /// The number of the error that the device halted with at its start; 0 where it works.
    pub code: u16,
}

/// How the customer's lock is set, and who is logged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockStatus {
    /// The settings of the meter.
    pub settings: Settings,
    /// Whether there is a system manager.
    pub has_manager: bool,
    /// Whether the system manager is logged in.
    pub is_manager_present: bool,
    /// The user who is logged in.
    pub first: Option<UserId>,
    /// The second one, where two have to be.
    pub second: Option<UserId>,
}

/// Why a command was not carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The number of the device's [`Error`] or of the [`Fault`]; it stays from version to version.
    pub code: u16,
    /// The same in a sentence.
    pub sentence: String<SENTENCE_BYTES_MAX>,
}

impl Refusal {
    fn new(code: u16, what: &impl fmt::Display) -> Refusal {
        let mut cut = Cut(String::new());
        // A sentence that is cut is still an answer.
        let _ = write!(cut, "{what}");
        Refusal { code, sentence: cut.0 }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::new(error.code(), &error)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Refusal {
        Refusal::new(fault.code(), &fault)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl core::error::Error for Refusal {}

/// A text that takes as many characters as fit.
struct Cut(String<SENTENCE_BYTES_MAX>);

impl fmt::Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| self.0.push(character)).map_err(|_| fmt::Error)
    }
}
