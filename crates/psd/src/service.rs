//! The service: owns a device and turns each frame into answers.
//!
//! A device that halted at its start is served too: it says who it is and why, reports to the centre, and takes the
//! service reset, after which it is started again.
//!
//! What always holds: a frame is answered in full before the next one is looked at, by any number of answers and one
//! that ends them; at most one session is the control unit's; no bytes of any session make it fail. What it must
//! never do: wait for a peer, or give to one session what another asked for.

use crate::board::Board;
use crate::device::{Columns, GrantAnswer, Psd, Rescue};
use crate::error::Error;
use crate::memory::{Memory, MemoryKey};
use crate::protocol::{
    ANSWER_BYTES_MAX, Answer, Command, Fault, Frame, Hello, LENGTH_BYTES, LockStatus, NUMBER_PUSHED, Refusal,
    Requests,
};
use crate::request::Request;
use access::{Change, Password, Person, Refusal as LockRefusal};
use imprint::numbers::RequestId;
use terms::Serial;
use zeroize::Zeroize;

/// One peer's connection, from its first frame to its last.
#[derive(Debug)]
pub struct Session {
    id: u64,
    peer: u32,
    last_number: u32,
}

/// Where answers go: each call is one frame with its length.
pub type Emit<'a> = &'a mut dyn FnMut(&[u8]);

/// A device and what its service remembers beside it.
pub struct Service<M, B, const BATCH: usize> {
    device: Device<M, B, BATCH>,
    sessions: u64,
    control_unit: Option<u64>,
    /// The session on which the system manager logged in: nobody else changes the lock meanwhile.
    manager: Option<u64>,
    requests: [Request; BATCH],
    /// The memory failed: what is durable is known only after a new start.
    has_lost_memory: bool,
}

/// The device as it came out of its start.
#[allow(clippy::large_enum_variant, reason = "there is no heap to put the larger one on")]
enum Device<M, B, const BATCH: usize> {
    Working(Psd<M, B, BATCH>),
    /// It only says why, and takes the service reset. The key is for the start after that.
    Halted(Rescue<M, B, BATCH>, MemoryKey),
    /// It is being started again after a reset, or could not be.
    Gone(Error),
}

/// Why a command is not carried out: the frame's fault or the device's error.
enum Failure {
    Fault(Fault),
    Error(Error),
}

impl<M: Memory, B: Board, const BATCH: usize> Service<M, B, BATCH> {
    /// The service of a device.
    pub fn new(psd: Psd<M, B, BATCH>) -> Self {
        Service::of(Device::Working(psd))
    }

    /// The service of a device that halted at its start. After a service reset it is started again with the key of its
    /// memory.
    pub fn halted(rescue: Rescue<M, B, BATCH>, key: MemoryKey) -> Self {
        Service::of(Device::Halted(rescue, key))
    }

    fn of(device: Device<M, B, BATCH>) -> Self {
        const { assert!(BATCH <= crate::protocol::PIECES_MAX) };
        Service {
            device,
            sessions: 0,
            control_unit: None,
            manager: None,
            requests: [Request::NONE; BATCH],
            has_lost_memory: false,
        }
    }

    /// The meter, if the device is one.
    pub fn serial(&self) -> Option<Serial> {
        match &self.device {
            Device::Working(psd) => Some(psd.serial()),
            Device::Halted(rescue, _) => Some(rescue.serial()),
            Device::Gone(_) => None,
        }
    }

    /// Why the device halted at its start, if it did.
    pub fn fault(&self) -> Option<Error> {
        match &self.device {
            Device::Working(_) => None,
            Device::Halted(rescue, _) => Some(rescue.fault()),
            Device::Gone(error) => Some(*error),
        }
    }

    /// Whether the memory failed since the start: the device does nothing more until a new one.
    pub const fn needs_new_start(&self) -> bool {
        self.has_lost_memory || matches!(self.device, Device::Gone(_))
    }

    /// A session for a new peer, which the board knows by this number.
    pub fn open(&mut self, peer: u32) -> Session {
        self.sessions = self.sessions.saturating_add(1);
        Session { id: self.sessions, peer, last_number: 0 }
    }

    /// The peer of a session has gone: if it was the control unit, another may be.
    pub fn close(&mut self, session: &Session) {
        if self.is_control_unit(session) {
            self.control_unit = None;
            if let Device::Working(psd) = &mut self.device {
                psd.disconnect();
            }
        }
        if self.manager == Some(session.id) {
            self.log_out();
        }
    }

    /// Whether a session is the control unit's.
    pub fn is_control_unit(&self, session: &Session) -> bool {
        self.control_unit == Some(session.id)
    }

    /// Carries out the command in a frame, given without its length, and emits the answers, each a frame with its
    /// length.
    pub fn handle(&mut self, frame: &[u8], session: &mut Session, emit: Emit<'_>) {
        let (number, command) = match accept(frame, session) {
            Ok(accepted) => accepted,
            Err((number, fault)) => {
                if let Device::Working(psd) = &mut self.device {
                    psd.note_frame();
                }
                return send(number, &Answer::Refused(fault.into()), emit);
            }
        };
        let mut give = |answer: &Answer| send(number, answer, emit);
        let brings_control_unit = matches!(command, Command::Attach | Command::Pair { .. });
        let last = match self.carry_out(command, session, &mut give) {
            Ok(()) => Answer::Done,
            Err(failure) => {
                self.has_lost_memory |= matches!(failure, Failure::Error(Error::MemoryFailed));
                Answer::Refused(failure.into())
            }
        };
        // A new control unit is asked before it can ask for anything.
        if brings_control_unit && self.is_control_unit(session) {
            self.tick(emit);
        }
        send(number, &last, emit);
    }

    /// One round of the device's loop, to be called some times a second. What it emits is for the control unit.
    pub fn tick(&mut self, emit: Emit<'_>) {
        // What a round finds shows in the status; there is nobody to answer.
        let Device::Working(psd) = &mut self.device else { return };
        match psd.tick() {
            Ok(Some(question)) if self.control_unit.is_some() => {
                send(NUMBER_PUSHED, &Answer::Question(question), emit);
            }
            Ok(_) => {}
            Err(error) => self.has_lost_memory |= error == Error::MemoryFailed,
        }
    }

    fn carry_out(
        &mut self,
        command: Command<'_>,
        session: &Session,
        give: &mut dyn FnMut(&Answer),
    ) -> Result<(), Failure> {
        if command.is_control_units() && !self.is_control_unit(session) {
            return Err(Fault::NotControlUnit.into());
        }
        if !matches!(self.device, Device::Working(_)) && !matches!(command, Command::Hello | Command::Detach)
        {
            return self.carry_out_halted(command, give);
        }
        match command {
            Command::Hello => give(&Answer::Hello(self.hello()?)),
            Command::Attach => self.attach(session)?,
            Command::Detach => self.close(session),
            Command::Status => give(&Answer::Status(self.psd()?.status())),
            Command::Registers => give(&Answer::Registers(self.psd()?.registers())),
            Command::Findings => self.psd()?.findings().for_each(|finding| give(&Answer::Finding(finding))),
            Command::Frank { requests } => self.frank(requests, give)?,
            Command::Fetch { request } => give(&Answer::Indicium(self.psd()?.fetch(RequestId(request))?)),
            Command::Grant(grant) => give(&granted(self.psd()?.grant(&grant)?)),
            Command::Order(order) => self.psd()?.order(&order)?,
            Command::Inspect(inspection) => self.psd()?.inspect(&inspection)?,
            Command::Pair { identity } => {
                let key = self.psd()?.pair(identity)?;
                give(&Answer::Paired { key });
            }
            Command::Reply { number, code } => self.psd()?.answer(number, &code)?,
            Command::SelfTest => give(&Answer::SelfTest(self.psd()?.self_test()?)),
            Command::Report { challenge } => give(&Answer::Report(self.psd()?.sealed_report(&challenge)?)),
            Command::PrintSpeed(report) => give(&Answer::PrintAdvice(self.psd()?.report_speed(report)?)),
            Command::PrintColumns { expected, clocks } => self.columns(expected, clocks)?,
            Command::LogIn { person, password } => self.log_in(person, &password, session)?,
            Command::LogOut => self.log_out(),
            Command::Lock => give(&Answer::Lock(self.lock_status()?)),
            Command::ChangeLock(change) => self.change_lock(&change, session)?,
            Command::Users => self.users(session, give)?,
            Command::OpenCall { automatic, dialled } => {
                give(&Answer::CallFrame(self.psd()?.open_call(automatic, dialled)?));
            }
            Command::BeginCall(ask) => give(&Answer::CallFrame(self.psd()?.begin_call(ask)?)),
            Command::TakeCall { frame } => give(&Answer::CallOutcome(self.psd()?.take_call(frame)?)),
            Command::AnswerCall { frame, own_number } => {
                give(&Answer::CallOutcome(self.psd()?.answer_call(frame, own_number)?));
            }
        }
        Ok(())
    }

    /// The device, if it works.
    fn psd(&mut self) -> Result<&mut Psd<M, B, BATCH>, Failure> {
        match &mut self.device {
            Device::Working(psd) => Ok(psd),
            Device::Halted(rescue, _) => Err(rescue.fault().into()),
            Device::Gone(error) => Err((*error).into()),
        }
    }

    /// What a device that halted can still be asked for.
    fn carry_out_halted(
        &mut self,
        command: Command<'_>,
        give: &mut dyn FnMut(&Answer),
    ) -> Result<(), Failure> {
        let Device::Halted(rescue, _) = &mut self.device else { return self.psd().map(drop) };
        match command {
            Command::Report { challenge } => give(&Answer::Report(rescue.report(&challenge)?)),
            Command::Order(order) => {
                rescue.reset(&order)?;
                self.start_again()?;
            }
            _ => return Err(rescue.fault().into()),
        }
        Ok(())
    }

    /// Starts the device on the memory that a reset has mended.
    fn start_again(&mut self) -> Result<(), Failure> {
        let halted = core::mem::replace(&mut self.device, Device::Gone(Error::MemoryFailed));
        let Device::Halted(rescue, key) = halted else { return Ok(()) };
        let (memory, board) = rescue.into_parts();
        self.device = match Psd::open(memory, &key, board) {
            Ok(psd) => Device::Working(psd),
            Err(error) => Device::Gone(error),
        };
        self.fault().map_or(Ok(()), |error| Err(error.into()))
    }

    fn hello(&self) -> Result<Hello, Failure> {
        let serial = self.serial().ok_or(Error::MemoryFailed)?;
        let code = self.fault().map_or(0, |error| error.code());
        Ok(Hello { serial, batch: BATCH as u16, is_attached: self.control_unit.is_some(), code })
    }

    fn columns(&mut self, expected: u32, clocks: &[u8]) -> Result<(), Failure> {
        let (chunks, rest) = clocks.as_chunks::<4>();
        if !rest.is_empty() {
            return Err(Fault::Malformed.into());
        }
        let clocks = chunks.iter().map(|clocks| u32::from_le_bytes(*clocks));
        Ok(self.psd()?.report_columns(Columns { clocks, expected })?)
    }

    fn attach(&mut self, session: &Session) -> Result<(), Failure> {
        if self.control_unit.is_some_and(|id| id != session.id) {
            return Err(Fault::RoleTaken.into());
        }
        self.control_unit = None;
        self.psd()?.connect(session.peer).map_err(|error| match error {
            Error::PartFailed => Failure::Fault(Fault::Unseen),
            error => Failure::Error(error),
        })?;
        self.control_unit = Some(session.id);
        Ok(())
    }

    fn log_in(&mut self, person: Person, password: &Password, session: &Session) -> Result<(), Failure> {
        self.psd()?.log_in(person, password)?;
        self.manager = (person == Person::Manager).then_some(session.id);
        Ok(())
    }

    fn log_out(&mut self) {
        self.manager = None;
        if let Device::Working(psd) = &mut self.device {
            psd.log_out();
        }
    }

    fn lock_status(&mut self) -> Result<LockStatus, Failure> {
        let psd = self.psd()?;
        let present = psd.present();
        let (first, second) = present.users().map_or((None, None), |(first, second)| (Some(first), second));
        let lock = psd.lock();
        Ok(LockStatus {
            settings: lock.settings().clone(),
            has_manager: lock.has_manager(),
            is_manager_present: present.is_manager(),
            first,
            second,
        })
    }

    /// Whether no other session is the system manager's.
    fn leave_to_manager(&self, session: &Session) -> Result<(), Failure> {
        match self.manager {
            Some(id) if id != session.id => Err(Error::Lock(LockRefusal::ManagerOnly).into()),
            _ => Ok(()),
        }
    }

    fn change_lock(&mut self, change: &Change, session: &Session) -> Result<(), Failure> {
        self.leave_to_manager(session)?;
        Ok(self.psd()?.change_lock(change)?)
    }

    fn users(&mut self, session: &Session, give: &mut dyn FnMut(&Answer)) -> Result<(), Failure> {
        self.leave_to_manager(session)?;
        let psd = self.psd()?;
        let usage = psd.usage()?;
        usage.for_each(|usage| give(&Answer::Usage(usage)));
        let users = psd.lock().users();
        users.iter().for_each(|user| give(&Answer::User(user.settings.clone())));
        Ok(())
    }

    fn frank(&mut self, requests: Requests<'_>, give: &mut dyn FnMut(&Answer)) -> Result<(), Failure> {
        if requests.len() > BATCH {
            return Err(Error::TooManyRequests { limit: BATCH }.into());
        }
        let Device::Working(psd) = &mut self.device else { return self.psd().map(drop) };
        let requests = requests.read(&mut self.requests).ok_or(Fault::Malformed)?;
        Ok(psd.frank(requests, |indicium| give(&Answer::Indicium(indicium)))?)
    }
}

/// Tells a peer of a fault that concerns no command: in what it sent, where that was no whole frame, or in itself.
pub fn refuse(fault: Fault, emit: Emit<'_>) {
    send(NUMBER_PUSHED, &Answer::Refused(fault.into()), emit);
}

/// The number and the command of a frame that comes in its order.
fn accept<'a>(frame: &'a [u8], session: &mut Session) -> Result<(u32, Command<'a>), (u32, Fault)> {
    let frame = Frame::parse(frame)?;
    let number = frame.number;
    if number <= session.last_number {
        return Err((number, Fault::Order));
    }
    session.last_number = number;
    frame.command().map(|command| (number, command)).map_err(|fault| (number, fault))
}

/// Emits one answer. Every answer fits: a test writes the longest of each kind.
fn send(number: u32, answer: &Answer, emit: Emit<'_>) {
    let mut buffer = [0; LENGTH_BYTES + ANSWER_BYTES_MAX];
    if let Some(frame) = Frame::write(number, answer, &mut buffer) {
        emit(frame);
    }
    if matches!(answer, Answer::Paired { .. }) {
        buffer.zeroize();
    }
}

fn granted(answer: GrantAnswer) -> Answer {
    match answer {
        GrantAnswer::Taken(registers) => Answer::Granted { before: false, registers },
        GrantAnswer::TakenBefore(registers) => Answer::Granted { before: true, registers },
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        Failure::Fault(fault)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Failure::Error(error)
    }
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        match failure {
            Failure::Fault(fault) => fault.into(),
            Failure::Error(error) => error.into(),
        }
    }
}
