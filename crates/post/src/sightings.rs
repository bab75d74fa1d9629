//! Which imprints were seen, where and when: what tells a second reading from a second paper (row D19).
//!
//! What always holds: the same picture read again is the same sighting, however often; a sighting reported as
//! recorded is on the disk. Arrival order proves nothing: an earlier sighting accuses nobody, unless no transport
//! could have carried one paper to both places in time.

use crate::judge::{Identity, Judgement, Verdict};
use sha2::{Digest, Sha256};
use sqlx::Row;
use std::path::Path;
use store::{Store, StoreError, Transaction, work};

/// Faster than this, in kilometres an hour, no letter travels.
const TRANSPORT_SPEED_MAX_KMH: f64 = 1_000.0;
/// Places nearer than this, in kilometres, are one place: positions are not better than that.
const SAME_PLACE_KM: f64 = 50.0;
/// Mean radius of the earth in kilometres.
const EARTH_RADIUS_KM: f64 = 6_371.0;
/// In the table, the second number of an imprint that has none.
const NO_SECOND: i64 = -1;

/// A place on the earth, in millionths of a degree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// North positive.
    pub latitude: i32,
    /// East positive.
    pub longitude: i32,
}

/// Where and when a picture was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion {
    /// Seconds since 1970-01-01 UTC.
    pub seen_at: i64,
    /// Where, if it is known.
    pub place: Option<Place>,
}

/// What was recorded of an imprint by other pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// Name of the picture.
    pub picture: String,
    /// Where and when.
    pub occasion: Occasion,
}

/// The SHA-256 digest by which a picture is known again.
pub fn digest(picture: &[u8]) -> [u8; 32] {
    Sha256::digest(picture).into()
}

/// The sightings of one station.
#[derive(Debug)]
pub struct Sightings {
    store: Store,
}

impl Sightings {
    /// Opens the sightings in this file, or begins them.
    pub async fn open(path: &Path) -> Result<Sightings, StoreError> {
        Ok(Sightings { store: Store::open(path, &sqlx::migrate!()).await? })
    }

    /// Records a sighting and tells what other pictures showed the same imprint.
    pub async fn record(
        &self,
        identity: &Identity,
        digest: [u8; 32],
        name: &str,
        occasion: Occasion,
    ) -> Result<Vec<Earlier>, StoreError> {
        self.store
            .transaction(|transaction| {
                work(async move {
                    let earlier = earlier(transaction, identity, &digest).await?;
                    insert(transaction, identity, &digest, name, occasion).await?;
                    Ok(earlier)
                })
            })
            .await
    }

    /// Closes the file in good order.
    pub async fn close(self) {
        self.store.close().await;
    }
}

async fn earlier(
    transaction: &mut Transaction,
    identity: &Identity,
    digest: &[u8],
) -> Result<Vec<Earlier>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT name, seen_at, latitude, longitude FROM sighting JOIN picture ON picture.id = sighting.picture \
         WHERE serial = $1 AND epoch = $2 AND second = $3 AND by_pieces = $4 AND mv = $5 AND digest <> $6 \
         ORDER BY seen_at, picture.id",
    )
    .bind(i64::from(identity.serial.value()))
    .bind(i64::from(identity.epoch))
    .bind(second(identity))
    .bind(identity.by_pieces)
    .bind(identity.mv as i64)
    .bind(digest)
    .fetch_all(&mut **transaction)
    .await?;
    rows.iter()
        .map(|row| {
            let (latitude, longitude): (Option<i32>, Option<i32>) = (row.try_get(2)?, row.try_get(3)?);
            let place = latitude.zip(longitude).map(|(latitude, longitude)| Place { latitude, longitude });
            Ok(Earlier { picture: row.try_get(0)?, occasion: Occasion { seen_at: row.try_get(1)?, place } })
        })
        .collect()
}

async fn insert(
    transaction: &mut Transaction,
    identity: &Identity,
    digest: &[u8],
    name: &str,
    occasion: Occasion,
) -> Result<(), sqlx::Error> {
    let known = sqlx::query("SELECT id FROM picture WHERE digest = $1").bind(digest);
    if known.fetch_optional(&mut **transaction).await?.is_some() {
        return Ok(());
    }
    let picture = sqlx::query("INSERT INTO picture (digest, name) VALUES ($1, $2) RETURNING id");
    let picture: i64 = picture.bind(digest).bind(name).fetch_one(&mut **transaction).await?.try_get(0)?;
    sqlx::query("INSERT INTO sighting VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
        .bind(picture)
        .bind(i64::from(identity.serial.value()))
        .bind(i64::from(identity.epoch))
        .bind(second(identity))
        .bind(identity.by_pieces)
        .bind(identity.mv as i64)
        .bind(occasion.seen_at)
        .bind(occasion.place.map(|place| place.latitude))
        .bind(occasion.place.map(|place| place.longitude))
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

fn second(identity: &Identity) -> i64 {
    identity.second.map_or(NO_SECOND, |second| second as i64)
}

/// What earlier sightings change in a genuine verdict: seen before, or a copy if one paper cannot have been at both
/// places.
pub fn weigh_earlier(judgement: &mut Judgement, now: Occasion, earlier: &[Earlier]) {
    let Some(first) = earlier.first() else { return };
    if judgement.verdict != Verdict::Genuine {
        return;
    }
    match earlier.iter().find(|sighting| !one_paper_could_travel(sighting.occasion, now)) {
        Some(elsewhere) => {
            call_copy(judgement, &elsewhere.picture, "at a place no transport reaches in the time")
        }
        None => {
            judgement.verdict = Verdict::GenuineSeenBefore;
            judgement.reason = format!("genuine, and the same number was seen before in {}", first.picture);
            judgement.next = vec!["if this is another paper, compare both pieces side by side"];
        }
    }
}

/// Names two papers with one number. Which of them is the original is not claimed.
pub fn call_copy(judgement: &mut Judgement, other: &str, how: &str) {
    judgement.verdict = Verdict::Copy;
    judgement.reason = format!("two papers carry this number: this one and {other}, {how}");
    judgement.next = vec!["keep all pieces", "trace the senders", "let the centre inspect the meter"];
}

/// Among papers that are all in hand, names those that carry the number of another.
pub fn weigh_papers_in_hand(papers: &mut [(String, Judgement)]) {
    let decrypted = |judgement: &Judgement| {
        let verdict = judgement.verdict;
        judgement.identity.filter(|_| {
            matches!(verdict, Verdict::Genuine | Verdict::GenuineSeenBefore | Verdict::Suspicious)
        })
    };
    let identities: Vec<_> = papers.iter().map(|paper| (paper.0.clone(), decrypted(&paper.1))).collect();
    for (index, (_, judgement)) in papers.iter_mut().enumerate() {
        let Some(identity) = decrypted(judgement) else { continue };
        let twin =
            identities.iter().enumerate().find(|(other, paper)| *other != index && paper.1 == Some(identity));
        if let Some((_, (name, _))) = twin {
            call_copy(judgement, name, "both in hand");
        }
    }
}

/// Whether one paper could have been on both occasions.
fn one_paper_could_travel(a: Occasion, b: Occasion) -> bool {
    let Some((from, to)) = a.place.zip(b.place) else { return true };
    let distance_km = distance_km(from, to);
    let hours = (a.seen_at.abs_diff(b.seen_at)) as f64 / 3_600.0;
    distance_km <= SAME_PLACE_KM || distance_km <= TRANSPORT_SPEED_MAX_KMH * hours
}

/// The great-circle distance.
fn distance_km(from: Place, to: Place) -> f64 {
    let radians = |millionths: i32| (f64::from(millionths) / 1e6).to_radians();
    let (from_latitude, to_latitude) = (radians(from.latitude), radians(to.latitude));
    let half_north = ((to_latitude - from_latitude) / 2.0).sin();
    let half_east = ((radians(to.longitude) - radians(from.longitude)) / 2.0).sin();
    let chord = half_north.powi(2) + from_latitude.cos() * to_latitude.cos() * half_east.powi(2);
    2.0 * EARTH_RADIUS_KM * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: Place = Place { latitude: 52_520_000, longitude: 13_405_000 };
    const LISBON: Place = Place { latitude: 38_722_000, longitude: -9_139_000 };

    #[test]
    fn only_a_journey_that_no_transport_makes_proves_two_papers() {
        assert!((distance_km(BERLIN, LISBON) - 2_312.0).abs() < 10.0);
        let at = |place, hours: i64| Occasion { seen_at: hours * 3_600, place: Some(place) };
        assert!(!one_paper_could_travel(at(BERLIN, 0), at(LISBON, 2)));
        assert!(one_paper_could_travel(at(BERLIN, 0), at(LISBON, 3)));
        assert!(one_paper_could_travel(at(BERLIN, 0), at(BERLIN, 0)));
        assert!(one_paper_could_travel(at(BERLIN, 0), Occasion { seen_at: 0, place: None }));
    }
}
