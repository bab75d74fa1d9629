//! The state a commit makes durable.
//!
//! What always holds: R3 = R1 + R2, R4 <= R8, and R2, R4 and R8 are those of the last franking's basis plus its
//! debits.
//!
//! | file | holds |
//! |---|---|
//! | `standing` | what keeps the device from franking, and what it did to itself |
//! | `layout` | the state's 1024 bytes in the memory |

mod layout;
mod standing;

pub(crate) use layout::{UNIT_BYTES, UNITS, unit_count};
pub(crate) use standing::{Blocks, Standing};

use crate::error::{Error, Fault};
use crate::ledger;
use crate::request::Request;
use access::{Failures, Usage};
use core::num::NonZeroU32;
use imprint::numbers::Suspicion;
use link::{ErrorCounts, FINDINGS, Finding, LastGrant, WrappedCodeword};
use terms::equations::piece_reference;
use terms::{Date, Money, Registers};

/// Everything a commit makes durable, but for the debits of the last franking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub registers: Registers,
    pub refill: Refill,
    pub grant: LastGrant,
    pub marks: Marks,
    pub order: LastOrder,
    pub standing: Standing,
    pub codeword: CodewordState,
    pub setup: SetupName,
    pub pieces: Pieces,
    pub clock: Seen,
    /// The amount of a usual refill, as the centre agreed to it.
    pub usual: Money,
    /// When the centre was last heard, in tenths of a second.
    pub contact_tenths: u64,
    /// What the board's commit counter shows, or is about to; 0 where there is none.
    pub commit_counter: u64,
    /// R8 at the last inspection.
    pub inspected_pieces: u64,
    /// What the numbers of the last franking are made from, beside its debits.
    pub basis: Basis,
    pub errors: ErrorCounts,
    /// What the users of the customer's lock have spent.
    pub usage: Usage,
    /// Their wrong passwords.
    pub failures: Failures,
    /// Errors, heals and traces of manipulation, the newest last.
    pub findings: [Finding; FINDINGS],
}

/// Where the quantities "since refill" begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refill {
    /// How many refills there were.
    pub counter: u64,
    /// R2 at the last refill.
    pub r2: Money,
    /// R8 at the last refill.
    pub r8: u64,
    /// Time of the last refill, in tenths of a second.
    pub tenths: u64,
    /// Day of the last refill, or of the personalisation.
    pub date: Date,
}

/// What marks the imprints of this meter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// The issuer has set the meter under suspicion.
    pub suspicious: bool,
    /// The meter itself found a manipulation.
    pub manipulated: bool,
}

/// The last order of the centre that was carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LastOrder {
    pub number: u64,
    /// The beginning of the SHA-256 of its signed bytes, so that the same order again is known.
    pub digest: [u8; 8],
}

/// What the device knows of its codeword Y, and place E with the next one, Y'.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CodewordState {
    /// What a right Y is known by; nothing of Y can be told from it.
    pub check: [u8; 16],
    pub next: Option<NextCodeword>,
}

/// The next codeword, that the centre has allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NextCodeword {
    /// In coded form, as it came.
    pub wrapped: WrappedCodeword,
    /// Until when it may take the place of a lost one, in tenths of a second.
    pub expires_tenths: u64,
}

/// Which page of what seldom changes belongs to this state: exactly that one, and none before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SetupName {
    /// Which of the two places it lies in.
    pub place: u8,
    /// The page's number.
    pub sequence: u64,
    /// The page's MAC.
    pub tag: [u8; 16],
}

/// The piece credit ([139]-[147]).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pieces {
    /// S: how many imprints are left until the centre is to be called.
    pub left: u32,
    /// S_max: what S was after the last call, divided at each warning of mode 2.
    pub max: u32,
    /// S_ref: where mode 1 warns.
    pub reference: u32,
}

impl Pieces {
    /// A new piece credit, of which the device warns from the part that the divisor k leaves ([145]).
    pub fn new(count: u32, divisor: u32) -> Pieces {
        let reference = NonZeroU32::new(divisor).map_or(0, |divisor| piece_reference(count, divisor));
        Pieces { left: count, max: count, reference }
    }
}

impl Marks {
    /// What an imprint made now says of them, openly and in cipher.
    pub const fn suspicion(self) -> Suspicion {
        match (self.suspicious, self.manipulated) {
            (_, true) => Suspicion::Manipulated,
            (true, false) => Suspicion::Suspicious,
            (false, false) => Suspicion::None,
        }
    }
}

/// How far clock and gauge have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The latest reading of the clock.
    pub tenths: u64,
    /// The latest day.
    pub date: Date,
    /// The last time given to an imprint: it may run ahead of the clock, since it steps at least by one.
    pub stamped: u64,
    /// The last physical quantity given to an imprint; [`NO_QUANTITY`] where there was none.
    pub quantity: u64,
}

/// What stood before the first debit of the last franking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    pub registers: Registers,
    pub refill: Refill,
    /// Time of the first debit.
    pub tenths: u64,
    /// Physical quantity of the imprint before; [`NO_QUANTITY`] where there was none.
    pub quantity: u64,
    /// What the gauge showed; [`NO_READING`] where there is none.
    pub reading: u32,
    pub inspected_pieces: u64,
    pub suspicion: Suspicion,
    /// The numbers were made by the marking that the setup names as the former one.
    pub is_former: bool,
}

/// Stands for a physical quantity that was never taken.
pub(crate) const NO_QUANTITY: u64 = u64::MAX;
/// Stands for the reading of a gauge that is not there.
pub(crate) const NO_READING: u32 = u32::MAX;

impl State {
    /// A new meter without credit.
    pub fn fresh(tenths: u64, date: Date, codeword_check: [u8; 16]) -> State {
        let refill = Refill { counter: 0, r2: Money::ZERO, r8: 0, tenths, date };
        State {
            registers: Registers::default(),
            refill,
            grant: LastGrant::default(),
            marks: Marks::default(),
            order: LastOrder::default(),
            standing: Standing::default(),
            codeword: CodewordState { check: codeword_check, next: None },
            setup: SetupName::default(),
            pieces: Pieces::default(),
            clock: Seen { tenths, date, stamped: 0, quantity: NO_QUANTITY },
            usual: Money::ZERO,
            contact_tenths: tenths,
            commit_counter: 0,
            inspected_pieces: 0,
            basis: Basis {
                registers: Registers::default(),
                refill,
                tenths: 0,
                quantity: NO_QUANTITY,
                reading: NO_READING,
                inspected_pieces: 0,
                suspicion: Suspicion::None,
                is_former: false,
            },
            errors: ErrorCounts::default(),
            usage: Usage::EMPTY,
            failures: Failures::default(),
            findings: [Finding::NONE; FINDINGS],
        }
    }

    /// Checks what must hold of a state and the debits of its last franking.
    pub fn check(&self, debits: &[Request]) -> Result<(), Error> {
        self.registers.check().map_err(Error::Registers)?;
        let after = ledger::registers_after(self.basis.registers, debits);
        let agrees = after.is_some_and(|after| {
            let now = self.registers;
            (after.r2, after.r4, after.r8) == (now.r2, now.r4, now.r8)
        });
        if agrees { Ok(()) } else { Err(Error::Blocked(Fault::Ledger)) }
    }

    /// Notes a finding, dropping the oldest; a trace of manipulation marks the meter.
    pub fn note(&mut self, mut finding: Finding) {
        finding.detail = finding.detail.min(Finding::DETAIL_MAX);
        // What is no trace of manipulation goes first: nobody can wash the log.
        let oldest = self.findings.iter().position(|known| !known.is_manipulation()).unwrap_or_default();
        if let Some(newer) = self.findings.get_mut(oldest..) {
            newer.rotate_left(1);
        }
        let [.., last] = &mut self.findings;
        *last = finding;
        self.marks.manipulated |= finding.is_manipulation();
    }
}
