//! What is derived from a password on a computer: Argon2id with the least costs that OWASP advises, 19 MiB and two
//! passes. Changing them makes every password that is kept a wrong one.

use access::{HashFault, Verifier};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use zeroize::Zeroizing;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Derives 32 bytes; a fault where the system has no memory for it.
pub(crate) fn derive(
    password: &[u8],
    salt: &[u8; Verifier::SALT_BYTES],
) -> Result<Zeroizing<[u8; Verifier::DERIVED_BYTES]>, HashFault> {
    let length = Some(Verifier::DERIVED_BYTES);
    let params = Params::new(MEMORY_KIB, PASSES, LANES, length).map_err(|_| HashFault)?;
    let mut blocks = Zeroizing::new(Vec::new());
    blocks.try_reserve_exact(params.block_count()).map_err(|_| HashFault)?;
    blocks.resize(params.block_count(), Block::new());
    let mut derived = Zeroizing::new([0; Verifier::DERIVED_BYTES]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2
        .hash_password_into_with_memory(password, salt, derived.as_mut_slice(), blocks.as_mut_slice())
        .map_err(|_| HashFault)?;
    Ok(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected bytes are those of the reference implementation (libargon2 20171227).
    #[test]
    fn a_password_is_derived_as_the_reference_does() {
        let salt = core::array::from_fn(|place| place as u8);
        let expected = "d00b90c40f918cf889780d7d3a9ec3c2b1719df87dc5e4d4d93ea6163db04e17";
        let derived = derive(b"correct horse", &salt).unwrap();
        let shown: String = derived.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(shown, expected);
    }
}
