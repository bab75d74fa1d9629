use crate::{imprint, seen};
use camera::{Class, DeadLines, Direction, Disturbances, Framing, Grey, Preset, photograph};

/// A crop without a margin, without noise and without blur: the paper's dots, one by one.
fn still() -> Disturbances {
    Disturbances {
        fibre: 0.0,
        blur_px: 0.0,
        noise: 0.0,
        framing: Framing::Crop { margin_mm: 0.0 },
        ..Disturbances::default()
    }
}

fn black() -> Grey {
    Grey::filled(720, 240, 0)
}

fn mean(picture: &Grey) -> f64 {
    picture.pixels().iter().map(|p| f64::from(*p)).sum::<f64>() / picture.pixels().len() as f64
}

#[test]
fn the_same_seed_gives_the_same_picture_and_another_seed_another() {
    for preset in Preset::ALL {
        let take = |seed| seen(&photograph(&imprint(), &preset.disturbances(seed), seed));
        assert_eq!(take(5), take(5), "{}", preset.name());
        assert_ne!(take(5), take(6), "{}", preset.name());
    }
}

#[test]
fn dead_elements_leave_as_many_white_lines_as_stated() {
    for (direction, extent) in [(Direction::Row, 300), (Direction::Column, 900)] {
        for width_px in [1, 3, 5] {
            let lines = DeadLines { count: 1, width_px, direction, within: (0.0, 1.0) };
            let picture = photograph(&black(), &Disturbances { dead: Some(lines), ..still() }, 9).sensor;
            let line_is_white = |place: usize| match direction {
                Direction::Row => (0..900).all(|x| picture.lightness(x, place).unwrap() > 200),
                Direction::Column => (0..300).all(|y| picture.lightness(place, y).unwrap() > 200),
            };
            let white = (0..extent).filter(|place| line_is_white(*place)).count();
            assert_eq!(white, width_px, "{direction:?}");
        }
    }
}

#[test]
fn dead_lines_keep_within_their_range() {
    let lines = DeadLines { count: 3, width_px: 3, direction: Direction::Column, within: (0.5, 0.6) };
    for seed in 0..20 {
        let picture = photograph(&black(), &Disturbances { dead: Some(lines), ..still() }, seed).sensor;
        let white: Vec<usize> = (0..900).filter(|x| picture.lightness(*x, 10).unwrap() > 200).collect();
        assert!(!white.is_empty() && white.iter().all(|x| (450..540).contains(x)), "{white:?}");
    }
}

#[test]
fn ink_that_spreads_covers_more() {
    let take = |spread_px| mean(&photograph(&imprint(), &Disturbances { spread_px, ..still() }, 1).sensor);
    assert!(take(2) < take(1) - 1.0 && take(1) < take(0) - 1.0);
}

#[test]
fn paper_and_ink_have_the_stated_lightness() {
    let kraft = Disturbances { paper: 150.0, ink: 60.0, ..still() };
    let paper = mean(&photograph(&Grey::filled(720, 240, 255), &kraft, 1).sensor);
    let ink = mean(&photograph(&black(), &kraft, 1).sensor);
    assert!((paper - 150.0).abs() < 1.0 && (ink - 60.0).abs() < 1.0, "{paper} {ink}");
}

#[test]
fn noise_has_the_stated_deviation() {
    let paper = Grey::filled(720, 240, 255);
    let picture = photograph(&paper, &Disturbances { paper: 128.0, noise: 25.0, ..still() }, 1).sensor;
    let centre = mean(&picture);
    let squares = picture.pixels().iter().map(|p| (f64::from(*p) - centre).powi(2)).sum::<f64>();
    let deviation = (squares / picture.pixels().len() as f64).sqrt();
    assert!((centre - 128.0).abs() < 0.5 && (deviation - 25.0).abs() < 0.5, "{centre} ± {deviation}");
}

#[test]
fn blur_softens_edges() {
    let steepest = |blur_px| {
        let picture = photograph(&imprint(), &Disturbances { blur_px, ..still() }, 1).sensor;
        (1..900)
            .map(|x| picture.lightness(x, 150).unwrap().abs_diff(picture.lightness(x - 1, 150).unwrap()))
            .max()
            .unwrap()
    };
    assert!(steepest(0.0) > 180);
    let at_one_and_a_half = f64::from(steepest(1.5)) / 205.0;
    // Between two pixels around the edge lies the Gaussian's middle: erf(0.5 / (1.5 · √2)) = 0.261.
    assert!((at_one_and_a_half - 0.261).abs() < 0.04, "{at_one_and_a_half}");
}

#[test]
fn shadow_darkens_one_side() {
    let paper = Grey::filled(720, 240, 255);
    let picture = photograph(&paper, &Disturbances { shadow: 0.5, ..still() }, 2).sensor;
    let lightest = f64::from(*picture.pixels().iter().max().unwrap());
    let darkest = f64::from(*picture.pixels().iter().min().unwrap());
    assert!(lightest - darkest > 30.0, "{lightest} {darkest}");
}

#[test]
fn strokes_leave_marks_on_the_paper() {
    let paper = Grey::filled(720, 240, 255);
    let take = |strokes| photograph(&paper, &Disturbances { strokes, ..still() }, 4).sensor;
    let dark = take(3).pixels().iter().filter(|p| **p < 120).count();
    assert!(dark > 100, "{dark} dark pixels");
    assert!(take(0).pixels().iter().all(|p| *p > 200));
}

#[test]
fn jpeg_changes_what_is_seen_and_names_the_file() {
    let squeezed = photograph(&imprint(), &Class::Jpeg.disturbances(1, Framing::Crop { margin_mm: 2.0 }), 1);
    let whole = photograph(&imprint(), &still(), 1);
    assert_ne!(seen(&squeezed), squeezed.sensor);
    assert_eq!(seen(&whole), whole.sensor);
    assert_eq!(squeezed.to_file().unwrap().1, "jpg");
    assert_eq!(whole.to_file().unwrap().1, "png");
}

#[test]
fn a_picture_file_reads_back_as_it_was() {
    let picture = seen(&photograph(&imprint(), &Preset::Kraft.disturbances(1), 1));
    assert_eq!(Grey::decode(&picture.to_png().unwrap()).unwrap(), picture);
    assert!(Grey::decode(b"no picture").is_err());
    assert!(Grey::new(3, 3, vec![0; 8]).is_err());
}

#[test]
fn presets_are_asked_for_by_name() {
    for preset in Preset::ALL {
        assert_eq!(preset.name().parse::<Preset>(), Ok(preset));
    }
    assert!("telescope".parse::<Preset>().unwrap_err().to_string().contains("telescope"));
}
