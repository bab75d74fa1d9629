//! What a transition means for the books around an account: money to move, rows to write.
//!
//! What always holds: the books carry out all effects of a transition and the account's new state in one transaction,
//! or none of them.

use super::state::Open;
use link::call::{CallBackRequest, Work};
use link::{Order, Task};
use terms::{Money, Registers};

/// What the books are to do beside storing the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The customer is debited; his account suffices.
    Debit(Money),
    /// The customer is credited.
    Credit(Money),
    /// A grant was issued.
    GrantIssued(Open),
    /// The device has taken the open grant.
    GrantTaken {
        /// The grant's number.
        number: u64,
    },
    /// The device has taken no credit by this grant, and never will.
    GrantVoid {
        /// The grant's number.
        number: u64,
    },
    /// The device refused the grant, which stays open.
    GrantRefused {
        /// The grant's number.
        number: u64,
        /// The number of the device's error.
        code: u16,
    },
    /// The meter has handed back its credit and has left service.
    Withdrawn,
    /// An order was given to the device for the first time.
    OrderGiven(Order),
    /// The device has carried an order out.
    OrderDone {
        /// The order's number.
        number: u64,
    },
    /// The device refused an order, which is dropped.
    OrderRefused {
        /// The order's number.
        number: u64,
        /// The number of the device's error.
        code: u16,
    },
    /// The device has carried an inspection out.
    Inspected {
        /// The inspection's number.
        number: u64,
        /// The key epoch in which it makes its numbers since.
        epoch: u16,
    },
    /// A task is given up: another took its place, or there is nobody to carry it out.
    TaskDropped(Task),
    /// Y' has arrived: the housing may be opened.
    OpeningFetched {
        /// Which opening.
        number: u64,
        /// The registers then.
        registers: Registers,
        /// The number on the seal then.
        seal: u64,
        /// The kind of work, by the meter.
        work: Work,
    },
    /// An opening came to its end.
    OpeningEnded {
        /// Which opening.
        number: u64,
        /// In what way.
        end: OpeningEnd,
    },
    /// The meter is to be called back at its registered number.
    CallBack {
        /// By which the device knows its request.
        request: CallBackRequest,
        /// The amount it is for.
        amount: Money,
    },
    /// What the device reports and the books do not agree.
    Found(Discrepancy),
}

/// How an opening ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpeningEnd {
    /// The technician has reported that his work is done.
    Completed {
        /// The kind of work, by the meter.
        work: Work,
        /// The number on the seal when it began.
        seal_before: u64,
        /// The number on the seal now.
        seal: u64,
    },
    /// Another was announced before he did.
    NotReported,
    /// Credit was asked for instead ([77], [117]).
    OtherValue,
    /// Y' was not fetched in time.
    TooLate,
    /// It was withdrawn at the centre.
    Withdrawn,
    /// The device refused Y'.
    Refused,
}

/// In what a report and the books disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Discrepancy {
    /// The device has halted, and does not know its registers.
    Halted,
    /// R3 is not R1 + R2, or R4 is greater than R8.
    Sum,
    /// R2, R4 or R8 has fallen.
    Fallen,
    /// The report is of an older state than one that was seen: a memory was put back.
    Older,
    /// R3 or the number of the last grant is not what was granted.
    Granted {
        /// R3 by the books, without the open grant.
        granted: Money,
        /// Number of the last settled grant.
        grants: u64,
    },
    /// The device has carried out an order that the books have not issued.
    UnknownOrder,
    /// The device has carried out an inspection that the books have not issued.
    UnknownInspection,
    /// A meter that is gone has called.
    GoneCalls,
    /// The meter says that it was called back, and no such call-back is due.
    UnknownCallBack,
}

impl Discrepancy {
    /// What it says, as one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Discrepancy::Halted => "the device has halted and does not know its registers",
            Discrepancy::Sum => "the registers do not add up",
            Discrepancy::Fallen => "a register that never falls has fallen",
            Discrepancy::Older => "the device's memory is older than one that was seen before",
            Discrepancy::Granted { .. } => "R3 is not what was granted",
            Discrepancy::UnknownOrder => "the device has carried out an order that the books do not know",
            Discrepancy::UnknownInspection => {
                "the device has carried out an inspection that the books do not know"
            }
            Discrepancy::GoneCalls => "a meter that was said to be gone has called",
            Discrepancy::UnknownCallBack => "the meter says it was called back, and no call-back was due",
        }
    }
}
