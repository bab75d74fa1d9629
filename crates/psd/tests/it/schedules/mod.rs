//! Random schedules: a device, its centre, its control unit and its machine through a million steps of commands, crashes,
//! damage and manipulation, each answer held against a simple model. The same seed gives the same run.
//!
//! `SCHEDULE_SEED` and `SCHEDULE_STEPS` choose another run; `SCHEDULE_LIFE` repeats the one life a failure named.

mod chance;
mod commands;
mod counts;
mod disk;
mod harm;
mod life;
mod model;
mod outlook;
mod start;

use chance::Chance;
use counts::Counts;
use life::Life;

/// Steps of one life at most.
const LIFE_STEPS: u64 = 2000;

const WITHOUT_WHICH_IT_PROVES_NOTHING: [&str; 15] = [
    "steps",
    "changes confirmed",
    "answers from memory",
    "refusals",
    "starts after what was done",
    "starts after what was not done",
    "sectors torn by a cut",
    "sectors lost by a cut",
    "starts cut off",
    "one copy of a pair rots",
    "blocks, since no copy is left",
    "manipulations found",
    "refusals with consequences",
    "is reset by its service",
    "is reset from the centre's books",
];

fn from_environment(name: &str, default: u64) -> u64 {
    let given = std::env::var(name).ok();
    given.map_or(default, |given| given.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

fn run(seed: u64, steps: u64) -> Counts {
    let mut counts = Counts::default();
    let mut seeds = Chance::new(seed);
    let mut left = steps;
    while left > 0 {
        left -= Life::new(seeds.word(), &mut counts).live(left.min(LIFE_STEPS));
    }
    counts
}

#[test]
fn a_million_random_steps_lose_no_credit_double_no_debit_and_block_only_where_they_must() {
    if let Ok(life) = std::env::var("SCHEDULE_LIFE") {
        Life::new(life.parse().unwrap(), &mut Counts::default()).live(LIFE_STEPS);
        return;
    }
    let seed = from_environment("SCHEDULE_SEED", 20_261_121);
    let steps = from_environment("SCHEDULE_STEPS", 1_000_000);
    let counts = std::thread::scope(|scope| {
        let halves = [1, 2].map(|half| scope.spawn(move || run(seed.wrapping_mul(half), steps.div_ceil(2))));
        let mut counts = Counts::default();
        halves.into_iter().for_each(|half| counts.include(half.join().unwrap()));
        counts
    });
    println!("seed {seed}\n{counts}");
    for kind in WITHOUT_WHICH_IT_PROVES_NOTHING {
        assert!(counts.of(kind) >= steps / 2000, "too seldom: {kind}");
    }
}
