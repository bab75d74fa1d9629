//! The journal: the last imprints with how far each has come.

use super::App;
use super::fault::Fault;
use super::front::tone;
use super::reports::time;
use super::shell::Sheet;
use super::visitor::Visitor;
use ::journal::Job;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use web::{Column, Table, badge, panel};

/// How many are shown.
const JOBS: u32 = 200;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/journal", get(show))
}

async fn show(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    let jobs = app.owner.ask(|machine| machine.journal().last(JOBS)).await??;
    let columns = [
        Column::words("No."),
        Column::words("When"),
        Column::figures("Postage"),
        Column::figures("Surcharge"),
        Column::words("Cost centre"),
        Column::words("User"),
        Column::words("Date printed"),
        Column::words("Reference"),
        Column::words("State"),
        Column::words(""),
    ];
    let rows: Vec<Vec<Markup>> = jobs.iter().map(row).collect();
    let table =
        Table { caption: "Imprints", columns: &columns, empty: "Nothing has been franked yet." }.rows(&rows);
    Ok(Sheet::new("Journal", "/journal").page(&visitor, &panel("The last imprints", &table)))
}

fn row(job: &Job) -> Vec<Markup> {
    let order = &job.order;
    let can_be_spoiled = job.state.after(::journal::Step::Spoil).is_some();
    vec![
        html! { @if job.booking.is_some() { a href={ "/letters/" (job.number) ".png" } { (job.number) } } @else { (job.number) } },
        html! { (time(job.reserved_ms)) },
        html! { (order.postage) },
        html! { (order.surcharge) },
        html! { (order.centre) },
        html! { @if order.user > 0 { (order.user) } },
        html! { span class="nowrap" { (order.date) } },
        html! { (order.reference) },
        badge(tone(job.state), job.state.name()),
        html! { @if can_be_spoiled { a href={ "/spoiled?number=" (job.number) } { "Spoiled?" } } },
    ]
}
