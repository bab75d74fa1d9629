//! Deposits from a file: a table, or a bank's statement of account.
//!
//! What always holds: the form's token is checked before a byte of the file is looked at; the file is read whole or
//! refused whole, with each fault at its line; it is bounded.

use super::entries::{Entries, Upload};
use super::fault::Fault;
use super::notice::Notice;
use super::shell::Sheet;
use super::visitor::{BookDeposits, May, Visitor, leads_to};
use crate::app::App;
use crate::deposits::{Currency, Deposits, MAX_FAULTS, RefusedFile, read_camt, read_table};
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::get;
use maud::html;
use web::form::{Field, Form, Kind};
use web::panel;

/// The largest form with a file, in bytes.
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// What the form says about that.
const HINT: &str = "CSV (.csv), or camt.053 (.xml) of version 02 or 08; up to 16 MB.";

pub(super) fn routes() -> Router<App> {
    let file = get(show).post(book).layer(DefaultBodyLimit::max(BYTES_MAX));
    Router::new().route("/deposits/file", file)
}

async fn show(may: May<BookDeposits>) -> Response {
    page(&may, &Entries::blank(), &[])
}

fn page(visitor: &Visitor, entries: &Entries, faults: &[String]) -> Response {
    let field = Field::text("file", "File").kind(Kind::File(".csv,.xml,text/csv,application/xml")).hint(HINT);
    let form = Form::new("/deposits/file", "", "Read the file", vec![field]).instead("/deposits");
    let content = html! {
        @if !faults.is_empty() {
            (panel("Nothing was booked", &html! {
                p { "Mend these, and send the file again." }
                (web::sentences(faults))
                @if faults.len() >= MAX_FAULTS { p class="muted" { "There may be more." } }
            }))
        }
        (panel("A bank's file", &html! {
            p { "Payments that name a customer's reference are booked for him. Those that name none wait under Deposits, unclear. What was booked before is passed over, so the same file can be read again." }
            p { "A table begins with the line " code { "reference,amount,currency,booked_on,bank_reference,payer" } "; the columns may stand in any order, and the payer may be left out." }
            (entries.form(visitor.csrf(), form))
        }))
    };
    let sheet = Sheet::new("Read a file of deposits", "/deposits").above("Deposits", "/deposits");
    sheet.status(entries.status()).page(visitor, &content)
}

async fn book(
    State(app): State<App>,
    Upload { may, mut entries, file }: Upload<BookDeposits>,
) -> Result<Response, Fault> {
    if file.is_empty() {
        entries.wrong("file", "Choose a file that is not empty.");
        return Ok(page(&may, &entries, &[]));
    }
    match read(&file, may.currency) {
        Ok(deposits) => {
            let booked = app.office.book(&deposits, may.name(), may.now_ms).await?;
            let numbers = [booked.booked, booked.known, booked.unclear, booked.passed_over];
            let path = if booked.unclear > 0 { "/deposits?which=unclear" } else { "/deposits" };
            Ok(leads_to(path, Notice::FILE_BOOKED, &numbers))
        }
        Err(refused) => {
            let faults: Vec<String> = refused.faults.iter().map(web::sentence).collect();
            Ok(page(&may, &entries, &faults))
        }
    }
}

/// A statement begins as XML does; everything else is a table.
fn read(file: &[u8], currency: Currency) -> Result<Deposits, RefusedFile> {
    let text = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    if text.trim_ascii_start().starts_with(b"<") {
        read_camt(file, currency)
    } else {
        read_table(text, currency)
    }
}
