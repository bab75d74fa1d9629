//! What has happened to a meter, in tables: the newest rows, and the older ones on demand.

use crate::catalogue::{CallRow, MeterDetail};
use crate::console::visitor::Visitor;
use crate::console::{format, words};
use maud::{Markup, html};
use web::{Column, Table, Tone, badge, panel};

/// How many rows are shown at first.
const SHOWN: usize = 5;

pub(super) fn grants(visitor: &Visitor, detail: &MeterDetail) -> Markup {
    let amount = visitor.heading("Amount");
    let columns = [
        Column::figures("No."),
        Column::figures(&amount),
        Column::words("State"),
        Column::words("Issued"),
        Column::words("Settled"),
    ];
    let rows: Vec<Vec<Markup>> = detail
        .grants
        .iter()
        .map(|grant| {
            let tone = match grant.state.as_str() {
                "taken" => Tone::Good,
                "open" => Tone::Note,
                _ => Tone::Quiet,
            };
            vec![
                html! { (grant.number) },
                html! { (format::figures(visitor.currency, grant.amount_minor)) },
                html! {
                    span class="badges" {
                        (badge(tone, &grant.state))
                        @if grant.is_closing { (badge(Tone::Quiet, "leaves service")) }
                        @if grant.refused_code != 0 { (badge(Tone::Bad, &format!("refused: error {}", grant.refused_code))) }
                    }
                },
                format::time(grant.issued_ms),
                format::time_or(grant.settled_ms, "not yet"),
            ]
        })
        .collect();
    let table = Table { caption: "Grants", columns: &columns, empty: "Nothing was granted to it yet." };
    panel("Grants", &words::folded(&table, &rows, SHOWN))
}

pub(super) fn calls(calls: &[CallRow]) -> Markup {
    let columns = [
        Column::words("When"),
        Column::words("How"),
        Column::words("Asked for"),
        Column::words("Outcome"),
        Column::words("From"),
    ];
    let rows: Vec<Vec<Markup>> = calls
        .iter()
        .map(|call| {
            vec![
                format::time(call.opened_ms),
                html! { (words::trigger_words(call.trigger.as_deref())) },
                html! { (call.ask.as_deref().map_or("nothing", words::ask_words)) },
                outcome(call),
                html! { (call.origin) },
            ]
        })
        .collect();
    let table = Table { caption: "Calls", columns: &columns, empty: "The meter has not called yet." };
    panel("Calls", &words::folded(&table, &rows, SHOWN))
}

/// What became of a call.
pub(crate) fn outcome(call: &CallRow) -> Markup {
    html! {
        @match (&call.failure, call.is_unauthorised) {
            (None, false) => { (badge(Tone::Good, "in order")) }
            (failure, is_unauthorised) => {
                span class="badges" {
                    @if is_unauthorised { (badge(Tone::Bad, "unauthorised")) }
                    @else if failure.is_some() { (badge(Tone::Warn, "failed")) }
                }
                @if let Some(failure) = failure {
                    " " span class="muted" { (failure) @if call.step != 0 { ", step " (call.step) } }
                }
            }
        }
    }
}

pub(super) fn call_backs(visitor: &Visitor, detail: &MeterDetail) -> Markup {
    if detail.call_backs.is_empty() {
        return html! {};
    }
    let amount = visitor.heading("Amount");
    let columns = [
        Column::words("Asked"),
        Column::figures(&amount),
        Column::words("Number"),
        Column::words("State"),
        Column::figures("Tries"),
    ];
    let rows: Vec<Vec<Markup>> = detail
        .call_backs
        .iter()
        .map(|wish| {
            let state = match (wish.ended.as_deref(), wish.due_ms) {
                (Some("reached"), _) => badge(Tone::Good, "reached"),
                (Some("no_request"), _) => badge(Tone::Bad, "it had not asked"),
                (Some("not_reached"), _) => badge(Tone::Warn, "not reached"),
                (Some(other), _) => badge(Tone::Quiet, other),
                (None, Some(due_ms)) => {
                    html! { (badge(Tone::Note, "open")) " next at " (format::time(due_ms)) }
                }
                (None, None) => badge(Tone::Note, "under way"),
            };
            vec![
                format::time(wish.asked_ms),
                html! { (visitor.figures(wish.amount_minor)) },
                html! { (wish.number) },
                html! { span { (state) } },
                html! { (wish.attempts) },
            ]
        })
        .collect();
    let table = Table { caption: "Call-backs", columns: &columns, empty: "" };
    panel("Call-backs", &words::folded(&table, &rows, SHOWN))
}

pub(super) fn openings(visitor: &Visitor, detail: &MeterDetail) -> Markup {
    let columns = [
        Column::figures("No."),
        Column::words("Technician and work"),
        Column::words("Announced"),
        Column::words("Codeword fetched"),
        Column::words("Outcome"),
    ];
    let rows: Vec<Vec<Markup>> = detail
        .openings
        .iter()
        .map(|opening| {
            let (ended, tone) = (opening.ended.as_deref(), opening_tone(opening.ended.as_deref()));
            vec![
                html! { (opening.number) },
                html! {
                    span {
                        (opening.technician) ", " (opening.work)
                        @if let Some(agreed) = opening.agreed_minor { ", with " (visitor.amount(agreed)) }
                    }
                },
                html! { span { (format::time(opening.announced_ms)) " by " (opening.announced_by) ", for " (format::time(opening.about_ms)) } },
                format::time_or(opening.fetched_ms, "no"),
                html! {
                    span {
                        (badge(tone, words::ended_words(ended)))
                        @if let Some(at_ms) = opening.ended_ms { " " (format::time(at_ms)) }
                    }
                },
            ]
        })
        .collect();
    let table = Table {
        caption: "Openings",
        columns: &columns,
        empty: "Its housing was never opened under authority.",
    };
    panel("Openings", &words::folded(&table, &rows, SHOWN))
}

fn opening_tone(ended: Option<&str>) -> Tone {
    match ended {
        None => Tone::Note,
        Some("completed") => Tone::Good,
        Some("withdrawn") => Tone::Quiet,
        Some(_) => Tone::Warn,
    }
}
