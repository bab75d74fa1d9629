//! What can go wrong around a device, as one sentence each.

use crate::adapters;
use std::io;
use std::path::PathBuf;

/// Why the host could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The device refused or is blocked.
    #[error("{0}")]
    Device(#[from] psd::Error),
    /// Another process has the memory open.
    #[error("another security device has the memory {0} open")]
    Locked(PathBuf),
    /// Another process is at work on the issuer's books.
    #[error("another command is at work on the issuer's books in {0}")]
    IssuerBusy(PathBuf),
    /// A file that was to be made exists.
    #[error("{0} exists already, and nothing is written over it")]
    Exists(PathBuf),
    /// A file could not be read or written.
    #[error("{path} could not be {what}: {source}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What was to be done with it.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
    /// The key file is no key.
    #[error("{0} does not hold the 32 bytes of a memory key")]
    Key(PathBuf),
    /// A document cannot be understood.
    #[error("{path} is not the document it should be: {reason}")]
    Document {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The system has no randomness to give.
    #[error("the system gives no random numbers")]
    Randomness,
    /// The issuer does not know the meter.
    #[error("the issuer has no meter {0}")]
    UnknownMeter(terms::Serial),
    /// The issuer has the meter already.
    #[error("the issuer has meter {0} already")]
    MeterExists(terms::Serial),
    /// The serial number is none of a specimen.
    #[error("serial numbers of this issuer's specimens lie between {0} and {1}")]
    NoSpecimen(terms::Serial, terms::Serial),
    /// Another server listens at the socket.
    #[error("another server listens at {0}")]
    SocketTaken(PathBuf),
    /// A setting cannot be followed.
    #[error("the settings cannot be followed: {0}")]
    Setting(String),
    /// The system gives no further thread or socket.
    #[error("the system gives no further thread or socket: {0}")]
    Thread(#[source] io::Error),
    /// The thread of the device has ended.
    #[error("the security device has ended")]
    Ended,
    /// The amount does not fit the meter's registers.
    #[error("the amount does not fit what the meter was granted so far")]
    Amount,
    /// A sensor of the housing cannot be used.
    #[error("{0}")]
    Sensor(#[from] adapters::SensorError),
    /// A file that holds a key can be read by others than its owner.
    #[error("{0} can be read by others than its owner, so its key may be known: pair anew")]
    Exposed(PathBuf),
    /// The hardware shows nothing that tells it from another.
    #[error("nothing that can be read here tells this computer from another")]
    NoIdentity,
    /// The hardware does not show this identifier, or not to this user.
    #[error("the identifier {0} of this computer cannot be read by this user")]
    IdentityUnread(adapters::IdentitySource),
    /// The memory's key is sealed in a TPM, and none was named.
    #[error("the key of {0} is sealed in a TPM, which has to be named")]
    Sealed(PathBuf),
    /// A TPM was named, and the memory's key is not sealed in one.
    #[error("the key of {0} is not sealed in a TPM: it was made without one")]
    NotSealed(PathBuf),
    /// A TPM was named, and this program cannot use one.
    #[error("this program was built without TPMs (the feature `tpm`)")]
    WithoutTpm,
    /// The TPM could not do what was asked.
    #[cfg(feature = "tpm")]
    #[error("{0}")]
    Tpm(#[from] adapters::TpmError),
}

impl HostError {
    /// Names the file and what was to be done with it.
    pub(crate) fn file(path: &std::path::Path, what: &'static str) -> impl FnOnce(io::Error) -> HostError {
        move |source| HostError::File { path: path.to_path_buf(), what, source }
    }

    /// Whether the request was understood and refused, and not a file that could not be used.
    pub fn is_refusal(&self) -> bool {
        use HostError::{Device, Document, File, Key, Sensor};
        let too_small = psd::Error::Blocked(psd::Fault::Size);
        match self {
            Device(error) => *error != too_small,
            #[cfg(feature = "tpm")]
            HostError::Tpm(_) => false,
            other => !matches!(other, File { .. } | Document { .. } | Key(_) | Sensor(_)),
        }
    }
}
