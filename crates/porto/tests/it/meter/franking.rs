//! Franking at the machine: one letter, many alike, by weight, with limits, and what goes wrong.

use super::{frank, letters, mailroom, number, registers, set};
use psd::Clock;
use psd_host::SystemClock;
use std::fs;
use terms::Date;

/// Claim: C10
#[test]
fn a_letter_is_paid_for_booked_and_printed_into_a_file() {
    let desk = mailroom("");
    let said = frank(&desk, "--postage 110 --centre 01001");
    let imprint = &said["imprints"][0];
    let expected = [("number", 1), ("postage", 110), ("mv", 1), ("centre", 1001)];
    expected.iter().for_each(|(name, value)| assert_eq!(imprint[name], *value, "{name}: {said}"));
    assert_eq!((&imprint["state"], imprint["request"].as_str().unwrap().len()), (&"printed".into(), 16));
    let file = desk.path(imprint["file"].as_str().unwrap());
    assert!(fs::read(file).unwrap().starts_with(b"%PDF"));
    let said = registers(&desk);
    let expected = [("r1", 4890), ("r2", 110), ("r3", 5000), ("r4", 1), ("r8", 1)];
    expected.iter().for_each(|(name, value)| assert_eq!(said[name], *value, "{name}"));
    // What was set is set still.
    assert_eq!(frank(&desk, "--count 1")["imprints"][0]["postage"], 110);
    let jobs = desk.json("meter jobs --meter mailroom --json");
    assert_eq!(jobs.as_array().unwrap().iter().map(|job| number(job, "number")).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn a_counted_series_is_as_many_letters_and_ends_where_the_credit_does() {
    let desk = mailroom("");
    let said = frank(&desk, "--postage 95 --count 20");
    assert_eq!((said["imprints"].as_array().unwrap().len(), letters(&desk).len()), (20, 20));
    let output = desk.run("meter frank --meter mailroom --postage 1000 --count 5 --json");
    assert_eq!(output.status.code(), Some(1));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(said["imprints"].as_array().unwrap().len(), 3, "{said}");
    assert!(String::from_utf8(output.stderr).unwrap().contains("credit"));
    assert_eq!((number(&registers(&desk), "r2"), letters(&desk).len()), (20 * 95 + 3000, 23));
}

#[test]
fn a_rate_table_finds_the_postage_of_a_described_letter() {
    let desk = mailroom("");
    desk.fails("meter frank --meter mailroom --weight 18 --format standard --to domestic", 1, "rate table");
    fs::write(desk.path("rates.toml"), desk.done("meter rates example")).unwrap();
    desk.done("meter rates check rates.toml");
    desk.done("meter rates add --meter mailroom rates.toml");
    let table = desk.json("meter rates list --meter mailroom --json")[0].clone();
    let format = table["formats"][1].as_str().unwrap();
    let described = format!("--weight 18 --format {format} --to domestic --service registered");
    let price = desk.json(&format!("meter rates price --meter mailroom --json {described}"));
    let said = frank(&desk, &described);
    assert_eq!(said["imprints"][0]["postage"], price["postage"], "{said}");
    assert_eq!(said["imprints"][0]["endorsement"], price["endorsements"][0], "{said}");
    desk.fails("meter frank --meter mailroom --weight 18", 2, "--format");
    desk.fails(&format!("meter frank --meter mailroom --weigh --format {format} --to domestic"), 1, "scale");
    fs::write(desk.path("wrong.toml"), "layout = 1\n").unwrap();
    desk.fails("meter rates check wrong.toml", 2, "wrong.toml");
}

#[test]
fn a_cost_centre_spends_no_more_than_its_limit_in_a_month() {
    let desk = mailroom("");
    desk.done("meter cost-centre add --meter mailroom 01002 --limit 250");
    let output = desk.run("meter frank --meter mailroom --centre 01002 --postage 100 --count 3");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), errors.lines().count()), (Some(1), 1), "{errors}");
    assert!(errors.contains("0.50"), "{errors}");
    let centres = desk.json("meter cost-centre list --meter mailroom --json");
    let expected = [("spent", 200), ("limit", 250), ("rest", 50)];
    expected.iter().for_each(|(name, value)| assert_eq!(centres[1][name], *value, "{name}: {centres}"));
    assert_eq!((number(&registers(&desk), "r2"), letters(&desk).len()), (200, 2));
    desk.done("meter cost-centre set --meter mailroom 01002 --limit none");
    frank(&desk, "--centre 01002 --postage 100");
    desk.fails("meter cost-centre add --meter mailroom 01002", 1, "01002");
    desk.fails("meter frank --meter mailroom --centre 01003", 1, "01003");
    desk.done("meter group add --meter mailroom 1 --limit 350");
    desk.done("meter cost-centre set --meter mailroom 01001 --group 1");
    desk.fails("meter frank --meter mailroom --centre 01001 --postage 400", 1, "3.50");
}

/// Claim: X13
#[test]
fn values_dates_texts_and_warnings_are_kept_within_what_is_set() {
    let desk = mailroom("");
    set(&desk, "#high_value = 5000", "high_value = 500");
    set(&desk, "#low_credit = 2000", "low_credit = 4000");
    desk.fails("meter frank --meter mailroom --postage 500", 1, "--confirm");
    assert_eq!(frank(&desk, "--postage 500 --confirm")["imprints"].as_array().unwrap().len(), 1);
    assert_eq!(frank(&desk, "--postage 500 --confirm --count 2")["imprints"].as_array().unwrap().len(), 2);
    let today = SystemClock.now().unwrap().today;
    let in_days = |days: i64| {
        Date::from_day_number(u32::try_from(i64::from(today.day_number()) + days).unwrap()).unwrap()
    };
    for (days, word) in [(-1, "never set back"), (31, "30 days ahead")] {
        desk.fails(&format!("meter frank --meter mailroom --postage 95 --date {}", in_days(days)), 1, word);
    }
    let later = in_days(30).to_string();
    assert_eq!(frank(&desk, &format!("--postage 95 --date {later}"))["imprints"][0]["date"], later.as_str());
    let corrected = frank(&desk, &format!("--zero --date {later}"));
    assert_eq!(
        (&corrected["imprints"][0]["postage"], &corrected["imprints"][0]["date"]),
        (&0.into(), &later.into())
    );
    desk.done("meter cliche gallery --meter mailroom 1");
    let said = frank(&desk, "--postage 95 --cliche 1 --text SALE");
    assert_eq!((&said["imprints"][0]["text"], &said["imprints"][0]["cliche"]), (&"SALE".into(), &1.into()));
    let said = desk.json("meter status --meter mailroom --json");
    assert_eq!(said["lamps"]["warn"], true, "{said}");
    assert!(said["message"].as_str().unwrap().contains("credit is low"), "{said}");
}

/// Claim: B25
#[test]
fn the_device_is_tested_and_registers_are_printed_with_the_head() {
    let desk = mailroom("--printer head");
    let tested = desk.json("meter test --meter mailroom --print --json");
    assert_eq!((&tested["passed"], &tested["imprint"]["postage"]), (&true.into(), &0.into()));
    let printed = fs::read_dir(desk.path("mailroom/letters")).unwrap().count();
    let shown = desk.done("meter registers --meter mailroom --print");
    assert!(shown.contains("R1     50.00"), "{shown}");
    assert_eq!(fs::read_dir(desk.path("mailroom/letters")).unwrap().count(), printed + 1);
    // A hand puts letters in where no feeder does.
    assert_eq!(frank(&desk, "--postage 95 --count 3")["imprints"].as_array().unwrap().len(), 3);
    assert_eq!(number(&registers(&desk), "r8"), 4);
}

#[test]
fn a_printer_that_fails_leaves_the_imprint_to_be_printed_again() {
    let desk = mailroom("");
    frank(&desk, "--postage 95");
    let (letters, away) = (desk.path("mailroom/letters"), desk.path("mailroom/away"));
    fs::rename(&letters, &away).unwrap();
    fs::write(&letters, "no folder").unwrap();
    let output = desk.run("meter frank --meter mailroom --postage 95");
    assert_ne!(output.status.code(), Some(0));
    fs::remove_file(&letters).unwrap();
    fs::rename(&away, &letters).unwrap();
    let jobs = desk.json("meter jobs --meter mailroom --json");
    assert_eq!(number(&registers(&desk), "r4"), jobs.as_array().unwrap().len() as u64);
}

#[test]
fn a_spoiled_imprint_is_noted_once() {
    let desk = mailroom("");
    frank(&desk, "--postage 95");
    desk.done("meter spoil --meter mailroom 1 --reason paper");
    let spoiled = desk.json("meter spoiled --meter mailroom --json");
    assert_eq!((&spoiled[0]["number"], &spoiled[0]["spoiled_by"]), (&1.into(), &"paper".into()));
    desk.fails("meter spoil --meter mailroom 1 --reason paper", 1, "is spoiled");
    desk.fails("meter spoil --meter mailroom 2 --reason paper", 1, "no imprint 2");
    let log = desk.done("meter log --meter mailroom");
    assert!(log.contains("imprint 1 is spoiled: paper"), "{log}");
    let errors = desk.json("meter errors --meter mailroom --json");
    assert_eq!(errors.as_array().unwrap().len(), 0, "{errors}");
}
