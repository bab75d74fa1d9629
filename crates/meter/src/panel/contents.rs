//! What the card in the slot carries, and forms that put something on it.
//!
//! What always holds: forms are shown to whoever may fill this card alone, and the machine judges again what they ask
//! for; no password and no PIN is shown.

use super::cards::words;
use super::entries::{Entries, Sent, Upload, WHAT, typed};
use super::fault::Fault;
use super::keys::amount;
use super::shell::Sheet;
use super::snapshot::Snapshot;
use super::visitor::Visitor;
use super::{App, rates};
use crate::machine::{Carried, Content, Filling, Machine, OfficeFault, SETTINGS};
use ::cards::Pin;
use access::cards::{Function, Functions};
use access::{Password, UserId};
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use terms::Date;
use web::form::{Field, Form, Kind};
use web::{Column, Table, panel};

const PAGE: &str = "/cards/contents";
const RATES: &str = "/cards/contents/rates";

pub(super) fn routes() -> Router<App> {
    let upload = post(upload).layer(DefaultBodyLimit::max(rates::UPLOAD_BYTES_MAX));
    Router::new().route(PAGE, get(show).post(act)).route(RATES, upload)
}

/// What the card in the slot carries, for the page of all cards; nothing where none is in.
pub(super) async fn section(app: &App, now: &Snapshot) -> Result<Markup, Fault> {
    if !now.slot.is_inserted {
        return Ok(html! {});
    }
    let list = carried(app.owner.ask(|machine| machine.carried()).await?);
    Ok(panel(
        "What the card carries",
        &html! {
            (list)
            (web::actions(&[("Put something on a card", PAGE.to_owned())]))
        },
    ))
}

/// A card that was pulled meanwhile carries nothing that could be shown.
fn carried(found: Result<Carried, OfficeFault>) -> Markup {
    let carried = match found {
        Ok(carried) => carried,
        Err(refusal) => return web::empty(&web::sentence(&refusal)),
    };
    let row = |content: Result<Content, String>| match content {
        Ok(content) => vec![html! { (content.kind) }, html! { (content.name) }, html! { (content.bound) }],
        Err(sentence) => vec![html! { "unusable" }, html! { (web::sentence(&sentence)) }],
    };
    let rows: Vec<Vec<Markup>> = carried.contents.into_iter().map(row).collect();
    let columns = [Column::words("Kind"), Column::words("Name"), Column::words("Bound")];
    let empty = "It carries nothing but what makes it this meter's.";
    Table { caption: "What the card carries", columns: &columns, empty }.rows(&rows)
}

async fn show(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    page(&app, &visitor, &Entries::blank()).await
}

async fn page(app: &App, visitor: &Visitor, entries: &Entries) -> Result<Response, Fault> {
    if !app.has_slot() {
        return Err(Fault::NotFound);
    }
    let look = |machine: &mut Machine| {
        let cliches = machine.cliches().map(|kept| (kept.cliche.number().to_string(), kept.name.clone()));
        let cliches: Vec<(String, String)> = cliches.collect();
        (machine.carried(), machine.may_fill(), cliches)
    };
    let (found, may_fill, cliches) = app.owner.ask(look).await?;
    let content = html! {
        (panel("What it carries", &html! {
            (carried(found))
            p class="muted" { "What is put on it is taken when it is put in the next time." }
        }))
        @match may_fill {
            Ok(()) => { (forms(visitor.csrf(), entries, &cliches)) },
            Err(refusal) => { (web::empty(&web::sentence(&refusal))) },
        }
    };
    let sheet = Sheet::new("What the card carries", "/cards").above("Cards", "/cards");
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

/// Each thing that can be put on a card has a form of its own.
fn forms(csrf: &str, entries: &Entries, cliches: &[(String, String)]) -> Markup {
    let form = |what: &'static str, submit: &'static str, fields: Vec<Field<'static>>| {
        entries.one_of(csrf, what, Form::new(if what == "rates" { RATES } else { PAGE }, "", submit, fields))
    };
    let chosen: Vec<(String, String)> =
        cliches.iter().map(|(number, name)| (number.clone(), format!("{number} {name}"))).collect();
    let clear = entries.one_of(csrf, "clear", Form::new(PAGE, "", "Take everything off", Vec::new()).grave());
    html! {
        div class="pair" {
            (panel("A stored imprint", &form("imprint", "Put it on the card", imprint_fields())))
            @if !chosen.is_empty() {
                (panel("A cliché", &form("cliche", "Put it on the card", vec![
                    Field::text("number", "Cliché").kind(Kind::Choice(chosen)),
                ])))
            }
            (panel("A rate table", &form("rates", "Put it on the card", vec![
                Field::text("file", "File").kind(Kind::File(".toml")).hint("A table in TOML, as docs/formats/rates.md has it."),
            ])))
            (panel("A setting", &form("setting", "Put it on the card", setting_fields())))
            (panel("A function until a day", &form("until", "Bound it", vec![
                function_field(),
                Field::text("until", "Last day").kind(Kind::Date),
            ])))
            (panel("A function with a PIN", &form("pin", "Bound it", vec![
                function_field(),
                secret_field("pin", "PIN").hint("Four to twelve digits. The card has one for all that asks for it."),
                secret_field("again", "The same again"),
            ])))
            (panel("A password", &form("password", "Put it on the card", vec![
                Field::text("user", "User").kind(Kind::Digits),
                secret_field("password", "Password").hint("On processor cards alone. The user is logged in with it now, and whenever the card is put in."),
            ])))
            (panel("Another card", &html! {
                p { "A card below this one is filled by whoever holds this one: take it out then, and put the other in." }
                (form("next", "Fill the next card", Vec::new()))
            }))
            (panel("An empty card", &clear))
        }
    }
}

fn imprint_fields() -> Vec<Field<'static>> {
    vec![
        Field::text("name", "Name"),
        Field::text("postage", "Postage").kind(Kind::Amount),
        Field::text("cliche", "Number of its cliché").kind(Kind::Digits).optional(),
        Field::text("text", "Text in it").optional(),
    ]
}

fn setting_fields() -> Vec<Field<'static>> {
    let names = SETTINGS.map(|(name, words)| (name.to_owned(), format!("{name}: {words}")));
    let names = Field::text("setting", "Setting").kind(Kind::Choice(names.into()));
    vec![names, Field::text("value", "Value").hint("As in meter.toml; feeder and stacker are on or off.")]
}

fn function_field() -> Field<'static> {
    let bounded = Functions::ALL.iter().filter(|function| *function != Function::Query);
    let every = bounded.map(|function| (function.to_string(), words(function).to_owned()));
    Field::text("function", "Function").kind(Kind::Choice(every.collect()))
}

fn secret_field(name: &'static str, label: &'static str) -> Field<'static> {
    Field::text(name, label).kind(Kind::Password)
}

/// What a form asks for.
enum Asked {
    Put(Filling),
    Next,
    Clear,
}

async fn act(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let Sent { visitor, mut entries } = sent;
    match asked(&mut entries)? {
        Some(asked) => done(&app, &visitor, entries, asked).await,
        None => page(&app, &visitor, &entries).await,
    }
}

async fn upload(State(app): State<App>, sent: Upload) -> Result<Response, Fault> {
    let Upload { visitor, mut entries, file } = sent;
    match rates::read(file) {
        Ok(table) => done(&app, &visitor, entries, Asked::Put(Filling::Rates(table))).await,
        Err(error) => {
            entries.wrong("file", web::sentence(&error));
            page(&app, &visitor, &entries).await
        }
    }
}

async fn done(app: &App, visitor: &Visitor, mut entries: Entries, asked: Asked) -> Result<Response, Fault> {
    let path = if matches!(asked, Asked::Next) { "/cards" } else { PAGE };
    let work = move |machine: &mut Machine| match asked {
        Asked::Put(filling) => machine.put_on_card(filling),
        Asked::Next => {
            let sentence = "take this card out and put the other one in within 20 seconds";
            machine.fill_next().map(|()| sentence.to_owned())
        }
        Asked::Clear => machine.clear_card().map(|()| "the card carries nothing".to_owned()),
    };
    match app.owner.ask(work).await? {
        Ok(sentence) => {
            visitor.say(web::sentence(&sentence));
            Ok(Redirect::to(path).into_response())
        }
        Err(refusal) => {
            entries.refuse(&refusal);
            page(app, visitor, &entries).await
        }
    }
}

/// What the form asks for that was sent; nothing where an entry is not right.
fn asked(entries: &mut Entries) -> Result<Option<Asked>, Fault> {
    let filling = match entries.text(WHAT).to_owned().as_str() {
        "next" => return Ok(Some(Asked::Next)),
        "clear" => return Ok(Some(Asked::Clear)),
        "cliche" => entries.read("number", typed::<u16>).map(Filling::Cliche),
        "imprint" => imprint(entries),
        "setting" => {
            let (name, value) = (entries.text("setting").to_owned(), entries.text("value").trim().to_owned());
            Some(Filling::Settings([(name, value)].into()))
        }
        "until" => {
            let function = entries.read("function", str::parse::<Function>);
            let until = entries.read("until", typed::<Date>);
            function.zip(until).map(|(function, until)| Filling::Until(function, until))
        }
        "pin" => pin(entries),
        "password" => {
            let user = entries.read("user", typed::<UserId>);
            let password = entries.read("password", |text| Password::new(text.as_bytes()));
            user.zip(password).map(|(user, password)| Filling::Password { user, password })
        }
        _ => return Err(Fault::NotFound),
    };
    Ok(filling.map(Asked::Put))
}

fn imprint(entries: &mut Entries) -> Option<Filling> {
    let name = entries.read("name", |name| ::cards::Name::new(name.trim()).map(|name| name.to_string()));
    let postage = entries.read("postage", amount);
    let cliche = entries.read_optional("cliche", typed::<u16>);
    let text = entries.text("text").to_owned();
    Some(Filling::Imprint { name: name?, postage: postage?, cliche: cliche?, text })
}

fn pin(entries: &mut Entries) -> Option<Filling> {
    let function = entries.read("function", str::parse::<Function>);
    let pin = entries.read("pin", |text| Pin::new(text.trim()));
    if entries.text("pin").trim() != entries.text("again").trim() {
        entries.wrong("again", "The two PINs are not the same.");
        return None;
    }
    function.zip(pin).map(|(function, pin)| Filling::Pin(function, pin))
}
