//! Where the copies of a record lie, and the one function that makes a record durable.
//!
//! ```text
//! sector 0, 1      personalisation, copy A and copy B
//! sector 2 ... 5   setup: first place copy A, copy B, second place copy A, copy B
//! sector 6 ...     slot 0: pair 0 copy A, pair 0 copy B, pair 1 copy A, pair 1 copy B, ...
//!                  slot 1: ...                                    up to slot 7
//! ```
//!
//! A record is up to 32 units of state and one unit for each debit, 127 units to a sector; each of its sectors is
//! written twice, in sectors of their own. Commits go round the slots, so that wear is spread and the newest
//! durable record is never written over.

use super::sector::{Header, PAYLOAD_BYTES, PERSONALISATION, SETUP, Sealer, Sector, payload_mut};
use super::{Memory, MemoryKey};
use crate::error::{Error, Fault};
use crate::request::Request;
use crate::state::{State, UNIT_BYTES, UNITS as STATE_UNITS};

/// Slots of the ring.
pub(crate) const SLOTS: usize = 8;
/// Copies of each sector.
pub(crate) const COPIES: usize = 2;
/// Units of a record in one sector.
pub(crate) const UNITS_PER_SECTOR: usize = PAYLOAD_BYTES / UNIT_BYTES;

/// Pairs before the ring: the personalisation, and the setup's two places.
const PAIRS_BEFORE: usize = 1 + SETUP.len();
const _: () = assert!(UNITS_PER_SECTOR * UNIT_BYTES == PAYLOAD_BYTES);
const _: () = assert!(STATE_UNITS < UNITS_PER_SECTOR, "the state lies in the record's first sector");
const _: () = assert!(SLOTS >= 3 && SLOTS < SETUP[1] as usize);

/// Sectors of one copy of a record with this many debits, at most.
pub(crate) const fn pairs(debits: usize) -> usize {
    (STATE_UNITS + debits).div_ceil(UNITS_PER_SECTOR)
}

/// How many sectors a PSD needs whose commits hold up to `batch` debits.
pub const fn sectors_needed(batch: usize) -> usize {
    (PAIRS_BEFORE + SLOTS * pairs(batch)) * COPIES
}

/// The durable memory of a PSD whose commits hold up to `BATCH` debits.
pub(crate) struct Store<M, const BATCH: usize> {
    pub(super) memory: M,
    pub(super) sealer: Sealer,
    /// The slot of the newest record.
    pub(super) slot: usize,
    /// The highest sequence number any sector ever carried: none is used for two attempts.
    pub(super) sequence: u64,
    /// Number of the newest record.
    pub(super) newest: u64,
    /// After a failed write or sync nobody knows what is durable: only a new start finds out.
    pub(super) failed: bool,
    /// Whether copies that were taken away on purpose come back when damage is mended.
    pub(super) restore: bool,
    pub(super) pair: [Sector; COPIES],
}

/// Evidence that a state and its debits are durable. It comes out of [`Store::commit`] alone.
pub(crate) struct Durable<'a> {
    state: State,
    debits: &'a [Request],
    sequence: u64,
}

/// The same evidence for the state alone.
pub(crate) struct DurableState {
    state: State,
    sequence: u64,
}

impl DurableState {
    /// The state and the commit's number.
    pub fn into_parts(self) -> (State, u64) {
        (self.state, self.sequence)
    }
}

impl<'a> Durable<'a> {
    /// The state that is durable.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The debits of its last franking.
    pub fn debits(&self) -> &'a [Request] {
        self.debits
    }

    /// The state and the commit's number.
    pub fn into_state(self) -> DurableState {
        DurableState { state: self.state, sequence: self.sequence }
    }
}

impl<M: Memory, const BATCH: usize> Store<M, BATCH> {
    /// Pairs of sectors in a slot.
    pub(super) const PAIRS: usize = {
        assert!(BATCH > 0 && pairs(BATCH) <= u8::MAX as usize, "a commit holds 1 to 32 000 debits");
        pairs(BATCH)
    };

    /// The store over a memory that is large enough.
    pub(super) fn over(memory: M, key: &MemoryKey) -> Result<Self, Error> {
        if memory.sectors() < sectors_needed(BATCH) {
            return Err(Error::Blocked(Fault::Size));
        }
        let blank = [[0; super::SECTOR_BYTES]; COPIES];
        Ok(Store {
            memory,
            sealer: Sealer::new(key),
            slot: SLOTS - 1,
            sequence: 0,
            newest: 0,
            failed: false,
            restore: false,
            pair: blank,
        })
    }

    /// The memory itself, given back.
    pub fn into_memory(self) -> M {
        self.memory
    }

    /// A store on memory that is to be made anew: first the personalisation that may stand there is gone, then every
    /// sector is sealed as empty. The caller commits the first record and writes the personalisation last: memory
    /// that was not finished has none, and does not open.
    pub fn format(memory: M, key: &MemoryKey) -> Result<Self, Error> {
        let mut store = Self::over(memory, key)?;
        store.fill(|_| ());
        store.write_pair(usize::from(PERSONALISATION), Header::empty(PERSONALISATION, 0))?;
        store.memory.sync()?;
        for slot in 0..SLOTS {
            for index in 0..Self::PAIRS {
                store.write_pair(slot, Header::empty(slot as u8, index as u8))?;
            }
        }
        for place in SETUP {
            store.write_pair(usize::from(place), Header::empty(place, 0))?;
        }
        store.memory.sync()?;
        Ok(store)
    }

    /// Makes a state and the debits of its last franking durable: both copies of one record, one sync. This is
    /// the only function that yields [`Durable`]. If it fails, nothing more can be committed until a new start
    /// has found out what the medium holds.
    pub fn commit<'a>(&mut self, state: State, debits: &'a [Request]) -> Result<Durable<'a>, Error> {
        let sequence = self.sequence.checked_add(1).ok_or(Error::CounterFull)?;
        if self.failed || debits.len() > BATCH {
            return Err(Error::MemoryFailed);
        }
        self.failed = true;
        self.sequence = sequence;
        let slot = (self.slot + 1) % SLOTS;
        self.write_record(slot, sequence, &state, debits)?;
        self.memory.sync()?;
        self.slot = slot;
        self.newest = sequence;
        if state.standing.redundancy_taken {
            self.take_copies(slot)?;
            self.memory.sync()?;
        }
        self.failed = false;
        Ok(Durable { state, debits, sequence })
    }

    fn write_record(
        &mut self,
        slot: usize,
        sequence: u64,
        state: &State,
        debits: &[Request],
    ) -> Result<(), Error> {
        let (state_units, state_count) = state.to_units(debits.len() as u16);
        let state_units = state_units.into_iter().take(state_count);
        let mut units = state_units.chain(debits.iter().copied().map(Request::to_unit));
        let count = (state_count + debits.len()).div_ceil(UNITS_PER_SECTOR);
        for index in 0..count {
            let mut used = 0;
            self.fill(|payload| {
                let places = payload.as_chunks_mut().0;
                for (place, unit) in places.iter_mut().zip(units.by_ref()) {
                    *place = unit;
                    used += UNIT_BYTES as u16;
                }
            });
            let header = Header {
                slot: slot as u8,
                index: index as u8,
                count: count as u8,
                used,
                sequence,
                taken: false,
            };
            self.write_pair(slot, header)?;
        }
        Ok(())
    }

    /// Seals a state without writing it: a trial of how long that takes.
    pub fn seal_for_trial(&mut self, state: &State) {
        let (units, count) = state.to_units(0);
        self.fill(|payload| {
            let places = payload.as_chunks_mut().0;
            places.iter_mut().zip(units.into_iter().take(count)).for_each(|(place, unit)| *place = unit);
        });
        let [sector, _] = &mut self.pair;
        let used = (count * UNIT_BYTES) as u16;
        self.sealer.seal(sector, Header { used, ..Header::empty(0, 0) });
    }

    /// Takes redundancy away in the defined way: in place of the second copy of every record, a sector that says so
    /// under its MAC ([66], [100]). From then on commits leave no second copy either, until one is made of a state
    /// that has its redundancy back.
    pub fn take_redundancy(&mut self) -> Result<(), Error> {
        (0..SLOTS).try_for_each(|slot| self.take_copies(slot))?;
        Ok(self.memory.sync()?)
    }

    fn take_copies(&mut self, slot: usize) -> Result<(), Error> {
        for index in 0..Self::PAIRS {
            self.fill(|_| ());
            let [sector, _] = &mut self.pair;
            self.sealer.seal(sector, Header::taken(slot as u8, index as u8, self.sequence));
            self.memory.write(Self::place(slot, index, 1), core::slice::from_ref(sector))?;
        }
        Ok(())
    }

    /// Fills the payload of the pair's first half, zeros where `fill` puts nothing.
    pub(super) fn fill(&mut self, fill: impl FnOnce(&mut [u8])) {
        let [a, _] = &mut self.pair;
        let payload = payload_mut(a);
        payload.fill(0);
        fill(payload);
    }

    /// Seals the payload that lies in the pair's first half and writes it twice.
    pub(super) fn write_pair(&mut self, slot: usize, header: Header) -> Result<(), Error> {
        let [a, b] = &mut self.pair;
        self.sealer.seal(a, header);
        *b = *a;
        self.memory.write(Self::place(slot, usize::from(header.index), 0), &self.pair)?;
        Ok(())
    }

    /// The sector of one copy of one pair.
    pub(super) const fn place(slot: usize, index: usize, copy: usize) -> usize {
        let pair = match slot {
            slot if slot == PERSONALISATION as usize => 0,
            slot if slot == SETUP[0] as usize => 1,
            slot if slot == SETUP[1] as usize => 2,
            slot => PAIRS_BEFORE + slot * Self::PAIRS + index,
        };
        pair * COPIES + copy
    }
}
