//! The link's messages: what is written is read again, what is not is refused, and every message fits its frame.

use heapless::Vec;
use imprint::numbers::Key;
use link::call::meter::{Action, Event, Finish, Progress};
use link::call::{
    Ask, CallError, CallHands, CallOutcome, CallPlan, DeviceCall, End, FRAME_BYTES_MAX, Frame, FrameError,
    Kind, MeterCall, Number, Opening, Refused, Trigger,
};
use link::{
    Block, ErrorCounts, ErrorKind, FINDINGS, Finding, Grant, Order, REPORT_BYTES_MAX, Report, ReportKey,
    Signed, changed_link_key, open_report, seal_report,
};
use proptest::prelude::*;
use terms::{Money, Registers, Serial};

/// The longest report there is.
fn longest() -> Report {
    let most = Money::from_minor(u64::MAX);
    let mut errors = ErrorCounts::default();
    for kind in ErrorKind::ALL {
        (0..1_000).for_each(|_| errors.count(kind));
    }
    let finding = Finding { commit: u64::MAX, tenths: u64::MAX, kind: u16::MAX, detail: Finding::DETAIL_MAX };
    Report {
        serial: Serial::new(99_999_999).unwrap(),
        seal: u64::MAX,
        commit: u64::MAX,
        faulted_at: u64::MAX,
        code: u16::MAX,
        registers: Registers { r1: most, r2: most, r3: most, r4: u64::MAX, r8: u64::MAX },
        grant: u64::MAX,
        order: u64::MAX,
        usual: most,
        tenths: u64::MAX,
        has_next_codeword: true,
        blocks: [Block::Inactive; 8].into_iter().collect(),
        errors,
        findings: [finding; FINDINGS].into_iter().collect(),
        inspection: u64::MAX,
        epoch: u16::MAX,
    }
}

fn number() -> Number {
    "x".repeat(64).parse().unwrap()
}

#[test]
fn the_longest_report_fits_and_is_opened_by_its_key_and_challenge_alone() {
    let link = Key::new([1; 32]);
    let sealed = seal_report(&longest(), &link, &[2; 16]).expect("it fits");
    assert!(sealed.bytes.len() <= REPORT_BYTES_MAX);
    assert_eq!(open_report(&sealed, &link, &[2; 16]), Some((longest(), ReportKey::Original)));
    assert_eq!(open_report(&sealed, &link, &[3; 16]), None);
    let changed = seal_report(&longest(), &changed_link_key(&link), &[2; 16]).unwrap();
    assert_eq!(open_report(&changed, &link, &[2; 16]), Some((longest(), ReportKey::Changed)));
    assert_eq!(open_report(&changed, &Key::new([4; 32]), &[2; 16]), None);
}

/// A device that takes everything.
struct Willing;

impl CallHands for Willing {
    fn report(&mut self) -> Report {
        longest()
    }
    fn agree(&mut self, _: Money) -> Result<(), u16> {
        Ok(())
    }
    fn take_grant(&mut self, _: &Signed<Grant>, _: bool) -> Result<(), u16> {
        Ok(())
    }
    fn carry_out(&mut self, _: &Signed<Order>) -> Result<(), u16> {
        Ok(())
    }
}

#[test]
fn the_longest_opening_fits_its_frame_and_names_its_version() {
    let opening = Opening { trigger: Trigger::CalledBack([9; 16]), dialled: number(), report: longest() };
    let mut call = DeviceCall::default();
    let mut frame = call.open(&Key::new([1; 32]), 99_999_999, [2; 16], &opening).expect("it fits");
    assert!(frame.len() < 1_000, "an answer of the device's protocol holds it: {}", frame.len());
    assert!(matches!(Kind::parse(&frame), Ok(Kind::Opening { pan: 99_999_999, .. })));
    frame[1] = 2;
    assert_eq!(Kind::parse(&frame), Err(FrameError::Version));
}

#[test]
fn a_device_without_a_call_takes_nothing() {
    let mut call = DeviceCall::default();
    let link = Key::new([1; 32]);
    for frame in [Kind::Again.to_frame(), Kind::Refused(Refused::Busy).to_frame()] {
        assert_eq!(call.take(&link, &frame, &mut Willing), Err(CallError::OutOfTurn));
    }
    assert_eq!(call.begin(&link, Ask::Contact), Err(CallError::OutOfTurn));
}

#[test]
fn refusals_keep_their_codes_and_each_says_something_of_its_own() {
    let all: std::vec::Vec<Refused> = (0..100).filter_map(Refused::from_code).collect();
    assert_eq!(all.len(), 16);
    let sentences: std::collections::HashSet<_> = all.iter().map(|refused| refused.sentence()).collect();
    assert_eq!(sentences.len(), all.len());
    for refused in all {
        assert_eq!(Refused::from_code(refused.code()), Some(refused));
        assert_eq!(Kind::parse(&Kind::Refused(refused).to_frame()), Ok(Kind::Refused(refused)));
    }
}

#[test]
fn a_number_is_short_printable_and_without_spaces() {
    for text in ["", " ", "a b", "\u{e4}", "a\n", &"x".repeat(65)] {
        assert!(text.parse::<Number>().is_err(), "{text:?}");
    }
    assert_eq!("tcp:[::1]:4711".parse::<Number>().unwrap().as_str(), "tcp:[::1]:4711");
}

fn any_kind() -> impl Strategy<Value = Frame> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..200),
        (0_u8..10, proptest::collection::vec(any::<u8>(), 0..100)).prop_map(|(kind, body)| [
            &[kind, 1][..],
            &body
        ]
        .concat()),
    ]
    .prop_map(|bytes| Vec::from_slice(&bytes).unwrap())
}

proptest! {
    #[test]
    fn any_bytes_are_parsed_or_refused_and_what_is_parsed_is_written_as_it_was(frame in any_kind()) {
        if let Ok(kind) = Kind::parse(&frame) {
            let head = kind.to_frame();
            prop_assert!(frame.starts_with(&head));
        }
    }

    #[test]
    fn whatever_is_sent_to_a_device_leads_to_nothing_without_the_key(frames in proptest::collection::vec(any_kind(), 1..20)) {
        let link = Key::new([1; 32]);
        let opening = Opening { trigger: Trigger::Manual, dialled: number(), report: longest() };
        let mut call = DeviceCall::default();
        let opened = call.open(&link, 1, [2; 16], &opening).unwrap();
        for frame in frames {
            match call.take(&link, &frame, &mut Willing) {
                Err(_) | Ok(CallOutcome::RefusedInClear(_)) => {}
                Ok(CallOutcome::Send(again)) => prop_assert_eq!(&again, &opened),
                Ok(other) => prop_assert!(false, "{other:?}"),
            }
        }
    }

    /// The control unit's machine ends whatever happens to it, and dials no more often than it may.
    #[test]
    fn a_control_units_call_ends_whatever_happens(happenings in proptest::collection::vec(0_u8..7, 1..200)) {
        let mut actions = std::vec::Vec::new();
        let mut asks = heapless::Deque::new();
        asks.push_back(Ask::Refill).unwrap();
        let plan = CallPlan { number: number(), redials: 3, trigger: Trigger::Automatic, asks };
        let mut call = MeterCall::begin(plan, &mut |action| actions.push(action));
        for happening in happenings {
            let frame = Frame::default();
            let event = match happening {
                0 => Event::Connected,
                1 => Event::Received(&frame),
                2 => Event::Sealed(frame.clone()),
                3 => Event::Device(CallOutcome::Proceed),
                4 => Event::Unreadable,
                5 => Event::Device(CallOutcome::Redial(number())),
                _ => Event::LineFailed,
            };
            call.handle(event, &mut |action| actions.push(action));
        }
        for _ in 0..10 {
            call.handle(Event::LineFailed, &mut |action| actions.push(action));
        }
        prop_assert!(call.is_over());
        let dials = actions.iter().filter(|action| matches!(action, Action::Dial(_))).count();
        prop_assert!(dials <= 1 + 3 + 2);
        let ends = actions.iter().filter(|action| matches!(action, Action::Show(Progress::Finished(_)))).count();
        prop_assert_eq!(ends, 1);
        let gave_up = actions.contains(&Action::Show(Progress::Finished(Finish::NoLine)))
            || actions.contains(&Action::Show(Progress::Finished(Finish::NoPreamble)));
        prop_assert_eq!(gave_up, actions.contains(&Action::ClearAutomatic));
    }
}

/// A control unit's call whose device does all and whose centre ends each transaction like this, unless the line fails
/// in its place: how it ended, and what was begun.
fn call_with(asks: &[Ask], mut end: impl FnMut(usize) -> Option<End>) -> (Finish, std::vec::Vec<Ask>) {
    let mut queue = heapless::Deque::new();
    asks.iter().for_each(|ask| queue.push_back(ask.clone()).unwrap());
    let plan = CallPlan { number: number(), redials: 2, trigger: Trigger::Manual, asks: queue };
    let (mut actions, mut begun) = (std::collections::VecDeque::new(), std::vec::Vec::new());
    let mut call = MeterCall::begin(plan, &mut |action| actions.push_back(action));
    let mut answers = std::collections::VecDeque::new();
    loop {
        let event = match actions.pop_front() {
            Some(Action::Show(Progress::Finished(finish))) => return (finish, begun),
            Some(Action::Dial(_)) => Event::Connected,
            Some(Action::Open { .. }) => {
                answers = [Event::Device(CallOutcome::Proceed)].into();
                Event::Sealed(Frame::default())
            }
            Some(Action::Begin(ask)) => {
                let confirmed = Event::Device(CallOutcome::Confirm(Frame::default()));
                let ended = end(begun.len());
                let ended = ended.map_or(Event::LineFailed, |end| Event::Device(CallOutcome::Ended(end)));
                answers = [confirmed, ended].into();
                begun.push(ask);
                Event::Sealed(Frame::default())
            }
            Some(_) => continue,
            None => answers.pop_front().expect("the call waits for nothing"),
        };
        call.handle(event, &mut |action| actions.push_back(action));
    }
}

fn ended(is_done: bool, has_more: bool) -> Option<End> {
    Some(End { is_done, has_more })
}

#[test]
fn what_comes_to_nothing_is_asked_for_twice_and_not_for_ever() {
    let refill = [Ask::Refill];
    // Something older came first, and then what was asked for.
    let (finish, begun) = call_with(&refill, |place| ended(place == 1, false));
    assert_eq!((finish, begun.len()), (Finish::Done, 2));
    let (finish, begun) = call_with(&refill, |_| ended(false, false));
    assert_eq!((finish, begun.len()), (Finish::Unfinished, 2));
    // The centre says that it has more that must come first.
    let (finish, begun) = call_with(&refill, |place| ended(place == 5, place < 5));
    assert_eq!((finish, begun.len()), (Finish::Done, 6));
    let (finish, begun) = call_with(&refill, |_| ended(false, true));
    assert_eq!((finish, begun.len()), (Finish::Unfinished, 32));
}

#[test]
fn a_centre_that_always_has_more_is_left_after_32_transactions() {
    let (finish, begun) = call_with(&[Ask::Refill], |_| ended(true, true));
    assert_eq!((finish, begun.len()), (Finish::Done, 32));
    assert!(begun[1..].iter().all(|ask| *ask == Ask::Contact));
}

#[test]
fn after_a_lost_end_message_the_rest_is_asked_for_and_nothing_twice() {
    let amount = Ask::Amount { amount: Money::from_minor(500), work: Default::default() };
    let asks = [amount, Ask::Refill];
    let (finish, begun) = call_with(&asks, |place| if place == 0 { None } else { ended(true, false) });
    assert_eq!((finish, begun.as_slice()), (Finish::Done, asks.as_slice()));
    let (finish, begun) = call_with(&asks, |place| if place == 1 { None } else { ended(true, false) });
    assert_eq!((finish, begun.as_slice()), (Finish::DoneUnconfirmed, asks.as_slice()));
}

const _: () = assert!(FRAME_BYTES_MAX == 2048);
