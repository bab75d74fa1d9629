//! Lists as they are handed out: the newest of each kind piece by piece, and what is known of one meter.
//!
//! What always holds: a list that was begun can be read to its end even where a newer one follows meanwhile, until the
//! pass after that one begins; what is said of one meter is fresh, has the number of the newest whole list, and can
//! never be taken for it.

use super::passes::{END, LIST_KINDS, last_day};
use super::rows::Of;
use super::sources::Which;
use super::{PostDesk, PostFault, StationRow};
use link::h::{Kind, seal};
use sqlx::Row;
use terms::{Date, Serial};

/// A list as it is handed out: [`PostDesk::part`] has its text.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its number.
    pub number: u64,
    /// When it was issued, in milliseconds since 1970 UTC.
    pub issued_ms: i64,
    /// The last day on which it may be used.
    pub valid_until: Date,
    /// How many bytes it has.
    pub bytes: u64,
    of: Of,
    head: String,
    pieces: i64,
}

/// What is known of an issued list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedList {
    /// Its kind.
    pub kind: Kind,
    /// The station it is for, where it is for one.
    pub station: Option<u32>,
    /// Its number.
    pub number: u64,
    /// When it was issued, in milliseconds since 1970 UTC.
    pub issued_ms: i64,
    /// The last day on which it may be used.
    pub valid_until: Date,
    /// How many entries it has.
    pub entries: u64,
    /// How many bytes it has.
    pub bytes: u64,
}

/// The kinds that say something of each meter.
const ABOUT_METERS: [Kind; 5] = [Kind::Suspects, Kind::Meters, Kind::Keys, Kind::Intervals, Kind::Statistics];

impl PostDesk {
    /// The newest list of this kind for a station.
    pub async fn document(&self, kind: Kind, station: &StationRow) -> Result<Document, PostFault> {
        if !LIST_KINDS.contains(&kind) {
            return Err(PostFault::Request(format!("{} is no list of the centre's", kind.name())));
        }
        let of = of(kind, station);
        let newest = self.newest(of).await?.ok_or(PostFault::NoList)?;
        Ok(Document {
            number: newest.number,
            issued_ms: newest.issued_ms,
            valid_until: newest.valid_until,
            bytes: newest.bytes,
            of,
            head: newest.head,
            pieces: newest.pieces,
        })
    }

    /// The parts of a document, counted from 0; nothing behind the last.
    pub async fn part(&self, document: &Document, place: u64) -> Result<Option<String>, PostFault> {
        let place = i64::try_from(place).unwrap_or(i64::MAX);
        if place == 0 {
            return Ok(Some(document.head.clone()));
        }
        if place > document.pieces {
            let is_end = place == document.pieces.saturating_add(1);
            return Ok(is_end.then(|| END.to_owned()));
        }
        let mut text = self.piece_text(document.of, document.number, place - 1).await?;
        if place > 1 {
            text.insert(0, ',');
        }
        Ok(Some(text))
    }

    /// A document as a whole, for a file that is carried by hand.
    pub async fn whole(&self, document: &Document) -> Result<Vec<u8>, PostFault> {
        let mut whole = Vec::with_capacity(usize::try_from(document.bytes).unwrap_or_default());
        for place in 0.. {
            match self.part(document, place).await? {
                Some(text) => whole.extend_from_slice(text.as_bytes()),
                None => break,
            }
        }
        Ok(whole)
    }

    /// What a list of this kind says of one meter now. A meter that is not in the books has no entry.
    pub async fn only(
        &self,
        kind: Kind,
        serial: Serial,
        station: &StationRow,
        now_ms: i64,
    ) -> Result<Vec<u8>, PostFault> {
        if !ABOUT_METERS.contains(&kind) {
            return Err(PostFault::Request(format!("{} says nothing of single meters", kind.name())));
        }
        let of = of(kind, station);
        let basis = self.basis(of, now_ms).await?;
        let number = self.newest(of).await?.map_or(0, |newest| newest.number);
        let piece = self.piece(kind, Which::Only(serial), &basis).await?;
        let mut body = self.front(of, number, last_day(&basis), Some(serial), &basis).await?;
        body.push_str(&piece.text);
        body.push_str(END);
        Ok(seal(kind, body.as_bytes(), self.office.issuer()))
    }

    /// The newest lists of all kinds.
    pub async fn issued(&self) -> Result<Vec<IssuedList>, PostFault> {
        let select = sqlx::query("SELECT DISTINCT station FROM post_list ORDER BY station");
        let mut issued = Vec::new();
        for row in select.fetch_all(self.store().reads()).await? {
            let station = u32::try_from(row.try_get::<i64, _>(0)?).ok().filter(|number| *number > 0);
            for kind in LIST_KINDS {
                let Some(newest) = self.newest(Of { kind, station }).await? else { continue };
                issued.push(IssuedList {
                    kind,
                    station,
                    number: newest.number,
                    issued_ms: newest.issued_ms,
                    valid_until: newest.valid_until,
                    entries: newest.entries,
                    bytes: newest.bytes,
                });
            }
        }
        Ok(issued)
    }
}

fn of(kind: Kind, station: &StationRow) -> Of {
    Of { kind, station: (kind == Kind::Keys).then_some(station.number) }
}
