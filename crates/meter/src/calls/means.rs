//! With what a call is made: how a number is dialled, and how long and how often anything is tried.

use super::Modem;
use line::{DialError, Line, Number, Times};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The pause before a number is dialled again, where nothing else is said.
pub const REDIAL_PAUSE_SECONDS: u32 = 5;
/// How long an answer is waited for on a line.
const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// The same where somebody carries it.
const CARRIED_LIMIT: Duration = Duration::from_secs(24 * 60 * 60);
/// Redials on a line. A carried call is not begun anew by itself.
const REDIALS: u8 = 3;

/// How a number is dialled.
pub type Dial = Arc<dyn Fn(&Number) -> Result<Box<dyn Line>, DialError> + Send + Sync>;

/// With what a call is made.
#[derive(Clone)]
pub struct Means {
    /// How a number is dialled.
    pub dial: Dial,
    /// How long each answer is waited for.
    pub answer_limit: Duration,
    /// How often a dial that failed is repeated.
    pub redials: u8,
    /// The pause before a number is dialled again.
    pub redial_pause: Duration,
    /// Whether nobody asked for the call.
    pub automatic: bool,
}

impl Means {
    /// The usual ones for a call to or from this number that somebody asked for. Telephone numbers are dialled by this
    /// modem.
    pub fn usual(number: &Number, modem: Option<&Modem>) -> Means {
        let is_carried = matches!(number, Number::Files { .. });
        let own = modem.map(Modem::number);
        let dial = move |number: &Number| {
            let number = own.as_ref().map_or_else(|| number.clone(), |own| number.through(own));
            line::dial(&number, &Times::default())
        };
        Means {
            dial: Arc::new(dial),
            answer_limit: if is_carried { CARRIED_LIMIT } else { ANSWER_LIMIT },
            redials: if is_carried { 0 } else { REDIALS },
            redial_pause: Duration::from_secs(REDIAL_PAUSE_SECONDS.into()),
            automatic: false,
        }
    }
}

impl fmt::Debug for Means {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Means")
            .field("answer_limit", &self.answer_limit)
            .field("redials", &self.redials)
            .field("redial_pause", &self.redial_pause)
            .field("automatic", &self.automatic)
            .finish_non_exhaustive()
    }
}
