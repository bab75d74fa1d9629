//! New key epochs of a meter, and the documents by which technicians bring them to it (EP 0 660 270, claims 58 to 65; row
//! D8).
//!
//! What always holds: keys of an epoch are kept before the post hears of it, and leave in coded form for the one meter; an
//! epoch that was listed stays so, as mail made in it is still under way. An epoch is drawn long before it is used: the
//! post's stations take it in meanwhile ([`PostDesk::inspection`](crate::post::desk::PostDesk::inspection)).

use super::{Office, OfficeFault, draw_key, slots};
use crate::account::tenths_since_epoch;
use crate::audit::Event;
use crate::books::{Books, Folder, Page, Row};
use crate::keys::{KeyFault, KeyName};
use ed25519_dalek::Signer;
use imprint::numbers::Profile;
use link::{Inspection, Message, NewKey, NewMarking, Signed, wrap_imprint_key};
use psd::KeySlot;
use terms::Serial;

/// What an inspection is to exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InspectionRequest {
    /// The inspector's number, for the meter's log.
    pub inspector: u32,
    /// Until when the document may be handed in, in milliseconds since 1970 UTC.
    pub until_ms: i64,
    /// The key epoch that the meter is to make its numbers in; nothing where that does not change.
    pub epoch: Option<u16>,
    /// The number on the new seal.
    pub seal: Option<u64>,
    /// The pieces franked until then become inspection data.
    pub notes_pieces: bool,
    /// The errors were read, and are counted anew.
    pub clears_errors: bool,
}

impl Office {
    /// Draws the keys of a meter's next epoch, in which its numbers will be made by this profile. Returns the epoch. It
    /// stands in the post's next lists, beside those before.
    pub async fn add_epoch(
        &self,
        serial: Serial,
        profile: &Profile,
        by: &str,
        now_ms: i64,
    ) -> Result<u16, OfficeFault> {
        let folder = self.books.folder(serial).await?;
        let newest = newest_epoch(&folder);
        let epoch = newest.checked_add(1).ok_or_else(|| request("the meter has had its last epoch"))?;
        let profile = Profile { epoch, ..profile.clone() };
        let mut keys = Vec::new();
        for slot in slots(&profile) {
            keys.push(KeySlot { slot, key: draw_key()? });
        }
        let link = self.link_key(serial).await?;
        let whole = self.personalisation(serial, folder.pan, &folder.passport, &profile, link, &keys);
        whole.check().map_err(|error| request(error.to_string()))?;
        let mut named = Vec::new();
        for KeySlot { slot, key } in &keys {
            named.push(self.named(KeyName::Imprint(serial, epoch, *slot), key).await?);
        }
        let act = |folder: &mut Folder, page: &mut Page| {
            folder.file.account.state().require_service()?;
            // The folder may have changed since it was read.
            if newest_epoch(folder) != newest {
                return Ok(false);
            }
            folder.passport.profiles.push(profile.clone());
            named.iter().for_each(|key| page.put(Row::Key(key.clone())));
            page.event(Event::EpochDrawn { epoch, profile: profile.name.to_string() });
            Ok(true)
        };
        match self.act(serial, by, now_ms, act).await? {
            true => Ok(epoch),
            false => Err(request("somebody else has drawn an epoch for this meter just now: try again")),
        }
    }

    /// Signs the document of an inspection. Whether the post can verify the epoch that it brings, the caller has asked.
    pub async fn inspection(
        &self,
        serial: Serial,
        asked: &InspectionRequest,
        by: &str,
        now_ms: i64,
    ) -> Result<Signed<Inspection>, OfficeFault> {
        let InspectionRequest { inspector, until_ms, epoch, seal, notes_pieces, clears_errors } = *asked;
        if until_ms <= now_ms {
            return Err(request("the inspection's time is over already"));
        }
        let marking = match epoch {
            Some(epoch) => Some(self.new_marking(serial, epoch).await?),
            None => None,
        };
        if marking.is_none() && seal.is_none() && !notes_pieces && !clears_errors {
            return Err(request("an inspection that exchanges nothing needs no document"));
        }
        let act = |folder: &mut Folder, page: &mut Page| {
            let number = folder.file.account.number_inspection()?;
            page.event(Event::InspectionIssued {
                inspection: number,
                inspector,
                epoch,
                seal: seal.map(|seal| seal.to_string()),
                notes_pieces,
                clears_errors,
                until_ms,
            });
            Ok(number)
        };
        let number = self.act(serial, by, now_ms, act).await?;
        let message = Inspection {
            serial,
            number,
            expires_tenths: tenths_since_epoch(until_ms),
            inspector,
            marking,
            seal,
            notes_pieces,
            clears_errors,
        };
        let signature = self.issuer.sign(&message.signed_bytes()).to_bytes();
        Ok(Signed { message, signature })
    }

    /// The marking of an epoch with its keys in coded form for the meter.
    async fn new_marking(&self, serial: Serial, epoch: u16) -> Result<NewMarking, OfficeFault> {
        let folder = self.books.folder(serial).await?;
        let profile = folder.passport.profiles.iter().find(|profile| profile.epoch == epoch);
        let profile = profile.ok_or_else(|| {
            request(format!("meter {serial} has no epoch {epoch}: draw one with `porto centre meter epoch`"))
        })?;
        let in_use = folder.file.account.state().seen.map_or(0, |seen| seen.epoch);
        if epoch <= in_use {
            return Err(request(format!("meter {serial} makes its numbers in epoch {in_use} already")));
        }
        let link = self.link_key(serial).await?;
        let mut keys = Vec::new();
        for slot in slots(profile) {
            let name = KeyName::Imprint(serial, epoch, slot);
            let wrapped = self.keys.find(name).await?.ok_or_else(|| KeyFault::Unknown(name.to_string()))?;
            let key = self.keys.unwrap(name, &wrapped).await?;
            keys.push(NewKey { slot, wrapped: wrap_imprint_key(&link, &key) });
        }
        Ok(NewMarking { profile: profile.clone(), keys: keys.into_iter().collect() })
    }
}

fn newest_epoch(folder: &Folder) -> u16 {
    folder.passport.profiles.iter().map(|profile| profile.epoch).max().unwrap_or_default()
}

fn request(sentence: impl Into<String>) -> OfficeFault {
    OfficeFault::Request(sentence.into())
}
