//! The audit log: its seals, each as a page to print, and what was done at a desk.

use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::{May, ReadAudit};
use super::{events, format, words};
use crate::app::App;
use crate::audit::{Chain, Desk, log};
use crate::books::BooksFault;
use crate::catalogue::{Catalogue, SealRow};
use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use web::form::{Field, search};
use web::{Column, Table, panel};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/audit", get(show)).route("/audit/seals/{number}", get(show_seal))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    desk: String,
    after: Option<String>,
}

async fn show(
    may: May<ReadAudit>,
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let Query(asked) = asked?;
    let list = app.catalogue().seals(&words::section(asked.after.as_deref())?).await?;
    let desk = match asked.desk.trim() {
        "" => may.session.person.desk().clone(),
        name => Desk::new(name).map_err(|fault| Fault::Request(web::sentence(&fault)))?,
    };
    let chain = Chain::Desk(desk.clone());
    let entries = app.catalogue().audit(&chain, Catalogue::HISTORY_MAX).await?;
    let field = Field::text("desk", "Desk")
        .value(desk.name())
        .hint("The name of a person or a token, or centre for the service itself.");
    let content = html! {
        (panel("Seals", &html! {
            p { "Each seal covers all that was done since the one before. Print one now and then and keep it elsewhere: with it anyone can prove later that nothing before it was changed." }
            (seals(&list.items))
            (words::pages("/audit", &[("desk", &asked.desk)], asked.after.as_deref(), &list))
        }))
        (panel("What was done at a desk", &html! {
            (search("/audit", "Show", &[field]))
            (events::table(may.currency, ("Newest entries of the desk", "Nothing was done at this desk yet."), &entries, 25))
        }))
    };
    Ok(Sheet::new("Audit log", "/audit").page(&may, &content))
}

fn seals(seals: &[SealRow]) -> Markup {
    let columns = [
        Column::figures("No."),
        Column::words("When"),
        Column::figures("Entries"),
        Column::figures("Chains"),
        Column::words("Begins with"),
    ];
    let rows: Vec<Vec<Markup>> = seals
        .iter()
        .map(|seal| {
            vec![
                html! { a href={ "/audit/seals/" (seal.number) } { (seal.number) } },
                format::time(seal.at_ms),
                html! { (format::count(seal.entries)) },
                html! { (format::count(seal.heads)) },
                html! { code { (seal.hash.get(..16).unwrap_or(&seal.hash)) } },
            ]
        })
        .collect();
    Table { caption: "Seals of the audit log", columns: &columns, empty: "Nothing is sealed yet." }
        .rows(&rows)
}

async fn show_seal(
    may: May<ReadAudit>,
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    let none = || Fault::NotFound("There is no seal of this number.".to_owned());
    let number: u64 = path?.0.parse().map_err(|_| none())?;
    let pool = app.office.books().store().reads();
    let seal = log::seal_numbered(pool, number).await.map_err(BooksFault::from)?.ok_or_else(none)?;
    let settings = app.office.settings().now(may.now_ms).await?;
    let name = settings.log_name(app.office.issuer().verifying_key());
    let name = name.ok_or_else(|| Fault::Own("the audit log has no name".to_owned()))?;
    let content = panel(
        "To print and keep",
        &html! {
            p { "Compare it with what " code { "porto centre audit verify" } " says of the log's file." }
            (web::document(&seal.printed(&name).to_string()))
        },
    );
    Ok(Sheet::new(format!("Seal {number}"), "/audit").above("Audit log", "/audit").page(&may, &content))
}
