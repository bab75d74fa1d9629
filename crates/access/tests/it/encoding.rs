//! The bytes in the memory and on the wire.

use crate::shop::{Shop, funds, id, money, password, schedule};
use access::{Change, Lock, Mode, Password, Period, RefillRules, Refusal, Usage};
use proptest::prelude::*;

fn full() -> Shop {
    let mut shop = Shop::staffed(Mode::PasswordAndTime);
    shop.managed(Change::TwoUsers(true));
    shop.managed(Change::IdleSeconds(77));
    shop.managed(Change::Refill(RefillRules { manager_only: true, call_back_only: true }));
    shop.managed(Change::UserFunds { user: id(2), funds: funds(Period::Week, u64::MAX) });
    let hours = schedule(&["mon-fri 07:00-19:00", "sat 22:00-02:00", "sun 00:00-00:00", "tue 05:00-06:00"]);
    shop.managed(Change::UserHours { user: id(2), hours });
    shop.managed(Change::UserLocked { user: id(3), locked: true });
    for number in 4..=16 {
        shop.managed(Change::AddUser { user: id(number), password: password("x") });
    }
    shop
}

#[test]
fn a_lock_comes_back_from_its_bytes_with_its_passwords() {
    for mut shop in [Shop::new(), Shop::staffed(Mode::Time), full()] {
        let read = Lock::from_bytes(&shop.lock.to_bytes()).unwrap();
        assert_eq!(read, shop.lock);
        shop.lock = read;
        assert_eq!(shop.user(1, "one").is_ok(), shop.lock.has_manager());
    }
}

#[test]
fn bytes_of_another_version_are_no_lock() {
    let bytes = full().lock.to_bytes();
    for (place, value) in [(0, 2), (2, 4), (3, 0xff), (6, 17), (58, 0xff)] {
        let mut changed = *bytes;
        changed[place] = value;
        assert!(Lock::from_bytes(&changed).is_none(), "byte {place} set to {value}");
    }
}

/// The head of a lock, byte by byte: meters in service have it so.
#[test]
fn the_bytes_of_a_lock_stay_as_meters_in_service_have_them() {
    let bytes = full().lock.to_bytes();
    assert_eq!(bytes[..8], [1, 0, 3, 0b1111, 77, 0, 16, 0]);
    assert_eq!(bytes[56..66], [0x1f, 0xe0, 0x01, 0x38, 0x04, 0, 0, 0, 0, 0], "mon-fri 08:00-18:00");
    let user_2 = &bytes[76 + 80..][..80];
    assert_eq!(user_2[..12], [2, 0, 0, 2, 255, 255, 255, 255, 255, 255, 255, 255]);
    assert_eq!(user_2[60..65], [0x1f, 0xa4, 0x01, 0x74, 0x04], "mon-fri 07:00-19:00");
}

#[test]
fn the_codes_of_refusals_stay() {
    let refusals = [
        Refusal::LoggedOut,
        Refusal::SecondUser,
        Refusal::Closed { opens: None },
        Refusal::Funds { left: money(0), until: None },
        Refusal::WrongCode { wait_seconds: 1 },
        Refusal::Wait { seconds: 1 },
        Refusal::ManagerOnly,
        Refusal::UserLocked,
        Refusal::OtherUser { expected: id(1) },
        Refusal::CallBackOnly,
        Refusal::UnknownUser(id(1)),
        Refusal::UserExists,
        Refusal::TooManyUsers,
        Refusal::NoManager,
        Refusal::NoTimes,
        Refusal::Hash,
        Refusal::CountFull,
    ];
    for (code, refusal) in (601..).zip(refusals) {
        assert_eq!(refusal.code(), code);
        assert!(!refusal.to_string().is_empty());
    }
}

fn wire(value: &impl serde::Serialize) -> Vec<u8> {
    postcard::to_slice(value, &mut [0; 128]).unwrap().to_vec()
}

#[test]
fn changes_pass_the_wire_and_what_is_out_of_range_does_not() {
    let change = Change::AddUser { user: id(9), password: password(&"p".repeat(64)) };
    let bytes = wire(&change);
    assert_eq!(postcard::from_bytes::<Change>(&bytes).unwrap(), change);
    let too_long = wire(&[7_u8; 65].as_slice());
    assert!(postcard::from_bytes::<Password>(&too_long).is_err());
    assert!(postcard::from_bytes::<Password>(&[0]).is_err(), "an empty one");
    assert!(serde_json::from_str::<Change>(r#"{"RemoveUser":10000}"#).is_err());
    assert!(serde_json::from_str::<Change>(r#"{"Hours":[{"weekdays":0,"start":0,"stop":0}]}"#).is_err());
    let json = serde_json::to_string(&Change::Hours(schedule(&["mon 08:00-09:00"]))).unwrap();
    assert_eq!(json, r#"{"Hours":[{"weekdays":1,"start":480,"stop":540}]}"#);
    let change = Change::ManagerPassword(password("boss"));
    let json = serde_json::to_string(&change).unwrap();
    assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), change);
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        bytes in prop::collection::vec(any::<u8>(), Lock::BYTES),
        changes in prop::collection::vec((0..Lock::BYTES, any::<u8>()), 0..4),
    ) {
        let usage = bytes[..Usage::BYTES].try_into().unwrap();
        if let Some(usage) = Usage::from_bytes(usage) {
            prop_assert_eq!(Usage::from_bytes(&usage.to_bytes()), Some(usage));
        }
        drop(Lock::from_bytes(bytes.as_slice().try_into().unwrap()));
        let mut near = *full().lock.to_bytes();
        changes.into_iter().for_each(|(place, value)| near[place] = value);
        if let Some(lock) = Lock::from_bytes(&near) {
            prop_assert_eq!(Lock::from_bytes(&lock.to_bytes()), Some(lock));
        }
        drop(postcard::from_bytes::<Change>(&bytes));
    }
}
