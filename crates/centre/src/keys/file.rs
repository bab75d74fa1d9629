//! A master key in a file of 32 bytes that its owner alone may read.

use super::wrapped::{ID_BYTES, MasterId, NONCE_BYTES, SEALED_BYTES};
use super::{IfMissing, KeyFault};
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use imprint::numbers::Key;
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use zeroize::Zeroizing;

/// The rights of others, and the group's, to a file.
const OTHERS: u32 = 0o077;

/// A master key from a file.
pub struct FileMaster {
    key: Key,
    id: MasterId,
}

impl std::fmt::Debug for FileMaster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FileMaster({})", self.id)
    }
}

impl FileMaster {
    /// The key in this file. A key that is made is on the disk before anything is wrapped with it.
    pub fn open(path: &Path, if_missing: IfMissing) -> Result<FileMaster, KeyFault> {
        let fault = |source| KeyFault::File { path: path.to_owned(), source };
        let mut file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => match if_missing {
                IfMissing::Make => return FileMaster::make(path),
                IfMissing::Refuse => return Err(KeyFault::Missing { place: path.display().to_string() }),
            },
            file => file.map_err(fault)?,
        };
        private(&file, path)?;
        let mut bytes = Zeroizing::new([0; Key::BYTES]);
        let mut rest = [0];
        let is_whole =
            file.read_exact(bytes.as_mut_slice()).is_ok() && file.read(&mut rest).map_err(fault)? == 0;
        if !is_whole {
            return Err(KeyFault::Length { path: path.to_owned() });
        }
        Ok(FileMaster::new(Key::new(*bytes)))
    }

    fn make(path: &Path) -> Result<FileMaster, KeyFault> {
        let fault = |source| KeyFault::File { path: path.to_owned(), source };
        let mut bytes = Zeroizing::new([0; Key::BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyFault::Random)?;
        let mut file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(fault)?;
        file.write_all(bytes.as_slice()).and_then(|()| file.sync_all()).map_err(fault)?;
        // The file's name too is on the disk before the key is used.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)?;
        Ok(FileMaster::new(Key::new(*bytes)))
    }

    fn new(key: Key) -> FileMaster {
        let mut hash = Sha256::new();
        hash.update(b"porto master key id 1\n");
        hash.update(key.bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let mut id = [0; ID_BYTES];
        id.iter_mut().zip(digest).for_each(|(into, byte)| *into = byte);
        FileMaster { key, id: MasterId(id) }
    }

    pub(super) fn id(&self) -> MasterId {
        self.id
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.key.bytes().into())
    }

    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_BYTES],
        bound: &[u8],
        key: &Key,
    ) -> Result<[u8; SEALED_BYTES], KeyFault> {
        let mut sealed = [0; SEALED_BYTES];
        let (body, tag) = sealed.split_at_mut(Key::BYTES);
        body.copy_from_slice(key.bytes());
        let made = self.cipher().encrypt_inout_detached(&Nonce::from(*nonce), bound, body.into());
        tag.copy_from_slice(&made.map_err(|_| KeyFault::Random)?);
        Ok(sealed)
    }

    pub(super) fn open_sealed(
        &self,
        nonce: &[u8; NONCE_BYTES],
        bound: &[u8],
        sealed: &[u8; SEALED_BYTES],
    ) -> Result<Key, KeyFault> {
        let damaged = || KeyFault::Damaged(String::from_utf8_lossy(bound).into_owned());
        let (body, tag) = sealed.split_first_chunk::<{ Key::BYTES }>().ok_or_else(damaged)?;
        let tag: [u8; 16] = tag.try_into().map_err(|_| damaged())?;
        let mut bytes = Zeroizing::new(*body);
        let body = bytes.as_mut_slice().into();
        let opened = self.cipher().decrypt_inout_detached(&Nonce::from(*nonce), bound, body, &Tag::from(tag));
        opened.map_err(|_| damaged())?;
        Ok(Key::new(*bytes))
    }
}

/// Refuses a file that others may read, or that is none.
pub(super) fn private(file: &File, path: &Path) -> Result<(), KeyFault> {
    let metadata = file.metadata().map_err(|source| KeyFault::File { path: path.to_owned(), source })?;
    let is_private =
        metadata.is_file() && metadata.permissions().mode() & OTHERS == 0 && metadata.nlink() == 1;
    if is_private { Ok(()) } else { Err(KeyFault::Open { path: path.to_owned() }) }
}
