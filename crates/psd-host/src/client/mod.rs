//! The client: what a control unit, a command or a page uses to speak to a security device, be it behind a socket or
//! in its own process. Both ways go through the same protocol and the same server.
//!
//! What always holds: every call ends within its time; a call whose answer did not come in time leaves no connection
//! behind on which a late answer could be taken for another call's. Whoever franked and lost the connection asks
//! again with [`Client::fetch`], or franks the same requests again: neither debits twice.
//!
//! | file | holds |
//! |---|---|
//! | `attendant` | what answers the device's questions |
//! | `connection` | commands out, answers in, each with its number |
//! | `error` | why a call failed |

mod attendant;
mod connection;
mod error;

pub use attendant::Attendant;
pub use error::ClientError;

use crate::adapters::{Identity, Pairing};
use crate::server::{FileService, Limits, Server};
use crate::{Equipment, HostError, SystemClock};
use access::{Change, Password, Person, UsageOfUser, UserSettings};
use connection::Connection;
use imprint::numbers::{Indicium, Key, RequestId};
use link::call::{Ask, CallOutcome, Frame as CallFrame, Number};
use psd::protocol::{Answer, Command, Hello, LockStatus, Requests};
use psd::supervision::printing::PrintReport;
use psd::{
    Finding, Grant, GrantAnswer, Inspection, Order, PrintAdvice, Request, SealedReport, SelfTest, Signed,
    Status,
};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;
use terms::Registers;

/// How long a call waits for its answers where nothing else is said. The longest work of a device is a start.
pub const CALL_TIME: Duration = Duration::from_secs(10);

/// A connection to a security device.
#[derive(Debug)]
pub struct Client {
    connection: Connection,
    /// The device itself where it runs in this process; it ends after the connection.
    _server: Option<Server>,
}

impl Client {
    /// Connects to the socket of a device that runs elsewhere.
    pub fn connect(socket: &Path) -> Result<Client, ClientError> {
        let stream = UnixStream::connect(socket)
            .map_err(|source| ClientError::Connect { path: socket.to_path_buf(), source })?;
        Client::over(stream, None)
    }

    /// Runs the device whose memory is this file in this process, with this equipment.
    pub fn open(memory: &Path, equipment: &Equipment) -> Result<Client, ClientError> {
        Client::run(crate::open_service(memory, SystemClock, equipment)?)
    }

    /// Lets this one answer the device's questions, as the control unit that it was paired with.
    pub fn attend(&mut self, attendant: Attendant) {
        self.connection.attend(attendant);
    }

    /// Pairs the device with this computer, keeps the pairing in a file, and answers its questions from then on.
    pub fn pair(&mut self, pairing: &Path, identity: &Identity) -> Result<(), ClientError> {
        let serial = self.hello()?.serial;
        let command = Command::Pair { identity: identity.hash };
        let key = self.ask(command, |answer| match answer {
            Answer::Paired { key } => Some(key),
            _ => None,
        })?;
        let paired = Pairing::new(serial, identity.source, Key::new(*key.bytes()));
        paired.write(pairing)?;
        self.connection.attend(Attendant::new(&paired, identity));
        // The question that the pairing began with came before anybody knew the answer.
        self.attach()
    }

    /// Tests every part of the device.
    pub fn self_test(&mut self) -> Result<SelfTest, ClientError> {
        self.ask(Command::SelfTest, |answer| match answer {
            Answer::SelfTest(tested) => Some(tested),
            _ => None,
        })
    }

    /// What the device says of itself so that the centre can believe it.
    pub fn report(&mut self, challenge: &[u8; 16]) -> Result<SealedReport, ClientError> {
        self.ask(Command::Report { challenge: *challenge }, |answer| match answer {
            Answer::Report(report) => Some(report),
            _ => None,
        })
    }

    /// Lets the device seal the opening of a call to the centre at this number.
    pub fn open_call(&mut self, automatic: bool, dialled: Number) -> Result<CallFrame, ClientError> {
        self.call_frame(Command::OpenCall { automatic, dialled })
    }

    /// Lets the device seal the begin message of a transaction.
    pub fn begin_call(&mut self, ask: Ask) -> Result<CallFrame, ClientError> {
        self.call_frame(Command::BeginCall(ask))
    }

    /// Gives the device a frame of the centre's.
    pub fn take_call(&mut self, frame: &[u8]) -> Result<CallOutcome, ClientError> {
        self.call_outcome(Command::TakeCall { frame })
    }

    /// Gives the device the first frame of a centre that has called at this number.
    pub fn answer_call(&mut self, frame: &[u8], own_number: Number) -> Result<CallOutcome, ClientError> {
        self.call_outcome(Command::AnswerCall { frame, own_number })
    }

    fn call_frame(&mut self, command: Command<'_>) -> Result<CallFrame, ClientError> {
        self.ask(command, |answer| match answer {
            Answer::CallFrame(frame) => Some(frame),
            _ => None,
        })
    }

    fn call_outcome(&mut self, command: Command<'_>) -> Result<CallOutcome, ClientError> {
        self.ask(command, |answer| match answer {
            Answer::CallOutcome(outcome) => Some(outcome),
            _ => None,
        })
    }

    /// Tells the device what the encoder counted, and gives what is to be done about the motor.
    pub fn print_speed(&mut self, report: PrintReport) -> Result<PrintAdvice, ClientError> {
        self.ask(Command::PrintSpeed(report), |answer| match answer {
            Answer::PrintAdvice(advice) => Some(advice),
            _ => None,
        })
    }

    /// Tells the device the clocks counted between the columns with changing data of one print, which has so many.
    pub fn print_columns(&mut self, clocks: &[u32], expected: u32) -> Result<(), ClientError> {
        let clocks: Vec<u8> = clocks.iter().flat_map(|clocks| clocks.to_le_bytes()).collect();
        self.order(Command::PrintColumns { expected, clocks: &clocks })
    }

    /// Runs a device in this process.
    pub fn run(service: Box<FileService<SystemClock>>) -> Result<Client, ClientError> {
        // A peer in the same process may be silent for as long as it likes.
        let limits = Limits { idle: None, ..Limits::default() };
        let server = Server::start(service, limits)?;
        let stream = server.connect()?;
        Client::over(stream, Some(server))
    }

    fn over(stream: UnixStream, server: Option<Server>) -> Result<Client, ClientError> {
        let connection = Connection::start(stream, CALL_TIME).map_err(HostError::Thread)?;
        Ok(Client { connection, _server: server })
    }

    /// How long each call waits from now on.
    pub fn set_call_time(&mut self, time: Duration) {
        self.connection.set_call_time(time);
    }

    /// Becomes the control unit, if nobody else is.
    pub fn attach(&mut self) -> Result<(), ClientError> {
        self.order(Command::Attach)
    }

    /// Is no longer the control unit.
    pub fn detach(&mut self) -> Result<(), ClientError> {
        self.order(Command::Detach)
    }

    /// Who is there.
    pub fn hello(&mut self) -> Result<Hello, ClientError> {
        self.ask(Command::Hello, |answer| match answer {
            Answer::Hello(hello) => Some(hello),
            _ => None,
        })
    }

    /// How the meter stands.
    pub fn status(&mut self) -> Result<Status, ClientError> {
        self.ask(Command::Status, |answer| match answer {
            Answer::Status(status) => Some(status),
            _ => None,
        })
    }

    /// The registers.
    pub fn registers(&mut self) -> Result<Registers, ClientError> {
        self.ask(Command::Registers, |answer| match answer {
            Answer::Registers(registers) => Some(registers),
            _ => None,
        })
    }

    /// What starts found in the memory, the oldest first.
    pub fn findings(&mut self) -> Result<Vec<Finding>, ClientError> {
        let mut findings = Vec::new();
        self.connection.call(Command::Findings, |answer| {
            let Answer::Finding(finding) = answer else { return false };
            findings.push(finding);
            true
        })?;
        Ok(findings)
    }

    /// Franks these requests: all are debited, or none. Gives each indicium in the order asked for.
    pub fn frank(&mut self, requests: &[Request], mut give: impl FnMut(Indicium)) -> Result<(), ClientError> {
        let bytes: Vec<u8> = requests.iter().flat_map(|request| request.to_bytes()).collect();
        let command = Command::Frank { requests: Requests::new(&bytes) };
        self.connection.call(command, |answer| {
            let Answer::Indicium(indicium) = answer else { return false };
            give(indicium);
            true
        })
    }

    /// An indicium of the last franking once more.
    pub fn fetch(&mut self, id: RequestId) -> Result<Indicium, ClientError> {
        self.ask(Command::fetch(id), |answer| match answer {
            Answer::Indicium(indicium) => Some(indicium),
            _ => None,
        })
    }

    /// Hands a grant in.
    pub fn grant(&mut self, grant: &Signed<Grant>) -> Result<GrantAnswer, ClientError> {
        self.ask(Command::Grant(*grant), |answer| match answer {
            Answer::Granted { before: false, registers } => Some(GrantAnswer::Taken(registers)),
            Answer::Granted { before: true, registers } => Some(GrantAnswer::TakenBefore(registers)),
            _ => None,
        })
    }

    /// Hands an order of the centre in.
    pub fn hand_in(&mut self, order: &Signed<Order>) -> Result<(), ClientError> {
        self.order(Command::Order(*order))
    }

    /// Has an inspection carried out.
    pub fn inspect(&mut self, inspection: &Signed<Inspection>) -> Result<(), ClientError> {
        self.order(Command::Inspect(inspection.clone()))
    }

    /// Has a password compared and its owner logged in. Who is logged in stays so when this connection ends, but for
    /// the system manager.
    pub fn log_in(&mut self, person: Person, password: &Password) -> Result<(), ClientError> {
        self.order(Command::LogIn { person, password: password.clone() })
    }

    /// Logs everybody out.
    pub fn log_out(&mut self) -> Result<(), ClientError> {
        self.order(Command::LogOut)
    }

    /// How the customer's lock is set, and who is logged in.
    pub fn lock(&mut self) -> Result<LockStatus, ClientError> {
        self.ask(Command::Lock, |answer| match answer {
            Answer::Lock(status) => Some(status),
            _ => None,
        })
    }

    /// Changes the customer's lock, as the system manager who logged in on this connection.
    pub fn change_lock(&mut self, change: &Change) -> Result<(), ClientError> {
        self.order(Command::ChangeLock(change.clone()))
    }

    /// The users of the lock and what each has spent, told to the system manager who logged in on this connection.
    pub fn users(&mut self) -> Result<(Vec<UserSettings>, Vec<UsageOfUser>), ClientError> {
        let (mut users, mut usage) = (Vec::new(), Vec::new());
        self.connection.call(Command::Users, |answer| {
            match answer {
                Answer::User(user) => users.push(user),
                Answer::Usage(of_user) => usage.push(of_user),
                _ => return false,
            }
            true
        })?;
        Ok((users, usage))
    }

    /// A command that is carried out or refused, and answered by nothing else.
    fn order(&mut self, command: Command<'_>) -> Result<(), ClientError> {
        self.connection.call(command, |_| false)
    }

    /// A command that is answered by one thing.
    fn ask<T>(
        &mut self,
        command: Command<'_>,
        mut take: impl FnMut(Answer) -> Option<T>,
    ) -> Result<T, ClientError> {
        let mut found = None;
        self.connection.call(command, |answer| {
            found = take(answer);
            found.is_some()
        })?;
        found.ok_or(ClientError::Confused)
    }
}
