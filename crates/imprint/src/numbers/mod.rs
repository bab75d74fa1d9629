//! From quantities to symbols and back: combination number, cipher, symbol row (EP 0 660 270, Fig. 4a and 10).
//!
//! What always holds: no heap, no clock, no randomness; a number that does not fit its digits is refused, never
//! cut or wrapped, unless the profile says that only its fastest part is taken. Keys are wiped when dropped.

mod cipher;
mod combination;
mod error;
mod indicium;
mod key;
mod layout;
mod marking;
mod monotone;
mod profile;
mod row;
mod second;
mod set;

pub use cipher::{Cipher, CipherKind, Ff1, Krz};
pub use combination::{CombinationNumber, Quantities, Suspicion};
pub use error::NumberError;
pub use indicium::{Indicium, IndiciumError, RequestId, SecondRow};
pub use key::Key;
pub use layout::{LayoutError, LayoutId};
pub use marking::{Decoded, Marking, OpenData, decode, encode, verify_row};
pub use monotone::{Counts, MonotoneKind, physical_quantity};
pub use profile::{Place, Profile, ProfileError, ProfileName, Quantity, SecondNumber, SecondNumberKind};
pub use row::{ROW_MAX, Row, RowError, SymbolOrder, row_length};
pub use second::{SecondMarking, SecondQuantities, SecondRowProfile, cliche_byte};
pub use set::{SetError, SetId};
