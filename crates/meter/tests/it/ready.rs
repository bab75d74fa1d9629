//! Letters printed over a constant part that was ready, beside the same imprints painted as a whole.

use crate::mailroom::{Mailroom, letter};
use imprint::picture::layout::DOTS;
use imprint::picture::{Cliche, gallery};
use journal::StoredCliche;
use meter::machine::{Clock, Machine};
use meter::routine::Input;
use std::fs;
use terms::{Date, Money};

/// Keeps a picture of the gallery under a number.
fn keep(machine: &mut Machine, number: u16, picture: u16) {
    let drawn = gallery::cliche(picture).unwrap();
    let text_height = drawn.text().unwrap().height;
    let cliche = Cliche::from_record(number, DOTS, text_height, drawn.record().to_vec()).unwrap();
    machine
        .keep_cliche(StoredCliche { name: format!("picture {picture}"), cliche, text: "FROM US".into() })
        .unwrap();
}

/// Franks a letter, whose file must be the picture that is painted of it afresh.
fn check(mailroom: &Mailroom, machine: &mut Machine, what: &str) {
    let made = letter(machine);
    assert_eq!(made.len(), 1, "{what}: {:?}", machine.view());
    let request = machine.journal().job(made[0]).unwrap().unwrap().order.request;
    let printed = fs::read(mailroom.letters().join(format!("{request}.png"))).unwrap();
    let painted = machine.picture(made[0]).unwrap().unwrap();
    assert!(printed == painted, "{what}");
}

#[test]
fn letters_over_a_ready_constant_part_are_dot_for_dot_those_painted_as_a_whole() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    let today = mailroom.clock.clone().when().unwrap().day.day_number();
    keep(&mut machine, 1, 1);
    keep(&mut machine, 2, 2);
    let cliches = [None, None, Some(1), Some(1), Some(1), Some(2), Some(1), None, Some(2), Some(2)];
    for (at, cliche) in (0_u32..).zip(cliches) {
        let postage = Money::from_minor(70 + 1_111 * u64::from(at % 4));
        let endorsement = (at % 3 == 0).then(|| "REGISTERED".to_owned());
        let text = if at % 2 == 0 { String::new() } else { format!("LETTER {at}") };
        machine.input(Input::Value { postage, product: None, endorsement }).unwrap();
        machine.input(Input::Date(Date::from_day_number(today + at % 5).unwrap())).unwrap();
        machine.input(Input::Cliche(cliche)).unwrap();
        machine.input(Input::Text(text)).unwrap();
        check(&mailroom, &mut machine, &format!("letter {at}"));
    }
    // Another picture of the same size under the number of the one that is ready.
    keep(&mut machine, 2, 3);
    check(&mailroom, &mut machine, "the letter after the exchange");
    check(&mailroom, &mut machine, "the one after that");
}
