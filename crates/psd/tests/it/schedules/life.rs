//! One meter's life: random events, each answer held against the model, each start against what the disk holds.

use super::chance::Chance;
use super::counts::Counts;
use super::disk::{self, Disk};
use super::model::{BATCH, Expected, Model};
use crate::board::Board;
use crate::meter::{TODAY, grant, mark, memory_key, personalisation, profile, read, request};
use imprint::numbers::{Indicium, Profile, RequestId};
use psd::{Error, GrantAnswer, MemoryKey, Now, Psd, Request, sectors_needed};
use terms::Date;

pub(super) type Device = Psd<Disk, Board, BATCH>;

pub(super) const TENTHS_A_DAY: u64 = 864_000;
/// Commits whose states are remembered: more than a ring and a copy of it hold.
const BOOK: usize = 4096;
const TRACE: usize = 40;

/// The states by the numbers of their commits.
pub(super) type Book = Vec<(u64, Model)>;

pub struct Life<'a> {
    pub(super) seed: u64,
    pub(super) step: u64,
    pub(super) counts: &'a mut Counts,
    pub(super) chance: Chance,
    pub(super) key: MemoryKey,
    pub(super) profile: Profile,
    pub(super) disk: Disk,
    pub(super) board: Board,
    pub(super) device: Option<Device>,
    /// What the last confirmed answer left durable.
    pub(super) confirmed: Model,
    /// What a command that was cut off may have left.
    pub(super) in_flight: Option<Model>,
    pub(super) book: Book,
    /// A write failed: the device refuses to change anything until it is started again.
    pub(super) is_stuck: bool,
    /// Sectors have lost their content since the last start.
    pub(super) is_rotten: bool,
    /// Somebody has put something on the disk since the last start.
    pub(super) is_tampered: bool,
    /// The same, ever: what was put there can betray itself later.
    pub(super) was_ever_tampered: bool,
    /// A start had reason to find a manipulation.
    pub(super) was_ever_betrayed: bool,
    pub(super) copy: Option<(disk::Copy, Book)>,
    pub(super) next_id: u64,
    pub(super) trace: Vec<(u64, &'static str, u64)>,
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
        let key = memory_key();
        let device = Psd::personalise(disk.clone(), &key, personalisation(profile.clone()), board.clone());
        let mut life = Life {
            seed,
            step: 0,
            counts,
            chance: Chance::new(seed),
            key,
            profile,
            disk,
            board,
            device: Some(device.unwrap()),
            confirmed: Model::fresh(now),
            in_flight: None,
            book: Vec::new(),
            is_stuck: false,
            is_rotten: false,
            is_tampered: false,
            was_ever_tampered: false,
            was_ever_betrayed: false,
            copy: None,
            next_id: 1,
            trace: Vec::new(),
        };
        life.write_down(&life.confirmed.clone());
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
        match self.chance.weighted(&[260, 120, 60, 50, 50, 60, 10, 80, 6, 15, 20, 120, 20, 6]) {
            0 => self.frank_new(1),
            1 => {
                let pieces = 2 + self.chance.below(BATCH - 1);
                self.frank_new(pieces);
            }
            2 => self.frank_again(),
            3 => self.frank_wrongly(),
            4 => self.fetch(),
            5 => self.grant(),
            6 => self.mark(),
            7 => {
                let most = if self.chance.permille(20) { 20 * TENTHS_A_DAY as usize } else { 2000 };
                let by = self.chance.below(most) as u64;
                self.turn_clock("the clock goes on", |tenths| tenths + by);
            }
            8 => {
                let by = self.chance.below(9000) as u64;
                self.turn_clock("the clock is set back", |tenths| tenths - by);
            }
            9 => self.stop("the process is killed"),
            10 => self.lose_power(),
            11 => self.arm(),
            12 => self.rot(),
            _ => self.tamper(),
        }
        if self.is_stuck && self.chance.permille(600) {
            self.recover_from_failure();
        }
        true
    }

    pub(super) fn note(&mut self, event: &'static str, detail: u64) {
        if self.trace.len() == TRACE {
            self.trace.remove(0);
        }
        self.trace.push((self.step, event, detail));
        self.counts.one(event);
    }

    // Commands.

    fn frank_new(&mut self, pieces: usize) {
        let today = self.confirmed.today(self.now());
        let requests: Vec<Request> = (0..pieces)
            .map(|_| {
                let postage = if self.chance.permille(150) { 0 } else { 10 + self.chance.below(400) as u64 };
                let date = later(today, self.chance.below(31) as u32);
                Request { date, ..request(self.new_id(), postage) }
            })
            .collect();
        self.frank("franks", &requests);
    }

    fn frank_again(&mut self) {
        let mut requests = self.confirmed.last.clone();
        if self.chance.permille(300) {
            requests.reverse();
        }
        if self.chance.permille(300) {
            requests.truncate(1);
        }
        self.frank("franks again", &requests);
    }

    fn frank_wrongly(&mut self) {
        let today = self.confirmed.today(self.now());
        let good = Request { date: today, ..request(self.new_id(), 100) };
        let last = self.confirmed.last.first().copied().unwrap_or(good);
        let requests = match self.chance.below(9) {
            0 => vec![],
            1 => vec![good; 2],
            2 => (0..=BATCH).map(|_| Request { id: RequestId(self.new_id()), ..good }).collect(),
            3 => vec![request(good.id.0, 9)],
            4 => vec![request(good.id.0, 10_000)],
            5 => vec![Request { date: Date::from_day_number(today.day_number() - 1).unwrap(), ..good }],
            6 => vec![Request { date: later(today, 31), ..good }],
            7 => vec![Request { postage: terms::Money::from_minor(11), ..last }],
            _ => vec![last, good],
        };
        self.frank("franks wrongly", &requests);
    }

    fn frank(&mut self, event: &'static str, requests: &[Request]) {
        self.note(event, requests.len() as u64);
        let expected = self.confirmed.frank(requests, self.now());
        let mut given: Vec<Indicium> = Vec::new();
        let before = self.confirmed.clone();
        let result = self.device().frank(requests, |indicium| given.push(indicium));
        let is_done = self.settle(expected, result.map(|()| None));
        assert_eq!(given.len(), if is_done { requests.len() } else { 0 }, "indicia come with a debit alone");
        for (indicium, request) in given.iter().zip(requests) {
            self.check_indicium(indicium, request);
        }
        if is_done && before != self.confirmed {
            self.counts.add("imprints", given.len() as u64);
        }
    }

    fn fetch(&mut self) {
        let last = self.confirmed.last.clone();
        let unknown = RequestId(self.new_id());
        let place = self.chance.below(BATCH);
        let id = last.get(place).map_or(unknown, |request| request.id);
        self.note("fetches", id.0);
        let fetched = self.device().fetch(id);
        match last.get(place) {
            Some(request) => self.check_indicium(&fetched.unwrap(), request),
            None => assert_eq!(fetched.map(drop), Err(Error::UnknownRequest(unknown))),
        }
    }

    fn grant(&mut self) {
        let (number, amount, r3_before) = self.confirmed.grant;
        let r3 = self.confirmed.registers.r3.minor();
        let r1 = self.confirmed.registers.r1.minor() as i64;
        let (number, amount, r3_before) = match self.chance.below(10) {
            0 | 1 => (number, amount, r3_before),
            2 => (number + 2, 500, r3),
            3 => (number + 1, 500, r3 + 1),
            4 => (number, amount + 1, r3_before),
            5 => (number + 1, -r1 - 1, r3),
            6 => (number + 1, -(self.chance.below(r1 as usize + 1) as i64), r3),
            _ => (number + 1, self.chance.below(50_000) as i64, r3),
        };
        self.note("takes a grant", number);
        let expected = self.confirmed.grant(number, amount, r3_before, self.now());
        let result = self.device().grant(&grant(number, amount, r3_before));
        self.settle(expected, result.map(|answer| Some(matches!(answer, GrantAnswer::TakenBefore(_)))));
    }

    fn mark(&mut self) {
        let number = (self.confirmed.mark.0 + self.chance.below(3) as u64).saturating_sub(1);
        let suspicious = self.chance.permille(500);
        self.note("takes a mark", number);
        let expected = self.confirmed.mark(number, suspicious);
        let result = self.device().mark(&mark(number, suspicious));
        self.settle(expected, result.map(|()| None));
    }

    /// Holds a command's answer against what it had to be, and says whether it was done. Of an answer that itself
    /// says whether it came from memory, that is checked too.
    pub(super) fn settle(&mut self, expected: Expected, answer: Result<Option<bool>, Error>) -> bool {
        if let Expected::Changed(after) = &expected {
            let after = after.clone();
            self.write_down(&after);
        }
        match (expected, answer) {
            (Expected::Changed(after), Err(Error::MemoryFailed)) => {
                assert!(self.is_stuck || self.disk.has_failed());
                if !self.is_stuck {
                    self.counts.one("commands cut off");
                    self.in_flight = Some(after);
                }
                self.is_stuck = true;
                false
            }
            (Expected::Changed(after), Ok(remembered)) => {
                assert!(!self.is_stuck && remembered != Some(true));
                self.confirmed = after;
                self.counts.one("changes confirmed");
                self.check_stand();
                true
            }
            (Expected::Remembered, Ok(remembered)) => {
                assert_ne!(remembered, Some(false));
                self.counts.one("answers from memory");
                self.check_stand();
                true
            }
            (Expected::Refused(code), Err(error)) => {
                assert_eq!(code, error.code(), "{error}");
                self.counts.one("refusals");
                self.check_stand();
                false
            }
            (expected, answer) => panic!("expected {expected:?}, and the answer was {answer:?}"),
        }
    }

    // What must hold.

    pub(super) fn check_stand(&mut self) {
        let Some(device) = &self.device else { return };
        let (status, expected) = (device.status(), &self.confirmed);
        assert_eq!(status.registers, expected.registers);
        assert_eq!(status.registers.check(), Ok(()));
        assert_eq!((status.last_grant, status.last_mark), (expected.grant.0, expected.mark.0));
        assert_eq!(status.suspicion, expected.suspicion());
        assert_eq!(device.last_requests(), expected.last);
        let manipulation = device.findings().any(|finding| finding.is_manipulation());
        assert!(!manipulation || expected.manipulated);
    }

    pub(super) fn check_indicium(&mut self, indicium: &Indicium, request: &Request) {
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

    /// Remembers the state under the numbers of the commits written since the last time.
    pub(super) fn write_down(&mut self, model: &Model) {
        for sequence in self.disk.take_written() {
            if self.book.last().is_some_and(|(number, known)| *number == sequence && known == model) {
                continue;
            }
            self.book.retain(|(number, _)| *number != sequence);
            self.book.push((sequence, model.clone()));
        }
        if self.book.len() > BOOK {
            self.book.drain(..BOOK / 2);
        }
    }

    pub(super) fn device(&mut self) -> &mut Device {
        self.device.as_mut().unwrap()
    }

    pub(super) fn now(&self) -> Now {
        self.board.now.get().unwrap()
    }

    pub(super) fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }
}

pub(super) fn later(date: Date, days: u32) -> Date {
    Date::from_day_number(date.day_number() + days).unwrap()
}
