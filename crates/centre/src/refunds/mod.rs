//! Refunds of spoiled imprints: what of a claim is believed, and what it is worth.
//!
//! ```text
//! claimed ── the papers came in, and the meter's registers include it ──► refunded
//!    └─ not genuine, not to be told from others, zero, too old, claimed before, seen in the mail, a person says no ─► refused
//! ```
//!
//! What always holds: a line becomes `claimed` only if its row decrypts under the meter's key of its epoch to what the
//! line says; an imprint is claimed or refunded by one line at most; one that a station has seen is not refunded. What
//! this must never do: accuse. An imprint that was claimed and seen may be the spoiled paper itself, which went into the
//! mail by mistake: the line is refused, and a person compares the papers.
//!
//! | file | holds |
//! |---|---|
//! | `examine` | whether a line's row proves what the line says |
//! | `reported` | whether the registers include an imprint |
//!
//! The rows are `books::sql::refunds`, the acts `office::refunds`.

mod examine;
mod reported;

pub use examine::{Examined, Identity, Terms, examine};
pub use reported::{Reported, is_reported};

use terms::Money;

/// A hundred per cent, in hundredths of a per cent.
const WHOLE: u32 = 10_000;

/// Why a line is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The row does not prove what the line says.
    NotGenuine,
    /// The meter never had a profile of this epoch.
    NoSuchEpoch,
    /// The row has only the last digits of MV, as other imprints of the meter may have.
    Ambiguous,
    /// Nothing was paid for it.
    ZeroValue,
    /// Its date lies too far back.
    TooOld,
    /// Another line claims the imprint, or it was refunded.
    ClaimedBefore,
    /// A station of the post has seen it.
    SeenInMail,
    /// A person refused it.
    ByPerson,
}

impl Refusal {
    /// All of them.
    pub const ALL: [Refusal; 8] = [
        Refusal::NotGenuine,
        Refusal::NoSuchEpoch,
        Refusal::Ambiguous,
        Refusal::ZeroValue,
        Refusal::TooOld,
        Refusal::ClaimedBefore,
        Refusal::SeenInMail,
        Refusal::ByPerson,
    ];

    /// Its word in tables and answers, which stays the same from version to version.
    pub const fn word(self) -> &'static str {
        match self {
            Refusal::NotGenuine => "not_genuine",
            Refusal::NoSuchEpoch => "no_such_epoch",
            Refusal::Ambiguous => "ambiguous",
            Refusal::ZeroValue => "zero_value",
            Refusal::TooOld => "too_old",
            Refusal::ClaimedBefore => "claimed_before",
            Refusal::SeenInMail => "seen_in_mail",
            Refusal::ByPerson => "by_person",
        }
    }

    /// The refusal of this word.
    pub fn of(word: &str) -> Option<Refusal> {
        Refusal::ALL.into_iter().find(|refusal| refusal.word() == word)
    }

    /// The same for people.
    pub const fn sentence(self) -> &'static str {
        match self {
            Refusal::NotGenuine => "its row does not say what the claim says: it is no imprint of this meter",
            Refusal::NoSuchEpoch => "the meter never had a key of this epoch",
            Refusal::Ambiguous => {
                "its row does not tell it from other imprints of the meter: it is refunded by hand or not at all"
            }
            Refusal::ZeroValue => "it has no value",
            Refusal::TooOld => "its date lies too far back",
            Refusal::ClaimedBefore => "it is claimed already, or was refunded",
            Refusal::SeenInMail => "it was seen in the mail",
            Refusal::ByPerson => "a person refused it",
        }
    }
}

/// What is paid for an imprint: its postage less the handling share, which is given in hundredths of a per cent and
/// rounded half up to the minor unit.
pub fn paid_for(postage: Money, share: u32) -> Money {
    let (postage, share) = (u128::from(postage.minor()), u128::from(share.min(WHOLE)));
    let handling = (postage * share + u128::from(WHOLE) / 2) / u128::from(WHOLE);
    // A share of the whole at most: the difference is no greater than the postage.
    Money::from_minor(u64::try_from(postage - handling.min(postage)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_handling_share_is_rounded_half_up() {
        let check =
            |postage, share, paid| assert_eq!(paid_for(Money::from_minor(postage), share).minor(), paid);
        check(100, 0, 100);
        check(100, 1_000, 90);
        // 2.5 per cent of 1.00 are 2.5 minor units.
        check(100, 250, 97);
        check(100, 249, 98);
        check(1, 10_000, 0);
        check(u64::MAX, 0, u64::MAX);
    }

    #[test]
    fn each_refusal_has_a_word_of_its_own() {
        for refusal in Refusal::ALL {
            assert_eq!(Refusal::of(refusal.word()), Some(refusal));
        }
        assert_eq!(Refusal::of(""), None);
    }

    proptest! {
        #[test]
        fn never_more_than_the_postage_is_paid(postage in any::<u64>(), share in any::<u32>()) {
            prop_assert!(paid_for(Money::from_minor(postage), share).minor() <= postage);
        }
    }
}
