//! The log's tables: entries put to a chain within the transaction that they tell of, seals over what grew, and the
//! export.
//!
//! What always holds: an entry and what it tells of are committed together or not at all; an entry is never changed but
//! for the number of the seal that covers it; a chain's entries are sealed without a gap, since each waits for the one
//! before it.

use super::export::ExportWriter;
use super::{Chain, Desk, Digest, Event, Head, LogName, MerkleRoot, Record, Seal, SealBody, SealedHead};
use crate::hex;
use ed25519_dalek::{Signature, SigningKey};
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};
use std::collections::BTreeMap;
use std::io::Write;
use store::many::Statement;
use store::{Kind, Stop, Store, StoreError, Transaction, work};

/// How many entries are read at once.
const BATCH: i64 = 500;

const ENTRY: Statement<6> = Statement {
    before: "INSERT INTO audit_entry (chain, number, at_ms, who, event, hash) VALUES ",
    after: "",
};

/// The entries of a chain that ends at this head so far. What is too long to be an entry is a mistake of the caller's.
pub fn extend(
    chain: &Chain,
    mut head: Head,
    at_ms: i64,
    who: &str,
    events: &[Event],
) -> Result<Vec<Record>, sqlx::Error> {
    let mut records = Vec::with_capacity(events.len());
    for event in events {
        let record =
            head.append(chain, at_ms, who, event).map_err(|fault| sqlx::Error::Encode(fault.into()))?;
        head = record.head();
        records.push(record);
    }
    Ok(records)
}

/// Writes entries, whose chains' new heads the caller keeps in the same transaction.
pub async fn write(transaction: &mut Transaction, records: &[Record]) -> Result<(), sqlx::Error> {
    let row = |record: &Record| {
        [
            record.chain.to_string().into(),
            record.number.cast_signed().into(),
            record.at_ms.into(),
            record.who.as_str().into(),
            record.event.as_str().into(),
            record.hash.to_string().into(),
        ]
    };
    ENTRY.execute(transaction, &records.iter().map(row).collect::<Vec<_>>()).await
}

/// Puts entries to a chain that ends at this head, and gives its new head, which the caller keeps in the same
/// transaction.
pub async fn append(
    transaction: &mut Transaction,
    chain: &Chain,
    head: Head,
    at_ms: i64,
    who: &str,
    events: &[Event],
) -> Result<Head, sqlx::Error> {
    let records = extend(chain, head, at_ms, who, events)?;
    write(transaction, &records).await?;
    Ok(records.last().map_or(head, Record::head))
}

/// Puts entries to a desk's chain.
pub async fn append_to_desk(
    transaction: &mut Transaction,
    desk: &Desk,
    at_ms: i64,
    who: &str,
    events: &[Event],
) -> Result<(), sqlx::Error> {
    let start = "INSERT INTO desk (name, audit_number, audit_hash) VALUES ($1, 0, $2) ON CONFLICT DO NOTHING";
    let start = sqlx::query(start).bind(desk.name()).bind(Digest::NONE.to_string());
    start.execute(&mut **transaction).await?;
    let select = match transaction.kind() {
        Kind::File => "SELECT audit_number, audit_hash FROM desk WHERE name = $1",
        Kind::Server => "SELECT audit_number, audit_hash FROM desk WHERE name = $1 FOR UPDATE",
    };
    let row = sqlx::query(select).bind(desk.name()).fetch_one(&mut **transaction).await?;
    let chain = Chain::Desk(desk.clone());
    let head = append(transaction, &chain, head_of(&row, 0)?, at_ms, who, events).await?;
    let update = sqlx::query("UPDATE desk SET audit_number = $1, audit_hash = $2 WHERE name = $3");
    let update = update.bind(head.number.cast_signed()).bind(head.hash.to_string()).bind(desk.name());
    update.execute(&mut **transaction).await?;
    Ok(())
}

/// The head in two columns of a row, the number in the first.
pub fn head_of(row: &AnyRow, first: usize) -> Result<Head, sqlx::Error> {
    let number: i64 = row.try_get(first)?;
    Ok(Head { number: number.cast_unsigned(), hash: digest(row, first + 1)? })
}

fn digest(row: &AnyRow, column: usize) -> Result<Digest, sqlx::Error> {
    let text: String = row.try_get(column)?;
    Digest::from_hex(&text).ok_or_else(|| damaged("a hash of the audit log"))
}

fn damaged(what: &str) -> sqlx::Error {
    sqlx::Error::Decode(format!("{what} cannot be read").into())
}

/// Seals what no seal covers yet. Nothing where nothing has grown.
pub async fn seal(
    store: &Store,
    log: &LogName,
    key: &SigningKey,
    now_ms: i64,
) -> Result<Option<Seal>, StoreError> {
    store
        .transaction(|transaction| {
            work(async move { seal_in(transaction, log, key, now_ms).await.map_err(Stop::from) })
        })
        .await
}

async fn seal_in(
    transaction: &mut Transaction,
    log: &LogName,
    key: &SigningKey,
    now_ms: i64,
) -> Result<Option<Seal>, sqlx::Error> {
    let last = sqlx::query(SELECT_LAST_SEAL).fetch_optional(&mut **transaction).await?;
    let last = last.as_ref().map(seal_of).transpose()?;
    let number = last.map_or(0, |seal| seal.body.number) + 1;
    let marked =
        sqlx::query("UPDATE audit_entry SET seal = $1 WHERE seal IS NULL").bind(number.cast_signed());
    let entries = marked.execute(&mut **transaction).await?.rows_affected();
    if entries == 0 {
        return Ok(None);
    }
    let select = "SELECT e.chain, e.number, e.hash FROM audit_entry e JOIN (SELECT chain, MAX(number) AS last \
                  FROM audit_entry WHERE seal = $1 GROUP BY chain) g ON g.chain = e.chain AND g.last = e.number";
    let rows = sqlx::query(select).bind(number.cast_signed()).fetch_all(&mut **transaction).await?;
    // The database's order of texts is its own; the log's is by bytes.
    let heads: BTreeMap<String, SealedHead> = rows.iter().map(sealed_head).collect::<Result<_, _>>()?;
    let mut root = MerkleRoot::default();
    heads.values().for_each(|head| root.push(&head.leaf()));
    let body = SealBody {
        number,
        at_ms: now_ms,
        heads: heads.len() as u64,
        entries,
        root: root.root(),
        previous: last.map_or_else(|| log.hash(), |seal| seal.body.hash()),
    };
    let seal = body.sign(key);
    let insert = "INSERT INTO audit_seal (number, at_ms, heads, entries, root, previous, signature) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let insert = sqlx::query(insert).bind(number.cast_signed()).bind(now_ms).bind(body.heads.cast_signed());
    let insert =
        insert.bind(entries.cast_signed()).bind(body.root.to_string()).bind(body.previous.to_string());
    insert.bind(hex::encode(&seal.signature.to_bytes())).execute(&mut **transaction).await?;
    Ok(Some(seal))
}

const SELECT_LAST_SEAL: &str = "SELECT number, at_ms, heads, entries, root, previous, signature FROM audit_seal \
                                ORDER BY number DESC LIMIT 1";

fn sealed_head(row: &AnyRow) -> Result<(String, SealedHead), sqlx::Error> {
    let chain: String = row.try_get(0)?;
    let parsed = chain.parse().map_err(|_| damaged("a chain of the audit log"))?;
    Ok((chain, SealedHead { chain: parsed, head: head_of(row, 1)? }))
}

fn seal_of(row: &AnyRow) -> Result<Seal, sqlx::Error> {
    let number = |column| row.try_get::<i64, _>(column).map(i64::cast_unsigned);
    let signature: String = row.try_get(6)?;
    let signature = hex::decode_array(&signature).ok_or_else(|| damaged("the signature of a seal"))?;
    let body = SealBody {
        number: number(0)?,
        at_ms: row.try_get(1)?,
        heads: number(2)?,
        entries: number(3)?,
        root: digest(row, 4)?,
        previous: digest(row, 5)?,
    };
    Ok(Seal { body, signature: Signature::from_bytes(&signature) })
}

/// The newest seal.
pub async fn last_seal(pool: &AnyPool) -> Result<Option<Seal>, sqlx::Error> {
    let row = sqlx::query(SELECT_LAST_SEAL).fetch_optional(pool).await?;
    row.as_ref().map(seal_of).transpose()
}

/// The seal of this number.
pub async fn seal_numbered(pool: &AnyPool, number: u64) -> Result<Option<Seal>, sqlx::Error> {
    let select =
        "SELECT number, at_ms, heads, entries, root, previous, signature FROM audit_seal WHERE number = $1";
    // A number that the tables cannot hold is no seal's.
    let number = i64::try_from(number).unwrap_or(-1);
    let row = sqlx::query(select).bind(number).fetch_optional(pool).await?;
    row.as_ref().map(seal_of).transpose()
}

/// The newest entries of a chain, the newest first.
pub async fn newest(pool: &AnyPool, chain: &Chain, limit: u32) -> Result<Vec<Record>, sqlx::Error> {
    let select = "SELECT number, at_ms, who, event, hash FROM audit_entry WHERE chain = $1 \
                  ORDER BY number DESC LIMIT $2";
    let rows = sqlx::query(select).bind(chain.to_string()).bind(i64::from(limit)).fetch_all(pool).await?;
    rows.iter().map(|row| record_of(chain, row)).collect()
}

fn record_of(chain: &Chain, row: &AnyRow) -> Result<Record, sqlx::Error> {
    let number: i64 = row.try_get(0)?;
    Ok(Record {
        chain: chain.clone(),
        number: number.cast_unsigned(),
        at_ms: row.try_get(1)?,
        who: row.try_get(2)?,
        event: row.try_get(3)?,
        hash: digest(row, 4)?,
    })
}

/// Why the log was not written out.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault {
    /// The tables.
    #[error("the audit log cannot be read: {0}")]
    Tables(#[from] sqlx::Error),
    /// The file.
    #[error("the audit log cannot be written out: {0}")]
    File(#[from] std::io::Error),
}

/// Writes the log out as far as it is sealed, a piece at a time; `progress` hears how many entries are written. Says how
/// many entries and seals there were.
pub async fn export<W: Write>(
    pool: &AnyPool,
    log: &LogName,
    out: W,
    mut progress: impl FnMut(u64),
) -> Result<(u64, u64), ExportFault> {
    let mut writer = ExportWriter::begin(out, log)?;
    let (mut number, mut written) = (0_i64, 0);
    loop {
        number += 1;
        let Some(seal) = seal_numbered(pool, number.cast_unsigned()).await? else { break };
        let chains = sqlx::query("SELECT DISTINCT chain FROM audit_entry WHERE seal = $1").bind(number);
        let mut names: Vec<String> =
            chains.fetch_all(pool).await?.iter().map(|row| row.try_get(0)).collect::<Result<_, _>>()?;
        names.sort_unstable();
        for name in names {
            let chain: Chain = name.parse().map_err(|_| damaged("a chain of the audit log"))?;
            written += export_chain(pool, &chain, number, &mut writer).await?;
            progress(written);
        }
        writer.seal(&seal)?;
    }
    Ok(writer.end()?)
}

/// The entries of a chain that a seal covers, and their head.
async fn export_chain<W: Write>(
    pool: &AnyPool,
    chain: &Chain,
    seal: i64,
    writer: &mut ExportWriter<W>,
) -> Result<u64, ExportFault> {
    let mut last: Option<Head> = None;
    let mut written = 0;
    loop {
        let select = "SELECT number, at_ms, who, event, hash FROM audit_entry WHERE seal = $1 AND chain = $2 \
                      AND number > $3 ORDER BY number LIMIT $4";
        let select = sqlx::query(select).bind(seal).bind(chain.to_string());
        let after = last.map_or(0, |head| head.number.cast_signed());
        let rows = select.bind(after).bind(BATCH).fetch_all(pool).await?;
        for row in &rows {
            let record = record_of(chain, row)?;
            writer.entry(&record)?;
            last = Some(record.head());
            written += 1;
        }
        if (rows.len() as i64) < BATCH {
            break;
        }
    }
    if let Some(head) = last {
        writer.head(&SealedHead { chain: chain.clone(), head })?;
    }
    Ok(written)
}
