//! How long each step of a call may take.

use std::time::{Duration, Instant};

/// The limits of each step that the line itself takes. How long a frame is waited for is said with each wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// For a name to be found and a TCP connection to be made, together.
    pub connect: Duration,
    /// For a frame to be taken by the other end or the network.
    pub send: Duration,
    /// For a modem to ring, be answered and find its carrier.
    pub carrier: Duration,
    /// For a modem to answer a command.
    pub command: Duration,
    /// The silence before and after `+++`, which a modem needs to take it for its own; a little longer than the
    /// second that modems are set to.
    pub guard: Duration,
}

impl Default for Times {
    fn default() -> Times {
        Times {
            connect: Duration::from_secs(20),
            send: Duration::from_secs(20),
            carrier: Duration::from_secs(60),
            command: Duration::from_secs(3),
            guard: Duration::from_millis(1100),
        }
    }
}

/// The shortest wait: a time-out of nothing would mean none to the system.
const SHORTEST: Duration = Duration::from_millis(1);

/// When a step must have ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// From now on. A time that no clock reaches is none.
    pub fn after(limit: Duration) -> Deadline {
        Deadline(Instant::now().checked_add(limit))
    }

    /// The time left, at least the shortest wait; nothing once it is over.
    pub fn remaining(self) -> Option<Duration> {
        let Some(end) = self.0 else { return Some(Duration::MAX) };
        let left = end.checked_duration_since(Instant::now())?;
        Some(left.max(SHORTEST)).filter(|_| !left.is_zero())
    }

    /// The time left for a wait that is made at least once, however short the limit was.
    pub fn remaining_or_shortest(self) -> Duration {
        self.remaining().unwrap_or(SHORTEST)
    }
}
