//! What must hold, computed a second time and as simply as can be: what a meter must know durably, and what each
//! command makes of it.

use crate::meter::order;
use imprint::numbers::{RequestId, Suspicion};
use psd::{Block, Codeword, Now, Order, Request, Task};
use terms::{Date, Money, Registers};

/// Debits of one commit of the devices under test: each record is one pair of sectors.
pub const BATCH: usize = 4;
/// The value range and the days ahead of a personalisation for tests.
const VALUES: std::ops::RangeInclusive<u64> = 10..=9999;
const DAYS_AHEAD: u32 = 30;
const CLOCK_TOLERANCE_TENTHS: u64 = 3000;

/// What a meter must know durably.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    pub registers: Registers,
    /// The last grant: number, amount, R3 before it.
    pub grant: (u64, i64, u64),
    pub order: Order,
    pub last: Vec<Request>,
    /// What the imprints of the last franking say of the meter.
    pub last_suspicion: Suspicion,
    /// The clock and the day it has seen.
    pub seen: (u64, Date),
    pub is_suspicious: bool,
    pub is_manipulated: bool,
    pub blocks: Vec<Block>,
    /// Number of the commit before the newest fatal block.
    pub faulted_at: u64,
    pub is_redundancy_taken: bool,
    pub codeword: Codeword,
    pub next_codeword: Option<(Codeword, u64)>,
    /// Which control unit it is paired with, counted from 1.
    pub paired: Option<usize>,
    /// In which of its two places the setup lies, and the page's number.
    pub setup: (usize, u64),
    pub commit_counter: u64,
}

/// What the device knows only since its start.
#[derive(Clone, Copy, Debug, Default)]
pub struct Awake {
    /// The last reading of the clock that it believed.
    pub believed: Option<u64>,
    pub is_active: bool,
}

/// What a command must lead to.
#[derive(Debug)]
pub enum Expected {
    /// Refused with the error of this code; nothing changes.
    Refused(u16),
    /// Refused with the error of this code, which has its consequences.
    Punished(u16, Box<Model>),
    /// Answered from memory; nothing changes.
    Remembered,
    /// These states one after the other, each durable before the next.
    Changed(Vec<Model>),
}

impl Model {
    /// A meter that was just personalised.
    pub fn fresh(now: Now, codeword: Codeword, commit_counter: u64) -> Model {
        Model {
            registers: Registers::default(),
            grant: (0, 0, 0),
            order: order(0, Task::ClearErrors).message,
            last: Vec::new(),
            last_suspicion: Suspicion::None,
            seen: (now.tenths, now.today),
            is_suspicious: false,
            is_manipulated: false,
            blocks: Vec::new(),
            faulted_at: 0,
            is_redundancy_taken: false,
            codeword,
            next_codeword: None,
            paired: None,
            setup: (1, 1),
            commit_counter,
        }
    }

    /// What an imprint made now says of the meter.
    pub fn suspicion(&self) -> Suspicion {
        match (self.is_manipulated, self.is_suspicious) {
            (true, _) => Suspicion::Manipulated,
            (false, true) => Suspicion::Suspicious,
            (false, false) => Suspicion::None,
        }
    }

    /// The gravest of the blocks that it keeps.
    pub fn block(&self) -> Option<Block> {
        const BY_GRAVITY: [Block; 4] = [Block::KillCodeword, Block::Registers, Block::Stopped, Block::Clock];
        BY_GRAVITY.into_iter().find(|block| self.blocks.contains(block))
    }

    pub fn is_fatally_blocked(&self) -> bool {
        self.blocks.contains(&Block::KillCodeword) || self.blocks.contains(&Block::Registers)
    }

    pub fn today(&self, now: Now) -> Date {
        now.today.max(self.seen.1)
    }

    /// Why it does not frank at all, if it does not.
    pub fn refusal(&self, awake: Awake) -> Option<u16> {
        let inactive = if self.paired.is_some() { Block::Inactive.code() } else { 701 };
        self.block().map(Block::code).or((!awake.is_active).then_some(inactive))
    }

    pub fn frank(&self, requests: &[Request], now: Now, awake: &mut Awake) -> Expected {
        if let Some(code) = self.refusal(*awake) {
            return Expected::Refused(code);
        }
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
        if let Some(fault) = self.clock_fault(now, awake) {
            return fault;
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
        Expected::Changed(vec![after])
    }

    /// A grant that the issuer signed for this meter.
    pub fn grant(&self, grant: (u64, i64, u64), now: Now, awake: &mut Awake) -> Expected {
        let (number, amount, r3_before) = grant;
        if number == self.grant.0 && number != 0 {
            return if self.grant == grant { Expected::Remembered } else { Expected::Refused(204) };
        }
        if number != self.grant.0 + 1 {
            return Expected::Refused(203);
        }
        if r3_before != self.registers.r3.minor() {
            return Expected::Refused(204);
        }
        if let Some(fault) = self.clock_fault(now, awake) {
            return fault;
        }
        let moved = |money: Money| money.minor().checked_add_signed(amount).map(Money::from_minor);
        let (Some(r1), Some(r3)) = (moved(self.registers.r1), moved(self.registers.r3)) else {
            return Expected::Refused(205);
        };
        let registers = Registers { r1, r3, ..self.registers };
        let mut after = Model { registers, grant, ..self.clone() };
        after.see(now);
        Expected::Changed(vec![after])
    }

    /// A clock that runs backwards blocks, until the centre says what time it is.
    fn clock_fault(&self, now: Now, awake: &mut Awake) -> Option<Expected> {
        let earliest = awake.believed.unwrap_or(0).max(self.seen.0);
        if now.tenths + CLOCK_TOLERANCE_TENTHS >= earliest {
            awake.believed = Some(now.tenths);
            return None;
        }
        if self.blocks.contains(&Block::Clock) {
            return Some(Expected::Refused(302));
        }
        let mut after = self.clone();
        after.blocks.push(Block::Clock);
        Some(Expected::Punished(302, Box::new(after)))
    }

    fn see(&mut self, now: Now) {
        self.seen = (self.seen.0.max(now.tenths), self.today(now));
    }

    /// An order that the centre signed for this meter. A codeword in it comes beside it, since it is in coded form.
    pub fn order(&self, order: Order, codeword: &Codeword, now: Now, awake: &mut Awake) -> Expected {
        if order.number == self.order.number && order.number != 0 {
            return if order == self.order { Expected::Remembered } else { Expected::Refused(208) };
        }
        if order.number <= self.order.number {
            return Expected::Refused(203);
        }
        let mut after = Model { order, ..self.clone() };
        match order.task {
            Task::Suspicion(yes) => after.is_suspicious = yes,
            Task::Stop(yes) => {
                after.blocks.retain(|block| *block != Block::Stopped);
                if yes {
                    after.blocks.push(Block::Stopped);
                }
            }
            Task::NextCodeword { expires_tenths, .. } => {
                after.next_codeword = Some((codeword.clone(), expires_tenths));
            }
            Task::Clock { tenths } => {
                if now.tenths.abs_diff(tenths) > CLOCK_TOLERANCE_TENTHS {
                    return Expected::Refused(213);
                }
                awake.believed = Some(now.tenths);
                after.seen = (now.tenths, now.today);
                after.blocks.retain(|block| *block != Block::Clock);
            }
            Task::ClearErrors => after.is_manipulated &= self.is_fatally_blocked(),
            Task::Unpair => {
                after.paired = None;
                after.turn_setup();
            }
            Task::ForgetLock => after.turn_setup(),
            Task::Reset(reset) => {
                if !(self.is_fatally_blocked() || self.is_redundancy_taken) {
                    return Expected::Refused(210);
                }
                if reset.faulted_at != self.faulted_at {
                    return Expected::Refused(210);
                }
                return self.reset(
                    after,
                    reset.registers.map(|proven| (proven.registers, proven.grant)),
                    codeword,
                );
            }
            Task::Pieces(_) | Task::Enrol { .. } => {}
        }
        Expected::Changed(vec![after])
    }

    fn reset(&self, mut after: Model, proven: Option<(Registers, u64)>, codeword: &Codeword) -> Expected {
        match proven {
            Some((registers, grant)) => {
                after.registers = registers;
                after.grant = (grant, 0, 0);
                after.last.clear();
            }
            None if self.blocks.contains(&Block::Registers) => return Expected::Refused(211),
            None => {}
        }
        after.blocks.retain(|block| matches!(block, Block::Stopped | Block::Clock));
        (after.faulted_at, after.is_redundancy_taken, after.is_manipulated) = (0, false, false);
        // No codeword is the old one any more, until the new one has taken its place.
        after.codeword = Codeword::ZEROS;
        after.next_codeword = Some((codeword.clone(), u64::MAX));
        let mut whole = after.clone();
        (whole.codeword, whole.next_codeword) = (codeword.clone(), None);
        Expected::Changed(vec![after, whole])
    }

    /// The state that a reset leaves where the memory could not be read: the centre's registers, and all else anew.
    pub fn rescued(self, books: &Model, order: Order, codeword: &Codeword, setup: (usize, u64)) -> Model {
        Model {
            registers: books.registers,
            grant: (books.grant.0, 0, 0),
            order,
            next_codeword: Some((codeword.clone(), u64::MAX)),
            setup,
            ..self
        }
    }

    /// The state after a control unit was paired.
    pub fn paired_with(&self, control_unit: usize) -> Model {
        let mut after = Model { paired: Some(control_unit), ..self.clone() };
        after.turn_setup();
        after
    }

    fn turn_setup(&mut self) {
        self.setup = (1 - self.setup.0, self.setup.1 + 1);
    }

    /// The state after a look at the codeword, and the code of the error where it was lost without authority;
    /// nothing where it is kept.
    pub fn look(&self, board: Option<&Codeword>, tenths: u64, commit: u64) -> Option<(Model, Option<u16>)> {
        if board == Some(&self.codeword) {
            return None;
        }
        if self.blocks.contains(&Block::KillCodeword) {
            return None;
        }
        let mut after = self.clone();
        if let Some((next, expires)) = &self.next_codeword
            && tenths <= *expires
        {
            (after.codeword, after.next_codeword) = (next.clone(), None);
            return Some((after, None));
        }
        after.blocks.push(Block::KillCodeword);
        after.faulted_at = fault_number(commit, after.commit_counter);
        (after.is_redundancy_taken, after.is_manipulated) = (true, true);
        Some((after, Some(Block::KillCodeword.code())))
    }

    /// What a start makes of it, before anything is answered.
    pub fn started(&self, facts: &StartFacts<'_>) -> Model {
        let mut after = self.clone();
        after.is_manipulated |= facts.is_betrayed;
        if let Some(counter) = facts.counter {
            if self.commit_counter < counter {
                if !after.blocks.contains(&Block::Registers) {
                    after.blocks.push(Block::Registers);
                }
                after.faulted_at = fault_number(facts.commit, counter + 1);
                after.is_manipulated = true;
            }
            after.commit_counter = counter + 1;
        }
        after.look(facts.codeword, facts.tenths, facts.commit).map_or(after, |(after, _)| after)
    }
}

/// What a start sees beside its record.
pub struct StartFacts<'a> {
    /// Number of the record's commit.
    pub commit: u64,
    /// The memory betrays a manipulation.
    pub is_betrayed: bool,
    pub counter: Option<u64>,
    /// What the tamper memory holds, after a look at the sensor.
    pub codeword: Option<&'a Codeword>,
    pub tenths: u64,
}

/// By what a fault is known.
pub fn fault_number(commit: u64, counter: u64) -> u64 {
    commit.max(1) + (counter << 32)
}
