//! A disk in memory that knows of each sector what it holds, fails on command, and loses power as docs/formats/memory.md
//! expects a medium to: what was synced stays, and of what was not, each sector is new or as it was, and at most
//! one is torn.

use super::chance::Chance;
use psd::{Memory, MemoryError, SECTOR_BYTES, Sector};
use std::cell::RefCell;
use std::rc::Rc;

/// What a sector holds, as a reader who knows the key would see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// What the device wrote there, whole, with the sequence number of its commit.
    Whole(u64),
    /// A sector that says that a copy was taken away on purpose, and when.
    Taken(u64),
    /// Nothing that has a right MAC.
    Broken,
    /// A whole sector that belongs elsewhere.
    Moved,
}

#[derive(Clone)]
struct Held {
    bytes: Sector,
    tag: Tag,
    readable: bool,
    /// What it held before it lost its content: a torn write may happen to put back just what was lost.
    before: Option<Rc<Held>>,
}

impl Held {
    fn new(bytes: Sector, tag: Tag) -> Held {
        Held { bytes, tag, readable: true, before: None }
    }
}

/// Handles to one disk share it.
#[derive(Clone)]
pub struct Disk(Rc<RefCell<Content>>);

struct Content {
    durable: Vec<Held>,
    /// What was written since the last sync, the newest last.
    pending: Vec<(usize, Held)>,
    /// Operations until the disk fails.
    fails_in: Option<usize>,
    /// Sectors that a write which fails had begun with.
    begun: usize,
    failed: bool,
    /// What was written where since somebody asked.
    written: Vec<(usize, Tag)>,
}

/// A whole disk, put aside.
#[derive(Clone)]
pub struct Copy(Vec<Held>);

/// How a power cut left what was not synced.
#[derive(Default)]
pub struct Loss {
    pub kept: u64,
    pub lost: u64,
    pub torn: u64,
}

impl Disk {
    pub fn blank(sectors: usize) -> Disk {
        let empty = Held::new([0; SECTOR_BYTES], Tag::Broken);
        Disk(Rc::new(RefCell::new(Content {
            durable: vec![empty; sectors],
            pending: Vec::new(),
            fails_in: None,
            begun: 0,
            failed: false,
            written: Vec::new(),
        })))
    }

    /// From the operation after so many further ones on, nothing works until [`Disk::revive`]; a write that fails then
    /// had begun with so many of its sectors.
    pub fn fail_in(&self, operations: usize, begun: usize) {
        let content = &mut *self.0.borrow_mut();
        (content.fails_in, content.begun) = (Some(operations), begun);
    }

    pub fn is_failing(&self) -> bool {
        self.0.borrow().fails_in.is_some()
    }

    pub fn has_failed(&self) -> bool {
        self.0.borrow().failed
    }

    /// It works again, and what was written can be read.
    pub fn revive(&self) {
        let content = &mut *self.0.borrow_mut();
        (content.fails_in, content.failed) = (None, false);
    }

    /// The power fails and comes back.
    pub fn lose_power(&self, chance: &mut Chance) -> Loss {
        self.revive();
        let content = &mut *self.0.borrow_mut();
        let mut loss = Loss::default();
        for (at, new) in std::mem::take(&mut content.pending) {
            let place = &mut content.durable[at];
            match chance.below(3) {
                0 => loss.lost += 1,
                1 if loss.torn == 0 => {
                    *place = torn(place, &new, chance);
                    loss.torn += 1;
                }
                _ => {
                    *place = new;
                    loss.kept += 1;
                }
            }
        }
        loss
    }

    /// What the sector holds now.
    pub fn tag(&self, sector: usize) -> Tag {
        self.0.borrow().live(sector).tag
    }

    pub fn sectors(&self) -> usize {
        self.0.borrow().durable.len()
    }

    /// What was written where since the last call.
    pub fn take_written(&self) -> Vec<(usize, Tag)> {
        std::mem::take(&mut self.0.borrow_mut().written)
    }

    /// A sector loses its content: a bit of what the MAC protects, all of it, or the power to be read.
    pub fn rot(&self, sector: usize, chance: &mut Chance) {
        let content = &mut *self.0.borrow_mut();
        let held = content.live_mut(sector);
        if held.tag == Tag::Broken {
            return;
        }
        held.before = Some(Rc::new(held.clone()));
        held.tag = Tag::Broken;
        match chance.below(6) {
            0 => held.bytes = [0; SECTOR_BYTES],
            1 => (held.bytes, held.readable) = ([0xee; SECTOR_BYTES], false),
            _ => held.bytes[chance.below(covered(&held.bytes))] ^= 1 << chance.below(8),
        }
    }

    /// Somebody copies a sector to another place.
    pub fn copy_sector(&self, from: usize, to: usize) {
        let content = &mut *self.0.borrow_mut();
        let held = content.live(from).clone();
        let tag = if held.tag == Tag::Broken { Tag::Broken } else { Tag::Moved };
        *content.live_mut(to) = Held { tag, ..held };
    }

    pub fn copy(&self) -> Copy {
        let content = self.0.borrow();
        Copy((0..content.durable.len()).map(|sector| content.live(sector).clone()).collect())
    }

    /// Somebody puts back what these sectors held when the copy was made.
    pub fn put_back(&self, copy: &Copy, sectors: impl Iterator<Item = usize>) {
        let content = &mut *self.0.borrow_mut();
        sectors.for_each(|sector| *content.live_mut(sector) = copy.0[sector].clone());
    }
}

impl Copy {
    pub fn tag(&self, sector: usize) -> Tag {
        self.0[sector].tag
    }
}

impl Content {
    fn live(&self, sector: usize) -> &Held {
        let pending = self.pending.iter().rev().find(|(at, _)| *at == sector);
        pending.map_or(&self.durable[sector], |(_, held)| held)
    }

    fn live_mut(&mut self, sector: usize) -> &mut Held {
        let pending = self.pending.iter_mut().rev().find(|(at, _)| *at == sector);
        pending.map_or(&mut self.durable[sector], |(_, held)| held)
    }

    fn operate(&mut self) -> Result<(), MemoryError> {
        if let Some(left) = &mut self.fails_in {
            match left.checked_sub(1) {
                Some(rest) => *left = rest,
                None => self.failed = true,
            }
        }
        if self.failed { Err(MemoryError) } else { Ok(()) }
    }
}

/// Bytes of a sector under its MAC: header, MAC, and the used payload, whose length stands in the header.
fn covered(sector: &Sector) -> usize {
    (32 + usize::from(u16::from_le_bytes([sector[6], sector[7]]))).min(SECTOR_BYTES)
}

/// What a sector is that the device has just written.
fn tag_of(sector: &Sector) -> Tag {
    let sequence = u64::from_le_bytes(*sector[8..].first_chunk().unwrap());
    if sector[5] == 1 { Tag::Taken(sequence) } else { Tag::Whole(sequence) }
}

/// A sector of which one part was written and the other was not.
fn torn(old: &Held, new: &Held, chance: &mut Chance) -> Held {
    let at = 1 + chance.below(covered(&new.bytes).max(covered(&old.bytes)) - 1);
    let (front, back) = if chance.permille(500) { (old, new) } else { (new, old) };
    let mut bytes = back.bytes;
    bytes[..at].copy_from_slice(&front.bytes[..at]);
    let is_whole = |held: &&Held| bytes[..covered(&held.bytes)] == held.bytes[..covered(&held.bytes)];
    let known = [Some(new), old.before.as_deref(), Some(old)].into_iter().flatten();
    let tag = known.into_iter().find(is_whole).map_or(Tag::Broken, |held| held.tag);
    Held::new(bytes, tag)
}

impl Memory for Disk {
    fn sectors(&self) -> usize {
        Disk::sectors(self)
    }

    fn read(&mut self, sector: usize, into: &mut Sector) -> Result<(), MemoryError> {
        let content = self.0.borrow();
        if content.failed || sector >= content.durable.len() {
            return Err(MemoryError);
        }
        let held = content.live(sector);
        *into = held.bytes;
        if held.readable { Ok(()) } else { Err(MemoryError) }
    }

    fn write(&mut self, sector: usize, sectors: &[Sector]) -> Result<(), MemoryError> {
        let content = &mut *self.0.borrow_mut();
        let had_failed = content.failed;
        let outcome = content.operate();
        let reached = match outcome {
            Ok(()) => sectors.len(),
            Err(_) if had_failed => 0,
            Err(_) => content.begun,
        };
        for (at, bytes) in (sector..).zip(sectors).take(reached) {
            let tag = tag_of(bytes);
            content.written.push((at, tag));
            content.pending.retain(|(pending, _)| *pending != at);
            content.pending.push((at, Held::new(*bytes, tag)));
        }
        outcome
    }

    fn sync(&mut self) -> Result<(), MemoryError> {
        let content = &mut *self.0.borrow_mut();
        content.operate()?;
        for (at, held) in content.pending.drain(..) {
            content.durable[at] = held;
        }
        Ok(())
    }
}
