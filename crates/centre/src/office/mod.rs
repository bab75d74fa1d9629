//! What people and programs do at the centre, one function for each act: the console, the interface for programs and the
//! command line all come here.
//!
//! What always holds: an act is decided on the meter's folder while nobody else changes it, and stands in the audit log
//! under the name of who did it. What this must never do: ask whether that person may. Whoever calls has done so.
//!
//! | file | holds |
//! |---|---|
//! | `settings` | what an operator has set for the whole centre |
//! | `enrol` | new meters, and the document of their personalisation |
//! | `meters` | what is done to a meter |
//! | `inspections` | new key epochs, and the documents by which technicians bring them to meters |
//! | `openings` | authorised openings, the seal, service resets |
//! | `leaving` | withdrawals, meters that are gone |
//! | `payments` | deposits by hand and by file |
//! | `refunds` | claims for spoiled imprints |

mod enrol;
mod inspections;
mod leaving;
mod meters;
mod openings;
mod payments;
mod refunds;
mod settings;

pub use enrol::{Enrolment, Personalised};
pub(crate) use enrol::{draw_key, slots};
pub use inspections::InspectionRequest;
pub use meters::{Mark, clock_task};
pub use openings::{OpeningRequest, ResetRegisters};
pub use payments::Booked;
pub use settings::{Carrier, CentreSettings, Operations, SettingsDesk};

use crate::account::NotPossible;
use crate::books::{Books, BooksFault, Folder, Page, SqlBooks};
use crate::keys::{KeyFault, KeyName, KeySafe};
use ed25519_dalek::SigningKey;
use imprint::numbers::Key;
use link::call::Number;
use std::sync::Arc;
use terms::Serial;

/// The centre's desk: books, keys and settings together.
#[derive(Clone, Debug)]
pub struct Office {
    books: SqlBooks,
    keys: KeySafe,
    settings: SettingsDesk,
    issuer: Arc<SigningKey>,
}

/// Why an act was not done.
#[derive(Debug, thiserror::Error)]
pub enum OfficeFault {
    /// The meter's account does not allow it.
    #[error(transparent)]
    NotPossible(#[from] NotPossible),
    /// What was asked for is not right.
    #[error("{0}")]
    Request(String),
    /// The books.
    #[error(transparent)]
    Books(#[from] BooksFault),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyFault),
}

impl OfficeFault {
    /// Whether the centre itself is at fault, and not what was asked.
    pub fn is_own(&self) -> bool {
        match self {
            OfficeFault::NotPossible(_) | OfficeFault::Request(_) => false,
            OfficeFault::Books(fault) => matches!(fault, BooksFault::Store(_) | BooksFault::Damaged(_)),
            OfficeFault::Keys(_) => true,
        }
    }

    /// Whether what was named is not there.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self,
            OfficeFault::Books(BooksFault::NoMeter(_) | BooksFault::NoCustomer(_) | BooksFault::NoClaim(_))
        )
    }
}

impl Office {
    /// An office over these books.
    pub fn new(books: SqlBooks, keys: KeySafe, settings: SettingsDesk, issuer: SigningKey) -> Office {
        Office { books, keys, settings, issuer: Arc::new(issuer) }
    }

    /// The books.
    pub fn books(&self) -> &SqlBooks {
        &self.books
    }

    /// The keys.
    pub fn keys(&self) -> &KeySafe {
        &self.keys
    }

    /// What is set.
    pub fn settings(&self) -> &SettingsDesk {
        &self.settings
    }

    /// The key that grants, orders, seals and lists are signed with.
    pub fn issuer(&self) -> &Arc<SigningKey> {
        &self.issuer
    }

    /// A meter's link key.
    pub async fn link_key(&self, serial: Serial) -> Result<Key, OfficeFault> {
        let name = KeyName::Link(serial);
        let wrapped = self.keys.find(name).await?.ok_or(BooksFault::NoMeter(serial))?;
        Ok(self.keys.unwrap(name, &wrapped).await?)
    }

    /// A number that leads out of the machine that dials it, written as lines and meters write it.
    fn dialable(number: &Number) -> Result<Number, OfficeFault> {
        let fault = |why: String| OfficeFault::Request(format!("{number}: {why}"));
        let parsed: line::Number =
            number.as_str().parse().map_err(|error: line::NumberError| fault(error.to_string()))?;
        if !parsed.may_come_from_afar() {
            return Err(fault("tcp:HOST:PORT or tel:NUMBER is needed".to_owned()));
        }
        parsed.to_string().parse().map_err(|error: link::call::NumberError| fault(error.to_string()))
    }

    /// Does something to a meter in the name of somebody, who stands in the log with it.
    async fn act<T: Send>(
        &self,
        serial: Serial,
        by: &str,
        now_ms: i64,
        act: impl Fn(&mut Folder, &mut Page) -> Result<T, NotPossible> + Send + Sync,
    ) -> Result<T, OfficeFault> {
        Ok(self.books.change(serial, Page::new(by, now_ms), act).await??)
    }
}
