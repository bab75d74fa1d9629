//! Spoiled imprints: marked with a reason, listed, and written as the list that is handed in for a refund.

use super::App;
use super::entries::{Entries, Sent};
use super::fault::Fault;
use super::reports::{whose, written};
use super::shell::Sheet;
use super::visitor::Visitor;
use ::journal::{Job, JobNumber, Reason};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use web::form::{Field, Form, Kind};
use web::{Column, Table, panel};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/spoiled", get(show).post(spoil)).route("/spoiled/{file}", get(download))
}

async fn show(
    visitor: Visitor,
    State(app): State<App>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let pairs = form_urlencoded::parse(query.as_deref().unwrap_or_default().as_bytes());
    let number = pairs.into_owned().find(|(name, _)| name == "number").map(|(_, number)| number);
    page(&app, &visitor, &Entries::blank(), &number.unwrap_or_default()).await
}

async fn page(app: &App, visitor: &Visitor, entries: &Entries, number: &str) -> Result<Response, Fault> {
    let jobs = app.owner.ask(|machine| machine.journal().spoiled()).await??;
    let reasons = Reason::ALL.map(|reason| (reason.name().to_owned(), words(reason).to_owned()));
    let fields = vec![
        Field::text("number", "Number of the imprint")
            .kind(Kind::Digits)
            .value(number)
            .hint("As the journal has it."),
        Field::text("reason", "Because").kind(Kind::Choice(reasons.into())),
    ];
    let content = html! {
        (panel("Mark an imprint as spoiled", &html! {
            p { "It is of no use and will not be mailed. The centre refunds it once the post has it; one that was seen in the mail is never refunded." }
            (entries.form(visitor.csrf(), Form::new("/spoiled", "", "Mark it", fields)))
        }))
        (panel("Spoiled, and not handed in yet", &html! {
            (table(&jobs))
            @if !jobs.is_empty() {
                div class="actions" {
                    a class="button second" href="/spoiled/spoiled.pdf" { "The list as PDF" }
                    a class="button second" href="/spoiled/spoiled.csv" { "As CSV" }
                }
            }
        }))
    };
    let sheet = Sheet::new("Spoiled imprints", "/spoiled").status(entries.status());
    Ok(sheet.page(visitor, &content))
}

fn words(reason: Reason) -> &'static str {
    match reason {
        Reason::Paper => "the paper is torn or wrong, or the print cannot be read",
        Reason::Printer => "the printer failed",
        Reason::Unknown => "nobody knows whether it is on paper",
    }
}

fn table(jobs: &[Job]) -> Markup {
    let columns = [
        Column::words("No."),
        Column::words("Date printed"),
        Column::words("Cost centre"),
        Column::figures("Postage"),
        Column::words("Since"),
        Column::words("Because"),
    ];
    let row = |job: &Job| {
        let spoiling = job.spoiling;
        vec![
            html! { a href={ "/letters/" (job.number) ".png" } { (job.number) } },
            html! { (job.order.date) },
            html! { (job.order.centre) },
            html! { (job.order.postage) },
            html! { (spoiling.map(|spoiling| spoiling.day.to_string()).unwrap_or_default()) },
            html! { (spoiling.map(|spoiling| words(spoiling.reason)).unwrap_or_default()) },
        ]
    };
    let rows: Vec<Vec<Markup>> = jobs.iter().map(row).collect();
    Table { caption: "Spoiled imprints", columns: &columns, empty: "There are none." }.rows(&rows)
}

async fn spoil(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let Sent { visitor, mut entries } = sent;
    let number = entries.read("number", |text| text.parse().map(JobNumber));
    let found = |text: &str| Reason::ALL.into_iter().find(|reason| reason.name() == text);
    let reason = entries.read("reason", |text| found(text).ok_or("choose one of these"));
    let (Some(number), Some(reason)) = (number, reason) else {
        return page(&app, &visitor, &entries, "").await;
    };
    match app.owner.ask(move |machine| machine.spoil(number, reason)).await? {
        Ok(()) => {
            visitor.say(format!("Imprint {number} is noted as spoiled."));
            Ok(Redirect::to("/spoiled").into_response())
        }
        Err(refusal) => {
            entries.refuse(&refusal);
            page(&app, &visitor, &entries, "").await
        }
    }
}

async fn download(
    _: Visitor,
    State(app): State<App>,
    file: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    let claims = app.owner.ask(|machine| machine.journal().claims()).await??;
    written(&claims.table(&whose(&app)), &file?.0)
}
