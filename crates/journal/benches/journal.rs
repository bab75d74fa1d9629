//! The journal against the bare medium, in turns so that both meet the same disk: one call with one job, the two calls
//! of a letter in a series, and a thousand jobs in one call. Run it with `taskset -c 0` where other work shares the
//! machine.

use access::cards::CentreNumber;
use imprint::numbers::{Indicium, LayoutId, RequestId, SetId, Suspicion};
use journal::{JobNumber, Journal, NewJob, When};
use std::error::Error;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Instant;
use terms::{Date, Money, Registers, Serial};

const ROUNDS: usize = 20;
const LETTERS: usize = 100;
const BATCH: usize = 1_000;
/// Bytes that one write of the bare medium has: a few pages with their frames, as a booking writes them.
const BARE_BYTES: usize = 4 * (4_096 + 24);
/// Where the bare medium's file begins anew, so that it does not grow.
const BARE_PLACES: usize = 256;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let folder = std::env::temp_dir().join(format!("porto-journal-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let measured = measure(&folder);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn measure(folder: &Path) -> Outcome<()> {
    let mut mail = Mail::new(folder)?;
    let bare = File::options().write(true).create_new(true).open(folder.join("bare"))?;
    bare.write_all_at(&vec![0; BARE_BYTES * BARE_PLACES], 0)?;
    bare.sync_all()?;
    let [mut syncs, mut bookings, mut letters, mut batches] = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        syncs.push(micros(LETTERS, || write_and_sync(&bare))?);
        let jobs = mail.reserve(&[], LETTERS)?;
        let mut left = jobs.iter();
        bookings.push(micros(LETTERS, || mail.book(left.by_ref().take(1)))?);
        let mut printed = jobs;
        letters.push(micros(LETTERS, || {
            let next = mail.reserve(&printed, 1)?;
            mail.book(next.iter())?;
            printed = next;
            Ok(())
        })?);
        batches.push(
            micros(1, || {
                let jobs = mail.reserve(&printed, BATCH)?;
                mail.book(jobs.iter())?;
                printed = jobs;
                Ok(())
            })? / BATCH as f64,
        );
        mail.journal.printed(&printed, mail.when)?;
    }
    let [sync, booking, letter, batch] = [syncs, bookings, letters, batches].map(median);
    println!("bare pwrite + fdatasync of {BARE_BYTES} bytes  {sync:>9.1} us");
    println!(
        "one booking                           {booking:>9.1} us  ({:.2} times the bare one)",
        booking / sync
    );
    println!(
        "a letter of a series, two calls       {letter:>9.1} us  ({:.2} times the bare one)",
        letter / sync
    );
    println!("a letter in a batch of {BATCH}, two calls {batch:>7.1} us");
    let begin = Instant::now();
    let totals = mail.journal.totals()?;
    let pieces = totals.since.pieces;
    println!("the sums of {pieces} imprints           {:>9.1} us", begin.elapsed().as_secs_f64() * 1e6);
    Ok(())
}

fn write_and_sync(bare: &File) -> Outcome<()> {
    static NEXT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let place = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % BARE_PLACES;
    bare.write_all_at(&[1; BARE_BYTES], (place * BARE_BYTES) as u64)?;
    Ok(bare.sync_data()?)
}

/// Microseconds that each of `times` takes.
fn micros(times: usize, mut work: impl FnMut() -> Outcome<()>) -> Outcome<f64> {
    let begin = Instant::now();
    for _ in 0..times {
        work()?;
    }
    Ok(begin.elapsed().as_secs_f64() * 1e6 / times as f64)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// A journal and the letters for it.
struct Mail {
    journal: Journal,
    next_request: u64,
    when: When,
}

impl Mail {
    fn new(folder: &Path) -> Outcome<Mail> {
        let mut journal = Journal::open(&folder.join("meter.journal"))?;
        let when = When {
            at_ms: 1_790_000_000_000,
            day: Date::new(2026, 11, 21).map_err(|error| error.to_string())?,
        };
        journal.begin(serial()?, &Registers::default(), when)?;
        Ok(Mail { journal, next_request: 1, when })
    }

    fn reserve(&mut self, printed: &[JobNumber], count: usize) -> Outcome<Vec<JobNumber>> {
        let centre = CentreNumber::new(1_001).map_err(|error| error.to_string())?;
        let job = |request| NewJob {
            request: RequestId(request),
            centre,
            user: 7,
            card: None,
            postage: Money::from_minor(110),
            surcharge: Money::from_minor(5),
            date: self.when.day,
            cliche: 3,
            text: "Season's greetings".into(),
            endorsement: String::new(),
            reference: "A-17".into(),
            line: None,
        };
        let jobs: Vec<NewJob> = (self.next_request..).take(count).map(job).collect();
        self.next_request += count as u64;
        Ok(self.journal.printed_and_reserve(printed, &jobs, None, self.when)?)
    }

    fn book<'a>(&mut self, jobs: impl Iterator<Item = &'a JobNumber>) -> Outcome<()> {
        // Requests and jobs are numbered alike.
        let booked = jobs.map(|job| Ok((*job, self.indicium(job.0)?))).collect::<Outcome<Vec<_>>>()?;
        Ok(self.journal.book(&booked, true, None, self.when)?)
    }

    fn indicium(&self, request: u64) -> Outcome<Indicium> {
        let symbols = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        Ok(Indicium {
            version: Indicium::VERSION,
            request: RequestId(request),
            profile: "p1".try_into().map_err(|_| "a profile's name")?,
            epoch: 1,
            serial: serial()?,
            date: self.when.day,
            postage: Money::from_minor(110),
            mv: request,
            second: None,
            shown_count: None,
            suspicion: Suspicion::None,
            layout: LayoutId::B,
            set: SetId::S22,
            symbols: symbols.into_iter().collect(),
            second_row: None,
            cliche_number: 3,
        })
    }
}

fn serial() -> Outcome<Serial> {
    Ok(Serial::new(12_345_678).map_err(|error| error.to_string())?)
}
