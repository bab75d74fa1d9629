//! What is answered where something was not done: one shape for all, with a word that stays and a sentence for people.
//!
//! What always holds: of a fault of the centre's own the caller hears that there was one and what to do, and the log
//! hears the rest.

use super::answer;
use crate::books::BooksFault;
use crate::catalogue::NoSection;
use crate::deposits::RefusedFile;
use crate::office::OfficeFault;
use crate::people::{PeopleFault, Right, Scope, Word};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::fmt::Display;
use store::StoreError;
use utoipa::ToSchema;

/// Why something was not done.
#[derive(Debug)]
pub(super) struct ApiFault {
    status: StatusCode,
    told: Told,
}

/// The answer's body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Error)]
pub(super) struct Body<'a> {
    /// What is wrong.
    error: &'a Told,
}

/// What is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ErrorTold)]
pub(super) struct Told {
    /// A word that stays the same from version to version.
    code: &'static str,
    /// What is wrong and what to do about it, for people.
    sentence: String,
    /// Each fault of a file, with its line; left out elsewhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    faults: Vec<String>,
}

impl ApiFault {
    pub(super) fn new(status: StatusCode, code: &'static str, sentence: impl Into<String>) -> ApiFault {
        ApiFault { status, told: Told { code, sentence: sentence.into(), faults: Vec::new() } }
    }

    /// The status that is answered.
    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// There is nothing at this address.
    pub(super) fn no_such_address() -> ApiFault {
        let sentence = "there is nothing at this address: see openapi.json for those there are";
        ApiFault::new(StatusCode::NOT_FOUND, "address", sentence)
    }

    /// Nobody is let in without a token.
    pub(super) fn no_token() -> ApiFault {
        let sentence = "show a token that works: Authorization: Bearer TOKEN; an administrator makes one";
        ApiFault::new(StatusCode::UNAUTHORIZED, "token", sentence)
    }

    /// The token is not good for this.
    pub(super) fn not_allowed(right: Right) -> ApiFault {
        let enough: Vec<&str> =
            Scope::ALL.iter().filter(|scope| scope.may(right)).map(|scope| scope.word()).collect();
        let sentence = format!("the token is not good for this: it needs the scope {}", enough.join(" or "));
        ApiFault::new(StatusCode::FORBIDDEN, "scope", sentence)
    }

    /// The body is of another type.
    pub(super) fn wrong_type(expected: &str) -> ApiFault {
        let sentence = format!("the body must be {expected}: say so in the header Content-Type");
        ApiFault::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_type", sentence)
    }

    /// What was asked is understood and not right.
    pub(super) fn refused(sentence: impl Into<String>) -> ApiFault {
        ApiFault::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", sentence)
    }

    /// The books stand against it.
    pub(super) fn conflict(code: &'static str, sentence: impl Into<String>) -> ApiFault {
        ApiFault::new(StatusCode::CONFLICT, code, sentence)
    }

    /// The centre itself is at fault.
    pub(super) fn own(what: &str, fault: &dyn Display) -> ApiFault {
        tracing::error!(%fault, "{what}");
        let sentence = "the centre could not do this by its own fault: its log says more";
        ApiFault::new(StatusCode::INTERNAL_SERVER_ERROR, "own_fault", sentence)
    }

    fn store(error: &StoreError) -> ApiFault {
        let away = |error: &sqlx::Error| {
            matches!(error, sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed)
        };
        let sentence = match error {
            StoreError::Unknown(_) => {
                "the database was lost while this was committed: see whether it is done before asking again"
            }
            StoreError::Open { .. } => "the database cannot be reached: nothing was done, try again later",
            StoreError::Statement(error) if away(error) => {
                "the database cannot be reached: nothing was done, try again later"
            }
            _ => return ApiFault::own("the database failed", error),
        };
        tracing::error!(fault = %error, "the database is away");
        ApiFault::new(StatusCode::SERVICE_UNAVAILABLE, "database", sentence)
    }
}

impl IntoResponse for ApiFault {
    fn into_response(self) -> Response {
        let mut response = answer::json(self.status, &Body { error: &self.told });
        let headers = response.headers_mut();
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if matches!(self.status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
        }
        response
    }
}

impl From<OfficeFault> for ApiFault {
    fn from(fault: OfficeFault) -> ApiFault {
        match fault {
            OfficeFault::NotPossible(fault) => ApiFault::conflict("not_possible", fault.to_string()),
            OfficeFault::Request(sentence) => ApiFault::refused(sentence),
            OfficeFault::Books(fault) => fault.into(),
            OfficeFault::Keys(fault) => ApiFault::own("the keys failed", &fault),
        }
    }
}

impl From<BooksFault> for ApiFault {
    fn from(fault: BooksFault) -> ApiFault {
        let sentence = fault.to_string();
        match fault {
            BooksFault::NoMeter(_) => ApiFault::new(StatusCode::NOT_FOUND, "no_meter", sentence),
            BooksFault::NoCustomer(_) => ApiFault::new(StatusCode::NOT_FOUND, "no_customer", sentence),
            BooksFault::NoClaim(_) => ApiFault::new(StatusCode::NOT_FOUND, "no_claim", sentence),
            BooksFault::NoOpenLine { .. } => ApiFault::conflict("no_open_line", sentence),
            BooksFault::OtherConsignment(_) => ApiFault::conflict("other_consignment", sentence),
            BooksFault::OtherCount { .. } => ApiFault::conflict("other_count", sentence),
            BooksFault::ToldBefore => ApiFault::conflict("told_before", sentence),
            BooksFault::NoDeposit(_) => ApiFault::conflict("no_deposit", sentence),
            BooksFault::MeterExists(_) => ApiFault::conflict("meter_exists", sentence),
            BooksFault::Text(..) | BooksFault::Amount => ApiFault::refused(sentence),
            BooksFault::Store(error) => ApiFault::store(&error),
            BooksFault::Damaged(_) => ApiFault::own("the books are damaged", &sentence),
        }
    }
}

impl From<PeopleFault> for ApiFault {
    fn from(fault: PeopleFault) -> ApiFault {
        let sentence = fault.to_string();
        match fault {
            PeopleFault::Unknown(_) => ApiFault::new(StatusCode::NOT_FOUND, "no_such_name", sentence),
            PeopleFault::Taken(_) => ApiFault::conflict("name_taken", sentence),
            PeopleFault::Disabled(_) => ApiFault::conflict("disabled", sentence),
            PeopleFault::LastAdministrator(_) => ApiFault::conflict("last_administrator", sentence),
            PeopleFault::Locked { .. } => ApiFault::new(StatusCode::TOO_MANY_REQUESTS, "locked", sentence),
            PeopleFault::Busy | PeopleFault::Ending | PeopleFault::Memory => {
                ApiFault::new(StatusCode::SERVICE_UNAVAILABLE, "busy", sentence)
            }
            PeopleFault::Store(error) => ApiFault::store(&error),
            PeopleFault::Random => ApiFault::own("there is no randomness", &sentence),
            _ => ApiFault::refused(sentence),
        }
    }
}

impl From<NoSection> for ApiFault {
    fn from(fault: NoSection) -> ApiFault {
        ApiFault::new(StatusCode::BAD_REQUEST, "query", fault.to_string())
    }
}

impl From<RefusedFile> for ApiFault {
    fn from(refused: RefusedFile) -> ApiFault {
        let faults: Vec<String> = refused.faults.iter().map(ToString::to_string).collect();
        let mut fault =
            ApiFault::refused("nothing of the file was booked: mend what is listed and send it again");
        fault.told.code = "file";
        fault.told.faults = faults;
        fault
    }
}
