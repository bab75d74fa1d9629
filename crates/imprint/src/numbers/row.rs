//! A number written as a row of symbols, and back: base b, most significant first, fixed length.
//!
//! A row that stands for no number of the domain is an error, never wrapped.

use super::{Krz, SetId};
use core::fmt;
use heapless::Vec;

/// Most symbols a row can have: 64 bits in a set of five.
pub const ROW_MAX: usize = 28;

/// Indices into a symbol set, most significant first.
pub type Row = Vec<u8, ROW_MAX>;

/// Which symbol of the set stands for which digit. The order can change from inspection to inspection, differ from
/// user to user, and depend on the postage (EP 0 660 270, description of Fig. 1 and of the lists of Fig. 4d).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct SymbolOrder {
    /// The symbol for each digit; empty for the natural order.
    pub permutation: Vec<u8, 40>,
    /// Whether the digit is first moved on by the postage.
    pub by_postage: bool,
}

impl SymbolOrder {
    /// Whether this is an order of the symbols of `set`.
    pub fn fits(&self, set: SetId) -> bool {
        if self.permutation.is_empty() {
            return true;
        }
        let mut seen = 0_u64;
        for &symbol in &self.permutation {
            if u32::from(symbol) >= set.base() {
                return false;
            }
            seen |= 1 << symbol;
        }
        self.permutation.len() == set.base() as usize && seen.count_ones() == set.base()
    }

    fn symbol(&self, digit: u32, shift: u32, base: u32) -> Result<u8, RowError> {
        let moved = (digit + shift) % base;
        if self.permutation.is_empty() {
            return Ok(moved as u8);
        }
        self.permutation.get(moved as usize).copied().ok_or(RowError::NoSuchSymbol)
    }

    fn digit(&self, symbol: u8, shift: u32, base: u32) -> Result<u32, RowError> {
        let moved = if self.permutation.is_empty() {
            u32::from(symbol)
        } else {
            let place = self.permutation.iter().position(|&other| other == symbol);
            place.ok_or(RowError::NoSuchSymbol)? as u32
        };
        if moved >= base { Err(RowError::NoSuchSymbol) } else { Ok((moved + base - shift) % base) }
    }
}

/// How many values a crypto number of this kind can take.
const fn domain(binary: bool) -> u128 {
    if binary { 1 << 64 } else { Krz::DECIMAL_DOMAIN as u128 }
}

/// How many symbols of `set` a crypto number takes: decimal (16 digits) or binary (64 bits).
pub const fn row_length(set: SetId, binary: bool) -> usize {
    let mut length = 0;
    let mut reach = 1_u128;
    while reach < domain(binary) {
        reach *= set.base() as u128;
        length += 1;
    }
    length
}

/// Writes a crypto number as symbols of `set`; `shift` moves every digit on.
pub(super) fn write(krz: Krz, set: SetId, order: &SymbolOrder, shift: u32) -> Result<Row, RowError> {
    let base = set.base();
    let mut row = Row::new();
    row.resize(row_length(set, krz.is_binary()), 0).map_err(|_| RowError::Length { expected: ROW_MAX })?;
    let mut rest = krz.value();
    for place in row.iter_mut().rev() {
        *place = order.symbol((rest % u64::from(base)) as u32, shift, base)?;
        rest /= u64::from(base);
    }
    Ok(row)
}

/// Reads a crypto number back from symbols.
pub(super) fn read(
    symbols: &[u8],
    set: SetId,
    binary: bool,
    order: &SymbolOrder,
    shift: u32,
) -> Result<Krz, RowError> {
    let expected = row_length(set, binary);
    if symbols.len() != expected {
        return Err(RowError::Length { expected });
    }
    let base = set.base();
    let mut value = 0_u128;
    for &symbol in symbols {
        value = value * u128::from(base) + u128::from(order.digit(symbol, shift, base)?);
    }
    if value >= domain(binary) {
        return Err(RowError::OutsideDomain);
    }
    Ok(if binary { Krz::Binary(value as u64) } else { Krz::Decimal(value as u64) })
}

/// Why a row of symbols stands for no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowError {
    /// A row has another number of symbols.
    Length {
        /// How many it must have.
        expected: usize,
    },
    /// The set has no such symbol.
    NoSuchSymbol,
    /// The number is greater than any that can be written.
    OutsideDomain,
}

impl fmt::Display for RowError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RowError::Length { expected } => write!(f, "a row of this profile has {expected} symbols"),
            RowError::NoSuchSymbol => f.write_str("the row holds a symbol that the set does not have"),
            RowError::OutsideDomain => f.write_str("the row stands for a number outside the domain"),
        }
    }
}

impl core::error::Error for RowError {}
