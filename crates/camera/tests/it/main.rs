//! What the camera promises: true corners, the same picture for the same seed, each disturbance as stated.

mod disturbances;
mod geometry;

use camera::{Grey, Photograph};

/// A bitmap with a black block in each corner, a white field and black bars between them.
fn imprint() -> Grey {
    Grey::from_bits(720, 240, |x, y| {
        let corner = !(24..696).contains(&x) && !(24..216).contains(&y);
        let bar = (100..620).contains(&x) && (60..180).contains(&y) && x % 40 < 20;
        corner || bar
    })
}

/// The mean lightness of 5 × 5 pixels around a place.
fn lightness_around(picture: &Grey, x: f64, y: f64) -> f64 {
    let (x, y) = (x as usize, y as usize);
    let places = (y - 2..=y + 2).flat_map(|y| (x - 2..=x + 2).map(move |x| (x, y)));
    places.map(|(x, y)| f64::from(picture.lightness(x, y).unwrap())).sum::<f64>() / 25.0
}

fn seen(photograph: &Photograph) -> Grey {
    photograph.seen().unwrap()
}
