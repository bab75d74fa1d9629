//! Two copies of what changes on a card: the older one is written, so the newer one stays until that is done.
//!
//! ```text
//! sequence 4 | content | check 4
//! ```
//!
//! The check is the beginning of the SHA-256 of what lies before it. It tells a copy that was cut off from a whole one;
//! who may have written it is told by the seals in the content. A card that is pulled during a write loses the older
//! copy at most.

use crate::error::CardError;
use crate::geometry::Place;
use crate::medium::Medium;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const SEQUENCE_BYTES: usize = 4;
const CHECK_BYTES: usize = 4;

/// The content of the newest whole copy, if there is one.
pub(crate) fn read(
    medium: &mut Medium<'_>,
    places: [Place; 2],
    length: usize,
) -> Result<Option<Zeroizing<Vec<u8>>>, CardError> {
    Ok(newest(medium, places, length)?.map(|copy| copy.content))
}

/// Writes the content as the newest copy.
pub(crate) fn write(medium: &mut Medium<'_>, places: [Place; 2], content: &[u8]) -> Result<(), CardError> {
    let (place, sequence) = match newest(medium, places, content.len())? {
        Some(Copy { index, sequence, .. }) => (places[1 - index], sequence.wrapping_add(1)),
        None => (places[0], 1),
    };
    let mut record = Zeroizing::new(Vec::with_capacity(SEQUENCE_BYTES + content.len() + CHECK_BYTES));
    record.extend_from_slice(&sequence.to_le_bytes());
    record.extend_from_slice(content);
    let check = check(&record);
    record.extend_from_slice(&check);
    medium.write(place, &record)
}

/// A whole copy.
struct Copy {
    index: usize,
    sequence: u32,
    content: Zeroizing<Vec<u8>>,
}

fn newest(medium: &mut Medium<'_>, places: [Place; 2], length: usize) -> Result<Option<Copy>, CardError> {
    let mut found: Option<Copy> = None;
    for (index, place) in places.into_iter().enumerate() {
        let Some((sequence, content)) = parse(&medium.read(place)?, length) else { continue };
        // Sequence numbers may run over: the newer one is less than half the circle ahead.
        let is_newer = |other: &Copy| sequence.wrapping_sub(other.sequence).cast_signed() > 0;
        if found.as_ref().is_none_or(is_newer) {
            found = Some(Copy { index, sequence, content });
        }
    }
    Ok(found)
}

fn parse(record: &[u8], length: usize) -> Option<(u32, Zeroizing<Vec<u8>>)> {
    let (checked, rest) = record.split_at_checked(SEQUENCE_BYTES + length)?;
    let (sequence, content) = checked.split_first_chunk::<SEQUENCE_BYTES>()?;
    let is_whole = check(checked) == *rest.first_chunk::<CHECK_BYTES>()?;
    is_whole.then(|| (u32::from_le_bytes(*sequence), Zeroizing::new(content.to_vec())))
}

/// What tells something whole from something cut off.
pub(crate) fn check(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(bytes));
    [a, b, c, d]
}
