//! The codeword Y (EP 0 660 269, [48]-[57]).
//!
//! What always holds: it is compared in constant time, wiped when dropped, and shown nowhere.

use core::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The codeword Y: lost when the housing is opened (EP 0 660 269, [48]-[57]).
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Codeword([u8; Codeword::BYTES]);

impl Codeword {
    /// Bytes of a codeword.
    pub const BYTES: usize = 16;
    /// The word that overwrites Y where a reaction asks for zeros ([113]).
    pub const ZEROS: Codeword = Codeword([0; Codeword::BYTES]);

    /// The codeword with these bytes.
    pub const fn new(bytes: [u8; Codeword::BYTES]) -> Codeword {
        Codeword(bytes)
    }

    /// Its bytes, to be put into tamper memory.
    pub const fn bytes(&self) -> &[u8; Codeword::BYTES] {
        &self.0
    }
}

impl PartialEq for Codeword {
    fn eq(&self, other: &Codeword) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Codeword {}

impl fmt::Debug for Codeword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Codeword(..)")
    }
}
