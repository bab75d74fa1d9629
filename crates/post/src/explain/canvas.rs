//! A picture to draw on: rectangles, lines and text in the imprint's own letters.

use image::{Rgb, RgbImage};
use imprint::picture::Rect;
use imprint::picture::font::{self, FigureSize};

/// The size of letters.
const LETTERS: FigureSize = FigureSize { height: 18, width: 11, stroke: 2, gap: 3 };

/// A colour of the explaining pictures.
#[derive(Clone, Copy)]
pub struct Colour(Rgb<u8>);

impl Colour {
    /// White.
    pub const PAPER: Colour = Colour(Rgb([255, 255, 255]));
    /// Black.
    pub const INK: Colour = Colour(Rgb([0, 0, 0]));
    /// Around the imprint and its symbols.
    pub const OUTLINE: Colour = Colour(Rgb([214, 40, 40]));
    /// Around fields.
    pub const FIELD: Colour = Colour(Rgb([33, 110, 190]));

    /// A grey, 0 black to 255 white.
    pub const fn grey(level: u8) -> Colour {
        Colour(Rgb([level, level, level]))
    }
}

/// A picture being drawn; what lies outside of it is not drawn.
pub struct Canvas(RgbImage);

impl Canvas {
    /// White paper.
    pub fn new(width: u32, height: u32) -> Canvas {
        Canvas(RgbImage::from_pixel(width, height, Colour::PAPER.0))
    }

    /// The picture.
    pub fn into_image(self) -> RgbImage {
        self.0
    }

    /// Colours every pixel.
    pub fn each_pixel(&mut self, colour: impl Fn(u32, u32) -> Colour) {
        self.0.enumerate_pixels_mut().for_each(|(x, y, pixel)| *pixel = colour(x, y).0);
    }

    /// Fills a rectangle.
    pub fn fill(&mut self, rect: Rect, colour: Colour) {
        for y in rect.y..rect.bottom() {
            for x in rect.x..rect.right() {
                self.dot(x, y, colour);
            }
        }
    }

    /// Draws a rectangle's edges.
    pub fn outline(&mut self, rect: Rect, colour: Colour) {
        for x in rect.x..rect.right() {
            self.dot(x, rect.y, colour);
            self.dot(x, rect.bottom() - 1, colour);
        }
        for y in rect.y..rect.bottom() {
            self.dot(rect.x, y, colour);
            self.dot(rect.right() - 1, y, colour);
        }
    }

    /// Draws the sides of a quadrangle.
    pub fn polygon(&mut self, corners: [(f64, f64); 4], colour: Colour, thickness: i32) {
        for (index, &from) in corners.iter().enumerate() {
            self.line(from, corners[(index + 1) % corners.len()], colour, thickness);
        }
    }

    /// Writes a line of text; small letters become capitals, and a character the font does not have is left blank.
    pub fn text(&mut self, text: &str, left: u32, top: u32) {
        let mut x = left as i32;
        for character in text.chars().flat_map(char::to_uppercase) {
            if let Ok(glyph) = font::glyph(character, LETTERS) {
                let area = glyph.area();
                for (row, column) in
                    (0..area.height as i32).flat_map(|y| (0..area.width as i32).map(move |x| (y, x)))
                {
                    if glyph.is_black(column, row) {
                        self.dot(x + column, top as i32 + row, Colour::INK);
                    }
                }
            }
            let width = LETTERS.character_width(character).unwrap_or(LETTERS.width);
            x += (width + LETTERS.gap) as i32;
        }
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), colour: Colour, thickness: i32) {
        let steps = (to.0 - from.0).abs().max((to.1 - from.1).abs()).clamp(1.0, 1e5) as u32;
        for step in 0..=steps {
            let share = f64::from(step) / f64::from(steps);
            let x = (from.0 + (to.0 - from.0) * share).round() as i32;
            let y = (from.1 + (to.1 - from.1) * share).round() as i32;
            for (across, down) in (0..thickness).flat_map(|x| (0..thickness).map(move |y| (x, y))) {
                self.dot(x + across, y + down, colour);
            }
        }
    }

    fn dot(&mut self, x: i32, y: i32, colour: Colour) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if let Some(pixel) = self.0.get_pixel_mut_checked(x, y) {
            *pixel = colour.0;
        }
    }
}
