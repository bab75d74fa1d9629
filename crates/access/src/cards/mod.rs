//! Cards and cost centres: who may use which, what each may spend in a month, and how cards are made of one another
//! (DE 197 57 648).
//!
//! What always holds:
//! * a meter without a master franks nothing, and its first card becomes the master;
//! * cards form a tree: none has a right, a function or a cost centre that the one above it lacks, and none acts
//!   outside its own branch; one that is locked locks all below it;
//! * what is reserved and booked on a cost centre, its group and the whole meter never exceeds their limits;
//! * a card means nothing before its row is in the table, and comes into the table only after it was read back.
//!
//! What it must never do: read a clock, a card or a store. Times and what was read come in as values; changes go out
//! as rows ([`Changes`]), which are stored and then applied. Numbers of cards are told to nobody but the card.
//!
//! What can be spent on a cost centre is the least of what its own limit, its group's and the whole meter's leave, and
//! of the credit R1; a limit that is greater than the one above it is no error, the one above binds. Limits bound
//! postage alone, since that is what is taken from R1; a budget looks at surcharges too, and warns only.

mod card;
mod centre;
mod change;
mod check;
mod directory;
mod function;
mod holder;
mod making;
mod month;
mod numbers;
mod plan;
mod proof;
mod refusal;
mod row;
mod slot;
mod spending;

pub use card::{Card, Chip, Identity, Reading};
pub use centre::{Centre, Centres, Group, Surcharge, Whole};
pub use change::Change;
pub use directory::{Directory, Line};
pub use function::{Function, Functions, Level};
pub use holder::{By, Holder};
pub use making::{Making, MakingAction, MakingEvent, SWAP_MS};
pub use month::Month;
pub use numbers::{CentreNumber, GroupNumber, Name, NumberError, Prefix};
pub use plan::{Follow, Pending, Plan};
pub use proof::{MAKERS_KEY_BYTES, MakersMessage, MakersProof};
pub use refusal::Refusal;
pub use row::{Changes, Key, Row};
pub use slot::{Slot, SlotAction, SlotEvent};
pub use spending::{Account, Budget, Piece, RequestId, Reservation, Rest, Spent};
