//! What was done at the meter, and errors by kind.

use super::App;
use super::fault::Fault;
use super::reports::time;
use super::shell::Sheet;
use super::visitor::Visitor;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use journal::{Entry, FaultCount, JournalError};
use maud::{Markup, html};
use web::{Column, Table, panel};

/// How many entries are shown.
const ENTRIES: u32 = 200;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/log", get(show))
}

async fn show(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    let read = |machine: &mut crate::machine::Machine| {
        let journal = machine.journal();
        Ok::<_, JournalError>((journal.last_notes(ENTRIES)?, journal.errors()?))
    };
    let (entries, errors) = app.owner.ask(read).await??;
    let device =
        app.owner.ask(|machine| machine.routine().standing().map(|standing| standing.status.errors)).await?;
    let content = html! {
        (panel("Errors at the control unit", &errors_table(&errors)))
        @if let Some(device) = device { p class="muted" { "The security device has counted " (device.total()) " of its own. The centre or the service clears them." } }
        (panel("Log", &log_table(&entries)))
    };
    Ok(Sheet::new("Log and errors", "/log").page(&visitor, &content))
}

fn errors_table(errors: &[FaultCount]) -> Markup {
    let columns = [Column::words("Kind"), Column::figures("How often"), Column::words("Last")];
    let row = |count: &FaultCount| {
        let often =
            if count.count == FaultCount::MAX { "999 or more".into() } else { count.count.to_string() };
        vec![html! { (count.kind) }, html! { (often) }, html! { (time(count.last_ms)) }]
    };
    let rows: Vec<Vec<Markup>> = errors.iter().map(row).collect();
    Table { caption: "Errors", columns: &columns, empty: "No errors." }.rows(&rows)
}

fn log_table(entries: &[Entry]) -> Markup {
    let columns =
        [Column::words("When"), Column::words("Who"), Column::words("About"), Column::words("What")];
    let row = |entry: &Entry| {
        let note = &entry.note;
        vec![
            html! { (time(entry.at_ms)) },
            html! { (note.who) },
            html! { (note.kind) },
            html! { (note.sentence) },
        ]
    };
    let rows: Vec<Vec<Markup>> = entries.iter().map(row).collect();
    Table { caption: "Log", columns: &columns, empty: "Nothing yet." }.rows(&rows)
}
