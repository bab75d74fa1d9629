//! The loads that are measured: durable franking, one at a time and many in one commit, and the bare medium
//! beside them. Benches here and beside peers call the same functions.

use crate::issuer::{DAYS_AHEAD, Issuer, MeterOrder};
use crate::{BATCH, FilePsd, HostError, personalise};
use imprint::numbers::{Indicium, Profile, RequestId};
use psd::supervision::interrogation::{PairingKey, code_for};
use psd::{Clock, Frame, Request, SECTOR_BYTES};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use terms::{Date, Money, Serial};

/// What the loads' control unit shows of its hardware: nothing real, since nothing of it is measured.
const IDENTITY: [u8; 32] = [1; 32];

/// A device with more credit than any load spends, in an empty folder.
pub struct Mailroom {
    psd: Box<FilePsd>,
    key: PairingKey,
    next_id: u64,
    date: Date,
}

impl Mailroom {
    /// Sets it up: an issuer, a meter, a grant.
    pub fn new(folder: &Path) -> Result<Mailroom, HostError> {
        let serial = |value| Serial::new(value).unwrap_or_else(|_| unreachable!("eight digits"));
        let mut issuer = Issuer::init(folder, (serial(10_000_000), serial(19_999_999)))?;
        let profile = Profile::named("p1").map_err(|error| psd::Error::Numbers(error.into()))?;
        let order = MeterOrder {
            serial: serial(12_345_678),
            profile,
            value_min: Money::from_minor(1),
            value_max: None,
            days_ahead: DAYS_AHEAD,
            settings: psd::Settings::default(),
        };
        let personalisation = issuer.meter(order)?;
        let grant = issuer.grant(serial(12_345_678), 1_000_000_000_000)?;
        let mut psd = personalise(&folder.join("memory"), personalisation)?;
        let key = psd.pair(IDENTITY)?;
        psd.grant(&grant)?;
        let now = crate::SystemClock.now().map_err(|_| psd::Error::Clock)?;
        let tomorrow = Date::from_day_number(now.today.day_number() + 1).unwrap_or(now.today);
        Ok(Mailroom { psd, key, next_id: 1, date: tomorrow })
    }

    /// Answers the device's question, if one is due.
    fn attend(&mut self) -> Result<(), HostError> {
        if let Some(question) = self.psd.tick()? {
            let code = code_for(&question, &self.key, self.psd.status().serial, &IDENTITY);
            self.psd.answer(question.number, &code)?;
        }
        Ok(())
    }

    fn requests(&mut self, count: usize) -> Vec<Request> {
        let first = self.next_id;
        self.next_id += count as u64;
        let request = |id| Request {
            id: RequestId(id),
            postage: Money::from_minor(110),
            date: self.date,
            frame: Frame::default(),
        };
        (first..self.next_id).map(request).collect()
    }

    /// Franks this many pieces, one commit each. `take` gets each indicium, so that none is made in vain.
    pub fn frank_one_by_one(
        &mut self,
        count: usize,
        mut take: impl FnMut(Indicium),
    ) -> Result<(), HostError> {
        self.attend()?;
        let requests = self.requests(count);
        Ok(requests.chunks(1).try_for_each(|request| self.psd.frank(request, &mut take))?)
    }

    /// Ends the device and starts it anew on its memory: everything is read, checked and committed again.
    pub fn restart(self, folder: &Path) -> Result<Mailroom, HostError> {
        let Mailroom { psd, key, next_id, date } = self;
        drop(psd);
        Ok(Mailroom { psd: crate::open(&folder.join("memory"))?, key, next_id, date })
    }

    /// Franks this many full batches, one commit each.
    pub fn frank_batches(&mut self, batches: usize, mut take: impl FnMut(Indicium)) -> Result<(), HostError> {
        self.attend()?;
        let requests = self.requests(batches * BATCH);
        Ok(requests.chunks(BATCH).try_for_each(|batch| self.psd.frank(batch, &mut take))?)
    }
}

/// Bytes that a commit of one imprint writes: both copies of one sector.
pub const COMMIT_BYTES: usize = 2 * SECTOR_BYTES;

/// Bytes that a commit of a full batch writes: both copies of nine sectors.
pub const BATCH_BYTES: usize = 9 * COMMIT_BYTES;

/// The medium alone: a file of the memory's size, written round and round and synced each time.
pub struct BareFile {
    file: File,
    places: u64,
    next: u64,
    bytes: Vec<u8>,
}

impl BareFile {
    /// A file in this folder for writes of this many bytes.
    pub fn new(folder: &Path, bytes: usize) -> io::Result<BareFile> {
        let places = (psd::sectors_needed(BATCH) * SECTOR_BYTES / bytes) as u64;
        let path = folder.join(format!("bare-{bytes}"));
        let mut file = File::options().read(true).write(true).create_new(true).open(path)?;
        for _ in 0..places {
            file.write_all(&vec![0; bytes])?;
        }
        file.sync_all()?;
        Ok(BareFile { file, places, next: 0, bytes: vec![1; bytes] })
    }

    /// Writes and syncs this many times.
    pub fn write_and_sync(&mut self, count: usize) -> io::Result<()> {
        for _ in 0..count {
            self.bytes[0] = self.bytes[0].wrapping_add(1);
            let offset = self.next % self.places * self.bytes.len() as u64;
            self.file.write_all_at(&self.bytes, offset)?;
            self.file.sync_data()?;
            self.next += 1;
        }
        Ok(())
    }
}
