//! One sealed sector: what it belongs to, its MAC, its share of the record.
//!
//! | offset | bytes | field |
//! |---|---|---|
//! | 0 | 2 | format of this page, little endian like every number here |
//! | 2 | 1 | slot of the ring, or one of the places before it: [`PERSONALISATION`], [`SETUP`] |
//! | 3 | 1 | index of the pair within its record |
//! | 4 | 1 | pairs in the record |
//! | 5 | 1 | 1 where the copy was taken away on purpose, else 0 |
//! | 6 | 2 | used bytes of the payload |
//! | 8 | 8 | sequence number of the commit, 0 for a sector that holds no record |
//! | 16 | 16 | CMAC-AES-256 over bytes 0..16 and the used payload |
//! | 32 | 4064 | payload, zeros beyond the used bytes |
//!
//! Place and sequence number are under the MAC, so a sector that was moved is known as one that was moved.

use aes::Aes256;
use cmac::{Cmac, KeyInit, Mac};
use core::fmt;
use imprint::numbers::Key;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of a sector: a multiple of what disks and flash chips write as a whole.
pub const SECTOR_BYTES: usize = 4096;

/// A sector's bytes.
pub type Sector = [u8; SECTOR_BYTES];

/// Bytes of a sector that carry the record.
pub(crate) const PAYLOAD_BYTES: usize = SECTOR_BYTES - HEADER_BYTES - TAG_BYTES;
/// The slot number that stands for the personalisation.
pub(crate) const PERSONALISATION: u8 = u8::MAX;
/// The slot numbers that stand for the two places of the setup.
pub(crate) const SETUP: [u8; 2] = [u8::MAX - 1, u8::MAX - 2];

const HEADER_BYTES: usize = 16;
const TAG_BYTES: usize = 16;
const FORMAT: u16 = 2;
const _: () = assert!(PAYLOAD_BYTES == 4064 && PAYLOAD_BYTES <= u16::MAX as usize);

/// The meter's own memory key: whoever has it can write registers. It never leaves the PSD's host, is zeroed
/// when dropped and does not show in `Debug`.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MemoryKey([u8; 32]);

impl MemoryKey {
    /// The key with these bytes.
    pub const fn new(bytes: [u8; 32]) -> MemoryKey {
        MemoryKey(bytes)
    }
}

impl MemoryKey {
    /// The key under which the device derives those that stay in it.
    pub(crate) fn root(&self) -> Key {
        Key::new(self.0)
    }
}

impl fmt::Debug for MemoryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryKey(..)")
    }
}

/// What a sector belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// Slot of the ring, or [`PERSONALISATION`].
    pub slot: u8,
    /// Index of the pair within its record.
    pub index: u8,
    /// Pairs in the record.
    pub count: u8,
    /// Used bytes of the payload.
    pub used: u16,
    /// Sequence number of the commit; 0 where there is no record.
    pub sequence: u64,
    /// The copy was taken away on purpose: under the MAC, so that no damage looks like it ([100]).
    pub taken: bool,
}

impl Header {
    /// The header of a sector that belongs to this place and holds no record.
    pub fn empty(slot: u8, index: u8) -> Header {
        Header { slot, index, count: 0, used: 0, sequence: 0, taken: false }
    }

    /// The header of a copy that was taken away on purpose.
    pub fn taken(slot: u8, index: u8, sequence: u64) -> Header {
        Header { slot, index, count: 0, used: 0, sequence, taken: true }
    }

    fn to_bytes(self) -> [u8; HEADER_BYTES] {
        let [format0, format1] = FORMAT.to_le_bytes();
        let [used0, used1] = self.used.to_le_bytes();
        let [s0, s1, s2, s3, s4, s5, s6, s7] = self.sequence.to_le_bytes();
        let Header { slot, index, count, .. } = self;
        [
            format0,
            format1,
            slot,
            index,
            count,
            u8::from(self.taken),
            used0,
            used1,
            s0,
            s1,
            s2,
            s3,
            s4,
            s5,
            s6,
            s7,
        ]
    }

    fn from_bytes(bytes: [u8; HEADER_BYTES]) -> Option<Header> {
        let [format0, format1, slot, index, count, taken, used0, used1, sequence @ ..] = bytes;
        let header = Header {
            slot,
            index,
            count,
            used: u16::from_le_bytes([used0, used1]),
            sequence: u64::from_le_bytes(sequence),
            taken: taken == 1,
        };
        let known = u16::from_le_bytes([format0, format1]) == FORMAT && taken <= 1;
        (known && usize::from(header.used) <= PAYLOAD_BYTES).then_some(header)
    }
}

/// Puts the MAC on sectors and checks it.
pub(crate) struct Sealer(Cmac<Aes256>);

impl Sealer {
    pub fn new(key: &MemoryKey) -> Sealer {
        Sealer(Cmac::new(&key.0.into()))
    }

    /// Writes header and MAC of a sector whose used payload is in place.
    pub fn seal(&self, sector: &mut Sector, header: Header) {
        let Some((head, rest)) = sector.split_first_chunk_mut() else { return };
        let Some((tag, payload)) = rest.split_first_chunk_mut::<TAG_BYTES>() else { return };
        *head = header.to_bytes();
        *tag = self.tag(head, header, payload);
    }

    /// The header and the used payload of a sector, if its MAC is right.
    pub fn open<'a>(&self, sector: &'a Sector) -> Option<(Header, &'a [u8])> {
        let (head, rest) = sector.split_first_chunk()?;
        let (tag, payload) = rest.split_first_chunk::<TAG_BYTES>()?;
        let header = Header::from_bytes(*head)?;
        let expected = self.tag(head, header, payload);
        let right: bool = expected.ct_eq(tag).into();
        if right { Some((header, payload.get(..usize::from(header.used))?)) } else { None }
    }

    fn tag(&self, head: &[u8; HEADER_BYTES], header: Header, payload: &[u8]) -> [u8; TAG_BYTES] {
        let mut mac = self.0.clone();
        mac.update(head);
        mac.update(payload.get(..usize::from(header.used)).unwrap_or(payload));
        mac.finalize().into_bytes().into()
    }
}

/// The MAC that a sector carries.
pub(crate) fn tag_of(sector: &Sector) -> [u8; TAG_BYTES] {
    let tag = sector.get(HEADER_BYTES..).and_then(|rest| rest.first_chunk());
    tag.copied().unwrap_or_default()
}

/// Puts a right MAC on whatever header and payload stand in a sector; a sector without a header stays as it is.
pub(crate) fn reseal(sector: &mut Sector, key: &MemoryKey) {
    let header = sector.first_chunk().and_then(|head| Header::from_bytes(*head));
    if let Some(header) = header {
        Sealer::new(key).seal(sector, header);
    }
}

/// The payload of a sector, to be filled before it is sealed.
pub(crate) fn payload_mut(sector: &mut Sector) -> &mut [u8] {
    sector.get_mut(HEADER_BYTES + TAG_BYTES..).unwrap_or_default()
}
