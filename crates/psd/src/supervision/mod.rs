//! The device watches itself and the control unit: pure judgements, which the device's commands ask for.
//!
//! What always holds: nothing here has a clock, a source of randomness or a memory of its own; all of it comes in as
//! values. What it must never do: act. It says what was found; the device's table of reactions says what follows.
//!
//! | file | judges |
//! |---|---|
//! | `flow` | which parts of a security routine ran, and how often (EP 0 660 269, [121]-[122]) |
//! | `routines` | the tables of the routines that are watched |
//! | `pace` | how long critical routines ran ([111]-[112]) |
//! | `printing` | the speed of the print and the time between its columns ([107]-[110]) |
//! | `interrogation` | whether the control unit answers, and in time (the interrogating security module, claims 1-9) |

pub mod flow;
pub mod interrogation;
pub mod pace;
pub mod printing;
pub mod routines;
