//! A centre with its link open, as tests and the benchmark start it.

use crate::account_device::{Device, money};
use crate::caller::Caller;
use crate::databases::Database;
use centre::books::{Books, SqlBooks};
use centre::calls::{CallBacks, Clerk, Doors, Rate, Switchboard, Times};
use centre::deposits::{CustomerReference, Payment};
use centre::keys::{FileMaster, IfMissing, KeySafe, MasterKey};
use centre::office::{Carrier, Enrolment, Office, SettingsDesk};
use imprint::numbers::Profile;
use sqlx::Row;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use terms::equations::Status;
use terms::{Date, Money, Serial};
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// What the customer has paid in.
pub const PAID: i64 = 100_000;

async fn paying_customer(office: &Office, name: &str, paid: i64) -> CustomerReference {
    let customer = office.books().add_customer(name, Money::ZERO, "anna", now_ms()).await.unwrap();
    let payment = Payment {
        line: 0,
        amount: money(paid as u64),
        booked_on: Date::new(2026, 11, 20).unwrap(),
        bank_reference: format!("paid by {name}"),
        payer: String::new(),
        remittance: String::new(),
    };
    assert!(office.deposit(customer, &payment, "anna", now_ms()).await.unwrap());
    customer
}

/// A meter with what its personalisation gave it.
pub async fn caller(office: &Office, serial: Serial) -> Caller {
    let whole = office.personalise(serial, "anna", now_ms()).await.unwrap();
    Caller {
        serial,
        pan: whole.call_number,
        link: whole.link.clone(),
        issuer: office.issuer().verifying_key(),
        device: Device { seal: whole.seal, ..Device::default() },
        end: Default::default(),
        dialled: "tcp:centre.example:7080".into(),
        cut: None,
    }
}

/// Where an office is called, and its desk that calls back.
pub struct Link {
    pub address: SocketAddr,
    ending: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Link {
    pub async fn open(office: &Office, rate: Rate) -> Link {
        let doors = Doors::open(&["tcp:127.0.0.1:0".parse().unwrap()], rate).await.unwrap();
        let address = doors.addresses()[0];
        let (ending, ended) = watch::channel(false);
        let board = Arc::new(Switchboard {
            clerk: Clerk::new(office.books().clone(), office.keys().clone(), Arc::clone(office.issuer())),
            settings: office.settings().clone(),
            times: Times { answer: Duration::from_secs(5), ..Times::default() },
            now_ms,
        });
        let call_backs = CallBacks::new(Arc::clone(&board), office.keys().clone(), None);
        let tasks =
            vec![tokio::spawn(doors.serve(board, ended.clone())), tokio::spawn(call_backs.serve(ended))];
        Link { address, ending, tasks }
    }

    pub async fn close(self) {
        self.ending.send(true).unwrap();
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

/// A centre with its link open and a customer who has paid in.
pub struct Centre {
    pub office: Office,
    pub link: SocketAddr,
    pub customer: CustomerReference,
    open: Link,
    _folder: tempfile::TempDir,
}

impl Centre {
    pub async fn start(database: &Database, rate: Rate) -> Centre {
        Centre::start_with(database, rate, PAID).await
    }

    pub async fn start_with(database: &Database, rate: Rate, paid: i64) -> Centre {
        let folder = tempfile::tempdir().unwrap();
        let store = database.open().await;
        let master = FileMaster::open(&folder.path().join("master.key"), IfMissing::Make).unwrap();
        let keys = KeySafe::open(store.clone(), MasterKey::File(master), Vec::new(), now_ms()).await.unwrap();
        let issuer = keys.issuer(1, now_ms()).await.unwrap();
        let carrier = Carrier { name: "Insel-Post".into(), currency: "EUR".into(), minor_digits: 2 };
        let settings = SettingsDesk::open(store.clone(), &carrier, now_ms()).await.unwrap();
        let office = Office::new(SqlBooks::new(store), keys, settings, issuer);
        let customer = paying_customer(&office, "Muster", paid).await;
        let link = Link::open(&office, rate).await;
        Centre { office, link: link.address, customer, open: link, _folder: folder }
    }

    /// Another customer who has paid in.
    pub async fn paying_customer(&self, name: &str, paid: i64) -> CustomerReference {
        paying_customer(&self.office, name, paid).await
    }

    /// A meter that is enrolled and called nobody yet.
    pub async fn meter(&self, number: u32, change: impl FnOnce(&mut Enrolment)) -> Caller {
        let serial = Serial::new(20_000_000 + number).unwrap();
        let mut enrolment = Enrolment {
            serial,
            customer: self.customer,
            profile: Profile::named("p1").unwrap(),
            value_min: money(1),
            value_max: None,
            days_ahead: 30,
            refill_max: Some(money(50_000)),
            call_back_only: false,
            registered: None,
            is_specimen: true,
            settings: psd::Settings::default(),
        };
        change(&mut enrolment);
        let personalised = self.office.enrol(&enrolment, "anna", now_ms()).await.unwrap();
        let caller = caller(&self.office, serial).await;
        assert_eq!((caller.pan, caller.device.seal), (personalised.pan, personalised.seal));
        caller
    }

    pub async fn balance(&self) -> i64 {
        self.office.books().customer(self.customer).await.unwrap().balance_minor
    }

    pub async fn status(&self, meter: &Caller) -> Status {
        self.office.books().folder(meter.serial).await.unwrap().file.dossier.judged.status
    }

    /// Debits less credits are what meters have and what is open.
    pub async fn assert_books_balance(&self, meters: &[&Caller]) {
        // A call that was cut off may still be booked, between the one look and the other.
        let mut looks = (0, 0);
        for _ in 0..40 {
            let mut debited = 0;
            for meter in meters {
                let folder = self.office.books().folder(meter.serial).await.unwrap();
                debited += folder.file.account.debited().minor() as i64;
            }
            looks = (self.balance().await, PAID - debited);
            if looks.0 == looks.1 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert_eq!(looks.0, looks.1);
    }

    pub async fn one(&self, statement: &'static str) -> i64 {
        sqlx::query(statement).fetch_one(self.office.books().store().reads()).await.unwrap().get(0)
    }

    pub async fn stop(self) {
        self.open.close().await;
    }
}
