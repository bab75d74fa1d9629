//! Chip cards of the meter: what kind is in the slot, whether it belongs to this meter, what it carries, and how it is
//! made (DE 197 57 648, Fig. 1a, 4 and 5).
//!
//! What always holds:
//! * every command goes to one insertion of a card and to no other: a card that was swapped in between is never read
//!   for the one before it, and never written;
//! * a card is this meter's only by [`Card::identify`], which looks at the three parts of the identification string
//!   from the first downward; [`Identified`] and [`OwnCard`] come from nowhere else, [`FreshCard`] neither;
//! * a card that is pulled at any byte of a write reads as before or as after, and can be written again
//!   (`docs/formats/card.md`);
//! * a card nobody knows is no error and no manipulation: [`Recognised::Unknown`].
//!
//! What it must never do: read a clock, draw random numbers, decide what a card may be used for. The table of cards
//! lies in the control unit. Keys and codes are wiped when dropped, compared in constant time, and have no `Debug`.
//!
//! Everything above the trait [`Reader`] is the same for a reader of the PC/SC service (`PcscReader`,
//! feature `pcsc`) and for a drawn one ([`Drawn`]), whose cards are [`emulated`] chips in files.

mod adapters;
mod application;
mod card;
mod commands;
pub mod emulated;
mod error;
mod geometry;
mod identification;
mod issuer;
mod kind;
mod medium;
mod own;
mod reader;
mod twin;

pub use adapters::drawn::{Drawn, DrawnError};
#[cfg(feature = "pcsc")]
pub use adapters::pcsc::PcscReader;
pub use application::{
    Application, ApplicationError, Name, PinCheck, Secret, SettingList, TextError, TextPlace,
};
pub use card::{Card, FreshCard, Identification, Making, Recognised, UnknownCard, recognise};
pub use commands::{APPLICATION_ID, Status};
pub use error::CardError;
pub use identification::{Fault, Gap, Identified, MakerNumber, NumberError, Part, Unique};
pub use issuer::{CardKey, Check, Constant, Issuer, TransportCode};
pub use kind::Kind;
pub use own::{OwnCard, Pin, PinAnswer, PinError};
pub use reader::{ANSWER_BYTES_MAX, Insertion, Presence, Reader, ReaderError};
