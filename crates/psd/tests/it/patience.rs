//! Clock, contact, piece credit, stopping by the centre: what makes a device wait, and what lets it go on.

use crate::meter::{Meter, Place, frank, grant, order, request};
use psd::{
    Block, Contact, Error, ErrorKind, Finding, Now, OwnPieces, PieceMode, PieceRule, Settings, Task, Warning,
};
use terms::equations::{PieceCreditRule, UseClass, piece_credit};
use terms::{Money, Registers};

type Unit = Meter<4>;

fn franks(place: &Place, meter: &mut Unit, id: u64, postage: u64) -> Result<usize, Error> {
    let request = psd::Request { date: place.now().today, ..request(id, postage) };
    frank(meter, &[request]).map(|indicia| indicia.len())
}

/// Claim: B23
#[test]
fn the_centre_stops_a_meter_and_sets_it_free_again() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    meter.order(&order(1, Task::Stop(true))).unwrap();
    assert_eq!(franks(&place, &mut meter, 1, 10), Err(Error::Stopped(Block::Stopped)));
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&place, &mut meter, 1, 10), Err(Error::Stopped(Block::Stopped)));
    meter.grant(&grant(2, 100, 1000)).unwrap();
    meter.order(&order(2, Task::Stop(false))).unwrap();
    assert_eq!(franks(&place, &mut meter, 1, 10), Ok(1));
}

/// A place with the clock rules of every day.
fn watchful() -> Place {
    let mut place = Place::p1::<4>();
    place.settings = Settings::default();
    place
}

fn set_clock(place: &Place, tenths: u64) {
    place.set_now(Now { tenths, ..place.now() });
}

#[test]
fn a_clock_that_jumps_or_runs_back_stops_franking_until_the_centre_agrees_with_it() {
    for (to, error, kind) in [
        (1_000_000 + 40_000, Error::ClockJumped, Finding::CLOCK_JUMPED),
        (1_000_000 - 4_000, Error::ClockBackwards, Finding::CLOCK_BACKWARDS),
    ] {
        let place = watchful();
        let mut meter = place.funded::<4>(1000);
        assert_eq!(franks(&place, &mut meter, 1, 10), Ok(1));
        set_clock(&place, to);
        assert_eq!(franks(&place, &mut meter, 2, 10), Err(error));
        assert_eq!(meter.status().errors.of(ErrorKind::Clock), 1);
        set_clock(&place, 1_000_000);
        assert_eq!(
            franks(&place, &mut meter, 2, 10),
            Err(Error::Stopped(Block::Clock)),
            "set right is not enough"
        );
        assert_eq!(meter.findings().last().map(|finding| finding.kind), Some(kind));
        let mut meter = place.open::<4>().unwrap();
        let elsewhere = Task::Clock { tenths: 1_100_000 };
        assert_eq!(meter.order(&order(1, elsewhere)), Err(Error::ClockDisagrees));
        meter.order(&order(2, Task::Clock { tenths: 1_000_100 })).unwrap();
        assert_eq!(franks(&place, &mut meter, 2, 10), Ok(1));
    }
}

#[test]
fn a_clock_set_far_ahead_while_off_is_noticed_and_the_centre_brings_it_back() {
    let place = watchful();
    drop(place.funded::<4>(1000));
    set_clock(&place, 1_000_000 + 401 * 864_000);
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&place, &mut meter, 1, 10), Err(Error::ClockJumped));
    set_clock(&place, 1_000_000);
    meter.order(&order(1, Task::Clock { tenths: 1_000_000 })).unwrap();
    assert_eq!(franks(&place, &mut meter, 1, 10), Ok(1));
}

/// Claim: X12
#[test]
fn a_meter_that_does_not_hear_the_centre_warns_and_then_franks_no_more() {
    let mut place = Place::p1::<4>();
    place.settings.contact = Contact { warn_hours: 48, stop_hours: 72 };
    let mut meter = place.funded::<4>(1000);
    let hours = |hours: u64| place.advance(hours * 36_000, (hours / 24) as u32);
    hours(24);
    assert_eq!(franks(&place, &mut meter, 1, 10), Ok(1));
    assert_eq!(meter.status().warning, None);
    hours(24);
    assert_eq!(franks(&place, &mut meter, 2, 10), Ok(1));
    assert_eq!(meter.status().warning, Some(Warning::Contact));
    hours(24);
    assert_eq!(franks(&place, &mut meter, 3, 10), Err(Error::Stopped(Block::Contact)));
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&place, &mut meter, 3, 10), Err(Error::Stopped(Block::Contact)));
    meter.order(&order(1, Task::Suspicion(false))).unwrap();
    assert_eq!(franks(&place, &mut meter, 3, 10), Ok(1), "any word of the centre is contact");
}

fn pieces(mode: PieceMode, count_zeros: bool) -> Place {
    let mut place = Place::p1::<4>();
    place.settings.pieces = PieceRule { mode, count_zeros, ..PieceRule::default() };
    place
}

#[test]
fn in_mode_two_the_meter_warns_ever_more_often_and_sleeps_at_zero() {
    let place = pieces(PieceMode::Sleep, true);
    let mut meter = place.funded::<4>(100_000);
    assert_eq!(franks(&place, &mut meter, 0, 0), Err(Error::Stopped(Block::Pieces)), "none is granted yet");
    meter.order(&order(1, Task::Pieces(40))).unwrap();
    let mut warned = Vec::new();
    for id in 1..=40 {
        assert_eq!(franks(&place, &mut meter, id, 10 * (id % 2)), Ok(1));
        if meter.status().warning == Some(Warning::Pieces) {
            warned.push(40 - id);
        }
    }
    assert_eq!(warned, [9, 4, 2, 1, 0], "S_max halves with each warning");
    assert_eq!(meter.status().block, Some(Block::Pieces));
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&place, &mut meter, 41, 0), Err(Error::Stopped(Block::Pieces)));
    meter.order(&order(2, Task::Pieces(5))).unwrap();
    assert_eq!(franks(&place, &mut meter, 41, 0), Ok(1));
    assert_eq!(meter.status().pieces_left, Some(4));
}

#[test]
fn zero_values_count_as_pieces_where_that_is_set() {
    for (count_zeros, left) in [(true, 8), (false, 9)] {
        let place = pieces(PieceMode::Slow, count_zeros);
        let mut meter = place.funded::<4>(1000);
        meter.order(&order(1, Task::Pieces(10))).unwrap();
        franks(&place, &mut meter, 1, 0).unwrap();
        franks(&place, &mut meter, 2, 10).unwrap();
        assert_eq!(meter.status().pieces_left, Some(left));
    }
}

#[test]
fn an_order_is_carried_out_once_and_in_its_order() {
    let place = pieces(PieceMode::Slow, true);
    let mut meter = place.funded::<4>(1000);
    let five = order(3, Task::Pieces(5));
    meter.order(&five).unwrap();
    franks(&place, &mut meter, 1, 10).unwrap();
    meter.order(&five).unwrap();
    assert_eq!(meter.status().pieces_left, Some(4), "the same order again changes nothing");
    assert_eq!(meter.order(&order(3, Task::Pieces(6))), Err(Error::OrderDisagrees));
    assert_eq!(meter.order(&order(2, Task::Pieces(6))), Err(Error::OutOfOrder { expected: 4 }));
    let mut forged = order(4, Task::Pieces(6));
    forged.message.task = Task::Pieces(7);
    assert_eq!(meter.order(&forged), Err(Error::Signature));
    assert_eq!(meter.status().errors.of(ErrorKind::Messages), 3);
    meter.order(&order(4, Task::ClearErrors)).unwrap();
    assert_eq!(meter.status().errors.of(ErrorKind::Messages), 0);
}

/// Claim: B21
#[test]
fn a_device_that_finds_its_piece_credit_by_itself_comes_to_the_centres_number() {
    let own = OwnPieces { rule: PieceCreditRule::default(), class: UseClass::B };
    let mut place = pieces(PieceMode::Sleep, true);
    place.settings.pieces.own = Some(own);
    let mut meter = place.funded::<4>(100_000);
    let asked = |amount| Money::from_minor(amount);
    let first = piece_credit(&own.rule, &Registers::default(), asked(100_000), own.class);
    assert_eq!(meter.status().pieces_left, Some(first));
    for id in 1..=20 {
        assert_eq!(franks(&place, &mut meter, id, 50 + id), Ok(1));
    }
    // The centre knows the registers from the call, before the grant.
    let known = meter.registers();
    let expected = piece_credit(&own.rule, &known, asked(7_000), own.class);
    assert_ne!(expected, first);
    meter.grant(&grant(2, 7_000, 100_000)).unwrap();
    assert_eq!(meter.status().pieces_left, Some(expected));
    // What is taken back brings no pieces.
    meter.grant(&grant(3, -1_000, 107_000)).unwrap();
    assert_eq!(meter.status().pieces_left, Some(expected));
}
