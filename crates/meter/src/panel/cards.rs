//! Cards: the table with limit and rest (DE 197 57 648, page 7), making them (Fig. 5), duplicates, and what is changed of
//! those that there are.
//!
//! What always holds: no page tells a card's number; a card is named by the running number of one of its chips, which
//! means nothing without the card.

use super::centres::directory;
use super::entries::{Entries, Sent, WHAT, typed};
use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::Visitor;
use super::{App, contents, slot};
use crate::machine::{Machine, OfficeFault};
use access::cards::{
    Account, Card, CentreNumber, Centres, Change, Directory, Function, Functions, Level, Line, Name,
};
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use maud::{Markup, html};
use terms::{CardNumber, Date, Running};
use web::form::{Field, Form, Kind};
use web::{Column, Table, Tone, badge, panel};

/// What cannot be taken back, or keeps somebody out.
const GRAVE: [&str; 3] = ["lock", "lock-chip", "delete"];

pub(super) fn routes() -> Router<App> {
    Router::new().route("/cards", get(list).post(make)).route("/cards/{running}", get(show).post(change))
}

async fn list(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    list_page(&app, &visitor, &Entries::blank()).await
}

async fn list_page(app: &App, visitor: &Visitor, entries: &Entries) -> Result<Response, Fault> {
    let sheet = Sheet::new("Cards", "/cards").status(entries.status());
    if !app.has_slot() {
        let content = panel(
            "No card reader",
            &html! {
                p { "This meter works without cards. A reader and " code { "routine.cards = \"required\"" } " in its settings change that." }
            },
        );
        return Ok(sheet.page(visitor, &content));
    }
    let now = app.owner.snapshot()?;
    let drawn = slot::look(app).await?;
    let (directory, today) = directory(app).await?;
    let carried = contents::section(app, &now).await?;
    let content = html! {
        (panel("All cards", &table(&directory, today)?))
        div class="pair" {
            (slot::markup(&now, drawn.as_ref(), visitor.csrf(), "cards"))
            (panel("A new card", &html! {
                @if now.slot.is_inserted {
                    p { "It is made below the card that is in. Take that one out when the slot says so, and put the new one in." }
                    (entries.form(visitor.csrf(), Form::new("/cards", "", "Make it", new_fields(&directory))))
                } @else {
                    (web::empty("Put the card in that makes it: the master, or one above it."))
                }
            }))
        }
        (carried)
    };
    Ok(sheet.refresh(slot::refresh(&now, app)).page(visitor, &content))
}

fn table(directory: &Directory, today: Date) -> Result<Markup, Fault> {
    let columns = [
        Column::words("Card"),
        Column::words("Level"),
        Column::words("Below"),
        Column::words("Cost centres"),
        Column::figures("Timer, s"),
        Column::figures("Limit"),
        Column::figures("Rest"),
        Column::words("Functions"),
        Column::words("Chips"),
        Column::words("State"),
    ];
    let row = |card: &Card| {
        let Line { account, limit, rest, .. } =
            directory.line(card, today).map_err(|refusal| Fault::Meter(web::sentence(&refusal)))?;
        let above = card.parent.and_then(|parent| directory.card(parent));
        let chips: Vec<Running> = chips(directory, card.number).map(|chip| chip.running).collect();
        let amount =
            |amount: Option<terms::Money>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        Ok(vec![
            html! {
                @match chips.first() {
                    Some(running) => { a href={ "/cards/" (running) } { (called(card)) } },
                    None => { (called(card)) },
                }
            },
            html! { (card.level) },
            html! { (above.map(called).unwrap_or_default()) },
            html! { (centres_words(&card.centres)) },
            html! { (card.timer_seconds) },
            html! { (amount(limit)) @if limit.is_some() { (of_account(account)) } },
            html! { (amount(rest)) },
            html! { (card.functions) },
            html! { (chips.iter().map(Running::to_string).collect::<Vec<_>>().join(" ")) },
            if card.locked { badge(Tone::Bad, "locked") } else { badge(Tone::Good, "open") },
        ])
    };
    let rows: Vec<Vec<Markup>> = directory.cards().map(row).collect::<Result<_, Fault>>()?;
    let empty = "There are none: the first card that is put in becomes the master.";
    Ok(Table { caption: "Cards", columns: &columns, empty }.rows(&rows))
}

fn chips(directory: &Directory, number: CardNumber) -> impl Iterator<Item = &access::cards::Chip> {
    directory.chips().filter(move |chip| chip.number == number)
}

fn called(card: &Card) -> String {
    if card.name.as_str().is_empty() { card.level.to_string() } else { card.name.as_str().to_owned() }
}

fn centres_words(centres: &Centres) -> String {
    match centres {
        Centres::All => "all".into(),
        Centres::Only(numbers) => numbers.iter().map(CentreNumber::to_string).collect::<Vec<_>>().join(" "),
    }
}

/// Whose limit it is, where it is not the one cost centre's.
fn of_account(account: Option<Account>) -> &'static str {
    match account {
        Some(Account::Whole) => " of the meter",
        Some(Account::Group(_)) => " of the group",
        Some(Account::Centre(_)) | None => "",
    }
}

fn new_fields(directory: &Directory) -> Vec<Field<'static>> {
    let levels = [Level::Group, Level::Single, Level::Function]
        .map(|level| (level.to_string(), format!("{level} card, {} s", level.timer_seconds())));
    let mut fields = vec![
        Field::text("name", "Name").hint("Who holds it."),
        Field::text("level", "Level").kind(Kind::Choice(levels.into())).value("single"),
    ];
    fields.extend(rights(directory, &[], Functions::of(&[Function::Frank, Function::Query])));
    fields.push(
        Field::text("timer", "Timer in seconds")
            .kind(Kind::Digits)
            .optional()
            .hint("How long franking stays open after it has left; empty for the level's own."),
    );
    fields
}

/// Cost centres and functions, to be ticked.
fn rights(directory: &Directory, centres: &[CentreNumber], functions: Functions) -> [Field<'static>; 2] {
    let all = directory
        .centres()
        .map(|centre| (centre.number.to_string(), format!("{} {}", centre.number, centre.name)));
    let ticked: Vec<String> = centres.iter().map(CentreNumber::to_string).collect();
    let every = Functions::ALL.iter().map(|function| (function.to_string(), words(function).to_owned()));
    let set: Vec<String> = functions.iter().map(|function| function.to_string()).collect();
    [
        Field::text("centres", "Cost centres").kind(Kind::Several(all.collect())).value(ticked.join(",")),
        Field::text("functions", "Functions")
            .kind(Kind::Several(every.collect()))
            .value(set.join(","))
            .optional(),
    ]
}

pub(super) fn words(function: Function) -> &'static str {
    match function {
        Function::Frank => "frank",
        Function::FrankZero => "imprints without value",
        Function::Query => "see what was spent",
        Function::Refill => "refill",
        Function::SetCliche => "choose clichés",
        Function::EditTexts => "edit texts",
        Function::MakeCards => "make cards",
        Function::ManageCentres => "manage its cost centres",
    }
}

async fn make(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let Sent { visitor, mut entries } = sent;
    let directory = directory(&app).await?.0;
    let Some(card) = read_card(&mut entries, &directory) else {
        return list_page(&app, &visitor, &entries).await;
    };
    let made = app.owner.ask(move |machine| {
        let maker = machine.routine().desk().inserted()?.number;
        machine.make_card(Card { parent: Some(maker), ..card })?;
        Ok::<bool, OfficeFault>(machine.routine().desk().is_making())
    });
    match made.await? {
        Ok(true) => Ok(Redirect::to("/cards").into_response()),
        // Why it was not begun is what the machine says.
        Ok(false) => {
            entries.refuse(&app.owner.snapshot()?.view.message);
            list_page(&app, &visitor, &entries).await
        }
        Err(refusal) => {
            entries.refuse(&refusal);
            list_page(&app, &visitor, &entries).await
        }
    }
}

/// The card that a form asks for; its number and the card above it come later.
fn read_card(entries: &mut Entries, directory: &Directory) -> Option<Card> {
    let name = entries.read("name", typed::<Name>);
    let level = entries.read("level", typed::<Level>);
    let timer = entries.read_optional("timer", typed::<u16>);
    let centres = read_centres(entries);
    let functions = read_functions(entries);
    let (level, centres) = (level?, centres?);
    let selected = centres.first().copied();
    Some(Card {
        number: directory.master()?.number,
        name: name?,
        level,
        parent: None,
        centres: centres.into_iter().collect(),
        selected,
        timer_seconds: timer?.unwrap_or(level.timer_seconds()),
        cliche: None,
        text: None,
        functions: functions?,
        locked: false,
    })
}

fn read_centres(entries: &mut Entries) -> Option<Vec<CentreNumber>> {
    let centres: Result<Vec<CentreNumber>, _> = entries.all("centres").into_iter().map(str::parse).collect();
    match centres {
        Ok(centres) if !centres.is_empty() => Some(centres),
        _ => {
            entries.wrong("centres", "Choose one cost centre at least.");
            None
        }
    }
}

fn read_functions(entries: &mut Entries) -> Option<Functions> {
    let functions: Result<Functions, _> =
        entries.all("functions").into_iter().map(str::parse::<Function>).collect();
    functions.inspect_err(|error| entries.wrong("functions", web::sentence(error))).ok()
}

async fn show(
    visitor: Visitor,
    State(app): State<App>,
    running: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    let running = running?.0.parse().map_err(|_| Fault::NotFound)?;
    card_page(&app, &visitor, running, &Entries::blank()).await
}

async fn card_page(
    app: &App,
    visitor: &Visitor,
    running: Running,
    entries: &Entries,
) -> Result<Response, Fault> {
    let (directory, _) = directory(app).await?;
    let number = directory.chip(running).ok_or(Fault::NotFound)?.number;
    let card = directory.card(number).ok_or(Fault::NotFound)?;
    let action = format!("/cards/{running}");
    let form = |what: &'static str, submit: &'static str, fields: Vec<Field<'static>>| {
        let form = Form::new(&action, "", submit, fields);
        let form = if GRAVE.contains(&what) { form.grave() } else { form };
        entries.one_of(visitor.csrf(), what, form)
    };
    let own: Vec<CentreNumber> = card.centres.named().collect();
    let [centres, functions] = rights(&directory, &own, card.functions);
    let content = html! {
        div class="pair" {
            (panel("Name and timer", &form("name", "Keep them", vec![
                Field::text("name", "Name").value(card.name.as_str()).optional(),
                Field::text("timer", "Timer in seconds").kind(Kind::Digits).value(card.timer_seconds.to_string()),
            ])))
            @if card.parent.is_some() {
                (panel("Cost centres", &form("centres", "Set them", vec![centres])))
                (panel("Functions", &form("functions", "Set them", vec![functions])))
            }
            (panel("One more of it", &html! {
                p { "A duplicate is one more physical card with the same rights. Put it in when the slot says so." }
                (form("duplicate", "Make a duplicate", Vec::new()))
            }))
            (panel("Lost?", &html! {
                @match card.locked {
                    true => { (form("unlock", "Unlock the card", Vec::new())) },
                    false => { (form("lock", "Lock the card and all below it", Vec::new())) },
                }
                @for chip in chips(&directory, number) { (chip_form(chip, &form)) }
            }))
            @if card.parent.is_some() {
                (panel("Delete", &html! {
                    p { "It goes where no card lies below it." }
                    (form("delete", "Delete it", Vec::new()))
                }))
            }
        }
    };
    let sheet = Sheet::new(format!("Card {}", called(card)), "/cards").above("Cards", "/cards");
    Ok(sheet.status(entries.status()).page(visitor, &content))
}

fn chip_form(
    chip: &access::cards::Chip,
    form: &impl Fn(&'static str, &'static str, Vec<Field<'static>>) -> Markup,
) -> Markup {
    let running = Field::text("chip", "").kind(Kind::Hidden).value(chip.running.to_string());
    html! {
        p { "Chip " (chip.running) " " @if chip.locked { (badge(Tone::Bad, "locked")) } }
        @match chip.locked {
            true => { (form("unlock-chip", "Unlock this chip", vec![running])) },
            false => { (form("lock-chip", "Lock this chip alone", vec![running])) },
        }
    }
}

/// Something that is done with the machine.
type Work = Box<dyn FnOnce(&mut Machine) -> Result<(), OfficeFault> + Send>;

async fn change(
    State(app): State<App>,
    running: Result<Path<String>, PathRejection>,
    sent: Sent,
) -> Result<Response, Fault> {
    let running: Running = running?.0.parse().map_err(|_| Fault::NotFound)?;
    let Sent { visitor, mut entries } = sent;
    let what = entries.text(WHAT).to_owned();
    let number = directory(&app).await?.0.chip(running).ok_or(Fault::NotFound)?.number;
    let work: Work = match what.as_str() {
        "duplicate" => Box::new(move |machine| machine.duplicate_card(number)),
        what => match asked(what, number, &mut entries)? {
            Some(changes) => {
                Box::new(move |machine| changes.iter().try_for_each(|change| machine.change(change)))
            }
            None => return card_page(&app, &visitor, running, &entries).await,
        },
    };
    match app.owner.ask(work).await? {
        Ok(()) if what == "duplicate" => Ok(Redirect::to("/cards").into_response()),
        Ok(()) => {
            visitor.say("The change is kept.");
            let path = if what == "delete" { "/cards".to_owned() } else { format!("/cards/{running}") };
            Ok(Redirect::to(&path).into_response())
        }
        Err(refusal) => {
            entries.refuse(&refusal);
            card_page(&app, &visitor, running, &entries).await
        }
    }
}

/// The changes that a form asks for; nothing where an entry is not right.
fn asked(what: &str, number: CardNumber, entries: &mut Entries) -> Result<Option<Vec<Change>>, Fault> {
    Ok(match what {
        "name" => {
            let (name, timer) = (entries.read("name", typed::<Name>), entries.read("timer", typed::<u16>));
            name.zip(timer)
                .map(|(name, timer)| vec![Change::CardName(number, name), Change::CardTimer(number, timer)])
        }
        "centres" => read_centres(entries).map(|centres| {
            let selected = centres.first().copied();
            vec![Change::CardCentres(number, centres.into_iter().collect(), selected)]
        }),
        "functions" => {
            read_functions(entries).map(|functions| vec![Change::CardFunctions(number, functions)])
        }
        "lock" => Some(vec![Change::CardLocked(number, true)]),
        "unlock" => Some(vec![Change::CardLocked(number, false)]),
        "lock-chip" | "unlock-chip" => {
            let chip = entries.text("chip").parse().map_err(|_| Fault::NotFound)?;
            Some(vec![Change::ChipLocked(chip, what == "lock-chip")])
        }
        "delete" => Some(vec![Change::DeleteCard(number)]),
        _ => return Err(Fault::NotFound),
    })
}
