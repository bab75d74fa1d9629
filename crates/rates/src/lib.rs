//! What a letter costs: rate tables, and the scale.
//!
//! A [`Table`] is a carrier's price list as data, checked as a whole when it is read; [`Tables`] chooses the one that
//! holds on the day of an imprint. A [`Letter`] has a [`Price`] with its parts, or a [`Refusal`] that says what to
//! change. A [`Weight`] is typed or comes from a [`Scale`].
//!
//! What always holds: a letter is never franked as what it is not, no product that fits is cheaper than the one that is
//! chosen by size, amounts are whole minor units and their sums checked. Nothing here knows a clock but the line to the
//! scale, and no carrier's rules are code.

mod adapters;
mod check;
mod letter;
mod price;
mod refusal;
mod scale;
mod sheet;
mod size;
mod table;
mod tables;
mod weight;
mod words;

pub use adapters::settled;
pub use check::{FORMATS_MAX, PRODUCTS_MAX, RowFault, SERVICES_MAX, STEPS_MAX, TableError, ZONES_MAX};
pub use letter::{Destination, Letter, Shape, Wanted, WantedError};
pub use price::{Part, Price};
pub use refusal::Refusal;
pub use scale::{Reading, Scale, ScaleAddress, ScaleAddressError, ScaleFault};
pub use sheet::{Format, Product, Service, Step, ValueStep, Zone};
pub use size::{Size, SizeError, Span, SpanError};
pub use table::{TABLE_BYTES_MAX, Table};
pub use tables::{TABLES_MAX, Tables, TablesError};
pub use weight::{Weight, WeightError};
pub use words::{Code, Country, Currency, Name, Text, WordError};
