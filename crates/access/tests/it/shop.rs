//! A lock for tests, with people who have passwords.

use access::{
    Change, Failures, Funds, HashFault, Hours, Lock, Minute, Mode, Moment, Password, PasswordHash, Period,
    Person, Present, Refusal, Schedule, Session, UserId, Verifier,
};
use terms::{Date, Money};
use zeroize::Zeroizing;

/// A derivation that is quick, depends on every byte, and counts its calls.
#[derive(Default)]
pub struct QuickHash {
    pub calls: usize,
    pub fails: bool,
}

impl PasswordHash for QuickHash {
    fn derive(
        &mut self,
        password: &[u8],
        salt: &[u8; Verifier::SALT_BYTES],
    ) -> Result<Zeroizing<[u8; Verifier::DERIVED_BYTES]>, HashFault> {
        self.calls += 1;
        if self.fails {
            return Err(HashFault);
        }
        let mut state = 0xcbf2_9ce4_8422_2325_u64;
        let mut out = Zeroizing::new([0; Verifier::DERIVED_BYTES]);
        for (place, byte) in (0..64).zip(salt.iter().chain(password).cycle()) {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3) ^ password.len() as u64;
            out[place % Verifier::DERIVED_BYTES] ^= (state >> 24) as u8;
        }
        Ok(out)
    }
}

pub fn id(number: u16) -> UserId {
    UserId::new(number).unwrap()
}

pub fn password(text: &str) -> Password {
    Password::new(text.as_bytes()).unwrap()
}

pub fn money(minor: u64) -> Money {
    Money::from_minor(minor)
}

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// Reads `2026-11-21 07:30`.
pub fn moment(text: &str) -> Moment {
    let (date, minute) = text.split_once(' ').unwrap();
    Moment { date: day(date), minute: minute.parse::<Minute>().unwrap() }
}

pub fn schedule(rows: &[&str]) -> Schedule {
    let rows: Vec<Hours> = rows.iter().map(|row| row.parse().unwrap()).collect();
    Schedule::new(&rows).unwrap()
}

pub fn funds(period: Period, limit: u64) -> Funds {
    Funds { period, limit: money(limit) }
}

/// A lock with its session and counts, as a device holds them.
pub struct Shop {
    pub lock: Lock,
    pub session: Session,
    pub failures: Failures,
    pub hash: QuickHash,
    pub elapsed_ms: u64,
    salts: u8,
}

impl Shop {
    /// Without a manager.
    pub fn new() -> Shop {
        Shop {
            lock: Lock::default(),
            session: Session::new(&Failures::default(), 0),
            failures: Failures::default(),
            hash: QuickHash::default(),
            elapsed_ms: 0,
            salts: 0,
        }
    }

    /// With the manager `boss` and users 1 to 3 with the passwords `one`, `two` and `three`; nobody is logged in.
    pub fn staffed(mode: Mode) -> Shop {
        let mut shop = Shop::new();
        shop.change(Change::ManagerPassword(password("boss"))).unwrap();
        for (user, name) in [(3, "three"), (1, "one"), (2, "two")] {
            shop.managed(Change::AddUser { user: id(user), password: password(name) });
        }
        shop.managed(Change::Hours(schedule(&["mon-fri 08:00-18:00"])));
        shop.managed(Change::Mode(mode));
        shop
    }

    pub fn present(&mut self) -> Present {
        self.session.present(&self.lock, self.elapsed_ms)
    }

    pub fn change(&mut self, change: Change) -> Result<(), Refusal> {
        self.salts += 1;
        let present = self.present();
        self.lock = change.applied(&self.lock, present, [self.salts; 16], &mut self.hash)?;
        Ok(())
    }

    /// A change by the manager, who is logged out afterwards.
    pub fn managed(&mut self, change: Change) {
        self.log_in(Person::Manager, "boss").unwrap();
        self.change(change).unwrap();
        self.session.log_out();
    }

    pub fn log_in(&mut self, person: Person, text: &str) -> Result<(), Refusal> {
        let (counted, attempt) = self.session.attempt(&self.failures, person, self.elapsed_ms)?;
        self.failures = counted;
        let (lock, hash, session) = (&self.lock, &mut self.hash, &mut self.session);
        self.failures = attempt.check(&password(text), lock, hash, session, &counted, self.elapsed_ms)?;
        Ok(())
    }

    pub fn user(&mut self, number: u16, text: &str) -> Result<(), Refusal> {
        self.log_in(Person::User(id(number)), text)
    }

    /// The same device after its power was off.
    pub fn restart(&mut self) {
        self.elapsed_ms = 0;
        self.session = Session::new(&self.failures, 0);
    }
}
