//! What somebody shows to prove who he is without a password: the cookie of a session, the end of a one-time link, a
//! token for the interface. 32 random bytes each, of which only the SHA-256 is kept.
//!
//! What always holds: a secret is wiped when dropped and never shown by accident; it is looked for by its hash, so that
//! no comparison tells how much of a guess was right.

use super::PeopleFault;
use crate::hex;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// What a token for the interface begins with, so that one that was published is found by who looks for such things.
const TOKEN_PREFIX: &str = "porto_";
/// What is hashed before a session's secret to have the token of its forms.
const FORM_TAG: &[u8] = b"porto form token 1\n";

/// 32 random bytes that prove something.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; Secret::BYTES]>);

impl Secret {
    /// Its length.
    pub const BYTES: usize = 32;

    /// A new one.
    pub(super) fn draw() -> Result<Secret, PeopleFault> {
        let mut bytes = Zeroizing::new([0; Secret::BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| PeopleFault::Random)?;
        Ok(Secret(bytes))
    }

    /// The secret with these 64 digits, as a cookie and a link have them.
    pub fn from_text(text: &str) -> Option<Secret> {
        let mut bytes = Zeroizing::new([0; Secret::BYTES]);
        hex::decode_into(text, bytes.as_mut_slice())?;
        Some(Secret(bytes))
    }

    /// Its 64 digits.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.as_slice()))
    }

    /// The secret in the header `Authorization: Bearer porto_...` of a request to the interface.
    pub fn from_authorization(header: &str) -> Option<Secret> {
        let (scheme, token) = header.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        Secret::from_text(token.trim().strip_prefix(TOKEN_PREFIX)?)
    }

    /// It as a token for the interface, as it is shown once.
    pub fn token_text(&self) -> Zeroizing<String> {
        let digits = self.text();
        let mut text = Zeroizing::new(String::with_capacity(TOKEN_PREFIX.len() + digits.len()));
        text.push_str(TOKEN_PREFIX);
        text.push_str(&digits);
        text
    }

    /// By what it is found in a table.
    pub(super) fn hash(&self) -> String {
        hex::encode(&Sha256::digest(self.0.as_slice()))
    }

    /// What the forms of a session with this cookie carry.
    pub(super) fn form_token(&self) -> FormToken {
        let hash = Sha256::new().chain_update(FORM_TAG).chain_update(self.0.as_slice()).finalize();
        FormToken(Zeroizing::new(hex::encode(&hash)))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// What every form of a session carries, so that no other site can send one in the person's name. It follows from the
/// cookie and is not kept.
#[derive(Clone)]
pub struct FormToken(Zeroizing<String>);

impl FormToken {
    /// Its text, for a hidden field of a form.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Whether a form brought it along.
    pub fn matches(&self, brought: &str) -> bool {
        self.0.as_bytes().ct_eq(brought.as_bytes()).into()
    }
}

impl fmt::Debug for FormToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormToken(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_one_text_and_shows_it_only_when_asked() {
        let text = "0f".repeat(32);
        let secret = Secret::from_text(&text).unwrap();
        assert_eq!(*secret.text(), text);
        assert_ne!(Secret::draw().unwrap().hash(), Secret::draw().unwrap().hash());
        assert_eq!(format!("{secret:?} {:?}", secret.form_token()), "Secret(..) FormToken(..)");
        for text in ["", "0f", &text.to_uppercase(), &format!("{text}0"), &format!("{text}00"), &text[1..]] {
            assert!(Secret::from_text(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_bearer_token_is_read_from_its_header_alone() {
        let secret = Secret::draw().unwrap();
        let token = secret.token_text();
        for header in [format!("Bearer {}", *token), format!("bearer  {} ", *token)] {
            assert_eq!(Secret::from_authorization(&header).unwrap().hash(), secret.hash(), "{header}");
        }
        for header in [token.to_string(), format!("Basic {}", *token), format!("Bearer {}", *secret.text())] {
            assert!(Secret::from_authorization(&header).is_none(), "{header}");
        }
    }

    #[test]
    fn a_form_token_belongs_to_one_session_and_does_not_tell_its_secret() {
        let (one, other) = (Secret::draw().unwrap(), Secret::draw().unwrap());
        let token = one.form_token();
        assert!(token.matches(one.form_token().text()));
        for brought in [other.form_token().text(), "", &token.text()[1..], &one.hash(), &one.text()] {
            assert!(!token.matches(brought));
        }
    }
}
