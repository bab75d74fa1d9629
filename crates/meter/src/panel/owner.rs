//! The thread that owns the machine, and what the pages see of it meanwhile.
//!
//! What always holds: the machine is touched by this one thread; who wants something of it sends it there and waits, or
//! is told that the meter is busy, and then it is not done either. While something takes long (a call, a series) the
//! [`Snapshot`] still moves, and is all that the front page needs.

use super::PanelFault;
use super::snapshot::{Snapshot, snapshot};
use crate::calls::Step;
use crate::configuration::Configuration;
use crate::machine::{Machine, MachineFault, Onlooker};
use crate::routine::{Input, View};
use journal::JobNumber;
use printer::adapters::head::Mechanism;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How many wishes wait at most.
const WISHES_MAX: usize = 64;
/// How long a wish waits for its turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a page waits for the end of what a key began, so that it shows what came of it.
const GLANCE: Duration = Duration::from_millis(1_500);
/// How often the slot and the clock are looked at.
const PULSE: Duration = Duration::from_millis(200);

type Work = Box<dyn FnOnce(&mut Machine) -> Answer + Send>;
/// Tells whoever asked what came of it.
type Answer = Box<dyn FnOnce() + Send>;

/// What the machine's thread is sent.
enum Wish {
    /// Something that pages do with it.
    Work(Work),
    /// A key, and whoever waits for its end.
    Key { input: Input, has_begun: oneshot::Sender<()>, is_done: oneshot::Sender<()> },
    /// To be turned off.
    End,
}

/// The way to the machine.
#[derive(Clone)]
pub struct Owner {
    wishes: SyncSender<Wish>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    now: Mutex<Option<Snapshot>>,
    ends_series: AtomicBool,
}

/// The meter has no time for this now: it is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

/// A machine that runs on its thread.
pub struct Running {
    /// The way to it.
    pub owner: Owner,
    /// The mechanism of a simulated head.
    pub mechanism: Option<Mechanism>,
    /// Ends after the machine was turned off.
    pub thread: JoinHandle<()>,
}

impl Owner {
    /// Puts the machine of these settings together on a thread of its own, and turns it on.
    pub fn start(configuration: Configuration) -> Result<Running, PanelFault> {
        let (wishes, wished) = sync_channel(WISHES_MAX);
        let (tell, told) = sync_channel(1);
        let shared = Arc::new(Shared::default());
        let owner = Owner { wishes, shared: Arc::clone(&shared) };
        let run = move || match start(&configuration, &shared) {
            Ok((keeper, mechanism)) => {
                if tell.send(Ok(mechanism)).is_ok() {
                    keeper.run(&wished);
                }
            }
            Err(fault) => drop(tell.send(Err(fault))),
        };
        let thread = thread::Builder::new().name("meter".into()).spawn(run).map_err(PanelFault::Thread)?;
        let mechanism = told.recv().map_err(|_| PanelFault::Stopped)??;
        Ok(Running { owner, mechanism, thread })
    }

    /// How the machine looks.
    pub fn snapshot(&self) -> Result<Snapshot, Busy> {
        self.shared.now.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Busy)
    }

    /// Does something with the machine and waits for what comes of it.
    pub async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Machine) -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (begin, has_begun) = oneshot::channel();
        let (answer, answered) = oneshot::channel();
        self.send(Wish::Work(Box::new(move |machine| {
            // Whoever asked may have gone meanwhile; then it is not done.
            if begin.send(()).is_err() {
                return Box::new(|| {}) as Answer;
            }
            let done = work(machine);
            Box::new(move || drop(answer.send(done)))
        })))?;
        begun(has_begun).await?;
        answered.await.map_err(|_| Busy)
    }

    /// Presses a key, and waits a moment for its end; what takes longer goes on.
    pub async fn press(&self, input: Input) -> Result<(), Busy> {
        let (begin, has_begun) = oneshot::channel();
        let (is_done, done) = oneshot::channel();
        self.send(Wish::Key { input, has_begun: begin, is_done })?;
        begun(has_begun).await?;
        // What is not at its end by then is seen on the display.
        let _ = tokio::time::timeout(GLANCE, done).await;
        Ok(())
    }

    /// Ends a series, also while it is printed.
    pub async fn end_series(&self) -> Result<(), Busy> {
        self.shared.ends_series.store(true, Ordering::Relaxed);
        self.press(Input::EndSeries).await
    }

    /// Turns the machine off.
    pub fn end(&self) {
        // A thread that is no more has ended.
        let _ = self.wishes.send(Wish::End);
    }

    fn send(&self, wish: Wish) -> Result<(), Busy> {
        self.wishes.try_send(wish).map_err(|_| Busy)
    }
}

async fn begun(has_begun: oneshot::Receiver<()>) -> Result<(), Busy> {
    match tokio::time::timeout(PATIENCE, has_begun).await {
        Ok(Ok(())) => Ok(()),
        _ => Err(Busy),
    }
}

/// The machine on its thread.
struct Keeper {
    machine: Machine,
    shared: Arc<Shared>,
    is_watching: bool,
    fault: Option<String>,
    ticked: Instant,
}

fn start(
    configuration: &Configuration,
    shared: &Arc<Shared>,
) -> Result<(Keeper, Option<Mechanism>), PanelFault> {
    let (parts, mechanism) = configuration.parts()?;
    let is_watching = parts.reader.is_some();
    let onlooker = Box::new(Watcher(Arc::clone(shared)));
    let machine = Machine::start(parts, onlooker).map_err(PanelFault::Machine)?;
    let mut keeper =
        Keeper { machine, shared: Arc::clone(shared), is_watching, fault: None, ticked: Instant::now() };
    keeper.publish(true);
    keeper.work_off();
    Ok((keeper, mechanism))
}

impl Keeper {
    fn run(mut self, wished: &Receiver<Wish>) {
        loop {
            match wished.recv_timeout(self.pause()) {
                Ok(Wish::Work(work)) => {
                    let answer = work(&mut self.machine);
                    // Who is answered sees the machine as it is now when the next page comes.
                    self.publish(false);
                    answer();
                    self.work_off();
                }
                Ok(Wish::Key { input, has_begun, is_done }) => {
                    if has_begun.send(()).is_ok() {
                        self.key(input);
                        // Whoever pressed it may look elsewhere meanwhile.
                        let _ = is_done.send(());
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Ok(Wish::End) | Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.pause().is_zero() {
                self.tick();
            }
        }
        if let Err(fault) = self.machine.end() {
            eprintln!("porto meter: {fault}");
        }
    }

    /// How long nothing has to be done.
    fn pause(&mut self) -> Duration {
        let pulse = if self.is_watching { PULSE } else { 5 * PULSE };
        let wakes = self.machine.wakes_in_ms().map_or(pulse, Duration::from_millis);
        let since = self.ticked.elapsed();
        // A time that has come already is looked at once in a while, and not without end.
        let due = if wakes.is_zero() { PULSE / 10 } else { pulse };
        due.saturating_sub(since).min(wakes.max(PULSE / 10))
    }

    fn tick(&mut self) {
        let ticked = self.machine.tick();
        self.ticked = Instant::now();
        self.note(ticked);
        self.publish(false);
    }

    fn key(&mut self, input: Input) {
        self.fault = None;
        let told = self.machine.tell(input);
        self.note(told);
        self.work_off();
    }

    /// Carries out one thing after the other, and shows each.
    fn work_off(&mut self) {
        loop {
            self.publish(false);
            if self.shared.ends_series.swap(false, Ordering::Relaxed) {
                let told = self.machine.tell(Input::EndSeries);
                self.note(told);
            }
            match self.machine.step() {
                Ok(true) => {}
                Ok(false) => break,
                Err(fault) => {
                    self.note(Err(fault));
                    break;
                }
            }
        }
        let rested = self.machine.rest();
        self.note(rested);
        self.publish(true);
    }

    fn note(&mut self, done: Result<(), MachineFault>) {
        if let Err(fault) = done {
            self.fault = Some(fault.to_string());
        }
    }

    /// Shows how the machine is now, and with `all` the letters too.
    fn publish(&mut self, all: bool) {
        let mut now = self.shared.now.lock().unwrap_or_else(PoisonError::into_inner);
        let before = now.take();
        *now = Some(snapshot(&mut self.machine, self.fault.clone(), before, all));
    }
}

/// Shows the steps of a call while it goes on.
struct Watcher(Arc<Shared>);

impl Watcher {
    fn change(&self, change: impl FnOnce(&mut Snapshot)) {
        if let Some(now) = self.0.now.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            change(now);
        }
    }
}

impl Onlooker for Watcher {
    fn looks(&mut self, view: &View) {
        self.change(|now| now.view = view.clone());
    }

    fn calls(&mut self, step: &Step) {
        self.change(|now| now.call.add(step));
    }

    fn printed(&mut self, jobs: &[JobNumber]) {
        self.change(|now| now.printed += jobs.len() as u64);
    }
}
