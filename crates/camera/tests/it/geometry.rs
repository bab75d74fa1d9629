use crate::{imprint, lightness_around, seen};
use camera::{Class, Disturbances, Framing, Homography, Photograph, Point, Preset, photograph};

/// The map from the bitmap's dots to the picture, from the corners that the camera states.
fn dots_to_picture(photograph: &Photograph) -> Homography {
    let dots = [(0.0, 0.0), (720.0, 0.0), (720.0, 240.0), (0.0, 240.0)].map(|(x, y)| Point { x, y });
    Homography::between(dots, photograph.corners).unwrap()
}

/// Black blocks of the bitmap must be dark and the paper beside them light where the stated corners put them.
fn check_corners(photograph: &Photograph, what: &str) {
    let map = dots_to_picture(photograph);
    let picture = seen(photograph);
    let at = |x, y| {
        let place = map.apply(Point { x, y });
        lightness_around(&picture, place.x, place.y)
    };
    for (x, y, inwards_x, inwards_y) in
        [(0.0, 0.0, 1.0, 1.0), (720.0, 0.0, -1.0, 1.0), (720.0, 240.0, -1.0, -1.0), (0.0, 240.0, 1.0, -1.0)]
    {
        let ink = at(x + 7.0 * inwards_x, y + 7.0 * inwards_y);
        let paper = at(x - 6.0 * inwards_x, y - 6.0 * inwards_y);
        assert!(ink + 30.0 < paper, "{what}: at corner {x},{y} ink is {ink} and paper is {paper}");
    }
}

#[test]
fn stated_corners_are_where_the_imprint_lies_in_every_class() {
    for class in Class::WHOLE {
        for framing in [Framing::Crop { margin_mm: 3.0 }, Framing::DL] {
            let picture = photograph(&imprint(), &class.disturbances(7, framing), 7);
            check_corners(&picture, &class.name());
        }
    }
}

#[test]
fn stated_corners_are_where_the_imprint_lies_in_every_preset() {
    for preset in Preset::ALL {
        let without_strokes = Disturbances { strokes: 0, dead: None, ..preset.disturbances(3) };
        check_corners(&photograph(&imprint(), &without_strokes, 3), preset.name());
    }
}

#[test]
fn the_picture_has_the_resolution_that_was_asked_for() {
    for dpi in [150.0, 200.0, 240.0, 300.0, 600.0] {
        let disturbances =
            Disturbances { dpi, framing: Framing::Crop { margin_mm: 6.0 }, ..Disturbances::default() };
        let picture = photograph(&imprint(), &disturbances, 1);
        let [top_left, top_right, ..] = picture.corners;
        assert!((top_right.x - top_left.x - 3.0 * dpi).abs() < 1.0, "three inches at {dpi} dpi");
        check_corners(&picture, &format!("{dpi} dpi"));
    }
}

#[test]
fn a_crop_is_as_large_as_the_imprint_and_its_margin() {
    let flat = Disturbances { framing: Framing::Crop { margin_mm: 0.0 }, ..Disturbances::default() };
    let picture = photograph(&imprint(), &flat, 1).sensor;
    assert_eq!((picture.width(), picture.height()), (900, 300));
}

#[test]
fn an_envelope_carries_its_imprint_at_the_top_right() {
    let whole = Disturbances { framing: Framing::DL, ..Disturbances::default() };
    let picture = photograph(&imprint(), &whole, 1);
    assert_eq!((picture.sensor.width(), picture.sensor.height()), (2598, 1299));
    let [_, top_right, ..] = picture.corners;
    assert!(top_right.x > 2500.0 && top_right.y < 100.0, "{top_right:?}");
}

#[test]
fn a_homography_and_its_inverse_cancel() {
    let map = Homography::turn(11.0, Point { x: 40.0, y: 20.0 }).then(Homography::tipped(
        15.0,
        70.0,
        900.0,
        Point { x: 100.0, y: 50.0 },
    ));
    let there = map.apply(Point { x: 12.0, y: 300.0 });
    let back = map.inverse().unwrap().apply(there);
    assert!((back.x - 12.0).abs() < 1e-9 && (back.y - 300.0).abs() < 1e-9, "{back:?}");
}

#[test]
fn three_corners_on_a_line_give_no_homography() {
    let flat = [(0.0, 0.0), (1.0, 0.0), (2.0, 0.0), (0.0, 1.0)].map(|(x, y)| Point { x, y });
    let square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)].map(|(x, y)| Point { x, y });
    assert_eq!(Homography::between(flat, square), None);
}
