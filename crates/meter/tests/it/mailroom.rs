//! A mailroom: an issuer, a real security device in a file, a journal, a printer that writes files, and a clock that
//! stands still until it is moved.

use access::cards::{By, CentreNumber, Change, Prefix};
use imprint::numbers::Profile;
use imprint::picture::Issuer as Texts;
use imprint::picture::compose::Routine as PrintRoutine;
use journal::{JobNumber, Journal, State, When};
use meter::machine::{Clock, Device, Machine, Parts, Place, Stationery};
use meter::routine::{Draft, Input, Settings};
use paper::{Arrangement, Envelope, Offset};
use printer::adapters::files::{Folder, Form};
use printer::{Printer, Stations};
use psd::Task;
use psd::service::Service;
use psd_host::client::Client;
use psd_host::issuer::{Issuer, MeterOrder};
use psd_host::{Identity, SystemClock, pairing_path, personalise};
use rates::Tables;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use terms::{Date, Money, Serial};

pub const CREDIT: u64 = 1_000_000;

/// A clock that is moved by hand; the day is the computer's, since the device goes by that.
#[derive(Clone, Default)]
pub struct HandClock {
    ms: Arc<AtomicU64>,
    later_days: Arc<AtomicU64>,
}

impl HandClock {
    pub fn pass(&self, ms: u64) {
        self.ms.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for HandClock {
    fn elapsed_ms(&mut self) -> u64 {
        self.ms.load(Ordering::Relaxed)
    }

    fn when(&mut self) -> Option<When> {
        use psd::Clock as _;
        let today = SystemClock.now().ok()?.today.day_number();
        let later = u32::try_from(self.later_days.load(Ordering::Relaxed)).ok()?;
        let at_ms = i64::try_from(self.ms.load(Ordering::Relaxed)).ok()?;
        Some(When { at_ms, day: Date::from_day_number(today + later).ok()? })
    }
}

pub struct Mailroom {
    folder: TempDir,
    issuer: Issuer,
    pub clock: HandClock,
    pub settings: Settings,
}

pub fn serial() -> Serial {
    Serial::new(12_345_678).unwrap()
}

pub fn centre(free: u16) -> CentreNumber {
    Prefix::new(1).unwrap().centre(free).unwrap()
}

/// Makes a device in a folder, pairs it with this computer and gives it credit. What comes back is its issuer.
pub fn make(folder: &Path, settings: psd::Settings, profile: Profile, credit: u64) -> Issuer {
    let specimens = (Serial::new(10_000_000).unwrap(), Serial::new(19_999_999).unwrap());
    let mut issuer = Issuer::init(&folder.join("issuer"), specimens).unwrap();
    let order = MeterOrder {
        serial: serial(),
        profile,
        value_min: Money::from_minor(1),
        value_max: None,
        days_ahead: 30,
        settings,
    };
    let memory = folder.join("meter.psd");
    let psd = personalise(&memory, issuer.meter(order).unwrap()).unwrap();
    let mut client = Client::run(Box::new(Service::new(*psd))).unwrap();
    client.attach().unwrap();
    client.pair(&pairing_path(&memory), &Identity::find(Path::new("/")).unwrap()).unwrap();
    client.grant(&issuer.grant(serial(), credit as i64).unwrap()).unwrap();
    issuer
}

impl Mailroom {
    /// A mailroom with credit.
    pub fn new() -> Mailroom {
        Mailroom::with(psd::Settings::default())
    }

    /// The same with a device of these settings.
    pub fn with(settings: psd::Settings) -> Mailroom {
        Mailroom::of(settings, Profile::named("p1").unwrap())
    }

    pub fn of(settings: psd::Settings, profile: Profile) -> Mailroom {
        let folder = tempfile::tempdir().unwrap();
        let issuer = make(folder.path(), settings, profile, CREDIT);
        let mailroom =
            Mailroom { folder, issuer, clock: HandClock::default(), settings: Settings::default() };
        fs::create_dir(mailroom.letters()).unwrap();
        mailroom
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn letters(&self) -> PathBuf {
        self.folder.path().join("letters")
    }

    /// How many letters are on paper.
    pub fn printed(&self) -> usize {
        fs::read_dir(self.letters()).unwrap().count()
    }

    pub fn device(&self) -> Device {
        let memory = self.folder.path().join("meter.psd");
        let pairing = pairing_path(&memory);
        Device::new(Place::Memory(memory), pairing)
    }

    pub fn parts(&self) -> Parts {
        self.parts_with(Box::new(Folder::new(self.letters(), Form::Png)))
    }

    pub fn parts_with(&self, printer: Box<dyn Printer>) -> Parts {
        let mut journal = Journal::open(&self.folder.path().join("journal.db")).unwrap();
        let cliches = journal.cliches().unwrap();
        Parts {
            settings: self.settings.clone(),
            prefix: Prefix::new(1).unwrap(),
            device: self.device(),
            printer,
            stations: Stations::default(),
            stationery: Stationery {
                arrangement: Arrangement::default(),
                issuer: Texts::default(),
                envelope: Envelope::default(),
                offset: Offset::default(),
                routine: PrintRoutine::WhilePrinting,
                cliches: cliches.into_iter().map(|stored| (stored.cliche.number(), stored)).collect(),
            },
            tables: Tables::default(),
            scale: None,
            reader: None,
            card_issuer: None,
            makers_key: None,
            calls: self.folder.path().join("meter.link"),
            clock: Box::new(self.clock.clone()),
            journal,
        }
    }

    /// The machine, turned on and ready as far as it will be.
    pub fn machine(&self) -> Machine {
        self.turned_on(self.parts())
    }

    pub fn turned_on(&self, parts: Parts) -> Machine {
        let mut machine = Machine::start(parts, Box::new(())).unwrap();
        self.settle(&mut machine);
        machine
    }

    /// Lets the device ask its control unit, which takes moments of real time; the clock of the test moves with them.
    pub fn settle(&self, machine: &mut Machine) {
        machine.rest().unwrap();
        for _ in 0..500 {
            if machine.routine().is_settled() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
            self.clock.pass(200);
            machine.tick().unwrap();
        }
        panic!("the machine does not settle: {:?}", machine.view());
    }

    /// Carries an order of the issuer's out in the device, while no machine runs.
    pub fn order(&mut self, task: Task) {
        let order = self.issuer.order(serial(), task).unwrap();
        self.client().hand_in(&order).unwrap();
    }

    pub fn client(&self) -> Client {
        Client::open(&self.folder.path().join("meter.psd"), &psd_host::Equipment::default()).unwrap()
    }
}

/// Sets a postage.
pub fn set(machine: &mut Machine, postage: u64) {
    let postage = Money::from_minor(postage);
    machine.input(Input::Value { postage, product: None, endorsement: None }).unwrap();
}

/// A letter at the sensor.
pub fn letter(machine: &mut Machine) -> Vec<JobNumber> {
    machine.input(Input::Letter).unwrap()
}

pub fn draft(postage: u64, centre: CentreNumber, date: Date) -> Draft {
    Draft {
        postage: Money::from_minor(postage),
        date,
        centre,
        cliche: None,
        text: String::new(),
        endorsement: String::new(),
        reference: String::new(),
        line: None,
    }
}

pub fn add_centre(machine: &mut Machine, number: CentreNumber, limit: Option<u64>) {
    let new =
        access::cards::Centre { limit: limit.map(Money::from_minor), ..access::cards::Centre::new(number) };
    machine.change(&Change::CreateCentre(new)).unwrap();
    assert!(machine.routine().desk().directory().holder(By::Anybody).unwrap().may_use(number).is_ok());
}

/// Jobs by their states.
pub fn count(machine: &mut Machine, state: State) -> usize {
    machine.journal().last(10_000).unwrap().iter().filter(|job| job.state == state).count()
}
