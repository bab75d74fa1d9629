//! Suspect meters with their reasons, and what is to be done about them: notices to the post, inspections, calls.

use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::{May, ReadSuspects};
use super::{format, words};
use crate::app::App;
use crate::catalogue::{ReactionRow, SuspectRow, WhichReactions};
use crate::people::Right;
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use web::form::{Field, search};
use web::{Column, Table};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/suspects", get(suspects)).route("/to-do", get(to_do))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    which: String,
    after: Option<String>,
}

async fn suspects(
    may: May<ReadSuspects>,
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let after = asked?.0.after;
    let list = app.catalogue().suspects(&words::section(after.as_deref())?).await?;
    let columns = [
        Column::words("Meter"),
        Column::words("Customer"),
        Column::words("State"),
        Column::words("Since"),
        Column::words("Why"),
    ];
    let follows = may.may(Right::ReadCustomers);
    let rows: Vec<Vec<Markup>> = list.items.iter().map(|suspect| row(suspect, follows)).collect();
    let empty = "No meter is suspect. Meters come here when their registers, their calls or the post speak against them.";
    let content = html! {
        div class="panel" {
            p { "A suspect meter franks on: its imprints carry the mark, and the post is told. Only an operator stops a meter." }
            (Table { caption: "Suspect meters", columns: &columns, empty }.rows(&rows))
            (words::pages("/suspects", &[], after.as_deref(), &list))
        }
    };
    Ok(Sheet::new("Suspects", "/suspects").page(&may, &content))
}

fn row(suspect: &SuspectRow, follows: bool) -> Vec<Markup> {
    let meter = &suspect.meter;
    let reasons: Vec<String> = suspect.reasons.iter().map(|reason| web::sentence(&reason.sentence)).collect();
    vec![
        words::meter_link(meter.serial),
        words::customer_link(meter.customer, &meter.customer_name, follows),
        words::meter_badges(meter.status, meter.service, meter.is_stopped),
        format::time_or(meter.suspect_ms, "not known"),
        web::sentences(&reasons),
    ]
}

const WHICH: [(&str, &str); 4] = [
    ("inspections", "inspections"),
    ("calls", "calls to customers"),
    ("notices", "notices to the post"),
    ("papers", "papers to compare"),
];

async fn to_do(
    may: May<ReadSuspects>,
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let Query(asked) = asked?;
    let which = match asked.which.as_str() {
        "inspections" => WhichReactions::Inspections,
        "calls" => WhichReactions::Calls,
        "papers" => WhichReactions::Papers,
        "notices" => WhichReactions::Notices,
        _ => WhichReactions::All,
    };
    let list = app.catalogue().reactions(which, &words::section(asked.after.as_deref())?).await?;
    let columns = [
        Column::words("Meter"),
        Column::words("What"),
        Column::words("By when"),
        Column::words("Decided"),
        Column::words("Why"),
    ];
    let rows: Vec<Vec<Markup>> =
        list.items.iter().map(|reaction| reaction_row(reaction, may.now_ms)).collect();
    let field =
        Field::text("which", "What").kind(words::choice("all", &WHICH)).value(asked.which.clone()).optional();
    let content = html! {
        div class="panel" {
            (search("/to-do", "Show", &[field]))
            (Table { caption: "What is to be done", columns: &columns, empty: "Nothing is left to be done here." }.rows(&rows))
            (words::pages("/to-do", &[("which", &asked.which)], asked.after.as_deref(), &list))
            p class="muted" {
                "An inspection and a call are done when they are noted on the meter's page, or when the meter is heard and in order; a notice, when the post has fetched it; a paper is compared when that is noted on its claim's page."
            }
        }
    };
    Ok(Sheet::new("To be done about suspects", "/to-do").page(&may, &content))
}

fn reaction_row(reaction: &ReactionRow, now_ms: i64) -> Vec<Markup> {
    let why: Vec<String> = reaction.why.iter().map(web::sentence).collect();
    vec![
        words::meter_link(reaction.serial),
        html! { (words::reaction_words(reaction)) },
        html! {
            span {
                (format::time_or(reaction.until_ms, "soon"))
                @if reaction.until_ms.is_some_and(|until_ms| until_ms < now_ms) {
                    " " (web::badge(web::Tone::Bad, "late"))
                }
            }
        },
        html! { span { (format::time(reaction.at_ms)) " by " (words::by_whom(&reaction.by)) } },
        web::sentences(&why),
    ]
}
