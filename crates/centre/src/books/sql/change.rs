//! Reading a meter's folder, and writing what became of it.

use super::fault::{SqlFault, stop};
use super::{money, rows};
use crate::account::{Account, Service, State};
use crate::audit::{Chain, Head, log};
use crate::books::{BooksFault, Caller, Folder, Page, Row};
use crate::dossier::MeterFile;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::any::AnyRow;
use store::{Kind, Stop, Store, Transaction, work};
use terms::Serial;
use terms::equations::Status;

/// The columns of a folder: the meter's, then its customer's.
const COLUMNS: &str = "m.pan, m.passport, m.conditions, m.account, m.dossier, m.version, m.suspect_ms, m.reactions, \
     m.audit_number, m.audit_hash, c.reference, c.name, c.balance_minor, c.limit_minor, c.is_active, c.since_ms";
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
    let select = format!(
        "SELECT {COLUMNS} FROM meter m JOIN customer c ON c.reference = m.customer WHERE m.serial = $1"
    );
    let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(i64::from(serial.value()));
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
    let (page, change) = (&page, &change);
    let done = store.transaction(move |transaction| {
        work(async move {
            let mut held = hold(store, transaction, serial, page.moves_money).await.map_err(stop)?;
            let mut page = page.clone();
            let made = change(&mut held.folder, &mut page)
                .map_err(|refusal| Stop::Refused(SqlFault::Refused(refusal)))?;
            write(transaction, held, &page).await.map_err(stop)?;
            Ok(made)
        })
    });
    SqlFault::split(done.await)
}

/// A folder that no other transaction changes meanwhile.
pub(super) struct Held {
    pub folder: Folder,
    reactions: u64,
    audit: Head,
}

impl Held {
    pub fn read(row: &AnyRow) -> Result<Held, BooksFault> {
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

/// Reads a folder to change it.
pub(super) async fn hold(
    store: &Store,
    transaction: &mut Transaction,
    serial: Serial,
    moves_money: bool,
) -> Result<Held, BooksFault> {
    let lock = match (store.kind(), moves_money) {
        (Kind::File, _) => "",
        (Kind::Server, true) => " FOR UPDATE",
        (Kind::Server, false) => " FOR UPDATE OF m",
    };
    let select = format!(
        "SELECT {COLUMNS} FROM meter m JOIN customer c ON c.reference = m.customer WHERE m.serial = $1{lock}"
    );
    let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(i64::from(serial.value()));
    let row = select.fetch_optional(&mut **transaction).await?.ok_or(BooksFault::NoMeter(serial))?;
    Held::read(&row)
}

/// Writes a folder back, and the page's rows.
pub(super) async fn write(transaction: &mut Transaction, held: Held, page: &Page) -> Result<(), BooksFault> {
    let Held { folder, mut reactions, audit } = held;
    let serial = folder.serial();
    let mut events = Vec::new();
    for row in page.rows() {
        match row {
            Row::Event(event) => events.push(event.clone()),
            row => rows::write(transaction, &folder, page, row, &mut reactions).await?,
        }
    }
    let chain = Chain::Meter(serial);
    let head = log::append(transaction, &chain, audit, page.at_ms, &page.who, &events).await?;
    update(transaction, &folder, page, reactions, head).await
}

async fn update(
    transaction: &mut Transaction,
    folder: &Folder,
    page: &Page,
    reactions: u64,
    head: Head,
) -> Result<(), BooksFault> {
    let state = folder.file.account.state();
    let status = folder.file.dossier.judged.status;
    let update = "UPDATE meter SET passport = $1, conditions = $2, account = $3, dossier = $4, version = version + 1, \
                  status = $5, suspect_ms = $6, service = $7, is_stopped = $8, contact_ms = $9, r1_minor = $10, \
                  reactions = $11, audit_number = $12, audit_hash = $13 WHERE serial = $14";
    let update = sqlx::query(update).bind(json(&folder.passport)?).bind(json(&folder.conditions)?);
    let update = update.bind(json(state)?).bind(json(&folder.file.dossier)?).bind(status_number(status));
    let update = update.bind(suspect_since(folder, page.at_ms)).bind(service_name(&state.service));
    let r1 = state.seen.map_or(0, |seen| seen.registers.r1.minor());
    let update = update.bind(i64::from(state.stopped)).bind(state.contact_ms).bind(r1.cast_signed());
    let update =
        update.bind(reactions.cast_signed()).bind(head.number.cast_signed()).bind(head.hash.to_string());
    update.bind(i64::from(folder.serial().value())).execute(&mut **transaction).await?;
    Ok(())
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
