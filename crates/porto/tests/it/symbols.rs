//! `porto imprint symbols`.

use super::{folder, porto};
use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

const SETS: [&str; 6] = ["s5", "s10", "s14", "s16", "s22", "s40"];

/// A picture's width and height, its dots a metre, and its dots.
fn picture(path: &Path) -> ((u32, u32), (u32, u32), Vec<u8>) {
    let decoder = png::Decoder::new(BufReader::new(File::open(path).unwrap()));
    let mut reader = decoder.read_info().unwrap();
    let mut dots = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut dots).unwrap();
    let density = reader.info().pixel_dims.unwrap();
    assert!(matches!(density.unit, png::Unit::Meter));
    ((info.width, info.height), (density.xppu, density.yppu), dots)
}

#[test]
fn the_pictures_in_the_documentation_show_the_sets_as_they_are() {
    let documented = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/symbols");
    for set in SETS {
        let out = folder("symbols").join(format!("{set}.png"));
        let output = porto(&["imprint", "symbols", set, "--out", out.to_str().unwrap()]);
        assert_eq!((output.status.code(), output.stdout, output.stderr), (Some(0), vec![], vec![]));
        let same = picture(&out) == picture(&documented.join(format!("{set}.png")));
        assert!(same, "out of date; run: porto imprint symbols {set} --out docs/symbols/{set}.png");
    }
}

/// At 240 dots an inch the small drawings have the size they have on a mailpiece.
#[test]
fn a_picture_of_a_set_says_its_physical_size() {
    let out = folder("symbols").join("size.png");
    porto(&["imprint", "symbols", "s10", "--out", out.to_str().unwrap()]);
    let (size, density, _) = picture(&out);
    assert_eq!(size, (5 * 188 + 32, 2 * 208 + 32));
    assert_eq!(density, (9449, 9449));
}

/// Claim: D7
#[test]
fn the_drawings_of_a_set_are_one_json_document() {
    let output = porto(&["imprint", "symbols", "s22", "--json"]);
    assert_eq!((output.status.code(), output.stderr), (Some(0), vec![]));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(document["set"], "s22");
    assert_eq!(document["symbols"].as_array().unwrap().len(), 22);
    let key = serde_json::json!({"index": 14, "name": "key", "rows": ["###..", "#.###", "#.#.#", "###.."]});
    assert_eq!(document["symbols"][14], key);
}

#[test]
fn an_unknown_set_and_a_file_that_cannot_be_written_are_one_sentence_and_status_2() {
    let unknown = porto(&["imprint", "symbols", "s6", "--json"]);
    assert_eq!((unknown.status.code(), unknown.stdout), (Some(2), vec![]));
    let sentence = "porto: there is no such symbol set; the sets are s5, s10, s14, s16, s22 and s40\n";
    assert_eq!(String::from_utf8(unknown.stderr).unwrap(), sentence);

    let nowhere = folder("symbols").join("no-such-folder/s22.png");
    let unwritable = porto(&["imprint", "symbols", "s22", "--out", nowhere.to_str().unwrap()]);
    assert_eq!((unwritable.status.code(), unwritable.stdout), (Some(2), vec![]));
    let stderr = String::from_utf8(unwritable.stderr).unwrap();
    assert!(stderr.starts_with("porto: cannot write ") && stderr.lines().count() == 1, "{stderr}");
    assert!(fs::metadata(nowhere).is_err());
}
