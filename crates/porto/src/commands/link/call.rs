//! Runs a call: the control unit's machine of `link` between a line and a security device.
//!
//! What always holds: every wait has its limit, and the device hears from this process meanwhile, so that nobody takes
//! the connection to it for a dead one; a number of the centre's is kept before it is dialled, and only if it leads out
//! of this machine; that a refill is asked for is kept before it is. So a call may be cut off anywhere, this process
//! with it. What it must never do: understand a frame, or decide what the machine decides.

use super::ending::End;
use crate::commands::psd::refused;
use crate::failure::Failure;
use line::{DialError, Line, Number, Received};
use link::call::meter::{Action, Event, MeterCall, Progress};
use link::call::{Ask, CallError, CallPlan, Frame, FrameError, Number as Dialled};
use psd_host::client::{Client, ClientError};
use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How often the device hears from this process while it waits for somebody else.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
/// What a device says to a frame that it cannot read, or that does not come next: it is asked for again.
const UNREADABLE: [u16; 3] = [
    psd::Error::Call(CallError::Frame(FrameError::Malformed)).code(),
    psd::Error::Call(CallError::Unreadable).code(),
    psd::Error::Call(CallError::OutOfTurn).code(),
];

/// How a number is dialled.
pub type Dial = Arc<dyn Fn(&Number) -> Result<Box<dyn Line>, DialError> + Send + Sync>;

/// With what a call is made.
#[derive(Clone)]
pub struct Means {
    /// How a number is dialled.
    pub dial: Dial,
    /// How long each answer is waited for.
    pub answer_limit: Duration,
    /// The pause before a number is dialled again.
    pub redial_pause: Duration,
    /// Whether nobody asked for the call.
    pub automatic: bool,
}

/// What a call needs of the command that makes it.
pub trait Host {
    /// Shows how it goes.
    fn show(&mut self, news: News<'_>);

    /// Keeps the centre's number, durably.
    fn keep_number(&mut self, number: &Number) -> Result<(), Failure>;

    /// Keeps, durably, that a refill is asked for of a device whose last grant has this number.
    fn keep_refill(&mut self, last_grant: u64) -> Result<(), Failure>;

    /// Looks at the program, as in standby.
    fn check_standby(&mut self, client: &mut Client);
}

/// How a call goes on.
#[derive(Debug)]
pub enum News<'a> {
    /// The machine's word.
    Progress(Progress),
    /// This number is dialled.
    Dialling(&'a Dialled),
    /// Nobody was reached, or the line was lost, for this reason.
    Failed(&'a str),
    /// The automatic request is given up.
    AutomaticGivenUp,
    /// Calls are waited for at this number.
    Listening(&'a Number),
    /// Somebody called from there.
    CalledFrom(&'a str),
}

/// How a call went.
#[derive(Debug)]
pub struct Called {
    /// How it ended.
    pub end: End,
    /// How many transactions were begun.
    pub transactions: u32,
}

/// Makes a call.
pub fn make(
    client: &mut Client,
    means: &Means,
    host: &mut dyn Host,
    plan: CallPlan,
) -> Result<Called, Failure> {
    let mut todo = VecDeque::new();
    let machine = MeterCall::begin(plan, &mut |action| todo.push_back(action));
    Call::new(client, means, host).run(machine, todo)
}

/// Goes on with a call that the centre has made, on its line and with the opening that the device answers.
pub fn answer(
    client: &mut Client,
    means: &Means,
    host: &mut dyn Host,
    plan: CallPlan,
    (line, opening): (Box<dyn Line>, Frame),
) -> Result<Called, Failure> {
    let mut todo = VecDeque::new();
    let machine = MeterCall::answer(plan, &mut |action| todo.push_back(action));
    let mut call = Call::new(client, means, host);
    (call.line, call.opening) = (Some(line), Some(opening));
    call.run(machine, todo)
}

/// Whether the device could not read a frame, or it was not what comes next.
pub fn is_unreadable(error: &ClientError) -> bool {
    error.code().is_some_and(|code| UNREADABLE.contains(&code))
}

/// Does what may take long in a thread of its own, and gives the device a sign of life meanwhile.
pub fn attended<T: Send + 'static>(
    client: &mut Client,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let (sender, receiver) = channel();
    let work = move || drop(sender.send(work()));
    thread::Builder::new().name("line".into()).spawn(work).map_err(Failure::usage)?;
    loop {
        match receiver.recv_timeout(SIGN_OF_LIFE) {
            Ok(done) => return Ok(done),
            Err(RecvTimeoutError::Timeout) => drop(client.hello().map_err(refused)?),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(Failure::refused("the line has failed within this program: call again"));
            }
        }
    }
}

/// The next frame of a line, or why there is none.
pub fn receive(
    client: &mut Client,
    mut line: Box<dyn Line>,
    limit: Duration,
) -> Result<(Box<dyn Line>, Received), Failure> {
    attended(client, move || {
        let received = line.receive(limit);
        (line, received)
    })
}

/// A call under way.
struct Call<'a> {
    client: &'a mut Client,
    means: &'a Means,
    host: &'a mut dyn Host,
    line: Option<Box<dyn Line>>,
    /// What the device has sealed in answer to a call-back: the opening that is sent first.
    opening: Option<Frame>,
    /// The line failed since the last number was dialled.
    is_redial: bool,
    transactions: u32,
    /// What the device said when it refused.
    refusal: String,
    /// The number dialled last.
    dialled: String,
    end: Option<End>,
}

/// What the machine is told next.
#[allow(clippy::large_enum_variant, reason = "it is passed on at once")]
enum Happened {
    Event(Event<'static>),
    Received(Vec<u8>),
}

impl<'a> Call<'a> {
    fn new(client: &'a mut Client, means: &'a Means, host: &'a mut dyn Host) -> Call<'a> {
        Call {
            client,
            means,
            host,
            line: None,
            opening: None,
            is_redial: false,
            transactions: 0,
            refusal: String::new(),
            dialled: String::new(),
            end: None,
        }
    }

    fn run(mut self, mut machine: MeterCall, mut todo: VecDeque<Action>) -> Result<Called, Failure> {
        let end = loop {
            if let Some(end) = self.end.take() {
                break end;
            }
            let happened = match todo.pop_front() {
                Some(action) => self.carry_out(action)?,
                None => Some(self.receive()?),
            };
            let act = &mut |action| todo.push_back(action);
            match happened {
                Some(Happened::Event(event)) => machine.handle(event, act),
                Some(Happened::Received(bytes)) => machine.handle(Event::Received(&bytes), act),
                None => {}
            }
        };
        self.hang_up();
        Ok(Called { end, transactions: self.transactions })
    }

    fn carry_out(&mut self, action: Action) -> Result<Option<Happened>, Failure> {
        match action {
            Action::Dial(number) => return self.dial(&number),
            Action::Open { dialled, .. } => return self.open(dialled).map(Some),
            Action::Begin(ask) => return self.begin(ask).map(Some),
            Action::Take(frame) => return self.take(&frame).map(Some),
            Action::Send(frame) => return Ok(self.send(&frame)),
            Action::HangUp => self.hang_up(),
            Action::StoreNumber(number) => self.keep_number(&number)?,
            Action::Show(progress) => self.show(progress),
            Action::ClearAutomatic => self.host.show(News::AutomaticGivenUp),
            Action::CheckStandby => self.host.check_standby(self.client),
        }
        Ok(None)
    }

    fn dial(&mut self, number: &Dialled) -> Result<Option<Happened>, Failure> {
        if mem::take(&mut self.is_redial) {
            let pause = self.means.redial_pause;
            attended(self.client, move || thread::sleep(pause))?;
        }
        self.dialled = number.to_string();
        self.host.show(News::Dialling(number));
        let dialled = match number.as_str().parse::<Number>() {
            Ok(number) => {
                let dial = self.means.dial.clone();
                attended(self.client, move || dial(&number))?
            }
            Err(_) => Err(DialError::NotDialable(number.to_string())),
        };
        match dialled {
            Ok(line) => {
                self.line = Some(line);
                Ok(Some(Happened::Event(Event::Connected)))
            }
            Err(error) if error.is_communication_error() => Ok(Some(self.line_failed(&error.to_string()))),
            Err(error) => {
                self.end = Some(End::NotDialable(error));
                Ok(None)
            }
        }
    }

    fn open(&mut self, dialled: Dialled) -> Result<Happened, Failure> {
        if let Some(opening) = self.opening.take() {
            return Ok(Happened::Event(Event::Sealed(opening)));
        }
        let sealed = self.client.open_call(self.means.automatic, dialled);
        self.sealed(sealed)
    }

    fn begin(&mut self, ask: Ask) -> Result<Happened, Failure> {
        if ask == Ask::Refill {
            let last_grant = self.client.status().map_err(refused)?.last_grant;
            self.host.keep_refill(last_grant)?;
        }
        self.transactions += 1;
        let sealed = self.client.begin_call(ask);
        self.sealed(sealed)
    }

    fn sealed(&mut self, sealed: Result<Frame, ClientError>) -> Result<Happened, Failure> {
        match sealed {
            Ok(frame) => Ok(Happened::Event(Event::Sealed(frame))),
            Err(error) => self.device_refused(error),
        }
    }

    fn take(&mut self, frame: &Frame) -> Result<Happened, Failure> {
        match self.client.take_call(frame) {
            Ok(outcome) => Ok(Happened::Event(Event::Device(outcome))),
            Err(error) if is_unreadable(&error) => Ok(Happened::Event(Event::Unreadable)),
            Err(error) => self.device_refused(error),
        }
    }

    /// What the device refuses ends the call; a device that is lost ends the command.
    fn device_refused(&mut self, error: ClientError) -> Result<Happened, Failure> {
        match &error {
            ClientError::Refused(refusal) => {
                self.refusal = refusal.to_string();
                Ok(Happened::Event(Event::DeviceRefused(refusal.code)))
            }
            _ => Err(refused(error)),
        }
    }

    fn send(&mut self, frame: &Frame) -> Option<Happened> {
        let sent = self.line.as_mut().map(|line| line.send(frame));
        match sent {
            Some(Ok(())) => None,
            Some(Err(error)) => Some(self.line_failed(&error.to_string())),
            None => Some(self.line_failed("the line is closed")),
        }
    }

    fn receive(&mut self) -> Result<Happened, Failure> {
        let Some(line) = self.line.take() else { return Ok(self.line_failed("the line is closed")) };
        let (line, received) = receive(self.client, line, self.means.answer_limit)?;
        self.line = Some(line);
        Ok(match received {
            Received::Frame(bytes) => Happened::Received(bytes),
            Received::TimedOut => self.line_failed("no answer came in time"),
            Received::Closed => self.line_failed("the other end has hung up"),
            Received::Garbled => self.line_failed("what came is no message"),
        })
    }

    fn line_failed(&mut self, why: &str) -> Happened {
        self.is_redial = true;
        self.host.show(News::Failed(why));
        Happened::Event(Event::LineFailed)
    }

    fn hang_up(&mut self) {
        if let Some(mut line) = self.line.take() {
            line.hang_up();
        }
    }

    /// A number of this machine's own is not for others to give.
    fn keep_number(&mut self, number: &Dialled) -> Result<(), Failure> {
        match number.as_str().parse::<Number>() {
            Ok(number) if number.may_come_from_afar() => self.host.keep_number(&number),
            _ => {
                self.end = Some(End::NotFromAfar(number.to_string()));
                Ok(())
            }
        }
    }

    fn show(&mut self, progress: Progress) {
        match progress {
            Progress::Finished(finish) => {
                let refusal = mem::take(&mut self.refusal);
                self.end = Some(End::Finished { finish, refusal, dialled: mem::take(&mut self.dialled) });
            }
            progress => self.host.show(News::Progress(progress)),
        }
    }
}
