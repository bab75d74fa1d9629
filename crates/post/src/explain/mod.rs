//! Pictures that show a person how an imprint was read: where it was found, what it looks like laid flat, and each
//! symbol beside the drawing it was taken for.
//!
//! What always holds: explaining reads again and decides nothing; the judgement is the one it is given.

mod canvas;

use crate::judge::{Evidence, Judgement};
use crate::read::{Located, Picture, ReadImprint};
use crate::reading::{CellReading, FieldReading};
use canvas::{Canvas, Colour};
use image::RgbImage;
use imprint::numbers::SetId;
use imprint::picture::Rect;
use imprint::symbols::Symbol;

/// Pixels for each dot of the imprint laid flat.
const FLAT_SCALE: u32 = 2;
/// Pixels for each module of a symbol.
const MODULE_PIXELS: u32 = 20;
/// Longest side of the picture that shows where the imprint was found.
const FOUND_SIDE_MAX: u32 = 1_600;
/// Height of a line of text.
const LINE: u32 = 30;
/// White around things.
const MARGIN: u32 = 16;

/// The pictures of one imprint, each with the ending of its name.
pub fn explain(
    picture: &Picture,
    imprint: &ReadImprint<'_>,
    judgement: &Judgement,
) -> Vec<(&'static str, RgbImage)> {
    let mut pages = vec![("found", found(picture, imprint)), ("flat", flat(imprint, judgement))];
    pages.extend(cells(imprint, judgement).map(|page| ("symbols", page)));
    pages
}

/// The picture with the imprint's outline, its fields and its symbols drawn into it.
fn found(picture: &Picture, imprint: &ReadImprint<'_>) -> RgbImage {
    let (width, height) = (picture.width() as u32, picture.height() as u32);
    let step = width.max(height).div_ceil(FOUND_SIDE_MAX).max(1);
    let mut canvas = Canvas::new(width.div_ceil(step), height.div_ceil(step));
    canvas.each_pixel(|x, y| {
        picture
            .row((y * step) as usize)
            .get((x * step) as usize)
            .map_or(Colour::PAPER, |&level| Colour::grey(level))
    });
    let located = imprint.located();
    let mut outline = |rect: Rect, colour: Colour, thickness: i32| {
        let corner = |x: i32, y: i32| {
            let (x, y) = located.map().apply(f64::from(x), f64::from(y));
            (x / f64::from(step), y / f64::from(step))
        };
        let corners = [
            corner(rect.x, rect.y),
            corner(rect.right(), rect.y),
            corner(rect.right(), rect.bottom()),
            corner(rect.x, rect.bottom()),
        ];
        canvas.polygon(corners, colour, thickness);
    };
    outline(imprint.layout().stamps(), Colour::OUTLINE, 2);
    for field in &imprint.layout().fields {
        outline(field.place, Colour::FIELD, 1);
    }
    canvas.into_image()
}

/// The imprint laid flat, with its fields outlined and what was read of them written below.
fn flat(imprint: &ReadImprint<'_>, judgement: &Judgement) -> RgbImage {
    let lines = flat_lines(imprint, judgement);
    let stamps = imprint.layout().stamps();
    let text_height = lines.len() as u32 * LINE + 2 * MARGIN;
    let mut canvas = Canvas::new(
        stamps.width * FLAT_SCALE + 2 * MARGIN,
        stamps.height * FLAT_SCALE + MARGIN + text_height,
    );
    canvas.blackness(imprint.located(), stamps, (MARGIN, MARGIN), FLAT_SCALE);
    let placed = |rect: Rect| {
        let scaled = |value: i32| value * FLAT_SCALE as i32 + MARGIN as i32;
        Rect::new(scaled(rect.x), scaled(rect.y), rect.width * FLAT_SCALE, rect.height * FLAT_SCALE)
    };
    for field in &imprint.layout().fields {
        canvas.outline(placed(field.place), Colour::FIELD);
    }
    for cell in imprint.layout().row_cells(judgement.symbols.len()).unwrap_or_default() {
        canvas.outline(placed(cell), Colour::OUTLINE);
    }
    let top = stamps.height * FLAT_SCALE + 2 * MARGIN;
    for (index, line) in lines.iter().enumerate() {
        canvas.text(line, MARGIN, top + index as u32 * LINE);
    }
    canvas.into_image()
}

fn flat_lines(imprint: &ReadImprint<'_>, judgement: &Judgement) -> Vec<String> {
    let open = imprint.open();
    let doubt = |reading: &FieldReading| {
        reading.digits.iter().map(|digit| 1.0 - f64::from(digit.top().1).exp()).sum::<f64>()
    };
    let field = |name: &str, reading: &FieldReading| {
        format!("{name} {}  DOUBT {:.4}", reading.text(), doubt(reading))
    };
    let mut lines =
        vec![field("SERIAL", &open.serial), field("DATE", &open.date), field("POSTAGE", &open.postage)];
    // Where no count is printed, what stands there reads as anything.
    let count = open.count.as_ref().filter(|count| doubt(count) < 1.0);
    lines.extend(count.map(|count| field("COUNT", count)));
    lines.push(format!("VERDICT {}", judgement.verdict.words()));
    lines
}

/// Each symbol as it was seen, beside the drawing it was taken for.
fn cells(imprint: &ReadImprint<'_>, judgement: &Judgement) -> Option<RgbImage> {
    let count = judgement.symbols.len();
    let places = imprint.layout().row_cells(count).ok()?;
    let set = set_of(imprint, judgement)?;
    let row = imprint.row(set, count)?;
    let height = (4 * MODULE_PIXELS + MARGIN) * count as u32 + MARGIN;
    let mut canvas = Canvas::new(10 * MODULE_PIXELS + 48 * MARGIN, height);
    for (index, ((place, cell), &symbol)) in places.iter().zip(&row.cells).zip(&judgement.symbols).enumerate()
    {
        let top = MARGIN + index as u32 * (4 * MODULE_PIXELS + MARGIN);
        let scale = 5 * MODULE_PIXELS / place.width.max(1);
        canvas.blackness(imprint.located(), *place, (MARGIN, top), scale);
        let Some(drawing) = set.set().symbol(u32::from(symbol)) else { continue };
        draw_symbol(&mut canvas, drawing, 2 * MARGIN + 5 * MODULE_PIXELS, top);
        let left = 3 * MARGIN + 10 * MODULE_PIXELS;
        let probability = f64::from(cell.log_likelihood[usize::from(symbol)]).exp();
        canvas.text(&format!("{symbol} {}  PROBABILITY {probability:.6}", drawing.name()), left, top);
        canvas.text(&format!("BLACK {:.2}  EDGES {}", cell.blackening, edges(cell)), left, top + LINE);
    }
    Some(canvas.into_image())
}

/// The set whose row has as many symbols as were judged, first of all that of the agreed profile.
fn set_of(imprint: &ReadImprint<'_>, judgement: &Judgement) -> Option<SetId> {
    judgement.set.or_else(|| {
        SetId::ALL.into_iter().rev().find(|&set| imprint.row(set, judgement.symbols.len()).is_some())
    })
}

fn edges(cell: &CellReading) -> String {
    cell.edges.iter().map(|(down, up)| format!("{down:.1}-{up:.1} ")).collect()
}

fn draw_symbol(canvas: &mut Canvas, symbol: &Symbol, left: u32, top: u32) {
    for row in 0..4 {
        for column in 0..5 {
            let (x, y) = (left + column * MODULE_PIXELS, top + row * MODULE_PIXELS);
            let module = Rect::new(x as i32, y as i32, MODULE_PIXELS, MODULE_PIXELS);
            canvas.fill(module, if symbol.is_black(column, row) { Colour::INK } else { Colour::PAPER });
        }
    }
    let whole = Rect::new(left as i32, top as i32, 5 * MODULE_PIXELS, 4 * MODULE_PIXELS);
    canvas.outline(whole, Colour::FIELD);
}

impl Canvas {
    /// Draws a rectangle of the imprint as it was seen, each dot `scale` pixels wide.
    fn blackness(&mut self, located: &Located<'_>, rect: Rect, (left, top): (u32, u32), scale: u32) {
        let patch = located.patch(rect);
        for y in 0..rect.height {
            for x in 0..rect.width {
                let white = 1.0 - patch.at(x as usize, y as usize).clamp(0.0, 1.0);
                let dot = Rect::new((left + x * scale) as i32, (top + y * scale) as i32, scale, scale);
                self.fill(dot, Colour::grey((white * 255.0) as u8));
            }
        }
    }
}
