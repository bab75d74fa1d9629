//! The page of what seldom changes, and the personalisation written anew.
//!
//! The setup has two places, written in turn: a new page is made durable in the place that the state does not name,
//! and counts once a commit names it, by number and MAC. So a crash leaves the page before or the page after, and an
//! older page put back is no page of this state.

use super::sector::{Header, PERSONALISATION, SETUP, tag_of};
use super::{Memory, Store};
use crate::error::{Error, Fault};
use crate::state::SetupName;

impl<M: Memory, const BATCH: usize> Store<M, BATCH> {
    /// Makes a new page of the setup durable, beside the one of this name, and gives its own name. It counts once a
    /// state with that name is committed.
    pub fn write_setup(&mut self, before: SetupName, payload: &[u8]) -> Result<SetupName, Error> {
        let place = (before.place + 1) % SETUP.len() as u8;
        let slot = SETUP.get(usize::from(place)).copied().unwrap_or_default();
        let sequence = before.sequence.checked_add(1).ok_or(Error::CounterFull)?;
        self.write_page(slot, sequence, payload)?;
        let [sector, _] = &self.pair;
        Ok(SetupName { place, sequence, tag: tag_of(sector) })
    }

    /// The payload of the page of this name.
    pub fn setup(&mut self, name: SetupName) -> Result<&[u8], Error> {
        let damaged = Error::Blocked(Fault::Setup);
        let slot = usize::from(*SETUP.get(usize::from(name.place)).ok_or(damaged)?);
        let copy = self.sealed_copy(slot, 0, |header| header.sequence == name.sequence);
        let (copy, _) = copy.ok_or(damaged)?;
        let (sealer, sector) = self.load(slot, 0, copy)?;
        let (_, payload) = sealer.open(sector).ok_or(damaged)?;
        if tag_of(sector) == name.tag { Ok(payload) } else { Err(damaged) }
    }

    /// The name of the newest page that carries a right MAC, where no state is left to name one.
    pub fn newest_setup(&mut self) -> Option<SetupName> {
        let mut newest: Option<SetupName> = None;
        for (place, slot) in (0..).zip(SETUP) {
            let slot = usize::from(slot);
            let Some((copy, header)) = self.sealed_copy(slot, 0, |header| header.count == 1) else {
                continue;
            };
            if newest.is_none_or(|newest| newest.sequence < header.sequence)
                && let Ok((_, sector)) = self.load(slot, 0, copy)
            {
                newest = Some(SetupName { place, sequence: header.sequence, tag: tag_of(sector) });
            }
        }
        newest
    }

    /// Writes the personalisation into both its copies, durably.
    pub fn write_personalisation(&mut self, payload: &[u8]) -> Result<(), Error> {
        self.write_page(PERSONALISATION, 1, payload)
    }

    /// Writes both copies of a page before the ring, and syncs. If that fails nobody knows what is durable.
    fn write_page(&mut self, slot: u8, sequence: u64, payload: &[u8]) -> Result<(), Error> {
        if self.failed {
            return Err(Error::MemoryFailed);
        }
        self.failed = true;
        let mut fits = false;
        self.fill(|place| {
            if let Some(place) = place.get_mut(..payload.len()) {
                place.copy_from_slice(payload);
                fits = true;
            }
        });
        if !fits {
            return Err(Error::MemoryFailed);
        }
        let used = payload.len() as u16;
        let header = Header { slot, index: 0, count: 1, used, sequence, taken: false };
        self.write_pair(usize::from(slot), header)?;
        self.memory.sync()?;
        self.failed = false;
        Ok(())
    }
}
