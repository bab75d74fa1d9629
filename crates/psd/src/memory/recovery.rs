//! Which record counts after a start, what is healed, and what blocks (EP 0 660 269, [100]).
//!
//! Every sector is sealed from the personalisation on, so after a crash each sector of the write that was cut
//! off is whole and new, or whole and as it was before; at most one is torn. That makes damage to a confirmed
//! record known from a write that never ended: where a pair of copies has an older sealed sector, the record was
//! never complete and was never confirmed; where both copies of a pair carry no valid MAC, it may have been, and
//! the memory blocks rather than fall back to the record before.

use super::ring::{COPIES, SLOTS, UNITS_PER_SECTOR};
use super::sector::{Header, PERSONALISATION, SETUP, Sector};
use super::{Memory, MemoryKey, SECTOR_BYTES, Store};
use crate::error::{Error, Fault};
use crate::request::Request;
use crate::state::{State, UNIT_BYTES, UNITS as STATE_UNITS, unit_count};
use link::Finding;

/// What a start found in the memory.
pub(crate) struct Recovered<const BATCH: usize> {
    /// The newest durable state, with what was found noted in it.
    pub state: State,
    debits: [Request; BATCH],
    count: usize,
}

impl<const BATCH: usize> Recovered<BATCH> {
    /// The debits of the last franking.
    pub fn debits(&self) -> &[Request] {
        self.debits.get(..self.count).unwrap_or_default()
    }
}

/// What became of the newest record while the device ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Newest {
    /// All its copies carry right MACs.
    Whole,
    /// Some do, enough of each part.
    Damaged,
    /// Some part has lost all copies.
    Lost,
}

/// The places before the ring.
const BEFORE_THE_RING: [u8; 3] = [PERSONALISATION, SETUP[0], SETUP[1]];

/// What a sector turned out to be.
enum Sight {
    /// No valid MAC, or not readable.
    Broken,
    /// A valid MAC, for another place.
    Moved,
    /// A valid MAC, for this place.
    Sealed(Header),
}

impl<M: Memory, const BATCH: usize> Store<M, BATCH> {
    /// Opens the memory of a personalised PSD: the store, and the payload of the personalisation.
    pub fn open<T>(
        memory: M,
        key: &MemoryKey,
        personalisation: impl FnOnce(&[u8]) -> Result<T, Error>,
    ) -> Result<(Self, T), Error> {
        let mut store = Self::over(memory, key)?;
        let slot = usize::from(PERSONALISATION);
        let copy = store.sealed_copy(slot, 0, |header| header.count == 1);
        let (copy, _) = copy.ok_or(Error::Blocked(Fault::Personalisation))?;
        let (sealer, sector) = store.load(slot, 0, copy)?;
        let (_, payload) = sealer.open(sector).ok_or(Error::Blocked(Fault::Personalisation))?;
        let content = personalisation(payload);
        if matches!(content, Err(Error::Blocked(Fault::KeysWiped))) {
            // A cut between the copies may have left the keys in the other one.
            let [sector, _] = store.pair;
            store.memory.write(Self::place(slot, 0, 0), &[sector, sector])?;
            store.memory.sync()?;
        }
        let content = content?;
        Ok((store, content))
    }

    /// Finds the newest durable record. What a write that never ended left in the slot after it is cleared
    /// away, so that the next commit can be cut off as safely as any other. The caller must commit the state
    /// again before it answers from it: what was read may not yet be durable.
    pub fn recover(&mut self) -> Result<Recovered<BATCH>, Error> {
        let mut newest = [0_u64; SLOTS];
        let mut found: Option<(usize, Header)> = None;
        for (slot, sequence) in newest.iter_mut().enumerate() {
            if let Some(header) = self.complete_record(slot) {
                *sequence = header.sequence;
                if found.is_none_or(|(_, best)| header.sequence > best.sequence) {
                    found = Some((slot, header));
                }
            }
        }
        let (slot, header) = found.ok_or(Error::Blocked(Fault::NoRecord))?;
        let next = (slot + 1) % SLOTS;
        if self.may_hide_a_confirmed_record(next, header.sequence) {
            return Err(Error::Blocked(Fault::AllCopies));
        }
        let mut recovered = self.read_record(slot, header)?;
        recovered.state.check(recovered.debits())?;
        self.slot = slot;
        self.sequence = header.sequence;
        self.newest = header.sequence;
        self.note_findings(next, &newest, &mut recovered.state);
        self.mend_slot(next)?;
        self.secure_newest()?;
        Ok(recovered)
    }

    /// Writes every sector that carries no valid MAC anew: from its other copy where that is whole, else as empty.
    /// Copies that were taken away on purpose come back only where `restore` says so. To be called after the
    /// recovered state was committed again.
    pub fn mend(&mut self, restore: bool) -> Result<(), Error> {
        self.restore = restore;
        let mut mended = false;
        for place in BEFORE_THE_RING {
            mended |= self.mend_slot(usize::from(place))?;
        }
        for slot in 0..SLOTS {
            mended |= self.mend_slot(slot)?;
        }
        if mended {
            self.memory.sync()?;
        }
        Ok(())
    }

    /// Number of the newest record that was found or written.
    pub fn newest(&self) -> u64 {
        self.newest
    }

    /// The highest number that any sector carries.
    pub fn highest(&self) -> u64 {
        self.sequence
    }

    /// Finds the highest number that any sector of the ring carries, and puts the next commit into the slot after it.
    pub fn find_highest(&mut self) {
        for slot in 0..SLOTS {
            for index in 0..Self::PAIRS {
                for copy in 0..COPIES {
                    if let Sight::Sealed(header) = self.look(slot, index, copy)
                        && header.sequence > self.sequence
                    {
                        (self.slot, self.sequence) = (slot, header.sequence);
                    }
                }
            }
        }
    }

    /// Reads the newest record again.
    pub fn newest_sight(&mut self) -> Result<Newest, Error> {
        let (slot, sequence) = (self.slot, self.newest);
        let mut sight = Newest::Lost;
        let mut count = 1;
        let mut index = 0;
        while index < count {
            let mut whole = 0;
            for copy in 0..COPIES {
                // What cannot be read is no damage: only a new start can tell what is durable.
                self.load(slot, index, copy)?;
                match self.look(slot, index, copy) {
                    Sight::Sealed(header) if header.taken => whole += 1,
                    Sight::Sealed(header) if header.sequence == sequence => {
                        whole += 1;
                        count = usize::from(header.count);
                        sight = if sight == Newest::Lost { Newest::Whole } else { sight };
                    }
                    _ => {}
                }
            }
            match whole {
                COPIES => {}
                0 => return Ok(Newest::Lost),
                _ => sight = Newest::Damaged,
            }
            index += 1;
        }
        Ok(sight)
    }

    /// The newest record of a slot of which every pair has a whole copy.
    fn complete_record(&mut self, slot: usize) -> Option<Header> {
        let mut best: Option<Header> = None;
        for copy in 0..COPIES {
            let Sight::Sealed(header) = self.look(slot, 0, copy) else { continue };
            let newer = best.is_none_or(|best| header.sequence > best.sequence);
            if newer && header.sequence > 0 && self.is_complete(slot, header) {
                best = Some(header);
            }
        }
        best
    }

    fn is_complete(&mut self, slot: usize, record: Header) -> bool {
        let count = usize::from(record.count);
        (1..=Self::PAIRS).contains(&count)
            && (0..count).all(|index| self.sealed_copy(slot, index, |header| same(header, record)).is_some())
    }

    /// Whether the slot after the newest record may have held a newer one that was confirmed and then damaged.
    /// A confirmed record had both copies of all its pairs on the medium, so one sealed sector that is not part
    /// of it, in a pair it needs, proves that it never got so far.
    fn may_hide_a_confirmed_record(&mut self, slot: usize, newest: u64) -> bool {
        let first = [self.look(slot, 0, 0), self.look(slot, 0, 1)];
        let record = match first {
            [Sight::Sealed(a), Sight::Sealed(b)] if !same(a, b) => return false,
            [Sight::Sealed(header), _] | [_, Sight::Sealed(header)] => header,
            _ => return true,
        };
        if record.sequence <= newest {
            return false;
        }
        let others = |header: Header| !same(header, record);
        (1..usize::from(record.count).min(Self::PAIRS))
            .all(|index| self.sealed_copy(slot, index, others).is_none())
    }

    fn read_record(&mut self, slot: usize, record: Header) -> Result<Recovered<BATCH>, Error> {
        let format = Error::Blocked(Fault::Format);
        let mut state_units = [[0; UNIT_BYTES]; STATE_UNITS];
        let mut debits = [Request::NONE; BATCH];
        let mut debits_read = 0;
        for index in 0..usize::from(record.count) {
            let whole = self.sealed_copy(slot, index, |header| same(header, record));
            let (copy, _) = whole.ok_or(Error::Blocked(Fault::AllCopies))?;
            let (sealer, sector) = self.load(slot, index, copy)?;
            let (_, payload) = sealer.open(sector).ok_or(format)?;
            let (units, rest) = payload.as_chunks::<UNIT_BYTES>();
            let state_share = if index == 0 { unit_count(units).ok_or(format)? } else { 0 };
            let (state, items) = units.split_at_checked(state_share).ok_or(format)?;
            let last = index + 1 == usize::from(record.count);
            if !rest.is_empty() || (!last && units.len() != UNITS_PER_SECTOR) {
                return Err(format);
            }
            state_units.iter_mut().zip(state).for_each(|(place, unit)| *place = *unit);
            for unit in items {
                let place = debits.get_mut(debits_read).ok_or(format)?;
                *place = Request::from_unit(unit).ok_or(format)?;
                debits_read += 1;
            }
        }
        let (state, count) = State::from_units(&state_units).ok_or(format)?;
        if usize::from(count) != debits_read {
            return Err(format);
        }
        Ok(Recovered { state, debits, count: debits_read })
    }

    /// Notes in the state what the scan of the whole ring found, and takes the highest sequence number.
    fn note_findings(&mut self, next: usize, newest: &[u64; SLOTS], state: &mut State) {
        let commit = self.sequence;
        for slot in (0..SLOTS).chain(BEFORE_THE_RING.map(usize::from)) {
            let mut broken = false;
            let mut moved = false;
            for index in 0..Self::pairs_of(slot) {
                for copy in 0..COPIES {
                    match self.look(slot, index, copy) {
                        Sight::Broken => broken = true,
                        Sight::Moved => moved = true,
                        Sight::Sealed(header) if slot < SLOTS => {
                            self.sequence = self.sequence.max(header.sequence);
                        }
                        Sight::Sealed(_) => {}
                    }
                }
            }
            let unnamed =
                SETUP.get(usize::from(state.setup.place)).is_some_and(|named| usize::from(*named) != slot);
            let unfinished = slot == next || (SETUP.map(usize::from).contains(&slot) && unnamed);
            let kind = if unfinished { Finding::UNFINISHED } else { Finding::HEALED };
            if broken {
                state.note(Finding { commit, tenths: 0, kind, detail: slot as u64 });
            }
            if moved {
                state.note(Finding { commit, tenths: 0, kind: Finding::MOVED, detail: slot as u64 });
            }
        }
        let mut last = 0;
        for distance in 0..SLOTS {
            let slot = (next + distance) % SLOTS;
            let sequence = newest.get(slot).copied().unwrap_or_default();
            if sequence != 0 && sequence <= last {
                state.note(Finding { commit, tenths: 0, kind: Finding::ORDER, detail: slot as u64 });
            }
            last = last.max(sequence);
        }
    }

    fn mend_slot(&mut self, slot: usize) -> Result<bool, Error> {
        let mut mended = false;
        for index in 0..Self::pairs_of(slot) {
            for copy in 0..COPIES {
                match self.look(slot, index, copy) {
                    Sight::Sealed(header) if !(header.taken && self.restore) => continue,
                    _ => {}
                }
                match self.sealed_copy(slot, index, |header| !header.taken) {
                    Some((whole, _)) => drop(self.load(slot, index, whole)?),
                    None => {
                        let [sector, _] = &mut self.pair;
                        *sector = [0; SECTOR_BYTES];
                        self.sealer.seal(sector, Header::empty(slot as u8, index as u8));
                    }
                }
                let [sector, _] = &self.pair;
                self.memory.write(Self::place(slot, index, copy), core::slice::from_ref(sector))?;
                mended = true;
            }
        }
        Ok(mended)
    }

    /// Makes the record that counts durable, in both its copies, before there is a newer one: what was read may stand in
    /// a cache, and a write that was cut off may have left an older copy beside it. Else a cut could leave it older
    /// than its neighbours, as if somebody had put an old record back.
    pub fn secure_newest(&mut self) -> Result<(), Error> {
        let slot = self.slot;
        for index in 0..Self::PAIRS {
            let [Sight::Sealed(a), Sight::Sealed(b)] = [self.look(slot, index, 0), self.look(slot, index, 1)]
            else {
                continue;
            };
            let (older, newer) = if a.sequence < b.sequence { (0, 1) } else { (1, 0) };
            if a.sequence != b.sequence && !a.taken && !b.taken {
                self.load(slot, index, newer)?;
                let [sector, _] = &self.pair;
                self.memory.write(Self::place(slot, index, older), core::slice::from_ref(sector))?;
            }
        }
        Ok(self.memory.sync()?)
    }

    const fn pairs_of(slot: usize) -> usize {
        if slot < SLOTS { Self::PAIRS } else { 1 }
    }

    /// The first copy of a pair that is sealed and fits, and its header.
    pub(super) fn sealed_copy(
        &mut self,
        slot: usize,
        index: usize,
        fits: impl Fn(Header) -> bool,
    ) -> Option<(usize, Header)> {
        (0..COPIES).find_map(|copy| match self.look(slot, index, copy) {
            Sight::Sealed(header) if fits(header) => Some((copy, header)),
            _ => None,
        })
    }

    fn look(&mut self, slot: usize, index: usize, copy: usize) -> Sight {
        let Ok((sealer, sector)) = self.load(slot, index, copy) else { return Sight::Broken };
        match sealer.open(sector) {
            None => Sight::Broken,
            Some((header, _)) => {
                let here = usize::from(header.slot) == slot && usize::from(header.index) == index;
                if here { Sight::Sealed(header) } else { Sight::Moved }
            }
        }
    }

    pub(super) fn load(
        &mut self,
        slot: usize,
        index: usize,
        copy: usize,
    ) -> Result<(&super::sector::Sealer, &Sector), Error> {
        let [sector, _] = &mut self.pair;
        self.memory.read(Self::place(slot, index, copy), sector)?;
        Ok((&self.sealer, sector))
    }
}

fn same(header: Header, record: Header) -> bool {
    header.sequence == record.sequence && header.count == record.count
}
