//! What cards carry.

use crate::fixture::{issuer, issuer_of, made, making, own, raw, scribble};
use cards::emulated::Slot;
use cards::{
    Application, ApplicationError, CardError, Check, Issuer, Kind, Name, PinCheck, Secret, SettingList,
    TextPlace,
};
use std::collections::BTreeMap;
use terms::{Date, Money};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn settings(count: usize) -> SettingList {
    let all = (0..count).map(|index| (name(&format!("scale.{index:02}")), format!("value {index}")));
    SettingList::try_from(all.collect::<BTreeMap<_, _>>()).unwrap()
}

/// One of each.
fn one_of_each() -> Vec<Application> {
    let until = Date::new(2027, 12, 31).unwrap();
    vec![
        Application::RateTable {
            name: name("letters 2027"),
            table: (0..900).map(|byte| byte as u8).collect(),
        },
        Application::Cliche {
            number: 17,
            picture: vec![0x5A; 700],
            text_place: Some(TextPlace { left: 40, top: 8, width: 200, height: 64 }),
        },
        Application::DayStamp { number: 2, picture: vec![0xC3; 400] },
        Application::TimedFunction { function: name("frank"), until },
        Application::PinFunction { function: name("refill"), pin: PinCheck::OnCard },
        Application::Peripherals(settings(5)),
        Application::System(settings(2)),
        Application::StoredImprint {
            name: name("newsletter"),
            value: Money::from_minor(95),
            cliche: Some(17),
            text: "Grüße aus Berlin".into(),
        },
        Application::Password { user: 12, password: Secret::new("correct horse".into()).unwrap() },
    ]
}

fn usable(slot: &mut Slot, issuer: &Issuer) -> Vec<Application> {
    let found = own(slot, issuer).unwrap().applications().unwrap();
    found.into_iter().map(|application| application.unwrap()).collect()
}

/// Claim: E12
#[test]
fn larger_cards_carry_one_of_each_in_any_order() {
    let issuer = issuer();
    for kind in [Kind::B, Kind::N] {
        let mut all = one_of_each();
        for turn in 0..3 {
            all.rotate_left(turn * 4);
            let mut slot = Slot::with(made(kind, &issuer, &making(1, 1)));
            for application in &all {
                own(&mut slot, &issuer).unwrap().add(application).unwrap();
            }
            assert_eq!(usable(&mut slot, &issuer), all);
        }
    }
}

/// Claim: E12
#[test]
fn an_application_is_replaced_or_taken_off_and_its_place_used_again() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::N, &issuer, &making(1, 1)));
    let all = one_of_each();
    for application in &all[..3] {
        own(&mut slot, &issuer).unwrap().add(application).unwrap();
    }
    own(&mut slot, &issuer).unwrap().remove(1).unwrap();
    own(&mut slot, &issuer).unwrap().replace(0, &all[5]).unwrap();
    assert_eq!(usable(&mut slot, &issuer), [all[2].clone(), all[5].clone()]);
    assert!(matches!(own(&mut slot, &issuer).unwrap().remove(2), Err(CardError::NoSuchPlace)));
    assert!(matches!(own(&mut slot, &issuer).unwrap().replace(2, &all[0]), Err(CardError::NoSuchPlace)));
    // However often it is done, nothing is used up.
    for _ in 0..40 {
        own(&mut slot, &issuer).unwrap().replace(0, &all[0]).unwrap();
    }
}

/// Claim: E12
#[test]
fn a_card_that_is_cleared_carries_nothing_and_keeps_no_password_in_its_memory() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::B, &issuer, &making(1, 1)));
    for application in &one_of_each() {
        own(&mut slot, &issuer).unwrap().add(application).unwrap();
    }
    let holds_it = |slot: &mut Slot| {
        let image = slot.chip().unwrap().to_image();
        image.windows(13).any(|bytes| bytes == b"correct horse")
    };
    assert!(holds_it(&mut slot));
    own(&mut slot, &issuer).unwrap().clear().unwrap();
    assert!(!holds_it(&mut slot));
    assert!(usable(&mut slot, &issuer).is_empty());
    own(&mut slot, &issuer).unwrap().add(&one_of_each()[0]).unwrap();
    assert_eq!(usable(&mut slot, &issuer), [one_of_each()[0].clone()]);
}

/// Claim: E12
#[test]
fn the_smallest_card_carries_one_small_application_and_refuses_others_clearly() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::A, &issuer, &making(1, 1)));
    let all = one_of_each();
    let mut card = own(&mut slot, &issuer).unwrap();
    let refusal = card.add(&all[0]).unwrap_err();
    assert!(matches!(refusal, CardError::Room { needed: 900.., room: 96 }), "{refusal}");
    card.add(&all[3]).unwrap();
    assert!(matches!(card.add(&all[3]), Err(CardError::Full)));
    assert_eq!(usable(&mut slot, &issuer), [all[3].clone()]);
    for at in [4, 8] {
        own(&mut slot, &issuer).unwrap().replace(0, &all[at]).unwrap();
        assert_eq!(usable(&mut slot, &issuer), [all[at].clone()]);
    }
}

/// Claim: E12
#[test]
fn a_card_takes_a_record_as_large_as_itself_and_no_larger() {
    let issuer = issuer();
    // Version, number of the application, name, length (2 or 3) and seal.
    for (kind, bytes, overhead) in [(Kind::B, 32_064, 23), (Kind::N, 7_168, 22)] {
        let mut slot = Slot::with(made(kind, &issuer, &making(1, 1)));
        let of_length =
            |length| Application::RateTable { name: name("r"), table: vec![9; length - overhead] };
        let refusal = own(&mut slot, &issuer).unwrap().add(&of_length(bytes + 1)).unwrap_err();
        assert!(matches!(refusal, CardError::Room { needed, room } if (needed, room) == (bytes + 1, bytes)));
        own(&mut slot, &issuer).unwrap().add(&of_length(bytes)).unwrap();
        assert_eq!(usable(&mut slot, &issuer), [of_length(bytes)]);
    }
}

/// Claim: E12
#[test]
fn a_full_directory_is_said_to_be_full() {
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::B, &issuer, &making(1, 1)));
    for _ in 0..16 {
        own(&mut slot, &issuer).unwrap().add(&one_of_each()[3]).unwrap();
    }
    assert!(matches!(own(&mut slot, &issuer).unwrap().add(&one_of_each()[3]), Err(CardError::Full)));
}

const APPLICATIONS: u16 = 704;

/// Claim: E12
#[test]
fn a_record_that_was_changed_is_not_believed_and_hides_no_other() {
    let issuer = issuer();
    let all = one_of_each();
    let mut slot = Slot::with(made(Kind::B, &issuer, &making(1, 1)));
    own(&mut slot, &issuer).unwrap().add(&all[3]).unwrap();
    own(&mut slot, &issuer).unwrap().add(&all[7]).unwrap();
    scribble(&mut slot, APPLICATIONS + 5, b"X");
    let found = own(&mut slot, &issuer).unwrap().applications().unwrap();
    assert_eq!(found, [Err(ApplicationError::Seal), Ok(all[7].clone())]);
}

/// Claim: E12
#[test]
fn a_record_that_was_copied_from_another_card_is_not_believed() {
    let issuer = issuer();
    let application = &one_of_each()[3];
    let mut first = Slot::with(made(Kind::B, &issuer, &making(1, 1)));
    own(&mut first, &issuer).unwrap().add(application).unwrap();
    let mut second = Slot::with(made(Kind::B, &issuer, &making(2, 2)));
    own(&mut second, &issuer).unwrap().add(application).unwrap();
    let (record, _) = raw(&mut first, &[0xFF, 0xB0, 0x02, 0xC0, 64]);
    assert_eq!(usize::from(APPLICATIONS), 0x02C0);
    scribble(&mut second, APPLICATIONS, &record);
    let found = own(&mut second, &issuer).unwrap().applications().unwrap();
    assert_eq!(found, [Err(ApplicationError::Seal)]);
}

/// Claim: E12
#[test]
fn what_another_key_sealed_is_not_believed_by_the_historic_check_either() {
    let other = Issuer { check: Check::Historic, ..issuer_of(505_010, 9) };
    let mut slot = Slot::with(made(Kind::B, &issuer(), &making(1, 1)));
    own(&mut slot, &issuer()).unwrap().add(&one_of_each()[3]).unwrap();
    let found = own(&mut slot, &other).unwrap().applications().unwrap();
    assert_eq!(found, [Err(ApplicationError::Seal)]);
}

#[test]
fn a_directory_that_points_outside_the_card_is_no_danger() {
    use sha2::{Digest, Sha256};
    let issuer = issuer();
    let mut slot = Slot::with(made(Kind::B, &issuer, &making(1, 1)));
    let mut record = [&1_u32.to_le_bytes()[..], &[200], &[0xFF; 64]].concat();
    let check = <[u8; 32]>::from(Sha256::digest(&record));
    record.extend_from_slice(&check[..4]);
    scribble(&mut slot, 448, &record[..64]);
    scribble(&mut slot, 512, &record[64..]);
    let mut card = own(&mut slot, &issuer).unwrap();
    assert_eq!(card.applications().unwrap(), vec![Err(ApplicationError::Seal); 16]);
    assert!(matches!(card.add(&one_of_each()[3]), Err(CardError::Full)));
    card.remove(3).unwrap();
    card.add(&one_of_each()[3]).unwrap();
    assert_eq!(card.applications().unwrap().pop(), Some(Ok(one_of_each()[3].clone())));
}

#[test]
fn names_settings_and_passwords_have_their_bounds_and_passwords_are_not_shown() {
    assert!(Name::new("").is_err() && Name::new(&"n".repeat(33)).is_err() && Name::new("a\nb").is_err());
    assert!(Secret::new(String::new()).is_err() && Secret::new("p".repeat(65)).is_err());
    let too_long = BTreeMap::from([(name("printer"), "v".repeat(129))]);
    assert!(SettingList::try_from(too_long).is_err());
    assert_eq!(settings(64).iter().count(), 64);
    let one_more = (0..65).map(|index| (name(&index.to_string()), String::new())).collect::<BTreeMap<_, _>>();
    assert!(SettingList::try_from(one_more).is_err());
    assert!(!format!("{:?}", one_of_each()[8]).contains("horse"));
}
