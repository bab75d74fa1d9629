//! Calls: the control unit's half of what meter and centre say to each other (EP 0 660 269, Fig. 3a and 3b; GB 2 178 696,
//! Fig. 4). It runs [`link::call::MeterCall`] between a line and a security device, for a panel or a command.
//!
//! **If the process dies anywhere** (a kill, the power, a panic), nothing is to be repaired, and whoever wants credit
//! calls again:
//!
//! | it dies | what holds then |
//! |---|---|
//! | before a transaction has begun | nothing was asked for |
//! | after a refill was noted, before the device has taken it | the note says after which grant; the centre holds the grant open and gives the same one in the next call |
//! | after the device has taken it | the credit is in the device; [`Caller::refill`] and [`Caller::call_back`] see that by the note, tell it as [`End::CameBefore`], and ask for no second one |
//! | after [`Kept::told`] | whoever asked knows, and another refill is another one |
//! | after a new number of the centre's was kept | the next call goes there |
//! | while a call-back is waited for | a device that runs on holds its request for 15 minutes: [`Caller::listen`]; else ask once more |
//!
//! So an end is told with [`Kept::told`] after it was shown, never before. A [`CallFault`] in the midst of a call is the
//! same as a death there. What must never happen: that a refill is asked for before it is noted, or that somebody takes
//! a lost end for a failure and is charged for two.
//!
//! | file | holds |
//! |---|---|
//! | `attended` | long work beside a device that is to hear from this process |
//! | `call_back` | asking for the centre's call, and waiting for it |
//! | `caller` | what a meter can call for |
//! | `end` | how a call ended, in a sentence that says what to do |
//! | `fault` | why a call could not be carried to an end |
//! | `kept` | what is kept between calls, in a file |
//! | `means` | with what a call is made |
//! | `run` | one call |
//! | `step` | how a call goes on, for a display |

mod attended;
mod call_back;
mod caller;
mod end;
mod fault;
mod kept;
mod means;
mod run;
mod step;
#[cfg(test)]
mod tests;

pub use attended::attended;
pub use call_back::{Reach, listening_place};
pub use caller::{Caller, Host};
pub use end::{Called, End};
pub use fault::CallFault;
pub use kept::{Kept, Modem};
pub use means::{Dial, Means, REDIAL_PAUSE_SECONDS};
pub use step::Step;
