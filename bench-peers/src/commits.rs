//! Durable changes: frankings that survive a power cut, in wall time, since the disk is what is waited for. All work
//! takes turns in rounds on files of one folder, and the median round counts.

use crate::figures::Figures;
use psd_host::BATCH;
use psd_host::workloads::{BareFile, COMMIT_BYTES, Mailroom};
use rusqlite::Connection;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Instant;

const ROUNDS: usize = 15;
/// Commits of each kind in a round.
const COMMITS: usize = 60;
/// Full batches in a round.
const BATCHES: usize = 4;

/// Times durable commits beside SQLite and the bare system call.
pub fn measure(figures: &mut Figures) -> Result<(), Box<dyn Error>> {
    let folder = Path::new("target/commits");
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)?;
    let mut mailroom = Mailroom::new(folder)?;
    let mut bare = BareFile::new(folder, COMMIT_BYTES)?;
    let database = database(folder)?;
    let mut debit = database.prepare(
        "UPDATE registers SET r1 = r1 - 110, r2 = r2 + 110, r4 = r4 + 1, r8 = r8 + 1 WHERE meter = 1",
    )?;
    let mut rounds = [const { Vec::new() }; 4];
    for _ in 0..ROUNDS {
        let [one, group, raw, sql] = &mut rounds;
        one.push(seconds(COMMITS, || mailroom.frank_one_by_one(COMMITS, drop))?);
        raw.push(seconds(COMMITS, || bare.write_and_sync(COMMITS))?);
        sql.push(seconds(COMMITS, || (0..COMMITS).try_for_each(|_| debit.execute([]).map(drop)))?);
        group.push(seconds(BATCHES * BATCH, || mailroom.frank_batches(BATCHES, drop))?);
    }
    let [one, group, raw, sql] = rounds.map(median);
    let peers = [("pwrite and fdatasync alone", raw), ("SQLite WAL, synchronous FULL", sql)];
    figures.times("a durable franking, one at a time (wall time)", one, &peers);
    figures.times(&format!("a durable franking, {BATCH} in one commit (wall time)"), group, &peers);
    Ok(())
}

/// Wall seconds of each of `count` pieces of work.
fn seconds<E>(count: usize, work: impl FnOnce() -> Result<(), E>) -> Result<f64, E> {
    let start = Instant::now();
    work()?;
    Ok(start.elapsed().as_secs_f64() / count as f64)
}

fn median(mut rounds: Vec<f64>) -> f64 {
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

fn database(folder: &Path) -> Result<Connection, rusqlite::Error> {
    let database = Connection::open(folder.join("registers.sqlite"))?;
    database.pragma_update(None, "journal_mode", "WAL")?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.execute_batch(
        "CREATE TABLE registers (meter INTEGER PRIMARY KEY, r1 INTEGER, r2 INTEGER, r3 INTEGER, r4 INTEGER, r8 INTEGER);
         INSERT INTO registers VALUES (1, 1000000000, 0, 1000000000, 0, 0);",
    )?;
    Ok(database)
}
