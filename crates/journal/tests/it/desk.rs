//! A journal in a folder of its own, and imprints for it.

use access::cards::CentreNumber;
use imprint::numbers::{Indicium, LayoutId, RequestId, SetId, Suspicion};
use journal::{Job, JobNumber, Journal, NewJob, Note, When};
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use terms::{CardNumber, Date, Money, Registers, Serial};

/// A journal that was begun with a device that had franked before.
pub struct Desk {
    pub folder: TempDir,
    pub journal: Journal,
}

/// The registers when the journals of the tests were begun.
pub const OPENING: Registers = Registers {
    r1: Money::from_minor(5_000),
    r2: Money::from_minor(1_234),
    r3: Money::from_minor(6_234),
    r4: 12,
    r8: 15,
};

impl Desk {
    pub fn new() -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let mut journal = Journal::open(&path_in(&folder)).unwrap();
        journal.begin(serial(), &OPENING, when(20)).unwrap();
        Desk { folder, journal }
    }

    /// Closes it and opens it again.
    pub fn reopened(self) -> Desk {
        self.journal.close();
        let journal = Journal::open(&path_in(&self.folder)).unwrap();
        Desk { folder: self.folder, journal }
    }

    /// Asks for one imprint.
    pub fn reserve(&mut self, job: NewJob) -> JobNumber {
        self.journal.reserve(&[job], None, when(21)).unwrap()[0]
    }

    /// Asks for one imprint and books it.
    pub fn book(&mut self, job: NewJob, when: When) -> JobNumber {
        let number = self.reserve(job.clone());
        self.journal.book(&[(number, indicium(&job))], false, None, when).unwrap();
        number
    }

    pub fn job(&mut self, number: JobNumber) -> Job {
        self.journal.job(number).unwrap().unwrap()
    }
}

pub fn path_in(folder: &TempDir) -> PathBuf {
    folder.path().join("meter.journal")
}

/// The file that SQLite writes to first.
pub fn wal_of(path: &Path) -> PathBuf {
    path.with_extension("journal-wal")
}

pub fn serial() -> Serial {
    Serial::new(12_345_678).unwrap()
}

/// A day of November 2026.
pub fn day(number: u8) -> Date {
    Date::new(2026, 11, number).unwrap()
}

pub fn when(number: u8) -> When {
    When { at_ms: 1_790_000_000_000 + i64::from(number), day: day(number) }
}

pub fn centre(number: u32) -> CentreNumber {
    CentreNumber::new(number).unwrap()
}

pub fn money(minor: u64) -> Money {
    Money::from_minor(minor)
}

pub fn note(sentence: &str) -> Note {
    Note { who: "master".into(), kind: "centre".into(), sentence: sentence.into() }
}

/// An imprint of 1.10, told from others by its request.
pub fn order(request: u64) -> NewJob {
    NewJob {
        request: RequestId(request),
        centre: centre(1_001),
        user: 7,
        card: Some(CardNumber::new(1_234_567_801).unwrap()),
        postage: money(110),
        surcharge: money(5),
        date: day(22),
        cliche: 3,
        text: "Grüße".into(),
        endorsement: "EXPRESS".into(),
        reference: "A-17".into(),
        line: None,
    }
}

/// What a device hands out for this imprint.
pub fn indicium(job: &NewJob) -> Indicium {
    Indicium {
        version: Indicium::VERSION,
        request: job.request,
        profile: "p1".try_into().unwrap(),
        epoch: 1,
        serial: serial(),
        date: job.date,
        postage: job.postage,
        mv: 1_000 + job.request.0 % 1_000,
        second: None,
        shown_count: None,
        suspicion: Suspicion::None,
        layout: LayoutId::B,
        set: SetId::S22,
        symbols: imprint::numbers::Row::from_slice(&[1, 2, 3, 21]).unwrap(),
        second_row: None,
        cliche_number: job.cliche,
    }
}
