//! Why the settings cannot be used.
//!
//! What always holds: a fault names the file or the setting, and what is wrong with it.

use crate::machine::MachineFault;
use std::io;
use std::path::PathBuf;

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationFault {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file is not as it must be.
    #[error("{}: {reason}", path.display())]
    Text {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A setting is not as it must be.
    #[error("{name}: {reason}")]
    Setting {
        /// Which.
        name: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The machine cannot be put together.
    #[error(transparent)]
    Machine(#[from] MachineFault),
}

/// A setting that is not as it must be.
pub(super) fn fault(name: &'static str, reason: &str) -> ConfigurationFault {
    ConfigurationFault::Setting { name, reason: reason.into() }
}

/// The same where a parser says why.
pub(super) fn setting<E: ToString>(name: &'static str) -> impl Fn(E) -> ConfigurationFault {
    move |error| ConfigurationFault::Setting { name, reason: error.to_string() }
}
