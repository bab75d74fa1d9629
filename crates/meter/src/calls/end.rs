//! How a call ended, for people and programs: a sentence that says what to do, a name and a code.

use line::DialError;
use link::call::meter::Finish;
use psd::SelfTest;

/// How a call went, or several that were made for the same.
#[derive(Debug)]
pub struct Called {
    /// How it ended.
    pub end: End,
    /// How many transactions were begun.
    pub transactions: u32,
    /// Whether the centre gave another number, which is kept.
    pub has_moved: bool,
    /// Whether a refill was asked for.
    pub asked_refill: bool,
    /// What a test of the device found, if there was one.
    pub self_test: Option<SelfTest>,
}

impl Called {
    /// An end without any transaction.
    pub(super) fn ended(end: End) -> Called {
        Called { end, transactions: 0, has_moved: false, asked_refill: false, self_test: None }
    }

    /// Both, of which the later one says how it ended.
    pub(super) fn then(self, later: Called) -> Called {
        Called {
            end: later.end,
            transactions: self.transactions + later.transactions,
            has_moved: self.has_moved || later.has_moved,
            asked_refill: self.asked_refill || later.asked_refill,
            self_test: later.self_test.or(self.self_test),
        }
    }
}

/// How a call ended.
#[derive(Debug)]
pub enum End {
    /// As the machine says.
    Finished {
        /// How.
        finish: Finish,
        /// What the device said, where it refused.
        refusal: String,
        /// The number dialled last.
        dialled: String,
    },
    /// A number cannot be dialled until something is mended.
    NotDialable(DialError),
    /// The centre gave a number that may not come from afar.
    NotFromAfar(String),
    /// Nobody called in time.
    NobodyCalled,
    /// The centre called for a request that the device does not hold.
    NoRequest,
    /// The credit of an earlier refill, whose end nobody saw, had come with this grant.
    CameBefore(u64),
}

impl End {
    /// Its name in a document.
    pub fn name(&self) -> &'static str {
        match self {
            End::Finished { finish, .. } => match finish {
                Finish::Done => "done",
                Finish::DoneUnconfirmed => "done_unconfirmed",
                Finish::Unfinished => "unfinished",
                Finish::NoLine => "no_line",
                Finish::NoPreamble => "no_preamble",
                Finish::Refused(_) => "refused",
                Finish::RefusedInClear(_) => "refused_in_clear",
                Finish::Unreadable => "unreadable",
                Finish::DeviceRefused(_) => "device_refused",
                Finish::TooManyMoves => "too_many_moves",
            },
            End::NotDialable(_) => "not_dialable",
            End::NotFromAfar(_) => "not_from_afar",
            End::NobodyCalled => "nobody_called",
            End::NoRequest => "no_request",
            End::CameBefore(_) => "came_before",
        }
    }

    /// The number of the centre's refusal or of the device's.
    pub fn code(&self) -> Option<u16> {
        match self {
            End::Finished { finish: Finish::Refused(refused) | Finish::RefusedInClear(refused), .. } => {
                Some(refused.code())
            }
            End::Finished { finish: Finish::DeviceRefused(code), .. } => Some(*code),
            _ => None,
        }
    }

    /// What it says, and what is to be done.
    pub fn sentence(&self) -> String {
        match self {
            End::Finished { finish, refusal, dialled } => finished(*finish, refusal, dialled),
            End::NotDialable(error @ DialError::NotDialable(_)) => {
                format!("{error} from here: a telephone number needs a modem, such as modem:/dev/ttyS0,0")
            }
            End::NotDialable(error) => format!("{error}: mend that, then call again"),
            End::NotFromAfar(number) => format!(
                "the centre gave {number} as its number, which no meter takes from afar: ask the carrier for it, \
                 and enter it"
            ),
            End::NobodyCalled => "the centre did not call in time, and nothing has come: ask once more".into(),
            End::NoRequest => {
                "the centre called for a request that the meter does not hold, and nothing has come: ask once more"
                    .into()
            }
            End::CameBefore(grant) => format!(
                "the credit of the refill that was cut off had come as grant {grant}, so none was asked for now"
            ),
        }
    }

    /// Whether what was asked for is in the meter.
    pub fn is_done(&self) -> bool {
        matches!(
            self,
            End::Finished { finish: Finish::Done | Finish::DoneUnconfirmed, .. } | End::CameBefore(_)
        )
    }

    /// Whether the line is to blame: the same may be asked for again.
    pub fn is_lines(&self) -> bool {
        use Finish::{NoLine, NoPreamble, Unreadable};
        matches!(self, End::Finished { finish: NoLine | NoPreamble | Unreadable, .. })
    }

    /// Whether a meter that waits for the centre's call need not wait any longer. Anybody may call and be no centre.
    pub fn ends_waiting(&self) -> bool {
        matches!(
            self,
            End::Finished {
                finish: Finish::Done
                    | Finish::DoneUnconfirmed
                    | Finish::Unfinished
                    | Finish::Refused(_)
                    | Finish::DeviceRefused(_),
                ..
            }
        )
    }
}

fn finished(finish: Finish, refusal: &str, dialled: &str) -> String {
    match finish {
        Finish::Done => "all that was asked for is done".into(),
        Finish::DoneUnconfirmed => {
            "the meter has taken what came, and the centre learns of it in the next call: do not ask for it again"
                .into()
        }
        Finish::Unfinished => {
            "the centre did not come to what was asked for: the meter refuses what was to come before it, or it \
             was too much for one call; call again, and then ask the carrier"
                .into()
        }
        Finish::NoLine => format!("no line to {dialled} held: look at the line, or call again later"),
        Finish::NoPreamble => format!(
            "nobody answered as the centre at {dialled}: see whether that is its number, or call again later"
        ),
        Finish::Unreadable => "messages stayed unreadable: call again".into(),
        Finish::Refused(refused) => refused.sentence().into(),
        Finish::RefusedInClear(refused) => {
            format!("{} (said in clear, so perhaps not by the centre)", refused.sentence())
        }
        Finish::DeviceRefused(code) => format!("the meter refuses ({code}): {refusal}"),
        Finish::TooManyMoves => {
            "the centre sent the call from number to number: ask the carrier for its number".into()
        }
    }
}
