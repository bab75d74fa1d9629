//! The symbol sets: small bitmaps with orthogonal edges, each with a name a person can say (EP 0 660 270, Fig. 3f,
//! claim 42).
//!
//! A set is a sheet: a text file below `sets/` that a person can draw in. The sheets are read while this crate is
//! compiled, so a sheet that cannot be read stops the build; what a set must be worth (distances, blackening,
//! likeness to letters) is proved by the tests. The sets of 14, 16, 22 and 40 are one list cut at four places: a
//! symbol keeps its number and its drawing in all of them.

mod poster;
mod sheet;
mod symbol;

pub use crate::numbers::{SetError, SetId};
pub use symbol::{COLUMNS, MODULES, ROWS, Symbol, edges};

use sheet::{read, read_or_stop};

static SHEET_5: [Symbol; 5] = read_or_stop(read(include_str!("sets/s5.txt")));
static SHEET_10: [Symbol; 10] = read_or_stop(read(include_str!("sets/s10.txt")));
static SHEET_14: [Symbol; 14] = read_or_stop(read(include_str!("sets/s14.txt")));
static SHEET_16: [Symbol; 16] = read_or_stop(read(include_str!("sets/s16.txt")));
static SHEET_22: [Symbol; 22] = read_or_stop(read(include_str!("sets/s22.txt")));
static SHEET_40: [Symbol; 40] = read_or_stop(read(include_str!("sets/s40.txt")));

static SETS: [SymbolSet; 6] = [
    SymbolSet { id: SetId::S5, symbols: &SHEET_5 },
    SymbolSet { id: SetId::S10, symbols: &SHEET_10 },
    SymbolSet { id: SetId::S14, symbols: &SHEET_14 },
    SymbolSet { id: SetId::S16, symbols: &SHEET_16 },
    SymbolSet { id: SetId::S22, symbols: &SHEET_22 },
    SymbolSet { id: SetId::S40, symbols: &SHEET_40 },
];

/// The drawings of one set; a symbol's number is its place, counted from 0.
#[derive(Debug)]
pub struct SymbolSet {
    id: SetId,
    symbols: &'static [Symbol],
}

impl SymbolSet {
    /// Which set this is.
    pub const fn id(&self) -> SetId {
        self.id
    }

    /// The symbols in the order of their numbers.
    pub const fn symbols(&self) -> &'static [Symbol] {
        self.symbols
    }

    /// The symbol with this number, if the set has so many.
    pub fn symbol(&self, index: u32) -> Option<&'static Symbol> {
        self.symbols.get(usize::try_from(index).ok()?)
    }

    /// The number of the symbol with this name, if the set has it.
    pub fn index_of(&self, name: &str) -> Option<u32> {
        (0..).zip(self.symbols).find(|(_, symbol)| symbol.name() == name).map(|(index, _)| index)
    }
}

impl SetId {
    /// The drawings of this set.
    pub const fn set(self) -> &'static SymbolSet {
        let [s5, s10, s14, s16, s22, s40] = &SETS;
        match self {
            SetId::S5 => s5,
            SetId::S10 => s10,
            SetId::S14 => s14,
            SetId::S16 => s16,
            SetId::S22 => s22,
            SetId::S40 => s40,
        }
    }
}
