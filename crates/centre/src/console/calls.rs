//! Calls, those that failed or were refused too, and the report of who asked for funds without being entitled to.

use super::fault::Fault;
use super::meters;
use super::shell::Sheet;
use super::visitor::{May, ReadMeters};
use super::{format, words};
use crate::app::App;
use crate::catalogue::{CallFilter, CallRow, WhichCalls};
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use web::form::{Field, Kind, search};
use web::{Column, Table, actions};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/calls", get(list))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    which: String,
    serial: String,
    after: Option<String>,
}

const WHICH: [(&str, &str); 2] = [("failed", "failed or refused"), ("unauthorised", "unauthorised requests")];

async fn list(
    may: May<ReadMeters>,
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let Query(asked) = asked?;
    let which = match asked.which.as_str() {
        "failed" => WhichCalls::Failed,
        "unauthorised" => WhichCalls::Unauthorised,
        _ => WhichCalls::All,
    };
    let filter = CallFilter { which, serial: asked.serial.trim().parse().ok() };
    let list = app.catalogue().calls(&filter, &words::section(asked.after.as_deref())?).await?;
    let pairs = [("which", asked.which.as_str()), ("serial", asked.serial.as_str())];
    let fields = [
        Field::text("which", "Which")
            .kind(words::choice("all", &WHICH))
            .value(asked.which.clone())
            .optional(),
        Field::text("serial", "Meter").kind(Kind::Digits).value(asked.serial.clone()).optional(),
    ];
    let content = html! {
        div class="panel" {
            (search("/calls", "Show", &fields))
            @if which == WhichCalls::Unauthorised {
                p { "In each of these somebody asked for funds who was not entitled to: the meter itself, when it was called back at its registered number, knew nothing of it, or the caller did not prove who he was." }
            }
            (table(which, &list.items))
            (words::pages("/calls", &pairs, asked.after.as_deref(), &list))
        }
    };
    let (title, beside) = match which {
        WhichCalls::Unauthorised => ("Unauthorised requests", ("All calls", "/calls")),
        _ => ("Calls", ("Unauthorised requests", "/calls?which=unauthorised")),
    };
    let sheet = Sheet::new(title, "/calls").beside(actions(&[(beside.0, beside.1.to_owned())]));
    Ok(sheet.page(&may, &content))
}

fn table(which: WhichCalls, calls: &[CallRow]) -> Markup {
    let columns = [
        Column::words("When"),
        Column::words("Meter"),
        Column::words("How"),
        Column::words("Asked for"),
        Column::words("Outcome"),
        Column::words("From"),
    ];
    let rows: Vec<Vec<Markup>> = calls
        .iter()
        .map(|call| {
            vec![
                format::time(call.opened_ms),
                meter(call),
                html! { (words::trigger_words(call.trigger.as_deref())) },
                html! { (call.ask.as_deref().map_or("nothing", words::ask_words)) },
                html! { span { (meters::outcome(call)) } },
                html! { (call.origin) },
            ]
        })
        .collect();
    let empty = match which {
        WhichCalls::All => "No call has come in yet.",
        WhichCalls::Failed => "No call has failed.",
        WhichCalls::Unauthorised => "Nobody has asked for funds without being entitled to.",
    };
    Table { caption: "Calls", columns: &columns, empty }.rows(&rows)
}

/// The meter where it proved to be it, else the number that was named.
fn meter(call: &CallRow) -> Markup {
    match (call.serial, call.call_number) {
        (Some(serial), _) => words::meter_link(serial),
        (None, Some(number)) => html! { span class="muted" { "claims PAN " (format!("{number:08}")) } },
        (None, None) => html! { span class="muted" { "nobody" } },
    }
}
