//! Which table holds on the day of an imprint.

use crate::{date, example, letter};
use rates::{Table, Tables, TablesError};

/// The example with another span, title and price of a standard letter.
fn table(title: &str, from: &str, until: Option<&str>, price: u64) -> Table {
    let mut json = example().to_json().replace("\"valid_from\":\"2026-01-01\"", &{
        let until = until.map_or(String::new(), |until| format!(",\"valid_until\":\"{until}\""));
        format!("\"valid_from\":\"{from}\"{until}")
    });
    json = json.replace("\"20 g\",\"price\":90", &format!("\"20 g\",\"price\":{price}"));
    json = json.replace(example().title().as_str(), title);
    Table::from_json(&json).expect("it is sound")
}

fn tables(of: &[Table]) -> Tables {
    let mut tables = Tables::default();
    of.iter().for_each(|table| tables.insert(table.clone()).expect("it is taken in"));
    tables
}

/// What a standard letter costs on a day, or why it has no price.
fn on(tables: &Tables, day: &str) -> Result<u64, String> {
    let mut letter = letter("standard", "20 g", "XI", &[]);
    letter.date = date(day);
    tables.price(&letter).map(|price| price.postage.minor()).map_err(|refusal| refusal.to_string())
}

/// Claim: X9
#[test]
fn an_imprint_dated_ahead_costs_what_the_rates_of_its_day_say() {
    let this = table("2026", "2026-01-01", None, 90);
    let next = table("2027", "2027-01-01", None, 95);
    for tables in [tables(&[this.clone(), next.clone()]), tables(&[next, this])] {
        assert_eq!(on(&tables, "2026-12-31"), Ok(90));
        assert_eq!(on(&tables, "2027-01-01"), Ok(95));
    }
}

#[test]
fn rates_that_are_over_or_not_yet_begun_are_refused_with_their_days() {
    let year = table("2026", "2026-01-01", Some("2026-12-31"), 90);
    let tables = tables(&[year.clone(), table("2028", "2028-01-01", None, 99)]);
    assert_eq!(on(&tables, "2026-12-31"), Ok(90));
    let over = "the rates \"2026\" ended on 2026-12-31: load the table that holds on 2027-01-01";
    assert_eq!(on(&tables, "2027-01-01"), Err(over.into()));
    let early =
        "the rates \"2026\" begin on 2026-01-01 only: load the table for 2025-12-31 or take a later date";
    assert_eq!(on(&tables, "2025-12-31"), Err(early.into()));
    assert_eq!(on(&Tables::default(), "2026-12-31"), Err("there is no rate table: load one".into()));
    let mut late = letter("standard", "20 g", "XI", &[]);
    late.date = date("2027-01-01");
    assert_eq!(year.price(&late).map_err(|refusal| refusal.to_string()), Err(over.into()));
    late.date = date("2025-12-31");
    assert_eq!(year.price(&late).map_err(|refusal| refusal.to_string()), Err(early.into()));
}

#[test]
fn rates_for_a_season_stand_above_the_others_while_they_hold() {
    let always = table("always", "2026-01-01", None, 90);
    let season = table("season", "2026-12-01", Some("2026-12-26"), 80);
    let tables = tables(&[season, always]);
    let prices = ["2026-11-30", "2026-12-01", "2026-12-26", "2026-12-27"].map(|day| on(&tables, day));
    assert_eq!(prices, [Ok(90), Ok(80), Ok(80), Ok(90)]);
}

#[test]
fn a_higher_edition_corrects_a_lower_one_and_the_same_one_is_never_two_tables() {
    let first = table("rates", "2026-01-01", None, 90);
    let json =
        first.to_json().replace("\"edition\":1", "\"edition\":2").replace("\"price\":90", "\"price\":91");
    let second = Table::from_json(&json).expect("it is sound");
    let mut tables = tables(&[second, first.clone()]);
    assert_eq!(on(&tables, "2026-12-31"), Ok(91));
    assert_eq!(tables.insert(first), Ok(()), "it is there already");
    assert_eq!(tables.iter().count(), 2);
    assert_eq!(tables.insert(table("other", "2026-01-01", None, 92)), Err(TablesError::SameEdition));
}

#[test]
fn tables_of_another_carrier_or_currency_are_not_mixed_in_and_no_more_than_their_number() {
    let mut tables = tables(&[example()]);
    let other =
        |from: &str, to: &str| Table::from_json(&example().to_json().replace(from, to)).expect("sound");
    let carrier = tables.insert(other("\"carrier\":\"Insel-Post\"", "\"carrier\":\"Post\""));
    assert!(matches!(carrier, Err(TablesError::Carrier(_))));
    assert!(matches!(tables.insert(other("\"EUR\"", "\"CHF\"")), Err(TablesError::Currency(_))));
    for day in 1..rates::TABLES_MAX {
        let from = terms::Date::from_day_number(9_000 + day as u32).expect("it is a day").to_string();
        tables.insert(other("2026-01-01", &from)).expect("it is taken in");
    }
    assert_eq!(tables.insert(other("2026-01-01", "2050-01-01")), Err(TablesError::TooMany));
}
