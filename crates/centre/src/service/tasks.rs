//! What is done at intervals: seals of the audit log, the regular run over all meters, lists for the post, clearing away
//! what has run out.
//!
//! What always holds: each is one instance's at a time; one that failed is tried again at the next look, and is no reason
//! to end.

use super::opening::Opened;
use crate::app::now_ms;
use crate::audit::log;
use crate::books::{Lease, SqlMeters, take_lease};
use crate::plausibility::{self, Outcome};
use crate::post::desk::PostDesk;
use std::future::Future;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use terms::equations::Seconds;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(10);
/// How many meters are judged at once.
const CHUNK: usize = 2_000;
const MINUTE_MS: i64 = 60_000;
/// How often the lists for the post are looked through.
const LISTS_MS: i64 = 5 * MINUTE_MS;

/// What went wrong, as it is logged.
type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Begins them all.
pub fn spawn(opened: &Opened, tasks: &mut JoinSet<()>, ending: &watch::Receiver<bool>) {
    let each = |opened: &Opened| opened.clone();
    let (seals, runs, lists, clearing) = (each(opened), each(opened), each(opened), each(opened));
    let (stop, last_ms) = (ending.clone(), Arc::new(AtomicI64::new(i64::MIN)));
    tasks.spawn(again("the audit log was not sealed", ending.clone(), move || seal(seals.clone())));
    tasks
        .spawn(again("the regular run was cut off", ending.clone(), move || run(runs.clone(), stop.clone())));
    tasks.spawn(again("the lists for the post were not issued", ending.clone(), move || {
        publish(lists.clone(), Arc::clone(&last_ms))
    }));
    tasks.spawn(again("what has run out was not cleared away", ending.clone(), move || {
        clear(clearing.clone())
    }));
}

async fn again<F>(sentence: &'static str, mut ending: watch::Receiver<bool>, work: impl Fn() -> F)
where
    F: Future<Output = Result<(), Fault>>,
{
    while !*ending.borrow_and_update() {
        if let Err(error) = work().await {
            tracing::error!(%error, "{sentence}");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = ending.changed() => {}
        }
    }
}

/// Whether this instance is at a task now.
async fn is_mine(opened: &Opened, task: &'static str) -> Result<bool, Fault> {
    let lease = Lease { task, holder: opened.instance.clone(), for_ms: 2 * MINUTE_MS };
    let mut connection = opened.app.office.books().store().reads().acquire().await?;
    Ok(take_lease(&mut connection, &lease, now_ms()).await?)
}

async fn seal(opened: Opened) -> Result<(), Fault> {
    let office = &opened.app.office;
    let store = office.books().store();
    let every_ms = i64::from(office.settings().now(now_ms()).await?.operations.seal_minutes) * MINUTE_MS;
    let last_ms = log::last_seal(store.reads()).await?.map_or(i64::MIN, |seal| seal.body.at_ms);
    if last_ms.saturating_add(every_ms) > now_ms() || !is_mine(&opened, "seal").await? {
        return Ok(());
    }
    if let Some(seal) = log::seal(store, &opened.log, office.issuer(), now_ms()).await? {
        tracing::info!(number = seal.body.number, hash = %seal.body.hash(), "the audit log was sealed");
    }
    Ok(())
}

async fn run(opened: Opened, stop: watch::Receiver<bool>) -> Result<(), Fault> {
    let office = &opened.app.office;
    let settings = office.settings().now(now_ms()).await?;
    let mut meters = SqlMeters::new(office.books().store().clone(), &opened.instance, now_ms);
    let interval = Seconds(u64::from(settings.operations.run_hours) * 3_600);
    let is_due = meters
        .newest()
        .await?
        .is_none_or(|run| run.finished_ms.is_none() || run.next_ms(interval) <= now_ms());
    if !is_due {
        return Ok(());
    }
    let progress = |_: &plausibility::Run| match *stop.borrow() {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    };
    let outcome = plausibility::run(&mut meters, &settings.decisions, now_ms(), CHUNK, progress).await?;
    if let Outcome::Finished(run) = outcome {
        tracing::info!(
            meters = run.counts.total(),
            suspicious = run.counts.suspicious,
            manipulated = run.counts.manipulated,
            "all meters were judged"
        );
    }
    Ok(())
}

/// Findings and claimed imprints that were seen go to their meters at once; lists are looked through at intervals, as that is a pass over all meters.
async fn publish(opened: Opened, last_ms: Arc<AtomicI64>) -> Result<(), Fault> {
    let desk = PostDesk::new(opened.app.office.clone());
    desk.settle_findings(now_ms()).await?;
    desk.office.tell_of_seen_refunds(now_ms()).await?;
    let is_due = last_ms.load(Ordering::Relaxed).saturating_add(LISTS_MS) <= now_ms();
    if is_due && is_mine(&opened, "lists").await? {
        let started_ms = now_ms();
        desk.refresh_all(started_ms).await?;
        last_ms.store(started_ms, Ordering::Relaxed);
    }
    Ok(())
}

async fn clear(opened: Opened) -> Result<(), Fault> {
    Ok(opened.app.people.forget_old(now_ms()).await?)
}
