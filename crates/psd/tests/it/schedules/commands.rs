//! What is asked of a meter: frankings, credit, orders, and its control unit's answers.

use super::life::{Life, later};
use super::model::{BATCH, Expected, Model};
use crate::meter::{IDENTITY, grant, link_key, order, request, serial};
use imprint::numbers::{Indicium, RequestId};
use psd::supervision::interrogation::code_for;
use psd::{Block, Codeword, Error, GrantAnswer, Proven, Request, Reset, Task, wrap_codeword};
use terms::{Date, Money};

impl Life<'_> {
    pub fn frank_new(&mut self, pieces: usize) {
        let today = self.confirmed.today(self.now());
        let requests: Vec<Request> = (0..pieces)
            .map(|_| {
                let postage = if self.chance.permille(150) { 0 } else { 10 + self.chance.below(400) as u64 };
                let date = later(today, self.chance.below(31) as u32);
                Request { date, ..request(self.new_id(), postage) }
            })
            .collect();
        self.frank("franks", &requests);
    }

    pub fn frank_again(&mut self) {
        let mut requests = self.confirmed.last.clone();
        if self.chance.permille(300) {
            requests.reverse();
        }
        if self.chance.permille(300) {
            requests.truncate(1);
        }
        self.frank("franks again", &requests);
    }

    pub fn frank_wrongly(&mut self) {
        let today = self.confirmed.today(self.now());
        let good = Request { date: today, ..request(self.new_id(), 100) };
        let last = self.confirmed.last.first().copied().unwrap_or(good);
        let requests = match self.chance.below(9) {
            0 => vec![],
            1 => vec![good; 2],
            2 => (0..=BATCH).map(|_| Request { id: RequestId(self.new_id()), ..good }).collect(),
            3 => vec![request(good.id.0, 9)],
            4 => vec![request(good.id.0, 10_000)],
            5 => vec![Request { date: Date::from_day_number(today.day_number() - 1).unwrap(), ..good }],
            6 => vec![Request { date: later(today, 31), ..good }],
            7 => vec![Request { postage: Money::from_minor(11), ..last }],
            _ => vec![last, good],
        };
        self.frank("franks wrongly", &requests);
    }

    fn frank(&mut self, event: &'static str, requests: &[Request]) {
        self.note(event, requests.len() as u64);
        let expected = self.confirmed.frank(requests, self.board.now.get().unwrap(), &mut self.awake);
        let is_new = matches!(expected, Expected::Changed(_));
        let mut given: Vec<Indicium> = Vec::new();
        let result = self.device().frank(requests, |indicium| given.push(indicium));
        let is_done = self.settle(expected, result.map(|()| None));
        assert_eq!(given.len(), if is_done { requests.len() } else { 0 }, "indicia come with a debit alone");
        for (indicium, request) in given.iter().zip(requests) {
            self.check_indicium(indicium, request);
        }
        if is_new {
            self.counts.add("imprints", given.len() as u64);
        }
    }

    pub fn fetch(&mut self) {
        let last = self.confirmed.last.clone();
        let unknown = RequestId(self.new_id());
        let place = self.chance.below(BATCH);
        let id = last.get(place).map_or(unknown, |request| request.id);
        self.note("fetches", id.0);
        let refusal = self.confirmed.refusal(self.awake);
        let fetched = self.device().fetch(id);
        match (refusal, last.get(place)) {
            (Some(code), _) => assert_eq!(fetched.map_err(|error| error.code()), Err(code)),
            (None, Some(request)) => self.check_indicium(&fetched.unwrap(), request),
            (None, None) => assert_eq!(fetched, Err(Error::UnknownRequest(unknown))),
        }
    }

    pub fn grant(&mut self) {
        let (number, amount, r3_before) = self.confirmed.grant;
        let r3 = self.confirmed.registers.r3.minor();
        let r1 = self.confirmed.registers.r1.minor() as i64;
        let asked = match self.chance.below(10) {
            0 | 1 => (number, amount, r3_before),
            2 => (number + 2, 500, r3),
            3 => (number + 1, 500, r3 + 1),
            4 => (number, amount + 1, r3_before),
            5 => (number + 1, -r1 - 1, r3),
            6 => (number + 1, -(self.chance.below(r1 as usize + 1) as i64), r3),
            _ => (number + 1, self.chance.below(50_000) as i64, r3),
        };
        self.note("takes a grant", asked.0);
        let expected = self.confirmed.grant(asked, self.board.now.get().unwrap(), &mut self.awake);
        let result = self.device().grant(&grant(asked.0, asked.1, asked.2));
        self.settle(expected, result.map(|answer| Some(matches!(answer, GrantAnswer::TakenBefore(_)))));
    }

    pub fn order(&mut self) {
        let last = self.confirmed.order;
        let next = last.number + 1 + self.chance.below(2) as u64;
        let codeword = self.new_codeword();
        let wrapped = wrap_codeword(&link_key(), &codeword);
        let tenths = self.now().tenths;
        let (number, task) = match self.chance.below(13) {
            0 => (last.number, last.task),
            1 => (last.number, Task::Pieces(77)),
            2 => (last.number.saturating_sub(1), Task::Suspicion(true)),
            3 => (next, Task::Stop(true)),
            4 => (next, Task::Stop(false)),
            5 | 6 => (next, Task::NextCodeword { wrapped, expires_tenths: tenths + 100_000 }),
            7 => (next, Task::Clock { tenths: tenths + self.chance.below(6000) as u64 }),
            8 => (next, Task::ClearErrors),
            9 => (next, Task::Unpair),
            10 => (next, Task::Reset(Reset { faulted_at: 1, codeword: wrapped, registers: None })),
            11 => (next, Task::Suspicion(true)),
            _ => (next, Task::Suspicion(false)),
        };
        self.obey(number, task, &codeword);
    }

    fn obey(&mut self, number: u64, task: Task, codeword: &Codeword) {
        self.note("takes an order", number);
        let signed = order(number, task);
        let now = self.now();
        let expected = self.confirmed.order(signed.message, codeword, now, &mut self.awake);
        let result = self.device().order(&signed);
        if result.is_ok() && matches!(&expected, Expected::Changed(states) if is_unpaired(states)) {
            self.awake.is_active = false;
        }
        self.settle(expected, result.map(|()| None));
    }

    /// The centre and the control unit do what sets the meter to work again.
    pub fn help(&mut self) {
        let number = self.confirmed.order.number + 1;
        match self.confirmed.block() {
            Some(Block::Stopped) => self.obey(number, Task::Stop(false), &Codeword::ZEROS),
            Some(Block::Clock) => {
                let tenths = self.now().tenths;
                self.obey(number, Task::Clock { tenths }, &Codeword::ZEROS);
            }
            Some(_) => self.reset(number),
            None => self.attend(),
        }
    }

    fn reset(&mut self, number: u64) {
        self.note("is reset by its service", number);
        let Model { registers, grant, .. } = self.books;
        let is_proof_needed = self.confirmed.blocks.contains(&Block::Registers);
        let proven = is_proof_needed.then_some(Proven { registers, grant: grant.0 });
        let codeword = self.new_codeword();
        let wrapped = wrap_codeword(&link_key(), &codeword);
        let faulted_at = self.confirmed.faulted_at;
        self.obey(number, Task::Reset(Reset { faulted_at, codeword: wrapped, registers: proven }), &codeword);
        if self.is_stuck {
            self.recover_from_failure();
        }
    }

    /// The device makes a round, and its control unit answers; where there is none, one is paired.
    ///
    /// Consequences of what it found may be durable where carrying them out was cut off: then it starts anew.
    pub fn attend(&mut self) {
        let Some(paired) = self.confirmed.paired else { return self.pair() };
        let Some(key) = self.control_units[paired - 1].clone() else {
            return self.obey(self.confirmed.order.number + 1, Task::Unpair, &Codeword::ZEROS);
        };
        self.note("makes a round", 0);
        let tenths = self.now().tenths;
        let commit = self.device().status().commit;
        let seen = self.board.opened.get().then(|| self.confirmed.look(None, tenths, commit)).flatten();
        let expected = match seen {
            None => Expected::Remembered,
            Some((after, None)) => Expected::Changed(vec![after]),
            Some((after, Some(code))) => Expected::Punished(code, Box::new(after)),
        };
        let round = self.device().tick();
        let question = round.ok().flatten();
        self.settle(expected, round.map(|_| None));
        if self.is_stuck {
            return self.recover_from_failure();
        }
        if let Some(question) = question {
            let code = code_for(&question, &key, serial(), &IDENTITY);
            assert_eq!(self.device().answer(question.number, &code), Ok(()));
            self.awake.is_active = true;
            self.check_stand();
        }
    }

    fn pair(&mut self) {
        self.note("is paired", 0);
        self.control_units.push(None);
        let expected = self.confirmed.paired_with(self.control_units.len());
        let result = self.device().pair(IDENTITY);
        let key = result.as_ref().ok().cloned();
        self.settle(Expected::Changed(vec![expected]), result.map(|_| None));
        *self.control_units.last_mut().unwrap() = key;
    }

    pub fn new_codeword(&mut self) -> Codeword {
        let mut bytes = [0; Codeword::BYTES];
        bytes[..8].copy_from_slice(&self.chance.word().to_le_bytes());
        Codeword::new(bytes)
    }
}

fn is_unpaired(states: &[Model]) -> bool {
    states.last().is_some_and(|state| state.paired.is_none())
}
