//! Franking as the mailroom sees it: values, dates, limits, warnings, batches.

use crate::mailroom::{Mailroom, add_centre, centre, count, letter, set};
use access::cards::{Change, Surcharge};
use imprint::numbers::{LayoutId, Profile};
use imprint::picture::gallery;
use journal::{State, StoredCliche};
use link::Block;
use link::call::Ask;
use meter::batch::{self, BatchFault, BatchFile, Usual};
use meter::machine::Clock;
use meter::routine::{CentreAtStart, Input};
use printer::adapters::files::{Folder, Form};
use printer::adapters::head::{Drive, Head, Mechanism};
use psd::Blocking;
use rates::Tables;
use std::fs;
use terms::{Date, Money, SpoilReason};

/// Claim: B30
#[test]
fn value_and_cost_centre_are_there_again_after_power_off_and_the_date_is_todays() {
    let mut mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    add_centre(&mut machine, centre(7), None);
    set(&mut machine, 145);
    machine.input(Input::Centre(centre(7))).unwrap();
    let today = mailroom.clock.clone().when().unwrap().day;
    let ahead = Date::from_day_number(today.day_number() + 3).unwrap();
    machine.input(Input::Date(ahead)).unwrap();
    assert_eq!(machine.view().date, ahead);
    drop(machine);
    let machine = mailroom.machine();
    let view = machine.view();
    assert_eq!((view.postage, view.centre, view.date), (Money::from_minor(145), Some(centre(7)), today));
    drop(machine);
    // The other variant: the cost centre is asked for at each start ([125]).
    mailroom.settings.centre_at_start = CentreAtStart::Asked;
    let mut machine = mailroom.machine();
    assert!(letter(&mut machine).is_empty());
    assert!(machine.view().message.contains("choose a cost centre"), "{:?}", machine.view());
}

/// Claim: X13
#[test]
fn dates_lie_at_most_thirty_days_ahead_and_never_back() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    let today = mailroom.clock.clone().when().unwrap().day.day_number();
    for (day, is_set) in [(today + 30, true), (today + 31, false), (today - 1, false), (today, true)] {
        machine.input(Input::Date(Date::from_day_number(day).unwrap())).unwrap();
        assert_eq!(!machine.view().is_bad, is_set, "{:?}", machine.view());
        machine.input(Input::Clear).unwrap();
    }
    set(&mut machine, 70);
    let made = letter(&mut machine);
    let job = machine.journal().job(made[0]).unwrap().unwrap();
    assert_eq!(job.order.date.day_number(), today);
    // A letter that lay over night gets its new date by an imprint without value.
    let made = machine.input(Input::Zero).unwrap();
    let job = machine.journal().job(made[0]).unwrap().unwrap();
    assert_eq!((job.order.postage, job.state), (Money::ZERO, State::Printed));
    let registers = machine.routine().standing().unwrap().status.registers;
    assert_eq!((registers.r4, registers.r8), (1, 2));
}

/// Claim: X13
#[test]
fn a_high_value_needs_a_second_press_and_low_credit_warns() {
    let mut mailroom = Mailroom::new();
    mailroom.settings.low_credit = Money::from_minor(995_000);
    let mut machine = mailroom.machine();
    set(&mut machine, 6_000);
    assert!(letter(&mut machine).is_empty());
    assert!(machine.view().message.contains("press once more"), "{:?}", machine.view());
    assert_eq!(letter(&mut machine).len(), 1);
    assert!(
        machine.view().lamps.warn && machine.view().message.contains("credit is low"),
        "{:?}",
        machine.view()
    );
    // Each letter of a high value anew.
    assert!(letter(&mut machine).is_empty());
}

/// Claim: B25
#[test]
fn a_test_imprint_has_no_value_and_the_registers_are_printed_with_the_head() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    machine.input(Input::Test).unwrap();
    assert_eq!((machine.view().state, machine.view().is_bad), ("ready", false));
    assert_eq!(machine.input(Input::Zero).unwrap().len(), 1);
    machine.print_registers().unwrap();
    assert_eq!(mailroom.printed(), 2);
    let registers = machine.routine().standing().unwrap().status.registers;
    assert_eq!((registers.r4, registers.r8), (0, 1), "text is no imprint");
}

/// Both variants of blocking: at once the meter shows its status and nothing else works; by a flag calls and tests do.
///
/// Claim: B24
#[test]
fn a_fatal_block_halts_the_routine_at_once_or_is_a_flag_before_each_imprint() {
    for blocking in [Blocking::AtOnce, Blocking::ByFlag] {
        let settings = psd::Settings { blocking, ..psd::Settings::default() };
        let mailroom = Mailroom::with(settings);
        let mechanism = Mechanism::default();
        let head = Head::new(Drive::default(), mechanism.clone(), Box::new(|_| {}));
        let mut machine = mailroom.turned_on(mailroom.parts_with(Box::new(head)));
        set(&mut machine, 70);
        mechanism.insert_letter();
        assert_eq!(letter(&mut machine).len(), 1, "{:?}", machine.view());
        // Somebody holds the head back: the device finds columns out of their time, kill mode 1.
        mechanism.change(|situation| situation.slowed_permille = 400);
        mechanism.insert_letter();
        letter(&mut machine);
        mechanism.insert_letter();
        assert!(letter(&mut machine).is_empty());
        let view = machine.view();
        assert!(view.lamps.block && view.block == Some(Block::Kill1), "{view:?}");
        let is_at_once = blocking == Blocking::AtOnce;
        assert_eq!(view.state, if is_at_once { "blocked" } else { "ready" });
        machine.input(Input::Call(vec![Ask::Contact])).unwrap();
        // By a flag the meter tries to call, and there is no number here; at once it does not even try.
        assert_eq!(
            machine.view().message.contains("the centre's number"),
            !is_at_once,
            "{:?}",
            machine.view()
        );
        assert!(machine.view().registers.is_some(), "the registers are shown in both");
    }
}

/// A letter that jams is spoiled and the next is franked; letters that jam one after another are warned of, and at last
/// the device is blocked by their speed, which needs no service.
///
/// Claim: B13
#[test]
fn an_ordinary_jam_blocks_nothing_and_many_in_a_row_do() {
    let mailroom = Mailroom::new();
    let mechanism = Mechanism::default();
    let head = Head::new(Drive::default(), mechanism.clone(), Box::new(|_| {}));
    let mut machine = mailroom.turned_on(mailroom.parts_with(Box::new(head)));
    set(&mut machine, 70);
    let warnings = psd::Settings::default().printing.warnings;
    for round in 0..3 {
        for _ in 0..warnings {
            mechanism.change(|situation| situation.jams_at = Some(200));
            mechanism.insert_letter();
            let made = letter(&mut machine);
            assert_eq!(
                machine.journal().job(made[0]).unwrap().unwrap().state,
                State::Spoiled,
                "round {round}"
            );
            mechanism.clear();
        }
        let view = machine.view();
        assert!(!view.lamps.block && view.block.is_none(), "round {round}: {view:?}");
        mechanism.insert_letter();
        let made = letter(&mut machine);
        assert_eq!(machine.journal().job(made[0]).unwrap().unwrap().state, State::Printed, "round {round}");
    }
}

/// Nothing came onto paper, and the printer knows nothing of its jobs: the letters still wait after power-off.
#[test]
fn what_never_came_to_paper_waits_over_power_off_and_is_printed_then() {
    let mailroom = Mailroom::new();
    let mechanism = Mechanism::default();
    let head = || Box::new(Head::new(Drive::default(), mechanism.clone(), Box::new(|_| {})));
    let mut machine = mailroom.turned_on(mailroom.parts_with(head()));
    set(&mut machine, 70);
    mechanism.change(|situation| situation.slowed_permille = 1_000);
    mechanism.insert_letter();
    letter(&mut machine);
    assert_eq!(count(&mut machine, State::Booked), 1, "{:?}", machine.view());
    drop(machine);
    mechanism.clear();
    let mut machine = mailroom.turned_on(mailroom.parts_with(head()));
    assert!(machine.has_waiting(), "{:?}", machine.view());
    mechanism.insert_letter();
    machine.input(Input::PrintAgain).unwrap();
    assert!(!machine.has_waiting(), "{:?}", machine.view());
    assert_eq!(count(&mut machine, State::Spoiled), 0);
    let registers = machine.routine().standing().unwrap().status.registers;
    machine.journal().agree(&registers).unwrap();
}

/// A limit holds whatever is tried, a surcharge is booked and not printed, a budget only warns.
///
/// Claim: X13
#[test]
fn limits_hold_surcharges_are_booked_and_budgets_warn() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    add_centre(&mut machine, centre(2), Some(250));
    machine.change(&Change::CentreSurcharge(centre(2), Surcharge::PerCent(1_000))).unwrap();
    machine.change(&Change::CentreBudget(centre(2), Some(Money::from_minor(120)))).unwrap();
    machine.input(Input::Centre(centre(2))).unwrap();
    set(&mut machine, 100);
    let made = letter(&mut machine);
    let job = machine.journal().job(made[0]).unwrap().unwrap();
    assert_eq!((job.order.postage, job.order.surcharge), (Money::from_minor(100), Money::from_minor(10)));
    assert_eq!(machine.view().message, "");
    letter(&mut machine);
    assert!(machine.view().message.contains("over its budget"), "{:?}", machine.view());
    assert!(letter(&mut machine).is_empty(), "50 are left");
    assert!(machine.view().is_bad);
    set(&mut machine, 50);
    assert_eq!(letter(&mut machine).len(), 1);
    set(&mut machine, 1);
    assert!(letter(&mut machine).is_empty());
    assert_eq!(machine.routine().standing().unwrap().status.registers.r2, Money::from_minor(250));
}

#[test]
fn a_counted_series_ends_by_itself_and_where_the_limit_ends_it() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    add_centre(&mut machine, centre(2), Some(500));
    set(&mut machine, 60);
    assert_eq!(machine.input(Input::Series(7)).unwrap().len(), 7);
    assert_eq!((machine.view().series, mailroom.printed()), (0, 7));
    machine.input(Input::Centre(centre(2))).unwrap();
    assert_eq!(machine.input(Input::Series(20)).unwrap().len(), 8, "eight times 60 are 480");
    assert!(machine.view().is_bad && machine.view().series == 0);
}

/// Claim: D10
#[test]
fn a_cost_centre_brings_its_cliche_and_a_cliche_its_cost_centre() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    for number in [1, 2] {
        let cliche = gallery::cliche(number).unwrap();
        let stored = StoredCliche { name: format!("picture {number}"), cliche, text: "FROM US".into() };
        machine.keep_cliche(stored).unwrap();
    }
    add_centre(&mut machine, centre(2), None);
    machine.change(&Change::CentreCliche(centre(2), Some(2))).unwrap();
    machine.input(Input::Centre(centre(2))).unwrap();
    set(&mut machine, 70);
    let made = letter(&mut machine);
    let booking = machine.journal().job(made[0]).unwrap().unwrap().booking.unwrap();
    assert_eq!(booking.indicium.cliche_number, 2);
    machine.input(Input::Cliche(Some(1))).unwrap();
    machine.input(Input::Text("HELLO".into())).unwrap();
    let made = letter(&mut machine);
    let job = machine.journal().job(made[0]).unwrap().unwrap();
    assert_eq!((job.order.cliche, job.order.text.as_str()), (1, "HELLO"));
    // Chosen by the cliché: the one cost centre that has it.
    machine.input(Input::Centre(centre(1))).unwrap();
    machine.input(Input::Cliche(Some(2))).unwrap();
    assert_eq!(machine.view().centre, Some(centre(2)));
}

#[test]
fn a_spoiled_imprint_is_noted_once_and_stays_paid_for() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    set(&mut machine, 70);
    let made = letter(&mut machine);
    machine.spoil(made[0], SpoilReason::Misprint).unwrap();
    assert!(machine.spoil(made[0], SpoilReason::Misprint).is_err());
    assert_eq!(machine.journal().spoiled().unwrap().len(), 1);
    let registers = machine.routine().standing().unwrap().status.registers;
    machine.journal().agree(&registers).unwrap();
}

fn usual(mailroom: &Mailroom) -> Usual {
    let today = mailroom.clock.clone().when().unwrap().day;
    Usual { centre: Some(centre(1)), today, high_value: Money::from_minor(5_000) }
}

/// Claim: X9
#[test]
fn a_batch_prints_each_line_once_and_goes_on_where_it_was_left() {
    let mailroom = Mailroom::new();
    let mut machine = mailroom.machine();
    add_centre(&mut machine, centre(2), Some(10_000));
    let path = mailroom.path().join("letters.csv");
    let lines: String = (0..240).map(|at| format!("A{at},{},0100{}\n", 60 + at % 3, 1 + at % 2)).collect();
    fs::write(&path, format!("reference,postage,centre\n{lines}")).unwrap();
    let file = BatchFile::read(&path, &Tables::default(), &usual(&mailroom)).unwrap();
    let outcome = batch::frank(&mut machine, &file, false, &mut |_| {}).unwrap();
    assert_eq!((outcome.done, outcome.lines), (240, 240));
    let again = batch::frank(&mut machine, &file, false, &mut |_| {}).unwrap();
    assert_eq!((again, mailroom.printed()), (outcome, 240), "the same file does nothing more");
    assert_eq!(count(&mut machine, State::Printed), 240);

    // 7 320 of the second cost centre's 10 000 are spent, and the first group of the next file needs more than is left.
    let path = mailroom.path().join("more.csv");
    fs::write(&path, format!("reference,postage,centre\n{lines}Z,61,01001\n")).unwrap();
    let file = BatchFile::read(&path, &Tables::default(), &usual(&mailroom)).unwrap();
    let Err(BatchFault::Stopped { done, lines, reason }) =
        batch::frank(&mut machine, &file, false, &mut |_| {})
    else {
        panic!("the limit of cost centre 01002 was passed over");
    };
    assert_eq!((done, lines), (0, 241), "a group is paid for as a whole: {reason}");
    machine.change(&Change::CentreLimit(centre(2), None)).unwrap();
    machine.input(Input::Clear).unwrap();
    let outcome = batch::frank(&mut machine, &file, false, &mut |_| {}).unwrap();
    assert_eq!((outcome.done, mailroom.printed()), (241, 481));
    let registers = machine.routine().standing().unwrap().status.registers;
    machine.journal().agree(&registers).unwrap();
}

#[test]
fn a_batch_is_read_as_a_whole_before_the_first_letter() {
    let mailroom = Mailroom::new();
    let path = mailroom.path().join("letters.csv");
    for (rows, sentence) in [
        ("A,70,01001\nB,x,01001\n", "line 2"),
        ("A,70,1\n", "line 1"),
        ("A,6000,01001\n", "high value"),
        ("A,,01001\n", "neither a postage nor a weight"),
    ] {
        fs::write(&path, format!("reference,postage,centre\n{rows}")).unwrap();
        let fault = BatchFile::read(&path, &Tables::default(), &usual(&mailroom)).unwrap_err().to_string();
        assert!(fault.contains(sentence), "{fault}");
    }
}

/// The same unit on somebody's own computer with an ordinary printer, as a parcel register and as a tax meter: another
/// profile, another layout, other words on the paper, and nothing else.
///
/// Claim: C10
#[test]
fn the_same_unit_is_a_parcel_register_or_a_tax_meter_by_profile_layout_and_texts() {
    let p1 = Profile::named("p1").unwrap();
    let named = |name: &str| imprint::numbers::ProfileName::try_from(name).unwrap();
    let parcels = Profile { name: named("parcels"), layout: LayoutId::D, ..p1.clone() };
    let tax = Profile { name: named("tax"), bind_date: true, layout: LayoutId::A, ..p1 };
    for (profile, carrier) in [(parcels, "PARCEL REGISTER"), (tax, "STAMP DUTY")] {
        let name = profile.name.clone();
        let mailroom = Mailroom::of(psd::Settings::default(), profile);
        let mut parts = mailroom.parts_with(Box::new(Folder::new(mailroom.letters(), Form::Pdf)));
        parts.stationery.issuer.carrier = carrier.into();
        let mut machine = mailroom.turned_on(parts);
        set(&mut machine, 1_995);
        let made = machine.input(Input::Series(3)).unwrap();
        assert_eq!(made.len(), 3, "{name}: {:?}", machine.view());
        let mut counts: Vec<u64> = Vec::new();
        for number in made {
            let job = machine.journal().job(number).unwrap().unwrap();
            let file = mailroom.letters().join(format!("{}.pdf", job.order.request));
            assert!(fs::read(file).unwrap().starts_with(b"%PDF"), "{name}");
            counts.push(job.booking.unwrap().indicium.mv);
        }
        counts.dedup();
        assert_eq!(counts.len(), 3, "{name}: each is told from the others");
        let registers = machine.routine().standing().unwrap().status.registers;
        assert_eq!((registers.r2, registers.r4), (Money::from_minor(3 * 1_995), 3));
        machine.journal().agree(&registers).unwrap();
    }
}
