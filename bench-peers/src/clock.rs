//! CPU time of this thread, and the time of a piece of work as the least of several runs: the least is the run that
//! the rest of the machine disturbed least.

use rustix::time::{ClockId, clock_gettime};
use std::hint::black_box;

/// CPU seconds this thread has used.
pub fn cpu_seconds() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    now.tv_sec as f64 + now.tv_nsec as f64 * 1e-9
}

/// The least CPU time in seconds of `runs` runs, and what the last one gave.
pub fn least_cpu<T>(runs: u32, mut work: impl FnMut() -> T) -> (f64, T) {
    let mut least = f64::INFINITY;
    let mut run = || {
        let start = cpu_seconds();
        let outcome = black_box(work());
        least = least.min(cpu_seconds() - start);
        outcome
    };
    let mut outcome = run();
    for _ in 1..runs {
        outcome = run();
    }
    (least, outcome)
}

/// CPU seconds for one of many small pieces of work: the least mean of five batches.
pub fn cpu_each(batch: u32, mut work: impl FnMut(u32)) -> f64 {
    let (least, ()) = least_cpu(5, || (0..batch).for_each(&mut work));
    least / f64::from(batch)
}
