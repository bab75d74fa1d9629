//! Meters in a list: search, filters, pages.

use crate::app::App;
use crate::catalogue::{MeterFilter, MeterRow, ServiceWord};
use crate::console::fault::Fault;
use crate::console::shell::Sheet;
use crate::console::visitor::{May, ReadMeters, Visitor};
use crate::console::{format, words};
use crate::deposits::CustomerReference;
use crate::people::Right;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;
use terms::equations::Status;
use web::form::{Field, search_with};
use web::{Column, Table, actions};

/// What the address asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    serial: String,
    status: String,
    service: String,
    customer: String,
    overdue: String,
    after: Option<String>,
}

impl Asked {
    fn filter(&self) -> MeterFilter {
        let statuses = [Status::Okay, Status::Suspicious, Status::Manipulated];
        let digits: String = self.serial.chars().filter(char::is_ascii_digit).take(8).collect();
        MeterFilter {
            status: statuses.into_iter().find(|status| words::status_word(*status) == self.status),
            service: ServiceWord::ALL.into_iter().find(|service| service.name() == self.service),
            customer: self.customer.parse::<CustomerReference>().ok(),
            serial_text: (!digits.is_empty()).then_some(digits),
            only_overdue: self.overdue == "yes",
        }
    }

    fn pairs(&self) -> [(&str, &str); 5] {
        [
            ("serial", &self.serial),
            ("status", &self.status),
            ("service", &self.service),
            ("customer", &self.customer),
            ("overdue", &self.overdue),
        ]
    }

    fn form(&self) -> Markup {
        let services = ServiceWord::ALL.map(|service| (service.name(), words::service_words(service)));
        let statuses = [("okay", "okay"), ("suspicious", "suspicious"), ("manipulated", "manipulated")];
        let overdue = [("yes", "only overdue")];
        let fields = [
            Field::text("serial", "Digits of the serial number").value(self.serial.clone()).optional(),
            Field::text("status", "State")
                .kind(words::choice("all", &statuses))
                .value(self.status.clone())
                .optional(),
        ];
        let further = [
            Field::text("service", "Service")
                .kind(words::choice("all", &services))
                .value(self.service.clone())
                .optional(),
            Field::text("overdue", "Heard in time")
                .kind(words::choice("all", &overdue))
                .value(self.overdue.clone())
                .optional(),
            Field::text("customer", "Customer's reference").value(self.customer.clone()).optional(),
        ];
        search_with("/meters", "Search", &fields, &further)
    }

    fn is_all(&self) -> bool {
        self.filter() == MeterFilter::default()
    }
}

/// The list.
pub(super) async fn show(
    may: May<ReadMeters>,
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let Query(asked) = asked?;
    let section = words::section(asked.after.as_deref())?;
    let list = app.catalogue().meters(&asked.filter(), &section).await?;
    let empty = match (asked.is_all(), may.may(Right::ChangeMeters)) {
        (true, true) => "There is no meter yet. Enrol the first one.",
        (true, false) => "There is no meter yet.",
        (false, _) => "No meter is like this. Ask for less.",
    };
    let content = html! {
        div class="panel" {
            (asked.form())
            (table(&may, empty, &list.items))
            (words::pages("/meters", &asked.pairs(), asked.after.as_deref(), &list))
        }
    };
    let mut sheet = Sheet::new("Meters", "/meters");
    if may.may(Right::ChangeMeters) {
        sheet = sheet.beside(actions(&[("Enrol a meter", "/meters/new".to_owned())]));
    }
    Ok(sheet.page(&may, &content))
}

/// Meters as a table.
pub(crate) fn table(visitor: &Visitor, empty: &str, meters: &[MeterRow]) -> Markup {
    let credit = visitor.heading("Credit");
    let columns = [
        Column::words("Serial"),
        Column::words("Customer"),
        Column::words("State"),
        Column::figures(&credit),
        Column::words("Last heard"),
    ];
    let rows: Vec<Vec<Markup>> = meters
        .iter()
        .map(|meter| {
            vec![
                words::meter_link(meter.serial),
                words::customer_link(meter.customer, &meter.customer_name, visitor.may(Right::ReadCustomers)),
                words::meter_badges(meter.status, meter.service, meter.is_stopped),
                html! { (visitor.figures(meter.r1_minor)) },
                format::time_or(meter.heard_ms, "never"),
            ]
        })
        .collect();
    Table { caption: "Meters", columns: &columns, empty }.rows(&rows)
}
