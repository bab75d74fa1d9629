//! What an imprint says: the carrier's and town's names, which stay, and what is filled into the windows.

use crate::numbers::{Indicium, SetId, Suspicion};
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use terms::{Date, Money, Serial};

/// The constant texts of an issuer's stamps, in capitals.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Issuer {
    /// The carrier's name in the value stamp.
    pub carrier: String,
    /// The town's name around the town circle.
    pub town: String,
    /// What stands on the lower half of the town circle, such as a postcode; may be empty.
    pub office: String,
    /// The name of the currency right of the postage; may be empty.
    pub currency: String,
    /// What stands at the place of the service endorsement when there is none.
    pub motto: String,
}

impl Default for Issuer {
    fn default() -> Issuer {
        Issuer {
            carrier: "PORTO MAIL".into(),
            town: "PORTO".into(),
            office: "4000".into(),
            currency: "EUR".into(),
            motto: "POSTAGE PAID".into(),
        }
    }
}

/// A code that carries data in clear: black and white modules, row by row from the top left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Modules a row.
    pub columns: u32,
    /// The modules. A bar code is one row, which is stretched over its field's height.
    pub black: Vec<bool>,
}

/// What one imprint says in its windows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// FE1.
    pub postage: Money,
    /// FE2 and FE3.
    pub serial: Serial,
    /// FE4.
    pub date: Date,
    /// FE6: for each symbol its modules, bit `row * 5 + column`.
    pub row: Vec<u32>,
    /// FE10 (and FE11 in layout d), likewise; empty for none.
    pub second_row: Vec<u32>,
    /// FE8, in layouts that show it.
    pub time_count: Option<u32>,
    /// FE9, in layouts that show it.
    pub cliche_number: Option<u16>,
    /// The open mark beside FE9: five spots for the suspicious mode, nine for a manipulation.
    pub suspicion: Suspicion,
    /// FE13; the issuer's motto if there is none.
    pub endorsement: Option<String>,
    /// FE5.
    pub cliche_text: Option<String>,
    /// FE11 in layout e.
    pub code: Option<Code>,
}

impl Content {
    /// What an indicium says. FE9 shows its cliché number unless that is 0.
    pub fn of(indicium: &Indicium) -> Result<Content, UnknownSymbol> {
        let mut content = Content::new(
            indicium.postage,
            indicium.serial,
            indicium.date,
            modules(indicium.set, &indicium.symbols)?,
        );
        if let Some(second) = &indicium.second_row {
            content.second_row = modules(second.set, &second.symbols)?;
        }
        content.time_count = indicium.shown_count;
        content.cliche_number = Some(indicium.cliche_number).filter(|number| *number > 0);
        content.suspicion = indicium.suspicion;
        Ok(content)
    }

    /// An imprint with no more than postage, serial number, date and marking row.
    pub fn new(postage: Money, serial: Serial, date: Date, row: Vec<u32>) -> Content {
        Content {
            postage,
            serial,
            date,
            row,
            second_row: Vec::new(),
            time_count: None,
            cliche_number: None,
            suspicion: Suspicion::None,
            endorsement: None,
            cliche_text: None,
            code: None,
        }
    }
}

/// The modules of each symbol of a row.
pub fn modules(set: SetId, row: &[u8]) -> Result<Vec<u32>, UnknownSymbol> {
    let modules = |symbol: &u8| {
        let unknown = UnknownSymbol { set, symbol: *symbol };
        set.set().symbol(u32::from(*symbol)).map(|own| own.modules()).ok_or(unknown)
    };
    row.iter().map(modules).collect()
}

/// A row names a symbol its set does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownSymbol {
    /// The set.
    pub set: SetId,
    /// The symbol.
    pub symbol: u8,
}

impl fmt::Display for UnknownSymbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the set {} has no symbol {}", self.set, self.symbol)
    }
}

impl core::error::Error for UnknownSymbol {}
