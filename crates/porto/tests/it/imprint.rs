//! `porto imprint`.

use super::{folder, porto};
use std::fs;
use std::path::{Path, PathBuf};

/// Writes a record and spells it out; gives status, stdout and stderr.
fn columns(name: &str, record: &[u8], arguments: &[&str]) -> (Option<i32>, String, String) {
    let file = folder("columns").join(name);
    fs::write(&file, record).unwrap();
    let mut all = vec!["imprint", "columns", file.to_str().unwrap()];
    all.extend(arguments);
    let output = porto(&all);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// Claim: D1
#[test]
fn columns_spells_the_sources_example_as_one_json_document() {
    let record = [0x02, 0x0D, 0x02, 0x4F, 0xF1, 0x68, 0xFE, 0xFF];
    let (status, stdout, stderr) =
        columns("example", &record, &["--dots", "240", "--window", "1=40", "--json"]);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    let document: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    let expected = format!("11{}11{}{}{}", "0".repeat(13), "0".repeat(79), "w".repeat(40), "0".repeat(104));
    assert_eq!(document["columns"], serde_json::json!([expected]));
    assert_eq!(document["windows"]["1"]["z"], 96);
    assert_eq!(document["windows"]["1"]["t"], 1);
    assert_eq!(document["windows"]["1"]["y"], 40);
}

/// Claim: D1
#[test]
fn columns_names_the_offset_of_what_is_wrong() {
    let refused = |name: &str, record: &[u8]| {
        let (status, stdout, stderr) = columns(name, record, &["--dots", "10", "--json"]);
        assert_eq!((status, stdout.as_str()), (Some(1), ""));
        stderr
    };
    assert_eq!(refused("endless", &[0x0A, 0xFE]), "porto: at byte 2: the record ends without its end mark\n");
    assert_eq!(
        refused("short", &[0x09, 0xFE, 0xFF]),
        "porto: at byte 1: the column has 9 dots instead of 10\n"
    );
    assert_eq!(porto(&["imprint", "columns", "no-such-file"]).status.code(), Some(2));
    let file = folder("columns").join("short");
    let wrong = porto(&["imprint", "columns", file.to_str().unwrap(), "--window", "14=3"]);
    assert_eq!(wrong.status.code(), Some(2));
}

const INDICIUM: &str = r#"{"version":1,"request":"00000000000000a1","profile":"p1","epoch":1,
    "serial":12345678,"date":"2026-11-21","postage":110,"mv":42,"layout":"b","set":"s22",
    "symbols":[13,5,0,2,18,2,1,2,17,12,8,16],"shown_count":42}"#;

fn indicium(folder: &Path) -> String {
    let file = folder.join("indicium.json");
    fs::write(&file, INDICIUM).unwrap();
    file.to_str().unwrap().into()
}

fn render(arguments: &[&str], file: &str) -> (Option<i32>, PathBuf, String) {
    let folder = folder(&format!("render-{file}"));
    let (document, out) = (indicium(&folder), folder.join(file));
    let mut all = vec!["imprint", "render", "--indicium", &document, "--out", out.to_str().unwrap()];
    all.extend(arguments);
    let output = porto(&all);
    (output.status.code(), out, String::from_utf8(output.stderr).unwrap())
}

/// Claim: D9
#[test]
fn render_draws_every_layout_as_a_picture_and_as_columns() {
    for layout in ["a", "b", "c", "d", "e"] {
        let (status, picture, stderr) = render(&["--layout", layout], &format!("{layout}.png"));
        assert_eq!((status, stderr.as_str()), (Some(0), ""), "layout {layout}");
        assert!(fs::read(picture).unwrap().starts_with(b"\x89PNG"));
        let (status, stream, _) = render(&["--layout", layout], &format!("{layout}.bin"));
        assert_eq!(status, Some(0));
        assert_eq!(fs::read(stream).unwrap().len(), 720 * 30);
    }
}

#[test]
fn render_puts_an_imprint_with_cliche_on_an_envelope() {
    let arguments = ["--cliche", "1", "--cliche-text", "HELLO", "--envelope", "c5", "--offset", "-2,3.5"];
    let (status, page, stderr) = render(&arguments, "letter.pdf");
    assert_eq!((status, stderr.as_str()), (Some(0), ""));
    assert!(fs::read(page).unwrap().starts_with(b"%PDF"));
    let (status, _, stderr) = render(&["--cliche", "1", "--offset", "100,0", "--envelope", "c6"], "no.pdf");
    assert_eq!((status, stderr.as_str()), (Some(1), "porto: the imprint does not fit on this envelope\n"));
}

#[test]
fn render_tells_wrong_use_from_a_refusal() {
    assert_eq!(render(&[], "imprint.txt").0, Some(2));
    assert_eq!(render(&["--layout", "f"], "f.png").0, Some(2));
    assert_eq!(render(&["--cliche", "77"], "c.png").0, Some(1));
    assert_eq!(render(&["--lines", "split"], "s.png").0, Some(1));
    let missing = porto(&["imprint", "render", "--indicium", "no-such-file", "--out", "x.png"]);
    assert_eq!(missing.status.code(), Some(2));
}
