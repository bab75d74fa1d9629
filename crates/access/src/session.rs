//! Who is logged in, and how wrong passwords are slowed down.
//!
//! What always holds: a try is counted before its password is looked at; whoever makes the count durable in between
//! loses nothing to a power cut. Who is [`Present`] comes out of a session alone. Counts are kept by user number, so
//! that nobody clears another's by logging in himself, and by its last bits, so that a number that does not exist is
//! slowed down like one that does.

use crate::lock::{Lock, UserId};
use crate::password::{Password, PasswordHash, Verifier};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// Who wants to log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Person {
    /// A user.
    User(UserId),
    /// The system manager.
    Manager,
}

const USER_COUNTS: usize = 16;
const COUNTS: usize = USER_COUNTS + 1;

impl Person {
    /// Which count is this person's.
    fn place(self) -> usize {
        match self {
            Person::User(id) => usize::from(id.number()) % USER_COUNTS,
            Person::Manager => USER_COUNTS,
        }
    }
}

/// How many tries failed since the last right one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures([u8; COUNTS]);

impl Failures {
    /// Bytes of it in the memory: a count for each of the user numbers' last four bits, and the system manager's.
    pub const BYTES: usize = COUNTS;

    /// Its bytes.
    pub const fn to_bytes(self) -> [u8; Failures::BYTES] {
        self.0
    }

    /// What these bytes hold.
    pub const fn from_bytes(bytes: [u8; Failures::BYTES]) -> Failures {
        Failures(bytes)
    }

    fn of(&self, person: Person) -> u8 {
        self.0.get(person.place()).copied().unwrap_or(u8::MAX)
    }

    fn counted(mut self, person: Person) -> Failures {
        if let Some(count) = self.0.get_mut(person.place()) {
            *count = count.saturating_add(1);
        }
        self
    }

    /// The counts when a try that was counted turns out right.
    fn forgiven(mut self, person: Person) -> Failures {
        if let Some(count) = self.0.get_mut(person.place()) {
            *count = 0;
        }
        self
    }
}

const FIRST_DELAY_MS: u64 = 1000;
const LONGEST_DELAY_MS: u64 = 15 * 60 * 1000;

/// How long the next try is refused after so many wrong ones: 1 s, doubling up to 15 minutes.
pub fn delay_ms(failures: u8) -> u64 {
    match failures {
        0 => 0,
        1..=10 => (FIRST_DELAY_MS << (failures - 1)).min(LONGEST_DELAY_MS),
        _ => LONGEST_DELAY_MS,
    }
}

fn seconds(milliseconds: u64) -> u32 {
    u32::try_from(milliseconds.div_ceil(1000)).unwrap_or(u32::MAX)
}

/// Who is logged in, as a session found it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present(Who);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    Users(UserId, Option<UserId>),
    Manager,
}

impl Present {
    /// The user who franks, and the second one where two are logged in.
    pub const fn users(self) -> Option<(UserId, Option<UserId>)> {
        match self.0 {
            Who::Users(first, second) => Some((first, second)),
            Who::Nobody | Who::Manager => None,
        }
    }

    /// Whether the system manager is.
    pub const fn is_manager(self) -> bool {
        matches!(self.0, Who::Manager)
    }
}

/// What the device remembers of log-ins while it is powered. All times are milliseconds since power-on.
#[derive(Clone, Debug)]
pub struct Session {
    who: Who,
    active_ms: u64,
    refused_until_ms: [u64; COUNTS],
}

impl Session {
    /// Nobody is logged in. What delays were due at power-off begin anew.
    pub fn new(failures: &Failures, elapsed_ms: u64) -> Session {
        let refused_until_ms = failures.0.map(|count| elapsed_ms.saturating_add(delay_ms(count)));
        Session { who: Who::Nobody, active_ms: elapsed_ms, refused_until_ms }
    }

    /// Who is logged in now. Who was idle for too long is logged out.
    pub fn present(&mut self, lock: &Lock, elapsed_ms: u64) -> Present {
        let idle_ms = u64::from(lock.settings().idle_seconds) * 1000;
        if idle_ms != 0 && elapsed_ms.saturating_sub(self.active_ms) >= idle_ms {
            self.log_out();
        }
        Present(self.who)
    }

    /// Somebody who is logged in has done something.
    pub fn touch(&mut self, elapsed_ms: u64) {
        self.active_ms = elapsed_ms;
    }

    /// Logs everybody out.
    pub fn log_out(&mut self) {
        self.who = Who::Nobody;
    }

    /// Begins a try to log in, and counts it as failed. Make these failures durable before the attempt is checked.
    pub fn attempt(
        &mut self,
        failures: &Failures,
        person: Person,
        elapsed_ms: u64,
    ) -> Result<(Failures, Attempt), Refusal> {
        let failures = failures.counted(person);
        let wait_ms = delay_ms(failures.of(person));
        let Some(until_ms) = self.refused_until_ms.get_mut(person.place()) else {
            return Err(Refusal::Hash);
        };
        if elapsed_ms < *until_ms {
            return Err(Refusal::Wait { seconds: seconds(*until_ms - elapsed_ms) });
        }
        *until_ms = elapsed_ms.saturating_add(wait_ms);
        Ok((failures, Attempt { person, wait_ms }))
    }

    fn enter(&mut self, person: Person, lock: &Lock, elapsed_ms: u64) {
        let present = self.present(lock, elapsed_ms);
        self.who = match (person, present.0) {
            (Person::Manager, _) => Who::Manager,
            (Person::User(id), Who::Users(first, None)) if lock.settings().two_users && id != first => {
                Who::Users(first, Some(id))
            }
            (Person::User(id), _) => Who::Users(id, None),
        };
        self.active_ms = elapsed_ms;
    }
}

/// A try to log in that was counted.
#[must_use]
#[derive(Debug)]
pub struct Attempt {
    person: Person,
    wait_ms: u64,
}

impl Attempt {
    /// Compares the password, and logs its owner in. Gives the failures as they are then. The system manager and
    /// users take each other's place; a second user joins the first where the lock needs two, else takes his place.
    /// A user who is locked out learns that with the right password alone, and the try counts as failed.
    pub fn check(
        self,
        password: &Password,
        lock: &Lock,
        hash: &mut impl PasswordHash,
        session: &mut Session,
        failures: &Failures,
        elapsed_ms: u64,
    ) -> Result<Failures, Refusal> {
        let user = match self.person {
            Person::User(id) => lock.user(id),
            Person::Manager => None,
        };
        let kept = match self.person {
            Person::User(_) => user.map(|user| &user.verifier),
            Person::Manager => lock.manager.as_ref(),
        };
        if !Verifier::accepts(kept, password, hash).map_err(|_| Refusal::Hash)? {
            return Err(Refusal::WrongCode { wait_seconds: seconds(self.wait_ms) });
        }
        if user.is_some_and(|user| user.settings.locked) {
            return Err(Refusal::UserLocked);
        }
        if let Some(until_ms) = session.refused_until_ms.get_mut(self.person.place()) {
            *until_ms = elapsed_ms;
        }
        session.enter(self.person, lock, elapsed_ms);
        Ok(failures.forgiven(self.person))
    }
}
