//! Reading meters' folders, changing them, and writing what became of them: many in one transaction, with few
//! statements.

use super::fault::{SqlFault, stop};
use super::ledger::Ledger;
use super::money;
use crate::account::{Account, Service, State};
use crate::audit::{Head, log};
use crate::books::{BooksFault, Caller, Customer, Folder, Page};
use crate::deposits::CustomerReference;
use crate::dossier::MeterFile;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row as _};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use store::many::{listed, pieces};
use store::{Kind, Stop, Store, Transaction, work};
use terms::Serial;
use terms::equations::Status;

/// The columns of a folder: the meter's, then its customer's.
const COLUMNS: &str = "m.pan, p.passport, p.conditions, m.account, m.dossier, m.version, m.suspect_ms, m.reactions, \
     m.audit_number, m.audit_hash, c.reference, c.name, c.balance_minor, c.limit_minor, c.is_active, c.since_ms";
/// Where they lie.
const TABLES: &str =
    "meter m JOIN meter_papers p ON p.serial = m.serial JOIN customer c ON c.reference = m.customer";
/// Where the customer's begin.
const CUSTOMERS: usize = 10;

/// The meter that calls in with this number.
pub(super) async fn caller(store: &Store, pan: u32) -> Result<Option<Caller>, BooksFault> {
    let select = sqlx::query(
        "SELECT m.serial, k.wrapped FROM meter m JOIN wrapped_key k ON k.name = m.link_key WHERE m.pan = $1",
    )
    .bind(i64::from(pan));
    let Some(row) = select.fetch_optional(store.reads()).await? else { return Ok(None) };
    Ok(Some(Caller { serial: serial_in(&row, 0)?, link_key: row.try_get(1)? }))
}

/// A meter's folder as it is now.
pub(super) async fn folder(store: &Store, serial: Serial) -> Result<Folder, BooksFault> {
    let select = format!("SELECT {COLUMNS} FROM {TABLES} WHERE m.serial = $1");
    let select = sqlx::query(AssertSqlSafe(select)).bind(i64::from(serial.value()));
    let row = select.fetch_optional(store.reads()).await?.ok_or(BooksFault::NoMeter(serial))?;
    Ok(Held::read(&row)?.folder)
}

/// Lends the folder to `change`, and keeps what it made of it.
pub(super) async fn change<T: Send, E: Send>(
    store: &Store,
    serial: Serial,
    page: Page,
    change: impl Fn(&mut Folder, &mut Page) -> Result<T, E> + Send + Sync,
) -> Result<Result<T, E>, BooksFault> {
    let made = Mutex::new(None);
    let decide = |folder: &mut Folder, page: &mut Page| {
        let decided = change(folder, page);
        let is_kept = decided.is_ok();
        *made.lock().unwrap_or_else(PoisonError::into_inner) = Some(decided);
        is_kept
    };
    let changes = &[Change { serial, page: &page, decide: &decide }];
    let done = store.transaction(move |transaction| {
        work(async move {
            let fates = apply(transaction, changes).await.map_err(stop)?;
            // One that is not to be kept leaves nothing behind, a lock neither.
            match fates.into_iter().next() {
                Some(Fate::Kept) => Ok(()),
                Some(Fate::Refused) | None => Err(Stop::Refused(SqlFault::Refused(()))),
                Some(Fate::Failed(fault)) => Err(stop(fault)),
            }
        })
    });
    // Kept or refused, what was made of it is the answer.
    let _ = SqlFault::split(done.await)?;
    let made = made.into_inner().unwrap_or_else(PoisonError::into_inner);
    made.ok_or_else(|| BooksFault::Damaged("a change was not asked".to_owned()))
}

/// A change of one meter's folder: says whether what it made is to be kept. It may be asked more than once.
#[derive(Clone, Copy)]
pub(super) struct Change<'a> {
    pub serial: Serial,
    pub page: &'a Page,
    pub decide: &'a (dyn Fn(&mut Folder, &mut Page) -> bool + Sync),
}

/// What became of a change.
#[derive(Debug)]
pub(super) enum Fate {
    /// It is written, and durable with the transaction.
    Kept,
    /// It decided not to be kept.
    Refused,
    /// It could not be made, while others can.
    Failed(BooksFault),
}

/// Makes changes of different meters, in their order, and writes all that are to be kept. No other transaction changes
/// these meters meanwhile, nor the customers whose money may move.
pub(super) async fn apply(
    transaction: &mut Transaction,
    changes: &[Change<'_>],
) -> Result<Vec<Fate>, BooksFault> {
    let mut held = hold(transaction, changes).await?;
    let mut ledger = Ledger::default();
    let mut fates = Vec::with_capacity(changes.len());
    for change in changes {
        let fate = match held.decide(change, &mut ledger) {
            Ok(true) => Fate::Kept,
            Ok(false) => Fate::Refused,
            Err(fault) => Fate::Failed(fault),
        };
        fates.push(fate);
    }
    ledger.write(transaction).await?;
    Ok(fates)
}

/// Folders that no other transaction changes meanwhile.
struct Desk {
    folders: BTreeMap<Serial, Result<Held, BooksFault>>,
    /// Their customers, as changes leave them one after the other.
    customers: BTreeMap<CustomerReference, Customer>,
}

impl Desk {
    /// Asks a change, and puts down what it made of the folder. Whether it is to be kept.
    fn decide(&mut self, change: &Change<'_>, ledger: &mut Ledger) -> Result<bool, BooksFault> {
        let held = self.folders.remove(&change.serial).ok_or(BooksFault::NoMeter(change.serial))??;
        let Held { mut folder, reactions, audit } = held;
        let reference = folder.customer.reference;
        let customer = self.customers.entry(reference).or_insert_with(|| folder.customer.clone());
        folder.customer = customer.clone();
        let (passport, conditions) = (folder.passport.clone(), folder.conditions.clone());
        let mut page = change.page.clone();
        if !(change.decide)(&mut folder, &mut page) {
            return Ok(false);
        }
        let new_papers = folder.passport != passport || folder.conditions != conditions;
        customer.balance_minor = ledger.put(folder, &page, new_papers, reactions, audit)?;
        Ok(true)
    }
}

struct Held {
    folder: Folder,
    reactions: u64,
    audit: Head,
}

impl Held {
    fn read(row: &AnyRow) -> Result<Held, BooksFault> {
        let json = |column: usize| -> Result<String, BooksFault> { Ok(row.try_get(column)?) };
        let state: State = parsed(&json(3)?)?;
        let account = Account::restore(state).map_err(|error| BooksFault::Damaged(error.to_string()))?;
        let folder = Folder {
            pan: number_in::<u32>(row, 0)?,
            passport: parsed(&json(1)?)?,
            conditions: parsed(&json(2)?)?,
            file: MeterFile { account, dossier: parsed(&json(4)?)? },
            customer: money::customer_in(row, CUSTOMERS)?,
            version: number_in::<u64>(row, 5)?,
            suspect_ms: row.try_get(6)?,
        };
        Ok(Held { folder, reactions: number_in::<u64>(row, 7)?, audit: log::head_of(row, 8)? })
    }
}

/// Reads folders to change them: meters first, then customers, each by rising number, so that none waits for another in
/// a circle.
async fn hold(transaction: &mut Transaction, changes: &[Change<'_>]) -> Result<Desk, BooksFault> {
    let mut serials: Vec<i64> = changes.iter().map(|change| i64::from(change.serial.value())).collect();
    serials.sort_unstable();
    let before = format!("SELECT {COLUMNS}, m.serial FROM {TABLES} WHERE m.serial IN (");
    let after = match transaction.kind() {
        Kind::File => ")",
        Kind::Server => ") ORDER BY m.serial FOR UPDATE OF m, p",
    };
    let mut folders = BTreeMap::new();
    for piece in pieces(&serials) {
        let select = listed(transaction.kind(), &before, piece.len(), after);
        let select =
            piece.iter().fold(sqlx::query(AssertSqlSafe(select)), |query, serial| query.bind(*serial));
        for row in select.fetch_all(&mut **transaction).await? {
            folders.insert(serial_in(&row, CUSTOMERS + money::WIDTH)?, Held::read(&row));
        }
    }
    let mut customers = BTreeMap::new();
    if transaction.kind() == Kind::Server {
        let moving = changes.iter().filter(|change| change.page.moves_money);
        let held = moving.filter_map(|change| folders.get(&change.serial)?.as_ref().ok());
        let references = held.map(|held| held.folder.customer.reference);
        customers = money::hold(transaction, references.collect()).await?;
    }
    Ok(Desk { folders, customers })
}

/// Since when the meter is suspect, if it is.
pub(super) fn suspect_since(folder: &Folder, now_ms: i64) -> Option<i64> {
    let is_suspect = folder.file.dossier.judged.status > Status::Okay;
    is_suspect.then(|| folder.suspect_ms.unwrap_or(now_ms))
}

/// A status in tables.
pub(super) const fn status_number(status: Status) -> i64 {
    match status {
        Status::Okay => 0,
        Status::Suspicious => 1,
        Status::Manipulated => 2,
    }
}

/// Whether a meter is in service, in a word.
pub(super) const fn service_name(service: &Service) -> &'static str {
    match service {
        Service::InService => "in_service",
        Service::Leaving { .. } => "leaving",
        Service::Withdrawn { .. } => "withdrawn",
        Service::Gone { .. } => "gone",
        Service::Settled { .. } => "settled",
    }
}

/// What a column holds as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<String, BooksFault> {
    serde_json::to_string(value).map_err(|error| BooksFault::Damaged(error.to_string()))
}

/// What such a column says.
pub(super) fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, BooksFault> {
    serde_json::from_str(text).map_err(|error| BooksFault::Damaged(error.to_string()))
}

/// A number that a column holds.
pub(super) fn number_in<N: TryFrom<i64>>(row: &AnyRow, column: usize) -> Result<N, BooksFault> {
    let number: i64 = row.try_get(column)?;
    N::try_from(number).map_err(|_| BooksFault::Damaged(format!("column {column} holds {number}")))
}

/// A serial number that a column holds.
pub(super) fn serial_in(row: &AnyRow, column: usize) -> Result<Serial, BooksFault> {
    Serial::new(number_in::<u32>(row, column)?).map_err(|error| BooksFault::Damaged(error.to_string()))
}
