//! The message in clear.

use imprint::numbers::{Indicium, LayoutId, SetId, Suspicion};
use imprint::picture::clear::Clear;
use imprint::picture::content::{Content, modules};

fn indicium() -> Indicium {
    serde_json::from_str(
        r#"{"version":1,"request":"00000000000000a1","profile":"p1","epoch":1,"serial":12345678,
        "date":"2026-11-21","postage":110,"mv":42,"layout":"e","set":"s22","suspicion":"suspicious",
        "symbols":[13,5,0,2,18,2,1,2,17,12,8,16],"cliche_number":7}"#,
    )
    .unwrap()
}

/// Claim: X4
#[test]
fn the_message_in_clear_says_what_the_imprint_says_and_reads_back() {
    let indicium = indicium();
    let clear = Clear::new(&indicium).unwrap();
    let text = clear.to_string();
    assert_eq!(text, "1123456782026112100011000000000422212130500021802010217120816");
    let back: Clear = text.parse().unwrap();
    assert_eq!(back, clear);
    assert_eq!(
        (back.serial(), back.date(), back.postage()),
        (indicium.serial, indicium.date, indicium.postage)
    );
    assert_eq!((back.mv(), back.set(), back.row()), (42, SetId::S22, &indicium.symbols));
}

#[test]
fn damaged_messages_and_numbers_too_large_are_refused() {
    let text = Clear::new(&indicium()).unwrap().to_string();
    for end in 0..text.len() {
        assert!(text[..end].parse::<Clear>().is_err(), "cut after {end} digits");
    }
    for (place, digit) in [(0, "2"), (13, "9"), (33, "3"), (37, "9"), (5, "x"), (5, "+")] {
        let mut damaged = text.clone();
        damaged.replace_range(place..=place, digit);
        assert!(damaged.parse::<Clear>().is_err(), "{digit} at {place}");
    }
    assert!("é".repeat(40).parse::<Clear>().is_err());
    let large = Indicium { mv: 10_000_000_000, ..indicium() };
    assert!(Clear::new(&large).is_err());
}

#[test]
fn an_indicium_becomes_what_is_printed() {
    let indicium = indicium();
    let content = Content::of(&indicium).unwrap();
    assert_eq!(content.row, modules(SetId::S22, &indicium.symbols).unwrap());
    assert_eq!((content.suspicion, content.cliche_number), (Suspicion::Suspicious, Some(7)));
    assert_eq!(indicium.layout, LayoutId::E);
    let wrong = Indicium { set: SetId::S5, ..indicium };
    assert_eq!(Content::of(&wrong).unwrap_err().to_string(), "the set s5 has no symbol 13");
}
