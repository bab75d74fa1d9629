//! Lists over the books: what the office and calls have put there is read back.

use crate::account_device::{Device, money, serial, work};
use crate::databases::{Database, on_each_database};
use crate::office_desk::{Bureau, DAY_MS, START_MS, payment};
use centre::account::Gone;
use centre::audit::{LogName, log};
use centre::books::{Books, BooksFault, CallNote, CustomerChange, Page};
use centre::catalogue::{
    CallFilter, MeterFilter, Section, ServiceWord, WhichCalls, WhichDeposits, WhichReactions,
};
use centre::decisions::Cause;
use centre::deposits::{Deposits, ReferenceFault, Unclear, UnclearDeposit};
use centre::dossier::Turn;
use centre::office::{Mark, OpeningRequest};
use link::call::Ask;
use std::convert::Infallible;
use terms::Serial;
use terms::equations::Status;

on_each_database! {
    meters_come_by_rising_serial_number_and_section_by_section
    meters_are_found_by_what_is_asked_for
    a_meter_that_was_called_shows_all_of_its_history
    what_is_written_out_of_a_meter_holds_no_codeword
    customers_come_by_number_with_their_meters_and_entries
    deposits_that_name_nobody_wait_in_a_list_of_their_own
    suspects_come_with_their_reasons_and_what_is_to_be_done
    overdue_meters_are_counted_apart
    calls_come_the_newest_first_and_failures_apart
    the_seals_of_the_log_come_with_the_hash_that_is_printed
}

fn meter(value: u32) -> Serial {
    Serial::new(value).unwrap()
}

async fn meters_come_by_rising_serial_number_and_section_by_section(database: Database) {
    let bureau = Bureau::open(database).await;
    let customer = bureau.customer("A", 0).await;
    let all = [3, 1, 99_999_999, 20_000_000, 7];
    for value in all {
        bureau.meter(meter(value), customer).await;
    }
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let section = Section::new(after.as_deref(), Some(2)).unwrap();
        let listed = bureau.catalogue().meters(&MeterFilter::default(), &section).await.unwrap();
        assert!(listed.items.len() <= 2);
        found.extend(listed.items.iter().map(|row| row.serial.value()));
        // A meter that comes in between behind the place is seen; one before it is not.
        if after.is_none() {
            bureau.meter(meter(2), customer).await;
            bureau.meter(meter(8), customer).await;
        }
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, [1, 3, 7, 8, 20_000_000, 99_999_999]);
}

async fn meters_are_found_by_what_is_asked_for(database: Database) {
    let bureau = Bureau::open(database).await;
    let (one, two) = (bureau.customer("One", 0).await, bureau.customer("Two", 0).await);
    for (value, customer) in [(1_234, one), (51_234_999, two), (7, two), (8, two)] {
        bureau.meter(meter(value), customer).await;
    }
    let office = &bureau.office;
    office.mark(meter(7), &Mark::Set("odd".to_owned()), "anna", START_MS).await.unwrap();
    office.note_gone(meter(8), Gone::Lost, "anna", START_MS).await.unwrap();
    office.arrange_leaving(meter(1_234), "anna", START_MS).await.unwrap();
    let check = async |filter: MeterFilter, expected: &[u32]| {
        let listed = bureau.catalogue().meters(&filter, &Section::first()).await.unwrap();
        let found: Vec<_> = listed.items.iter().map(|row| row.serial.value()).collect();
        assert_eq!(found, expected, "{filter:?}");
    };
    let none = MeterFilter::default;
    check(none(), &[7, 8, 1_234, 51_234_999]).await;
    check(MeterFilter { customer: Some(two), ..none() }, &[7, 8, 51_234_999]).await;
    check(MeterFilter { status: Some(Status::Suspicious), ..none() }, &[7]).await;
    check(MeterFilter { status: Some(Status::Okay), customer: Some(two), ..none() }, &[8, 51_234_999]).await;
    check(MeterFilter { service: Some(ServiceWord::Gone), ..none() }, &[8]).await;
    check(MeterFilter { service: Some(ServiceWord::Leaving), ..none() }, &[1_234]).await;
    check(MeterFilter { service: Some(ServiceWord::Settled), ..none() }, &[]).await;
    let text = |text: &str| MeterFilter { serial_text: Some(text.to_owned()), ..none() };
    check(text("1234"), &[1_234, 51_234_999]).await;
    check(text("00001234"), &[1_234]).await;
    check(text("0000000"), &[7, 8]).await;
    check(text("%"), &[]).await;
    check(text("'; DROP TABLE meter; --"), &[]).await;
    let fleet = bureau.catalogue().fleet().await.unwrap();
    assert_eq!((fleet.meters(), fleet.with_status(Status::Okay)), (4, 3));
    assert_eq!((fleet.with_service(ServiceWord::InService), fleet.with_service(ServiceWord::Gone)), (2, 1));
    assert_eq!((fleet.customers, fleet.stopped, fleet.overdue), (2, 0, 0));
}

async fn called(database: Database) -> (Bureau, Device) {
    let mut bureau = Bureau::open(database).await;
    let customer = bureau.customer("Caller", 50_000).await;
    bureau.meter(serial(), customer).await;
    let mut device = Device { seal: 7, ..Device::default() };
    let amount = |minor| Ask::Amount { amount: money(minor), work: work("") };
    bureau.call(&mut device, &[amount(10_000), Ask::Refill]).await;
    device.frank(100);
    bureau.now_ms += DAY_MS;
    bureau.call(&mut device, &[Ask::Refill]).await;
    (bureau, device)
}

async fn a_meter_that_was_called_shows_all_of_its_history(database: Database) {
    let (bureau, device) = called(database).await;
    let detail = bureau.catalogue().meter(serial()).await.unwrap();
    assert_eq!(detail.meter.r1_minor, device.registers.r1.minor());
    assert_eq!(detail.meter.heard_ms, Some(bureau.now_ms));
    let readings: Vec<_> = detail.readings.iter().map(|reading| reading.registers.r3_minor).collect();
    assert!(readings.is_sorted() && readings.last() == Some(&20_000), "{readings:?}");
    let grants: Vec<_> =
        detail.grants.iter().map(|grant| (grant.number, grant.amount_minor, grant.state.as_str())).collect();
    assert_eq!(grants, [(2, 10_000, "taken"), (1, 10_000, "taken")]);
    assert_eq!(detail.calls.len(), 2);
    assert!(detail.calls[0].opened_ms > detail.calls[1].opened_ms);
    assert_eq!(detail.calls[1].ask.as_deref(), Some("refill"));
    assert_eq!(detail.standing.granted_minor, 20_000);
    assert_eq!(detail.standing.registers.map(|registers| registers.r2_minor), Some(100));
    assert_eq!(detail.standing.profile, "p1");
    assert_eq!(detail.audit.last().map(|entry| entry.event["kind"].clone()), Some("meter_registered".into()));
    assert_eq!(detail.audit[0].who, "meter");
    assert_eq!(detail.folder.serial(), serial());
    let missing = bureau.catalogue().meter(meter(1)).await;
    assert!(matches!(missing, Err(BooksFault::NoMeter(_))));
}

async fn what_is_written_out_of_a_meter_holds_no_codeword(database: Database) {
    let (bureau, _) = called(database).await;
    let request = OpeningRequest {
        technician: "T. Nician".to_owned(),
        about_ms: bureau.now_ms,
        work: "rollers".to_owned(),
        minutes: None,
        agreed: Some(money(5_000)),
    };
    let number = bureau.office.announce(serial(), &request, "anna", bureau.now_ms).await.unwrap();
    let detail = bureau.catalogue().meter(serial()).await.unwrap();
    let opening = &detail.openings[0];
    assert_eq!(
        (opening.number, opening.work.as_str(), opening.agreed_minor),
        (number, "rollers", Some(5_000))
    );
    assert_eq!(detail.standing.opening.as_ref().map(|opening| opening.stage), Some("announced"));
    let state = detail.folder.file.account.state();
    let codeword: String =
        state.opening.as_ref().unwrap().next.iter().map(|byte| format!("{byte:02x}")).collect();
    let stored = serde_json::to_string(state).unwrap();
    assert!(stored.contains(&codeword), "this is how it would be written");
    let written = serde_json::to_string(&detail).unwrap();
    assert!(written.contains("rollers") && !written.contains(&codeword));
}

async fn customers_come_by_number_with_their_meters_and_entries(database: Database) {
    let bureau = Bureau::open(database).await;
    let mut all = Vec::new();
    for number in 1..=12 {
        all.push(bureau.customer(&format!("Customer {number} 100%"), number * 100).await);
    }
    bureau.meter(meter(1), all[4]).await;
    bureau.meter(meter(2), all[4]).await;
    let catalogue = bureau.catalogue();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let section = Section::new(after.as_deref(), Some(5)).unwrap();
        let listed = catalogue.customers(None, &section).await.unwrap();
        found.extend(listed.items);
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found.iter().map(|row| row.reference).collect::<Vec<_>>(), all);
    assert_eq!((found[4].meters, found[4].balance_minor, found[5].meters), (2, 500, 0));
    for (text, expected) in [("customer 7 ", 1), ("CUSTOMER 1", 4), ("0%", 12), ("_", 0), ("nobody", 0)] {
        let listed = catalogue.customers(Some(text), &Section::first()).await.unwrap();
        assert_eq!(listed.items.len(), expected, "{text}");
    }
    let compact = all[2].to_string().replace(' ', "");
    let listed = catalogue.customers(Some(&compact), &Section::first()).await.unwrap();
    assert_eq!(listed.items.iter().map(|row| row.reference).collect::<Vec<_>>(), [all[2]]);
    let change =
        CustomerChange { name: "Other".into(), limit: money(9), is_active: false, reason: "x".into() };
    bureau.office.books().change_customer(all[0], &change, "anna", START_MS).await.unwrap();
    bureau.office.reverse_deposit("first of Customer 1 100%", "bounced", "anna", START_MS).await.unwrap();
    let customer = catalogue.customer(all[0]).await.unwrap();
    assert_eq!((customer.name.as_str(), customer.limit_minor, customer.is_active), ("Other", 9, false));
    let entries = catalogue.entries(all[0], &Section::first()).await.unwrap();
    let entries: Vec<_> = entries
        .items
        .iter()
        .map(|entry| (entry.kind.as_str(), entry.amount_minor, entry.balance_minor))
        .collect();
    assert_eq!(entries, [("reversal", -100, 0), ("deposit", 100, 100)]);
    let reversed =
        catalogue.deposits(WhichDeposits::Reversed, Some(all[0]), &Section::first()).await.unwrap();
    assert_eq!(reversed.items.len(), 1);
}

async fn deposits_that_name_nobody_wait_in_a_list_of_their_own(database: Database) {
    let bureau = Bureau::open(database).await;
    let customer = bureau.customer("A", 0).await;
    let unclear = |name: &str| UnclearDeposit {
        why: Unclear::Reference(ReferenceFault::Check),
        payment: payment(name, 500),
    };
    let file =
        Deposits { unclear: vec![unclear("b/1 ä"), unclear("b/2"), unclear("b/3")], ..Deposits::default() };
    let booked = bureau.office.book(&file, "anna", START_MS).await.unwrap();
    assert_eq!(booked.unclear, 3);
    bureau.office.assign_deposit("b/2", customer, "anna", START_MS).await.unwrap();
    let catalogue = bureau.catalogue();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let section = Section::new(after.as_deref(), Some(1)).unwrap();
        let listed = catalogue.deposits(WhichDeposits::Unclear, None, &section).await.unwrap();
        found.extend(listed.items);
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    let names: Vec<_> = found.iter().map(|row| row.bank_reference.as_str()).collect();
    assert_eq!(names, ["b/3", "b/1 ä"]);
    assert!(found.iter().all(|row| row.customer.is_none() && row.unclear.is_some()));
    assert_eq!(catalogue.fleet().await.unwrap().unclear_deposits, 2);
    let assigned = catalogue.deposit("b/2").await.unwrap().unwrap();
    assert_eq!((assigned.customer, assigned.unclear), (Some(customer), None));
    assert_eq!(catalogue.deposit("b/9").await.unwrap(), None);
    let all = catalogue.deposits(WhichDeposits::All, None, &Section::first()).await.unwrap();
    assert_eq!(all.items.len(), 3);
}

async fn suspects_come_with_their_reasons_and_what_is_to_be_done(database: Database) {
    let bureau = Bureau::open(database).await;
    let customer = bureau.customer("A", 0).await;
    for value in 1..=4 {
        bureau.meter(meter(value), customer).await;
        if value != 2 {
            let mark = Mark::Set("seen open".to_owned());
            // The two last at the same time.
            let at_ms = START_MS + i64::from(value.min(3)) * 1_000;
            bureau.office.mark(meter(value), &mark, "anna", at_ms).await.unwrap();
        }
    }
    let catalogue = bureau.catalogue();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let section = Section::new(after.as_deref(), Some(1)).unwrap();
        let listed = catalogue.suspects(&section).await.unwrap();
        found.extend(listed.items);
        after = listed.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found.iter().map(|row| row.meter.serial.value()).collect::<Vec<_>>(), [3, 4, 1]);
    assert_eq!(found[0].meter.suspect_ms, Some(START_MS + 3_000));
    assert_eq!(found[0].reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>(), ["marked"]);
    assert!(found[0].reasons[0].sentence.contains("anna"));
    let open = async |which| {
        let (mut found, mut after): (Vec<_>, Option<String>) = (Vec::new(), None);
        loop {
            let section = Section::new(after.as_deref(), Some(2)).unwrap();
            let listed = catalogue.reactions(which, &section).await.unwrap();
            found.extend(listed.items.into_iter().map(|row| (row.serial.value(), row.kind)));
            after = listed.next;
            if after.is_none() {
                break found;
            }
        }
    };
    let notices = open(WhichReactions::Notices).await;
    let tell = |value| (value, "tell_post".to_owned());
    assert_eq!(notices, [tell(1), tell(3), tell(4)]);
    let inspect = |value| (value, "inspect_unless_heard".to_owned());
    assert_eq!(open(WhichReactions::Inspections).await, [inspect(1), inspect(3), inspect(4)]);
    assert_eq!(open(WhichReactions::Calls).await, []);
    assert_eq!(open(WhichReactions::All).await.len(), 6);
    let fleet = catalogue.fleet().await.unwrap();
    assert_eq!((fleet.inspections, fleet.notices, fleet.calls_to_make), (3, 3, 0));
    bureau.office.note_inspected(meter(3), "in order", "berta", START_MS + 9_000).await.unwrap();
    assert_eq!(open(WhichReactions::Inspections).await, [inspect(1), inspect(4)]);
    let detail = catalogue.meter(meter(1)).await.unwrap();
    let status: Vec<_> = detail.reactions.iter().map(|row| row.status).collect();
    assert!(status.contains(&Some(Status::Suspicious)), "{status:?}");
}

async fn overdue_meters_are_counted_apart(database: Database) {
    let (bureau, _) = called(database).await;
    let customer = bureau.customer("overdue", 0).await;
    bureau.meter(meter(5), customer).await;
    // A person of that name is no reason.
    bureau.office.mark(meter(5), &Mark::Set("\"overdue\"".into()), "overdue", START_MS).await.unwrap();
    assert_eq!(bureau.catalogue().fleet().await.unwrap().overdue, 0);
    let late_ms = bureau.now_ms + 400 * DAY_MS;
    let judge = |folder: &mut centre::books::Folder, page: &mut Page| {
        let mut turn = Turn::default();
        folder.file.react(&Default::default(), &Cause::RegularRun, &mut turn, late_ms);
        page.turn(folder, turn);
        Ok::<_, Infallible>(())
    };
    let books = bureau.office.books();
    books.change(serial(), Page::new("centre", late_ms), judge).await.unwrap().unwrap();
    let fleet = bureau.catalogue().fleet().await.unwrap();
    assert_eq!((fleet.overdue, fleet.calls_to_make), (1, 1));
    let filter = MeterFilter { only_overdue: true, ..MeterFilter::default() };
    let listed = bureau.catalogue().meters(&filter, &Section::first()).await.unwrap();
    assert_eq!(listed.items.iter().map(|row| row.serial).collect::<Vec<_>>(), [serial()]);
}

async fn calls_come_the_newest_first_and_failures_apart(database: Database) {
    let (bureau, _) = called(database).await;
    let stranger = |id: &str, at_ms, failure: &str, is_unauthorised| CallNote {
        id: id.to_owned(),
        serial: None,
        pan: Some(77),
        trigger: None,
        origin: "192.0.2.7".to_owned(),
        opened_ms: at_ms,
        last_ms: at_ms,
        transactions: 0,
        ask: String::new(),
        step: 513,
        failure: failure.to_owned(),
        is_unauthorised,
    };
    let books = bureau.office.books();
    for (id, failure, is_unauthorised) in
        [("a", "garbled", false), ("b", "not entitled", true), ("c", "x", false)]
    {
        books.note_stranger(&stranger(id, START_MS + 5, failure, is_unauthorised)).await.unwrap();
    }
    let catalogue = bureau.catalogue();
    let of = async |which, serial| {
        let (mut found, mut after): (Vec<_>, Option<String>) = (Vec::new(), None);
        loop {
            let section = Section::new(after.as_deref(), Some(2)).unwrap();
            let listed = catalogue.calls(&CallFilter { which, serial }, &section).await.unwrap();
            found.extend(listed.items);
            after = listed.next;
            if after.is_none() {
                break found;
            }
        }
    };
    let all = of(WhichCalls::All, None).await;
    assert_eq!(all.len(), 5);
    assert!(all.is_sorted_by_key(|call| std::cmp::Reverse((call.opened_ms, call.id.clone()))));
    let failed = of(WhichCalls::Failed, None).await;
    assert_eq!(failed.iter().map(|call| call.id.as_str()).collect::<Vec<_>>(), ["c", "b", "a"]);
    let unauthorised = of(WhichCalls::Unauthorised, None).await;
    let found: Vec<_> = unauthorised
        .iter()
        .map(|call| (call.id.as_str(), call.origin.as_str(), call.call_number, call.step, call.opened_ms))
        .collect();
    assert_eq!(found, [("b", "192.0.2.7", Some(77), 513, START_MS + 5)]);
    assert_eq!(of(WhichCalls::All, Some(serial())).await.len(), 2);
    assert_eq!(catalogue.denied_call_backs(10).await.unwrap(), []);
}

async fn the_seals_of_the_log_come_with_the_hash_that_is_printed(database: Database) {
    let bureau = Bureau::open(database).await;
    let issuer = bureau.office.issuer().clone();
    let name = LogName::new("Test Post", issuer.verifying_key()).unwrap();
    let mut seals = Vec::new();
    for round in 1..=3 {
        bureau.customer(&format!("C{round}"), 0).await;
        seals.push(log::seal(&bureau.store, &name, &issuer, START_MS + round).await.unwrap().unwrap());
    }
    let catalogue = bureau.catalogue();
    let listed = catalogue.seals(&Section::new(None, Some(2)).unwrap()).await.unwrap();
    let rest = catalogue.seals(&Section::new(listed.next.as_deref(), None).unwrap()).await.unwrap();
    let hashes: Vec<_> = listed.items.iter().chain(&rest.items).map(|seal| seal.hash.clone()).collect();
    let expected: Vec<_> = seals.iter().rev().map(|seal| seal.body.hash().to_string()).collect();
    assert_eq!(hashes, expected);
    assert_eq!(catalogue.runs(&Section::first()).await.unwrap().items, []);
}
