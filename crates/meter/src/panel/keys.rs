//! The line of keys: what can be typed into the one field that has the focus, so that a whole day's post needs no
//! other.
//!
//! | typed | does |
//! |---|---|
//! | `110` or `1.10` | sets the postage |
//! | `p`, `p20` | prints a letter, or twenty alike |
//! | `e` | ends a series |
//! | `z` | an imprint without value |
//! | `d2`, `d0`, `d2026-12-01` | the date: so many days ahead, today, this day |
//! | `c002` | the cost centre, by its three free digits or all five |
//! | `k2`, `k0` | the cliché; 0 for the cost centre's own |
//! | `w20` | a weight in grams: what it costs |
//! | `a` | prints again what is paid for and waits |
//! | `x` | clears what the display says |
//!
//! What always holds: a line is one key or an error; an amount with a point has two places behind it, and one without
//! is in minor units.

use access::cards::{CentreNumber, Prefix};
use rates::Weight;
use std::fmt;
use terms::{Date, Money};

/// The longest series.
pub const SERIES_MAX: u32 = 10_000;

/// A key of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// Sets the postage.
    Value(Money),
    /// Prints a letter.
    Print,
    /// Prints so many letters.
    Series(u32),
    /// Ends a series.
    EndSeries,
    /// An imprint without value.
    Zero,
    /// Sets the date.
    Date(Date),
    /// Chooses the cost centre.
    Centre(CentreNumber),
    /// Chooses the cliché.
    Cliche(Option<u16>),
    /// Asks what a letter of this weight costs.
    Weight(Weight),
    /// Prints again what waits.
    Again,
    /// Clears the display.
    Clear,
}

/// What was typed is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// It is nothing at all.
    Unknown,
    /// It is no amount.
    Amount,
    /// It is no series.
    Series,
    /// It is no date.
    Date,
    /// It is no cost centre.
    Centre,
    /// It is no cliché.
    Cliche,
    /// It is no weight.
    Weight(String),
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::Unknown => f.write_str("no key is written like this: look at the keys below the field"),
            KeyError::Amount => f.write_str("an amount is written 110 or 1.10"),
            KeyError::Series => write!(f, "a series has 1 to {SERIES_MAX} letters, such as p20"),
            KeyError::Date => f.write_str("a date is written d0, d2 or d2026-12-01"),
            KeyError::Centre => f.write_str("a cost centre is written c002 or c01002"),
            KeyError::Cliche => f.write_str("a cliché is written k2, and k0 for the cost centre's own"),
            KeyError::Weight(sentence) => f.write_str(sentence),
        }
    }
}

impl std::error::Error for KeyError {}

/// The key that a line means, on this day and with these first digits of cost centres.
pub fn read(line: &str, today: Date, prefix: Prefix) -> Result<Key, KeyError> {
    let line = line.trim();
    let mut letters = line.chars();
    let (first, rest) = (letters.next(), letters.as_str().trim());
    Ok(match first {
        Some('0'..='9') => Key::Value(amount(line)?),
        Some('p' | 'P') if rest.is_empty() => Key::Print,
        Some('p' | 'P') => Key::Series(series(rest)?),
        Some('e' | 'E') if rest.is_empty() => Key::EndSeries,
        Some('z' | 'Z') if rest.is_empty() => Key::Zero,
        Some('d' | 'D') => Key::Date(date(rest, today)?),
        Some('c' | 'C') => Key::Centre(centre(rest, prefix)?),
        Some('k' | 'K') => Key::Cliche(cliche(rest)?),
        Some('w' | 'W') => Key::Weight(
            rest.parse().map_err(|error: rates::WeightError| KeyError::Weight(error.to_string()))?,
        ),
        Some('a' | 'A') if rest.is_empty() => Key::Again,
        Some('x' | 'X') if rest.is_empty() => Key::Clear,
        _ => return Err(KeyError::Unknown),
    })
}

/// An amount as it is typed: minor units, or with a point or comma and two places.
pub fn amount(text: &str) -> Result<Money, KeyError> {
    let text = text.trim();
    let Some((whole, places)) = text.split_once(['.', ',']) else {
        return text.parse().map_err(|_| KeyError::Amount);
    };
    let is_plain = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain(whole) || !is_plain(places) || places.len() != 2 {
        return Err(KeyError::Amount);
    }
    format!("{whole}{places}").parse().map_err(|_| KeyError::Amount)
}

/// How many letters a series has.
pub fn series(text: &str) -> Result<u32, KeyError> {
    let letters = text.parse().map_err(|_| KeyError::Series)?;
    if (1..=SERIES_MAX).contains(&letters) { Ok(letters) } else { Err(KeyError::Series) }
}

fn date(text: &str, today: Date) -> Result<Date, KeyError> {
    if text.contains('-') {
        return text.parse().map_err(|_| KeyError::Date);
    }
    let days: u16 = text.parse().map_err(|_| KeyError::Date)?;
    Date::from_day_number(today.day_number() + u32::from(days)).map_err(|_| KeyError::Date)
}

/// A cost centre by all its digits, or by the free ones.
pub fn centre(text: &str, prefix: Prefix) -> Result<CentreNumber, KeyError> {
    let text = text.trim();
    let is_free = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_free {
        let free = text.parse().map_err(|_| KeyError::Centre)?;
        return prefix.centre(free).map_err(|_| KeyError::Centre);
    }
    text.parse().map_err(|_| KeyError::Centre)
}

fn cliche(text: &str) -> Result<Option<u16>, KeyError> {
    let number: u16 = text.parse().map_err(|_| KeyError::Cliche)?;
    Ok((number > 0).then_some(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Key, KeyError> {
        super::read(line, "2026-11-29".parse().unwrap(), Prefix::new(1).unwrap())
    }

    #[test]
    fn each_key_is_read_as_it_stands_in_the_table() {
        let money = Money::from_minor;
        let centre = |value| CentreNumber::new(value).unwrap();
        for (line, key) in [
            ("110", Key::Value(money(110))),
            (" 1.10 ", Key::Value(money(110))),
            ("1,10", Key::Value(money(110))),
            ("0", Key::Value(Money::ZERO)),
            ("p", Key::Print),
            ("P20", Key::Series(20)),
            ("p 20", Key::Series(20)),
            ("e", Key::EndSeries),
            ("z", Key::Zero),
            ("d0", Key::Date("2026-11-29".parse().unwrap())),
            ("d2", Key::Date("2026-12-01".parse().unwrap())),
            ("d2026-12-24", Key::Date("2026-12-24".parse().unwrap())),
            ("c002", Key::Centre(centre(1_002))),
            ("c2", Key::Centre(centre(1_002))),
            ("c01002", Key::Centre(centre(1_002))),
            ("k2", Key::Cliche(Some(2))),
            ("k0", Key::Cliche(None)),
            ("w20", Key::Weight(Weight::from_tenths(200).unwrap())),
            ("a", Key::Again),
            ("x", Key::Clear),
        ] {
            assert_eq!(read(line), Ok(key), "{line}");
        }
    }

    #[test]
    fn what_is_no_key_does_nothing() {
        for line in [
            "",
            "1.1",
            "1.105",
            ".10",
            "-1",
            "+1",
            "1e3",
            "p0",
            "p10001",
            "pp",
            "zz",
            "d",
            "d-1",
            "dx",
            "c",
            "c1234",
            "k",
            "k-1",
            "w",
            "wx",
            "q",
            "18446744073709551616",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
