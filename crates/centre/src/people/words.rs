//! Sets of words from a closed list: the roles of a person, the scopes of a token. In tables their words stand behind
//! each other with commas between.
//!
//! What always holds: one text for one set; a word that is not on the list is refused, never passed over.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

/// A word of a closed list.
pub trait Word: Copy + Ord + 'static {
    /// The whole list, in its order.
    const ALL: &'static [Self];
    /// What its words are called.
    const WHAT: &'static str;

    /// The word as it is written everywhere.
    fn word(self) -> &'static str;

    /// The member of the list that is written so.
    fn of(text: &str) -> Result<Self, UnknownWord> {
        let found = Self::ALL.iter().copied().find(|member| member.word() == text);
        found.ok_or_else(|| UnknownWord {
            what: Self::WHAT,
            known: Self::ALL.iter().map(|member| member.word()).collect::<Vec<_>>().join(", "),
        })
    }
}

/// A word that is not on its list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no such {what}: write one of {known}")]
pub struct UnknownWord {
    what: &'static str,
    known: String,
}

/// A set of such words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "T: Ord + Deserialize<'de>"))]
pub struct Words<T>(BTreeSet<T>);

impl<T: Word> Words<T> {
    /// The members, in the order of the list.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.0.iter().copied()
    }

    /// Whether it is one of them.
    pub fn contains(&self, member: T) -> bool {
        self.0.contains(&member)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The words, one by one, as the audit log keeps them.
    pub fn to_words(&self) -> Vec<String> {
        self.iter().map(|member| member.word().to_owned()).collect()
    }
}

impl<T: Word> FromIterator<T> for Words<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Words<T> {
        Words(members.into_iter().collect())
    }
}

impl<T: Word, const N: usize> From<[T; N]> for Words<T> {
    fn from(members: [T; N]) -> Words<T> {
        members.into_iter().collect()
    }
}

/// `operator,auditor`
impl<T: Word> fmt::Display for Words<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_words().join(","))
    }
}

impl<T: Word> FromStr for Words<T> {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Words<T>, UnknownWord> {
        text.split(',').filter(|word| !word.is_empty()).map(T::of).collect()
    }
}
