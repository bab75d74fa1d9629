//! FF1 of NIST SP 800-38G, a mode over a 128-bit block cipher, for halves that fit a `u64`: no heap, no big
//! integers. Held to NIST's samples and to an independent implementation in the tests.

use aes::Aes256;
use cipher::{Array, BlockCipherEncrypt, KeyInit, consts::U16};

/// Feistel rounds.
const ROUNDS: u8 = 10;
/// Bytes in a block.
const BLOCK: usize = 16;

/// FF1 over a block cipher with its key schedule, which the cipher wipes when dropped.
pub struct Ff1<C>(C);

/// The shape of a number: radix and the lengths of its two halves.
#[derive(Clone, Copy)]
struct Shape {
    radix: u32,
    left_digits: u32,
    right_digits: u32,
    /// radix to the power of `left_digits`.
    left_modulus: u64,
    /// radix to the power of `right_digits`.
    right_modulus: u64,
}

impl Shape {
    /// The shape of numbers of `digits` digits, or `None` if a half does not fit a `u64`.
    fn new(radix: u32, digits: u32) -> Option<Shape> {
        let (left_digits, right_digits) = (digits / 2, digits - digits / 2);
        let power = |exponent| u64::from(radix).checked_pow(exponent);
        if !(2..=1 << 16).contains(&radix) || digits < 2 {
            return None;
        }
        let (left_modulus, right_modulus) = (power(left_digits)?, power(right_digits)?);
        Some(Shape { radix, left_digits, right_digits, left_modulus, right_modulus })
    }

    /// Bytes that hold the right half (`b` of the standard).
    const fn half_bytes(&self) -> usize {
        let bits = u64::BITS - (self.right_modulus - 1).leading_zeros();
        bits.div_ceil(8) as usize
    }

    /// The modulus of the half that round `round` replaces.
    const fn modulus(&self, round: u8) -> u64 {
        if round.is_multiple_of(2) { self.left_modulus } else { self.right_modulus }
    }

    /// The block P, the same in every round.
    fn first_block(&self, tweak_bytes: u32) -> [u8; BLOCK] {
        let [_, r2, r1, r0] = self.radix.to_be_bytes();
        let [n3, n2, n1, n0] = (self.left_digits + self.right_digits).to_be_bytes();
        let [t3, t2, t1, t0] = tweak_bytes.to_be_bytes();
        [1, 2, 1, r2, r1, r0, ROUNDS, self.left_digits as u8, n3, n2, n1, n0, t3, t2, t1, t0]
    }
}

/// Sixteen decimal digits.
const DECIMAL16: Shape = Shape {
    radix: 10,
    left_digits: 8,
    right_digits: 8,
    left_modulus: 100_000_000,
    right_modulus: 100_000_000,
};

impl Ff1<Aes256> {
    /// FF1 with AES-256 under this key.
    pub fn aes256(key: &[u8; 32]) -> Ff1<Aes256> {
        Ff1(Aes256::new(&Array(*key)))
    }
}

impl<C: BlockCipherEncrypt<BlockSize = U16>> Ff1<C> {
    /// FF1 over this block cipher.
    pub const fn new(cipher: C) -> Ff1<C> {
        Ff1(cipher)
    }

    /// Encrypts a number of sixteen decimal digits; a greater number counts modulo 10^16.
    pub fn encrypt_decimal16(&self, tweak: &[u8], number: u64) -> u64 {
        let (left, right) = self.forward(DECIMAL16, tweak, split(DECIMAL16, number));
        left * DECIMAL16.right_modulus + right
    }

    /// Decrypts a number of sixteen decimal digits; a greater number counts modulo 10^16.
    pub fn decrypt_decimal16(&self, tweak: &[u8], number: u64) -> u64 {
        let (left, right) = self.backward(DECIMAL16, tweak, split(DECIMAL16, number));
        left * DECIMAL16.right_modulus + right
    }

    /// Encrypts the two halves of a number of `digits` digits in `radix`. `None` if a half does not fit a `u64` or
    /// is no number of its length.
    pub fn encrypt(&self, radix: u32, digits: u32, tweak: &[u8], halves: (u64, u64)) -> Option<(u64, u64)> {
        let shape = Shape::new(radix, digits).filter(|shape| within(shape, halves))?;
        Some(self.forward(shape, tweak, halves))
    }

    /// Decrypts what [`Ff1::encrypt`] gave, under the same conditions.
    pub fn decrypt(&self, radix: u32, digits: u32, tweak: &[u8], halves: (u64, u64)) -> Option<(u64, u64)> {
        let shape = Shape::new(radix, digits).filter(|shape| within(shape, halves))?;
        Some(self.backward(shape, tweak, halves))
    }

    fn forward(&self, shape: Shape, tweak: &[u8], (mut a, mut b): (u64, u64)) -> (u64, u64) {
        let prefix = self.prefix(shape, tweak);
        for round in 0..ROUNDS {
            let modulus = shape.modulus(round);
            let c = (a + self.round(shape, tweak, &prefix, round, b) % modulus) % modulus;
            (a, b) = (b, c);
        }
        (a, b)
    }

    fn backward(&self, shape: Shape, tweak: &[u8], (mut a, mut b): (u64, u64)) -> (u64, u64) {
        let prefix = self.prefix(shape, tweak);
        for round in (0..ROUNDS).rev() {
            let modulus = shape.modulus(round);
            let c = (b + modulus - self.round(shape, tweak, &prefix, round, a) % modulus) % modulus;
            (a, b) = (c, a);
        }
        (a, b)
    }

    /// The chaining value after P and the whole blocks of the tweak, which no round changes.
    fn prefix(&self, shape: Shape, tweak: &[u8]) -> [u8; BLOCK] {
        let mut chain = Array(shape.first_block(tweak.len() as u32));
        self.0.encrypt_block(&mut chain);
        for block in tweak.chunks_exact(BLOCK) {
            exclusive_or(&mut chain.0, block.iter());
            self.0.encrypt_block(&mut chain);
        }
        chain.0
    }

    /// The round function: NUM(S) modulo the round's modulus.
    fn round(&self, shape: Shape, tweak: &[u8], prefix: &[u8; BLOCK], round: u8, half: u64) -> u64 {
        let half_bytes = shape.half_bytes();
        let rest = tweak.chunks_exact(BLOCK).remainder();
        let mut chain = Array(*prefix);
        // The tweak's rest, zeros up to a whole block, the round's number, the half.
        let fits = rest.len() + 1 + half_bytes <= BLOCK;
        exclusive_or(&mut chain.0, rest.iter());
        if !fits {
            self.0.encrypt_block(&mut chain);
        }
        let tail = u128::from(round) << (8 * half_bytes) | u128::from(half);
        exclusive_or(&mut chain.0, tail.to_be_bytes().iter());
        self.0.encrypt_block(&mut chain);
        // S is the first d bytes of the block.
        let s_bytes = 4 * half_bytes.div_ceil(4) + 4;
        let s = u128::from_be_bytes(chain.0) >> (8 * (BLOCK - s_bytes));
        let modulus = shape.modulus(round);
        match u64::try_from(s) {
            Ok(s) => s % modulus,
            Err(_) => (s % u128::from(modulus)) as u64,
        }
    }
}

fn exclusive_or<'a>(chain: &mut [u8; BLOCK], bytes: impl Iterator<Item = &'a u8>) {
    chain.iter_mut().zip(bytes).for_each(|(to, from)| *to ^= from);
}

fn split(shape: Shape, number: u64) -> (u64, u64) {
    (number / shape.right_modulus % shape.left_modulus, number % shape.right_modulus)
}

fn within(shape: &Shape, (left, right): (u64, u64)) -> bool {
    left < shape.left_modulus && right < shape.right_modulus
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use aes::{Aes128, Aes192};
    use std::vec::Vec;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    fn halves(radix: u32, text: &str) -> (u64, u64) {
        let (left, right) = text.split_at(text.len() / 2);
        let number = |half| u64::from_str_radix(half, radix).unwrap();
        (number(left), number(right))
    }

    fn check<C>(key: &str, radix: u32, tweak: &str, plain: &str, crypt: &str)
    where
        C: BlockCipherEncrypt<BlockSize = U16> + KeyInit,
    {
        let ff1 = Ff1::new(C::new_from_slice(&bytes(key)).unwrap());
        let (tweak, digits) = (bytes(tweak), plain.len() as u32);
        let (plain, crypt) = (halves(radix, plain), halves(radix, crypt));
        assert_eq!(ff1.encrypt(radix, digits, &tweak, plain), Some(crypt));
        assert_eq!(ff1.decrypt(radix, digits, &tweak, crypt), Some(plain));
    }

    /// The nine samples NIST publishes for FF1.
    ///
    /// Claim: X1
    #[test]
    fn ff1_gives_the_published_answers() {
        const K128: &str = "2B7E151628AED2A6ABF7158809CF4F3C";
        const K192: &str = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F";
        const K256: &str = "2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94";
        const T10: &str = "39383736353433323130";
        const T36: &str = "3737373770717273373737";
        let (p10, p36) = ("0123456789", "0123456789abcdefghi");
        check::<Aes128>(K128, 10, "", p10, "2433477484");
        check::<Aes128>(K128, 10, T10, p10, "6124200773");
        check::<Aes128>(K128, 36, T36, p36, "a9tv40mll9kdu509eum");
        check::<Aes192>(K192, 10, "", p10, "2830668132");
        check::<Aes192>(K192, 10, T10, p10, "2496655549");
        check::<Aes192>(K192, 36, T36, p36, "xbj3kv35jrawxv32ysr");
        check::<Aes256>(K256, 10, "", p10, "6657667009");
        check::<Aes256>(K256, 10, T10, p10, "1001623463");
        check::<Aes256>(K256, 36, T36, p36, "xs8a0azh2avyalyzuwd");
    }

    #[test]
    fn numbers_that_do_not_fit_are_refused() {
        let ff1 = Ff1::aes256(&[0; 32]);
        assert_eq!(ff1.encrypt(10, 16, b"", (100_000_000, 0)), None);
        assert_eq!(ff1.encrypt(10, 60, b"", (0, 0)), None);
        assert_eq!(ff1.encrypt(1, 16, b"", (0, 0)), None);
        assert_eq!(ff1.encrypt(10, 1, b"", (0, 0)), None);
    }
}
