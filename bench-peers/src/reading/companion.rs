//! The peers' imprint: a Data Matrix with the open data and the encrypted number, on the paper of an imprint.

use super::ours::Ours;
use camera::Grey;
use imprint::picture::clear::Clear;
use std::error::Error;

/// White modules that the standard asks for on each side.
const QUIET_MODULES: usize = 1;

/// A Data Matrix in the middle of an imprint's paper.
pub struct Companion {
    text: String,
    bitmap: Grey,
    modules: usize,
    side: usize,
}

impl Companion {
    /// The message that this project prints for bar code readers, with modules as large as the area allows that the
    /// station reads of our own imprint.
    pub fn new(ours: &Ours) -> Result<Companion, Box<dyn Error>> {
        let text = Clear::new(ours.indicium())?.to_string();
        let code = paper::data_matrix(text.as_bytes())?;
        let modules = code.columns as usize;
        let side = (f64::from(ours.area_read()).sqrt() / (modules + 2 * QUIET_MODULES) as f64) as usize;
        let (columns, dots) = (ours.bitmap().width(), ours.bitmap().height());
        let (left, top) = ((columns - modules * side) / 2, (dots - modules * side) / 2);
        let bitmap = Grey::from_bits(columns, dots, |x, y| {
            let (Some(x), Some(y)) = (x.checked_sub(left), y.checked_sub(top)) else { return false };
            let (column, row) = (x / side, y / side);
            column < modules && row < modules && code.black[row * modules + column]
        });
        Ok(Companion { text, bitmap, modules, side })
    }

    /// What it says.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its picture as the head prints it.
    pub fn bitmap(&self) -> &Grey {
        &self.bitmap
    }

    /// Its size, for the reader of the figures.
    pub fn description(&self) -> String {
        let digits = self.text.len();
        format!(
            "Data Matrix of {digits} digits: {0} × {0} modules of {1} × {1} dots",
            self.modules, self.side
        )
    }

    /// The shares of the imprint's width and of its height between which the symbol lies.
    pub fn extent(&self) -> [(f64, f64); 2] {
        let half = (self.modules * self.side) as f64 / 2.0;
        let share = |whole: usize| {
            let whole = whole as f64;
            (0.5 - half / whole, 0.5 + half / whole)
        };
        [share(self.bitmap.width()), share(self.bitmap.height())]
    }
}
