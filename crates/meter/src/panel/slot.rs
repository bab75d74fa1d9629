//! The card slot: which card is in, what the slot says, the timer that runs; and, where the reader is drawn, the cards
//! that can be put in and taken out.

use super::App;
use super::display::left;
use super::entries::Sent;
use super::fault::Fault;
use super::front::timer;
use super::snapshot::Snapshot;
use crate::configuration::ReaderKind;
use ::cards::emulated::{Chip, Slot};
use ::cards::{Drawn, Issuer, Pin, Presence, Reader, Recognised, Unique, recognise};
use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::post;
use maud::{Markup, html};
use tokio::task::spawn_blocking;

/// Kinds of card that can be drawn.
const KINDS: [(&str, &str); 4] = [
    ("processor", "processor card (n)"),
    ("memory", "256-byte memory card (a)"),
    ("i2c", "32-KB memory card (b)"),
    ("telephone", "telephone card"),
];

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/slot", post(act))
        .route("/slot/draw", post(draw))
        .route("/slot/pin", post(enter_pin))
}

/// The drawn cards.
#[derive(Clone, Debug)]
pub(super) struct DrawnLook {
    names: Vec<String>,
    inserted: Option<String>,
}

impl App {
    /// Whether there is a card reader.
    pub(super) fn has_slot(&self) -> bool {
        self.configuration.cards.reader != ReaderKind::Off
    }

    /// Whether it is a drawn one.
    pub(super) fn is_drawn(&self) -> bool {
        self.configuration.cards.reader == ReaderKind::Drawn
    }

    /// Does something with the drawn cards.
    async fn with_drawn<T: Send + 'static>(
        &self,
        work: impl FnOnce(Drawn) -> Result<T, String> + Send + 'static,
    ) -> Result<Result<T, String>, Fault> {
        if !self.is_drawn() {
            return Err(Fault::NotFound);
        }
        let configuration = self.configuration.clone();
        let drawn = move || work(configuration.drawn().map_err(|error| error.to_string())?);
        spawn_blocking(drawn).await.map_err(|_| Fault::Busy)
    }
}

/// Which drawn cards there are.
pub(super) async fn look(app: &App) -> Result<Option<DrawnLook>, Fault> {
    if !app.is_drawn() {
        return Ok(None);
    }
    let looked = app.with_drawn(|drawn| {
        let look = || Ok(DrawnLook { names: drawn.names()?, inserted: drawn.inserted()? });
        look().map_err(|error: ::cards::DrawnError| error.to_string())
    });
    looked.await?.map(Some).map_err(|error| Fault::Meter(web::sentence(&error)))
}

/// When a page with the slot comes anew: when a timer has run down; and often where cards come and go at a real reader,
/// without this page's help.
pub(super) fn refresh(now: &Snapshot, app: &App) -> Option<u64> {
    let comes_by_hand = app.has_slot() && !app.is_drawn();
    let waits = comes_by_hand && (now.slot.is_making || !now.slot.is_inserted);
    [left(now.slot.until), waits.then_some(2)].into_iter().flatten().min()
}

/// The slot of this moment, on this page.
pub(super) fn markup(now: &Snapshot, drawn: Option<&DrawnLook>, csrf: &str, from: &str) -> Markup {
    let slot = &now.slot;
    html! {
        section class="panel slot" aria-labelledby="slot" {
            h2 id="slot" { "Card slot" }
            div class=(if slot.is_inserted || drawn.is_some_and(|drawn| drawn.inserted.is_some()) { "mouth full" } else { "mouth" }) {
                @match &slot.card {
                    Some((name, level)) => { @if !name.is_empty() { strong { (name) } " " } span class="muted" { (level) " card" } },
                    None => { span class="muted" { (if slot.is_required { "no card of this meter" } else { "works without cards" }) } },
                }
            }
            @if !slot.has_master && slot.is_required { p { "The first card that is put in becomes the master." } }
            @if !slot.said.sentence.is_empty() {
                p class=(if slot.said.is_bad { "said bad" } else { "said" }) role="status" { (web::sentence(&slot.said.sentence)) }
            }
            @if let Some(timer) = timer(now) { (timer) }
            @if slot.is_making {
                form method="post" action="/slot" {
                    (hidden(csrf, from))
                    @if slot.has_master { button class="small" name="act" value="cancel" type="submit" { "Make no card" } }
                }
            }
            @if slot.is_inserted { (pin(csrf, from)) }
            @if let Some(drawn) = drawn { (drawn_cards(drawn, csrf, from)) }
        }
    }
}

/// What every form of the slot carries along: the visit's token, and the page that it stands on.
fn hidden(csrf: &str, from: &str) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(csrf);
        input type="hidden" name="from" value=(from);
    }
}

/// For a card with functions that ask for its PIN.
fn pin(csrf: &str, from: &str) -> Markup {
    html! {
        details {
            summary { "Enter the card's PIN" }
            form class="series" method="post" action="/slot/pin" {
                (hidden(csrf, from))
                div class="field" {
                    label for="pin" { "PIN" }
                    input type="password" id="pin" name="pin" inputmode="numeric" autocomplete="off" required;
                }
                button class="second" type="submit" { "Enter" }
            }
        }
    }
}

fn drawn_cards(drawn: &DrawnLook, csrf: &str, from: &str) -> Markup {
    html! {
        @if let Some(name) = &drawn.inserted {
            form class="actions" method="post" action="/slot" {
                (hidden(csrf, from))
                button class="second" name="act" value="take-out" accesskey="o" type="submit" { "Take out " (name) }
            }
        } @else if !drawn.names.is_empty() {
            form class="actions" method="post" action="/slot" {
                (hidden(csrf, from))
                input type="hidden" name="act" value="insert";
                @for name in &drawn.names {
                    button class="second" name="card" value=(name) type="submit" { "Put in " (name) }
                }
            }
        }
        details {
            summary { "Draw a card" }
            form class="form" method="post" action="/slot/draw" {
                (hidden(csrf, from))
                div class="field" {
                    label for="card-name" { "Name on it" }
                    input type="text" id="card-name" name="name" required maxlength="32" autocomplete="off" pattern="[A-Za-z0-9\\-]+";
                }
                div class="field" {
                    label for="card-kind" { "Kind" }
                    select id="card-kind" name="kind" { @for (kind, words) in KINDS { option value=(kind) { (words) } } }
                }
                div class="submit" { button class="second" type="submit" { "Draw it" } }
            }
        }
    }
}

async fn act(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    let name = sent.entries.text("card").to_owned();
    let done = match sent.entries.text("act") {
        "cancel" => {
            app.owner.press(crate::routine::Input::CancelCard).await?;
            Ok(())
        }
        "insert" => {
            app.with_drawn(move |drawn| drawn.insert(&name).map_err(|error| error.to_string())).await?
        }
        "take-out" => app.with_drawn(|drawn| drawn.take_out().map_err(|error| error.to_string())).await?,
        _ => return Err(Fault::NotFound),
    };
    match done {
        // The machine has seen it when the next page comes.
        Ok(()) => app.owner.ask(|machine| machine.tick()).await??,
        Err(error) => sent.visitor.complain(web::sentence(&error)),
    }
    Ok(back(&sent))
}

async fn enter_pin(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    match Pin::new(sent.entries.text("pin").trim()) {
        Ok(pin) => match app.owner.ask(move |machine| machine.enter_pin(&pin)).await? {
            Ok(()) => sent.visitor.say("The PIN is right."),
            Err(refusal) => sent.visitor.complain(web::sentence(&refusal)),
        },
        Err(error) => sent.visitor.complain(web::sentence(&error)),
    }
    Ok(back(&sent))
}

async fn draw(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    let issuer = app.owner.ask(|machine| machine.issuer()).await?;
    let (name, kind) = (sent.entries.text("name").trim().to_owned(), sent.entries.text("kind").to_owned());
    let drawn = app.with_drawn(move |drawn| {
        let chip = delivered(&kind, issuer.as_ref())?;
        drawn.add(&name, &chip).map_err(|error| error.to_string())
    });
    match drawn.await? {
        Ok(()) => sent.visitor.say("The card is drawn. Put it in."),
        Err(error) => sent.visitor.complain(web::sentence(&error)),
    }
    Ok(back(&sent))
}

/// A card as its maker delivers it for this meter.
fn delivered(kind: &str, issuer: Option<&Issuer>) -> Result<Chip, String> {
    let mut unique = [0; Unique::BYTES];
    getrandom::fill(&mut unique).map_err(|error| error.to_string())?;
    let chip = match kind {
        "processor" => Chip::processor(Unique::new(unique)),
        "memory" => Chip::memory(),
        "i2c" => Chip::i2c(),
        "telephone" => return Ok(Chip::telephone()),
        _ => return Err("there is no such kind of card".into()),
    };
    let issuer = issuer.ok_or("the meter has not heard its device yet: try again")?;
    let mut slot = Slot::with(chip);
    let Ok(Presence::Card(insertion)) = slot.presence() else {
        return Err("the card cannot be drawn".into());
    };
    match recognise(&mut slot, insertion).map_err(|error| error.to_string())? {
        Recognised::Card(mut card) => {
            card.write_maker_number(issuer.maker_number(), &issuer.code).map_err(|error| error.to_string())?
        }
        Recognised::Unknown(_) => return Err("the card cannot be drawn".into()),
    }
    slot.take().ok_or_else(|| "the card cannot be drawn".into())
}

/// The page that the form stood on.
fn back(sent: &Sent) -> Redirect {
    Redirect::to(if sent.entries.text("from") == "cards" { "/cards" } else { "/" })
}
