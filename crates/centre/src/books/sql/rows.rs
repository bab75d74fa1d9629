//! Writing each kind of row of a page.

use super::change::json;
use super::{calls, money};
use crate::account::Open;
use crate::books::page::{cause_name, reaction_name};
use crate::books::{BooksFault, Folder, Page, Reading, Row};
use crate::decisions::{Reaction, ReactionKind};
use crate::hex;
use store::Transaction;
use terms::Serial;

/// Writes a row; entries of the audit log are written together elsewhere.
pub(super) async fn write(
    transaction: &mut Transaction,
    folder: &Folder,
    page: &Page,
    row: &Row,
    reactions: &mut u64,
) -> Result<(), BooksFault> {
    let serial = folder.serial();
    match row {
        Row::Entry { amount_minor, kind, about } => {
            money::enter(transaction, folder.customer.reference, *amount_minor, *kind, about, page.at_ms)
                .await
        }
        Row::Grant(open) => grant(transaction, open).await,
        Row::GrantState { number, state } => {
            let update =
                "UPDATE meter_grant SET state = $1, settled_ms = $2 WHERE serial = $3 AND number = $4";
            let update = sqlx::query(update).bind(*state).bind(page.at_ms).bind(i64::from(serial.value()));
            update.bind(number.cast_signed()).execute(&mut **transaction).await?;
            Ok(())
        }
        Row::GrantRefused { number, code } => {
            let update = "UPDATE meter_grant SET refused_code = $1 WHERE serial = $2 AND number = $3";
            let update = sqlx::query(update).bind(i64::from(*code)).bind(i64::from(serial.value()));
            update.bind(number.cast_signed()).execute(&mut **transaction).await?;
            Ok(())
        }
        Row::Reading(reading) => self::reading(transaction, serial, reading).await,
        Row::Call(note) => calls::note(transaction, note).await,
        Row::Opening { .. } | Row::OpeningFetched { .. } | Row::OpeningEnded { .. } => {
            opening(transaction, serial, page, row).await
        }
        Row::Reaction(reaction) => {
            *reactions += 1;
            self::reaction(transaction, *reactions, reaction).await
        }
        Row::ReactionsDone { kinds, by } => reactions_done(transaction, serial, page.at_ms, kinds, by).await,
        Row::CallBack { request, number, amount } => {
            let insert = "INSERT INTO call_back (serial, request, number, amount_minor, asked_ms, due_ms, attempts, ended) \
                          VALUES ($1, $2, $3, $4, $5, $5, 0, '') ON CONFLICT DO NOTHING";
            let insert = sqlx::query(insert).bind(i64::from(serial.value())).bind(hex::encode(request));
            let insert = insert.bind(number.as_str()).bind(amount.minor().cast_signed()).bind(page.at_ms);
            insert.execute(&mut **transaction).await?;
            Ok(())
        }
        Row::Event(_) => Ok(()),
    }
}

async fn grant(transaction: &mut Transaction, open: &Open) -> Result<(), BooksFault> {
    let grant = open.grant;
    let insert = "INSERT INTO meter_grant (serial, number, amount_minor, r3_before_minor, closing, issued_ms, state, \
                  refused_code) VALUES ($1, $2, $3, $4, $5, $6, 'open', 0)";
    let insert = sqlx::query(insert).bind(i64::from(grant.serial.value())).bind(grant.number.cast_signed());
    let insert = insert.bind(grant.amount_minor).bind(grant.r3_before.minor().cast_signed());
    insert.bind(i64::from(grant.closing)).bind(open.issued_ms).execute(&mut **transaction).await?;
    Ok(())
}

async fn reading(transaction: &mut Transaction, serial: Serial, reading: &Reading) -> Result<(), BooksFault> {
    let insert = "INSERT INTO reading (serial, at_ms, commit_number, r1_minor, r2_minor, r3_minor, r4, r8) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let registers = reading.registers;
    let insert = sqlx::query(insert).bind(i64::from(serial.value())).bind(reading.at_ms);
    let insert = insert.bind(reading.commit.cast_signed()).bind(registers.r1.minor().cast_signed());
    let insert = insert.bind(registers.r2.minor().cast_signed()).bind(registers.r3.minor().cast_signed());
    let insert = insert.bind(registers.r4.cast_signed()).bind(registers.r8.cast_signed());
    insert.execute(&mut **transaction).await?;
    Ok(())
}

async fn opening(
    transaction: &mut Transaction,
    serial: Serial,
    page: &Page,
    row: &Row,
) -> Result<(), BooksFault> {
    let meter = i64::from(serial.value());
    match row {
        Row::Opening { number, technician, about_ms, valid_until_ms, agreed, work } => {
            let insert = "INSERT INTO opening (serial, number, technician, announced_by, announced_ms, about_ms, \
                          valid_until_ms, agreed_minor, work, ended) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')";
            let insert = sqlx::query(insert).bind(meter).bind(number.cast_signed()).bind(technician);
            let insert = insert.bind(&page.who).bind(page.at_ms).bind(about_ms).bind(valid_until_ms);
            let insert = insert.bind(agreed.map(|amount| amount.minor().cast_signed())).bind(work);
            insert.execute(&mut **transaction).await?;
        }
        Row::OpeningFetched { number, registers, seal, work } => {
            let update = "UPDATE opening SET fetched_ms = $1, registers = $2, seal_before = $3, work = $4 \
                          WHERE serial = $5 AND number = $6";
            let update = sqlx::query(update).bind(page.at_ms).bind(json(registers)?).bind(seal.cast_signed());
            let update = update.bind(work).bind(meter).bind(number.cast_signed());
            update.execute(&mut **transaction).await?;
        }
        Row::OpeningEnded { number, ended, seal, work } => {
            let update = "UPDATE opening SET ended = $1, ended_ms = $2, seal_after = $3, work = COALESCE($4, work) \
                          WHERE serial = $5 AND number = $6";
            let update = sqlx::query(update).bind(*ended).bind(page.at_ms).bind(seal.map(u64::cast_signed));
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
    serial: Serial,
    now_ms: i64,
    kinds: &[&str],
    by: &str,
) -> Result<(), BooksFault> {
    for kind in kinds {
        let update = "UPDATE reaction SET done_ms = $1, done_by = $2 WHERE serial = $3 AND kind = $4 AND done_ms IS NULL";
        let update = sqlx::query(update).bind(now_ms).bind(by).bind(i64::from(serial.value())).bind(*kind);
        update.execute(&mut **transaction).await?;
    }
    Ok(())
}
