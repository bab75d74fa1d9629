//! Calls over the network, from the device's end of the link to the tables: what is booked, what is kept of those that
//! fail, and what people at the centre do meanwhile.

use crate::account_device::money;
use crate::caller::{Caller, Cut, Outcome};
use crate::databases::{Database, on_each_database};
use crate::exchange::{Centre, now_ms};
use centre::account::NotPossible;
use centre::audit::{LogName, log, verify};
use centre::books::Conditions;
use centre::calls::Rate;
use centre::keys::KeyName;
use centre::office::{OfficeFault, OpeningRequest, Operations};
use link::Task;
use link::call::{Ask, End, Refused, Trigger};
use link::keys::changed_link_key;
use sqlx::Row;
use std::time::Duration;
use terms::Money;
use terms::equations::Status;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

fn amount(minor: u64) -> Ask {
    Ask::Amount { amount: money(minor), work: Default::default() }
}

fn zero(work: &str) -> Ask {
    Ask::Amount { amount: Money::ZERO, work: work.try_into().unwrap() }
}

const DONE: Outcome = Outcome::Ended(End { is_done: true, has_more: false });

/// The line is cut at every place of a call; the next call brings everything in order, and nothing is paid twice.
///
/// Claim: X5
/// Claim: B17
/// Claim: B19
async fn a_refill_comes_once_wherever_the_line_is_cut(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meter = centre.meter(1, |_| ()).await;
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[amount(4_000), Ask::Refill]).await, [DONE, DONE]);
    let mut r3 = 4_000;
    for cut in [Cut::AfterBegin, Cut::BeforeConfirm, Cut::AfterConfirm] {
        meter.cut = Some(cut);
        assert_eq!(meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await, [Outcome::Cut]);
        meter.cut = None;
        centre.assert_books_balance(&[&meter]).await;
        // Where the device has taken it already, who calls again only lets the centre know.
        let ask = if cut == Cut::AfterBegin { Ask::Refill } else { Ask::Contact };
        assert_eq!(meter.call(centre.link, Trigger::Manual, &[ask]).await, [DONE], "{cut:?}");
        r3 += 4_000;
        assert_eq!(meter.device.registers.r3, money(r3), "{cut:?}");
        assert_eq!(centre.balance().await, 100_000 - r3 as i64, "{cut:?}");
    }
    assert_eq!(centre.one("SELECT COUNT(*) FROM meter_grant WHERE state = 'taken'").await, 4);
    assert_eq!(centre.one("SELECT CAST(SUM(amount_minor) AS BIGINT) FROM entry").await, 100_000 - r3 as i64);
    centre.stop().await;
}

/// Claim: B11
async fn a_meter_with_its_changed_key_gets_nothing_and_is_marked(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meter = centre.meter(1, |_| ()).await;
    meter.call(centre.link, Trigger::Manual, &[amount(4_000)]).await;
    meter.link = changed_link_key(&meter.link);
    let refused = meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await;
    assert_eq!(refused, [Outcome::Refused(Refused::ChangedKey)]);
    assert_eq!((centre.status(&meter).await, centre.balance().await), (Status::Manipulated, 100_000));
    assert_eq!(
        centre.one("SELECT COUNT(*) FROM reaction WHERE kind = 'inspect' AND done_ms IS NULL").await,
        1
    );
    assert_eq!(
        centre.one("SELECT COUNT(*) FROM reaction WHERE kind = 'tell_post' AND done_ms IS NULL").await,
        1
    );
    centre.stop().await;
}

/// Claim: B18
async fn a_meter_that_dialled_the_former_number_is_told_the_new_one(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meter = centre.meter(1, |_| ()).await;
    let moved =
        Operations { moved_to: Some("tcp:new.example:7080".parse().unwrap()), ..Operations::default() };
    centre.office.settings().set_operations(&moved, "anna", now_ms()).await.unwrap();
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[amount(4_000)]).await, [Outcome::Moved]);
    assert_eq!(meter.dialled, "tcp:new.example:7080");
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[amount(4_000)]).await, [DONE]);
    assert_eq!(meter.device.usual, money(4_000));
    centre.stop().await;
}

async fn announce(centre: &Centre, meter: &Caller, agreed: Option<u64>) {
    let request = OpeningRequest {
        technician: "B. Weber".into(),
        about_ms: now_ms(),
        work: "print head".into(),
        minutes: None,
        agreed: agreed.map(money),
    };
    centre.office.announce(meter.serial, &request, "anna", now_ms()).await.unwrap();
}

/// Claim: B7
/// Claim: B27
async fn an_announced_opening_is_fetched_and_kept_with_its_seals(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meter = centre.meter(1, |_| ()).await;
    let before = meter.device.seal;
    // Nobody has announced anything: a zero only changes the amount.
    meter.call(centre.link, Trigger::Manual, &[zero("")]).await;
    assert!(!meter.device.has_next_codeword);
    announce(&centre, &meter, None).await;
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[zero("new print head")]).await, [DONE]);
    assert!(meter.device.has_next_codeword);
    assert_eq!(
        centre.one("SELECT COUNT(*) FROM opening WHERE fetched_ms IS NOT NULL AND ended = ''").await,
        1
    );
    meter.device.seal = 4711;
    let completed = Ask::Completed { work: "new print head".try_into().unwrap() };
    assert_eq!(meter.call(centre.link, Trigger::Manual, std::slice::from_ref(&completed)).await, [DONE]);
    let select = "SELECT technician, announced_by, work, seal_before, seal_after, ended FROM opening";
    let row = sqlx::query(select).fetch_one(centre.office.books().store().reads()).await.unwrap();
    let text = |column: usize| row.get::<String, _>(column);
    assert_eq!([text(0), text(1), text(2), text(5)], ["B. Weber", "anna", "new print head", "completed"]);
    assert_eq!((row.get::<i64, _>(3), row.get::<i64, _>(4)), (before as i64, 4711));
    assert_eq!(centre.office.seal_number(meter.serial, "carl", now_ms()).await.unwrap(), 4711);
    let again = meter.call(centre.link, Trigger::Manual, &[completed]).await;
    assert_eq!(again, [Outcome::Refused(Refused::NoOpening)]);
    centre.stop().await;
}

/// Claim: B8
async fn an_announced_opening_is_void_by_another_value_and_fetched_by_the_agreed_one(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meter = centre.meter(1, |_| ()).await;
    meter.call(centre.link, Trigger::Manual, &[amount(4_000)]).await;
    announce(&centre, &meter, None).await;
    meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await;
    assert_eq!(centre.one("SELECT COUNT(*) FROM opening WHERE ended = 'other_value'").await, 1);
    meter.call(centre.link, Trigger::Manual, &[zero("")]).await;
    assert!(!meter.device.has_next_codeword);
    meter.call(centre.link, Trigger::Manual, &[amount(4_000)]).await;
    announce(&centre, &meter, Some(4_000)).await;
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await, [DONE]);
    assert!(meter.device.has_next_codeword, "credit and Y' came in one call");
    assert_eq!(meter.device.registers.r3, money(8_000));
    centre.stop().await;
}

/// Claim: B20
async fn automatic_calls_are_told_apart_and_their_repetition_is_inspected(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meter = centre.meter(1, |_| ()).await;
    for _ in 0..3 {
        assert_eq!(centre.status(&meter).await, Status::Okay);
        tokio::time::sleep(Duration::from_millis(3)).await;
        assert_eq!(meter.call(centre.link, Trigger::Automatic, &[Ask::Contact]).await, [DONE]);
    }
    assert_eq!(centre.one("SELECT COUNT(*) FROM meter_call WHERE trigger_kind = 'automatic'").await, 3);
    assert_eq!(centre.status(&meter).await, Status::Suspicious);
    assert_eq!(
        centre.one("SELECT COUNT(*) FROM reaction WHERE kind = 'inspect' AND done_ms IS NULL").await,
        1
    );
    let noted = centre.office.note_inspected(meter.serial, "in order", "carl", now_ms()).await;
    noted.unwrap();
    assert_eq!(centre.status(&meter).await, Status::Okay);
    assert_eq!(
        centre.one("SELECT COUNT(*) FROM reaction WHERE kind = 'inspect' AND done_ms IS NULL").await,
        0
    );
    centre.stop().await;
}

/// Claim: B23
async fn a_stopped_meter_gets_no_credit_until_it_is_set_free(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meter = centre.meter(1, |_| ()).await;
    meter.call(centre.link, Trigger::Manual, &[amount(4_000)]).await;
    centre.office.queue(meter.serial, Task::Stop(true), "anna", now_ms()).await.unwrap();
    let refused = meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await;
    assert_eq!(refused, [Outcome::Refused(Refused::Stopped)]);
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[Ask::Contact]).await, [DONE]);
    assert_eq!(meter.device.order, 1, "the signal has arrived");
    centre.office.queue(meter.serial, Task::Stop(false), "anna", now_ms()).await.unwrap();
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await, [DONE]);
    assert_eq!((meter.device.order, meter.device.registers.r1), (2, money(4_000)));
    centre.stop().await;
}

/// Claim: B29
async fn a_meter_that_leaves_hands_its_credit_back(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meter = centre.meter(1, |_| ()).await;
    meter.call(centre.link, Trigger::Manual, &[amount(4_000), Ask::Refill]).await;
    meter.device.frank(1_500);
    let early = meter.call(centre.link, Trigger::Manual, &[Ask::Withdraw]).await;
    assert_eq!(early, [Outcome::Refused(Refused::NoWithdrawal)]);
    centre.office.arrange_leaving(meter.serial, "anna", now_ms()).await.unwrap();
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[Ask::Withdraw]).await, [DONE]);
    assert_eq!((meter.device.registers.r1, centre.balance().await), (Money::ZERO, 98_500));
    let gone = meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await;
    assert_eq!(gone, [Outcome::Refused(Refused::OutOfService)]);
    let queued = centre.office.queue(meter.serial, Task::ClearErrors, "anna", now_ms()).await;
    assert!(matches!(queued, Err(OfficeFault::NotPossible(NotPossible::OutOfService))), "{queued:?}");
    centre.stop().await;
}

/// The meter asks, hangs up and is called at the registered number, where its device follows its own request; a meter
/// with call-back alone gets nothing otherwise.
///
/// Claim: C8
async fn a_meter_is_called_back_at_its_registered_number(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let own = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let number: link::call::Number = format!("tcp:{}", own.local_addr().unwrap()).parse().unwrap();
    let set = number.clone();
    let mut meter = centre
        .meter(1, |enrolment| {
            enrolment.registered = Some(set);
            enrolment.call_back_only = true;
        })
        .await;
    meter.call(centre.link, Trigger::Manual, &[amount(4_000)]).await;
    let refused = meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await;
    assert_eq!(refused, [Outcome::Refused(Refused::NoRequest)]);
    let request = Ask::CallBack { request: [9; 16], amount: money(2_500), own_number: number };
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[request]).await, [DONE]);
    let (stream, _) = tokio::time::timeout(Duration::from_secs(10), own.accept()).await.unwrap().unwrap();
    assert_eq!(meter.answer(stream, &[Ask::Refill]).await, [DONE]);
    assert_eq!((meter.device.registers.r1, centre.balance().await), (money(2_500), 97_500));
    let ended = async || centre.one("SELECT COUNT(*) FROM call_back WHERE ended = 'reached'").await;
    for _ in 0..100 {
        if ended().await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(ended().await, 1);
    centre.stop().await;
}

/// Somebody asks in a meter's name: with another number nothing follows, and the meter that is called at the registered
/// number says that it holds no such request.
///
/// Claim: C9
async fn a_request_that_is_not_the_meters_gives_nothing_and_is_reported(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let own = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let number: link::call::Number = format!("tcp:{}", own.local_addr().unwrap()).parse().unwrap();
    let set = number.clone();
    let mut meter = centre.meter(1, |enrolment| enrolment.registered = Some(set)).await;
    let other = Ask::CallBack {
        request: [8; 16],
        amount: money(2_500),
        own_number: "tcp:192.0.2.66:1".parse().unwrap(),
    };
    let refused = meter.call(centre.link, Trigger::Manual, &[other]).await;
    assert_eq!(refused, [Outcome::Refused(Refused::OtherNumber)]);
    assert_eq!(centre.one("SELECT COUNT(*) FROM meter_call WHERE is_unauthorised = 1").await, 1);
    // A thief with the meter's key asks for the right number; the device itself has never heard of it.
    let request = Ask::CallBack { request: [9; 16], amount: money(2_500), own_number: number };
    assert_eq!(meter.call(centre.link, Trigger::Manual, &[request]).await, [DONE]);
    meter.end.forget_request();
    let (stream, _) = tokio::time::timeout(Duration::from_secs(10), own.accept()).await.unwrap().unwrap();
    assert_eq!(meter.answer(stream, &[Ask::Refill]).await, []);
    let reported = async || centre.one("SELECT COUNT(*) FROM meter_call WHERE is_unauthorised = 1").await;
    for _ in 0..100 {
        if reported().await == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!((reported().await, centre.balance().await), (2, 100_000));
    assert_eq!(meter.device.registers.r1, Money::ZERO);
    centre.stop().await;
}

/// What strangers send leaves evidence and nothing else.
async fn strangers_leave_evidence_and_nothing_else(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let meter = centre.meter(1, |_| ()).await;
    let mut refusals = 0;
    let unknown = [&[1, 1][..], &77_777_777_u32.to_le_bytes(), &[3; 16], &[4; 60]].concat();
    let forged = [&[1, 1][..], &meter.pan.to_le_bytes(), &[3; 16], &[4; 200]].concat();
    let version = [&[1, 9][..], &[3; 40]].concat();
    for frame in [&b"GET / HTTP/1.1\r\n"[..], &unknown, &forged, &version, &[5, 0, 0, 0, 0], &[6]] {
        let mut stream = TcpStream::connect(centre.link).await.unwrap();
        let length = (frame.len() as u16).to_le_bytes();
        stream.write_all(&[&length[..], frame].concat()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        refusals += usize::from(!answer.is_empty());
    }
    assert_eq!(
        refusals, 2,
        "an unknown number and an unknown version are told in clear, everything else nothing"
    );
    assert_eq!(centre.one("SELECT COUNT(*) FROM meter_call WHERE serial IS NULL AND failure <> ''").await, 6);
    assert_eq!(centre.one("SELECT COUNT(*) FROM meter_call WHERE pan = 77777777").await, 1);
    assert_eq!((centre.status(&meter).await, centre.balance().await), (Status::Okay, 100_000));
    centre.stop().await;
}

/// A flood of broken calls from another address: every good call comes through.
async fn good_calls_come_through_a_flood_of_broken_ones(database: Database) {
    let centre = Centre::start(&database, Rate { burst: 20, ..Rate::default() }).await;
    let mut meter = centre.meter(1, |_| ()).await;
    meter.call(centre.link, Trigger::Manual, &[amount(10)]).await;
    let (ending, ended) = watch::channel(false);
    let link = centre.link;
    let flood = tokio::spawn(async move {
        let mut sent = 0;
        while !*ended.borrow() {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            // Another address of this machine than the good caller's.
            socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
            let Ok(mut stream) = socket.connect(link).await else { continue };
            let _ = stream.write_all(&[9, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8]).await;
            sent += 1;
            // What is held open ties up nothing.
            if sent % 8 != 0 {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        sent
    });
    for _ in 0..20 {
        assert_eq!(meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await, [DONE]);
    }
    ending.send(true).unwrap();
    assert!(flood.await.unwrap() > 20, "there was a flood");
    assert_eq!(meter.device.registers.r3, money(200));
    centre.stop().await;
}

/// Everything that was done stands in a log that an outsider can verify, with all of its seals.
///
/// Claim: X11
async fn what_was_done_can_be_verified_by_an_outsider(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let office = &centre.office;
    let name = LogName::new("Insel-Post", office.issuer().verifying_key()).unwrap();
    let store = office.books().store().clone();
    let mut meter = centre.meter(1, |_| ()).await;
    meter.call(centre.link, Trigger::Manual, &[amount(4_000), Ask::Refill]).await;
    let first = log::seal(&store, &name, office.issuer(), now_ms()).await.unwrap().unwrap();
    assert_eq!(log::seal(&store, &name, office.issuer(), now_ms()).await.unwrap(), None, "nothing has grown");
    meter.call(centre.link, Trigger::Manual, &[Ask::Refill]).await;
    let second = log::seal(&store, &name, office.issuer(), now_ms()).await.unwrap().unwrap();
    let mut file = Vec::new();
    let (entries, seals) = log::export(store.reads(), &name, &mut file, |_| ()).await.unwrap();
    assert_eq!(seals, 2);
    let expected = verify::Expected {
        key: Some(office.issuer().verifying_key()),
        seals: [(1, first.body.hash()), (2, second.body.hash())].into(),
    };
    let verdict = |file: &[u8]| verify::verify(file, &expected, |_| ()).unwrap();
    match verdict(&file) {
        verify::Verdict::Genuine(found) => {
            assert_eq!((found.entries, found.seals, found.unsealed), (entries, 2, 0));
            assert!(found.chains >= 2, "the meter's and the desk's");
        }
        broken => panic!("{broken:?}"),
    }
    // Somebody changes an amount in the table, where nobody looks.
    let changed = "UPDATE audit_entry SET event = REPLACE(event, '4000', '4001') WHERE chain LIKE 'meter:%'";
    sqlx::query(changed).execute(store.reads()).await.unwrap();
    let mut file = Vec::new();
    log::export(store.reads(), &name, &mut file, |_| ()).await.unwrap();
    assert!(matches!(verdict(&file), verify::Verdict::Broken { .. }));
    centre.stop().await;
}

/// Personalisation leaves the centre only before the meter's first call; keys lie in the tables in coded form alone.
async fn keys_lie_in_coded_form_and_are_given_out_before_the_first_call_alone(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meter = centre.meter(1, |_| ()).await;
    meter.call(centre.link, Trigger::Manual, &[amount(4_000)]).await;
    let refused = centre.office.personalise(meter.serial, "anna", now_ms()).await;
    assert!(matches!(refused, Err(OfficeFault::Request(_))), "{refused:?}");
    let kept = centre.office.keys().find(KeyName::Link(meter.serial)).await.unwrap().unwrap();
    let clear: String = meter.link.bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!kept.contains(&clear));
    assert_eq!(centre.one("SELECT COUNT(*) FROM wrapped_key WHERE name LIKE 'imprint:%'").await, 1);
    let conditions = Conditions { refill_max: money(10), call_back_only: true, registered: None };
    let refused = centre.office.set_conditions(meter.serial, &conditions, "anna", now_ms()).await;
    assert!(matches!(refused, Err(OfficeFault::Request(_))), "{refused:?}");
    centre.stop().await;
}

on_each_database! {
    a_refill_comes_once_wherever_the_line_is_cut
    a_meter_with_its_changed_key_gets_nothing_and_is_marked
    a_meter_that_dialled_the_former_number_is_told_the_new_one
    an_announced_opening_is_fetched_and_kept_with_its_seals
    an_announced_opening_is_void_by_another_value_and_fetched_by_the_agreed_one
    automatic_calls_are_told_apart_and_their_repetition_is_inspected
    a_stopped_meter_gets_no_credit_until_it_is_set_free
    a_meter_that_leaves_hands_its_credit_back
    a_meter_is_called_back_at_its_registered_number
    a_request_that_is_not_the_meters_gives_nothing_and_is_reported
    strangers_leave_evidence_and_nothing_else
    good_calls_come_through_a_flood_of_broken_ones
    what_was_done_can_be_verified_by_an_outsider
    keys_lie_in_coded_form_and_are_given_out_before_the_first_call_alone
}
