//! The regular run over all meters: through all of them once, however often it is cut off.

use centre::decisions::{Before, Facts, ReactionKind, RefillHistory, Settings};
use centre::plausibility::{Meter, Meters, Outcome, Run, Step, run};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};
use terms::equations::Status;
use terms::{Money, Registers, Serial};

const DAY_MS: i64 = 86_400_000;
const NOW_MS: i64 = 365 * DAY_MS;

/// Meters in memory; keeping can fail, before or after it was done.
#[derive(Default)]
struct Fleet {
    meters: BTreeMap<Serial, Meter>,
    run: Option<Run>,
    keeps: u32,
    fails_before: Option<u32>,
    fails_after: Option<u32>,
    told_post: BTreeMap<Serial, u32>,
}

#[derive(Debug, PartialEq, Eq)]
struct PowerFailure;

impl Meters for Fleet {
    type Error = PowerFailure;

    async fn begin(&mut self, now_ms: i64) -> Result<Option<Run>, PowerFailure> {
        let unfinished = self.run.filter(|run| run.finished_ms.is_none());
        Ok(Some(*self.run.insert(unfinished.unwrap_or(Run::begun(now_ms)))))
    }

    async fn after(&mut self, serial: Option<Serial>, limit: usize) -> Result<Vec<Meter>, PowerFailure> {
        let later = |meter: &&Meter| serial.is_none_or(|serial| meter.facts.serial > serial);
        Ok(self.meters.values().filter(later).take(limit).cloned().collect())
    }

    async fn keep(&mut self, step: &Step) -> Result<(), PowerFailure> {
        self.keeps += 1;
        if self.fails_before == Some(self.keeps) {
            return Err(PowerFailure);
        }
        self.run = Some(step.run);
        for judged in &step.changed {
            let meter = self.meters.get_mut(&judged.serial).unwrap();
            if meter.version != judged.version {
                continue;
            }
            meter.before = Before::from(&judged.profile);
            meter.forecast_before = Some(judged.profile.forecast);
            let tells =
                judged.reactions.iter().filter(|done| matches!(done.kind, ReactionKind::TellPost { .. }));
            *self.told_post.entry(judged.serial).or_default() += tells.count() as u32;
        }
        if self.fails_after == Some(self.keeps) { Err(PowerFailure) } else { Ok(()) }
    }
}

/// Every tenth meter is overdue, every hundredth has credit nobody granted.
fn meter(number: u32) -> Meter {
    let serial = Serial::new(number).unwrap();
    let money = Money::from_minor;
    let (r1, r2) = (money(4_000), money(6_000));
    let mut facts = Facts::unseen(serial, money(20));
    facts.registers = Some(Registers { r1, r2, r3: money(10_000), r4: 60, r8: 61 });
    facts.books.granted = money(if number.is_multiple_of(100) { 9_000 } else { 10_000 });
    let last_day = if number.is_multiple_of(10) { 100 } else { 350 };
    facts.refills = RefillHistory::new([(5_000, 0), (5_000, last_day * DAY_MS)]);
    Meter { facts, before: Before::default(), forecast_before: None, version: 1 }
}

fn fleet(count: u32) -> Fleet {
    Fleet {
        meters: (1..=count).map(meter).map(|meter| (meter.facts.serial, meter)).collect(),
        ..Fleet::default()
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn go(fleet: &mut Fleet) -> Result<Outcome, PowerFailure> {
    block_on(run(fleet, &Settings::default(), NOW_MS, 64, |_| ControlFlow::Continue(())))
}

fn assert_all_judged_once(fleet: &Fleet) {
    let run = fleet.run.unwrap();
    assert_eq!(run.finished_ms, Some(NOW_MS));
    assert_eq!((run.counts.okay, run.counts.suspicious, run.counts.manipulated), (900, 90, 10));
    for (serial, meter) in &fleet.meters {
        let expected = match serial.value() {
            number if number.is_multiple_of(100) => Status::Manipulated,
            number if number.is_multiple_of(10) => Status::Suspicious,
            _ => Status::Okay,
        };
        assert_eq!(meter.before.status, expected, "{serial}");
        let told = fleet.told_post.get(serial).copied().unwrap_or_default();
        assert_eq!(told, u32::from(expected > Status::Okay), "{serial}");
    }
}

#[test]
fn every_meter_is_judged_and_the_post_hears_of_suspects_alone() {
    let mut fleet = fleet(1_000);
    assert!(matches!(go(&mut fleet), Ok(Outcome::Finished(_))));
    assert_all_judged_once(&fleet);
}

#[test]
fn a_second_run_reports_nothing_that_was_reported() {
    let mut fleet = fleet(1_000);
    go(&mut fleet).unwrap();
    go(&mut fleet).unwrap();
    assert_all_judged_once(&fleet);
}

#[test]
fn a_run_cut_off_at_any_step_goes_on_and_does_nothing_twice() {
    for step in 1..=16 {
        for is_kept in [false, true] {
            let mut fleet = fleet(1_000);
            let fails = Some(step);
            (fleet.fails_before, fleet.fails_after) = if is_kept { (None, fails) } else { (fails, None) };
            assert_eq!(go(&mut fleet), Err(PowerFailure), "step {step}");
            let is_through = fleet.run.unwrap().finished_ms.is_some();
            assert_eq!(is_through, is_kept && step == 16);
            if !is_through {
                go(&mut fleet).unwrap();
            }
            assert_all_judged_once(&fleet);
        }
    }
}

#[test]
fn a_run_can_be_paused_and_goes_on_where_it_was() {
    let mut fleet = fleet(1_000);
    let mut pauses = 0;
    while let Outcome::Paused(at) =
        block_on(run(&mut fleet, &Settings::default(), NOW_MS, 64, |_| ControlFlow::Break(()))).unwrap()
    {
        pauses += 1;
        assert_eq!(at.counts.total(), 64 * pauses);
    }
    assert_eq!(pauses, 15);
    assert_all_judged_once(&fleet);
}

#[test]
fn a_run_over_no_meters_or_whole_chunks_ends() {
    for count in [0, 64, 128] {
        let mut fleet = fleet(count);
        assert!(matches!(go(&mut fleet), Ok(Outcome::Finished(_))));
        assert_eq!(fleet.run.unwrap().counts.total(), u64::from(count));
    }
}

/// Meters that are made as they are asked for: what a run costs without a database.
struct Made {
    count: u32,
    most_held: usize,
    suspects: usize,
}

impl Meters for Made {
    type Error = PowerFailure;

    async fn begin(&mut self, now_ms: i64) -> Result<Option<Run>, PowerFailure> {
        Ok(Some(Run::begun(now_ms)))
    }

    async fn after(&mut self, serial: Option<Serial>, limit: usize) -> Result<Vec<Meter>, PowerFailure> {
        let first = serial.map_or(1, |serial| serial.value() + 1);
        let chunk: Vec<Meter> = (first..=self.count).take(limit).map(meter).collect();
        self.most_held = self.most_held.max(chunk.len());
        Ok(chunk)
    }

    async fn keep(&mut self, step: &Step) -> Result<(), PowerFailure> {
        self.suspects += step.changed.iter().filter(|judged| judged.profile.status > Status::Okay).count();
        Ok(())
    }
}

#[test]
fn a_million_meters_are_judged_in_far_less_than_a_minute_a_chunk_at_a_time() {
    let mut made = Made { count: 1_000_000, most_held: 0, suspects: 0 };
    let begun = Instant::now();
    block_on(run(&mut made, &Settings::default(), NOW_MS, 2_000, |_| ControlFlow::Continue(()))).unwrap();
    let took = begun.elapsed();
    println!("a million meters judged in {took:?}");
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert_eq!((made.most_held, made.suspects), (2_000, 100_000));
}
