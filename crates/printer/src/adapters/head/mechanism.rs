//! What is around the head: letters, feeder and stacker, and what goes wrong with them. It stands for the world, so it
//! is changed from outside, by an operator's hand, a demonstration or a test, while the head prints.

use crate::{Reason, Station};
use std::sync::{Arc, Mutex, PoisonError};

/// The world around a head, shared between those who print and those who put letters in.
#[derive(Clone, Debug, Default)]
pub struct Mechanism(Arc<Mutex<Situation>>);

/// How it looks there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Situation {
    /// The feeder at the interface before the printer, if one is connected.
    pub feeder: Option<Feeder>,
    /// The stacker at the interface after it, if one is connected.
    pub stacker: Option<Stacker>,
    /// By how many thousandths something holds the transport back; at 1000 it stands still.
    pub slowed_permille: u16,
    /// The next letter gets stuck before this column is printed.
    pub jams_at: Option<u32>,
    /// Where a letter is stuck.
    pub jam: Option<Station>,
    /// A letter put in by hand lies before the transport.
    pub inserted: bool,
    /// A letter's leading edge is at the sensor before the head.
    pub at_sensor: bool,
}

/// A pile of letters that are separated one by one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Feeder {
    /// How many letters are left.
    pub letters: u32,
    /// The next one gets stuck.
    pub jams: bool,
}

/// Room for printed letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stacker {
    /// For how many there is room.
    pub room: u32,
    /// The next one gets stuck.
    pub jams: bool,
}

impl Mechanism {
    /// Looks at the situation or changes it.
    pub fn change<T>(&self, change: impl FnOnce(&mut Situation) -> T) -> T {
        // A change that panicked has at most left a letter where it was.
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts a letter in by hand.
    pub fn insert_letter(&self) {
        self.change(|situation| situation.inserted = true);
    }

    /// Takes out whatever is stuck and ends what holds the transport back. Letters that wait in the feeder stay.
    pub fn clear(&self) {
        self.change(|situation| {
            situation.jam = None;
            situation.jams_at = None;
            situation.slowed_permille = 0;
            situation.feeder.iter_mut().for_each(|feeder| feeder.jams = false);
            situation.stacker.iter_mut().for_each(|stacker| stacker.jams = false);
        });
    }
}

impl Situation {
    /// Whether the stacker can take a letter, where it is set to.
    pub(super) fn check_stacker(&self, is_set: bool) -> Result<(), Reason> {
        match &self.stacker {
            _ if !is_set => Ok(()),
            None => Err(Reason::NoStation(Station::Stacker)),
            Some(stacker) if stacker.room == 0 => Err(Reason::StackerFull),
            Some(_) => Ok(()),
        }
    }

    /// Separates a letter from the feeder's pile and brings it before the transport.
    pub(super) fn separate(&mut self) -> Result<(), Reason> {
        let feeder = self.feeder.as_mut().ok_or(Reason::NoStation(Station::Feeder))?;
        feeder.letters = feeder.letters.checked_sub(1).ok_or(Reason::FeederEmpty)?;
        if std::mem::take(&mut feeder.jams) {
            self.jam = Some(Station::Feeder);
            return Err(Reason::Jam(Station::Feeder));
        }
        self.inserted = true;
        Ok(())
    }

    /// Puts a printed letter on the stack. One that gets stuck there is printed all the same, and stops the next.
    pub(super) fn stack(&mut self) -> bool {
        let Some(stacker) = &mut self.stacker else { return false };
        if std::mem::take(&mut stacker.jams) {
            self.jam = Some(Station::Stacker);
            return false;
        }
        stacker.room = stacker.room.saturating_sub(1);
        true
    }
}
