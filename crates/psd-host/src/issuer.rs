//! The development issuer: does the centre's part with files until there is a centre. It draws a meter's keys,
//! writes what the meter takes in once, and signs grants, orders and inspections.
//!
//! What always holds: a grant is written down in full before the books count it, and the books count it before it
//! is given out; so no number is given out twice with different content. Its meters are specimens: their serial
//! numbers lie in a range of their own, and the post shows them as such.
//!
//! ```text
//! DIR/issuer.key               the signing key, 32 bytes
//! DIR/books.json               each meter: grants so far, credit granted, orders, inspections and masters so far
//! DIR/link/SERIAL.key          the key shared with each meter, 32 bytes
//! DIR/makers.key               what meters and their maker share for lost master cards, 32 bytes, once it is asked for
//! DIR/grants/SERIAL-N.json     every grant
//! DIR/list.json                the post's list, in the post's own format
//! ```

use crate::adapters;
use crate::documents::GrantDocument;
use crate::error::HostError;
use ed25519_dalek::{Signer, SigningKey};
use imprint::numbers::{Key, Profile};
use psd::{
    Codeword, Grant, Inspection, KeySlot, Message, NewKey, NewMarking, Order, Personalisation, Proven,
    Report, ReportKey, Reset, SealedReport, Settings, Signed, Task, WrappedCodeword, open_report,
    wrap_codeword, wrap_imprint_key,
};
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
    /// How many orders it was given.
    pub orders: u64,
    /// How many inspections were signed for it.
    #[serde(default)]
    pub inspections: u64,
    /// How many times a new master card was vouched for.
    #[serde(default)]
    pub masters: u32,
}

/// What an inspection is to exchange.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The inspector's number.
    pub inspector: u32,
    /// Until when its document may be handed in, in tenths of a second since the device's epoch.
    pub expires_tenths: u64,
    /// How numbers are made from then on, by an epoch that the meter did not have; its keys are drawn.
    pub profile: Option<Profile>,
    /// The number on the new seal.
    pub seal: Option<u64>,
    /// The pieces franked until then become inspection data.
    pub notes_pieces: bool,
    /// The errors were read, and are counted anew.
    pub clears_errors: bool,
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
    /// How it blocks and reacts, and how patient it is.
    pub settings: Settings,
}

impl Issuer {
    /// Makes a new issuer in a folder that holds none, for specimens in this range.
    pub fn init(folder: &Path, specimens: (Serial, Serial)) -> Result<Issuer, HostError> {
        for inner in ["grants", "link"] {
            fs::create_dir_all(folder.join(inner)).map_err(HostError::file(folder, "created"))?;
        }
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
        let drawn = draw_keys(&order.profile)?;
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
            keys: drawn.into_iter().collect(),
            link: draw_key(0)?.key,
            settings: order.settings,
        };
        personalisation.check()?;
        adapters::create_private(&self.link_path(order.serial), personalisation.link.bytes())?;
        let serial = order.serial;
        let account =
            MeterAccount { serial, grants: 0, granted: Money::ZERO, orders: 0, inspections: 0, masters: 0 };
        self.books.meters.push(account);
        save(&self.folder, &self.books)?;
        Ok(personalisation)
    }

    /// Signs the next grant of a meter; an amount below zero takes credit back.
    pub fn grant(&mut self, serial: Serial, amount_minor: i64) -> Result<Signed<Grant>, HostError> {
        if amount_minor == 0 {
            return Err(HostError::Amount);
        }
        self.next_grant(serial, amount_minor, false)
    }

    /// Signs the grant that takes all of R1 back and ends a meter's service.
    pub fn closing(&mut self, serial: Serial, r1: Money) -> Result<Signed<Grant>, HostError> {
        let amount_minor = i64::try_from(r1.minor()).map_err(|_| HostError::Amount)?;
        self.next_grant(serial, -amount_minor, true)
    }

    fn next_grant(
        &mut self,
        serial: Serial,
        amount_minor: i64,
        closing: bool,
    ) -> Result<Signed<Grant>, HostError> {
        let account = self.account(serial)?;
        let amount = Money::from_minor(amount_minor.unsigned_abs());
        let granted = match amount_minor {
            0.. => account.granted.checked_add(amount),
            _ => account.granted.checked_sub(amount),
        };
        let granted = granted.ok_or(HostError::Amount)?;
        let number = account.grants + 1;
        let signed = self.sign(Grant { serial, number, amount_minor, r3_before: account.granted, closing });
        let path = self.folder.join("grants").join(format!("{serial}-{number}.json"));
        adapters::replace(&path, &to_json(&GrantDocument::new(&signed))?)?;
        self.update(MeterAccount { grants: number, granted, ..account })?;
        Ok(signed)
    }

    /// Signs the next order for a meter.
    pub fn order(&mut self, serial: Serial, task: Task) -> Result<Signed<Order>, HostError> {
        let account = self.account(serial)?;
        let number = account.orders + 1;
        self.update(MeterAccount { orders: number, ..account })?;
        Ok(self.sign(Order { serial, number, task }))
    }

    /// Signs the next inspection of a meter, and gives the keys that it brings, for the post.
    pub fn inspection(
        &mut self,
        serial: Serial,
        visit: Visit,
    ) -> Result<(Signed<Inspection>, Vec<KeySlot>), HostError> {
        let account = self.account(serial)?;
        let link = self.link(serial)?;
        let keys = visit.profile.as_ref().map(draw_keys).transpose()?.unwrap_or_default();
        let new_key = |key: &KeySlot| NewKey { slot: key.slot, wrapped: wrap_imprint_key(&link, &key.key) };
        let keys_on_link = keys.iter().map(new_key).collect();
        let marking = visit.profile.map(|profile| NewMarking { profile, keys: keys_on_link });
        let number = account.inspections + 1;
        self.update(MeterAccount { inspections: number, ..account })?;
        let Visit { inspector, expires_tenths, seal, notes_pieces, clears_errors, .. } = visit;
        let inspection = Inspection {
            serial,
            number,
            expires_tenths,
            inspector,
            marking,
            seal,
            notes_pieces,
            clears_errors,
        };
        Ok((self.sign(inspection), keys))
    }

    /// The key that meters and their maker share for lost master cards, and where it lies; drawn the first time.
    pub fn makers_key(&self) -> Result<(PathBuf, Key), HostError> {
        let path = self.folder.join("makers.key");
        if !path.exists() {
            adapters::create_private(&path, draw_key(0)?.key.bytes())?;
        }
        let bytes = adapters::read_bounded(&path, Key::BYTES as u64)?;
        match bytes.as_slice().try_into() {
            Ok(bytes) => Ok((path, Key::new(bytes))),
            Err(_) => Err(HostError::Key(path)),
        }
    }

    /// The number of the next message by which the maker vouches for a meter's new master card.
    pub fn next_master(&mut self, serial: Serial) -> Result<u32, HostError> {
        let account = self.account(serial)?;
        let masters = account.masters.checked_add(1).ok_or(HostError::Amount)?;
        self.update(MeterAccount { masters, ..account })?;
        Ok(masters)
    }

    /// Signs the next codeword for an opening that was announced, which must have happened by then.
    pub fn opening(&mut self, serial: Serial, expires_tenths: u64) -> Result<Signed<Order>, HostError> {
        let wrapped = self.draw_codeword(serial)?;
        self.order(serial, Task::NextCodeword { wrapped, expires_tenths })
    }

    /// Signs the service reset that mends the fault of this number; with registers where the meter's own cannot be
    /// believed.
    pub fn reset(
        &mut self,
        serial: Serial,
        faulted_at: u64,
        registers: Option<Proven>,
    ) -> Result<Signed<Order>, HostError> {
        let codeword = self.draw_codeword(serial)?;
        self.order(serial, Task::Reset(Reset { faulted_at, codeword, registers }))
    }

    /// Opens a meter's report: what it says, and with which key it was sealed; nothing if it is not the meter's.
    pub fn open_report(
        &self,
        serial: Serial,
        challenge: &[u8; 16],
        sealed: &SealedReport,
    ) -> Result<Option<(Report, ReportKey)>, HostError> {
        Ok(open_report(sealed, &self.link(serial)?, challenge))
    }

    fn draw_codeword(&self, serial: Serial) -> Result<WrappedCodeword, HostError> {
        let mut bytes = Zeroizing::new([0; Codeword::BYTES]);
        adapters::random(bytes.as_mut_slice())?;
        Ok(wrap_codeword(&self.link(serial)?, &Codeword::new(*bytes)))
    }

    fn link(&self, serial: Serial) -> Result<Key, HostError> {
        self.account(serial)?;
        let path = self.link_path(serial);
        let bytes = adapters::read_bounded(&path, Key::BYTES as u64)?;
        bytes.as_slice().try_into().map(Key::new).map_err(|_| HostError::Key(path))
    }

    fn link_path(&self, serial: Serial) -> PathBuf {
        self.folder.join("link").join(format!("{serial}.key"))
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

/// A new key for each slot that a profile uses.
fn draw_keys(profile: &Profile) -> Result<Vec<KeySlot>, HostError> {
    let slots = [Some(profile.key_slot), profile.second_row.map(|second| second.key_slot)];
    slots.into_iter().flatten().map(draw_key).collect()
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

/// Writes a document into a file that its owner alone can read, instead of what was there: after a crash the old one is
/// there or the new.
pub fn replace_document(path: &Path, document: &impl Serialize) -> Result<(), HostError> {
    adapters::replace(path, &to_json(document)?)
}

/// Writes a document into a new file that its owner alone can read.
pub fn write_document(path: &Path, document: &impl Serialize) -> Result<(), HostError> {
    adapters::create_private(path, &to_json(document)?)
}
