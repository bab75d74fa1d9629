//! Promises 1 and 2: the power is cut at every write and every sync, and what was being written is torn.
//!
//! After each cut the memory holds the state before the step that was cut off or the state after it; steps that
//! were confirmed are never lost; asking again for the step that was cut off leads to one debit, not two.

use crate::medium::Medium;
use crate::meter::{Meter, Place, frank, grant, request};
use psd::{Error, Request, Sector};
use terms::Registers;

/// One thing to do, that can be asked for again.
enum Step {
    Frank(Vec<Request>),
    Grant(u64, i64, u64),
}

impl Step {
    fn run<const BATCH: usize>(&self, meter: &mut Meter<BATCH>) -> Result<(), Error> {
        match self {
            Step::Frank(requests) => frank(meter, requests).map(drop),
            Step::Grant(number, amount, r3) => meter.grant(&grant(*number, *amount, *r3)).map(drop),
        }
    }
}

/// A day's work that goes round the ring: frankings of different length, values of zero, grants.
fn script(rounds: u64, longest: u64) -> Vec<Step> {
    let mut steps = Vec::new();
    for round in 0..rounds {
        let id = 1000 * (round + 1);
        steps.push(Step::Frank(vec![request(id, 110)]));
        for id in [id, id + 500] {
            steps.push(Step::Frank((1..=longest).map(|n| request(id + n, 10 * (n % 3))).collect()));
        }
        let number = round + 2;
        steps.push(Step::Grant(number, 500, 100_000 + 500 * round));
    }
    steps
}

struct Trial<const BATCH: usize> {
    place: Place,
    start: Vec<Sector>,
    steps: Vec<Step>,
    /// The registers before each step, and after the last.
    expected: Vec<Registers>,
    operations: usize,
}

impl<const BATCH: usize> Trial<BATCH> {
    fn new(rounds: u64, longest: u64) -> Trial<BATCH> {
        let place = Place::p1::<BATCH>();
        drop(place.funded::<BATCH>(100_000));
        let start = place.medium.durable();
        let steps = script(rounds, longest);
        let whole = place.on(Medium::holding(start.clone()));
        let mut meter = whole.open::<BATCH>().unwrap();
        let mut expected = vec![meter.registers()];
        for step in &steps {
            step.run(&mut meter).unwrap();
            expected.push(meter.registers());
        }
        let operations = whole.medium.operations();
        Trial { place, start, steps, expected, operations }
    }

    /// Works until the cut, and gives how many steps were confirmed.
    fn work_until_cut(&self, medium: &Medium, cut: usize) -> usize {
        medium.cut_after(cut);
        let Ok(mut meter) = self.place.on(medium.clone()).open::<BATCH>() else { return 0 };
        self.steps.iter().take_while(|step| step.run(&mut meter).is_ok()).count()
    }

    /// Starts again after a crash, and does the rest of the work.
    fn check_restart(&self, medium: Medium, confirmed: usize, finish: bool) {
        let place = self.place.on(medium);
        let mut meter = place.open::<BATCH>().expect("a crash never blocks");
        let stand = meter.registers();
        assert_eq!(stand.check(), Ok(()));
        let cut_off = confirmed.min(self.steps.len() - 1);
        let debited = stand == self.expected[cut_off + 1];
        assert!(debited || stand == self.expected[confirmed], "neither before nor after: {stand:?}");
        if let Step::Frank(requests) = &self.steps[cut_off] {
            for request in requests {
                assert_eq!(meter.fetch(request.id).is_ok(), debited, "an indicium goes with its debit");
            }
        }
        let rest = if finish { self.steps.len() } else { cut_off + 1 };
        for (step, expected) in self.steps[cut_off..rest].iter().zip(&self.expected[cut_off + 1..]) {
            step.run(&mut meter).unwrap();
            assert_eq!(meter.registers(), *expected, "one debit, not two");
        }
        assert!(!meter.findings().any(|finding| finding.is_manipulation()), "a crash is no manipulation");
    }
}

fn check_every_cut<const BATCH: usize>(rounds: u64, longest: u64, stride: usize) {
    let trial = Trial::<BATCH>::new(rounds, longest);
    let mut images = 0;
    for cut in 0..=trial.operations {
        let medium = Medium::holding(trial.start.clone());
        let confirmed = trial.work_until_cut(&medium, cut);
        medium.each_crash_image(stride, |image| {
            trial.check_restart(Medium::holding(image), confirmed, images % 64 == 0);
            images += 1;
        });
    }
    println!("{} cuts, {images} images", trial.operations + 1);
}

#[test]
fn a_cut_at_any_write_or_sync_torn_at_any_byte_leaves_the_state_before_or_after() {
    check_every_cut::<4>(3, 4, 1);
}

#[test]
fn a_cut_through_a_batch_of_several_sectors_leaves_all_of_it_or_nothing() {
    check_every_cut::<120>(3, 115, 37);
}

/// Cuts the start that follows a cut, at each of its own writes and syncs.
fn check_every_second_cut<const BATCH: usize>(rounds: u64, longest: u64, strides: [usize; 2]) {
    let trial = Trial::<BATCH>::new(rounds, longest);
    let mut images = 0;
    for cut in 0..=trial.operations {
        let medium = Medium::holding(trial.start.clone());
        let confirmed = trial.work_until_cut(&medium, cut);
        medium.each_crash_image(strides[0], |image| {
            let whole = Medium::holding(image.clone());
            drop(trial.place.on(whole.clone()).open::<BATCH>().unwrap());
            for second_cut in 0..whole.operations() {
                let medium = Medium::holding(image.clone());
                medium.cut_after(second_cut);
                assert!(trial.place.on(medium.clone()).open::<BATCH>().is_err());
                medium.each_crash_image(strides[1], |image| {
                    trial.check_restart(Medium::holding(image), confirmed, false);
                    images += 1;
                });
            }
        });
    }
    println!("{} cuts, {images} images after a second cut", trial.operations + 1);
}

#[test]
fn a_cut_during_the_recovery_from_a_cut_loses_nothing() {
    check_every_second_cut::<4>(2, 4, [37, 41]);
}

#[test]
fn two_writes_of_several_sectors_that_were_both_cut_off_are_never_mixed() {
    check_every_second_cut::<120>(1, 115, [usize::MAX, usize::MAX]);
}

#[test]
fn what_a_restarted_device_answers_from_survives_the_power_cut_that_follows() {
    let trial = Trial::<4>::new(2, 4);
    for cut in 0..=trial.operations {
        let medium = Medium::holding(trial.start.clone());
        trial.work_until_cut(&medium, cut);
        // The process died, the machine did not: what was written may be read, though it was never synced.
        let kept = Medium::holding(medium.durable());
        copy_unsynced(&medium, &kept);
        let answered = trial.place.on(kept.clone()).open::<4>().unwrap().registers();
        kept.lose_power();
        assert_eq!(trial.place.on(kept).open::<4>().unwrap().registers(), answered, "cut {cut}");
    }
}

fn copy_unsynced(from: &Medium, to: &Medium) {
    use psd::Memory;
    let mut to = to.clone();
    for (sector, bytes) in from.live().into_iter().enumerate() {
        to.write(sector, &[bytes]).unwrap();
    }
}

#[test]
fn after_a_failed_write_or_sync_the_device_stops_until_a_new_start() {
    let trial = Trial::<4>::new(2, 4);
    for failing in 0..2 {
        let place = trial.place.on(Medium::holding(trial.start.clone()));
        let mut meter = place.open::<4>().unwrap();
        place.medium.cut_after(failing);
        assert_eq!(trial.steps[0].run(&mut meter), Err(Error::MemoryFailed));
        assert_eq!(meter.registers(), trial.expected[0]);
        place.medium.cut_after(usize::MAX / 2);
        assert_eq!(trial.steps[0].run(&mut meter), Err(Error::MemoryFailed), "nobody knows what is durable");
        let mut meter = place.open::<4>().unwrap();
        trial.steps[0].run(&mut meter).unwrap();
        assert_eq!(meter.registers(), trial.expected[1]);
    }
}
