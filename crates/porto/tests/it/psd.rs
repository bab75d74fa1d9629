//! Issuer and security device by command: from drawing keys to an indicium, and what is refused.

use crate::desk::Desk;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

/// Claim: A1
#[test]
fn keys_are_drawn_credit_granted_and_an_indicium_franked_by_files_alone() {
    let desk = Desk::with_meter();
    let indicium = desk.json("psd frank --memory meter.psd --postage 110 --request 2a --json");
    assert_eq!(indicium["serial"], 12_345_678);
    assert_eq!(indicium["postage"], 110);
    assert_eq!(indicium["mv"], 1);
    assert_eq!(indicium["request"], "000000000000002a");
    assert_eq!(indicium["symbols"].as_array().unwrap().len(), 12);
    let registers = desk.json("psd registers --memory meter.psd --json");
    let expected = [("r1", 4890), ("r2", 110), ("r3", 5000), ("r4", 1), ("r8", 1)];
    expected.iter().for_each(|(name, value)| assert_eq!(registers[name], *value, "{name}"));
    assert_eq!(desk.json("psd fetch --memory meter.psd --request 2a --json"), indicium);
}

#[test]
fn the_posts_list_verifies_what_the_meter_franked() {
    let desk = Desk::with_meter();
    let indicium = desk.json("psd frank --memory meter.psd --postage 110 --json");
    let list: Value = serde_json::from_slice(&std::fs::read(desk.path("issuer/list.json")).unwrap()).unwrap();
    let meter = &list["meters"][0];
    assert_eq!((&meter["serial"], &meter["specimen"]), (&12_345_678.into(), &true.into()));
    let key = meter["epochs"][0]["keys"][0]["key"].as_str().unwrap();
    let symbols: Vec<String> =
        indicium["symbols"].as_array().unwrap().iter().map(|symbol| symbol.to_string()).collect();
    let read = desk.json(&format!(
        "imprint decode --profile p1 --key {key} --serial 12345678 --symbols {} --json",
        symbols.join(",")
    ));
    assert_eq!(
        (&read["postage"], &read["mv"], &read["serial_agrees"]),
        (&110.into(), &1.into(), &true.into())
    );
}

#[test]
fn a_mailing_is_one_array_and_each_piece_can_be_fetched() {
    let desk = Desk::with_meter();
    let mailing = desk.json("psd frank --memory meter.psd --postage 1 --count 1200 --request 100 --json");
    let mailing = mailing.as_array().unwrap();
    assert_eq!(mailing.len(), 1200);
    assert_eq!(mailing[1199]["mv"], 1200);
    assert_eq!(desk.json("psd fetch --memory meter.psd --request 5af --json"), mailing[1199]);
    desk.fails("psd fetch --memory meter.psd --request 100 --json", 1, "not part of the last franking");
}

#[test]
fn a_batch_file_franks_pieces_of_different_kinds() {
    let desk = Desk::with_meter();
    let lines = r#"[{"postage":110,"request":"7"},{"postage":0},{"postage":70,"user":3,"cliche":9}]"#;
    std::fs::write(desk.path("letters.json"), lines).unwrap();
    let franked = desk.json("psd frank --memory meter.psd --batch letters.json --json");
    let column = |name: &str| -> Vec<u64> {
        franked.as_array().unwrap().iter().map(|one| one[name].as_u64().unwrap()).collect()
    };
    assert_eq!((column("postage"), column("mv")), (vec![110, 0, 70], vec![1, 2, 3]));
    assert_eq!(franked[2]["cliche_number"], 9);
    std::fs::write(desk.path("letters.json"), r#"[{"postage":110,"tip":1}]"#).unwrap();
    desk.fails("psd frank --memory meter.psd --batch letters.json --json", 2, "batch of requests");
}

#[test]
fn a_mailing_that_runs_out_of_credit_gives_what_was_paid_and_says_how_far_it_came() {
    let desk = Desk::with_meter();
    let output = desk.run("psd frank --memory meter.psd --postage 3 --count 2000 --json");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(serde_json::from_slice::<Value>(&output.stdout).unwrap().as_array().unwrap().len(), 1000);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("after 1000 of 2000 imprints: the credit of 20.00"), "{errors}");
}

#[test]
fn refusals_are_status_1_and_wrong_use_is_status_2_each_in_one_sentence() {
    let desk = Desk::with_meter();
    let frank = "psd frank --memory meter.psd";
    desk.fails(&format!("{frank} --postage 5001"), 1, "credit of 50.00");
    desk.fails(&format!("{frank} --postage 10000"), 1, "neither zero nor between");
    desk.fails(&format!("{frank} --postage 110 --date 2020-01-01"), 1, "before today");
    desk.fails("psd frank --memory nowhere.psd --postage 110", 2, "nowhere.psd");
    desk.fails("psd grant --memory meter.psd meter.json", 2, "meter.json");
    desk.fails("psd init meter.json --memory meter.psd", 1, "exists already");
    desk.fails("issuer meter issuer --serial 12345678 --out again.json", 1, "has meter 12345678 already");
    desk.fails("issuer meter issuer --serial 99999999 --out again.json", 1, "specimens lie between");
    desk.fails(
        "issuer grant issuer --serial 12345679 --amount 1 --out more.json",
        1,
        "has no meter 12345679",
    );
    desk.fails("issuer grant nowhere --serial 12345678 --amount 1 --out more.json", 2, "nowhere");
}

#[test]
fn a_grant_counts_once_and_a_forged_one_never() {
    let desk = Desk::with_meter();
    let again = desk.done("psd grant --memory meter.psd grant.json");
    assert!(again.contains("had been taken before, credit 50.00"), "{again}");
    let grant = std::fs::read_to_string(desk.path("grant.json")).unwrap();
    std::fs::write(desk.path("forged.json"), grant.replace("5000", "9000")).unwrap();
    desk.fails("psd grant --memory meter.psd forged.json", 1, "signature");
    desk.done("issuer grant issuer --serial 12345678 --amount -1000 --out back.json");
    assert_eq!(desk.json("psd grant --memory meter.psd back.json --json")["r1"], 4000);
}

/// Claim: D12
#[test]
fn suspicion_reaches_the_imprint_and_the_posts_list() {
    let desk = Desk::with_meter();
    desk.done("issuer mark issuer --serial 12345678 --why copies --out mark.json");
    desk.done("psd order --memory meter.psd mark.json");
    let indicium = desk.json("psd frank --memory meter.psd --postage 110 --json");
    assert_eq!(indicium["suspicion"], "suspicious");
    assert_eq!(desk.json("issuer list issuer --json")[0]["standing"]["why"], "copies");
    desk.done("issuer mark issuer --serial 12345678 --clear --out clear.json");
    desk.done("psd order --memory meter.psd clear.json");
    assert_eq!(desk.json("psd frank --memory meter.psd --postage 110 --json")["suspicion"], "none");
}

/// Claim: A1
#[test]
fn a_process_killed_at_any_moment_has_paid_for_all_it_printed_and_loses_no_credit() {
    let desk = Desk::with_meter();
    for lines in [1, 700, 1500] {
        let before = desk.json("psd registers --memory meter.psd --json");
        let arguments = "psd frank --memory meter.psd --postage 1 --count 3000 --request 1000 --json";
        let mut process = Command::new(env!("CARGO_BIN_EXE_porto"))
            .args(arguments.split(' '))
            .current_dir(desk.folder())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut printed = BufReader::new(process.stdout.take().unwrap()).lines();
        let last = printed.by_ref().take(lines).last().unwrap().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        let registers = desk.json("psd registers --memory meter.psd --json");
        let number = |document: &Value, name: &str| document[name].as_u64().unwrap();
        let spent = number(&registers, "r2") - number(&before, "r2");
        assert!(spent >= lines as u64 && spent.is_multiple_of(1000), "{spent} spent, {lines} printed");
        assert_eq!(number(&registers, "r8") - number(&before, "r8"), spent);
        assert_eq!(number(&registers, "r1") + number(&registers, "r2"), 5000);
        let last: Value = serde_json::from_str(last.trim_start_matches(['[', ','])).unwrap();
        assert!(last["mv"].as_u64().unwrap() <= number(&registers, "r8"));
        let again = format!("psd fetch --memory meter.psd --request {:x} --json", 0x1000 + spent - 1);
        assert_eq!(desk.json(&again)["mv"], registers["r8"], "the last imprint paid for can be had again");
        // Another request between, so that the next round's ids are new.
        desk.done("psd frank --memory meter.psd --postage 0 --request 1");
    }
}
