//! A master key in an HSM, by PKCS#11: an AES-256 key that cannot be taken out. Keys go in to be wrapped and come out
//! unwrapped, through `C_Encrypt` and `C_Decrypt` with AES-GCM.
//!
//! What always holds: a call takes a session of its own from a small pool, so callers on several threads work at once;
//! where the token was lost meanwhile, one log-in more is tried before a call fails. Calls block: they belong on threads
//! that may.

use super::wrapped::{ID_BYTES, MasterId, NONCE_BYTES, SEALED_BYTES, TAG_BYTES};
use super::{IfMissing, KeyFault, file};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::mechanism::aead::GcmParams;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;
use imprint::numbers::Key;
use std::collections::HashMap;
use std::ffi::c_ulong;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use zeroize::{Zeroize, Zeroizing};

const KEY_BYTES: c_ulong = Key::BYTES as c_ulong;
const TAG_BITS: c_ulong = TAG_BYTES as c_ulong * 8;
/// The longest PIN, in bytes.
const MAX_PIN_BYTES: u64 = 256;

/// The number by which a token's user is let in. Nothing shows it.
pub struct Pin(AuthPin);

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(..)")
    }
}

impl Pin {
    /// The PIN in this file, which its owner alone may read.
    pub fn from_file(path: &Path) -> Result<Pin, KeyFault> {
        let fault = |source| KeyFault::File { path: path.to_owned(), source };
        let opened = File::open(path).map_err(fault)?;
        file::private(&opened, path)?;
        let mut text = Zeroizing::new(String::new());
        opened.take(MAX_PIN_BYTES).read_to_string(&mut text).map_err(fault)?;
        Pin::new(text.trim_end_matches(['\r', '\n']))
    }

    /// The PIN in this variable of the environment.
    pub fn from_environment(variable: &str) -> Result<Pin, KeyFault> {
        let text = std::env::var(variable).map(Zeroizing::new);
        Pin::new(&text.map_err(|_| KeyFault::Pin(format!("the variable {variable} is not set")))?)
    }

    fn new(text: &str) -> Result<Pin, KeyFault> {
        if text.is_empty() {
            return Err(KeyFault::Pin("it is empty".to_owned()));
        }
        Ok(Pin(AuthPin::new(text.to_owned().into())))
    }
}

/// Where a key lies in an HSM.
#[derive(Clone, Debug)]
pub struct HsmPlace {
    /// The maker's library for PKCS#11.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The key's label.
    pub key: String,
}

impl std::fmt::Display for HsmPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of the token {}", self.key, self.token)
    }
}

/// A master key in an HSM.
pub struct HsmMaster {
    place: HsmPlace,
    pin: Pin,
    library: Pkcs11,
    id: MasterId,
    /// Sessions that are logged in, with the key's handle.
    idle: Mutex<Vec<Opened>>,
}

/// A session with the key's handle in it.
struct Opened {
    session: Session,
    key: ObjectHandle,
}

impl std::fmt::Debug for HsmMaster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "HsmMaster({}, {})", self.place, self.id)
    }
}

impl HsmMaster {
    /// The key at this place; a key that is made can be used and not taken out.
    pub fn open(place: HsmPlace, pin: Pin, if_missing: IfMissing) -> Result<HsmMaster, KeyFault> {
        let library = library(&place.module)?;
        let session = log_in(&library, &place, &pin)?;
        let key = match find(&session, &place)? {
            Some(key) => key,
            None if if_missing == IfMissing::Make => make(&session, &place)?,
            None => return Err(KeyFault::Missing { place: place.to_string() }),
        };
        let id = id_of(&session, key, &place)?;
        let idle = Mutex::new(vec![Opened { session, key }]);
        Ok(HsmMaster { place, pin, library, id, idle })
    }

    pub(super) fn id(&self) -> MasterId {
        self.id
    }

    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_BYTES],
        bound: &[u8],
        key: &Key,
    ) -> Result<[u8; SEALED_BYTES], KeyFault> {
        let sealed = self.with_session(|opened| {
            let mut nonce = *nonce;
            let mechanism = Mechanism::AesGcm(GcmParams::new(&mut nonce, bound, TAG_BITS.into())?);
            opened.session.encrypt(&mechanism, opened.key, key.bytes())
        })?;
        sealed.try_into().map_err(|_| KeyFault::Damaged(String::from_utf8_lossy(bound).into_owned()))
    }

    pub(super) fn open_sealed(
        &self,
        nonce: &[u8; NONCE_BYTES],
        bound: &[u8],
        sealed: &[u8; SEALED_BYTES],
    ) -> Result<Key, KeyFault> {
        let damaged = || KeyFault::Damaged(String::from_utf8_lossy(bound).into_owned());
        let opened = self.with_session(|opened| {
            let mut nonce = *nonce;
            let mechanism = Mechanism::AesGcm(GcmParams::new(&mut nonce, bound, TAG_BITS.into())?);
            opened.session.decrypt(&mechanism, opened.key, sealed)
        });
        let mut bytes = match opened {
            Err(KeyFault::Hsm(Error::Pkcs11(error, _))) if is_damage(&error) => return Err(damaged()),
            opened => Zeroizing::new(opened?),
        };
        let key = <[u8; Key::BYTES]>::try_from(bytes.as_slice()).map_err(|_| damaged());
        bytes.zeroize();
        key.map(Key::new)
    }

    /// Does `work` in a session. One that fails is not used again; where the token was lost, the work is tried once
    /// more in a new session.
    fn with_session<T>(&self, work: impl Fn(&Opened) -> Result<T, Error>) -> Result<T, KeyFault> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let first = match taken {
            Some(opened) => {
                let done = work(&opened);
                match done {
                    Ok(done) => {
                        idle().push(opened);
                        return Ok(done);
                    }
                    Err(error) => Some(error),
                }
            }
            None => None,
        };
        if let Some(error) = first
            && !is_lost(&error)
        {
            return Err(error.into());
        }
        let opened = self.open_again()?;
        let done = work(&opened)?;
        idle().push(opened);
        Ok(done)
    }

    fn open_again(&self) -> Result<Opened, KeyFault> {
        let session = log_in(&self.library, &self.place, &self.pin)?;
        let missing = || KeyFault::Missing { place: self.place.to_string() };
        let key = find(&session, &self.place)?.ok_or_else(missing)?;
        if id_of(&session, key, &self.place)? != self.id {
            return Err(KeyFault::WrongMaster);
        }
        Ok(Opened { session, key })
    }
}

/// The library, loaded once in a process: a second initialisation is an error in PKCS#11.
fn library(module: &Path) -> Result<Pkcs11, KeyFault> {
    static LOADED: LazyLock<Mutex<HashMap<PathBuf, Pkcs11>>> = LazyLock::new(Mutex::default);
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(library) = loaded.get(module) {
        return Ok(library.clone());
    }
    let library = Pkcs11::new(module)?;
    library.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
    loaded.insert(module.to_owned(), library.clone());
    Ok(library)
}

fn log_in(library: &Pkcs11, place: &HsmPlace, pin: &Pin) -> Result<Session, KeyFault> {
    let session = library.open_rw_session(slot(library, &place.token)?)?;
    match session.login(UserType::User, Some(&pin.0)) {
        // The log-in counts for all sessions of a process.
        Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) | Ok(()) => Ok(session),
        Err(error) => Err(error.into()),
    }
}

fn slot(library: &Pkcs11, token: &str) -> Result<Slot, KeyFault> {
    for slot in library.get_slots_with_initialized_token()? {
        if library.get_token_info(slot)?.label() == token {
            return Ok(slot);
        }
    }
    Err(KeyFault::NoToken(token.to_owned()))
}

fn find(session: &Session, place: &HsmPlace) -> Result<Option<ObjectHandle>, KeyFault> {
    let template = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(KeyType::AES),
        Attribute::Label(place.key.as_bytes().to_vec()),
    ];
    match session.find_objects(&template)?.as_slice() {
        [] => Ok(None),
        [key] => Ok(Some(*key)),
        _ => Err(KeyFault::Several(place.key.clone())),
    }
}

fn make(session: &Session, place: &HsmPlace) -> Result<ObjectHandle, KeyFault> {
    let mut id = [0; ID_BYTES];
    getrandom::fill(&mut id).map_err(|_| KeyFault::Random)?;
    let template = [
        Attribute::Token(true),
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Encrypt(true),
        Attribute::Decrypt(true),
        Attribute::Wrap(false),
        Attribute::Unwrap(false),
        Attribute::ValueLen(KEY_BYTES.into()),
        Attribute::Label(place.key.as_bytes().to_vec()),
        Attribute::Id(id.to_vec()),
    ];
    Ok(session.generate_key(&Mechanism::AesKeyGen, &template)?)
}

fn id_of(session: &Session, key: ObjectHandle, place: &HsmPlace) -> Result<MasterId, KeyFault> {
    let attributes = session.get_attributes(key, &[AttributeType::Id])?;
    let id = attributes.into_iter().find_map(|attribute| match attribute {
        Attribute::Id(id) => id.try_into().ok().map(MasterId),
        _ => None,
    });
    id.ok_or_else(|| KeyFault::Missing { place: format!("{place} with an id of {ID_BYTES} bytes") })
}

/// Whether the token refused what it was given, and not the key or the session.
fn is_damage(error: &RvError) -> bool {
    matches!(error, RvError::EncryptedDataInvalid | RvError::EncryptedDataLenRange | RvError::GeneralError)
}

/// Whether the session or the token went away, so that a new log-in may help.
fn is_lost(error: &Error) -> bool {
    matches!(
        error,
        Error::Pkcs11(
            RvError::SessionHandleInvalid
                | RvError::SessionClosed
                | RvError::DeviceRemoved
                | RvError::DeviceError
                | RvError::TokenNotPresent
                | RvError::UserNotLoggedIn
                | RvError::KeyHandleInvalid
                | RvError::ObjectHandleInvalid,
            _
        )
    )
}
