//! Why a page is not shown, and what is said instead.

use super::owner::Busy;
use crate::machine::{MachineFault, OfficeFault};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use journal::JournalError;
use web::{Complaint, FormFault};

/// Why a page is not shown.
#[derive(Debug)]
pub enum Fault {
    /// The visit has ended, or never began.
    Ended,
    /// A form is not taken.
    Form(FormFault),
    /// A request names a host that this machine is not.
    OtherHost,
    /// The page is the system manager's.
    ManagerOnly,
    /// There is nothing at this address.
    NotFound,
    /// What was sent cannot be read.
    Request(String),
    /// The meter has no time now.
    Busy,
    /// The meter cannot do it.
    Meter(String),
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Fault::Ended | Fault::ManagerOnly => StatusCode::FORBIDDEN,
            Fault::Form(fault) => fault.status(),
            Fault::OtherHost => StatusCode::MISDIRECTED_REQUEST,
            Fault::NotFound => StatusCode::NOT_FOUND,
            Fault::Request(_) => StatusCode::BAD_REQUEST,
            Fault::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Fault::Meter(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn complaint(self) -> Complaint {
        let (heading, sentence) = match self {
            Fault::Ended => (
                "Your visit has ended",
                "Nothing was done. Open the page again and send it from there.".into(),
            ),
            Fault::Form(fault) => return fault.complaint(),
            Fault::OtherHost => (
                "This is not the address of the meter",
                "The panel is served to this computer alone: open it under 127.0.0.1 or localhost.".into(),
            ),
            Fault::ManagerOnly => (
                "Only the system manager may do this",
                "Log out, and log in with the system manager's password.".into(),
            ),
            Fault::NotFound => {
                ("There is nothing here", "The page may have moved, or the address is mistyped.".into())
            }
            Fault::Request(sentence) => ("This cannot be done", sentence),
            Fault::Busy => (
                "The meter is busy",
                "Nothing was done. Look at its display, and try again when it is ready.".into(),
            ),
            Fault::Meter(sentence) => ("The meter cannot do this now", sentence),
        };
        Complaint { heading, sentence }
    }
}

/// What is said for an answer that has a status and nothing else.
pub fn of_status(status: StatusCode) -> Complaint {
    let fault = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Fault::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Fault::Form(FormFault::TooLarge),
        _ => {
            Fault::Request("What was sent cannot be read. Open the page again and send it from there.".into())
        }
    };
    fault.complaint()
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self.complaint());
        response
    }
}

impl From<Busy> for Fault {
    fn from(_: Busy) -> Fault {
        Fault::Busy
    }
}

impl From<OfficeFault> for Fault {
    fn from(fault: OfficeFault) -> Fault {
        Fault::Meter(web::sentence(&fault))
    }
}

impl From<MachineFault> for Fault {
    fn from(fault: MachineFault) -> Fault {
        Fault::Meter(web::sentence(&fault))
    }
}

impl From<JournalError> for Fault {
    fn from(error: JournalError) -> Fault {
        Fault::Meter(web::sentence(&error))
    }
}

impl From<PathRejection> for Fault {
    fn from(_: PathRejection) -> Fault {
        Fault::NotFound
    }
}

impl From<QueryRejection> for Fault {
    fn from(_: QueryRejection) -> Fault {
        Fault::NotFound
    }
}

impl From<FormFault> for Fault {
    fn from(fault: FormFault) -> Fault {
        Fault::Form(fault)
    }
}
