//! The windows FE1 to FE13: rectangles of the print image that are filled with changing data.

use core::fmt;

/// A window of the print image; its number is that of the sources' FE1 to FE10, then three of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "kebab-case"))]
#[repr(u8)]
pub enum Window {
    /// FE1: the postage.
    Postage = 1,
    /// FE2: the first four digits of the serial number.
    SerialFront = 2,
    /// FE3: the last four digits of the serial number.
    SerialBack = 3,
    /// FE4: the date, written 2026-11-21.
    Date = 4,
    /// FE5: the editable text of the cliché.
    ClicheText = 5,
    /// FE6: the marking row.
    Row = 6,
    /// FE7: the reference bars.
    Reference = 7,
    /// FE8: the time count or the monotone variable in clear, nine digits.
    TimeCount = 8,
    /// FE9: the number of the cliché, three digits.
    ClicheNumber = 9,
    /// FE10: the second marking row.
    SecondRow = 10,
    /// FE11: the field above the postage: marking symbols, a bar code or a Data Matrix.
    Upper = 11,
    /// FE12: the place kept for the suspicious mark.
    Mark = 12,
    /// FE13: the service endorsement (Wahldruck), else the carrier's motto.
    Endorsement = 13,
}

impl Window {
    /// All windows in the order of their numbers.
    pub const ALL: [Window; 13] = [
        Window::Postage,
        Window::SerialFront,
        Window::SerialBack,
        Window::Date,
        Window::ClicheText,
        Window::Row,
        Window::Reference,
        Window::TimeCount,
        Window::ClicheNumber,
        Window::SecondRow,
        Window::Upper,
        Window::Mark,
        Window::Endorsement,
    ];

    /// Its number, 1 to 13.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The window with this number.
    pub fn from_number(number: u8) -> Option<Window> {
        Window::ALL.into_iter().find(|window| window.number() == number)
    }

    /// Whether its content is another one with each imprint (type 2) or seldom changes (type 1).
    pub const fn changes_with_each_imprint(self) -> bool {
        matches!(self, Window::Postage | Window::Row | Window::TimeCount | Window::SecondRow | Window::Upper)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FE{}", self.number())
    }
}
