//! A connection to a TPM 2.0: one storage key, one session whose parameters are encrypted, and the commands a device
//! needs.
//!
//! What always holds: the session is salted with the storage key, so that neither the sealed key nor the codeword
//! crosses the bus in clear; an index's authorisation value never crosses it at all, since it only keys the session's
//! MACs. Somebody who stands between computer and chip for good, and answers in its place, is not kept out.

use std::collections::HashMap;
use tss_esapi::abstraction::ek::create_ek_object_2;
use tss_esapi::abstraction::{AsymmetricAlgorithmSelection, DefaultKey};
use tss_esapi::attributes::{NvIndexAttributes, ObjectAttributesBuilder, SessionAttributesBuilder};
use tss_esapi::constants::{CapabilityType, NvIndexType, SessionType};
use tss_esapi::handles::{KeyHandle, NvIndexHandle, NvIndexTpmHandle, TpmHandle};
use tss_esapi::interface_types::algorithm::{HashingAlgorithm, PublicAlgorithm};
use tss_esapi::interface_types::ecc::EccCurve;
use tss_esapi::interface_types::resource_handles::{Hierarchy, NvAuth, Provision};
use tss_esapi::interface_types::session_handles::AuthSession;
use tss_esapi::structures::{
    Auth, CapabilityData, EccPoint, KeyedHashScheme, MaxNvBuffer, NvPublic, Private, Public, PublicBuilder,
    PublicEccParametersBuilder, PublicKeyedHashParameters, SensitiveData, SymmetricDefinition,
    SymmetricDefinitionObject,
};
use tss_esapi::tcti_ldr::TctiNameConf;
use tss_esapi::traits::{Marshall, UnMarshall};
use tss_esapi::{Context, Error, Result, WrapperErrorKind};
use zeroize::Zeroizing;

/// An open connection.
#[derive(Debug)]
pub(super) struct Link {
    context: Context,
    storage_key: KeyHandle,
    /// The indices that were used, so that their description is read once.
    indices: HashMap<u32, NvIndexHandle>,
}

/// What lies behind an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    Counter,
    Bytes(u16),
}

impl Link {
    pub(super) fn connect(place: &TctiNameConf) -> Result<Link> {
        let mut context = Context::new(place.clone())?;
        let owner = Some(AuthSession::Password);
        let storage_key = context.execute_with_session(owner, |context| {
            context.create_primary(Hierarchy::Owner, storage_key()?, None, None, None, None)
        })?;
        let mut link = Link { context, storage_key: storage_key.key_handle, indices: HashMap::new() };
        let session = link.start_session()?;
        link.context.set_sessions((Some(session), None, None));
        Ok(link)
    }

    fn start_session(&mut self) -> Result<AuthSession> {
        let session = self.context.start_auth_session(
            Some(self.storage_key),
            None,
            None,
            SessionType::Hmac,
            SymmetricDefinition::AES_128_CFB,
            HashingAlgorithm::Sha256,
        )?;
        let session = session.ok_or(Error::WrapperError(WrapperErrorKind::MissingAuthSession))?;
        let (attributes, mask) = SessionAttributesBuilder::new()
            .with_continue_session(true)
            .with_decrypt(true)
            .with_encrypt(true)
            .build();
        self.context.tr_sess_set_attributes(session, attributes, mask)?;
        Ok(session)
    }

    /// Seals bytes to this TPM: public and private part of what only it can open again.
    pub(super) fn seal(&mut self, secret: &[u8]) -> Result<(Vec<u8>, Vec<u8>)> {
        let secret = SensitiveData::try_from(secret)?;
        let sealed = self.context.create(self.storage_key, sealed()?, None, Some(secret), None, None)?;
        Ok((sealed.out_public.marshall()?, sealed.out_private.value().to_vec()))
    }

    /// Opens what this TPM has sealed.
    pub(super) fn unseal(&mut self, public: &[u8], private: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let (public, private) = (Public::unmarshall(public)?, Private::try_from(private)?);
        let object = self.context.load(self.storage_key, private, public)?;
        let secret = self.context.unseal(object.into());
        self.context.flush_context(object.into())?;
        secret.map(|secret| Zeroizing::new(secret.value().to_vec()))
    }

    /// The public part of the endorsement key, which is the same for as long as the chip is.
    pub(super) fn endorsement_key(&mut self) -> Result<Vec<u8>> {
        let kind = AsymmetricAlgorithmSelection::Ecc(EccCurve::NistP256);
        // The key is made again in a session of its own.
        let session = self.context.sessions();
        self.context.clear_sessions();
        let made = create_ek_object_2(&mut self.context, kind, DefaultKey);
        let read = made.and_then(|key| {
            let public = self.context.read_public(key).and_then(|(public, ..)| public.marshall());
            self.context.flush_context(key.into())?;
            public
        });
        self.context.set_sessions(session);
        read
    }

    /// Whether there is this index.
    pub(super) fn has_index(&mut self, index: u32) -> Result<bool> {
        let listed = self
            .context
            .execute_without_session(|context| context.get_capability(CapabilityType::Handles, index, 1))?;
        let CapabilityData::Handles(handles) = listed.0 else {
            return Err(Error::WrapperError(WrapperErrorKind::WrongValueFromTpm));
        };
        let index = TpmHandle::NvIndex(NvIndexTpmHandle::new(index)?);
        Ok(handles.contains(&index))
    }

    /// Makes an index that only this authorisation value reads and writes.
    pub(super) fn define(&mut self, index: u32, content: Content, auth: &Auth) -> Result<()> {
        let (kind, size) = match content {
            Content::Counter => (NvIndexType::Counter, 8),
            Content::Bytes(size) => (NvIndexType::Ordinary, size),
        };
        let attributes = NvIndexAttributes::builder()
            .with_nv_index_type(kind)
            .with_auth_read(true)
            .with_auth_write(true)
            // The value cannot be guessed: wrong tries need not lock the whole chip.
            .with_no_da(true)
            .build()?;
        let public = NvPublic::builder()
            .with_nv_index(NvIndexTpmHandle::new(index)?)
            .with_index_name_algorithm(HashingAlgorithm::Sha256)
            .with_index_attributes(attributes)
            .with_data_area_size(usize::from(size))
            .build()?;
        let handle = self.context.nv_define_space(Provision::Owner, Some(auth.clone()), public)?;
        self.indices.insert(index, handle);
        Ok(())
    }

    /// Removes an index with its content.
    pub(super) fn undefine(&mut self, index: u32) -> Result<()> {
        let handle = self.handle(index)?;
        self.indices.remove(&index);
        self.context.nv_undefine_space(Provision::Owner, handle)
    }

    /// Goes one further.
    pub(super) fn increment(&mut self, index: u32, auth: &Auth) -> Result<()> {
        self.with_index(index, auth, |context, handle| context.nv_increment(NvAuth::NvIndex(handle), handle))
    }

    /// Where a counter stands.
    pub(super) fn counter(&mut self, index: u32, auth: &Auth) -> Result<u64> {
        let bytes = self.read(index, 8, auth)?;
        let bytes = bytes.as_slice().try_into();
        bytes.map(u64::from_be_bytes).map_err(|_| Error::WrapperError(WrapperErrorKind::WrongValueFromTpm))
    }

    /// The content of an index.
    pub(super) fn read(&mut self, index: u32, size: u16, auth: &Auth) -> Result<Zeroizing<Vec<u8>>> {
        let content = self.with_index(index, auth, |context, handle| {
            context.nv_read(NvAuth::NvIndex(handle), handle, size, 0)
        })?;
        Ok(Zeroizing::new(content.value().to_vec()))
    }

    /// Replaces the content of an index.
    pub(super) fn write(&mut self, index: u32, content: &[u8], auth: &Auth) -> Result<()> {
        let content = MaxNvBuffer::try_from(content)?;
        self.with_index(index, auth, |context, handle| {
            context.nv_write(NvAuth::NvIndex(handle), handle, content, 0)
        })
    }

    fn with_index<T>(
        &mut self,
        index: u32,
        auth: &Auth,
        work: impl FnOnce(&mut Context, NvIndexHandle) -> Result<T>,
    ) -> Result<T> {
        let handle = self.handle(index)?;
        self.context.tr_set_auth(handle.into(), auth.clone())?;
        work(&mut self.context, handle)
    }

    fn handle(&mut self, index: u32) -> Result<NvIndexHandle> {
        if let Some(handle) = self.indices.get(&index) {
            return Ok(*handle);
        }
        let place = TpmHandle::NvIndex(NvIndexTpmHandle::new(index)?);
        let handle =
            self.context.execute_without_session(|context| context.tr_from_tpm_public(place))?.into();
        self.indices.insert(index, handle);
        Ok(handle)
    }
}

/// The storage key: made from the TPM's own seed, each time the same one.
fn storage_key() -> Result<Public> {
    let attributes = ObjectAttributesBuilder::new()
        .with_fixed_tpm(true)
        .with_fixed_parent(true)
        .with_sensitive_data_origin(true)
        .with_user_with_auth(true)
        .with_no_da(true)
        .with_restricted(true)
        .with_decrypt(true)
        .build()?;
    let parameters = PublicEccParametersBuilder::new_restricted_decryption_key(
        SymmetricDefinitionObject::AES_128_CFB,
        EccCurve::NistP256,
    );
    PublicBuilder::new()
        .with_public_algorithm(PublicAlgorithm::Ecc)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
        .with_ecc_parameters(parameters.build()?)
        .with_ecc_unique_identifier(EccPoint::default())
        .build()
}

/// What is sealed: data that this TPM alone opens, whoever asks it; no state of the boot is bound in.
fn sealed() -> Result<Public> {
    let attributes = ObjectAttributesBuilder::new()
        .with_fixed_tpm(true)
        .with_fixed_parent(true)
        .with_user_with_auth(true)
        .with_no_da(true)
        .build()?;
    PublicBuilder::new()
        .with_public_algorithm(PublicAlgorithm::KeyedHash)
        .with_name_hashing_algorithm(HashingAlgorithm::Sha256)
        .with_object_attributes(attributes)
        .with_keyed_hash_parameters(PublicKeyedHashParameters::new(KeyedHashScheme::Null))
        .with_keyed_hash_unique_identifier(Default::default())
        .build()
}
