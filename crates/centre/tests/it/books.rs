//! What all books promise, in memory, in a file and on a server: one suite.

use crate::account_device::{Device, money};
use crate::databases::Database;
use centre::account::{Call, Given};
use centre::books::{
    Books, BooksFault, CallBackEnd, Conditions, CustomerChange, Folder, MemoryBooks, NamedKey, NewMeter,
    Page, Passport, SqlBooks,
};
use centre::decisions::Settings;
use centre::deposits::{CustomerReference, Payment};
use centre::keys::{FileMaster, IfMissing, KeyName, MasterKey};
use imprint::numbers::{Key, Profile};
use link::Report;
use link::call::{Ask, Refused, Trigger};
use std::sync::atomic::{AtomicU64, Ordering};
use terms::{Date, Money, Serial};

const NOW_MS: i64 = 1_795_262_400_000;

fn serial(number: u32) -> Serial {
    Serial::new(20_000_000 + number).unwrap()
}

fn master(folder: &std::path::Path) -> MasterKey {
    MasterKey::File(FileMaster::open(&folder.join("master.key"), IfMissing::Make).unwrap())
}

fn new_meter(number: u32, customer: CustomerReference, master: &MasterKey) -> NewMeter {
    let name = KeyName::Link(serial(number));
    let wrapped = master.wrap(name, &Key::new([number as u8; 32])).unwrap();
    NewMeter {
        serial: serial(number),
        pan: number,
        customer,
        passport: Passport {
            value_min: money(1),
            value_max: money(9_999),
            days_ahead: 30,
            seal: 7,
            is_specimen: true,
            profiles: vec![Profile::named("p1").unwrap()],
            layouts: Vec::new(),
            cliches: Vec::new(),
            settings: psd::Settings::default(),
        },
        conditions: Conditions {
            refill_max: money(100_000),
            call_back_only: false,
            registered: Some("tcp:192.0.2.7:7080".parse().unwrap()),
        },
        keys: vec![NamedKey { name, wrapped }],
    }
}

fn payment(amount: u64, reference: &str) -> Payment {
    Payment {
        line: 0,
        amount: money(amount),
        booked_on: Date::new(2026, 11, 20).unwrap(),
        bank_reference: reference.to_owned(),
        payer: String::new(),
        remittance: String::new(),
    }
}

/// Books with one customer who has paid 10 000, and one meter.
struct Shop<'a, B> {
    books: &'a B,
    master: MasterKey,
    customer: CustomerReference,
    device: Device,
    now_ms: AtomicU64,
}

impl<'a, B: Books> Shop<'a, B> {
    async fn open(books: &'a B, folder: &std::path::Path) -> Shop<'a, B> {
        let master = master(folder);
        let customer = books.add_customer("Muster and Sons", Money::ZERO, "anna", NOW_MS).await.unwrap();
        assert!(books.deposit(Ok(customer), &payment(10_000, "b1"), "anna", NOW_MS).await.unwrap());
        books.enrol(&new_meter(1, customer, &master), Page::new("anna", NOW_MS)).await.unwrap();
        let device = Device { seal: 7, ..Device::default() };
        Shop { books, master, customer, device, now_ms: AtomicU64::new(NOW_MS as u64) }
    }

    fn tick(&self) -> i64 {
        self.now_ms.fetch_add(1_000, Ordering::Relaxed) as i64
    }

    fn report(&self) -> Report {
        Report { serial: serial(1), ..self.device.report() }
    }

    async fn balance(&self) -> i64 {
        self.books.customer(self.customer).await.unwrap().balance_minor
    }

    async fn granted(&self) -> (Money, bool) {
        let folder = self.books.folder(serial(1)).await.unwrap();
        let state = folder.file.account.state();
        (state.granted, state.open.is_some())
    }

    /// Step 511 of a call: hears the device and books what it asks for.
    async fn begin(&self, ask: &Ask) -> Result<centre::account::Plan, Refused> {
        let (report, now_ms) = (self.report(), self.tick());
        let call = Call { trigger: Trigger::Manual, opened_ms: now_ms };
        let settings = Settings::default();
        let change = |folder: &mut Folder, page: &mut Page| {
            let Folder { file, conditions, customer, .. } = folder;
            let begun = file.begin(&call, &report, ask, &conditions.rules(customer), &settings, now_ms);
            let (plan, turn) = begun.map_err(|_| Refused::OutOfTurn)?;
            page.turn(folder, turn);
            Ok(plan)
        };
        self.books.change(serial(1), Page::new("meter", now_ms), change).await.unwrap()?
    }

    async fn confirm(&self, given: &Given, confirm: &link::call::Confirm) {
        let confirm = &link::call::Confirm { report: self.report(), ..confirm.clone() };
        let now_ms = self.tick();
        let call = Call { trigger: Trigger::Manual, opened_ms: now_ms };
        let settings = Settings::default();
        let change = |folder: &mut Folder, page: &mut Page| {
            let settled = folder.file.confirm(&call, given, confirm, &settings, now_ms);
            let (end, turn) = settled.map_err(|_| Refused::OutOfTurn)?;
            page.turn(folder, turn);
            Ok::<_, Refused>(end)
        };
        self.books.change(serial(1), Page::new("meter", now_ms), change).await.unwrap().unwrap();
    }
}

fn amount(minor: u64) -> Ask {
    Ask::Amount { amount: money(minor), work: Default::default() }
}

/// A refill debits the customer once, and what he was debited is what the meter was granted and may still take.
async fn a_refill_moves_money_once<B: Books>(books: &B, folder: &std::path::Path) {
    let mut shop = Shop::open(books, folder).await;
    let plan = shop.begin(&amount(4_000)).await.unwrap();
    let confirm = shop.device.carry_out_all(&plan);
    shop.confirm(&plan.given, &confirm).await;
    assert_eq!((shop.balance().await, shop.granted().await), (10_000, (Money::ZERO, false)));
    let plan = shop.begin(&Ask::Refill).await.unwrap();
    assert_eq!((shop.balance().await, shop.granted().await), (6_000, (Money::ZERO, true)));
    // The line is cut, and the meter asks again: the same grant comes once more.
    let again = shop.begin(&Ask::Refill).await.unwrap();
    assert_eq!(again.credit, plan.credit);
    assert_eq!(shop.balance().await, 6_000);
    let confirm = shop.device.carry_out_all(&again);
    shop.confirm(&again.given, &confirm).await;
    assert_eq!((shop.balance().await, shop.granted().await), (6_000, (money(4_000), false)));
    assert_eq!(shop.device.registers.r1, money(4_000));
}

/// What the account does not suffice for is refused, and nothing moves.
async fn funds_that_do_not_suffice_are_refused<B: Books>(books: &B, folder: &std::path::Path) {
    let mut shop = Shop::open(books, folder).await;
    let plan = shop.begin(&amount(6_000)).await.unwrap();
    shop.device.carry_out_all(&plan);
    let plan = shop.begin(&Ask::Refill).await.unwrap();
    shop.device.carry_out_all(&plan);
    assert_eq!(shop.begin(&Ask::Refill).await.unwrap_err(), Refused::Funds);
    assert_eq!((shop.balance().await, shop.granted().await), (4_000, (money(6_000), false)));
    let change = CustomerChange {
        name: "Muster and Sons".to_owned(),
        limit: money(2_000),
        is_active: true,
        reason: "a good payer".to_owned(),
    };
    books.change_customer(shop.customer, &change, "anna", NOW_MS).await.unwrap();
    shop.begin(&Ask::Refill).await.unwrap();
    assert_eq!(shop.balance().await, -2_000);
    let change = CustomerChange { is_active: false, ..change };
    books.change_customer(shop.customer, &change, "anna", NOW_MS).await.unwrap();
    assert_eq!(books.customer(shop.customer).await.unwrap().funds(), Money::ZERO);
}

/// A change that is refused, or whose maker is cut off, has changed nothing.
async fn a_refused_change_changes_nothing<B: Books>(books: &B, folder: &std::path::Path) {
    Shop::open(books, folder).await;
    let refuse = |folder: &mut Folder, page: &mut Page| {
        folder.conditions.refill_max = money(1);
        page.event(centre::audit::Event::ChangedKey {});
        Err::<(), &str>("no")
    };
    assert_eq!(books.change(serial(1), Page::new("anna", NOW_MS), refuse).await.unwrap(), Err("no"));
    let after = books.folder(serial(1)).await.unwrap();
    assert_eq!((after.conditions.refill_max, after.version), (money(100_000), 1));
    let unknown = books.folder(serial(9)).await;
    assert!(matches!(unknown, Err(BooksFault::NoMeter(number)) if number == serial(9)));
}

/// A payment is booked once by the bank's reference, whoever it is said to be from.
async fn a_payment_is_booked_once<B: Books>(books: &B, folder: &std::path::Path) {
    let shop = Shop::open(books, folder).await;
    assert!(!books.deposit(Ok(shop.customer), &payment(10_000, "b1"), "anna", NOW_MS).await.unwrap());
    assert!(books.deposit(Err("nobody is named".into()), &payment(500, "b2"), "anna", NOW_MS).await.unwrap());
    assert!(!books.deposit(Ok(shop.customer), &payment(500, "b2"), "anna", NOW_MS).await.unwrap());
    assert_eq!(shop.balance().await, 10_000);
    let nobody = CustomerReference::new(99).unwrap();
    let refused = books.deposit(Ok(nobody), &payment(5, "b3"), "anna", NOW_MS).await;
    assert!(matches!(refused, Err(BooksFault::NoCustomer(_))), "{refused:?}");
    assert!(books.deposit(Ok(shop.customer), &payment(5, "b3"), "anna", NOW_MS).await.unwrap());
}

/// A serial number and a call number stand in the books once.
async fn a_meter_is_enrolled_once<B: Books>(books: &B, folder: &std::path::Path) {
    let shop = Shop::open(books, folder).await;
    let enrol = async |number: u32, pan: u32| {
        let meter = NewMeter { pan, ..new_meter(number, shop.customer, &shop.master) };
        books.enrol(&meter, Page::new("anna", NOW_MS)).await
    };
    assert!(matches!(enrol(1, 5).await, Err(BooksFault::MeterExists(_))));
    assert!(matches!(enrol(2, 1).await, Err(BooksFault::MeterExists(_))));
    enrol(2, 2).await.unwrap();
    let caller = books.caller(2).await.unwrap().unwrap();
    assert_eq!(caller.serial, serial(2));
    let wrapped = caller.link_key.parse().unwrap();
    assert_eq!(shop.master.unwrap(KeyName::Link(serial(2)), &wrapped).unwrap(), Key::new([2; 32]));
    assert!(books.caller(77).await.unwrap().is_none());
}

/// A call-back is handed to one caller at a time, and again where that one fell silent.
async fn a_call_back_is_handed_out_once<B: Books>(books: &B, folder: &std::path::Path) {
    let shop = Shop::open(books, folder).await;
    assert_eq!(books.take_call_back(NOW_MS * 2, 1_000).await.unwrap(), None);
    let ask =
        |own: &str| Ask::CallBack { request: [5; 16], amount: money(100), own_number: own.parse().unwrap() };
    assert_eq!(shop.begin(&ask("tcp:192.0.2.8:7080")).await.unwrap_err(), Refused::OtherNumber);
    assert_eq!(books.take_call_back(NOW_MS * 2, 1_000).await.unwrap(), None);
    shop.begin(&ask("tcp:192.0.2.7:7080")).await.unwrap();
    let due_ms = NOW_MS + 60_000;
    let due = books.take_call_back(due_ms, 1_000).await.unwrap().unwrap();
    assert_eq!((due.serial, due.request, due.attempts), (serial(1), [5; 16], 0));
    assert_eq!(due.number.as_str(), "tcp:192.0.2.7:7080");
    assert_eq!(books.take_call_back(due_ms, 1_000).await.unwrap(), None, "somebody is at it");
    let again = books.take_call_back(due_ms + 1_001, 1_000).await.unwrap().unwrap();
    assert_eq!(again.attempts, 1);
    books.settle_call_back(&again, CallBackEnd::NotReached, Some(due_ms + 9_000)).await.unwrap();
    assert_eq!(books.take_call_back(due_ms + 8_000, 1_000).await.unwrap(), None);
    let last = books.take_call_back(due_ms + 9_000, 1_000).await.unwrap().unwrap();
    books.settle_call_back(&last, CallBackEnd::Reached, None).await.unwrap();
    assert_eq!(books.take_call_back(due_ms * 2, 1_000).await.unwrap(), None);
}

macro_rules! on_all_books {
    ($($name:ident)*) => {
        mod in_memory {
            $(#[test]
            fn $name() {
                let folder = tempfile::tempdir().unwrap();
                let books = super::MemoryBooks::new();
                crate::databases::run(super::$name(&books, folder.path()));
            })*
        }
        mod on_a_file {
            $(/// Claim: X10
            #[test]
            fn $name() {
                super::in_database(super::Database::file(), async |books, folder| super::$name(books, folder).await);
            })*
        }
        mod needs_postgresql {
            $(/// Claim: X10
            #[test]
            fn $name() {
                super::in_database(super::Database::server(), async |books, folder| super::$name(books, folder).await);
            })*
        }
    };
}

fn in_database(database: Database, test: impl AsyncFnOnce(&SqlBooks, &std::path::Path)) {
    let folder = tempfile::tempdir().unwrap();
    crate::databases::run(async {
        let books = SqlBooks::new(database.open().await);
        test(&books, folder.path()).await;
    });
}

on_all_books! {
    a_refill_moves_money_once
    funds_that_do_not_suffice_are_refused
    a_refused_change_changes_nothing
    a_payment_is_booked_once
    a_meter_is_enrolled_once
    a_call_back_is_handed_out_once
}
