//! Claims for spoiled imprints: the list, taking one in, one claim with its lines, receiving its papers, refusing a line,
//! comparing.
//!
//! What always holds: who receives papers has the count and the sum of the open lines before his eyes, and nothing is paid
//! where those have changed since.

use super::entries::{Entries, Sent, Upload, refuse_form};
use super::fault::Fault;
use super::format;
use super::notice::Notice;
use super::shell::Sheet;
use super::visitor::{ChangeMeters, May, ReadCustomers, SettleRefunds, Visitor, leads_to};
use super::words::{self, customer_path, meter_link};
use crate::app::App;
use crate::books::Counted;
use crate::books::refund::{CONSIGNMENT_BYTES_MAX, REASON_BYTES_MAX};
use crate::catalogue::{ClaimDetail, ClaimLine, ClaimRow, WhichClaims};
use crate::people::Right;
use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use link::refund::{CLAIM_BYTES_MAX, RefundClaim};
use maud::{Markup, html};
use serde::Deserialize;
use terms::Money;
use web::form::{Field, Form, Kind, search};
use web::{Column, Table, Tone, actions, badge, facts, panel};

/// The largest form with a claim: the claim, and room for the form around it.
const FORM_BYTES_MAX: usize = CLAIM_BYTES_MAX + 16 * 1024;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/refunds", get(list))
        .route("/refunds/take", get(show_take).post(take).layer(DefaultBodyLimit::max(FORM_BYTES_MAX)))
        .route("/refunds/{claim}", get(show))
        .route("/refunds/{claim}/receive", get(show_receive).post(receive))
        .route("/refunds/{claim}/refuse", get(show_refuse).post(refuse))
        .route("/refunds/{claim}/compare", get(show_compare).post(compare))
}

type At = Result<Path<String>, PathRejection>;

fn number_in(at: At) -> Result<u64, Fault> {
    let number = at?.0.parse();
    number.map_err(|_| Fault::NotFound("A claim's number has digits alone.".to_owned()))
}

fn path(number: u64) -> String {
    format!("/refunds/{number}")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    which: String,
    serial: String,
    after: Option<String>,
}

const WHICH: [(&str, &str); 2] = [("open", "with open lines"), ("seen", "seen in the mail")];

async fn list(
    may: May<ReadCustomers>,
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let Query(asked) = asked?;
    let which = match asked.which.as_str() {
        "open" => WhichClaims::Open,
        "seen" => WhichClaims::Seen,
        _ => WhichClaims::All,
    };
    let section = words::section(asked.after.as_deref())?;
    let list = app.catalogue().claims(which, asked.serial.parse().ok(), &section).await?;
    let filter = [("which", asked.which.as_str()), ("serial", asked.serial.as_str())];
    let fields = [
        Field::text("which", "State")
            .kind(words::choice("all", &WHICH))
            .value(asked.which.clone())
            .optional(),
        Field::text("serial", "Meter").value(asked.serial.clone()).optional(),
    ];
    let content = html! {
        div class="panel" {
            (search("/refunds", "Show", &fields))
            (table(&may, &list.items))
            (words::pages("/refunds", &filter, asked.after.as_deref(), &list))
        }
    };
    let mut sheet = Sheet::new("Spoiled imprints", "/refunds");
    if may.may(Right::SettleRefunds) {
        sheet = sheet.beside(actions(&[("Take a claim in", "/refunds/take".to_owned())]));
    }
    Ok(sheet.page(&may, &content))
}

async fn show_take(may: May<SettleRefunds>) -> Response {
    take_page(&may, &Entries::blank())
}

fn take_page(visitor: &Visitor, entries: &Entries) -> Response {
    let file = Field::text("file", "File").kind(Kind::File(".json,application/json"));
    let file = file.hint("The document that the meter wrote, for up to 1000 imprints.");
    let content = panel(
        "A claim of a meter",
        &html! {
            p { "Each imprint is held against the meter's key now, and refunded once its paper has come in. The same claim again is the one that is in the books." }
            (entries.form(visitor.csrf(), Form::new("/refunds/take", "", "Take it in", vec![file]).instead("/refunds")))
        },
    );
    let sheet = Sheet::new("Take a claim in", "/refunds").above("Spoiled imprints", "/refunds");
    sheet.status(entries.status()).page(visitor, &content)
}

async fn take(
    State(app): State<App>,
    Upload { may, mut entries, file }: Upload<SettleRefunds>,
) -> Result<Response, Fault> {
    match RefundClaim::read(&file) {
        Ok(claim) => match app.office.take_claim(&claim, may.name(), may.now_ms).await {
            Ok(taken) => {
                let notice = if taken.is_new { Notice::CLAIM_TAKEN } else { Notice::CLAIM_KNOWN };
                return Ok(leads_to(&path(taken.number), notice, &[]));
            }
            Err(fault) => refuse_form(&mut entries, fault)?,
        },
        Err(error) => entries.wrong("file", web::sentence(&error)),
    }
    Ok(take_page(&may, &entries))
}

fn table(visitor: &Visitor, claims: &[ClaimRow]) -> Markup {
    let (open, paid) = (visitor.heading("Open"), visitor.heading("Paid"));
    let columns = [
        Column::words("Claim"),
        Column::words("Taken in"),
        Column::words("Meter"),
        Column::figures("Imprints"),
        Column::figures(&open),
        Column::figures(&paid),
        Column::words("State"),
    ];
    let rows: Vec<Vec<Markup>> = claims
        .iter()
        .map(|claim| {
            vec![
                html! { a href=(path(claim.number)) { (claim.number) } },
                format::time(claim.taken_ms),
                meter_link(claim.serial),
                html! { (format::count(claim.lines)) },
                html! { (visitor.figures(claim.open_minor)) },
                html! { (visitor.figures(claim.paid_minor)) },
                state(claim),
            ]
        })
        .collect();
    let empty = "There is no claim for spoiled imprints here.";
    Table { caption: "Claims for spoiled imprints", columns: &columns, empty }.rows(&rows)
}

fn state(claim: &ClaimRow) -> Markup {
    html! {
        span class="badges" {
            @if claim.open > 0 && claim.received_ms.is_some() { (badge(Tone::Warn, "waits for the meter's call")) }
            @else if claim.open > 0 { (badge(Tone::Warn, "papers not received")) }
            @else { (badge(Tone::Quiet, "done")) }
            @if claim.seen > 0 { (badge(Tone::Bad, "seen in the mail")) }
        }
    }
}

async fn show(may: May<ReadCustomers>, State(app): State<App>, at: At) -> Result<Response, Fault> {
    let ClaimDetail { claim, lines } = app.catalogue().claim(number_in(at)?).await?;
    let content = html! {
        (panel("The claim", &glance(&may, &claim)))
        (panel("Its imprints", &lines_table(&may, &claim, &lines)))
    };
    let sheet =
        Sheet::new(format!("Claim {}", claim.number), "/refunds").above("Spoiled imprints", "/refunds");
    Ok(sheet.beside(ways(&may, &claim)).page(&may, &content))
}

fn ways(visitor: &Visitor, claim: &ClaimRow) -> Markup {
    let mut ways = Vec::new();
    if claim.open > 0 && visitor.may(Right::SettleRefunds) {
        ways.push(("Receive the papers", format!("{}/receive", path(claim.number))));
    }
    if claim.seen > 0 && visitor.may(Right::ChangeMeters) {
        ways.push(("Note a comparison", format!("{}/compare", path(claim.number))));
    }
    html! { @if !ways.is_empty() { (actions(&ways)) } }
}

fn glance(visitor: &Visitor, claim: &ClaimRow) -> Markup {
    let paid = html! { (format::count(claim.refunded)) ", " (visitor.amount(claim.paid_minor)) " paid" };
    facts(&[
        ("Meter", meter_link(claim.serial)),
        ("Customer", html! { a class="nowrap" href=(customer_path(claim.customer)) { (claim.customer) } }),
        ("Taken in", html! { (format::time(claim.taken_ms)) " by " (claim.taken_by) }),
        (
            "Papers received",
            html! {
                (format::time_or(claim.received_ms, "not yet"))
                @if let (Some(by), Some(consignment)) = (&claim.received_by, &claim.consignment) {
                    " by " (by) " as " (consignment)
                }
            },
        ),
        ("Open", html! { (format::count(claim.open)) ", " (visitor.amount(claim.open_minor)) " together" }),
        ("Refunded", paid),
        ("Refused", html! { (format::count(claim.refused)) }),
    ])
}

fn lines_table(visitor: &Visitor, claim: &ClaimRow, lines: &[ClaimLine]) -> Markup {
    let (postage, paid) = (visitor.heading("Postage"), visitor.heading("Paid"));
    let columns = [
        Column::figures("Line"),
        Column::words("Date printed"),
        Column::figures("MV"),
        Column::figures(&postage),
        Column::words("Why spoiled"),
        Column::words("State"),
        Column::figures(&paid),
    ];
    let rows: Vec<Vec<Markup>> = lines
        .iter()
        .map(|line| {
            vec![
                html! { (line.line) },
                html! { span class="nowrap" { (line.printed) } },
                html! { (line.mv) },
                html! { (visitor.figures(line.postage_minor)) },
                html! { (format::plain(&line.reason)) },
                line_state(visitor, claim, line),
                html! { (visitor.figures(line.paid_minor)) },
            ]
        })
        .collect();
    Table { caption: "Imprints of the claim", columns: &columns, empty: "The claim names no imprint." }
        .rows(&rows)
}

fn line_state(visitor: &Visitor, claim: &ClaimRow, line: &ClaimLine) -> Markup {
    let refuse = format!("{}/refuse?line={}", path(claim.number), line.line);
    html! {
        span {
            @match line.state.as_str() {
                "claimed" => {
                    (badge(Tone::Warn, "open"))
                    @if visitor.may(Right::SettleRefunds) { " " a href=(refuse) { "Refuse" } }
                }
                "refunded" => { (badge(Tone::Good, "refunded")) }
                _ => {
                    (badge(Tone::Quiet, "refused")) " "
                    span class="muted" { (line.sentence.as_deref().unwrap_or_default()) }
                }
            }
            @if let Some(seen_ms) = line.seen_ms {
                " " (badge(Tone::Bad, "seen in the mail")) " " span class="muted" { "known since " (format::time(seen_ms)) }
            }
        }
    }
}

fn below(title: &str, claim: u64) -> Sheet {
    Sheet::new(title, "/refunds")
        .above("Spoiled imprints", "/refunds")
        .above(format!("Claim {claim}"), path(claim))
}

async fn show_receive(may: May<SettleRefunds>, State(app): State<App>, at: At) -> Result<Response, Fault> {
    receive_page(&app, &may, number_in(at)?, &Entries::blank()).await
}

async fn receive_page(
    app: &App,
    visitor: &Visitor,
    number: u64,
    entries: &Entries,
) -> Result<Response, Fault> {
    let claim = app.catalogue().claim(number).await?.claim;
    let share = app.office.settings().now(visitor.now_ms).await?.operations.refund_share;
    let fields = vec![
        Field::text("consignment", "Reference of the consignment")
            .value(claim.consignment.clone().unwrap_or_default())
            .hint("Under what the papers came in, in one line."),
        Field::text("imprints", "Papers counted")
            .kind(Kind::Digits)
            .hint("As many as the claim has open lines: refuse those whose papers did not come first."),
        Field::text("postage", "Postage they show together").kind(Kind::Amount).hint("Such as 12.50."),
    ];
    let (action, back) = (format!("{}/receive", path(number)), path(number));
    let form = Form::new(&action, "", "Receive and pay", fields).grave().instead(&back);
    let content = html! {
        div class="panel" {
            p {
                "Count the papers, compare dates and values with the lines, and cancel each paper. The customer is paid at once for every line that the meter has reported; the others wait for its next call. This cannot be taken back."
            }
            (facts(&[
                ("Meter", meter_link(claim.serial)),
                ("Open imprints", html! { (format::count(claim.open)) }),
                ("Postage of them together", html! { (visitor.amount(claim.open_minor)) }),
                ("Handling share", html! { (format::per_cent(share)) }),
            ]))
            (entries.form(visitor.csrf(), form))
        }
    };
    Ok(below("Receive the papers", number).status(entries.status()).page(visitor, &content))
}

async fn receive(
    State(app): State<App>,
    at: At,
    Sent { may, mut entries }: Sent<SettleRefunds>,
) -> Result<Response, Fault> {
    let number = number_in(at)?;
    let consignment = entries.read("consignment", |text| format::read_line(text, CONSIGNMENT_BYTES_MAX));
    let imprints = entries.read("imprints", |text| format::read_number(text, 1, 1_000));
    let postage: Option<Money> = entries.read("postage", |text| format::read_some_amount(may.currency, text));
    if let (Some(consignment), Some(imprints), Some(postage)) = (consignment, imprints, postage) {
        let counted = Counted { imprints: imprints.into(), postage };
        match app.office.receive_claim(number, &consignment, Some(counted), may.name(), may.now_ms).await {
            Ok(paid) => {
                let numbers = [paid.imprints, paid.waiting];
                return Ok(leads_to(&path(number), Notice::PAPERS_RECEIVED, &numbers));
            }
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    receive_page(&app, &may, number, &entries).await
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Which {
    line: String,
}

async fn show_refuse(
    may: May<SettleRefunds>,
    State(app): State<App>,
    at: At,
    which: Result<Query<Which>, QueryRejection>,
) -> Result<Response, Fault> {
    refuse_page(&app, &may, number_in(at)?, &which?.0.line, &Entries::blank()).await
}

async fn refuse_page(
    app: &App,
    visitor: &Visitor,
    number: u64,
    line: &str,
    entries: &Entries,
) -> Result<Response, Fault> {
    let ClaimDetail { lines, .. } = app.catalogue().claim(number).await?;
    let shown = lines.iter().find(|shown| shown.line.to_string() == line);
    let shown = shown.ok_or_else(|| Fault::NotFound("The claim has no such line.".to_owned()))?;
    let fields = vec![
        Field::text("line", "").kind(Kind::Hidden).value(line),
        Field::text("reason", "Why").hint("For the customer and the audit log, in one line."),
    ];
    let (action, back) = (format!("{}/refuse", path(number)), path(number));
    let form = Form::new(&action, "", "Refuse the line", fields).grave().instead(&back);
    let content = html! {
        div class="panel" {
            p { "Nothing is paid for it. The imprint can be claimed again in another claim, such as when its paper comes later." }
            (facts(&[
                ("Line", html! { (shown.line) }),
                ("Date printed", html! { (shown.printed) }),
                ("Postage", html! { (visitor.amount(shown.postage_minor)) }),
                ("Why spoiled", html! { (format::plain(&shown.reason)) }),
            ]))
            (entries.form(visitor.csrf(), form))
        }
    };
    Ok(below("Refuse a line", number).status(entries.status()).page(visitor, &content))
}

async fn refuse(
    State(app): State<App>,
    at: At,
    Sent { may, mut entries }: Sent<SettleRefunds>,
) -> Result<Response, Fault> {
    let number = number_in(at)?;
    let line = entries.text("line").to_owned();
    let place = entries.read("line", |text| format::read_number(text, 1, 1_000));
    let reason = entries.read("reason", |text| format::read_line(text, REASON_BYTES_MAX));
    if let (Some(place), Some(reason)) = (place, reason) {
        let refused =
            app.office.refuse_claim_line(number, place.into(), &reason, may.name(), may.now_ms).await;
        match refused {
            Ok(()) => return Ok(leads_to(&path(number), Notice::LINE_REFUSED, &[])),
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    refuse_page(&app, &may, number, &line, &entries).await
}

async fn show_compare(may: May<ChangeMeters>, at: At) -> Result<Response, Fault> {
    Ok(compare_page(&may, number_in(at)?, &Entries::blank()))
}

fn compare_page(visitor: &Visitor, number: u64, entries: &Entries) -> Response {
    let note = Field::text("note", "By whom, and what was seen").hint("For the audit log, in one line.");
    let (action, back) = (format!("{}/compare", path(number)), path(number));
    let form = Form::new(&action, "", "Note the comparison", vec![note]).instead(&back);
    let content = html! {
        div class="panel" {
            p {
                "An imprint of this claim was seen in the mail. It may be the spoiled paper itself, which was posted by mistake: compare the paper with the post's picture before you think ill of anybody. If the paper was used twice, mark the meter as suspect on its page. All open comparisons of the meter are done by this note."
            }
            (entries.form(visitor.csrf(), form))
        }
    };
    below("Note a comparison", number).status(entries.status()).page(visitor, &content)
}

async fn compare(
    State(app): State<App>,
    at: At,
    Sent { may, mut entries }: Sent<ChangeMeters>,
) -> Result<Response, Fault> {
    let number = number_in(at)?;
    if let Some(note) = entries.read("note", |text| format::read_line(text, REASON_BYTES_MAX)) {
        match app.office.note_papers_compared(number, &note, may.name(), may.now_ms).await {
            Ok(()) => return Ok(leads_to(&path(number), Notice::PAPERS_COMPARED, &[])),
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    Ok(compare_page(&may, number, &entries))
}
