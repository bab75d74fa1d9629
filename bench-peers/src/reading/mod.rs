//! Reading: the same disturbances over this project's imprint and over a Data Matrix that carries the same data on an
//! equal printed area; CPU time of one thread from pixels to verdict, with the rates beside it.

mod companion;
mod ours;
mod peers;

use crate::clock::least_cpu;
use crate::figures::{Figures, Reading};
use camera::{Class, DeadLines, Direction, Disturbances, Framing, Grey, Preset, photograph};
use companion::Companion;
use ours::Ours;
use peers::{Outcome, Peer};
use std::error::Error;

/// Runs of each picture; the fastest counts.
const RUNS: u32 = 3;
/// A crop as it comes from a sorter's camera: about 900 × 300 pixels at 300 dpi.
const CROP: Framing = Framing::Crop { margin_mm: 1.5 };
/// A scan of an envelope and its surroundings: about 2600 × 1200.
const ENVELOPE: Framing = Framing::DL;
/// Envelopes take long, and their figures vary less.
const ENVELOPES: u64 = 10;

/// Both imprints, and who reads them.
struct Readers {
    ours: Ours,
    companion: Companion,
}

/// The disturbances of a class with a seed: for our imprint, and for the companion.
type Pair = (Disturbances, Disturbances);

/// Times all readers on all classes.
pub fn measure(figures: &mut Figures, pictures: u64) -> Result<(), Box<dyn Error>> {
    let ours = Ours::new()?;
    let readers = Readers { companion: Companion::new(&ours)?, ours };
    println!("\nreading (right/pictures, mean ms; !n: n wrong)   {}", readers.companion.description());
    let names: Vec<&str> = ["porto"].into_iter().chain(Peer::ALL.map(Peer::name)).collect();
    println!("{:<44} {}", "", names.iter().map(|name| format!("{name:>16}")).collect::<Vec<_>>().join(" "));
    for (name, framing, count) in [("crop", CROP, pictures), ("envelope", ENVELOPE, pictures.min(ENVELOPES))]
    {
        for class in Class::WHOLE {
            let pair = |seed| {
                let disturbances = class.disturbances(seed, framing);
                (disturbances.clone(), disturbances)
            };
            figures.readings(readers.read_all(name, &class.name(), count, pair)?);
        }
        figures.readings(readers.read_nothing(name, framing, count)?);
    }
    for preset in Preset::ALL {
        let pair = |seed| (preset.disturbances(seed), preset.disturbances(seed));
        figures.readings(readers.read_all("photo", preset.name(), pictures, pair)?);
    }
    readers.dead_lines(figures, pictures)
}

impl Readers {
    /// Dead lines always cross what is to be read: our whole imprint, or the Data Matrix.
    fn dead_lines(&self, figures: &mut Figures, pictures: u64) -> Result<(), Box<dyn Error>> {
        let [columns, rows] = self.companion.extent();
        for class in Class::dead_lines() {
            let Class::Dead(lines) = class else { continue };
            let theirs = DeadLines {
                within: match lines.direction {
                    Direction::Row => rows,
                    Direction::Column => columns,
                },
                ..lines
            };
            let with = |lines, seed| Class::Dead(lines).disturbances(seed, CROP);
            let pair = |seed| (with(lines, seed), with(theirs, seed));
            figures.readings(self.read_all("crop", &class.name(), pictures, pair)?);
            if lines.direction == Direction::Column {
                let through = DeadLines { within: self.ours.row_extent(), ..lines };
                let pair = |seed| (with(through, seed), with(theirs, seed));
                let name = format!("{}, in row", class.name());
                figures.readings(self.read_all("crop", &name, pictures, pair)?);
            }
        }
        Ok(())
    }

    fn read_all(
        &self,
        framing: &str,
        class: &str,
        pictures: u64,
        pair: impl Fn(u64) -> Pair,
    ) -> Result<Vec<Reading>, Box<dyn Error>> {
        let mut readings = blank(framing, class);
        for seed in 0..pictures {
            let (for_ours, for_theirs) = pair(seed);
            let ours = photograph(self.ours.bitmap(), &for_ours, seed).seen()?;
            let theirs = photograph(self.companion.bitmap(), &for_theirs, seed).seen()?;
            self.read(&mut readings, &ours, &theirs)?;
        }
        Ok(readings)
    }

    /// Pictures of paper without an imprint: right is to find nothing.
    fn read_nothing(
        &self,
        framing: &str,
        area: Framing,
        pictures: u64,
    ) -> Result<Vec<Reading>, Box<dyn Error>> {
        let blank_paper = Grey::filled(self.ours.bitmap().width(), self.ours.bitmap().height(), 255);
        let mut readings = blank(framing, "no imprint");
        for seed in 0..pictures {
            let disturbances = Class::Clean.disturbances(seed, area);
            let seen = photograph(&blank_paper, &disturbances, seed).seen()?;
            self.read(&mut readings, &seen, &seen)?;
        }
        for reading in &mut readings {
            (reading.wrong, reading.right) = (reading.wrong + reading.right, reading.nothing);
        }
        Ok(readings)
    }

    fn read(&self, readings: &mut [Reading], ours: &Grey, theirs: &Grey) -> Result<(), Box<dyn Error>> {
        let picture = Ours::picture(ours)?;
        let [for_ours, for_peers @ ..] = readings else { return Ok(()) };
        count(for_ours, least_cpu(RUNS, || self.ours.read(&picture)));
        for (peer, reading) in Peer::ALL.iter().zip(for_peers) {
            count(reading, least_cpu(RUNS, || peer.read(theirs, self.companion.text())));
        }
        Ok(())
    }
}

fn blank(framing: &str, class: &str) -> Vec<Reading> {
    let names = ["porto"].into_iter().chain(Peer::ALL.map(Peer::name));
    names.map(|name| Reading::new(framing, class, name)).collect()
}

fn count(reading: &mut Reading, (seconds, outcome): (f64, Outcome)) {
    reading.pictures += 1;
    reading.milliseconds += (seconds * 1e3 - reading.milliseconds) / f64::from(reading.pictures);
    match outcome {
        Outcome::Right => reading.right += 1,
        Outcome::Wrong => reading.wrong += 1,
        Outcome::Nothing => reading.nothing += 1,
    }
}
