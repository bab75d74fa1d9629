//! One picture examined from pixels to verdict: the whole of evaluation 1 for a station.

use crate::judge::{Circumstances, Judgement, Verdict, judge};
use crate::list::KnownMeters;
use crate::read::{KnownLayouts, Picture, PictureError, ReadImprint, find};

/// Examines an encoded picture (PNG, JPEG, TIFF, PGM, WebP).
pub fn examine_bytes(
    bytes: &[u8],
    list: &KnownMeters,
    circumstances: &Circumstances,
) -> Result<Judgement, PictureError> {
    Ok(examine(&Picture::decode(bytes)?, list, circumstances))
}

/// Examines a picture. Where several places look like an imprint, the first that can be judged counts.
pub fn examine(picture: &Picture, list: &KnownMeters, circumstances: &Circumstances) -> Judgement {
    let mut first = None;
    for located in find(picture) {
        let Some(imprint) = ReadImprint::new(located, KnownLayouts::five()) else { continue };
        let judgement = judge(&imprint, list, circumstances);
        if judgement.verdict != Verdict::Unreadable {
            return judgement;
        }
        first.get_or_insert(judgement);
    }
    first.unwrap_or_else(|| Judgement::unreadable("no imprint was found in the picture"))
}
