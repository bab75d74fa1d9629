//! Clichés: those of the gallery to take over, and pictures of one's own, with a place for a text.

use super::App;
use super::entries::{Entries, Sent, Upload, typed};
use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::Visitor;
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use imprint::picture::layout::DPI;
use imprint::picture::{Cliche, Rect, gallery};
use journal::StoredCliche;
use maud::{Markup, html};
use paper::{Conversion, import_cliche};
use std::io::Cursor;
use tokio::task::spawn_blocking;
use web::form::{Field, Form, Kind};
use web::panel;

/// The largest picture, in bytes.
const PICTURE_BYTES_MAX: usize = 8 << 20;
/// Darker than this is black in a drawing.
const THRESHOLD: u8 = 128;

pub(super) fn routes() -> Router<App> {
    let upload = post(upload).layer(DefaultBodyLimit::max(PICTURE_BYTES_MAX));
    Router::new()
        .route("/cliches", get(list))
        .route("/cliches/upload", upload)
        .route("/cliches/gallery", post(take_over))
        .route("/cliches/remove", post(remove))
        .route("/cliches/{number}", get(picture))
        .route("/cliches/gallery/{number}", get(gallery_picture))
}

async fn list(visitor: Visitor, State(app): State<App>) -> Result<Response, Fault> {
    page(&app, &visitor, &Entries::blank()).await
}

async fn page(app: &App, visitor: &Visitor, entries: &Entries) -> Result<Response, Fault> {
    let kept = app.owner.ask(|machine| machine.cliches().cloned().collect::<Vec<StoredCliche>>()).await?;
    let missing: Vec<u16> = gallery::numbers()
        .into_iter()
        .filter(|number| !kept.iter().any(|stored| stored.cliche.number() == *number))
        .collect();
    let next = (1..=999).find(|number| !kept.iter().any(|stored| stored.cliche.number() == *number));
    let content = html! {
        (panel("Clichés that can be chosen", &html! {
            @if kept.is_empty() { (web::empty("There are none yet: take one over from the gallery, or send a picture.")) }
            div class="gallery" { @for stored in &kept { (entry(stored, visitor.csrf())) } }
        }))
        @if !missing.is_empty() {
            (panel("The gallery", &html! { div class="gallery" { @for number in missing {
                form class="field" method="post" action="/cliches/gallery" {
                    input type="hidden" name="csrf" value=(visitor.csrf());
                    img class="dots" src={ "/cliches/gallery/" (number) ".png" } alt={ "Gallery cliché " (number) };
                    div { button class="small" name="number" value=(number) type="submit" { "Take over cliché " (number) } }
                }
            } } }))
        }
        (panel("A picture of one's own", &html! {
            p { "A PNG picture. It is brought to the head's height of 240 dots; at that height it may be 1440 columns wide." }
            (entries.form(visitor.csrf(), Form::new("/cliches/upload", "", "Make it a cliché", upload_fields(next))))
        }))
    };
    Ok(Sheet::new("Clichés", "/cliches").status(entries.status()).page(visitor, &content))
}

fn entry(stored: &StoredCliche, csrf: &str) -> Markup {
    let number = stored.cliche.number();
    html! {
        div class="field" {
            img class="dots" src={ "/cliches/" (number) ".png" } alt={ "Cliché " (number) };
            form class="actions" method="post" action="/cliches/remove" {
                input type="hidden" name="csrf" value=(csrf);
                strong { (number) " " (stored.name) }
                @if stored.cliche.text().is_some() { span class="muted" { "text: " (if stored.text.is_empty() { "none" } else { &stored.text }) } }
                button class="small" name="number" value=(number) type="submit" { "Take away" }
            }
        }
    }
}

fn upload_fields(next: Option<u16>) -> Vec<Field<'static>> {
    let ways = [("drawing", "a drawing: black or white"), ("photograph", "a photograph: dots of many sizes")];
    let ways = ways.map(|(way, words)| (way.to_owned(), words.to_owned()));
    vec![
        Field::text("number", "Number")
            .kind(Kind::Digits)
            .value(next.map(|number| number.to_string()).unwrap_or_default()),
        Field::text("name", "Name").optional(),
        Field::text("way", "The picture is").kind(Kind::Choice(ways.into())),
        Field::text("place", "Place of the text")
            .optional()
            .hint("Left, top, width and height in dots, such as 180 150 440 36. Empty for no text."),
        Field::text("text", "Text").optional(),
        Field::text("file", "Picture").kind(Kind::File(".png,image/png")),
    ]
}

async fn upload(State(app): State<App>, sent: Upload) -> Result<Response, Fault> {
    let Upload { visitor, mut entries, file } = sent;
    let number = entries.read("number", typed::<u16>);
    let place = entries.read_optional("place", read_place);
    let (Some(number), Some(place)) = (number, place) else { return page(&app, &visitor, &entries).await };
    let way = match entries.text("way") {
        "photograph" => Conversion::Dithering,
        _ => Conversion::Threshold(THRESHOLD),
    };
    let text = |name: &str| entries.text(name).trim().to_owned();
    let (name, text) = (text("name"), text("text"));
    let made = spawn_blocking(move || import_cliche(Cursor::new(file), number, way, place));
    let cliche = match made.await.map_err(|_| Fault::Busy)? {
        Ok(cliche) => cliche,
        Err(error) => {
            entries.wrong("file", web::sentence(&error));
            return page(&app, &visitor, &entries).await;
        }
    };
    let stored = StoredCliche { name, cliche, text };
    match app.owner.ask(move |machine| machine.keep_cliche(stored)).await? {
        Ok(()) => {
            visitor.say(format!("Cliché {number} is kept."));
            Ok(Redirect::to("/cliches").into_response())
        }
        Err(refusal) => {
            entries.refuse(&refusal);
            page(&app, &visitor, &entries).await
        }
    }
}

/// Four numbers: left, top, width, height.
fn read_place(text: &str) -> Result<Rect, &'static str> {
    let wrong = "a place is four numbers: left, top, width and height";
    let numbers: Vec<u16> = text
        .trim()
        .split([' ', ','])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().map_err(|_| wrong))
        .collect::<Result<_, _>>()?;
    match numbers[..] {
        [left, top, width, height] => {
            Ok(Rect::new(i32::from(left), i32::from(top), u32::from(width), u32::from(height)))
        }
        _ => Err(wrong),
    }
}

async fn take_over(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    let number: u16 = sent.entries.text("number").parse().map_err(|_| Fault::NotFound)?;
    let cliche = gallery::cliche(number).ok_or(Fault::NotFound)?;
    let stored = StoredCliche { name: format!("gallery {number}"), cliche, text: String::new() };
    match app.owner.ask(move |machine| machine.keep_cliche(stored)).await? {
        Ok(()) => sent.visitor.say(format!("Cliché {number} is kept.")),
        Err(refusal) => sent.visitor.complain(web::sentence(&refusal)),
    }
    Ok(Redirect::to("/cliches"))
}

async fn remove(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    let number: u16 = sent.entries.text("number").parse().map_err(|_| Fault::NotFound)?;
    match app.owner.ask(move |machine| machine.remove_cliche(number)).await? {
        Ok(()) => sent.visitor.say(format!("Cliché {number} is taken away.")),
        Err(refusal) => sent.visitor.complain(web::sentence(&refusal)),
    }
    Ok(Redirect::to("/cliches"))
}

async fn picture(
    _: Visitor,
    State(app): State<App>,
    name: Result<Path<String>, PathRejection>,
) -> Result<Response, Fault> {
    let number = number_of(&name?.0)?;
    let find = move |machine: &mut crate::machine::Machine| {
        machine.cliches().find(|stored| stored.cliche.number() == number).map(|stored| stored.cliche.clone())
    };
    png(&app.owner.ask(find).await?.ok_or(Fault::NotFound)?)
}

async fn gallery_picture(_: Visitor, name: Result<Path<String>, PathRejection>) -> Result<Response, Fault> {
    png(&gallery::cliche(number_of(&name?.0)?).ok_or(Fault::NotFound)?)
}

fn number_of(name: &str) -> Result<u16, Fault> {
    name.strip_suffix(".png").and_then(|number| number.parse().ok()).ok_or(Fault::NotFound)
}

fn png(cliche: &Cliche) -> Result<Response, Fault> {
    let mut bytes = Vec::new();
    paper::write_png(&cliche.picture(), DPI, &mut bytes)
        .map_err(|error| Fault::Meter(web::sentence(&error)))?;
    Ok(([(header::CONTENT_TYPE, "image/png")], bytes).into_response())
}
