//! How large a letter is, and how large a format lets it be.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A letter's three measures in millimetres. What always holds: the length is the longest and the thickness the
/// shortest, however the letter lay when it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Size([u16; 3]);

impl Size {
    /// A letter with these measures, in any order.
    pub fn new(measures_mm: [u16; 3]) -> Size {
        let mut sorted = measures_mm;
        sorted.sort_unstable_by(|one, other| other.cmp(one));
        Size(sorted)
    }

    /// Length, width and thickness in millimetres.
    pub const fn measures_mm(self) -> [u16; 3] {
        self.0
    }

    /// The three measures together, in millimetres.
    pub fn sum_mm(self) -> u32 {
        self.0.into_iter().map(u32::from).sum()
    }
}

impl FromStr for Size {
    type Err = SizeError;

    /// Reads three measures in millimetres: `220x110x3`, `220 x 110 x 3 mm`.
    fn from_str(text: &str) -> Result<Size, SizeError> {
        let text = text.trim();
        let text = text.strip_suffix("mm").unwrap_or(text);
        let mut measures = text.splitn(4, ['x', 'X', '×']).map(|measure| {
            let measure = measure.trim();
            let plain = (1..=5).contains(&measure.len()) && measure.bytes().all(|byte| byte.is_ascii_digit());
            if plain { measure.parse().ok() } else { None }
        });
        let mut next = || measures.next().flatten().ok_or(SizeError);
        let size = Size::new([next()?, next()?, next()?]);
        if measures.next().is_some() { Err(SizeError) } else { Ok(size) }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [length, width, thickness] = self.0;
        write!(f, "{length} x {width} x {thickness} mm")
    }
}

/// Why a text is no size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a size is length, width and thickness in whole millimetres, such as 220x110x3")]
pub struct SizeError;

/// From the least to the most of a measure in millimetres, both included; written `[140, 235]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "[u16; 2]", into = "[u16; 2]")]
pub struct Span {
    min: u16,
    max: u16,
}

impl Span {
    /// The least, in millimetres.
    pub const fn min_mm(self) -> u16 {
        self.min
    }

    /// The most, in millimetres.
    pub const fn max_mm(self) -> u16 {
        self.max
    }

    /// Whether a measure lies in it.
    pub const fn contains(self, measure_mm: u16) -> bool {
        self.min <= measure_mm && measure_mm <= self.max
    }
}

impl TryFrom<[u16; 2]> for Span {
    type Error = SpanError;

    fn try_from([min, max]: [u16; 2]) -> Result<Span, SpanError> {
        if min <= max { Ok(Span { min, max }) } else { Err(SpanError) }
    }
}

impl From<Span> for [u16; 2] {
    fn from(span: Span) -> [u16; 2] {
        [span.min, span.max]
    }
}

/// Why two numbers are no span.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a measure is written [least, most], and the least is not above the most")]
pub struct SpanError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_measures_may_be_typed_in_any_order() {
        for text in ["220x110x3", " 110 x 3 x 220 mm", "3X220×110"] {
            assert_eq!(text.parse(), Ok(Size([220, 110, 3])), "{text:?}");
        }
        assert_eq!(Size([220, 110, 3]).to_string().parse(), Ok(Size([220, 110, 3])));
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in ["", "220x110", "220x110x3x4", "220x110x", "220x110x-3", "220x110x65536", "220x110x+3"] {
            assert_eq!(text.parse::<Size>(), Err(SizeError), "{text:?}");
        }
    }
}
