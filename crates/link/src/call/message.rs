//! What is said in a call, inside the channel.
//!
//! Messages are written as [postcard](https://postcard.jamesmunns.com/wire-format.html): the order of variants and
//! fields is the format (docs/formats/link.md); new variants go to the end. Every length has its bound in the type.

use crate::grant::{Grant, Signed};
use crate::order::Order;
use crate::report::Report;
use core::fmt;
use core::str::FromStr;
use heapless::{String, Vec};
use serde::{Deserialize, Deserializer, Serialize};
use terms::Money;

/// Bytes of a number to dial, at most.
pub const NUMBER_BYTES_MAX: usize = 64;
/// Bytes of a kind of work, at most.
pub const WORK_BYTES_MAX: usize = 40;
/// Orders that one transaction carries, at most.
pub const ORDERS_MAX: usize = 4;

/// A number to call at, as the line reads it: a telephone number, or an address in a network. Printable ASCII without
/// spaces, neither empty nor longer than [`NUMBER_BYTES_MAX`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Number(String<NUMBER_BYTES_MAX>);

/// Why a text is no number to call at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberError;

impl Number {
    /// The number as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Number {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Number, NumberError> {
        let printable = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let number = String::try_from(text).map_err(|_| NumberError)?;
        if printable { Ok(Number(number)) } else { Err(NumberError) }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Number, D::Error> {
        let text = String::<NUMBER_BYTES_MAX>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl fmt::Display for NumberError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a number to call at has 1 to {NUMBER_BYTES_MAX} printable characters and no spaces")
    }
}

impl core::error::Error for NumberError {}

/// What kind of work a technician does, in his words.
pub type Work = String<WORK_BYTES_MAX>;
/// By which a request for a call-back is known: drawn by the device.
pub type CallBackRequest = [u8; 16];

/// Why a call is made ([144]): the centre tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// Somebody asked for it.
    Manual,
    /// The meter itself asked for it, since its piece credit is used up.
    Automatic,
    /// The centre has called, as this request asked it to.
    CalledBack(CallBackRequest),
}

/// The first message: who calls, and how it stands (step 307).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Why.
    pub trigger: Trigger,
    /// The number that was dialled, by the control unit's word.
    pub dialled: Number,
    /// What the device says of itself.
    pub report: Report,
}

/// The centre's answer to an opening, where it is sealed (step 506).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Preamble {
    /// Begin.
    Proceed,
    /// The centre takes no transaction.
    Refused(Refused),
}

/// What a transaction is to do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// Nothing of the meter's own: it hears what the centre has for it.
    Contact,
    /// The usual amount, as agreed before.
    Refill,
    /// The usual amount is to be this from now on. Zero fetches Y' where an opening was announced ([75]).
    Amount {
        /// The amount, in minor units.
        amount: Money,
        /// The kind of work, where the housing is to be opened ([116]).
        work: Work,
    },
    /// The centre is to call back at the number that it knows, for a refill of this amount (C8).
    CallBack {
        /// By which the device will know it again.
        request: CallBackRequest,
        /// The amount.
        amount: Money,
        /// The meter's own number, by the control unit's word.
        own_number: Number,
    },
    /// R1 is to go back, and the meter leaves service ([25]).
    Withdraw,
    /// The housing is closed again, and the work done ([93]).
    Completed {
        /// The kind of work.
        work: Work,
    },
}

/// Begins a transaction (step 313). Only this proves that the opening was no recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begin {
    /// What it is to do.
    pub ask: Ask,
}

/// Credit in a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
pub enum Credit {
    /// None.
    None,
    /// The usual amount: the message says "ok" and the grant's number. The amount was agreed before, and the signature
    /// binds it ([94]).
    Refill {
        /// The grant's number.
        number: u64,
        /// The signature over the whole grant.
        #[serde(with = "crate::grant::signature_halves")]
        signature: [u8; 64],
    },
    /// A grant of an amount that was not agreed in a call: credit that is taken back, or a grant made void.
    Grant(Signed<Grant>),
}

/// What the centre gives in a transaction (step 511). The device carries it out from the first to the last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// The usual amount from now on, where it changes.
    pub agreed: Option<Money>,
    /// Credit.
    pub credit: Credit,
    /// Orders.
    pub orders: Vec<Signed<Order>, ORDERS_MAX>,
}

/// What the device says when all that it was given is durable or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirm {
    /// The number of the error with which the credit was refused; 0 where it was taken, or there was none.
    pub credit_code: u16,
    /// The same for each order.
    pub order_codes: Vec<u16, ORDERS_MAX>,
    /// How it stands now.
    pub report: Report,
}

/// Ends a transaction (step 512).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct End {
    /// What was asked for is done. Where it is not, something that was still open came before it, and it is to be asked
    /// for again.
    pub is_done: bool,
    /// The centre has more for the meter.
    pub has_more: bool,
}

/// What the meter says in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
pub enum FromMeter {
    /// Begins a transaction.
    Begin(Begin),
    /// Confirms it.
    Confirm(Confirm),
}

/// What the centre says in a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
pub enum FromCentre {
    /// Answers the opening.
    Preamble(Preamble),
    /// Carries a transaction out.
    Data(Data),
    /// Refuses a transaction; others may follow.
    Refused(Refused),
    /// Ends a transaction.
    End(End),
}

macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $sentence:literal;)*) => {
        /// Why the centre refuses a call or a transaction. The codes stay from version to version.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Refused {
            $($(#[$doc])* $name,)*
        }

        impl Refused {
            /// Its number.
            pub const fn code(self) -> u16 {
                match self {
                    $(Refused::$name => $code,)*
                }
            }

            /// The refusal of this number.
            pub const fn from_code(code: u16) -> Option<Refused> {
                match code {
                    $($code => Some(Refused::$name),)*
                    _ => None,
                }
            }

            /// What it says, and what is to be done, as one sentence.
            pub const fn sentence(self) -> &'static str {
                match self {
                    $(Refused::$name => $sentence,)*
                }
            }
        }
    };
}

refusals! {
    /// No meter in service has this number.
    UnknownMeter = 1, "the centre knows no meter in service with this number: ask the carrier";
    /// The message's version is not one that the centre knows.
    Version = 2, "the centre does not know this version of the link: one of the two needs an update";
    /// Messages could not be read, too often.
    Unreadable = 3, "messages arrived damaged too often: call again";
    /// The meter's link key is the one it changes to after a manipulation.
    ChangedKey = 4, "the meter reports a manipulation: it gets nothing until it was inspected";
    /// The meter has left service.
    OutOfService = 5, "the meter has left service";
    /// The meter is stopped.
    Stopped = 6, "the carrier has stopped the meter: ask the carrier";
    /// The registers are not what the books say.
    BooksDisagree = 7, "the meter's registers do not agree with the centre's books: an inspection is due";
    /// No amount was agreed.
    NothingAgreed = 8, "no amount was agreed yet: ask for an amount first";
    /// The amount is greater than a refill may be, or does not fit the registers.
    Amount = 9, "the amount is more than a refill of this meter may be";
    /// The customer's account does not suffice.
    Funds = 10, "the customer's account does not suffice: pay in first";
    /// No withdrawal was arranged.
    NoWithdrawal = 11, "no withdrawal was arranged for this meter: ask the carrier first";
    /// No number is registered to call back at, or it is another.
    OtherNumber = 12, "this is not the number that is registered for calling the meter back";
    /// The request for a call-back is not the one the meter holds, or it holds none.
    NoRequest = 13, "the meter holds no such request for a call-back";
    /// The centre cannot serve the call now.
    Busy = 14, "the centre cannot serve the call now: call again later";
    /// The message was not the one that comes next.
    OutOfTurn = 15, "the message was not the one that comes next";
    /// No opening is under way.
    NoOpening = 16, "no opening of this meter is under way";
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl core::error::Error for Refused {}
