//! The simulated head: what comes onto the paper.

use super::{content, imprint, job, layout};
use imprint::numbers::Suspicion;
use imprint::picture::compose::Routine;
use imprint::picture::layout::{CodePlace, Lines, Options};
use imprint::picture::painter::paint_over;
use imprint::picture::{Bitmap, Content, Issuer, Layout, LayoutId, Rect, gallery};
use paper::{Envelope, PageError};
use printer::adapters::head::{Drive, Head, Letter, Mechanism};
use printer::{Imprint, Job, PrintFault, Printer, Reason, Station};
use std::sync::{Arc, Mutex};
use terms::Money;

/// The letters that came out of a head.
#[derive(Clone, Default)]
pub struct Tray(Arc<Mutex<Vec<Letter>>>);

impl Tray {
    pub fn letters(&self) -> Vec<Letter> {
        self.0.lock().unwrap().clone()
    }
}

/// A head with its surroundings and its tray.
pub fn head() -> (Head, Mechanism, Tray) {
    let (mechanism, tray) = (Mechanism::default(), Tray::default());
    let letters = tray.clone();
    let take = Box::new(move |letter| letters.0.lock().unwrap().push(letter));
    (Head::new(Drive::default(), mechanism.clone(), take), mechanism, tray)
}

/// Prints a job on a letter put in by hand and gives what is on it.
fn printed(job: &Job) -> Letter {
    let (mut head, mechanism, tray) = head();
    mechanism.insert_letter();
    head.print(job).unwrap();
    tray.letters().pop().unwrap()
}

/// The same dots with the top left one at (0, 0).
fn at_origin(bitmap: &Bitmap) -> Bitmap {
    let area = bitmap.area();
    let mut moved = Bitmap::new(Rect::new(0, 0, area.width, area.height));
    for x in 0..area.width as i32 {
        for y in 0..area.height as i32 {
            moved.set(x, y, bitmap.is_black(area.x + x, area.y + y));
        }
    }
    moved
}

/// Every layout with every option that changes places.
fn layouts() -> Vec<Layout> {
    let mut layouts = Vec::new();
    for id in LayoutId::ALL {
        for code in [CodePlace::Bars, CodePlace::Square] {
            for lines in [Lines::Fitting, Lines::Two, Lines::Split] {
                layouts.extend(Layout::new(id, Options { lines, code, ..Options::default() }));
            }
        }
    }
    layouts
}

#[test]
fn the_head_prints_what_the_painter_paints_in_every_layout_by_every_routine() {
    let (issuer, cliche) = (Issuer::default(), gallery::cliche(2).unwrap());
    for plain in layouts() {
        let wide = Layout::new(plain.id, plain.options.with_cliche(&cliche)).unwrap();
        for (layout, picture) in [(plain, None), (wide, Some(cliche.picture()))] {
            let mut content = content();
            content.suspicion = Suspicion::Suspicious;
            content.time_count = Some(4711);
            content.cliche_text = picture.as_ref().map(|_| "TO YOU".into());
            let painted = at_origin(&paint_over(&layout, &issuer, picture.as_ref(), &content).unwrap());
            for routine in Routine::ALL {
                let imprint = Imprint::new(routine, &layout, &issuer, picture.as_ref(), &content).unwrap();
                let letter = printed(&Job { imprint: imprint.clone(), ..job("1") });
                assert!(letter.bitmap == painted, "{routine:?} of {}", layout.id);
                assert_eq!(letter.columns, painted.area().width);
                assert!(imprint.bitmap() == painted, "a page shows the same");
            }
        }
    }
}

#[test]
fn windows_that_change_are_embedded_in_an_imprint_that_is_ready() {
    let (issuer, layout) = (Issuer::default(), layout());
    let mut changed = Content { postage: Money::from_minor(99_999), time_count: Some(7), ..content() };
    changed.row.reverse();
    let painted = paint_over(&layout, &issuer, None, &changed).unwrap();
    for routine in Routine::ALL {
        let ready = Imprint::new(routine, &layout, &issuer, None, &content()).unwrap();
        let before = ready.bitmap();
        let imprint = ready.filled(&layout, &issuer, &changed).unwrap();
        assert!(printed(&Job { imprint, ..job("1") }).bitmap == painted);
        let wrong = Content { time_count: Some(u32::MAX), ..content() };
        assert!(ready.filled(&layout, &issuer, &wrong).is_err());
        let other = Layout::new(LayoutId::D, Default::default()).unwrap();
        assert!(ready.filled(&other, &issuer, &changed).is_err());
        assert!(ready.bitmap() == before, "what is ready stays as it was");
    }
}

#[test]
fn a_letter_that_jams_carries_the_columns_before_and_stops_the_next() {
    let whole = imprint().bitmap();
    for columns in [1, 100, 719] {
        let (mut head, mechanism, tray) = head();
        mechanism.insert_letter();
        mechanism.change(|situation| situation.jams_at = Some(columns));
        let fault = head.print(&job("1")).unwrap_err();
        let PrintFault::Stopped { columns: told, reason: Reason::Jam(Station::Printer), .. } = fault else {
            panic!("{fault}");
        };
        assert_eq!(told, columns);
        let letter = tray.letters().pop().unwrap();
        assert_eq!(letter.columns, columns);
        for x in 0..720 {
            for y in 0..240 {
                let is_printed = x >= 720 - columns as i32;
                assert_eq!(letter.bitmap.is_black(x, y), is_printed && whole.is_black(x, y));
            }
        }
        mechanism.insert_letter();
        assert!(matches!(head.print(&job("2")), Err(PrintFault::Refused(Reason::Jam(Station::Printer)))));
        assert!(matches!(head.state().stopped, Some(Reason::Jam(Station::Printer))));
        mechanism.clear();
        head.print(&job("2")).unwrap();
        assert!(tray.letters().pop().unwrap().bitmap == whole);
    }
}

#[test]
fn what_a_head_cannot_print_is_refused_before_a_letter_is_used() {
    let (mut head, mechanism, tray) = head();
    mechanism.insert_letter();
    let mut check = |offset: &str, envelope, expected: &str| {
        let wrong = Job { offset: offset.parse().unwrap(), envelope, ..job("1") };
        let fault = head.print(&wrong).unwrap_err();
        assert_eq!(fault.to_string(), format!("nothing was printed: {expected}"));
    };
    let does_not_fit = PageError::DoesNotFit.to_string();
    check("0,1", Envelope::Dl, &Reason::HeadHeight.to_string());
    check("-9,0", Envelope::Dl, &does_not_fit);
    check("80,0", Envelope::C6, &does_not_fit);
    head.print(&Job { envelope: Envelope::C6, ..job("1") }).unwrap();
    assert_eq!(tray.letters().len(), 1);
    assert_eq!(head.has_printed(&"1".parse().unwrap()).unwrap(), None);
}
