//! What letters cost by the example's rates.

use crate::{example, letter};
use rates::{Table, Text};

/// The postage in minor units, the product's number, the endorsements.
fn check(
    (shape, weighs, to, services): (&str, &str, &str, &[&str]),
    postage: u64,
    number: u32,
    endorsements: &[&str],
) {
    let price = example().price(&letter(shape, weighs, to, services)).expect("it has a price");
    let printed: Vec<&str> = price.endorsements.iter().map(Text::as_str).collect();
    assert_eq!(
        (price.postage.minor(), price.number),
        (postage, number),
        "{shape} {weighs} {to} {services:?}"
    );
    assert_eq!(printed, endorsements, "{shape} {weighs} {to} {services:?}");
}

/// Claim: X9
#[test]
fn weight_size_destination_and_services_make_the_price() {
    check(("standard", "20 g", "XI", &[]), 90, 2, &[]);
    check(("compact", "20.1 g", "domestic", &[]), 115, 3, &[]);
    check(("large", "250 g", "XI", &[]), 165, 4, &[]);
    check(("large", "250.1 g", "XI", &[]), 185, 4, &[]);
    check(("maxi", "0,5 kg", "FR", &[]), 700, 105, &["PRIORITAIRE"]);
    check(("standard", "0.7 oz", "US", &[]), 165, 202, &["PRIORITAIRE"]);
    check(("standard", "20 g", "XI", &["registered"]), 360, 2, &["EINSCHREIBEN"]);
    let both = ["registered", "receipt"];
    check(("compact", "50 g", "DE", &both), 680, 103, &["PRIORITAIRE", "EINSCHREIBEN", "RÜCKSCHEIN"]);
    check(("large", "50 g", "XI", &["express"]), 1040, 4, &["EXPRESS"]);
    check(("large", "50 g", "XI", &["insured:10000"]), 500, 4, &["WERT"]);
    check(("large", "50 g", "XI", &["receipt", "insured:10001"]), 870, 4, &["RÜCKSCHEIN", "WERT"]);
}

/// Claim: X9
#[test]
fn a_measured_letter_takes_the_cheapest_product_it_fits_and_none_it_does_not() {
    check(("220x110x1", "5 g", "XI", &[]), 70, 1, &[]);
    check(("220x110x1", "5 g", "XI", &["express"]), 980, 2, &["EXPRESS"]);
    check(("220x110x2", "5 g", "XI", &[]), 90, 2, &[]);
    check(("100x70x2", "5 g", "XI", &[]), 115, 3, &[]);
    check(("220x110x2", "21 g", "XI", &[]), 115, 3, &[]);
    check(("220x110x11", "5 g", "XI", &[]), 150, 4, &[]);
    check(("400x300x100", "900 g", "XI", &[]), 420, 6, &[]);
}

#[test]
fn a_price_shows_its_parts() {
    let letter = letter("standard", "20 g", "XI", &["registered", "receipt"]);
    let price = example().price(&letter).expect("it has a price");
    let parts: Vec<(&str, u64)> =
        price.parts.iter().map(|part| (part.title.as_str(), part.amount.minor())).collect();
    assert_eq!(parts, [("Standard letter", 90), ("Registered", 270), ("Advice of receipt", 220)]);
    assert_eq!((price.currency.to_string(), price.zone.as_str()), ("EUR".into(), "domestic"));
}

/// What the operator is told.
fn refused((shape, weighs, to, services): (&str, &str, &str, &[&str]), sentence: &str) {
    let refusal = example().price(&letter(shape, weighs, to, services)).expect_err("it has no price");
    assert_eq!(refusal.to_string(), sentence);
}

#[test]
fn a_refusal_says_what_to_change() {
    let standard = "Standard letter takes at most 20 g";
    refused(("standard", "30 g", "XI", &[]), &format!("{standard}: take Compact letter"));
    refused(("standard", "900 g", "XI", &[]), &format!("{standard}: take Maxi letter"));
    refused(("standard", "900 g", "XI", &["express"]), &format!("{standard}: take Maxi letter"));
    refused(("standard", "3 kg", "XI", &["express"]), &format!("{standard}: divide the letter"));
    refused(
        ("400x300x100", "900 g", "XI", &["express"]),
        "Express is not offered for Packet: leave it out or choose another format",
    );
}

#[test]
fn services_that_no_product_has_together_are_refused_as_such() {
    let formats = "\"formats\":[\"standard\",\"compact\",\"large\",\"maxi\"]";
    let apart = example().to_json().replacen(formats, "\"formats\":[\"standard\"]", 1);
    let apart =
        Table::from_json(&apart.replacen(formats, "\"formats\":[\"large\"]", 1)).expect("it is sound");
    let price = |services| apart.price(&letter("220x110x2", "20 g", "XI", services));
    assert!(price(&["express"]).is_ok() && price(&["insured:1"]).is_ok());
    let refusal = price(&["express", "insured:1"]).expect_err("one is for one format, one for another");
    assert_eq!(refusal.to_string(), "no product that fits offers these services together: leave one out");
}

#[test]
fn what_is_not_in_the_table_is_refused_by_name() {
    refused(("roll", "20 g", "XI", &[]), "the table knows no format \"roll\": choose one that it has");
    refused(("standard", "20 g", "moon", &[]), "the table has no rates to moon: choose another destination");
    refused(
        ("standard", "20 g", "XI", &["drone"]),
        "the table knows no service \"drone\": choose one that it has",
    );
    refused(
        ("packet", "20 g", "FR", &[]),
        "Packet is not carried to Europe: choose another format or destination",
    );
    refused(
        ("standard", "0 g", "XI", &[]),
        "nothing was weighed: put the letter on the scale or type its weight",
    );
    refused(
        ("220x110x1", "5001 g", "XI", &[]),
        "a letter of 220 x 110 x 1 mm to Island may weigh at most 5000 g: divide it",
    );
    refused(
        ("700x110x1", "50 g", "XI", &[]),
        "no format to Island takes 700 x 110 x 1 mm: choose another packing",
    );
}

#[test]
fn services_that_do_not_go_together_are_refused() {
    refused(
        ("standard", "20 g", "XI", &["registered", "express"]),
        "Registered and Express cannot be taken together: choose one of them",
    );
    refused(
        ("standard", "20 g", "XI", &["express", "registered"]),
        "Express and Registered cannot be taken together: choose one of them",
    );
    refused(
        ("standard", "20 g", "XI", &["receipt"]),
        "Advice of receipt can only be taken with Registered or Insured: choose that too",
    );
    refused(
        ("standard", "20 g", "XI", &["registered", "registered"]),
        "Registered was chosen twice: choose it once",
    );
    refused(
        ("standard", "20 g", "US", &["express"]),
        "Express is not offered for Standard letter World: leave it out or choose another format",
    );
    refused(
        ("standard", "20 g", "XI", &["insured"]),
        "Insured costs by the value of the content: say the value",
    );
    refused(
        ("standard", "20 g", "XI", &["insured:250001"]),
        "Insured covers at most 2500.00: say a lower value",
    );
    refused(
        ("standard", "20 g", "XI", &["registered:5"]),
        "Registered does not cost by value: leave the value out",
    );
}

#[test]
fn a_sum_that_no_amount_holds_is_refused() {
    let dear = example().to_json().replace("\"price\":270", &format!("\"price\":{}", u64::MAX));
    let table = Table::from_json(&dear).expect("it is sound");
    let refusal = table.price(&letter("standard", "20 g", "XI", &["registered"])).expect_err("too dear");
    assert_eq!(refusal.to_string(), "the postage is more than an amount can be: leave a service out");
}

#[test]
fn the_example_fits_a_card_of_32_kilobytes_several_times() {
    let json = example().to_json();
    assert!(json.len() < 6 * 1024, "{} bytes", json.len());
    assert_eq!(Table::from_json(&json), Ok(example()));
}

#[test]
fn the_example_says_that_it_is_one() {
    assert!(Table::example_text().contains("Insel-Post does not exist, and its prices are invented"));
    assert!(example().title().as_str().contains("example, invented prices"));
}

#[test]
fn the_example_in_the_documents_is_a_table_too() {
    let page = include_str!("../../../../docs/formats/rates.md");
    let (_, rest) = page.split_once("```toml\n").expect("there is an example");
    let (toml, _) = rest.split_once("```").expect("it ends");
    let table = Table::from_toml(toml).expect("it is sound");
    let price = table.price(&letter("standard", "21 g", "US", &[]));
    assert!(matches!(price, Err(rates::Refusal::NotCarried { .. })), "only the island is served");
    let price = table.price(&letter("standard", "21 g", "XI", &["registered"])).expect("it has a price");
    assert_eq!(price.postage.minor(), 385);
}
