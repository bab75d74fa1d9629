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

/// The newest whole copy of `N` bytes, if there is one.
pub(crate) fn read<const N: usize>(
    medium: &mut Medium<'_>,
    places: [Place; 2],
) -> Result<Option<Zeroizing<[u8; N]>>, CardError> {
    Ok(newest(medium, places)?.map(|(_, _, content)| content))
}

/// Writes the content as the newest copy.
pub(crate) fn write<const N: usize>(
    medium: &mut Medium<'_>,
    places: [Place; 2],
    content: &[u8; N],
) -> Result<(), CardError> {
    let (place, sequence) = match newest::<N>(medium, places)? {
        Some((copy, sequence, _)) => (places[1 - copy], sequence.wrapping_add(1)),
        None => (places[0], 1),
    };
    let mut record = Zeroizing::new(Vec::with_capacity(usize::from(place.length)));
    record.extend_from_slice(&sequence.to_le_bytes());
    record.extend_from_slice(content);
    let check = check(&record);
    record.extend_from_slice(&check);
    medium.write(place, &record)
}

/// Which copy is the newest whole one, its sequence and its content.
#[allow(clippy::type_complexity, reason = "named once, read at once")]
fn newest<const N: usize>(
    medium: &mut Medium<'_>,
    places: [Place; 2],
) -> Result<Option<(usize, u32, Zeroizing<[u8; N]>)>, CardError> {
    let mut found = None;
    for (copy, place) in places.into_iter().enumerate() {
        let Some((sequence, content)) = parse(&medium.read(place)?) else { continue };
        // Sequence numbers may run over: the newer one is less than half the circle ahead.
        let is_newer = |(_, other, _): &(usize, u32, _)| sequence.wrapping_sub(*other).cast_signed() > 0;
        if found.as_ref().is_none_or(is_newer) {
            found = Some((copy, sequence, content));
        }
    }
    Ok(found)
}

fn parse<const N: usize>(record: &[u8]) -> Option<(u32, Zeroizing<[u8; N]>)> {
    let (sequence, rest) = record.split_first_chunk::<SEQUENCE_BYTES>()?;
    let (content, rest) = rest.split_first_chunk::<N>()?;
    let found = rest.first_chunk::<CHECK_BYTES>()?;
    let is_whole = check(&record[..SEQUENCE_BYTES + N]) == *found;
    is_whole.then(|| (u32::from_le_bytes(*sequence), Zeroizing::new(*content)))
}

/// What tells something whole from something cut off.
pub(crate) fn check(bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(bytes));
    [a, b, c, d]
}
