//! Cards that are pulled at every byte of every write.

use crate::fixture::{
    View, blank, card, delivered, fresh, issuer, made, making, number, own, raw, view, write_maker_number,
};
use cards::emulated::{Chip, Slot};
use cards::{Application, CardError, Issuer, Kind, Name, ReaderError};
use proptest::prelude::*;
use terms::Date;

fn function(name: &str, day: u8) -> Application {
    let until = Date::new(2027, 1, day).unwrap();
    Application::TimedFunction { function: Name::new(name).unwrap(), until }
}

/// Something that is done to a card.
type Act = fn(&mut Slot, &Issuer) -> Result<(), CardError>;

/// Does it with the card pulled at every byte, left torn in several ways: it must read as before or as after, and what
/// was begun can be done again.
fn pull_everywhere(card: &Chip, act: Act) {
    let issuer = issuer();
    let before = view(&mut Slot::with(card.clone()), &issuer);
    let mut slot = Slot::with(card.clone());
    act(&mut slot, &issuer).unwrap();
    let after = view(&mut slot, &issuer);
    assert_ne!(before, after, "the act does something");
    for torn in [None, Some(0x00), Some(0xFF), Some(0xA5)] {
        let pulls = (0..).take_while(|&bytes| {
            let mut slot = Slot::with(card.clone());
            slot.chip().unwrap().pull_after(bytes, torn);
            let result = act(&mut slot, &issuer);
            if !slot.chip().unwrap().is_gone() {
                result.unwrap();
                return false;
            }
            assert!(matches!(result, Err(CardError::Reader(ReaderError::CardGone))));
            let card = slot.take().unwrap();
            slot.insert(card);
            let found = view(&mut slot, &issuer);
            assert!(found == before || found == after, "byte {bytes}, torn {torn:?}: {found:?}");
            if found == before {
                act(&mut slot, &issuer).unwrap();
            }
            assert_eq!(view(&mut slot, &issuer), after, "byte {bytes}, torn {torn:?}, done again");
            if let View::Own(..) = after {
                own(&mut slot, &issuer).unwrap().renumber(number(31)).unwrap();
                assert_locks_are_finished(&mut slot);
            }
            true
        });
        assert!(pulls.count() >= 4, "something was written");
    }
}

/// On a card of kind a, a lock that was cut off is finished with the next write.
fn assert_locks_are_finished(slot: &mut Slot) {
    if card(slot).unwrap().kind() == Kind::A {
        let bits = raw(slot, &[0xFF, 0xB2, 0, 0, 4]).0.try_into().map(u32::from_le_bytes).unwrap();
        assert_eq!(bits >> 8 & 0x3FF, 0, "parts I and II, addresses 8 to 17");
    }
}

#[test]
fn a_card_maker_can_write_part_i_again_unless_it_is_there() {
    for kind in [Kind::A, Kind::B, Kind::N] {
        pull_everywhere(&blank(kind), |slot, issuer| write_maker_number(slot, issuer));
    }
}

/// Claim: E2
#[test]
fn a_card_that_is_pulled_while_it_is_made_is_fresh_or_made() {
    for kind in [Kind::A, Kind::B, Kind::N] {
        pull_everywhere(&delivered(kind, &issuer()), |slot, issuer| {
            fresh(slot, issuer)?.make(&making(12, 1_234_567_801)).map(drop)
        });
    }
}

#[test]
fn a_card_that_is_pulled_while_its_number_changes_has_the_old_or_the_new_one() {
    for kind in [Kind::A, Kind::B, Kind::N] {
        let act: Act = |slot, issuer| own(slot, issuer)?.renumber(number(1_234_567_899));
        pull_everywhere(&made(kind, &issuer(), &making(1, 1)), act);
        // And with both copies in use.
        let mut slot = Slot::with(made(kind, &issuer(), &making(1, 1)));
        own(&mut slot, &issuer()).unwrap().renumber(number(2)).unwrap();
        pull_everywhere(&slot.take().unwrap(), act);
    }
}

/// Claim: E12
#[test]
fn a_card_that_is_pulled_while_an_application_changes_lists_the_old_or_the_new_ones() {
    for kind in [Kind::A, Kind::B, Kind::N] {
        let empty = made(kind, &issuer(), &making(1, 1));
        pull_everywhere(&empty, |slot, issuer| own(slot, issuer)?.add(&function("refill", 1)));
        let mut slot = Slot::with(empty);
        own(&mut slot, &issuer()).unwrap().add(&function("refill", 1)).unwrap();
        let one = slot.take().unwrap();
        pull_everywhere(&one, |slot, issuer| own(slot, issuer)?.replace(0, &function("query", 31)));
        pull_everywhere(&one, |slot, issuer| own(slot, issuer)?.remove(0));
        pull_everywhere(&one, |slot, issuer| own(slot, issuer)?.clear());
        if kind != Kind::A {
            pull_everywhere(&one, |slot, issuer| {
                let table = vec![0x3C; 300];
                own(slot, issuer)?.add(&Application::RateTable { name: Name::new("2027").unwrap(), table })
            });
        }
    }
}

#[derive(Clone, Debug)]
enum Step {
    Add(u16, usize),
    Replace(usize, u16, usize),
    Remove(usize),
    Renumber(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (any::<u16>(), 0..900_usize).prop_map(|(number, length)| Step::Add(number, length)),
        (0..4_usize, any::<u16>(), 0..900_usize)
            .prop_map(|(at, number, length)| Step::Replace(at, number, length)),
        (0..4_usize).prop_map(Step::Remove),
        (0..=9_999_999_999_u64).prop_map(Step::Renumber),
    ]
}

fn stamp(number: u16, length: usize) -> Application {
    Application::DayStamp { number, picture: vec![number as u8; length] }
}

fn carry_out(slot: &mut Slot, issuer: &Issuer, step: &Step) -> Result<(), CardError> {
    let mut card = own(slot, issuer)?;
    match *step {
        Step::Add(number, length) => card.add(&stamp(number, length)),
        Step::Replace(at, number, length) => card.replace(at, &stamp(number, length)),
        Step::Remove(at) => card.remove(at),
        Step::Renumber(value) => card.renumber(number(value)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Claim: E12
    #[test]
    fn whatever_is_done_and_wherever_a_card_is_pulled_it_reads_as_before_or_as_after(
        kind in prop_oneof![Just(Kind::A), Just(Kind::B), Just(Kind::N)],
        steps in proptest::collection::vec((step(), proptest::option::of((0..1200_usize, any::<Option<u8>>()))), 1..12),
    ) {
        let issuer = issuer();
        let mut slot = Slot::with(made(kind, &issuer, &making(1, 1)));
        for (step, pull) in steps {
            let before = view(&mut slot, &issuer);
            let mut whole = Slot::with(slot.chip().unwrap().clone());
            let result = carry_out(&mut whole, &issuer, &step);
            let after = view(&mut whole, &issuer);
            prop_assert!(result.is_ok() || after == before, "what is refused changes nothing");
            if let Some((bytes, torn)) = pull {
                slot.chip().unwrap().pull_after(bytes, torn);
            }
            // Refusals were looked at above.
            let _ = carry_out(&mut slot, &issuer, &step);
            let mut card = slot.take().unwrap();
            let was_pulled = card.is_gone();
            card = Chip::from_image(&card.to_image()).unwrap();
            slot.insert(card);
            let found = view(&mut slot, &issuer);
            prop_assert!(found == after || was_pulled && found == before);
        }
    }
}
