//! The identification string: what makes a card this meter's, and which part is named where it is not.

use crate::fixture::{
    assert_gap, blank, blank_with, card, delivered, fresh, identified, issuer, issuer_of, made, make, making,
    number, own, raw, scribble, write_maker_number,
};
use cards::emulated::{Chip, Slot};
use cards::{
    CardError, Check, Constant, Fault, Identification, Issuer, Kind, MakerNumber, Part, TransportCode, Unique,
};
use proptest::prelude::*;

fn historic(issuer: &Issuer) -> Issuer {
    Issuer { check: Check::Historic, ..issuer.clone() }
}

/// Claim: E2
#[test]
fn a_card_made_here_is_known_with_its_running_and_its_card_number() {
    for kind in Kind::ALL {
        let issuer = issuer();
        let mut slot = Slot::with(made(kind, &issuer, &making(1, 1_234_567_801)));
        for issuer in [&issuer, &historic(&issuer)] {
            let card = identified(&mut slot, issuer).unwrap();
            assert_eq!((card.kind(), card.running().to_string()), (kind, "001".into()));
            assert_eq!(card.number(), number(1_234_567_801));
        }
    }
}

/// Claim: E2
#[test]
fn the_makers_number_is_the_same_for_all_meters_of_a_maker_as_the_equations_have_it() {
    // B = A2 = A1 - SRN - C with A1 = SRN: -31415926 modulo 10^8.
    for serial in [0, 505_010, 99_999_999] {
        assert_eq!(issuer_of(serial, 7).maker_number(), MakerNumber::new(68_584_074).unwrap());
    }
}

/// Claim: E2
#[test]
fn a_card_without_part_i_is_a_gap_there() {
    for kind in Kind::ALL {
        assert_gap(identified(&mut Slot::with(blank(kind)), &issuer()), Part::One, Fault::Missing);
    }
}

/// Claim: E2
#[test]
fn a_card_of_another_maker_is_a_gap_at_part_i_whether_made_or_not() {
    for kind in Kind::ALL {
        let other = Issuer { constant: Constant::new(1).unwrap(), ..issuer() };
        let is_wrong = |chip| assert_gap(fresh(&mut Slot::with(chip), &issuer()), Part::One, Fault::Wrong);
        is_wrong(delivered(kind, &other));
        is_wrong(made(kind, &other, &making(1, 1)));
    }
}

/// Claim: E2
#[test]
fn a_card_of_another_meter_is_told_from_a_wrong_one() {
    for kind in Kind::ALL {
        let chip = made(kind, &issuer_of(505_011, 8), &making(1, 1));
        for issuer in [issuer(), historic(&issuer())] {
            assert_gap(identified(&mut Slot::with(chip.clone()), &issuer), Part::Two, Fault::OtherMeter);
        }
    }
}

/// Claim: E2
#[test]
fn a_card_never_made_is_fresh_and_can_be_made_by_any_meter_of_its_maker() {
    for kind in Kind::ALL {
        let mut slot = Slot::with(delivered(kind, &issuer_of(1, 1)));
        assert_eq!(fresh(&mut slot, &issuer()).unwrap().kind(), kind);
        assert_eq!(make(&mut slot, &issuer(), &making(3, 77)).unwrap().number(), number(77));
    }
}

// Where parts stand in an I²C memory, which anybody can write.
const TWO: u16 = 128;
const TWO_CHECK: u16 = 192;
const BINDING: u16 = 256;

fn check(bytes: &[u8]) -> [u8; 4] {
    use sha2::{Digest, Sha256};
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(bytes));
    [a, b, c, d]
}

/// Claim: E2
#[test]
fn a_running_number_put_in_by_hand_passes_the_equations_and_not_the_seals() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::B, &issuer, &making(9, 1_234_567_809)));
    let forged = [&505_010_u32.to_le_bytes()[..], &1_u16.to_le_bytes()].concat();
    scribble(&mut slot, TWO, &forged);
    scribble(&mut slot, TWO_CHECK, &check(&forged));
    assert_gap(identified(&mut slot, &issuer), Part::Two, Fault::Wrong);
    assert_eq!(
        identified(&mut slot, &historic(&issuer)).unwrap().running().value(),
        1,
        "the historic check is weak"
    );
}

/// Claim: E2
#[test]
fn a_card_number_put_in_by_hand_is_a_gap_at_part_iii() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::B, &issuer, &making(9, 1_234_567_809)));
    let record = [&2_u32.to_le_bytes()[..], &1_234_567_801_u64.to_le_bytes(), &[0; 16]].concat();
    scribble(&mut slot, 384, &[&record[..], &check(&record)].concat());
    assert_gap(identified(&mut slot, &issuer), Part::Three, Fault::Wrong);
    assert_eq!(identified(&mut slot, &historic(&issuer)).unwrap().number(), number(1_234_567_801));
}

/// Claim: E2
#[test]
fn a_card_whose_number_is_gone_is_a_gap_at_part_iii() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::B, &issuer, &making(2, 5)));
    scribble(&mut slot, 320, &[0; 32]);
    assert_gap(identified(&mut slot, &issuer), Part::Three, Fault::Missing);
}

/// Claim: E2
#[test]
fn a_seal_belongs_to_one_card_and_one_key() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::B, &issuer, &making(2, 5)));
    assert_gap(identified(&mut slot, &issuer_of(505_010, 8)), Part::Two, Fault::Wrong);
    scribble(&mut slot, BINDING, &[0xEE; Unique::BYTES]);
    assert_gap(identified(&mut slot, &issuer), Part::Two, Fault::Wrong);
}

/// Claim: E2
#[test]
fn all_that_can_be_read_of_a_processor_card_is_worth_nothing_on_another() {
    let issuer = issuer();
    let original = made(Kind::N, &issuer, &making(2, 5)).to_image();
    // Behind magic, version and kind comes the chip's own number.
    let mut copy = original.clone();
    copy[10..26].fill(2);
    let mut slot = Slot::with(Chip::from_image(&copy).unwrap());
    for issuer in [&issuer, &historic(&issuer)] {
        assert_gap(identified(&mut slot, issuer), Part::Two, Fault::Wrong);
    }
}

/// Claim: E2
#[test]
fn parts_i_and_ii_are_written_once_where_the_card_can_keep_them() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::A, &issuer, &making(2, 5)));
    assert!(matches!(write_maker_number(&mut slot, &issuer), Err(CardError::HasMakerNumber)));
    assert_eq!(raw(&mut slot, &[0xFF, 0x20, 0, 0, 3, 0xFF, 0xFF, 0xFF]).1, 0x9007, "the code is right");
    for address in 8..18 {
        raw(&mut slot, &[0xFF, 0xD0, 0, address, 1, 0xAB]);
        assert_ne!(raw(&mut slot, &[0xFF, 0xB0, 0, address, 1]).0, [0xAB], "address {address}");
    }
    let mut slot = Slot::with(made(Kind::N, &issuer, &making(2, 5)));
    own(&mut slot, &issuer).unwrap();
    for file in [1, 2] {
        assert_eq!(raw(&mut slot, &[0, 0xA4, 2, 0x0C, 2, 0, file]).1, 0x9000);
        assert_eq!(raw(&mut slot, &[0, 0xD6, 0, 0, 1, 0xAB]).1, 0x6985, "file {file}");
    }
}

/// Claim: E2
#[test]
fn a_processor_card_shows_its_number_to_its_meter_alone() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::N, &issuer, &making(2, 5)));
    card(&mut slot).unwrap();
    assert_eq!(raw(&mut slot, &[0, 0xA4, 2, 0x0C, 2, 0, 3]).1, 0x9000);
    assert_eq!(raw(&mut slot, &[0, 0xB0, 0, 0, 16]).1, 0x6982);
    // A meter of the same serial with another key is told so without a try of the code.
    assert_gap(identified(&mut slot, &issuer_of(505_010, 8)), Part::Two, Fault::Wrong);
    // One that does not look at seals loses tries, but never the last.
    let other = historic(&issuer_of(505_010, 8));
    for _ in 0..20 {
        assert_gap(identified(&mut slot, &other), Part::Three, Fault::Closed);
    }
    raw(&mut slot, &[&[0, 0xA4, 4, 0x0C, 7], cards::APPLICATION_ID.as_slice()].concat());
    assert_eq!(raw(&mut slot, &[0, 0x20, 0, 0x81]).1, 0x63C1);
}

#[test]
fn a_card_whose_code_is_another_keeps_its_last_try() {
    let issuer = Issuer { code: TransportCode::new([1, 2, 3]), ..issuer() };
    let mut slot = Slot::with(blank(Kind::A));
    for tries_left in [2, 1, 1, 1] {
        let error = write_maker_number(&mut slot, &issuer).unwrap_err();
        assert!(matches!(error, CardError::Code { tries_left: left } if left == tries_left), "{error}");
    }
    assert_eq!(raw(&mut slot, &[0xFF, 0xB1, 0, 0, 4]).0[0].count_ones(), 1);
}

/// Claim: E2
#[test]
fn the_number_can_be_changed_and_the_rest_stays() {
    for kind in Kind::ALL {
        let issuer = issuer();
        let mut slot = Slot::with(made(kind, &issuer, &making(2, 5)));
        for value in [6, 9_999_999_999, 0] {
            own(&mut slot, &issuer).unwrap().renumber(number(value)).unwrap();
            let card = identified(&mut slot, &issuer).unwrap();
            assert_eq!((card.number(), card.running().value()), (number(value), 2));
        }
    }
}

#[test]
fn a_duplicate_has_the_same_number_and_is_still_another_card() {
    let issuer = issuer();
    let original =
        make(&mut Slot::with(delivered(Kind::A, &issuer)), &issuer, &making(4, 1_234_567_804)).unwrap();
    let duplicate =
        make(&mut Slot::with(delivered(Kind::B, &issuer)), &issuer, &making(5, 1_234_567_804)).unwrap();
    assert_eq!(original.number(), duplicate.number());
    assert_ne!((original.running(), original.unique()), (duplicate.running(), duplicate.unique()));
}

#[test]
fn a_chip_with_a_number_of_its_own_is_known_by_that() {
    let mut slot = Slot::with(blank_with(Kind::N, 0x3C));
    write_maker_number(&mut slot, &issuer()).unwrap();
    let card = make(&mut slot, &issuer(), &making(4, 4)).unwrap();
    assert_eq!(card.unique(), &Unique::new([0x3C; Unique::BYTES]));
}

/// Where the cells of a memory card begin in its image: behind magic, version and kind.
const CELLS: usize = 10;

proptest! {
    /// Claim: E2
    #[test]
    fn no_bit_of_the_parts_can_be_turned_and_another_card_come_out(
        kind in prop_oneof![Just(Kind::A), Just(Kind::B)], at in 0..448_usize, bit in 0..8,
    ) {
        let issuer = issuer();
        let chip = made(kind, &issuer, &making(2, 5));
        let known = identified(&mut Slot::with(chip.clone()), &issuer).unwrap();
        let mut image = chip.to_image();
        image[CELLS + at % if kind == Kind::A { 256 } else { 448 }] ^= 1_u8 << bit;
        let mut slot = Slot::with(Chip::from_image(&image).unwrap());
        match card(&mut slot).unwrap().identify(&issuer) {
            Ok(Identification::Own(own)) => prop_assert_eq!(own.identified(), &known),
            Ok(Identification::Fresh(_)) => prop_assert_eq!(kind, Kind::B, "an I²C memory protects no part"),
            Err(error) => prop_assert!(matches!(error, CardError::Gap(_))),
        }
    }

    #[test]
    fn no_content_of_a_memory_card_is_taken_for_a_card_of_this_meter(
        head in proptest::collection::vec(any::<u8>(), 704), is_checked in any::<bool>(), is_historic in any::<bool>(),
    ) {
        let mut cells = vec![0xFF; 32_768];
        cells[..704].copy_from_slice(&head);
        if is_checked {
            for (part, length) in [(0, 4), (128, 6)] {
                let check = check(&cells[part..part + length]);
                cells[part + 64..part + 68].copy_from_slice(&check);
            }
        }
        let image = [b"PORTOCRD\x01b".as_slice(), &cells].concat();
        let mut slot = Slot::with(Chip::from_image(&image).unwrap());
        let issuer = if is_historic { historic(&issuer()) } else { issuer() };
        prop_assert!(matches!(card(&mut slot).unwrap().identify(&issuer), Err(CardError::Gap(_))));
    }
}
