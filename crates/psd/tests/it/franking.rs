//! Franking: what is refused, what is debited, what is answered again.

use crate::meter::{
    Place, TODAY, frank, frank_one, mark, memory_key, personalisation, profile, read, request,
};
use imprint::numbers::{LayoutId, RequestId, SecondMarking, SecondRowProfile, SetId, Suspicion};
use psd::{Error, ErrorKind, Frame, Now, Psd};
use terms::{Date, Money, Registers};

fn registers(r1: u64, r2: u64, r3: u64, r4: u64, r8: u64) -> Registers {
    let money = Money::from_minor;
    Registers { r1: money(r1), r2: money(r2), r3: money(r3), r4, r8 }
}

/// Claim: A1
#[test]
fn a_franking_debits_and_only_then_gives_an_indicium_that_the_post_can_read() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let indicium = frank_one(&mut meter, 7, 110);
    assert_eq!(meter.registers(), registers(890, 110, 1000, 1, 1));
    let read = read(&indicium, &place.profile);
    assert_eq!((read.mv, read.postage, read.serial_agrees), (1, Money::from_minor(110), Some(true)));
    assert_eq!((indicium.request, indicium.date, indicium.postage.minor()), (RequestId(7), TODAY, 110));
}

/// Claim: B1
#[test]
fn registers_count_values_pieces_and_all_imprints() {
    let mut meter = Place::p1::<4>().funded::<4>(1000);
    frank(&mut meter, &[request(1, 110), request(2, 0), request(3, 90)]).unwrap();
    frank_one(&mut meter, 4, 0);
    assert_eq!(meter.registers(), registers(800, 200, 1000, 2, 4));
    assert_eq!(meter.registers().check(), Ok(()));
}

#[test]
fn the_same_request_is_answered_again_without_a_second_debit() {
    let mut meter = Place::p1::<4>().funded::<4>(1000);
    let batch = [request(1, 110), request(2, 120)];
    let first = frank(&mut meter, &batch).unwrap();
    let stand = meter.registers();
    assert_eq!(frank(&mut meter, &batch).unwrap(), first);
    assert_eq!(frank(&mut meter, &batch[1..]).unwrap(), first[1..]);
    assert_eq!(meter.fetch(RequestId(1)).unwrap(), first[0]);
    assert_eq!(meter.registers(), stand);
}

#[test]
fn an_id_that_was_used_for_something_else_is_refused() {
    let mut meter = Place::p1::<4>().funded::<4>(1000);
    frank(&mut meter, &[request(1, 110), request(2, 120)]).unwrap();
    let reused = |id| Err(Error::RequestReused(RequestId(id)));
    assert_eq!(frank(&mut meter, &[request(2, 110)]), reused(2));
    assert_eq!(frank(&mut meter, &[request(2, 120), request(3, 10)]), reused(2));
    assert_eq!(
        frank(&mut meter, &[request(5, 10), request(4, 10), request(5, 20)]),
        Err(Error::DuplicateRequest(RequestId(5)))
    );
    assert_eq!(meter.registers(), registers(770, 230, 1000, 2, 2));
}

#[test]
fn only_the_last_franking_can_be_fetched_again() {
    let mut meter = Place::p1::<4>().funded::<4>(1000);
    frank_one(&mut meter, 1, 110);
    let last = frank_one(&mut meter, 2, 110);
    assert_eq!(meter.fetch(RequestId(1)), Err(Error::UnknownRequest(RequestId(1))));
    meter.order(&mark(1, true)).unwrap();
    meter.grant(&crate::meter::grant(2, 500, 1000)).unwrap();
    assert_eq!(meter.fetch(RequestId(2)), Ok(last));
}

#[test]
fn a_batch_that_cannot_be_paid_debits_nothing() {
    let mut meter = Place::p1::<4>().funded::<4>(1000);
    let available = Money::from_minor(1000);
    assert_eq!(
        frank(&mut meter, &[request(1, 900), request(2, 101)]),
        Err(Error::CreditTooLow { available })
    );
    assert_eq!(meter.registers(), registers(1000, 0, 1000, 0, 0));
    assert_eq!(meter.fetch(RequestId(1)), Err(Error::UnknownRequest(RequestId(1))));
}

#[test]
fn values_outside_the_range_are_refused_and_zero_is_a_kind_of_its_own() {
    let mut meter = Place::p1::<4>().funded::<4>(100_000);
    for postage in [1, 9, 10_000] {
        let refused = frank(&mut meter, &[request(1, postage)]);
        assert!(matches!(refused, Err(Error::PostageOutOfRange { .. })), "{postage}: {refused:?}");
    }
    for (id, postage) in [(1, 10), (2, 9999), (3, 0)] {
        frank_one(&mut meter, id, postage);
    }
    assert_eq!(meter.status().errors.of(ErrorKind::Requests), 3);
}

#[test]
fn a_franking_holds_one_imprint_up_to_a_batch() {
    let mut meter = Place::p1::<4>().funded::<4>(1000);
    assert_eq!(frank(&mut meter, &[]), Err(Error::NoRequest));
    let five: Vec<_> = (0..5).map(|id| request(id, 10)).collect();
    assert_eq!(frank(&mut meter, &five), Err(Error::TooManyRequests { limit: 4 }));
    assert_eq!(frank(&mut meter, &five[..4]).unwrap().len(), 4);
}

/// Claim: D11
#[test]
fn dates_lie_today_or_ahead_up_to_the_limit() {
    let mut meter = Place::p1::<4>().funded::<4>(1000);
    let mut on = |id, days: i64| {
        let number = (i64::from(TODAY.day_number()) + days) as u32;
        let date = Date::from_day_number(number).unwrap();
        frank(&mut meter, &[psd::Request { date, ..request(id, 10) }]).map(|indicia| indicia[0].date == date)
    };
    assert_eq!(on(1, -1), Err(Error::DatePast { today: TODAY }));
    assert_eq!(on(2, 0), Ok(true));
    assert_eq!(on(3, 30), Ok(true));
    assert!(matches!(on(4, 31), Err(Error::DateTooFar { .. })));
}

/// Claim: D11
#[test]
fn the_time_count_has_nine_digits_in_seconds_or_tenths() {
    for show_tenths in [false, true] {
        let mut changed = profile("p1");
        changed.monotone = imprint::numbers::MonotoneKind::Time;
        (changed.show_count, changed.show_tenths) = (true, show_tenths);
        let place = Place::new::<4>(changed);
        let tenths = 9_000_000_010;
        place.set_now(Now { tenths, today: TODAY, minute: 600 });
        let indicium = frank_one(&mut place.funded::<4>(1000), 1, 10);
        let shown = if show_tenths { tenths % 1_000_000_000 } else { tenths / 10 };
        assert_eq!((indicium.mv, indicium.shown_count), (tenths, Some(shown as u32)));
    }
}

#[test]
fn a_clock_that_runs_backwards_stops_franking_and_small_corrections_do_not() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    place.advance(1_000_000, 1);
    let tomorrow = place.now().today;
    let later = |id| psd::Request { date: tomorrow, ..request(id, 10) };
    frank(&mut meter, &[later(1)]).unwrap();
    let now = place.now();
    place.set_now(Now { tenths: now.tenths - 100, today: TODAY, minute: 600 });
    frank(&mut meter, &[later(2)]).unwrap();
    assert_eq!(frank(&mut meter, &[request(3, 10)]), Err(Error::DatePast { today: tomorrow }));
    place.set_now(Now { tenths: now.tenths - 10_000, today: TODAY, minute: 600 });
    assert_eq!(frank(&mut meter, &[later(4)]), Err(Error::ClockBackwards));
    assert_eq!(meter.status().errors.of(ErrorKind::Clock), 1);
}

/// Claim: D12
#[test]
fn a_mark_of_the_issuer_shows_openly_and_in_cipher_until_it_is_taken_back() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let marked = |meter: &mut crate::meter::Meter<4>, id| {
        let indicium = frank_one(meter, id, 10);
        assert_eq!(indicium.suspicion, read(&indicium, &place.profile).suspicion);
        indicium.suspicion
    };
    assert_eq!(marked(&mut meter, 1), Suspicion::None);
    meter.order(&mark(1, true)).unwrap();
    assert_eq!(
        meter.fetch(RequestId(1)).unwrap().suspicion,
        Suspicion::None,
        "a fetched one stays as it was"
    );
    assert_eq!(marked(&mut meter, 2), Suspicion::Suspicious);
    meter.order(&mark(1, true)).unwrap();
    meter.order(&mark(2, false)).unwrap();
    assert_eq!(meter.order(&mark(1, true)), Err(Error::OutOfOrder { expected: 3 }), "an old mark is no news");
    assert_eq!(marked(&mut meter, 3), Suspicion::None);
}

#[test]
fn the_second_row_carries_user_cliche_and_byte() {
    let mut layered = profile("p1");
    layered.layout = LayoutId::C;
    layered.second_row = Some(SecondRowProfile { key_slot: 2, set: SetId::S22 });
    let place = Place::new::<4>(layered.clone());
    let mut meter = place.funded::<4>(1000);
    let frame = Frame { user: 42, cliche: 7, cliche_byte: 200 };
    let indicium = frank(&mut meter, &[psd::Request { frame, ..request(1, 10) }]).unwrap().remove(0);
    let cipher = imprint::numbers::Cipher::new(layered.cipher, &crate::meter::key(2));
    let symbols = &indicium.second_row.as_ref().unwrap().symbols;
    let read = SecondMarking::decode(&layered, &cipher, indicium.serial, indicium.date, symbols);
    let read = read.unwrap().unwrap();
    assert_eq!((read.user, read.cliche_number, read.cliche_byte, read.inspected_pieces), (42, 7, 200, 0));
    let too_great = Frame { user: 10_000, ..frame };
    let refused = frank(&mut meter, &[psd::Request { frame: too_great, ..request(2, 10) }]);
    assert!(matches!(refused, Err(Error::Numbers(_))));
    assert_eq!(meter.registers().r8, 1, "what cannot be printed is not paid for");
}

#[test]
fn memory_is_personalised_once() {
    let place = Place::p1::<4>();
    drop(place.personalise::<4>());
    let again = Psd::<_, _, 4>::personalise(
        place.medium.clone(),
        &memory_key(),
        personalisation(profile("p1")),
        place.board.clone(),
    );
    assert!(matches!(again, Err(Error::Personalisation(_))));
}

#[test]
fn a_personalisation_that_contradicts_itself_is_refused() {
    let good = personalisation(profile("p1"));
    let money = Money::from_minor;
    let mut keyless = good.clone();
    keyless.keys.remove(0);
    let mut twice = good.clone();
    twice.keys[1].slot = 1;
    let cases = [
        psd::Personalisation { value_min: money(0), ..good.clone() },
        psd::Personalisation { value_min: money(11), value_max: money(10), ..good.clone() },
        psd::Personalisation { value_max: money(10_000), ..good.clone() },
        psd::Personalisation { call_number: 100_000_000, ..good.clone() },
        psd::Personalisation { issuer: [2; 32], ..good.clone() },
        keyless,
        twice,
    ];
    assert_eq!(good.check(), Ok(()));
    for (case, personalisation) in cases.into_iter().enumerate() {
        assert!(matches!(personalisation.check(), Err(Error::Personalisation(_))), "case {case}");
    }
}

#[test]
fn keys_do_not_show() {
    let shown = format!("{:?} {:?}", memory_key(), personalisation(profile("p1")).keys);
    assert!(!shown.contains("7, 7") && !shown.contains("1, 1") && !shown.contains("0101"), "{shown}");
}
