//! Calls of the machine to a real data centre.

use super::{frank, registers};
use crate::centre::{Centre, customer_and_meter, desk};

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

#[test]
fn a_meter_without_a_centres_number_is_told_where_it_is_kept() {
    let desk = super::mailroom("");
    desk.fails("meter refill --meter mailroom", 1, "meter.link");
}
