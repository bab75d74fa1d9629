//! What was read from a picture, as probabilities: the words between the reader and the judge.
//!
//! What always holds: every `log_likelihood` is a natural logarithm of the posterior under a uniform prior over
//! the alternatives, so the exponentials of one reading add up to one. A reading keeps an honest floor: what
//! the picture does not show clearly is spread over the alternatives, and a covered, blurred or erased place
//! is flat. The judge calls an imprint forged only if these numbers exclude a misreading, so they must never
//! understate the probability of one.

use imprint::numbers::SetId;

/// Most symbols in a set.
pub const SYMBOLS_AT_MOST: usize = 40;

/// One printed digit.
#[derive(Clone, Debug, PartialEq)]
pub struct DigitReading {
    /// Logarithm of the probability of each digit `0..=9`.
    pub log_likelihood: [f32; 10],
    /// False if the place is covered, erased or blank; the likelihoods are flat then.
    pub legible: bool,
}

/// The digits of one window, from left to right.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldReading {
    /// One reading per digit of the text.
    pub digits: Vec<DigitReading>,
}

/// One marking symbol.
#[derive(Clone, Debug, PartialEq)]
pub struct CellReading {
    /// Logarithm of the probability of each symbol of the set; minus infinity beyond the set's size.
    pub log_likelihood: [f32; SYMBOLS_AT_MOST],
    /// Share of black in the cell, 0 to 1 (EP 0 660 270, claim 68).
    pub blackening: f32,
    /// For each column of modules the place of the first change white to black and of the next change black
    /// to white, in modules from the top; 4 where there is none (EP 0 660 270, Fig. 4c).
    pub edges: [(f32, f32); 5],
    /// False if the cell is covered or erased; the likelihoods are flat then.
    pub legible: bool,
}

/// The marking symbols of one window, in row order.
#[derive(Clone, Debug, PartialEq)]
pub struct RowReading {
    /// The set the cells were compared with.
    pub set: SetId,
    /// One reading per symbol.
    pub cells: Vec<CellReading>,
}

/// The place of the suspicious mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MarkReading {
    /// Logarithm of the probability that the mark is printed.
    pub present: f32,
    /// Logarithm of the probability that it is not.
    pub absent: f32,
}

impl DigitReading {
    /// A reading that says nothing.
    pub fn illegible() -> Self {
        DigitReading { log_likelihood: [-(10f32).ln(); 10], legible: false }
    }

    /// The most probable digit and the logarithm of its probability.
    pub fn top(&self) -> (u8, f32) {
        let (digit, log) = top(&self.log_likelihood);
        (digit as u8, log)
    }
}

impl FieldReading {
    /// The most probable digits as text.
    pub fn text(&self) -> String {
        self.digits.iter().map(|digit| char::from(b'0' + digit.top().0)).collect()
    }
}

impl CellReading {
    /// A reading that says nothing, for a set of `base` symbols.
    pub fn illegible(base: u32) -> Self {
        let mut log_likelihood = [f32::NEG_INFINITY; SYMBOLS_AT_MOST];
        for log in log_likelihood.iter_mut().take(base as usize) {
            *log = -(base as f32).ln();
        }
        CellReading { log_likelihood, blackening: 0.5, edges: [(4.0, 4.0); 5], legible: false }
    }

    /// The most probable symbol and the logarithm of its probability.
    pub fn top(&self) -> (u8, f32) {
        let (symbol, log) = top(&self.log_likelihood);
        (symbol as u8, log)
    }
}

impl RowReading {
    /// The most probable symbol of every cell.
    pub fn top(&self) -> Vec<u8> {
        self.cells.iter().map(|cell| cell.top().0).collect()
    }
}

fn top(log: &[f32]) -> (usize, f32) {
    log.iter()
        .copied()
        .enumerate()
        .fold((0, f32::NEG_INFINITY), |best, candidate| if candidate.1 > best.1 { candidate } else { best })
}
