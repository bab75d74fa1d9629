//! The machine's front: display and lamps, the line of keys, the envelope with the next imprint, the stack of letters.
//!
//! What always holds: the page is made of the [`Snapshot`] alone, so that it is there while a call or a series runs; it
//! comes anew by itself while something moves, and stays as it is while somebody types.

use super::display::{self, countdown, left};
use super::fault::Fault;
use super::shell::Sheet;
use super::snapshot::Snapshot;
use super::visitor::Visitor;
use super::{App, slot};
use ::journal::{Job, JobNumber, State as JobState};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::{Markup, html};
use printer::adapters::head::{Mechanism, Situation};
use web::{Tone, badge};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/", get(show))
        .route("/next.png", get(next_picture))
        .route("/letters/{number}", get(letter_picture))
}

async fn show(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    let now = app.owner.snapshot()?;
    let drawn = slot::look(&app).await?;
    let has_beside = app.has_slot() || app.mechanism.is_some();
    let content = html! {
        div class="front" {
            div class="column" {
                div class="machine" {
                    (display::markup(&now))
                    (line(&now, visitor.csrf()))
                    (buttons(&now, visitor.csrf()))
                    (keys_help())
                }
                @if has_beside { (choices(&now, visitor.csrf())) }
            }
            div class="column" {
                @if app.has_slot() { (slot::markup(&now, drawn.as_ref(), visitor.csrf(), "front")) }
                @if let Some(mechanism) = &app.mechanism { (head(mechanism, visitor.csrf())) }
                @if !has_beside { (choices(&now, visitor.csrf())) }
            }
        }
        (envelope(&now))
        (stack(&now))
    };
    Ok(Sheet::new("Franking", "/").refresh(refresh(&now, &app)).page(&visitor, &content))
}

/// After how many seconds the page comes anew: often while something is seen to move, else when a time has run down.
fn refresh(now: &Snapshot, app: &App) -> Option<u64> {
    let moves = !matches!(now.view.state, "ready" | "waiting" | "blocked" | "halted");
    let halted = matches!(now.view.state, "blocked" | "halted").then_some(6);
    let seconds = [moves.then_some(1), halted, left(now.waits_until), slot::refresh(now, app)];
    seconds.into_iter().flatten().min()
}

/// The one field that takes every key.
fn line(now: &Snapshot, csrf: &str) -> Markup {
    let what = if now.view.postage.is_zero() { "Postage" } else { "Postage, or another key" };
    html! {
        form class="line" method="post" action="/key" {
            input type="hidden" name="csrf" value=(csrf);
            label for="key" { (what) }
            input type="text" id="key" name="key" autofocus autocomplete="off" inputmode="text" maxlength="200" accesskey="k"
                spellcheck="false" aria-describedby="keys";
            button type="submit" { "Set" }
        }
    }
}

fn buttons(now: &Snapshot, csrf: &str) -> Markup {
    let key = |key: &str, label: Markup, accesskey: &str, class: &str| {
        html! { button class=(class) name="key" value=(key) accesskey=(accesskey) type="submit" { (label) } }
    };
    html! {
        form class="keypad" method="post" action="/key" {
            input type="hidden" name="csrf" value=(csrf);
            (key("p", html! { "Print" }, "p", "print"))
            (key("z", html! { "Zero imprint" }, "z", "second"))
            (key("d0", html! { "Date today" }, "t", "second"))
            (key("x", html! { "Clear" }, "x", "second"))
            @if now.has_waiting { (key("a", html! { "Print again" }, "a", "")) }
            @if now.view.series > 0 { (key("e", html! { "End series" }, "e", "grave")) }
        }
    }
}

fn keys_help() -> Markup {
    let rows = [
        ("110 or 1.10", "postage"),
        ("p, p20", "print one, twenty alike"),
        ("z", "imprint without value"),
        ("d2, d0", "two days ahead, today"),
        ("c002", "cost centre"),
        ("k2, k0", "cliché, the usual one"),
        ("w20", "price of 20 g"),
        ("a, e, x", "print again, end series, clear"),
    ];
    html! {
        details class="help" id="keys" {
            summary { "Keys of the line" }
            dl { @for (key, does) in rows { div { dt { code { (key) } } dd { (does) } } } }
            p class="hint" { "End each with Enter. Codes of a bar-code or stripe reader log in here too." }
        }
    }
}

/// What is set by choosing.
fn choices(now: &Snapshot, csrf: &str) -> Markup {
    let today = now.today.map(|today| today.to_string());
    let last = now
        .today
        .and_then(|today| terms::Date::from_day_number(today.day_number() + u32::from(now.days_ahead)).ok());
    html! {
        section class="panel choices" aria-labelledby="set" {
            h2 id="set" { "Set for the next letter" }
            form method="post" action="/set" {
                input type="hidden" name="csrf" value=(csrf);
                div class="field" {
                    label for="centre" { "Cost centre" }
                    select id="centre" name="centre" {
                        @if now.view.centre.is_none() { option value="" selected { "choose one" } }
                        @for (number, name) in &now.centres {
                            option value=(number) selected[now.view.centre == Some(*number)] { (number) " " (name) }
                        }
                    }
                }
                div class="field" {
                    label for="cliche" { "Cliché" }
                    select id="cliche" name="cliche" {
                        option value="0" selected[now.view.cliche.is_none()] { "the cost centre's own, or none" }
                        @for (number, name) in &now.cliches {
                            option value=(number) selected[now.view.cliche == Some(*number)] { (number) " " (name) }
                        }
                    }
                }
                div class="field" {
                    label for="text" { "Text beside the cliché" }
                    input type="text" id="text" name="text" maxlength="40" autocomplete="off" value=(now.view.text.as_deref().unwrap_or_default());
                }
                div class="field" {
                    label for="date" { "Date" }
                    input type="date" id="date" name="date" value=(now.view.date) min=[today] max=[last];
                }
                div class="submit" { button class="second" type="submit" { "Set" } }
            }
            form class="series ruled" method="post" action="/series" {
                input type="hidden" name="csrf" value=(csrf);
                div class="field" {
                    label for="letters" { "Letters alike" }
                    input type="text" id="letters" name="letters" inputmode="numeric" autocomplete="off" required;
                }
                button class="second" type="submit" { "Print series" }
            }
        }
    }
}

/// A simulated head's letters, and what can go wrong with them.
fn head(mechanism: &Mechanism, csrf: &str) -> Markup {
    let Situation { inserted, at_sensor, jam, slowed_permille, .. } =
        mechanism.change(|situation| situation.clone());
    let state = match (jam, inserted || at_sensor) {
        (Some(station), _) => badge(Tone::Bad, &format!("jam: {station}")),
        (None, true) => badge(Tone::Good, "a letter is in"),
        (None, false) => badge(Tone::Quiet, "no letter"),
    };
    let act = |act: &str, label: &str, class: &str| {
        html! { button class=(class) name="act" value=(act) type="submit" { (label) } }
    };
    html! {
        section class="panel" aria-labelledby="head" {
            h2 id="head" { "Simulated head " (state) @if slowed_permille > 0 { (badge(Tone::Warn, "held back")) } }
            form class="actions" method="post" action="/head" {
                input type="hidden" name="csrf" value=(csrf);
                (act("insert", "Put a letter in", ""))
                (act("jam", "Jam the next one", "second"))
                (act("slow", "Hold the transport back", "second"))
                (act("clear", "Clear", "second"))
            }
        }
    }
}

fn envelope(now: &Snapshot) -> Markup {
    let view = &now.view;
    let alt = format!("The next imprint: {} on {}", view.postage, view.date);
    html! {
        section class="panel" aria-labelledby="next" {
            h2 id="next" { "The next letter" }
            div class="envelope" {
                img src={ "/next.png?" (view.postage.minor()) "-" (view.date) "-" (view.cliche.unwrap_or(0)) } alt=(alt);
                div class="address" aria-hidden="true" { span {} span {} span {} }
            }
            p class="hint" { "Every dot as the head prints it. The marking row is empty here: only the security device knows it, and only once the postage is paid." }
        }
    }
}

fn stack(now: &Snapshot) -> Markup {
    let (letters, printed) = (&now.letters, now.printed);
    html! {
        section class="panel" aria-labelledby="stack" {
            h2 id="stack" { "Printed letters" }
            @if letters.is_empty() { (web::empty("Nothing has been franked yet. Type a postage and press Enter, then p and Enter.")) }
            ol class="stack" { @for job in letters { (letter(job)) } }
            @if printed > 0 { p class="hint" { (printed) " since the meter was turned on. " a href="/journal" { "All of them" } } }
        }
    }
}

fn letter(job: &Job) -> Markup {
    let tone = tone(job.state);
    html! {
        li {
            @if job.booking.is_some() {
                img src={ "/letters/" (job.number) ".png" } alt={ "Imprint " (job.number) };
            }
            p {
                strong { (job.order.postage) } " " (job.order.centre) " " (job.order.date) " "
                @if job.state != JobState::Printed { (badge(tone, job.state.name())) }
                " " span class="muted" { "no. " (job.number) }
            }
        }
    }
}

/// How a job's state is to be felt.
pub(super) fn tone(state: JobState) -> Tone {
    match state {
        JobState::Printed => Tone::Good,
        JobState::Reserved | JobState::Booked | JobState::Printing => Tone::Note,
        JobState::Spoiled => Tone::Warn,
        JobState::Cancelled | JobState::Claimed => Tone::Quiet,
    }
}

async fn next_picture(_: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    png(app.owner.ask(|machine| machine.preview()).await??)
}

async fn letter_picture(
    _: Visitor,
    State(app): State<App>,
    number: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    let Path(name) = number?;
    let number = name.strip_suffix(".png").and_then(|number| number.parse().ok()).ok_or(Fault::NotFound)?;
    png(app.owner.ask(move |machine| machine.picture(JobNumber(number))).await??)
}

fn png(picture: Option<Vec<u8>>) -> Result<Response, Fault> {
    let picture = picture.ok_or(Fault::NotFound)?;
    Ok(([(header::CONTENT_TYPE, "image/png")], picture).into_response())
}

/// The time that a card's timer leaves, for the slot.
pub(super) fn timer(now: &Snapshot) -> Option<Markup> {
    now.slot.until.map(countdown)
}
