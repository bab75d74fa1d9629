//! What can befall an imprint on its way to a picture, each as a parameter; named presets and the classes that read
//! rates are stated for.

use crate::noise::{between, generator};
use std::str::FromStr;

/// Everything that disturbs a picture. Lightness runs from 0 (black) to 255; lengths in pixels are those of the
/// picture at its own resolution.
#[derive(Clone, Debug, PartialEq)]
pub struct Disturbances {
    /// Resolution of the picture, 150 to 600 dots per inch.
    pub dpi: f64,
    /// Lightness of the paper.
    pub paper: f64,
    /// Deviation of the paper's lightness through its fibres, as a share of that lightness.
    pub fibre: f64,
    /// Lightness of the ink.
    pub ink: f64,
    /// Deviation of the Gaussian blur.
    pub blur_px: f64,
    /// Deviation of the sensor's noise.
    pub noise: f64,
    /// How far the paper is turned, clockwise.
    pub tilt_degrees: f64,
    /// How far the camera is off the vertical; in which direction, the seed decides.
    pub camera_angle_degrees: f64,
    /// How far each corner of the sheet is shifted at most, as a share of the sheet's size.
    pub corner_shift: f64,
    /// How much darker the picture is at the dark end of its shadow, as a share.
    pub shadow: f64,
    /// Lines that the print head left white.
    pub dead: Option<DeadLines>,
    /// By how much ink spreads to the right and downwards.
    pub spread_px: usize,
    /// Strokes of a pen across the imprint.
    pub strokes: usize,
    /// JPEG quality of the picture, or `None` for a picture without loss.
    pub jpeg_quality: Option<u8>,
    /// What of the paper is in the picture.
    pub framing: Framing,
}

/// What of the paper is in the picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Framing {
    /// The imprint with this much paper around it.
    Crop {
        /// Paper on each side of the imprint.
        margin_mm: f64,
    },
    /// A whole envelope with the imprint at its top right and an address.
    Envelope {
        /// Width of the envelope.
        width_mm: f64,
        /// Height of the envelope.
        height_mm: f64,
        /// Width of the table around the envelope, as a share of its longer side.
        surround: f64,
    },
}

impl Framing {
    /// A DL envelope on a scanner's glass.
    pub const DL: Framing = Framing::Envelope { width_mm: 220.0, height_mm: 110.0, surround: 0.0 };
}

/// White lines where elements of the print head are dead, or where columns were skipped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeadLines {
    /// How many lines.
    pub count: usize,
    /// How wide each is.
    pub width_px: usize,
    /// Which way they run.
    pub direction: Direction,
    /// Between which shares of the imprint's height (rows) or width (columns) they lie.
    pub within: (f64, f64),
}

/// Which way a line runs on the paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Along the paper's transport: a dead element of the head.
    Row,
    /// Along the head: a skipped column.
    Column,
}

impl Default for Disturbances {
    /// A flat scanner at 300 dpi over clean white paper.
    fn default() -> Disturbances {
        Disturbances {
            dpi: 300.0,
            paper: 235.0,
            fibre: 0.012,
            ink: 30.0,
            blur_px: 0.5,
            noise: 2.0,
            tilt_degrees: 0.0,
            camera_angle_degrees: 0.0,
            corner_shift: 0.0,
            shadow: 0.0,
            dead: None,
            spread_px: 0,
            strokes: 0,
            jpeg_quality: None,
            framing: Framing::Crop { margin_mm: 2.0 },
        }
    }
}

/// A name that no preset or class has.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} names no preset of the camera")]
pub struct UnknownName(String);

/// A kind of picture as it is met in use; the seed decides the details, such as the tilt within its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// A flat-bed scanner.
    Scan,
    /// A scanner with the letter laid in carelessly.
    ScanTilt,
    /// Brown paper.
    Kraft,
    /// Three dead elements in the print head.
    DeadHead,
    /// Ink that spreads on the paper.
    Spread,
    /// A telephone held over a whole envelope.
    Phone,
    /// The same in bad light, from the side, with dead elements and spread ink.
    PhoneHard,
    /// A scan of a whole envelope.
    Envelope,
}

impl Preset {
    /// All presets.
    pub const ALL: [Preset; 8] = [
        Preset::Scan,
        Preset::ScanTilt,
        Preset::Kraft,
        Preset::DeadHead,
        Preset::Spread,
        Preset::Phone,
        Preset::PhoneHard,
        Preset::Envelope,
    ];

    /// The name by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Preset::Scan => "scan",
            Preset::ScanTilt => "scan-tilt",
            Preset::Kraft => "kraft",
            Preset::DeadHead => "dead-head",
            Preset::Spread => "spread",
            Preset::Phone => "phone",
            Preset::PhoneHard => "phone-hard",
            Preset::Envelope => "envelope",
        }
    }

    /// The disturbances of this preset's picture with the given seed.
    pub fn disturbances(self, seed: u64) -> Disturbances {
        let light = |paper, ink, blur_px, noise| Disturbances {
            paper,
            ink,
            blur_px,
            noise,
            framing: Framing::Crop { margin_mm: 20.0 },
            ..Disturbances::default()
        };
        let on_table = Framing::Envelope { width_mm: 220.0, height_mm: 110.0, surround: 0.18 };
        let tilt = |most: f64| between(&mut generator(seed, "preset tilt"), -most, most);
        let dead =
            |count| Some(DeadLines { count, width_px: 1, direction: Direction::Row, within: (0.0, 1.0) });
        let quality = Some;
        match self {
            Preset::Scan => Disturbances { tilt_degrees: tilt(0.3), ..light(245.0, 25.0, 0.5, 2.0) },
            Preset::ScanTilt => Disturbances {
                tilt_degrees: tilt(10.0),
                jpeg_quality: quality(90),
                ..light(240.0, 30.0, 0.7, 4.0)
            },
            Preset::Kraft => Disturbances {
                tilt_degrees: tilt(2.0),
                shadow: 0.1,
                jpeg_quality: quality(85),
                ..light(150.0, 60.0, 0.8, 6.0)
            },
            Preset::DeadHead => Disturbances {
                tilt_degrees: tilt(1.0),
                dead: dead(3),
                jpeg_quality: quality(90),
                ..light(235.0, 35.0, 0.7, 4.0)
            },
            Preset::Spread => Disturbances {
                tilt_degrees: tilt(1.0),
                spread_px: 1,
                jpeg_quality: quality(90),
                ..light(235.0, 25.0, 0.8, 4.0)
            },
            Preset::Phone => Disturbances {
                tilt_degrees: tilt(6.0),
                corner_shift: 0.06,
                shadow: 0.35,
                strokes: 1,
                jpeg_quality: quality(75),
                framing: on_table,
                ..light(225.0, 45.0, 1.0, 5.0)
            },
            Preset::PhoneHard => Disturbances {
                tilt_degrees: tilt(12.0),
                corner_shift: 0.12,
                shadow: 0.5,
                dead: dead(2),
                spread_px: 1,
                strokes: 2,
                jpeg_quality: quality(40),
                framing: on_table,
                ..light(190.0, 70.0, 1.5, 8.0)
            },
            Preset::Envelope => Disturbances {
                tilt_degrees: tilt(1.5),
                shadow: 0.1,
                jpeg_quality: quality(85),
                framing: on_table,
                ..light(238.0, 30.0, 0.7, 3.0)
            },
        }
    }
}

impl FromStr for Preset {
    type Err = UnknownName;

    fn from_str(name: &str) -> Result<Preset, UnknownName> {
        Preset::ALL.into_iter().find(|preset| preset.name() == name).ok_or_else(|| UnknownName(name.into()))
    }
}

/// A class of disturbance for which read rates are stated: one thing at its full strength, all else as a scanner
/// delivers it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Class {
    /// Nothing beside the scanner's own.
    Clean,
    /// Blur of 1.5 pixels.
    Blur,
    /// Noise of deviation 25.
    Noise,
    /// Turned by 10°, to either side.
    Tilt,
    /// Seen from 15° off the vertical.
    Perspective,
    /// Two fifths of the usual difference between paper and ink.
    Contrast,
    /// JPEG quality 40.
    Jpeg,
    /// Brown paper.
    Kraft,
    /// Blur, noise, tilt, perspective, contrast and JPEG together, each at half its strength.
    Combined,
    /// Lines the print head left white.
    Dead(DeadLines),
}

impl Class {
    /// The classes without the dead lines.
    pub const WHOLE: [Class; 9] = [
        Class::Clean,
        Class::Blur,
        Class::Noise,
        Class::Tilt,
        Class::Perspective,
        Class::Contrast,
        Class::Jpeg,
        Class::Kraft,
        Class::Combined,
    ];

    /// One to three dead lines of 1, 3 and 5 pixels, as rows and as columns.
    pub fn dead_lines() -> Vec<Class> {
        let mut classes = Vec::new();
        for direction in [Direction::Row, Direction::Column] {
            for width_px in [1, 3, 5] {
                for count in 1..=3 {
                    classes.push(Class::Dead(DeadLines { count, width_px, direction, within: (0.0, 1.0) }));
                }
            }
        }
        classes
    }

    /// The name in tables.
    pub fn name(self) -> String {
        match self {
            Class::Clean => "clean".into(),
            Class::Blur => "blur 1.5 px".into(),
            Class::Noise => "noise 25".into(),
            Class::Tilt => "tilt 10°".into(),
            Class::Perspective => "perspective 15°".into(),
            Class::Contrast => "contrast 40 %".into(),
            Class::Jpeg => "JPEG 40".into(),
            Class::Kraft => "kraft".into(),
            Class::Combined => "combined".into(),
            Class::Dead(lines) => {
                let kind = match lines.direction {
                    Direction::Row => "row",
                    Direction::Column => "column",
                };
                format!("dead: {} {kind} of {} px", lines.count, lines.width_px)
            }
        }
    }

    /// The disturbances of this class's picture with the given seed and framing.
    pub fn disturbances(self, seed: u64, framing: Framing) -> Disturbances {
        let side = if generator(seed, "class side").bool() { 1.0 } else { -1.0 };
        let clean = Disturbances { framing, ..Disturbances::default() };
        match self {
            Class::Clean => clean,
            Class::Blur => Disturbances { blur_px: 1.5, ..clean },
            Class::Noise => Disturbances { noise: 25.0, ..clean },
            Class::Tilt => Disturbances { tilt_degrees: 10.0 * side, ..clean },
            Class::Perspective => Disturbances { camera_angle_degrees: 15.0, ..clean },
            Class::Contrast => Disturbances { paper: 190.0, ink: 108.0, ..clean },
            Class::Jpeg => Disturbances { jpeg_quality: Some(40), ..clean },
            Class::Kraft => Disturbances { paper: 150.0, ink: 60.0, fibre: 0.04, ..clean },
            Class::Combined => Disturbances {
                blur_px: 0.75,
                noise: 12.5,
                tilt_degrees: 5.0 * side,
                camera_angle_degrees: 7.5,
                paper: 210.0,
                ink: 66.0,
                jpeg_quality: Some(70),
                ..clean
            },
            Class::Dead(lines) => Disturbances { dead: Some(lines), ..clean },
        }
    }
}
