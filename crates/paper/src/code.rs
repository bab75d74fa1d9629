//! Codes any reader knows, for layout e: Code 128 and Data Matrix.

use barcoders::sym::code128::Code128;
use datamatrix::{DataMatrix, SymbolSize};
use imprint::picture::Code;
use std::iter;
use thiserror::Error;

/// Switches Code 128 to pairs of digits.
const PAIRS: char = '\u{0106}';
/// Switches Code 128 to single characters.
const SINGLES: char = '\u{0181}';
/// The sizes that layout e has room for.
const SIZES: [SymbolSize; 10] = [
    SymbolSize::Square10,
    SymbolSize::Square12,
    SymbolSize::Square14,
    SymbolSize::Square16,
    SymbolSize::Square18,
    SymbolSize::Square20,
    SymbolSize::Square22,
    SymbolSize::Square24,
    SymbolSize::Square26,
    SymbolSize::Square32,
];

/// Text that cannot be made into a code.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum CodeError {
    /// A bar code holds 1 to 24 decimal digits here.
    #[error("a bar code holds 1 to 24 decimal digits")]
    Digits,
    /// The data does not fit a Data Matrix of 32 by 32 modules.
    #[error("the data does not fit a Data Matrix of 32 by 32 modules")]
    TooMuch,
}

/// Decimal digits as Code 128, two digits a character.
pub fn bar_code(digits: &str) -> Result<Code, CodeError> {
    if digits.is_empty() || digits.len() > 24 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CodeError::Digits);
    }
    let (pairs, single) = digits.split_at(digits.len() / 2 * 2);
    let mut text = String::new();
    if !pairs.is_empty() {
        text.push(PAIRS);
        text.push_str(pairs);
    }
    if !single.is_empty() {
        text.push(SINGLES);
        text.push_str(single);
    }
    let modules = Code128::new(&text).map_err(|_| CodeError::Digits)?.encode();
    Ok(Code { columns: modules.len() as u32, black: modules.into_iter().map(|module| module == 1).collect() })
}

/// Data as the smallest square Data Matrix that holds it.
pub fn data_matrix(data: &[u8]) -> Result<Code, CodeError> {
    // One size at a time: given the list, the crate refuses data that would fit the larger ones.
    let symbol =
        SIZES.iter().find_map(|size| DataMatrix::encode(data, *size).ok()).ok_or(CodeError::TooMuch)?;
    let bitmap = symbol.bitmap();
    let mut black: Vec<bool> = iter::repeat_n(false, bitmap.width() * bitmap.height()).collect();
    for (x, y) in bitmap.pixels() {
        if let Some(module) = black.get_mut(y * bitmap.width() + x) {
            *module = true;
        }
    }
    Ok(Code { columns: bitmap.width() as u32, black })
}
