//! What cost centres, groups and the whole meter have spent this month, and what is set aside for prints on their way.
//!
//! What always holds: what is spent and what is set aside never exceed a limit by a reservation, in whatever order
//! pieces are reserved, booked and released, limits change and months pass; booking never fails for want of room. A
//! month that has ended counts for nothing and nothing is carried over; a clock that is set back renews nothing.
//!
//! At a print request (claim 56, step 470) the limit is reserved, then the device debits, then the piece is booked. A
//! reservation counts in whichever month it is booked, so it narrows the limits until then. Each account is counted
//! for itself: a cost centre that changes its group leaves behind there what it has spent.

use super::centre::Centre;
use super::directory::Directory;
use super::month::Month;
use super::numbers::{CentreNumber, GroupNumber};
use super::refusal::Refusal;
use super::row::{Changes, Key, Row};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};
use terms::{Date, Money};

/// The number by which the device knows a print request again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub u64);

/// What a limit is set for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Account {
    /// The whole meter.
    Whole,
    /// A group of cost centres.
    Group(GroupNumber),
    /// A cost centre.
    Centre(CentreNumber),
}

/// What an account has spent in one month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Whose it is.
    pub account: Account,
    /// The month it was spent in; once another one counts it is of no meaning.
    pub month: Month,
    /// The postage; limits bound this alone.
    pub postage: Money,
    /// The surcharges.
    pub surcharge: Money,
    /// The imprints, those without value too.
    pub pieces: u64,
}

impl Spent {
    /// Nothing.
    const fn nothing(account: Account, month: Month) -> Spent {
        Spent { account, month, postage: Money::ZERO, surcharge: Money::ZERO, pieces: 0 }
    }

    fn plus(self, postage: Money, surcharge: Money, pieces: u64) -> Result<Spent, Refusal> {
        let postage = self.postage.checked_add(postage).ok_or(Refusal::CountFull)?;
        let surcharge = self.surcharge.checked_add(surcharge).ok_or(Refusal::CountFull)?;
        let pieces = self.pieces.checked_add(pieces).ok_or(Refusal::CountFull)?;
        Ok(Spent { postage, surcharge, pieces, ..self })
    }

    /// With an imprint that is set aside.
    fn with(self, reservation: &Reservation) -> Result<Spent, Refusal> {
        self.plus(reservation.postage, reservation.surcharge, 1)
    }

    /// What a budget looks at: postage and surcharges.
    pub fn charged(&self) -> Money {
        self.postage.checked_add(self.surcharge).unwrap_or(Money::from_minor(u64::MAX))
    }
}

/// An imprint that is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its print request.
    pub request: RequestId,
    /// The cost centre it is for.
    pub centre: CentreNumber,
    /// Its postage.
    pub postage: Money,
}

/// What is set aside for an imprint that the device has not been seen to debit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reservation {
    /// Its print request.
    pub request: RequestId,
    /// The cost centre it is for.
    pub centre: CentreNumber,
    /// The group that the cost centre belonged to.
    pub group: Option<GroupNumber>,
    /// The month that counted then: a clock set back does not go behind it.
    pub month: Month,
    /// The postage.
    pub postage: Money,
    /// The surcharge.
    pub surcharge: Money,
}

impl Reservation {
    /// Where it counts.
    pub fn accounts(&self) -> impl Iterator<Item = Account> {
        accounts(self.centre, self.group)
    }
}

fn accounts(centre: CentreNumber, group: Option<GroupNumber>) -> impl Iterator<Item = Account> {
    [Some(Account::Whole), group.map(Account::Group), Some(Account::Centre(centre))].into_iter().flatten()
}

/// What is left for a cost centre; nothing where no limit is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Of its own limit.
    pub centre: Option<Money>,
    /// Of its group's.
    pub group: Option<Money>,
    /// Of the whole meter's.
    pub whole: Option<Money>,
    /// The credit of the meter.
    pub r1: Money,
}

impl Rest {
    /// What can be spent: the least of them.
    pub fn spendable(&self) -> Money {
        [self.centre, self.group, self.whole].into_iter().flatten().fold(self.r1, Money::min)
    }
}

/// How a cost centre stands to its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// What is set.
    pub budget: Money,
    /// Postage and surcharges of the month, with what is set aside.
    pub charged: Money,
}

impl Budget {
    /// Whether to warn.
    pub fn is_exceeded(&self) -> bool {
        self.charged > self.budget
    }
}

impl Directory {
    /// The month that counts today: never an earlier one than anything was booked or reserved in.
    pub fn month(&self, today: Date) -> Month {
        let booked = self.spent_row(Account::Whole).map(|spent| spent.month);
        let reserved = self.reservations().map(|reservation| reservation.month).max();
        Month::of(today).max(booked.unwrap_or(Month::FIRST)).max(reserved.unwrap_or(Month::FIRST))
    }

    /// What an account has spent in the month that counts today.
    pub fn spent(&self, account: Account, today: Date) -> Spent {
        self.counted(account, self.month(today))
    }

    fn counted(&self, account: Account, month: Month) -> Spent {
        let row = self.spent_row(account).filter(|spent| spent.month == month);
        row.copied().unwrap_or(Spent::nothing(account, month))
    }

    /// What an account has spent in a month, with all that is set aside on it.
    pub(super) fn narrowed(&self, account: Account, month: Month) -> Result<Spent, Refusal> {
        let on_it = self.reservations().filter(|reservation| reservation.accounts().any(|on| on == account));
        on_it.into_iter().try_fold(self.counted(account, month), |spent, reservation| spent.with(reservation))
    }

    /// The limit that is set for an account.
    pub fn limit(&self, account: Account) -> Option<Money> {
        match account {
            Account::Whole => self.whole().limit,
            Account::Group(number) => self.group(number)?.limit,
            Account::Centre(number) => self.centre(number)?.limit,
        }
    }

    /// What is left of an account's limit; nothing where none is set.
    pub fn rest_of(&self, account: Account, today: Date) -> Result<Option<Money>, Refusal> {
        let Some(limit) = self.limit(account) else { return Ok(None) };
        let spent = self.narrowed(account, self.month(today))?.postage;
        Ok(Some(limit.checked_sub(spent).unwrap_or(Money::ZERO)))
    }

    /// What is left for a cost centre of all limits above it, and of the credit.
    pub fn rest(&self, number: CentreNumber, today: Date, r1: Money) -> Result<Rest, Refusal> {
        let centre = self.known_centre(number)?;
        let group = match centre.group {
            Some(group) => self.rest_of(Account::Group(group), today)?,
            None => None,
        };
        let own = self.rest_of(Account::Centre(number), today)?;
        Ok(Rest { centre: own, group, whole: self.rest_of(Account::Whole, today)?, r1 })
    }

    /// How a cost centre stands to its budget; nothing where it has none.
    pub fn budget(&self, number: CentreNumber, today: Date) -> Result<Option<Budget>, Refusal> {
        let Some(budget) = self.known_centre(number)?.budget else { return Ok(None) };
        let charged = self.narrowed(Account::Centre(number), self.month(today))?.charged();
        Ok(Some(Budget { budget, charged }))
    }

    /// Sets aside what these imprints cost, before the device debits them; for all of them or for none.
    pub fn reserve(&self, pieces: &[Piece], today: Date, r1: Money) -> Result<Changes, Refusal> {
        let month = self.month(today);
        let mut asked = BTreeSet::new();
        let mut reservations = Vec::with_capacity(pieces.len());
        let mut sums: BTreeMap<Account, Spent> = BTreeMap::new();
        for piece in pieces {
            if self.reservation(piece.request).is_some() || !asked.insert(piece.request) {
                return Err(Refusal::RequestReserved(piece.request));
            }
            let reservation = reservation(piece, self.usable_centre(piece.centre)?, month)?;
            for account in reservation.accounts() {
                let sum = sums.entry(account).or_insert(Spent::nothing(account, month));
                *sum = sum.with(&reservation)?;
            }
            reservations.push(Row::Reservation(reservation));
        }
        for sum in sums.values() {
            self.check_limit(sum)?;
        }
        let postage = sums.get(&Account::Whole).map_or(Money::ZERO, |sum| sum.postage);
        if postage > r1 {
            return Err(Refusal::Credit { left: r1 });
        }
        Ok(self.changes(reservations, Vec::new()))
    }

    /// Whether an account bears a sum more.
    fn check_limit(&self, sum: &Spent) -> Result<(), Refusal> {
        let before = self.narrowed(sum.account, sum.month)?;
        let after = before.plus(sum.postage, sum.surcharge, sum.pieces)?;
        let Some(limit) = self.limit(sum.account) else { return Ok(()) };
        // What costs nothing is never over a limit, not even over one that was lowered below what is spent.
        if sum.postage.is_zero() || after.postage <= limit {
            return Ok(());
        }
        let left = limit.checked_sub(before.postage).unwrap_or(Money::ZERO);
        Err(Refusal::Limit { account: sum.account, left, until: sum.month.last_day() })
    }

    /// Books what the device has debited, for all these requests or for none.
    pub fn book(&self, requests: &[RequestId], today: Date) -> Result<Changes, Refusal> {
        let month = self.month(today);
        let mut spent: BTreeMap<Account, Spent> = BTreeMap::new();
        for reservation in self.reserved(requests)? {
            for account in reservation.accounts() {
                let sum = spent.entry(account).or_insert_with(|| self.counted(account, month));
                *sum = sum.with(reservation)?;
            }
        }
        let written = spent.into_values().map(Row::Spent).collect();
        Ok(self.changes(written, requests.iter().copied().map(Key::Reservation).collect()))
    }

    /// Gives back what was set aside for imprints that the device has not debited.
    pub fn release(&self, requests: &[RequestId]) -> Result<Changes, Refusal> {
        self.reserved(requests)?;
        Ok(self.changes(Vec::new(), requests.iter().copied().map(Key::Reservation).collect()))
    }

    /// The reservations of these requests, each asked for once.
    fn reserved(&self, requests: &[RequestId]) -> Result<Vec<&Reservation>, Refusal> {
        let mut asked = BTreeSet::new();
        let find = |request: &RequestId| {
            let found = self.reservation(*request).filter(|_| asked.insert(*request));
            found.ok_or(Refusal::UnknownRequest(*request))
        };
        requests.iter().map(find).collect()
    }
}

fn reservation(piece: &Piece, centre: &Centre, month: Month) -> Result<Reservation, Refusal> {
    Ok(Reservation {
        request: piece.request,
        centre: piece.centre,
        group: centre.group,
        month,
        postage: piece.postage,
        surcharge: centre.surcharge.on(piece.postage).ok_or(Refusal::CountFull)?,
    })
}
