//! Sets a modem up, dials or answers, and hangs up: no serial line, no clock.
//!
//! The one who runs it writes what it says, and tells it what was read and when a wait is over. A wait begins with its
//! action and is replaced by the next one; what is read does not extend it.

use super::codes::{Code, Codes};
use crate::Times;
use std::time::Duration;

/// What a modem is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Goal {
    /// To call a number.
    Call {
        /// What is dialled first to get an outside line, or nothing.
        prefix: String,
        /// The number.
        digits: String,
    },
    /// To answer whoever calls.
    Answer,
    /// To end a call.
    HangUp,
}

/// What has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// It is to begin.
    Start,
    /// The modem sent this.
    Read(&'a [u8]),
    /// The last wait is over.
    Elapsed,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send this to the modem.
    Write(String),
    /// Tell me when this time is over.
    Wait(Duration),
    /// Wait for calls, as long as somebody wants to listen.
    Listen,
    /// The call is through. These bytes came with the news and are data already.
    Connected(Vec<u8>),
    /// The modem is in its command state, and nobody is connected.
    HungUp,
    /// It cannot be.
    Failed(Failure),
}

/// Why no call came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No modem answers, or it refuses what it must understand.
    NoModem,
    /// The modem's word.
    Refused(Code),
    /// No carrier in time.
    TimedOut,
}

/// What is asked of every modem, and whether it may refuse: quiet, in words; then what makes `BUSY` heard, shows the
/// carrier on its line, hangs up when the terminal is no longer ready, and lets nobody in unasked.
const SET_UP: [(&str, bool); 6] =
    [("ATE0", true), ("ATV1", true), ("ATX4", false), ("AT&C1", false), ("AT&D2", false), ("ATS0=0", false)];

/// How often a modem that does not answer is asked again.
const RESETS_MAX: u8 = 2;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    /// `ATZ` was sent for the n-th time.
    Resetting(u8),
    /// Silence before `+++`, then after it, then `ATH` was sent.
    QuietBefore,
    QuietAfter,
    HangingUp,
    /// The n-th command of the set-up was sent.
    SettingUp(usize),
    Listening,
    /// Dialling or answering: the carrier is waited for.
    Ringing,
    Ended,
}

/// Brings one modem to one goal.
#[derive(Debug)]
pub struct Dialler {
    goal: Goal,
    times: Times,
    codes: Codes,
    state: State,
    resets: u8,
}

impl Dialler {
    /// Nothing happens before the start.
    pub fn new(goal: Goal, times: &Times) -> Dialler {
        Dialler { goal, times: *times, codes: Codes::default(), state: State::Idle, resets: 0 }
    }

    /// Whether it waits for calls and nobody is calling.
    pub fn is_listening(&self) -> bool {
        self.state == State::Listening
    }

    /// Takes note of an event. Nothing happens any more once it has connected, hung up or failed.
    pub fn handle(&mut self, event: Event<'_>, actions: &mut Vec<Action>) {
        match event {
            Event::Start if self.state == State::Idle && self.goal == Goal::HangUp => self.quiet(actions),
            Event::Start if self.state == State::Idle => self.reset(actions),
            Event::Start => {}
            Event::Read(bytes) => self.read(bytes, actions),
            Event::Elapsed => self.elapsed(actions),
        }
    }

    fn read(&mut self, bytes: &[u8], actions: &mut Vec<Action>) {
        for (index, byte) in bytes.iter().enumerate() {
            let Some(code) = self.codes.push(*byte) else { continue };
            if self.state == State::Ringing && code == Code::Connect {
                let data = bytes.get(index + 1..).unwrap_or_default().to_vec();
                return self.end(Action::Connected(data), actions);
            }
            self.heard(code, actions);
            // Whoever starts to listen listens to what comes from then on: a caller rings more than once.
            if matches!(self.state, State::Ended | State::Listening) {
                return;
            }
        }
    }

    fn heard(&mut self, code: Code, actions: &mut Vec<Action>) {
        match (self.state, code) {
            (State::Resetting(_), Code::Ok) => self.set_up(0, actions),
            (State::SettingUp(index), Code::Ok) => self.set_up(index + 1, actions),
            (State::SettingUp(index), Code::Error) => match SET_UP.get(index) {
                Some((_, true)) => self.end(Action::Failed(Failure::NoModem), actions),
                _ => self.set_up(index + 1, actions),
            },
            (State::HangingUp, Code::Ok | Code::NoCarrier | Code::Error) => self.hung_up(actions),
            (State::Listening, Code::Ring) => {
                self.command("ATA", self.times.carrier, actions);
                self.state = State::Ringing;
            }
            (
                State::Ringing,
                Code::NoCarrier | Code::Busy | Code::Error | Code::NoDialTone | Code::NoAnswer,
            ) => {
                self.not_connected(Failure::Refused(code), actions);
            }
            _ => {}
        }
    }

    fn elapsed(&mut self, actions: &mut Vec<Action>) {
        match self.state {
            // It may still be in a call that nobody ended.
            State::Resetting(attempts) if attempts < RESETS_MAX => self.quiet(actions),
            State::Resetting(_) | State::SettingUp(_) => self.end(Action::Failed(Failure::NoModem), actions),
            State::QuietBefore => {
                actions.push(Action::Write("+++".into()));
                actions.push(Action::Wait(self.times.guard));
                self.state = State::QuietAfter;
            }
            State::QuietAfter => {
                self.command("ATH", self.times.command, actions);
                self.state = State::HangingUp;
            }
            State::HangingUp => self.hung_up(actions),
            State::Ringing => {
                // Any key ends a modem's attempt.
                actions.push(Action::Write("\r".into()));
                self.not_connected(Failure::TimedOut, actions);
            }
            State::Idle | State::Listening | State::Ended => {}
        }
    }

    fn reset(&mut self, actions: &mut Vec<Action>) {
        self.resets += 1;
        self.command("ATZ", self.times.command, actions);
        self.state = State::Resetting(self.resets);
    }

    fn quiet(&mut self, actions: &mut Vec<Action>) {
        actions.push(Action::Wait(self.times.guard));
        self.state = State::QuietBefore;
    }

    fn hung_up(&mut self, actions: &mut Vec<Action>) {
        match self.goal {
            Goal::HangUp => self.end(Action::HungUp, actions),
            Goal::Call { .. } | Goal::Answer => self.reset(actions),
        }
    }

    fn set_up(&mut self, index: usize, actions: &mut Vec<Action>) {
        if let Some((command, _)) = SET_UP.get(index) {
            self.command(command, self.times.command, actions);
            self.state = State::SettingUp(index);
            return;
        }
        match &self.goal {
            Goal::Call { prefix, digits } => {
                // The comma is a pause, in which the outside line is found.
                let pause = if prefix.is_empty() { "" } else { "," };
                let command = format!("ATDT{prefix}{pause}{digits}");
                self.command(&command, self.times.carrier, actions);
                self.state = State::Ringing;
            }
            Goal::Answer | Goal::HangUp => self.listen(actions),
        }
    }

    fn listen(&mut self, actions: &mut Vec<Action>) {
        actions.push(Action::Listen);
        self.state = State::Listening;
    }

    /// A caller that hung up before the answer is no reason to stop listening.
    fn not_connected(&mut self, failure: Failure, actions: &mut Vec<Action>) {
        match self.goal {
            Goal::Answer => self.listen(actions),
            Goal::Call { .. } | Goal::HangUp => self.end(Action::Failed(failure), actions),
        }
    }

    fn command(&mut self, command: &str, limit: Duration, actions: &mut Vec<Action>) {
        self.codes.clear();
        actions.push(Action::Write(format!("{command}\r")));
        actions.push(Action::Wait(limit));
    }

    fn end(&mut self, action: Action, actions: &mut Vec<Action>) {
        actions.push(action);
        self.state = State::Ended;
    }
}
