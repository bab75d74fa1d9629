//! What is to be sent: all that a price depends on.

use crate::{Country, Name, Size, Weight, WordError};
use std::fmt;
use std::str::FromStr;
use terms::{Date, Money, MoneyError};

/// A letter whose price is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The day on its imprint.
    pub date: Date,
    /// What it weighs.
    pub weight: Weight,
    /// What it looks like.
    pub shape: Shape,
    /// Where it goes.
    pub destination: Destination,
    /// What else is to be done for it.
    pub services: Vec<Wanted>,
}

/// What a letter looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// The operator says which format it has; the machine does not measure it.
    Format(Name),
    /// It was measured: the cheapest product it fits is taken.
    Size(Size),
}

/// Where a letter goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// To this country; its zone is looked up.
    Country(Country),
    /// To this zone of the table.
    Zone(Name),
}

impl FromStr for Destination {
    type Err = WordError;

    /// Reads a country's code (`DE`) or a zone's name (`domestic`): the one is in capitals, the other is not.
    fn from_str(text: &str) -> Result<Destination, WordError> {
        if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            text.parse().map(Destination::Country)
        } else {
            text.parse().map(Destination::Zone)
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::Country(country) => country.fmt(f),
            Destination::Zone(zone) => zone.fmt(f),
        }
    }
}

/// A service that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The service's name.
    pub service: Name,
    /// What the content is worth, for a service that costs by value.
    pub value: Option<Money>,
}

impl FromStr for Wanted {
    type Err = WantedError;

    /// Reads `registered`, or with a value in minor units `insured:50000`.
    fn from_str(text: &str) -> Result<Wanted, WantedError> {
        let (service, value) = match text.split_once(':') {
            Some((service, value)) => (service, Some(value.parse()?)),
            None => (text, None),
        };
        Ok(Wanted { service: service.parse()?, value })
    }
}

/// Why a text is no wanted service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WantedError {
    /// Its name is none.
    #[error(transparent)]
    Name(#[from] WordError),
    /// Its value is none.
    #[error(transparent)]
    Value(#[from] MoneyError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_and_destinations_are_read_as_they_are_typed() {
        let insured: Wanted = "insured:50000".parse().unwrap();
        assert_eq!((insured.service.as_str(), insured.value), ("insured", Some(Money::from_minor(50_000))));
        assert_eq!("registered".parse::<Wanted>().unwrap().value, None);
        assert_eq!("insured:5.00".parse::<Wanted>(), Err(MoneyError.into()));
        assert_eq!("Insured".parse::<Wanted>(), Err(WordError::Name.into()));
        assert!(matches!("DE".parse(), Ok(Destination::Country(_))));
        assert!(matches!("de".parse(), Ok(Destination::Zone(_))));
        assert_eq!("De".parse::<Destination>(), Err(WordError::Code(2)));
    }
}
