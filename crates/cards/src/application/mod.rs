//! What cards carry besides their identification: the other cards of the source (DE 197 57 648, list of applications).
//!
//! What always holds: a record counts only with its seal, which binds it to the meter, to the kind and to the unique
//! number of its card; of one that was copied to another card nothing is believed. A record that cannot be used hides
//! no other. Cards may come in any order, and one may carry several applications.

mod directory;
mod record;
mod text;

pub use record::ApplicationError;
pub use text::{Name, Secret, SettingList, TextError};

use serde::{Deserialize, Serialize};
use terms::{Date, Money};

/// An application of a card.
///
/// Variants keep their order: it is the number of the application on the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Application {
    /// A table of postage rates, as the crate that reads it wants it.
    RateTable {
        /// What it is called.
        name: Name,
        /// Its bytes.
        table: Vec<u8>,
    },
    /// A cliché for the imprint.
    Cliche {
        /// Its number.
        number: u16,
        /// Its picture as a record of columns (`docs/formats/record.md`).
        picture: Vec<u8>,
        /// Where a text may stand in it.
        text_place: Option<TextPlace>,
    },
    /// A day stamp for the imprint.
    DayStamp {
        /// Its number.
        number: u16,
        /// Its picture as a record of columns.
        picture: Vec<u8>,
    },
    /// A function that may be used until a day.
    TimedFunction {
        /// The function.
        function: Name,
        /// The last day on which it may be used.
        until: Date,
    },
    /// A function that asks for a PIN.
    PinFunction {
        /// The function.
        function: Name,
        /// How the PIN is checked, from [`crate::OwnCard::set_pin`].
        pin: PinCheck,
    },
    /// Settings of the devices beside the meter: scale, feeder, printer.
    Peripherals(SettingList),
    /// Settings of the meter.
    System(SettingList),
    /// A stored imprint: what is franked with one key.
    StoredImprint {
        /// What it is called.
        name: Name,
        /// The postage.
        value: Money,
        /// The number of its cliché, if it has one.
        cliche: Option<u16>,
        /// A text in the cliché's place for one.
        text: String,
    },
    /// A user's password. Only a processor card keeps others from reading it; see `docs/formats/card.md`.
    Password {
        /// The user's number.
        user: u16,
        /// The password.
        password: Secret,
    },
}

/// Where a text may stand in a picture, in columns and dots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TextPlace {
    /// The leftmost column.
    pub left: u16,
    /// The topmost dot.
    pub top: u16,
    /// Columns.
    pub width: u16,
    /// Dots.
    pub height: u16,
}

/// How the PIN of a function is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PinCheck {
    /// By the card, which counts the tries and blocks.
    OnCard,
    /// By the meter, against a value that only its card key can compute. A salted derivation without that key would be
    /// no protection: whoever reads the memory tries all PINs.
    ByMeter([u8; 16]),
}
