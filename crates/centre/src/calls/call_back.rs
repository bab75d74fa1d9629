//! Whom the centre calls: meters that asked to be called back, at the number that is registered for them (GB 2 178 696,
//! Fig. 4).
//!
//! What always holds: the number is the registered one, whatever the meter said; a meter that holds no such request gets
//! nothing, and that somebody else asked in its name is on record with time and origin; a call-back is made by one
//! instance at a time, and by another where that one is cut off.

use super::clerk::Visit;
use super::lead::Switchboard;
use super::line::{BlockingLine, CallLine};
use crate::audit::Event;
use crate::books::{Books, BooksFault, CallBack, CallBackEnd, CallNote, Folder, Page, Row, SqlBooks};
use crate::keys::{KeyFault, KeyName, KeySafe};
use line::{Number, Received};
use link::call::Nonce;
use link::call::centre::{call_back, says_no_request};
use std::sync::Arc;
use std::time::Duration;
use terms::Serial;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::sleep;

/// How often the queue is looked at.
const LOOK: Duration = Duration::from_millis(500);
/// How many meters are called at once.
const AT_ONCE: usize = 8;
/// How long one call-back may take before another instance takes it up.
const LEASE_MS: i64 = 5 * 60_000;
/// How long after a failed try the next one is made.
const PAUSE_MS: i64 = 20_000;

/// The desk that calls back.
#[derive(Clone, Debug)]
pub struct CallBacks {
    board: Arc<Switchboard<SqlBooks, KeySafe>>,
    keys: KeySafe,
    /// The modem by which telephone numbers are dialled.
    modem: Option<Number>,
}

/// Why a meter was not called.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Books(#[from] BooksFault),
    #[error(transparent)]
    Keys(#[from] KeyFault),
    #[error(transparent)]
    Dial(#[from] line::DialError),
    #[error("the number {0} cannot be dialled from here")]
    Number(link::call::Number),
    #[error("the meter did not answer as one")]
    Answer,
    #[error("the call-back ended early")]
    Ended,
}

impl CallBacks {
    /// A desk that answers like this switchboard.
    pub fn new(
        board: Arc<Switchboard<SqlBooks, KeySafe>>,
        keys: KeySafe,
        modem: Option<Number>,
    ) -> CallBacks {
        CallBacks { board, keys, modem }
    }

    /// Calls whoever is due until told to end, and then waits for calls under way.
    pub async fn serve(self, mut ending: watch::Receiver<bool>) {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let mut calls = JoinSet::new();
        while !*ending.borrow_and_update() {
            let due = match turns.clone().try_acquire_owned() {
                Ok(turn) => self.next().await.map(|call_back| (turn, call_back)),
                Err(_) => None,
            };
            if let Some((turn, call_back)) = due {
                let desk = self.clone();
                calls.spawn(async move {
                    let _turn = turn;
                    desk.call(call_back).await;
                });
                continue;
            }
            tokio::select! {
                () = sleep(LOOK) => {}
                _ = ending.changed() => {}
            }
            while calls.try_join_next().is_some() {}
        }
        while calls.join_next().await.is_some() {}
    }

    async fn next(&self) -> Option<CallBack> {
        let now_ms = (self.board.now_ms)();
        match self.board.clerk.books().take_call_back(now_ms, LEASE_MS).await {
            Ok(due) => due,
            Err(fault) => {
                tracing::error!(%fault, "the call-backs cannot be read");
                None
            }
        }
    }

    async fn call(&self, due: CallBack) {
        let ended = self.reach(&due).await;
        let now_ms = (self.board.now_ms)();
        let attempts_max = match self.board.settings.now(now_ms).await {
            Ok(settings) => settings.operations.call_back_attempts,
            Err(_) => 1,
        };
        let (end, again_ms) = match ended {
            Ok(end) => (end, None),
            Err(error) => {
                tracing::warn!(serial = %due.serial, number = %due.number, %error, "a meter was not called back");
                let is_last = due.attempts + 1 >= attempts_max;
                (CallBackEnd::NotReached, (!is_last).then_some(now_ms.saturating_add(PAUSE_MS)))
            }
        };
        if let Err(fault) = self.board.clerk.books().settle_call_back(&due, end, again_ms).await {
            tracing::error!(%fault, "what became of a call-back could not be kept");
        }
    }

    async fn reach(&self, due: &CallBack) -> Result<CallBackEnd, Failed> {
        let name = KeyName::Link(due.serial);
        let wrapped = self.keys.find(name).await?.ok_or_else(|| KeyFault::Unknown(name.to_string()))?;
        let link = self.keys.unwrap(name, &wrapped).await?;
        let mut nonce = Nonce::default();
        getrandom::fill(&mut nonce).map_err(|_| KeyFault::Random)?;
        let frame = call_back(&link, nonce, &due.request).ok_or(Failed::Answer)?;
        let number = self.dialled(due)?;
        let desk = self.clone();
        let handle = tokio::runtime::Handle::current();
        let serial = due.serial;
        // Dialling blocks, and so does a modem: the whole call has a thread.
        let call = tokio::task::spawn_blocking(move || {
            let mut line = BlockingLine(line::dial(&number, &line::Times::default())?);
            let origin = format!("called back at {number}");
            handle.block_on(async {
                let times = desk.board.times;
                if !line.send(&frame, times.send).await {
                    return Err(Failed::Answer);
                }
                let Received::Frame(first) = line.receive(times.answer).await else {
                    line.hang_up().await;
                    return Err(Failed::Answer);
                };
                if says_no_request(&link, nonce, &first) {
                    line.hang_up().await;
                    desk.report_unauthorised(serial, &origin).await?;
                    return Ok(CallBackEnd::NoRequest);
                }
                let visit = desk.board.lead(&mut line, Some(first), &origin).await;
                match visit.as_ref().and_then(Visit::proved) {
                    Some(proved) if proved == serial => Ok(CallBackEnd::Reached),
                    _ => Err(Failed::Answer),
                }
            })
        });
        call.await.map_err(|_| Failed::Ended)?
    }

    /// The registered number, as it is dialled from here.
    fn dialled(&self, due: &CallBack) -> Result<Number, Failed> {
        let number: Number = due.number.as_str().parse().map_err(|_| Failed::Number(due.number.clone()))?;
        Ok(match &self.modem {
            Some(modem) => number.through(modem),
            None => number,
        })
    }

    /// The meter holds no such request: somebody else asked in its name.
    async fn report_unauthorised(&self, serial: Serial, origin: &str) -> Result<(), BooksFault> {
        let now_ms = (self.board.now_ms)();
        let id = CallNote::draw_id(now_ms).map_err(|_| BooksFault::Damaged("no randomness".to_owned()))?;
        let change = |_: &mut Folder, page: &mut Page| {
            let reason = "the meter holds no request for this call-back".to_owned();
            page.event(Event::Unauthorised { reason: reason.clone(), origin: origin.to_owned() });
            page.put(Row::Call(CallNote {
                id: id.clone(),
                serial: Some(serial),
                pan: None,
                trigger: None,
                origin: crate::books::page::shortened(origin, 100),
                opened_ms: now_ms,
                last_ms: now_ms,
                transactions: 0,
                ask: "call_back".to_owned(),
                step: 513,
                failure: reason,
                is_unauthorised: true,
            }));
            Ok::<(), BooksFault>(())
        };
        let page = Page::new("centre", now_ms).without_money();
        self.board.clerk.books().change(serial, page, change).await.map(drop)
    }
}
