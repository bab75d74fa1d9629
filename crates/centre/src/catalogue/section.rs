//! The sections in which a list is shown.
//!
//! What always holds: a section has at most [`Section::MOST`] rows; the place after which the next one begins is that of
//! the last row shown, so that no row is left out and none comes twice, whatever comes in between.

use crate::hex;
use serde::Serialize;
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// Which section of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    pub(super) after: Option<Place>,
    pub(super) limit: u32,
}

impl Section {
    /// How many rows a section has where nothing else is asked for.
    pub const USUAL: u32 = 50;
    /// The most rows of a section.
    pub const MOST: u32 = 200;

    /// The section after the one that named `after` as what is next, of at most so many rows.
    pub fn new(after: Option<&str>, limit: Option<u32>) -> Result<Section, NoSection> {
        let limit = limit.unwrap_or(Section::USUAL);
        if !(1..=Section::MOST).contains(&limit) {
            return Err(NoSection::Limit);
        }
        Ok(Section { after: after.map(str::parse).transpose()?, limit })
    }

    /// The first section, of the usual length.
    pub fn first() -> Section {
        Section { after: None, limit: Section::USUAL }
    }

    /// How many rows are read: one more than is shown tells whether there is another section.
    pub(super) fn rows(&self) -> i64 {
        i64::from(self.limit) + 1
    }

    /// The rows that are shown, and where the next section begins.
    pub(super) fn of<T>(&self, mut rows: Vec<(Place, T)>) -> Listed<T> {
        let shown = self.limit as usize;
        let has_more = rows.len() > shown;
        rows.truncate(shown);
        let next = rows.last().filter(|_| has_more).map(|(place, _)| place.to_string());
        Listed { items: rows.into_iter().map(|(_, row)| row).collect(), next }
    }
}

/// A section of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Listed<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to ask for as `after` to have the next section; nothing at the end.
    pub next: Option<String>,
}

/// A place in a list: what its rows are ordered by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) number: i64,
    pub(super) text: String,
}

impl Place {
    /// The longest text of a place, in bytes.
    const TEXT_MAX: usize = 256;

    /// A place in a list that is ordered by one number.
    pub(super) fn of(number: i64) -> Place {
        Place { number, text: String::new() }
    }
}

/// `17-` or `1795262400000-6a62`: the text in hexadecimal digits, so that it stands in an address as it is.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.number, hex::encode(self.text.as_bytes()))
    }
}

impl FromStr for Place {
    type Err = NoSection;

    fn from_str(text: &str) -> Result<Place, NoSection> {
        let (number, rest) = text.rsplit_once('-').ok_or(NoSection::Place)?;
        if rest.len() > 2 * Place::TEXT_MAX {
            return Err(NoSection::Place);
        }
        let number: i64 = number.parse().map_err(|_| NoSection::Place)?;
        let text = hex::decode(rest).and_then(|bytes| String::from_utf8(bytes).ok());
        // PostgreSQL has no texts with a NUL in them.
        let text = text.filter(|text| !text.contains('\0')).ok_or(NoSection::Place)?;
        Ok(Place { number, text })
    }
}

/// Why there is no such section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoSection {
    /// Too many rows, or none.
    #[error("a section has 1 to {} rows", Section::MOST)]
    Limit,
    /// No place.
    #[error("a list goes on after the place that its last section named as next")]
    Place,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_one_way() {
        for (number, text) in [(0, ""), (7, "a/b c"), (-3, "ä"), (i64::MIN, "x"), (i64::MAX, "")] {
            let place = Place { number, text: text.to_owned() };
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in ["", "7", "-", "7-0", "7-FF", "7-zz", "x-", "7-ff", "7-00", "99999999999999999999-"] {
            assert_eq!(text.parse::<Place>(), Err(NoSection::Place), "{text}");
        }
        assert_eq!(format!("1-{}", "61".repeat(257)).parse::<Place>(), Err(NoSection::Place));
    }

    #[test]
    fn a_section_has_at_most_so_many_rows_and_tells_whether_there_are_more() {
        assert_eq!(Section::new(None, Some(0)), Err(NoSection::Limit));
        assert_eq!(Section::new(None, Some(201)), Err(NoSection::Limit));
        let section = Section::new(None, Some(2)).unwrap();
        let rows = |count| (1..=count).map(|number| (Place::of(number), number)).collect();
        assert_eq!(section.of(rows(3)), Listed { items: vec![1, 2], next: Some("2-".to_owned()) });
        assert_eq!(section.of(rows(2)), Listed { items: vec![1, 2], next: None });
    }
}
