//! What the stations' sightings together say: who else has seen an imprint, and what a meter's mail was worth.

use super::{PostDesk, PostFault, StationRow, damaged};
use crate::hex;
use link::h::{Batch, ENTRIES_MAX, Elsewhere, ImprintIdentity, Name, Place, VERSION};
use sqlx::Row;
use sqlx::any::AnyRow;
use terms::{Money, Serial};

impl PostDesk {
    /// Which sightings of a batch other stations have too, as a document for its station: at most [`ENTRIES_MAX`] of
    /// them.
    pub(super) async fn elsewhere(
        &self,
        station: &StationRow,
        batch: u64,
        now_ms: i64,
    ) -> Result<Vec<u8>, PostFault> {
        let select = "SELECT o.serial, o.epoch, o.has_second, o.second, o.by_pieces, o.mv, s.name, o.seen_ms, o.latitude, \
                      o.longitude, o.picture FROM post_sighting m JOIN post_sighting o \
                      ON o.serial = m.serial AND o.epoch = m.epoch AND o.has_second = m.has_second \
                      AND o.second = m.second AND o.by_pieces = m.by_pieces AND o.mv = m.mv AND o.station <> m.station \
                      JOIN station s ON s.number = o.station WHERE m.station = $1 AND m.batch = $2 \
                      ORDER BY o.serial, o.epoch, o.has_second, o.second, o.by_pieces, o.mv, o.seen_ms, o.station, \
                      o.picture LIMIT $3";
        let select = sqlx::query(select).bind(i64::from(station.number)).bind(batch.cast_signed());
        let rows = select.bind(ENTRIES_MAX as i64).fetch_all(self.store().reads()).await?;
        let mut entries: Vec<Elsewhere> = rows.iter().map(elsewhere_in).collect::<Result<_, _>>()?;
        // One imprint can stand in a batch with several pictures.
        entries.dedup();
        let answer = Batch {
            version: VERSION,
            station: station.station.name.clone(),
            number: batch,
            made_ms: now_ms,
            entries,
        };
        answer.seal(self.office.issuer()).map_err(PostFault::Batch)
    }

    /// What a meter's mail was worth that nobody had seen before this time, each imprint counted once: what is taken
    /// off the credit of a meter that is gone, where its last report was then.
    pub async fn seen_postage(&self, serial: Serial, since_ms: i64) -> Result<Money, PostFault> {
        let select = "SELECT CAST(COALESCE(SUM(postage), 0) AS BIGINT) FROM (SELECT MAX(postage_minor) AS postage \
                      FROM post_sighting WHERE serial = $1 GROUP BY epoch, has_second, second, by_pieces, mv \
                      HAVING MIN(seen_ms) >= $2) imprint";
        let select = sqlx::query(select).bind(i64::from(serial.value())).bind(since_ms);
        let sum: i64 = select.fetch_one(self.store().reads()).await?.try_get(0)?;
        u64::try_from(sum).map(Money::from_minor).map_err(|_| damaged("the postage of sightings"))
    }
}

fn elsewhere_in(row: &AnyRow) -> Result<Elsewhere, PostFault> {
    let number = |column: usize| row.try_get::<i64, _>(column);
    let broken = || damaged("a sighting of the post");
    let serial = u32::try_from(number(0)?).ok().and_then(|number| Serial::new(number).ok());
    let imprint = ImprintIdentity {
        serial: serial.ok_or_else(broken)?,
        epoch: u16::try_from(number(1)?).map_err(|_| broken())?,
        second: (number(2)? != 0).then_some(number(3)?.cast_unsigned()),
        by_pieces: number(4)? != 0,
        mv: number(5)?.cast_unsigned(),
    };
    let (latitude, longitude): (Option<i64>, Option<i64>) = (row.try_get(8)?, row.try_get(9)?);
    let place = latitude.zip(longitude).map(|(latitude, longitude)| {
        let place = i32::try_from(latitude).ok().zip(i32::try_from(longitude).ok());
        place.and_then(|(latitude, longitude)| Place::new(latitude, longitude)).ok_or_else(broken)
    });
    Ok(Elsewhere {
        imprint,
        station: Name::try_from(row.try_get::<String, _>(6)?).map_err(|_| broken())?,
        seen_ms: number(7)?,
        place: place.transpose()?,
        picture: hex::decode_array(&row.try_get::<String, _>(10)?).ok_or_else(broken)?,
    })
}
