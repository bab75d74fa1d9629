//! Writing the kinds of rows that are seldom: one statement each.

use super::change::json;
use super::ledger::Other;
use super::refunds;
use crate::books::page::{cause_name, reaction_name};
use crate::books::{BooksFault, Row};
use crate::decisions::{Reaction, ReactionKind};
use crate::hex;
use store::Transaction;

/// Writes a row. The kinds that a ledger writes together are none of these.
pub(super) async fn write(transaction: &mut Transaction, other: &Other) -> Result<(), BooksFault> {
    let Other { at_ms, ref row, reactions, .. } = *other;
    let meter = i64::from(other.serial.value());
    match row {
        Row::GrantRefused { number, code } => {
            let update = "UPDATE meter_grant SET refused_code = $1 WHERE serial = $2 AND number = $3";
            let update = sqlx::query(update).bind(i64::from(*code)).bind(meter).bind(number.cast_signed());
            update.execute(&mut **transaction).await?;
        }
        Row::Reaction(reaction) => self::reaction(transaction, reactions, reaction).await?,
        Row::ReactionsDone { kinds, by } => reactions_done(transaction, meter, at_ms, kinds, by).await?,
        // A key once put is never written over: a name that is taken fails.
        Row::Key(key) => {
            let insert = "INSERT INTO wrapped_key (name, wrapped, since_ms) VALUES ($1, $2, $3)";
            let insert = sqlx::query(insert).bind(key.name.to_string()).bind(key.wrapped.to_string());
            insert.bind(at_ms).execute(&mut **transaction).await?;
        }
        Row::CallBack { request, number, amount } => {
            let insert = "INSERT INTO call_back (serial, request, number, amount_minor, asked_ms, due_ms, attempts, ended) \
                          VALUES ($1, $2, $3, $4, $5, $5, 0, '') ON CONFLICT DO NOTHING";
            let insert = sqlx::query(insert).bind(meter).bind(hex::encode(request)).bind(number.as_str());
            let insert = insert.bind(amount.minor().cast_signed()).bind(at_ms);
            insert.execute(&mut **transaction).await?;
        }
        Row::SeenRefundTold { claim, line } => refunds::told(transaction, *claim, *line, at_ms).await?,
        row => opening(transaction, other, row).await?,
    }
    Ok(())
}

async fn opening(transaction: &mut Transaction, other: &Other, row: &Row) -> Result<(), BooksFault> {
    let meter = i64::from(other.serial.value());
    match row {
        Row::Opening { number, technician, about_ms, valid_until_ms, agreed, work } => {
            let insert = "INSERT INTO opening (serial, number, technician, announced_by, announced_ms, about_ms, \
                          valid_until_ms, agreed_minor, work, ended) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')";
            let insert = sqlx::query(insert).bind(meter).bind(number.cast_signed()).bind(technician);
            let insert = insert.bind(&other.who).bind(other.at_ms).bind(about_ms).bind(valid_until_ms);
            let insert = insert.bind(agreed.map(|amount| amount.minor().cast_signed())).bind(work);
            insert.execute(&mut **transaction).await?;
        }
        Row::OpeningFetched { number, registers, seal, work } => {
            let update = "UPDATE opening SET fetched_ms = $1, registers = $2, seal_before = $3, work = $4 \
                          WHERE serial = $5 AND number = $6";
            let update =
                sqlx::query(update).bind(other.at_ms).bind(json(registers)?).bind(seal.cast_signed());
            let update = update.bind(work).bind(meter).bind(number.cast_signed());
            update.execute(&mut **transaction).await?;
        }
        Row::OpeningEnded { number, ended, seal, work } => {
            let update = "UPDATE opening SET ended = $1, ended_ms = $2, seal_after = $3, work = COALESCE($4, work) \
                          WHERE serial = $5 AND number = $6";
            let update = sqlx::query(update).bind(*ended).bind(other.at_ms).bind(seal.map(u64::cast_signed));
            let work = work.as_ref().filter(|work| !work.is_empty());
            let update = update.bind(work).bind(meter).bind(number.cast_signed());
            update.execute(&mut **transaction).await?;
        }
        _ => {}
    }
    Ok(())
}

async fn reaction(transaction: &mut Transaction, number: u64, reaction: &Reaction) -> Result<(), BooksFault> {
    let (until_ms, is_done) = match reaction.kind {
        ReactionKind::InspectUnlessHeard { until_ms } => (Some(until_ms), false),
        // The order to the meter is queued in the same transaction.
        ReactionKind::MarkImprints { .. } => (None, true),
        _ => (None, false),
    };
    let insert = "INSERT INTO reaction (serial, number, kind, detail, by_whom, at_ms, why, until_ms, done_ms, done_by) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    let insert = sqlx::query(insert).bind(i64::from(reaction.serial.value())).bind(number.cast_signed());
    let insert = insert.bind(reaction_name(&reaction.kind)).bind(json(&reaction.kind)?);
    let insert = insert.bind(cause_name(&reaction.by)).bind(reaction.at_ms).bind(json(&reaction.why)?);
    let insert =
        insert.bind(until_ms).bind(is_done.then_some(reaction.at_ms)).bind(is_done.then_some("centre"));
    insert.execute(&mut **transaction).await?;
    Ok(())
}

async fn reactions_done(
    transaction: &mut Transaction,
    meter: i64,
    now_ms: i64,
    kinds: &[&str],
    by: &str,
) -> Result<(), BooksFault> {
    for kind in kinds {
        let update = "UPDATE reaction SET done_ms = $1, done_by = $2 WHERE serial = $3 AND kind = $4 AND done_ms IS NULL";
        let update = sqlx::query(update).bind(now_ms).bind(by).bind(meter).bind(*kind);
        update.execute(&mut **transaction).await?;
    }
    Ok(())
}
