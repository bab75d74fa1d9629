//! The power goes at every step of a print request: each imprint that is paid for is printed once or can be refunded,
//! and the sums of the cost centres are the device's registers.

use crate::mailroom::{Mailroom, add_centre, centre, count, draft, letter, set};
use access::cards::Account;
use journal::State;
use meter::machine::{Clock, Machine};
use meter::routine::Input;
use printer::{Job, JobName, PrintFault, Printed, Printer, Reason};
use std::sync::{Arc, Mutex};
use terms::Money;

/// What the journal says agrees with the device and the paper.
fn check(mailroom: &Mailroom, machine: &mut Machine, what: &str) {
    let registers = machine.routine().standing().unwrap().status.registers;
    machine.journal().agree(&registers).unwrap_or_else(|error| panic!("{what}: {error}"));
    machine.journal().check_sums().unwrap();
    let open = machine.journal().open_jobs().unwrap();
    assert!(open.iter().all(|job| job.state != State::Reserved), "{what}: {open:?}");
    let directory = machine.routine().desk().directory();
    assert_eq!(directory.reservations().count(), 0, "{what}");
    let today = mailroom.clock.clone().when().unwrap().day;
    assert_eq!(directory.spent(Account::Whole, today).postage, registers.r2, "{what}");
}

/// Claim: D25
#[test]
fn cut_after_any_step_of_a_press_an_imprint_is_printed_once_or_never_paid_for() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    set(&mut machine, 110);
    letter(&mut machine);
    let mut paid = 1;
    for cut in 0..8 {
        machine.tell(Input::Letter).unwrap();
        for _ in 0..cut {
            machine.step().unwrap();
        }
        // The power goes: nothing is reported any more.
        drop(machine);
        machine = mailroom.machine();
        let what = format!("cut after {cut} steps");
        if machine.has_waiting() {
            assert!(machine.view().message.contains("wait to be printed"), "{what}");
            machine.input(Input::PrintAgain).unwrap();
        }
        check(&mailroom, &mut machine, &what);
        let registers = machine.routine().standing().unwrap().status.registers;
        assert!(registers.r4 == paid || registers.r4 == paid + 1, "{what}");
        paid = registers.r4;
        assert_eq!(
            (count(&mut machine, State::Printed) as u64, mailroom.printed() as u64),
            (paid, paid),
            "{what}"
        );
    }
    assert!(paid > 3, "some of the cuts came after the debit");
    letter(&mut machine);
    check(&mailroom, &mut machine, "afterwards");
}

#[test]
fn cut_after_any_step_of_a_group_none_of_it_is_lost_or_made_twice() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    for free in 2..=4 {
        add_centre(&mut machine, centre(free), Some(100_000));
    }
    let today = mailroom.clock.clone().when().unwrap().day;
    for cut in 0..8 {
        let drafts = (0..30).map(|at| draft(50 + at, centre(2 + (at % 3) as u16), today)).collect();
        machine.tell(Input::Batch(drafts)).unwrap();
        for _ in 0..cut {
            machine.step().unwrap();
        }
        drop(machine);
        machine = mailroom.machine();
        if machine.has_waiting() {
            machine.input(Input::PrintAgain).unwrap();
        }
        let what = format!("cut after {cut} steps");
        check(&mailroom, &mut machine, &what);
        let registers = machine.routine().standing().unwrap().status.registers;
        assert_eq!(registers.r4 % 30, 0, "{what}: all of a group or none");
        assert_eq!(mailroom.printed() as u64, registers.r4, "{what}");
    }
}

/// A printer that prints nothing and cannot say what it has printed, as a device that takes columns.
struct Mute(Arc<Mutex<Vec<JobName>>>);

impl Printer for Mute {
    fn print(&mut self, job: &Job) -> Result<Printed, PrintFault> {
        self.0.lock().unwrap().push(job.name.clone());
        Ok(Printed::default())
    }

    fn has_printed(&mut self, _: &JobName) -> Result<Option<bool>, Reason> {
        Ok(None)
    }

    fn state(&mut self) -> printer::State {
        printer::State::default()
    }
}

#[test]
fn where_the_printer_cannot_say_an_imprint_cut_off_is_spoiled_and_never_printed_again() {
    let mailroom = Mailroom::new();
    let paper = Arc::new(Mutex::new(Vec::new()));
    let start = || mailroom.turned_on(mailroom.parts_with(Box::new(Mute(paper.clone()))));
    let mut machine = start();
    set(&mut machine, 110);
    for cut in 0..8 {
        machine.tell(Input::Letter).unwrap();
        for _ in 0..cut {
            machine.step().unwrap();
        }
        drop(machine);
        machine = start();
        if machine.has_waiting() {
            machine.input(Input::PrintAgain).unwrap();
        }
        check(&mailroom, &mut machine, &format!("cut after {cut} steps"));
    }
    let paid = machine.routine().standing().unwrap().status.registers.r4 as usize;
    let mut names = paper.lock().unwrap().clone();
    let printed = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), printed, "no name went to the printer twice");
    let (done, spoiled) = (count(&mut machine, State::Printed), count(&mut machine, State::Spoiled));
    assert_eq!(done + spoiled, paid);
    assert!(spoiled > 0);
}

/// The device answers nothing any more in the middle: what became of the debit is asked for when it is back.
#[test]
fn a_device_that_is_lost_in_the_middle_is_asked_again_what_it_has_debited() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    set(&mut machine, 110);
    machine.tell(Input::Letter).unwrap();
    // Reserved, and then another program has the device for a while.
    machine.step().unwrap();
    let postage = Money::from_minor(110);
    assert_eq!(machine.journal().open_jobs().unwrap()[0].order.postage, postage);
    machine.lose_device();
    mailroom.settle(&mut machine);
    check(&mailroom, &mut machine, "the device was lost");
    letter(&mut machine);
    check(&mailroom, &mut machine, "and is back");
}
