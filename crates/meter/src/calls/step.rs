//! How a call goes on, as values that can be kept, sent to a display and shown: each has one sentence.

use line::Number;
use link::call::Number as Dialled;
use psd::SelfTest;
use std::fmt;
use terms::Money;

/// A step of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A number is dialled.
    Dialling {
        /// Which.
        number: Dialled,
        /// How often it will be dialled again.
        redials_left: u8,
    },
    /// Nobody was reached, or the line was lost, for this reason.
    Failed(String),
    /// The line stands.
    Connected,
    /// The centre has another number, which is kept and dialled.
    Moved,
    /// The transaction of this number in the call has begun.
    Begun {
        /// Counted from 1.
        transaction: u32,
    },
    /// What it brought is durable in the device.
    Taken,
    /// There was credit in it.
    CreditArrived {
        /// What the meter has now.
        credit: Money,
    },
    /// The automatic request is given up.
    AutomaticGivenUp,
    /// The device was tested as in standby.
    Tested(SelfTest),
    /// The device was not tested, for this reason.
    NotTested(String),
    /// Calls are waited for at this number.
    Listening(Number),
    /// Somebody called from there.
    CalledFrom(String),
}

impl Step {
    /// Whether it is to stay in sight when the next step comes: it tells what went another way than hoped for.
    pub fn stays(&self) -> bool {
        use Step::{AutomaticGivenUp, Failed, Moved, NotTested, Tested};
        matches!(self, Failed(_) | Moved | AutomaticGivenUp | Tested(_) | NotTested(_))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Dialling { number, redials_left } => {
                write!(f, "dialling {number}, {redials_left} redials left")
            }
            Step::Failed(why) => f.write_str(why),
            Step::Connected => f.write_str("connected"),
            Step::Moved => f.write_str("the centre has another number, which is kept"),
            Step::Begun { transaction } => write!(f, "transaction {transaction} has begun"),
            Step::Taken => f.write_str("the meter has taken what came"),
            Step::CreditArrived { credit } => write!(f, "credit has arrived: the meter has {credit}"),
            Step::AutomaticGivenUp => {
                f.write_str("the automatic call is given up until the next franking asks for it")
            }
            Step::Tested(tested) => {
                let found = if tested.is_passed() { "is in order" } else { "is NOT in order" };
                write!(f, "the device was tested, and {found}")
            }
            Step::NotTested(why) => write!(f, "the device was not tested: {why}"),
            Step::Listening(number) => write!(f, "waiting for the centre's call at {number}"),
            Step::CalledFrom(peer) => write!(f, "a call from {peer}"),
        }
    }
}
