//! The durable memory: a ring of records, each in two copies under a MAC (EP 0 660 269, [41], [64]-[65], [100]).
//!
//! What always holds: a state change is one record, written to both its copies and made durable by one sync
//! before anything is answered; the newest durable record is never overwritten; after a crash the state is that
//! before the change or that after it, never a mix. What it must never do: give back an older state in place of
//! one that was confirmed, or guess. `docs/formats/memory.md` shows the bytes and argues the crash.
//!
//! | file | holds |
//! |---|---|
//! | `sector` | one sealed sector: header, MAC, payload |
//! | `ring` | where the copies of a record lie, and the one function that makes a record durable |
//! | `setup` | the page of what seldom changes, and the personalisation written anew |
//! | `recovery` | which record counts after a start, what is healed, what blocks |

mod recovery;
mod ring;
mod sector;
mod setup;

pub(crate) use recovery::Newest;
pub use ring::sectors_needed;
pub(crate) use ring::{Durable, DurableState, SLOTS, Store};
pub use sector::{MemoryKey, SECTOR_BYTES, Sector};
pub(crate) use sector::{PAYLOAD_BYTES, SETUP, reseal};

use core::fmt;

/// Non-volatile memory in sectors. A sector is what the medium writes without touching its neighbours; only a
/// write that was followed by a successful [`sync`](Memory::sync) is expected to survive a crash.
pub trait Memory {
    /// How many sectors there are.
    fn sectors(&self) -> usize;

    /// Reads one sector. A sector that cannot be read is treated as a damaged one.
    fn read(&mut self, sector: usize, into: &mut Sector) -> Result<(), MemoryError>;

    /// Writes consecutive sectors, the first at `sector`.
    fn write(&mut self, sector: usize, sectors: &[Sector]) -> Result<(), MemoryError>;

    /// Makes everything written so far durable.
    fn sync(&mut self) -> Result<(), MemoryError>;
}

impl<M: Memory + ?Sized> Memory for &mut M {
    fn sectors(&self) -> usize {
        (**self).sectors()
    }

    fn read(&mut self, sector: usize, into: &mut Sector) -> Result<(), MemoryError> {
        (**self).read(sector, into)
    }

    fn write(&mut self, sector: usize, sectors: &[Sector]) -> Result<(), MemoryError> {
        (**self).write(sector, sectors)
    }

    fn sync(&mut self) -> Result<(), MemoryError> {
        (**self).sync()
    }
}

/// Memory that keeps what is written for as long as it has power: battery-backed memory of a board, or an image
/// under test. Bytes that do not fill a last sector are not part of it.
pub struct Image<B>(pub B);

impl<B: AsRef<[u8]> + AsMut<[u8]>> Memory for Image<B> {
    fn sectors(&self) -> usize {
        self.0.as_ref().len() / SECTOR_BYTES
    }

    fn read(&mut self, sector: usize, into: &mut Sector) -> Result<(), MemoryError> {
        let place = self.0.as_ref().as_chunks().0.get(sector).ok_or(MemoryError)?;
        *into = *place;
        Ok(())
    }

    fn write(&mut self, sector: usize, sectors: &[Sector]) -> Result<(), MemoryError> {
        let end = sector.checked_add(sectors.len()).ok_or(MemoryError)?;
        let place = self.0.as_mut().as_chunks_mut().0.get_mut(sector..end).ok_or(MemoryError)?;
        place.copy_from_slice(sectors);
        Ok(())
    }

    fn sync(&mut self) -> Result<(), MemoryError> {
        Ok(())
    }
}

/// The medium did not read, write or sync.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryError;

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the memory could not be read, written or synced")
    }
}

impl core::error::Error for MemoryError {}
