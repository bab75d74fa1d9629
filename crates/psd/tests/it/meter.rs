//! A meter for tests: its keys, its issuer, its clock.

use crate::board::Board;
use crate::medium::Medium;
use ed25519_dalek::{Signer, SigningKey};
use imprint::numbers::{Cipher, Decoded, Indicium, Key, OpenData, Profile, RequestId, decode};
use psd::supervision::interrogation::{Identity, PairingKey, code_for};
use psd::{
    Error, Frame, Grant, KeySlot, MemoryKey, Message, Now, Order, Personalisation, Psd, Request, Settings,
    Signed, Task, sectors_needed,
};
use std::cell::RefCell;
use std::rc::Rc;
use terms::{Date, Money, Serial};

pub type Meter<const BATCH: usize> = Psd<Medium, Board, BATCH>;

/// The day on which tests frank.
pub const TODAY: Date = match Date::new(2026, 11, 21) {
    Ok(date) => date,
    Err(_) => Date::FIRST,
};

/// Settings by which the clock may be moved while the run time stands: most tests move it by days at once.
pub fn unhurried() -> Settings {
    let mut settings = Settings::default();
    settings.clock.jump_tenths = u64::MAX;
    settings.clock.off_tenths = u64::MAX;
    settings
}

/// What the control unit's hardware says of itself.
pub const IDENTITY: Identity = [0x1d; 32];

/// Where a meter stands: its medium and its time, which outlive it.
#[derive(Clone)]
pub struct Place {
    pub medium: Medium,
    pub board: Board,
    pub profile: Profile,
    pub settings: Settings,
    /// What the control unit keeps of its pairing.
    pub key: Rc<RefCell<Option<PairingKey>>>,
}

impl Place {
    pub fn new<const BATCH: usize>(profile: Profile) -> Place {
        Place {
            medium: Medium::blank(sectors_needed(BATCH)),
            board: Board::new(Now { tenths: 1_000_000, today: TODAY, minute: 600 }),
            profile,
            settings: unhurried(),
            key: Rc::default(),
        }
    }

    pub fn p1<const BATCH: usize>() -> Place {
        Place::new::<BATCH>(profile("p1"))
    }

    pub fn on(&self, medium: Medium) -> Place {
        Place { medium, ..self.clone() }
    }

    pub fn personalise<const BATCH: usize>(&self) -> Meter<BATCH> {
        let personalisation =
            Personalisation { settings: self.settings.clone(), ..personalisation(self.profile.clone()) };
        let (medium, board) = (self.medium.clone(), self.board.clone());
        let mut meter = Psd::personalise(medium, &memory_key(), personalisation, board).unwrap();
        self.key.replace(Some(meter.pair(IDENTITY).unwrap()));
        self.attend(&mut meter);
        meter
    }

    /// Starts the meter, and lets its control unit answer.
    pub fn open<const BATCH: usize>(&self) -> Result<Meter<BATCH>, Error> {
        let mut meter = self.open_alone()?;
        self.attend(&mut meter);
        Ok(meter)
    }

    /// Starts the meter without a control unit.
    pub fn open_alone<const BATCH: usize>(&self) -> Result<Meter<BATCH>, Error> {
        Psd::open(self.medium.clone(), &memory_key(), self.board.clone())
    }

    /// Answers the question that is due, if there is one.
    pub fn attend<const BATCH: usize>(&self, meter: &mut Meter<BATCH>) {
        if let Ok(Some(question)) = meter.tick()
            && let Some(key) = &*self.key.borrow()
        {
            let code = code_for(&question, key, serial(), &IDENTITY);
            let _ = meter.answer(question.number, &code);
        }
    }

    /// A meter with credit.
    pub fn funded<const BATCH: usize>(&self, amount_minor: i64) -> Meter<BATCH> {
        let mut meter = self.personalise::<BATCH>();
        meter.grant(&grant(1, amount_minor, 0)).unwrap();
        meter
    }

    pub fn advance(&self, tenths: u64, days: u32) {
        let now = self.now();
        let today = Date::from_day_number(now.today.day_number() + days).unwrap();
        self.set_now(Now { tenths: now.tenths + tenths, today, ..now });
    }

    pub fn now(&self) -> Now {
        self.board.now.get().unwrap()
    }

    pub fn set_now(&self, now: Now) {
        self.board.now.set(Ok(now));
    }
}

pub fn profile(name: &str) -> Profile {
    Profile::named(name).unwrap()
}

pub fn serial() -> Serial {
    Serial::new(12_345_678).unwrap()
}

pub fn memory_key() -> MemoryKey {
    MemoryKey::new([7; 32])
}

pub fn issuer() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

pub fn key(slot: u8) -> Key {
    Key::new([slot; 32])
}

pub fn personalisation(profile: Profile) -> Personalisation {
    let keys = [1, 2].map(|slot| KeySlot { slot, key: key(slot) });
    Personalisation {
        serial: serial(),
        call_number: 23_456_789,
        seal: 4711,
        value_min: Money::from_minor(10),
        value_max: Money::from_minor(profile.postage_limit_minor()),
        days_ahead: 30,
        issuer: issuer().verifying_key().to_bytes(),
        profile,
        keys: keys.into_iter().collect(),
        link: link_key(),
        settings: Settings::default(),
    }
}

pub fn link_key() -> Key {
    Key::new([3; 32])
}

pub fn signed<T: Message>(message: T) -> Signed<T> {
    let signature = issuer().sign(message.signed_bytes().as_ref()).to_bytes();
    Signed { message, signature }
}

pub fn grant(number: u64, amount_minor: i64, r3_before: u64) -> Signed<Grant> {
    let r3_before = Money::from_minor(r3_before);
    signed(Grant { serial: serial(), number, amount_minor, r3_before, closing: false })
}

/// The grant that takes all of R1 back.
pub fn closing_grant(number: u64, r1: u64, r3_before: u64) -> Signed<Grant> {
    let r3_before = Money::from_minor(r3_before);
    signed(Grant { serial: serial(), number, amount_minor: -(r1 as i64), r3_before, closing: true })
}

pub fn order(number: u64, task: Task) -> Signed<Order> {
    signed(Order { serial: serial(), number, task })
}

pub fn mark(number: u64, suspicious: bool) -> Signed<Order> {
    order(number, Task::Suspicion(suspicious))
}

pub fn request(id: u64, postage_minor: u64) -> Request {
    Request {
        id: RequestId(id),
        postage: Money::from_minor(postage_minor),
        date: TODAY,
        frame: Frame::default(),
    }
}

/// Franks, and gives all that comes out.
pub fn frank<const BATCH: usize>(
    meter: &mut Meter<BATCH>,
    requests: &[Request],
) -> Result<Vec<Indicium>, Error> {
    let mut indicia = Vec::new();
    meter.frank(requests, |indicium| indicia.push(indicium))?;
    Ok(indicia)
}

pub fn frank_one<const BATCH: usize>(meter: &mut Meter<BATCH>, id: u64, postage: u64) -> Indicium {
    frank(meter, &[request(id, postage)]).unwrap().remove(0)
}

/// What the post reads out of an indicium.
pub fn read(indicium: &Indicium, profile: &Profile) -> Decoded {
    let cipher = Cipher::new(profile.cipher, &key(profile.key_slot));
    let open =
        OpenData { serial: indicium.serial, date: Some(indicium.date), postage: Some(indicium.postage) };
    decode(profile, &cipher, &open, &indicium.symbols).unwrap()
}
