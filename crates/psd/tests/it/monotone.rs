//! Every kind of monotone quantity, from the device's registers into real imprints.

use crate::meter::{Meter, Place, frank, frank_one, grant, profile, read, request};
use imprint::numbers::{
    Indicium, MonotoneKind, Place as Digits, Profile, Quantity, SecondNumber, SecondNumberKind,
};
use psd::Error;
use std::collections::HashSet;

fn with_kind(monotone: MonotoneKind, second: Option<SecondNumberKind>) -> Profile {
    let mut changed = profile("p1");
    changed.monotone = monotone;
    changed.second = second.map(|kind| SecondNumber { kind, held_at_centre: false });
    if second.is_some() {
        let second_digits = if second == Some(SecondNumberKind::RefillDate) { 5 } else { 2 };
        let digits = [
            (Quantity::Monotone, 10 - second_digits),
            (Quantity::Postage, 4),
            (Quantity::SecondNumber, second_digits),
            (Quantity::SerialCheck, 2),
        ];
        changed.places = digits.into_iter().map(|(quantity, digits)| Digits { quantity, digits }).collect();
    }
    changed.check().unwrap();
    changed
}

/// Franks a day's mail over two refills, and gives what the imprints carry.
fn day(monotone: MonotoneKind, second: Option<SecondNumberKind>) -> Vec<Indicium> {
    let place = Place::new::<4>(with_kind(monotone, second));
    place.board.gauge.set(Some(12));
    let mut meter: Meter<4> = place.funded(1000);
    let mut indicia = Vec::new();
    for round in 0..3 {
        place.advance(36_000, 1);
        if round > 0 {
            meter.grant(&grant(round + 1, 1000, round * 1000)).unwrap();
            place.advance(10, 0);
        }
        let id = 10 * round;
        let date = place.now().today;
        for requests in [
            vec![request(id, 110), request(id + 1, 0), request(id + 2, 120)],
            vec![request(id + 3, 0)],
            vec![request(id + 4, 130)],
        ] {
            let requests: Vec<_> =
                requests.into_iter().map(|request| psd::Request { date, ..request }).collect();
            indicia.extend(frank(&mut meter, &requests).unwrap());
            meter = place.open().unwrap();
            let again = meter.fetch(requests[0].id).unwrap();
            assert!(indicia.contains(&again), "a new start changes no number");
        }
    }
    for indicium in &indicia {
        let read = read(indicium, &place.profile);
        assert_eq!((read.mv, read.postage), (indicium.mv, indicium.postage));
        assert_eq!(read.second, place.profile.second.and(indicium.second));
    }
    indicia
}

/// Checks that no imprint has the number of another, and that MV moves one way by its least step.
fn check_day(kind: MonotoneKind, second: Option<SecondNumberKind>) {
    let indicia = day(kind, second);
    let valued = |indicium: &Indicium| !kind.marked_by_pieces(indicium.postage);
    let keys: HashSet<_> = indicia.iter().map(|one| (one.second, valued(one), one.mv)).collect();
    assert_eq!(keys.len(), indicia.len(), "{kind:?}");
    for sequence in [true, false] {
        let sequence: Vec<_> = indicia.iter().filter(|one| valued(one) == sequence).collect();
        for pair in sequence.windows(2) {
            if pair[0].second != pair[1].second {
                continue;
            }
            let falls = kind.falls() && valued(pair[1]);
            let (low, high) = if falls { (pair[1].mv, pair[0].mv) } else { (pair[0].mv, pair[1].mv) };
            assert!(
                high >= low + kind.least_step(pair[1].postage),
                "{kind:?}: {} {}",
                pair[0].mv,
                pair[1].mv
            );
        }
    }
}

/// Claim: D4
#[test]
fn every_kind_gives_each_imprint_a_number_of_its_own_that_moves_one_way() {
    for kind in MonotoneKind::ALL {
        if kind.restarts_at_refill() {
            check_day(kind, Some(SecondNumberKind::RefillCounter));
            check_day(kind, Some(SecondNumberKind::RefillDate));
        } else {
            check_day(kind, None);
        }
    }
}

/// Claim: D4
#[test]
fn each_kind_counts_what_its_name_says() {
    let counter = Some(SecondNumberKind::RefillCounter);
    for (kind, second, expected) in [
        (MonotoneKind::SumOfPostage, None, 3 * 360),
        (MonotoneKind::SumSinceRefill, counter, 360),
        (MonotoneKind::RemainingCredit, counter, 3000 - 3 * 360),
        (MonotoneKind::Time, None, 1_000_000 + 3 * 36_000 + 20 + 2),
        (MonotoneKind::TimeSinceRefill, counter, 10 + 2),
        (MonotoneKind::Pieces, None, 15),
        (MonotoneKind::PiecesSinceRefill, counter, 5),
        (MonotoneKind::Physical, None, 12_999_984),
    ] {
        let last = day(kind, second).pop().unwrap();
        let clock_steps = if second.is_some() || kind == MonotoneKind::Time { 2 } else { 0 };
        let time = matches!(kind, MonotoneKind::Time | MonotoneKind::TimeSinceRefill);
        assert_eq!(last.mv, expected + if time { clock_steps } else { 0 }, "{kind:?}");
    }
}

#[test]
fn two_imprints_in_one_tenth_of_a_second_have_two_times_and_a_late_start_none_twice() {
    let place = Place::new::<4>(with_kind(MonotoneKind::Time, None));
    let mut meter: Meter<4> = place.funded(1000);
    let batch: Vec<_> = (0..4).map(|id| request(id, 10)).collect();
    let mut times: Vec<_> = frank(&mut meter, &batch).unwrap().iter().map(|one| one.mv).collect();
    times.push(frank_one(&mut place.open::<4>().unwrap(), 9, 10).mv);
    assert_eq!(times, [1_000_000, 1_000_001, 1_000_002, 1_000_003, 1_000_004]);
}

#[test]
fn a_physical_quantity_needs_its_gauge() {
    let place = Place::new::<4>(with_kind(MonotoneKind::Physical, None));
    let mut meter: Meter<4> = place.funded(1000);
    assert_eq!(frank(&mut meter, &[request(1, 10)]), Err(Error::NoGauge));
    place.board.gauge.set(Some(9000));
    assert_eq!(frank_one(&mut meter, 1, 10).mv, 9_000_999_998);
    place.board.gauge.set(Some(9100));
    assert_eq!(
        frank_one(&mut meter, 2, 10).mv,
        9_000_999_997,
        "a reading that rose counts as the one before"
    );
}

#[test]
fn refills_told_apart_by_their_day_are_one_a_day_once_franked() {
    let place = Place::new::<4>(with_kind(MonotoneKind::RemainingCredit, Some(SecondNumberKind::RefillDate)));
    let mut meter: Meter<4> = place.funded(1000);
    meter.grant(&grant(2, 1000, 1000)).unwrap();
    frank_one(&mut meter, 1, 10);
    assert_eq!(meter.grant(&grant(3, 1000, 2000)), Err(Error::RefillToday));
    place.advance(864_000, 1);
    meter.grant(&grant(3, 1000, 2000)).unwrap();
}
