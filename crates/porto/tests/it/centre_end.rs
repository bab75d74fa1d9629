//! The other end of a call: the centre's machine with books as small as they can be (one meter, one open grant), and a
//! line that can be cut, damaged and held at any frame.

use crate::desk::Desk;
use ed25519_dalek::{Signer, SigningKey};
use imprint::numbers::Key;
use line::{Line, Listener, Number, Received, Times, dial};
use link::call::centre::{Action, Event, Judgement, call_back, says_no_request};
use link::call::{
    Ask, Begin, CallBackRequest, CentreCall, Confirm, Credit, Data, End, Kind, Number as Dialled, Opening,
    Refused, Trigger,
};
use link::{Grant, Message, Order, Signed, Task};
use std::collections::VecDeque;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use terms::{Money, Serial};

/// What is sent and received is waited for this long.
const LIMIT: Duration = Duration::from_secs(20);
/// The nonce of every call-back.
const NONCE: [u8; 16] = [9; 16];

/// What the line does to a frame, of both directions counted from 0 in each call.
pub type Way = Box<dyn FnMut(usize, &mut Vec<u8>) -> Carriage + Send>;

#[derive(Clone, Copy, PartialEq)]
pub enum Carriage {
    Through,
    /// The line is cut before the frame arrives.
    Cut,
}

fn fair() -> Way {
    Box::new(|_, _| Carriage::Through)
}

/// The books of one meter, and what the centre saw.
pub struct Books {
    link: Key,
    issuer: SigningKey,
    serial: Serial,
    pub granted: u64,
    pub grants: u64,
    pub open: Option<Grant>,
    pub debits: u64,
    pub moved_to: Option<Dialled>,
    pub refuses_call: Option<Refused>,
    pub refuses: Option<Refused>,
    pub is_known: bool,
    pub always_has_more: bool,
    pub orders: Vec<Task>,
    ordered: u64,
    pub call_back: Option<(CallBackRequest, Money)>,
    pub asks: Vec<Ask>,
    pub openings: Vec<Opening>,
    /// How often the meter said that it holds no such request.
    pub denied: u32,
    drawn: u8,
}

impl Books {
    fn of(desk: &Desk) -> Books {
        let read = |name: &str| -> [u8; 32] { fs::read(desk.path(name)).unwrap().try_into().unwrap() };
        Books {
            link: Key::new(read("issuer/link/12345678.key")),
            issuer: SigningKey::from_bytes(&read("issuer/issuer.key")),
            serial: Serial::new(12_345_678).unwrap(),
            // As the desk's issuer left the meter.
            granted: 5_000,
            grants: 1,
            open: None,
            debits: 0,
            moved_to: None,
            refuses_call: None,
            refuses: None,
            is_known: true,
            always_has_more: false,
            orders: Vec::new(),
            ordered: 0,
            call_back: None,
            asks: Vec::new(),
            openings: Vec::new(),
            denied: 0,
            drawn: 0,
        }
    }

    fn see(&mut self, grant: u64) {
        if let Some(open) = self.open.take_if(|open| open.number == grant) {
            self.granted = self.granted.checked_add_signed(open.amount_minor).unwrap();
            self.grants = grant;
        }
    }

    fn book(&mut self, begin: &Begin) -> Result<Data, Refused> {
        self.asks.push(begin.ask.clone());
        if let Some(refused) = self.refuses {
            return Err(refused);
        }
        let opening = self.openings.last().unwrap();
        let (trigger, report) = (opening.trigger, opening.report.clone());
        self.see(report.grant);
        let mut data = Data { agreed: None, credit: Credit::None, orders: Default::default() };
        match &begin.ask {
            Ask::Amount { amount, .. } => data.agreed = Some(*amount),
            Ask::CallBack { request, amount, .. } => self.call_back = Some((*request, *amount)),
            Ask::Refill => {
                let amount = match (trigger, self.call_back) {
                    (Trigger::CalledBack(_), Some((_, amount))) => amount,
                    _ => report.usual,
                };
                let grant = self.open.unwrap_or_else(|| self.issue(amount));
                self.open = Some(grant);
            }
            Ask::Contact | Ask::Withdraw | Ask::Completed { .. } => {}
        }
        if let Some(open) = self.open {
            let signature = self.issuer.sign(&open.signed_bytes()).to_bytes();
            data.credit = Credit::Grant(Signed { message: open, signature });
        }
        for task in self.orders.drain(..) {
            self.ordered += 1;
            let message = Order { serial: self.serial, number: self.ordered, task };
            let signature = self.issuer.sign(message.signed_bytes().as_ref()).to_bytes();
            data.orders.push(Signed { message, signature }).unwrap();
        }
        Ok(data)
    }

    fn issue(&mut self, amount: Money) -> Grant {
        self.debits += amount.minor();
        let amount_minor = amount.minor() as i64;
        let r3_before = Money::from_minor(self.granted);
        Grant { serial: self.serial, number: self.grants + 1, amount_minor, r3_before, closing: false }
    }

    fn settle(&mut self, confirm: &Confirm) -> End {
        self.see(confirm.report.grant);
        // The next transaction of this call begins from here.
        self.openings.last_mut().unwrap().report = confirm.report.clone();
        End { is_done: self.open.is_none(), has_more: self.always_has_more }
    }

    fn judge(&mut self, opening: Opening) -> Judgement {
        let moved = self.moved_to.clone().filter(|number| *number != opening.dialled);
        self.openings.push(opening);
        match (moved, self.refuses_call) {
            (Some(number), _) => Judgement::Move(number),
            (_, Some(refused)) => Judgement::Refuse(refused),
            _ => Judgement::Proceed,
        }
    }

    /// Lets the centre's machine take an event, does what it says, and gives what goes to the meter.
    fn handle(&mut self, call: &mut CentreCall, event: Event<'_>) -> Vec<Vec<u8>> {
        let (mut events, mut frames, mut actions) = (VecDeque::new(), Vec::new(), Vec::new());
        call.handle(event, &mut |action| actions.push(action));
        loop {
            for action in actions.drain(..) {
                match action {
                    Action::LookUp { .. } => {
                        self.drawn += 1;
                        let key = self.is_known.then(|| self.link.clone());
                        events.push_back(Event::Known(key, [self.drawn; 16]));
                    }
                    Action::Judge(opening) => events.push_back(Event::Judged(self.judge(opening))),
                    Action::Book(begin) => events.push_back(Event::Booked(self.book(&begin))),
                    Action::Settle(confirm) => events.push_back(Event::Settled(Ok(self.settle(&confirm)))),
                    Action::Send(frame) => frames.push(frame.to_vec()),
                    Action::MarkChangedKey | Action::HangUp | Action::Record { .. } => {}
                }
            }
            let Some(event) = events.pop_front() else { return frames };
            call.handle(event, &mut |action| actions.push(action));
        }
    }
}

/// A centre that listens while it lives.
pub struct CentreEnd {
    pub number: String,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    books: Mutex<Books>,
    /// What the line does in the calls that come, one after the other; in those after them nothing.
    ways: Mutex<VecDeque<Way>>,
    calls: Mutex<u32>,
    is_over: AtomicBool,
}

impl CentreEnd {
    /// The centre of the desk's meter, at an address of its own.
    pub fn start(desk: &Desk) -> CentreEnd {
        CentreEnd::start_at(desk, "tcp:127.0.0.1:0")
    }

    /// The same at this number.
    pub fn start_at(desk: &Desk, number: &str) -> CentreEnd {
        let mut listener = Listener::open(&number.parse().unwrap(), &Times::default()).unwrap();
        let number = listener.own().map_or_else(|| number.into(), |own| own.to_string());
        let shared = Arc::new(Shared {
            books: Mutex::new(Books::of(desk)),
            ways: Mutex::default(),
            calls: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let own = shared.clone();
        let thread = thread::spawn(move || {
            while !own.is_over.load(Ordering::SeqCst) {
                let Some(mut line) = listener.next(Duration::from_millis(50)).unwrap() else { continue };
                *own.calls.lock().unwrap() += 1;
                let way = own.ways.lock().unwrap().pop_front();
                own.serve(line.as_mut(), &mut way.unwrap_or_else(fair));
            }
        });
        CentreEnd { number, shared, thread: Some(thread) }
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.shared.books.lock().unwrap()
    }

    /// What the line does in the next call for which nothing is said yet.
    pub fn expect(&self, way: impl FnMut(usize, &mut Vec<u8>) -> Carriage + Send + 'static) {
        self.shared.ways.lock().unwrap().push_back(Box::new(way));
    }

    /// How many calls came since this was asked last.
    pub fn take_calls(&self) -> u32 {
        std::mem::take(&mut *self.shared.calls.lock().unwrap())
    }

    /// Calls the meter, as soon as it listens, for this request.
    pub fn call_back(&self, number: &str, request: CallBackRequest) {
        let mut line = dial_patiently(number);
        line.send(&call_back(&self.books().link, NONCE, &request).unwrap()).unwrap();
        self.shared.serve(line.as_mut(), &mut fair());
    }

    /// What the meter asked to be called back for, once it has.
    pub fn request(&self) -> CallBackRequest {
        for _ in 0..400 {
            if let Some((request, _)) = self.books().call_back {
                return request;
            }
            thread::sleep(Duration::from_millis(25));
        }
        panic!("no request came");
    }
}

impl Drop for CentreEnd {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking(), "the centre's end failed");
    }
}

/// A line to whoever listens there soon.
pub fn dial_patiently(number: &str) -> Box<dyn Line> {
    let number: Number = number.parse().unwrap();
    for _ in 0..400 {
        if let Ok(line) = dial(&number, &Times::default()) {
            return line;
        }
        thread::sleep(Duration::from_millis(25));
    }
    panic!("nobody listens at {number}");
}

impl Shared {
    fn serve(&self, line: &mut dyn Line, way: &mut Way) {
        let mut call = CentreCall::default();
        let mut frames = 0;
        let mut carry = |bytes: &mut Vec<u8>| {
            frames += 1;
            way(frames - 1, bytes) == Carriage::Through
        };
        while let Received::Frame(mut bytes) = line.receive(LIMIT) {
            let mut books = self.books.lock().unwrap();
            if matches!(Kind::parse(&bytes), Ok(Kind::NoRequest { .. })) {
                assert!(says_no_request(&books.link, NONCE, &bytes));
                books.denied += 1;
                break;
            }
            drop(books);
            if !carry(&mut bytes) {
                break;
            }
            let answers = self.books.lock().unwrap().handle(&mut call, Event::Received(&bytes));
            let is_carried = answers.into_iter().all(|mut answer| {
                // A meter that was killed has hung up.
                carry(&mut answer) && line.send(&answer).is_ok()
            });
            if !is_carried || call.is_over() {
                break;
            }
        }
        line.hang_up();
        self.books.lock().unwrap().handle(&mut call, Event::LineFailed);
    }
}
