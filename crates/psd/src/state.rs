//! The state a commit makes durable, and its 512 bytes in the memory.
//!
//! What always holds: R3 = R1 + R2, R4 <= R8, and R2, R4 and R8 are those of the last franking's basis plus its
//! debits. The record has room of its own for what later versions add; a version it does not know is refused.

use crate::bytes::{Reader, Writer};
use crate::error::{Error, Fault};
use crate::ledger;
use crate::request::Request;
use imprint::numbers::Suspicion;
use terms::{Date, Money, Registers};

/// Bytes of a unit: the grain of a record.
pub(crate) const UNIT_BYTES: usize = 32;
/// Units of the state.
pub(crate) const UNITS: usize = 16;
/// How many findings are kept.
pub(crate) const FINDINGS: usize = 8;
/// Where a counter of errors stops.
pub(crate) const COUNTER_LIMIT: u16 = 999;

const STATE_BYTES: usize = UNITS * UNIT_BYTES;
const VERSION: u16 = 1;

/// Everything a commit makes durable, but for the debits of the last franking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub registers: Registers,
    pub refill: Refill,
    pub grant: LastGrant,
    pub marks: Marks,
    pub clock: Seen,
    /// R8 at the last inspection.
    pub inspected_pieces: u64,
    /// What the numbers of the last franking are made from, beside its debits.
    pub basis: Basis,
    pub errors: ErrorCounts,
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

/// The last grant taken, so that the same grant is answered again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LastGrant {
    pub number: u64,
    pub amount_minor: i64,
    pub r3_before: Money,
}

/// What marks the imprints of this meter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// The issuer has set the meter under suspicion.
    pub suspicious: bool,
    /// The meter itself found a manipulation.
    pub manipulated: bool,
    /// Number of the issuer's last message about it.
    pub message: u64,
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
}

/// Stands for a physical quantity that was never taken.
pub(crate) const NO_QUANTITY: u64 = u64::MAX;
/// Stands for the reading of a gauge that is not there.
pub(crate) const NO_READING: u32 = u32::MAX;

/// Refused requests by kind, each counted to 999.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ErrorCounts {
    /// Requests refused for what they asked: value, date, id, credit.
    pub requests: u16,
    /// Grants and messages refused for being no one's, another's or out of order.
    pub messages: u16,
    /// Refusals because of the clock.
    pub clock: u16,
    /// Writes and syncs that failed.
    pub memory: u16,
}

/// Something a start found in the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// Number of the newest commit when it was found; 0 for none.
    pub commit: u64,
    /// What was found: one of the constants.
    pub kind: u16,
    /// In which slot of the ring; 255 for the personalisation.
    pub slot: u8,
}

impl Finding {
    /// A copy without a right MAC, written anew from the other one, or empty where nothing needs it.
    pub const HEALED: u16 = 1;
    /// The same in the slot that was next to be written: mostly a write that was cut off.
    pub const UNFINISHED: u16 = 2;
    /// A sector with a right MAC at a place it was not written to: somebody copied it there.
    pub const MOVED: u16 = 3;
    /// A record older than those written before it: somebody put it back.
    pub const ORDER: u16 = 4;

    const NONE: Finding = Finding { commit: 0, kind: 0, slot: 0 };

    /// Whether no damage and no crash explains it.
    pub const fn is_manipulation(self) -> bool {
        matches!(self.kind, Finding::MOVED | Finding::ORDER)
    }

    /// What it says, as one sentence.
    pub const fn sentence(self) -> &'static str {
        match self.kind {
            Finding::HEALED => "a damaged copy was written anew",
            Finding::UNFINISHED => "a write that was cut off was cleared away",
            Finding::MOVED => "a sector was copied to where it does not belong",
            Finding::ORDER => "an old record was put back",
            _ => "an unknown finding",
        }
    }
}

// The layout: each group begins where the one before ends; docs/formats/memory.md has the table.
const REGISTERS_BYTES: usize = 5 * 8;
const REFILL_BYTES: usize = 4 * 8 + 4;
const FINDING_BYTES: usize = 8 + 2 + 1 + 1;
const HEAD_BYTES: usize = 2 + 2 + 4;
const USED_BYTES: usize = HEAD_BYTES
    + REGISTERS_BYTES
    + REFILL_BYTES
    + 3 * 8 // last grant
    + 8 // message number
    + 3 * 8 + 4 // clock and gauge
    + 8 // inspected pieces
    + REGISTERS_BYTES + REFILL_BYTES + 3 * 8 + 4 // basis
    + 4 * 2 // error counts
    + FINDINGS * FINDING_BYTES;
const _: () = assert!(USED_BYTES == 360 && USED_BYTES <= STATE_BYTES);

const SUSPICIOUS: u32 = 1;
const MANIPULATED: u32 = 1 << 1;
const BASIS_SUSPICIOUS: u32 = 1 << 2;
const BASIS_MANIPULATED: u32 = 1 << 3;
const KNOWN_FLAGS: u32 = SUSPICIOUS | MANIPULATED | BASIS_SUSPICIOUS | BASIS_MANIPULATED;

impl State {
    /// A new meter without credit.
    pub fn fresh(tenths: u64, date: Date) -> State {
        let refill = Refill { counter: 0, r2: Money::ZERO, r8: 0, tenths, date };
        State {
            registers: Registers::default(),
            refill,
            grant: LastGrant::default(),
            marks: Marks::default(),
            clock: Seen { tenths, date, stamped: 0, quantity: NO_QUANTITY },
            inspected_pieces: 0,
            basis: Basis {
                registers: Registers::default(),
                refill,
                tenths: 0,
                quantity: NO_QUANTITY,
                reading: NO_READING,
                inspected_pieces: 0,
                suspicion: Suspicion::None,
            },
            errors: ErrorCounts::default(),
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
    pub fn note(&mut self, finding: Finding) {
        self.findings.rotate_left(1);
        let [.., last] = &mut self.findings;
        *last = finding;
        self.marks.manipulated |= finding.is_manipulation();
    }

    /// The state's units, with the number of debits that follow it.
    pub fn to_units(self, debits: u16) -> [[u8; UNIT_BYTES]; UNITS] {
        let mut units = [[0; UNIT_BYTES]; UNITS];
        let mut writer = Writer::new(units.as_flattened_mut());
        writer.put(&VERSION.to_le_bytes());
        writer.put(&debits.to_le_bytes());
        writer.put(&self.flags().to_le_bytes());
        put_registers(&mut writer, self.registers);
        put_refill(&mut writer, self.refill);
        writer.put(&self.grant.number.to_le_bytes());
        writer.put(&self.grant.amount_minor.to_le_bytes());
        writer.put(&self.grant.r3_before.minor().to_le_bytes());
        writer.put(&self.marks.message.to_le_bytes());
        writer.put(&self.clock.tenths.to_le_bytes());
        writer.put(&self.clock.stamped.to_le_bytes());
        writer.put(&self.clock.quantity.to_le_bytes());
        writer.put(&self.clock.date.day_number().to_le_bytes());
        writer.put(&self.inspected_pieces.to_le_bytes());
        put_registers(&mut writer, self.basis.registers);
        put_refill(&mut writer, self.basis.refill);
        writer.put(&self.basis.tenths.to_le_bytes());
        writer.put(&self.basis.quantity.to_le_bytes());
        writer.put(&self.basis.reading.to_le_bytes());
        writer.put(&self.basis.inspected_pieces.to_le_bytes());
        let ErrorCounts { requests, messages, clock, memory } = self.errors;
        for count in [requests, messages, clock, memory] {
            writer.put(&count.to_le_bytes());
        }
        for finding in self.findings {
            writer.put(&finding.commit.to_le_bytes());
            writer.put(&finding.kind.to_le_bytes());
            writer.put(&[finding.slot, 0]);
        }
        units
    }

    /// The state in these units and the number of debits that follow it; nothing if they are no state.
    pub fn from_units(units: &[[u8; UNIT_BYTES]; UNITS]) -> Option<(State, u16)> {
        let reader = &mut Reader(units.as_flattened());
        let (version, debits, flags) = (reader.u16()?, reader.u16()?, reader.u32()?);
        if version != VERSION || flags & !KNOWN_FLAGS != 0 {
            return None;
        }
        let registers = take_registers(reader)?;
        let refill = take_refill(reader)?;
        let grant = LastGrant {
            number: reader.u64()?,
            amount_minor: reader.i64()?,
            r3_before: Money::from_minor(reader.u64()?),
        };
        let marks = Marks {
            suspicious: flags & SUSPICIOUS != 0,
            manipulated: flags & MANIPULATED != 0,
            message: reader.u64()?,
        };
        let (tenths, stamped, quantity) = (reader.u64()?, reader.u64()?, reader.u64()?);
        let clock = Seen { tenths, stamped, quantity, date: take_date(reader)? };
        let inspected_pieces = reader.u64()?;
        let basis = take_basis(reader, flags)?;
        let errors = ErrorCounts {
            requests: reader.u16()?,
            messages: reader.u16()?,
            clock: reader.u16()?,
            memory: reader.u16()?,
        };
        let mut findings = [Finding::NONE; FINDINGS];
        for finding in &mut findings {
            *finding = Finding { commit: reader.u64()?, kind: reader.u16()?, slot: reader.u8()? };
            reader.u8()?;
        }
        let state =
            State { registers, refill, grant, marks, clock, inspected_pieces, basis, errors, findings };
        Some((state, debits))
    }

    fn flags(&self) -> u32 {
        let mut flags = 0;
        for (set, flag) in [
            (self.marks.suspicious, SUSPICIOUS),
            (self.marks.manipulated, MANIPULATED),
            (self.basis.suspicion == Suspicion::Suspicious, BASIS_SUSPICIOUS),
            (self.basis.suspicion == Suspicion::Manipulated, BASIS_MANIPULATED),
        ] {
            flags |= if set { flag } else { 0 };
        }
        flags
    }
}

fn put_registers(writer: &mut Writer<'_>, registers: Registers) {
    let Registers { r1, r2, r3, r4, r8 } = registers;
    for value in [r1.minor(), r2.minor(), r3.minor(), r4, r8] {
        writer.put(&value.to_le_bytes());
    }
}

fn take_registers(reader: &mut Reader<'_>) -> Option<Registers> {
    Some(Registers {
        r1: Money::from_minor(reader.u64()?),
        r2: Money::from_minor(reader.u64()?),
        r3: Money::from_minor(reader.u64()?),
        r4: reader.u64()?,
        r8: reader.u64()?,
    })
}

fn put_refill(writer: &mut Writer<'_>, refill: Refill) {
    for value in [refill.counter, refill.r2.minor(), refill.r8, refill.tenths] {
        writer.put(&value.to_le_bytes());
    }
    writer.put(&refill.date.day_number().to_le_bytes());
}

fn take_refill(reader: &mut Reader<'_>) -> Option<Refill> {
    let (counter, r2) = (reader.u64()?, Money::from_minor(reader.u64()?));
    Some(Refill { counter, r2, r8: reader.u64()?, tenths: reader.u64()?, date: take_date(reader)? })
}

fn take_basis(reader: &mut Reader<'_>, flags: u32) -> Option<Basis> {
    Some(Basis {
        registers: take_registers(reader)?,
        refill: take_refill(reader)?,
        tenths: reader.u64()?,
        quantity: reader.u64()?,
        reading: reader.u32()?,
        inspected_pieces: reader.u64()?,
        suspicion: match (flags & BASIS_SUSPICIOUS != 0, flags & BASIS_MANIPULATED != 0) {
            (_, true) => Suspicion::Manipulated,
            (true, false) => Suspicion::Suspicious,
            (false, false) => Suspicion::None,
        },
    })
}

fn take_date(reader: &mut Reader<'_>) -> Option<Date> {
    Date::from_day_number(reader.u32()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_comes_back_from_its_units_and_leaves_the_reserved_room_zero() {
        let mut state = State::fresh(1234, Date::LAST);
        state.registers.r8 = 77;
        state.grant.amount_minor = -5;
        state.marks = Marks { suspicious: true, manipulated: false, message: 3 };
        state.basis.suspicion = Suspicion::Manipulated;
        state.errors.memory = 999;
        state.note(Finding { commit: 9, kind: Finding::HEALED, slot: 2 });
        let units = state.to_units(1000);
        assert_eq!(State::from_units(&units), Some((state, 1000)));
        let bytes = units.as_flattened();
        assert!(bytes.get(USED_BYTES..).unwrap().iter().all(|byte| *byte == 0));
        assert_eq!(bytes.get(USED_BYTES - 4..USED_BYTES - 1), Some(&[1, 0, 2][..]));
    }

    #[test]
    fn a_version_or_flag_of_a_later_time_is_no_state() {
        let units = State::fresh(0, Date::FIRST).to_units(0);
        for byte in [0, 1, 4, 5, 6, 7] {
            let mut changed = units;
            *changed.as_flattened_mut().get_mut(byte).unwrap() = 0xf0;
            assert_eq!(State::from_units(&changed), None, "byte {byte}");
        }
    }
}
