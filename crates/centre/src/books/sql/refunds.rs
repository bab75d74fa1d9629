//! Claims for spoiled imprints: taken in, received and paid, refused, seen in the mail.
//!
//! What always holds: an imprint is claimed or refunded by one line, as the table's key has it; a line is paid in the
//! transaction in which it becomes `refunded`, and nothing makes it anything else again; a line whose imprint a station
//! has seen is not paid.
//!
//! The last rests on this: a claim is taken in while no batch of sightings is, so that the claim sees what batches before
//! it brought, and batches after it see the claim. A batch marks the lines of what it brought, and waits for a payment of
//! theirs that is under way. Lines are held before the customer, and no meter is held.

use super::change::{number_in, parsed, serial_in};
use super::fault::plain;
use super::ledger::Entry;
use super::money::{desk, enter_all};
use crate::account::State;
use crate::audit::Event;
use crate::books::customer::{line, signed};
use crate::books::refund::{CONSIGNMENT_BYTES_MAX, REASON_BYTES_MAX};
use crate::books::{BooksFault, EntryKind, NewClaim, Paid, Passport, Receipt, SeenLine, TakenClaim};
use crate::deposits::CustomerReference;
use crate::dossier::Dossier;
use crate::hex;
use crate::post::day_of;
use crate::refunds::{Examined, Identity, Refusal, Reported, is_reported, paid_for};
use sqlx::Row as _;
use sqlx::any::AnyRow;
use store::many::{Statement, Value};
use store::{Kind, Store, Transaction, work};
use terms::{Money, Serial};

const LINE: Statement<18> = Statement {
    before: "INSERT INTO refund_line (claim, line, request, serial, epoch, has_second, second, mv, postage_minor, printed, \
             reason, spoiled_on, state, why, note, at_ms, by_whom, paid_minor) VALUES ",
    after: " ON CONFLICT DO NOTHING RETURNING line",
};
const PAY: Statement<5> = Statement {
    before: "UPDATE refund_line SET state = 'refunded', paid_minor = v.column3, at_ms = v.column4, by_whom = v.column5 \
             FROM (VALUES ",
    after: ") AS v WHERE claim = v.column1 AND line = v.column2",
};

/// The greatest postage that is kept of a line, as of a sighting.
const POSTAGE_MINOR_MAX: u64 = 1_000_000_000_000;

/// Takes a claim in. The same claim again is the one that is there.
pub(super) async fn take(
    store: &Store,
    claim: &NewClaim,
    by: &str,
    now_ms: i64,
) -> Result<TakenClaim, BooksFault> {
    store
        .transaction(|transaction| {
            work(async move {
                lock_claims(transaction).await?;
                let select = sqlx::query("SELECT number FROM refund_claim WHERE digest = $1");
                let known =
                    select.bind(hex::encode(&claim.digest)).fetch_optional(&mut **transaction).await?;
                if let Some(row) = known {
                    let number = row.try_get::<i64, _>(0)?.cast_unsigned();
                    return Ok(TakenClaim { number, is_new: false });
                }
                let number = insert_claim(transaction, claim, by, now_ms).await?;
                insert_lines(transaction, number, claim, by, now_ms).await.map_err(plain)?;
                refuse_seen(transaction, number, now_ms).await?;
                note_taken(transaction, number, claim, by, now_ms).await.map_err(plain)?;
                Ok(TakenClaim { number: number.cast_unsigned(), is_new: true })
            })
        })
        .await
}

/// Claims are taken in one after the other, and none while a batch of sightings is ([`share_claims`]).
async fn lock_claims(transaction: &mut Transaction) -> Result<(), sqlx::Error> {
    if transaction.kind() == Kind::Server {
        let lock = sqlx::query("LOCK TABLE refund_claim IN SHARE ROW EXCLUSIVE MODE");
        lock.execute(&mut **transaction).await?;
    }
    Ok(())
}

async fn insert_claim(
    transaction: &mut Transaction,
    claim: &NewClaim,
    by: &str,
    now_ms: i64,
) -> Result<i64, sqlx::Error> {
    let next = sqlx::query("SELECT COALESCE(MAX(number), 0) + 1 FROM refund_claim");
    let number: i64 = next.fetch_one(&mut **transaction).await?.try_get(0)?;
    let insert = "INSERT INTO refund_claim (number, digest, serial, customer, taken_ms, taken_by) \
                  VALUES ($1, $2, $3, $4, $5, $6)";
    let insert = sqlx::query(insert).bind(number).bind(hex::encode(&claim.digest));
    let insert = insert.bind(i64::from(claim.serial.value())).bind(claim.customer.to_string());
    insert.bind(now_ms).bind(by).execute(&mut **transaction).await?;
    Ok(number)
}

/// A line whose imprint another line holds is not taken at first, and then as refused.
async fn insert_lines(
    transaction: &mut Transaction,
    number: i64,
    claim: &NewClaim,
    by: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    let mut refused = Vec::new();
    for (place, examined) in (1_i64..).zip(&claim.lines) {
        let values = |refusal| line_values(number, place, claim.serial, examined, refusal, by, now_ms);
        match &examined.verdict {
            Err(refusal) => refused.push(values(Some(*refusal))?),
            Ok(_) => {
                if LINE.fetch(transaction, &[values(None)?]).await?.is_empty() {
                    refused.push(values(Some(Refusal::ClaimedBefore))?);
                }
            }
        }
    }
    Ok(LINE.execute(transaction, &refused).await?)
}

fn line_values(
    number: i64,
    place: i64,
    serial: Serial,
    examined: &Examined,
    refusal: Option<Refusal>,
    by: &str,
    now_ms: i64,
) -> Result<[Value; 18], BooksFault> {
    let spoiled = &examined.spoiled;
    let claimed = Identity { epoch: spoiled.epoch, second: spoiled.second, mv: spoiled.mv };
    let Identity { epoch, second, mv } = examined.verdict.unwrap_or(claimed);
    // A line that is refused may say any amount: what is kept of it can still be summed up.
    let postage = spoiled.postage.minor().min(POSTAGE_MINOR_MAX);
    Ok([
        number.into(),
        place.into(),
        spoiled.request.to_string().into(),
        i64::from(serial.value()).into(),
        i64::from(epoch).into(),
        i64::from(second.is_some()).into(),
        second.unwrap_or_default().cast_signed().into(),
        mv.cast_signed().into(),
        postage.cast_signed().into(),
        spoiled.date.to_string().into(),
        spoiled.reason.word().into(),
        spoiled.spoiled_on.to_string().into(),
        if refusal.is_some() { "refused" } else { "claimed" }.into(),
        refusal.map_or("", Refusal::word).into(),
        "".into(),
        now_ms.into(),
        by.into(),
        0.into(),
    ])
}

/// What stations had seen before the claim came in. Where an earlier line told people of the imprint, this one does not
/// again.
async fn refuse_seen(transaction: &mut Transaction, number: i64, now_ms: i64) -> Result<(), sqlx::Error> {
    let update = "UPDATE refund_line SET state = 'refused', why = 'seen_in_mail', by_whom = 'post', seen_ms = $1, \
                  told_ms = (SELECT MIN(t.told_ms) FROM refund_line t WHERE t.serial = refund_line.serial \
                  AND t.mv = refund_line.mv AND t.epoch = refund_line.epoch \
                  AND t.has_second = refund_line.has_second AND t.second = refund_line.second) WHERE claim = $2 \
                  AND state = 'claimed' AND EXISTS (SELECT 1 FROM post_sighting s WHERE s.serial = refund_line.serial \
                  AND s.epoch = refund_line.epoch AND s.has_second = refund_line.has_second \
                  AND s.second = refund_line.second AND s.by_pieces = 0 AND s.mv = refund_line.mv)";
    sqlx::query(update).bind(now_ms).bind(number).execute(&mut **transaction).await?;
    Ok(())
}

async fn note_taken(
    transaction: &mut Transaction,
    number: i64,
    claim: &NewClaim,
    by: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    let select = "SELECT COUNT(*), CAST(COALESCE(SUM(postage_minor), 0) AS BIGINT) FROM refund_line WHERE claim = $1 \
                  AND state = 'claimed'";
    let row = sqlx::query(select).bind(number).fetch_one(&mut **transaction).await?;
    let event = Event::RefundClaimed {
        claim: number.cast_unsigned(),
        meter: claim.serial.to_string(),
        imprints: claim.lines.len() as u64,
        accepted: number_in(&row, 0)?,
        accepted_minor: number_in(&row, 1)?,
    };
    desk(transaction, by, now_ms, event).await
}

/// The papers of a claim came in: refunds every open line that the meter has reported.
pub(super) async fn receive(
    store: &Store,
    number: u64,
    receipt: &Receipt,
    by: &str,
    now_ms: i64,
) -> Result<Paid, BooksFault> {
    let consignment = &line("a consignment's reference", &receipt.consignment, CONSIGNMENT_BYTES_MAX)?;
    store
        .transaction(|transaction| {
            work(async move {
                share_claims(transaction).await?;
                let claim = hold_claim(transaction, number, consignment).await.map_err(plain)?;
                let open = hold_open_lines(transaction, number).await.map_err(plain)?;
                check_count(&open, receipt).map_err(plain)?;
                note_received(transaction, &claim, &open, by, now_ms).await.map_err(plain)?;
                pay(transaction, &claim, &open, receipt.share, by, now_ms).await.map_err(plain)
            })
        })
        .await
}

/// A claim that nobody else deals with meanwhile.
struct Held {
    number: u64,
    serial: Serial,
    customer: CustomerReference,
    consignment: String,
    taken_ms: i64,
}

/// An open line of it.
struct OpenLine {
    line: i64,
    imprint: Identity,
    postage: Money,
}

async fn hold_claim(
    transaction: &mut Transaction,
    number: u64,
    consignment: &str,
) -> Result<Held, BooksFault> {
    let lock = for_update(transaction);
    let select =
        format!("SELECT serial, customer, taken_ms, consignment FROM refund_claim WHERE number = $1{lock}");
    let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(number.cast_signed());
    let row = select.fetch_optional(&mut **transaction).await?.ok_or(BooksFault::NoClaim(number))?;
    let customer: String = row.try_get(1)?;
    let before: Option<String> = row.try_get(3)?;
    if before.is_some_and(|before| before != consignment) {
        return Err(BooksFault::OtherConsignment(number));
    }
    Ok(Held {
        number,
        serial: serial_in(&row, 0)?,
        customer: customer.parse().map_err(|_| BooksFault::Damaged(customer))?,
        consignment: consignment.to_owned(),
        taken_ms: row.try_get(2)?,
    })
}

async fn hold_open_lines(transaction: &mut Transaction, number: u64) -> Result<Vec<OpenLine>, BooksFault> {
    let lock = for_update(transaction);
    let select = format!(
        "SELECT line, epoch, has_second, second, mv, postage_minor FROM refund_line WHERE claim = $1 \
         AND state = 'claimed' ORDER BY line{lock}"
    );
    let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(number.cast_signed());
    select.fetch_all(&mut **transaction).await?.iter().map(open_line_in).collect()
}

fn open_line_in(row: &AnyRow) -> Result<OpenLine, BooksFault> {
    let second = row.try_get::<i64, _>(3)?.cast_unsigned();
    Ok(OpenLine {
        line: row.try_get(0)?,
        imprint: Identity {
            epoch: number_in(row, 1)?,
            second: (row.try_get::<i64, _>(2)? != 0).then_some(second),
            mv: row.try_get::<i64, _>(4)?.cast_unsigned(),
        },
        postage: Money::from_minor(number_in(row, 5)?),
    })
}

fn for_update(transaction: &Transaction) -> &'static str {
    match transaction.kind() {
        Kind::File => "",
        Kind::Server => " FOR UPDATE",
    }
}

/// What somebody counted on his desk is what is open in the books.
fn check_count(open: &[OpenLine], receipt: &Receipt) -> Result<(), BooksFault> {
    let Some(counted) = receipt.counted else { return Ok(()) };
    let postage = sum(open.iter().map(|line| line.postage))?;
    let is_so = counted.imprints == open.len() as u64 && counted.postage == postage;
    if is_so { Ok(()) } else { Err(BooksFault::OtherCount { imprints: open.len() as u64, postage }) }
}

fn sum(amounts: impl IntoIterator<Item = Money>) -> Result<Money, BooksFault> {
    let mut amounts = amounts.into_iter();
    amounts.try_fold(Money::ZERO, Money::checked_add).ok_or(BooksFault::Amount)
}

/// The first time, it is noted when and by whom the papers were received.
async fn note_received(
    transaction: &mut Transaction,
    claim: &Held,
    open: &[OpenLine],
    by: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    let update = "UPDATE refund_claim SET consignment = $1, received_ms = $2, received_by = $3 WHERE number = $4 \
                  AND consignment IS NULL";
    let update = sqlx::query(update).bind(&claim.consignment).bind(now_ms).bind(by);
    if update.bind(claim.number.cast_signed()).execute(&mut **transaction).await?.rows_affected() == 0 {
        return Ok(());
    }
    let event = Event::RefundReceived {
        claim: claim.number,
        meter: claim.serial.to_string(),
        consignment: claim.consignment.clone(),
        imprints: open.len() as u64,
        amount_minor: signed(sum(open.iter().map(|line| line.postage))?)?,
    };
    desk(transaction, by, now_ms, event).await
}

/// Pays what of these lines the meter has reported.
async fn pay(
    transaction: &mut Transaction,
    claim: &Held,
    open: &[OpenLine],
    share: u32,
    by: &str,
    now_ms: i64,
) -> Result<Paid, BooksFault> {
    let reported = reported_of(transaction, claim, open).await?;
    let waiting = open.len() as u64 - reported.len() as u64;
    if reported.is_empty() {
        return Ok(Paid { waiting, ..Paid::default() });
    }
    let number = claim.number.cast_signed();
    let mut lines = Vec::with_capacity(reported.len());
    for line in &reported {
        let paid = signed(paid_for(line.postage, share))?;
        lines.push([number.into(), line.line.into(), paid.into(), now_ms.into(), by.into()]);
    }
    PAY.execute(transaction, &lines).await?;
    let amount = sum(reported.iter().map(|line| paid_for(line.postage, share)))?;
    book(transaction, claim, amount, now_ms).await?;
    let imprints = reported.len() as u64;
    let event = Event::RefundPaid {
        claim: claim.number,
        meter: claim.serial.to_string(),
        customer: claim.customer.to_string(),
        imprints,
        amount_minor: signed(amount)?,
        consignment: claim.consignment.clone(),
    };
    desk(transaction, by, now_ms, event).await?;
    Ok(Paid { imprints, amount, waiting })
}

async fn book(
    transaction: &mut Transaction,
    claim: &Held,
    amount: Money,
    now_ms: i64,
) -> Result<(), BooksFault> {
    let entry = Entry {
        customer: claim.customer,
        at_ms: now_ms,
        amount_minor: signed(amount)?,
        kind: EntryKind::Spoiled,
        about: format!("{}/claim {}", claim.serial, claim.number),
    };
    enter_all(transaction, &[entry]).await
}

/// The lines whose imprints the meter has reported.
async fn reported_of<'a>(
    transaction: &mut Transaction,
    claim: &Held,
    open: &'a [OpenLine],
) -> Result<Vec<&'a OpenLine>, BooksFault> {
    let select = "SELECT m.account, m.dossier, p.passport FROM meter m JOIN meter_papers p ON p.serial = m.serial \
                  WHERE m.serial = $1";
    let select = sqlx::query(select).bind(i64::from(claim.serial.value()));
    let row = select.fetch_one(&mut **transaction).await?;
    let text = |column: usize| -> Result<String, BooksFault> { Ok(row.try_get(column)?) };
    let (state, dossier): (State, Dossier) = (parsed(&text(0)?)?, parsed(&text(1)?)?);
    let passport: Passport = parsed(&text(2)?)?;
    let is_reported = |line: &&OpenLine| {
        let profile = passport.profiles.iter().find(|profile| profile.epoch == line.imprint.epoch);
        profile.is_some_and(|profile| {
            let reported = Reported {
                profile,
                state: &state,
                refills: &dossier.refills,
                refill_day: day_of(dossier.refills.last_ms).day_number(),
                taken_ms: claim.taken_ms,
            };
            is_reported(&line.imprint, &reported)
        })
    };
    Ok(open.iter().filter(is_reported).collect())
}

/// A person refuses an open line.
pub(super) async fn refuse(
    store: &Store,
    (number, place): (u64, u64),
    reason: &str,
    by: &str,
    now_ms: i64,
) -> Result<(), BooksFault> {
    let reason = &line("a reason", reason, REASON_BYTES_MAX)?;
    store
        .transaction(|transaction| {
            work(async move {
                let update = "UPDATE refund_line SET state = 'refused', why = 'by_person', note = $1, at_ms = $2, \
                              by_whom = $3 WHERE claim = $4 AND line = $5 AND state = 'claimed'";
                let update = sqlx::query(update).bind(reason).bind(now_ms).bind(by);
                let update = update.bind(number.cast_signed()).bind(place.cast_signed());
                if update.execute(&mut **transaction).await?.rows_affected() == 0 {
                    return Err(plain(BooksFault::NoOpenLine { claim: number, line: place }));
                }
                let event = Event::RefundRefused { claim: number, line: place, reason: reason.clone() };
                desk(transaction, by, now_ms, event).await.map_err(plain)
            })
        })
        .await
}

/// The meter that a claim is about.
pub(super) async fn meter(store: &Store, number: u64) -> Result<Serial, BooksFault> {
    let select = sqlx::query("SELECT serial FROM refund_claim WHERE number = $1").bind(number.cast_signed());
    let row = select.fetch_optional(store.reads()).await?.ok_or(BooksFault::NoClaim(number))?;
    serial_in(&row, 0)
}

/// What a batch of sightings does first, and a payment: no claim is taken in until it ends.
pub(crate) async fn share_claims(transaction: &mut Transaction) -> Result<(), sqlx::Error> {
    if transaction.kind() == Kind::Server {
        let lock = sqlx::query("LOCK TABLE refund_claim IN ROW EXCLUSIVE MODE");
        lock.execute(&mut **transaction).await?;
    }
    Ok(())
}

/// What a batch of sightings does last: the lines of what it brought are marked, and those that are open refused.
pub(crate) async fn mark_seen(
    transaction: &mut Transaction,
    station: u32,
    batch: u64,
    now_ms: i64,
) -> Result<(), sqlx::Error> {
    let update = "UPDATE refund_line SET seen_ms = $1, why = CASE state WHEN 'claimed' THEN 'seen_in_mail' ELSE why END, \
                  at_ms = CASE state WHEN 'claimed' THEN $1 ELSE at_ms END, \
                  by_whom = CASE state WHEN 'claimed' THEN 'post' ELSE by_whom END, \
                  state = CASE state WHEN 'claimed' THEN 'refused' ELSE state END \
                  WHERE state <> 'refused' AND seen_ms IS NULL AND (serial, epoch, has_second, second, mv) IN \
                  (SELECT serial, epoch, has_second, second, mv FROM post_sighting WHERE station = $2 AND batch = $3 \
                  AND by_pieces = 0)";
    let update = sqlx::query(update).bind(now_ms).bind(i64::from(station)).bind(batch.cast_signed());
    update.execute(&mut **transaction).await?;
    Ok(())
}

/// Lines that were seen in the mail and not put down for people yet: the first behind this one, at most so many.
pub(super) async fn untold(
    store: &Store,
    (claim, line): (u64, u64),
    limit: i64,
) -> Result<Vec<SeenLine>, BooksFault> {
    let select = "SELECT claim, line, serial, postage_minor, state FROM refund_line WHERE seen_ms IS NOT NULL \
                  AND told_ms IS NULL AND (claim, line) > ($1, $2) ORDER BY claim, line LIMIT $3";
    let select = sqlx::query(select).bind(claim.cast_signed()).bind(line.cast_signed()).bind(limit);
    select.fetch_all(store.reads()).await?.iter().map(seen_line_in).collect()
}

fn seen_line_in(row: &AnyRow) -> Result<SeenLine, BooksFault> {
    Ok(SeenLine {
        claim: number_in(row, 0)?,
        line: number_in(row, 1)?,
        serial: serial_in(row, 2)?,
        postage: Money::from_minor(number_in(row, 3)?),
        was_refunded: row.try_get::<String, _>(4)? == "refunded",
    })
}

/// Such a line was put down, in the transaction of the change that did so. Refused where another did.
pub(super) async fn told(
    transaction: &mut Transaction,
    claim: u64,
    line: u64,
    now_ms: i64,
) -> Result<(), BooksFault> {
    let update = "UPDATE refund_line SET told_ms = $1 WHERE claim = $2 AND line = $3 AND told_ms IS NULL";
    let update = sqlx::query(update).bind(now_ms).bind(claim.cast_signed()).bind(line.cast_signed());
    match update.execute(&mut **transaction).await?.rows_affected() {
        0 => Err(BooksFault::ToldBefore),
        _ => Ok(()),
    }
}
