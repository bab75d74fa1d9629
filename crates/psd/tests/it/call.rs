//! Calls between a whole device, the control unit's machine and the centre's, over a line that can be cut, damaged and
//! recorded. The centre's books here are as small as they can be: one meter, one open grant.

use crate::meter::{Meter, Place, frank_one, issuer, link_key, order, serial};
use access::{Change, Password, Person, RefillRules};
use ed25519_dalek::Signer;
use heapless::Deque;
use link::call::centre::{self, Judgement, call_back, says_no_request};
use link::call::meter::{self, Finish, Progress};
use link::call::{
    Ask, Begin, CallBackRequest, CallOutcome, CallPlan, CentreCall, Confirm, Credit, Data, End, Frame, Kind,
    MeterCall, Number, Opening, Refused, Trigger,
};
use link::{Grant, Message, Task, changed_link_key};
use psd::Error;
use terms::Money;

const BATCH: usize = 4;

/// The books of one meter, and what the centre saw.
struct Books {
    granted: u64,
    grants: u64,
    open: Option<Grant>,
    debits: u64,
    moved_to: Option<Number>,
    refuses: Option<Refused>,
    orders: Vec<Task>,
    ordered: u64,
    call_back: Option<(CallBackRequest, Money)>,
    openings: Vec<Opening>,
    changed_key: bool,
    /// The steps at which calls ended in an error.
    failures: Vec<(u16, centre::Failure)>,
    drawn: u8,
}

impl Books {
    fn new() -> Books {
        Books {
            granted: 0,
            grants: 0,
            open: None,
            debits: 0,
            moved_to: None,
            refuses: None,
            orders: Vec::new(),
            ordered: 0,
            call_back: None,
            openings: Vec::new(),
            changed_key: false,
            failures: Vec::new(),
            drawn: 0,
        }
    }

    fn see(&mut self, grant: u64) {
        if let Some(open) = self.open.filter(|open| open.number == grant) {
            self.granted += open.amount_minor as u64;
            self.grants = grant;
            self.open = None;
        }
    }

    fn book(&mut self, begin: &Begin) -> Result<Data, Refused> {
        let report = self.openings.last().unwrap().report.clone();
        self.see(report.grant);
        let mut data = Data { agreed: None, credit: Credit::None, orders: Default::default() };
        match &begin.ask {
            Ask::Amount { amount, .. } => data.agreed = Some(*amount),
            Ask::Refill => {
                let usual = self.call_back.map_or(report.usual, |(_, amount)| amount);
                let grant = self.open.unwrap_or_else(|| {
                    let amount_minor = usual.minor() as i64;
                    self.debits += usual.minor();
                    let r3_before = Money::from_minor(self.granted);
                    Grant {
                        serial: serial(),
                        number: self.grants + 1,
                        amount_minor,
                        r3_before,
                        closing: false,
                    }
                });
                self.open = Some(grant);
                let signature = issuer().sign(&grant.signed_bytes()).to_bytes();
                data.credit = Credit::Refill { number: grant.number, signature };
            }
            Ask::CallBack { request, amount, .. } => self.call_back = Some((*request, *amount)),
            _ => {}
        }
        for task in self.orders.drain(..) {
            self.ordered += 1;
            data.orders.push(order(self.ordered, task)).unwrap();
        }
        Ok(data)
    }

    fn settle(&mut self, confirm: &Confirm) -> End {
        self.see(confirm.report.grant);
        // The next transaction of this call begins from here.
        self.openings.last_mut().unwrap().report = confirm.report.clone();
        End { is_done: true, has_more: false }
    }

    /// Lets the centre's machine take an event, does what it says, and gives what goes to the meter.
    fn handle(&mut self, call: &mut CentreCall, event: centre::Event<'_>) -> Vec<Frame> {
        let (mut events, mut frames) = (vec![], vec![]);
        let mut actions = Vec::new();
        call.handle(event, &mut |action| actions.push(action));
        loop {
            for action in actions.drain(..) {
                match action {
                    centre::Action::LookUp { pan } => {
                        self.drawn += 1;
                        let key = (pan == 23_456_789).then(link_key);
                        events.push(centre::Event::Known(key, [self.drawn; 16]));
                    }
                    centre::Action::Judge(opening) => {
                        let moved = self.moved_to.clone().filter(|number| *number != opening.dialled);
                        self.openings.push(opening);
                        events.push(centre::Event::Judged(match (moved, self.refuses) {
                            (Some(number), _) => Judgement::Move(number),
                            (_, Some(refused)) => Judgement::Refuse(refused),
                            _ => Judgement::Proceed,
                        }));
                    }
                    centre::Action::Book(begin) => events.push(centre::Event::Booked(self.book(&begin))),
                    centre::Action::Settle(confirm) => {
                        let end = self.settle(&confirm);
                        events.push(centre::Event::Settled(Ok(end)));
                    }
                    centre::Action::MarkChangedKey => self.changed_key = true,
                    centre::Action::Send(frame) => frames.push(frame),
                    centre::Action::HangUp => {}
                    centre::Action::Record { step, why } => self.failures.push((step, why)),
                }
            }
            if events.is_empty() {
                return frames;
            }
            call.handle(events.remove(0), &mut |action| actions.push(action));
        }
    }
}

/// What the line does to the frame of this place in the whole run, both directions counted.
type Weather<'a> = &'a mut dyn FnMut(usize, &mut Frame) -> Carriage;

#[derive(Clone, Copy, PartialEq)]
enum Carriage {
    Through,
    /// The line is cut before the frame arrives.
    Cut,
    /// It arrives twice.
    Twice,
}

struct Exchange {
    shown: Vec<Progress>,
    stored: Vec<Number>,
    cleared: bool,
    dialled: Vec<Number>,
    frames: usize,
}

fn number(text: &str) -> Number {
    text.parse().unwrap()
}

fn plan(asks: &[Ask]) -> CallPlan {
    let mut queue = Deque::new();
    asks.iter().for_each(|ask| queue.push_back(ask.clone()).unwrap());
    CallPlan { number: number("tcp:centre:1"), redials: 2, trigger: Trigger::Manual, asks: queue }
}

fn amount(minor: u64) -> Ask {
    Ask::Amount { amount: Money::from_minor(minor), work: Default::default() }
}

/// Runs a whole call, and gives how it ended.
fn run(
    meter: &mut Meter<BATCH>,
    books: &mut Books,
    plan: CallPlan,
    weather: Weather<'_>,
) -> (Finish, Exchange) {
    let mut exchange = Exchange { shown: vec![], stored: vec![], cleared: false, dialled: vec![], frames: 0 };
    let mut actions = Vec::new();
    let automatic = plan.trigger == Trigger::Automatic;
    let mut call = MeterCall::begin(plan, &mut |action| actions.push(action));
    let mut centre = CentreCall::default();
    while !call.is_over() || !actions.is_empty() {
        assert!(exchange.frames < 200, "the call does not end");
        let action = actions.remove(0);
        let mut happened: Vec<meter::Event<'_>> = vec![];
        let mut received: Vec<Frame> = vec![];
        match action {
            meter::Action::Dial(number) => {
                exchange.dialled.push(number);
                centre = CentreCall::default();
                happened.push(meter::Event::Connected);
            }
            meter::Action::Open { dialled, .. } => {
                happened.push(meter::Event::Sealed(meter.open_call(automatic, dialled).unwrap()));
            }
            meter::Action::Begin(ask) => happened.push(match meter.begin_call(ask) {
                Ok(frame) => meter::Event::Sealed(frame),
                Err(error) => meter::Event::DeviceRefused(error.code()),
            }),
            meter::Action::Take(frame) => happened.push(match meter.take_call(&frame) {
                Ok(outcome) => meter::Event::Device(outcome),
                Err(_) => meter::Event::Unreadable,
            }),
            meter::Action::Send(frame) => {
                let mut cut = false;
                let mut carry = |frame: &Frame, exchange: &mut Exchange| -> Vec<Frame> {
                    let mut frame = frame.clone();
                    exchange.frames += 1;
                    match weather(exchange.frames - 1, &mut frame) {
                        Carriage::Through => vec![frame],
                        Carriage::Twice => vec![frame.clone(), frame],
                        Carriage::Cut => {
                            cut = true;
                            vec![]
                        }
                    }
                };
                for frame in carry(&frame, &mut exchange) {
                    for answer in books.handle(&mut centre, centre::Event::Received(&frame)) {
                        received.extend(carry(&answer, &mut exchange));
                    }
                }
                if cut || (received.is_empty() && centre.is_over()) {
                    books.handle(&mut centre, centre::Event::LineFailed);
                    received.clear();
                    happened.push(meter::Event::LineFailed);
                }
            }
            meter::Action::HangUp => drop(books.handle(&mut centre, centre::Event::LineFailed)),
            meter::Action::StoreNumber(number) => exchange.stored.push(number),
            meter::Action::Show(progress) => exchange.shown.push(progress),
            meter::Action::ClearAutomatic => exchange.cleared = true,
            meter::Action::CheckStandby => {}
        }
        for event in happened {
            call.handle(event, &mut |action| actions.push(action));
        }
        for frame in &received {
            call.handle(meter::Event::Received(frame), &mut |action| actions.push(action));
            // What the device makes of it comes before the next frame.
            while let Some(meter::Action::Take(frame)) = actions.last().cloned() {
                actions.pop();
                let event = match meter.take_call(&frame) {
                    Ok(outcome) => meter::Event::Device(outcome),
                    Err(_) => meter::Event::Unreadable,
                };
                call.handle(event, &mut |action| actions.push(action));
            }
        }
    }
    let Some(Progress::Finished(finish)) = exchange.shown.last().copied() else { panic!("no end is shown") };
    (finish, exchange)
}

fn fair(_: usize, _: &mut Frame) -> Carriage {
    Carriage::Through
}

fn place() -> (Place, Meter<BATCH>) {
    let place = Place::p1::<BATCH>();
    let meter = place.personalise::<BATCH>();
    (place, meter)
}

fn r3(meter: &mut Meter<BATCH>) -> u64 {
    meter.registers().r3.minor()
}

/// Claim: B19
#[test]
fn a_usual_refill_is_one_transaction_and_a_changed_amount_two() {
    let (_place, mut meter) = place();
    let mut books = Books::new();
    let begun =
        |exchange: &Exchange| exchange.shown.iter().filter(|shown| **shown == Progress::Begun).count();
    let (finish, exchange) = run(&mut meter, &mut books, plan(&[amount(5_000), Ask::Refill]), &mut fair);
    assert_eq!((finish, begun(&exchange), exchange.frames), (Finish::Done, 2, 10));
    assert_eq!((r3(&mut meter), books.debits), (5_000, 5_000));
    let (finish, exchange) = run(&mut meter, &mut books, plan(&[Ask::Refill]), &mut fair);
    assert_eq!((finish, begun(&exchange), exchange.frames), (Finish::Done, 1, 6));
    assert_eq!((r3(&mut meter), books.debits), (10_000, 10_000));
    assert_eq!((books.grants, books.open), (2, None));
}

/// Claim: B19
#[test]
fn neither_the_amount_nor_any_register_can_be_read_on_the_line() {
    let (_place, mut meter) = place();
    let mut books = Books::new();
    let odd = 0x5eed_cafe;
    let mut seen = Vec::new();
    let mut record = |_: usize, frame: &mut Frame| {
        seen.extend_from_slice(frame);
        Carriage::Through
    };
    run(&mut meter, &mut books, plan(&[amount(odd), Ask::Refill]), &mut record);
    assert_eq!(r3(&mut meter), odd);
    let varint = postcard_of(odd);
    assert!(!seen.windows(4).any(|bytes| bytes == (odd as u32).to_le_bytes()));
    assert!(!seen.windows(varint.len()).any(|bytes| bytes == varint));
}

fn postcard_of(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// Claim: X5
/// Claim: B17
#[test]
fn a_line_cut_at_any_frame_moves_the_credit_once() {
    for cut_at in 0..10 {
        let (place, mut meter) = place();
        let mut books = Books::new();
        let mut weather = |frame: usize, _: &mut Frame| {
            if frame == cut_at { Carriage::Cut } else { Carriage::Through }
        };
        let (finish, _) = run(&mut meter, &mut books, plan(&[amount(700), Ask::Refill]), &mut weather);
        // A power cut in between changes nothing either.
        drop(meter);
        let mut meter = place.open::<BATCH>().unwrap();
        match finish {
            Finish::Done => assert_eq!(r3(&mut meter), 700, "cut at {cut_at}"),
            Finish::DoneUnconfirmed => assert_eq!(r3(&mut meter), 700, "cut at {cut_at}"),
            other => panic!("cut at {cut_at}: {other:?}"),
        }
        // Whatever was still open is settled by the next call, which carries no refill of its own.
        run(&mut meter, &mut books, plan(&[Ask::Contact]), &mut fair);
        assert_eq!(books.debits, r3(&mut meter), "cut at {cut_at}");
        assert_eq!((books.granted, books.open), (r3(&mut meter), None), "cut at {cut_at}");
    }
}

/// Claim: X5
#[test]
fn every_frame_that_comes_twice_or_damaged_is_carried_out_once() {
    for at in 0..10 {
        for kind in 0..2 {
            let (_place, mut meter) = place();
            let mut books = Books::new();
            let mut weather = |frame: usize, bytes: &mut Frame| match (frame == at, kind) {
                (true, 0) => Carriage::Twice,
                (true, _) => {
                    *bytes.last_mut().unwrap() ^= 1;
                    Carriage::Through
                }
                _ => Carriage::Through,
            };
            let (finish, _) = run(&mut meter, &mut books, plan(&[amount(700), Ask::Refill]), &mut weather);
            if finish == Finish::Done {
                assert_eq!(r3(&mut meter), 700, "frame {at}, kind {kind}");
            } else {
                assert_eq!(at, 0, "only a damaged opening ends a call: {finish:?}, kind {kind}");
            }
            assert_eq!(books.debits, r3(&mut meter), "frame {at}, kind {kind}");
        }
    }
}

/// Claim: B17
#[test]
fn after_n_redials_an_automatic_request_is_given_up() {
    let (_place, mut meter) = place();
    let mut books = Books::new();
    let automatic = CallPlan { trigger: Trigger::Automatic, ..plan(&[Ask::Contact]) };
    let (finish, exchange) = run(&mut meter, &mut books, automatic, &mut |_, _| Carriage::Cut);
    assert_eq!((finish, exchange.dialled.len(), exchange.cleared), (Finish::NoPreamble, 3, true));
    let (finish, exchange) = run(&mut meter, &mut books, plan(&[Ask::Contact]), &mut |_, _| Carriage::Cut);
    assert_eq!((finish, exchange.cleared), (Finish::NoPreamble, false));
}

/// Claim: B18
#[test]
fn a_new_number_is_stored_and_called_by_itself_and_what_was_asked_is_done() {
    let (_place, mut meter) = place();
    let mut books = Books::new();
    let moved = number("modem:030-4711");
    books.moved_to = Some(moved.clone());
    let mut clear = Vec::new();
    let mut record = |_: usize, frame: &mut Frame| {
        clear.push(frame.clone());
        Carriage::Through
    };
    let (finish, exchange) = run(&mut meter, &mut books, plan(&[amount(300), Ask::Refill]), &mut record);
    assert_eq!((finish, r3(&mut meter)), (Finish::Done, 300));
    assert_eq!(exchange.stored, std::slice::from_ref(&moved));
    assert_eq!(exchange.dialled, [number("tcp:centre:1"), moved.clone()]);
    assert!(matches!(Kind::parse(&clear[1]), Ok(Kind::NewNumber { number, .. }) if number == moved));
}

/// Claim: B18
#[test]
fn a_new_number_that_is_not_the_centres_is_not_followed() {
    let (_place, mut meter) = place();
    let mut books = Books::new();
    books.moved_to = Some(number("tcp:elsewhere:1"));
    let mut forge = |_: usize, frame: &mut Frame| {
        if let Ok(Kind::NewNumber { mac, .. }) = Kind::parse(&frame.clone()) {
            *frame = Kind::NewNumber { number: number("tcp:thief:1"), mac }.to_frame();
        }
        Carriage::Through
    };
    let (finish, exchange) = run(&mut meter, &mut books, plan(&[Ask::Contact]), &mut forge);
    assert_ne!(finish, Finish::Done);
    assert!(exchange.stored.is_empty());
    assert!(exchange.dialled.iter().all(|dialled| *dialled == number("tcp:centre:1")));
}

/// Claim: B11
#[test]
fn a_meter_that_changed_its_key_is_known_at_its_begin_message_and_gets_nothing() {
    let (place, mut meter) = place();
    let mut books = Books::new();
    run(&mut meter, &mut books, plan(&[amount(500), Ask::Refill]), &mut fair);
    // A debugger is seen during a franking: kill mode 1 changes the link key.
    place.board.watched.set(true);
    meter.tick().unwrap_err();
    place.board.watched.set(false);
    let mut recorded = Vec::new();
    let mut record = |_: usize, frame: &mut Frame| {
        recorded.push(frame.clone());
        Carriage::Through
    };
    let (finish, _) = run(&mut meter, &mut books, plan(&[Ask::Refill]), &mut record);
    assert_eq!(finish, Finish::Refused(Refused::ChangedKey));
    assert!(books.changed_key);
    assert_eq!((r3(&mut meter), books.debits), (500, 500));
    // A recording of the opening alone accuses nobody.
    books.changed_key = false;
    let mut call = CentreCall::default();
    books.handle(&mut call, centre::Event::Received(&recorded[0]));
    books.handle(&mut call, centre::Event::Received(&recorded[2]));
    assert!(!books.changed_key);
    assert!(changed_link_key(&link_key()) != link_key());
}

#[test]
fn a_recorded_call_leads_to_no_booking() {
    let (_place, mut meter) = place();
    let mut books = Books::new();
    let mut recorded = Vec::new();
    let mut record = |_: usize, frame: &mut Frame| {
        recorded.push(frame.clone());
        Carriage::Through
    };
    run(&mut meter, &mut books, plan(&[amount(500), Ask::Refill]), &mut record);
    let before = (books.debits, books.granted, books.open);
    let mut call = CentreCall::default();
    for frame in recorded.iter().step_by(2) {
        books.handle(&mut call, centre::Event::Received(frame));
    }
    assert_eq!((books.debits, books.granted, books.open), before);
    assert!(books.failures.iter().any(|(step, why)| *step == 508 && *why == centre::Failure::Unreadable));
}

#[test]
fn refusals_end_the_call_in_words_and_in_clear_they_bind_nobody() {
    let (_place, mut meter) = place();
    let mut books = Books::new();
    books.refuses = Some(Refused::Busy);
    let (finish, _) = run(&mut meter, &mut books, plan(&[Ask::Contact]), &mut fair);
    assert_eq!(finish, Finish::Refused(Refused::Busy));
    let mut forge = |_: usize, frame: &mut Frame| {
        if matches!(Kind::parse(frame), Ok(Kind::Preamble { .. })) {
            *frame = Kind::Refused(Refused::OutOfService).to_frame();
        }
        Carriage::Through
    };
    let (finish, _) = run(&mut meter, &mut books, plan(&[Ask::Contact]), &mut forge);
    assert_eq!(finish, Finish::RefusedInClear(Refused::OutOfService));
}

/// Claim: B23
#[test]
fn orders_ride_along_stop_the_meter_and_set_it_free() {
    let (_place, mut meter) = place();
    let mut books = Books::new();
    run(&mut meter, &mut books, plan(&[amount(500), Ask::Refill]), &mut fair);
    books.orders.push(Task::Stop(true));
    run(&mut meter, &mut books, plan(&[Ask::Contact]), &mut fair);
    let request = crate::meter::request(1, 110);
    let stopped = Err(Error::Stopped(psd::Block::Stopped));
    assert_eq!(meter.frank(&[request], |_| panic!("it franks")), stopped);
    books.orders.push(Task::Stop(false));
    run(&mut meter, &mut books, plan(&[Ask::Contact]), &mut fair);
    frank_one(&mut meter, 1, 110);
}

/// A manager who has locked refills: by call-back alone.
fn guarded() -> (Place, Meter<BATCH>) {
    let (place, mut meter) = place();
    let password = Password::new(b"manager's").unwrap();
    meter.change_lock(&Change::ManagerPassword(password.clone())).unwrap();
    meter.log_in(Person::Manager, &password).unwrap();
    let rules = RefillRules { manager_only: true, call_back_only: true };
    meter.change_lock(&Change::Refill(rules)).unwrap();
    (place, meter)
}

fn ask_for_call_back(meter: &mut Meter<BATCH>, books: &mut Books) -> (CallBackRequest, Finish) {
    let ask = Ask::CallBack {
        request: CallBackRequest::default(),
        amount: Money::from_minor(900),
        own_number: number("tcp:mailroom:2"),
    };
    let (finish, _) = run(meter, books, plan(&[ask]), &mut fair);
    (books.call_back.map(|(request, _)| request).unwrap_or_default(), finish)
}

/// The centre calls, and the meter answers with what the device says.
fn called(meter: &mut Meter<BATCH>, books: &mut Books, first: &Frame) -> Result<Finish, Error> {
    let opening = match meter.answer_call(first, number("tcp:mailroom:2"))? {
        CallOutcome::Send(opening) => opening,
        CallOutcome::NoRequest(frame) => {
            assert!(says_no_request(&link_key(), [9; 16], &frame));
            return Ok(Finish::Refused(Refused::NoRequest));
        }
        other => panic!("{other:?}"),
    };
    let mut centre = CentreCall::default();
    let mut frames = books.handle(&mut centre, centre::Event::Received(&opening));
    assert_eq!(meter.take_call(&frames.remove(0)), Ok(CallOutcome::Proceed));
    let begin = meter.begin_call(Ask::Refill)?;
    let data = books.handle(&mut centre, centre::Event::Received(&begin)).remove(0);
    let Ok(CallOutcome::Confirm(confirm)) = meter.take_call(&data) else { panic!("no confirmation") };
    let end = books.handle(&mut centre, centre::Event::Received(&confirm)).remove(0);
    let Ok(CallOutcome::Ended(_)) = meter.take_call(&end) else { panic!("no end") };
    Ok(Finish::Done)
}

/// Claim: C8
#[test]
fn a_refill_by_call_back_comes_in_on_the_call_that_the_manager_asked_for() {
    let (_place, mut meter) = guarded();
    let mut books = Books::new();
    let (request, finish) = ask_for_call_back(&mut meter, &mut books);
    assert_eq!((finish, r3(&mut meter)), (Finish::Done, 0));
    meter.log_out();
    let first = call_back(&link_key(), [9; 16], &request).unwrap();
    assert_eq!(called(&mut meter, &mut books, &first), Ok(Finish::Done));
    assert_eq!((r3(&mut meter), books.debits), (900, 900));
    // The request is used up.
    let again = called(&mut meter, &mut books, &first);
    assert_eq!((again, r3(&mut meter)), (Ok(Finish::Refused(Refused::NoRequest)), 900));
}

/// Claim: C8
/// Claim: C9
#[test]
fn credit_on_any_other_call_or_for_no_request_or_too_late_is_refused() {
    let (place, mut meter) = guarded();
    let mut books = Books::new();
    // An ordinary call: the grant is not taken, and stays open.
    let (_, exchange) = run(&mut meter, &mut books, plan(&[amount(900), Ask::Refill]), &mut fair);
    assert!(exchange.frames > 0);
    assert_eq!((r3(&mut meter), books.granted), (0, 0));
    // Somebody who is not the centre gets no word at all.
    let stranger = call_back(&changed_link_key(&link_key()), [9; 16], &[1; 16]).unwrap();
    assert!(matches!(called(&mut meter, &mut books, &stranger), Err(Error::Call(_))));
    // The centre calls back for a request that this device never made.
    let invented = call_back(&link_key(), [9; 16], &[1; 16]).unwrap();
    assert_eq!(called(&mut meter, &mut books, &invented), Ok(Finish::Refused(Refused::NoRequest)));
    // Or too late.
    let (request, _) = ask_for_call_back(&mut meter, &mut books);
    place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 16 * 60 * 1000);
    let late = call_back(&link_key(), [9; 16], &request).unwrap();
    assert_eq!(called(&mut meter, &mut books, &late), Ok(Finish::Refused(Refused::NoRequest)));
    // Without the manager nobody even asks.
    meter.log_out();
    let (_, finish) = ask_for_call_back(&mut meter, &mut books);
    assert!(matches!(finish, Finish::DeviceRefused(_)));
    assert_eq!(r3(&mut meter), 0);
}
