//! What the next imprint costs: changed windows into a finished stream of 240 by 1500 dots.

use imprint::picture::compose::{Composer, Next, Press, Records, Routine};
use imprint::picture::layout::Options;
use imprint::picture::{Content, Issuer, Layout, LayoutId, paint};
use std::hint::black_box;
use terms::{Date, Money, Serial};

fn main() {
    divan::main();
}

/// The stamps, the gap and a cliché of 768 columns: 1500 columns.
fn wide(id: LayoutId) -> Layout {
    Layout::new(id, Options { cliche_columns: 768, ..Options::default() }).unwrap()
}

fn content() -> Content {
    let row = (0..12).map(|symbol| (0x5_a3c7 * (symbol + 3)) & 0xf_ffff).collect();
    let date = Date::new(2026, 11, 21).unwrap();
    Content::new(Money::from_minor(110), Serial::new(12_345_678).unwrap(), date, row)
}

/// The imprint with this number: postage, time count and every symbol differ from the one before.
fn compose(press: &mut Press, imprint: u32) -> &[u8] {
    let row: [u32; 12] =
        core::array::from_fn(|symbol| (imprint * 0x9e37 + symbol as u32 * 0x1357) & 0xf_ffff);
    let next = Next {
        postage: Money::from_minor(u64::from(imprint % 9_999)),
        date: Date::LAST,
        time_count: Some(imprint * 977 % 1_000_000_000),
        row: black_box(&row),
        second_row: &[],
        code: &[],
    };
    press.compose(&next).unwrap()
}

/// The windows that changed are replaced in the stream.
#[divan::bench(args = LayoutId::ALL)]
fn next_imprint(bencher: divan::Bencher<'_, '_>, id: LayoutId) {
    let mut press = Press::new(&wide(id), &Issuer::default(), None, &content()).unwrap();
    let mut imprint = 0;
    bencher.bench_local(move || {
        imprint += 1;
        black_box(compose(&mut press, imprint).len())
    });
}

/// As above, and the whole stream copied to where a head's driver wants it.
#[divan::bench]
fn next_imprint_copied(bencher: divan::Bencher<'_, '_>) {
    let mut press = Press::new(&wide(LayoutId::B), &Issuer::default(), None, &content()).unwrap();
    let mut head = vec![0; press.columns().stream().len()];
    let mut imprint = 0;
    bencher.bench_local(move || {
        imprint += 1;
        head.copy_from_slice(compose(&mut press, imprint));
        black_box(&head);
    });
}

/// The simple painter, for comparison.
#[divan::bench(sample_count = 10)]
fn painted_afresh() -> imprint::picture::Bitmap {
    paint(&wide(LayoutId::B), &Issuer::default(), &content()).unwrap()
}

/// The routines of the sources, one print each.
#[divan::bench(args = Routine::ALL, sample_count = 10)]
fn printed_by_routine(bencher: divan::Bencher<'_, '_>, routine: Routine) {
    let layout = wide(LayoutId::B);
    let records = Records::new(&layout, &Issuer::default(), None, &content()).unwrap();
    let mut composer = Composer::new(routine, layout.dots, &records.frame, &records.windows()).unwrap();
    bencher.bench_local(move || {
        composer.print(|column| {
            black_box(column);
        });
    });
}
