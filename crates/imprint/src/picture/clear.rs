//! What the imprint says, as digits for any bar code reader: open data and the marking row in one message.
//!
//! | digits | what                                            |
//! |--------|-------------------------------------------------|
//! | 1      | version, `1`                                    |
//! | 8      | serial number                                   |
//! | 8      | date, YYYYMMDD                                  |
//! | 6      | postage in minor units                          |
//! | 10     | monotone variable                               |
//! | 2      | symbols of the set: its base                    |
//! | 2      | symbols in the row                              |
//! | 2 each | the symbols of the row                          |
//!
//! The row is the encrypted number: it proves the rest to whoever holds the key, as it does when it is read from
//! the symbols themselves.

use crate::numbers::{Indicium, Row, SetId};
use core::fmt;
use core::str::FromStr;
use terms::{Date, Money, Serial};

/// Digits before the row.
const HEAD: usize = 1 + 8 + 8 + 6 + 10 + 2 + 2;
const POSTAGE_LIMIT: u64 = 999_999;
const MV_LIMIT: u64 = 9_999_999_999;

/// An imprint's message in clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clear {
    serial: Serial,
    date: Date,
    postage: Money,
    mv: u64,
    set: SetId,
    row: Row,
}

impl Clear {
    /// The message of an indicium.
    pub fn new(indicium: &Indicium) -> Result<Clear, ClearError> {
        let clear = Clear {
            serial: indicium.serial,
            date: indicium.date,
            postage: indicium.postage,
            mv: indicium.mv,
            set: indicium.set,
            row: indicium.symbols.clone(),
        };
        clear.checked()
    }

    /// The meter.
    pub fn serial(&self) -> Serial {
        self.serial
    }

    /// The date printed.
    pub fn date(&self) -> Date {
        self.date
    }

    /// The postage printed.
    pub fn postage(&self) -> Money {
        self.postage
    }

    /// The monotone variable.
    pub fn mv(&self) -> u64 {
        self.mv
    }

    /// The symbol set of the row.
    pub fn set(&self) -> SetId {
        self.set
    }

    /// The row, most significant symbol first.
    pub fn row(&self) -> &Row {
        &self.row
    }

    fn checked(self) -> Result<Clear, ClearError> {
        let symbols =
            !self.row.is_empty() && self.row.iter().all(|symbol| u32::from(*symbol) < self.set.base());
        let fits = self.postage.minor() <= POSTAGE_LIMIT && self.mv <= MV_LIMIT;
        if symbols && fits { Ok(self) } else { Err(ClearError) }
    }
}

impl fmt::Display for Clear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, postage) = (self.date.yyyymmdd(), self.postage.minor());
        write!(f, "1{}{date:08}{postage:06}{:010}", self.serial, self.mv)?;
        write!(f, "{:02}{:02}", self.set.base(), self.row.len())?;
        self.row.iter().try_for_each(|symbol| write!(f, "{symbol:02}"))
    }
}

impl FromStr for Clear {
    type Err = ClearError;

    fn from_str(text: &str) -> Result<Clear, ClearError> {
        let part = |start: usize, digits: usize| {
            let part =
                text.get(start..start + digits).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
            part.and_then(|part| part.parse::<u64>().ok()).ok_or(ClearError)
        };
        let (base, count) = (part(33, 2)? as u32, part(35, 2)? as usize);
        if part(0, 1)? != 1 || text.len() != HEAD + 2 * count {
            return Err(ClearError);
        }
        let mut row = Row::new();
        for symbol in 0..count {
            row.push(part(HEAD + 2 * symbol, 2)? as u8).map_err(|_| ClearError)?;
        }
        let date = Date::new(part(9, 4)? as u16, part(13, 2)? as u8, part(15, 2)? as u8);
        let clear = Clear {
            serial: Serial::new(part(1, 8)? as u32).map_err(|_| ClearError)?,
            date: date.map_err(|_| ClearError)?,
            postage: Money::from_minor(part(17, 6)?),
            mv: part(23, 10)?,
            set: SetId::ALL.into_iter().find(|set| set.base() == base).ok_or(ClearError)?,
            row,
        };
        clear.checked()
    }
}

/// Something is no message in clear, or does not fit one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClearError;

impl fmt::Display for ClearError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "these are not the digits of an imprint's message in clear, or its numbers are too large for it",
        )
    }
}

impl core::error::Error for ClearError {}
