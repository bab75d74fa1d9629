//! Calls of the machine to a real data centre.

use super::{frank, registers};
use crate::centre::{Centre, customer_and_meter, desk};
use std::fs;

#[test]
fn a_refill_from_the_centre_is_franked_with() {
    let desk = desk("");
    let centre = Centre::start(&desk, "");
    customer_and_meter(&desk, 1, "");
    desk.done(&format!("meter init mailroom --memory m1.psd --centre {}", centre.link()));
    let said = desk.json("meter refill --meter mailroom --amount 12000 --json");
    assert_eq!(said["r1"], 12_000, "{said}");
    assert_eq!(frank(&desk, "--postage 110")["imprints"][0]["postage"], 110);
    assert_eq!(
        desk.json("meter refill --meter mailroom --json")["r1"],
        24_000 - 110,
        "the usual amount by now"
    );
    desk.done("meter contact --meter mailroom");
    let shown = desk.json("centre meter show 20000001 --centre centre --json");
    assert_eq!(shown["granted_minor"], 24_000, "{shown}");
    assert!(centre.signal("TERM").success());
    let output = desk.run("meter contact --meter mailroom");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("call again later"));
    assert_eq!(registers(&desk)["r1"], 24_000 - 110);
}

/// From the letter that went wrong to the customer's account: marked and claimed at the meter, paid by the centre once.
///
/// Claim: X9
#[test]
fn spoiled_imprints_are_claimed_by_the_meter_and_refunded_by_the_centre_once() {
    let desk = desk("");
    let centre = Centre::start(&desk, "");
    customer_and_meter(&desk, 1, "");
    desk.done(&format!("meter init mailroom --memory m1.psd --centre {}", centre.link()));
    desk.json("meter refill --meter mailroom --amount 12000 --json");
    frank(&desk, "--postage 110 --count 3");
    desk.fails("meter claim --meter mailroom claim.json", 1, "no spoiled imprints");
    for imprint in [1, 3] {
        desk.done(&format!("meter spoil --meter mailroom {imprint} --reason wrong_value"));
    }
    let claim = desk.json("meter claim --meter mailroom claim.json --json");
    assert_eq!((&claim["imprints"], &claim["postage_minor"]), (&2.into(), &220.into()), "{claim}");
    desk.fails("meter claim --meter mailroom other.json", 1, "no spoiled imprints");
    desk.fails("meter claim --meter mailroom claim.json --again", 2, "exists");
    desk.done("meter claim --meter mailroom again.json --again");
    assert_eq!(fs::read(desk.path("again.json")).unwrap(), fs::read(desk.path("claim.json")).unwrap());
    let handed_in = desk.json("meter spoiled --meter mailroom --handed-in --json");
    assert_eq!((&handed_in[1]["number"], &handed_in[1]["spoiled_by"]), (&3.into(), &"wrong_value".into()));
    desk.done("meter spoiled --meter mailroom --handed-in --pdf parcel.pdf");
    assert!(fs::read(desk.path("parcel.pdf")).unwrap().starts_with(b"%PDF"));

    let taken = desk.json("centre refund take claim.json --centre centre --json");
    assert_eq!((&taken["claim"]["open"], &taken["claim"]["open_minor"]), (&2.into(), &220.into()), "{taken}");
    assert_eq!(desk.json("centre refund take again.json --centre centre --json")["is_new"], false);
    desk.done("meter contact --meter mailroom");
    let receive = "centre refund receive 1 --reference p17 --imprints 2 --postage 220 --centre centre --json";
    assert_eq!(desk.json(receive)["paid_minor"], 220);
    let customer = desk.json("centre customer show RF74000000000001 --centre centre --json");
    assert_eq!(customer["balance_minor"], 50_000 - 12_000 + 220);
}

#[test]
fn a_meter_without_a_centres_number_is_told_where_it_is_kept() {
    let desk = super::mailroom("");
    desk.fails("meter refill --meter mailroom", 1, "meter.link");
}
