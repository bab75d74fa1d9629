//! Refills: an amount, the call, and its steps while it goes on (EP 0 660 269, Fig. 3a and 3b).

use super::display::{is_calling, steps};
use super::entries::{Entries, Sent};
use super::fault::{Fault, sentence};
use super::shell::Sheet;
use super::visitor::Visitor;
use super::{App, keys};
use crate::calls::Kept;
use crate::routine::Input;
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use line::Number;
use link::call::Ask;
use maud::html;
use tokio::task::spawn_blocking;
use web::form::{Field, Form, Kind};
use web::{facts, panel};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/refill", get(show).post(refill))
        .route("/refill/contact", post(contact))
        .route("/refill/number", post(number))
}

async fn show(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    page(&app, &visitor, &Entries::blank()).await
}

async fn page(app: &App, visitor: &Visitor, entries: &Entries) -> Result<Response, Fault> {
    let now = app.owner.snapshot()?;
    let centre = centre(app).await;
    let credit = now.view.registers.map_or("?".into(), |registers| registers.r1.to_string());
    let mut known = vec![("Credit R1", html! { (credit) })];
    if let Some(pieces) = now.view.pieces_left {
        known.push(("Pieces S", html! { (pieces) }));
    }
    known.push(("The centre's number", html! { (centre.as_deref().unwrap_or("not set yet")) }));
    let amount = Field::text("amount", "Amount").kind(Kind::Amount).optional().hint(
        "In minor units or with a point: 5000 or 50.00. It becomes the usual amount; left empty, the usual one comes.",
    );
    let content = html! {
        (panel("Credit", &facts(&known)))
        @if is_calling(&now) {
            (panel("The call", &html! { p { (sentence(&now.view.sentence)) } (steps(&now)) }))
        } @else {
            @if !now.call.steps.is_empty() { (panel("The last call", &steps(&now))) }
            div class="pair" {
                (panel("Refill", &entries.form(visitor.csrf(), Form::new("/refill", "", "Call and refill", vec![amount]))))
                (panel("Only call", &html! {
                    p { "The centre is heard: pieces are counted anew, and what it has for this meter is fetched." }
                    (Form::new("/refill/contact", visitor.csrf(), "Call the centre", Vec::new()).markup())
                }))
            }
            (panel("The centre's number", &Form::new("/refill/number", visitor.csrf(), "Keep it", vec![
                Field::text("number", "Number").value(centre.unwrap_or_default())
                    .hint("An address such as tcp:centre.example:7000, or a modem such as modem:/dev/ttyS0,0,12345."),
            ]).markup()))
        }
    };
    let seconds = is_calling(&now).then_some(1);
    let sheet = Sheet::new("Refill", "/refill").status(entries.status()).refresh(seconds);
    Ok(sheet.page(visitor, &content))
}

/// The centre's number, where one is kept; while a call is under way it cannot be read.
async fn centre(app: &App) -> Option<String> {
    let path = app.configuration.calls();
    let read = move || Some(Kept::open(&path).ok()?.centre().ok()?.to_string());
    spawn_blocking(read).await.ok().flatten()
}

async fn refill(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let Sent { visitor, mut entries } = sent;
    let asks = match entries.read_optional("amount", keys::amount) {
        None => return page(&app, &visitor, &entries).await,
        Some(None) => vec![Ask::Refill],
        Some(Some(amount)) => vec![Ask::Amount { amount, work: Default::default() }, Ask::Refill],
    };
    call(&app, &visitor, asks).await
}

async fn contact(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    call(&app, &sent.visitor, vec![Ask::Contact]).await
}

async fn call(app: &App, visitor: &Visitor, asks: Vec<Ask>) -> Result<Response, Fault> {
    app.owner.press(Input::Call(asks)).await?;
    let now = app.owner.snapshot()?;
    match (is_calling(&now), now.view.message.is_empty()) {
        (false, false) if now.view.is_bad => visitor.complain(sentence(&now.view.message)),
        (false, false) => visitor.say(sentence(&now.view.message)),
        _ => {}
    }
    Ok(Redirect::to("/refill").into_response())
}

async fn number(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    let path = app.configuration.calls();
    let text = sent.entries.text("number").trim().to_owned();
    let kept = app.owner.ask(move |machine| {
        machine.may_manage().map_err(|fault| fault.to_string())?;
        let number: Number = text.parse().map_err(|error: line::NumberError| error.to_string())?;
        let kept = Kept::open(&path).and_then(|mut kept| kept.set(Some(&number), None));
        kept.map_err(|fault| fault.to_string())
    });
    match kept.await? {
        Ok(()) => sent.visitor.say("The centre's number is kept."),
        Err(error) => sent.visitor.complain(sentence(&error)),
    }
    Ok(Redirect::to("/refill"))
}
