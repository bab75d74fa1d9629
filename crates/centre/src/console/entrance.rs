//! Logging in and out, one-time links, and one's own password.
//!
//! What always holds: neither page nor wording tells whether a name exists; after a log-in nobody is led to another
//! site.

use super::entries::{Entries, FromNobody, Sent, refuse_form};
use super::fault::Fault;
use super::format;
use super::notice::{self, Notice};
use super::shell::Sheet;
use super::visitor::{self, Anyone, May, leads_to, transport};
use crate::app::App;
use crate::people::{FullName, Invited, Name, Password, PeopleFault, Secret, Started};
use axum::Router;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::html;
use serde::Deserialize;
use std::convert::Infallible;
use std::net::IpAddr;
use web::form::{Field, Form, Kind};

/// The path of the page at which a one-time link sets a password.
pub fn invitation_path(secret: &Secret) -> String {
    format!("/invitation/{}", secret.text().as_str())
}

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/log-in", get(show_log_in).post(log_in))
        .route("/log-out", post(log_out))
        .route("/invitation/{secret}", get(show_invitation).post(accept))
        .route("/password", get(show_password).post(change_password))
}

/// Where a request comes from.
struct Origin(IpAddr);

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Origin, Infallible> {
        Ok(Origin(visitor::address(parts)))
    }
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    to: String,
}

async fn show_log_in(
    State(app): State<App>,
    after: Result<Query<After>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let to = own_path(&after?.to).to_owned();
    if visitor::session(&headers, &app, app.now_ms()).await?.is_some() {
        return Ok(Redirect::to(&to).into_response());
    }
    Ok(log_in_page(&to, &Entries::blank(), StatusCode::OK, notice::to_say(&headers).as_ref()))
}

async fn log_in(
    State(app): State<App>,
    Origin(address): Origin,
    FromNobody(mut entries): FromNobody,
) -> Result<Response, Fault> {
    let to = own_path(entries.text("to")).to_owned();
    let password = Password::new(entries.text("password"));
    let now_ms = app.now_ms();
    let status = match app.people.log_in(entries.text("name"), &password, address, now_ms).await {
        Ok(started) => return Ok(begun(&app, &started, Redirect::to(&to).into_response())),
        Err(PeopleFault::Wrong) => {
            entries.refuse("Name or password is wrong.");
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(PeopleFault::Locked { until_ms }) => {
            entries.refuse(&locked(until_ms, now_ms));
            StatusCode::TOO_MANY_REQUESTS
        }
        Err(fault) => return Err(fault.into()),
    };
    Ok(log_in_page(&to, &entries, status, None))
}

/// When the next try is possible. A moment is said in seconds: nobody compares clocks for it.
fn locked(until_ms: i64, now_ms: i64) -> String {
    let seconds = until_ms.saturating_sub(now_ms).max(0) / 1_000 + 1;
    let when = if seconds < 120 {
        format!("in {seconds} second{}", if seconds == 1 { "" } else { "s" })
    } else {
        format!("at {}, in {}", format::clock(until_ms), format::span(seconds * 1_000))
    };
    format!(
        "There were too many wrong tries. The next is possible {when}. If you have forgotten your password, ask an administrator for a new link."
    )
}

fn log_in_page(to: &str, entries: &Entries, status: StatusCode, flash: Option<&web::Flash>) -> Response {
    let fields = vec![
        Field::text("to", "").kind(Kind::Hidden).value(to),
        Field::text("name", "Name").completes("username"),
        Field::text("password", "Password").kind(Kind::Password).completes("current-password"),
    ];
    let form = entries.form("", Form::new("/log-in", "", "Log in", fields));
    Sheet::new("Log in", "").status(status).page_for_nobody(flash, &html! { div class="panel" { (form) } })
}

/// A path of this site; the first page for whatever is none.
fn own_path(to: &str) -> &str {
    let is_own = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\r', '\n', '\t']);
    if is_own { to } else { "/" }
}

/// Begins the session.
fn begun(app: &App, started: &Started, mut response: Response) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(&transport(app).set_cookie(&started.secret)) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

async fn log_out(State(app): State<App>, Sent { may, .. }: Sent<Anyone>) -> Result<Response, Fault> {
    app.people.log_out(&may.session, may.now_ms).await?;
    let mut response = leads_to("/log-in", Notice::LOGGED_OUT, &[]);
    if let Ok(cookie) = HeaderValue::from_str(&transport(&app).clear_cookie()) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

async fn show_invitation(State(app): State<App>, Path(secret): Path<String>) -> Result<Response, Fault> {
    let (_, invited) = invited(&app, &secret).await?;
    Ok(invitation_page(&secret, &invited, &Entries::blank()))
}

async fn invited(app: &App, secret: &str) -> Result<(Secret, Invited), Fault> {
    let used = || Fault::NotFound(web::sentence(&PeopleFault::Invitation));
    let secret = Secret::from_text(secret).ok_or_else(used)?;
    let invited = app.people.invitation(&secret, app.now_ms()).await?.ok_or_else(used)?;
    Ok((secret, invited))
}

fn invitation_page(secret: &str, invited: &Invited, entries: &Entries) -> Response {
    let mut fields = Vec::new();
    let welcome = match invited {
        Invited::FirstAdministrator => {
            fields.push(
                Field::text("name", "Name to log in with")
                    .hint("Small letters and digits, such as anna. It cannot be changed later.")
                    .completes("username"),
            );
            fields.push(Field::text("full_name", "Full name").completes("name"));
            html! { p { "You are the first here and become the administrator, who invites everybody else." } }
        }
        Invited::Person { name, full_name } => html! {
            p { "Welcome, " (full_name.text()) ". You log in as " strong { (name.text()) } "." }
        },
    };
    fields.extend(new_password());
    let action = format!("/invitation/{secret}");
    let form = entries.form("", Form::new(&action, "", "Set the password and log in", fields));
    let content = html! { div class="panel" { (welcome) (form) } };
    Sheet::new("Set your password", "").status(entries.status()).page_for_nobody(None, &content)
}

fn new_password() -> [Field<'static>; 2] {
    [
        Field::text("password", "New password")
            .kind(Kind::Password)
            .hint("At least 12 letters; a few words are good.")
            .completes("new-password"),
        Field::text("again", "The same again").kind(Kind::Password).completes("new-password"),
    ]
}

/// The password that was typed twice, where both are the same.
fn twice(entries: &mut Entries) -> Option<Password> {
    if entries.text("password") == entries.text("again") {
        Some(Password::new(entries.text("password")))
    } else {
        entries.wrong("again", "This is not the same.");
        None
    }
}

async fn accept(
    State(app): State<App>,
    Path(path): Path<String>,
    Origin(address): Origin,
    FromNobody(mut entries): FromNobody,
) -> Result<Response, Fault> {
    let (secret, invited) = invited(&app, &path).await?;
    let password = twice(&mut entries);
    let now_ms = app.now_ms();
    let accepted = match &invited {
        Invited::FirstAdministrator => {
            let name = entries.read("name", Name::typed);
            let full_name = entries.read("full_name", str::parse::<FullName>);
            let (Some(name), Some(full_name), Some(password)) = (name, full_name, password) else {
                return Ok(invitation_page(&path, &invited, &entries));
            };
            app.people.accept_first(&secret, &name, &full_name, &password, address, now_ms).await
        }
        Invited::Person { .. } => {
            let Some(password) = password else {
                return Ok(invitation_page(&path, &invited, &entries));
            };
            app.people.accept(&secret, &password, address, now_ms).await
        }
    };
    match accepted {
        Ok(started) => Ok(begun(&app, &started, leads_to("/", Notice::PASSWORD_SET, &[]))),
        Err(PeopleFault::Password(fault)) => {
            entries.wrong("password", web::sentence(&fault));
            Ok(invitation_page(&path, &invited, &entries))
        }
        Err(fault) => {
            refuse_form(&mut entries, fault)?;
            Ok(invitation_page(&path, &invited, &entries))
        }
    }
}

async fn show_password(may: May<Anyone>) -> Response {
    password_page(&may, &Entries::blank())
}

fn password_page(may: &May<Anyone>, entries: &Entries) -> Response {
    let mut fields =
        vec![Field::text("present", "Present password").kind(Kind::Password).completes("current-password")];
    fields.extend(new_password());
    let form = entries.form(may.csrf(), Form::new("/password", "", "Set the password", fields));
    let content = html! {
        (web::panel("Another password", &html! {
            p { "All your other sessions end." }
            (form)
        }))
    };
    Sheet::new("Password", "/password").status(entries.status()).page(may, &content)
}

async fn change_password(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<Anyone>,
) -> Result<Response, Fault> {
    let Some(new) = twice(&mut entries) else {
        return Ok(password_page(&may, &entries));
    };
    let present = Password::new(entries.text("present"));
    match app.people.change_password(&may.session, &present, &new, may.address, may.now_ms).await {
        Ok(started) => return Ok(begun(&app, &started, leads_to("/", Notice::PASSWORD_SET, &[]))),
        Err(PeopleFault::Password(fault)) => entries.wrong("password", web::sentence(&fault)),
        Err(PeopleFault::Wrong) => entries.wrong("present", "This is not your present password."),
        Err(PeopleFault::Locked { until_ms }) => entries.refuse(&locked(until_ms, may.now_ms)),
        Err(fault) => refuse_form(&mut entries, fault)?,
    }
    Ok(password_page(&may, &entries))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lockout_says_when_the_next_try_is_possible() {
        assert!(
            locked(1_500, 0)
                .starts_with("There were too many wrong tries. The next is possible in 2 seconds.")
        );
        let long = locked(60 * 60 * 1_000, 45 * 60 * 1_000);
        assert!(long.contains("possible at 01:00 UTC, in 15 minutes."), "{long}");
    }

    #[test]
    fn nobody_is_led_elsewhere_after_the_log_in() {
        for to in ["//evil.example", "https://evil.example", "/\\evil.example", "", "meters", "/a\r\nb"] {
            assert_eq!(own_path(to), "/", "{to}");
        }
        assert_eq!(own_path("/meters?status=okay"), "/meters?status=okay");
    }
}
