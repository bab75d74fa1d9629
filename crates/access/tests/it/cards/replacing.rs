//! A lost master is replaced with the maker's proof alone.

use super::bench::{Bench, number};
use access::cards::{MakersMessage, MakersProof, Plan, Refusal};
use terms::Serial;

const KEY: [u8; 32] = [7; 32];

fn serial() -> Serial {
    Serial::new(505_010).unwrap()
}

fn proof(counter: u32, last: u64) -> MakersProof {
    let message = MakersMessage::new(&KEY, serial(), counter, number(last));
    MakersProof::verify(&KEY, serial(), &message).unwrap()
}
#[test]
fn a_new_master_takes_the_place_of_a_lost_one() {
    let mut bench = Bench::of_the_source();
    let (lost, spare) = (bench.by(1), bench.duplicate(1, 1).unwrap());
    bench.make(Plan::Replacement(proof(1, 90))).unwrap();
    assert_eq!(bench.directory.master().unwrap().number, number(90));
    for old in [lost, access::cards::By::Card(spare)] {
        assert_eq!(bench.directory.holder(old).err(), Some(Refusal::UnknownCard));
    }
    let below: Vec<_> = bench.holder(90).unwrap().below().map(|card| card.number).collect();
    assert_eq!(below, (2..=12).map(number).collect::<Vec<_>>(), "the whole tree is below it");
    assert!(bench.holder(6).is_ok(), "and goes on");
    bench.restarted();
}

#[test]
fn a_proof_serves_once_and_only_for_a_number_that_is_free() {
    let mut bench = Bench::of_the_source();
    bench.make(Plan::Replacement(proof(3, 90))).unwrap();
    for counter in [0, 2, 3] {
        let again = bench.make(Plan::Replacement(proof(counter, 91)));
        assert_eq!(again, Err(Refusal::OldProof), "counter {counter}");
    }
    assert_eq!(bench.make(Plan::Replacement(proof(4, 5))), Err(Refusal::CardExists));
    bench.make(Plan::Replacement(proof(4, 91))).unwrap();
    assert_eq!(Bench::new().make(Plan::Replacement(proof(1, 1))), Err(Refusal::NoMaster));
}

#[test]
fn nobody_but_the_maker_makes_a_proof() {
    let message = MakersMessage::new(&KEY, serial(), 1, number(90));
    let other_serial = Serial::new(505_011).unwrap();
    let refused = Err(Refusal::WrongProof);
    assert_eq!(MakersProof::verify(&[8; 32], serial(), &message), refused, "another key");
    assert_eq!(MakersProof::verify(&KEY, other_serial, &message), refused, "another meter");
    let changed = [
        MakersMessage { serial: other_serial, ..message },
        MakersMessage { counter: 2, ..message },
        MakersMessage { number: number(91), ..message },
    ];
    for message in changed {
        assert_eq!(MakersProof::verify(&KEY, message.serial, &message), refused, "{message:?}");
    }
    for bit in 0..128 {
        let mut message = message;
        message.mac[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(MakersProof::verify(&KEY, serial(), &message), refused, "bit {bit}");
    }
}
