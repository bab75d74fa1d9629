//! Forms that were sent, whose token is checked before anything else is looked at; and what a page is asked for in its
//! address.
//!
//! What always holds: entries of a form that a visit sent came with the visit's own token.

use super::App;
use super::fault::Fault;
use super::visitor::Visitor;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use std::convert::Infallible;
pub use web::entries::{Entries, WHAT, typed};

/// A form that was sent.
pub struct Sent {
    /// By whom.
    pub visitor: Visitor,
    /// What.
    pub entries: Entries,
}

impl FromRequest<App> for Sent {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Sent, Fault> {
        let (visitor, request) = visited(request, app).await?;
        let entries = Entries::sent(request, app, |token| visitor.session.has_sent(token)).await?;
        Ok(Sent { visitor, entries })
    }
}

/// A form with a file.
pub struct Upload {
    /// By whom.
    pub visitor: Visitor,
    /// What stands in its fields.
    pub entries: Entries,
    /// The file.
    pub file: Vec<u8>,
}

impl FromRequest<App> for Upload {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Upload, Fault> {
        let (visitor, request) = visited(request, app).await?;
        let sent = web::Upload::sent(request, app, |token| visitor.session.has_sent(token)).await?;
        Ok(Upload { visitor, entries: sent.entries, file: sent.file })
    }
}

async fn visited(request: Request, app: &App) -> Result<(Visitor, Request), Fault> {
    let (mut parts, body) = request.into_parts();
    let visitor = <Visitor as FromRequestParts<App>>::from_request_parts(&mut parts, app).await?;
    Ok((visitor, Request::from_parts(parts, body)))
}

/// A form of somebody who has not logged in yet. There is no token: that it comes from this panel's own page, the door
/// has made sure of.
pub struct FromNobody(pub Entries);

impl FromRequest<App> for FromNobody {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<FromNobody, Fault> {
        Ok(FromNobody(Entries::from_nobody(request, app).await?))
    }
}

/// What a page is asked for in its address. It changes nothing, and needs no token.
pub struct Question(pub Entries);

impl FromRequestParts<App> for Question {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Question, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Question(Entries::of(form_urlencoded::parse(query.as_bytes()).into_owned())))
    }
}
