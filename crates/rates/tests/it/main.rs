//! Rate tables and scales as the control unit uses them.

mod bench;
mod broken_tables;
mod example;
mod properties;
mod scales;
mod validity;

use rates::{Destination, Letter, Shape, Size, Table, Weight};
use terms::Date;

fn example() -> Table {
    Table::example().expect("the example is sound")
}

fn date(text: &str) -> Date {
    text.parse().expect("it is a date")
}

fn weight(text: &str) -> Weight {
    text.parse().expect("it is a weight")
}

/// A letter of the test's usual day, by its format's name or its size.
fn letter(shape: &str, weighs: &str, to: &str, services: &[&str]) -> Letter {
    let shape = match shape.parse::<Size>() {
        Ok(size) => Shape::Size(size),
        Err(_) => Shape::Format(shape.parse().expect("it is a name")),
    };
    let destination: Destination = to.parse().expect("it is a destination");
    let services = services.iter().map(|service| service.parse().expect("it is a service")).collect();
    Letter { date: date("2026-11-28"), weight: weight(weighs), shape, destination, services }
}
