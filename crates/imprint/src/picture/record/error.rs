//! What can be wrong with a record, and where.

use super::{MOST_COLUMNS, MOST_DOTS};
use crate::picture::layout::Window;
use core::fmt;

/// A malformed record: the fault and the offset of the byte that showed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordError {
    /// The offset, counted from 0; the record's length if bytes are missing.
    pub offset: usize,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The bytes end before the image does.
    EndMissing,
    /// Bytes follow the end of the image.
    BytesAfterEnd,
    /// The image ends within a column.
    EndWithinColumn,
    /// The column ends after too few dots.
    ColumnTooShort {
        /// Dots it has.
        dots: u32,
        /// Dots it should have.
        expected: u32,
    },
    /// The column runs over its end.
    ColumnTooLong {
        /// Dots it should have.
        expected: u32,
    },
    /// The height of this window is not known.
    HeightUnknown(Window),
    /// The window's mark stands at another height than in the column before.
    MarkMoved(Window),
    /// The window's mark was missing in a column between its first and this one.
    ColumnSkipped(Window),
    /// The window's mark stands twice in a column.
    MarkRepeated(Window),
    /// The record of a window names a window.
    WindowWithinWindow(Window),
    /// The record of a window has a mark for the end of the image.
    EndWithinWindow,
    /// The window's record has more or fewer columns than its place.
    WindowColumns {
        /// Columns it has.
        columns: u32,
        /// Columns it should have.
        expected: u32,
    },
    /// There are more columns than any imprint has.
    TooManyColumns,
    /// A head has between 1 and 4096 dots.
    HeadImpossible,
}

impl fmt::Display for RecordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at byte {}: {}", self.offset, self.fault)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::EndMissing => f.write_str("the record ends without its end mark"),
            Fault::BytesAfterEnd => f.write_str("bytes follow the end of the image"),
            Fault::EndWithinColumn => f.write_str("the image ends within a column"),
            Fault::ColumnTooShort { dots, expected } => {
                write!(f, "the column has {dots} dots instead of {expected}")
            }
            Fault::ColumnTooLong { expected } => write!(f, "the column has more than {expected} dots"),
            Fault::HeightUnknown(window) => {
                write!(f, "the height of window {} is not known", window.number())
            }
            Fault::MarkMoved(window) => {
                write!(f, "the mark of window {} changes its height", window.number())
            }
            Fault::ColumnSkipped(window) => {
                write!(f, "the mark of window {} skips a column", window.number())
            }
            Fault::MarkRepeated(window) => {
                write!(f, "the mark of window {} stands twice in a column", window.number())
            }
            Fault::WindowWithinWindow(window) => {
                write!(f, "the record of a window names window {}", window.number())
            }
            Fault::EndWithinWindow => f.write_str("the record of a window holds an end of image"),
            Fault::WindowColumns { columns, expected } => {
                write!(f, "the window has {columns} columns instead of {expected}")
            }
            Fault::TooManyColumns => write!(f, "the image has more than {MOST_COLUMNS} columns"),
            Fault::HeadImpossible => write!(f, "a head has between 1 and {MOST_DOTS} dots"),
        }
    }
}

impl core::error::Error for RecordError {}
