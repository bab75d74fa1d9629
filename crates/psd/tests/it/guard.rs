//! The device watches itself: codeword and housing, programs, run time, standby, reactions, and what sets it free.

use crate::medium::Medium;
use crate::meter::{
    Meter, Place, closing_grant, frank, frank_one, grant, link_key, memory_key, order, request,
};
use imprint::numbers::Suspicion;
use psd::{
    Block, Blocking, Codeword, Error, ErrorKind, Fault, Finding, Program, Proven, Psd, Reaction, ReactionSet,
    ReportKey, Rescue, Reset, Task, open_report, wrap_codeword,
};
use terms::{Money, Registers};

type Unit = Meter<4>;

const CHALLENGE: [u8; 16] = [0xc0; 16];

fn franks(meter: &mut Unit, id: u64) -> Result<usize, Error> {
    frank(meter, &[request(id, 10)]).map(|indicia| indicia.len())
}

fn kinds(meter: &Unit) -> Vec<u16> {
    meter.findings().map(|finding| finding.kind).collect()
}

fn next_codeword(byte: u8) -> [u8; 24] {
    wrap_codeword(&link_key(), &Codeword::new([byte; 16]))
}

fn reset(faulted_at: u64, registers: Option<Proven>) -> Task {
    Task::Reset(Reset { faulted_at, codeword: next_codeword(0x77), registers })
}

/// The housing is opened: the sensor notices, and the codeword is lost with it.
fn open_housing(place: &Place) {
    place.board.opened.set(true);
    place.board.codeword.replace(None);
}

/// Claim: B6, B9
#[test]
fn a_codeword_lost_while_off_or_on_blocks_and_only_the_service_lifts_it() {
    for is_on in [false, true] {
        let place = Place::p1::<4>();
        let mut meter = place.funded::<4>(1000);
        if is_on {
            open_housing(&place);
            assert_eq!(meter.tick(), Err(Error::Stopped(Block::KillCodeword)));
        } else {
            drop(meter);
            open_housing(&place);
            meter = place.open::<4>().unwrap();
        }
        assert_eq!(franks(&mut meter, 1), Err(Error::Stopped(Block::KillCodeword)));
        assert_eq!(kinds(&meter), [Finding::OPENED_WITHOUT_AUTHORITY]);
        assert_eq!(meter.status().errors.of(ErrorKind::Openings), 1);
        assert_eq!(meter.status().suspicion, Suspicion::Manipulated);
        place.board.opened.set(false);
        let asked_afterwards = Task::NextCodeword { wrapped: next_codeword(5), expires_tenths: u64::MAX };
        meter.order(&order(1, asked_afterwards)).unwrap();
        let mut meter = place.open::<4>().unwrap();
        assert_eq!(
            franks(&mut meter, 1),
            Err(Error::Stopped(Block::KillCodeword)),
            "asking does not launder"
        );
    }
}

/// Claim: B6
#[test]
fn a_wrong_codeword_is_as_bad_as_none() {
    let place = Place::p1::<4>();
    drop(place.funded::<4>(1000));
    place.board.codeword.replace(Some(Codeword::new([9; 16])));
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&mut meter, 1), Err(Error::Stopped(Block::KillCodeword)));
}

/// Claim: B9
#[test]
fn an_opening_that_was_allowed_is_noted_as_such_and_everything_is_as_before() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    frank_one(&mut meter, 1, 10);
    let registers = meter.registers();
    let expires_tenths = place.now().tenths + 36_000;
    meter.order(&order(1, Task::NextCodeword { wrapped: next_codeword(5), expires_tenths })).unwrap();
    assert!(meter.status().has_next_codeword);
    assert_eq!(franks(&mut meter, 2), Ok(1), "an announcement stops nothing");
    drop(meter);
    open_housing(&place);
    // While the housing is still open the device waits.
    let mut open = place.open_alone::<4>();
    if let Ok(meter) = &mut open {
        assert!(meter.status().block.is_some());
    }
    drop(open);
    place.board.opened.set(false);
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(kinds(&meter), [Finding::OPENED_WITH_AUTHORITY]);
    assert_eq!(meter.status().suspicion, Suspicion::None);
    assert!(!meter.status().has_next_codeword, "it is used once");
    assert_eq!(meter.registers().r3, registers.r3);
    assert_eq!(franks(&mut meter, 3), Ok(1));
    drop(meter);
    open_housing(&place);
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&mut meter, 4), Err(Error::Stopped(Block::KillCodeword)), "the second opening was not");
}

#[test]
fn a_housing_that_is_open_waits_for_its_closing_where_that_was_allowed() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let wrapped = next_codeword(5);
    meter.order(&order(1, Task::NextCodeword { wrapped, expires_tenths: u64::MAX - 1 })).unwrap();
    place.board.codeword.replace(None);
    place.board.held_open.set(true);
    assert_eq!(meter.tick().map(drop), Ok(()));
    assert_eq!(franks(&mut meter, 1), Err(Error::Stopped(Block::CodewordWaiting)));
    place.board.held_open.set(false);
    place.attend(&mut meter);
    assert_eq!(franks(&mut meter, 1), Ok(1), "closed, it goes on by itself");
    assert_eq!(kinds(&meter), [Finding::OPENED_WITH_AUTHORITY]);
}

#[test]
fn a_next_codeword_that_is_too_late_counts_for_nothing() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let expires_tenths = place.now().tenths + 100;
    meter.order(&order(1, Task::NextCodeword { wrapped: next_codeword(5), expires_tenths })).unwrap();
    let foreign = wrap_codeword(&crate::meter::key(9), &Codeword::new([5; 16]));
    let foreign = Task::NextCodeword { wrapped: foreign, expires_tenths };
    assert_eq!(meter.order(&order(2, foreign)), Err(Error::Codeword));
    drop(meter);
    place.board.codeword.replace(None);
    place.advance(101, 0);
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&mut meter, 1), Err(Error::Stopped(Block::KillCodeword)));
}

/// Claim: B3
#[test]
fn a_program_other_than_the_enrolled_one_blocks_at_start_around_franking_and_in_standby() {
    let at_start = |place: &Place| {
        place.board.own.set(Some([2; 32]));
        let mut meter = place.open::<4>().unwrap();
        franks(&mut meter, 5)
    };
    let around_franking = |place: &Place| {
        let mut meter = place.open::<4>().unwrap();
        place.board.control_unit.set(Some([2; 32]));
        franks(&mut meter, 5)
    };
    let in_standby = |place: &Place| {
        let mut meter = place.open::<4>().unwrap();
        place.board.control_unit.set(Some([2; 32]));
        place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 61_000);
        assert!(meter.tick().is_err());
        franks(&mut meter, 5)
    };
    type Trial<'a> = &'a dyn Fn(&Place) -> Result<usize, Error>;
    let trials: [Trial<'_>; 3] = [&at_start, &around_franking, &in_standby];
    for trial in trials {
        let place = Place::p1::<4>();
        place.board.own.set(Some([1; 32]));
        place.board.control_unit.set(Some([1; 32]));
        let mut meter = place.funded::<4>(1000);
        assert_eq!(franks(&mut meter, 1), Ok(1));
        drop(meter);
        assert_eq!(trial(&place), Err(Error::Stopped(Block::Kill2)));
        let meter = place.open::<4>().unwrap();
        assert!(kinds(&meter).contains(&Finding::PROGRAM), "{:?}", kinds(&meter));
        assert_eq!(meter.status().errors.of(ErrorKind::Program), 1);
    }
}

#[test]
fn an_update_that_the_centre_enrolled_beforehand_goes_through_once() {
    let place = Place::p1::<4>();
    place.board.own.set(Some([1; 32]));
    let mut meter = place.funded::<4>(1000);
    meter.order(&order(1, Task::Enrol { program: Program::Own, checksum: [2; 32] })).unwrap();
    drop(meter);
    drop(place.open::<4>().unwrap());
    place.board.own.set(Some([2; 32]));
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&mut meter, 1), Ok(1), "an honest update ends in no kill");
    assert_eq!(kinds(&meter), [Finding::UPDATED]);
    drop(meter);
    place.board.own.set(Some([1; 32]));
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::Kill2)), "and not back");
}

/// Claim: B10
#[test]
fn a_debugger_or_routines_out_of_their_time_block() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    place.board.watched.set(true);
    assert_eq!(franks(&mut meter, 1), Err(Error::Stopped(Block::Kill1)));
    assert_eq!(meter.registers().r8, 0, "nothing is debited before the eyes of a debugger");
    place.board.watched.set(false);
    assert_eq!(franks(&mut meter, 1), Err(Error::Stopped(Block::Kill1)), "its going away lifts nothing");
    let mut place = Place::p1::<4>();
    place.settings.pace = psd::supervision::pace::Settings::CHIP;
    let mut meter = place.funded::<4>(1000);
    assert_eq!(franks(&mut meter, 1), Ok(1));
    place.board.pace_ns.set(1_000_000);
    assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::Kill1)));
    assert!(kinds(&meter).contains(&Finding::RUN_TIME));
}

/// Claim: B4
#[test]
fn in_standby_the_device_checks_itself_after_a_time_or_so_many_rounds() {
    for (after_ms, after_rounds) in [(5000, 0), (0, 20)] {
        let mut place = Place::p1::<4>();
        place.settings.standby = psd::Standby { after_ms, after_rounds };
        let mut meter = place.funded::<4>(1000);
        // Damage to one copy heals in standby, and is no manipulation.
        let newest = crate::damage::newest_sector(&place, &mut meter, 1);
        place.medium.tamper(newest, |sector| sector[60] ^= 1);
        for _ in 0..60 {
            place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 100);
            place.attend(&mut meter);
        }
        assert!(!meter.is_in_standby(), "the flag falls where all is clean");
        assert_eq!(kinds(&meter), [Finding::HEALED]);
        assert_eq!(franks(&mut meter, 9), Ok(1));
    }
}

#[test]
fn a_part_that_cannot_be_read_is_no_manipulation() {
    let place = Place::p1::<4>();
    place.board.own.set(Some([1; 32]));
    let mut meter = place.funded::<4>(1000);
    place.board.is_blind.set(true);
    for _ in 0..3 {
        place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 61_000);
        assert_eq!(meter.tick(), Err(Error::PartFailed));
    }
    assert!(meter.is_in_standby(), "it cannot say that all is clean");
    assert!(place.board.codeword.borrow().is_some() && meter.findings().next().is_none());
    place.board.is_blind.set(false);
    place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 61_000);
    place.attend(&mut meter);
    assert!(!meter.is_in_standby());
    assert_eq!(franks(&mut meter, 1), Ok(1));
}

/// Claim: B4, B5
#[test]
fn what_standby_finds_unclean_costs_the_codeword() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let newest = crate::damage::newest_sector(&place, &mut meter, 1);
    for copy in [newest, newest + 1] {
        place.medium.tamper(copy, |sector| sector[60] ^= 1);
    }
    place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 61_000);
    assert_eq!(meter.tick(), Err(Error::Stopped(Block::KillCodeword)));
    assert!(meter.is_in_standby(), "the flag stays");
    assert_eq!(*place.board.codeword.borrow(), None);
    assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::KillCodeword)));
    drop(meter);
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::KillCodeword)));
}

fn with_reaction(reaction: Reaction) -> Place {
    let mut place = Place::p1::<4>();
    place.settings.reactions.run_time = ReactionSet::from_iter([reaction]);
    place
}

/// Makes a device that was seen to be watched, and starts it again.
fn watched(place: &Place) -> Unit {
    let mut meter = place.funded::<4>(1000);
    frank_one(&mut meter, 1, 10);
    place.board.watched.set(true);
    assert!(meter.tick().is_err());
    place.board.watched.set(false);
    meter
}

/// Claim: B11
#[test]
fn after_a_manipulation_the_link_key_is_changed_or_the_codeword_overwritten() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let before = meter.sealed_report(&CHALLENGE).unwrap();
    assert_eq!(open_report(&before, &link_key(), &CHALLENGE).unwrap().1, ReportKey::Original);
    assert_eq!(open_report(&before, &link_key(), &[0; 16]), None, "a report is over its challenge");
    let mut meter = watched(&with_reaction(Reaction::ChangeLinkKey));
    let after = meter.sealed_report(&CHALLENGE).unwrap();
    let (report, key) = open_report(&after, &link_key(), &CHALLENGE).unwrap();
    assert_eq!((key, report.code), (ReportKey::Changed, Block::Kill1.code()));
    assert_eq!(open_report(&after, &crate::meter::key(1), &CHALLENGE), None);
    let place = with_reaction(Reaction::ZeroCodeword);
    drop(watched(&place));
    assert_eq!(*place.board.codeword.borrow(), Some(Codeword::ZEROS));
    let place = with_reaction(Reaction::EraseCodeword);
    drop(watched(&place));
    assert_eq!(*place.board.codeword.borrow(), None);
    drop(place.open::<4>().unwrap());
    assert_eq!(*place.board.codeword.borrow(), None);
}

/// Claim: B26
#[test]
fn keys_that_are_wiped_are_gone_from_memory_and_device() {
    let place = with_reaction(Reaction::WipeKeys);
    let before = place.medium.clone();
    let mut meter = watched(&place);
    assert!(meter.fetch(imprint::numbers::RequestId(1)).is_err());
    drop(meter);
    assert_eq!(place.open::<4>().err(), Some(Error::Blocked(Fault::KeysWiped)));
    let rescue =
        Rescue::<_, _, 4>::open(before, &memory_key(), place.board.clone(), Error::Blocked(Fault::KeysWiped));
    assert_eq!(rescue.err(), Some(Error::Blocked(Fault::KeysWiped)));
}

/// Claim: B2, B5
#[test]
fn redundancy_taken_away_on_purpose_is_told_apart_from_damage_and_comes_back_by_the_service_alone() {
    let place = with_reaction(Reaction::TakeRedundancy);
    let mut meter = watched(&place);
    let faulted_at = meter.report().faulted_at;
    drop(meter);
    let taken = second_copies(&place.medium.durable());
    assert!(taken.iter().all(|header| header[5] == 1), "every second copy says that it was taken away");
    let mut meter = place.open::<4>().unwrap();
    assert!(!kinds(&meter).contains(&Finding::HEALED), "it is no damage, and heals by nothing");
    assert!(second_copies(&place.medium.durable()).iter().all(|header| header[5] == 1));
    assert_eq!(meter.registers().r2.minor(), 10);
    meter.order(&order(1, reset(faulted_at, None))).unwrap();
    assert!(second_copies(&place.medium.durable()).iter().all(|header| header[5] == 0));
    place.attend(&mut meter);
    assert_eq!(franks(&mut meter, 2), Ok(1));
    assert_eq!(meter.registers().r2.minor(), 20);
}

fn second_copies(image: &[psd::Sector]) -> Vec<[u8; 16]> {
    image[6..].chunks_exact(2).map(|pair| *pair[1].first_chunk().unwrap()).collect()
}

/// Claim: B24
#[test]
fn blocking_comes_at_once_or_by_a_flag_that_leaves_calls_and_tests_working() {
    for (blocking, taken) in [(Blocking::ByFlag, true), (Blocking::AtOnce, false)] {
        let mut place = Place::p1::<4>();
        place.settings.blocking = blocking;
        let mut meter = watched(&place);
        assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::Kill1)));
        let granted = meter.grant(&grant(2, 100, 1000)).map(drop);
        let ordered = meter.order(&order(1, Task::Suspicion(true)));
        let expected = if taken { Ok(()) } else { Err(Error::Stopped(Block::Kill1)) };
        assert_eq!((granted, ordered), (expected, expected));
        assert_eq!(meter.registers().r2.minor(), 10, "the registers show");
        let faulted_at = meter.report().faulted_at;
        meter.order(&order(2, reset(faulted_at, None))).unwrap();
        place.attend(&mut meter);
        assert_eq!(franks(&mut meter, 2), Ok(1), "the service is always heard");
    }
}

/// Claim: B28
#[test]
fn a_service_reset_mends_the_fault_it_is_for_once_and_restores_the_codeword() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    frank_one(&mut meter, 1, 10);
    assert_eq!(meter.order(&order(1, reset(1, None))), Err(Error::OtherFault { faulted_at: 0 }));
    drop(meter);
    open_housing(&place);
    place.board.opened.set(false);
    let mut meter = place.open::<4>().unwrap();
    let report = meter.report();
    assert_eq!(report.code, Block::KillCodeword.code());
    assert_eq!(report.errors.of(ErrorKind::Openings), 1, "the log is read first: it says what to mend");
    let guessed = meter.order(&order(2, reset(report.faulted_at + 1, None)));
    assert_eq!(guessed, Err(Error::OtherFault { faulted_at: report.faulted_at }));
    let token = order(3, reset(report.faulted_at, None));
    meter.order(&token).unwrap();
    assert_eq!(*place.board.codeword.borrow(), Some(Codeword::new([0x77; 16])));
    place.attend(&mut meter);
    assert_eq!(franks(&mut meter, 2), Ok(1));
    assert_eq!(meter.status().suspicion, Suspicion::None);
    assert_eq!(meter.registers().r2.minor(), 20);
    drop(meter);
    open_housing(&place);
    place.board.opened.set(false);
    let mut meter = place.open::<4>().unwrap();
    meter.order(&token).unwrap();
    assert_eq!(franks(&mut meter, 3), Err(Error::Stopped(Block::KillCodeword)), "one token, one fault");
}

/// A meter whose newest registers are lost in all copies: what they were, and the fault its start ends with.
fn lost() -> (Place, Registers, Error) {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    let newest = crate::damage::newest_sector(&place, &mut meter, 1);
    let registers = meter.registers();
    drop(meter);
    for copy in [newest, newest + 1] {
        place.medium.tamper(copy, |sector| sector.fill(0));
    }
    let fault = place.open::<4>().err().unwrap();
    (place, registers, fault)
}

/// Claim: B28
#[test]
fn registers_lost_in_all_copies_come_back_by_the_centres_proof() {
    let (place, registers, fault) = lost();
    assert_eq!(fault, Error::Blocked(Fault::AllCopies));
    let halted = || Rescue::<_, _, 4>::open(place.medium.clone(), &memory_key(), place.board.clone(), fault);
    let mut rescue = halted().unwrap();
    let faulted_at = rescue.faulted_at();
    let sealed = rescue.report(&CHALLENGE).unwrap();
    let (report, _) = open_report(&sealed, &link_key(), &CHALLENGE).unwrap();
    assert_eq!((report.code, report.faulted_at), (fault.code(), faulted_at));
    assert_eq!(rescue.reset(&order(7, reset(faulted_at, None))), Err(Error::RegistersNeeded));
    let wrong = Registers { r1: Money::from_minor(5), ..registers };
    let wrong = order(7, reset(faulted_at, Some(Proven { registers: wrong, grant: 1 })));
    assert_eq!(rescue.reset(&wrong), Err(Error::RegistersImplausible));
    let proven = Some(Proven { registers, grant: 1 });
    assert!(matches!(rescue.reset(&order(7, reset(1, proven))), Err(Error::OtherFault { .. })));
    rescue.reset(&order(8, reset(faulted_at, proven))).unwrap();
    drop(rescue);
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(meter.registers(), registers);
    assert_eq!(franks(&mut meter, 2), Ok(1), "paired as before");
    meter.grant(&grant(2, 100, 1000)).unwrap();
    assert!(meter.order(&order(8, Task::Stop(false))).is_err(), "orders go on after the reset's number");
}

/// A cut at every write of a reset that builds the memory anew: it halts as before, or is mended.
#[test]
fn a_reset_of_lost_registers_that_is_cut_off_can_be_done_again() {
    let (place, registers, fault) = lost();
    let image = place.medium.durable();
    let proven = Some(Proven { registers, grant: 1 });
    let mut is_finished = false;
    for cut in 0.. {
        let trial = place.on(Medium::holding(image.clone()));
        trial.medium.cut_after(cut);
        let open =
            |medium: Medium| Rescue::<_, _, 4>::open(medium, &memory_key(), trial.board.clone(), fault);
        let mut rescue = open(trial.medium.clone()).unwrap();
        let faulted_at = rescue.faulted_at();
        is_finished |= rescue.reset(&order(8, reset(faulted_at, proven))).is_ok();
        trial.medium.each_crash_image(97, |image| {
            let again = trial.on(Medium::holding(image));
            match again.open::<4>() {
                Ok(meter) => assert_eq!(meter.registers(), registers),
                Err(error) => {
                    assert!(matches!(error, Error::Blocked(_)), "{error}");
                    let mut rescue = open(again.medium.clone()).unwrap();
                    let faulted_at = rescue.faulted_at();
                    rescue.reset(&order(9, reset(faulted_at, proven))).unwrap();
                    assert_eq!(again.open::<4>().unwrap().registers(), registers);
                }
            }
        });
        if is_finished {
            break;
        }
    }
}

/// Claim: B29
#[test]
fn a_closing_grant_takes_all_credit_back_and_ends_the_service() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    frank_one(&mut meter, 1, 10);
    assert_eq!(meter.grant(&closing_grant(2, 500, 1000)), Err(Error::NotAll));
    meter.grant(&closing_grant(2, 990, 1000)).unwrap();
    let Registers { r1, r2, r3, .. } = meter.registers();
    assert_eq!((r1.minor(), r2.minor(), r3.minor()), (0, 10, 10));
    let mut meter = place.open::<4>().unwrap();
    assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::Withdrawn)));
    assert_eq!(meter.grant(&grant(3, 100, 10)), Err(Error::Stopped(Block::Withdrawn)));
    assert_eq!(meter.order(&order(1, Task::Stop(false))), Err(Error::Stopped(Block::Withdrawn)));
    drop(meter);
    let again = Psd::<_, _, 4>::personalise(
        place.medium.clone(),
        &memory_key(),
        crate::meter::personalisation(place.profile.clone()),
        place.board.clone(),
    );
    assert_eq!(again.unwrap().registers(), Registers::default(), "a new personalisation begins anew");
}

#[test]
fn an_old_image_of_the_memory_is_noticed_by_the_commit_counter() {
    let place = Place::p1::<4>();
    place.board.counter.set(Some(7));
    let mut meter = place.funded::<4>(1000);
    frank_one(&mut meter, 1, 10);
    let old = place.medium.durable();
    frank_one(&mut meter, 2, 500);
    drop(meter);
    drop(place.open::<4>().unwrap());
    let back = place.on(Medium::holding(old));
    let mut meter = back.open::<4>().unwrap();
    assert_eq!(kinds(&meter).last(), Some(&Finding::ROLLED_BACK));
    assert_eq!(franks(&mut meter, 3), Err(Error::Stopped(Block::Registers)));
    let faulted_at = meter.report().faulted_at;
    assert_eq!(meter.order(&order(1, reset(faulted_at, None))), Err(Error::RegistersNeeded));
    let mut registers = meter.registers();
    (registers.r1, registers.r2) = (Money::from_minor(490), Money::from_minor(510));
    (registers.r4, registers.r8) = (2, 2);
    meter.order(&order(2, reset(faulted_at, Some(Proven { registers, grant: 1 })))).unwrap();
    back.attend(&mut meter);
    assert_eq!(franks(&mut meter, 3), Ok(1));
    assert_eq!(meter.registers().r2.minor(), 520);
}

#[test]
fn the_commit_counter_goes_on_with_each_block_of_commits_and_each_start() {
    let place = Place::p1::<4>();
    place.board.counter.set(Some(0));
    let mut meter = place.funded::<4>(100_000);
    for id in 0..200 {
        frank_one(&mut meter, id, 10);
    }
    assert_eq!(place.board.counter.get(), Some(3));
    drop(meter);
    let meter = place.open::<4>().unwrap();
    assert_eq!(place.board.counter.get(), Some(4));
    assert!(meter.findings().next().is_none());
}

/// A token that mended a rolled-back meter mends it once: the counter has gone on when the old image comes again.
#[test]
fn a_used_reset_does_not_mend_the_same_old_image_a_second_time() {
    let place = Place::p1::<4>();
    place.board.counter.set(Some(7));
    let mut meter = place.funded::<4>(1000);
    let old = place.medium.durable();
    frank_one(&mut meter, 1, 500);
    drop(meter);
    drop(place.open::<4>().unwrap());
    let back = place.on(Medium::holding(old.clone()));
    let mut meter = back.open::<4>().unwrap();
    let mut registers = meter.registers();
    (registers.r1, registers.r2, registers.r4, registers.r8) =
        (Money::from_minor(500), Money::from_minor(500), 1, 1);
    let token = order(1, reset(meter.report().faulted_at, Some(Proven { registers, grant: 1 })));
    meter.order(&token).unwrap();
    back.attend(&mut meter);
    assert_eq!(franks(&mut meter, 2), Ok(1));
    drop(meter);
    let again = back.on(Medium::holding(old));
    let mut meter = again.open::<4>().unwrap();
    assert!(matches!(meter.order(&token), Err(Error::OtherFault { .. })));
    assert!(matches!(franks(&mut meter, 3), Err(Error::Stopped(_))));
}

#[test]
fn a_rescue_is_for_memories_that_cannot_be_read_and_for_no_passing_fault() {
    let (place, registers, fault) = lost();
    let open = || Rescue::<_, _, 4>::open(place.medium.clone(), &memory_key(), place.board.clone(), fault);
    let mut rescue = open().unwrap();
    let faulted_at = rescue.faulted_at();
    rescue.reset(&order(8, reset(faulted_at, Some(Proven { registers, grant: 1 })))).unwrap();
    drop(rescue);
    let passing = Rescue::<_, _, 4>::open(
        place.medium.clone(),
        &memory_key(),
        place.board.clone(),
        Error::MemoryFailed,
    );
    assert_eq!(passing.err(), Some(Error::MemoryFailed), "a medium that failed once gives no state up");
    assert!(place.open::<4>().is_ok());
}

#[test]
fn a_program_that_never_answers_can_connect_and_does_no_harm() {
    let place = Place::p1::<4>();
    place.board.control_unit.set(Some([1; 32]));
    let mut meter = place.funded::<4>(1000);
    assert_eq!(franks(&mut meter, 1), Ok(1));
    place.board.control_unit.set(Some([2; 32]));
    meter.connect(5).unwrap();
    assert_eq!(franks(&mut meter, 2), Err(Error::Stopped(Block::Inactive)));
    place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 61_000);
    meter.tick().unwrap();
    meter.disconnect();
    place.board.control_unit.set(Some([1; 32]));
    meter.connect(6).unwrap();
    place.attend(&mut meter);
    assert_eq!(franks(&mut meter, 2), Ok(1), "the right one goes on");
    place.board.control_unit.set(Some([2; 32]));
    meter.connect(7).unwrap();
    place.attend(&mut meter);
    assert_eq!(franks(&mut meter, 3), Err(Error::Stopped(Block::Kill2)), "whoever has the key is judged");
}

#[test]
fn a_counter_that_fails_stops_the_next_franking_and_undoes_nothing() {
    let place = Place::p1::<4>();
    place.board.counter.set(Some(0));
    let mut meter = place.funded::<4>(100_000);
    let mut id = 0;
    place.board.is_counter_stuck.set(true);
    let refused = loop {
        id += 1;
        match franks(&mut meter, id) {
            Ok(_) => assert!(id < 100, "the counter is asked within 64 commits"),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, Error::PartFailed);
    assert_eq!(meter.registers().r8, id - 1, "every imprint that was given is paid for, and no other");
    meter.order(&order(1, Task::Unpair)).unwrap();
    assert!(!meter.is_paired(), "what is durable is done");
    place.board.is_counter_stuck.set(false);
    drop(meter);
    let meter = place.open::<4>().unwrap();
    assert!(!meter.is_paired());
    assert!(meter.findings().next().is_none(), "and nothing looks like an old memory");
}

#[test]
fn who_does_not_answer_can_neither_block_by_print_reports_nor_wash_the_log() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 60_001);
    let columns = psd::Columns { clocks: [0; 3], expected: 1 };
    assert_eq!(meter.report_columns(columns), Err(Error::Stopped(Block::Inactive)));
    place.board.watched.set(true);
    assert!(meter.tick().is_err());
    place.board.watched.set(false);
    place.attend(&mut meter);
    let settings = place.settings.printing.clone();
    let report = |pulses| psd::supervision::printing::PrintReport { pulses, window_ms: 100 };
    for _ in 0..10 {
        for _ in 0..=settings.warnings {
            meter.report_speed(report(1)).unwrap();
        }
        meter.report_speed(report(settings.pulses_per_second / 10)).unwrap();
    }
    assert!(kinds(&meter).contains(&Finding::RUN_TIME), "{:?}", kinds(&meter));
}

#[test]
fn a_reset_that_is_cut_off_can_be_handed_in_again() {
    let place = Place::p1::<4>();
    let mut meter = watched(&place);
    let faulted_at = meter.report().faulted_at;
    drop(meter);
    let image = place.medium.durable();
    let codeword = place.board.codeword.borrow().clone();
    for cut in 0..12 {
        let trial = place.on(Medium::holding(image.clone()));
        trial.board.codeword.replace(codeword.clone());
        let mut meter = trial.open::<4>().unwrap();
        trial.medium.cut_after(cut);
        let token = order(1, reset(faulted_at, None));
        let _ = meter.order(&token);
        drop(meter);
        trial.medium.lose_power();
        trial.medium.cut_after(usize::MAX / 2);
        let mut meter = trial.open::<4>().unwrap();
        meter.order(&token).unwrap();
        trial.attend(&mut meter);
        assert_eq!(franks(&mut meter, 9), Ok(1), "cut {cut}");
        assert!(!kinds(&meter).contains(&Finding::OPENED_WITHOUT_AUTHORITY), "cut {cut}");
    }
}

/// A cut at every write and sync of a second personalisation: the credit that was handed back never returns, and the
/// memory can be personalised after it.
#[test]
fn a_second_personalisation_that_is_cut_off_brings_nothing_back_and_can_be_done_again() {
    let place = Place::p1::<4>();
    let mut meter = place.funded::<4>(1000);
    meter.grant(&closing_grant(2, 1000, 1000)).unwrap();
    drop(meter);
    let image = place.medium.durable();
    let codeword = place.board.codeword.borrow().clone();
    let personalise = |trial: &Place| {
        let who = crate::meter::personalisation(trial.profile.clone());
        Psd::<_, _, 4>::personalise(trial.medium.clone(), &memory_key(), who, trial.board.clone())
    };
    let mut was_finished = false;
    for cut in 0.. {
        let trial = place.on(Medium::holding(image.clone()));
        trial.board.codeword.replace(codeword.clone());
        trial.medium.cut_after(cut);
        was_finished |= personalise(&trial).is_ok();
        trial.medium.each_crash_image(997, |image| {
            let again = trial.on(Medium::holding(image));
            match again.open_alone::<4>() {
                Ok(meter) => assert_eq!(meter.registers().r1, Money::ZERO, "cut {cut}"),
                Err(error) => assert_eq!(error, Error::Blocked(Fault::Personalisation), "cut {cut}"),
            }
            let is_new = again.open_alone::<4>().is_ok_and(|meter| meter.status().last_grant == 0);
            assert!(is_new || personalise(&again).is_ok(), "cut {cut}");
        });
        if was_finished {
            break;
        }
    }
}

#[test]
fn an_unpaired_control_unit_that_stays_connected_leaves_nothing_behind_for_the_next() {
    let place = Place::p1::<4>();
    place.board.control_unit.set(Some([1; 32]));
    let mut meter = place.funded::<4>(1000);
    meter.order(&order(1, Task::Unpair)).unwrap();
    place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 61_000);
    meter.tick().unwrap();
    place.board.control_unit.set(Some([2; 32]));
    meter.connect(6).unwrap();
    place.key.replace(Some(meter.pair(crate::meter::IDENTITY).unwrap()));
    place.attend(&mut meter);
    assert_eq!(franks(&mut meter, 1), Ok(1), "the new one's program is the one that counts");
}
