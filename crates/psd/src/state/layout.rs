//! The state's bytes in the memory: docs/formats/memory.md has the table.
//!
//! Each group begins where the one before ends. A version or flag of a later time is no state; the rest is reserved
//! and zero.

use super::{
    Basis, Blocks, CodewordState, LastOrder, Marks, NextCodeword, Pieces, Refill, Seen, SetupName, Standing,
    State,
};
use access::{Failures, Usage};
use imprint::numbers::Suspicion;
use link::{ErrorCounts, ErrorKind, FINDINGS, Finding, LastGrant};
use terms::bytes::{Reader, Writer};
use terms::{Date, Money, Registers};

/// Bytes of a unit: the grain of a record.
pub(crate) const UNIT_BYTES: usize = 32;
/// Units of the state.
pub(crate) const UNITS: usize = 32;

/// Units that every record has: up to the one that says how many there are.
const UNITS_MIN: usize = COUNT_AT / UNIT_BYTES + 1;
/// Where it is said how many units there are.
const COUNT_AT: usize = 127;

const STATE_BYTES: usize = UNITS * UNIT_BYTES;
const VERSION: u16 = 3;

const HEAD_BYTES: usize = 2 + 2 + 4;
const REGISTERS_BYTES: usize = 5 * 8;
const REFILL_BYTES: usize = 4 * 8 + 4;
const BASIS_BYTES: usize = REGISTERS_BYTES + REFILL_BYTES + 3 * 8 + 4;
const FINDING_BYTES: usize = 2 * 8 + 4 + 2 + 2;
const USED_BYTES: usize = HEAD_BYTES
    + REGISTERS_BYTES
    + REFILL_BYTES
    + 3 * 8 // last grant
    + 2 * 8 // last order
    + 2 + 2 + 8 // blocks, setup's place, faulted at
    + 16 + 24 + 8 // codeword's check, place E
    + 8 + 16 // the setup's number and MAC
    + 3 * 4 // piece credit
    + 3 * 8 + 4 // clock and gauge
    + 4 * 8 // contact, commit counter, inspected pieces, usual amount
    + BASIS_BYTES
    + ErrorKind::ALL.len() * 2
    + FINDINGS * FINDING_BYTES
    + Usage::BYTES
    + Failures::BYTES;
const _: () = assert!(USED_BYTES == 1005 && USED_BYTES <= STATE_BYTES);

const SUSPICIOUS: u32 = 1;
const MANIPULATED: u32 = 1 << 1;
const BASIS_SUSPICIOUS: u32 = 1 << 2;
const BASIS_MANIPULATED: u32 = 1 << 3;
const REDUNDANCY_TAKEN: u32 = 1 << 4;
const KEYS_WIPED: u32 = 1 << 5;
const LINK_CHANGED: u32 = 1 << 6;
const CODEWORD_LOST: u32 = 1 << 7;
const CODEWORD_ZEROED: u32 = 1 << 8;
const NEXT_CODEWORD: u32 = 1 << 9;
const BASIS_FORMER: u32 = 1 << 10;
const KNOWN_FLAGS: u32 = (1 << 11) - 1;

impl State {
    /// The state's units, with the number of debits that follow it, and how many of them the record has: those at the
    /// end that hold nothing are left out, since what is not there need not be sealed.
    pub fn to_units(self, debits: u16) -> ([[u8; UNIT_BYTES]; UNITS], usize) {
        let mut units = [[0; UNIT_BYTES]; UNITS];
        let writer = &mut Writer::new(units.as_flattened_mut());
        writer.put(&VERSION.to_le_bytes());
        writer.put(&debits.to_le_bytes());
        writer.put(&self.flags().to_le_bytes());
        put_registers(writer, self.registers);
        put_refill(writer, self.refill);
        for value in [self.grant.number, self.grant.amount_minor as u64, self.grant.r3_before.minor()] {
            writer.put(&value.to_le_bytes());
        }
        writer.put(&self.order.number.to_le_bytes());
        writer.put(&self.order.digest);
        self.put_standing(writer);
        for pieces in [self.pieces.left, self.pieces.max, self.pieces.reference] {
            writer.put(&pieces.to_le_bytes());
        }
        for value in [self.clock.tenths, self.clock.stamped, self.clock.quantity] {
            writer.put(&value.to_le_bytes());
        }
        writer.put(&self.clock.date.day_number().to_le_bytes());
        for value in [self.contact_tenths, self.commit_counter, self.inspected_pieces, self.usual.minor()] {
            writer.put(&value.to_le_bytes());
        }
        put_basis(writer, &self.basis);
        for count in self.errors.counters() {
            writer.put(&count.to_le_bytes());
        }
        for finding in self.findings {
            writer.put(&finding.commit.to_le_bytes());
            writer.put(&finding.tenths.to_le_bytes());
            let [a, b, c, d, e, f, ..] = finding.detail.to_le_bytes();
            writer.put(&[a, b, c, d]);
            writer.put(&finding.kind.to_le_bytes());
            writer.put(&[e, f]);
        }
        writer.put(&self.usage.to_bytes());
        writer.put(&self.failures.to_bytes());
        let last = units.iter().rposition(|unit| *unit != [0; UNIT_BYTES]).unwrap_or_default();
        let count = (last + 1).max(UNITS_MIN);
        set_unit_count(&mut units, count as u8);
        (units, count)
    }

    fn put_standing(&self, writer: &mut Writer<'_>) {
        writer.put(&self.standing.blocks.bits().to_le_bytes());
        writer.put(&[self.setup.place, 0]);
        writer.put(&self.standing.faulted_at.to_le_bytes());
        writer.put(&self.codeword.check);
        let next = self.codeword.next.unwrap_or(NextCodeword { wrapped: [0; 24], expires_tenths: 0 });
        writer.put(&next.wrapped);
        writer.put(&next.expires_tenths.to_le_bytes());
        writer.put(&self.setup.sequence.to_le_bytes());
        writer.put(&self.setup.tag);
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
        let order = LastOrder { number: reader.u64()?, digest: reader.bytes()? };
        let (standing, codeword, setup) = take_standing(reader, flags)?;
        let pieces = Pieces { left: reader.u32()?, max: reader.u32()?, reference: reader.u32()? };
        let (tenths, stamped, quantity) = (reader.u64()?, reader.u64()?, reader.u64()?);
        let clock = Seen { tenths, stamped, quantity, date: take_date(reader)? };
        let (contact_tenths, commit_counter, inspected_pieces) =
            (reader.u64()?, reader.u64()?, reader.u64()?);
        let usual = Money::from_minor(reader.u64()?);
        let basis = take_basis(reader, flags)?;
        let mut counters = [0; ErrorKind::ALL.len()];
        for counter in &mut counters {
            *counter = reader.u16()?;
        }
        let mut findings = [Finding::NONE; FINDINGS];
        for finding in &mut findings {
            let (commit, tenths, low) = (reader.u64()?, reader.u64()?, reader.u32()?);
            let kind = reader.u16()?;
            let detail = u64::from(low) | u64::from(reader.u16()?) << 32;
            *finding = Finding { commit, tenths, kind, detail };
        }
        let state = State {
            registers,
            refill,
            grant,
            marks: Marks { suspicious: flags & SUSPICIOUS != 0, manipulated: flags & MANIPULATED != 0 },
            order,
            standing,
            codeword,
            setup,
            pieces,
            clock,
            usual,
            contact_tenths,
            commit_counter,
            inspected_pieces,
            basis,
            errors: ErrorCounts::from_counters(counters),
            usage: Usage::from_bytes(&reader.bytes()?)?,
            failures: Failures::from_bytes(reader.bytes()?),
            findings,
        };
        Some((state, debits))
    }

    fn flags(&self) -> u32 {
        let mut flags = 0;
        for (set, flag) in [
            (self.marks.suspicious, SUSPICIOUS),
            (self.marks.manipulated, MANIPULATED),
            (self.basis.suspicion == Suspicion::Suspicious, BASIS_SUSPICIOUS),
            (self.basis.suspicion == Suspicion::Manipulated, BASIS_MANIPULATED),
            (self.standing.redundancy_taken, REDUNDANCY_TAKEN),
            (self.standing.keys_wiped, KEYS_WIPED),
            (self.standing.link_changed, LINK_CHANGED),
            (self.standing.codeword_lost, CODEWORD_LOST),
            (self.standing.codeword_zeroed, CODEWORD_ZEROED),
            (self.codeword.next.is_some(), NEXT_CODEWORD),
            (self.basis.is_former, BASIS_FORMER),
        ] {
            flags |= if set { flag } else { 0 };
        }
        flags
    }
}

fn take_standing(reader: &mut Reader<'_>, flags: u32) -> Option<(Standing, CodewordState, SetupName)> {
    let blocks = Blocks::from_bits(reader.u16()?)?;
    let place = reader.u8()?;
    reader.u8()?;
    let standing = Standing {
        blocks,
        redundancy_taken: flags & REDUNDANCY_TAKEN != 0,
        keys_wiped: flags & KEYS_WIPED != 0,
        link_changed: flags & LINK_CHANGED != 0,
        codeword_lost: flags & CODEWORD_LOST != 0,
        codeword_zeroed: flags & CODEWORD_ZEROED != 0,
        faulted_at: reader.u64()?,
    };
    let check = reader.bytes()?;
    let next = NextCodeword { wrapped: reader.bytes()?, expires_tenths: reader.u64()? };
    let codeword = CodewordState { check, next: (flags & NEXT_CODEWORD != 0).then_some(next) };
    let setup = SetupName { place, sequence: reader.u64()?, tag: reader.bytes()? };
    Some((standing, codeword, setup))
}

fn put_basis(writer: &mut Writer<'_>, basis: &Basis) {
    put_registers(writer, basis.registers);
    put_refill(writer, basis.refill);
    writer.put(&basis.tenths.to_le_bytes());
    writer.put(&basis.quantity.to_le_bytes());
    writer.put(&basis.reading.to_le_bytes());
    writer.put(&basis.inspected_pieces.to_le_bytes());
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
        is_former: flags & BASIS_FORMER != 0,
    })
}

fn take_date(reader: &mut Reader<'_>) -> Option<Date> {
    Date::from_day_number(reader.u32()?).ok()
}

fn set_unit_count(units: &mut [[u8; UNIT_BYTES]; UNITS], count: u8) {
    if let Some(place) = units.as_flattened_mut().get_mut(COUNT_AT) {
        *place = count;
    }
}

/// How many units of state a record has that begins with these; nothing if it cannot have so many.
pub(crate) fn unit_count(units: &[[u8; UNIT_BYTES]]) -> Option<usize> {
    let count = usize::from(*units.as_flattened().get(COUNT_AT)?);
    (UNITS_MIN..=UNITS).contains(&count).then_some(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use link::Block;

    /// What the first user of a lock has spent.
    fn used() -> Usage {
        let mut bytes = [0; Usage::BYTES];
        let user = [1, 0, 50, 0, 0, 0, 0, 0, 3, 0, 0, 0, 99];
        bytes.get_mut(4..4 + user.len()).unwrap().copy_from_slice(&user);
        Usage::from_bytes(&bytes).unwrap()
    }

    #[test]
    fn a_state_comes_back_from_its_units_and_leaves_the_reserved_room_zero() {
        let mut state = State::fresh(1234, Date::LAST, [3; 16]);
        state.registers.r8 = 77;
        state.grant.amount_minor = -5;
        state.marks = Marks { suspicious: true, manipulated: false };
        state.order = LastOrder { number: 3, digest: [4; 8] };
        state.standing.blocks = Blocks::default().with(Block::Kill2);
        state.standing.link_changed = true;
        state.standing.faulted_at = 12;
        state.codeword.next = Some(NextCodeword { wrapped: [8; 24], expires_tenths: 99 });
        state.setup = SetupName { place: 1, sequence: 7, tag: [9; 16] };
        state.pieces = Pieces { left: 1, max: 2, reference: 3 };
        state.commit_counter = 5;
        state.usual = Money::from_minor(5_000);
        state.basis.suspicion = Suspicion::Manipulated;
        state.basis.is_former = true;
        state.failures = Failures::from_bytes([6; Failures::BYTES]);
        state.usage = used();
        state.errors = ErrorCounts::from_counters([7; ErrorKind::ALL.len()]);
        state.note(Finding { commit: 9, tenths: 8, kind: Finding::HEALED, detail: 2 | 7 << 32 });
        let (units, count) = state.to_units(1000);
        assert_eq!(unit_count(&units), Some(count));
        assert!(units.iter().skip(count).all(|unit| *unit == [0; UNIT_BYTES]));
        assert_eq!(State::from_units(&units), Some((state, 1000)));
        let bytes = units.as_flattened();
        assert!(bytes.get(USED_BYTES..).unwrap().iter().all(|byte| *byte == 0));
        let last = USED_BYTES - Usage::BYTES - Failures::BYTES - FINDING_BYTES;
        assert_eq!(bytes.get(last + 16..last + 24), Some(&[2, 0, 0, 0, 1, 0, 7, 0][..]));
    }

    #[test]
    fn a_version_or_flag_of_a_later_time_is_no_state() {
        let (units, count) = State::fresh(0, Date::FIRST, [0; 16]).to_units(0);
        assert!(count < UNITS, "what holds nothing is left out");
        for byte in [0, 1, 5, 6, 7] {
            let mut changed = units;
            *changed.as_flattened_mut().get_mut(byte).unwrap() = 0xf0;
            assert_eq!(State::from_units(&changed), None, "byte {byte}");
        }
    }
}
