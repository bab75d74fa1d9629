//! The centre's side of link H: what goes into the lists for the post, and what becomes of what stations report.
//!
//! What always holds: everything beside [`desk`] is a pure function; a batch that was taken is never taken again; a new
//! key epoch is ready only when every active station has confirmed it. What it must never do: tell a station more of a
//! meter than it needs to judge its mail: no customer's name crosses.

pub mod desk;
mod epochs;
mod intake;
mod intervals;
mod lists;

pub(crate) use desk::day_of;
pub use epochs::{Station, stations_lacking};
pub use intake::{Intake, Received, intake};
pub use intervals::{MvBasis, mv_interval};
pub use lists::{meter_state, statistics_entry, suspect_entry};
