//! New meters: what is asked for one, and what happens next on the centre's own machine.
//!
//! What must never happen here: that a key stands on a page. The document of a personalisation is written by a command.

use crate::app::App;
use crate::books::BooksFault;
use crate::console::entries::{Entries, Sent, refuse_form, typed};
use crate::console::fault::Fault;
use crate::console::format;
use crate::console::shell::Sheet;
use crate::console::visitor::{ChangeMeters, May, Visitor};
use crate::console::words::meter_path;
use crate::deposits::CustomerReference;
use crate::office::{Enrolment, OfficeFault, Personalised};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use imprint::numbers::Profile;
use link::call::Number;
use maud::html;
use serde::Deserialize;
use terms::{Money, Serial};
use web::form::{Field, Form, Kind};
use web::{actions, facts, panel};

/// How many days a date may lie ahead where nothing else is set.
const DAYS_AHEAD: u16 = 14;

/// What the address says beforehand.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    customer: String,
}

/// The form.
pub(super) async fn show(
    may: May<ChangeMeters>,
    State(app): State<App>,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, Fault> {
    let customer = asked?.0.customer.parse().ok();
    page(&app, &may, customer, &Entries::blank()).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    customer: Option<CustomerReference>,
    entries: &Entries,
) -> Result<Response, Fault> {
    let proposals = crate::console::customers::proposals(app, visitor).await?;
    let refill_max = app.office.settings().now(visitor.now_ms).await?.operations.refill_max;
    let usual = format!("Empty for what is usual: {}.", visitor.amount(refill_max.minor()));
    let fields = fields(customer, proposals, &usual);
    let form = Form::new("/meters/new", "", "Enrol the meter", fields).instead("/meters");
    let content = html! {
        div class="panel" {
            p { "The centre draws the meter's keys, its call number and the number of its seal." }
            (entries.form(visitor.csrf(), form))
        }
    };
    let sheet = Sheet::new("Enrol a meter", "/meters").above("Meters", "/meters");
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

fn fields(
    customer: Option<CustomerReference>,
    proposals: Vec<(String, String)>,
    usual: &str,
) -> Vec<Field<'_>> {
    let profiles = Profile::NAMES.map(|name| (name.to_owned(), format!("{name}: {}", profile_words(name))));
    vec![
        Field::text("customer", "Customer's reference")
            .kind(Kind::Proposed(proposals))
            .value(customer.map(|customer| customer.to_string()).unwrap_or_default())
            .hint("RF, two check digits and twelve digits; it stands on the customer's page."),
        Field::text("serial", "Serial number")
            .kind(Kind::Digits)
            .hint("Up to eight digits, as on the meter."),
        Field::text("profile", "Profile").kind(Kind::Choice(profiles.to_vec())).value("p1"),
        Field::text("value_min", "Least postage but zero").kind(Kind::Amount).hint("Such as 0.20."),
        Field::text("value_max", "Greatest postage")
            .kind(Kind::Amount)
            .hint("Empty for the greatest that the profile's digits hold.")
            .optional(),
        Field::text("days_ahead", "Days that a date may lie ahead")
            .kind(Kind::Digits)
            .value(DAYS_AHEAD.to_string()),
        Field::text("refill_max", "Greatest amount of a refill").kind(Kind::Amount).hint(usual).optional(),
        Field::text("registered", "Number or address at which it is called back")
            .hint("Such as tel:03012345 or tcp:meter.example:7100.")
            .optional(),
        Field::text("call_back_only", "Credit only after the centre has called back")
            .kind(Kind::Check)
            .optional(),
        Field::text("is_specimen", "Its imprints are specimens, for trials").kind(Kind::Check).optional(),
    ]
}

/// What a built-in profile is for.
fn profile_words(name: &str) -> &'static str {
    match name {
        "p1" => "imprints counted, AES",
        "p2" => "the same, with the date bound in",
        "fig4a" => "sum since the last refill, with a refill counter",
        "digit-sum" => "a digit sum and a digit for suspicion",
        "des" => "as p1 with DES, for trials",
        "3des" => "as p1 with triple DES",
        _ => "one of its own",
    }
}

/// Takes a meter in.
pub(super) async fn enrol(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<ChangeMeters>,
) -> Result<Response, Fault> {
    let Some(enrolment) = read(&may, &mut entries) else {
        return page(&app, &may, None, &entries).await;
    };
    match app.office.enrol(&enrolment, may.name(), may.now_ms).await {
        Ok(personalised) => return Ok(enrolled(&may, enrolment.serial, personalised)),
        Err(OfficeFault::Books(BooksFault::MeterExists(_))) => {
            entries.wrong("serial", "A meter with this number is in the books already.");
        }
        Err(OfficeFault::Books(BooksFault::NoCustomer(_))) => {
            entries.wrong("customer", "No customer has this reference.");
        }
        Err(fault) => refuse_form(&mut entries, fault)?,
    }
    page(&app, &may, None, &entries).await
}

fn read(visitor: &Visitor, entries: &mut Entries) -> Option<Enrolment> {
    let amount = |text: &str| format::read_some_amount(visitor.currency, text);
    let customer = entries.read("customer", str::parse::<CustomerReference>);
    let serial = entries.read("serial", typed::<Serial>);
    let profile = entries.read("profile", Profile::named);
    let value_min: Option<Money> = entries.read("value_min", amount);
    let value_max = entries.read_optional("value_max", amount);
    let days_ahead = entries.read("days_ahead", |text| format::read_number(text, 0, 366));
    let refill_max = entries.read_optional("refill_max", amount);
    let registered = entries.read_optional("registered", typed::<Number>);
    let call_back_only = entries.is_ticked("call_back_only");
    if call_back_only && registered == Some(None) {
        entries.wrong("registered", "A meter that gets credit by call-back alone needs a number.");
        return None;
    }
    Some(Enrolment {
        serial: serial?,
        customer: customer?,
        profile: profile?,
        value_min: value_min?,
        value_max: value_max?,
        days_ahead: u16::try_from(days_ahead?).unwrap_or(DAYS_AHEAD),
        refill_max: refill_max?,
        call_back_only,
        registered: registered?,
        is_specimen: entries.is_ticked("is_specimen"),
        settings: psd::Settings::default(),
    })
}

/// What happens next. It answers the form itself, since the seal's number is for who enrols and is not asked for again
/// without a record.
fn enrolled(visitor: &Visitor, serial: Serial, personalised: Personalised) -> Response {
    let known = [
        ("Serial number", html! { (serial) }),
        ("Call number (PAN)", html! { (format!("{:08}", personalised.pan)) }),
        ("Number for its seal", html! { (personalised.seal) }),
    ];
    let command = format!("porto centre meter personalise {serial} --out {serial}.personalisation");
    let content = html! {
        (panel("Next: personalise the device", &html! {
            p { "Run this on the centre's own machine. It writes the meter's keys into a file that only its owner can read; the device takes it in once, and then the file must be destroyed." }
            (web::verbatim(&command))
        }))
        (panel("What belongs to the meter", &html! {
            (facts(&known))
            p class="muted" { "Put the seal with this number on the housing. The number is given out later to inspectors alone, on record." }
            (actions(&[("To the meter's page", meter_path(serial))]))
        }))
        p { a href="/meters/new" { "Enrol another meter" } }
    };
    let flash = web::Flash { tone: web::Tone::Good, sentence: format!("Meter {serial} is in the books.") };
    let sheet = Sheet::new(format!("Meter {serial} is enrolled"), "/meters").above("Meters", "/meters");
    sheet.saying(flash).page(visitor, &content)
}
