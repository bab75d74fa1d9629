//! What is wrong with a table is said with its row, and nothing unsound comes through.

use proptest::prelude::*;
use rates::{TABLE_BYTES_MAX, Table};

/// The example with a part of its text replaced is refused like this.
fn check(from: &str, to: &str, sentence: &str) {
    let text = Table::example_text();
    assert!(text.contains(from), "{from:?} must stand in the example");
    let error = Table::from_toml(&text.replacen(from, to, 1)).expect_err("it is broken");
    assert_eq!(error.to_string(), sentence, "{from:?} became {to:?}");
}

/// The same, for a field that is at fault by itself: it is said where it stands.
fn check_field(from: &str, to: &str, at: &str, reason: &str) {
    let text = Table::example_text();
    let start = text.find(from).expect("it stands in the example") + to.find(at).expect("it is in the text");
    let line = text[..start].matches('\n').count() + 1;
    let column = text[..start].rsplit('\n').next().map_or(0, str::len) + 1;
    check(from, to, &format!("line {line}, column {column}: {reason}"));
}

#[test]
fn head_and_number_of_rows_are_checked() {
    check("layout = 1 ", "layout = 2 ", "the table has layout 2, and this program reads layout 1");
    check(
        "# valid_until = \"2026-12-31\"",
        "valid_until = \"2025-12-31\"",
        "valid_until lies before valid_from",
    );
    let json = |from: &str, to: &str| {
        let json = Table::example().expect("it is sound").to_json();
        assert!(json.contains(from), "{from:?}");
        Table::from_json(&json.replace(from, to)).expect_err("it is broken").to_string()
    };
    assert_eq!(
        json("\"carrier\":\"Insel-Post\"", "\"carrier\":\" \""),
        "line 1, column 25: a text has 1 to 60 characters, none of them a control character"
    );
    let head = "layout=1\ncarrier='a'\ntitle='a'\nedition=1\ncurrency='EUR'\nvalid_from='2026-01-01'\n";
    let empty = Table::from_toml(&format!("{head}zones=[]\nformats=[]\nproducts=[]")).expect_err("empty");
    assert_eq!(empty.to_string(), "a table has 1 to 64 rows of zones");
}

#[test]
fn a_field_that_is_none_is_said_with_its_line() {
    let currency = "a code of ISO has 3 capital letters, such as DE for a country or EUR for a currency";
    check_field("currency = \"EUR\"", "currency = \"Euro\"", "\"E", currency);
    check_field("edition = 1 ", "edition = -1 ", "-", "invalid value: integer `-1`, expected u32");
    let day = "a date is a day between 2000-01-01 and 2099-12-31, written 2026-11-21";
    check_field("valid_from = \"2026-01-01\"", "valid_from = \"2026-02-30\"", "\"2", day);
    let unit = "a weight is in g, kg, oz or lb";
    check_field("{ up_to = \"100 g\"", "{ up_to = \"100 st\"", "\"1", unit);
    let span = "a measure is written [least, most], and the least is not above the most";
    check_field("length_mm = [140, 235]", "length_mm = [236, 235]", "[", span);
    let unknown = "unknown field `endorsment`, expected one of `name`, `title`, `endorsement`, `price`, `values`, \
                   `needs`, `excludes`, `formats`, `zones`";
    check_field("endorsement =", "endorsment =", "e", unknown);
}

#[test]
fn zones_and_formats_are_checked() {
    let zone = |fault: &str| format!("zone \"europe\": {fault}");
    check(
        "name = \"europe\"",
        "name = \"domestic\"",
        "zone \"domestic\": an earlier row has the same name or number",
    );
    check("\"AD\", \"AL\"", "\"AD\", \"XI\"", &zone("XI stands in a zone already"));
    check("\"AD\", \"AL\"", "\"AD\", \"AD\"", &zone("AD stands in a zone already"));
    let both = "a zone either lists countries or takes all others";
    check("title = \"Europe\"", "title = \"Europe\"\nothers = true", &zone(both));
    check("countries = [\"XI\"]", "countries = []", &format!("zone \"domestic\": {both}"));
    check(
        "countries = [\"XI\"]",
        "others = true",
        "zone \"world\": an earlier zone takes all other countries",
    );
    check(
        "width_mm = [90, 125]",
        "width_mm = [90, 236]",
        "format \"postcard\": length, width and thickness must come in falling order",
    );
    check(
        "name = \"compact\"",
        "name = \"standard\"",
        "format \"standard\": an earlier row has the same name or number",
    );
}

#[test]
fn services_are_checked() {
    let receipt = |fault: &str| format!("service \"receipt\": {fault}");
    let needs = "needs = [\"registered\", \"insured\"]";
    check(needs, "needs = [\"registered\", \"drone\"]", &receipt("the table has no \"drone\""));
    check(needs, "needs = [\"insured\", \"insured\"]", &receipt("\"insured\" stands there twice"));
    let never = "it could never be taken, as it needs and excludes the same";
    check(needs, "needs = [\"receipt\"]", &receipt(never));
    check(needs, "excludes = [\"receipt\"]", &receipt(never));
    check(needs, "needs = [\"insured\"]\nexcludes = [\"insured\"]", &receipt(never));
    check("price = 270", "price = 270\nneeds = [\"express\"]", &format!("service \"registered\": {never}"));
    check(
        "zones = [\"domestic\", \"europe\"]",
        "zones = [\"moon\"]",
        "service \"express\": the table has no \"moon\"",
    );
    check(
        "{ up_to = 50000, price = 150 }",
        "{ up_to = 10000, price = 150 }",
        "service \"insured\": step 2 does not go further than the one before",
    );
}

#[test]
fn products_and_their_steps_are_checked() {
    let large = |fault: &str| format!("product 4 (Large letter, zone \"domestic\"): {fault}");
    let step = "{ up_to = \"250 g\", price = 165 }";
    check(
        step,
        "{ up_to = \"100 g\", price = 165 }",
        &large("step 2 does not go further than the one before"),
    );
    check(step, "{ up_to = \"250 g\", price = 149 }", &large("step 2 costs less than the one before"));
    check(
        "{ up_to = \"100 g\", price = 150 }",
        "{ up_to = \"0 g\", price = 150 }",
        &large("step 1 does not go further than the one before"),
    );
    let steps: String = (1..=129).map(|gram| format!("{{ up_to = '{gram} g', price = 1 }},")).collect();
    check(step, &format!("{steps}{step}"), &large("there must be 1 to 128 steps"));
    let compact = "product 3 (Compact letter, zone \"domestic\"): there must be 1 to 128 steps";
    check("steps = [{ up_to = \"50 g\", price = 115 }]", "steps = []", compact);
    check(
        "number = 4\n",
        "number = 3\n",
        "product 3 (Large letter, zone \"domestic\"): an earlier row has the same name or number",
    );
    check(
        "format = \"large\"\nsteps",
        "format = \"maxi\"\nsteps",
        "product 5 (Maxi letter, zone \"domestic\"): an earlier product has the same zone and format",
    );
    check("format = \"large\"\nsteps", "format = \"roll\"\nsteps", &large("the table has no \"roll\""));
}

#[test]
fn a_text_without_end_is_not_read() {
    let long = " ".repeat(TABLE_BYTES_MAX + 1);
    for read in [Table::from_toml(&long), Table::from_json(&long)] {
        assert_eq!(read.expect_err("it is too long").to_string(), "a rate table has at most 262144 bytes");
    }
    for text in ["[".repeat(TABLE_BYTES_MAX), "{\"a\":".repeat(TABLE_BYTES_MAX / 5)] {
        assert!(Table::from_toml(&text).is_err() && Table::from_json(&text).is_err());
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_reading_panic(at in 0..9_000_usize, with in "\\PC{0,8}", gone in 0..40_usize) {
        let text: Vec<char> = Table::example_text().chars().collect();
        let at = at.min(text.len());
        let rest = &text[(at + gone).min(text.len())..];
        let changed: String = text[..at].iter().copied().chain(with.chars()).chain(rest.iter().copied()).collect();
        if let Ok(table) = Table::from_toml(&changed) {
            prop_assert_eq!(Table::from_json(&table.to_json()), Ok(table));
        }
        let _ = Table::from_json(&changed);
    }
}
