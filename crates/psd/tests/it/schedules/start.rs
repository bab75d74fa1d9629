//! A start, held against what the disk holds.

use super::life::{Device, Life};
use super::model::{Awake, BATCH, Model, StartFacts, fault_number};
use super::outlook::{Outlook, SLOTS, highest, newest, newest_setup};
use crate::meter::{link_key, order};
use psd::{Codeword, Error, Fault, Proven, Rescue, Reset, Task, wrap_codeword};

impl Life<'_> {
    /// Starts the device, and says whether its life goes on.
    pub fn start(&mut self) -> bool {
        self.note("starts", 0);
        if self.chance.permille(100) {
            self.rot();
        }
        if self.chance.permille(200) {
            self.arm();
        }
        self.disk.take_written();
        self.highest = highest(&self.disk);
        let outlook = Outlook::of(&self.disk, |sequence| self.recorded(sequence).setup);
        let started = match outlook {
            Outlook::Record { sequence, is_betrayed } => Some(self.started(sequence, is_betrayed)),
            Outlook::Blocked(_) => None,
        };
        let opened = Device::open(self.disk.clone(), &self.key, self.board.clone());
        match (outlook, started) {
            (Outlook::Record { .. }, Some(started)) => {
                self.write_down(std::slice::from_ref(&started));
                match opened {
                    Ok(device) => self.begin(device, started),
                    // A page of an old image can have the right number and the wrong content.
                    Err(Error::Blocked(Fault::Setup)) if self.was_ever_tampered => {
                        self.note("blocks, since its setup is an old one", 0);
                        return false;
                    }
                    Err(error) => self.cut_off_start(error, started),
                }
                true
            }
            (Outlook::Blocked(fault), _) => {
                assert!(self.is_rotten || self.is_tampered, "a crash alone never blocks");
                if self.disk.has_failed() {
                    self.recover_from_failure();
                    return true;
                }
                assert_eq!(opened.err(), Some(Error::Blocked(fault)));
                self.note("blocks, since no copy is left", 0);
                fault != Fault::Personalisation && self.chance.permille(700) && self.rescue(fault)
            }
            (Outlook::Record { .. }, None) => unreachable!("a record was found"),
        }
    }

    /// The service resets a device whose memory cannot be read, with the registers of the centre's books. Says whether
    /// that was possible.
    fn rescue(&mut self, fault: Fault) -> bool {
        self.note("is reset from the centre's books", 0);
        self.disk.take_written();
        self.highest = highest(&self.disk);
        let setup = newest_setup(&self.disk);
        let (error, board) = (Error::Blocked(fault), self.board.clone());
        let opened = Rescue::<_, _, BATCH>::open(self.disk.clone(), &self.key, board, error);
        let mut rescue = opened.unwrap();
        let faulted_at = rescue.faulted_at();
        assert_eq!(faulted_at, fault_number(self.highest, self.board.counter.get().unwrap_or(0)));
        let codeword = self.new_codeword();
        let wrapped = wrap_codeword(&link_key(), &codeword);
        let Model { registers, grant, .. } = self.books;
        let proven = Some(Proven { registers, grant: grant.0 });
        let number = self.confirmed.order.number + 1;
        let signed = order(number, Task::Reset(Reset { faulted_at, codeword: wrapped, registers: proven }));
        let result = rescue.reset(&signed);
        let Some(setup) = setup else {
            assert_eq!(result, Err(Error::Blocked(Fault::Setup)));
            return false;
        };
        let fresh = Model::fresh(self.now(), Codeword::ZEROS, self.board.counter.get().unwrap_or(0));
        let rescued = fresh.rescued(&self.books, signed.message, &codeword, setup);
        self.rescue = Some(number);
        // Each place of the ring is written once.
        self.write_down(&vec![rescued.clone(); SLOTS]);
        self.candidates.push(rescued.clone());
        match result {
            Ok(()) => self.confirm(rescued),
            Err(error) => {
                assert!(error == Error::MemoryFailed && self.disk.has_failed());
                self.recover_from_failure();
            }
        }
        true
    }

    /// After such a reset the newest setup counts, and which control unit it names only the device can tell: its key
    /// counts as lost.
    fn adopt_pairing(&mut self, started: &mut Model, is_paired: bool) {
        let Some(number) = self.rescue.take().filter(|number| started.order.number == *number) else {
            return;
        };
        self.control_units.push(None);
        started.paired = is_paired.then_some(self.control_units.len());
        let after = self.book.iter_mut().filter(|(_, model)| model.order.number == number);
        after.for_each(|(_, model)| model.paired = started.paired);
    }

    fn recorded(&self, sequence: u64) -> &Model {
        let known = self.book.iter().rev().find(|(number, _)| *number == sequence);
        known.map(|(_, model)| model).expect("nobody wrote this record")
    }

    /// What the start must make of the record it finds.
    fn started(&mut self, sequence: u64, is_betrayed: bool) -> Model {
        self.was_ever_tampered |= self.is_tampered;
        let found = self.recorded(sequence);
        assert!(self.is_tampered || self.candidates.contains(found), "what was confirmed is lost");
        assert!(!is_betrayed || self.was_ever_tampered, "nobody did anything");
        let codeword = self.board.codeword.borrow();
        let codeword = codeword.as_ref().filter(|_| !self.board.opened.get());
        let (counter, tenths) = (self.board.counter.get(), self.now().tenths);
        found.started(&StartFacts { commit: sequence, is_betrayed, counter, codeword, tenths })
    }

    fn begin(&mut self, device: Device, mut started: Model) {
        self.adopt_pairing(&mut started, device.is_paired());
        match self.candidates.as_slice() {
            [confirmed, .., _] if confirmed.registers == started.registers => {
                self.counts.one("starts after what was not done");
            }
            [_, .., _] => self.counts.one("starts after what was done"),
            _ => {}
        }
        if started.is_manipulated && !self.confirmed.is_manipulated {
            self.counts.one("manipulations found");
        }
        self.device = Some(device);
        self.awake = Awake::default();
        self.confirm(started);
        (self.is_rotten, self.is_tampered) = (false, false);
        assert_eq!(newest(&self.disk).map(|(_, sequence)| sequence), Some(self.device().status().commit));
        self.check_stand();
        if self.chance.permille(800) {
            self.help();
        }
    }

    fn cut_off_start(&mut self, error: Error, started: Model) {
        assert_eq!(error, Error::MemoryFailed);
        assert!(self.disk.has_failed());
        self.counts.one("starts cut off");
        self.candidates.push(started);
        self.recover_from_failure();
    }
}
