//! A device on real files: locks, rights, damage, the issuer beside it, and the parts a computer gives.

mod identity;
mod issuer;
mod memory;
#[cfg(feature = "tpm")]
mod needs_swtpm;
mod pairing;
mod program;
mod sensors;
mod server;

use imprint::numbers::{Indicium, Profile, RequestId};
use psd::{Clock, Frame, Request};
use psd_host::issuer::{Issuer, MeterOrder};
use psd_host::{FilePsd, SystemClock, personalise};
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
    }
}

/// An issuer and a meter with credit, in a folder of their own.
struct Mailroom {
    folder: TempDir,
    issuer: Issuer,
}

impl Mailroom {
    fn new() -> (Mailroom, Box<FilePsd>) {
        let folder = tempfile::tempdir().unwrap();
        let specimens = (serial(10_000_000), serial(19_999_999));
        let mut issuer = Issuer::init(&folder.path().join("issuer"), specimens).unwrap();
        let personalisation = issuer.meter(order(METER)).unwrap();
        let mut mailroom = Mailroom { folder, issuer };
        let mut psd = personalise(&mailroom.memory(), personalisation).unwrap();
        psd.grant(&mailroom.issuer.grant(serial(METER), 5000).unwrap()).unwrap();
        (mailroom, psd)
    }

    fn memory(&self) -> PathBuf {
        self.folder.path().join("memory")
    }
}

fn request(id: u64, postage: u64) -> Request {
    // Tomorrow, so that midnight during a test changes nothing.
    let today = SystemClock.now().unwrap().today;
    let date = Date::from_day_number(today.day_number() + 1).unwrap();
    Request { id: RequestId(id), postage: Money::from_minor(postage), date, frame: Frame::default() }
}

fn frank(psd: &mut FilePsd, requests: &[Request]) -> Result<Vec<Indicium>, psd::Error> {
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
