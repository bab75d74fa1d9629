//! The lock's bytes in the memory of the device. Little endian; docs/formats/lock.md has the table.
//!
//! What always holds: what is read back is a lock that could have been set, or nothing at all.

use crate::funds::{Funds, Period};
use crate::lock::{Lock, Mode, RefillRules, Settings, USERS_MAX, User, UserId, UserSettings};
use crate::password::Verifier;
use crate::schedule::{HOURS_MAX, Hours, Minute, Schedule, Weekdays};
use terms::Money;
use terms::bytes::{Reader, Writer};
use zeroize::Zeroizing;

const VERSION: u16 = 1;

// Each group begins where the one before ends.
const HEAD_BYTES: usize = 2 + 1 + 1 + 2 + 1 + 1; // version, mode, flags, idle seconds, users, reserved
const SCHEDULE_BYTES: usize = HOURS_MAX * (1 + 2 + 2); // weekdays (0: no row), start, stop
const USER_BYTES: usize = 2 + 1 + 1 + 8 + Verifier::BYTES + SCHEDULE_BYTES; // number, flags, period, limit
const LOCK_BYTES: usize = HEAD_BYTES + Verifier::BYTES + SCHEDULE_BYTES + USERS_MAX * USER_BYTES;
const _: () = assert!(USER_BYTES == 80 && LOCK_BYTES == 1356 && LOCK_BYTES <= 2048);

const TWO_USERS: u8 = 1;
const MANAGER_ONLY: u8 = 1 << 1;
const CALL_BACK_ONLY: u8 = 1 << 2;
const HAS_MANAGER: u8 = 1 << 3;
const LOCKED: u8 = 1;

impl Lock {
    /// Bytes of a lock in the memory.
    pub const BYTES: usize = LOCK_BYTES;

    /// The lock's bytes; they hold the verifiers.
    pub fn to_bytes(&self) -> Zeroizing<[u8; Lock::BYTES]> {
        let mut bytes = Zeroizing::new([0; Lock::BYTES]);
        let writer = &mut Writer::new(bytes.as_mut_slice());
        let Settings { mode, two_users, hours, idle_seconds, refill } = &self.settings;
        let flag = |set: bool, bit: u8| if set { bit } else { 0 };
        let flags = flag(*two_users, TWO_USERS)
            | flag(refill.manager_only, MANAGER_ONLY)
            | flag(refill.call_back_only, CALL_BACK_ONLY)
            | flag(self.manager.is_some(), HAS_MANAGER);
        writer.put(&VERSION.to_le_bytes());
        writer.put(&[mode_code(*mode), flags]);
        writer.put(&idle_seconds.to_le_bytes());
        writer.put(&[self.users.len() as u8, 0]);
        put_verifier(writer, self.manager.as_ref());
        put_schedule(writer, hours);
        for User { settings, verifier } in &self.users {
            writer.put(&settings.id.number().to_le_bytes());
            writer.put(&[flag(settings.locked, LOCKED), settings.funds.period.code()]);
            writer.put(&settings.funds.limit.minor().to_le_bytes());
            put_verifier(writer, Some(verifier));
            put_schedule(writer, &settings.hours);
        }
        bytes
    }

    /// The lock in these bytes; nothing if they are none of this version.
    pub fn from_bytes(bytes: &[u8; Lock::BYTES]) -> Option<Lock> {
        let reader = &mut Reader(bytes);
        if reader.u16()? != VERSION {
            return None;
        }
        let (mode, flags) = (mode_of(reader.u8()?)?, reader.u8()?);
        if flags & !(TWO_USERS | MANAGER_ONLY | CALL_BACK_ONLY | HAS_MANAGER) != 0 {
            return None;
        }
        let (idle_seconds, users) = (reader.u16()?, reader.u8()?);
        reader.u8()?;
        let manager = take_verifier(reader)?;
        let settings = Settings {
            mode,
            two_users: flags & TWO_USERS != 0,
            hours: take_schedule(reader)?,
            idle_seconds,
            refill: RefillRules {
                manager_only: flags & MANAGER_ONLY != 0,
                call_back_only: flags & CALL_BACK_ONLY != 0,
            },
        };
        let manager = (flags & HAS_MANAGER != 0).then_some(manager);
        let mut lock = Lock { settings, manager, users: heapless::Vec::new() };
        for _ in 0..users {
            lock.users.push(take_user(reader)?).ok()?;
        }
        lock.check().is_ok().then_some(lock)
    }
}

const fn mode_code(mode: Mode) -> u8 {
    match mode {
        Mode::Off => 0,
        Mode::Password => 1,
        Mode::Time => 2,
        Mode::PasswordAndTime => 3,
    }
}

const fn mode_of(code: u8) -> Option<Mode> {
    match code {
        0 => Some(Mode::Off),
        1 => Some(Mode::Password),
        2 => Some(Mode::Time),
        3 => Some(Mode::PasswordAndTime),
        _ => None,
    }
}

fn put_verifier(writer: &mut Writer<'_>, verifier: Option<&Verifier>) {
    match verifier.map(Verifier::parts) {
        Some((salt, derived)) => {
            writer.put(salt);
            writer.put(derived)
        }
        None => writer.put(&[0; Verifier::BYTES]),
    };
}

fn take_verifier(reader: &mut Reader<'_>) -> Option<Verifier> {
    Some(Verifier::from_parts(reader.bytes()?, reader.bytes()?))
}

fn put_schedule(writer: &mut Writer<'_>, schedule: &Schedule) {
    for place in 0..HOURS_MAX {
        let row = schedule.rows().get(place);
        writer.put(&[row.map_or(0, |row| row.weekdays.bits())]);
        writer.put(&row.map_or(0, |row| row.start.number()).to_le_bytes());
        writer.put(&row.map_or(0, |row| row.stop.number()).to_le_bytes());
    }
}

fn take_schedule(reader: &mut Reader<'_>) -> Option<Schedule> {
    let mut rows = heapless::Vec::<Hours, HOURS_MAX>::new();
    for _ in 0..HOURS_MAX {
        let (weekdays, start, stop) = (reader.u8()?, reader.u16()?, reader.u16()?);
        if weekdays != 0 {
            let weekdays = Weekdays::new(weekdays).ok()?;
            let (start, stop) = (Minute::new(start).ok()?, Minute::new(stop).ok()?);
            rows.push(Hours { weekdays, start, stop }).ok()?;
        }
    }
    Schedule::new(&rows).ok()
}

fn take_user(reader: &mut Reader<'_>) -> Option<User> {
    let id = UserId::new(reader.u16()?).ok()?;
    let (flags, period) = (reader.u8()?, Period::from_code(reader.u8()?)?);
    if flags & !LOCKED != 0 {
        return None;
    }
    let funds = Funds { period, limit: Money::from_minor(reader.u64()?) };
    let verifier = take_verifier(reader)?;
    let settings = UserSettings { id, locked: flags & LOCKED != 0, funds, hours: take_schedule(reader)? };
    Some(User { settings, verifier })
}
