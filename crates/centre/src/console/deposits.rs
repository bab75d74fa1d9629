//! Deposits: the list, by hand, and those of which a person must say whose they are.

use super::entries::{Entries, Sent, refuse_form};
use super::fault::Fault;
use super::notice::Notice;
use super::shell::Sheet;
use super::visitor::{BookDeposits, May, ReadCustomers, Visitor, leads_to};
use super::words::{self, customer_path};
use super::{customers, format, upload};
use crate::app::App;
use crate::books::BooksFault;
use crate::catalogue::{DepositRow, WhichDeposits};
use crate::deposits::{CustomerReference, MAX_TEXT_BYTES, Payment};
use crate::office::OfficeFault;
use crate::people::Right;
use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use web::form::{Field, Form, Kind, search};
use web::{Column, Table, Tone, actions, badge, facts};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/deposits", get(list))
        .route("/deposits/new", get(show_new).post(book))
        .route("/deposits/assign", get(show_assign).post(assign))
        .route("/deposits/reverse", get(show_reverse).post(reverse))
        .merge(upload::routes())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    which: String,
    customer: String,
    after: Option<String>,
}

const WHICH: [(&str, &str); 2] = [("unclear", "unclear"), ("reversed", "taken back")];

async fn list(
    may: May<ReadCustomers>,
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let Query(asked) = asked?;
    let which = match asked.which.as_str() {
        "unclear" => WhichDeposits::Unclear,
        "reversed" => WhichDeposits::Reversed,
        _ => WhichDeposits::All,
    };
    let section = words::section(asked.after.as_deref())?;
    let list = app.catalogue().deposits(which, asked.customer.parse().ok(), &section).await?;
    let empty = match which {
        WhichDeposits::All => "Nothing was paid in yet.",
        WhichDeposits::Unclear => "It is plain of every payment whose it is.",
        WhichDeposits::Reversed => "No deposit was taken back.",
    };
    let filter = [("which", asked.which.as_str()), ("customer", asked.customer.as_str())];
    let fields = [
        Field::text("which", "State")
            .kind(words::choice("all", &WHICH))
            .value(asked.which.clone())
            .optional(),
        Field::text("customer", "Customer's reference").value(asked.customer.clone()).optional(),
    ];
    let content = html! {
        div class="panel" {
            (search("/deposits", "Show", &fields))
            (table(&may, empty, &list.items))
            (words::pages("/deposits", &filter, asked.after.as_deref(), &list))
        }
    };
    let mut sheet = Sheet::new("Deposits", "/deposits");
    if may.may(Right::BookDeposits) {
        let file = ("Read a file", "/deposits/file".to_owned());
        sheet = sheet.beside(actions(&[file, ("Book by hand", "/deposits/new".to_owned())]));
    }
    Ok(sheet.page(&may, &content))
}

/// Deposits as a table.
pub(super) fn table(visitor: &Visitor, empty: &str, deposits: &[DepositRow]) -> Markup {
    let amount = visitor.heading("Amount");
    let columns = [
        Column::words("Bank's reference"),
        Column::words("Booked on"),
        Column::figures(&amount),
        Column::words("Payer"),
        Column::words("Customer"),
        Column::words("State"),
    ];
    let rows: Vec<Vec<Markup>> = deposits
        .iter()
        .map(|deposit| {
            vec![
                html! { (deposit.bank_reference) },
                html! { span class="nowrap" { (deposit.booked_on) } },
                html! { (visitor.figures(deposit.amount_minor)) },
                html! { (deposit.payer) },
                customer(deposit),
                state(visitor, deposit),
            ]
        })
        .collect();
    Table { caption: "Deposits", columns: &columns, empty }.rows(&rows)
}

fn customer(deposit: &DepositRow) -> Markup {
    match deposit.customer {
        Some(customer) => html! { a class="nowrap" href=(customer_path(customer)) { (customer) } },
        None => html! { span class="muted" { (deposit.unclear.as_deref().unwrap_or("nobody's")) } },
    }
}

fn state(visitor: &Visitor, deposit: &DepositRow) -> Markup {
    let link = |act: &str, label: &str| {
        let query = format::query(&[("reference", deposit.bank_reference.as_str())]);
        html! { @if visitor.may(Right::BookDeposits) { " " a href={ "/deposits/" (act) "?" (query) } { (label) } } }
    };
    html! {
        span {
            @match (deposit.reversed_ms, deposit.customer) {
                (Some(_), _) => { (badge(Tone::Quiet, "taken back")) }
                (None, None) => { (badge(Tone::Warn, "unclear")) (link("assign", "Assign")) }
                (None, Some(_)) => { (badge(Tone::Good, "booked")) (link("reverse", "Take back")) }
            }
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct For {
    customer: String,
    reference: String,
}

async fn show_new(
    may: May<BookDeposits>,
    State(app): State<App>,
    asked: Result<Query<For>, QueryRejection>,
) -> Result<Response, Fault> {
    new_page(&app, &may, asked?.0.customer.parse().ok(), &Entries::blank()).await
}

async fn new_page(
    app: &App,
    visitor: &Visitor,
    customer: Option<CustomerReference>,
    entries: &Entries,
) -> Result<Response, Fault> {
    let proposals = customers::proposals(app, visitor).await?;
    let fields = vec![
        Field::text("customer", "Customer's reference")
            .kind(Kind::Proposed(proposals))
            .value(customer.map(|customer| customer.to_string()).unwrap_or_default())
            .hint("RF, two check digits and twelve digits."),
        Field::text("amount", "Amount").kind(Kind::Amount).hint("Such as 250.00."),
        Field::text("booked_on", "Day the bank booked it")
            .kind(Kind::Date)
            .value(format::day(visitor.now_ms)),
        Field::text("reference", "The bank's reference").hint(
            "What the bank calls this payment: the same again is the same payment, and is booked once.",
        ),
        Field::text("payer", "Payer").optional(),
        Field::text("remittance", "What the payer wrote").optional(),
    ];
    let form = Form::new("/deposits/new", "", "Book the deposit", fields).instead("/deposits");
    let content = html! { div class="panel" { (entries.form(visitor.csrf(), form)) } };
    let sheet = Sheet::new("Book a deposit by hand", "/deposits").above("Deposits", "/deposits");
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

async fn book(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<BookDeposits>,
) -> Result<Response, Fault> {
    let Some((customer, payment)) = payment(&may, &mut entries) else {
        return new_page(&app, &may, None, &entries).await;
    };
    match app.office.deposit(customer, &payment, may.name(), may.now_ms).await {
        Ok(is_new) => {
            let notice = if is_new { Notice::DEPOSIT_BOOKED } else { Notice::DEPOSIT_KNOWN };
            return Ok(leads_to(&customer_path(customer), notice, &[]));
        }
        Err(OfficeFault::Books(BooksFault::NoCustomer(_))) => {
            entries.wrong("customer", "No customer has this reference.");
        }
        Err(fault) => refuse_form(&mut entries, fault)?,
    }
    new_page(&app, &may, None, &entries).await
}

fn payment(visitor: &Visitor, entries: &mut Entries) -> Option<(CustomerReference, Payment)> {
    let line = |text: &str| format::read_line(text, MAX_TEXT_BYTES);
    let customer = entries.read("customer", str::parse::<CustomerReference>);
    let amount = entries.read("amount", |text| format::read_some_amount(visitor.currency, text));
    let booked_on = entries.read("booked_on", format::read_day);
    let bank_reference = entries.read("reference", line);
    let payer = entries.read_optional("payer", line);
    let remittance = entries.read_optional("remittance", line);
    let payment = Payment {
        line: 0,
        amount: amount?,
        booked_on: booked_on?,
        bank_reference: bank_reference?,
        payer: payer?.unwrap_or_default(),
        remittance: remittance?.unwrap_or_default(),
    };
    Some((customer?, payment))
}

/// The deposit that the bank calls so.
async fn deposit(app: &App, reference: &str) -> Result<DepositRow, Fault> {
    let none = || Fault::NotFound("No deposit has this reference of the bank.".to_owned());
    app.catalogue().deposit(reference).await?.ok_or_else(none)
}

fn glance(visitor: &Visitor, deposit: &DepositRow) -> Markup {
    let text =
        |text: &str| html! { @if text.is_empty() { span class="muted" { "nothing" } } @else { (text) } };
    facts(&[
        ("Amount", html! { (visitor.amount(deposit.amount_minor)) }),
        ("The bank's reference", html! { (deposit.bank_reference) }),
        ("Booked on", html! { (deposit.booked_on) }),
        ("Payer", text(&deposit.payer)),
        ("What the payer wrote", text(&deposit.remittance)),
        (
            "Customer",
            match deposit.customer {
                Some(customer) => html! { (customer) },
                None => text(deposit.unclear.as_deref().unwrap_or("nobody's")),
            },
        ),
        ("Put into the books", html! { (format::time(deposit.at_ms)) " by " (deposit.by) }),
    ])
}

async fn show_assign(
    may: May<BookDeposits>,
    State(app): State<App>,
    asked: Result<Query<For>, QueryRejection>,
) -> Result<Response, Fault> {
    assign_page(&app, &may, &asked?.0.reference, &Entries::blank()).await
}

async fn assign_page(
    app: &App,
    visitor: &Visitor,
    reference: &str,
    entries: &Entries,
) -> Result<Response, Fault> {
    let deposit = deposit(app, reference).await?;
    let fields = vec![
        Field::text("reference", "").kind(Kind::Hidden).value(reference),
        Field::text("customer", "Whose it is")
            .kind(Kind::Proposed(customers::proposals(app, visitor).await?))
            .hint("The customer's reference."),
    ];
    let form = Form::new("/deposits/assign", "", "Book it for this customer", fields);
    let form = form.instead("/deposits?which=unclear");
    let content =
        html! { div class="panel" { (glance(visitor, &deposit)) (entries.form(visitor.csrf(), form)) } };
    let sheet = Sheet::new("Whose payment is this?", "/deposits").above("Deposits", "/deposits");
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

async fn assign(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<BookDeposits>,
) -> Result<Response, Fault> {
    let reference = entries.text("reference").to_owned();
    if let Some(customer) = entries.read("customer", str::parse::<CustomerReference>) {
        match app.office.assign_deposit(&reference, customer, may.name(), may.now_ms).await {
            Ok(()) => return Ok(leads_to(&customer_path(customer), Notice::DEPOSIT_ASSIGNED, &[])),
            Err(OfficeFault::Books(BooksFault::NoCustomer(_))) => {
                entries.wrong("customer", "No customer has this reference.");
            }
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    assign_page(&app, &may, &reference, &entries).await
}

async fn show_reverse(
    may: May<BookDeposits>,
    State(app): State<App>,
    asked: Result<Query<For>, QueryRejection>,
) -> Result<Response, Fault> {
    reverse_page(&app, &may, &asked?.0.reference, &Entries::blank()).await
}

async fn reverse_page(
    app: &App,
    visitor: &Visitor,
    reference: &str,
    entries: &Entries,
) -> Result<Response, Fault> {
    let deposit = deposit(app, reference).await?;
    let fields = vec![
        Field::text("reference", "").kind(Kind::Hidden).value(reference),
        Field::text("reason", "Why").hint("For the audit log, in one line."),
    ];
    let form =
        Form::new("/deposits/reverse", "", "Take the deposit back", fields).grave().instead("/deposits");
    let content = html! {
        div class="panel" {
            p { "The amount goes from the customer's account again, also where that falls below his limit by it." }
            (glance(visitor, &deposit))
            (entries.form(visitor.csrf(), form))
        }
    };
    let sheet = Sheet::new("Take a deposit back", "/deposits").above("Deposits", "/deposits");
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

async fn reverse(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<BookDeposits>,
) -> Result<Response, Fault> {
    let reference = entries.text("reference").to_owned();
    if let Some(reason) = entries.read("reason", |text| format::read_line(text, 500)) {
        match app.office.reverse_deposit(&reference, &reason, may.name(), may.now_ms).await {
            Ok(()) => return Ok(leads_to("/deposits", Notice::DEPOSIT_REVERSED, &[])),
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    reverse_page(&app, &may, &reference, &entries).await
}
