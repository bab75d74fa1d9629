//! Why a page is not shown, and what is said instead.
//!
//! What always holds: whoever is at fault is told what to do; what went wrong in the centre itself goes to the
//! service's own log, and not to the page.

use crate::books::BooksFault;
use crate::catalogue::NoSection;
use crate::office::OfficeFault;
use crate::people::PeopleFault;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use web::{Complaint, FormFault};

/// Why a page is not shown.
#[derive(Debug)]
pub enum Fault {
    /// Nobody has logged in; the page that was asked for comes afterwards.
    LogIn {
        /// That page.
        to: String,
    },
    /// A form was sent after its session had ended.
    Ended,
    /// A form is not taken.
    Form(FormFault),
    /// The person may not do this.
    NotAllowed,
    /// There is nothing at this address.
    NotFound(String),
    /// What was asked for is not right.
    Request(String),
    /// Too many ask at once.
    Busy(String),
    /// The centre itself is at fault.
    Own(String),
}

impl Fault {
    fn status(&self) -> StatusCode {
        match self {
            Fault::LogIn { .. } => StatusCode::SEE_OTHER,
            Fault::Ended | Fault::NotAllowed => StatusCode::FORBIDDEN,
            Fault::Form(fault) => fault.status(),
            Fault::NotFound(_) => StatusCode::NOT_FOUND,
            Fault::Request(_) => StatusCode::BAD_REQUEST,
            Fault::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
            Fault::Own(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn complaint(self) -> Complaint {
        let (heading, sentence) = match self {
            Fault::LogIn { .. } | Fault::Ended => (
                "Your session has ended",
                "Nothing was done. Log in again and send the form once more.".to_owned(),
            ),
            Fault::Form(fault) => return fault.complaint(),
            Fault::NotAllowed => (
                "You may not do this",
                "None of your roles allows it. Ask an administrator, if you need it for your work.".to_owned(),
            ),
            Fault::NotFound(sentence) => ("There is nothing here", sentence),
            Fault::Request(sentence) => ("This cannot be done", sentence),
            Fault::Busy(sentence) => ("Too much at once", sentence),
            Fault::Own(_) => (
                "Something went wrong here",
                "This is the centre's fault and not yours. It is in the service's log; try again, and tell whoever runs the service if it stays."
                    .to_owned(),
            ),
        };
        Complaint { heading, sentence }
    }
}

/// What is said for an answer that has a status and nothing else.
pub fn of_status(status: StatusCode) -> Complaint {
    let fault = match status {
        StatusCode::NOT_FOUND => {
            Fault::NotFound("The page may have moved, or the address is mistyped.".to_owned())
        }
        StatusCode::PAYLOAD_TOO_LARGE => Fault::Form(FormFault::TooLarge),
        StatusCode::METHOD_NOT_ALLOWED => {
            Fault::NotFound("This address takes no request of this kind.".to_owned())
        }
        status if status.is_server_error() => Fault::Own(String::new()),
        _ => Fault::Request(
            "What was sent cannot be read. Open the page again and send it from there.".to_owned(),
        ),
    };
    fault.complaint()
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        if let Fault::LogIn { to } = &self {
            return Redirect::to(&format!("/log-in?{}", super::format::query(&[("to", to)]))).into_response();
        }
        if let Fault::Own(reason) = &self {
            tracing::error!(reason, "a page of the console could not be shown");
        }
        let status = self.status();
        let mut response = status.into_response();
        response.extensions_mut().insert(self.complaint());
        response
    }
}

impl From<OfficeFault> for Fault {
    fn from(fault: OfficeFault) -> Fault {
        let sentence = web::sentence(&fault);
        match fault {
            fault if fault.is_own() => Fault::Own(sentence),
            fault if fault.is_not_found() => Fault::NotFound(sentence),
            _ => Fault::Request(sentence),
        }
    }
}

impl From<BooksFault> for Fault {
    fn from(fault: BooksFault) -> Fault {
        OfficeFault::from(fault).into()
    }
}

impl From<PeopleFault> for Fault {
    fn from(fault: PeopleFault) -> Fault {
        let sentence = web::sentence(&fault);
        match fault {
            PeopleFault::Store(_) | PeopleFault::Random | PeopleFault::Memory => Fault::Own(sentence),
            PeopleFault::Busy | PeopleFault::Ending => Fault::Busy(sentence),
            PeopleFault::Unknown(_) => Fault::NotFound(sentence),
            _ => Fault::Request(sentence),
        }
    }
}

impl From<NoSection> for Fault {
    fn from(fault: NoSection) -> Fault {
        Fault::Request(web::sentence(&fault))
    }
}

impl From<PathRejection> for Fault {
    fn from(_: PathRejection) -> Fault {
        Fault::NotFound("The page may have moved, or the address is mistyped.".to_owned())
    }
}

impl From<QueryRejection> for Fault {
    fn from(_: QueryRejection) -> Fault {
        Fault::Request(
            "The address asks for something that there is not. Begin from the page without it.".to_owned(),
        )
    }
}

impl From<FormFault> for Fault {
    fn from(fault: FormFault) -> Fault {
        Fault::Form(fault)
    }
}
