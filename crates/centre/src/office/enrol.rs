//! New meters: their keys are drawn here, and leave the centre once, as the document of their personalisation.
//!
//! What always holds: keys are kept in coded form before anybody sees the document; no page and no answer of the
//! interface holds one, so the document is written by a command on the centre's own machine.

use super::{Office, OfficeFault};
use crate::audit::Event;
use crate::books::{Books, BooksFault, Conditions, NamedKey, NewMeter, Page, Passport};
use crate::deposits::CustomerReference;
use crate::keys::{KeyFault, KeyName};
use imprint::numbers::{Key, Profile};
use link::call::Number;
use psd::{KeySlot, Personalisation};
use terms::{Money, Serial};
use zeroize::Zeroizing;

/// What is asked for a new meter.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// Its serial number.
    pub serial: Serial,
    /// Whose it is.
    pub customer: CustomerReference,
    /// How its numbers are made.
    pub profile: Profile,
    /// The least postage but zero.
    pub value_min: Money,
    /// The greatest postage; nothing for the greatest that the profile's digits hold.
    pub value_max: Option<Money>,
    /// How many days a date may lie ahead.
    pub days_ahead: u16,
    /// The greatest amount of a refill; nothing for what is usual.
    pub refill_max: Option<Money>,
    /// Refills only where the centre has called back.
    pub call_back_only: bool,
    /// The number at which it is called back.
    pub registered: Option<Number>,
    /// Its imprints are specimens.
    pub is_specimen: bool,
    /// How it blocks and reacts.
    pub settings: psd::Settings,
}

/// The number that a meter calls in with, and the seal that it gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Personalised {
    /// PAN.
    pub pan: u32,
    /// The number on its seal.
    pub seal: u64,
}

/// How often another number is drawn where one is taken.
const DRAWS: u32 = 8;

impl Office {
    /// Takes a meter in: draws its keys, its PAN and its seal.
    pub async fn enrol(
        &self,
        enrolment: &Enrolment,
        by: &str,
        now_ms: i64,
    ) -> Result<Personalised, OfficeFault> {
        let refill_max = self.settings.now(now_ms).await?.operations.refill_max;
        let mut left = DRAWS;
        loop {
            left -= 1;
            let (meter, personalised) = self.new_meter(enrolment, refill_max).await?;
            match self.books.enrol(&meter, Page::new(by, now_ms)).await {
                // Perhaps only the PAN is taken.
                Err(BooksFault::MeterExists(_)) if left > 0 && !self.exists(enrolment.serial).await? => {}
                enrolled => return Ok(enrolled.map(|()| personalised)?),
            }
        }
    }

    async fn exists(&self, serial: Serial) -> Result<bool, OfficeFault> {
        match self.books.folder(serial).await {
            Ok(_) => Ok(true),
            Err(BooksFault::NoMeter(_)) => Ok(false),
            Err(fault) => Err(fault.into()),
        }
    }

    async fn new_meter(
        &self,
        enrolment: &Enrolment,
        refill_max: Money,
    ) -> Result<(NewMeter, Personalised), OfficeFault> {
        let Enrolment { serial, profile, .. } = enrolment;
        let limit = Money::from_minor(profile.postage_limit_minor());
        let mut drawn = [0; 8];
        getrandom::fill(&mut drawn).map_err(|_| KeyFault::Random)?;
        let [a, b, c, d, e, f, g, h] = drawn;
        let personalised = Personalised {
            pan: u32::from_le_bytes([a, b, c, d]) % 100_000_000,
            seal: u32::from_le_bytes([e, f, g, h]).into(),
        };
        let passport = Passport {
            value_min: enrolment.value_min,
            value_max: enrolment.value_max.unwrap_or(limit),
            days_ahead: enrolment.days_ahead,
            seal: personalised.seal,
            is_specimen: enrolment.is_specimen,
            profiles: vec![profile.clone()],
            layouts: Vec::new(),
            cliches: Vec::new(),
            settings: enrolment.settings.clone(),
        };
        let slots = slots(profile);
        let link = draw_key()?;
        let keys: Vec<KeySlot> = slots
            .iter()
            .map(|slot| Ok(KeySlot { slot: *slot, key: draw_key()? }))
            .collect::<Result<_, KeyFault>>()?;
        let whole = self.personalisation(*serial, personalised.pan, &passport, profile, link.clone(), &keys);
        whole.check().map_err(|error| OfficeFault::Request(error.to_string()))?;
        let mut wrapped = vec![self.named(KeyName::Link(*serial), &link).await?];
        for KeySlot { slot, key } in &keys {
            wrapped.push(self.named(KeyName::Imprint(*serial, profile.epoch, *slot), key).await?);
        }
        let conditions = Conditions {
            refill_max: enrolment.refill_max.unwrap_or(refill_max),
            call_back_only: enrolment.call_back_only,
            registered: enrolment.registered.as_ref().map(Office::dialable).transpose()?,
        };
        let (customer, pan) = (enrolment.customer, personalised.pan);
        Ok((NewMeter { serial: *serial, pan, customer, passport, conditions, keys: wrapped }, personalised))
    }

    pub(super) async fn named(&self, name: KeyName, key: &Key) -> Result<NamedKey, KeyFault> {
        Ok(NamedKey { name, wrapped: self.keys.wrap(name, key).await? })
    }

    pub(super) fn personalisation(
        &self,
        serial: Serial,
        pan: u32,
        passport: &Passport,
        profile: &Profile,
        link: Key,
        keys: &[KeySlot],
    ) -> Personalisation {
        Personalisation {
            serial,
            call_number: pan,
            seal: passport.seal,
            value_min: passport.value_min,
            value_max: passport.value_max,
            days_ahead: passport.days_ahead,
            issuer: self.issuer.verifying_key().to_bytes(),
            profile: profile.clone(),
            keys: keys.iter().cloned().collect(),
            link,
            settings: passport.settings.clone(),
        }
    }

    /// The personalisation of a meter that was never heard. It holds the meter's keys: it is for a file that nobody
    /// else reads, and that the device takes in once.
    pub async fn personalise(
        &self,
        serial: Serial,
        by: &str,
        now_ms: i64,
    ) -> Result<Personalisation, OfficeFault> {
        let folder = self.books.folder(serial).await?;
        if folder.file.account.state().contact_ms != 0 {
            let sentence = format!("meter {serial} has called already: its keys are not given out again");
            return Err(OfficeFault::Request(sentence));
        }
        // An epoch that was drawn later is the post's to know before a meter uses it.
        let profile = folder.passport.profiles.first().cloned();
        let profile = profile.ok_or_else(|| BooksFault::Damaged(format!("meter {serial} has no profile")))?;
        let mut keys = Vec::new();
        for slot in slots(&profile) {
            let name = KeyName::Imprint(serial, profile.epoch, slot);
            let wrapped = self.keys.find(name).await?.ok_or_else(|| KeyFault::Unknown(name.to_string()))?;
            keys.push(KeySlot { slot, key: self.keys.unwrap(name, &wrapped).await? });
        }
        let link = self.link_key(serial).await?;
        let whole = self.personalisation(serial, folder.pan, &folder.passport, &profile, link, &keys);
        let note = |_: &mut _, page: &mut Page| {
            page.event(Event::Personalised {});
            Ok(())
        };
        self.act(serial, by, now_ms, note).await?;
        Ok(whole)
    }
}

/// The slots of the keys that a profile uses.
pub(crate) fn slots(profile: &Profile) -> Vec<u8> {
    std::iter::once(profile.key_slot).chain(profile.second_row.map(|second| second.key_slot)).collect()
}

pub(crate) fn draw_key() -> Result<Key, KeyFault> {
    let mut bytes = Zeroizing::new([0; Key::BYTES]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyFault::Random)?;
    Ok(Key::new(*bytes))
}
