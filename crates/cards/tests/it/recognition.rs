//! Which kind of card is in the slot.

use crate::fixture::{blank, card, insertion};
use cards::emulated::{Chip, Slot};
use cards::{Insertion, Kind, Presence, Reader, ReaderError, Recognised, recognise};

/// Claim: E1
#[test]
fn each_kind_is_found_as_the_kinds_are_tried_in_turn() {
    for kind in Kind::ALL {
        let mut slot = Slot::with(blank(kind));
        assert_eq!(card(&mut slot).unwrap().kind(), kind);
    }
}

/// Claim: E1
#[test]
fn a_telephone_card_is_no_error_and_is_given_back_kindly() {
    let mut slot = Slot::with(Chip::telephone());
    let insertion = insertion(&mut slot);
    let Ok(Recognised::Unknown(unknown)) = recognise(&mut slot, insertion) else {
        panic!("a telephone card was taken for something else")
    };
    assert!(unknown.to_string().contains("please"));
}

/// A reader whose card says nothing at all.
struct MuteCard;

impl Reader for MuteCard {
    fn presence(&mut self) -> Result<Presence, ReaderError> {
        Ok(Presence::Card(Insertion::new(1)))
    }

    fn transmit(&mut self, _: Insertion, _: &[u8]) -> Result<Vec<u8>, ReaderError> {
        Err(ReaderError::Mute)
    }
}

/// Claim: E1
#[test]
fn a_card_that_the_reader_cannot_power_is_an_unknown_card_too() {
    let recognised =
        recognise(&mut MuteCard, Insertion::new(1)).map(|found| matches!(found, Recognised::Unknown(_)));
    assert!(recognised.unwrap());
}

#[test]
fn no_code_is_risked_to_find_out_what_a_card_is() {
    let mut slot = Slot::with(blank(Kind::A));
    card(&mut slot).unwrap();
    let (counter, _) = crate::fixture::raw(&mut slot, &[0xFF, 0xB1, 0, 0, 4]);
    assert_eq!(counter[0], 0b111, "all tries of the code are left");
}
