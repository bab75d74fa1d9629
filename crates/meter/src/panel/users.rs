//! Users: who may frank, when and how much (GB 2 178 696, Fig. 3A). Everything lies in the device, which tells it to the
//! system manager alone; what users are called lies in the journal.

use super::entries::{Entries, Sent, WHAT, typed};
use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::Visitor;
use super::{App, keys};
use crate::machine::{Machine, OfficeFault};
use access::{Change, Funds, Hours, Password, Period, Schedule, UsageOfUser, UserId, UserSettings};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use std::collections::BTreeMap;
use web::form::{Field, Form, Kind};
use web::{Column, Table, Tone, badge, panel};

/// What cannot be taken back, or keeps somebody out.
const GRAVE: [&str; 2] = ["lock", "remove"];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/users", get(list).post(add)).route("/users/{user}", get(show).post(change))
}

/// The users, and what they are called.
struct Known {
    users: Vec<UserSettings>,
    usage: Vec<UsageOfUser>,
    names: BTreeMap<u16, String>,
}

fn known(machine: &mut Machine) -> Result<Known, OfficeFault> {
    let (users, usage) = machine.users()?;
    let names = machine.journal().users()?;
    Ok(Known { users, usage, names })
}

async fn list(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    list_page(&app, &visitor, &Entries::blank()).await
}

async fn list_page(app: &App, visitor: &Visitor, entries: &Entries) -> Result<Response, Fault> {
    let has_manager = app.owner.snapshot()?.lock.is_some_and(|lock| lock.has_manager);
    let known = app.owner.ask(known).await?;
    let content = match known {
        Ok(known) => html! {
            (panel("All users", &table(&known)))
            (panel("A new user", &entries.form(visitor.csrf(), Form::new("/users", "", "Add the user", new_fields()))))
        },
        Err(refusal) => nobody(&web::sentence(&refusal), has_manager),
    };
    let sheet = Sheet::new("Users", "/users").status(entries.status());
    Ok(sheet.page(visitor, &content))
}

/// What is said where the system manager is not there.
pub(super) fn nobody(refusal: &str, has_manager: bool) -> Markup {
    let ways = match has_manager {
        true => [("Log in", "/log-in".to_owned())],
        false => [("Set the manager's password", "/lock".to_owned())],
    };
    html! { (panel("The system manager's page", &html! { p { (refusal) } (web::actions(&ways)) })) }
}

fn new_fields() -> Vec<Field<'static>> {
    vec![
        Field::text("user", "Number")
            .kind(Kind::Digits)
            .hint("1 to 9999; it goes into the imprint's second number."),
        Field::text("name", "Name").optional(),
        Field::text("password", "Password").kind(Kind::Password).completes("new-password"),
    ]
}

fn table(known: &Known) -> Markup {
    let columns = [
        Column::words("User"),
        Column::words("Name"),
        Column::words("Times"),
        Column::figures("Limit"),
        Column::figures("Spent of it"),
        Column::figures("Ever"),
        Column::figures("Pieces"),
        Column::words("State"),
    ];
    let rows = known.users.iter().map(|user| {
        let usage = known.usage.iter().find(|usage| usage.user == user.id);
        let limit = match user.funds.period {
            Period::None => "none".to_owned(),
            period => format!("{} a {period}", user.funds.limit),
        };
        let spent = |amount: fn(&UsageOfUser) -> String| usage.map(amount).unwrap_or_default();
        vec![
            html! { a href={ "/users/" (user.id) } { (user.id) } },
            html! { (known.names.get(&user.id.number()).map_or("", String::as_str)) },
            html! { (hours_words(&user.hours)) },
            html! { (limit) },
            html! { (spent(|usage| usage.running.postage.to_string())) },
            html! { (spent(|usage| usage.ever.postage.to_string())) },
            html! { (spent(|usage| usage.ever.pieces.to_string())) },
            if user.locked { badge(Tone::Bad, "locked out") } else { badge(Tone::Good, "may log in") },
        ]
    });
    let rows: Vec<Vec<Markup>> = rows.collect();
    Table { caption: "Users", columns: &columns, empty: "There are no users yet." }.rows(&rows)
}

/// Times as they are typed, a row each.
pub(super) fn hours_text(hours: &Schedule) -> String {
    hours.rows().iter().map(Hours::to_string).collect::<Vec<_>>().join("\n")
}

fn hours_words(hours: &Schedule) -> String {
    if hours.is_always() { "always".into() } else { hours_text(hours).replace('\n', "; ") }
}

/// Times of several lines, none for always.
pub(super) fn read_hours(text: &str) -> Result<Schedule, access::TimeError> {
    let rows = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::parse);
    Schedule::new(&rows.collect::<Result<Vec<Hours>, _>>()?)
}

pub(super) const HOURS_HINT: &str =
    "A line each, such as: mon-fri 07:30-18:00. Over midnight too: fri 22:00-06:00. Empty means always.";

async fn add(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let Sent { visitor, mut entries } = sent;
    let user = entries.read("user", typed::<UserId>);
    let name = entries.text("name").trim().to_owned();
    let password = entries.read("password", |text| Password::new(text.as_bytes()));
    let (Some(user), Some(password)) = (user, password) else {
        return list_page(&app, &visitor, &entries).await;
    };
    let added = app.owner.ask(move |machine| {
        machine.change_lock(&Change::AddUser { user, password })?;
        Ok::<(), OfficeFault>(machine.journal().name_user(user.number(), &name)?)
    });
    match added.await? {
        Ok(()) => {
            visitor.say(format!("User {user} is added."));
            Ok(Redirect::to(&format!("/users/{user}")).into_response())
        }
        Err(refusal) => {
            entries.refuse(&refusal);
            list_page(&app, &visitor, &entries).await
        }
    }
}

async fn show(
    visitor: Visitor,
    State(app): State<App>,
    user: Result<Path<UserId>, PathRejection>,
) -> Result<Response, Fault> {
    user_page(&app, &visitor, user?.0, &Entries::blank()).await
}

async fn user_page(app: &App, visitor: &Visitor, id: UserId, entries: &Entries) -> Result<Response, Fault> {
    let has_manager = app.owner.snapshot()?.lock.is_some_and(|lock| lock.has_manager);
    let sheet = Sheet::new(format!("User {id}"), "/users").above("Users", "/users").status(entries.status());
    let known = match app.owner.ask(known).await? {
        Ok(known) => known,
        Err(refusal) => return Ok(sheet.page(visitor, &nobody(&web::sentence(&refusal), has_manager))),
    };
    let user = known.users.iter().find(|user| user.id == id).ok_or(Fault::NotFound)?;
    let action = format!("/users/{id}");
    let periods = ["none", "day", "week", "month"].map(|period| (period.to_owned(), period.to_owned()));
    let limit = user.funds.limit;
    let form = |what: &'static str, submit: &'static str, fields: Vec<Field<'static>>| {
        let form = Form::new(&action, "", submit, fields);
        let form = if GRAVE.contains(&what) { form.grave() } else { form };
        entries.one_of(visitor.csrf(), what, form)
    };
    let name = known.names.get(&id.number()).cloned().unwrap_or_default();
    let content = html! {
        div class="pair" {
            (panel("Name", &form("name", "Keep the name", vec![Field::text("name", "Name").value(name)])))
            (panel("Password", &form("password", "Set the password", vec![
                Field::text("password", "New password").kind(Kind::Password).completes("new-password"),
            ])))
            (panel("Times", &form("hours", "Set the times", vec![
                Field::text("hours", "Hours").kind(Kind::Lines).value(hours_text(&user.hours)).optional().hint(HOURS_HINT),
            ])))
            (panel("Limit", &form("funds", "Set the limit", vec![
                Field::text("period", "Renewed every").kind(Kind::Choice(periods.into())).value(user.funds.period.to_string()),
                Field::text("limit", "Amount").kind(Kind::Amount).value(limit.to_string()),
            ])))
            (panel("Log-in", &match user.locked {
                true => form("unlock", "Let the user log in again", Vec::new()),
                false => form("lock", "Lock the user out", Vec::new()),
            }))
            (panel("Remove", &html! {
                p { "What the user has spent stays in the journal." }
                (form("remove", "Remove the user", Vec::new()))
            }))
        }
    };
    Ok(sheet.page(visitor, &content))
}

async fn change(
    State(app): State<App>,
    user: Result<Path<UserId>, PathRejection>,
    sent: Sent,
) -> Result<Response, Fault> {
    let (Path(user), Sent { visitor, mut entries }) = (user?, sent);
    let what = entries.text(WHAT).to_owned();
    let name = entries.text("name").trim().to_owned();
    let change = match what.as_str() {
        "name" => None,
        what => match asked(what, user, &mut entries)? {
            Some(change) => Some(change),
            None => return user_page(&app, &visitor, user, &entries).await,
        },
    };
    let changed = app.owner.ask(move |machine| match &change {
        Some(change) => machine.change_lock(change),
        None => {
            machine.may_manage()?;
            Ok(machine.journal().name_user(user.number(), &name)?)
        }
    });
    match changed.await? {
        Ok(()) => {
            visitor.say("The change is kept.");
            let path = if what == "remove" { "/users".to_owned() } else { format!("/users/{user}") };
            Ok(Redirect::to(&path).into_response())
        }
        Err(refusal) => {
            entries.refuse(&refusal);
            user_page(&app, &visitor, user, &entries).await
        }
    }
}

/// The change that a form asks for; nothing where an entry is not right.
fn asked(what: &str, user: UserId, entries: &mut Entries) -> Result<Option<Change>, Fault> {
    Ok(match what {
        "password" => {
            let password = entries.read("password", |text| Password::new(text.as_bytes()));
            password.map(|password| Change::UserPassword { user, password })
        }
        "hours" => entries.read("hours", read_hours).map(|hours| Change::UserHours { user, hours }),
        "funds" => {
            let period = entries.read("period", typed::<Period>);
            let limit = entries.read("limit", keys::amount);
            period
                .zip(limit)
                .map(|(period, limit)| Change::UserFunds { user, funds: Funds { period, limit } })
        }
        "lock" => Some(Change::UserLocked { user, locked: true }),
        "unlock" => Some(Change::UserLocked { user, locked: false }),
        "remove" => Some(Change::RemoveUser(user)),
        _ => return Err(Fault::NotFound),
    })
}
