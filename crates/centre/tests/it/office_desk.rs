//! A whole office over a database of its own, and a meter that calls it, for tests of what is built on the books.

use crate::account_device::{Device, money};
use crate::databases::Database;
use centre::account::Call;
use centre::books::{Books, CallNote, Folder, Page, Reading, Row, SqlBooks, TriggerKind};
use centre::catalogue::Catalogue;
use centre::decisions::Settings;
use centre::deposits::{CustomerReference, Payment};
use centre::keys::{FileMaster, IfMissing, KeyName, KeySafe, MasterKey};
use centre::office::{Carrier, Enrolment, Office, SettingsDesk};
use ed25519_dalek::SigningKey;
use imprint::numbers::{Cipher, Indicium, LayoutId, Profile, Quantities, RequestId, Suspicion, encode};
use link::call::{Ask, Trigger};
use link::refund::RefundClaim;
use std::convert::Infallible;
use store::Store;
use terms::{Date, Money, Serial, SpoilReason};

pub const DAY_MS: i64 = 86_400_000;
pub const START_MS: i64 = 1_795_262_400_000;

/// An office with its database.
pub struct Bureau {
    pub office: Office,
    pub store: Store,
    pub now_ms: i64,
    _folder: tempfile::TempDir,
    _database: Database,
}

impl Bureau {
    pub async fn open(database: Database) -> Bureau {
        let folder = tempfile::tempdir().unwrap();
        let store = database.open().await;
        let master = FileMaster::open(&folder.path().join("master.key"), IfMissing::Make).unwrap();
        let keys = KeySafe::open(store.clone(), MasterKey::File(master), vec![], START_MS).await.unwrap();
        let carrier = Carrier { name: "Test Post".to_owned(), currency: "EUR".to_owned(), minor_digits: 2 };
        let settings = SettingsDesk::open(store.clone(), &carrier, START_MS).await.unwrap();
        let books = SqlBooks::new(store.clone());
        let office = Office::new(books, keys, settings, SigningKey::from_bytes(&[7; 32]));
        Bureau { office, store, now_ms: START_MS, _folder: folder, _database: database }
    }

    pub fn catalogue(&self) -> Catalogue {
        Catalogue::new(self.office.books().clone())
    }

    pub async fn customer(&self, name: &str, paid_in: u64) -> CustomerReference {
        let books = self.office.books();
        let customer = books.add_customer(name, Money::ZERO, "anna", self.now_ms).await.unwrap();
        if paid_in > 0 {
            let payment = payment(&format!("first of {name}"), paid_in);
            assert!(self.office.deposit(customer, &payment, "anna", self.now_ms).await.unwrap());
        }
        customer
    }

    pub async fn meter(&self, serial: Serial, customer: CustomerReference) {
        self.office.enrol(&enrolment(serial, customer), "anna", self.now_ms).await.unwrap();
    }

    /// A call of the device, as a centre keeps it.
    pub async fn call(&mut self, device: &mut Device, asks: &[Ask]) {
        self.now_ms += 1_000;
        let opened_ms = self.now_ms;
        for ask in asks {
            self.now_ms += 1;
            let now_ms = self.now_ms;
            let call = Call { trigger: Trigger::Manual, opened_ms };
            let report = device.report();
            let settings = Settings::default();
            let serial = report.serial;
            let note = CallNote {
                id: format!("{opened_ms:032x}"),
                serial: Some(serial),
                pan: None,
                trigger: Some(TriggerKind::Manual),
                origin: "test".to_owned(),
                opened_ms,
                last_ms: now_ms,
                transactions: 1,
                ask: centre::books::page::ask_name(ask).to_owned(),
                step: 0,
                failure: String::new(),
                is_unauthorised: false,
            };
            let begin = |folder: &mut Folder, page: &mut Page| {
                let Folder { file, conditions, customer, .. } = folder;
                let begun = file.begin(&call, &report, ask, &conditions.rules(customer), &settings, now_ms);
                let (plan, turn) = begun.expect("the report is heard");
                page.put(Row::Call(note.clone()));
                page.turn(folder, turn);
                Ok::<_, Infallible>(plan.expect("the ask is allowed"))
            };
            let books = self.office.books();
            let plan = books.change(serial, Page::new("meter", now_ms), begin).await.unwrap().unwrap();
            let confirm = device.carry_out_all(&plan);
            let reading =
                Reading { at_ms: now_ms, commit: device.commit, registers: confirm.report.registers };
            let settle = |folder: &mut Folder, page: &mut Page| {
                let settled = folder.file.confirm(&call, &plan.given, &confirm, &settings, now_ms);
                let (_, turn) = settled.expect("the confirmation is heard");
                page.put(Row::Reading(reading));
                page.turn(folder, turn);
                Ok::<_, Infallible>(())
            };
            books.change(serial, Page::new("meter", now_ms), settle).await.unwrap().unwrap();
        }
    }
}

/// A genuine indicium of a meter with profile p1, under its first key.
pub async fn indicium(office: &Office, serial: Serial, mv: u64, postage: u64, date: Date) -> Indicium {
    let name = KeyName::Imprint(serial, 1, 1);
    let key = office.keys().unwrap(name, &office.keys().find(name).await.unwrap().unwrap()).await.unwrap();
    let profile = Profile::named("p1").unwrap();
    let cipher = Cipher::new(profile.cipher, &key);
    let symbols = encode(&profile, &cipher, &Quantities::new(serial, money(postage), mv)).unwrap().row;
    Indicium {
        version: Indicium::VERSION,
        request: RequestId(mv),
        profile: profile.name,
        epoch: 1,
        serial,
        date,
        postage: money(postage),
        mv,
        second: None,
        shown_count: None,
        suspicion: Suspicion::None,
        layout: LayoutId::B,
        set: profile.set,
        symbols,
        second_row: None,
        cliche_number: 0,
    }
}

/// The claim for these imprints of a meter, spoiled on the day that they show.
pub fn claim(serial: Serial, indicia: &[Indicium]) -> RefundClaim {
    let spoiled = indicia.iter().map(|indicium| (indicium, SpoilReason::Misprint, indicium.date));
    RefundClaim::of(serial, spoiled).unwrap()
}

pub fn payment(bank_reference: &str, minor: u64) -> Payment {
    Payment {
        line: 0,
        amount: money(minor),
        booked_on: Date::new(2026, 11, 28).unwrap(),
        bank_reference: bank_reference.to_owned(),
        payer: "A. Payer".to_owned(),
        remittance: String::new(),
    }
}

pub fn enrolment(serial: Serial, customer: CustomerReference) -> Enrolment {
    Enrolment {
        serial,
        customer,
        profile: Profile::named("p1").unwrap(),
        value_min: money(20),
        value_max: None,
        days_ahead: 14,
        refill_max: None,
        call_back_only: false,
        registered: None,
        is_specimen: false,
        settings: psd::Settings::default(),
    }
}
