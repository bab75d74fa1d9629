//! What a start must find on a disk whose every sector is known.

use super::disk::{Disk, Tag};
use psd::Fault;

/// Where the setup and the ring begin, and how many slots the ring has, each of one pair.
const SETUP: usize = 2;
const RING: usize = 6;
pub const SLOTS: usize = 8;

/// What a start must find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// The record of the commit with this number, and whether something betrays a manipulation.
    Record { sequence: u64, is_betrayed: bool },
    /// Nothing it may rely on.
    Blocked(Fault),
}

/// The two sectors of a slot.
pub fn pair(slot: usize) -> [usize; 2] {
    [RING + 2 * slot, RING + 2 * slot + 1]
}

/// The two sectors of one of the setup's places.
pub fn setup(place: usize) -> [usize; 2] {
    [SETUP + 2 * place, SETUP + 2 * place + 1]
}

pub fn is_in_ring(sector: usize) -> bool {
    sector >= RING
}

/// The slot of the newest record that has a whole copy, and its commit's number.
pub fn newest(disk: &Disk) -> Option<(usize, u64)> {
    let records = (0..SLOTS).filter_map(|slot| Some((slot, sequence_in(disk, slot)?)));
    records.max_by_key(|(_, sequence)| *sequence)
}

/// The highest number that any sector of the ring carries.
pub fn highest(disk: &Disk) -> u64 {
    let sequence = |sector| match disk.tag(sector) {
        Tag::Whole(sequence) | Tag::Taken(sequence) => sequence,
        Tag::Broken | Tag::Moved => 0,
    };
    (0..SLOTS).flat_map(pair).map(sequence).max().unwrap_or(0)
}

/// The newest page of the setup, of each place the first whole copy: its place and its number. Where copies of a place
/// differ, a write was cut off, and the page before counts as well as the one after.
pub fn newest_setup(disk: &Disk) -> Option<(usize, u64)> {
    let number = |sector| match disk.tag(sector) {
        Tag::Whole(number) if number > 0 => Some(number),
        _ => None,
    };
    let pages =
        [0, 1].into_iter().filter_map(|place| Some((place, setup(place).into_iter().find_map(number)?)));
    pages.max_by_key(|(_, number)| *number)
}

fn sequence_in(disk: &Disk, slot: usize) -> Option<u64> {
    let whole = |sector| match disk.tag(sector) {
        Tag::Whole(sequence) => sequence,
        Tag::Taken(_) | Tag::Broken | Tag::Moved => 0,
    };
    pair(slot).into_iter().map(whole).max().filter(|sequence| *sequence > 0)
}

impl Outlook {
    /// The newest record of which a copy is whole counts. Where the slot after it has none, it may have held a newer
    /// one: the device must block, since nobody can tell. `named` says which setup belongs to a record.
    pub fn of(disk: &Disk, named: impl Fn(u64) -> (usize, u64)) -> Outlook {
        let has = |sectors: [usize; 2], fits: &dyn Fn(Tag) -> bool| {
            sectors.into_iter().any(|sector| fits(disk.tag(sector)))
        };
        if !has([0, 1], &|tag| tag == Tag::Whole(1)) {
            return Outlook::Blocked(Fault::Personalisation);
        }
        let Some((slot, sequence)) = newest(disk) else { return Outlook::Blocked(Fault::NoRecord) };
        let is_older = |tag| match tag {
            Tag::Whole(_) => true,
            Tag::Taken(taken_at) => taken_at <= sequence,
            Tag::Broken | Tag::Moved => false,
        };
        if !has(pair((slot + 1) % SLOTS), &is_older) {
            return Outlook::Blocked(Fault::AllCopies);
        }
        let (place, number) = named(sequence);
        if !has(setup(place), &|tag| tag == Tag::Whole(number)) {
            return Outlook::Blocked(Fault::Setup);
        }
        let is_moved = (0..disk.sectors()).any(|sector| disk.tag(sector) == Tag::Moved);
        let round = (1..=SLOTS).filter_map(|distance| sequence_in(disk, (slot + distance) % SLOTS));
        let is_in_order = round.clone().zip(round.skip(1)).all(|(earlier, later)| earlier < later);
        Outlook::Record { sequence, is_betrayed: is_moved || !is_in_order }
    }
}
