//! PIN-bound functions.

use crate::fixture::{issuer, made, making, own};
use cards::emulated::Slot;
use cards::{Application, Kind, Name, Pin, PinAnswer};

fn pin(digits: &str) -> Pin {
    Pin::new(digits).unwrap()
}

/// Claim: E12
#[test]
fn a_pin_bound_function_asks_for_the_pin_on_every_kind_of_card() {
    for kind in Kind::ALL {
        let issuer = issuer();
        let mut slot = Slot::with(made(kind, &issuer, &making(1, 1)));
        let mut card = own(&mut slot, &issuer).unwrap();
        let check = card.set_pin(&pin("4711")).unwrap();
        let function = Name::new("refill").unwrap();
        card.add(&Application::PinFunction { function, pin: check }).unwrap();

        let mut card = own(&mut slot, &issuer).unwrap();
        let Ok(Application::PinFunction { pin: check, .. }) = card.applications().unwrap().remove(0) else {
            panic!("the function is not there")
        };
        assert!(matches!(card.verify_pin(&check, &pin("4712")), Ok(PinAnswer::Wrong { .. })), "{kind}");
        assert_eq!(card.verify_pin(&check, &pin("4711")).unwrap(), PinAnswer::Right, "{kind}");
    }
}

/// Claim: E12
#[test]
fn a_processor_card_counts_the_tries_and_its_meter_can_set_the_pin_anew() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::N, &issuer, &making(1, 1)));
    let check = own(&mut slot, &issuer).unwrap().set_pin(&pin("4711")).unwrap();
    for tries_left in [2, 1, 0, 0] {
        let answer = own(&mut slot, &issuer).unwrap().verify_pin(&check, &pin("0000")).unwrap();
        assert_eq!(answer, PinAnswer::Wrong { tries_left: Some(tries_left) });
    }
    let mut card = own(&mut slot, &issuer).unwrap();
    assert!(matches!(card.verify_pin(&check, &pin("4711")), Ok(PinAnswer::Wrong { .. })), "it is blocked");
    card.set_pin(&pin("0815")).unwrap();
    assert_eq!(card.verify_pin(&check, &pin("0815")).unwrap(), PinAnswer::Right);
}

#[test]
fn a_pin_has_four_to_twelve_digits() {
    for text in ["", "123", "1234567890123", "12a4", "١٢٣٤"] {
        assert!(Pin::new(text).is_err(), "{text:?}");
    }
    assert_eq!(format!("{:?}", pin("4711")), "Pin(..)");
}
