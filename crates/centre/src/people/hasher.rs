//! Where passwords are worked on: few at once, so that a flood of log-ins takes neither all memory nor all processors,
//! and on threads that may be kept busy.
//!
//! What always holds: at most half of the processors and four times 19 MiB are at it, also when who asked has gone;
//! whoever finds the queue full is sent away before anything was done for him.

use super::PeopleFault;
use super::password::{Kept, Password};
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many are worked on at once where there are processors enough.
const MOST_AT_ONCE: usize = 4;
/// How many wait or are worked on.
const QUEUE: usize = 64;

/// Works on passwords.
#[derive(Clone, Debug)]
pub(super) struct Hasher {
    queue: Arc<Semaphore>,
    hands: Arc<Semaphore>,
}

impl Hasher {
    pub fn new() -> Hasher {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Hasher::with(QUEUE, (processors / 2).clamp(1, MOST_AT_ONCE))
    }

    fn with(queue: usize, hands: usize) -> Hasher {
        Hasher { queue: Arc::new(Semaphore::new(queue)), hands: Arc::new(Semaphore::new(hands)) }
    }

    /// A place in the queue.
    pub fn enter(&self) -> Result<Place, PeopleFault> {
        let queued = Arc::clone(&self.queue).try_acquire_owned().map_err(|_| PeopleFault::Busy)?;
        Ok(Place { _queued: queued, hands: Arc::clone(&self.hands) })
    }
}

/// A place in the queue, held until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    _queued: OwnedSemaphorePermit,
    hands: Arc<Semaphore>,
}

impl Place {
    /// Whether the password is the one that was kept; the same work for a no where nothing is.
    pub async fn accepts(&self, kept: Option<Kept>, password: &Password) -> Result<bool, PeopleFault> {
        let password = password.clone();
        self.work(move || Kept::accepts(kept.as_ref(), &password)).await
    }

    /// What to keep of a password.
    pub async fn keep(&self, password: &Password) -> Result<Kept, PeopleFault> {
        let password = password.clone();
        self.work(move || Kept::of(&password)).await
    }

    async fn work<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PeopleFault> + Send + 'static,
    ) -> Result<T, PeopleFault> {
        let hand = Arc::clone(&self.hands).acquire_owned().await.map_err(|_| PeopleFault::Ending)?;
        let done = tokio::task::spawn_blocking(move || {
            // Kept by the thread: who asked may go away, the work goes on.
            let _hand = hand;
            work()
        });
        match done.await {
            Ok(done) => done,
            Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
            Err(_) => Err(PeopleFault::Ending),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn a_full_queue_sends_away_until_a_place_is_free() {
        let hasher = Hasher::with(2, 1);
        let places = [hasher.enter().unwrap(), hasher.enter().unwrap()];
        assert!(matches!(hasher.enter(), Err(PeopleFault::Busy)));
        drop(places);
        assert!(hasher.enter().is_ok());
    }

    #[test]
    fn no_more_are_at_work_than_allowed_though_who_asked_has_gone() {
        run(async {
            let hasher = Hasher::with(20, 2);
            let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
            let tasks: Vec<_> = (0..20)
                .map(|_| {
                    let (place, now, most) = (hasher.enter().unwrap(), Arc::clone(&now), Arc::clone(&most));
                    tokio::spawn(async move {
                        let work = place.work(move || {
                            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            std::thread::sleep(Duration::from_millis(20));
                            now.fetch_sub(1, Ordering::SeqCst);
                            Ok(())
                        });
                        // Gone long before the work is done.
                        tokio::time::timeout(Duration::from_millis(5), work).await
                    })
                })
                .collect();
            for task in tasks {
                let _ = task.await.unwrap();
            }
            let last = hasher.enter().unwrap();
            last.work(|| Ok(())).await.unwrap();
            assert_eq!(most.load(Ordering::SeqCst), 2);
        });
    }
}
