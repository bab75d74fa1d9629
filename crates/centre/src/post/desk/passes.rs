//! Making a list: one pass over the meters, kept piece by piece, then signed and issued.
//!
//! What always holds: a pass goes on where it was cut off, whoever goes on with it; two instances at the same pass keep
//! each piece once; a list gets a new number only when its content is another or its validity has half run out; notices
//! to the post that were open before the first meter was read are done in the transaction that issues the suspects, and
//! no others: whatever was decided later waits for the next list.

use super::rows::{
    COUNT_KEYS, Newest, Of, Pass, SELECT_NEWEST, SELECT_PASS, Signed, begin_anew, delete_pieces,
    insert_piece, newest_in, newest_of, number_of, pass_in, put_basis, put_list, tell,
};
use super::sources::{Basis, Piece, Which};
use super::{PostDesk, PostFault, damaged, day_of, stop};
use crate::audit::Event;
use crate::hex;
use crate::office::CentreSettings;
use link::h::{
    DOCUMENT_BYTES_MAX, DocumentError, Kind, List, ListError, Name, SuspectEntry, VERSION, seal_digest,
};
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::sync::Arc;
use store::{Transaction, work};
use terms::{Date, Serial};

/// What the centre makes lists of.
pub const LIST_KINDS: [Kind; 8] = [
    Kind::Suspects,
    Kind::Meters,
    Kind::Keys,
    Kind::Intervals,
    Kind::Cliches,
    Kind::Thresholds,
    Kind::Statistics,
    Kind::Tariff,
];
/// A pass that is older is begun anew: what it read is too old.
const PASS_MS_MAX: i64 = 6 * 60 * 60 * 1_000;
/// What stands behind the last entry.
pub(super) const END: &str = "]}";

/// What came of making a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// The kind.
    pub kind: Kind,
    /// The station it is for, where it is for one.
    pub station: Option<u32>,
    /// The number of the newest list.
    pub number: u64,
    /// Whether it was issued now; otherwise nothing has changed.
    pub is_new: bool,
}

/// The row of a pass, held. One that is not there is made, so that of two instances that begin at once one waits.
async fn held_pass(transaction: &mut Transaction, of: Of, lock: &str) -> Result<AnyRow, sqlx::Error> {
    loop {
        let insert = "INSERT INTO post_pass (kind, station, number, begun_ms, basis, pieces, entries, is_through) \
                      VALUES ($1, $2, 0, -1, 0, 0, 0, 0) ON CONFLICT DO NOTHING";
        let insert = sqlx::query(insert).bind(of.kind.name()).bind(of.station_number());
        insert.execute(&mut **transaction).await?;
        let select = format!("{SELECT_PASS}{lock}");
        let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(of.kind.name());
        // Another instance may have issued the list in between, and its pass is gone.
        if let Some(row) = select.bind(of.station_number()).fetch_optional(&mut **transaction).await? {
            return Ok(row);
        }
    }
}

impl PostDesk {
    /// Makes every list that has changed or runs out, those of keys for each open station.
    pub async fn refresh_all(&self, now_ms: i64) -> Result<Vec<Refreshed>, PostFault> {
        let mut done = Vec::new();
        for kind in LIST_KINDS.into_iter().filter(|kind| *kind != Kind::Keys) {
            done.push(self.refresh(kind, now_ms).await?);
        }
        for station in self.stations().await?.into_iter().filter(|station| station.station.is_active) {
            done.push(self.refresh_keys(station.number, now_ms).await?);
        }
        Ok(done)
    }

    /// Makes the list of this kind, if it has changed or runs out.
    pub async fn refresh(&self, kind: Kind, now_ms: i64) -> Result<Refreshed, PostFault> {
        if kind == Kind::Keys || !LIST_KINDS.contains(&kind) {
            return Err(PostFault::Request(format!("{} is no list for all stations", kind.name())));
        }
        self.make(Of { kind, station: None }, now_ms).await
    }

    /// Makes the list of keys for a station, if it has changed or runs out.
    pub async fn refresh_keys(&self, station: u32, now_ms: i64) -> Result<Refreshed, PostFault> {
        self.make(Of { kind: Kind::Keys, station: Some(station) }, now_ms).await
    }

    async fn make(&self, of: Of, now_ms: i64) -> Result<Refreshed, PostFault> {
        let basis = self.basis(of, now_ms).await?;
        if let Some(newest) = self.unchanged_keys(of, &basis).await? {
            return Ok(Refreshed {
                kind: of.kind,
                station: of.station,
                number: newest.number,
                is_new: false,
            });
        }
        let mut pass = self.begin(of, now_ms).await?;
        loop {
            while !pass.is_through {
                let piece = self.piece(of.kind, Which::After(pass.after), &basis).await?;
                pass = match self.keep(of, pass, &piece).await? {
                    Some(pass) => pass,
                    // Another instance was faster.
                    None => self.begin(of, now_ms).await?,
                };
            }
            let signed = self.sign(of, &pass, &basis).await?;
            if let Some(refreshed) = self.issue(of, pass, &signed, &basis).await? {
                return Ok(refreshed);
            }
            pass = self.begin(of, now_ms).await?;
        }
    }

    pub(super) async fn basis(&self, of: Of, now_ms: i64) -> Result<Basis, PostFault> {
        let settings = self.office.settings().now(now_ms).await?;
        let station = match of.station {
            None => None,
            Some(number) => Some((number, self.station_key(number).await?)),
        };
        Ok(Basis { settings, station, now_ms })
    }

    /// The newest list of keys, if no key was added since and it is valid for long enough. Keys are never taken away.
    async fn unchanged_keys(&self, of: Of, basis: &Basis) -> Result<Option<Newest>, PostFault> {
        if of.kind != Kind::Keys {
            return Ok(None);
        }
        let Some(newest) = self.newest(of).await? else { return Ok(None) };
        let row = sqlx::query(COUNT_KEYS).fetch_one(self.store().reads()).await?;
        let is_same = newest.basis == row.try_get::<i64, _>(0)? && !runs_out(&newest, basis);
        Ok(is_same.then_some(newest))
    }

    /// The pass to go on with, or a new one.
    async fn begin(&self, of: Of, now_ms: i64) -> Result<Pass, PostFault> {
        let lock = self.store().for_update();
        self.store()
            .transaction::<_, PostFault, _>(|transaction| {
                work(async move {
                    let row = held_pass(transaction, of, lock).await?;
                    let pass = pass_in(&row).map_err(stop)?;
                    let is_fresh = pass.begun_ms >= 0 && now_ms.saturating_sub(pass.begun_ms) <= PASS_MS_MAX;
                    if is_fresh { Ok(pass) } else { Ok(begin_anew(transaction, of, now_ms).await?) }
                })
            })
            .await
    }

    /// Keeps a piece. Nothing if the pass is not where it was when the piece was read.
    async fn keep(&self, of: Of, pass: Pass, piece: &Piece) -> Result<Option<Pass>, PostFault> {
        let has_entries = piece.entries > 0;
        let next = Pass {
            after: piece.last.or(pass.after),
            pieces: pass.pieces + i64::from(has_entries),
            entries: pass.entries + piece.entries.cast_signed(),
            is_through: piece.is_last,
            ..pass
        };
        self.store()
            .transaction::<_, PostFault, _>(|transaction| {
                work(async move {
                    let update = "UPDATE post_pass SET after_serial = $1, pieces = $2, entries = $3, is_through = $4 \
                                  WHERE kind = $5 AND station = $6 AND begun_ms = $7 AND is_through = 0 \
                                  AND COALESCE(after_serial, -1) = $8 AND pieces = $9";
                    let update = sqlx::query(update).bind(next.after.map(|serial| i64::from(serial.value())));
                    let update = update.bind(next.pieces).bind(next.entries).bind(i64::from(next.is_through));
                    let update = update.bind(of.kind.name()).bind(of.station_number()).bind(pass.begun_ms);
                    let update = update.bind(number_of(pass.after)).bind(pass.pieces);
                    if update.execute(&mut **transaction).await?.rows_affected() == 0 {
                        return Ok(None);
                    }
                    if has_entries {
                        insert_piece(transaction, of, &pass, piece).await?;
                    }
                    Ok(Some(next))
                })
            })
            .await
    }

    /// Signs what lies in the pieces, without holding more than one of them.
    async fn sign(&self, of: Of, pass: &Pass, basis: &Basis) -> Result<Signed, PostFault> {
        let valid_until = last_day(basis);
        let front = self.front(of, pass.number, valid_until, None, basis).await?;
        let (mut body, mut entries) = (Sha256::new(), Sha256::new());
        body.update(&front);
        let mut bytes = front.len() + END.len();
        for place in 0..pass.pieces {
            let text = self.piece_text(of, pass.number, place).await?;
            if place > 0 {
                body.update(b",");
                entries.update(b",");
                bytes += 1;
            }
            body.update(&text);
            entries.update(&text);
            bytes += text.len();
        }
        body.update(END);
        let head = seal_digest(of.kind, &body.finalize().into(), self.office.issuer());
        let head = String::from_utf8(head).map_err(|_| damaged("the head of a document"))? + &front;
        bytes += head.len() - front.len();
        if bytes > DOCUMENT_BYTES_MAX {
            return Err(PostFault::List(ListError::Document(DocumentError::Long)));
        }
        let digest: [u8; 32] = entries.finalize().into();
        Ok(Signed { head, bytes: bytes as u64, digest: hex::encode(&digest), valid_until })
    }

    /// What stands before the first entry.
    pub(super) async fn front(
        &self,
        of: Of,
        number: u64,
        valid_until: Date,
        only: Option<Serial>,
        basis: &Basis,
    ) -> Result<String, PostFault> {
        let station = self.station_name(of).await?;
        let list: List<SuspectEntry> = List {
            version: VERSION,
            carrier: carrier(&basis.settings)?,
            number,
            issued_ms: basis.now_ms,
            valid_until,
            station,
            only,
            entries: Vec::new(),
        };
        let text = super::json(&list)?;
        text.strip_suffix(END).map(str::to_owned).ok_or_else(|| damaged("the front of a list"))
    }

    async fn station_name(&self, of: Of) -> Result<Option<Name>, PostFault> {
        let Some(number) = of.station else { return Ok(None) };
        let stations = self.stations().await?;
        let found = stations.into_iter().find(|station| station.number == number);
        found.map(|station| Some(station.station.name)).ok_or(PostFault::NoStation)
    }

    /// A piece of a list.
    pub(super) async fn piece_text(&self, of: Of, number: u64, place: i64) -> Result<String, PostFault> {
        let select =
            "SELECT entries FROM post_piece WHERE kind = $1 AND station = $2 AND number = $3 AND piece = $4";
        let select = sqlx::query(select).bind(of.kind.name()).bind(of.station_number());
        let select = select.bind(number.cast_signed()).bind(place);
        let row = select.fetch_optional(self.store().reads()).await?;
        // A newer list has followed while this one was read.
        Ok(row.ok_or(PostFault::NoList)?.try_get(0)?)
    }

    /// Issues the list, or drops it where it says the same as the newest. Nothing if another instance has gone on.
    async fn issue(
        &self,
        of: Of,
        pass: Pass,
        signed: &Signed,
        basis: &Basis,
    ) -> Result<Option<Refreshed>, PostFault> {
        let lock = self.store().for_update();
        self.store()
            .transaction::<_, PostFault, _>(|transaction| {
                work(async move {
                    let select = format!("{SELECT_PASS}{lock}");
                    let select = sqlx::query(sqlx::AssertSqlSafe(select)).bind(of.kind.name());
                    let row = select.bind(of.station_number()).fetch_optional(&mut **transaction).await?;
                    if row.as_ref().map(pass_in).transpose().map_err(stop)? != Some(pass) {
                        return Ok(None);
                    }
                    let newest = newest_in(transaction, of).await?;
                    let same = newest.filter(|newest| newest.digest == signed.digest);
                    let same = same.filter(|newest| !runs_out(newest, basis));
                    let is_new = same.is_none();
                    let number = same.map_or(pass.number, |newest| newest.number);
                    if is_new {
                        put_list(transaction, of, &pass, signed, basis.now_ms).await?;
                        let event = Event::ListIssued { list: of.name(), number };
                        self.note(transaction, "centre", basis.now_ms, event).await?;
                    } else {
                        delete_pieces(transaction, of, "number > $3", number).await?;
                        put_basis(transaction, of, pass.basis).await?;
                    }
                    if of.kind == Kind::Suspects {
                        tell(transaction, number, basis.now_ms).await?;
                    }
                    let delete = sqlx::query("DELETE FROM post_pass WHERE kind = $1 AND station = $2");
                    delete.bind(of.kind.name()).bind(of.station_number()).execute(&mut **transaction).await?;
                    Ok(Some(Refreshed { kind: of.kind, station: of.station, number, is_new }))
                })
            })
            .await
    }

    /// The newest list of this kind.
    pub(super) async fn newest(&self, of: Of) -> Result<Option<Newest>, PostFault> {
        let select = sqlx::query(SELECT_NEWEST).bind(of.kind.name()).bind(of.station_number());
        let row = select.fetch_optional(self.store().reads()).await?;
        Ok(row.as_ref().map(newest_of).transpose()?)
    }
}

/// The carrier's name as lists have it.
pub(super) fn carrier(settings: &Arc<CentreSettings>) -> Result<Name, PostFault> {
    let name = Name::try_from(settings.carrier.name.clone());
    name.map_err(|error| PostFault::Request(format!("the carrier's name cannot stand in a list: {error}")))
}

/// The last day of a list that is made now.
pub(super) fn last_day(basis: &Basis) -> Date {
    let today = day_of(basis.now_ms).day_number();
    Date::from_day_number(today.saturating_add(basis.settings.operations.list_days)).unwrap_or(Date::LAST)
}

/// Whether at most half of a list's days are left.
fn runs_out(newest: &Newest, basis: &Basis) -> bool {
    let days_left = newest.valid_until.day_number().saturating_sub(day_of(basis.now_ms).day_number());
    days_left.saturating_mul(2) <= basis.settings.operations.list_days
}
