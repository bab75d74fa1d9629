//! Spoiled imprints: marked with a reason, listed, and written as the claim that is handed in for a refund.

use super::App;
use super::entries::{Entries, Question, Sent, typed};
use super::fault::Fault;
use super::reports::{whose, written};
use super::shell::Sheet;
use super::visitor::Visitor;
use crate::machine::{Machine, OfficeFault};
use ::journal::{Job, JobNumber, JournalError};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use link::refund::RefundClaim;
use maud::{Markup, html};
use terms::SpoilReason;
use web::form::{Field, Form, Kind};
use web::{Column, Table, panel};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/spoiled", get(show).post(spoil))
        .route("/spoiled/claim", post(claim))
        .route("/spoiled/{file}", get(download))
}

async fn show(
    visitor: Visitor,
    State(app): State<App>,
    Question(asked): Question,
) -> Result<Response, Fault> {
    page(&app, &visitor, &Entries::blank(), asked.text("number")).await
}

async fn page(app: &App, visitor: &Visitor, entries: &Entries, number: &str) -> Result<Response, Fault> {
    let (jobs, handed_in) = app
        .owner
        .ask(|machine| Ok::<_, JournalError>((machine.journal().spoiled()?, machine.journal().handed_in()?)))
        .await??;
    let reasons = SpoilReason::ALL.map(|reason| (reason.word().to_owned(), web::sentence(&reason)));
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
            (entries.one_of(visitor.csrf(), "mark", Form::new("/spoiled", "", "Mark it", fields)))
        }))
        (panel("Spoiled, and not handed in yet", &html! {
            (table("Spoiled imprints", &jobs))
            @if !jobs.is_empty() {
                div class="actions" { (lists("spoiled")) }
                p { "The claim goes to the centre, the papers with their list to the carrier." }
                (entries.one_of(visitor.csrf(), "claim", Form::new("/spoiled/claim", "", "Write the claim", Vec::new())))
            }
        }))
        @if !handed_in.is_empty() {
            (panel("Handed in", &html! {
                (table("Imprints that were handed in", &handed_in))
                div class="actions" {
                    a class="button second" href="/spoiled/claim.json" { "Their claim again" }
                    (lists("handed-in"))
                }
            }))
        }
    };
    let sheet = Sheet::new("Spoiled imprints", "/spoiled").status(entries.status());
    Ok(sheet.page(visitor, &content))
}

fn lists(name: &str) -> Markup {
    html! {
        a class="button second" href={ "/spoiled/" (name) ".pdf" } { "The list as PDF" }
        a class="button second" href={ "/spoiled/" (name) ".csv" } { "As CSV" }
    }
}

fn table(caption: &str, jobs: &[Job]) -> Markup {
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
            html! { span class="nowrap" { (job.order.date) } },
            html! { (job.order.centre) },
            html! { (job.order.postage) },
            html! { (spoiling.map(|spoiling| spoiling.day.to_string()).unwrap_or_default()) },
            html! { (spoiling.map(|spoiling| spoiling.reason.to_string()).unwrap_or_default()) },
        ]
    };
    let rows: Vec<Vec<Markup>> = jobs.iter().map(row).collect();
    Table { caption, columns: &columns, empty: "There are none." }.rows(&rows)
}

async fn spoil(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let Sent { visitor, mut entries } = sent;
    let number = entries.read("number", |text| typed(text).map(JobNumber));
    let reason = entries.read("reason", |text| SpoilReason::of(text).ok_or("choose one of these"));
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

/// Writes the claim, and notes its imprints as handed in. Where the answer is lost on its way, the page has the claim again.
async fn claim(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let Sent { visitor, mut entries } = sent;
    let asked = app.owner.ask(|machine| {
        let claim = machine.claim()?;
        claim.iter().try_for_each(|claim| machine.handed_in(claim))?;
        Ok::<_, OfficeFault>(claim)
    });
    match asked.await? {
        Ok(Some(claim)) => document(&claim),
        Ok(None) => Ok(Redirect::to("/spoiled").into_response()),
        Err(refusal) => {
            entries.refuse(&refusal);
            page(&app, &visitor, &entries, "").await
        }
    }
}

fn document(claim: &RefundClaim) -> Result<Response, Fault> {
    let bytes = claim.write().map_err(|error| Fault::Request(web::sentence(&error)))?;
    let name = format!("attachment; filename=\"claim-{}.json\"", claim.serial());
    Ok(([(header::CONTENT_TYPE, "application/json"), (header::CONTENT_DISPOSITION, &name)], bytes)
        .into_response())
}

async fn download(
    _: Visitor,
    State(app): State<App>,
    file: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    let file = file?.0;
    let claims = match file.split_once('.') {
        Some(("claim", "json")) => {
            let claim = app.owner.ask(Machine::claim_again).await?;
            let claim = claim.map_err(|refusal| Fault::Request(web::sentence(&refusal)))?;
            return document(&claim.ok_or(Fault::NotFound)?);
        }
        Some(("spoiled", _)) => app.owner.ask(|machine| machine.journal().claims()).await??,
        Some(("handed-in", _)) => app.owner.ask(|machine| machine.journal().claims_handed_in()).await??,
        _ => return Err(Fault::NotFound),
    };
    written(&claims.table(&whose(&app)), &file)
}
