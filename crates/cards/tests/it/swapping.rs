//! Only a card that is really in the slot can be read, made or changed.

use crate::fixture::{View, delivered, fresh, insertion, issuer, made, making, number, own, view};
use cards::emulated::Slot;
use cards::{
    ANSWER_BYTES_MAX, Application, CardError, Identification, Insertion, Kind, Name, OwnCard, Presence,
    Reader, ReaderError, Recognised, recognise,
};
use terms::Date;

/// A slot whose card is swapped for another before a command.
struct Swapped {
    slot: Slot,
    commands_left: usize,
    other: Option<cards::emulated::Chip>,
}

impl Reader for Swapped {
    fn presence(&mut self) -> Result<Presence, ReaderError> {
        self.slot.presence()
    }

    fn transmit(&mut self, card: Insertion, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        if self.commands_left == 0
            && let Some(other) = self.other.take()
        {
            self.slot.insert(other);
        }
        self.commands_left = self.commands_left.saturating_sub(1);
        let answer = self.slot.transmit(card, command)?;
        assert!(answer.len() <= ANSWER_BYTES_MAX);
        Ok(answer)
    }
}

fn is_gone<T>(result: &Result<T, CardError>) -> bool {
    matches!(result, Err(CardError::Reader(ReaderError::CardGone)))
}

/// Claim: E13
#[test]
fn a_card_put_in_while_another_was_being_made_stays_as_it_was() {
    for kind in Kind::ALL {
        let issuer = issuer();
        let delivered = delivered(kind, &issuer);
        for commands in 0.. {
            let other = Some(delivered.clone());
            let mut reader = Swapped { slot: Slot::with(delivered.clone()), commands_left: commands, other };
            let seen = insertion(&mut reader);
            let result = match recognise(&mut reader, seen) {
                Ok(Recognised::Card(card)) => card.identify(&issuer).and_then(|found| match found {
                    Identification::Fresh(fresh) => fresh.make(&making(1, 1)).map(drop),
                    Identification::Own(_) => panic!("nobody made it"),
                }),
                Ok(Recognised::Unknown(_)) => panic!("it is a card"),
                Err(error) => Err(error.into()),
            };
            if reader.other.is_some() {
                assert!(result.is_ok() && commands > 10, "the card was made without a swap");
                break;
            }
            assert!(is_gone(&result), "{kind}, {commands} commands");
            assert_eq!(view(&mut reader.slot, &issuer), View::Fresh, "{kind}, {commands} commands");
        }
    }
}

/// Claim: E13
#[test]
fn nothing_can_be_made_or_changed_with_a_card_that_was_taken_out_and_put_in_again() {
    for kind in Kind::ALL {
        let issuer = issuer();
        let mut slot = Slot::with(delivered(kind, &issuer));
        let seen = insertion(&mut slot);
        let card = slot.take().unwrap();
        assert_eq!(slot.presence().unwrap(), Presence::Empty);
        assert!(matches!(recognise(&mut slot, seen), Err(ReaderError::CardGone)));
        slot.insert(card);
        assert!(matches!(recognise(&mut slot, seen), Err(ReaderError::CardGone)), "it was looked at before");
        assert!(fresh(&mut slot, &issuer).unwrap().make(&making(1, 1)).is_ok(), "and is looked at again");
    }
}

/// Claim: E13
#[test]
fn a_card_put_in_while_another_was_being_changed_stays_as_it_was() {
    let issuer = issuer();
    let until = Date::new(2027, 1, 31).unwrap();
    let application = Application::TimedFunction { function: Name::new("refill").unwrap(), until };
    for kind in Kind::ALL {
        let (own_chip, other_chip) =
            (made(kind, &issuer, &making(1, 11)), made(kind, &issuer, &making(2, 12)));
        let before = view(&mut Slot::with(other_chip.clone()), &issuer);
        for commands in 0.. {
            let other = Some(other_chip.clone());
            let mut reader = Swapped { slot: Slot::with(own_chip.clone()), commands_left: commands, other };
            let change =
                |card: &mut OwnCard<'_>| card.renumber(number(99)).and_then(|()| card.add(&application));
            let result = own(&mut reader, &issuer).and_then(|mut card| change(&mut card));
            if reader.other.is_some() {
                assert!(result.is_ok());
                break;
            }
            assert!(is_gone(&result), "{kind}, {commands} commands");
            assert_eq!(view(&mut reader.slot, &issuer), before, "{kind}, {commands} commands");
        }
    }
}
