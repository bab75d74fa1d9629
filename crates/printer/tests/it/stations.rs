//! Feeder before and stacker after the head, driven in order and as set.

use super::head::head;
use super::job;
use paper::Offset;
use printer::adapters::head::{Feeder, Head, Mechanism, Moment, Situation, Stacker, Step};
use printer::{Job, PrintFault, Printer, Reason, Station, Stations, Warning};
use std::sync::{Arc, Mutex};

const BOTH: Stations = Stations { feeder: true, stacker: true };

/// A head whose steps are noted.
fn noted() -> (Head, Mechanism, Arc<Mutex<Vec<Moment>>>) {
    let (head, mechanism, _) = head();
    let moments = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&moments);
    (head.with_pace(Box::new(move |moment| noted.lock().unwrap().push(moment))), mechanism, moments)
}

fn connect(mechanism: &Mechanism, letters: u32, room: u32) {
    mechanism.change(|situation| {
        situation.feeder = Some(Feeder { letters, ..Feeder::default() });
        situation.stacker = Some(Stacker { room, ..Stacker::default() });
    });
}

fn steps(moments: &Mutex<Vec<Moment>>) -> Vec<Step> {
    let all = std::mem::take(&mut *moments.lock().unwrap());
    assert!(all.windows(2).all(|pair| pair[0].at_us <= pair[1].at_us), "time runs forwards");
    let columns: Vec<Step> = (0..720).map(Step::Column).collect();
    let steps: Vec<Step> = all.iter().map(|moment| moment.step).collect();
    if let Some(first) = steps.iter().position(|step| *step == Step::Column(0)) {
        assert_eq!(steps[first..first + 720], columns);
    }
    steps.into_iter().filter(|step| !matches!(step, Step::Column(1..))).collect()
}

/// Claim: E14
#[test]
fn feeder_head_and_stacker_work_in_order_as_set() {
    use Step::{Column, Ejected, Expected, PathEnded, Requested, Separated, Stacked};
    let (mut head, mechanism, moments) = noted();
    connect(&mechanism, 2, 2);
    let through = [Expected, Requested, PathEnded, Column(0), Ejected];
    for stations in
        [BOTH, Stations { stacker: false, ..BOTH }, Stations { feeder: false, ..BOTH }, Stations::default()]
    {
        if !stations.feeder {
            mechanism.insert_letter();
        }
        head.print(&Job { stations, ..job("1") }).unwrap();
        let mut expected = through.to_vec();
        if stations.feeder {
            expected.insert(0, Separated);
        }
        if stations.stacker {
            expected.push(Stacked);
        }
        assert_eq!(steps(&moments), expected);
    }
    mechanism.change(|situation| {
        assert_eq!(situation.feeder.as_ref().unwrap().letters, 0);
        assert_eq!(situation.stacker.as_ref().unwrap().room, 0);
    });
    assert_eq!(head.state().warnings, [Warning::FeederEmpty, Warning::StackerFull]);
}

/// Claim: E14
#[test]
fn the_print_offset_is_path_without_printing() {
    let path_us = |left_mm: f32| {
        let (mut head, mechanism, moments) = noted();
        mechanism.insert_letter();
        head.print(&Job { offset: Offset { left_mm, down_mm: 0.0 }, ..job("1") }).unwrap();
        let moments = moments.lock().unwrap();
        let at = |step| moments.iter().find(|moment| moment.step == step).unwrap().at_us;
        assert_eq!(at(Step::Column(0)) - at(Step::PathEnded), 1000, "the next pulse prints");
        at(Step::PathEnded) - at(Step::Requested)
    };
    // A column is a thousandth of a second; 240 of them are an inch. 8 mm are 76 columns, 18 mm are 170.
    assert_eq!(path_us(10.0) - path_us(0.0), 94_000);
    assert_eq!(path_us(0.0) - path_us(-8.0), 76_000);
}

#[test]
fn a_letters_leading_edge_is_the_print_request() {
    let (mut head, mechanism, moments) = noted();
    assert!(!head.next_letter(Stations::default()).unwrap());
    assert!(matches!(head.print(&job("1")), Err(PrintFault::Refused(Reason::NoLetter))));
    mechanism.insert_letter();
    assert!(head.next_letter(Stations::default()).unwrap());
    assert!(head.next_letter(Stations::default()).unwrap(), "it waits there");
    assert_eq!(steps(&moments), [Step::Expected, Step::Requested]);
    head.print(&job("1")).unwrap();
    assert!(!head.next_letter(Stations::default()).unwrap(), "one letter, one imprint");
}

/// Prints with both stations in a situation, and gives why nothing was printed.
fn refusal(change: impl FnOnce(&mut Situation)) -> String {
    let (mut head, mechanism, tray) = head();
    connect(&mechanism, 1, 1);
    mechanism.change(change);
    let told = head.next_letter(BOTH).unwrap_err().to_string();
    let PrintFault::Refused(reason) = head.print(&Job { stations: BOTH, ..job("1") }).unwrap_err() else {
        panic!("something was printed");
    };
    assert!(tray.letters().is_empty());
    assert_eq!(reason.to_string(), told, "before the debit and at the print alike");
    told
}

/// Claim: E14
#[test]
fn nothing_is_printed_while_a_station_cannot_do_its_part() {
    let feeder = |situation: &mut Situation| situation.feeder.as_mut().unwrap().letters = 0;
    assert_eq!(refusal(feeder), Reason::FeederEmpty.to_string());
    let jam = |situation: &mut Situation| situation.feeder.as_mut().unwrap().jams = true;
    assert_eq!(refusal(jam), Reason::Jam(Station::Feeder).to_string());
    let full = |situation: &mut Situation| situation.stacker.as_mut().unwrap().room = 0;
    assert_eq!(refusal(full), Reason::StackerFull.to_string());
    assert_eq!(refusal(|own| own.feeder = None), Reason::NoStation(Station::Feeder).to_string());
    assert_eq!(refusal(|own| own.stacker = None), Reason::NoStation(Station::Stacker).to_string());
}

#[test]
fn a_letter_stuck_in_the_stacker_is_printed_and_stops_the_next() {
    let (mut head, mechanism, tray) = head();
    connect(&mechanism, 2, 2);
    mechanism.change(|situation| situation.stacker.as_mut().unwrap().jams = true);
    let both = Job { stations: BOTH, ..job("1") };
    head.print(&both).unwrap();
    assert_eq!(tray.letters().len(), 1);
    assert!(matches!(head.print(&both), Err(PrintFault::Refused(Reason::Jam(Station::Stacker)))));
    mechanism.clear();
    head.print(&both).unwrap();
    assert_eq!(tray.letters().len(), 2);
}
