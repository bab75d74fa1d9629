//! From bitmap to picture: printed, seen through the lens, lit, blurred, noisy, compressed.

use crate::blur::Plane;
use crate::disturbances::{Disturbances, Framing};
use crate::grey::{Grey, PictureError};
use crate::homography::{Homography, Point};
use crate::lens;
use crate::noise::{between, generator, normal};
use crate::paper::{self, Sheet};

/// A picture of an imprint, with the truth about it.
#[derive(Clone, Debug)]
pub struct Photograph {
    /// What the sensor delivered, before any compression.
    pub sensor: Grey,
    /// Where the imprint's corners lie: top left, top right, bottom right, bottom left.
    pub corners: [Point; 4],
    jpeg_quality: Option<u8>,
}

impl Photograph {
    /// The picture as a reader sees it: after compression, if there is one.
    pub fn seen(&self) -> Result<Grey, PictureError> {
        match self.jpeg_quality {
            Some(quality) => Grey::decode(&self.sensor.to_jpeg(quality)?),
            None => Ok(self.sensor.clone()),
        }
    }

    /// The picture as a file: its bytes and the extension of its name, `jpg` or `png`.
    pub fn to_file(&self) -> Result<(Vec<u8>, &'static str), PictureError> {
        Ok(match self.jpeg_quality {
            Some(quality) => (self.sensor.to_jpeg(quality)?, "jpg"),
            None => (self.sensor.to_png()?, "png"),
        })
    }
}

/// Photographs an imprint, a bitmap in the head's dots (black is ink).
pub fn photograph(imprint: &Grey, disturbances: &Disturbances, seed: u64) -> Photograph {
    let sheet = paper::print(imprint, disturbances, seed);
    let view = View::of(&sheet, disturbances, seed);
    let beside = match disturbances.framing {
        Framing::Envelope { .. } => between(&mut generator(seed, "table"), 40.0, 110.0),
        Framing::Crop { .. } => disturbances.paper,
    };
    let mut picture = lens::project(&sheet.plane, view.map, view.width, view.height, beside as f32);
    cast_shadow(&mut picture, disturbances.shadow, seed);
    picture.blur(disturbances.blur_px);
    let sensor = expose(&picture, disturbances.noise, seed);
    let corners = rectangle(sheet.origin, sheet.size).map(|corner| view.map.apply(corner));
    Photograph { sensor, corners, jpeg_quality: disturbances.jpeg_quality }
}

/// The map from sheet to picture, and the picture's size.
struct View {
    map: Homography,
    width: usize,
    height: usize,
}

impl View {
    fn of(sheet: &Sheet, disturbances: &Disturbances, seed: u64) -> View {
        let size = Point { x: sheet.plane.width as f64, y: sheet.plane.height as f64 };
        let map = camera_map(size, disturbances, seed);
        let surround = match disturbances.framing {
            Framing::Envelope { surround, .. } => surround * size.x.max(size.y),
            Framing::Crop { .. } => 0.0,
        };
        let corners = rectangle(Point { x: 0.0, y: 0.0 }, size).map(|corner| map.apply(corner));
        let least = |of: fn(&Point) -> f64| corners.iter().map(of).fold(f64::INFINITY, f64::min) - surround;
        let most =
            |of: fn(&Point) -> f64| corners.iter().map(of).fold(f64::NEG_INFINITY, f64::max) + surround;
        let (left, top) = (least(|p| p.x).floor(), least(|p| p.y).floor());
        View {
            map: map.then(Homography::shift(-left, -top)),
            width: (most(|p| p.x) - left).ceil() as usize,
            height: (most(|p| p.y) - top).ceil() as usize,
        }
    }
}

fn camera_map(size: Point, disturbances: &Disturbances, seed: u64) -> Homography {
    let centre = Point { x: size.x / 2.0, y: size.y / 2.0 };
    let mut map = Homography::turn(disturbances.tilt_degrees, centre);
    if disturbances.camera_angle_degrees != 0.0 {
        let direction = between(&mut generator(seed, "camera"), 0.0, 360.0);
        let distance = 2.0 * size.x.max(size.y);
        map = map.then(Homography::tipped(disturbances.camera_angle_degrees, direction, distance, centre));
    }
    if disturbances.corner_shift != 0.0 {
        let random = &mut generator(seed, "corners");
        let corners = rectangle(Point { x: 0.0, y: 0.0 }, size);
        let shifted = corners.map(|corner| Point {
            x: corner.x + between(random, -disturbances.corner_shift, disturbances.corner_shift) * size.x,
            y: corner.y + between(random, -disturbances.corner_shift, disturbances.corner_shift) * size.y,
        });
        map = Homography::between(corners, shifted).map_or(map, |shift| map.then(shift));
    }
    map
}

fn rectangle(origin: Point, size: Point) -> [Point; 4] {
    let (right, bottom) = (origin.x + size.x, origin.y + size.y);
    [origin, Point { x: right, y: origin.y }, Point { x: right, y: bottom }, Point { x: origin.x, y: bottom }]
}

/// Darkens the picture by a ramp across it in a direction that the seed decides.
fn cast_shadow(picture: &mut Plane, shadow: f64, seed: u64) {
    if shadow == 0.0 {
        return;
    }
    let angle = between(&mut generator(seed, "shadow"), 0.0, std::f64::consts::TAU);
    let (width, height) = (picture.width as f64, picture.height as f64);
    for y in 0..picture.height {
        let down = angle.sin() * y as f64 / height;
        for (x, value) in picture.row_mut(y).iter_mut().enumerate() {
            let ramp = ((angle.cos() * x as f64 / width + down + 1.0) / 2.0).clamp(0.0, 1.0);
            *value *= (1.0 - shadow * ramp) as f32;
        }
    }
}

/// Adds the sensor's noise and rounds to eight bits.
fn expose(picture: &Plane, noise: f64, seed: u64) -> Grey {
    let random = &mut generator(seed, "sensor");
    let noise = noise as f32;
    let pixels = picture.values.iter().map(|value| {
        let noisy = if noise > 0.0 { value + noise * normal(random) } else { *value };
        (noisy + 0.5).clamp(0.0, 255.0) as u8
    });
    Grey::of_pixels(picture.width, picture.height, pixels.collect())
}
