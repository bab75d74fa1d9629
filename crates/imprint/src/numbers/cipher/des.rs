//! DES and 3DES on eight bytes that hold sixteen BCD digits: historic, kept for old profiles and test vectors.

use crate::numbers::Key;
use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit, consts::U8};
use des::{Des, TdesEde3};
use zeroize::Zeroize;

/// Sixteen decimal digits as eight bytes, one digit in each nibble.
pub fn pack_bcd(mut number: u64) -> u64 {
    let mut packed = 0;
    for place in 0..16 {
        packed |= (number % 10) << (4 * place);
        number /= 10;
    }
    packed
}

/// The number that eight BCD bytes hold, or `None` if a nibble is no decimal digit.
pub fn unpack_bcd(packed: u64) -> Option<u64> {
    let mut number = 0;
    for place in (0..16).rev() {
        let digit = packed >> (4 * place) & 0xF;
        if digit > 9 {
            return None;
        }
        number = number * 10 + digit;
    }
    Some(number)
}

/// DES with its key schedule.
pub type Single = Des;
/// 3DES with its key schedule.
pub type Triple = TdesEde3;

/// DES under the first eight bytes of the key.
pub fn single(key: &Key) -> Single {
    schedule(key)
}

/// 3DES under the first twenty-four bytes of the key.
pub fn triple(key: &Key) -> Triple {
    schedule(key)
}

fn schedule<C: KeyInit>(key: &Key) -> C {
    let mut bytes = Array::default();
    bytes.iter_mut().zip(key.bytes()).for_each(|(to, from)| *to = *from);
    let cipher = C::new(&bytes);
    bytes.as_mut_slice().zeroize();
    cipher
}

/// Encrypts one block.
pub fn encrypt<C: BlockCipherEncrypt<BlockSize = U8>>(cipher: &C, block: u64) -> u64 {
    let mut bytes = Array(block.to_be_bytes());
    cipher.encrypt_block(&mut bytes);
    u64::from_be_bytes(bytes.0)
}

/// Decrypts one block.
pub fn decrypt<C: BlockCipherDecrypt<BlockSize = U8>>(cipher: &C, block: u64) -> u64 {
    let mut bytes = Array(block.to_be_bytes());
    cipher.decrypt_block(&mut bytes);
    u64::from_be_bytes(bytes.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(start: &[u8]) -> Key {
        let mut bytes = [0; Key::BYTES];
        bytes[..start.len()].copy_from_slice(start);
        Key::new(bytes)
    }

    /// Known answers of FIPS 46-3 / SP 800-17: the worked example, variable plaintext and variable key.
    #[test]
    fn des_gives_the_published_answers() {
        let known: [(u64, u64, u64); 4] = [
            (0x1334_5779_9BBC_DFF1, 0x0123_4567_89AB_CDEF, 0x85E8_1354_0F0A_B405),
            (0x0101_0101_0101_0101, 0x8000_0000_0000_0000, 0x95F8_A5E5_DD31_D900),
            (0x0101_0101_0101_0101, 0x0000_0000_0000_0001, 0x166B_40B4_4ABA_4BD6),
            (0x8001_0101_0101_0101, 0x0000_0000_0000_0000, 0x95A8_D728_13DA_A94D),
        ];
        for (k, plain, crypt) in known {
            let des = single(&key(&k.to_be_bytes()));
            assert_eq!(encrypt(&des, plain), crypt, "{k:016x}");
            assert_eq!(decrypt(&des, crypt), plain, "{k:016x}");
        }
    }

    /// SP 800-67 appendix B: three different keys, first block of the example text "The qufc".
    #[test]
    fn triple_des_gives_the_published_answer() {
        let bytes: [u8; 24] = [
            0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x01,
            0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x01, 0x23,
        ];
        let triple = triple(&key(&bytes));
        assert_eq!(encrypt(&triple, 0x5468_6520_7175_6663), 0xA826_FD8C_E53B_855F);
        assert_eq!(decrypt(&triple, 0xA826_FD8C_E53B_855F), 0x5468_6520_7175_6663);
    }

    #[test]
    fn bcd_keeps_every_digit_and_refuses_others() {
        assert_eq!(pack_bcd(42_011_003), 0x0000_0000_4201_1003);
        assert_eq!(unpack_bcd(0x9999_9999_9999_9999), Some(9_999_999_999_999_999));
        assert_eq!(unpack_bcd(0x0000_0000_0000_000A), None);
    }
}
