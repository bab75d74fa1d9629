//! A start, held against what the disk holds.

use super::life::{Device, Life};
use super::model::{Model, Outlook, newest};
use psd::Error;

impl Life<'_> {
    /// Starts the device, and says whether its life goes on.
    pub(super) fn start(&mut self) -> bool {
        self.note("starts", 0);
        if self.chance.permille(100) {
            self.rot();
        }
        // What a killed process wrote but did not sync is not yet cut off a second time here.
        if self.chance.permille(200) && !self.disk.has_unsynced() {
            self.arm();
        }
        self.disk.take_written();
        let outlook = Outlook::of(&self.disk);
        let opened = Device::open(self.disk.clone(), &self.key, self.board.clone());
        match outlook {
            Outlook::Blocked(fault) => {
                assert!(self.is_rotten || self.is_tampered, "a crash alone never blocks");
                assert_eq!(opened.err(), Some(Error::Blocked(fault)));
                self.note("blocks, since no copy is left", 0);
                false
            }
            Outlook::Record { sequence, betrayed } => {
                let found = self.found(sequence, betrayed);
                self.write_down(&found);
                match opened {
                    Ok(device) => self.begin(device, found),
                    Err(error) => self.cut_off_start(error),
                }
                true
            }
        }
    }

    pub(super) fn found(&mut self, sequence: u64, betrayed: bool) -> Model {
        let known = self.book.iter().rev().find(|(number, _)| *number == sequence);
        let mut found = known.map(|(_, model)| model.clone()).expect("nobody wrote this record");
        self.was_ever_tampered |= self.is_tampered;
        assert!(!betrayed || self.was_ever_tampered, "nobody did anything");
        if !self.is_tampered {
            // A start that was cut off may have noted a manipulation already.
            let manipulated = found.manipulated && self.was_ever_betrayed;
            let is = |known: &Model| {
                found == Model { manipulated: known.manipulated | manipulated, ..known.clone() }
            };
            assert!(
                is(&self.confirmed) || self.in_flight.as_ref().is_some_and(is),
                "what was confirmed is lost"
            );
        }
        self.was_ever_betrayed |= betrayed;
        found.manipulated |= betrayed;
        found
    }

    pub(super) fn begin(&mut self, device: Device, found: Model) {
        match self.in_flight.take() {
            Some(cut_off) if cut_off.registers == found.registers && cut_off.mark == found.mark => {
                self.counts.one("cut off commands that were done")
            }
            Some(_) => self.counts.one("cut off commands that were not done"),
            None => {}
        }
        if found.manipulated && !self.confirmed.manipulated {
            self.counts.one("manipulations found");
        }
        self.device = Some(device);
        self.confirmed = found;
        (self.is_rotten, self.is_tampered) = (false, false);
        assert_eq!(newest(&self.disk).map(|(_, sequence)| sequence), Some(self.device().status().commit));
        self.check_stand();
    }

    pub(super) fn cut_off_start(&mut self, error: Error) {
        assert_eq!(error, Error::MemoryFailed);
        assert!(self.disk.has_failed());
        self.counts.one("starts cut off");
        self.recover_from_failure();
    }
}
