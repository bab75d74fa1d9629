//! The lock of the whole meter: what franking depends on, its times, the system manager's password (GB 2 178 696,
//! Fig. 3A and 3B).

use super::App;
use super::entries::{Entries, Sent, WHAT, typed};
use super::fault::Fault;
use super::shell::Sheet;
use super::users::{HOURS_HINT, hours_text, read_hours};
use super::visitor::Visitor;
use access::{Change, Mode, Password, RefillRules};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::html;
use psd::protocol::LockStatus;
use web::form::{Field, Form, Kind};
use web::panel;

const MODES: [(&str, Mode, &str); 4] = [
    ("off", Mode::Off, "nothing: there is no lock"),
    ("password", Mode::Password, "a user's password"),
    ("time", Mode::Time, "the times of the meter"),
    ("both", Mode::PasswordAndTime, "a user's password, and the times of meter and user"),
];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/lock", get(show).post(change))
}

async fn show(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    page(&app, &visitor, &Entries::blank()).await
}

async fn page(app: &App, visitor: &Visitor, entries: &Entries) -> Result<Response, Fault> {
    let status = app.owner.ask(|machine| machine.routine().standing().map(|standing| standing.lock.clone()));
    let status = status.await?.ok_or(Fault::Busy)?;
    let form = |what: &'static str, submit: &'static str, fields: Vec<Field<'static>>| {
        let form = Form::new("/lock", "", submit, fields);
        entries.one_of(visitor.csrf(), what, form)
    };
    let is_manager = status.is_manager_present;
    let settings = &status.settings;
    let modes = MODES.map(|(name, _, words)| (name.to_owned(), words.to_owned()));
    let mode = MODES.iter().find(|(_, mode, _)| *mode == settings.mode).map_or("off", |(name, ..)| name);
    let ticked = |is_set: bool| if is_set { "yes" } else { "" };
    let content = html! {
        @if !is_manager && status.has_manager {
            (panel("As it is set", &facts(&status)))
            p class="flash note" { "Only the system manager changes this. " a href="/log-in" { "Log in" } }
        } @else {
            (panel("The system manager", &html! {
                p { (if status.has_manager { "A new password takes the place of the old one." } else { "The first password is set without one; from then on nothing here changes without it." }) }
                (form("manager", "Set the password", vec![
                    Field::text("password", "New password").kind(Kind::Password).completes("new-password"),
                    Field::text("again", "The same once more").kind(Kind::Password).completes("new-password"),
                ]))
            }))
        }
        @if is_manager {
            div class="pair" {
                (panel("What franking depends on", &form("mode", "Set it", vec![
                    Field::text("mode", "Franking needs").kind(Kind::Choice(modes.into())).value(mode),
                    Field::text("two", "Two users have to log in").kind(Kind::Check).value(ticked(settings.two_users)).optional(),
                    Field::text("idle", "Logged out after idle seconds").kind(Kind::Digits).value(settings.idle_seconds.to_string()).hint("0 for never."),
                ])))
                (panel("Times of the meter", &form("hours", "Set the times", vec![
                    Field::text("hours", "Hours").kind(Kind::Lines).value(hours_text(&settings.hours)).optional().hint(HOURS_HINT),
                ])))
                (panel("What a refill depends on", &form("refill", "Set it", vec![
                    Field::text("manager_only", "The system manager has to be logged in").kind(Kind::Check).value(ticked(settings.refill.manager_only)).optional(),
                    Field::text("call_back_only", "It has to come by the centre's own call").kind(Kind::Check).value(ticked(settings.refill.call_back_only)).optional(),
                ])))
            }
        }
    };
    Ok(Sheet::new("Lock and times", "/lock").status(entries.status()).page(visitor, &content))
}

fn facts(status: &LockStatus) -> maud::Markup {
    let settings = &status.settings;
    let mode = MODES.iter().find(|(_, mode, _)| *mode == settings.mode).map_or("", |(_, _, words)| words);
    let hours = hours_text(&settings.hours);
    web::facts(&[
        ("Franking needs", html! { (mode) }),
        ("Two users", html! { (if settings.two_users { "yes" } else { "no" }) }),
        ("Times", html! { (if hours.is_empty() { "always".to_owned() } else { hours }) }),
        ("Logged out after", html! { (settings.idle_seconds) " s" }),
    ])
}

async fn change(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let Sent { visitor, mut entries } = sent;
    let Some(changes) = asked(&mut entries)? else { return page(&app, &visitor, &entries).await };
    let changed =
        app.owner.ask(move |machine| changes.iter().try_for_each(|change| machine.change_lock(change)));
    match changed.await? {
        Ok(()) => {
            visitor.say("The change is kept.");
            Ok(Redirect::to("/lock").into_response())
        }
        Err(refusal) => {
            entries.refuse(&refusal);
            page(&app, &visitor, &entries).await
        }
    }
}

/// The changes that a form asks for; nothing where an entry is not right.
fn asked(entries: &mut Entries) -> Result<Option<Vec<Change>>, Fault> {
    let what = entries.text(WHAT).to_owned();
    Ok(match what.as_str() {
        "manager" => {
            if entries.text("password") != entries.text("again") {
                entries.wrong("again", "This is not the same.");
                return Ok(None);
            }
            let password = entries.read("password", |text| Password::new(text.as_bytes()));
            password.map(|password| vec![Change::ManagerPassword(password)])
        }
        "mode" => {
            let found = |text: &str| MODES.iter().find(|(name, ..)| *name == text).map(|(_, mode, _)| *mode);
            let mode = entries.read("mode", |text| found(text).ok_or("choose one of these"));
            let idle = entries.read("idle", typed::<u16>);
            let two = entries.is_ticked("two");
            mode.zip(idle).map(|(mode, idle)| {
                vec![Change::Mode(mode), Change::TwoUsers(two), Change::IdleSeconds(idle)]
            })
        }
        "hours" => entries.read("hours", read_hours).map(|hours| vec![Change::Hours(hours)]),
        "refill" => Some(vec![Change::Refill(RefillRules {
            manager_only: entries.is_ticked("manager_only"),
            call_back_only: entries.is_ticked("call_back_only"),
        })]),
        _ => return Err(Fault::NotFound),
    })
}
