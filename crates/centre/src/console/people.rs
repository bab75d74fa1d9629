//! The people of the centre: who they are, what they may do, and the one-time links by which they come in.
//!
//! What always holds: a link is shown once, in the answer to who asked for it.

use super::entrance::invitation_path;
use super::entries::{Entries, Sent, refuse_form};
use super::fault::Fault;
use super::notice::Notice;
use super::shell::Sheet;
use super::visitor::{ManagePeople, May, ReadPeople, Visitor, leads_to};
use super::{format, visitor};
use crate::app::App;
use crate::people::{FullName, INVITATION_MS, Name, PeopleFault, Person, Right, Role, Roles, Secret, Word};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};
use web::form::{Field, Form, Kind};
use web::{Column, Flash, Table, Tone, actions, badge, facts, panel};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/people", get(list))
        .route("/people/new", get(show_new).post(invite))
        .route("/people/{name}", get(show))
        .route("/people/{name}/roles", post(set_roles))
        .route("/people/{name}/link", post(invite_again))
        .route("/people/{name}/disable", post(disable))
        .route("/people/{name}/enable", post(enable))
}

/// What a role may do, for who gives it.
fn role_words(role: Role) -> &'static str {
    match role {
        Role::Operator => "Operator: looks after customers and meters, and moves money",
        Role::Auditor => "Auditor: sees everything and changes nothing",
        Role::TechnicianDesk => "Technician desk: announces openings",
        Role::Post => "Post: sees meters and suspects, works for the examiners",
        Role::Administrator => "Administrator: manages people and settings",
    }
}

fn roles_field(value: &str) -> Field<'static> {
    let roles = Role::ALL.iter().map(|role| (role.word().to_owned(), role_words(*role).to_owned()));
    Field::text("roles", "Roles").kind(Kind::Several(roles.collect())).value(value)
}

fn read_roles(entries: &mut Entries) -> Option<Roles> {
    let ticked = entries.all("roles").join(",");
    match ticked.parse::<Roles>() {
        Ok(roles) if !roles.is_empty() => Some(roles),
        Ok(_) => {
            entries.wrong("roles", "A person has at least one role.");
            None
        }
        Err(fault) => {
            entries.wrong("roles", web::sentence(&fault));
            None
        }
    }
}

async fn list(may: May<ReadPeople>, State(app): State<App>) -> Result<Response, Fault> {
    let people = app.people.list().await?;
    let columns = [
        Column::words("Name"),
        Column::words("Full name"),
        Column::words("Roles"),
        Column::words("Standing"),
        Column::words("Since"),
    ];
    let rows: Vec<Vec<Markup>> = people
        .iter()
        .map(|person| {
            vec![
                html! { a href={ "/people/" (person.name.text()) } { (person.name.text()) } },
                html! { (person.full_name.text()) },
                html! { (roles_text(&person.roles)) },
                standing(person),
                format::time(person.since_ms),
            ]
        })
        .collect();
    let table = Table { caption: "People", columns: &columns, empty: "There is nobody yet." };
    let mut sheet = Sheet::new("People", "/people");
    if may.may(Right::ManagePeople) {
        sheet = sheet.beside(actions(&[("Invite a person", "/people/new".to_owned())]));
    }
    Ok(sheet.page(&may, &html! { div class="panel" { (table.rows(&rows)) } }))
}

fn roles_text(roles: &Roles) -> String {
    roles.to_words().join(", ").replace('-', " ")
}

fn standing(person: &Person) -> Markup {
    match (person.is_enabled, person.has_password) {
        (false, _) => badge(Tone::Bad, "disabled"),
        (true, false) => badge(Tone::Note, "invited"),
        (true, true) => badge(Tone::Good, "can log in"),
    }
}

async fn show_new(may: May<ManagePeople>) -> Response {
    new_page(&may, &Entries::blank())
}

fn new_page(visitor: &Visitor, entries: &Entries) -> Response {
    let fields = vec![
        Field::text("name", "Name to log in with").hint(
            "Small letters and digits, such as anna. It cannot be changed later, nor given to another.",
        ),
        Field::text("full_name", "Full name"),
        roles_field(""),
    ];
    let form = Form::new("/people/new", "", "Make the link", fields).instead("/people");
    let content = html! {
        div class="panel" {
            p { "The person gets a link that works once, and sets a password by it." }
            (entries.form(visitor.csrf(), form))
        }
    };
    let sheet = Sheet::new("Invite a person", "/people").above("People", "/people");
    sheet.status(entries.status()).page(visitor, &content)
}

async fn invite(
    State(app): State<App>,
    headers: HeaderMap,
    Sent { may, mut entries }: Sent<ManagePeople>,
) -> Result<Response, Fault> {
    let name = entries.read("name", Name::typed);
    let full_name = entries.read("full_name", str::parse::<FullName>);
    let roles = read_roles(&mut entries);
    let (Some(name), Some(full_name), Some(roles)) = (name, full_name, roles) else {
        return Ok(new_page(&may, &entries));
    };
    let by = may.session.person.desk();
    match app.people.invite(by, &name, &full_name, &roles, may.now_ms).await {
        Ok(secret) => return Ok(link_page(&app, &may, &headers, &name, &secret)),
        Err(fault @ PeopleFault::Taken(_)) => entries.wrong("name", web::sentence(&fault)),
        Err(fault) => refuse_form(&mut entries, fault)?,
    }
    Ok(new_page(&may, &entries))
}

/// The link, shown this once.
fn link_page(app: &App, visitor: &Visitor, headers: &HeaderMap, name: &Name, secret: &Secret) -> Response {
    let host = headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let scheme = match visitor::transport(app) {
        crate::people::Transport::Secure => "https",
        crate::people::Transport::Clear => "http",
    };
    let link = format!("{scheme}://{host}{}", invitation_path(secret));
    let until_ms = visitor.now_ms.saturating_add(INVITATION_MS);
    let content = panel(
        "The link is shown this once",
        &html! {
            p { "Give it to " strong { (name.text()) } " by a way that nobody else reads. It works once, until " (format::time(until_ms)) "." }
            (web::verbatim(&link))
            (actions(&[("To the people", "/people".to_owned())]))
        },
    );
    let flash = Flash { tone: Tone::Good, sentence: format!("The link for {name} is made.") };
    Sheet::new("One-time link", "/people").above("People", "/people").saying(flash).page(visitor, &content)
}

fn name(path: Result<Path<String>, PathRejection>) -> Result<Name, Fault> {
    path?.0.parse().map_err(|_| Fault::NotFound("Nobody is called so.".to_owned()))
}

async fn person(app: &App, name: &Name) -> Result<Person, Fault> {
    let found = app.people.list().await?.into_iter().find(|person| person.name == *name);
    found.ok_or_else(|| Fault::NotFound("Nobody is called so.".to_owned()))
}

async fn show(
    may: May<ReadPeople>,
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    Ok(page(&may, &person(&app, &name(path)?).await?, &Entries::blank()))
}

fn page(visitor: &Visitor, person: &Person, entries: &Entries) -> Response {
    let known = [
        ("Name", html! { (person.name.text()) }),
        ("Roles", html! { (roles_text(&person.roles)) }),
        ("Since", format::time(person.since_ms)),
    ];
    let content = html! {
        (panel("At a glance", &facts(&known)))
        @if visitor.may(Right::ManagePeople) { (manage(visitor, person, entries)) }
        @if visitor.may(Right::ReadAudit) {
            p { a href={ "/audit?desk=" (person.name.text()) } { "What was done at this desk" } }
        }
    };
    let sheet = Sheet::new(person.full_name.text(), "/people").above("People", "/people");
    sheet.beside(standing(person)).status(entries.status()).page(visitor, &content)
}

fn manage(visitor: &Visitor, person: &Person, entries: &Entries) -> Markup {
    let path = format!("/people/{}", person.name.text());
    let (roles, link) = (format!("{path}/roles"), format!("{path}/link"));
    let roles = Form::new(&roles, "", "Set the roles", vec![roles_field(&person.roles.to_string())]);
    let link = Form::new(&link, visitor.csrf(), "Make a link", vec![]);
    html! {
        (panel("Roles", &html! { p { "Other roles end the person's sessions." } (entries.form(visitor.csrf(), roles)) }))
        div class="pair" {
            @if person.is_enabled {
                (panel("New link", &html! {
                    p { "For who has forgotten the password or is locked out. An earlier link works no more." }
                    (link.markup())
                }))
            }
            (panel("Standing", &standing_form(visitor, person, &path)))
        }
    }
}

fn standing_form(visitor: &Visitor, person: &Person, path: &str) -> Markup {
    if person.is_enabled {
        let action = format!("{path}/disable");
        let form = Form::new(&action, visitor.csrf(), "Disable", vec![]).grave();
        html! { p { "The person can log in no more, and is logged out at once. The name stays in the audit log." } (form.markup()) }
    } else {
        let action = format!("{path}/enable");
        let form = Form::new(&action, visitor.csrf(), "Enable", vec![]);
        html! { p { "The person can log in again with the password as it was." } (form.markup()) }
    }
}

async fn set_roles(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    Sent { may, mut entries }: Sent<ManagePeople>,
) -> Result<Response, Fault> {
    let name = name(path)?;
    if let Some(roles) = read_roles(&mut entries) {
        match app.people.set_roles(may.session.person.desk(), &name, &roles, may.now_ms).await {
            Ok(()) => return Ok(leads_to(&format!("/people/{name}"), Notice::ROLES_SET, &[])),
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    Ok(page(&may, &person(&app, &name).await?, &entries))
}

async fn invite_again(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    Sent { may, .. }: Sent<ManagePeople>,
) -> Result<Response, Fault> {
    let name = name(path)?;
    let secret = app.people.invite_again(may.session.person.desk(), &name, may.now_ms).await?;
    Ok(link_page(&app, &may, &headers, &name, &secret))
}

async fn disable(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    Sent { may, .. }: Sent<ManagePeople>,
) -> Result<Response, Fault> {
    let name = name(path)?;
    app.people.disable(may.session.person.desk(), &name, may.now_ms).await?;
    Ok(leads_to(&format!("/people/{name}"), Notice::DISABLED, &[]))
}

async fn enable(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    Sent { may, .. }: Sent<ManagePeople>,
) -> Result<Response, Fault> {
    let name = name(path)?;
    app.people.enable(may.session.person.desk(), &name, may.now_ms).await?;
    Ok(leads_to(&format!("/people/{name}"), Notice::ENABLED, &[]))
}
