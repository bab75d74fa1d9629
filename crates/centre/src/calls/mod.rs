//! Calls: the link's listener, the lines they come over, and calls that the centre makes.
//!
//! What always holds: what a call is answered with was durable before; a call that fails leaves evidence and changes
//! nothing else; each step has its time. What this must never do: trust a line, or let callers that say nothing, or say
//! too much, hold up those that speak.
//!
//! | file | holds |
//! |---|---|
//! | `clerk` | what the books answer to each step of a call |
//! | `lead` | one call from its first frame to its end, over any line |
//! | `line` | lines of the network and of this machine, as a call sees them |
//! | `listen` | who calls in: TCP, modems, carried files |
//! | `call_back` | whom the centre calls |
//! | `patience` | how fast one address may call |

mod call_back;
mod clerk;
mod lead;
mod line;
mod listen;
mod patience;

pub use call_back::CallBacks;
pub use clerk::{Clerk, LinkKeys, Visit};
pub use lead::{Switchboard, Times};
pub use line::{BlockingLine, CallLine, TcpLine};
pub use listen::{Doors, OpenFault};
pub use patience::{Patience, Rate};
