//! Tokens for the interface: which there are, new ones, and their end.
//!
//! What always holds: a token is shown once, in the answer to who asked for it.

use super::entries::{Entries, Sent, refuse_form};
use super::fault::Fault;
use super::format;
use super::notice::Notice;
use super::shell::Sheet;
use super::visitor::{ManagePeople, May, ReadPeople, Visitor, leads_to};
use crate::app::App;
use crate::people::{Name, PeopleFault, Right, Scope, Scopes, Secret, TokenRow, Word};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use web::form::{Field, Form, Kind};
use web::{Column, Flash, Table, Tone, actions, badge, facts, panel};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/tokens", get(list))
        .route("/tokens/new", get(show_new).post(make))
        .route("/tokens/{name}/revoke", get(show_revoke).post(revoke))
}

async fn list(may: May<ReadPeople>, State(app): State<App>) -> Result<Response, Fault> {
    let tokens = app.people.tokens().await?;
    let columns = [
        Column::words("Name"),
        Column::words("May"),
        Column::words("State"),
        Column::words("Ends"),
        Column::words("Last used"),
        Column::words("Made"),
    ];
    let rows: Vec<Vec<Markup>> = tokens.iter().map(|token| row(&may, token)).collect();
    let table = Table {
        caption: "Tokens",
        columns: &columns,
        empty: "There is no token yet. Programs and the post's stations use them.",
    };
    let mut sheet = Sheet::new("Tokens", "/tokens");
    if may.may(Right::ManagePeople) {
        sheet = sheet.beside(actions(&[("Make a token", "/tokens/new".to_owned())]));
    }
    Ok(sheet.page(&may, &html! { div class="panel" { (table.rows(&rows)) } }))
}

fn is_alive(token: &TokenRow, now_ms: i64) -> bool {
    token.revoked_ms.is_none() && token.until_ms > now_ms
}

fn row(visitor: &Visitor, token: &TokenRow) -> Vec<Markup> {
    let state = match (token.revoked_ms, token.until_ms > visitor.now_ms) {
        (Some(_), _) => badge(Tone::Quiet, "revoked"),
        (None, false) => badge(Tone::Quiet, "ended"),
        (None, true) => badge(Tone::Good, "works"),
    };
    let revokes = visitor.may(Right::ManagePeople) && is_alive(token, visitor.now_ms);
    vec![
        html! { (token.name.text()) },
        html! { (token.scopes.to_words().join(", ")) },
        html! { span { (state) @if revokes { " " a href={ "/tokens/" (token.name.text()) "/revoke" } { "Revoke" } } } },
        format::time(token.until_ms),
        format::time_or(token.used_ms, "never"),
        html! { span { (format::time(token.made_ms)) " by " (token.made_by) } },
    ]
}

fn scope_words(scope: Scope) -> &'static str {
    match scope {
        Scope::MetersRead => "See meters and suspects",
        Scope::MetersWrite => "Change meters",
        Scope::CustomersRead => "See customers",
        Scope::CustomersWrite => "Change customers",
        Scope::DepositsWrite => "Book deposits",
        Scope::RefundsClaim => "Hand in claims for spoiled imprints",
        Scope::RefundsSettle => "Receive and refuse spoiled imprints",
        Scope::OpeningsWrite => "Announce openings",
        Scope::AuditRead => "Read the audit log",
        Scope::Post => "Be a station of the post",
        Scope::MetricsRead => "Read the service's figures",
        Scope::Administration => "Do what an administrator does; alone, without the others",
    }
}

async fn show_new(may: May<ManagePeople>) -> Response {
    new_page(&may, &Entries::blank())
}

fn new_page(visitor: &Visitor, entries: &Entries) -> Response {
    let scopes = Scope::ALL
        .iter()
        .map(|scope| (scope.word().to_owned(), format!("{} ({})", scope_words(*scope), scope.word())));
    let fields = vec![
        Field::text("name", "Name")
            .hint("Of the program or station, such as post-berlin. Nobody gets it again."),
        Field::text("scopes", "What it may do").kind(Kind::Several(scopes.collect())),
        Field::text("days", "Days until it ends").kind(Kind::Digits).value("365").hint("1 to 1830."),
    ];
    let form = Form::new("/tokens/new", "", "Make the token", fields).instead("/tokens");
    let content = html! { div class="panel" { (entries.form(visitor.csrf(), form)) } };
    let sheet = Sheet::new("Make a token", "/tokens").above("Tokens", "/tokens");
    sheet.status(entries.status()).page(visitor, &content)
}

async fn make(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<ManagePeople>,
) -> Result<Response, Fault> {
    let name = entries.read("name", Name::typed);
    let days = entries.read("days", |text| format::read_number(text, 1, 1_830));
    let ticked = entries.all("scopes").join(",");
    let scopes = ticked.parse::<Scopes>().ok().filter(|scopes| !scopes.is_empty());
    if scopes.is_none() {
        entries.wrong("scopes", "A token is good for at least one of these.");
    }
    let (Some(name), Some(scopes), Some(days)) = (name, scopes, days) else {
        return Ok(new_page(&may, &entries));
    };
    let until_ms = may.now_ms.saturating_add(i64::from(days) * DAY_MS);
    let by = may.session.person.desk();
    match app.people.make_token(by, &name, &scopes, until_ms, may.now_ms).await {
        Ok(secret) => return Ok(token_page(&may, &name, &secret, until_ms)),
        Err(fault @ PeopleFault::Taken(_)) => entries.wrong("name", web::sentence(&fault)),
        Err(fault) => refuse_form(&mut entries, fault)?,
    }
    Ok(new_page(&may, &entries))
}

/// The token, shown this once.
fn token_page(visitor: &Visitor, name: &Name, secret: &Secret, until_ms: i64) -> Response {
    let content = panel(
        "The token is shown this once",
        &html! {
            p { "Put it where the program finds it and nobody else does. It works until " (format::time(until_ms)) ", or until it is revoked." }
            (web::verbatim(&secret.token_text()))
            (actions(&[("To the tokens", "/tokens".to_owned())]))
        },
    );
    let flash = Flash { tone: Tone::Good, sentence: format!("The token {name} is made.") };
    Sheet::new("New token", "/tokens").above("Tokens", "/tokens").saying(flash).page(visitor, &content)
}

async fn token(app: &App, path: Result<Path<String>, PathRejection>) -> Result<TokenRow, Fault> {
    let none = || Fault::NotFound("No token is called so.".to_owned());
    let name: Name = path?.0.parse().map_err(|_| none())?;
    app.people.tokens().await?.into_iter().find(|token| token.name == name).ok_or_else(none)
}

async fn show_revoke(
    may: May<ManagePeople>,
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    let token = token(&app, path).await?;
    let action = format!("/tokens/{}/revoke", token.name.text());
    let form = Form::new(&action, may.csrf(), "Revoke the token", vec![]).grave().instead("/tokens");
    let known = [
        ("Name", html! { (token.name.text()) }),
        ("May", html! { (token.scopes.to_words().join(", ")) }),
        ("Last used", format::time_or(token.used_ms, "never")),
    ];
    let content = html! {
        div class="panel" {
            p { "Whatever uses it is let in no more, at once and for good." }
            (facts(&known))
            (form.markup())
        }
    };
    Ok(Sheet::new("Revoke a token", "/tokens").above("Tokens", "/tokens").page(&may, &content))
}

async fn revoke(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    Sent { may, .. }: Sent<ManagePeople>,
) -> Result<Response, Fault> {
    let token = token(&app, path).await?;
    app.people.revoke_token(may.session.person.desk(), &token.name, may.now_ms).await?;
    Ok(leads_to("/tokens", Notice::TOKEN_REVOKED, &[]))
}
