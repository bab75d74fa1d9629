//! The constant part of a layout: which dots are black or white in every imprint of it.

use imprint::picture::{Bitmap, Issuer, Layout, Rect, art};

/// What every imprint of a layout shows at a dot: black, white, or not always the same.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    columns: i32,
    rows: i32,
    dots: Vec<Option<bool>>,
}

impl Frame {
    /// The frame without its names, which differ from issuer to issuer, and without its windows.
    pub(crate) fn of(layout: &Layout) -> Frame {
        let mut bitmap = Bitmap::new(layout.stamps());
        let silent = Issuer {
            carrier: String::new(),
            town: String::new(),
            office: String::new(),
            currency: String::new(),
            motto: String::new(),
        };
        // Names are left out, so nothing can fail to fit; a frame without them is as good a frame.
        let _ = art::paint_frame(&mut bitmap, layout, &silent);
        let (columns, rows) = (layout.columns as i32, layout.dots as i32);
        let places = (0..rows).flat_map(|y| (0..columns).map(move |x| (x, y)));
        let dots = places.map(|(x, y)| Some(bitmap.is_black(x, y))).collect();
        let mut frame = Frame { columns, rows, dots };
        let stamp = layout.value_stamp;
        for place in layout.fields.iter().map(|field| field.place).chain([stamp.carrier, stamp.currency]) {
            frame.forget(place, |_, _| true);
        }
        let stamp = layout.day_stamp;
        let (inner, outer) = (stamp.inner as i32 + 1, (stamp.outer - stamp.ring) as i32 - 1);
        let (x, y) = stamp.centre;
        let around = Rect::new(x - outer, y - outer, 2 * outer as u32, 2 * outer as u32);
        frame.forget(around, |across, down| {
            let distance = (across - x).pow(2) + (down - y).pow(2);
            distance > inner * inner && distance < outer * outer
        });
        frame
    }

    /// Black or white if it is so in every imprint; none beyond the frame too.
    pub(crate) fn at(&self, x: i32, y: i32) -> Option<bool> {
        let inside = x >= 0 && y >= 0 && x < self.columns && y < self.rows;
        if inside { self.dots.get((y * self.columns + x) as usize).copied().flatten() } else { None }
    }

    /// Black or white if it is so in every imprint and at three of the four neighbours too.
    pub(crate) fn safely_at(&self, x: i32, y: i32) -> Option<bool> {
        let own = self.at(x, y)?;
        let neighbours = [(x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)];
        let same = neighbours.into_iter().filter(|&(x, y)| self.at(x, y) == Some(own)).count();
        (same >= 3).then_some(own)
    }

    /// Columns and rows.
    pub(crate) fn size(&self) -> (i32, i32) {
        (self.columns, self.rows)
    }

    fn forget(&mut self, place: Rect, belongs: impl Fn(i32, i32) -> bool) {
        for y in place.y.max(0)..place.bottom().min(self.rows) {
            for x in place.x.max(0)..place.right().min(self.columns) {
                if belongs(x, y)
                    && let Some(dot) = self.dots.get_mut((y * self.columns + x) as usize)
                {
                    *dot = None;
                }
            }
        }
    }
}
