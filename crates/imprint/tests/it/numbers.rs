//! From quantities to symbols and back, through the public functions alone.

use imprint::numbers::{
    Cipher, CipherKind, CombinationNumber, Key, Krz, LayoutId, MonotoneKind, NumberError, OpenData, Profile,
    ProfileError, Quantities, Row, RowError, SecondMarking, SecondQuantities, SecondRowProfile, SetId,
    Suspicion, cliche_byte, decode, encode, row_length, verify_row,
};
use proptest::prelude::*;
use terms::{Date, Money, Serial};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

fn serial(value: u32) -> Serial {
    Serial::new(value).unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn cipher(profile: &Profile) -> Cipher {
    Cipher::new(profile.cipher, &Key::from_hex(KEY).unwrap())
}

fn quantities(mv: u64, postage: u64) -> Quantities {
    Quantities {
        date: Some(date("2026-11-21")),
        second: Some(7),
        ..Quantities::new(serial(12_345_678), Money::from_minor(postage), mv)
    }
}

fn open(quantities: &Quantities) -> OpenData {
    OpenData { serial: quantities.serial, date: quantities.date, postage: Some(quantities.postage) }
}

/// The example of the specification, worked out independently.
///
/// Claim: D3
#[test]
fn the_example_of_p1_comes_out() {
    let profile = Profile::named("p1").unwrap();
    let marking = encode(&profile, &cipher(&profile), &quantities(42, 110)).unwrap();
    assert_eq!(marking.koz.to_string(), "0000000042011003");
    assert_eq!(marking.krz.to_string(), "7729092415062408");
    assert_eq!(marking.row[..], [13, 5, 0, 2, 18, 2, 1, 2, 17, 12, 8, 16]);
}

/// Claim: D3
#[test]
fn every_built_in_profile_gives_back_what_went_in() {
    for name in Profile::NAMES {
        let profile = Profile::named(name).unwrap();
        profile.check().unwrap();
        let cipher = cipher(&profile);
        for suspicion in [Suspicion::None, Suspicion::Suspicious, Suspicion::Manipulated] {
            let given = Quantities { suspicion, ..quantities(4_711, 9_999) };
            let marking = encode(&profile, &cipher, &given).unwrap();
            let decoded = decode(&profile, &cipher, &open(&given), &marking.row).unwrap();
            assert_eq!(decoded.koz, marking.koz, "{name}");
            assert_eq!((decoded.mv, decoded.postage), (4_711, given.postage), "{name}");
            assert_eq!(decoded.suspicion, suspicion, "{name}");
            assert_eq!(decoded.second, (name == "fig4a").then_some(7), "{name}");
            assert!(decoded.koz.is_well_formed(&profile), "{name}");
            if suspicion == Suspicion::None {
                assert_eq!(decoded.serial_agrees, Some(true), "{name}");
            }
        }
    }
}

/// The suspicion takes the place of the serial check with values that no serial number gives, or a digit of its
/// own that turns odd.
///
/// Claim: D12
#[test]
fn suspicion_shows_in_the_plain_digits_as_the_profile_says() {
    let check = |name: &str, suspicion, ending: &str| {
        let profile = Profile::named(name).unwrap();
        let koz =
            CombinationNumber::compose(&profile, &Quantities { suspicion, ..quantities(42, 110) }).unwrap();
        assert!(koz.to_string().ends_with(ending), "{name} {koz}");
    };
    check("p1", Suspicion::None, "011003");
    check("p1", Suspicion::Suspicious, "011097");
    check("p1", Suspicion::Manipulated, "011098");
    check("digit-sum", Suspicion::None, "0110360");
    check("digit-sum", Suspicion::Suspicious, "0110361");
    check("digit-sum", Suspicion::Manipulated, "0110363");
    let profile = Profile::named("p1").unwrap();
    for value in 0..100_000 {
        let koz =
            CombinationNumber::compose(&profile, &Quantities::new(serial(value), Money::ZERO, 1)).unwrap();
        assert!(koz.value() % 100 < 97);
    }
}

/// Fig. 4a: sum since refill, postage, refill counter, serial check.
#[test]
fn fig4a_puts_its_digits_in_the_order_of_the_figure() {
    let profile = Profile::named("fig4a").unwrap();
    let koz = CombinationNumber::compose(&profile, &quantities(123_456, 110)).unwrap();
    assert_eq!(koz.to_string(), "0012345601100703");
}

/// Claim: X15
#[test]
fn an_altered_date_spoils_the_whole_number_of_p2() {
    let profile = Profile::named("p2").unwrap();
    let cipher = cipher(&profile);
    let given = quantities(42, 110);
    let marking = encode(&profile, &cipher, &given).unwrap();
    let mut agreeing = 0;
    for day in 1..=30 {
        let altered = OpenData { date: Some(Date::new(2026, 11, day).unwrap()), ..open(&given) };
        let decoded = decode(&profile, &cipher, &altered, &marking.row).unwrap();
        if decoded.mv == 42 && decoded.postage == given.postage {
            agreeing += 1;
            assert_eq!(day, 21);
        }
    }
    assert_eq!(agreeing, 1);
    let undated = OpenData { date: None, ..open(&given) };
    assert_eq!(decode(&profile, &cipher, &undated, &marking.row), Err(NumberError::DateMissing));
    let p1 = Profile::named("p1").unwrap();
    assert_ne!(encode(&p1, &cipher, &given).unwrap().krz, marking.krz);
}

/// Claim: D6
#[test]
fn rows_are_as_long_as_the_sources_say() {
    let lengths = |binary| SetId::ALL.map(|set| row_length(set, binary));
    assert_eq!(lengths(false), [23, 16, 14, 14, 12, 10]);
    assert_eq!(lengths(true), [28, 20, 17, 16, 15, 13]);
}

/// Claim: D6
#[test]
fn the_greatest_numbers_fit_their_rows_and_greater_ones_are_refused() {
    for set in SetId::ALL {
        for name in ["p1", "des"] {
            let profile = Profile { set, ..Profile::named(name).unwrap() };
            let length = row_length(set, profile.cipher.is_binary());
            let top = vec![set.base() as u8 - 1; length];
            let whole_base = u128::from(set.base()).pow(length as u32);
            let domain = if name == "p1" { 10_u128.pow(16) } else { 1 << 64 };
            let expected = if whole_base == domain {
                Ok(if name == "p1" { Krz::Decimal((domain - 1) as u64) } else { Krz::Binary(u64::MAX) })
            } else {
                Err(NumberError::Row(RowError::OutsideDomain))
            };
            assert_eq!(verify_row(&profile, None, &top), expected, "{set} {name}");
            let longer = vec![0; length + 1];
            let length_error = Err(NumberError::Row(RowError::Length { expected: length }));
            assert_eq!(verify_row(&profile, None, &longer), length_error);
            let mut unknown = vec![0; length];
            unknown[0] = set.base() as u8;
            assert_eq!(
                verify_row(&profile, None, &unknown),
                Err(NumberError::Row(RowError::NoSuchSymbol)),
                "{set} {name}"
            );
        }
    }
}

#[test]
fn quantities_that_need_more_digits_are_refused_by_name() {
    let profile = Profile::named("p1").unwrap();
    let cipher = cipher(&profile);
    let refusal = |mv, postage| encode(&profile, &cipher, &quantities(mv, postage)).unwrap_err().to_string();
    assert_eq!(
        refusal(10_000_000_000, 1),
        "the monotone variable needs more than the 10 digits the profile gives it"
    );
    assert_eq!(refusal(1, 10_000), "the postage needs more than the 4 digits the profile gives it");
    let fig4a = Profile::named("fig4a").unwrap();
    let without = Quantities { second: None, ..quantities(1, 1) };
    assert_eq!(encode(&fig4a, &cipher, &without), Err(NumberError::SecondNumberMissing));
}

#[test]
fn a_variable_that_starts_again_needs_a_second_number() {
    for kind in MonotoneKind::ALL {
        let profile = Profile { monotone: kind, ..Profile::named("p1").unwrap() };
        let expected = if kind.restarts_at_refill() { Err(ProfileError::SecondNumber) } else { Ok(()) };
        assert_eq!(profile.check(), expected, "{kind:?}");
    }
}

/// Claim 15 of the source: where the centre holds the second number, only the fastest digits of MV are taken.
#[test]
fn a_variable_held_at_the_centre_is_cut_to_its_fastest_digits() {
    let json = r#"{"version":1,"name":"short","epoch":1,"places":[{"quantity":"monotone","digits":6},
        {"quantity":"postage","digits":8},{"quantity":"serial-check","digits":2}],"monotone":"sum-since-refill",
        "second":{"kind":"refill-counter","held_at_centre":true},"cipher":"ff1","key_slot":1,"set":"s22",
        "layout":"b"}"#;
    let profile: Profile = serde_json::from_str(json).unwrap();
    let koz = CombinationNumber::compose(&profile, &quantities(123_456_789, 110)).unwrap();
    assert_eq!(koz.to_string(), "4567890000011003");
}

#[test]
fn profiles_are_read_back_as_written_and_contradictions_are_refused() {
    for name in Profile::NAMES {
        let profile = Profile::named(name).unwrap();
        let text = serde_json::to_string(&profile).unwrap();
        assert_eq!(serde_json::from_str::<Profile>(&text).unwrap(), profile, "{name}");
    }
    let text = serde_json::to_string(&Profile::named("p1").unwrap()).unwrap();
    for (from, to) in [
        ("\"version\":1", "\"version\":2"),
        ("\"name\":\"p1\"", "\"name\":\"\""),
        ("\"name\":\"p1\"", "\"name\":\"P 1\""),
        ("\"name\":\"p1\"", "\"name\":\"a-name-that-is-too-long\""),
        ("\"digits\":10", "\"digits\":11"),
        ("\"digits\":10", "\"digits\":0"),
        ("\"postage\"", "\"monotone\""),
        ("\"pieces\"", "\"remaining-credit\""),
        ("\"permutation\":[]", "\"permutation\":[0,0]"),
        ("\"layout\":\"b\"", "\"layout\":\"f\""),
        ("\"epoch\":1", "\"epoch\":1,\"colour\":3"),
    ] {
        assert!(text.contains(from), "{from}");
        assert!(serde_json::from_str::<Profile>(&text.replacen(from, to, 1)).is_err(), "{to}");
    }
}

/// KOZ2: user, cliché number, pieces at the last inspection, cliché byte; computed only when an input changed.
///
/// Claim: D5
#[test]
fn the_second_row_is_computed_again_only_when_an_input_changed() {
    let profile = Profile {
        layout: LayoutId::C,
        second_row: Some(SecondRowProfile { key_slot: 2, set: SetId::S40 }),
        ..Profile::named("p1").unwrap()
    };
    profile.check().unwrap();
    let other_key = Key::new([9; Key::BYTES]);
    let cipher = Cipher::new(CipherKind::Ff1, &other_key);
    let given = SecondQuantities {
        serial: serial(12_345_678),
        date: date("2026-11-21"),
        user: 17,
        cliche_number: 3,
        inspected_pieces: 1_000_042,
        cliche_byte: cliche_byte(&[10, 20, 30], date("2026-01-05")),
    };
    let mut second = SecondMarking::default();
    let row: Row = {
        let (marking, computed) = second.marking(&profile, &cipher, &given).unwrap();
        assert!(computed);
        assert_eq!(marking.koz.to_string(), "0017003000042020");
        marking.row.clone()
    };
    assert!(!second.marking(&profile, &cipher, &given).unwrap().1);
    let read = SecondMarking::decode(&profile, &cipher, given.serial, given.date, &row).unwrap().unwrap();
    assert_eq!(read, SecondQuantities { inspected_pieces: 42, ..given });
    let tomorrow = SecondQuantities { date: date("2026-11-22"), ..given };
    assert!(second.marking(&profile, &cipher, &tomorrow).unwrap().1);
    let too_great = SecondQuantities { user: 10_000, ..given };
    assert!(second.marking(&profile, &cipher, &too_great).is_err());
    assert_eq!(cliche_byte(&[], given.date), 0);
}

/// The order of symbols may be exchanged and may depend on the postage.
#[test]
fn another_order_of_symbols_writes_other_rows_and_reads_them_back() {
    let natural = Profile::named("p1").unwrap();
    let mut exchanged = natural.clone();
    exchanged.order.permutation = (0..22).rev().collect();
    exchanged.order.by_postage = true;
    exchanged.check().unwrap();
    let cipher = cipher(&natural);
    let given = quantities(42, 115);
    let row = encode(&exchanged, &cipher, &given).unwrap().row;
    assert_ne!(row, encode(&natural, &cipher, &given).unwrap().row);
    assert_eq!(decode(&exchanged, &cipher, &open(&given), &row).unwrap().mv, 42);
    let unknown_postage = OpenData { postage: None, ..open(&given) };
    assert_eq!(decode(&exchanged, &cipher, &unknown_postage, &row), Err(NumberError::PostageMissing));
}

/// A million random numbers, keys and tweaks against the crate `fpe`.
///
/// Claim: X1
#[test]
fn ff1_agrees_with_an_independent_implementation() {
    use fpe::ff1::{FF1, FlexibleNumeralString};
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..1_000 {
        let mut key = [0; 32];
        key.chunks_mut(8).for_each(|chunk| chunk.copy_from_slice(&next().to_le_bytes()));
        let tweak: Vec<u8> = (0..next() % 40).map(|_| next() as u8).collect();
        let ours = imprint::numbers::Ff1::aes256(&key);
        let theirs = FF1::<aes::Aes256>::new(&key, 10).unwrap();
        for _ in 0..1_000 {
            let number = next() % 10_u64.pow(16);
            let digits: Vec<u16> = format!("{number:016}").bytes().map(|b| u16::from(b - b'0')).collect();
            let expected = theirs.encrypt(&tweak, &FlexibleNumeralString::from(digits)).unwrap();
            let expected = Vec::<u16>::from(expected).iter().fold(0_u64, |n, &d| n * 10 + u64::from(d));
            assert_eq!(ours.encrypt_decimal16(&tweak, number), expected);
            assert_eq!(ours.decrypt_decimal16(&tweak, expected), number);
        }
    }
}

proptest! {
    #[test]
    fn no_row_of_bytes_panics(row in prop::collection::vec(any::<u8>(), 0..40), name in 0_usize..6, set in 0_usize..6) {
        let profile = Profile { set: SetId::ALL[set], ..Profile::named(Profile::NAMES[name]).unwrap() };
        let _ = decode(&profile, &cipher(&profile), &open(&quantities(1, 1)), &row);
    }

    #[test]
    fn no_text_panics_as_a_profile(text in "\\PC{0,200}") {
        let _ = serde_json::from_str::<Profile>(&text);
    }
}
