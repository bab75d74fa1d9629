//! The style sheet's colours can be told from their grounds.

use std::collections::HashMap;

/// The named colours of one block of the style sheet, over those it inherits.
fn colours(block: &str, inherited: HashMap<String, [u8; 3]>) -> HashMap<String, [u8; 3]> {
    let mut colours = inherited;
    for line in block.lines().map(str::trim) {
        let Some((name, value)) = line.strip_prefix("--").and_then(|line| line.split_once(':')) else {
            continue;
        };
        let Some(hex) = value.trim().trim_end_matches(';').strip_prefix('#') else { continue };
        let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("a colour of six digits");
        colours.insert(name.to_owned(), [byte(0), byte(2), byte(4)]);
    }
    colours
}

/// The ratio that the Web Content Accessibility Guidelines 2.1 define.
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let channel = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let light = |colour: [u8; 3]| {
        0.2126 * channel(colour[0]) + 0.7152 * channel(colour[1]) + 0.0722 * channel(colour[2])
    };
    let (one, other) = (light(one), light(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn themes() -> [(&'static str, HashMap<String, [u8; 3]>); 2] {
    let sheet = web::asset("style.css").expect("the style sheet").body();
    let (light, rest) = sheet.split_once("@media (prefers-color-scheme: dark)").expect("a dark theme");
    let dark = rest.split_once("*, *::before").expect("the rest").0;
    let light = colours(light, HashMap::new());
    [("light", light.clone()), ("dark", colours(dark, light))]
}

#[test]
fn words_stand_out_from_their_ground_in_light_and_dark() {
    let pairs = [
        ("ink", "ground"),
        ("ink", "surface"),
        ("ink", "raised"),
        ("muted", "ground"),
        ("muted", "surface"),
        ("muted", "raised"),
        ("accent", "ground"),
        ("accent", "surface"),
        ("accent", "accent-soft"),
        ("accent-ink", "accent"),
        ("good", "good-soft"),
        ("warn", "warn-soft"),
        ("bad", "bad-soft"),
        ("note", "note-soft"),
        ("good", "surface"),
        ("warn", "surface"),
        ("bad", "surface"),
    ];
    for (theme, colours) in themes() {
        for (words, ground) in pairs {
            let ratio = contrast(colours[words], colours[ground]);
            assert!(ratio >= 4.5, "{words} on {ground} in the {theme} theme: {ratio:.2}");
        }
    }
}

#[test]
fn borders_of_fields_lines_of_charts_and_the_focus_stand_out_too() {
    for (theme, colours) in themes() {
        for shape in ["edge", "focus", "line-0", "line-1", "line-2", "line-3"] {
            let ratio = contrast(colours[shape], colours["surface"]);
            assert!(ratio >= 3.0, "{shape} in the {theme} theme: {ratio:.2}");
        }
    }
}

#[test]
fn nothing_is_fetched_from_elsewhere() {
    let sheet = web::asset("style.css").expect("the style sheet").body();
    assert!(!sheet.contains("url(") && !sheet.contains("@import") && !sheet.contains("http"));
}
