//! Lines in memory, for tests and the simulation: two ends, a virtual clock, and weather that loses, repeats, reorders,
//! disturbs, delays and cuts, all from a seed.
//!
//! What always holds: the same seed and the same calls give the same fates; no wait takes real time beyond that of the
//! other end's work. Where both ends wait, each in its own thread, the clock jumps to whatever happens next. One thread
//! that has both ends uses [`MemoryLine::try_receive`] and moves the clock itself.

use crate::frame::{Frames, encode};
use crate::{Line, Received, SendError};
use fastrand::Rng;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What happens to frames on their way. Chances are in thousandths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weather {
    /// A frame is lost.
    pub loss: u32,
    /// A frame arrives twice.
    pub repetition: u32,
    /// A byte of a frame is another one.
    pub noise: u32,
    /// How long a frame is on its way.
    pub delay_ms: RangeInclusive<u64>,
    /// Whether a frame may overtake another one that is still on its way.
    pub overtakes: bool,
    /// After how many bytes, lengths included, the connection breaks: for what the first end sends, and the second.
    pub cut_after_bytes: [Option<u64>; 2],
}

impl Weather {
    /// Nothing happens, and it takes no time.
    pub fn fair() -> Weather {
        Weather {
            loss: 0,
            repetition: 0,
            noise: 0,
            delay_ms: 0..=0,
            overtakes: false,
            cut_after_bytes: [None; 2],
        }
    }
}

/// A time that passes only where somebody says so or everybody waits. Lines may share it.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// The time in milliseconds.
    pub fn now_ms(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }

    /// Moves on to this time, if it is not past.
    pub fn advance_to(&self, time_ms: u64) {
        self.0.fetch_max(time_ms, Ordering::SeqCst);
    }
}

/// Two ends of a line.
pub fn pair(clock: &Clock, weather: &Weather, seed: u64) -> (MemoryLine, MemoryLine) {
    let mut seeds = Rng::with_seed(seed);
    let mut way = |index: usize| Way {
        rng: Rng::with_seed(seeds.u64(..)),
        cut_after_bytes: weather.cut_after_bytes[index],
        ..Way::default()
    };
    let ways = [way(0), way(1)];
    let state = State { ways, until_ms: [None; 2], is_gone: [false; 2], is_cut: false };
    let shared = Arc::new(Shared {
        clock: clock.clone(),
        weather: weather.clone(),
        state: Mutex::new(state),
        changed: Condvar::new(),
    });
    let end = |own| MemoryLine { shared: shared.clone(), own, frames: Frames::default() };
    (end(0), end(1))
}

/// One end of a line in memory.
#[derive(Debug)]
pub struct MemoryLine {
    shared: Arc<Shared>,
    /// Which of the two ends it is.
    own: usize,
    frames: Frames,
}

#[derive(Debug)]
struct Shared {
    clock: Clock,
    weather: Weather,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// What each end has sent.
    ways: [Way; 2],
    /// Until when each end waits, if it does.
    until_ms: [Option<u64>; 2],
    is_gone: [bool; 2],
    is_cut: bool,
}

/// One direction.
#[derive(Debug, Default)]
struct Way {
    rng: Rng,
    /// What is on its way, by the time it arrives and the order in which it was sent.
    chunks: BTreeMap<(u64, u64), Vec<u8>>,
    sent: u64,
    sent_bytes: u64,
    cut_after_bytes: Option<u64>,
    latest_ms: u64,
}

impl Way {
    /// Sends bytes into the weather. Says whether that broke the connection.
    fn send(&mut self, mut bytes: Vec<u8>, weather: &Weather, now_ms: u64) -> bool {
        let length = bytes.len() as u64;
        let left = self.cut_after_bytes.map(|cut| cut.saturating_sub(self.sent_bytes));
        self.sent_bytes += length;
        if let Some(left) = left.filter(|left| *left < length) {
            bytes.truncate(left as usize);
            self.put(bytes, now_ms.max(self.latest_ms));
            return true;
        }
        let mut chance = |thousandths: u32| self.rng.u32(..1000) < thousandths;
        let (is_lost, is_noisy, is_repeated) =
            (chance(weather.loss), chance(weather.noise), chance(weather.repetition));
        if is_noisy {
            let place = self.rng.usize(..bytes.len());
            bytes[place] ^= self.rng.u8(1..);
        }
        if !is_lost {
            let times = if is_repeated { 2 } else { 1 };
            for _ in 0..times {
                let mut arrival_ms = now_ms + self.rng.u64(weather.delay_ms.clone());
                if !weather.overtakes {
                    arrival_ms = arrival_ms.max(self.latest_ms);
                }
                self.put(bytes.clone(), arrival_ms);
            }
        }
        false
    }

    fn put(&mut self, bytes: Vec<u8>, arrival_ms: u64) {
        self.sent += 1;
        self.latest_ms = self.latest_ms.max(arrival_ms);
        self.chunks.insert((arrival_ms, self.sent), bytes);
    }

    fn next_arrival_ms(&self) -> Option<u64> {
        self.chunks.keys().next().map(|(arrival_ms, _)| *arrival_ms)
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked has nothing left to protect.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets time pass to the next thing that happens, if both ends wait for it.
    fn pass_time(&self, state: &State) {
        let events = [0, 1].map(|end| state.next_event_ms(end));
        let [Some(first), Some(second)] = events else { return };
        self.clock.advance_to(first.min(second));
        self.changed.notify_all();
    }
}

impl State {
    /// When this end will go on by itself; nothing while it works. One that has gone never does.
    fn next_event_ms(&self, end: usize) -> Option<u64> {
        if self.is_gone[end] {
            return Some(u64::MAX);
        }
        let until_ms = self.until_ms[end]?;
        Some(self.ways[1 - end].next_arrival_ms().map_or(until_ms, |arrival_ms| arrival_ms.min(until_ms)))
    }
}

impl MemoryLine {
    /// What has arrived by now: nothing where nothing has.
    pub fn try_receive(&mut self) -> Option<Received> {
        let shared = self.shared.clone();
        self.look(&mut shared.lock())
    }

    /// When the next thing arrives at this end, if anything is on its way.
    pub fn next_arrival_ms(&self) -> Option<u64> {
        self.shared.lock().ways[1 - self.own].next_arrival_ms()
    }

    /// The clock of this line.
    pub fn clock(&self) -> &Clock {
        &self.shared.clock
    }

    fn look(&mut self, state: &mut State) -> Option<Received> {
        if state.is_gone[self.own] {
            return Some(Received::Closed);
        }
        loop {
            match self.frames.take() {
                Ok(Some(frame)) => return Some(Received::Frame(frame)),
                Err(_) => {
                    self.go(state);
                    return Some(Received::Garbled);
                }
                Ok(None) => {}
            }
            let way = &mut state.ways[1 - self.own];
            match way.chunks.first_entry() {
                Some(entry) if entry.key().0 <= self.shared.clock.now_ms() => {
                    self.frames.push(&entry.remove())
                }
                Some(_) => return None,
                None if state.is_gone[1 - self.own] || state.is_cut => {
                    self.go(state);
                    return Some(Received::Closed);
                }
                None => return None,
            }
        }
    }

    fn go(&self, state: &mut State) {
        state.is_gone[self.own] = true;
        self.shared.changed.notify_all();
    }
}

impl Line for MemoryLine {
    fn send(&mut self, frame: &[u8]) -> Result<(), SendError> {
        let bytes = encode(frame)?;
        let mut state = self.shared.lock();
        if state.is_gone.contains(&true) || state.is_cut {
            return Err(SendError::Closed);
        }
        let now_ms = self.shared.clock.now_ms();
        state.is_cut = state.ways[self.own].send(bytes, &self.shared.weather, now_ms);
        self.shared.changed.notify_all();
        Ok(())
    }

    fn receive(&mut self, limit: Duration) -> Received {
        let shared = self.shared.clone();
        let mut state = shared.lock();
        let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let until_ms = shared.clock.now_ms().saturating_add(limit_ms);
        let received = loop {
            if let Some(received) = self.look(&mut state) {
                break received;
            }
            if shared.clock.now_ms() >= until_ms {
                break Received::TimedOut;
            }
            state.until_ms[self.own] = Some(until_ms);
            let before_ms = shared.clock.now_ms();
            shared.pass_time(&state);
            if shared.clock.now_ms() == before_ms {
                state = shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        };
        state.until_ms[self.own] = None;
        received
    }

    fn hang_up(&mut self) {
        let shared = self.shared.clone();
        self.go(&mut shared.lock());
    }

    fn peer(&self) -> String {
        "memory".into()
    }
}

impl Drop for MemoryLine {
    fn drop(&mut self) {
        self.hang_up();
    }
}
