//! The ciphers of the profiles: FF1 over AES-256 on sixteen decimal digits, and the historic DES and 3DES on the
//! same digits packed as BCD into eight bytes (EP 0 660 270, substeps 452 and 456).

mod des;
mod ff1;

pub use ff1::Ff1;

use super::{Key, NumberError};
use aes::Aes256;
use core::fmt;
use heapless::Vec;

/// Which cipher a profile uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum CipherKind {
    /// FF1 of NIST SP 800-38G with AES-256: sixteen decimal digits to sixteen decimal digits.
    Ff1,
    /// DES on eight bytes (historic).
    Des,
    /// 3DES with three keys on eight bytes (historic).
    #[cfg_attr(feature = "serde", serde(rename = "3des"))]
    TripleDes,
}

impl CipherKind {
    /// Whether the crypto number is 64 bits (written as 16 hexadecimal digits) and not 16 decimal digits.
    pub const fn is_binary(self) -> bool {
        !matches!(self, CipherKind::Ff1)
    }
}

/// A crypto number KRZ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Krz {
    /// Sixteen decimal digits.
    Decimal(u64),
    /// Sixty-four bits.
    Binary(u64),
}

impl Krz {
    /// How many values sixteen decimal digits can take.
    pub const DECIMAL_DOMAIN: u64 = 10_000_000_000_000_000;

    /// Its value as one integer.
    pub const fn value(self) -> u64 {
        match self {
            Krz::Decimal(value) | Krz::Binary(value) => value,
        }
    }

    /// Whether it is 64 bits.
    pub const fn is_binary(self) -> bool {
        matches!(self, Krz::Binary(_))
    }
}

/// Sixteen decimal or sixteen hexadecimal digits.
impl fmt::Display for Krz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Krz::Decimal(value) => write!(f, "{value:016}"),
            Krz::Binary(value) => write!(f, "{value:016x}"),
        }
    }
}

/// The longest tweak: name, suffix, zero, serial, zero, date.
pub(super) const TWEAK_MAX: usize = 40;

/// The public value that goes into FF1 beside the key.
pub(super) type Tweak = Vec<u8, TWEAK_MAX>;

/// A cipher with its key schedule, ready for any number of imprints. The schedule is wiped when dropped.
pub struct Cipher(Schedule);

enum Schedule {
    Ff1(Ff1<Aes256>),
    Des(des::Single),
    TripleDes(des::Triple),
}

impl Cipher {
    /// Expands the key for a cipher.
    pub fn new(kind: CipherKind, key: &Key) -> Cipher {
        Cipher(match kind {
            CipherKind::Ff1 => Schedule::Ff1(Ff1::aes256(key.bytes())),
            CipherKind::Des => Schedule::Des(des::single(key)),
            CipherKind::TripleDes => Schedule::TripleDes(des::triple(key)),
        })
    }

    /// Which cipher it is.
    pub const fn kind(&self) -> CipherKind {
        match self.0 {
            Schedule::Ff1(_) => CipherKind::Ff1,
            Schedule::Des(_) => CipherKind::Des,
            Schedule::TripleDes(_) => CipherKind::TripleDes,
        }
    }

    /// Encrypts a combination number below 10^16.
    pub(super) fn encrypt(&self, tweak: &[u8], koz: u64) -> Krz {
        match &self.0 {
            Schedule::Ff1(ff1) => Krz::Decimal(ff1.encrypt_decimal16(tweak, koz)),
            Schedule::Des(single) => Krz::Binary(des::encrypt(single, des::pack_bcd(koz))),
            Schedule::TripleDes(triple) => Krz::Binary(des::encrypt(triple, des::pack_bcd(koz))),
        }
    }

    /// Decrypts a crypto number to a combination number below 10^16.
    pub(super) fn decrypt(&self, tweak: &[u8], krz: Krz) -> Result<u64, NumberError> {
        let packed = match &self.0 {
            Schedule::Ff1(ff1) => return Ok(ff1.decrypt_decimal16(tweak, krz.value())),
            Schedule::Des(single) => des::decrypt(single, krz.value()),
            Schedule::TripleDes(triple) => des::decrypt(triple, krz.value()),
        };
        des::unpack_bcd(packed).ok_or(NumberError::NotDecimal)
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cipher({:?}, ..)", self.kind())
    }
}
