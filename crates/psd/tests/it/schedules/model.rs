//! What must hold, computed a second time and as simply as can be: the registers after each command, and what a start
//! may find on a disk whose every sector is known.

use super::disk::{Disk, Tag};
use imprint::numbers::{RequestId, Suspicion};
use psd::{Fault, Now, Request};
use terms::{Date, Money, Registers};

/// Debits of one commit of the devices under test: each record is one pair of sectors.
pub const BATCH: usize = 4;
/// The value range and the days ahead of a personalisation for tests.
const VALUES: std::ops::RangeInclusive<u64> = 10..=9999;
const DAYS_AHEAD: u32 = 30;
const CLOCK_TOLERANCE_TENTHS: u64 = 3000;

/// What a meter must know durably.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub registers: Registers,
    /// The last grant: number, amount, R3 before it.
    pub grant: (u64, i64, u64),
    pub mark: (u64, bool),
    pub last: Vec<Request>,
    /// What the imprints of the last franking say of the meter.
    pub last_suspicion: Suspicion,
    /// The clock and the day it has seen.
    pub seen: (u64, Date),
    pub manipulated: bool,
}

/// What a command must lead to.
#[derive(Debug, PartialEq, Eq)]
pub enum Expected {
    /// Refused with the error of this code; nothing changes.
    Refused(u16),
    /// Answered from memory; nothing changes.
    Remembered,
    /// This state, once it is durable.
    Changed(Model),
}

impl Model {
    pub fn fresh(now: Now) -> Model {
        Model {
            registers: Registers::default(),
            grant: (0, 0, 0),
            mark: (0, false),
            last: Vec::new(),
            last_suspicion: Suspicion::None,
            seen: (now.tenths, now.today),
            manipulated: false,
        }
    }

    /// What an imprint made now says of the meter.
    pub fn suspicion(&self) -> Suspicion {
        match (self.manipulated, self.mark.1) {
            (true, _) => Suspicion::Manipulated,
            (false, true) => Suspicion::Suspicious,
            (false, false) => Suspicion::None,
        }
    }

    pub fn today(&self, now: Now) -> Date {
        now.today.max(self.seen.1)
    }

    pub fn frank(&self, requests: &[Request], now: Now) -> Expected {
        if requests.is_empty() {
            return Expected::Refused(101);
        }
        if requests.len() > BATCH {
            return Expected::Refused(102);
        }
        let ids: Vec<RequestId> = requests.iter().map(|request| request.id).collect();
        if ids.iter().any(|id| ids.iter().filter(|other| *other == id).count() > 1) {
            return Expected::Refused(103);
        }
        let known = requests.iter().filter(|request| self.last.contains(request)).count();
        if known == requests.len() {
            return Expected::Remembered;
        }
        if self.last.iter().any(|last| ids.contains(&last.id)) {
            return Expected::Refused(104);
        }
        if let Some(code) = self.clock_fault(now) {
            return Expected::Refused(code);
        }
        let today = self.today(now);
        for request in requests {
            let postage = request.postage.minor();
            if postage != 0 && !VALUES.contains(&postage) {
                return Expected::Refused(106);
            }
            if request.date < today {
                return Expected::Refused(107);
            }
            if request.date.day_number() > today.day_number() + DAYS_AHEAD {
                return Expected::Refused(108);
            }
        }
        self.debited(requests, now)
    }

    fn debited(&self, requests: &[Request], now: Now) -> Expected {
        let mut after = self.clone();
        for request in requests {
            let registers = &mut after.registers;
            let Some(r1) = registers.r1.checked_sub(request.postage) else { return Expected::Refused(109) };
            registers.r1 = r1;
            registers.r2 = registers.r2.checked_add(request.postage).unwrap();
            registers.r4 += u64::from(!request.postage.is_zero());
            registers.r8 += 1;
        }
        after.last = requests.to_vec();
        after.last_suspicion = self.suspicion();
        after.see(now);
        Expected::Changed(after)
    }

    /// A grant that the issuer signed for this meter.
    pub fn grant(&self, number: u64, amount: i64, r3_before: u64, now: Now) -> Expected {
        if number == self.grant.0 && number != 0 {
            let same = self.grant == (number, amount, r3_before);
            return if same { Expected::Remembered } else { Expected::Refused(204) };
        }
        if number != self.grant.0 + 1 {
            return Expected::Refused(203);
        }
        if r3_before != self.registers.r3.minor() {
            return Expected::Refused(204);
        }
        if let Some(code) = self.clock_fault(now) {
            return Expected::Refused(code);
        }
        let moved = |money: Money| money.minor().checked_add_signed(amount).map(Money::from_minor);
        let (Some(r1), Some(r3)) = (moved(self.registers.r1), moved(self.registers.r3)) else {
            return Expected::Refused(205);
        };
        let registers = Registers { r1, r3, ..self.registers };
        let mut after = Model { registers, grant: (number, amount, r3_before), ..self.clone() };
        after.see(now);
        Expected::Changed(after)
    }

    pub fn mark(&self, number: u64, suspicious: bool) -> Expected {
        if (number, suspicious) == self.mark && number != 0 {
            Expected::Remembered
        } else if number <= self.mark.0 {
            Expected::Refused(203)
        } else {
            Expected::Changed(Model { mark: (number, suspicious), ..self.clone() })
        }
    }

    fn clock_fault(&self, now: Now) -> Option<u16> {
        (now.tenths + CLOCK_TOLERANCE_TENTHS < self.seen.0).then_some(302)
    }

    fn see(&mut self, now: Now) {
        self.seen = (self.seen.0.max(now.tenths), self.today(now));
    }
}

/// What a start must find on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// The record of the commit with this number, and whether something betrays a manipulation.
    Record { sequence: u64, betrayed: bool },
    /// Nothing it may rely on.
    Blocked(Fault),
}

/// Where the ring begins, and how many slots it has, each of one pair.
const RING: usize = 2;
pub const SLOTS: usize = 8;

/// The two sectors of a slot.
pub fn pair(slot: usize) -> [usize; 2] {
    [RING + 2 * slot, RING + 2 * slot + 1]
}

/// The slot of the newest record that has a whole copy, and its commit's number.
pub fn newest(disk: &Disk) -> Option<(usize, u64)> {
    let records = (0..SLOTS).filter_map(|slot| Some((slot, sequence_in(disk, slot)?)));
    records.max_by_key(|(_, sequence)| *sequence)
}

fn sequence_in(disk: &Disk, slot: usize) -> Option<u64> {
    let sequences = pair(slot).map(|sector| match disk.tag(sector) {
        Tag::Whole(sequence) => sequence,
        Tag::Broken | Tag::Moved => 0,
    });
    sequences.into_iter().max().filter(|sequence| *sequence > 0)
}

impl Outlook {
    /// The newest record of which a copy is whole counts. Where the slot after it has no whole copy, it may have held
    /// a newer one: the device must block, since nobody can tell.
    pub fn of(disk: &Disk) -> Outlook {
        let has_whole =
            |sectors: [usize; 2]| sectors.into_iter().any(|sector| matches!(disk.tag(sector), Tag::Whole(_)));
        if !has_whole([0, 1]) {
            return Outlook::Blocked(Fault::Personalisation);
        }
        let Some((slot, sequence)) = newest(disk) else { return Outlook::Blocked(Fault::NoRecord) };
        if !has_whole(pair((slot + 1) % SLOTS)) {
            return Outlook::Blocked(Fault::AllCopies);
        }
        let moved = (0..disk.sectors()).any(|sector| disk.tag(sector) == Tag::Moved);
        let round = (1..=SLOTS).filter_map(|distance| sequence_in(disk, (slot + distance) % SLOTS));
        let in_order = round.clone().zip(round.skip(1)).all(|(earlier, later)| earlier < later);
        Outlook::Record { sequence, betrayed: moved || !in_order }
    }
}
