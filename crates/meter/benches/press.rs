//! The meter, in turns with what it is measured against so that both meet the same disk: from the print request to the
//! first column, a series beside the device's single debits, a batch beside its group commit. Run it with
//! `taskset -c 0` where other work shares the machine; words pick parts: picture, first, series, batch.

use access::cards::{Centre, CentreNumber, Change, Prefix};
use imprint::numbers::Profile;
use imprint::picture::compose::Routine;
use imprint::picture::layout::Options;
use imprint::picture::{Cliche, Content, Issuer as Texts, Layout, LayoutId, gallery};
use journal::{Journal, StoredCliche};
use meter::batch::{self, BatchFile, Usual};
use meter::machine::{ComputerClock, Device, Machine, Parts, Place, Stationery};
use meter::routine::{Input, Settings};
use paper::{Arrangement, Envelope, Offset};
use printer::{Imprint, Job, JobName, PrintFault, Printed, Printer, Reason, State, Stations};
use psd::service::Service;
use psd_host::client::Client;
use psd_host::issuer::{DAYS_AHEAD, Issuer, MeterOrder, SPECIMENS};
use psd_host::workloads::{BareFile, COMMIT_BYTES, Mailroom};
use psd_host::{BATCH, Identity, pairing_path, personalise};
use rates::Tables;
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use terms::{Date, Money, Serial};

/// What can be measured.
const PARTS: [&str; 4] = ["picture", "first", "series", "batch"];
/// Where files are kept in memory, on Linux: no sync waits for a disk there.
const NO_DISK: &str = "/dev/shm";
/// Letters whose first column is timed, with and without a cliché each.
const LETTERS: u64 = 3_000;
const ROUNDS: usize = 10;
/// Letters of a series, and single debits of the device, in each round.
const SERIES: usize = 200;
const BATCH_ROUNDS: usize = 4;
/// Full group commits of the device beside each batch, which has as many letters.
const COMMITS: usize = 5;
const CENTRES: u16 = 20;
/// Imprints that are made ready for nothing but the clock.
const PICTURES: usize = 500;
/// More than all letters cost.
const CREDIT: i64 = 1_000_000_000;
/// How long the device may take to hear from its control unit.
const PATIENCE: Duration = Duration::from_secs(60);

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    if let Some(word) = wanted.iter().find(|word| !PARTS.contains(&word.as_str())) {
        return Err(format!("{word} is no part: name some of {}", PARTS.join(", ")).into());
    }
    let is_wanted = |part: &str| wanted.is_empty() || wanted.iter().any(|word| word == part);
    if is_wanted("picture") {
        picture()?;
    }
    if is_wanted("first") {
        match Path::new(NO_DISK).is_dir() {
            true => within(NO_DISK.into(), first_column)?,
            false => println!("there is no {NO_DISK}: nothing can be measured without a disk's sync"),
        }
    }
    if is_wanted("series") {
        within(env!("CARGO_TARGET_TMPDIR").into(), series)?;
    }
    if is_wanted("batch") {
        within(env!("CARGO_TARGET_TMPDIR").into(), batches)?;
    }
    Ok(())
}

/// Works in a folder of its own, which is taken away again.
fn within(place: PathBuf, work: impl FnOnce(&Path) -> Outcome<()>) -> Outcome<()> {
    let folder = place.join(format!("porto-press-{}", std::process::id()));
    fs::create_dir(&folder)?;
    let measured = work(&folder);
    fs::remove_dir_all(&folder)?;
    measured
}

/// What is left of drawing at a print request, beside painting everything, and what a head then takes.
fn picture() -> Outcome<()> {
    let cliche = cliche()?;
    let layout = Layout::new(LayoutId::B, Options::default().with_cliche(&cliche))?;
    let (texts, picture) = (Texts::default(), cliche.picture());
    let content = |letter: u32| {
        let row = (0..12).map(|symbol| (0x5_a3c7 * (symbol + letter % 7)) & 0xf_ffff).collect();
        let postage = Money::from_minor(u64::from(70 + letter % 40));
        Ok::<Content, Box<dyn Error>>(Content::new(postage, serial()?, Date::new(2026, 11, 21)?, row))
    };
    let ready = Imprint::new(Routine::WhilePrinting, &layout, &texts, Some(&picture), &content(0)?)?;
    let [mut whole, mut embedded, mut loaded] = [const { Vec::new() }; 3];
    for letter in (1..).take(PICTURES) {
        let content = content(letter)?;
        let begin = Instant::now();
        black_box(Imprint::new(Routine::WhilePrinting, &layout, &texts, Some(&picture), &content)?);
        whole.push(ms(begin));
        let begin = Instant::now();
        let imprint = ready.filled(&layout, &texts, &content)?;
        embedded.push(ms(begin));
        let begin = Instant::now();
        let _: ControlFlow<()> = imprint.load(|column| {
            black_box(column);
            ControlFlow::Continue(())
        });
        loaded.push(ms(begin));
    }
    println!("an imprint over a cliché, all of it painted     {:>9.3} ms", median(&mut whole));
    println!("windows embedded in its ready constant part     {:>9.3} ms", median(&mut embedded));
    println!("all its columns loaded one after the other      {:>9.3} ms", median(&mut loaded));
    Ok(())
}

/// From the print request to the first column at the head.
fn first_column(folder: &Path) -> Outcome<()> {
    let head = Head::default();
    let mut machine = machine(folder, &head)?;
    for cliche in [None, Some(1)] {
        machine.input(Input::Cliche(cliche))?;
        let mut times = Vec::new();
        for letter in 0..LETTERS {
            let postage = Money::from_minor(60 + letter % 40);
            machine.input(Input::Value { postage, product: None, endorsement: None })?;
            let begin = Instant::now();
            done(&mut machine, Input::Letter, 1)?;
            let first = head.first().ok_or("the head got no column")?;
            times.push(first.duration_since(begin).as_secs_f64() * 1e3);
        }
        let beside = if cliche.is_some() { "over a cliché" } else { "the stamps alone" };
        let (usual, slow) = (median(&mut times), share(&mut times, 0.95));
        println!(
            "print request to first column, {beside:<16} {usual:>9.3} ms, 95th percentile {slow:.3} ms (goal 2)"
        );
    }
    Ok(machine.end()?)
}

/// A series beside the device's single debits and the bare disk.
fn series(folder: &Path) -> Outcome<()> {
    let [ours, theirs] = [folder.join("meter"), folder.join("device")];
    fs::create_dir(&ours)?;
    fs::create_dir(&theirs)?;
    let mut machine = machine(&ours, &Head::default())?;
    let mut mailroom = Mailroom::new(&theirs)?;
    let mut bare = BareFile::new(folder, COMMIT_BYTES)?;
    let [mut bares, mut debits, mut letters] = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        bares.push(rate(SERIES, || Ok(bare.write_and_sync(SERIES)?))?);
        debits.push(rate(SERIES, || Ok(mailroom.frank_one_by_one(SERIES, |one| drop(black_box(one)))?))?);
        let number = u32::try_from(SERIES)?;
        letters.push(rate(SERIES, || done(&mut machine, Input::Series(number), SERIES))?);
    }
    let (of_debits, of_bares) = (ratio(&letters, &debits), ratio(&letters, &bares));
    println!("bare pwrite + fdatasync of {COMMIT_BYTES} bytes           {:>9.0} /s", median(&mut bares));
    println!("durable debits of the device, one at a time     {:>9.0} /s", median(&mut debits));
    println!(
        "letters of a series                             {:>9.0} /s, {of_debits:.3} of the debits, \
         {of_bares:.3} of the bare writes",
        median(&mut letters)
    );
    Ok(machine.end()?)
}

/// A file of letters on many cost centres beside the device's group commit.
fn batches(folder: &Path) -> Outcome<()> {
    let [ours, theirs] = [folder.join("meter"), folder.join("device")];
    fs::create_dir(&ours)?;
    fs::create_dir(&theirs)?;
    let mut machine = machine(&ours, &Head::default())?;
    for free in 2..=CENTRES {
        machine.change(&Change::CreateCentre(Centre::new(centre(free)?)))?;
    }
    let mut mailroom = Mailroom::new(&theirs)?;
    let [mut commits, mut letters] = [const { Vec::new() }; 2];
    for round in 0..BATCH_ROUNDS {
        commits.push(rate(COMMITS * BATCH, || {
            Ok(mailroom.frank_batches(COMMITS, |one| drop(black_box(one)))?)
        })?);
        let path = folder.join("letters.csv");
        fs::write(&path, table(round))?;
        let usual = Usual { centre: None, today: machine.date()?, high_value: Money::ZERO };
        letters.push(rate(COMMITS * BATCH, || {
            let file = BatchFile::read(&path, &Tables::default(), &usual)?;
            let outcome = batch::frank(&mut machine, &file, false, &mut |_| {})?;
            if outcome.done == outcome.lines { Ok(()) } else { Err("not every line is on paper".into()) }
        })?);
    }
    let of_commits = ratio(&letters, &commits);
    println!("group commits of {BATCH}                           {:>9.0} imprints/s", median(&mut commits));
    println!(
        "a batch of {} letters on {CENTRES} cost centres    {:>9.0} letters/s, {of_commits:.3} of the commits",
        COMMITS * BATCH,
        median(&mut letters)
    );
    Ok(machine.end()?)
}

/// As many letters as the group commits have, another file in each round.
fn table(round: usize) -> String {
    let mut text = String::from("reference,postage,centre\n");
    for letter in 0..COMMITS * BATCH {
        let (postage, free) = (60 + letter % 3, 1 + letter % usize::from(CENTRES));
        text += &format!("R{round}-{letter},{postage},01{free:03}\n");
    }
    text
}

/// Has the machine do something that makes so many imprints.
fn done(machine: &mut Machine, input: Input, imprints: usize) -> Outcome<()> {
    let made = machine.input(input)?.len();
    if made == imprints {
        return Ok(());
    }
    Err(format!("{made} of {imprints} letters are franked: {}", machine.view().message).into())
}

/// How often in a second the work was done that is `count` times the same.
fn rate(count: usize, work: impl FnOnce() -> Outcome<()>) -> Outcome<f64> {
    let begin = Instant::now();
    work()?;
    Ok(count as f64 / begin.elapsed().as_secs_f64())
}

fn ms(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1e3
}

/// The median of what each round says: neighbours met the same disk.
fn ratio(ours: &[f64], theirs: &[f64]) -> f64 {
    let mut ratios: Vec<f64> = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
    median(&mut ratios)
}

fn median(values: &mut [f64]) -> f64 {
    share(values, 0.5)
}

/// The value that this share of all lies below.
fn share(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * share) as usize;
    values.get(place).copied().unwrap_or(f64::NAN)
}

/// A head that takes the time of the first column. The others are loaded while a real one prints, which is its own time;
/// here it needs none.
#[derive(Clone, Default)]
struct Head {
    first: Arc<Mutex<Option<Instant>>>,
}

impl Head {
    fn first(&self) -> Option<Instant> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Printer for Head {
    fn print(&mut self, job: &Job) -> Result<Printed, PrintFault> {
        let loaded = job.imprint.load(|column| {
            black_box(column);
            ControlFlow::Break(Instant::now())
        });
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = loaded.break_value();
        Ok(Printed::default())
    }

    fn has_printed(&mut self, _: &JobName) -> Result<Option<bool>, Reason> {
        Ok(None)
    }

    fn state(&mut self) -> State {
        State::default()
    }
}

/// A machine with credit and a cliché, ready for the first letter.
fn machine(folder: &Path, head: &Head) -> Outcome<Machine> {
    let parts = Parts {
        settings: Settings::default(),
        prefix: Prefix::new(1)?,
        device: device(folder)?,
        journal: Journal::open(&folder.join("journal.db"))?,
        printer: Box::new(head.clone()),
        stations: Stations::default(),
        stationery: Stationery {
            arrangement: Arrangement::default(),
            issuer: Texts::default(),
            envelope: Envelope::default(),
            offset: Offset::default(),
            routine: Routine::WhilePrinting,
            cliches: BTreeMap::new(),
        },
        tables: Tables::default(),
        scale: None,
        reader: None,
        card_issuer: None,
        makers_key: None,
        calls: folder.join("meter.link"),
        clock: Box::new(ComputerClock::new()),
    };
    let mut machine = Machine::start(parts, Box::new(()))?;
    machine.settle(PATIENCE)?;
    if !machine.routine().is_settled() {
        return Err(format!("the machine does not start: {}", machine.view().message).into());
    }
    let stored = StoredCliche { name: "bench".into(), cliche: cliche()?, text: "FROM US".into() };
    machine.keep_cliche(stored)?;
    let postage = Money::from_minor(85);
    machine.input(Input::Value { postage, product: None, endorsement: None })?;
    Ok(machine)
}

/// A device with credit, paired with this computer.
fn device(folder: &Path) -> Outcome<Device> {
    let [first, last] = [SPECIMENS.0, SPECIMENS.1].map(Serial::new);
    let mut issuer = Issuer::init(&folder.join("issuer"), (first?, last?))?;
    let order = MeterOrder {
        serial: serial()?,
        profile: Profile::named("p1")?,
        value_min: Money::from_minor(1),
        value_max: None,
        days_ahead: DAYS_AHEAD,
        settings: psd::Settings::default(),
    };
    let (memory, personalisation) = (folder.join("meter.psd"), issuer.meter(order)?);
    let psd = personalise(&memory, personalisation)?;
    let mut client = Client::run(Box::new(Service::new(*psd)))?;
    client.attach()?;
    client.pair(&pairing_path(&memory), &Identity::find(Path::new("/"))?)?;
    client.grant(&issuer.grant(serial()?, CREDIT)?)?;
    let pairing = pairing_path(&memory);
    Ok(Device::new(Place::Memory(memory), pairing))
}

fn serial() -> Outcome<Serial> {
    Ok(Serial::new(12_345_678)?)
}

fn centre(free: u16) -> Outcome<CentreNumber> {
    Ok(Prefix::new(1)?.centre(free)?)
}

fn cliche() -> Outcome<Cliche> {
    gallery::cliche(1).ok_or_else(|| "the gallery has no cliché 1".into())
}
