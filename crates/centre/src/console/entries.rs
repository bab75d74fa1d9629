//! Forms that were sent: their token is checked before anything else is looked at.
//!
//! What always holds: entries of somebody who has logged in came with the session's own token, and from who may send
//! them.

use super::fault::Fault;
use super::visitor::{May, Needed};
use crate::app::App;
use axum::extract::{FromRequest, FromRequestParts, Request};
pub use web::entries::{Entries, typed};

/// A form that somebody sent who may do so.
pub struct Sent<N> {
    /// Who.
    pub may: May<N>,
    /// What.
    pub entries: Entries,
}

impl<N: Needed> FromRequest<App> for Sent<N> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Sent<N>, Fault> {
        let (may, request) = allowed::<N>(request, app).await?;
        let entries = Entries::sent(request, app, |token| may.session.form_token.matches(token)).await?;
        Ok(Sent { may, entries })
    }
}

/// A form with a file.
pub struct Upload<N> {
    /// Who sent it.
    pub may: May<N>,
    /// What stands in its fields.
    pub entries: Entries,
    /// The file.
    pub file: Vec<u8>,
}

impl<N: Needed> FromRequest<App> for Upload<N> {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Upload<N>, Fault> {
        let (may, request) = allowed::<N>(request, app).await?;
        let sent = web::Upload::sent(request, app, |token| may.session.form_token.matches(token)).await?;
        Ok(Upload { may, entries: sent.entries, file: sent.file })
    }
}

/// Finds out whether the sender may do what the form is for, before anything of the form is read.
async fn allowed<N: Needed>(request: Request, app: &App) -> Result<(May<N>, Request), Fault> {
    let (mut parts, body) = request.into_parts();
    let may = May::<N>::from_request_parts(&mut parts, app).await?;
    Ok((may, Request::from_parts(parts, body)))
}

/// A form of somebody who has not logged in yet. There is no token: that it comes from this site's own page, the shell
/// has made sure of.
pub struct FromNobody(pub Entries);

impl FromRequest<App> for FromNobody {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<FromNobody, Fault> {
        Ok(FromNobody(Entries::from_nobody(request, app).await?))
    }
}

/// Says in a form why it was refused as a whole. Where the centre itself is at fault, there is no form to show.
pub fn refuse_form(entries: &mut Entries, fault: impl Into<Fault>) -> Result<(), Fault> {
    match fault.into() {
        Fault::NotFound(sentence) | Fault::Request(sentence) | Fault::Busy(sentence) => {
            entries.refuse(&sentence);
            Ok(())
        }
        fault => Err(fault),
    }
}
