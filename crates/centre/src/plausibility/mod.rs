//! The regular check of all meters (EP 0 660 269, [157]; EP 0 660 270): each is judged, marked where that is due, and
//! reported to the post.
//!
//! What always holds: the run goes through the meters by rising serial number in chunks; what a chunk came to and how
//! far the run is are kept together, so that a run that was cut off goes on where it was and does nothing twice; memory
//! holds one chunk, however many meters there are. What it must never do: stop a meter, or overwrite what a call has
//! brought meanwhile ([`Judged::version`]).

mod run;

pub use run::{Counts, Judged, Meter, Meters, Outcome, Run, Step, judge_chunk, run};
