//! Promise 3: damage to some copies heals and is noted, damage to all of them blocks; nothing is guessed, and what
//! somebody put back shows.

use crate::medium::Medium;
use crate::meter::{Place, frank, frank_one, memory_key, read, request};
use imprint::numbers::{RequestId, Suspicion};
use proptest::prelude::*;
use psd::{Error, Fault, Finding, Memory, MemoryError, Psd, Sector, open_any};
use psd::{SECTOR_BYTES, TRIAL_BATCH, sectors_needed};

/// Sectors of a device with one pair in each slot.
const COPIES: usize = 2;

/// Sectors of the personalisation and of the setup's two places.
const BEFORE_THE_RING: usize = 3 * COPIES;

fn slot_of(sector: usize) -> usize {
    (sector - BEFORE_THE_RING) / COPIES
}

/// A meter whose ring is full of records, and the slot of the newest.
fn used() -> (Place, usize) {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(100_000);
    for id in 0..9 {
        frank_one(&mut meter, id, 110);
    }
    let before = place.medium.durable();
    frank_one(&mut meter, 9, 110);
    let after = place.medium.durable();
    let changed = (0..after.len()).find(|sector| before[*sector] != after[*sector]).unwrap();
    (place, slot_of(changed))
}

/// The first sector of the record that franking this leaves, in a device with one pair in each slot.
pub fn newest_sector(place: &Place, meter: &mut crate::meter::Meter<4>, id: u64) -> usize {
    let before = place.medium.durable();
    frank_one(meter, id, 10);
    let after = place.medium.durable();
    (0..after.len()).find(|sector| before[*sector] != after[*sector]).unwrap()
}

/// Bytes of a sector that its MAC protects: header, MAC and what is used of the payload.
fn protected_bytes(sector: &Sector) -> usize {
    32 + usize::from(u16::from_le_bytes([sector[6], sector[7]]))
}

fn flip(sector: &mut Sector, byte: usize) {
    sector[byte] ^= 0x10;
}

/// Claim: B2
#[test]
fn damage_to_one_copy_of_anything_heals_and_is_noted() {
    let (place, _) = used();
    let image = place.medium.durable();
    for sector in 0..image.len() {
        let protected = protected_bytes(&image[sector]);
        for byte in (0..protected).step_by(if sector % 2 == 0 { 1 } else { 61 }) {
            let damaged = place.on(Medium::holding(image.clone()));
            damaged.medium.tamper(sector, |sector| flip(sector, byte));
            let mut meter = damaged.open::<4>().unwrap();
            assert_eq!(meter.registers().r2.minor(), 1100);
            assert!(meter.fetch(RequestId(9)).is_ok());
            assert_eq!(meter.findings().count(), 1, "sector {sector} byte {byte}");
            drop(meter);
            let again = damaged.open::<4>().unwrap();
            assert_eq!(again.findings().count(), 1, "healed: nothing new is found");
        }
    }
}

/// Claim: B2
#[test]
fn damage_to_both_copies_of_the_newest_registers_blocks_and_nothing_is_written() {
    let (place, newest) = used();
    let image = place.medium.durable();
    let first = BEFORE_THE_RING + newest * COPIES;
    let pair = [first, first + 1];
    let damages: [&dyn Fn(&mut Sector); 4] =
        [&|sector| flip(sector, 40), &|sector| sector.fill(0), &|sector| sector.fill(0xff), &|sector| {
            flip(sector, 9)
        }];
    for damage in damages {
        let damaged = place.on(Medium::holding(image.clone()));
        pair.iter().for_each(|sector| damaged.medium.tamper(*sector, damage));
        let before = damaged.medium.live();
        assert_eq!(damaged.open::<4>().err(), Some(Error::Blocked(Fault::AllCopies)));
        assert!(damaged.medium.live() == before, "evidence stays as it is");
    }
    let protected = protected_bytes(&image[first]);
    for byte in 0..protected {
        let damaged = place.on(Medium::holding(image.clone()));
        damaged.medium.tamper(pair[0], |sector| flip(sector, byte));
        damaged.medium.tamper(pair[1], |sector| flip(sector, protected - 1 - byte));
        assert_eq!(damaged.open::<4>().err(), Some(Error::Blocked(Fault::AllCopies)), "byte {byte}");
    }
}

#[test]
fn damage_to_both_copies_of_the_personalisation_or_of_everything_blocks() {
    let (place, _) = used();
    let image = place.medium.durable();
    for (range, fault) in [(0..2, Fault::Personalisation), (2..image.len(), Fault::NoRecord)] {
        let damaged = place.on(Medium::holding(image.clone()));
        range.for_each(|sector| damaged.medium.tamper(sector, |sector| flip(sector, 33)));
        assert_eq!(damaged.open::<4>().err(), Some(Error::Blocked(fault)));
    }
}

#[test]
fn damage_to_both_copies_of_an_older_record_costs_nothing() {
    let (place, newest) = used();
    let image = place.medium.durable();
    for distance in 2..8 {
        let slot = (newest + distance) % 8;
        let damaged = place.on(Medium::holding(image.clone()));
        for copy in 0..COPIES {
            damaged.medium.tamper(BEFORE_THE_RING + slot * COPIES + copy, |sector| flip(sector, 50));
        }
        let meter = damaged.open::<4>().unwrap();
        assert_eq!(meter.registers().r2.minor(), 1100);
        let kinds: Vec<_> = meter.findings().map(|finding| finding.kind).collect();
        assert_eq!(kinds, [Finding::HEALED]);
    }
}

#[test]
fn a_batch_heals_sector_by_sector_and_blocks_where_no_copy_of_one_is_left() {
    let place = Place::p1::<120>();
    let mut meter = place.funded::<120>(100_000);
    let before = place.medium.durable();
    let batch: Vec<_> = (0..120).map(|id| request(id, 10)).collect();
    frank(&mut meter, &batch).unwrap();
    let image = place.medium.durable();
    let written: Vec<_> = (0..image.len()).filter(|sector| before[*sector] != image[*sector]).collect();
    let &[a0, b0, a1, b1] = written.as_slice() else { panic!("two pairs: {written:?}") };
    let with_damage = |sectors: [usize; 2]| {
        let damaged = place.on(Medium::holding(image.clone()));
        sectors.iter().for_each(|sector| damaged.medium.tamper(*sector, |sector| flip(sector, 100)));
        damaged.open::<120>().map(|mut meter| meter.fetch(RequestId(119)).is_ok())
    };
    assert_eq!(with_damage([a0, b1]), Ok(true));
    assert_eq!(with_damage([b0, a1]), Ok(true));
    assert_eq!(with_damage([a0, b0]), Err(Error::Blocked(Fault::AllCopies)));
    assert_eq!(with_damage([a1, b1]), Err(Error::Blocked(Fault::AllCopies)));
}

/// A medium of which some sectors cannot be read.
struct Unreadable(Medium, Vec<usize>);

impl Memory for Unreadable {
    fn sectors(&self) -> usize {
        self.0.sectors()
    }

    fn read(&mut self, sector: usize, into: &mut Sector) -> Result<(), MemoryError> {
        if self.1.contains(&sector) { Err(MemoryError) } else { self.0.read(sector, into) }
    }

    fn write(&mut self, sector: usize, sectors: &[Sector]) -> Result<(), MemoryError> {
        self.0.write(sector, sectors)
    }

    fn sync(&mut self) -> Result<(), MemoryError> {
        self.0.sync()
    }
}

#[test]
fn a_sector_that_cannot_be_read_counts_as_damaged() {
    let (place, newest) = used();
    let copy = BEFORE_THE_RING + newest * COPIES;
    let board = place.board.clone();
    let open = |unreadable: Vec<usize>| {
        let medium = Medium::holding(place.medium.durable());
        Psd::<_, _, 4>::open(Unreadable(medium, unreadable), &memory_key(), board.clone())
            .map(|psd| psd.registers().r2.minor())
    };
    assert_eq!(open(vec![copy]), Ok(1100));
    assert_eq!(open(vec![copy, copy + 1]), Err(Error::Blocked(Fault::AllCopies)));
    assert_eq!(open(vec![0, 1]), Err(Error::Blocked(Fault::Personalisation)));
}

/// Claim: D12
#[test]
fn a_sector_copied_to_another_place_or_an_old_record_put_back_marks_every_imprint() {
    let (place, newest) = used();
    let image = place.medium.durable();
    let sector_at = |distance: usize| COPIES + (newest + distance) % 8 * COPIES;
    let moved = |medium: &Medium| {
        let other = image[sector_at(5)];
        medium.tamper(sector_at(4), |sector| *sector = other);
    };
    let old = {
        let place = Place::p1::<4>();
        let mut meter = place.funded::<4>(100_000);
        for id in 0..9 {
            frank_one(&mut meter, id, 110);
        }
        drop(meter);
        place.medium.durable()
    };
    let put_back = |medium: &Medium| {
        // The record before the newest, replaced by what the same slot held one round before.
        for copy in 0..COPIES {
            let sector = sector_at(7) + copy;
            let older = Place::p1::<4>();
            let mut meter = older.funded::<4>(100_000);
            frank_one(&mut meter, 0, 110);
            assert_eq!(old.len(), image.len());
            let older = older.medium.durable();
            medium.tamper(sector, |place| *place = older[sector]);
        }
    };
    for (kind, tamper) in [(Finding::MOVED, &moved as &dyn Fn(&Medium)), (Finding::ORDER, &put_back)] {
        let tampered = place.on(Medium::holding(image.clone()));
        tamper(&tampered.medium);
        let mut meter = tampered.open::<4>().unwrap();
        assert!(meter.findings().any(|finding| finding.kind == kind));
        let indicium = frank_one(&mut meter, 77, 10);
        assert_eq!(indicium.suspicion, Suspicion::Manipulated);
        assert_eq!(read(&indicium, &place.profile).suspicion, Suspicion::Manipulated);
        meter.order(&crate::meter::mark(1, false)).unwrap();
        assert_eq!(frank_one(&mut meter, 78, 10).suspicion, Suspicion::Manipulated, "no message clears it");
    }
}

#[test]
fn memory_that_is_too_small_or_another_meters_is_refused() {
    let (place, _) = used();
    let mut image = place.medium.durable();
    let other_key = psd::MemoryKey::new([8; 32]);
    let bytes = &mut image.as_flattened().to_vec();
    assert_eq!(open_any(bytes, &other_key, false), Err(Error::Blocked(Fault::Personalisation)));
    image.pop();
    assert_eq!(place.on(Medium::holding(image)).open::<4>().err(), Some(Error::Blocked(Fault::Size)));
    assert_eq!(place.open::<5>().err(), Some(Error::Blocked(Fault::Format)), "another batch, another layout");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_are_an_error_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..3 * SECTOR_BYTES)) {
        let mut image = vec![0; sectors_needed(TRIAL_BATCH) * SECTOR_BYTES];
        let length = bytes.len();
        image[..length].copy_from_slice(&bytes);
        prop_assert!(open_any(&mut image.clone(), &memory_key(), false).is_err());
        prop_assert!(open_any(&mut image, &memory_key(), true).is_err());
        prop_assert!(open_any(&mut bytes.clone(), &memory_key(), true).is_err());
    }

    #[test]
    fn any_change_behind_the_mac_opens_with_sound_registers_or_is_an_error(
        changes in prop::collection::vec((0..18_usize, 0..700_usize, any::<u8>()), 1..6),
        lone in any::<bool>(),
    ) {
        let (place, _) = used();
        let mut image = place.medium.durable();
        for (sector, byte, value) in changes {
            image[sector][byte] = value;
            if !lone {
                image[sector ^ 1][byte] = value;
            }
        }
        let opened = open_any(image.as_flattened_mut(), &memory_key(), true);
        if let Ok(status) = opened {
            prop_assert_eq!(status.registers.check(), Ok(()));
        }
    }
}
