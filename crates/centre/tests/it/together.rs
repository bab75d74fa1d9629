//! Changes that many make at once go into few transactions, and each is still made once, alone, or not at all.

use crate::databases::{Database, on_each_database};
use crate::exchange::{Centre, now_ms};
use centre::account::Open;
use centre::books::{Books, BooksFault, EntryKind, Folder, Page, Row};
use centre::calls::Rate;
use link::Grant;
use sqlx::Row as _;
use std::sync::Arc;
use terms::{Money, Registers, Serial};
use tokio::sync::Barrier;

on_each_database! {
    changes_at_once_are_each_made_once_and_only_those_fail_that_must
    a_change_that_panics_keeps_nobody_from_changing_later
}

/// What a change does.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Deed {
    /// Takes ten from the customer.
    Pays,
    /// Changes its mind after it has altered everything.
    Refuses,
    /// Writes a row that the tables do not take.
    Clashes,
}

const METERS: u32 = 12;
const ROUNDS: u32 = 6;

impl Deed {
    fn of(number: u32) -> Deed {
        match number % 7 {
            3 => Deed::Refuses,
            5 => Deed::Clashes,
            _ => Deed::Pays,
        }
    }

    fn done(self, folder: &mut Folder, page: &mut Page) -> Result<i64, &'static str> {
        page.put(Row::Entry {
            amount_minor: -10,
            kind: EntryKind::Refill,
            about: folder.serial().to_string(),
        });
        if self == Deed::Clashes {
            // Two grants of one number: the second is refused by the table's key.
            for _ in 0..2 {
                page.put(Row::Grant(open(folder.serial())));
            }
        }
        folder.file.account.queue(link::Task::ClearErrors).map_err(|_| "not possible")?;
        if self == Deed::Refuses { Err("no") } else { Ok(folder.customer.balance_minor) }
    }
}

fn open(serial: Serial) -> Open {
    let grant = Grant { serial, number: 1, amount_minor: 5, r3_before: Money::ZERO, closing: false };
    Open { grant, issued_ms: 0, before: Registers::default(), cancelled: false, refused_code: 0 }
}

async fn changes_at_once_are_each_made_once_and_only_those_fail_that_must(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let mut meters = Vec::new();
    for number in 0..METERS {
        // Some share a customer.
        let customer = match number % 3 {
            0 => centre.customer,
            _ => centre.paying_customer(&format!("c{number}"), 5_000).await,
        };
        meters.push(centre.meter(number + 1, |enrolment| enrolment.customer = customer).await.serial);
    }
    let versions = centre.one("SELECT CAST(SUM(version) AS BIGINT) FROM meter").await;
    let before = centre.one("SELECT CAST(SUM(audit_number) AS BIGINT) FROM meter").await;
    let start = Arc::new(Barrier::new((METERS * ROUNDS) as usize));
    let changes = meters.iter().flat_map(|serial| (0..ROUNDS).map(move |round| (*serial, round)));
    let tasks: Vec<_> = changes
        .enumerate()
        .map(|(number, (serial, _))| {
            let (books, start) = (centre.office.books().clone(), Arc::clone(&start));
            let deed = Deed::of(number as u32);
            tokio::spawn(async move {
                start.wait().await;
                let change = move |folder: &mut Folder, page: &mut Page| deed.done(folder, page);
                (deed, books.change_among_others(serial, Page::new("meter", now_ms()), change).await)
            })
        })
        .collect();
    let mut paid = 0;
    for task in tasks {
        match task.await.unwrap() {
            (Deed::Pays, Ok(Ok(_))) => paid += 1,
            (Deed::Refuses, Ok(Err("no"))) | (Deed::Clashes, Err(BooksFault::Store(_))) => {}
            (deed, other) => panic!("{deed:?}: {other:?}"),
        }
    }
    let stranger = Serial::new(7).unwrap();
    let change = |_: &mut Folder, _: &mut Page| Ok::<(), ()>(());
    let unknown = centre.office.books().change_among_others(stranger, Page::new("meter", 0), change).await;
    assert!(matches!(unknown, Err(BooksFault::NoMeter(serial)) if serial == stranger), "{unknown:?}");
    assert_eq!(centre.one("SELECT COUNT(*) FROM entry WHERE kind = 'refill'").await, paid);
    assert_eq!(centre.one("SELECT COUNT(*) FROM meter_grant").await, 0);
    assert_eq!(centre.one("SELECT CAST(SUM(version) AS BIGINT) FROM meter").await, versions + paid);
    assert_eq!(
        before,
        centre.one("SELECT CAST(SUM(audit_number) AS BIGINT) FROM meter").await,
        "no event was put"
    );
    assert_accounts_add_up(&centre).await;
    centre.stop().await;
}

async fn a_change_that_panics_keeps_nobody_from_changing_later(database: Database) {
    let centre = Centre::start(&database, Rate::default()).await;
    let serial = centre.meter(1, |_| ()).await.serial;
    let books = centre.office.books().clone();
    let changed = async |panics: bool| {
        let change =
            move |_: &mut Folder, _: &mut Page| if panics { panic!("on purpose") } else { Ok::<_, ()>(()) };
        books.change_among_others(serial, Page::new("meter", now_ms()), change).await
    };
    for _ in 0..6 {
        // One behind the other, of one meter: the second waits for the first.
        let (bad, good) = tokio::join!(changed(true), changed(false));
        assert!(matches!(bad, Err(BooksFault::Store(_))), "{bad:?}");
        assert_eq!(good.unwrap(), Ok(()));
    }
    centre.stop().await;
}

/// Every customer's entries are numbered without a gap, each says the balance from then on, and the last one's is his.
async fn assert_accounts_add_up(centre: &Centre) {
    let select = "SELECT e.customer, e.number, e.amount_minor, e.balance_minor, c.balance_minor, c.entries \
                  FROM entry e JOIN customer c ON c.reference = e.customer ORDER BY e.customer, e.number";
    let rows = sqlx::query(select).fetch_all(centre.office.books().store().reads()).await.unwrap();
    let (mut customer, mut number, mut balance) = (String::new(), 0, 0);
    for row in &rows {
        if row.get::<String, _>(0) != customer {
            (customer, number, balance) = (row.get(0), 0, 0);
        }
        (number, balance) = (number + 1, balance + row.get::<i64, _>(2));
        assert_eq!((row.get::<i64, _>(1), row.get::<i64, _>(3)), (number, balance), "{customer}");
        if row.get::<i64, _>(5) == number {
            assert_eq!(row.get::<i64, _>(4), balance, "{customer}");
        }
    }
    assert_eq!(centre.one("SELECT CAST(SUM(entries) AS BIGINT) FROM customer").await, rows.len() as i64);
}
