//! What happens to a meter's machine: its clock, its power, its disk, and people who meddle with it.

use super::disk::{self, Tag};
use super::life::{Book, Life, TENTHS_A_DAY, later};
use super::model::Awake;
use super::outlook::{SLOTS, is_in_ring, pair, setup};
use crate::meter::TODAY;
use psd::Now;

impl Life<'_> {
    pub fn turn_clock(&mut self, event: &'static str, turn: impl FnOnce(u64) -> u64) {
        let tenths = turn(self.now().tenths);
        self.note(event, tenths);
        let today = later(TODAY, (tenths / TENTHS_A_DAY) as u32);
        self.board.now.set(Ok(Now { tenths, today, minute: 600 }));
    }

    pub fn stop(&mut self, event: &'static str) {
        self.note(event, 0);
        self.device = None;
        self.awake = Awake::default();
        self.is_stuck = false;
        self.disk.revive();
    }

    pub fn lose_power(&mut self) {
        self.stop("the power is cut");
        let loss = self.disk.lose_power(&mut self.chance);
        self.counts.add("sectors kept through a cut", loss.kept);
        self.counts.add("sectors lost by a cut", loss.lost);
        self.counts.add("sectors torn by a cut", loss.torn);
    }

    pub fn recover_from_failure(&mut self) {
        if self.chance.permille(700) {
            self.lose_power();
        } else {
            self.stop("the process ends after a write that failed");
        }
    }

    pub fn arm(&mut self) {
        if !self.disk.is_failing() {
            let (operations, begun) = (self.chance.below(5), self.chance.below(3));
            self.note("a write is going to fail", operations as u64);
            self.disk.fail_in(operations, begun);
        }
    }

    pub fn rot(&mut self) {
        if self.is_stuck {
            return;
        }
        let place = self.chance.below(SLOTS + 3);
        let sectors = match place.checked_sub(SLOTS) {
            None => pair(place),
            Some(0) => [0, 1],
            Some(before) => setup(before - 1),
        };
        self.is_rotten = true;
        if self.chance.permille(150) {
            self.note("both copies of a pair rot", place as u64);
            sectors.into_iter().for_each(|sector| self.disk.rot(sector, &mut self.chance));
        } else {
            self.note("one copy of a pair rots", place as u64);
            self.disk.rot(sectors[self.chance.below(2)], &mut self.chance);
        }
    }

    pub fn tamper(&mut self) {
        if self.is_stuck {
            return;
        }
        let slot = self.chance.below(SLOTS);
        match (self.chance.below(6), self.copy.take()) {
            (0, _) => {
                self.note("somebody moves a sector", slot as u64);
                self.disk.copy_sector(pair((slot + 1) % SLOTS)[0], pair(slot)[0]);
                self.is_tampered = true;
            }
            (1, Some((copy, book))) => {
                self.note("somebody puts a record back", slot as u64);
                self.put_back(&copy, book, &pair(slot));
            }
            (2, Some((copy, book))) => {
                self.note("somebody puts an old image back", 0);
                let all: Vec<usize> = (0..self.disk.sectors()).collect();
                self.put_back(&copy, book, &all);
            }
            (_, None) => {
                self.note("somebody copies the image", 0);
                self.copy = Some((self.disk.copy(), self.book.clone()));
            }
            (_, copy) => self.copy = copy,
        }
    }

    pub fn open_housing(&mut self) {
        self.note("the housing is opened", 0);
        self.board.opened.set(true);
    }

    pub fn put_back(&mut self, copy: &disk::Copy, book: Book, sectors: &[usize]) {
        self.disk.put_back(copy, sectors.iter().copied());
        let sequences: Vec<u64> = sectors
            .iter()
            .filter(|sector| is_in_ring(**sector))
            .filter_map(|sector| match copy.tag(*sector) {
                Tag::Whole(sequence) => Some(sequence),
                Tag::Taken(_) | Tag::Broken | Tag::Moved => None,
            })
            .collect();
        for (sequence, model) in book {
            if sequences.contains(&sequence) {
                self.book.retain(|(number, _)| *number != sequence);
                self.book.push((sequence, model));
            }
        }
        self.is_tampered = true;
    }
}
