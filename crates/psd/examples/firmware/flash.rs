//! Program memory of a chip as a device's memory: pages that are erased as a whole before they are written, each with
//! a count of its erasures.

use psd::{Memory, MemoryError, SECTOR_BYTES, Sector};

/// A flash of so many pages, each a sector.
pub struct Flash<const PAGES: usize> {
    pages: [Sector; PAGES],
    erasures: [u32; PAGES],
}

impl<const PAGES: usize> Flash<PAGES> {
    /// A flash as it leaves the factory.
    pub const fn new() -> Flash<PAGES> {
        Flash { pages: [[0xff; SECTOR_BYTES]; PAGES], erasures: [0; PAGES] }
    }

    /// How often each page was erased.
    pub fn erasures(&self) -> &[u32; PAGES] {
        &self.erasures
    }
}

impl<const PAGES: usize> Memory for Flash<PAGES> {
    fn sectors(&self) -> usize {
        PAGES
    }

    fn read(&mut self, sector: usize, into: &mut Sector) -> Result<(), MemoryError> {
        *into = *self.pages.get(sector).ok_or(MemoryError)?;
        Ok(())
    }

    fn write(&mut self, sector: usize, sectors: &[Sector]) -> Result<(), MemoryError> {
        for (at, bytes) in (sector..).zip(sectors) {
            let page = self.pages.get_mut(at).ok_or(MemoryError)?;
            let erasures = self.erasures.get_mut(at).ok_or(MemoryError)?;
            *erasures = erasures.saturating_add(1);
            page.fill(0xff);
            // Programming clears bits and sets none.
            page.iter_mut().zip(bytes).for_each(|(cell, byte)| *cell &= byte);
        }
        Ok(())
    }

    fn sync(&mut self) -> Result<(), MemoryError> {
        // A page is written when its programming has ended: nothing stands in between.
        Ok(())
    }
}
