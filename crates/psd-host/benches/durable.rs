//! Durable franking against the bare medium, in turns so that both meet the same disk: one commit at a time, and
//! a thousand imprints in one commit. Run it with `taskset -c 0` where other work shares the machine.

use psd_host::BATCH;
use psd_host::workloads::{BATCH_BYTES, BareFile, COMMIT_BYTES, Mailroom};
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

const ROUNDS: usize = 20;
const SINGLES: usize = 500;
const BATCHES: usize = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("porto-durable-{}", std::process::id()));
    std::fs::create_dir(&folder)?;
    let measured = measure(&folder);
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn measure(folder: &std::path::Path) -> Result<(), Box<dyn Error>> {
    let mut mailroom = Mailroom::new(folder)?;
    let mut bare = BareFile::new(folder, COMMIT_BYTES)?;
    let mut bare_batch = BareFile::new(folder, BATCH_BYTES)?;
    let [mut bare_rates, mut single_rates, mut bare_batch_rates, mut batch_rates] = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        bare_rates.push(rate(SINGLES, timed(|| Ok(bare.write_and_sync(SINGLES)?))?));
        let one_by_one = timed(|| Ok(mailroom.frank_one_by_one(SINGLES, |one| drop(black_box(one)))?))?;
        single_rates.push(rate(SINGLES, one_by_one));
        bare_batch_rates.push(rate(BATCHES, timed(|| Ok(bare_batch.write_and_sync(BATCHES)?))?));
        let batches = timed(|| Ok(mailroom.frank_batches(BATCHES, |one| drop(black_box(one)))?))?;
        batch_rates.push(rate(BATCHES * BATCH, batches));
    }
    let mut starts = Vec::new();
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        mailroom = mailroom.restart(folder)?;
        starts.push(begin.elapsed().as_secs_f64() * 1000.0);
    }
    let mut ratios: Vec<f64> =
        single_rates.iter().zip(&bare_rates).map(|(single, bare)| single / bare).collect();
    println!("bare pwrite + fdatasync of {COMMIT_BYTES} bytes  {:>10.0} /s", median(&mut bare_rates));
    println!("durable franking, one at a time        {:>10.0} /s", median(&mut single_rates));
    println!("  share of the bare rate               {:>10.3}", median(&mut ratios));
    println!("bare pwrite + fdatasync of {BATCH_BYTES} bytes {:>10.0} /s", median(&mut bare_batch_rates));
    println!("group commit of {BATCH}                  {:>10.0} imprints/s", median(&mut batch_rates));
    println!("a start with its recovery              {:>10.2} ms", median(&mut starts));
    Ok(())
}

fn timed(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let begin = Instant::now();
    work()?;
    Ok(begin.elapsed())
}

fn rate(count: usize, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
