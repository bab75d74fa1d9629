//! What can be wrong, by whose fault it is, with codes that stay.
//!
//! 1xx the caller, 2xx whoever sent a grant, order or inspection, 3xx the clock, 4xx the medium and the board, 5xx a
//! blocked device, 6xx the customer's lock, 7xx the interrogation.

use crate::board::{ClockError, PartFault};
use crate::memory::MemoryError;
use crate::supervision::flow::FlowFault;
use crate::supervision::interrogation::AnswerError;
use access::Refusal;
use core::fmt;
use imprint::numbers::{NumberError, RequestId};
use link::call::CallError;
use link::{Block, ErrorKind, NotAuthentic, NotTaken};
use terms::{Date, Money, RegisterFault};

/// Why the device did not do what was asked. Nothing has changed then, but for a counter of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// A franking asks for no imprint.
    NoRequest,
    /// A franking asks for more imprints than one commit holds.
    TooManyRequests {
        /// How many one commit holds.
        limit: usize,
    },
    /// Two requests of one franking have the same id.
    DuplicateRequest(RequestId),
    /// The id belongs to the last franking, which asked for something else or for other imprints beside it.
    RequestReused(RequestId),
    /// No imprint of the last franking has this id.
    UnknownRequest(RequestId),
    /// The postage is neither zero nor within the value range.
    PostageOutOfRange {
        /// The least postage but zero.
        min: Money,
        /// The greatest postage.
        max: Money,
    },
    /// The date lies before today.
    DatePast {
        /// What day it is.
        today: Date,
    },
    /// The date lies too far ahead.
    DateTooFar {
        /// The last day allowed.
        last: Date,
    },
    /// R1 does not suffice.
    CreditTooLow {
        /// R1.
        available: Money,
    },
    /// The numbers of an imprint cannot be made.
    Numbers(NumberError),
    /// The profile needs a physical quantity, and there is no gauge, or it has run out.
    NoGauge,
    /// A personalisation contradicts itself or does not fit its sector.
    Personalisation(&'static str),

    /// A grant or message does not carry the issuer's signature.
    Signature,
    /// A grant or message is for another meter.
    OtherMeter,
    /// A grant or message is not the one that comes next.
    OutOfOrder {
        /// The number that comes next.
        expected: u64,
    },
    /// A grant builds on another R3, or differs from the one taken under its number.
    GrantDisagrees,
    /// A grant takes back more than R1, or more credit than the registers can hold.
    GrantAmount,
    /// The profile tells refills apart by their day, and imprints were made since the one of today.
    RefillToday,
    /// A closing grant does not take all of R1.
    NotAll,
    /// An order or inspection has the number of the last one and another content.
    OrderDisagrees,
    /// A codeword is not in the coded form that this meter can read.
    Codeword,
    /// A service reset is for another fault, or there is none.
    OtherFault {
        /// What the fault of this meter is known by; 0 where it has none.
        faulted_at: u64,
    },
    /// The registers are not what they should be, and the service reset does not bring the centre's.
    RegistersNeeded,
    /// The registers that a service reset brings do not add up, or are less than the meter's own.
    RegistersImplausible,
    /// The centre's time and that of the clock differ.
    ClockDisagrees,
    /// A frame of a call led to nothing.
    Call(CallError),
    /// An inspection was handed in too late.
    Expired,
    /// The keys that an inspection brings are not in the coded form that this meter can read.
    ImprintKeys,
    /// The marking that an inspection brings is of no later epoch, or one of its keys is in use.
    NotNew,

    /// The clock gave no time.
    Clock,
    /// The clock runs backwards.
    ClockBackwards,
    /// The clock jumped ahead.
    ClockJumped,

    /// The memory did not write or sync; what is durable is known only after a new start.
    MemoryFailed,
    /// A part of the board failed.
    PartFailed,

    /// The device franks no more, or not now.
    Stopped(Block),
    /// A routine did not run as its table says.
    Flow(FlowFault),
    /// The device halted at its start.
    Blocked(Fault),
    /// The registers do not add up: the device is blocked.
    Registers(RegisterFault),
    /// A register or sequence number is full: the device is blocked.
    CounterFull,

    /// The customer's lock says no.
    Lock(Refusal),

    /// No control unit is paired with the device, so it stays inactive.
    NotPaired,
    /// A control unit is paired with the device already.
    PairedAlready,
    /// An answer was not taken.
    Answer(AnswerError),
}

/// Why the memory blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The memory is smaller than this device needs.
    Size,
    /// Both copies of the personalisation are damaged, or there was none, or the key is not this memory's.
    Personalisation,
    /// No complete record is left.
    NoRecord,
    /// Both copies of a part of the newest record are damaged.
    AllCopies,
    /// A record has a right MAC and a content this version does not know.
    Format,
    /// The registers do not agree with the debits of the last franking.
    Ledger,
    /// Both copies of the setup are damaged, or it is an older one.
    Setup,
    /// The keys were wiped after a manipulation.
    KeysWiped,
}

impl Error {
    /// The error's number, which stays the same from version to version.
    pub const fn code(&self) -> u16 {
        match self {
            Error::NoRequest => 101,
            Error::TooManyRequests { .. } => 102,
            Error::DuplicateRequest(_) => 103,
            Error::RequestReused(_) => 104,
            Error::UnknownRequest(_) => 105,
            Error::PostageOutOfRange { .. } => 106,
            Error::DatePast { .. } => 107,
            Error::DateTooFar { .. } => 108,
            Error::CreditTooLow { .. } => 109,
            Error::Numbers(_) => 110,
            Error::NoGauge => 111,
            Error::Personalisation(_) => 112,
            Error::Signature => 201,
            Error::OtherMeter => 202,
            Error::OutOfOrder { .. } => 203,
            Error::GrantDisagrees => 204,
            Error::GrantAmount => 205,
            Error::RefillToday => 206,
            Error::NotAll => 207,
            Error::OrderDisagrees => 208,
            Error::Codeword => 209,
            Error::OtherFault { .. } => 210,
            Error::RegistersNeeded => 211,
            Error::RegistersImplausible => 212,
            Error::ClockDisagrees => 213,
            Error::Call(CallError::Frame(_)) => 214,
            Error::Call(CallError::Unreadable) => 215,
            Error::Call(CallError::OutOfTurn) => 216,
            Error::Expired => 217,
            Error::ImprintKeys => 218,
            Error::NotNew => 219,
            Error::Clock => 301,
            Error::ClockBackwards => 302,
            Error::ClockJumped => 303,
            Error::MemoryFailed => 401,
            Error::PartFailed => 402,
            Error::Blocked(Fault::Size) => 501,
            Error::Blocked(Fault::Personalisation) => 502,
            Error::Blocked(Fault::NoRecord) => 503,
            Error::Blocked(Fault::AllCopies) => 504,
            Error::Blocked(Fault::Format) => 505,
            Error::Blocked(Fault::Ledger) => 506,
            Error::Registers(_) => 507,
            Error::CounterFull => 508,
            Error::Blocked(Fault::Setup) => 509,
            Error::Blocked(Fault::KeysWiped) => 510,
            Error::Stopped(block) => block.code(),
            Error::Flow(_) => Block::Kill1.code(),
            Error::Lock(refusal) => refusal.code(),
            Error::NotPaired => 701,
            Error::PairedAlready => 702,
            Error::Answer(AnswerError::NothingAsked) => 703,
            Error::Answer(AnswerError::OutOfOrder { .. }) => 704,
            Error::Answer(AnswerError::WrongCode) => 705,
            Error::Answer(AnswerError::Random) => 706,
        }
    }
}

impl Error {
    /// What it counts as.
    pub(crate) const fn kind(&self) -> ErrorKind {
        match self.code() / 100 {
            _ if matches!(self, Error::Lock(Refusal::WrongCode { .. })) => ErrorKind::Access,
            2 => ErrorKind::Messages,
            3 => ErrorKind::Clock,
            4 => ErrorKind::Memory,
            7 => ErrorKind::Interrogation,
            _ => ErrorKind::Requests,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut say = |sentence| f.write_str(sentence);
        match self {
            Error::NoRequest => say("no imprint was asked for"),
            Error::TooManyRequests { limit } => write!(f, "one franking holds at most {limit} imprints"),
            Error::DuplicateRequest(id) => write!(f, "request {id} occurs twice in one franking"),
            Error::RequestReused(id) => {
                write!(f, "request {id} was answered in the last franking, which asked for something else")
            }
            Error::UnknownRequest(id) => write!(f, "request {id} is not part of the last franking"),
            Error::PostageOutOfRange { min, max } => {
                write!(f, "the postage is neither zero nor between {min} and {max}")
            }
            Error::DatePast { today } => write!(f, "the date lies before today, {today}"),
            Error::DateTooFar { last } => write!(f, "the date lies after {last}, the last day allowed"),
            Error::CreditTooLow { available } => write!(f, "the credit of {available} does not suffice"),
            Error::Numbers(error) => error.fmt(f),
            Error::NoGauge => {
                say("the profile needs a physical quantity, and there is none or it has run out")
            }
            Error::Personalisation(reason) => say(reason),
            Error::Signature => NotAuthentic::Signature.fmt(f),
            Error::OtherMeter => NotAuthentic::OtherMeter.fmt(f),
            Error::OutOfOrder { expected } => write!(f, "this is not the next one: number {expected} is"),
            Error::GrantDisagrees => {
                say("the grant does not build on this meter's R3, or differs from the one it took")
            }
            Error::GrantAmount => say("the grant takes back more than there is, or gives more than fits"),
            Error::RefillToday => {
                say("the profile tells refills apart by their day, and imprints were made since today's")
            }
            Error::NotAll => say("a closing grant takes back all of the credit, and this one does not"),
            Error::OrderDisagrees => say("another order or inspection was carried out under this number"),
            Error::Codeword => say("the codeword is not in the form that this meter can read"),
            Error::OtherFault { faulted_at: 0 } => say("the meter has no fault that a service reset mends"),
            Error::OtherFault { faulted_at } => {
                write!(f, "the service reset is for another fault: this meter's is known by {faulted_at}")
            }
            Error::RegistersNeeded => {
                say("the registers are not what they should be: the reset must bring the centre's")
            }
            Error::RegistersImplausible => {
                say("the registers of the reset do not add up, or are less than the meter's own")
            }
            Error::ClockDisagrees => {
                say("the clock does not show the centre's time: set it right, then call again")
            }
            Error::Call(error) => error.fmt(f),
            Error::Expired => say("the inspection's time is over: ask the centre for another"),
            Error::ImprintKeys => {
                say("the keys of the inspection are not in the form that this meter can read")
            }
            Error::NotNew => {
                say("the inspection's profile is of no later epoch than the meter's, or brings a key in use")
            }
            Error::Clock => ClockError.fmt(f),
            Error::ClockBackwards => say("the clock runs backwards: it shows less than it did before"),
            Error::ClockJumped => say("the clock jumped ahead of the time that has passed"),
            Error::PartFailed => PartFault.fmt(f),
            Error::Stopped(block) => say(block.sentence()),
            Error::Flow(fault) => say(fault.deviation.sentence()),
            Error::Lock(refusal) => refusal.fmt(f),
            Error::NotPaired => say("no control unit is paired with the meter"),
            Error::PairedAlready => {
                say("a control unit is paired with the meter already: the centre must undo that first")
            }
            Error::Answer(error) => error.fmt(f),
            Error::MemoryFailed => {
                say("the memory failed; only a new start can tell whether the last change is durable")
            }
            Error::Blocked(fault) => fault.fmt(f),
            Error::Registers(fault) => fault.fmt(f),
            Error::CounterFull => say("a counter of the meter is full"),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Fault::Size => "the memory is smaller than this device needs",
            Fault::Personalisation => {
                "the memory holds no personalisation, both its copies are damaged, or the key is another memory's"
            }
            Fault::NoRecord => "the memory holds no complete record: the meter is blocked",
            Fault::AllCopies => "all copies of the newest registers are damaged: the meter is blocked",
            Fault::Format => "the memory was written by a version this program does not know",
            Fault::Setup => "both copies of the setup are damaged, or it is an older one: the meter is blocked",
            Fault::KeysWiped => "the keys were wiped after a manipulation: the meter needs a new personalisation",
            Fault::Ledger => "the registers do not agree with the last franking: the meter is blocked",
        })
    }
}

impl core::error::Error for Error {}

impl From<NotTaken> for Error {
    fn from(reason: NotTaken) -> Error {
        match reason {
            NotTaken::OtherContent | NotTaken::OtherBasis => Error::GrantDisagrees,
            NotTaken::OutOfOrder { expected } => Error::OutOfOrder { expected },
            NotTaken::Amount => Error::GrantAmount,
            NotTaken::NotAll => Error::NotAll,
            NotTaken::Full => Error::CounterFull,
        }
    }
}

impl From<NotAuthentic> for Error {
    fn from(error: NotAuthentic) -> Error {
        match error {
            NotAuthentic::Signature => Error::Signature,
            NotAuthentic::OtherMeter => Error::OtherMeter,
        }
    }
}

impl From<MemoryError> for Error {
    fn from(_: MemoryError) -> Error {
        Error::MemoryFailed
    }
}

impl From<NumberError> for Error {
    fn from(error: NumberError) -> Error {
        Error::Numbers(error)
    }
}

impl From<FlowFault> for Error {
    fn from(fault: FlowFault) -> Error {
        Error::Flow(fault)
    }
}

impl From<PartFault> for Error {
    fn from(_: PartFault) -> Error {
        Error::PartFailed
    }
}

impl From<AnswerError> for Error {
    fn from(error: AnswerError) -> Error {
        Error::Answer(error)
    }
}
