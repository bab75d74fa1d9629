//! What is set for the whole centre: how it works, and how meters are judged; the main figures as fields, and everything
//! else as text.
//!
//! What always holds: what is kept was checked as a whole, so that no page can leave the centre with settings that
//! contradict themselves.

use super::entries::{Entries, Sent, refuse_form, typed};
use super::fault::Fault;
use super::format;
use super::notice::Notice;
use super::shell::Sheet;
use super::visitor::{ChangeSettings, May, ReadSettings, Visitor, leads_to};
use crate::app::App;
use crate::decisions::{AutomaticCalls, Preset, Settings};
use crate::office::{CentreSettings, Operations};
use crate::people::Right;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use link::call::Number;
use maud::{Markup, html};
use terms::equations::UseClass;
use web::form::{Field, Form, Kind};
use web::{actions, facts, panel};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/settings", get(show))
        .route("/settings/operations", get(show_operations).post(set_operations))
        .route("/settings/decisions", get(show_decisions).post(set_decisions))
        .route("/settings/decisions/all", get(show_all).post(set_all))
}

async fn show(may: May<ReadSettings>, State(app): State<App>) -> Result<Response, Fault> {
    let settings = app.office.settings().now(may.now_ms).await?;
    let change = |label: &str, path: &str| {
        html! { @if may.may(Right::ChangeSettings) { (actions(&[(label, path.to_owned())])) } }
    };
    let carrier = [
        ("Name", html! { (settings.carrier.name) }),
        ("Currency", html! { (settings.carrier.currency) }),
        ("Digits of its minor unit", html! { (settings.carrier.minor_digits) }),
    ];
    let content = html! {
        (panel("Carrier", &html! {
            (facts(&carrier))
            p class="muted" { "Set once, at the first start of the service." }
        }))
        (panel("How the centre works", &html! {
            (operations_facts(&may, &settings.operations))
            (change("Change", "/settings/operations"))
        }))
        (panel("How meters are judged", &html! {
            (decisions_facts(&settings.decisions))
            @if may.may(Right::ChangeSettings) {
                (actions(&[("Change", "/settings/decisions".to_owned()), ("All of it as text", "/settings/decisions/all".to_owned())]))
            }
        }))
    };
    Ok(Sheet::new("Settings", "/settings").page(&may, &content))
}

fn operations_facts(visitor: &Visitor, operations: &Operations) -> Markup {
    let moved = match &operations.moved_to {
        Some(number) => html! { (number) },
        None => html! { span class="muted" { "where they call now" } },
    };
    facts(&[
        ("Meters are to call at", moved),
        ("Greatest refill", html! { (visitor.amount(operations.refill_max.minor())) }),
        ("An opening waits for its meter", html! { (operations.opening_minutes) " minutes" }),
        ("An opening is done within", html! { (operations.opening_hours) " hours" }),
        ("A meter is gone before it is settled", html! { (operations.gone_days) " days" }),
        ("A call-back is tried", html! { (operations.call_back_attempts) " times" }),
        ("Lists for the post are valid", html! { (operations.list_days) " days" }),
        ("A regular run", html! { "every " (operations.run_hours) " hours" }),
        ("A seal", html! { "every " (operations.seal_minutes) " minutes" }),
        ("Spoiled imprints are refunded for", html! { (operations.refund_days) " days" }),
        ("Handling share of a refund", html! { (format::per_cent(operations.refund_share)) }),
    ])
}

fn decisions_facts(decisions: &Settings) -> Markup {
    facts(&[
        ("Thresholds", html! { (preset_words(decisions.thresholds)) }),
        ("Class of a new meter", html! { (class_word(decisions.new_meter_class).to_uppercase()) }),
        ("Silence that is never overdue", html! { (decisions.least_silence_days) " days" }),
        (
            "Calls by itself until an inspection",
            html! { (decisions.automatic_calls.count) " within " (decisions.automatic_calls.within_days) " days" },
        ),
        (
            "Goes on without an inspection",
            html! { "if heard within " (decisions.release_within_hours) " hours" },
        ),
        ("Inspect a silent suspect", html! { "within " (decisions.inspect_within_days) " days" }),
    ])
}

fn preset_words(preset: Preset) -> &'static str {
    match preset {
        Preset::Default => "suspicious above 1, manipulated above 5",
        Preset::Source => "the sources' example: suspicious from 5, manipulated above 100",
        Preset::Own(_) => "thresholds of one's own",
    }
}

const fn class_word(class: UseClass) -> &'static str {
    match class {
        UseClass::A => "a",
        UseClass::B => "b",
        UseClass::C => "c",
    }
}

async fn show_operations(may: May<ChangeSettings>, State(app): State<App>) -> Result<Response, Fault> {
    let settings = app.office.settings().now(may.now_ms).await?;
    Ok(operations_page(&may, &settings, &Entries::blank()))
}

fn digits(name: &'static str, label: &'static str, value: u32, hint: &'static str) -> Field<'static> {
    Field::text(name, label).kind(Kind::Digits).value(value.to_string()).hint(hint)
}

fn operations_page(visitor: &Visitor, settings: &CentreSettings, entries: &Entries) -> Response {
    let now = &settings.operations;
    let fields = vec![
        Field::text("moved_to", "Number or address at which meters are to call from now on")
            .value(now.moved_to.as_ref().map(ToString::to_string).unwrap_or_default())
            .hint(
                "Empty while they call where they always have. A meter that dials another is told this one.",
            )
            .optional(),
        Field::text("refill_max", "Greatest amount of a refill")
            .kind(Kind::Amount)
            .value(visitor.typed(now.refill_max))
            .hint("For meters that are enrolled without one of their own."),
        digits(
            "opening_minutes",
            "Minutes that an opening waits for its meter",
            now.opening_minutes,
            "1 to 1440.",
        ),
        digits(
            "opening_hours",
            "Hours within which the housing is opened then",
            now.opening_hours,
            "1 to 336.",
        ),
        digits(
            "gone_days",
            "Days that a meter is gone before it is settled",
            now.gone_days,
            "A second person settles it after that.",
        ),
        digits("call_back_attempts", "How often a call-back is tried", now.call_back_attempts, "1 to 20."),
        digits("list_days", "Days for which lists for the post are valid", now.list_days, "1 to 365."),
        digits("run_hours", "Hours between two regular runs over all meters", now.run_hours, "1 to 744."),
        digits("seal_minutes", "Minutes between two seals of the audit log", now.seal_minutes, "1 to 1440."),
        digits("refund_days", "Days for which a spoiled imprint is refunded", now.refund_days, "1 to 366."),
        digits(
            "refund_share",
            "Handling share of a refund, in hundredths of a per cent",
            now.refund_share,
            "0 to 10000: 250 for 2.5 per cent, 0 for none.",
        ),
    ];
    let form = Form::new("/settings/operations", "", "Keep the settings", fields).instead("/settings");
    let content = html! { div class="panel" { (entries.form(visitor.csrf(), form)) } };
    let sheet = Sheet::new("How the centre works", "/settings").above("Settings", "/settings");
    sheet.status(entries.status()).page(visitor, &content)
}

async fn set_operations(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<ChangeSettings>,
) -> Result<Response, Fault> {
    if let Some(operations) = read_operations(&may, &mut entries) {
        match app.office.settings().set_operations(&operations, may.name(), may.now_ms).await {
            Ok(()) => return Ok(leads_to("/settings", Notice::SETTINGS_SET, &[])),
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    let settings = app.office.settings().now(may.now_ms).await?;
    Ok(operations_page(&may, &settings, &entries))
}

fn read_operations(visitor: &Visitor, entries: &mut Entries) -> Option<Operations> {
    let moved_to = entries.read_optional("moved_to", typed::<Number>);
    let refill_max = entries.read("refill_max", |text| format::read_some_amount(visitor.currency, text));
    let mut number = |name, least, most| entries.read(name, |text| format::read_number(text, least, most));
    let opening_minutes = number("opening_minutes", 1, 1_440);
    let opening_hours = number("opening_hours", 1, 336);
    let gone_days = number("gone_days", 0, 36_500);
    let call_back_attempts = number("call_back_attempts", 1, 20);
    let list_days = number("list_days", 1, 365);
    let run_hours = number("run_hours", 1, 744);
    let seal_minutes = number("seal_minutes", 1, 1_440);
    let refund_days = number("refund_days", 1, 366);
    let refund_share = number("refund_share", 0, 10_000);
    Some(Operations {
        moved_to: moved_to?,
        refill_max: refill_max?,
        opening_minutes: opening_minutes?,
        opening_hours: opening_hours?,
        gone_days: gone_days?,
        call_back_attempts: call_back_attempts?,
        list_days: list_days?,
        run_hours: run_hours?,
        seal_minutes: seal_minutes?,
        refund_days: refund_days?,
        refund_share: refund_share?,
    })
}

async fn show_decisions(may: May<ChangeSettings>, State(app): State<App>) -> Result<Response, Fault> {
    let settings = app.office.settings().now(may.now_ms).await?;
    Ok(decisions_page(&may, &settings.decisions, &Entries::blank()))
}

fn decisions_page(visitor: &Visitor, now: &Settings, entries: &Entries) -> Response {
    let choice = |choices: &[(&str, &str)]| {
        Kind::Choice(
            choices.iter().map(|(value, words)| ((*value).to_owned(), (*words).to_owned())).collect(),
        )
    };
    let mut presets =
        vec![("default", preset_words(Preset::Default)), ("source", preset_words(Preset::Source))];
    if let Preset::Own(_) = now.thresholds {
        presets.push(("own", "thresholds of one's own, as they are"));
    }
    let preset = match now.thresholds {
        Preset::Default => "default",
        Preset::Source => "source",
        Preset::Own(_) => "own",
    };
    let classes = [("a", "A: uses least"), ("b", "B"), ("c", "C: uses most")];
    let fields = vec![
        Field::text("thresholds", "What values of V mean")
            .kind(choice(&presets))
            .value(preset)
            .hint("V is the least that the imprints must have cost, divided by what was accounted for them."),
        Field::text("new_meter_class", "Class of a meter without history")
            .kind(choice(&classes))
            .value(class_word(now.new_meter_class)),
        digits(
            "least_silence_days",
            "Days of silence that are never overdue",
            now.least_silence_days,
            "0 to 3650.",
        ),
        digits(
            "calls",
            "Calls by itself that lead to an inspection",
            now.automatic_calls.count,
            "0 for never.",
        ),
        digits("calls_days", "Within so many days", now.automatic_calls.within_days, "1 to 3650."),
        digits(
            "release_within_hours",
            "Hours after its own signal within which a call spares the inspection",
            now.release_within_hours,
            "If the registers are in order. 0 for never.",
        ),
        digits(
            "inspect_within_days",
            "Days within which a suspect that does not call is inspected",
            now.inspect_within_days,
            "1 to 3650.",
        ),
    ];
    let form = Form::new("/settings/decisions", "", "Keep the settings", fields).instead("/settings");
    let content = html! { div class="panel" { (entries.form(visitor.csrf(), form)) } };
    let sheet = Sheet::new("How meters are judged", "/settings").above("Settings", "/settings");
    sheet.status(entries.status()).page(visitor, &content)
}

async fn set_decisions(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<ChangeSettings>,
) -> Result<Response, Fault> {
    let settings = app.office.settings().now(may.now_ms).await?;
    if let Some(decisions) = read_decisions(&settings.decisions, &mut entries) {
        match app.office.settings().set_decisions(&decisions, may.name(), may.now_ms).await {
            Ok(()) => return Ok(leads_to("/settings", Notice::SETTINGS_SET, &[])),
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    Ok(decisions_page(&may, &settings.decisions, &entries))
}

fn read_decisions(now: &Settings, entries: &mut Entries) -> Option<Settings> {
    let preset = |text: &str| match (text, now.thresholds) {
        ("default", _) => Ok(Preset::Default),
        ("source", _) => Ok(Preset::Source),
        ("own", own @ Preset::Own(_)) => Ok(own),
        _ => Err("Choose one of these."),
    };
    let thresholds = entries.read("thresholds", preset);
    let class = |text: &str| {
        let class =
            [UseClass::A, UseClass::B, UseClass::C].into_iter().find(|class| class_word(*class) == text);
        class.ok_or("Choose one of these.")
    };
    let new_meter_class = entries.read("new_meter_class", class);
    let mut number = |name, least| entries.read(name, |text| format::read_number(text, least, 3_650));
    let least_silence_days = number("least_silence_days", 0);
    let (calls, calls_days) = (number("calls", 0), number("calls_days", 1));
    let release_within_hours = number("release_within_hours", 0);
    let inspect_within_days = number("inspect_within_days", 1);
    Some(Settings {
        thresholds: thresholds?,
        new_meter_class: new_meter_class?,
        least_silence_days: least_silence_days?,
        automatic_calls: AutomaticCalls { count: calls?, within_days: calls_days? },
        release_within_hours: release_within_hours?,
        inspect_within_days: inspect_within_days?,
        ..now.clone()
    })
}

async fn show_all(may: May<ChangeSettings>, State(app): State<App>) -> Result<Response, Fault> {
    let settings = app.office.settings().now(may.now_ms).await?;
    let text =
        serde_json::to_string_pretty(&settings.decisions).map_err(|error| Fault::Own(error.to_string()))?;
    Ok(all_page(&may, text, &Entries::blank()))
}

fn all_page(visitor: &Visitor, text: String, entries: &Entries) -> Response {
    let field = Field::text("settings", "Settings as JSON")
        .kind(Kind::Lines)
        .value(text)
        .hint("What is left out is as it is by default. Amounts are minor units, factors thousandths.");
    let form =
        Form::new("/settings/decisions/all", "", "Keep the settings", vec![field]).instead("/settings");
    let content = html! { div class="panel" { (entries.form(visitor.csrf(), form)) } };
    let sheet = Sheet::new("All that meters are judged by", "/settings").above("Settings", "/settings");
    sheet.status(entries.status()).page(visitor, &content)
}

async fn set_all(
    State(app): State<App>,
    Sent { may, mut entries }: Sent<ChangeSettings>,
) -> Result<Response, Fault> {
    if let Some(decisions) = entries.read("settings", |text| serde_json::from_str::<Settings>(text)) {
        match app.office.settings().set_decisions(&decisions, may.name(), may.now_ms).await {
            Ok(()) => return Ok(leads_to("/settings", Notice::SETTINGS_SET, &[])),
            Err(fault) => refuse_form(&mut entries, fault)?,
        }
    }
    Ok(all_page(&may, String::new(), &entries))
}
