//! Reports: what was franked in a period, by cost centre, user, cliché, day or month; on the page, as CSV and as PDF.

use super::App;
use super::entries::{Entries, Question};
use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::Visitor;
use crate::machine::Machine;
use ::journal::{By, Figures, Grouping, Key, Period, Report, Table as JournalTable};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use terms::{Date, DateError};
use web::form::{Field, Kind};
use web::{Column, panel};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/reports", get(show)).route("/reports/{file}", get(download))
}

/// What a report is asked for by.
struct Asked {
    from: String,
    to: String,
    by: String,
}

impl Asked {
    fn of(entries: &Entries) -> Asked {
        let text = |name: &str| entries.text(name).to_owned();
        let by = Some(text("by")).filter(|by| !by.is_empty()).unwrap_or_else(|| "centre".into());
        Asked { from: text("from"), to: text("to"), by }
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("from", &self.from).append_pair("to", &self.to).append_pair("by", &self.by);
        query.finish()
    }

    fn period(&self) -> Result<(Period, Grouping), String> {
        let day = |text: &str| match text {
            "" => Ok(None),
            text => text.parse::<Date>().map(Some).map_err(|error: DateError| error.to_string()),
        };
        let by = self.by.parse().map_err(|error: ::journal::ByError| error.to_string())?;
        Ok((Period { from: day(&self.from)?, to: day(&self.to)? }, by))
    }
}

async fn report(app: &App, asked: &Asked) -> Result<Result<Report, String>, Fault> {
    match asked.period() {
        Ok((period, by)) => {
            let work = move |machine: &mut Machine| machine.journal().report(period, by);
            Ok(Ok(app.owner.ask(work).await??))
        }
        Err(error) => Ok(Err(error)),
    }
}

async fn show(
    visitor: Visitor,
    State(app): State<App>,
    Question(entries): Question,
) -> Result<Response, Fault> {
    let asked = Asked::of(&entries);
    let report = report(&app, &asked).await?;
    let groupings: Vec<(String, String)> = By::ALL
        .iter()
        .map(|by| (by.name().to_owned(), heading(*by).to_lowercase()))
        .chain([
            ("centre,month".into(), "cost centre and month".into()),
            ("centre,cliche".into(), "cost centre and cliché".into()),
        ])
        .collect();
    let fields = [
        Field::text("from", "From").kind(Kind::Date).value(&*asked.from).optional(),
        Field::text("to", "To").kind(Kind::Date).value(&*asked.to).optional(),
        Field::text("by", "By").kind(Kind::Choice(groupings)).value(&*asked.by),
    ];
    let content = html! {
        (panel("Period", &web::form::search("/reports", "Show", &fields)))
        @match &report {
            Ok(report) => {
                (panel("Franked", &html! {
                    p class="muted" { (web::sentence(&report.period)) }
                    (table(report))
                    div class="actions" {
                        a class="button second" href={ "/reports/franking.csv?" (asked.query()) } { "As CSV" }
                        a class="button second" href={ "/reports/franking.pdf?" (asked.query()) } { "As PDF" }
                    }
                }))
            },
            Err(error) => { p class="flash bad" role="alert" { (web::sentence(error)) } },
        }
    };
    Ok(Sheet::new("Reports", "/reports").page(&visitor, &content))
}

fn heading(by: By) -> &'static str {
    match by {
        By::Centre => "Cost centre",
        By::User => "User",
        By::Cliche => "Cliché",
        By::Day => "Day",
        By::Month => "Month",
    }
}

fn table(report: &Report) -> Markup {
    let keys = [Some(report.by.first), report.by.second].into_iter().flatten();
    let mut columns: Vec<Column<'_>> = keys.map(|by| Column::words(heading(by))).collect();
    columns.extend(
        ["Pieces", "Zero value", "Postage", "Surcharge", "Spoiled", "Their postage"].map(Column::figures),
    );
    let cells = |keys: &[Key], figures: &Figures| -> Vec<Markup> {
        keys.iter().map(|key| html! { (key) }).chain(figures_of(figures)).collect()
    };
    let mut rows: Vec<Vec<Markup>> = report.rows.iter().map(|row| cells(&row.keys, &row.figures)).collect();
    if !rows.is_empty() {
        let blank = report.by.second.map(|_| html! {});
        let total = figures_of(&report.total).map(|cell| html! { strong { (cell) } });
        rows.push(std::iter::once(html! { strong { "Total" } }).chain(blank).chain(total).collect());
    }
    web::Table {
        caption: "What was franked",
        columns: &columns,
        empty: "Nothing was franked in this period.",
    }
    .rows(&rows)
}

fn figures_of(figures: &Figures) -> [Markup; 6] {
    let Figures { pieces, zero_pieces, postage, surcharge, spoiled, spoiled_postage } = figures;
    [
        html! { (pieces) },
        html! { (zero_pieces) },
        html! { (postage) },
        html! { (surcharge) },
        html! { (spoiled) },
        html! { (spoiled_postage) },
    ]
}

async fn download(
    _: Visitor,
    State(app): State<App>,
    file: Result<Path<String>, PathRejection>,
    Question(entries): Question,
) -> Result<Response, Fault> {
    let asked = Asked::of(&entries);
    let report = report(&app, &asked).await?.map_err(|error| Fault::Request(web::sentence(&error)))?;
    written(&report.table(&whose(&app)), &file?.0)
}

/// Of which meter a document is, and when it was made.
pub(super) fn whose(app: &App) -> String {
    let serial = app.owner.snapshot().ok().and_then(|now| now.view.serial);
    let serial = serial.map(|serial| serial.to_string()).unwrap_or_default();
    format!("Meter {serial}, made {}", time(Timestamp::now().as_millisecond()))
}

/// A table as the kind of file that its name asks for.
pub(super) fn written(table: &JournalTable, name: &str) -> Result<Response, Fault> {
    let (kind, bytes) = match name.rsplit_once('.') {
        Some((_, "csv")) => ("text/csv; charset=utf-8", table.csv()?.into_bytes()),
        Some((_, "pdf")) => ("application/pdf", table.pdf()),
        _ => return Err(Fault::NotFound),
    };
    let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.' || byte == b'-');
    let disposition = format!("attachment; filename=\"{}\"", if is_plain { name } else { "report" });
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, &disposition)], bytes).into_response())
}

/// A time as the wall shows it here.
pub(super) fn time(at_ms: i64) -> String {
    let zoned = Timestamp::from_millisecond(at_ms).map(|at| at.to_zoned(TimeZone::system()));
    zoned.map(|zoned| zoned.strftime("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}
