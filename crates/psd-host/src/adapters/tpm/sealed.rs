//! The file of a sealed key, beside the memory it belongs to. See docs/formats/tpm.md.
//!
//! ```text
//!  0  8  "PORTOTPM"
//!  8  2  version
//! 10  4  first of the two NV indices
//! 14  2  length P of the public part
//! 16  2  length Q of the private part
//! 18  P  public part, a TPMT_PUBLIC as the TPM marshals it
//!     Q  private part, the content of a TPM2B_PRIVATE
//! ```
//!
//! Numbers are little-endian. Nothing in it is secret without the TPM that sealed it, which also notices every change
//! to its parts.

const MAGIC: &[u8; 8] = b"PORTOTPM";
const VERSION: u16 = 1;
const HEAD_BYTES: usize = 18;

/// A memory's key as only one TPM opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// The first of the two indices that belong to the memory.
    pub index_base: u32,
    pub(super) public: Vec<u8>,
    pub(super) private: Vec<u8>,
}

impl SealedKey {
    /// More than any TPM makes.
    pub const BYTES_MAX: u64 = 4096;

    /// As it stands in the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = |part: &[u8]| (part.len() as u16).to_le_bytes();
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&VERSION.to_le_bytes());
        bytes.extend_from_slice(&self.index_base.to_le_bytes());
        bytes.extend_from_slice(&length(&self.public));
        bytes.extend_from_slice(&length(&self.private));
        bytes.extend_from_slice(&self.public);
        bytes.extend_from_slice(&self.private);
        bytes
    }

    /// Out of the file, or what is wrong with it.
    pub fn from_bytes(bytes: &[u8]) -> Result<SealedKey, &'static str> {
        let Some((head, parts)) = bytes.split_first_chunk::<HEAD_BYTES>() else {
            return Err("it is too short");
        };
        let number = |at: usize| u16::from_le_bytes([head[at], head[at + 1]]);
        if !head.starts_with(MAGIC) {
            return Err("it is no sealed key");
        }
        if number(8) != VERSION {
            return Err("it has a version that this program does not know");
        }
        let (public, private) = (usize::from(number(14)), usize::from(number(16)));
        if parts.len() != public + private {
            return Err("its parts are not as long as it says");
        }
        let (public, private) = parts.split_at(public);
        Ok(SealedKey {
            index_base: u32::from_le_bytes([head[10], head[11], head[12], head[13]]),
            public: public.to_vec(),
            private: private.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_key_is_read_as_it_was_written_and_nothing_else_is_one() {
        let sealed = SealedKey { index_base: 0x0180_7078, public: vec![1, 2, 3], private: vec![4; 200] };
        let bytes = sealed.to_bytes();
        assert_eq!(SealedKey::from_bytes(&bytes), Ok(sealed));
        for length in 0..bytes.len() {
            assert!(SealedKey::from_bytes(&bytes[..length]).is_err(), "{length}");
        }
        for at in [0, 8, 14, 17] {
            let mut other = bytes.clone();
            other[at] ^= 1;
            assert!(SealedKey::from_bytes(&other).is_err(), "{at}");
        }
        assert!(SealedKey::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    }
}
