//! The display: the state, what there is to say, the postage large, what is set, the lamps.

use super::fault::sentence;
use super::snapshot::Snapshot;
use maud::{Markup, html};
use std::time::Instant;

/// The display of this moment.
pub(super) fn markup(now: &Snapshot) -> Markup {
    let view = &now.view;
    html! {
        section class="display" aria-label="Display" {
            (lamps(now))
            p class="state" role="status" { (sentence(&view.sentence)) }
            @if let Some(until) = now.waits_until { (countdown(until)) }
            @if let Some(fault) = &now.fault { p class="said bad" role="alert" { (sentence(fault)) } }
            @if !view.message.is_empty() {
                p class=(if view.is_bad { "said bad" } else { "said" }) role=(if view.is_bad { "alert" } else { "status" }) {
                    (sentence(&view.message))
                }
            }
            p class="postage" { span class="figure-label" { "Postage " } output { (view.postage) } }
            dl {
                (row("Date", &view.date.to_string()))
                (row("Cost centre", &centre(now)))
                (row("Cliché", &cliche(now)))
                @if let Some(product) = &view.product { (row("Product", product)) }
                @if let Some(endorsement) = &view.endorsement { (row("Endorsement", endorsement)) }
                (row("Credit R1", &view.registers.map_or("?".into(), |registers| registers.r1.to_string())))
                @if let Some(pieces) = view.pieces_left { (row("Pieces S", &pieces.to_string())) }
                (row("User", &super::shell::who(now).unwrap_or_else(|| "nobody".into())))
                @if view.series > 0 { (row("Series", &format!("{} letters to come", view.series))) }
                @if view.errors > 0 { (row("Errors", &view.errors.to_string())) }
            }
            @if is_calling(now) { (steps(now)) }
        }
    }
}

fn row(name: &str, value: &str) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn centre(now: &Snapshot) -> String {
    let Some(centre) = now.view.centre else { return "none is chosen".into() };
    let name = now.centres.iter().find(|(number, _)| *number == centre).map_or("", |(_, name)| name);
    format!("{centre} {name}").trim_end().into()
}

fn cliche(now: &Snapshot) -> String {
    let Some(cliche) = now.view.cliche else { return "none".into() };
    let name = now.cliches.iter().find(|(number, _)| *number == cliche).map_or("", |(_, name)| name);
    format!("{cliche} {name}").trim_end().into()
}

/// Lamps say in words what their colour says.
fn lamps(now: &Snapshot) -> Markup {
    let lamps = now.view.lamps;
    let lamp = |name: &str, is_lit: bool, class: &str| {
        html! {
            li class=(if is_lit { format!("lamp {class} lit") } else { format!("lamp {class}") }) {
                span class="bulb" aria-hidden="true" {}
                (name) span class="unseen" { (if is_lit { " on" } else { " off" }) }
            }
        }
    };
    html! {
        ul class="lamps" aria-label="Lamps" {
            (lamp("Sleep", lamps.sleep, "note"))
            (lamp("Warn", lamps.warn, "warn"))
            (lamp("Block", lamps.block, "bad"))
        }
    }
}

/// Whether a call is under way.
pub(super) fn is_calling(now: &Snapshot) -> bool {
    now.view.state == "calling"
}

/// The steps of the call under way, or of the last one.
pub(super) fn steps(now: &Snapshot) -> Markup {
    html! { ol class="steps" { @for step in &now.call.steps { li { (sentence(step)) } } } }
}

/// A bar that runs down by itself until a moment: drawn so, because no script may move it.
pub(super) fn countdown(until: Instant) -> Markup {
    let left = until.saturating_duration_since(Instant::now());
    let seconds = left.as_secs() + u64::from(left.subsec_millis() > 0);
    html! {
        svg class="countdown" viewBox="0 0 100 4" preserveAspectRatio="none" role="img"
            aria-label={ (seconds) " seconds left" } {
            rect class="track" width="100" height="4" {}
            rect class="left" width="100" height="4" {
                animate attributeName="width" from="100" to="0" dur={ (left.as_millis()) "ms" } fill="freeze" {}
            }
        }
    }
}

/// The whole seconds after which a moment is past.
pub(super) fn left(until: Option<Instant>) -> Option<u64> {
    Some(until?.saturating_duration_since(Instant::now()).as_secs() + 1)
}
