//! Forms as they come in, with a file or without. Each carries its session's token.
//!
//! What always holds: before the token is found to be the session's own, nothing of a form goes any further, and of a
//! form with a file no further part is even read; a form is read whole or not at all, and never beyond the limit that
//! is set for its address.

use crate::Complaint;
use crate::entries::Entries;
use crate::form::TOKEN;
use axum::body::Bytes;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;

/// Why a form is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormFault {
    /// It is more than is read.
    TooLarge,
    /// It ended before its end, or is no form.
    NotWhole,
    /// It is not this session's, or comes from elsewhere.
    Foreign,
}

impl FormFault {
    /// With what status it is answered.
    pub fn status(self) -> StatusCode {
        match self {
            FormFault::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            FormFault::NotWhole => StatusCode::BAD_REQUEST,
            FormFault::Foreign => StatusCode::FORBIDDEN,
        }
    }

    /// What is said of it.
    pub fn complaint(self) -> Complaint {
        let (heading, sentence) = match self {
            FormFault::TooLarge => {
                ("This is too large", "Nothing was done. Send less at once, or a smaller file.")
            }
            FormFault::NotWhole => ("This cannot be done", "The form did not arrive whole. Send it again."),
            FormFault::Foreign => (
                "This form cannot be taken",
                "It does not belong to your session, so nothing was done. Open its page again and send it from there.",
            ),
        };
        Complaint { heading, sentence: sentence.to_owned() }
    }

    fn of_status(status: StatusCode) -> FormFault {
        if status == StatusCode::PAYLOAD_TOO_LARGE { FormFault::TooLarge } else { FormFault::NotWhole }
    }
}

impl From<BytesRejection> for FormFault {
    fn from(rejection: BytesRejection) -> FormFault {
        FormFault::of_status(rejection.status())
    }
}

impl From<MultipartRejection> for FormFault {
    fn from(_: MultipartRejection) -> FormFault {
        FormFault::NotWhole
    }
}

impl From<MultipartError> for FormFault {
    fn from(error: MultipartError) -> FormFault {
        FormFault::of_status(error.status())
    }
}

impl Entries {
    /// Reads a form of somebody who has no session, and therefore no token.
    pub async fn from_nobody<S: Send + Sync>(request: Request, state: &S) -> Result<Entries, FormFault> {
        let bytes = Bytes::from_request(request, state).await?;
        Ok(Entries::of(form_urlencoded::parse(&bytes).into_owned()))
    }

    /// Reads a form whose token is the session's own.
    pub async fn sent<S: Send + Sync>(
        request: Request,
        state: &S,
        is_own: impl FnOnce(&str) -> bool,
    ) -> Result<Entries, FormFault> {
        let entries = Entries::from_nobody(request, state).await?;
        if is_own(entries.text(TOKEN)) { Ok(entries) } else { Err(FormFault::Foreign) }
    }
}

/// A form with a file.
pub struct Upload {
    /// What stands in its fields.
    pub entries: Entries,
    /// The file; empty where none was chosen.
    pub file: Vec<u8>,
}

impl Upload {
    /// Reads a form whose first part is the session's own token.
    pub async fn sent<S: Send + Sync>(
        request: Request,
        state: &S,
        is_own: impl FnOnce(&str) -> bool,
    ) -> Result<Upload, FormFault> {
        let mut parts = Multipart::from_request(request, state).await?;
        let token = parts.next_field().await?.filter(|part| part.name() == Some(TOKEN));
        let token = token.ok_or(FormFault::Foreign)?.text().await?;
        if !is_own(&token) {
            return Err(FormFault::Foreign);
        }
        let (mut pairs, mut file) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await? {
            let name = part.name().unwrap_or_default().to_owned();
            match part.file_name() {
                Some(_) => file = part.bytes().await?.to_vec(),
                None => pairs.push((name, part.text().await?)),
            }
        }
        Ok(Upload { entries: Entries::of(pairs), file })
    }
}
