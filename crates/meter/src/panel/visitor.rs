//! The door of the panel: who looks at a page, and what reaches no page at all.
//!
//! What always holds:
//! * at the meter itself a request names a loopback host, so that no page of another site reaches it under a name of
//!   its own (DNS rebinding);
//! * anywhere else nothing is shown to who has not logged in, and the manager's pages to nobody but the manager;
//! * a form from another site's page does nothing.

use super::App;
use super::fault::Fault;
use super::sessions::{Begun, Id, Session, Sessions};
use super::shell;
use access::Person;
use axum::extract::{FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use std::net::IpAddr;
use std::sync::Arc;
use web::{Flash, FormFault, Tone};

/// Where people log in, and what needs no session.
pub const LOG_IN: &str = "/log-in";
const ASSETS: &str = "/assets/";

/// Who looks at a page.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The visit.
    pub session: Session,
    /// Who is logged in at the meter, as the bar says it.
    pub who: Option<String>,
    /// Whether the panel is served to other computers.
    pub is_remote: bool,
    id: Id,
    sessions: Arc<Sessions>,
}

impl Visitor {
    /// What its forms carry.
    pub fn csrf(&self) -> &str {
        &self.session.form_token
    }

    /// Lets the next page say that something is done.
    pub fn say(&self, sentence: impl Into<String>) {
        self.sessions.say(&self.id, Flash { tone: Tone::Good, sentence: sentence.into() });
    }

    /// Lets the next page say what went wrong.
    pub fn complain(&self, sentence: impl Into<String>) {
        self.sessions.say(&self.id, Flash { tone: Tone::Bad, sentence: sentence.into() });
    }

    /// What the page is to say.
    pub fn said(&self) -> Option<Flash> {
        self.sessions.said(&self.id)
    }

    /// Ends the visit.
    pub fn end(&self) {
        self.sessions.end(&self.id);
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Visitor, Fault> {
        parts.extensions.get::<Visitor>().cloned().ok_or(Fault::Ended)
    }
}

impl OptionalFromRequestParts<App> for Visitor {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Option<Visitor>, Fault> {
        Ok(parts.extensions.get::<Visitor>().cloned())
    }
}

/// Middleware around all pages.
pub async fn around(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if !app.is_remote && !names_this_machine(&request) {
        return shell::complained(Fault::OtherHost.into_response(), None);
    }
    let is_open = request.uri().path().starts_with(ASSETS);
    let mut cookie = None;
    let visitor = match session(&app, &request) {
        _ if is_open => None,
        Some((id, session)) => Some((id, session)),
        None if app.is_remote => None,
        None => app.sessions.begin(None).map(|Begun { id, session, cookie: set }| {
            cookie = Some(set);
            (id, session)
        }),
    };
    let visitor = visitor.map(|(id, session)| Visitor {
        session,
        who: app.owner.snapshot().ok().and_then(|now| shell::who(&now)),
        is_remote: app.is_remote,
        id,
        sessions: Arc::clone(&app.sessions),
    });
    let may_enter = is_open || visitor.is_some() || request.uri().path() == LOG_IN;
    let response = if web::is_foreign(&request) {
        Fault::Form(FormFault::Foreign).into_response()
    } else if may_enter {
        if let Some(visitor) = visitor.clone() {
            request.extensions_mut().insert(visitor);
        }
        next.run(request).await
    } else if request.method() == Method::GET {
        Redirect::to(LOG_IN).into_response()
    } else {
        Fault::Ended.into_response()
    };
    let mut response = shell::complained(response, visitor.as_ref());
    if let Some(value) = cookie.and_then(|cookie| HeaderValue::from_str(&cookie).ok()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn session(app: &App, request: &Request) -> Option<(Id, Session)> {
    let header = request.headers().get(header::COOKIE).and_then(|value| value.to_str().ok())?;
    app.sessions.find(header)
}

/// Middleware around the manager's pages: from another computer they are for the system manager's own session.
pub async fn manager_alone(request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    let is_stranger =
        |visitor: &Visitor| visitor.is_remote && visitor.session.person != Some(Person::Manager);
    if visitor.is_none_or(is_stranger) { Fault::ManagerOnly.into_response() } else { next.run(request).await }
}

/// Whether a request names this machine and no other.
fn names_this_machine(request: &Request) -> bool {
    let Some(host) = web::host(request.headers(), request.uri()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    #[test]
    fn only_names_of_this_machine_are_its_own() {
        let check = |host: &str, expected| {
            let request = Request::builder().uri("/").header("host", host).body(Body::empty()).unwrap();
            assert_eq!(names_this_machine(&request), expected, "{host}");
        };
        for host in [
            "localhost",
            "localhost:7060",
            "LocalHost:1",
            "127.0.0.1",
            "127.0.0.1:7060",
            "[::1]:7060",
            "[::1]",
        ] {
            check(host, true);
        }
        for host in [
            "",
            "meter.example",
            "localhost.example:7060",
            "192.0.2.1:7060",
            "127.0.0.1.example",
            "[::2]:1",
            "localhost:x",
        ] {
            check(host, false);
        }
        assert!(!names_this_machine(&Request::new(Body::empty())));
    }
}
