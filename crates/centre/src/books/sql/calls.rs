//! Call-backs that are due, and evidence of calls.
//!
//! What always holds: a call-back is taken by one instance at a time; evidence of strangers is bounded in number, and
//! evidence of meters is not thrown away for theirs.

use super::change::{number_in, serial_in};
use crate::books::{BooksFault, CallBack, CallBackEnd, CallNote};
use crate::hex;
use sqlx::Row as _;
use store::many::{Statement, Value};
use store::{Store, work};

/// How many calls of strangers are kept.
const STRANGERS_MAX: i64 = 10_000;

/// How many columns a call has.
pub(super) const WIDTH: usize = 12;

/// Writes calls down, as far as they have come by now.
pub(super) const NOTE: Statement<WIDTH> = Statement {
    before: "INSERT INTO meter_call (id, serial, pan, trigger_kind, origin, opened_ms, last_ms, transactions, ask, step, \
             failure, is_unauthorised) VALUES ",
    after: " ON CONFLICT (id) DO UPDATE SET last_ms = excluded.last_ms, transactions = excluded.transactions, \
            ask = excluded.ask, step = excluded.step, failure = excluded.failure, \
            is_unauthorised = excluded.is_unauthorised",
};

/// A call as a row.
pub(super) fn line(note: &CallNote) -> [Value; WIDTH] {
    [
        note.id.as_str().into(),
        note.serial.map(|serial| i64::from(serial.value())).into(),
        note.pan.map(i64::from).into(),
        note.trigger.map_or("", |trigger| trigger.name()).into(),
        note.origin.as_str().into(),
        note.opened_ms.into(),
        note.last_ms.into(),
        i64::from(note.transactions).into(),
        note.ask.as_str().into(),
        i64::from(note.step).into(),
        note.failure.as_str().into(),
        i64::from(note.is_unauthorised).into(),
    ]
}

pub(super) async fn note_stranger(store: &Store, stranger: &CallNote) -> Result<(), BooksFault> {
    store
        .transaction(|transaction| {
            work(async move {
                NOTE.execute(transaction, &[line(stranger)]).await?;
                // Only now and then, as it is a search.
                if stranger.opened_ms % 64 == 0 {
                    let delete = "DELETE FROM meter_call WHERE serial IS NULL AND opened_ms < (SELECT MIN(opened_ms) FROM \
                                  (SELECT opened_ms FROM meter_call WHERE serial IS NULL ORDER BY opened_ms DESC LIMIT $1) k)";
                    sqlx::query(delete).bind(STRANGERS_MAX).execute(&mut **transaction).await?;
                }
                Ok(())
            })
        })
        .await
}

pub(super) async fn take_call_back(
    store: &Store,
    now_ms: i64,
    for_ms: i64,
) -> Result<Option<CallBack>, BooksFault> {
    // Mostly none is due: to find that out nobody has to be the writer.
    let due = sqlx::query("SELECT 1 FROM call_back WHERE due_ms <= $1 LIMIT 1").bind(now_ms);
    if due.fetch_optional(store.reads()).await?.is_none() {
        return Ok(None);
    }
    store
        .transaction(|transaction| {
            work(async move {
                let skip = if transaction.kind() == store::Kind::Server { " FOR UPDATE SKIP LOCKED" } else { "" };
                let select = format!(
                    "SELECT serial, request, number, attempts FROM call_back WHERE due_ms <= $1 ORDER BY due_ms LIMIT 1{skip}"
                );
                let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(now_ms);
                let Some(row) = select.fetch_optional(&mut **transaction).await? else { return Ok(None) };
                let call_back = call_back_in(&row).map_err(super::fault::plain)?;
                let update = "UPDATE call_back SET due_ms = $1, attempts = attempts + 1 WHERE serial = $2 AND request = $3";
                let update = sqlx::query(update).bind(now_ms.saturating_add(for_ms));
                let update = update.bind(i64::from(call_back.serial.value())).bind(hex::encode(&call_back.request));
                update.execute(&mut **transaction).await?;
                Ok(Some(call_back))
            })
        })
        .await
}

fn call_back_in(row: &sqlx::any::AnyRow) -> Result<CallBack, BooksFault> {
    let (request, number): (String, String) = (row.try_get(1)?, row.try_get(2)?);
    Ok(CallBack {
        serial: serial_in(row, 0)?,
        request: hex::decode_array(&request)
            .ok_or_else(|| BooksFault::Damaged("a call-back's request".into()))?,
        number: number.parse().map_err(|_| BooksFault::Damaged("a call-back's number".into()))?,
        attempts: number_in(row, 3)?,
    })
}

pub(super) async fn settle_call_back(
    store: &Store,
    call_back: &CallBack,
    ended: CallBackEnd,
    again_ms: Option<i64>,
) -> Result<(), BooksFault> {
    store
        .transaction(|transaction| {
            work(async move {
                let update =
                    "UPDATE call_back SET due_ms = $1, ended = $2 WHERE serial = $3 AND request = $4";
                let name = if again_ms.is_some() { "" } else { ended.name() };
                let update = sqlx::query(update).bind(again_ms).bind(name);
                let update =
                    update.bind(i64::from(call_back.serial.value())).bind(hex::encode(&call_back.request));
                update.execute(&mut **transaction).await?;
                Ok(())
            })
        })
        .await
}
