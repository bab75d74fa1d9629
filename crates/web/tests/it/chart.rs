//! Charts stay within their frame and can be read without eyes.

use proptest::prelude::*;
use web::chart::{Line, LineChart};

fn draw(points: Vec<(i64, i64)>) -> String {
    let lines = [Line { name: "R1", points }];
    let number = |value: i64| value.to_string();
    let chart = LineChart {
        id: "c",
        title: "Registers",
        description: "R1 falls.",
        lines: &lines,
        time: &number,
        value: &number,
    };
    chart.markup().into_string()
}

/// Every number of the attribute in the drawing of this class.
fn attributes(page: &str, class: &str, name: &str) -> Vec<i64> {
    let start = page.find(&format!(r#"<svg class="{class}""#)).expect("the drawing");
    let drawing = &page[start..start + page[start..].find("</svg>").expect("its end")];
    let key = format!(r#" {name}=""#);
    drawing
        .match_indices(&key)
        .map(|(at, _)| {
            let value = &drawing[at + key.len()..];
            value[..value.find('"').expect("a quote")].parse().expect("a number")
        })
        .collect()
}

proptest! {
    #[test]
    fn every_coordinate_lies_within_the_drawing(mut points in prop::collection::vec(any::<(i64, i64)>(), 1..50)) {
        points.sort_unstable();
        let page = draw(points);
        for (class, width, height) in [("wide", 960, 300), ("narrow", 360, 240)] {
            for name in ["x", "x1", "x2", "cx"] {
                prop_assert!(attributes(&page, class, name).iter().all(|x| (0..=width).contains(x)), "{name} {page}");
            }
            for name in ["y", "y1", "y2", "cy"] {
                prop_assert!(attributes(&page, class, name).iter().all(|y| (0..=height).contains(y)), "{name} {page}");
            }
        }
    }
}

#[test]
fn a_chart_has_a_title_a_description_and_its_figures_as_a_table() {
    let page = draw(vec![(0, 5000), (86_400_000, 4200)]);
    assert!(page.contains(r#"role="img" aria-labelledby="c-wide-title c-wide-desc""#), "{page}");
    assert!(page.contains("R1 falls."), "{page}");
    assert!(page.contains("<td class=\"figures\" data-label=\"R1\">4200</td>"), "{page}");
    assert!(!page.contains("style="), "the policy forbids styles in the text");
}

#[test]
fn marks_of_the_value_axis_are_round() {
    let page = draw(vec![(0, 0), (1_000, 9_370)]);
    for mark in ["0", "2000", "10000"] {
        assert!(page.contains(&format!(">{mark}</text>")), "{page}");
    }
}

#[test]
fn a_chart_of_nothing_says_so() {
    assert!(draw(Vec::new()).contains("Nothing has been reported yet."));
}
