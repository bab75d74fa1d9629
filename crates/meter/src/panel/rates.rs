//! Rate tables: which there are, from when they hold, and new ones from files.

use super::App;
use super::entries::{Entries, Upload};
use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::Visitor;
use ::rates::{TABLE_BYTES_MAX, Table as RateTable};
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use web::form::{Field, Form, Kind};
use web::{Column, Table, panel};

/// The largest form with a table, whose other parts need some room too.
pub(super) const UPLOAD_BYTES_MAX: usize = TABLE_BYTES_MAX + 4 * 1024;

pub(super) fn routes() -> Router<App> {
    let upload = post(upload).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
    Router::new()
        .route("/rates", get(list))
        .route("/rates/upload", upload)
        .route("/rates/example.toml", get(example))
}

async fn list(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    page(&app, &visitor, &Entries::blank()).await
}

async fn page(app: &App, visitor: &Visitor, entries: &Entries) -> Result<Response, Fault> {
    let tables =
        app.owner.ask(|machine| machine.tables().iter().cloned().collect::<Vec<RateTable>>()).await?;
    let columns = [
        Column::words("Table"),
        Column::words("Carrier"),
        Column::figures("Edition"),
        Column::words("From"),
        Column::words("Until"),
        Column::figures("Products"),
    ];
    let row = |table: &RateTable| {
        let until = table.valid_until().map(|until| until.to_string());
        vec![
            html! { (table.title()) },
            html! { (table.carrier()) },
            html! { (table.edition()) },
            html! { (table.valid_from()) },
            html! { (until.unwrap_or_else(|| "the next one".into())) },
            html! { (table.products().len()) },
        ]
    };
    let rows: Vec<Vec<Markup>> = tables.iter().map(row).collect();
    let file = Field::text("file", "File")
        .kind(Kind::File(".toml"))
        .hint("A table in TOML, as docs/formats/rates.md has it.");
    let content = html! {
        (panel("Tables", &Table { caption: "Rate tables", columns: &columns, empty: "There are none: load one." }.rows(&rows)))
        (panel("Load a table", &html! {
            p { "It holds from its own first day on; imprints dated ahead go by it already. " a href="/rates/example.toml" { "An example to look at" } }
            (entries.form(visitor.csrf(), Form::new("/rates/upload", "", "Load it", vec![file])))
        }))
        @if !tables.is_empty() { (web::actions(&[("Try a letter", "/price".to_owned())])) }
    };
    Ok(Sheet::new("Rate tables", "/rates").status(entries.status()).page(visitor, &content))
}

async fn upload(State(app): State<App>, sent: Upload) -> Result<Response, Fault> {
    let Upload { visitor, mut entries, file } = sent;
    let table = match read(file) {
        Ok(table) => table,
        Err(error) => {
            entries.wrong("file", web::sentence(&error));
            return page(&app, &visitor, &entries).await;
        }
    };
    let name = table.carrier().to_string();
    match app.owner.ask(move |machine| machine.keep_rate_table(&name, table)).await? {
        Ok(()) => {
            visitor.say("The table is kept.");
            Ok(Redirect::to("/rates").into_response())
        }
        Err(refusal) => {
            entries.refuse(&refusal);
            page(&app, &visitor, &entries).await
        }
    }
}

/// The table in a file that was sent.
pub(super) fn read(file: Vec<u8>) -> Result<RateTable, String> {
    let text = String::from_utf8(file).map_err(|_| "a table is text".to_owned())?;
    RateTable::from_toml(&text).map_err(|error| error.to_string())
}

async fn example() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/toml"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"example.toml\""),
    ];
    (headers, RateTable::example_text()).into_response()
}
