//! This project's imprint and reader: a genuine imprint under a known key, and the post's station.

use super::peers::Outcome;
use camera::Grey;
use imprint::numbers::{Cipher, Indicium, Key, Profile, Quantities, RequestId, Suspicion, encode};
use imprint::picture::layout::{Layout, Options, Window};
use imprint::picture::{Content, Issuer, paint};
use post::judge::{Circumstances, Verdict};
use post::list::{EpochEntry, KeyEntry, KnownMeters, MeterEntry, MeterList, Standing};
use post::read::Picture;
use std::error::Error;
use terms::{Date, Money, Serial};

const KEY: [u8; 32] = [7; 32];
const MV: u64 = 42;

/// A station that knows one meter, and an imprint of that meter.
pub struct Ours {
    meters: KnownMeters,
    indicium: Indicium,
    layout: Layout,
    bitmap: Grey,
}

impl Ours {
    /// An imprint of profile p1: serial, date, postage, piece count and a row of twelve symbols.
    pub fn new() -> Result<Ours, Box<dyn Error>> {
        let profile = Profile::named("p1")?;
        let indicium = indicium(&profile)?;
        let layout = Layout::new(profile.layout, Options::default())?;
        let painted = paint(&layout, &Issuer::default(), &Content::of(&indicium)?)?;
        let bitmap = Grey::from_bits(layout.columns as usize, layout.dots as usize, |x, y| {
            painted.is_black(x as i32, y as i32)
        });
        let mut list = MeterList::empty();
        let keys = vec![KeyEntry { slot: profile.key_slot, key: Key::new(KEY) }];
        list.meters.push(MeterEntry {
            serial: indicium.serial,
            specimen: false,
            standing: Standing::Active,
            epochs: vec![EpochEntry { profile, keys, mv: None }],
            layouts: Vec::new(),
        });
        Ok(Ours { meters: KnownMeters::new(list)?, indicium, layout, bitmap })
    }

    /// What the imprint says.
    pub fn indicium(&self) -> &Indicium {
        &self.indicium
    }

    /// Its picture as the head prints it.
    pub fn bitmap(&self) -> &Grey {
        &self.bitmap
    }

    /// The dots of the imprint that the station reads: anchors, row, and the figures of the open data.
    pub fn area_read(&self) -> u32 {
        let anchors = self.layout.anchors.iter().map(|anchor| anchor.place.width * anchor.place.height);
        let windows = [
            Window::Row,
            Window::Postage,
            Window::SerialFront,
            Window::SerialBack,
            Window::Date,
            Window::TimeCount,
            Window::Mark,
        ];
        let fields = windows.into_iter().filter_map(|window| self.layout.field(window));
        anchors.sum::<u32>() + fields.map(|field| field.place.width * field.place.height).sum::<u32>()
    }

    /// The shares of the imprint's width between which the marking row lies.
    pub fn row_extent(&self) -> (f64, f64) {
        let width = f64::from(self.layout.columns);
        self.layout.field(Window::Row).map_or((0.0, 1.0), |field| {
            (f64::from(field.place.x) / width, f64::from(field.place.right()) / width)
        })
    }

    /// The pixels as the station takes them.
    pub fn picture(seen: &Grey) -> Result<Picture, Box<dyn Error>> {
        let (width, height) = (u32::try_from(seen.width())?, u32::try_from(seen.height())?);
        Ok(Picture::from_grey(width, height, seen.pixels().to_vec())?)
    }

    /// From pixels to verdict. An accusation is wrong, since the imprint is genuine, and so is another number.
    pub fn read(&self, picture: &Picture) -> Outcome {
        let judgement = post::examine(picture, &self.meters, &Circumstances::default()).judgement;
        match judgement.verdict {
            Verdict::Genuine if judgement.mv == Some(MV) => Outcome::Right,
            Verdict::Genuine | Verdict::Forged | Verdict::Copy => Outcome::Wrong,
            _ => Outcome::Nothing,
        }
    }
}

fn indicium(profile: &Profile) -> Result<Indicium, Box<dyn Error>> {
    let (serial, postage) = (Serial::new(12_345_678)?, Money::from_minor(110));
    let cipher = Cipher::new(profile.cipher, &Key::new(KEY));
    let marking = encode(profile, &cipher, &Quantities::new(serial, postage, MV))?;
    Ok(Indicium {
        version: Indicium::VERSION,
        request: RequestId(1),
        profile: profile.name.clone(),
        epoch: profile.epoch,
        serial,
        date: Date::new(2026, 11, 21)?,
        postage,
        mv: MV,
        second: None,
        shown_count: profile.show_count.then_some(profile.shown_count(MV)),
        suspicion: Suspicion::None,
        layout: profile.layout,
        set: profile.set,
        symbols: marking.row,
        second_row: None,
        cliche_number: 0,
    })
}
