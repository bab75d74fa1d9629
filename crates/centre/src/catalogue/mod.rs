//! What pages and the interface for programs show of the books: lists, a meter as it stands, figures.
//!
//! What always holds: every list comes in bounded sections and goes on where the last one ended, also where rows have
//! come in between; what can be written out as JSON holds no key and no codeword, not even in coded form. What this must
//! never do: change anything, decide anything, or ask whether somebody may see it. Whoever calls has done so.
//!
//! Amounts are minor units, times milliseconds since 1970 UTC.
//!
//! | file | holds |
//! |---|---|
//! | `section` | the sections of a list |
//! | `select` | conditions of a statement, columns of a row |
//! | `written` | how numbers are written in JSON |
//! | `fleet` | counts over all meters |
//! | `meters` | meters in a list, suspects, a meter in detail |
//! | `standing` | how a meter stands, out of its folder |
//! | `history` | readings, grants, openings, call-backs of a meter |
//! | `reactions` | what is to be done about suspects |
//! | `calls` | calls, and who asked for funds without being entitled to |
//! | `money` | customers, their entries, deposits |
//! | `refunds` | claims for spoiled imprints |
//! | `runs` | regular runs, the log's entries and seals |

mod calls;
mod fleet;
mod history;
mod meters;
mod money;
mod reactions;
mod refunds;
mod runs;
mod section;
mod select;
mod standing;
mod written;

pub use calls::{CallFilter, CallRow, WhichCalls};
pub use fleet::{Fleet, FleetCount};
pub use history::{CallBackRow, GrantRow, OpeningRow, ReadingRow};
pub use meters::{MeterDetail, MeterFilter, MeterRow, ServiceWord, SuspectRow};
pub use money::{CustomerRow, DepositRow, EntryRow, WhichDeposits};
pub use reactions::{ReactionRow, WhichReactions};
pub use refunds::{ClaimDetail, ClaimLine, ClaimRow, WhichClaims};
pub use runs::{AuditRow, RunRow, SealRow};
pub use section::{Listed, NoSection, Section};
pub use standing::{
    FindingRow, ForecastView, MeterStanding, OpenGrant, OpenOpening, OrderRow, ReasonRow, RegistersView,
};

use crate::books::{Books, SqlBooks};

/// The lists over the books.
#[derive(Clone, Debug)]
pub struct Catalogue {
    books: SqlBooks,
}

impl Catalogue {
    /// How many readings, calls and entries of the log a meter's page shows.
    pub const HISTORY_MAX: u32 = 200;

    /// The lists over these books.
    pub fn new(books: SqlBooks) -> Catalogue {
        Catalogue { books }
    }

    fn pool(&self) -> &sqlx::AnyPool {
        self.books.store().reads()
    }

    async fn folder(&self, serial: terms::Serial) -> Result<crate::books::Folder, crate::books::BooksFault> {
        self.books.folder(serial).await
    }
}
