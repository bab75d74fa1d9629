//! What all handlers of requests share.
//!
//! What this must never do: know a page, a route or a socket.

use crate::catalogue::Catalogue;
use crate::office::Office;
use crate::people::People;

/// The centre, as those who serve requests see it.
#[derive(Clone, Debug)]
pub struct App {
    /// What is done.
    pub office: Office,
    /// Who may do it.
    pub people: People,
    /// Cookies go over TLS alone.
    pub is_secure: bool,
}

/// The time by the system's clock, in milliseconds since 1970 UTC.
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

impl App {
    /// The time by the system's clock, in milliseconds since 1970 UTC.
    pub fn now_ms(&self) -> i64 {
        now_ms()
    }

    /// What lists and pages show.
    pub fn catalogue(&self) -> Catalogue {
        Catalogue::new(self.office.books().clone())
    }
}
