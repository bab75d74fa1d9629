//! What a letter costs: by weight, typed or from the scale, format, destination and services; and the price taken over
//! for the next letter.
//!
//! What always holds: the postage that is taken over is worked out anew when it is taken, and does not come from the
//! page.

use super::entries::{Entries, Question, Sent};
use super::fault::Fault;
use super::shell::Sheet;
use super::visitor::Visitor;
use super::{App, keys};
use crate::machine::Machine;
use crate::routine::Input;
use ::rates::{Destination, Letter, Name, Price, Shape, Table, Wanted, Weight};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use terms::Date;
use web::form::{Field, Kind};
use web::{Column, panel};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/price", get(show))
        .route("/price/take", post(take))
        .route("/price/weigh", post(weigh))
}

/// What is asked for, as it is typed.
#[derive(Clone, Debug)]
struct Asked {
    weight: String,
    format: String,
    destination: String,
    services: Vec<String>,
    value: String,
}

impl Asked {
    /// From a page's address or from a form. Services come one by one, or with commas between.
    fn of(entries: &Entries) -> Asked {
        let text = |name: &str| entries.text(name).to_owned();
        let services = entries.all("services").into_iter().flat_map(|several| several.split(','));
        Asked {
            weight: text("weight"),
            format: text("format"),
            destination: text("destination"),
            services: services.filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            value: text("value"),
        }
    }

    fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("weight", &self.weight).append_pair("format", &self.format);
        query.append_pair("destination", &self.destination).append_pair("value", &self.value);
        query.extend_pairs(self.services.iter().map(|service| ("services", service)));
        query.finish()
    }

    /// The letter, on this day.
    fn letter(&self, date: Date) -> Result<Letter, String> {
        let said = |error: &dyn std::fmt::Display| error.to_string();
        let weight: Weight = self.weight.parse().map_err(|error| said(&error as &::rates::WeightError))?;
        let format: Name = self.format.parse().map_err(|_| "choose a format".to_owned())?;
        let destination: Destination = self
            .destination
            .trim()
            .parse()
            .map_err(|_| "choose a destination, or type a country such as DE".to_owned())?;
        let value = match self.value.trim() {
            "" => None,
            value => Some(keys::amount(value).map_err(|error| error.to_string())?),
        };
        let wanted = |service: &String| {
            let service: Name = service.parse().map_err(|_| "there is no such service".to_owned())?;
            Ok(Wanted { service, value: None })
        };
        let mut services: Vec<Wanted> = self.services.iter().map(wanted).collect::<Result<_, String>>()?;
        services.iter_mut().for_each(|wanted| wanted.value = value);
        Ok(Letter { date, weight, shape: Shape::Format(format), destination, services })
    }
}

/// A value is said of those services alone that cost by it.
fn valued(table: &Table, letter: Letter) -> Letter {
    let costs_by_value = |name: &Name| {
        table.services().iter().any(|service| service.name == *name && !service.values.is_empty())
    };
    let services = letter
        .services
        .into_iter()
        .map(|wanted| Wanted { value: wanted.value.filter(|_| costs_by_value(&wanted.service)), ..wanted });
    Letter { services: services.collect(), ..letter }
}

/// The price of what is asked for, by the table of the day that is set.
fn price(machine: &mut Machine, asked: &Asked) -> Result<Price, String> {
    let date = machine.date().map_err(|fault| fault.to_string())?;
    let letter = asked.letter(date)?;
    let table = machine.tables().on(date).map_err(|refusal| refusal.to_string())?;
    let letter = valued(table, letter);
    machine.price(&letter).map_err(|fault| fault.to_string())
}

async fn show(
    visitor: Visitor,
    State(app): State<App>,
    Question(entries): Question,
) -> Result<Response, Fault> {
    let asked = Asked::of(&entries);
    let worked = asked.clone();
    let is_asked = !asked.weight.is_empty() && !asked.format.is_empty();
    let (table, price, has_scale) = app
        .owner
        .ask(move |machine| {
            let date = machine.date().map_err(|fault| fault.to_string())?;
            let table = machine.tables().on(date).map_err(|refusal| refusal.to_string()).cloned();
            let price = is_asked.then(|| price(machine, &worked));
            Ok::<_, String>((table, price, machine.has_scale()))
        })
        .await?
        .map_err(Fault::Meter)?;
    let content = match table {
        Ok(table) => html! {
            div class="pair" {
                (panel("The letter", &html! {
                    @if has_scale { (scale(&asked, visitor.csrf())) }
                    (question(&asked, &table))
                }))
                (panel("Its price", &match price {
                    Some(Ok(price)) => answer(&asked, &price, visitor.csrf()),
                    Some(Err(error)) => html! { p class="flash bad" role="alert" { (web::sentence(&error)) } },
                    None => web::empty("Fill in the weight and the format, and look it up."),
                }))
            }
        },
        Err(error) => panel(
            "No rates",
            &html! {
                p { (web::sentence(&error)) }
                (web::actions(&[("Rate tables", "/rates".to_owned())]))
            },
        ),
    };
    Ok(Sheet::new("Price of a letter", "/price").page(&visitor, &content))
}

fn scale(asked: &Asked, csrf: &str) -> Markup {
    html! {
        form class="actions" method="post" action="/price/weigh" {
            input type="hidden" name="csrf" value=(csrf);
            (hidden(asked))
            button class="second" type="submit" accesskey="w" { "Weigh it" }
        }
    }
}

fn question(asked: &Asked, table: &Table) -> Markup {
    let formats = table.formats().iter().map(|format| (format.name.to_string(), format.title.to_string()));
    let destinations = table.zones().iter().map(|zone| (zone.name.to_string(), zone.title.to_string()));
    let services =
        table.services().iter().map(|service| (service.name.to_string(), service.title.to_string()));
    let has_values = table.services().iter().any(|service| !service.values.is_empty());
    let mut fields = vec![
        Field::text("weight", "Weight")
            .value(&*asked.weight)
            .hint("In grams, or with a unit: 23, 0.5 kg, 1.2 oz."),
        Field::text("format", "Format").kind(Kind::Choice(formats.collect())).value(&*asked.format),
        Field::text("destination", "Destination")
            .kind(Kind::Proposed(destinations.collect()))
            .value(&*asked.destination)
            .hint("A zone of the table, or a country in two capitals."),
        Field::text("services", "Services")
            .kind(Kind::Several(services.collect()))
            .value(asked.services.join(","))
            .optional(),
    ];
    if has_values {
        fields.push(
            Field::text("value", "Value of the content").kind(Kind::Amount).value(&*asked.value).optional(),
        );
    }
    html! {
        p class="hint" { (table.title()) ", from " (table.valid_from()) }
        (web::form::question("/price", "Look it up", &fields))
    }
}

fn answer(asked: &Asked, price: &Price, csrf: &str) -> Markup {
    let columns = [Column::words("For"), Column::figures("Amount")];
    let mut rows: Vec<Vec<Markup>> = Vec::new();
    for part in &price.parts {
        rows.push(vec![html! { (part.title) }, html! { (part.amount) }]);
    }
    rows.push(vec![
        html! { strong { "Together" } },
        html! { strong { (price.postage) " " (price.currency) } },
    ]);
    html! {
        p { strong { (price.product) } " to " (price.zone) }
        (web::Table { caption: "Parts of the price", columns: &columns, empty: "" }.rows(&rows))
        @if !price.endorsements.is_empty() { p { "Printed beside it: " strong { (endorsement(price)) } } }
        form class="submit" method="post" action="/price/take" {
            input type="hidden" name="csrf" value=(csrf);
            (hidden(asked))
            button type="submit" accesskey="u" { "Use " (price.postage) }
        }
    }
}

/// What was asked for, carried along.
fn hidden(asked: &Asked) -> Markup {
    html! {
        input type="hidden" name="weight" value=(asked.weight);
        input type="hidden" name="format" value=(asked.format);
        input type="hidden" name="destination" value=(asked.destination);
        input type="hidden" name="value" value=(asked.value);
        @for service in &asked.services { input type="hidden" name="services" value=(service); }
    }
}

fn endorsement(price: &Price) -> String {
    let endorsements: Vec<&str> = price.endorsements.iter().map(|text| text.as_str()).collect();
    endorsements.join(" ")
}

async fn take(State(app): State<App>, sent: Sent) -> Result<Response, Fault> {
    let asked = Asked::of(&sent.entries);
    let back = format!("/price?{}", asked.query());
    match app.owner.ask(move |machine| price(machine, &asked)).await? {
        Ok(price) => {
            let endorsement = Some(endorsement(&price)).filter(|text| !text.is_empty());
            let product = Some(price.product.to_string());
            app.owner.press(Input::Value { postage: price.postage, product, endorsement }).await?;
            Ok(Redirect::to("/").into_response())
        }
        Err(error) => {
            sent.visitor.complain(web::sentence(&error));
            Ok(Redirect::to(&back).into_response())
        }
    }
}

async fn weigh(State(app): State<App>, sent: Sent) -> Result<Redirect, Fault> {
    let mut asked = Asked::of(&sent.entries);
    match app.owner.ask(|machine| machine.weigh()).await? {
        Ok(weight) => asked.weight = weight.to_string(),
        Err(fault) => sent.visitor.complain(web::sentence(&fault)),
    }
    Ok(Redirect::to(&format!("/price?{}", asked.query())))
}
