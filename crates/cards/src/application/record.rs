//! An application's bytes on a card: a version, the record in postcard's encoding, the seal.

use super::Application;
use crate::identification::Identified;
use crate::issuer::{Issuer, TAG_BYTES, same};
use zeroize::Zeroizing;

const VERSION: u8 = 1;

/// Why an application on a card cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationError {
    /// Its seal is not this meter's for this card.
    #[error("what the card carries is not sealed for it by this meter: write it again at this meter")]
    Seal,
    /// It is of a version or kind that this program does not know.
    #[error("what the card carries is of a newer version: update the meter's program")]
    Version,
}

impl Application {
    pub(super) fn to_record(
        &self,
        issuer: &Issuer,
        card: &Identified,
    ) -> Result<Zeroizing<Vec<u8>>, ApplicationError> {
        let content = postcard::to_allocvec(self).map_err(|_| ApplicationError::Version)?;
        let content = Zeroizing::new(content);
        let mut record = Zeroizing::new(Vec::with_capacity(1 + content.len() + TAG_BYTES));
        record.push(VERSION);
        record.extend_from_slice(&content);
        let seal = issuer.seal_application(card.kind, &card.unique, &record);
        record.extend_from_slice(&seal);
        Ok(record)
    }

    pub(super) fn from_record(
        record: &[u8],
        issuer: &Issuer,
        card: &Identified,
    ) -> Result<Application, ApplicationError> {
        let (sealed, seal) = record.split_last_chunk::<TAG_BYTES>().ok_or(ApplicationError::Seal)?;
        if !same(&issuer.seal_application(card.kind, &card.unique, sealed), seal) {
            return Err(ApplicationError::Seal);
        }
        let Some((&VERSION, content)) = sealed.split_first() else { return Err(ApplicationError::Version) };
        match postcard::take_from_bytes(content) {
            Ok((application, [])) => Ok(application),
            _ => Err(ApplicationError::Version),
        }
    }
}
