//! What can be done to a meter: a page of its own for each act, with what follows from it and what it needs to know.

use super::spec::{Act, Spec};
use crate::account::Gone;
use crate::app::App;
use crate::books::Conditions;
use crate::catalogue::{MeterDetail, MeterStanding};
use crate::console::entries::{Entries, Sent, refuse_form, typed};
use crate::console::fault::Fault;
use crate::console::format;
use crate::console::shell::Sheet;
use crate::console::visitor::{May, ReadMeters, Visitor, leads_to};
use crate::console::words::meter_path;
use crate::office::{Mark, OfficeFault, OpeningRequest, ResetRegisters};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use link::Task;
use link::call::Number;
use maud::{Markup, html};
use terms::{Money, Serial};
use web::form::{Field, Form, Kind};
use web::{actions, facts, panel};

type Place = Result<Path<(String, String)>, PathRejection>;

/// The serial number in an address.
pub(super) fn serial_in(text: &str) -> Result<Serial, Fault> {
    text.parse().map_err(|_| Fault::NotFound("A meter's serial number has up to eight digits.".to_owned()))
}

fn place(place: Place, visitor: &Visitor) -> Result<(Serial, Act), Fault> {
    let Path((serial, word)) = place?;
    let act = Act::named(&word);
    let act = act.ok_or_else(|| Fault::NotFound("There is no such act for a meter.".to_owned()))?;
    visitor.require(act.right())?;
    Ok((serial_in(&serial)?, act))
}

/// The page of an act.
pub(super) async fn show(may: May<ReadMeters>, State(app): State<App>, at: Place) -> Result<Response, Fault> {
    let (serial, act) = place(at, &may)?;
    page(&app, &may, serial, act, &Entries::blank()).await
}

/// Carries an act out.
pub(super) async fn act(
    State(app): State<App>,
    at: Place,
    Sent { may, mut entries }: Sent<ReadMeters>,
) -> Result<Response, Fault> {
    let (serial, act) = place(at, &may)?;
    match carry_out(&app, &may, serial, act, &mut entries).await {
        Some(Ok(())) => Ok(leads_to(&meter_path(serial), act.spec().notice, &[])),
        Some(Err(fault)) => {
            refuse_form(&mut entries, fault)?;
            page(&app, &may, serial, act, &entries).await
        }
        None => page(&app, &may, serial, act, &entries).await,
    }
}

async fn page(
    app: &App,
    visitor: &Visitor,
    serial: Serial,
    act: Act,
    entries: &Entries,
) -> Result<Response, Fault> {
    let detail = app.catalogue().meter(serial).await?;
    let Spec { word, follows, submit, is_grave, .. } = act.spec();
    let back = meter_path(serial);
    let action = format!("{back}/{word}");
    let minutes = app.office.settings().now(visitor.now_ms).await?.operations.opening_minutes;
    let form = Form::new(&action, "", submit, fields(act, visitor, &detail, minutes)).instead(&back);
    let form = if is_grave { form.grave() } else { form };
    let content = html! {
        div class="panel" {
            p { (follows) }
            (about(act, visitor, &detail.standing))
            (entries.form(visitor.csrf(), form))
        }
    };
    let sheet = Sheet::new(submit, "/meters")
        .above("Meters", "/meters")
        .above(format!("Meter {serial}"), back.clone());
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

/// What somebody should have before his eyes who decides this.
fn about(act: Act, visitor: &Visitor, standing: &MeterStanding) -> Markup {
    match act {
        Act::Cancel => match standing.open_grant {
            Some(open) => facts(&[
                ("Grant", html! { (open.number) }),
                ("Amount", html! { (visitor.signed(open.amount_minor)) }),
                ("Issued", format::time(open.issued_ms)),
            ]),
            None => html! {},
        },
        Act::Found | Act::Settle => facts(&[
            ("Noted as gone", format::time_or(standing.service_ms, "not known")),
            ("By", html! { (standing.gone_by.as_deref().unwrap_or_default()) }),
            ("Granted in all", html! { (visitor.amount(standing.granted_minor)) }),
            (
                "Spent, as last reported",
                html! { (visitor.amount(standing.registers.map_or(0, |registers| registers.r2_minor))) },
            ),
        ]),
        Act::Reset => match standing.fault_code {
            Some(code) => facts(&[("Code of the fault", html! { (code) })]),
            None => html! {},
        },
        _ => html! {},
    }
}

fn fields(act: Act, visitor: &Visitor, detail: &MeterDetail, minutes: u32) -> Vec<Field<'static>> {
    match act {
        Act::Announce => opening_fields(visitor, minutes),
        Act::Rules => rule_fields(visitor, &detail.folder.conditions),
        Act::Mark => vec![Field::text("reason", "Why").hint("For the audit log, in one line.")],
        Act::Inspected => {
            vec![Field::text("note", "By whom, and what was seen").hint("For the audit log, in one line.")]
        }
        Act::Gone => {
            let ways =
                [("lost", "Lost: nobody knows where it is"), ("dead", "Dead: it says nothing any more")];
            vec![Field::text("why", "In what way").kind(choices(&ways))]
        }
        Act::Settle => vec![
            Field::text("spent", "Postage that the post has seen since its last report")
                .kind(Kind::Amount)
                .hint("In the carrier's currency, such as 12.50; 0 for none."),
        ],
        Act::Reset => {
            let ways = [
                ("own", "Its own: they are in order"),
                ("books", "Those of the books: as they were last reported"),
            ];
            vec![Field::text("registers", "Registers from then on").kind(choices(&ways))]
        }
        _ => Vec::new(),
    }
}

fn choices(choices: &[(&str, &str)]) -> Kind<'static> {
    Kind::Choice(choices.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect())
}

fn opening_fields(visitor: &Visitor, minutes: u32) -> Vec<Field<'static>> {
    vec![
        Field::text("technician", "Technician's name"),
        Field::text("about", "About when, in UTC")
            .kind(Kind::DateTime)
            .value(format::typed_time(visitor.now_ms)),
        Field::text("work", "Kind of work").hint("Such as: battery, print head, inspection."),
        Field::text("minutes", "Minutes to fetch the codeword")
            .kind(Kind::Digits)
            .value(minutes.to_string())
            .hint("From the time above on, 1 to 1440."),
        Field::text("agreed", "Amount of a refill that brings the codeword along")
            .kind(Kind::Amount)
            .hint("Empty where the amount zero fetches it.")
            .optional(),
    ]
}

fn rule_fields(visitor: &Visitor, conditions: &Conditions) -> Vec<Field<'static>> {
    let registered = conditions.registered.as_ref().map(ToString::to_string).unwrap_or_default();
    vec![
        Field::text("refill_max", "Greatest amount of a refill")
            .kind(Kind::Amount)
            .value(visitor.typed(conditions.refill_max)),
        Field::text("registered", "Number or address at which it is called back")
            .value(registered)
            .hint("Such as tel:03012345 or tcp:meter.example:7100.")
            .optional(),
        Field::text("call_back_only", "Credit only after the centre has called back")
            .kind(Kind::Check)
            .value(if conditions.call_back_only { "yes" } else { "" })
            .optional(),
    ]
}

/// Carries an act out; nothing where an entry is not right yet.
async fn carry_out(
    app: &App,
    visitor: &Visitor,
    serial: Serial,
    act: Act,
    entries: &mut Entries,
) -> Option<Result<(), OfficeFault>> {
    let (office, by, now_ms) = (&app.office, visitor.name(), visitor.now_ms);
    let line = |most| move |text: &str| format::read_line(text, most);
    let done = match act {
        Act::Announce => {
            let request = opening(visitor, entries)?;
            office.announce(serial, &request, by, now_ms).await.map(drop)
        }
        Act::WithdrawAnnouncement => office.withdraw_announcement(serial, by, now_ms).await,
        Act::Rules => office.set_conditions(serial, &rules(visitor, entries)?, by, now_ms).await,
        Act::Cancel => office.cancel_grant(serial, by, now_ms).await,
        Act::Inspected => {
            office.note_inspected(serial, &entries.read("note", line(1_000))?, by, now_ms).await
        }
        Act::Mark => {
            let mark = Mark::Set(entries.read("reason", line(500))?);
            office.mark(serial, &mark, by, now_ms).await
        }
        Act::Unmark => office.mark(serial, &Mark::Removed, by, now_ms).await,
        Act::Stop => office.queue(serial, Task::Stop(true), by, now_ms).await,
        Act::Free => office.queue(serial, Task::Stop(false), by, now_ms).await,
        Act::ClearErrors => office.queue(serial, Task::ClearErrors, by, now_ms).await,
        Act::Unpair => office.queue(serial, Task::Unpair, by, now_ms).await,
        Act::ForgetLock => office.queue(serial, Task::ForgetLock, by, now_ms).await,
        Act::Reset => {
            let registers = entries.read("registers", reset_registers)?;
            office.reset(serial, registers, by, now_ms).await
        }
        Act::Leave => office.arrange_leaving(serial, by, now_ms).await,
        Act::Stay => office.revoke_leaving(serial, by, now_ms).await,
        Act::Gone => office.note_gone(serial, entries.read("why", gone)?, by, now_ms).await,
        Act::Found => office.note_found(serial, by, now_ms).await,
        Act::Settle => {
            let spent = entries.read("spent", |text| format::read_amount(visitor.currency, text))?;
            office.settle_gone(serial, spent, by, now_ms).await
        }
    };
    Some(done)
}

fn reset_registers(text: &str) -> Result<ResetRegisters, &'static str> {
    match text {
        "own" => Ok(ResetRegisters::Own),
        "books" => Ok(ResetRegisters::Books),
        _ => Err("Choose one of these."),
    }
}

fn gone(text: &str) -> Result<Gone, &'static str> {
    match text {
        "lost" => Ok(Gone::Lost),
        "dead" => Ok(Gone::Dead),
        _ => Err("Choose one of these."),
    }
}

fn opening(visitor: &Visitor, entries: &mut Entries) -> Option<OpeningRequest> {
    let technician = entries.read("technician", |text| format::read_line(text, 80));
    let about_ms = entries.read("about", format::read_time);
    let work = entries.read("work", |text| format::read_line(text, link::call::WORK_BYTES_MAX));
    let minutes = entries.read("minutes", |text| format::read_number(text, 1, 24 * 60));
    let agreed = entries.read_optional("agreed", |text| format::read_some_amount(visitor.currency, text));
    Some(OpeningRequest {
        technician: technician?,
        about_ms: about_ms?,
        work: work?,
        minutes: Some(minutes?),
        agreed: agreed?,
    })
}

fn rules(visitor: &Visitor, entries: &mut Entries) -> Option<Conditions> {
    let refill_max: Option<Money> =
        entries.read("refill_max", |text| format::read_some_amount(visitor.currency, text));
    let registered = entries.read_optional("registered", typed::<Number>);
    let call_back_only = entries.is_ticked("call_back_only");
    if call_back_only && registered == Some(None) {
        entries.wrong("registered", "A meter that gets credit by call-back alone needs a number.");
        return None;
    }
    Some(Conditions { refill_max: refill_max?, call_back_only, registered: registered? })
}

/// Shows the seal's number; that it was shown is on record.
pub(super) async fn show_seal(
    State(app): State<App>,
    serial: Result<Path<String>, PathRejection>,
    Sent { may, .. }: Sent<ReadMeters>,
) -> Result<Response, Fault> {
    let serial = serial_in(&serial?.0)?;
    let seal = app.office.seal_number(serial, may.name(), may.now_ms).await?;
    let back = meter_path(serial);
    let content = panel(
        "For the inspector",
        &html! {
            p { "This number must stand on the seal of the meter. Compare it by eye, on site." }
            (web::verbatim(&seal.to_string()))
            p class="muted" { "It is on record that you have seen it." }
            (actions(&[("Back to the meter", back.clone())]))
        },
    );
    let sheet = Sheet::new("The seal's number", "/meters").above("Meters", "/meters");
    Ok(sheet.above(format!("Meter {serial}"), back).page(&may, &content))
}
