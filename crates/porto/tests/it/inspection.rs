//! Inspections by files and commands: a meter's symbols, cipher, packing and keys are exchanged, and the post goes on
//! verifying what it prints, before and after.

use crate::centre::{self, Centre, call, customer_and_meter};
use crate::desk::Desk;
use crate::serve::Daemon;
use serde_json::{Value, json};

const FRANK: &str = "psd frank --memory meter.psd --postage 110 --json";

/// What the post says of an imprint that is printed and shown to it.
fn verdict(desk: &Desk, name: &str, indicium: &Value) -> Value {
    std::fs::write(desk.path(&format!("{name}.json")), indicium.to_string()).unwrap();
    desk.done(&format!("imprint render --indicium {name}.json --out {name}.png"));
    let said = desk.run(&format!("post read {name}.png --meters issuer/list.json --json"));
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    said[0].clone()
}

/// A profile of its own: another symbol set in another order, in another layout, packed otherwise.
fn write_profile(desk: &Desk) {
    let mut profile = json!({
        "version": 1, "name": "island-2", "epoch": 1, "monotone": "pieces", "cipher": "ff1", "key_slot": 3,
        "bind_date": true, "set": "s40", "layout": "a",
        "places": [
            { "quantity": "postage", "digits": 4 },
            { "quantity": "monotone", "digits": 7 },
            { "quantity": "inspection", "digits": 3 },
            { "quantity": "serial-check", "digits": 2 },
        ],
    });
    profile["order"] = json!({ "permutation": (0..40).rev().collect::<Vec<u8>>() });
    std::fs::write(desk.path("profile.json"), profile.to_string()).unwrap();
}

/// Claim: D8
#[test]
fn what_a_meter_prints_before_and_after_an_inspection_is_genuine_by_one_list() {
    let desk = Desk::with_meter();
    write_profile(&desk);
    let mut indicia = vec![desk.json(FRANK)];
    for (number, profile) in ["3des", "profile.json", "fig4a"].into_iter().enumerate() {
        let out = format!("inspection-{number}.json");
        desk.done(&format!(
            "issuer inspect issuer --serial 12345678 --inspector 7 --profile {profile} --note-pieces --out {out}"
        ));
        let document = std::fs::read_to_string(desk.path(&out)).unwrap();
        let list = std::fs::read_to_string(desk.path("issuer/list.json")).unwrap();
        let list: Value = serde_json::from_str(&list).unwrap();
        let key = list["meters"][0]["epochs"][number + 1]["keys"][0]["key"].as_str().unwrap();
        assert!(!document.contains(key), "keys travel in coded form");
        let before = indicia.last().unwrap();
        desk.done(&format!("psd inspect --memory meter.psd {out}"));
        let request = before["request"].as_str().unwrap();
        let again = desk.json(&format!("psd fetch --memory meter.psd --request {request} --json"));
        assert_eq!(&again, before, "what was paid for can be had again as it was");
        indicia.push(desk.json(FRANK));
    }
    let said: Vec<_> = indicia.iter().map(|one| (&one["epoch"], &one["mv"], &one["set"])).collect();
    let expected = [(1, 1, "s22"), (2, 2, "s22"), (3, 3, "s40")]
        .map(|(epoch, mv, set)| (Value::from(epoch), Value::from(mv), Value::from(set)));
    assert!(said.iter().zip(&expected).all(|(said, one)| *said == (&one.0, &one.1, &one.2)), "{said:?}");
    for (number, indicium) in indicia.iter().enumerate() {
        let said = verdict(&desk, &format!("imprint-{number}"), indicium);
        assert_eq!(said["verdict"], "genuine", "epoch {}: {said}", number + 1);
    }
    // The row of one epoch beside another value is no genuine one of any epoch.
    let mut forged = indicia[1].clone();
    forged["postage"] = 120.into();
    assert_ne!(verdict(&desk, "forged", &forged)["verdict"], "genuine");
}

/// Claim: D8
#[test]
fn a_technician_hands_his_document_to_a_running_device_once() {
    let desk = Desk::with_meter();
    let inspect = "issuer inspect issuer --serial 12345678 --inspector 7";
    desk.fails(&format!("{inspect} --out none.json"), 2, "nothing is exchanged");
    desk.done(&format!("{inspect} --profile p2 --seal 4712 --out first.json"));
    desk.done(&format!("{inspect} --clear-errors --out second.json"));
    let _daemon = Daemon::on_meter(&desk);
    let forged = std::fs::read_to_string(desk.path("first.json")).unwrap().replace("4712", "4713");
    std::fs::write(desk.path("forged.json"), forged).unwrap();
    desk.fails("psd inspect --socket psd.sock forged.json", 1, "signature");
    let registers = desk.json("psd inspect --socket psd.sock first.json --json");
    assert_eq!((&registers["r1"], &registers["seal"]), (&5000.into(), &4712.into()), "{registers}");
    let again = desk.done("psd inspect --socket psd.sock first.json");
    assert_eq!(again, "meter 12345678 has carried out inspection 1\n");
    desk.done("psd inspect --socket psd.sock second.json");
    desk.fails("psd inspect --socket psd.sock first.json", 1, "this is not the next one");
    desk.done("psd report --socket psd.sock --out report.json");
    let report = desk.done("issuer report issuer report.json");
    assert!(report.contains("meter 12345678, seal 4712\n"), "{report}");
    assert_eq!(report.matches("an inspection was carried out").count(), 2, "{report}");
}

/// Claim: D8
#[test]
fn the_centre_draws_an_epoch_signs_its_inspection_and_hears_that_it_was_carried_out() {
    let desk = centre::desk("");
    let centre = Centre::start(&desk, "");
    customer_and_meter(&desk, 1, "");
    let refill = format!("refill --amount 12000 --memory m1.psd --centre {}", centre.link());
    assert_eq!(call(&desk, &refill).1["finish"], "done");
    let frank = "psd frank --memory m1.psd --postage 110 --json";
    assert_eq!(desk.json(frank)["epoch"], 1);
    let epoch = desk.json("centre meter epoch 20000001 --profile 3des --centre centre --json");
    assert_eq!(epoch, json!({ "serial": 20_000_001, "epoch": 2 }));
    let inspect = "centre meter inspect 20000001 --inspector 7 --centre centre --out inspection.json";
    desk.fails(&inspect.replace("--out", "--epoch 3 --out"), 1, "has no epoch 3");
    desk.done(&inspect.replace("--out", "--epoch 2 --out"));
    let contact = format!("contact --memory m1.psd --centre {}", centre.link());
    assert_eq!(call(&desk, &contact).1["finish"], "done");
    desk.done("psd inspect --memory m1.psd inspection.json");
    let after = desk.json(frank);
    assert_eq!((&after["epoch"], &after["profile"], &after["mv"]), (&2.into(), &"3des".into(), &2.into()));
    assert_eq!(call(&desk, &contact).1["finish"], "done");
    desk.done("centre audit seal --centre centre");
    desk.done("centre audit export log.jsonl --centre centre");
    let log = std::fs::read_to_string(desk.path("log.jsonl")).unwrap();
    let done = r#"{"kind":"inspection_done","inspection":1,"epoch":2}"#;
    assert!(log.contains(done) && log.contains("epoch_drawn"), "{log}");
    let shown = desk.json("centre meter show 20000001 --centre centre --json");
    assert_eq!((&shown["status"], &shown["epoch"]), (&"okay".into(), &2.into()), "{shown}");
}
