//! What may be exchanged at an inspection: the way numbers are made and its keys, the seal, inspection data
//! (EP 0 660 270, claims 58 to 65). The document that a technician brings, as a file or on a card, is the key that opens
//! these stores.
//!
//! What always holds: keys travel in coded form, which only the meter can read; the signature is over everything that is
//! exchanged. docs/formats/inspection.md has the bytes.

use crate::grant::Message;
use crate::keys::WrappedKey;
use heapless::Vec;
use imprint::numbers::Profile;
use serde::{Deserialize, Serialize};
use terms::Serial;

/// What is to be done at an inspection of a meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// The meter it is for.
    pub serial: Serial,
    /// Its number: greater than that of the last inspection carried out.
    pub number: u64,
    /// Until when it may be handed in, in tenths of a second since the device's epoch.
    pub expires_tenths: u64,
    /// The inspector's number, which stands in the meter's log from then on.
    pub inspector: u32,
    /// How numbers are made from then on, where that changes.
    pub marking: Option<NewMarking>,
    /// The number on the new seal, where there is one.
    pub seal: Option<u64>,
    /// The pieces franked until then become the inspection data that imprints carry (G5).
    pub notes_pieces: bool,
    /// The errors were read, and are counted anew.
    pub clears_errors: bool,
}

/// Most keys that a marking uses: one for each row.
pub const MARKING_KEYS_MAX: usize = 2;

/// How numbers are made from an inspection on: symbol set and order, cipher, packing, and the keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewMarking {
    /// The profile, of an epoch after the one in use.
    pub profile: Profile,
    /// A new key for each slot that it uses.
    pub keys: Vec<NewKey, MARKING_KEYS_MAX>,
}

/// A key of a new marking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// The slot it goes into.
    pub slot: u8,
    /// The key in coded form: see [`wrap_imprint_key`](crate::wrap_imprint_key).
    #[serde(with = "crate::hex")]
    pub wrapped: WrappedKey,
}

const INSPECTION_HEAD: [u8; 16] = *b"porto inspect v1";
/// Most bytes of an inspection that are signed.
pub const INSPECTION_BYTES_MAX: usize = 256;

impl Message for Inspection {
    type Bytes = Vec<u8, INSPECTION_BYTES_MAX>;

    fn serial(&self) -> Serial {
        self.serial
    }

    fn signed_bytes(&self) -> Vec<u8, INSPECTION_BYTES_MAX> {
        let mut bytes = [0; INSPECTION_BYTES_MAX - INSPECTION_HEAD.len()];
        // The bound holds for every inspection: the test below writes the longest.
        let written = postcard::to_slice(self, &mut bytes).map_or(0, |written| written.len());
        INSPECTION_HEAD.iter().chain(bytes.iter().take(written)).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::*;
    use imprint::numbers::{
        LayoutId, Place, Quantity, SecondNumber, SecondNumberKind, SecondRowProfile, SetId, SymbolOrder,
    };
    use std::collections::HashSet;
    use std::vec;

    fn inspection(marking: Option<NewMarking>) -> Inspection {
        Inspection {
            serial: Serial::new(12_345_678).unwrap(),
            number: 1,
            expires_tenths: 2,
            inspector: 3,
            marking,
            seal: None,
            notes_pieces: false,
            clears_errors: false,
        }
    }

    fn marking(name: &str) -> NewMarking {
        let key = NewKey { slot: 1, wrapped: [7; 40] };
        NewMarking { profile: Profile::named(name).unwrap(), keys: [key].into_iter().collect() }
    }

    /// The profile with the most bytes: everything there is, and numbers as great as their fields hold.
    fn longest_profile() -> Profile {
        use Quantity::{
            ClicheByte, ClicheNumber, Inspection, Monotone, Postage, SecondNumber as Second, SerialDigitSum,
            Suspicion,
        };
        let places = [
            (Monotone, 4),
            (Postage, 2),
            (Second, 1),
            (SerialDigitSum, 2),
            (Suspicion, 1),
            (ClicheByte, 3),
            (ClicheNumber, 1),
            (Inspection, 2),
        ];
        let profile = Profile {
            name: "sixteen-letters-".try_into().unwrap(),
            epoch: u16::MAX,
            places: places.into_iter().map(|(quantity, digits)| Place { quantity, digits }).collect(),
            second: Some(SecondNumber { kind: SecondNumberKind::RefillDate, held_at_centre: false }),
            key_slot: u8::MAX,
            set: SetId::S40,
            order: SymbolOrder { permutation: (0..40).collect(), by_postage: true },
            layout: LayoutId::E,
            second_row: Some(SecondRowProfile { key_slot: 254, set: SetId::S40 }),
            ..Profile::named("fig4a").unwrap()
        };
        profile.check().unwrap();
        profile
    }

    #[test]
    fn the_longest_inspection_is_signed_whole() {
        let keys = [254, 255].map(|slot| NewKey { slot, wrapped: [0xff; 40] });
        let longest = Inspection {
            serial: Serial::new(99_999_999).unwrap(),
            number: u64::MAX,
            expires_tenths: u64::MAX,
            inspector: u32::MAX,
            marking: Some(NewMarking { profile: longest_profile(), keys: keys.into_iter().collect() }),
            seal: Some(u64::MAX),
            notes_pieces: true,
            clears_errors: true,
        };
        let bytes = longest.signed_bytes();
        let (head, body) = bytes.split_at(INSPECTION_HEAD.len());
        assert_eq!(head, INSPECTION_HEAD);
        assert_eq!(postcard::from_bytes::<Inspection>(body).unwrap(), longest);
    }

    #[test]
    fn no_two_inspections_have_the_same_signed_bytes() {
        let plain = inspection(None);
        let with = inspection(Some(marking("p1")));
        let other_key = |with: &Inspection| {
            let mut other = with.clone();
            other.marking.as_mut().unwrap().keys[0].wrapped[39] ^= 1;
            other
        };
        let inspections = vec![
            other_key(&with),
            Inspection { number: 2, ..plain.clone() },
            Inspection { expires_tenths: 3, ..plain.clone() },
            Inspection { inspector: 4, ..plain.clone() },
            Inspection { seal: Some(5), ..plain.clone() },
            Inspection { notes_pieces: true, ..plain.clone() },
            Inspection { clears_errors: true, ..plain.clone() },
            inspection(Some(marking("p2"))),
            plain,
            with,
        ];
        let bytes: HashSet<_> = inspections.iter().map(|one| one.signed_bytes().to_vec()).collect();
        assert_eq!(bytes.len(), inspections.len());
    }

    /// Documents are carried and cards are written by one version and read by another.
    #[test]
    fn the_signed_bytes_of_an_inspection_stay() {
        let bytes = inspection(Some(marking("p1"))).signed_bytes();
        let (head, body) = bytes.split_at(INSPECTION_HEAD.len());
        assert_eq!(head, b"porto inspect v1");
        assert_eq!(body[..8], [0xce, 0xc2, 0xf1, 0x05, 1, 2, 3, 1], "serial, number, expiry, inspector");
        let keys_at = body.len() - 3 - 43;
        assert_eq!(
            body[keys_at..keys_at + 4],
            [1, 1, 40, 7],
            "keys: how many, slot, coded form with its length"
        );
        assert_eq!(body[body.len() - 3..], [0, 0, 0], "no seal, no data, no errors");
    }
}
