//! A meter's page: everything that is known of it, the most pressing first, and what can be done about it.

use super::acts::serial_in;
use super::history;
use super::spec::Act;
use crate::app::App;
use crate::catalogue::{MeterDetail, MeterStanding, ReadingRow, RegistersView};
use crate::console::fault::Fault;
use crate::console::shell::Sheet;
use crate::console::visitor::{May, ReadMeters, Visitor};
use crate::console::words::{self, meter_path};
use crate::console::{events, format};
use crate::people::Right;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use maud::{Markup, html};
use terms::equations::Status;
use web::chart::{Line, LineChart};
use web::form::Form;
use web::{Tone, badge, empty, facts, panel};

const DAY_MS: i64 = 86_400_000;

/// The page.
pub(super) async fn show(
    may: May<ReadMeters>,
    State(app): State<App>,
    serial: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    let serial = serial_in(&serial?.0)?;
    let detail = app.catalogue().meter(serial).await?;
    let (meter, standing) = (&detail.meter, &detail.standing);
    let content = html! {
        @if meter.status != Status::Okay { (reasons(&detail)) }
        (open(&may, &detail))
        (glance(&may, &detail))
        (registers(&may, &detail))
        (what_can_be_done(&may, standing, &meter_path(serial)))
        div class="pair" { (forecast(&may, standing)) (rules(&may, standing)) }
        (history::grants(&may, &detail))
        (history::calls(&detail.calls))
        (history::call_backs(&may, &detail))
        (history::openings(&may, &detail))
        div class="pair" { (health(standing)) (seal(&may, &meter_path(serial))) }
        (profile(&may, standing))
        @if may.may(Right::ReadAudit) {
            (panel("Audit log", &events::table(may.currency, ("Newest entries of this meter", "No entry yet."), &detail.audit, 5)))
        }
    };
    let badges = words::meter_badges(meter.status, meter.service, meter.is_stopped);
    let sheet = Sheet::new(format!("Meter {serial}"), "/meters").above("Meters", "/meters").beside(badges);
    Ok(sheet.page(&may, &content))
}

fn reasons(detail: &MeterDetail) -> Markup {
    let sentences: Vec<String> =
        detail.standing.reasons.iter().map(|reason| web::sentence(&reason.sentence)).collect();
    let heading = match detail.meter.status {
        Status::Manipulated => "Why it counts as manipulated",
        _ => "Why it is suspicious",
    };
    panel(
        heading,
        &html! {
            @if let Some(since_ms) = detail.meter.suspect_ms { p class="muted" { "Since " (format::time(since_ms)) "." } }
            (web::sentences(&sentences))
        },
    )
}

fn glance(visitor: &Visitor, detail: &MeterDetail) -> Markup {
    let (meter, standing) = (&detail.meter, &detail.standing);
    let mut rows = vec![
        (
            "Customer",
            words::customer_link(meter.customer, &meter.customer_name, visitor.may(Right::ReadCustomers)),
        ),
        ("Credit, as last reported", html! { (visitor.amount(meter.r1_minor)) }),
        ("Last heard", format::time_or(meter.heard_ms, "never")),
        ("Service", html! { (words::service_words(meter.service)) }),
        ("Call number (PAN)", html! { (format!("{:08}", meter.call_number)) }),
        ("In the books since", format::time(meter.since_ms)),
    ];
    if let Some(since_ms) = standing.service_ms {
        rows.push(("That since", format::time(since_ms)));
    }
    if let (Some(gone), Some(by)) = (&standing.gone, &standing.gone_by) {
        rows.push(("Gone", html! { (gone) ", noted by " (by) }));
    }
    if standing.is_specimen {
        rows.push(("Imprints", badge(Tone::Note, "specimens")));
    }
    panel("At a glance", &facts(&rows))
}

fn registers(visitor: &Visitor, detail: &MeterDetail) -> Markup {
    let standing = &detail.standing;
    let Some(seen) = &standing.registers else {
        return panel("Registers", &empty("The meter has not called yet, so its registers are not known."));
    };
    let mut rows = vec![
        ("R1, credit left", html! { (visitor.amount(seen.r1_minor)) }),
        ("R2, postage spent", html! { (visitor.amount(seen.r2_minor)) }),
        ("R3, credit in all", html! { (visitor.amount(seen.r3_minor)) }),
        ("R3 by the books", html! { (visitor.amount(standing.granted_minor)) }),
        ("R4, imprints with a value", html! { (format::count(seen.r4)) }),
        ("R8, imprints in all", html! { (format::count(seen.r8)) }),
    ];
    if let Some(at_ms) = standing.registers_ms {
        rows.push(("Reported", format::time(at_ms)));
    }
    panel("Registers", &html! { (facts(&rows)) (chart(visitor, &detail.readings)) })
}

fn chart(visitor: &Visitor, readings: &[ReadingRow]) -> Markup {
    let line = |name, value: fn(&RegistersView) -> u64| Line {
        name,
        points: readings
            .iter()
            .map(|reading| (reading.at_ms, i64::try_from(value(&reading.registers)).unwrap_or(i64::MAX)))
            .collect(),
    };
    let lines = [
        line("R1, credit left", |registers| registers.r1_minor),
        line("R2, postage spent", |registers| registers.r2_minor),
        line("R3, credit in all", |registers| registers.r3_minor),
    ];
    let span_ms = match (readings.first(), readings.last()) {
        (Some(first), Some(last)) => last.at_ms.saturating_sub(first.at_ms),
        _ => 0,
    };
    let pattern = if span_ms < 3 * DAY_MS { "%d %b %H:%M" } else { "%d %b %Y" };
    let description = format!(
        "Credit left, postage spent and credit in all as the meter reported them, in {}.",
        visitor.currency
    );
    LineChart {
        id: "registers",
        title: "Registers over time",
        description: &description,
        lines: &lines,
        time: &|at_ms| format::stamped(at_ms, pattern),
        value: &|minor| format::figures(visitor.currency, minor),
    }
    .markup()
}

/// What waits for the meter or for somebody.
fn open(visitor: &Visitor, detail: &MeterDetail) -> Markup {
    let standing = &detail.standing;
    let waiting: Vec<Markup> = open_grant(visitor, standing)
        .into_iter()
        .chain(opening(visitor, standing))
        .chain(detail.reactions.iter().map(|reaction| {
            html! {
                strong { (words::reaction_words(reaction)) }
                @if let Some(until_ms) = reaction.until_ms { ", by " (format::time(until_ms)) }
                span class="muted" { " · since " (format::time(reaction.at_ms)) ", decided by " (words::by_whom(&reaction.by)) }
            }
        }))
        .chain(standing.orders.iter().map(|order| {
            html! {
                "Told at its next call to " strong { (words::task_words(order.task)) }
                @if let Some(number) = order.number { span class="muted" { " · given as order " (number) ", not confirmed" } }
            }
        }))
        .collect();
    if waiting.is_empty() {
        return html! {};
    }
    panel("What is open", &html! { ul class="sentences" { @for item in waiting { li { (item) } } } })
}

fn open_grant(visitor: &Visitor, standing: &MeterStanding) -> Option<Markup> {
    let open = standing.open_grant?;
    Some(html! {
        "Grant " (open.number) " of " strong { (visitor.signed(open.amount_minor)) } ", issued " (format::time(open.issued_ms))
        @if open.is_cancelled { ", is to become void" }
        @if open.refused_code != 0 { ", refused by the meter with error " (open.refused_code) }
    })
}

fn opening(visitor: &Visitor, standing: &MeterStanding) -> Option<Markup> {
    let opening = standing.opening.as_ref()?;
    Some(html! {
        "Opening " (opening.number) " for " strong { (opening.work) }
        @match opening.stage {
            "announced" => { ": the meter may fetch its codeword until " (format::time(opening.valid_until_ms)) }
            "given" => { ": the codeword was given, and is not confirmed" }
            _ => { ": under way, to be reported as completed until " (format::time(opening.expires_ms)) }
        }
        @if let Some(agreed) = opening.agreed_minor { ", with a refill of " (visitor.amount(agreed)) }
    })
}

fn what_can_be_done(visitor: &Visitor, standing: &MeterStanding, path: &str) -> Markup {
    let offered = Act::ALL
        .into_iter()
        .filter(|act| visitor.may(act.right()) && act.is_offered(standing, visitor.now_ms));
    let ways: Vec<(&str, String, &str)> = offered
        .map(|act| act.spec())
        .map(|spec| (spec.label, format!("{path}/{}", spec.word), spec.what))
        .collect();
    if ways.is_empty() {
        return html! {};
    }
    panel("What can be done", &web::ways(&ways))
}

fn forecast(visitor: &Visitor, standing: &MeterStanding) -> Markup {
    let Some(forecast) = standing.forecast else {
        return panel(
            "Forecast",
            &empty("There is a forecast once the meter was judged for the first time."),
        );
    };
    let mean = match forecast.use_minor_per_day {
        Some(minor) => html! { (visitor.amount(minor)) " a day" },
        None => html! { span class="muted" { "too few refills" } },
    };
    let rows = [
        ("Class by use", html! { (forecast.class.to_uppercase()) }),
        ("Mean use", mean),
        ("Next refill expected", format::time_or(forecast.refill_ms, "after the first refill")),
        ("Overdue from", format::time_or(forecast.overdue_ms, "after the first refill")),
        ("Usual refill", html! { (visitor.amount(standing.usual_minor)) }),
        ("Calls by itself in a row", html! { (standing.automatic_calls) }),
    ];
    panel("Forecast", &facts(&rows))
}

fn rules(visitor: &Visitor, standing: &MeterStanding) -> Markup {
    let rows = [
        ("Greatest amount", html! { (visitor.amount(standing.refill_max_minor)) }),
        ("Credit by call-back alone", html! { (if standing.call_back_only { "yes" } else { "no" }) }),
        (
            "Called back at",
            match &standing.registered {
                Some(number) => html! { (number) },
                None => html! { span class="muted" { "nowhere" } },
            },
        ),
    ];
    panel("Rules for refills", &facts(&rows))
}

fn health(standing: &MeterStanding) -> Markup {
    let errors: Vec<String> = standing
        .errors
        .iter()
        .map(|(kind, count)| web::sentence(&format!("{} {count} times", words::error_words(kind))))
        .collect();
    let log: Vec<String> = standing
        .findings
        .iter()
        .map(|finding| format!("{} (commit {})", finding.sentence, finding.commit))
        .collect();
    let content = html! {
        @if let Some(code) = standing.fault_code {
            p class="flash bad" { "It shows the code " (code) " and needs a service reset." }
        }
        @if standing.has_changed_key { p class="flash bad" { "It has changed its link key, as it does after a manipulation." } }
        @if errors.is_empty() { (empty("It has counted no errors.")) } @else { (web::sentences(&errors)) }
        @if !log.is_empty() { h3 { "Its own log, the newest entries" } (web::sentences(&log)) }
        p class="muted" { "Last inspected: " (format::time_or(standing.inspected_ms, "never")) }
    };
    panel("What it tells of itself", &content)
}

fn seal(visitor: &Visitor, path: &str) -> Markup {
    let action = format!("{path}/seal");
    panel(
        "Seal",
        &html! {
            p { "The number that must stand on its seal is for an inspector to compare. It is recorded who has seen it." }
            (Form::new(&action, visitor.csrf(), "Show the seal's number", vec![]).markup())
        },
    )
}

fn profile(visitor: &Visitor, standing: &MeterStanding) -> Markup {
    let rows = [
        ("Profile", html! { (standing.profile) ", epoch " (standing.epoch) }),
        ("Least postage", html! { (visitor.amount(standing.value_min_minor)) }),
        ("Greatest postage", html! { (visitor.amount(standing.value_max_minor)) }),
        ("Date ahead at most", html! { (standing.days_ahead) " days" }),
    ];
    panel("Profile and limits", &facts(&rows))
}
