//! What can be asked of a device. The order of the variants is their number on the wire: new ones go to the end.

use crate::request::Request;
use crate::supervision::interrogation::{Code, Identity};
use crate::supervision::printing::PrintReport;
use access::{Change, Password, Person};
use imprint::numbers::RequestId;
use link::call::{Ask, Number};
use link::{Grant, Inspection, Order, Signed};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a device is asked for. Each command is answered by any number of answers and one that ends them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger ones on")]
pub enum Command<'a> {
    /// Who is there, and what it takes.
    Hello,
    /// The sender is the control unit from now on, until it goes away.
    Attach,
    /// The sender is no longer the control unit.
    Detach,
    /// How the meter stands.
    Status,
    /// The registers.
    Registers,
    /// What starts found in the memory.
    Findings,
    /// Debits these and gives out their indicia.
    Frank {
        /// The requests.
        #[serde(borrow)]
        requests: Requests<'a>,
    },
    /// Gives an indicium of the last franking out once more.
    Fetch {
        /// Which one, as a number.
        request: u64,
    },
    /// Takes a grant.
    Grant(Signed<Grant>),
    /// Carries out an order of the centre.
    Order(Signed<Order>),
    /// Pairs the device with the control unit.
    Pair {
        /// The SHA-256 of what identifies the control unit's hardware.
        identity: Identity,
    },
    /// Answers a question of the device.
    Reply {
        /// The question's number.
        number: u32,
        /// The answer.
        code: Code,
    },
    /// Tests every part.
    SelfTest,
    /// What the device says of itself so that the centre can believe it.
    Report {
        /// What the centre asks it over.
        challenge: [u8; 16],
    },
    /// What the control unit counted of its encoder.
    PrintSpeed(PrintReport),
    /// The clocks counted between columns with changing data: four bytes each, little endian.
    PrintColumns {
        /// How many such columns the print has.
        expected: u32,
        /// The clocks of each.
        clocks: &'a [u8],
    },
    /// Compares a password and logs its owner in.
    LogIn {
        /// Who.
        person: Person,
        /// The password.
        password: Password,
    },
    /// Logs everybody out.
    LogOut,
    /// How the customer's lock is set, and who is logged in.
    Lock,
    /// Changes the customer's lock.
    ChangeLock(Change),
    /// The users and what they have spent.
    Users,
    /// Opens a call to the centre.
    OpenCall {
        /// Whether nobody asked for it.
        automatic: bool,
        /// The number dialled.
        dialled: Number,
    },
    /// Begins a transaction of the call.
    BeginCall(Ask),
    /// Takes a frame that came from the centre.
    TakeCall {
        /// The frame.
        frame: &'a [u8],
    },
    /// Answers a centre that has called.
    AnswerCall {
        /// The centre's first frame.
        frame: &'a [u8],
        /// The number the centre has called.
        own_number: Number,
    },
    /// Carries out an inspection.
    Inspect(Signed<Inspection>),
}

impl Command<'_> {
    /// Whether only the control unit may ask for it. What is signed by the issuer may come by any hand, and what only
    /// reads gives nothing away that has a price.
    pub const fn is_control_units(&self) -> bool {
        matches!(
            self,
            Command::Frank { .. }
                | Command::Fetch { .. }
                | Command::Detach
                | Command::Pair { .. }
                | Command::Reply { .. }
                | Command::SelfTest
                | Command::PrintSpeed(_)
                | Command::PrintColumns { .. }
        )
    }
}

/// Requests of one franking, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requests<'a>(&'a [u8]);

impl<'a> Requests<'a> {
    /// The requests in these bytes: [`Request::BYTES`] each.
    pub const fn new(bytes: &'a [u8]) -> Requests<'a> {
        Requests(bytes)
    }

    /// How many there are, a broken one at the end included.
    pub const fn len(self) -> usize {
        self.0.len().div_ceil(Request::BYTES)
    }

    /// Whether there are none.
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Puts them into a buffer and gives the part they fill; nothing where they do not fit, a date does not exist, or
    /// the bytes do not end with a request.
    pub fn read(self, buffer: &mut [Request]) -> Option<&[Request]> {
        let (units, rest) = self.0.as_chunks();
        let place = buffer.get_mut(..units.len()).filter(|_| rest.is_empty())?;
        for (place, unit) in place.iter_mut().zip(units) {
            *place = Request::from_bytes(unit)?;
        }
        Some(place)
    }
}

impl Serialize for Requests<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Requests<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Requests<'a>, D::Error> {
        <&[u8]>::deserialize(deserializer).map(Requests)
    }
}

impl Command<'_> {
    /// The command that asks for an indicium once more.
    pub const fn fetch(id: RequestId) -> Command<'static> {
        Command::Fetch { request: id.0 }
    }
}
