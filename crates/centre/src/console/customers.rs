//! Customers: the list, a customer's page with his account, new ones, and what is set for them.

use super::entries::{Entries, Sent, refuse_form};
use super::fault::Fault;
use super::notice::Notice;
use super::shell::Sheet;
use super::visitor::{ChangeCustomers, May, ReadCustomers, Visitor, leads_to};
use super::words::{self, customer_path};
use super::{deposits, format, meters};
use crate::app::App;
use crate::books::{Books, CustomerChange};
use crate::catalogue::{CustomerRow, EntryRow, MeterFilter, Section, WhichDeposits};
use crate::deposits::{Currency, CustomerReference};
use crate::people::Right;
use axum::Router;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use maud::{Markup, html};
use serde::Deserialize;
use terms::Money;
use web::form::{Field, Form, Kind, search};
use web::{Column, Table, Tone, actions, badge, facts, panel};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/customers", get(list))
        .route("/customers/new", get(show_new).post(add))
        .route("/customers/{reference}", get(show))
        .route("/customers/{reference}/change", get(show_change).post(change))
}

/// The longest name, in bytes.
const NAME_BYTES_MAX: usize = 80;

/// Customers to propose in a field: their references with their names.
pub(super) async fn proposals(app: &App, visitor: &Visitor) -> Result<Vec<(String, String)>, Fault> {
    if !visitor.may(Right::ReadCustomers) {
        return Ok(Vec::new());
    }
    let list = app.catalogue().customers(None, &Section::new(None, Some(Section::MOST))?).await?;
    Ok(list.items.into_iter().map(|customer| (customer.reference.to_string(), customer.name)).collect())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    text: String,
    after: Option<String>,
}

async fn list(
    may: May<ReadCustomers>,
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let Query(asked) = asked?;
    let text = asked.text.trim();
    let section = words::section(asked.after.as_deref())?;
    let list = app.catalogue().customers((!text.is_empty()).then_some(text), &section).await?;
    let empty = match (text.is_empty(), may.may(Right::ChangeCustomers)) {
        (true, true) => "There is no customer yet. Make the first one.",
        (true, false) => "There is no customer yet.",
        (false, _) => "No customer is called so.",
    };
    let field = Field::text("text", "Name or reference").value(asked.text.clone()).optional();
    let content = html! {
        div class="panel" {
            (search("/customers", "Search", &[field]))
            (table(&may, empty, &list.items))
            (words::pages("/customers", &[("text", text)], asked.after.as_deref(), &list))
        }
    };
    let mut sheet = Sheet::new("Customers", "/customers");
    if may.may(Right::ChangeCustomers) {
        sheet = sheet.beside(actions(&[("New customer", "/customers/new".to_owned())]));
    }
    Ok(sheet.page(&may, &content))
}

fn table(visitor: &Visitor, empty: &str, customers: &[CustomerRow]) -> Markup {
    let (balance, limit) = (visitor.heading("Balance"), visitor.heading("Limit"));
    let columns = [
        Column::words("Name"),
        Column::words("Reference"),
        Column::figures(&balance),
        Column::figures(&limit),
        Column::figures("Meters"),
        Column::words("Standing"),
    ];
    let rows: Vec<Vec<Markup>> = customers
        .iter()
        .map(|customer| {
            vec![
                html! { a href=(customer_path(customer.reference)) { (customer.name) } },
                html! { span class="nowrap" { (customer.reference) } },
                html! { (format::figures(visitor.currency, customer.balance_minor)) },
                html! { (visitor.figures(customer.limit_minor)) },
                html! { (format::count(customer.meters)) },
                standing(customer),
            ]
        })
        .collect();
    Table { caption: "Customers", columns: &columns, empty }.rows(&rows)
}

fn standing(customer: &CustomerRow) -> Markup {
    if customer.is_active { badge(Tone::Good, "active") } else { badge(Tone::Bad, "suspended") }
}

async fn show_new(may: May<ChangeCustomers>) -> Response {
    new_page(&may, &Entries::blank())
}

fn new_page(visitor: &Visitor, entries: &Entries) -> Response {
    let fields = vec![
        Field::text("name", "Name"),
        Field::text("limit", "Credit limit")
            .kind(Kind::Amount)
            .value(visitor.typed(Money::ZERO))
            .hint(LIMIT_HINT),
    ];
    let form = Form::new("/customers/new", "", "Make the customer", fields).instead("/customers");
    let content = html! { div class="panel" { (entries.form(visitor.csrf(), form)) } };
    let sheet = Sheet::new("New customer", "/customers").above("Customers", "/customers");
    sheet.status(entries.status()).page(visitor, &content)
}

const LIMIT_HINT: &str = "How far below zero the account may fall; 0 where refills are paid in advance.";

async fn add(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<ChangeCustomers>,
) -> Result<Response, Fault> {
    let name = entries.read("name", |text| format::read_line(text, NAME_BYTES_MAX));
    let limit = entries.read("limit", |text| format::read_amount(may.currency, text));
    if let (Some(name), Some(limit)) = (name, limit) {
        match app.office.books().add_customer(&name, limit, may.name(), may.now_ms).await {
            Ok(reference) => return Ok(leads_to(&customer_path(reference), Notice::CUSTOMER_MADE, &[])),
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    Ok(new_page(&may, &entries))
}

fn reference(path: Result<Path<String>, PathRejection>) -> Result<CustomerReference, Fault> {
    let none =
        || Fault::NotFound("No customer has this reference: its check digits may be mistyped.".to_owned());
    path?.0.parse().map_err(|_| none())
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    after: Option<String>,
}

async fn show(
    may: May<ReadCustomers>,
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    part: Result<Query<Part>, QueryRejection>,
) -> Result<Response, Fault> {
    let reference = reference(path)?;
    let after = part?.0.after;
    let catalogue = app.catalogue();
    let customer = catalogue.customer(reference).await?;
    let entries = catalogue.entries(reference, &words::section(after.as_deref())?).await?;
    let first = Section::first();
    let deposits = catalogue.deposits(WhichDeposits::All, Some(reference), &first).await?;
    let filter = MeterFilter { customer: Some(reference), ..MeterFilter::default() };
    let meters = catalogue.meters(&filter, &first).await?;
    let path = customer_path(reference);
    let content = html! {
        (glance(&may, &customer))
        (panel("Account", &html! {
            (account(may.currency, &entries.items))
            (words::pages(&path, &[], after.as_deref(), &entries))
        }))
        (panel("Deposits", &html! {
            (deposits::table(&may, "Nothing was paid in yet.", &deposits.items))
            @if deposits.next.is_some() {
                p { a href={ "/deposits?customer=" (format::in_path(reference)) } { "All his deposits" } }
            }
        }))
        (panel("Meters", &html! {
            (meters::table(&may, "He has no meter yet.", &meters.items))
            @if meters.next.is_some() {
                p { a href={ "/meters?customer=" (format::in_path(reference)) } { "All his meters" } }
            }
        }))
    };
    let beside = html! { (standing(&customer)) (what_can_be_done(&may, reference)) };
    let sheet = Sheet::new(customer.name.clone(), "/customers").above("Customers", "/customers");
    Ok(sheet.beside(beside).page(&may, &content))
}

fn glance(visitor: &Visitor, customer: &CustomerRow) -> Markup {
    let rows = [
        ("Balance", html! { (visitor.signed(customer.balance_minor)) }),
        ("Credit limit", html! { (visitor.amount(customer.limit_minor)) }),
        ("Reference", html! { (customer.reference) }),
        ("Meters", html! { (format::count(customer.meters)) }),
        ("In the books since", format::time(customer.since_ms)),
    ];
    panel("At a glance", &facts(&rows))
}

fn what_can_be_done(visitor: &Visitor, reference: CustomerReference) -> Markup {
    let plain = format::in_path(reference);
    let links = [
        (Right::BookDeposits, "Book a deposit", format!("/deposits/new?customer={plain}")),
        (Right::ChangeMeters, "Enrol a meter", format!("/meters/new?customer={plain}")),
        (Right::ChangeCustomers, "Change", format!("/customers/{plain}/change")),
    ];
    let links: Vec<(&str, String)> = links
        .into_iter()
        .filter(|(right, ..)| visitor.may(*right))
        .map(|(_, label, path)| (label, path))
        .collect();
    if links.is_empty() {
        html! {}
    } else {
        actions(&links)
    }
}

fn account(currency: Currency, entries: &[EntryRow]) -> Markup {
    let (amount, balance) = (format!("Amount, {currency}"), format!("Balance, {currency}"));
    let columns = [
        Column::figures("No."),
        Column::words("When"),
        Column::words("What"),
        Column::figures(&amount),
        Column::figures(&balance),
        Column::words("About"),
    ];
    let rows: Vec<Vec<Markup>> = entries
        .iter()
        .map(|entry| {
            vec![
                html! { (entry.number) },
                format::time(entry.at_ms),
                html! { (format::plain(&entry.kind)) },
                html! { (format::figures(currency, entry.amount_minor)) },
                html! { (format::figures(currency, entry.balance_minor)) },
                about(entry),
            ]
        })
        .collect();
    Table {
        caption: "Entries of the account",
        columns: &columns,
        empty: "Nothing has moved his balance yet.",
    }
    .rows(&rows)
}

/// A refill names its meter and grant, a refund of spoiled imprints its claim; whatever else, the bank's reference.
fn about(entry: &EntryRow) -> Markup {
    match entry.about.split_once('/') {
        Some((serial, grant)) if ["refill", "refund"].contains(&entry.kind.as_str()) => {
            html! { span { "meter " a href={ "/meters/" (serial) } { (serial) } ", grant " (grant) } }
        }
        Some((_, claim)) if entry.kind == "spoiled" => {
            let number = claim.trim_start_matches("claim ");
            html! { span { "spoiled imprints, claim " a href={ "/refunds/" (number) } { (number) } } }
        }
        _ => html! { (entry.about) },
    }
}

async fn show_change(
    may: May<ChangeCustomers>,
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    change_page(&app, &may, reference(path)?, &Entries::blank()).await
}

async fn change_page(
    app: &App,
    visitor: &Visitor,
    reference: CustomerReference,
    entries: &Entries,
) -> Result<Response, Fault> {
    let customer = app.catalogue().customer(reference).await?;
    let path = customer_path(reference);
    let action = format!("{path}/change");
    let limit = visitor.typed(Money::from_minor(customer.limit_minor));
    let fields = vec![
        Field::text("name", "Name").value(customer.name.clone()),
        Field::text("limit", "Credit limit").kind(Kind::Amount).value(limit).hint(LIMIT_HINT),
        Field::text("active", "His meters get credit")
            .kind(Kind::Check)
            .value(if customer.is_active { "yes" } else { "" })
            .optional(),
        Field::text("reason", "Why").hint("For the audit log, in one line."),
    ];
    let form = Form::new(&action, "", "Keep the change", fields).instead(&path);
    let content = html! { div class="panel" { (entries.form(visitor.csrf(), form)) } };
    let sheet = Sheet::new("Change the customer", "/customers").above("Customers", "/customers");
    let sheet = sheet.above(customer.name, path.clone());
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

async fn change(
    State(app): State<App>,
    path: Result<Path<String>, PathRejection>,
    Sent { may, mut entries }: Sent<ChangeCustomers>,
) -> Result<Response, Fault> {
    let reference = reference(path)?;
    let name = entries.read("name", |text| format::read_line(text, NAME_BYTES_MAX));
    let limit = entries.read("limit", |text| format::read_amount(may.currency, text));
    let reason = entries.read("reason", |text| format::read_line(text, 500));
    if let (Some(name), Some(limit), Some(reason)) = (name, limit, reason) {
        let change = CustomerChange { name, limit, is_active: entries.is_ticked("active"), reason };
        match app.office.books().change_customer(reference, &change, may.name(), may.now_ms).await {
            Ok(()) => return Ok(leads_to(&customer_path(reference), Notice::CUSTOMER_CHANGED, &[])),
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    change_page(&app, &may, reference, &entries).await
}
