//! Arrays of bytes as hexadecimal digits where a person may read them, and as they are on the wire.

use heapless::String;
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The digits of the longest array.
const DIGITS_MAX: usize = 80;

/// Writes the bytes.
pub fn serialize<S: Serializer, const N: usize>(bytes: &[u8; N], serializer: S) -> Result<S::Ok, S::Error> {
    const { assert!(2 * N <= DIGITS_MAX) };
    if !serializer.is_human_readable() {
        return bytes.as_slice().serialize(serializer);
    }
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0');
    let digits: String<DIGITS_MAX> =
        bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    serializer.serialize_str(&digits)
}

/// Reads them.
pub fn deserialize<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
    if deserializer.is_human_readable() {
        return deserializer.deserialize_str(Digits);
    }
    let bytes = heapless::Vec::<u8, N>::deserialize(deserializer)?;
    bytes.into_array().map_err(|_| D::Error::custom("there are too few bytes"))
}

struct Digits<const N: usize>;

impl<const N: usize> Visitor<'_> for Digits<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} hexadecimal digits", 2 * N)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<[u8; N], E> {
        let fault = || E::custom(format_args!("{} hexadecimal digits are needed", 2 * N));
        let mut bytes = [0; N];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != N || !rest.is_empty() {
            return Err(fault());
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
            *byte = (high.ok_or_else(fault)? << 4 | low.ok_or_else(fault)?) as u8;
        }
        Ok(bytes)
    }
}
