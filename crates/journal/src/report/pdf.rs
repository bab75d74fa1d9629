//! A table as a PDF document: pages of A4 lying, headings on each, figures to the right, and the page's number.
//!
//! The font is Helvetica, which every reader has; so the document stays small and nothing is embedded.

use super::Table;
use super::helvetica::{encoded, fitted, width};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

/// A4 lying, in points.
const PAGE: (f32, f32) = (842.0, 595.0);
const MARGIN: f32 = 40.0;
/// Between two columns.
const GAP: f32 = 12.0;
const SIZE: f32 = 9.0;
const LINE: f32 = 14.0;
const HEADING_SIZE: f32 = 14.0;
/// From the top margin down to the line of column headings.
const HEAD: f32 = 62.0;
/// Lines between the column headings and the bottom margin, the total's among them.
const LINES: usize = ((PAGE.1 - 2.0 * MARGIN - HEAD - 2.0 * LINE) / LINE) as usize;
const FONT: Name<'static> = Name(b"F");
const RULE: f32 = 0.5;

impl Table {
    /// The table as a PDF document.
    pub fn pdf(&self) -> Vec<u8> {
        let columns = places(self);
        // The last page keeps a line for the total.
        let count = (self.rows.len() + 1).div_ceil(LINES);
        let [catalog, tree, font, info] = [1, 2, 3, 4].map(Ref::new);
        let page_of = |number: usize| Ref::new(5 + 2 * number as i32);
        let content_of = |number: usize| Ref::new(6 + 2 * number as i32);
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree);
        pdf.document_info(info).title(TextStr(&self.heading)).producer(TextStr("Porto"));
        pdf.pages(tree).kids((0..count).map(page_of)).count(count as i32);
        pdf.type1_font(font).base_font(Name(b"Helvetica")).encoding_predefined(Name(b"WinAnsiEncoding"));
        for number in 0..count {
            let mut page = pdf.page(page_of(number));
            page.media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).parent(tree).contents(content_of(number));
            page.resources().fonts().pair(FONT, font);
            page.finish();
            let first = number * LINES;
            let rows = self.rows.get(first..self.rows.len().min(first + LINES)).unwrap_or_default();
            let mut sheet = Sheet { content: Content::new(), columns: &columns, baseline: 0.0 };
            sheet.head(self, number + 1, count);
            rows.iter().for_each(|row| sheet.row(row));
            if number + 1 == count {
                sheet.total(&self.total);
            }
            pdf.stream(content_of(number), &sheet.finish());
        }
        pdf.finish()
    }
}

/// Where a column stands, in points from the left.
struct Place {
    left: f32,
    room: f32,
    is_figure: bool,
}

/// Each column as wide as its widest cell; where that is too much, the widest of the words give way.
fn places(table: &Table) -> Vec<Place> {
    let natural = |(number, heading): (usize, &str)| {
        let cells = table.rows.iter().chain([&table.total]).filter_map(|row| row.get(number));
        let widths = cells.map(String::as_str).chain([heading]).map(|cell| width(&encoded(cell), SIZE));
        widths.fold(0.0, f32::max)
    };
    let headings = table.columns.iter().map(|column| column.heading).enumerate();
    let mut rooms: Vec<f32> = headings.map(natural).collect();
    let gaps = GAP * rooms.len().saturating_sub(1) as f32;
    let room = PAGE.0 - 2.0 * MARGIN - gaps;
    while rooms.iter().sum::<f32>() > room {
        let words = rooms.iter_mut().zip(&table.columns).filter(|(_, column)| !column.is_figure);
        let widest = words.map(|(room, _)| room).max_by(|one, other| one.total_cmp(other));
        let Some(widest) = widest.filter(|widest| **widest > GAP) else { break };
        *widest -= 1.0;
    }
    let mut left = MARGIN;
    let place = |(room, column): (f32, &super::table::Column)| {
        let place = Place { left, room, is_figure: column.is_figure };
        left += room + GAP;
        place
    };
    rooms.into_iter().zip(&table.columns).map(place).collect()
}

/// A page that is being written, from the top down.
struct Sheet<'a> {
    content: Content,
    columns: &'a [Place],
    baseline: f32,
}

impl Sheet<'_> {
    fn head(&mut self, table: &Table, number: usize, count: usize) {
        self.text(&encoded(&table.heading), HEADING_SIZE, MARGIN, PAGE.1 - MARGIN - HEADING_SIZE);
        let about = encoded(&table.about.join(" · "));
        let about = fitted(&about, SIZE, PAGE.0 - 2.0 * MARGIN);
        self.text(&about, SIZE, MARGIN, PAGE.1 - MARGIN - HEADING_SIZE - LINE);
        let page = encoded(&format!("Page {number} of {count}"));
        self.text(&page, SIZE, PAGE.0 - MARGIN - width(&page, SIZE), MARGIN - LINE);
        self.baseline = PAGE.1 - MARGIN - HEAD;
        let headings: Vec<String> = table.columns.iter().map(|column| column.heading.to_owned()).collect();
        self.cells(&headings);
        self.rule(self.baseline - 4.0);
        self.baseline -= LINE + 2.0;
    }

    fn row(&mut self, row: &[String]) {
        self.cells(row);
        self.baseline -= LINE;
    }

    fn total(&mut self, total: &[String]) {
        self.rule(self.baseline + SIZE + 1.0);
        self.baseline -= 2.0;
        self.cells(total);
    }

    fn cells(&mut self, cells: &[String]) {
        let columns = self.columns;
        for (cell, place) in cells.iter().zip(columns) {
            let cell = fitted(&encoded(cell), SIZE, place.room + 0.01);
            let indent = if place.is_figure { place.room - width(&cell, SIZE) } else { 0.0 };
            self.text(&cell, SIZE, place.left + indent, self.baseline);
        }
    }

    fn text(&mut self, text: &[u8], size: f32, left: f32, baseline: f32) {
        if !text.is_empty() {
            self.content
                .begin_text()
                .set_font(FONT, size)
                .next_line(left, baseline)
                .show(Str(text))
                .end_text();
        }
    }

    fn rule(&mut self, height: f32) {
        let right = self.columns.last().map_or(MARGIN, |place| place.left + place.room);
        self.content.set_line_width(RULE).move_to(MARGIN, height).line_to(right, height).stroke();
    }

    fn finish(self) -> Vec<u8> {
        self.content.finish().to_vec()
    }
}
