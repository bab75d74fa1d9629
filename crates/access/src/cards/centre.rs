//! Cost centres, their groups, and the whole meter above them (DE 197 57 648, page 6 and 7).

use super::numbers::{CentreNumber, GroupNumber, Name};
use alloc::collections::BTreeSet;
use serde::{Deserialize, Serialize};
use terms::Money;

/// A cost centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Centre {
    /// Its number.
    pub number: CentreNumber,
    /// What people call it.
    pub name: Name,
    /// The group it belongs to.
    pub group: Option<GroupNumber>,
    /// How much postage it may spend in a calendar month; nothing for no limit of its own.
    pub limit: Option<Money>,
    /// How much it should spend in a calendar month, surcharges and all. Going over it warns and stops nothing.
    pub budget: Option<Money>,
    /// What is booked on it beside the postage.
    pub surcharge: Surcharge,
    /// The cliché that is printed for it.
    pub cliche: Option<u16>,
    /// Whether it may be used.
    pub active: bool,
}

impl Centre {
    /// A cost centre in use with a number alone.
    pub fn new(number: CentreNumber) -> Centre {
        Centre {
            number,
            name: Name::default(),
            group: None,
            limit: None,
            budget: None,
            surcharge: Surcharge::None,
            cliche: None,
            active: true,
        }
    }
}

/// A group of cost centres.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its number.
    pub number: GroupNumber,
    /// What people call it.
    pub name: Name,
    /// How much postage its cost centres may spend together in a calendar month.
    pub limit: Option<Money>,
}

/// What holds for the whole meter: the master's row of the source's table, and what is never given twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whole {
    /// How much postage all cost centres may spend together in a calendar month.
    pub limit: Option<Money>,
    /// The last running number that was given to a card; 0 before the first. No number is given twice.
    pub last_running: u16,
    /// The counter of the last proof by which a master was replaced; 0 before the first.
    pub replacements: u32,
}

/// What is booked on a cost centre beside the postage. It is internal: never printed, never taken from the credit,
/// and it counts for no limit, since limits bound what is spent of R1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Surcharge {
    /// Nothing.
    #[default]
    None,
    /// An amount for each imprint with a value.
    Fixed(Money),
    /// So many hundredths of a per cent of the postage: 250 is 2.50 per cent.
    PerCent(u16),
}

impl Surcharge {
    /// The surcharge on one imprint; nothing if it does not fit. Parts of a minor unit are rounded to the nearest
    /// one, halves up, for each imprint alone, so that the sum does not depend on how imprints are put together.
    /// An imprint without value bears none.
    pub fn on(self, postage: Money) -> Option<Money> {
        const HUNDREDTHS: u128 = 10_000;
        match self {
            Surcharge::None => Some(Money::ZERO),
            Surcharge::Fixed(_) if postage.is_zero() => Some(Money::ZERO),
            Surcharge::Fixed(amount) => Some(amount),
            Surcharge::PerCent(hundredths) => {
                let exact = u128::from(postage.minor()) * u128::from(hundredths);
                let rounded = (exact + HUNDREDTHS / 2) / HUNDREDTHS;
                u64::try_from(rounded).ok().map(Money::from_minor)
            }
        }
    }
}

/// The cost centres that a card may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Centres {
    /// All there are and will be.
    All,
    /// These.
    Only(BTreeSet<CentreNumber>),
}

impl Centres {
    /// This one alone.
    pub fn one(number: CentreNumber) -> Centres {
        Centres::Only(BTreeSet::from([number]))
    }

    /// Whether this one is among them.
    pub fn contains(&self, number: CentreNumber) -> bool {
        match self {
            Centres::All => true,
            Centres::Only(numbers) => numbers.contains(&number),
        }
    }

    /// Whether all of them are among others.
    pub fn is_within(&self, others: &Centres) -> bool {
        match (self, others) {
            (_, Centres::All) => true,
            (Centres::All, Centres::Only(_)) => false,
            (Centres::Only(some), Centres::Only(others)) => some.is_subset(others),
        }
    }

    /// Those that are named one by one.
    pub fn named(&self) -> impl Iterator<Item = CentreNumber> + '_ {
        let numbers = match self {
            Centres::All => None,
            Centres::Only(numbers) => Some(numbers),
        };
        numbers.into_iter().flatten().copied()
    }
}

impl FromIterator<CentreNumber> for Centres {
    fn from_iter<I: IntoIterator<Item = CentreNumber>>(numbers: I) -> Centres {
        Centres::Only(numbers.into_iter().collect())
    }
}
