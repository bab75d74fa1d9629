//! A device on real files: locks, rights, damage, the issuer beside it, and the parts a computer gives.

mod identity;
mod interrogation;
mod issuer;
mod memory;
#[cfg(feature = "tpm")]
mod needs_swtpm;
mod pairing;
mod program;
mod sensors;
mod server;
#[cfg(feature = "tpm")]
mod software_tpm;

use imprint::numbers::{Indicium, Key, Profile, RequestId};
use psd::supervision::interrogation::{PairingKey, code_for};
use psd::{Clock, Frame, Request, Settings};
use psd_host::client::Attendant;
use psd_host::issuer::{Issuer, MeterOrder};
use psd_host::{Equipment, FilePsd, Identity, IdentitySource, Pairing, SystemClock, personalise_equipped};
use std::path::PathBuf;
use tempfile::TempDir;
use terms::{Date, Money, Serial};

fn serial(value: u32) -> Serial {
    Serial::new(value).unwrap()
}

const METER: u32 = 12_345_678;

fn order(value: u32) -> MeterOrder {
    MeterOrder {
        serial: serial(value),
        profile: Profile::named("p1").unwrap(),
        value_min: Money::from_minor(1),
        value_max: None,
        days_ahead: 30,
        settings: Settings::default(),
    }
}

/// An issuer and a meter with credit, in a folder of their own.
struct Mailroom {
    folder: TempDir,
    issuer: Issuer,
    pairing: Pairing,
}

impl Mailroom {
    fn new() -> (Mailroom, Box<FilePsd>) {
        Mailroom::with(Settings::default(), &Equipment::default())
    }

    /// The same with this equipment of the meter.
    fn equipped(equipment: &Equipment) -> (Mailroom, Box<FilePsd>) {
        Mailroom::with(Settings::default(), equipment)
    }

    fn with(settings: Settings, equipment: &Equipment) -> (Mailroom, Box<FilePsd>) {
        let folder = tempfile::tempdir().unwrap();
        let specimens = (serial(10_000_000), serial(19_999_999));
        let mut issuer = Issuer::init(&folder.path().join("issuer"), specimens).unwrap();
        let personalisation = issuer.meter(MeterOrder { settings, ..order(METER) }).unwrap();
        let path = folder.path().join("memory");
        let mut psd = personalise_equipped(&path, personalisation, SystemClock, equipment).unwrap();
        let key = Key::new(*psd.pair(identity().hash).unwrap().bytes());
        let pairing = Pairing::new(serial(METER), IdentitySource::MachineId, key);
        let mut mailroom = Mailroom { folder, issuer, pairing };
        psd.grant(&mailroom.issuer.grant(serial(METER), 5000).unwrap()).unwrap();
        (mailroom, psd)
    }

    /// What answers the meter's questions.
    fn attendant(&self) -> Attendant {
        Attendant::new(&self.pairing, &identity())
    }

    /// Lets a meter in this process be answered.
    fn attend(&self, psd: &mut FilePsd) {
        if let Some(question) = psd.tick().unwrap() {
            let key = PairingKey::new(*self.pairing.key.bytes());
            let code = code_for(&question, &key, self.pairing.serial, &identity().hash);
            psd.answer(question.number, &code).unwrap();
        }
    }

    fn memory(&self) -> PathBuf {
        self.folder.path().join("memory")
    }
}

/// What the tests' control unit shows of its hardware.
fn identity() -> Identity {
    Identity::of_value(IdentitySource::MachineId, b"a computer of the tests")
}

fn request(id: u64, postage: u64) -> Request {
    // Tomorrow, so that midnight during a test changes nothing.
    let today = SystemClock.now().unwrap().today;
    let date = Date::from_day_number(today.day_number() + 1).unwrap();
    Request { id: RequestId(id), postage: Money::from_minor(postage), date, frame: Frame::default() }
}

fn frank(mailroom: &Mailroom, psd: &mut FilePsd, requests: &[Request]) -> Result<Vec<Indicium>, psd::Error> {
    mailroom.attend(psd);
    let mut indicia = Vec::new();
    psd.frank(requests, |indicium| indicia.push(indicium))?;
    Ok(indicia)
}

/// A clock that does not run.
struct NoTime;

impl psd::Clock for NoTime {
    fn now(&mut self) -> Result<psd::Now, psd::ClockError> {
        Err(psd::ClockError)
    }
}
