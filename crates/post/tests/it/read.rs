//! From pictures to readings: imprints of every layout, photographed with stated disturbances.

use camera::{Class, DeadLines, Direction, Disturbances, Framing, Grey, Preset, photograph};
use imprint::numbers::{SetId, Suspicion};
use imprint::picture::layout::{Options, Window};
use imprint::picture::{Code, Content, Issuer, Layout, LayoutId, paint};
use post::judge::Evidence;
use post::read::{ColumnStream, KnownLayouts, Picture, PictureError, ReadImprint, find, recognise};
use post::reading::FieldReading;
use proptest::prelude::*;
use terms::{Date, Money, Serial};

/// An imprint whose content is known.
struct Printed {
    layout: Layout,
    set: SetId,
    symbols: Vec<u8>,
    content: Content,
    dots: Grey,
}

impl Printed {
    fn new(id: LayoutId, seed: u32) -> Printed {
        let layout = Layout::new(id, Options::default()).unwrap();
        let (set, count) = if id == LayoutId::A { (SetId::S40, 10) } else { (SetId::S22, 12) };
        let symbols: Vec<u8> = (0..count).map(|n| ((n * n + n * seed + seed) % set.base()) as u8).collect();
        let row = symbols.iter().map(|&s| set.set().symbol(u32::from(s)).unwrap().modules()).collect();
        let serial = Serial::new(12_345_678 + seed).unwrap();
        let date = Date::new(2026, 11, (seed % 28 + 1) as u8).unwrap();
        let mut content = Content::new(Money::from_minor(u64::from(seed) * 97 % 100_000), serial, date, row);
        content.time_count = Some(987_654_321 - seed);
        // Layouts d and e have the same frame: e is the one with a bar code.
        content.code = (id == LayoutId::E)
            .then(|| Code { columns: 59, black: (0..59).map(|bar| bar * 7 % 5 < 3 || bar == 58).collect() });
        let dots = dots(&layout, &content);
        Printed { layout, set, symbols, content, dots }
    }
}

fn dots(layout: &Layout, content: &Content) -> Grey {
    let bitmap = paint(layout, &Issuer::default(), content).unwrap();
    let area = bitmap.area();
    Grey::from_bits(area.width as usize, area.height as usize, |x, y| {
        bitmap.is_black(area.x + x as i32, area.y + y as i32)
    })
}

fn picture(grey: &Grey) -> Picture {
    Picture::from_grey(grey.width() as u32, grey.height() as u32, grey.pixels().to_vec()).unwrap()
}

fn text(reading: &FieldReading) -> String {
    reading.digits.iter().map(|digit| char::from(b'0' + digit.top().0)).collect()
}

/// What was read otherwise than it was printed; empty if nothing.
fn misread(printed: &Printed, picture: &Picture) -> String {
    let Some(located) = find(picture).into_iter().next() else { return "nothing found".into() };
    let Some(read) = ReadImprint::new(located, KnownLayouts::five()) else { return "no layout".into() };
    let (open, content) = (read.open(), &printed.content);
    let row = read.row(printed.set, printed.symbols.len()).map(|row| row.top()).unwrap_or_default();
    let count = open.count.as_ref().map(text).unwrap_or_default();
    let compared = [
        (read.layout().id.to_string(), printed.layout.id.to_string()),
        (format!("{row:?}"), format!("{:?}", printed.symbols)),
        (text(&open.serial), content.serial.to_string()),
        (text(&open.date), content.date.to_string().replace('-', "")),
        (text(&open.postage), format!("{:05}", content.postage.minor())),
        (count, content.time_count.map(|count| format!("{count:09}")).unwrap_or_default()),
    ];
    let wrong = compared.into_iter().filter(|(read, printed)| read != printed);
    wrong.map(|(read, printed)| format!("{read} for {printed}; ")).collect()
}

fn check(printed: &Printed, disturbances: &Disturbances, seed: u64) {
    let seen = photograph(&printed.dots, disturbances, seed).seen().unwrap();
    let wrong = misread(printed, &picture(&seen));
    assert_eq!(wrong, "", "with {disturbances:?}, seed {seed}");
}

/// Claim: D21
#[test]
fn every_layout_is_read_from_the_printed_dots_themselves() {
    for id in LayoutId::ALL {
        for seed in [3, 77] {
            let printed = Printed::new(id, seed);
            assert_eq!(misread(&printed, &picture(&printed.dots)), "", "layout {id}, seed {seed}");
        }
    }
}

/// Claim: X2
#[test]
fn every_layout_is_read_from_scans_and_photographs() {
    for (id, seed) in LayoutId::ALL.into_iter().zip(11..) {
        let printed = Printed::new(id, seed);
        for preset in Preset::ALL.into_iter().filter(|preset| *preset != Preset::PhoneHard) {
            check(&printed, &preset.disturbances(u64::from(seed)), u64::from(seed));
        }
    }
}

/// Claim: X2
#[test]
fn lines_of_dead_print_elements_are_read_across() {
    let printed = Printed::new(LayoutId::B, 5);
    for (width_px, direction) in
        [(1, Direction::Row), (3, Direction::Row), (5, Direction::Row), (5, Direction::Column)]
    {
        let lines = DeadLines { count: 2, width_px, direction, within: (0.05, 0.95) };
        check(&printed, &Class::Dead(lines).disturbances(4, Framing::DL), 4);
    }
}

#[test]
fn a_picture_turned_by_any_right_angle_is_read() {
    let printed = Printed::new(LayoutId::B, 9);
    let mut turned = photograph(&printed.dots, &Preset::Scan.disturbances(2), 2).seen().unwrap();
    for _ in 0..4 {
        assert_eq!(misread(&printed, &picture(&turned)), "");
        turned = quarter_turn(&turned);
    }
}

fn quarter_turn(grey: &Grey) -> Grey {
    let (width, height) = (grey.height(), grey.width());
    let mut pixels = Vec::with_capacity(width * height);
    for y in 0..height {
        pixels.extend((0..width).map(|x| grey.lightness(y, grey.height() - 1 - x).unwrap_or(255)));
    }
    Grey::new(width, height, pixels).unwrap()
}

/// Claim: D21
#[test]
fn columns_of_a_line_camera_are_read_from_the_right_however_unevenly_a_pen_is_guided() {
    let printed = Printed::new(LayoutId::B, 8);
    let seen = photograph(&printed.dots, &Preset::Scan.disturbances(6), 6).seen().unwrap();
    let mut stream = ColumnStream::new();
    let (mut position, mut step) = (0.0, 0);
    while position < seen.width() as f32 {
        let x = seen.width() - 1 - position as usize;
        let column: Vec<u8> = (0..seen.height()).map(|y| seen.lightness(x, y).unwrap_or(255)).collect();
        stream.push(position.floor(), &column).unwrap();
        // Faster and slower, and now and then a step back.
        position += [1.0, 0.4, 1.6, 1.0, 2.0, 0.2][step % 6] - if step % 50 == 49 { 3.0 } else { 0.0 };
        step += 1;
    }
    assert_eq!(misread(&printed, &stream.into_picture().unwrap()), "");
}

#[test]
fn columns_that_make_no_picture_are_refused() {
    assert!(ColumnStream::new().into_picture().is_err());
    let mut stream = ColumnStream::new();
    stream.push(0.0, &[1, 2, 3]).unwrap();
    assert!(stream.push(1.0, &[1, 2]).is_err());
    assert!(stream.push(f32::NAN, &[1, 2, 3]).is_err());
    stream.push(1e30, &[1, 2, 3]).unwrap();
    assert!(stream.into_picture().is_err());
}

#[test]
fn paper_without_an_imprint_shows_none() {
    let blank = Picture::from_grey(640, 400, vec![230; 640 * 400]).unwrap();
    assert!(find(&blank).is_empty());
    let stripes = (0..640 * 400).map(|place: u32| if place % 9 < 4 { 20 } else { 230 }).collect();
    assert!(find(&Picture::from_grey(640, 400, stripes).unwrap()).is_empty());
}

/// Claim: X14
#[test]
fn a_covered_row_says_nothing_instead_of_something_wrong() {
    let printed = Printed::new(LayoutId::B, 21);
    let width = printed.dots.width();
    let mut pixels = printed.dots.pixels().to_vec();
    for (place, value) in pixels.iter_mut().enumerate() {
        let (x, y) = (place % width, place / width);
        // Three cells as wholes: what is left of a cell covered in part can resemble another symbol.
        if (270..318).contains(&x) && (40..100).contains(&y) {
            *value = 0;
        }
    }
    let covered = Picture::from_grey(width as u32, printed.dots.height() as u32, pixels).unwrap();
    let located = find(&covered).into_iter().next().unwrap();
    let row = located.row(&printed.layout.row_cells(12).unwrap(), SetId::S22);
    for (index, (cell, &symbol)) in row.cells.iter().zip(&printed.symbols).enumerate() {
        let hidden = (2..=4).contains(&index);
        assert!(hidden || cell.top().0 == symbol, "cell {index}");
        let truth = cell.log_likelihood[usize::from(symbol)];
        assert!(truth > -4.0, "cell {index} gives its symbol {truth}");
    }
}

#[test]
fn the_open_mark_is_seen_where_it_is_printed() {
    for suspicion in [Suspicion::None, Suspicion::Suspicious, Suspicion::Manipulated] {
        let mut printed = Printed::new(LayoutId::B, 2);
        printed.content.suspicion = suspicion;
        let dots = dots(&printed.layout, &printed.content);
        let seen = picture(&photograph(&dots, &Preset::Phone.disturbances(3), 3).seen().unwrap());
        let located = find(&seen).into_iter().next().unwrap();
        let mark = located.mark(printed.layout.field(Window::Mark).unwrap().place);
        let (likely, unlikely) = if suspicion == Suspicion::None {
            (mark.absent, mark.present)
        } else {
            (mark.present, mark.absent)
        };
        assert!(likely > -0.01 && unlikely < -5.0, "{suspicion:?}: {mark:?}");
    }
}

/// Claim: D7
#[test]
fn blackening_alone_tells_the_symbols_of_five_and_ten_and_edges_those_of_every_set() {
    for set in SetId::ALL {
        for index in 0..set.base() {
            let symbol = set.set().symbol(index).unwrap();
            let edges = symbol.edges().map(|(first, next)| (f32::from(first) + 0.2, f32::from(next) - 0.2));
            assert_eq!(recognise::by_edges(set, &edges)[0].0, index as u8, "{set:?} {index}");
            if matches!(set, SetId::S5 | SetId::S10) {
                let black = symbol.black_modules() as f32 / 20.0 + 0.02;
                assert_eq!(recognise::by_blackening(set, black)[0].0, index as u8, "{set:?} {index}");
            }
        }
    }
}

#[test]
fn a_huge_picture_is_refused_before_it_is_decoded() {
    let mut header = b"P5\n60000 60000\n255\n".to_vec();
    header.extend([0; 64]);
    assert!(matches!(Picture::decode(&header), Err(PictureError::TooLarge { .. })));
    assert!(matches!(Picture::decode(b"no picture"), Err(PictureError::Format)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_give_a_picture_or_an_error(kind in 0..5usize, mut rest in proptest::collection::vec(any::<u8>(), 0..300)) {
        let magic: [&[u8]; 5] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"P5\n8 8\n255\n", b"II*\0", b"RIFF....WEBP"];
        let mut bytes = magic[kind].to_vec();
        bytes.append(&mut rest);
        if let Ok(picture) = Picture::decode(&bytes) {
            find(&picture);
        }
    }

    #[test]
    fn any_pixels_are_searched_without_harm(width in 1..90u32, seed in any::<u64>()) {
        let pixels = (0..width * 70).map(|n| ((u64::from(n) ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8);
        let picture = Picture::from_grey(width, 70, pixels.collect()).unwrap();
        for located in find(&picture) {
            ReadImprint::new(located, KnownLayouts::five());
        }
    }
}
