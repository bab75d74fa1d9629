//! One call: the control unit's machine of `link` between a line and a security device.
//!
//! What always holds: every wait has its limit, and the device hears from this process meanwhile; a number of the
//! centre's is kept before it is dialled, and only if it leads out of this machine; that a refill is asked for is kept
//! before it is. So a call may be cut off anywhere, this process with it. What it must never do: understand a frame, or
//! decide what the machine decides.

use super::attended::{attended, receive};
use super::{CallFault, Called, Caller, End, Means, Step};
use line::{DialError, Line, Number, Received};
use link::call::meter::{Action, Event, MeterCall, Progress};
use link::call::{Ask, CallError, CallPlan, Frame, FrameError, Number as Dialled};
use psd::SelfTest;
use psd_host::client::ClientError;
use std::collections::VecDeque;
use std::mem;
use std::thread;

/// What a device says to a frame that it cannot read, or that does not come next: it is asked for again.
const UNREADABLE: [u16; 3] = [
    psd::Error::Call(CallError::Frame(FrameError::Malformed)).code(),
    psd::Error::Call(CallError::Unreadable).code(),
    psd::Error::Call(CallError::OutOfTurn).code(),
];

/// Whether the device could not read a frame, or it was not what comes next.
pub(super) fn is_unreadable(error: &ClientError) -> bool {
    error.code().is_some_and(|code| UNREADABLE.contains(&code))
}

/// A call under way.
pub(super) struct Call<'c, 'a> {
    caller: &'c mut Caller<'a>,
    means: &'c Means,
    line: Option<Box<dyn Line>>,
    /// What the device has sealed in answer to a call-back: the opening that is sent first.
    opening: Option<Frame>,
    /// The line failed since the last number was dialled.
    is_redial: bool,
    redials_left: u8,
    /// The last grant before a refill was asked for, until its credit was shown.
    grant_before: Option<u64>,
    /// What the device said when it refused.
    refusal: String,
    /// The number dialled last.
    dialled: String,
    end: Option<End>,
    transactions: u32,
    has_moved: bool,
    asked_refill: bool,
    self_test: Option<SelfTest>,
}

/// What the machine is told next.
#[allow(clippy::large_enum_variant, reason = "it is passed on at once")]
enum Happened {
    Event(Event<'static>),
    Received(Vec<u8>),
}

impl<'c, 'a> Call<'c, 'a> {
    /// Makes a call.
    pub fn make(caller: &'c mut Caller<'a>, means: &'c Means, plan: CallPlan) -> Result<Called, CallFault> {
        let mut todo = VecDeque::new();
        let machine = MeterCall::begin(plan, &mut |action| todo.push_back(action));
        Call::new(caller, means).run(machine, todo)
    }

    /// Goes on with a call that the centre has made, on its line and with the opening that the device answers.
    pub fn answer(
        caller: &'c mut Caller<'a>,
        means: &'c Means,
        plan: CallPlan,
        (line, opening): (Box<dyn Line>, Frame),
    ) -> Result<Called, CallFault> {
        let mut todo = VecDeque::new();
        let machine = MeterCall::answer(plan, &mut |action| todo.push_back(action));
        let mut call = Call::new(caller, means);
        (call.line, call.opening) = (Some(line), Some(opening));
        call.run(machine, todo)
    }

    fn new(caller: &'c mut Caller<'a>, means: &'c Means) -> Call<'c, 'a> {
        Call {
            caller,
            means,
            line: None,
            opening: None,
            is_redial: false,
            redials_left: 0,
            grant_before: None,
            refusal: String::new(),
            dialled: String::new(),
            end: None,
            transactions: 0,
            has_moved: false,
            asked_refill: false,
            self_test: None,
        }
    }

    fn run(mut self, mut machine: MeterCall, mut todo: VecDeque<Action>) -> Result<Called, CallFault> {
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
        Ok(Called {
            end,
            transactions: self.transactions,
            has_moved: self.has_moved,
            asked_refill: self.asked_refill,
            self_test: self.self_test,
        })
    }

    fn carry_out(&mut self, action: Action) -> Result<Option<Happened>, CallFault> {
        match action {
            Action::Dial(number) => return self.dial(&number),
            Action::Open { dialled, .. } => return self.open(dialled).map(Some),
            Action::Begin(ask) => return self.begin(ask).map(Some),
            Action::Take(frame) => return self.take(&frame).map(Some),
            Action::Send(frame) => return Ok(self.send(&frame)),
            Action::HangUp => self.hang_up(),
            Action::StoreNumber(number) => self.keep_number(&number)?,
            Action::Show(progress) => self.show(progress),
            Action::ClearAutomatic => self.caller.host.show(Step::AutomaticGivenUp),
            Action::CheckStandby => self.check_standby(),
        }
        Ok(None)
    }

    fn dial(&mut self, number: &Dialled) -> Result<Option<Happened>, CallFault> {
        if mem::take(&mut self.is_redial) {
            let pause = self.means.redial_pause;
            attended(self.caller.client, move || thread::sleep(pause))?;
        }
        self.dialled = number.to_string();
        self.caller.host.show(Step::Dialling { number: number.clone(), redials_left: self.redials_left });
        let dialled = match number.as_str().parse::<Number>() {
            Ok(number) => {
                let dial = self.means.dial.clone();
                attended(self.caller.client, move || dial(&number))?
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

    fn open(&mut self, dialled: Dialled) -> Result<Happened, CallFault> {
        if let Some(opening) = self.opening.take() {
            return Ok(Happened::Event(Event::Sealed(opening)));
        }
        let sealed = self.caller.client.open_call(self.means.automatic, dialled);
        self.sealed(sealed)
    }

    fn begin(&mut self, ask: Ask) -> Result<Happened, CallFault> {
        if ask == Ask::Refill {
            let status = self.caller.client.status()?;
            self.asked_refill = true;
            self.caller.kept.note_refill(status.serial, status.last_grant)?;
            self.grant_before = Some(status.last_grant);
        }
        self.transactions += 1;
        let sealed = self.caller.client.begin_call(ask);
        self.sealed(sealed)
    }

    fn sealed(&mut self, sealed: Result<Frame, ClientError>) -> Result<Happened, CallFault> {
        match sealed {
            Ok(frame) => Ok(Happened::Event(Event::Sealed(frame))),
            Err(error) => self.device_refused(error),
        }
    }

    fn take(&mut self, frame: &Frame) -> Result<Happened, CallFault> {
        match self.caller.client.take_call(frame) {
            Ok(outcome) => Ok(Happened::Event(Event::Device(outcome))),
            Err(error) if is_unreadable(&error) => Ok(Happened::Event(Event::Unreadable)),
            Err(error) => self.device_refused(error),
        }
    }

    /// What the device refuses ends the call; a device that is lost is a fault.
    fn device_refused(&mut self, error: ClientError) -> Result<Happened, CallFault> {
        match &error {
            ClientError::Refused(refusal) => {
                self.refusal = refusal.to_string();
                Ok(Happened::Event(Event::DeviceRefused(refusal.code)))
            }
            _ => Err(error.into()),
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

    fn receive(&mut self) -> Result<Happened, CallFault> {
        let Some(line) = self.line.take() else { return Ok(self.line_failed("the line is closed")) };
        let (line, received) = receive(self.caller.client, line, self.means.answer_limit)?;
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
        self.caller.host.show(Step::Failed(why.into()));
        Happened::Event(Event::LineFailed)
    }

    fn hang_up(&mut self) {
        if let Some(mut line) = self.line.take() {
            line.hang_up();
        }
    }

    /// A number of this machine's own is not for others to give.
    fn keep_number(&mut self, number: &Dialled) -> Result<(), CallFault> {
        match number.as_str().parse::<Number>() {
            Ok(number) if number.may_come_from_afar() => {
                self.caller.kept.move_to(&number)?;
                self.has_moved = true;
                Ok(())
            }
            _ => {
                self.end = Some(End::NotFromAfar(number.to_string()));
                Ok(())
            }
        }
    }

    fn show(&mut self, progress: Progress) {
        let step = match progress {
            // It is shown with the number.
            Progress::Dialling { redials_left } => return self.redials_left = redials_left,
            Progress::Connected => Step::Connected,
            Progress::Moved => Step::Moved,
            Progress::Begun => Step::Begun { transaction: self.transactions + 1 },
            Progress::Taken => return self.show_taken(),
            Progress::Finished(finish) => {
                let refusal = mem::take(&mut self.refusal);
                self.end = Some(End::Finished { finish, refusal, dialled: mem::take(&mut self.dialled) });
                return;
            }
        };
        self.caller.host.show(step);
    }

    /// What came is in the device whatever it says now: a device that is lost shows where the call needs it next.
    fn show_taken(&mut self) {
        self.caller.host.show(Step::Taken);
        let Some(before) = self.grant_before else { return };
        let Ok(status) = self.caller.client.status() else { return };
        if status.last_grant > before {
            self.grant_before = None;
            self.caller.host.show(Step::CreditArrived { credit: status.registers.r1 });
        }
    }

    fn check_standby(&mut self) {
        let tested = self.caller.host.test_device(self.caller.client);
        self.self_test = tested.as_ref().ok().copied();
        self.caller.host.show(tested.map_or_else(Step::NotTested, Step::Tested));
    }
}
