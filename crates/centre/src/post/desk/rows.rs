//! The rows of a pass: how far it is, its pieces, and the list that it becomes.

use super::sources::Piece;
use super::{PostFault, damaged};
use link::h::Kind;
use sqlx::Row;
use sqlx::any::AnyRow;
use store::Transaction;
use terms::{Date, Serial};

/// How far a pass is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pass {
    pub number: u64,
    pub begun_ms: i64,
    pub basis: i64,
    pub after: Option<Serial>,
    pub pieces: i64,
    pub entries: i64,
    pub is_through: bool,
}

/// The newest list of a kind.
#[derive(Clone, Debug)]
pub(super) struct Newest {
    pub number: u64,
    pub issued_ms: i64,
    pub valid_until: Date,
    pub head: String,
    pub bytes: u64,
    pub entries: u64,
    pub pieces: i64,
    pub digest: String,
    pub basis: i64,
}

/// A list: its kind and its station.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Of {
    pub kind: Kind,
    pub station: Option<u32>,
}

impl Of {
    pub fn station_number(self) -> i64 {
        self.station.map_or(0, i64::from)
    }

    /// Its name in the audit log.
    pub fn name(self) -> String {
        match self.station {
            None => self.kind.name().to_owned(),
            Some(station) => format!("{}/{station}", self.kind.name()),
        }
    }
}

/// A pass that is through, signed.
pub(super) struct Signed {
    pub head: String,
    pub bytes: u64,
    pub digest: String,
    pub valid_until: Date,
}

pub(super) const SELECT_PASS: &str = "SELECT number, begun_ms, basis, after_serial, pieces, entries, is_through FROM post_pass \
                           WHERE kind = $1 AND station = $2";
pub(super) const SELECT_NEWEST: &str = "SELECT number, issued_ms, valid_until, head, bytes, entries, pieces, digest, basis \
                             FROM post_list WHERE kind = $1 AND station = $2";
/// Keys of imprints are only ever added, so that their count tells whether there are others.
pub(super) const COUNT_KEYS: &str = "SELECT COUNT(*) FROM wrapped_key WHERE name LIKE 'imprint:%'";

pub(super) async fn newest_in(transaction: &mut Transaction, of: Of) -> Result<Option<Newest>, sqlx::Error> {
    let select = sqlx::query(SELECT_NEWEST).bind(of.kind.name()).bind(of.station_number());
    let row = select.fetch_optional(&mut **transaction).await?;
    row.as_ref().map(newest_of).transpose()
}

/// Begins a pass: what is left of earlier ones is taken away first.
pub(super) async fn begin_anew(
    transaction: &mut Transaction,
    of: Of,
    now_ms: i64,
) -> Result<Pass, sqlx::Error> {
    let newest = newest_in(transaction, of).await?.map_or(0, |newest| newest.number);
    delete_pieces(transaction, of, "number <> $3", newest).await?;
    if of.kind == Kind::Suspects {
        // Before the first meter is read: each of these notices tells what the list will say, or something older.
        sqlx::query("DELETE FROM post_told").execute(&mut **transaction).await?;
        let insert = "INSERT INTO post_told (serial, number) SELECT serial, number FROM reaction \
                      WHERE done_ms IS NULL AND kind = 'tell_post'";
        sqlx::query(insert).execute(&mut **transaction).await?;
    }
    let basis: i64 = match of.kind {
        Kind::Keys => sqlx::query(COUNT_KEYS).fetch_one(&mut **transaction).await?.try_get(0)?,
        _ => 0,
    };
    let number = newest.saturating_add(1);
    let update = "UPDATE post_pass SET number = $1, begun_ms = $2, basis = $3, after_serial = NULL, pieces = 0, \
                  entries = 0, is_through = 0 WHERE kind = $4 AND station = $5";
    let update = sqlx::query(update).bind(number.cast_signed()).bind(now_ms).bind(basis);
    update.bind(of.kind.name()).bind(of.station_number()).execute(&mut **transaction).await?;
    Ok(Pass { number, begun_ms: now_ms, basis, after: None, pieces: 0, entries: 0, is_through: false })
}

/// Takes pieces of a list away, by their number.
pub(super) async fn delete_pieces(
    transaction: &mut Transaction,
    of: Of,
    which: &'static str,
    number: u64,
) -> Result<(), sqlx::Error> {
    let delete = format!("DELETE FROM post_piece WHERE kind = $1 AND station = $2 AND {which}");
    let delete = sqlx::query(sqlx::AssertSqlSafe(delete)).bind(of.kind.name()).bind(of.station_number());
    delete.bind(number.cast_signed()).execute(&mut **transaction).await?;
    Ok(())
}

pub(super) async fn insert_piece(
    transaction: &mut Transaction,
    of: Of,
    pass: &Pass,
    piece: &Piece,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO post_piece (kind, station, number, piece, first_serial, last_serial, entries) \
                  VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let insert = sqlx::query(insert).bind(of.kind.name()).bind(of.station_number());
    let insert = insert.bind(pass.number.cast_signed()).bind(pass.pieces);
    let insert = insert.bind(number_of(pass.after).saturating_add(1)).bind(number_of(piece.last));
    insert.bind(&piece.text).execute(&mut **transaction).await?;
    Ok(())
}

pub(super) async fn put_list(
    transaction: &mut Transaction,
    of: Of,
    pass: &Pass,
    signed: &Signed,
    now_ms: i64,
) -> Result<(), sqlx::Error> {
    let insert = "INSERT INTO post_list (kind, station, number, issued_ms, valid_until, head, bytes, entries, pieces, \
                  digest, basis) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) \
                  ON CONFLICT (kind, station) DO UPDATE SET number = excluded.number, issued_ms = excluded.issued_ms, \
                  valid_until = excluded.valid_until, head = excluded.head, bytes = excluded.bytes, \
                  entries = excluded.entries, pieces = excluded.pieces, digest = excluded.digest, \
                  basis = excluded.basis";
    let insert = sqlx::query(insert).bind(of.kind.name()).bind(of.station_number());
    let insert = insert.bind(pass.number.cast_signed()).bind(now_ms).bind(signed.valid_until.to_string());
    let insert = insert.bind(&signed.head).bind(signed.bytes.cast_signed()).bind(pass.entries);
    insert.bind(pass.pieces).bind(&signed.digest).bind(pass.basis).execute(&mut **transaction).await?;
    Ok(())
}

/// What the newest list still says the same about.
pub(super) async fn put_basis(transaction: &mut Transaction, of: Of, basis: i64) -> Result<(), sqlx::Error> {
    let update = sqlx::query("UPDATE post_list SET basis = $1 WHERE kind = $2 AND station = $3").bind(basis);
    update.bind(of.kind.name()).bind(of.station_number()).execute(&mut **transaction).await?;
    Ok(())
}

/// The post is told: by the list of suspects with this number.
pub(super) async fn tell(transaction: &mut Transaction, number: u64, now_ms: i64) -> Result<(), sqlx::Error> {
    let update = "UPDATE reaction SET done_ms = $1, done_by = $2 WHERE done_ms IS NULL AND kind = 'tell_post' \
                  AND EXISTS (SELECT 1 FROM post_told t WHERE t.serial = reaction.serial AND t.number = reaction.number)";
    let update = sqlx::query(update).bind(now_ms).bind(format!("list of suspects {number}"));
    update.execute(&mut **transaction).await?;
    sqlx::query("DELETE FROM post_told").execute(&mut **transaction).await?;
    Ok(())
}

pub(super) fn number_of(serial: Option<Serial>) -> i64 {
    serial.map_or(-1, |serial| i64::from(serial.value()))
}

pub(super) fn pass_in(row: &AnyRow) -> Result<Pass, PostFault> {
    let after: Option<i64> = row.try_get(3)?;
    let serial = |number: i64| u32::try_from(number).ok().and_then(|number| Serial::new(number).ok());
    Ok(Pass {
        number: row.try_get::<i64, _>(0)?.cast_unsigned(),
        begun_ms: row.try_get(1)?,
        basis: row.try_get(2)?,
        after: after.map(|number| serial(number).ok_or_else(|| damaged("a pass"))).transpose()?,
        pieces: row.try_get(4)?,
        entries: row.try_get(5)?,
        is_through: row.try_get::<i64, _>(6)? != 0,
    })
}

pub(super) fn newest_of(row: &AnyRow) -> Result<Newest, sqlx::Error> {
    let valid_until: String = row.try_get(2)?;
    let count = |column| row.try_get::<i64, _>(column).map(i64::cast_unsigned);
    Ok(Newest {
        number: count(0)?,
        issued_ms: row.try_get(1)?,
        valid_until: valid_until.parse().map_err(|_| sqlx::Error::Decode("the end of a list".into()))?,
        head: row.try_get(3)?,
        bytes: count(4)?,
        entries: count(5)?,
        pieces: row.try_get(6)?,
        digest: row.try_get(7)?,
        basis: row.try_get(8)?,
    })
}
