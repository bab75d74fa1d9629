//! One call, from its first frame to its end: `link::call`'s machine between a line and the clerk.

use super::clerk::{Clerk, LinkKeys, Visit};
use super::line::CallLine;
use crate::books::Books;
use crate::office::{CentreSettings, SettingsDesk};
use line::Received;
use link::call::CentreCall;
use link::call::centre::{Action, Event};
use metrics::counter;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

/// How long each step may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// For a caller to say something at all.
    pub silence: Duration,
    /// For the answer to what was sent.
    pub answer: Duration,
    /// For a frame to be taken by the other end.
    pub send: Duration,
}

impl Default for Times {
    fn default() -> Times {
        Times {
            silence: Duration::from_secs(60),
            answer: Duration::from_secs(30),
            send: Duration::from_secs(20),
        }
    }
}

/// What every call needs.
#[derive(Clone, Debug)]
pub struct Switchboard<B, K> {
    /// Who answers.
    pub clerk: Clerk<B, K>,
    /// What is set.
    pub settings: SettingsDesk,
    /// How long each step may take.
    pub times: Times,
    /// The time, in milliseconds since 1970 UTC.
    pub now_ms: fn() -> i64,
}

impl<B: Books, K: LinkKeys> Switchboard<B, K> {
    /// Leads a call over a line on which this was said first, if anything was. Gives what is known of it.
    pub async fn lead(
        &self,
        line: &mut impl CallLine,
        first: Option<Vec<u8>>,
        origin: &str,
    ) -> Option<Visit> {
        let settings = match self.settings.now((self.now_ms)()).await {
            Ok(settings) => settings,
            Err(fault) => {
                tracing::error!(%fault, "no call can be taken");
                line.hang_up().await;
                return None;
            }
        };
        let visit = Visit::new(origin, (self.now_ms)()).ok()?;
        let mut conversation = Conversation { board: self, settings, visit, call: CentreCall::default() };
        conversation.run(line, first).await;
        counter!("porto_centre_calls_total").increment(1);
        Some(conversation.visit)
    }
}

struct Conversation<'a, B, K> {
    board: &'a Switchboard<B, K>,
    settings: Arc<CentreSettings>,
    visit: Visit,
    call: CentreCall,
}

impl<B: Books, K: LinkKeys> Conversation<'_, B, K> {
    async fn run(&mut self, line: &mut impl CallLine, mut first: Option<Vec<u8>>) {
        while !self.call.is_over() {
            let limit = if self.visit.proved().is_some() {
                self.board.times.answer
            } else {
                self.board.times.silence
            };
            let received = match first.take() {
                Some(frame) => Received::Frame(frame),
                None => line.receive(limit).await,
            };
            let mut waiting = VecDeque::new();
            let event = match &received {
                Received::Frame(frame) => Event::Received(frame),
                Received::TimedOut | Received::Closed | Received::Garbled => Event::LineFailed,
            };
            self.call.handle(event, &mut |action| waiting.push_back(action));
            self.carry_out(line, waiting).await;
        }
    }

    async fn carry_out(&mut self, line: &mut impl CallLine, mut waiting: VecDeque<Action>) {
        while let Some(action) = waiting.pop_front() {
            let answer = match action {
                Action::Send(frame) => match line.send(&frame, self.board.times.send).await {
                    true => None,
                    false => Some(Event::LineFailed),
                },
                Action::HangUp => {
                    line.hang_up().await;
                    None
                }
                action => {
                    let now_ms = (self.board.now_ms)();
                    self.board.clerk.answer(&mut self.visit, action, &self.settings, now_ms).await
                }
            };
            if let Some(event) = answer {
                self.call.handle(event, &mut |action| waiting.push_back(action));
            }
        }
    }
}
