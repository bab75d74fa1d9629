//! Grants: credit moves once, for this meter, in order.

use crate::meter::{Place, closing_grant, frank_one, grant, issuer, mark, serial, signed};
use psd::{Error, ErrorKind, Grant, GrantAnswer};
use terms::{Money, Serial};

#[test]
fn the_same_grant_is_answered_from_memory_even_after_a_new_start() {
    let place = Place::p1::<4>();
    let mut meter = place.personalise::<4>();
    let first = grant(1, 5000, 0);
    let GrantAnswer::Taken(registers) = meter.grant(&first).unwrap() else { panic!("not taken") };
    assert_eq!((registers.r1.minor(), registers.r3.minor()), (5000, 5000));
    frank_one(&mut meter, 1, 110);
    let mut meter = place.open::<4>().unwrap();
    let stand = meter.registers();
    assert_eq!(meter.grant(&first), Ok(GrantAnswer::TakenBefore(stand)));
    assert_eq!(stand.r3.minor(), 5000);
}

#[test]
fn grants_out_of_order_on_another_r3_or_changed_are_refused() {
    let mut meter = Place::p1::<4>().funded::<4>(5000);
    let expected = Error::OutOfOrder { expected: 2 };
    for (signed, error) in [
        (grant(3, 100, 5000), expected),
        (grant(0, 100, 5000), expected),
        (grant(2, 100, 0), Error::GrantDisagrees),
        (grant(1, 6000, 0), Error::GrantDisagrees),
        (grant(2, -5001, 5000), Error::GrantAmount),
    ] {
        assert_eq!(meter.grant(&signed), Err(error), "{signed:?}");
    }
    assert_eq!(meter.registers().r3.minor(), 5000);
    assert_eq!(meter.status().errors.of(ErrorKind::Messages), 5);
}

#[test]
fn a_grant_of_another_issuer_for_another_meter_or_with_a_changed_bit_is_refused() {
    let mut meter = Place::p1::<4>().personalise::<4>();
    let other = Grant { serial: Serial::new(1).unwrap(), ..grant(1, 100, 0).message };
    assert_eq!(meter.grant(&signed(other)), Err(Error::OtherMeter));
    let good = grant(1, 100, 0);
    for bit in 0..512 {
        let mut forged = good;
        forged.signature[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(meter.grant(&forged), Err(Error::Signature), "bit {bit}");
    }
    let richer = Grant { amount_minor: 101, ..good.message };
    assert_eq!(meter.grant(&psd::Signed { message: richer, ..good }), Err(Error::Signature));
    assert_eq!(meter.registers().r3, Money::ZERO);
}

#[test]
fn a_grant_below_zero_takes_r1_and_r3_back_and_leaves_r2() {
    let mut meter = Place::p1::<4>().funded::<4>(5000);
    frank_one(&mut meter, 1, 110);
    meter.grant(&grant(2, -4890, 5000)).unwrap();
    let registers = meter.registers();
    assert_eq!((registers.r1.minor(), registers.r2.minor(), registers.r3.minor()), (0, 110, 110));
    assert_eq!(registers.check(), Ok(()));
}

#[test]
fn no_grant_overflows_a_register() {
    let mut meter = Place::p1::<4>().funded::<4>(i64::MAX);
    meter.grant(&grant(2, i64::MAX, i64::MAX as u64)).unwrap();
    let r3 = 2 * (i64::MAX as u64);
    assert_eq!(meter.grant(&grant(3, 100, r3)), Err(Error::GrantAmount));
    assert_eq!(meter.grant(&grant(3, i64::MIN, r3 - 1)), Err(Error::GrantDisagrees));
    meter.grant(&grant(3, i64::MIN, r3)).unwrap();
}

#[test]
fn the_bytes_under_a_signature_stay_as_they_are_documented() {
    let bytes = |text: &str| -> Vec<u8> {
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    use psd::Message;
    let grant = grant(2, -1, 258).message.signed_bytes();
    let expected = "706f72746f206772616e7420763100004e61bc000200000000000000ffffffffffffffff0201000000000000";
    assert_eq!(grant.as_slice(), bytes(expected));
    let closing = closing_grant(2, 1, 258).message.signed_bytes();
    assert_eq!(closing.as_slice()[..16], *b"porto closing v1");
    assert_eq!(closing.as_slice()[16..], grant.as_slice()[16..]);
    let order = mark(3, true).message.signed_bytes();
    let expected = "706f72746f206f726465722076310000".to_owned() + "4e61bc00" + "0300000000000000" + "0101";
    assert_eq!(order[..30], bytes(&expected));
    assert!(order.len() == 111 && order[30..].iter().all(|byte| *byte == 0));
    assert_eq!(serial().value(), 0x00bc_614e);
    assert_eq!(issuer().verifying_key().to_bytes().len(), 32);
}
