//! The run itself, over whatever holds the meters.

use crate::decisions::{Before, Cause, Facts, Forecast, Profile, Reaction, Settings, judge, reactions};
use serde::{Deserialize, Serialize};
use std::future::Future;
use std::ops::ControlFlow;
use terms::Serial;
use terms::equations::{Seconds, Status};

/// A meter as the run finds it.
#[derive(Clone, Debug)]
pub struct Meter {
    /// What is known of it.
    pub facts: Facts,
    /// What was thought of it before.
    pub before: Before,
    /// What was expected of it before, if it was judged before.
    pub forecast_before: Option<Forecast>,
    /// A number that changes whenever something becomes known of the meter.
    pub version: u64,
}

/// A meter of which something else is thought or expected than before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The meter.
    pub serial: Serial,
    /// The version by which it was judged: if the meter has another by now, a call has judged it since, and this
    /// judgement is dropped.
    pub version: u64,
    /// What is thought of it.
    pub profile: Profile,
    /// What is to be done: notices to the post, marks, inspections.
    pub reactions: Vec<Reaction>,
}

/// How many meters were found to be what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Meters with nothing against them.
    pub okay: u64,
    /// Suspicious meters.
    pub suspicious: u64,
    /// Manipulated meters.
    pub manipulated: u64,
}

impl Counts {
    /// All together.
    pub fn total(&self) -> u64 {
        self.okay + self.suspicious + self.manipulated
    }

    fn count(&mut self, status: Status) {
        match status {
            Status::Okay => self.okay += 1,
            Status::Suspicious => self.suspicious += 1,
            Status::Manipulated => self.manipulated += 1,
        }
    }
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// When it began, in milliseconds since 1970-01-01 UTC.
    pub started_ms: i64,
    /// The last meter judged.
    pub after: Option<Serial>,
    /// What was found so far.
    pub counts: Counts,
    /// When it was through, in milliseconds since 1970-01-01 UTC.
    pub finished_ms: Option<i64>,
}

impl Run {
    /// A run that begins now.
    pub fn begun(started_ms: i64) -> Run {
        Run { started_ms, after: None, counts: Counts::default(), finished_ms: None }
    }

    /// When the next run is due.
    pub fn next_ms(&self, interval: Seconds) -> i64 {
        interval.after_ms(self.started_ms)
    }
}

/// What a chunk came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// How far the run is with it.
    pub run: Run,
    /// The meters that have changed, by rising serial number.
    pub changed: Vec<Judged>,
}

/// Where the meters are, and where what was found is kept.
pub trait Meters {
    /// What can go wrong.
    type Error;

    /// The run to go on with: one that was cut off, or a new one that begins now. Nothing where another instance is
    /// at it.
    fn begin(&mut self, now_ms: i64) -> impl Future<Output = Result<Option<Run>, Self::Error>> + Send;

    /// The next meters in service, at most `limit`, by rising serial number. Fewer than `limit` only at the end.
    fn after(
        &mut self,
        serial: Option<Serial>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Meter>, Self::Error>> + Send;

    /// Keeps a step: all of it durably, or nothing.
    fn keep(&mut self, step: &Step) -> impl Future<Output = Result<(), Self::Error>> + Send;
}

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is through.
    Finished(Run),
    /// It was told to pause, and goes on there next time.
    Paused(Run),
    /// Another instance is at it.
    Elsewhere,
}

/// Goes over all meters, or goes on where a run was cut off.
///
/// `progress` hears of each chunk that was kept and may pause the run.
pub async fn run<M: Meters>(
    meters: &mut M,
    settings: &Settings,
    now_ms: i64,
    chunk: usize,
    mut progress: impl FnMut(&Run) -> ControlFlow<()>,
) -> Result<Outcome, M::Error> {
    let Some(mut run) = meters.begin(now_ms).await? else { return Ok(Outcome::Elsewhere) };
    let limit = chunk.max(1);
    loop {
        let found = meters.after(run.after, limit).await?;
        let changed = judge_chunk(&found, settings, now_ms, &mut run.counts);
        run.after = found.last().map(|meter| meter.facts.serial).or(run.after);
        if found.len() < limit {
            run.finished_ms = Some(now_ms);
        }
        meters.keep(&Step { run, changed }).await?;
        let wish = progress(&run);
        if run.finished_ms.is_some() {
            return Ok(Outcome::Finished(run));
        }
        if wish.is_break() {
            return Ok(Outcome::Paused(run));
        }
    }
}

/// Judges a chunk: counts every meter, and gives back those that have changed.
pub fn judge_chunk(meters: &[Meter], settings: &Settings, now_ms: i64, counts: &mut Counts) -> Vec<Judged> {
    meters
        .iter()
        .filter_map(|meter| {
            let profile = judge(&meter.facts, settings, now_ms);
            counts.count(profile.status);
            has_changed(meter, &profile).then(|| judged(meter, profile, settings, now_ms))
        })
        .collect()
}

fn has_changed(meter: &Meter, profile: &Profile) -> bool {
    let codes = profile.reasons.iter().map(|reason| reason.code());
    meter.forecast_before != Some(profile.forecast)
        || meter.before.status != profile.status
        || !codes.eq(meter.before.codes.iter().map(String::as_str))
}

fn judged(meter: &Meter, profile: Profile, settings: &Settings, now_ms: i64) -> Judged {
    let serial = meter.facts.serial;
    let reactions = reactions(serial, &meter.before, &profile, settings, &Cause::RegularRun, now_ms);
    Judged { serial, version: meter.version, profile, reactions }
}
