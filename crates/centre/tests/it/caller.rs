//! A meter that calls over the network: the device's real end of a call, with real keys, around a device that takes
//! credit and orders by the real rules. Tests and the benchmark of the books share it.

use crate::account_device::Device;
use centre::calls::{CallLine, TcpLine};
use ed25519_dalek::VerifyingKey;
use imprint::numbers::Key;
use line::Received;
use link::call::{
    Ask, CallBackAnswer, CallHands, CallOutcome, DeviceCall, End, Frame, Nonce, Opening, Refused, Trigger,
};
use link::{Authentic, Grant, Order, Report, Signed};
use std::net::SocketAddr;
use std::time::Duration;
use terms::{Money, Serial};
use tokio::net::TcpStream;

const LIMIT: Duration = Duration::from_secs(20);

/// A meter.
pub struct Caller {
    pub serial: Serial,
    pub pan: u32,
    pub link: Key,
    pub issuer: VerifyingKey,
    pub device: Device,
    pub end: DeviceCall,
    /// The number that it says it has dialled.
    pub dialled: String,
    /// Where the line is cut, if it is.
    pub cut: Option<Cut>,
}

/// Where a line is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// When the begin message is sent: its answer never comes.
    AfterBegin,
    /// When the data are carried out: the confirmation never arrives.
    BeforeConfirm,
    /// When the confirmation is sent: the end message never comes.
    AfterConfirm,
}

/// What came of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Ended(End),
    Refused(Refused),
    Moved,
    Cut,
}

/// The device's hands.
struct Hands<'a> {
    serial: Serial,
    issuer: &'a VerifyingKey,
    device: &'a mut Device,
}

impl CallHands for Hands<'_> {
    fn report(&mut self) -> Report {
        Report { serial: self.serial, ..self.device.report() }
    }

    fn agree(&mut self, amount: Money) -> Result<(), u16> {
        self.device.agree(amount);
        Ok(())
    }

    fn take_grant(&mut self, signed: &Signed<Grant>, _: bool) -> Result<(), u16> {
        let grant = Authentic::verify(signed, self.issuer, self.serial).map_err(|_| 201_u16)?;
        self.device.take_grant(&grant.message())
    }

    fn carry_out(&mut self, signed: &Signed<Order>) -> Result<(), u16> {
        let order = Authentic::verify(signed, self.issuer, self.serial).map_err(|_| 201_u16)?;
        self.device.carry_out(&order.message())
    }
}

fn draw() -> Nonce {
    let mut nonce = Nonce::default();
    getrandom::fill(&mut nonce).unwrap();
    nonce
}

impl Caller {
    fn report(&self) -> Report {
        Report { serial: self.serial, ..self.device.report() }
    }

    /// Calls the centre and asks for these, one after the other. Ends where one is refused.
    pub async fn call(&mut self, centre: SocketAddr, trigger: Trigger, asks: &[Ask]) -> Vec<Outcome> {
        let mut line = TcpLine::new(TcpStream::connect(centre).await.unwrap());
        let opening = Opening { trigger, dialled: self.dialled.parse().unwrap(), report: self.report() };
        let frame = self.end.open(&self.link, self.pan, draw(), &opening).unwrap();
        self.converse(&mut line, frame, asks).await
    }

    /// Answers a centre that has called.
    pub async fn answer(&mut self, stream: TcpStream, asks: &[Ask]) -> Vec<Outcome> {
        let mut line = TcpLine::new(stream);
        let Received::Frame(first) = line.receive(LIMIT).await else { return vec![Outcome::Cut] };
        match self.end.answer_call_back(&self.link, &first, draw()).unwrap() {
            CallBackAnswer::Open(trigger) => {
                let opening =
                    Opening { trigger, dialled: self.dialled.parse().unwrap(), report: self.report() };
                let frame = self.end.open(&self.link, self.pan, draw(), &opening).unwrap();
                self.converse(&mut line, frame, asks).await
            }
            CallBackAnswer::Refuse(frame) => {
                assert!(line.send(&frame, LIMIT).await);
                Vec::new()
            }
        }
    }

    async fn converse(&mut self, line: &mut TcpLine, opening: Frame, asks: &[Ask]) -> Vec<Outcome> {
        let mut outcomes = Vec::new();
        match self.exchange(line, &opening).await {
            Some(CallOutcome::Proceed) => {}
            Some(CallOutcome::Refused(refused) | CallOutcome::RefusedInClear(refused)) => {
                return vec![Outcome::Refused(refused)];
            }
            Some(CallOutcome::Redial(number)) => {
                self.dialled = number.to_string();
                return vec![Outcome::Moved];
            }
            _ => return vec![Outcome::Cut],
        }
        for ask in asks {
            outcomes.push(self.transact(line, ask).await);
            if !matches!(outcomes.last(), Some(Outcome::Ended(_))) {
                break;
            }
        }
        line.hang_up().await;
        outcomes
    }

    async fn transact(&mut self, line: &mut TcpLine, ask: &Ask) -> Outcome {
        let begin = self.end.begin(&self.link, ask.clone()).unwrap();
        if self.cut == Some(Cut::AfterBegin) {
            line.send(&begin, LIMIT).await;
            return Outcome::Cut;
        }
        let confirm = match self.exchange(line, &begin).await {
            Some(CallOutcome::Confirm(confirm)) => confirm,
            Some(CallOutcome::Refused(refused)) => return Outcome::Refused(refused),
            _ => return Outcome::Cut,
        };
        match self.cut {
            Some(Cut::BeforeConfirm) => return Outcome::Cut,
            Some(Cut::AfterConfirm) => {
                line.send(&confirm, LIMIT).await;
                return Outcome::Cut;
            }
            _ => {}
        }
        match self.exchange(line, &confirm).await {
            Some(CallOutcome::Ended(end)) => Outcome::Ended(end),
            _ => Outcome::Cut,
        }
    }

    async fn exchange(&mut self, line: &mut TcpLine, frame: &[u8]) -> Option<CallOutcome> {
        if !line.send(frame, LIMIT).await {
            return None;
        }
        let Received::Frame(answer) = line.receive(LIMIT).await else { return None };
        let mut hands = Hands { serial: self.serial, issuer: &self.issuer, device: &mut self.device };
        self.end.take(&self.link, &answer, &mut hands).ok()
    }
}
