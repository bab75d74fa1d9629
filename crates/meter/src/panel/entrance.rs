//! Logging in and out. Passwords are compared in the device, and nowhere else (GB 2 178 696, Fig. 2).
//!
//! What always holds: a wrong number and a wrong password are answered alike; no password is given back.

use super::App;
use super::entries::{Entries, FromNobody, Sent, typed};
use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::{LOG_IN, Visitor};
use super::wedge::{self, Code};
use access::{Password, Person, UserId};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::html;
use web::FormFault;
use web::form::{Field, Form, Kind, TOKEN};

pub(super) fn routes() -> Router<App> {
    Router::new().route(LOG_IN, get(show).post(log_in)).route("/log-out", post(log_out))
}

async fn show(visitor: Option<Visitor>) -> Response {
    page(visitor.as_ref(), &Entries::blank())
}

fn page(visitor: Option<&Visitor>, entries: &Entries) -> Response {
    let fields = vec![
        Field::text("user", "User number")
            .kind(Kind::Digits)
            .hint("Leave it empty for the system manager.")
            .optional()
            .completes("username"),
        Field::text("password", "Password")
            .kind(Kind::Password)
            .hint("Or hold a bar code or a magnetic stripe before the reader: it says who you are as well.")
            .completes("current-password"),
    ];
    let csrf = visitor.map_or("", Visitor::csrf);
    let form = entries.form(csrf, Form::new(LOG_IN, "", "Log in", fields));
    let sheet = Sheet::new("Log in", LOG_IN).status(entries.status());
    let content = html! { section class="panel" { (form) } };
    match visitor {
        Some(visitor) => sheet.page(visitor, &content),
        None => sheet.page_for_nobody(&content),
    }
}

async fn log_in(
    State(app): State<App>,
    visitor: Option<Visitor>,
    FromNobody(mut entries): FromNobody,
) -> Result<Response, Fault> {
    if visitor.as_ref().is_some_and(|visitor| !visitor.session.has_sent(entries.text(TOKEN))) {
        return Err(FormFault::Foreign.into());
    }
    let Some(Code { person, password }) = code(&mut entries) else {
        return Ok(page(visitor.as_ref(), &entries));
    };
    match app.owner.ask(move |machine| machine.log_in(person, &password)).await? {
        Ok(()) => Ok(entered(&app, visitor, person)),
        Err(refusal) => {
            entries.refuse(&refusal);
            Ok(page(visitor.as_ref(), &entries))
        }
    }
}

/// Who wants to log in, and with what: typed, or read by a reader into the password's field.
fn code(entries: &mut Entries) -> Option<Code> {
    match entries.read("password", wedge::read)? {
        Some(code) => Some(code),
        None => {
            let person = match entries.read_optional("user", typed::<UserId>)? {
                Some(user) => Person::User(user),
                None => Person::Manager,
            };
            let password = entries.read("password", |text| Password::new(text.as_bytes()))?;
            Some(Code { person, password })
        }
    }
}

/// At the meter itself the visit goes on; from elsewhere it begins now.
fn entered(app: &App, visitor: Option<Visitor>, person: Person) -> Response {
    let mut response = Redirect::to("/").into_response();
    match visitor.filter(|_| !app.is_remote) {
        Some(visitor) => visitor.say("Logged in."),
        None => {
            let begun = app.sessions.begin(Some(person));
            let cookie = begun.and_then(|begun| HeaderValue::from_str(&begun.cookie).ok());
            if let Some(cookie) = cookie {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
        }
    }
    response
}

/// A reader's code that came in the line of keys.
pub(super) async fn by_code(app: &App, visitor: &Visitor, code: Code) -> Result<Redirect, Fault> {
    let Code { person, password } = code;
    match app.owner.ask(move |machine| machine.log_in(person, &password)).await? {
        Ok(()) => visitor.say("Logged in."),
        Err(refusal) => visitor.complain(web::sentence(&refusal)),
    }
    Ok(Redirect::to("/"))
}

async fn log_out(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    app.owner.ask(|machine| machine.log_out()).await??;
    if sent.visitor.is_remote {
        sent.visitor.end();
        return Ok(Redirect::to(LOG_IN));
    }
    sent.visitor.say("Logged out.");
    Ok(Redirect::to("/"))
}
