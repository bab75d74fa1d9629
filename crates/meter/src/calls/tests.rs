//! Calls of a real device, over lines in memory, with the centre's own machine and the issuer's books at the other end.

use super::*;
use imprint::numbers::{Key, Profile};
use line::memory::{Clock, MemoryLine, Weather, pair};
use line::{DialError, Line, Number, Received};
use link::call::centre::{Action, Event, Judgement};
use link::call::meter::{ASKS_MAX, Finish};
use link::call::{Ask, CentreCall, Credit, Data, End as EndMessage};
use link::{Grant, Signed};
use psd::Settings;
use psd_host::Equipment;
use psd_host::client::Client;
use psd_host::issuer::{Issuer, MeterOrder};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;
use terms::{Money, Serial};

const METER: u32 = 12_345_678;
const USUAL: u32 = 700;

/// The centre's books of one meter.
struct Books {
    issuer: Issuer,
    link: Key,
    open: Option<Signed<Grant>>,
    calls: u8,
    /// Whether the line is cut before the next end message.
    cuts_end: bool,
}

/// A meter, its device and its centre, in a folder of their own.
struct Mailroom {
    folder: TempDir,
    client: Client,
    books: Arc<Mutex<Books>>,
}

impl Mailroom {
    fn new() -> Mailroom {
        let folder = tempfile::tempdir().unwrap();
        let serial = |value| Serial::new(value).unwrap();
        let at = folder.path().join("issuer");
        let mut issuer = Issuer::init(&at, (serial(10_000_000), serial(19_999_999))).unwrap();
        let order = MeterOrder {
            serial: serial(METER),
            profile: Profile::named("p1").unwrap(),
            value_min: Money::from_minor(1),
            value_max: None,
            days_ahead: 30,
            settings: Settings::default(),
        };
        let personalisation = issuer.meter(order).unwrap();
        let link = personalisation.link.clone();
        let memory = folder.path().join("memory");
        drop(psd_host::personalise(&memory, personalisation).unwrap());
        let client = Client::open(&memory, &Equipment::default()).unwrap();
        let books = Books { issuer, link, open: None, calls: 0, cuts_end: false };
        Mailroom { folder, client, books: Arc::new(Mutex::new(books)) }
    }

    fn kept(&self) -> Kept {
        let mut kept = Kept::open(&self.folder.path().join("meter.link")).unwrap();
        kept.set(Some(&"tcp:centre.example:7080".parse().unwrap()), None).unwrap();
        kept
    }

    /// Lines to the centre.
    fn means(&self) -> Means {
        let books = self.books.clone();
        let dial = move |_: &Number| {
            let (own, other) = pair(&Clock::default(), &Weather::fair(), 1);
            let books = books.clone();
            thread::spawn(move || serve(other, &books));
            Ok::<Box<dyn Line>, DialError>(Box::new(own))
        };
        Means { dial: Arc::new(dial), redials: 0, ..usual() }
    }

    /// Fetches credit without telling anybody how it ended.
    fn refill(&mut self, amount: Option<u32>) -> (Called, Vec<Step>) {
        let (means, mut kept, mut steps) = (self.means(), self.kept(), Vec::new());
        let mut show = |step| steps.push(step);
        let amount = amount.map(|amount| (Money::from_minor(amount.into()), Default::default()));
        let called = Caller::new(&mut self.client, &mut kept, &mut show).refill(&means, amount).unwrap();
        (called, steps)
    }

    fn credit(&mut self) -> Money {
        self.client.status().unwrap().registers.r1
    }

    fn grants(&self) -> u64 {
        self.books.lock().unwrap().issuer.meters()[0].grants
    }
}

fn usual() -> Means {
    let means = Means::usual(&"tcp:centre.example:7080".parse().unwrap(), None);
    Means { redial_pause: Duration::ZERO, ..means }
}

/// The centre's side of one call.
fn serve(mut line: MemoryLine, books: &Mutex<Books>) {
    let mut call = CentreCall::default();
    while let Received::Frame(bytes) = line.receive(Duration::from_secs(20)) {
        let mut books = books.lock().unwrap();
        let (mut actions, mut todo) = (VecDeque::new(), VecDeque::new());
        call.handle(Event::Received(&bytes), &mut |action| actions.push_back(action));
        while let Some(action) = actions.pop_front() {
            match action {
                Action::Send(frame) => todo.push_back(frame),
                action => {
                    let Some(event) = books.decide(action) else { return };
                    call.handle(event, &mut |action| actions.push_back(action));
                }
            }
        }
        for frame in todo {
            line.send(&frame).unwrap();
        }
        if call.is_over() {
            return;
        }
    }
}

impl Books {
    /// What the centre says to this; nothing where the line is cut.
    fn decide(&mut self, action: Action) -> Option<Event<'static>> {
        Some(match action {
            Action::LookUp { .. } => {
                self.calls += 1;
                Event::Known(Some(self.link.clone()), [self.calls; 16])
            }
            Action::Judge(opening) => {
                self.see(opening.report.grant);
                Event::Judged(Judgement::Proceed)
            }
            Action::Book(begin) => Event::Booked(Ok(self.book(&begin.ask))),
            Action::Settle(confirm) => {
                if std::mem::take(&mut self.cuts_end) {
                    return None;
                }
                self.see(confirm.report.grant);
                Event::Settled(Ok(EndMessage { is_done: self.open.is_none(), has_more: false }))
            }
            other => panic!("nothing else happens in these calls: {other:?}"),
        })
    }

    fn see(&mut self, grant: u64) {
        self.open.take_if(|open| open.message.number == grant);
    }

    fn book(&mut self, ask: &Ask) -> Data {
        let mut data = Data { agreed: None, credit: Credit::None, orders: Default::default() };
        match ask {
            Ask::Amount { amount, .. } => data.agreed = Some(*amount),
            Ask::Refill if self.open.is_none() => {
                let signed = self.issuer.grant(Serial::new(METER).unwrap(), USUAL.into());
                self.open = Some(signed.unwrap());
            }
            _ => {}
        }
        if let Some(open) = &self.open {
            data.credit = Credit::Grant(*open);
        }
        data
    }
}

#[test]
fn a_refill_is_shown_step_by_step() {
    let mut mailroom = Mailroom::new();
    let (called, steps) = mailroom.refill(Some(USUAL));
    assert_eq!((called.end.name(), called.transactions, called.asked_refill), ("done", 2, true));
    let number = "tcp:centre.example:7080".parse().unwrap();
    let expected = [
        Step::Dialling { number, redials_left: 0 },
        Step::Connected,
        Step::Begun { transaction: 1 },
        Step::Taken,
        Step::Begun { transaction: 2 },
        Step::Taken,
        Step::CreditArrived { credit: Money::from_minor(USUAL.into()) },
    ];
    assert_eq!(steps, expected);
    assert_eq!(steps[4].to_string(), "transaction 2 has begun");
    assert_eq!(steps[6].to_string(), "credit has arrived: the meter has 7.00");
}

#[test]
fn credit_whose_end_nobody_was_told_is_told_by_the_next_refill_and_not_asked_for_again() {
    let mut mailroom = Mailroom::new();
    mailroom.refill(Some(USUAL));
    // As if the process had died before anybody was told.
    let (called, steps) = mailroom.refill(None);
    assert!(matches!(called.end, End::CameBefore(1)), "{called:?}");
    assert!(!steps.iter().any(|step| matches!(step, Step::CreditArrived { .. })), "{steps:?}");
    assert_eq!((mailroom.grants(), mailroom.credit()), (1, Money::from_minor(USUAL.into())));
    // Once it was told, another refill is another one.
    mailroom.kept().told(&called, false).unwrap();
    assert_eq!(mailroom.refill(None).0.end.name(), "done");
    assert_eq!((mailroom.grants(), mailroom.credit()), (2, Money::from_minor(2 * u64::from(USUAL))));
}

#[test]
fn a_lost_end_message_is_no_failure() {
    let mut mailroom = Mailroom::new();
    let called = mailroom.refill(Some(USUAL)).0;
    mailroom.kept().told(&called, false).unwrap();
    mailroom.books.lock().unwrap().cuts_end = true;
    let (called, steps) = mailroom.refill(None);
    assert_eq!((called.end.name(), called.end.is_done()), ("done_unconfirmed", true), "{steps:?}");
    assert!(matches!(&steps[..], [.., Step::CreditArrived { .. }, Step::Failed(_)]), "{steps:?}");
    mailroom.kept().told(&called, false).unwrap();
    assert_eq!((mailroom.grants(), mailroom.credit()), (2, Money::from_minor(2 * u64::from(USUAL))));
}

#[test]
fn a_line_that_never_stands_is_dialled_again_and_an_automatic_call_given_up() {
    let mut mailroom = Mailroom::new();
    let (mut kept, mut steps) = (mailroom.kept(), Vec::new());
    let mut show = |step| steps.push(step);
    let dial = |_: &Number| Err::<Box<dyn Line>, DialError>(DialError::Busy);
    let means = Means { dial: Arc::new(dial), redials: 1, automatic: true, ..usual() };
    let mut caller = Caller::new(&mut mailroom.client, &mut kept, &mut show);
    let called = caller.call(&means, &[Ask::Refill]).unwrap();
    assert!(matches!(called.end, End::Finished { finish: Finish::NoLine, .. }), "{called:?}");
    assert!(!called.asked_refill && !kept.has_come(Serial::new(METER).unwrap(), u64::MAX));
    let shown: Vec<_> = steps.iter().map(Step::to_string).collect();
    assert_eq!(shown[0], "dialling tcp:centre.example:7080, 1 redials left");
    assert_eq!(shown[1], "the line is engaged");
    assert_eq!(shown[2], "dialling tcp:centre.example:7080, 0 redials left");
    assert_eq!(steps[4], Step::AutomaticGivenUp);
    assert!(matches!(steps[5], Step::NotTested(_)), "the connection is no control unit's: {steps:?}");
    assert_eq!((steps.len(), called.self_test), (6, None));
}

#[test]
fn more_than_one_call_carries_out_is_refused_before_anybody_is_dialled() {
    let mut mailroom = Mailroom::new();
    let (means, mut kept) = (mailroom.means(), mailroom.kept());
    let mut show = |step| panic!("{step}");
    let asks = vec![Ask::Contact; ASKS_MAX + 1];
    let refused = Caller::new(&mut mailroom.client, &mut kept, &mut show).call(&means, &asks);
    assert!(matches!(refused, Err(CallFault::TooManyAsks)));
}
