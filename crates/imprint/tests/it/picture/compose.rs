//! The print routines and the press: the same columns from all of them.

use super::{all_layouts, content};
use imprint::numbers::Suspicion;
use imprint::picture::compose::{Columns, ComposeError, Composer, Next, Press, Records, Routine};
use imprint::picture::layout::{CodePlace, Options, Window};
use imprint::picture::painter::{paint_over, paint_window};
use imprint::picture::record::{Fault, encode_frame, encode_window};
use imprint::picture::{self, Bitmap, Code, Issuer, Layout, LayoutId, Rect, gallery};
use proptest::prelude::*;
use terms::Money;

/// A frame and its windows: what is painted, and the same as records.
#[derive(Debug)]
struct Scene {
    area: Rect,
    frame: Bitmap,
    windows: Vec<(Window, Bitmap)>,
}

impl Scene {
    fn frame_record(&self) -> Vec<u8> {
        let places: Vec<(Window, Rect)> =
            self.windows.iter().map(|(window, picture)| (*window, picture.area())).collect();
        encode_frame(&self.frame, &places).unwrap()
    }

    /// The reference: everything laid on one bitmap.
    fn painted(&self) -> Vec<u8> {
        let mut whole = self.frame.clone();
        self.windows.iter().for_each(|(_, picture)| whole.lay(picture));
        Columns::from_bitmap(&whole).stream().to_vec()
    }

    fn composer(&self, routine: Routine) -> Composer {
        let records: Vec<(Window, Vec<u8>)> =
            self.windows.iter().map(|(window, picture)| (*window, encode_window(picture))).collect();
        let records: Vec<(Window, &[u8])> =
            records.iter().map(|(window, record)| (*window, record.as_slice())).collect();
        Composer::new(routine, self.area.height, &self.frame_record(), &records).unwrap()
    }
}

fn printed(composer: &mut Composer) -> Vec<u8> {
    let mut stream = Vec::new();
    composer.print(|column| stream.extend_from_slice(column));
    stream
}

/// Dots from a small generator, in runs of a few dots.
fn scribble(area: Rect, seed: u32) -> Bitmap {
    let mut bitmap = Bitmap::new(area);
    let mut state = seed;
    for x in area.x..area.right() {
        for y in area.y..area.bottom() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223 + (y as u32 & 1));
            bitmap.set(x, y, state >> 29 < 3);
        }
    }
    bitmap
}

/// Any frame with any windows that do not overlap.
fn scenes() -> impl Strategy<Value = Scene> {
    let heads = prop_oneof![Just(240_u32), Just(300), Just(512), 1_u32..600];
    let places = prop::collection::vec((0..13_usize, 0..40_i32, 0..600_i32, 1..30_u32, 1..300_u32), 0..8);
    (heads, 1_u32..40, any::<u32>(), places).prop_map(|(dots, columns, seed, places)| {
        let area = Rect::new(-7, 0, columns, dots);
        let mut windows: Vec<(Window, Bitmap)> = Vec::new();
        for (number, right, down, width, height) in places {
            let window = Window::ALL[number];
            let place = Rect::new(area.x + right, down, width, height);
            let free = windows.iter().all(|(own, other)| *own != window && !other.area().overlaps(place));
            if free && area.encloses(place) {
                windows.push((window, scribble(place, seed ^ u32::from(window.number()))));
            }
        }
        Scene { area, frame: scribble(area, seed), windows }
    })
}

proptest! {
    /// Claim: D2
    #[test]
    fn all_routines_print_what_the_painter_paints(mut scene in scenes(), seed in any::<u32>()) {
        let expected = scene.painted();
        for routine in Routine::ALL {
            prop_assert_eq!(&printed(&mut scene.composer(routine)), &expected, "{:?}", routine);
        }
        if scene.windows.is_empty() {
            return Ok(());
        }
        // One window changes: the routines follow without being loaded again.
        let mut composers = Routine::ALL.map(|routine| scene.composer(routine));
        let changed = seed as usize % scene.windows.len();
        let (window, picture) = &mut scene.windows[changed];
        *picture = scribble(picture.area(), seed);
        let (window, record) = (*window, encode_window(picture));
        let expected = scene.painted();
        for composer in &mut composers {
            composer.replace(window, &record).unwrap();
            prop_assert_eq!(&printed(composer), &expected);
            prop_assert_eq!(&printed(composer), &expected, "a second print is the same");
        }
    }
}

/// Claim: D2
#[test]
fn every_layout_is_the_same_by_every_routine_and_by_the_press() {
    let cliche = gallery::cliche(2).unwrap();
    let issuer = Issuer::default();
    for (layout, cliche) in all_layouts().into_iter().flat_map(|plain| {
        let options = plain.options.with_cliche(&cliche);
        let wide = Layout::new(plain.id, options).unwrap();
        [(plain, None), (wide, Some(cliche.picture()))]
    }) {
        let mut content = content(12);
        content.suspicion = Suspicion::Suspicious;
        content.time_count = Some(4711);
        content.cliche_text = Some("TO YOU".into());
        let painted = paint_over(&layout, &issuer, cliche.as_ref(), &content).unwrap();
        let expected = Columns::from_bitmap(&painted);
        let records = Records::new(&layout, &issuer, cliche.as_ref(), &content).unwrap();
        for routine in Routine::ALL {
            let mut composer =
                Composer::new(routine, layout.dots, &records.frame, &records.windows()).unwrap();
            assert_eq!(printed(&mut composer), expected.stream(), "{:?} of {}", routine, layout.id);
        }
        let press = Press::new(&layout, &issuer, cliche.as_ref(), &content).unwrap();
        assert_eq!(press.columns(), &expected);
    }
}

/// Claim: D2
#[test]
fn a_refused_window_leaves_the_image_as_it_was() {
    let layout = Layout::new(LayoutId::B, Default::default()).unwrap();
    let records = Records::new(&layout, &Issuer::default(), None, &content(12)).unwrap();
    for routine in Routine::ALL {
        let mut composer = Composer::new(routine, layout.dots, &records.frame, &records.windows()).unwrap();
        let before = printed(&mut composer);
        let (window, mut record) = records.windows[0].clone();
        record.pop();
        let error = composer.replace(window, &record).unwrap_err();
        assert!(matches!(error.fault(), Some(Fault::ColumnTooShort { .. })));
        let absent = Window::ClicheText;
        assert_eq!(composer.replace(absent, &[]), Err(ComposeError::NotInFrame(absent)));
        assert_eq!(printed(&mut composer), before);
    }
}

/// Claim: D10
#[test]
fn the_press_replaces_a_window_that_seldom_changes() {
    let cliche = gallery::cliche(1).unwrap();
    let options = Options::default().with_cliche(&cliche);
    let layout = Layout::new(LayoutId::C, options).unwrap();
    let (issuer, picture) = (Issuer::default(), cliche.picture());
    let mut content = content(12);
    let mut press = Press::new(&layout, &issuer, Some(&picture), &content).unwrap();
    content.cliche_text = Some("A NEW TEXT".into());
    content.endorsement = Some("PRIORITY".into());
    content.suspicion = Suspicion::Manipulated;
    for window in [Window::ClicheText, Window::Endorsement, Window::Mark] {
        let field = layout.field(window).unwrap();
        press.replace(&paint_window(&layout, field, &issuer, &content).unwrap());
    }
    let painted = paint_over(&layout, &issuer, Some(&picture), &content).unwrap();
    assert_eq!(press.columns(), &Columns::from_bitmap(&painted));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    /// Claim: D2
    #[test]
    fn the_press_follows_any_series_of_imprints(
        id in 0..5_usize,
        series in prop::collection::vec(
            (0..99_999_u64, any::<[u32; 12]>(), prop::option::of(0..=999_999_999_u32), 0..36_524_u32), 1..5),
    ) {
        let layout = Layout::new(LayoutId::ALL[id], Default::default()).unwrap();
        let mut content = content(12);
        if !layout.second_row.is_empty() {
            content.second_row = content.row.clone();
        }
        let mut press = Press::new(&layout, &Issuer::default(), None, &content).unwrap();
        for (postage, row, time_count, day) in series {
            content.postage = Money::from_minor(postage);
            content.row = row.map(|modules| modules & 0xf_ffff).to_vec();
            content.time_count = time_count;
            content.date = terms::Date::from_day_number(day).unwrap();
            content.second_row.iter_mut().for_each(|modules| *modules ^= row[0] & 0xf_ffff);
            let next = Next {
                postage: content.postage,
                date: content.date,
                time_count,
                row: &content.row,
                second_row: &content.second_row,
                code: &[],
            };
            let stream = press.compose(&next).unwrap().to_vec();
            let painted = Columns::from_bitmap(&picture::paint(&layout, &Issuer::default(), &content).unwrap());
            prop_assert_eq!(stream, painted.stream());
        }
    }
}

#[test]
fn a_press_refuses_what_does_not_fit_and_keeps_the_imprint_before() {
    let layout = Layout::new(LayoutId::B, Default::default()).unwrap();
    let content = content(12);
    let mut press = Press::new(&layout, &Issuer::default(), None, &content).unwrap();
    let before = press.columns().stream().to_vec();
    let good = Next {
        postage: content.postage,
        date: content.date,
        time_count: None,
        row: &content.row,
        second_row: &[],
        code: &[],
    };
    assert!(press.compose(&Next { postage: Money::from_minor(100_000), ..good }).is_err());
    assert!(press.compose(&Next { postage: Money::from_minor(u64::MAX), row: &[1; 12], ..good }).is_err());
    assert!(press.compose(&Next { time_count: Some(u32::MAX), row: &[1; 12], ..good }).is_err());
    assert!(press.compose(&Next { row: &[1; 13], ..good }).is_err());
    assert_eq!(press.columns().stream(), before);
    assert_eq!(press.compose(&good).unwrap(), before);
}

/// Claim: D2
#[test]
fn composing_the_next_imprint_allocates_nothing() {
    for id in LayoutId::ALL {
        let options = Options { cliche_columns: 768, ..Options::default() };
        let layout = Layout::new(id, options).unwrap();
        let content = content(12);
        let mut press = Press::new(&layout, &Issuer::default(), None, &content).unwrap();
        let mut black_dots = 0;
        let counted = allocation_counter::measure(|| {
            for imprint in 0..100_u32 {
                let next = Next {
                    postage: Money::from_minor(u64::from(imprint * 31)),
                    date: content.date,
                    time_count: Some(imprint),
                    row: &[imprint * 7919 % (1 << 20); 12],
                    second_row: &[],
                    code: &[],
                };
                let stream = press.compose(&next).unwrap();
                black_dots += stream.iter().map(|byte| byte.count_ones()).sum::<u32>();
            }
        });
        assert_eq!(counted.count_total, 0, "layout {id}");
        assert!(black_dots > 100_000, "something was composed");
    }
}

/// Claim: D9
#[test]
fn the_press_follows_codes_that_change_without_allocating() {
    for (place, columns, modules) in [(CodePlace::Bars, 101, 101), (CodePlace::Square, 24, 576)] {
        let options = Options { code: place, ..Options::default() };
        let layout = Layout::new(LayoutId::E, options).unwrap();
        let mut content = content(12);
        content.second_row = content.row.clone();
        content.code = Some(Code { columns, black: vec![true; modules] });
        let mut press = Press::new(&layout, &Issuer::default(), None, &content).unwrap();
        let black: Vec<bool> = (0..modules).map(|module| module * 7 % 5 < 2).collect();
        let next = Next {
            postage: content.postage,
            date: content.date,
            time_count: None,
            row: &content.row,
            second_row: &content.second_row,
            code: &black,
        };
        let counted = allocation_counter::measure(|| {
            press.compose(&next).unwrap();
        });
        assert_eq!(counted.count_total, 0);
        assert!(press.compose(&Next { code: &black[1..], ..next }).is_err());
        content.code = Some(Code { columns, black });
        let painted = picture::paint(&layout, &Issuer::default(), &content).unwrap();
        assert_eq!(press.columns(), &Columns::from_bitmap(&painted));
    }
}
