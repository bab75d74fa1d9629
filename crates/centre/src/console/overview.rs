//! The first page: how the fleet stands and what waits for somebody, by what the person may see.

use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::{Anyone, May, Visitor};
use super::{format, words};
use crate::app::App;
use crate::catalogue::{Fleet, RunRow, Section, ServiceWord};
use crate::people::Right;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use terms::equations::Status;
use web::{Tone, empty, facts, figure, panel};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(show))
}

async fn show(may: May<Anyone>, State(app): State<App>) -> Result<Response, Fault> {
    let content = html! {
        @if may.may(Right::ReadMeters) {
            (fleet(&may, &app.catalogue().fleet().await?))
            (last_run(&app).await?)
        }
        @if may.may(Right::ReadAudit) { (last_seal(&app).await?) }
        @if may.may(Right::ReadPeople) { (people(&app).await?) }
        (first_steps(&may, &app).await?)
    };
    Ok(Sheet::new(may.carrier.clone(), "/").page(&may, &content))
}

fn fleet(visitor: &Visitor, fleet: &Fleet) -> Markup {
    let number = |number: u64| format::count(number);
    let status = |status: Status| {
        let path = format!("/meters?status={}", words::status_word(status));
        (fleet.with_status(status), path)
    };
    let (okay, suspicious, manipulated) =
        (status(Status::Okay), status(Status::Suspicious), status(Status::Manipulated));
    let leaving = fleet.with_service(ServiceWord::Leaving);
    let gone = fleet.with_service(ServiceWord::Gone);
    let when = |count: u64, tone: Tone| if count == 0 { Tone::Quiet } else { tone };
    html! {
        section class="overview" aria-label="Meters" {
            (figure("Meters", &number(fleet.meters()), Tone::Quiet, "/meters"))
            (figure("In order", &number(okay.0), when(okay.0, Tone::Good), &okay.1))
            (figure("Suspicious", &number(suspicious.0), when(suspicious.0, Tone::Warn), &suspicious.1))
            (figure("Manipulated", &number(manipulated.0), when(manipulated.0, Tone::Bad), &manipulated.1))
            (figure("Overdue", &number(fleet.overdue), when(fleet.overdue, Tone::Warn), "/meters?overdue=yes"))
            @if leaving > 0 { (figure("Leaving service", &number(leaving), Tone::Quiet, "/meters?service=leaving")) }
            @if gone > 0 { (figure("Lost or dead", &number(gone), Tone::Warn, "/meters?service=gone")) }
            @if fleet.stopped > 0 { (figure("Stopped", &number(fleet.stopped), Tone::Bad, "/meters")) }
        }
        @if visitor.may(Right::ReadSuspects) || visitor.may(Right::ReadCustomers) {
            (panel("What waits for somebody", &html! {
                div class="overview" {
                    @if visitor.may(Right::ReadSuspects) {
                        (figure("Open inspections", &number(fleet.inspections), when(fleet.inspections, Tone::Warn), "/to-do?which=inspections"))
                        (figure("Calls to customers", &number(fleet.calls_to_make), when(fleet.calls_to_make, Tone::Warn), "/to-do?which=calls"))
                        (figure("Notices for the post", &number(fleet.notices), Tone::Quiet, "/to-do?which=notices"))
                    }
                    @if visitor.may(Right::ReadCustomers) {
                        (figure("Unclear deposits", &number(fleet.unclear_deposits), when(fleet.unclear_deposits, Tone::Warn), "/deposits?which=unclear"))
                    }
                }
            }))
        }
    }
}

async fn last_run(app: &App) -> Result<Markup, Fault> {
    let runs = app.catalogue().runs(&Section::new(None, Some(1))?).await?;
    Ok(panel(
        "Last regular run over all meters",
        &match runs.items.first() {
            Some(run) => run_facts(run),
            None => empty("There was none yet: the first comes with the service's first day."),
        },
    ))
}

fn run_facts(run: &RunRow) -> Markup {
    facts(&[
        ("Begun", format::time(run.started_ms)),
        ("Through", format::time_or(run.finished_ms, "under way")),
        ("In order", html! { (format::count(run.okay)) }),
        ("Suspicious", html! { (format::count(run.suspicious)) }),
        ("Manipulated", html! { (format::count(run.manipulated)) }),
    ])
}

async fn last_seal(app: &App) -> Result<Markup, Fault> {
    let seals = app.catalogue().seals(&Section::new(None, Some(1))?).await?;
    Ok(panel(
        "Last seal of the audit log",
        &match seals.items.first() {
            Some(seal) => html! {
                (facts(&[
                    ("Number", html! { a href={ "/audit/seals/" (seal.number) } { (seal.number) } }),
                    ("When", format::time(seal.at_ms)),
                    ("Covers", html! { (format::count(seal.entries)) " entries" }),
                ]))
            },
            None => empty("Nothing is sealed yet."),
        },
    ))
}

async fn people(app: &App) -> Result<Markup, Fault> {
    let people = app.people.list().await?;
    let active = people.iter().filter(|person| person.is_enabled && person.has_password).count();
    let invited = people.iter().filter(|person| person.is_enabled && !person.has_password).count();
    Ok(panel(
        "People",
        &html! {
            div class="overview" {
                (figure("Can log in", &active.to_string(), Tone::Quiet, "/people"))
                (figure("Invited", &invited.to_string(), Tone::Quiet, "/people"))
            }
        },
    ))
}

/// What to do first in a centre that is still empty.
async fn first_steps(visitor: &Visitor, app: &App) -> Result<Markup, Fault> {
    let mut ways = Vec::new();
    if visitor.may(Right::ManagePeople) && app.people.list().await?.len() < 2 {
        ways.push((
            "Invite people",
            "/people/new".to_owned(),
            "Operators look after customers and meters; an administrator does not.",
        ));
    }
    if visitor.may(Right::ChangeCustomers) || visitor.may(Right::ChangeMeters) {
        let fleet = app.catalogue().fleet().await?;
        if fleet.customers == 0 && visitor.may(Right::ChangeCustomers) {
            let what = "Meters belong to customers, who pay in what their meters spend.";
            ways.push(("Make a customer", "/customers/new".to_owned(), what));
        } else if fleet.meters() == 0 && visitor.may(Right::ChangeMeters) {
            let what = "The centre draws its keys; a command writes them out for the device.";
            ways.push(("Enrol a meter", "/meters/new".to_owned(), what));
        }
    }
    Ok(if ways.is_empty() {
        html! {}
    } else {
        panel("First steps", &web::ways(&ways))
    })
}
