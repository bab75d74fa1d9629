//! A contact on a line of a GPIO chip, through the kernel's character device.
//!
//! An opening is either seen open at a look, or was told by the kernel since the last look as an edge, so that a short
//! one is not missed. Nobody watches the line while the program does not run: an opening and closing in between leaves
//! no trace here.

use super::Level;
use gpiocdev::Request;
use gpiocdev::line::{EdgeDetection, EdgeKind, Value};
use psd::{PartFault, Sensor};
use std::io;
use std::path::Path;

/// What asks for the line, as the kernel's list of lines shows it.
const CONSUMER: &str = "porto-psd";

/// A line whose level tells whether the housing is open.
#[derive(Debug)]
pub struct Line {
    request: Request,
    offset: u32,
    latch: Latch,
}

impl Line {
    /// Takes the line into use; nobody else can while this lives. A chip that tells no edges is looked at by its
    /// level alone.
    pub fn open(chip: &Path, offset: u32, open_level: Level) -> io::Result<Line> {
        let request = |edges: Option<EdgeDetection>| {
            let mut builder = Request::builder();
            builder.on_chip(chip).with_consumer(CONSUMER).with_line(offset).as_input();
            // Active then means open, whatever the level.
            match open_level {
                Level::High => builder.as_active_high(),
                Level::Low => builder.as_active_low(),
            };
            edges.map(|edges| builder.with_edge_detection(edges));
            builder.request()
        };
        let request = request(Some(EdgeDetection::BothEdges)).or_else(|_| request(None));
        let request = request.map_err(|error| io::Error::other(error.to_string()))?;
        Ok(Line { request, offset, latch: Latch::default() })
    }
}

impl Line {
    /// Takes note of what the line shows now and of the edges since the last look.
    fn look(&mut self) -> Result<(), gpiocdev::Error> {
        // Edges first: one that comes between the two looks is then in the level or in the next look's edges.
        while self.request.has_edge_event()? {
            self.latch.note_edge(self.request.read_edge_event()?.kind);
        }
        self.latch.note_level(self.request.value(self.offset)?);
        Ok(())
    }
}

impl Sensor for Line {
    fn was_opened(&mut self) -> Result<bool, PartFault> {
        let looked = self.look();
        if self.latch.was_opened { Ok(true) } else { looked.map(|()| false).map_err(|_| PartFault) }
    }

    fn arm(&mut self) -> Result<(), PartFault> {
        self.latch = Latch::default();
        Ok(())
    }
}

/// Remembers an opening that an edge or a level told; active means open.
#[derive(Debug, Default)]
struct Latch {
    was_opened: bool,
}

impl Latch {
    fn note_edge(&mut self, kind: EdgeKind) {
        self.was_opened |= kind == EdgeKind::Rising;
    }

    fn note_level(&mut self, value: Value) {
        self.was_opened |= value == Value::Active;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_opening_between_two_looks_is_remembered_by_its_edge() {
        let mut latch = Latch::default();
        latch.note_level(Value::Inactive);
        assert!(!latch.was_opened);
        latch.note_edge(EdgeKind::Rising);
        latch.note_edge(EdgeKind::Falling);
        latch.note_level(Value::Inactive);
        assert!(latch.was_opened);
    }

    #[test]
    fn a_level_that_means_open_is_an_opening_without_any_edge_and_a_closing_is_none() {
        let mut latch = Latch::default();
        latch.note_edge(EdgeKind::Falling);
        assert!(!latch.was_opened);
        latch.note_level(Value::Active);
        latch.note_level(Value::Inactive);
        assert!(latch.was_opened);
    }
}
