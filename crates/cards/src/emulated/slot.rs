//! A slot in memory for emulated chips.

use super::Chip;
use crate::reader::{Insertion, Presence, Reader, ReaderError};

/// A reader whose cards are emulated chips in memory.
#[derive(Default)]
pub struct Slot {
    chip: Option<Chip>,
    insertions: u64,
}

impl Slot {
    /// A slot with this card in it.
    pub fn with(chip: Chip) -> Slot {
        let mut slot = Slot::default();
        slot.insert(chip);
        slot
    }

    /// Puts a card in, and gives the one back that was there.
    pub fn insert(&mut self, mut chip: Chip) -> Option<Chip> {
        chip.power_on();
        self.insertions += 1;
        self.chip.replace(chip)
    }

    /// Takes the card out.
    pub fn take(&mut self) -> Option<Chip> {
        self.chip.take()
    }

    /// The card that is in.
    pub const fn chip(&mut self) -> Option<&mut Chip> {
        self.chip.as_mut()
    }
}

impl Reader for Slot {
    fn presence(&mut self) -> Result<Presence, ReaderError> {
        let is_in = self.chip.as_ref().is_some_and(|chip| !chip.is_gone());
        Ok(if is_in { Presence::Card(Insertion::new(self.insertions)) } else { Presence::Empty })
    }

    fn transmit(&mut self, card: Insertion, command: &[u8]) -> Result<Vec<u8>, ReaderError> {
        let chip = self.chip.as_mut().filter(|_| card.number() == self.insertions);
        chip.and_then(|chip| chip.exchange(command)).ok_or(ReaderError::CardGone)
    }
}
