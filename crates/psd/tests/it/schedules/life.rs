//! One meter's life: random events, each answer held against the model, each start against what the disk holds.

use super::chance::Chance;
use super::counts::Counts;
use super::disk::{self, Disk, Tag};
use super::model::{Awake, BATCH, Expected, Model};
use super::outlook::is_in_ring;
use crate::board::Board;
use crate::meter::{TODAY, memory_key, personalisation, profile, read, unhurried};
use imprint::numbers::{Indicium, Profile};
use psd::supervision::interrogation::PairingKey;
use psd::{Block, Error, MemoryKey, Now, Personalisation, Psd, Request, sectors_needed};
use terms::Date;

pub type Device = Psd<Disk, Board, BATCH>;

pub const TENTHS_A_DAY: u64 = 864_000;
/// A commit in so many advances the board's commit counter.
const COMMITS_OF_A_COUNT: u64 = 64;
/// Commits whose states are remembered: more than a ring and a copy of it hold.
const BOOK: usize = 4096;
const TRACE: usize = 40;

/// The states by the numbers of their commits.
pub type Book = Vec<(u64, Model)>;

pub struct Life<'a> {
    seed: u64,
    pub step: u64,
    pub counts: &'a mut Counts,
    pub chance: Chance,
    pub key: MemoryKey,
    profile: Profile,
    pub disk: Disk,
    pub board: Board,
    pub device: Option<Device>,
    pub awake: Awake,
    /// What the last confirmed answer left durable.
    pub confirmed: Model,
    /// What may be durable: the confirmed state, and what commands and starts that were cut off may have left.
    pub candidates: Vec<Model>,
    /// The most that was ever confirmed: what the centre has in its books.
    pub books: Model,
    pub book: Book,
    /// The highest number of a commit on the disk.
    pub highest: u64,
    /// The keys of the control units that were paired, where the pairing was confirmed.
    pub control_units: Vec<Option<PairingKey>>,
    /// A write failed: the device refuses to change anything until it is started again.
    pub is_stuck: bool,
    /// Sectors have lost their content since the last start.
    pub is_rotten: bool,
    /// Somebody has put something on the disk since the last start.
    pub is_tampered: bool,
    /// The same, ever: what was put there can betray itself later.
    pub was_ever_tampered: bool,
    pub copy: Option<(disk::Copy, Book)>,
    /// The order by which a memory that could not be read was reset, until the device has started on it.
    pub rescue: Option<u64>,
    next_id: u64,
    trace: Vec<(u64, &'static str, u64)>,
}

impl Drop for Life<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the life with seed {} failed in step {}; its last events:", self.seed, self.step);
            self.trace.iter().for_each(|(step, event, detail)| eprintln!("{step:>6}  {event} {detail}"));
        }
    }
}

impl<'a> Life<'a> {
    pub fn new(seed: u64, counts: &'a mut Counts) -> Life<'a> {
        let now = Now { tenths: 1_000_000, today: TODAY, minute: 600 };
        let (disk, board, profile) = (Disk::blank(sectors_needed(BATCH)), Board::new(now), profile("p1"));
        let mut chance = Chance::new(seed);
        board.counter.set(chance.permille(500).then_some(0));
        let key = memory_key();
        let identity = Personalisation { settings: unhurried(), ..personalisation(profile.clone()) };
        let device = Psd::personalise(disk.clone(), &key, identity, board.clone()).unwrap();
        let codeword = board.codeword.borrow().clone().unwrap();
        let fresh = Model::fresh(now, codeword, board.counter.get().unwrap_or(0));
        let mut life = Life {
            seed,
            step: 0,
            counts,
            chance,
            key,
            profile,
            disk,
            board,
            device: Some(device),
            awake: Awake::default(),
            confirmed: fresh.clone(),
            candidates: vec![fresh.clone()],
            books: fresh.clone(),
            book: Vec::new(),
            highest: 0,
            control_units: Vec::new(),
            is_stuck: false,
            is_rotten: false,
            is_tampered: false,
            was_ever_tampered: false,
            copy: None,
            rescue: None,
            next_id: 1,
            trace: Vec::new(),
        };
        // The device learns its run times, and keeps them in its setup.
        let learned = Model { setup: (0, 2), ..fresh.clone() };
        life.write_down(&[fresh, learned.clone()]);
        life.confirm(learned);
        life
    }

    /// Lives for so many steps at most, and gives how many there were.
    pub fn live(mut self, steps: u64) -> u64 {
        self.counts.one("lives");
        while self.step < steps {
            self.step += 1;
            let goes_on = match self.device {
                Some(_) => self.happen(),
                None => self.start(),
            };
            if !goes_on {
                break;
            }
        }
        self.counts.add("steps", self.step);
        self.step
    }

    fn happen(&mut self) -> bool {
        let is_idle = self.confirmed.refusal(self.awake).is_some();
        if is_idle && !self.is_stuck && self.chance.permille(500) {
            self.help();
        }
        if self.device.is_none() {
            return true;
        }
        match self.chance.weighted(&[250, 120, 60, 50, 50, 60, 30, 20, 80, 6, 15, 20, 120, 20, 6, 4]) {
            0 => self.frank_new(1),
            1 => {
                let pieces = 2 + self.chance.below(BATCH - 1);
                self.frank_new(pieces);
            }
            2 => self.frank_again(),
            3 => self.frank_wrongly(),
            4 => self.fetch(),
            5 => self.grant(),
            6 => self.order(),
            7 => self.attend(),
            8 => {
                let most = if self.chance.permille(20) { 20 * TENTHS_A_DAY as usize } else { 2000 };
                let by = self.chance.below(most) as u64;
                self.turn_clock("the clock goes on", |tenths| tenths + by);
            }
            9 => {
                let by = self.chance.below(9000) as u64;
                self.turn_clock("the clock is set back", |tenths| tenths - by);
            }
            10 => self.stop("the process is killed"),
            11 => self.lose_power(),
            12 => self.arm(),
            13 => self.rot(),
            14 => self.tamper(),
            _ => self.open_housing(),
        }
        if self.is_stuck && self.chance.permille(600) {
            self.recover_from_failure();
        }
        true
    }

    pub fn note(&mut self, event: &'static str, detail: u64) {
        if self.trace.len() == TRACE {
            self.trace.remove(0);
        }
        self.trace.push((self.step, event, detail));
        self.counts.one(event);
    }

    /// Holds a command's answer against what it had to be, and says whether it was done. Of an answer that itself
    /// says whether it came from memory, that is checked too.
    pub fn settle(&mut self, expected: Expected, answer: Result<Option<bool>, Error>) -> bool {
        let mut states = match &expected {
            Expected::Changed(states) => states.clone(),
            Expected::Punished(_, state) => vec![Model::clone(state)],
            Expected::Refused(_) | Expected::Remembered => vec![],
        };
        self.advance_counter(&mut states);
        self.write_down(&states);
        if answer == Err(Error::MemoryFailed) {
            assert!(!states.is_empty() && (self.is_stuck || self.disk.has_failed()), "{expected:?}");
            if !self.is_stuck {
                self.counts.one("commands cut off");
                self.candidates.extend(states);
            }
            self.is_stuck = true;
            return false;
        }
        let is_done = match (&expected, &answer) {
            (Expected::Changed(_), Ok(remembered)) => *remembered != Some(true),
            (Expected::Remembered, Ok(remembered)) => *remembered != Some(false),
            (Expected::Refused(code) | Expected::Punished(code, _), Err(error)) => *code == error.code(),
            _ => false,
        };
        assert!(is_done, "expected {expected:?}, and the answer was {answer:?}");
        self.counts.one(match expected {
            Expected::Changed(_) => "changes confirmed",
            Expected::Remembered => "answers from memory",
            Expected::Refused(_) => "refusals",
            Expected::Punished(..) => "refusals with consequences",
        });
        if let Some(state) = states.pop() {
            assert!(!self.is_stuck);
            self.confirm(state);
        }
        self.check_stand();
        answer.is_ok()
    }

    pub fn confirm(&mut self, state: Model) {
        let (books, now) = (&self.books, &state);
        if now.registers.r8 >= books.registers.r8 && now.grant.0 >= books.grant.0 {
            self.books = state.clone();
        }
        self.candidates = vec![state.clone()];
        self.confirmed = state;
    }

    /// What the device writes into its states of the board's commit counter.
    fn advance_counter(&mut self, states: &mut [Model]) {
        let Some(counter) = self.board.counter.get() else { return };
        // The board follows as soon as the state is durable, so it may stand one further already.
        let before = self.confirmed.commit_counter;
        let mut commit = self.highest;
        let mut reached = before;
        for state in states {
            commit += 1;
            if commit.is_multiple_of(COMMITS_OF_A_COUNT) {
                reached = before + 1;
            }
            state.commit_counter = reached;
        }
        assert!(counter == before || counter == reached);
    }

    /// What must hold while it runs.
    pub fn check_stand(&mut self) {
        let Some(device) = &self.device else { return };
        let (status, expected) = (device.status(), &self.confirmed);
        assert_eq!(status.registers, expected.registers);
        assert_eq!(status.registers.check(), Ok(()));
        assert_eq!((status.last_grant, status.last_order), (expected.grant.0, expected.order.number));
        assert_eq!(status.suspicion, expected.suspicion());
        assert_eq!(status.is_paired, expected.paired.is_some());
        assert_eq!(status.has_next_codeword, expected.next_codeword.is_some());
        let inactive = (!self.awake.is_active).then_some(Block::Inactive);
        assert_eq!(status.block, expected.block().or(inactive));
        assert_eq!(device.last_requests(), expected.last);
    }

    pub fn check_indicium(&mut self, indicium: &Indicium, request: &Request) {
        let Model { last, registers, last_suspicion, .. } = &self.confirmed;
        let place = last.iter().position(|known| known == request).expect("no debit is durable");
        let pieces = registers.r8 - (last.len() - 1 - place) as u64;
        assert_eq!((indicium.request, indicium.postage), (request.id, request.postage));
        assert_eq!((indicium.date, indicium.mv), (request.date, pieces));
        assert_eq!(indicium.suspicion, *last_suspicion);
        if self.chance.permille(10) {
            let decoded = read(indicium, &self.profile);
            assert_eq!((decoded.mv, decoded.suspicion), (pieces, *last_suspicion));
        }
    }

    /// Remembers these states under the numbers of the commits written since the last time. What was healed keeps
    /// its number; only what was committed has a new one.
    pub fn write_down(&mut self, states: &[Model]) {
        let mut states = states.iter();
        for (sector, tag) in self.disk.take_written() {
            let Tag::Whole(sequence) = tag else { continue };
            if !is_in_ring(sector) || sequence <= self.highest {
                continue;
            }
            self.highest = sequence;
            let Some(state) = states.next() else { continue };
            self.book.retain(|(number, _)| *number != sequence);
            self.book.push((sequence, state.clone()));
        }
        if self.book.len() > BOOK {
            self.book.drain(..BOOK / 2);
        }
    }

    pub fn device(&mut self) -> &mut Device {
        self.device.as_mut().unwrap()
    }

    pub fn now(&self) -> Now {
        self.board.now.get().unwrap()
    }

    pub fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

pub fn later(date: Date, days: u32) -> Date {
    Date::from_day_number(date.day_number() + days).unwrap()
}
