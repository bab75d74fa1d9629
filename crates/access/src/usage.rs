//! What each user has spent: in the running period, for the limits, and ever, for the accounts (GB 2 178 696, page 3).
//!
//! What always holds: sums are checked and never wrap; a period that has ended counts for nothing; a user who was
//! removed and comes back finds what was counted, unless another user has needed the place.
//!
//! The device commits it together with the debits it counts.

use crate::funds::Period;
use crate::lock::{Lock, USERS_MAX, UserId, UserSettings};
use crate::refusal::Refusal;
use serde::{Deserialize, Serialize};
use terms::bytes::{Reader, Writer};
use terms::{Date, Money};

/// Postage and pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// The postage.
    pub postage: Money,
    /// The imprints, those without value too.
    pub pieces: u32,
}

impl Spent {
    fn plus(self, postage: Money, pieces: u32) -> Option<Spent> {
        let postage = self.postage.checked_add(postage)?;
        Some(Spent { postage, pieces: self.pieces.checked_add(pieces)? })
    }
}

/// What one user has spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageOfUser {
    /// Whose it is.
    pub user: UserId,
    /// What kind of period is counted.
    pub period: Period,
    /// In the running period.
    pub running: Spent,
    /// Since the user's first imprint.
    pub ever: Spent,
}

/// What all users have spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The last day on which anything was booked: it tells which period the counts belong to.
    day: Date,
    places: [Option<UsageOfUser>; USERS_MAX],
}

/// Bytes of one user: number and kind of period in its upper two bits 2, postage of the period 6, pieces of the
/// period 4, postage ever 8, pieces ever 4. A number 0 is a free place.
const PLACE_BYTES: usize = 2 + 6 + 4 + 8 + 4;
const DAY_BYTES: usize = 4;
const _: () = assert!(PLACE_BYTES == 24 && Usage::BYTES == 388);

const PERIOD_SHIFT: u16 = 14;
const NUMBER_MASK: u16 = (1 << PERIOD_SHIFT) - 1;
const _: () = assert!(UserId::MAX <= NUMBER_MASK);
/// The most that a period's six bytes count.
const RUNNING_MAX: u64 = (1 << 48) - 1;

impl Usage {
    /// Bytes of it in the memory.
    pub const BYTES: usize = DAY_BYTES + USERS_MAX * PLACE_BYTES;

    /// Nothing spent by nobody.
    pub const EMPTY: Usage = Usage { day: Date::FIRST, places: [None; USERS_MAX] };

    /// What every user has spent as it counts on this day.
    pub fn users(&self, today: Date) -> impl Iterator<Item = UsageOfUser> + '_ {
        self.places.iter().flatten().map(move |usage| self.renewed(*usage, today))
    }

    /// What this user has spent of the running period. A limit that has got another kind of period begins anew.
    pub fn running(&self, user: &UserSettings, today: Date) -> Spent {
        let counts = |usage: &UsageOfUser| usage.user == user.id && usage.period == user.funds.period;
        self.users(today).find(counts).map_or(Spent::default(), |usage| usage.running)
    }

    /// What it is after `pieces` imprints for `postage` in all, made by this user of the lock today.
    pub fn booked(
        &self,
        lock: &Lock,
        user: UserId,
        today: Date,
        postage: Money,
        pieces: u32,
    ) -> Result<Usage, Refusal> {
        let settings = &lock.user(user).ok_or(Refusal::UnknownUser(user))?.settings;
        let period = settings.funds.period;
        let before = self.users(today).find(|usage| usage.user == user);
        let running = self.running(settings, today).plus(postage, pieces);
        let running = running.filter(|running| running.postage.minor() <= RUNNING_MAX);
        let ever = before.map_or(Spent::default(), |usage| usage.ever).plus(postage, pieces);
        let (Some(running), Some(ever)) = (running, ever) else { return Err(Refusal::CountFull) };
        let mut usage = *self;
        usage.places.iter_mut().flatten().for_each(|place| *place = self.renewed(*place, today));
        usage.day = self.day.max(today);
        // There are as many places as users, so one of them belongs to nobody the lock knows.
        let place = usage.place_of(lock, user).ok_or(Refusal::TooManyUsers)?;
        *place = Some(UsageOfUser { user, period, running, ever });
        Ok(usage)
    }

    /// The user's place, else a free one, else one of a user whom the lock no longer knows.
    fn place_of(&mut self, lock: &Lock, user: UserId) -> Option<&mut Option<UsageOfUser>> {
        let whose = |place: &Option<UsageOfUser>| place.map(|usage| usage.user);
        let own = self.places.iter().position(|place| whose(place) == Some(user));
        let free = || self.places.iter().position(Option::is_none);
        let forsaken = || {
            let is_gone = |id| lock.user(id).is_none();
            self.places.iter().position(|place| whose(place).is_some_and(is_gone))
        };
        let found = own.or_else(free).or_else(forsaken)?;
        self.places.get_mut(found)
    }

    fn renewed(&self, usage: UsageOfUser, today: Date) -> UsageOfUser {
        // A clock that was set back a little renews nothing.
        let same = today <= self.day || usage.period.number(self.day) == usage.period.number(today);
        if same { usage } else { UsageOfUser { running: Spent::default(), ..usage } }
    }

    /// Its bytes, little endian; docs/formats/lock.md has the table.
    pub fn to_bytes(&self) -> [u8; Usage::BYTES] {
        let mut bytes = [0; Usage::BYTES];
        let mut writer = Writer::new(&mut bytes);
        writer.put(&self.day.day_number().to_le_bytes());
        for place in &self.places {
            let Some(UsageOfUser { user, period, running, ever }) = place else {
                writer.put(&[0; PLACE_BYTES]);
                continue;
            };
            let number = user.number() | u16::from(period.code()) << PERIOD_SHIFT;
            writer.put(&number.to_le_bytes());
            let [postage @ .., _, _] = running.postage.minor().to_le_bytes();
            writer.put(&postage);
            writer.put(&running.pieces.to_le_bytes());
            writer.put(&ever.postage.minor().to_le_bytes());
            writer.put(&ever.pieces.to_le_bytes());
        }
        bytes
    }

    /// What these bytes hold; nothing if they are none of this version.
    pub fn from_bytes(bytes: &[u8; Usage::BYTES]) -> Option<Usage> {
        let reader = &mut Reader(bytes);
        let mut usage = Usage { day: Date::from_day_number(reader.u32()?).ok()?, ..Usage::EMPTY };
        for place in &mut usage.places {
            *place = take_place(reader)?;
        }
        Some(usage)
    }
}

/// A place and who stands in it, or nothing where the bytes are none.
fn take_place(reader: &mut Reader<'_>) -> Option<Option<UsageOfUser>> {
    let number = reader.u16()?;
    let [a, b, c, d, e, f] = reader.bytes()?;
    let running = Spent {
        postage: Money::from_minor(u64::from_le_bytes([a, b, c, d, e, f, 0, 0])),
        pieces: reader.u32()?,
    };
    let ever = Spent { postage: Money::from_minor(reader.u64()?), pieces: reader.u32()? };
    if number == 0 {
        return (running == Spent::default() && ever == Spent::default()).then_some(None);
    }
    let user = UserId::new(number & NUMBER_MASK).ok()?;
    let period = Period::from_code((number >> PERIOD_SHIFT) as u8)?;
    Some(Some(UsageOfUser { user, period, running, ever }))
}
