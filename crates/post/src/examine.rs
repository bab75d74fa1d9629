//! One picture examined from pixels to verdict: the whole of evaluation 1 for a station.

use crate::judge::{Circumstances, Judgement, Verdict, judge};
use crate::list::KnownMeters;
use crate::read::{KnownLayouts, Picture, ReadImprint, find};

/// What a picture showed.
#[derive(Clone, Debug)]
pub struct Examined<'p> {
    /// What the station says.
    pub judgement: Judgement,
    /// The imprint it says it of, if one was found.
    pub imprint: Option<ReadImprint<'p>>,
}

/// Examines a picture. Where several places look like an imprint, the first that can be judged counts.
pub fn examine<'p>(picture: &'p Picture, list: &KnownMeters, circumstances: &Circumstances) -> Examined<'p> {
    let mut first = None;
    for located in find(picture) {
        let Some(imprint) = ReadImprint::new(located, KnownLayouts::five()) else { continue };
        let judgement = judge(&imprint, list, circumstances);
        let examined = Examined { judgement, imprint: Some(imprint) };
        if examined.judgement.verdict != Verdict::Unreadable {
            return examined;
        }
        first.get_or_insert(examined);
    }
    let nothing = || Judgement::unreadable("no imprint was found in the picture");
    first.unwrap_or_else(|| Examined { judgement: nothing(), imprint: None })
}
