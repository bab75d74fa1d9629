//! What a symbol set must be worth: told apart by eye, by blackening and by edges, also after a dead print element.

use imprint::symbols::{COLUMNS, MODULES, ROWS, SetId, Symbol, edges};
use std::collections::{BTreeMap, BTreeSet};

/// The least differences between two symbols of a set, in modules (the last in rows).
struct Worth {
    set: SetId,
    /// Modules that differ.
    distance: u32,
    /// Modules that differ after any one row or column of modules has turned white.
    after_a_dead_element: u32,
    /// Modules that differ after one of the two was shifted by one module to any side.
    after_a_shift: u32,
    /// Sum of the differences of the ten edge features.
    edges: u32,
}

/// The worth of each set, to the module: a drawing that changes any of these figures changes this table too.
const WORTH: [Worth; 6] = [
    Worth { set: SetId::S5, distance: 6, after_a_dead_element: 3, after_a_shift: 5, edges: 6 },
    // With 1 and 3 black modules, or 17 and 19, no two drawings can differ by more than 4.
    Worth { set: SetId::S10, distance: 4, after_a_dead_element: 2, after_a_shift: 3, edges: 5 },
    Worth { set: SetId::S14, distance: 7, after_a_dead_element: 3, after_a_shift: 3, edges: 5 },
    Worth { set: SetId::S16, distance: 6, after_a_dead_element: 3, after_a_shift: 3, edges: 5 },
    Worth { set: SetId::S22, distance: 6, after_a_dead_element: 3, after_a_shift: 3, edges: 5 },
    Worth { set: SetId::S40, distance: 5, after_a_dead_element: 2, after_a_shift: 2, edges: 4 },
];

/// A symbol differs from every drawing of a letter or digit in at least so many modules.
const LEAST_DISTANCE_TO_A_LETTER: u32 = 3;

/// Drawings of letters and digits on the grid of a symbol: `A .###./#...#/#####/#...#`.
const LETTERS: &str = include_str!("symbols/letters.txt");

const ALL: u32 = (1 << MODULES) - 1;

/// Every pair of symbols of a set.
fn pairs(set: SetId) -> impl Iterator<Item = (&'static Symbol, &'static Symbol)> {
    let symbols = set.set().symbols();
    symbols
        .iter()
        .enumerate()
        .flat_map(|(index, first)| symbols[..index].iter().map(move |second| (first, second)))
}

fn row_mask(row: u32) -> u32 {
    ((1 << COLUMNS) - 1) << (row * COLUMNS)
}

fn column_mask(column: u32) -> u32 {
    (0..ROWS).map(|row| 1 << (row * COLUMNS + column)).sum()
}

fn distance(first: u32, second: u32) -> u32 {
    (first ^ second).count_ones()
}

fn distance_after_a_dead_element(first: u32, second: u32) -> u32 {
    let dead = (0..ROWS).map(row_mask).chain((0..COLUMNS).map(column_mask));
    dead.map(|mask| distance(first & !mask, second & !mask)).min().unwrap()
}

/// The mask shifted by one module down, up, right and left; white comes in.
fn shifted(modules: u32) -> [u32; 4] {
    [
        modules << COLUMNS & ALL,
        modules >> COLUMNS,
        (modules & !column_mask(COLUMNS - 1)) << 1,
        (modules & !column_mask(0)) >> 1,
    ]
}

fn distance_after_a_shift(first: u32, second: u32) -> u32 {
    let one = shifted(first).map(|moved| distance(moved, second));
    let other = shifted(second).map(|moved| distance(first, moved));
    one.into_iter().chain(other).min().unwrap()
}

fn edge_distance(first: u32, second: u32) -> u32 {
    let apart = |((a, b), (c, d)): ((u8, u8), (u8, u8))| u32::from(a.abs_diff(c)) + u32::from(b.abs_diff(d));
    edges(first).into_iter().zip(edges(second)).map(apart).sum()
}

/// Checks the least of a measure over all pairs of each set.
fn check(measure: fn(u32, u32) -> u32, expected: fn(&Worth) -> u32) {
    for worth in &WORTH {
        let (least, first, second) = pairs(worth.set)
            .map(|(first, second)| (measure(first.modules(), second.modules()), first.name(), second.name()))
            .min()
            .unwrap();
        assert_eq!(least, expected(worth), "{}: {first} and {second}", worth.set);
    }
}

/// Claim: D7
#[test]
fn two_symbols_of_a_set_differ_in_several_modules() {
    check(distance, |worth| worth.distance);
}

/// Claim: D7
#[test]
fn a_dead_print_element_does_not_turn_one_symbol_into_another() {
    check(distance_after_a_dead_element, |worth| worth.after_a_dead_element);
}

#[test]
fn a_symbol_out_of_place_by_one_module_is_not_another_one() {
    check(distance_after_a_shift, |worth| worth.after_a_shift);
}

/// Claim: D7
/// Claim: D21
#[test]
fn the_first_two_edges_per_column_tell_the_symbols_of_a_set_apart() {
    check(edge_distance, |worth| worth.edges);
}

/// Claim: D7
#[test]
fn ten_symbols_rise_from_5_to_95_percent_of_black_in_steps_of_10() {
    let black: Vec<u32> =
        SetId::S10.set().symbols().iter().map(|symbol| symbol.black_modules() * 5).collect();
    assert_eq!(black, [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]);
}

/// Claim: D7
#[test]
fn five_symbols_rise_from_10_to_90_percent_of_black_in_steps_of_20() {
    let black: Vec<u32> = SetId::S5.set().symbols().iter().map(|symbol| symbol.black_modules() * 5).collect();
    assert_eq!(black, [10, 30, 50, 70, 90]);
}

#[test]
fn no_symbol_of_the_larger_sets_is_nearly_empty_or_nearly_solid() {
    for set in [SetId::S14, SetId::S16, SetId::S22, SetId::S40] {
        for symbol in set.set().symbols() {
            assert!((4..=16).contains(&symbol.black_modules()), "{set}: {}", symbol.name());
        }
    }
}

#[test]
fn every_set_has_as_many_symbols_as_its_base() {
    for set in SetId::ALL {
        let drawn = set.set();
        assert_eq!(drawn.id(), set);
        assert_eq!(drawn.symbols().len() as u32, set.base());
        assert_eq!(drawn.symbol(set.base()), None);
        assert_eq!(drawn.symbol(u32::MAX), None);
        for (index, symbol) in (0..).zip(drawn.symbols()) {
            assert_eq!(drawn.symbol(index), Some(symbol));
            assert_eq!(drawn.index_of(symbol.name()), Some(index));
        }
        assert_eq!(drawn.index_of("unicorn"), None);
    }
}

#[test]
fn the_sets_of_14_16_22_and_40_are_one_list() {
    let longest = SetId::S40.set().symbols();
    for set in [SetId::S14, SetId::S16, SetId::S22] {
        assert_eq!(set.set().symbols(), &longest[..set.base() as usize]);
    }
}

/// Claim: D7
#[test]
fn a_name_is_said_once_in_a_set_and_means_one_drawing_in_all() {
    let mut drawings: BTreeMap<&str, u32> = BTreeMap::new();
    for set in SetId::ALL {
        let names: BTreeSet<&str> = set.set().symbols().iter().map(Symbol::name).collect();
        assert_eq!(names.len() as u32, set.base(), "{set}");
        for symbol in set.set().symbols() {
            assert!((3..=8).contains(&symbol.name().len()), "{}", symbol.name());
            assert_eq!(*drawings.entry(symbol.name()).or_insert(symbol.modules()), symbol.modules());
        }
    }
}

/// Over a telephone the beginning of a word is heard best.
#[test]
fn no_two_names_of_a_set_begin_with_the_same_three_letters() {
    for set in SetId::ALL {
        for (first, second) in pairs(set) {
            assert_ne!(
                first.name()[..3],
                second.name()[..3],
                "{set}: {} and {}",
                first.name(),
                second.name()
            );
        }
    }
}

#[test]
fn every_symbol_is_of_one_piece() {
    for set in SetId::ALL {
        for symbol in set.set().symbols() {
            let mut reached = symbol.modules() & symbol.modules().wrapping_neg();
            for _ in 0..MODULES {
                let around = shifted(reached).into_iter().fold(reached, |all, moved| all | moved);
                reached = around & symbol.modules();
            }
            assert_eq!(reached, symbol.modules(), "{set}: {}", symbol.name());
        }
    }
}

/// The drawings of letters and digits, each with what it shows.
fn letters() -> Vec<(char, u32)> {
    let drawing = |line: &'static str| {
        let (letter, rows) = line.split_once(' ').unwrap();
        let modules = rows.bytes().filter(|&byte| byte != b'/');
        let mask = (0..).zip(modules).map(|(bit, byte)| u32::from(byte == b'#') << bit).sum();
        assert_eq!(rows.len() as u32, MODULES + ROWS - 1, "{line}");
        (letter.parse().unwrap(), mask)
    };
    LETTERS.lines().map(drawing).collect()
}

#[test]
fn every_capital_and_every_digit_is_drawn_in_several_forms() {
    let letters = letters();
    for letter in ('A'..='Z').chain('0'..='9') {
        let forms = letters.iter().filter(|(drawn, _)| *drawn == letter).count();
        assert!(forms >= 2, "{letter}: {forms}");
    }
}

/// Claim: D7
#[test]
fn no_symbol_looks_like_a_letter_or_digit() {
    let letters = letters();
    for set in SetId::ALL {
        for symbol in set.set().symbols() {
            for (letter, drawn) in &letters {
                let apart = distance(symbol.modules(), *drawn);
                assert!(apart >= LEAST_DISTANCE_TO_A_LETTER, "{set}: {} and {letter}", symbol.name());
            }
        }
    }
}
