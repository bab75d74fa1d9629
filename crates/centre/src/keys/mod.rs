//! The centre's keys in coded form: each meter's link key and the key that grants and seals are signed with, wrapped by
//! a master key that lies in a file or never leaves an HSM.
//!
//! What always holds: a wrapped key names its master key and opens only under the name it was wrapped for, so that
//! exchanging two rows of the table gains nothing; a wrong master key is noticed at the start and not at the first call;
//! a master key is forgotten only when no key needs it any more. What it must never do: write a key or a PIN in clear
//! anywhere but into the file that was named for it, or show one.
//!
//! | module | holds |
//! |---|---|
//! | [`MasterKey`] | what wraps: [`FileMaster`], [`HsmMaster`] |
//! | [`WrappedKey`] | the coded form |
//! | [`KeySafe`] | the tables, and changing the master key |

mod file;
mod hsm;
mod safe;
mod wrapped;

pub use file::FileMaster;
pub use hsm::{HsmMaster, HsmPlace, Pin};
pub use safe::KeySafe;
pub use wrapped::{KeyName, MasterId, WrappedKey};

use imprint::numbers::Key;
use std::io;
use std::path::PathBuf;
use store::StoreError;
use wrapped::NONCE_BYTES;

/// What wraps keys.
#[derive(Debug)]
pub enum MasterKey {
    /// A key in a file.
    File(FileMaster),
    /// A key in an HSM, which it never leaves.
    Hsm(Box<HsmMaster>),
}

impl MasterKey {
    /// By what the key is told from others.
    pub fn id(&self) -> MasterId {
        match self {
            MasterKey::File(master) => master.id(),
            MasterKey::Hsm(master) => master.id(),
        }
    }

    /// The key in coded form, for this name alone.
    pub fn wrap(&self, name: KeyName, key: &Key) -> Result<WrappedKey, KeyFault> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|_| KeyFault::Random)?;
        let bound = wrapped::bound(self.id(), name);
        let sealed = match self {
            MasterKey::File(master) => master.seal(&nonce, &bound, key)?,
            MasterKey::Hsm(master) => master.seal(&nonce, &bound, key)?,
        };
        Ok(WrappedKey::new(self.id(), nonce, sealed))
    }

    /// The key that was wrapped for this name.
    pub fn unwrap(&self, name: KeyName, wrapped: &WrappedKey) -> Result<Key, KeyFault> {
        if wrapped.master() != self.id() {
            return Err(KeyFault::WrongMaster);
        }
        let bound = wrapped::bound(self.id(), name);
        match self {
            MasterKey::File(master) => master.open_sealed(wrapped.nonce(), &bound, wrapped.sealed()),
            MasterKey::Hsm(master) => master.open_sealed(wrapped.nonce(), &bound, wrapped.sealed()),
        }
    }
}

/// Whether a master key that is not there is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IfMissing {
    /// It is: at the first start, and before the master key is changed.
    Make,
    /// It is not: what it wrapped would be lost.
    Refuse,
}

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyFault {
    /// The master key's file cannot be used.
    #[error("the master key's file {path}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Others may read the file.
    #[error("others than its owner may read {path}: chmod 600 it")]
    Open {
        /// Which file.
        path: PathBuf,
    },
    /// It is no key.
    #[error("{path} does not hold the 32 bytes of a key")]
    Length {
        /// Which file.
        path: PathBuf,
    },
    /// There is none, and none was to be made.
    #[error("there is no master key {place}, and without it nothing that it wrapped can be opened")]
    Missing {
        /// Where it was looked for.
        place: String,
    },
    /// The HSM says no.
    #[error("the HSM: {0}")]
    Hsm(#[from] cryptoki::error::Error),
    /// The HSM has no such token.
    #[error("the HSM has no token {0}")]
    NoToken(String),
    /// The token has several keys of this name.
    #[error("the token has several keys {0}")]
    Several(String),
    /// The PIN cannot be had.
    #[error("no PIN: {0}")]
    Pin(String),
    /// The tables were wrapped by another master key.
    #[error("this is not the master key that the tables were wrapped with")]
    WrongMaster,
    /// A wrapped key is damaged, or was wrapped for another name.
    #[error("the wrapped key {0} is damaged or was put in another's place")]
    Damaged(String),
    /// There is no such key.
    #[error("there is no key {0}")]
    Unknown(String),
    /// The system gives no randomness.
    #[error("the system gives no randomness")]
    Random,
    /// The service ends while the HSM was waited for.
    #[error("the service is ending")]
    Ending,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for KeyFault {
    fn from(error: sqlx::Error) -> KeyFault {
        KeyFault::Store(error.into())
    }
}
