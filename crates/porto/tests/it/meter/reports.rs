//! Reports: by cost centre, user and month, and that all of them are what the registers say.

use super::{frank, mailroom, number, registers};
use std::fs;

/// Claim: X13
#[test]
fn reports_by_centre_user_and_month_add_up_to_the_registers() {
    let desk = mailroom("");
    fs::write(desk.path("boss.txt"), "the boss's own\n").unwrap();
    fs::write(desk.path("one.txt"), "first user\n").unwrap();
    desk.done("psd lock manager --memory meter.psd --new-password-file boss.txt");
    desk.done("psd user add --memory meter.psd --password-file boss.txt --new-password-file one.txt 7");
    desk.fails("meter cost-centre add --meter mailroom 01002", 1, "system manager");
    let add = "meter cost-centre add --meter mailroom 01002 --name Sales --budget 250 --surcharge-percent 10";
    desk.done(&format!("{add} --password-file boss.txt"));
    frank(&desk, "--postage 110 --centre 01001");
    let said = frank(&desk, "--postage 100 --centre 01002 --count 2 --user 7 --password-file one.txt");
    assert_eq!(said["message"], "", "{said}");
    let said = frank(&desk, "--postage 100");
    assert!(said["message"].as_str().unwrap().contains("0.80 over its budget"), "{said}");
    frank(&desk, "--zero");
    let registers = registers(&desk);
    for by in ["centre", "user", "cliche", "day", "month", "centre,user"] {
        let report = desk.json(&format!("meter report --meter mailroom --by {by} --json"));
        let total = &report["total"];
        assert_eq!(total["postage"], registers["r2"], "{by}");
        assert_eq!(number(total, "pieces") - number(total, "zero_pieces"), number(&registers, "r4"), "{by}");
        assert_eq!(total["pieces"], registers["r8"], "{by}");
        assert_eq!(total["surcharge"], 30, "{by}");
        let rows = report["rows"].as_array().unwrap();
        let sum: u64 = rows.iter().map(|row| number(&row["figures"], "postage")).sum();
        assert_eq!(sum, number(&registers, "r2"), "{by}");
    }
    let users = desk.json("meter report --meter mailroom --by user --json");
    assert_eq!(users["rows"].as_array().unwrap().len(), 2, "{users}");
    assert_eq!(users["rows"][1]["figures"]["postage"], 200, "{users}");
    let before = desk.json("meter report --meter mailroom --to 2020-01-01 --json");
    assert_eq!(before["total"]["pieces"], 0);
    desk.done("meter report --meter mailroom --csv costs.csv --pdf costs.pdf");
    let csv = fs::read_to_string(desk.path("costs.csv")).unwrap();
    assert!(csv.contains("01002,Sales,") && csv.lines().last().unwrap().starts_with("Total,"), "{csv}");
    assert!(csv.lines().last().unwrap().contains("4.10"), "{csv}");
    assert!(fs::read(desk.path("costs.pdf")).unwrap().starts_with(b"%PDF"));
    let table = desk.done("meter report --meter mailroom");
    assert!(table.contains("Sales") && table.contains("Total"), "{table}");
}
