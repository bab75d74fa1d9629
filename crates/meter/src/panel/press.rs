//! What is pressed at the front: each becomes one input of the machine, or a sentence that says why it is none.

use super::entries::Sent;
use super::fault::{Fault, sentence};
use super::keys::{self, Key};
use super::{App, entrance, wedge};
use crate::routine::Input;
use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::post;
use printer::adapters::head::Situation;
use rates::Weight;
use terms::Date;

/// Before this column the next letter gets stuck, for a demonstration.
const JAM_COLUMN: u32 = 200;
/// By so much the transport is held back, in thousandths, for a demonstration.
const SLOWED_PERMILLE: u16 = 300;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/key", post(key))
        .route("/set", post(set))
        .route("/series", post(series))
        .route("/head", post(head))
}

async fn key(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    let line = sent.entries.text("key");
    match wedge::read(line) {
        Ok(Some(code)) => return entrance::by_code(&app, &sent.visitor, code).await,
        Ok(None) => {}
        Err(error) => {
            sent.visitor.complain(sentence(&error));
            return Ok(home());
        }
    }
    let now = app.owner.snapshot()?;
    let today = now.today.unwrap_or(Date::FIRST);
    match keys::read(line, today, now.prefix) {
        Ok(Key::Weight(weight)) => return Ok(Redirect::to(&price_of(weight))),
        Ok(Key::EndSeries) => app.owner.end_series().await?,
        Ok(key) => app.owner.press(input(key)).await?,
        Err(error) => sent.visitor.complain(sentence(&error)),
    }
    Ok(home())
}

/// What a key of the line wants.
fn input(key: Key) -> Input {
    match key {
        Key::Value(postage) => Input::Value { postage, product: None, endorsement: None },
        Key::Print => Input::Letter,
        Key::Series(letters) => Input::Series(letters),
        Key::EndSeries => Input::EndSeries,
        Key::Zero => Input::Zero,
        Key::Date(date) => Input::Date(date),
        Key::Centre(centre) => Input::Centre(centre),
        Key::Cliche(cliche) => Input::Cliche(cliche),
        Key::Again => Input::PrintAgain,
        Key::Clear => Input::Clear,
        // Its price is asked for on a page of its own.
        Key::Weight(_) => Input::Look,
    }
}

/// What was chosen; only what is other than before is set.
async fn set(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    let now = app.owner.snapshot()?;
    let mut inputs = Vec::new();
    if let Ok(centre) = sent.entries.text("centre").parse()
        && now.view.centre != Some(centre)
    {
        inputs.push(Input::Centre(centre));
    }
    if let Ok(number) = sent.entries.text("cliche").parse::<u16>() {
        let cliche = (number > 0).then_some(number);
        if cliche != now.view.cliche {
            inputs.push(Input::Cliche(cliche));
        }
    }
    let text = sent.entries.text("text");
    if text != now.view.text.as_deref().unwrap_or_default() {
        inputs.push(Input::Text(text.into()));
    }
    match sent.entries.text("date").parse::<Date>() {
        Ok(date) if date != now.view.date => inputs.push(Input::Date(date)),
        Ok(_) => {}
        Err(error) => sent.visitor.complain(sentence(&error)),
    }
    for input in inputs {
        app.owner.press(input).await?;
        // What was refused is on the display; what follows would hide it.
        if app.owner.snapshot()?.view.is_bad {
            break;
        }
    }
    Ok(home())
}

async fn series(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    match keys::series(sent.entries.text("letters").trim()) {
        Ok(letters) => app.owner.press(Input::Series(letters)).await?,
        Err(error) => sent.visitor.complain(sentence(&error)),
    }
    Ok(home())
}

/// What somebody's hand does at a simulated head.
async fn head(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    let mechanism = app.mechanism.as_ref().ok_or(Fault::NotFound)?;
    let change = |change: fn(&mut Situation)| mechanism.change(change);
    match sent.entries.text("act") {
        // Its leading edge at the sensor is what asks for the print; one that is paid for comes first.
        "insert" => {
            mechanism.insert_letter();
            let waits = app.owner.snapshot()?.has_waiting;
            app.owner.press(if waits { Input::PrintAgain } else { Input::Letter }).await?;
        }
        "jam" => change(|situation| situation.jams_at = Some(JAM_COLUMN)),
        "slow" => change(|situation| situation.slowed_permille = SLOWED_PERMILLE),
        "clear" => mechanism.clear(),
        _ => return Err(Fault::NotFound),
    }
    Ok(home())
}

/// Back to the machine.
pub(super) fn home() -> Redirect {
    Redirect::to("/")
}

/// The page that says what a letter of this weight costs.
fn price_of(weight: Weight) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    format!("/price?{}", query.append_pair("weight", &weight.to_string()).finish())
}
