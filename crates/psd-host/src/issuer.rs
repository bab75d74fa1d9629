//! The development issuer: does the centre's part with files until there is a centre. It draws a meter's keys,
//! writes what the meter takes in once, and signs grants and marks.
//!
//! What always holds: a grant is written down in full before the books count it, and the books count it before it
//! is given out; so no number is given out twice with different content. Its meters are specimens: their serial
//! numbers lie in a range of their own, and the post shows them as such.
//!
//! ```text
//! DIR/issuer.key               the signing key, 32 bytes
//! DIR/books.json               each meter: grants so far, credit granted, marks so far
//! DIR/grants/SERIAL-N.json     every grant
//! DIR/list.json                the post's list, in the post's own format
//! ```

use crate::adapters;
use crate::documents::GrantDocument;
use crate::error::HostError;
use ed25519_dalek::{Signer, SigningKey};
use imprint::numbers::{Key, Profile};
use psd::{Grant, KeySlot, Mark, Message, Personalisation, Signed};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use terms::{Money, Serial};
use zeroize::Zeroizing;

/// The serial numbers of specimens, where none others are asked for.
pub const SPECIMENS: (u32, u32) = (10_000_000, 19_999_999);
/// How many days a date may lie ahead, where nothing else is asked for.
pub const DAYS_AHEAD: u16 = 30;

const VERSION: u16 = 1;

/// An issuer's folder, open to this process alone.
pub struct Issuer {
    folder: PathBuf,
    key: SigningKey,
    books: Books,
    /// Holds the lock for as long as it lives.
    _lock: File,
}

/// What the issuer remembers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Books {
    version: u16,
    first_specimen: Serial,
    last_specimen: Serial,
    meters: Vec<MeterAccount>,
}

/// What the issuer remembers of a meter.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeterAccount {
    /// The meter.
    pub serial: Serial,
    /// How many grants it was given.
    pub grants: u64,
    /// All credit it was given, less what was taken back.
    pub granted: Money,
    /// How many marks it was given.
    pub marks: u64,
}

/// What a new meter is to be.
#[derive(Clone, Debug)]
pub struct MeterOrder {
    /// Its serial number.
    pub serial: Serial,
    /// How its numbers are made.
    pub profile: Profile,
    /// The least postage but zero.
    pub value_min: Money,
    /// The greatest postage; nothing for the greatest that the profile's digits hold.
    pub value_max: Option<Money>,
    /// How many days a date may lie ahead.
    pub days_ahead: u16,
}

impl Issuer {
    /// Makes a new issuer in a folder that holds none, for specimens in this range.
    pub fn init(folder: &Path, specimens: (Serial, Serial)) -> Result<Issuer, HostError> {
        fs::create_dir_all(folder.join("grants")).map_err(HostError::file(folder, "created"))?;
        let mut seed = Zeroizing::new([0; 32]);
        adapters::random(seed.as_mut_slice())?;
        adapters::create_private(&folder.join("issuer.key"), seed.as_slice())?;
        let (first_specimen, last_specimen) = specimens;
        let books = Books { version: VERSION, first_specimen, last_specimen, meters: Vec::new() };
        save(folder, &books)?;
        Issuer::open(folder)
    }

    /// Opens an issuer's folder, unless somebody else is at work on it.
    pub fn open(folder: &Path) -> Result<Issuer, HostError> {
        let path = folder.join("issuer.key");
        let lock = File::open(&path).map_err(HostError::file(&path, "opened"))?;
        if !adapters::lock(&lock, &path)? {
            return Err(HostError::IssuerBusy(folder.to_path_buf()));
        }
        let seed = adapters::read_bounded(&path, 32)?;
        let seed: Zeroizing<[u8; 32]> =
            Zeroizing::new(seed.as_slice().try_into().map_err(|_| HostError::Key(path))?);
        let path = folder.join("books.json");
        let books: Books = adapters::read_json(&path)?;
        if books.version != VERSION {
            let reason =
                format!("it has version {}, and this program knows version {VERSION}", books.version);
            return Err(HostError::Document { path, reason });
        }
        let key = SigningKey::from_bytes(&seed);
        Ok(Issuer { folder: folder.to_path_buf(), key, books, _lock: lock })
    }

    /// The meters, in the order they were made.
    pub fn meters(&self) -> &[MeterAccount] {
        &self.books.meters
    }

    /// Draws the keys of a new meter and opens its account.
    pub fn meter(&mut self, order: MeterOrder) -> Result<Personalisation, HostError> {
        let (first, last) = (self.books.first_specimen, self.books.last_specimen);
        if !(first..=last).contains(&order.serial) {
            return Err(HostError::NoSpecimen(first, last));
        }
        if self.books.meters.iter().any(|meter| meter.serial == order.serial) {
            return Err(HostError::MeterExists(order.serial));
        }
        let slots = [Some(order.profile.key_slot), order.profile.second_row.map(|second| second.key_slot)];
        let drawn: Result<_, HostError> = slots.into_iter().flatten().map(draw_key).collect();
        let mut seal = [0; 4];
        adapters::random(&mut seal)?;
        let limit = Money::from_minor(order.profile.postage_limit_minor());
        let personalisation = Personalisation {
            serial: order.serial,
            // Until there is a centre to call, a meter calls in with its own number.
            call_number: order.serial.value(),
            seal: u64::from(u32::from_le_bytes(seal)),
            value_min: order.value_min,
            value_max: order.value_max.unwrap_or(limit),
            days_ahead: order.days_ahead,
            issuer: self.key.verifying_key().to_bytes(),
            profile: order.profile,
            keys: drawn?,
        };
        personalisation.check()?;
        let account = MeterAccount { serial: order.serial, grants: 0, granted: Money::ZERO, marks: 0 };
        self.books.meters.push(account);
        save(&self.folder, &self.books)?;
        Ok(personalisation)
    }

    /// Signs the next grant of a meter; an amount below zero takes credit back.
    pub fn grant(&mut self, serial: Serial, amount_minor: i64) -> Result<Signed<Grant>, HostError> {
        let account = self.account(serial)?;
        let amount = Money::from_minor(amount_minor.unsigned_abs());
        let granted = match amount_minor {
            0 => None,
            1.. => account.granted.checked_add(amount),
            _ => account.granted.checked_sub(amount),
        };
        let granted = granted.ok_or(HostError::Amount)?;
        let number = account.grants + 1;
        let signed = self.sign(Grant { serial, number, amount_minor, r3_before: account.granted });
        let path = self.folder.join("grants").join(format!("{serial}-{number}.json"));
        adapters::replace(&path, &to_json(&GrantDocument::new(&signed))?)?;
        self.update(MeterAccount { grants: number, granted, ..account })?;
        Ok(signed)
    }

    /// Signs the word that a meter is under suspicion from now on, or no longer.
    pub fn mark(&mut self, serial: Serial, suspicious: bool) -> Result<Signed<Mark>, HostError> {
        let account = self.account(serial)?;
        let number = account.marks + 1;
        self.update(MeterAccount { marks: number, ..account })?;
        Ok(self.sign(Mark { serial, number, suspicious }))
    }

    /// Where the post's list lies.
    pub fn list_path(&self) -> PathBuf {
        self.folder.join("list.json")
    }

    /// Writes the post's list, as a whole.
    pub fn write_list(&self, list: &impl Serialize) -> Result<(), HostError> {
        adapters::replace(&self.list_path(), &to_json(list)?)
    }

    fn sign<T: Message>(&self, message: T) -> Signed<T> {
        let signature = self.key.sign(message.signed_bytes().as_ref()).to_bytes();
        Signed { message, signature }
    }

    fn account(&self, serial: Serial) -> Result<MeterAccount, HostError> {
        let account = self.books.meters.iter().find(|meter| meter.serial == serial);
        account.copied().ok_or(HostError::UnknownMeter(serial))
    }

    fn update(&mut self, account: MeterAccount) -> Result<(), HostError> {
        let place = self.books.meters.iter_mut().find(|meter| meter.serial == account.serial);
        *place.ok_or(HostError::UnknownMeter(account.serial))? = account;
        save(&self.folder, &self.books)
    }
}

fn draw_key(slot: u8) -> Result<KeySlot, HostError> {
    let mut bytes = Zeroizing::new([0; Key::BYTES]);
    adapters::random(bytes.as_mut_slice())?;
    Ok(KeySlot { slot, key: Key::new(*bytes) })
}

fn save(folder: &Path, books: &Books) -> Result<(), HostError> {
    adapters::replace(&folder.join("books.json"), &to_json(books)?)
}

/// A document as it is written to a file.
pub(crate) fn to_json(document: &impl Serialize) -> Result<Zeroizing<Vec<u8>>, HostError> {
    let reason = |error: serde_json::Error| error.to_string();
    let mut text = serde_json::to_vec_pretty(document)
        .map_err(|error| HostError::Document { path: PathBuf::new(), reason: reason(error) })?;
    text.push(b'\n');
    Ok(Zeroizing::new(text))
}

/// Writes a document into a new file that its owner alone can read.
pub fn write_document(path: &Path, document: &impl Serialize) -> Result<(), HostError> {
    adapters::create_private(path, &to_json(document)?)
}
