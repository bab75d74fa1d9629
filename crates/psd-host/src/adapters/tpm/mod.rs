//! A TPM 2.0: what a computer has that comes nearest to a housing of its own. It holds three things for a device:
//!
//! | what | where | who can use it |
//! |---|---|---|
//! | the memory's key | sealed, in a file beside the memory | whoever has the file and may talk to this one TPM |
//! | a counter that only goes up | NV index `base` | who knows the authorisation value, made of the memory's key |
//! | the codeword | NV index `base + 1` | the same |
//!
//! What always holds: a memory with its files copied to another computer does not open there; an old image of the
//! memory put back is behind the counter, and no command sets a counter back (one removed and made again begins
//! beyond every value the chip ever had). No state of the boot is bound in, so an update of firmware or kernel locks
//! nobody out; whoever is root on this computer can use the TPM as the device does.
//!
//! The owner's authorisation has to be empty, as it is on most computers. A connection that broke is made anew once;
//! whether an increment before that went through is then read from the counter.

mod link;
mod sealed;

pub use sealed::SealedKey;

use link::{Content, Link};
use psd::{Codeword, CommitCounter, PartFault, TamperMemory};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use tss_esapi::structures::Auth;
use tss_esapi::tcti_ldr::TctiNameConf;
use zeroize::Zeroizing;

/// Makes an index's authorisation value of the memory's key, apart from all that key's other uses.
const AUTH_LABEL: &[u8] = b"porto tpm index 1";
/// In the codeword's index: a codeword is there.
const KEPT: u8 = 1;
/// One byte that tells whether there is a codeword, and its bytes.
const CODEWORD_INDEX_BYTES: usize = 1 + Codeword::BYTES;

/// A TPM could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[error("the TPM {0}")]
pub struct TpmError(String);

impl TpmError {
    fn at(what: &'static str) -> impl FnOnce(tss_esapi::Error) -> TpmError {
        move |error| TpmError(format!("{what}: {error}"))
    }
}

/// A TPM that a device uses. Clones share the connection.
#[derive(Clone, Debug)]
pub struct Tpm(Arc<Mutex<Connection>>);

#[derive(Debug)]
struct Connection {
    place: TctiNameConf,
    link: Option<Link>,
}

impl Connection {
    /// Does something with the TPM, and where that fails once more over a new connection. Only for what may be done
    /// twice.
    fn again<T>(&mut self, work: impl Fn(&mut Link) -> tss_esapi::Result<T>) -> tss_esapi::Result<T> {
        self.once(&work).or_else(|_| self.once(&work))
    }

    fn once<T>(&mut self, work: impl FnOnce(&mut Link) -> tss_esapi::Result<T>) -> tss_esapi::Result<T> {
        let mut link = match self.link.take() {
            Some(link) => link,
            None => Link::connect(&self.place)?,
        };
        let done = work(&mut link)?;
        // What failed takes its connection with it.
        self.link = Some(link);
        Ok(done)
    }
}

impl Tpm {
    /// Connects to the TPM that a TCTI names: `device:/dev/tpmrm0`, `swtpm:host=127.0.0.1,port=2321`.
    pub fn open(tcti: &str) -> Result<Tpm, TpmError> {
        let place: TctiNameConf = tcti.parse().map_err(TpmError::at("is named by no TCTI"))?;
        let link = Link::connect(&place).map_err(TpmError::at("cannot be reached"))?;
        Ok(Tpm(Arc::new(Mutex::new(Connection { place, link: Some(link) }))))
    }

    /// The public part of its endorsement key: an identifier of this chip.
    pub fn endorsement_key(&self) -> Result<Vec<u8>, TpmError> {
        self.again(Link::endorsement_key).map_err(TpmError::at("shows no endorsement key"))
    }

    /// Seals a memory's key to this TPM and makes the two indices from this one on. Neither may exist before.
    pub fn set_up(&self, index_base: u32, key: &[u8; 32]) -> Result<SealedKey, TpmError> {
        let indices = Indices { base: index_base, auth: auth(key)? };
        let (counter, codeword) = (indices.counter(), indices.codeword());
        let taken = self.again(|link| Ok(link.has_index(counter)? || link.has_index(codeword)?));
        if taken.map_err(TpmError::at("does not list its indices"))? {
            return Err(TpmError(format!(
                "has an index {counter:#010x} or {codeword:#010x} already: another device's, or a former one's"
            )));
        }
        let made = self.once(|link| {
            indices.define(link)?;
            link.seal(key)
        });
        let (public, private) = made.map_err(|error| {
            // What was made in vain is in nobody's way; that it stays is no error worth hiding the first one.
            let _ = self.remove(index_base);
            TpmError::at("cannot be set up for a device")(error)
        })?;
        Ok(SealedKey { index_base, public, private })
    }

    /// Opens a memory's key that this TPM has sealed.
    pub fn unseal(&self, sealed: &SealedKey) -> Result<Zeroizing<[u8; 32]>, TpmError> {
        let opened = self.again(|link| link.unseal(&sealed.public, &sealed.private));
        let opened =
            opened.map_err(TpmError::at("does not open the memory's key, which another one has sealed"))?;
        let key = opened.as_slice().try_into().map(Zeroizing::new);
        key.map_err(|_| TpmError("has sealed something that is no memory's key".into()))
    }

    /// The parts that a device with this memory key finds in the TPM.
    pub fn parts(&self, index_base: u32, key: &[u8; 32]) -> Result<(TpmCounter, TpmTamperMemory), TpmError> {
        let indices = Indices { base: index_base, auth: auth(key)? };
        let counter = TpmCounter { tpm: self.clone(), indices: indices.clone(), last: None };
        Ok((counter, TpmTamperMemory { tpm: self.clone(), indices }))
    }

    /// Removes both indices from this one on, so that a new device can be set up there. The device that used them
    /// does not start any more.
    pub fn remove(&self, index_base: u32) -> Result<(), TpmError> {
        for index in [index_base, index_base + 1] {
            let removed =
                self.again(|link| if link.has_index(index)? { link.undefine(index) } else { Ok(()) });
            removed.map_err(TpmError::at("does not remove an index"))?;
        }
        Ok(())
    }

    fn again<T>(&self, work: impl Fn(&mut Link) -> tss_esapi::Result<T>) -> tss_esapi::Result<T> {
        self.connection().again(work)
    }

    fn once<T>(&self, work: impl FnOnce(&mut Link) -> tss_esapi::Result<T>) -> tss_esapi::Result<T> {
        self.connection().once(work)
    }

    fn connection(&self) -> std::sync::MutexGuard<'_, Connection> {
        // A panic on another thread left no half a command here: whatever failed dropped its connection.
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// The authorisation value of the indices.
fn auth(key: &[u8; 32]) -> Result<Auth, TpmError> {
    let mut hash = Sha256::new();
    hash.update(AUTH_LABEL);
    hash.update(key);
    let value = Zeroizing::new(<[u8; 32]>::from(hash.finalize()));
    Auth::try_from(value.as_slice()).map_err(TpmError::at("takes no authorisation value"))
}

/// The two indices of a device.
#[derive(Clone)]
struct Indices {
    base: u32,
    auth: Auth,
}

impl std::fmt::Debug for Indices {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Indices({:#010x}, ..)", self.base)
    }
}

impl Indices {
    fn counter(&self) -> u32 {
        self.base
    }

    fn codeword(&self) -> u32 {
        self.base + 1
    }

    /// Makes both; the counter has a value from its first increment on.
    fn define(&self, link: &mut Link) -> tss_esapi::Result<()> {
        link.define(self.counter(), Content::Counter, &self.auth)?;
        link.increment(self.counter(), &self.auth)?;
        link.define(self.codeword(), Content::Bytes(CODEWORD_INDEX_BYTES as u16), &self.auth)?;
        link.write(self.codeword(), &[0; CODEWORD_INDEX_BYTES], &self.auth)
    }
}

/// A counter in the TPM that nothing sets back.
#[derive(Debug)]
pub struct TpmCounter {
    tpm: Tpm,
    indices: Indices,
    /// Where it stood last; nobody else advances it.
    last: Option<u64>,
}

impl TpmCounter {
    fn read(&mut self) -> Result<u64, PartFault> {
        let Indices { base, auth } = &self.indices;
        self.last = self.tpm.again(|link| link.counter(*base, auth)).ok();
        self.last.ok_or(PartFault)
    }

    fn increment(&self) -> Result<(), PartFault> {
        let Indices { base, auth } = &self.indices;
        self.tpm.once(|link| link.increment(*base, auth)).map_err(|_| PartFault)
    }
}

impl CommitCounter for TpmCounter {
    fn value(&mut self) -> Result<Option<u64>, PartFault> {
        self.read().map(Some)
    }

    fn advance(&mut self) -> Result<(), PartFault> {
        let before = match self.last {
            Some(value) => value,
            None => self.read()?,
        };
        if self.increment().is_err() {
            // The answer may have got lost and not the command.
            match self.read()?.checked_sub(before) {
                Some(0) => self.increment()?,
                Some(1) => {}
                _ => return Err(PartFault),
            }
        }
        self.last = before.checked_add(1);
        Ok(())
    }
}

/// The codeword in an index of the TPM.
#[derive(Debug)]
pub struct TpmTamperMemory {
    tpm: Tpm,
    indices: Indices,
}

impl TpmTamperMemory {
    fn write(&self, content: &[u8; CODEWORD_INDEX_BYTES]) -> Result<(), PartFault> {
        let Indices { auth, .. } = &self.indices;
        self.tpm.again(|link| link.write(self.indices.codeword(), content, auth)).map_err(|_| PartFault)
    }
}

impl TamperMemory for TpmTamperMemory {
    /// An index that was removed is a codeword that was lost.
    fn codeword(&mut self) -> Result<Option<Codeword>, PartFault> {
        let (index, auth) = (self.indices.codeword(), &self.indices.auth);
        let read = self.tpm.again(|link| match link.has_index(index)? {
            true => link.read(index, CODEWORD_INDEX_BYTES as u16, auth).map(Some),
            false => Ok(None),
        });
        let Some(content) = read.map_err(|_| PartFault)? else { return Ok(None) };
        Ok(match content.split_first() {
            Some((&KEPT, word)) => word.try_into().ok().map(Codeword::new),
            _ => None,
        })
    }

    fn keep_codeword(&mut self, codeword: &Codeword) -> Result<(), PartFault> {
        let mut content = Zeroizing::new([KEPT; CODEWORD_INDEX_BYTES]);
        content[1..].copy_from_slice(codeword.bytes());
        self.write(&content)
    }

    fn lose_codeword(&mut self) -> Result<(), PartFault> {
        let index = self.indices.codeword();
        match self.tpm.again(|link| link.has_index(index)).map_err(|_| PartFault)? {
            true => self.write(&[0; CODEWORD_INDEX_BYTES]),
            false => Ok(()),
        }
    }
}
