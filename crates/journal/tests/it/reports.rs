//! Reports as people and programs read them.

use crate::desk::{Desk, OPENING, centre, day, money, note, order, when};
use access::cards::{By as Whom, Centre, Change, Directory, Name, Prefix};
use journal::{By, Grouping, Key, NewJob, Period, Report};
use terms::{Registers, SpoilReason};

/// Two cost centres, three users, two months; one imprint spoiled, one without value, one only asked for.
fn desk() -> Desk {
    let mut desk = Desk::new();
    let mut directory = Directory::new(Prefix::new(1).unwrap());
    let sales = Centre { name: Name::new("Büro – Köln").unwrap(), ..Centre::new(centre(1_001)) };
    let changes = directory.change(Whom::Anybody, &Change::CreateCentre(sales)).unwrap();
    desk.journal.write_rows(&changes, &note("Cost centre 01001 was created"), when(20)).unwrap();
    directory.apply(&changes).unwrap();
    desk.journal.name_user(7, "=Anna").unwrap();
    desk.book(order(1), when(20));
    let spoiled = desk.book(NewJob { postage: money(1_000), ..order(2) }, when(21));
    desk.book(
        NewJob { centre: centre(1_002), user: 8, postage: money(0), surcharge: money(0), ..order(3) },
        when(21),
    );
    let mut december = when(1);
    december.day = terms::Date::new(2026, 12, 1).unwrap();
    desk.book(NewJob { cliche: 0, ..order(4) }, december);
    desk.reserve(order(5));
    desk.journal.spoil(spoiled, SpoilReason::Misprint, when(22)).unwrap();
    desk
}

fn report(desk: &mut Desk, by: &str) -> Report {
    desk.journal.report(Period::ALL, by.parse::<Grouping>().unwrap()).unwrap()
}

/// Claim: X13
#[test]
fn a_report_of_all_time_says_what_the_registers_rose_by() {
    let mut desk = desk();
    let total = report(&mut desk, "centre").total;
    let registers = Registers {
        r2: OPENING.r2.checked_add(total.postage).unwrap(),
        r4: OPENING.r4 + total.pieces - total.zero_pieces,
        r8: OPENING.r8 + total.pieces,
        ..OPENING
    };
    desk.journal.agree(&registers).unwrap();
    assert_eq!((total.pieces, total.zero_pieces, total.postage), (4, 1, money(1_220)));
}

#[test]
fn a_report_is_shown_as_a_table_with_a_total_that_is_the_sum_of_its_lines() {
    let shown = report(&mut desk(), "centre,month").table("Meter 12345678").to_string();
    let wanted = "\
Franking by cost centre and month
Meter 12345678
since the beginning
Cost centre  Name         Month    Pieces  Zero value  Postage  Surcharge  Spoiled  Their postage
-------------------------------------------------------------------------------------------------
01001        Büro – Köln  2026-11       2           0    11.10       0.10        1          10.00
01001        Büro – Köln  2026-12       1           0     1.10       0.05        0           0.00
01002                     2026-11       1           1     0.00       0.00        0           0.00
-------------------------------------------------------------------------------------------------
Total                                   4           1    12.20       0.15        1          10.00
";
    assert_eq!(shown, wanted);
}

#[test]
fn a_csv_file_has_the_same_cells_and_none_that_a_spreadsheet_takes_for_a_formula() {
    let csv = report(&mut desk(), "user").table("Meter 12345678").csv().unwrap();
    let wanted = "User,Name,Pieces,Zero value,Postage,Surcharge,Spoiled,Their postage\n\
                  7,'=Anna,3,0,12.20,0.15,1,10.00\n\
                  8,,1,1,0.00,0.00,0,0.00\n\
                  Total,,4,1,12.20,0.15,1,10.00\n";
    assert_eq!(csv, wanted);
}

#[test]
fn a_report_as_json_says_keys_and_figures() {
    let mut desk = desk();
    let period = Period { from: Some(day(21)), to: Some(day(21)) };
    let report = desk.journal.report(period, By::Cliche).unwrap();
    assert_eq!(report.rows[0].keys, [Key::Cliche(3, String::new())]);
    let json = serde_json::to_value(&report).unwrap();
    let wanted = serde_json::json!({
        "period": {"from": "2026-11-21", "to": "2026-11-21"},
        "by": {"first": "cliche", "second": null},
        "rows": [{"keys": [{"cliche": [3, ""]}], "figures": json["total"]}],
        "total": {"pieces": 2, "zero_pieces": 1, "postage": 1000, "surcharge": 5, "spoiled": 1, "spoiled_postage": 1000},
    });
    assert_eq!(json, wanted);
}

#[test]
fn the_day_of_the_booking_counts_and_not_the_date_on_the_imprint() {
    let mut desk = desk();
    desk.book(NewJob { date: day(30), ..order(9) }, when(22));
    let days = report(&mut desk, "day").rows;
    let days: Vec<String> = days.iter().map(|row| row.keys[0].to_string()).collect();
    assert_eq!(days, ["2026-11-20", "2026-11-21", "2026-11-22", "2026-12-01"]);
}

#[test]
fn groupings_that_do_not_exist_are_refused() {
    for text in ["", "card", "centre,", "centre,centre", "centre,day,month", "Centre"] {
        assert!(text.parse::<Grouping>().is_err(), "{text:?}");
    }
    for text in ["centre", "cliche,centre", "month,user"] {
        assert_eq!(text.parse::<Grouping>().unwrap().to_string(), text);
    }
}

/// Claim: X9
#[test]
fn spoiled_imprints_are_listed_with_what_the_post_needs_until_they_were_handed_in() {
    let mut desk = desk();
    let claims = desk.journal.claims().unwrap();
    assert_eq!((claims.jobs.len(), claims.total), (1, money(1_000)));
    let shown = claims.table("Sender AG, 2026-12-01").to_string();
    let line = "2        0000000000000002  2026-11-22    2026-11-21  2026-11-22  misprint               1002    10.00";
    assert!(shown.contains(line) && shown.contains("Meter 12345678"), "{shown}");
    desk.journal.claimed(&[claims.jobs[0].number], when(23)).unwrap();
    assert!(desk.journal.claims().unwrap().jobs.is_empty());
    // It stays debited, and spoiled, in every report.
    assert_eq!(report(&mut desk, "user").total.spoiled, 1);
}

/// The texts of a document's content streams, which are not compressed, in the order in which they are shown: in brackets,
/// or as hexadecimal digits where they are not plain.
fn shown(pdf: &[u8]) -> Vec<Vec<u8>> {
    let text = |line: &[u8]| {
        let line = line.strip_suffix(b" Tj")?;
        let digits = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        match line.strip_prefix(b"(") {
            Some(plain) => Some(plain.strip_suffix(b")")?.to_vec()),
            None => Some(line.strip_prefix(b"<")?.strip_suffix(b">")?.chunks(2).map(digits).collect()),
        }
    };
    pdf.split(|byte| *byte == b'\n').filter_map(text).collect()
}

#[test]
fn a_pdf_shows_every_line_on_numbered_pages_with_headings_on_each() {
    let mut desk = Desk::new();
    for number in 1..=28 {
        for cliche in 0..3 {
            desk.book(NewJob { cliche, ..order(u64::from(number) * 10 + u64::from(cliche)) }, when(number));
        }
    }
    let table = report(&mut desk, "day,cliche").table("Meter 12345678");
    let pdf = table.pdf();
    let shown = shown(&pdf);
    let count = |wanted: &str| shown.iter().filter(|text| *text == wanted.as_bytes()).count();
    assert_eq!((count("Page 1 of 3"), count("Page 3 of 3"), count("Page 4 of 4")), (1, 1, 0));
    assert_eq!((count("Zero value"), count("Total")), (3, 1));
    let lines: Vec<_> = shown.iter().filter(|text| text.starts_with(b"2026-11-")).collect();
    assert_eq!(lines.len(), 84);
    assert!(lines.is_sorted());
    assert_eq!(count("1.10"), 84);
    assert!(pdf.starts_with(b"%PDF-1.") && pdf.ends_with(b"%%EOF"));
}

#[test]
fn a_pdf_of_nothing_is_one_page_with_a_total() {
    let pdf = report(&mut Desk::new(), "centre").table("Meter 12345678").pdf();
    let shown = shown(&pdf);
    assert!(shown.iter().any(|text| text == b"Page 1 of 1") && shown.iter().any(|text| text == b"Total"));
}

#[test]
fn names_too_long_for_the_page_are_cut_and_signs_that_the_font_has_are_kept() {
    let mut desk = desk();
    desk.journal.name_user(8, "Verwaltung der Außenstellen und Niederlassungen in den Ländern").unwrap();
    let pdf = report(&mut desk, "centre,user").table(&"Meter ".repeat(60)).pdf();
    let shown = shown(&pdf);
    assert!(shown.iter().any(|text| text == b"B\xfcro \x96 K\xf6ln"), "{shown:?}");
    assert!(shown.iter().any(|text| text.starts_with(b"Meter Meter") && text.ends_with(b"\x85")));
}
