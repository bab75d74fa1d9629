//! Flow control: each part of a security routine multiplies its prime into a counter; at the end the product must be
//! one that the routine allows, and its factors tell which parts ran how often (EP 0 660 269, [121]). Loops, and
//! routines without branches, are counted instead ([122]).
//!
//! What always holds: an overflow, or a part that does not belong to the routine, spoils the counter for good, so no
//! later part can make it right again. The counter passes through [`black_box`] at every part, so the compiler can
//! neither foresee the product and drop the comparison, nor drop a part: what is compared is what was carried along.
//! Gates and ends give [`Passed`] as evidence: what must not happen without them asks for it, and a routine that
//! forgot them does not compile.
//!
//! A product does not know the order of its factors. Where order counts, as before a debit becomes durable, a
//! [gate](Flow::gate) holds the parts so far against what must have run by then.

use core::hint::black_box;

/// A part of a routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it multiplies into the counter.
    pub prime: u64,
    /// What it does.
    pub name: &'static str,
}

/// A security routine, as a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Routine {
    /// Its number in the log, which stays the same from version to version.
    pub number: u8,
    /// What it does.
    pub name: &'static str,
    /// Its parts.
    pub parts: &'static [Part],
    /// The products it may end with, one for each way through it.
    pub allowed: &'static [u64],
}

/// The product of some parts, each once, for tables; 0, which no table may hold, where it does not fit.
pub const fn product(parts: &[Part]) -> u64 {
    match parts {
        [] => 1,
        [first, rest @ ..] => match first.prime.checked_mul(product(rest)) {
            Some(product) => product,
            None => 0,
        },
    }
}

impl Routine {
    /// The parts that ran, and how often each, read from a counter.
    pub fn factors(&self, counter: u64) -> impl Iterator<Item = (Part, u32)> {
        self.parts.iter().filter_map(move |part| match times(counter, part.prime) {
            0 => None,
            count => Some((*part, count)),
        })
    }

    /// What remains of a counter without the factors of this routine's parts: 1 where nothing else ran, 0 where the
    /// counter was spoiled.
    pub fn foreign_factor(&self, counter: u64) -> u64 {
        self.parts.iter().fold(counter, |rest, part| {
            (0..times(rest, part.prime)).fold(rest, |rest, _| rest.checked_div(part.prime).unwrap_or(0))
        })
    }

    /// Checks, when it is compiled, that this table can be relied on: parts are distinct primes, and the allowed
    /// products are made of them.
    pub const fn is_sound(&self) -> bool {
        let mut parts = self.parts;
        while let [first, rest @ ..] = parts {
            if !is_prime(first.prime) || has(rest, first.prime) {
                return false;
            }
            parts = rest;
        }
        let mut allowed = self.allowed;
        while let [first, rest @ ..] = allowed {
            if *first < 2 || without(*first, self.parts) != 1 {
                return false;
            }
            allowed = rest;
        }
        !self.allowed.is_empty()
    }

    /// Whether no part of this routine has the prime of a part of the other: a part that runs in the wrong routine
    /// then shows as foreign.
    pub const fn is_apart_from(&self, other: &Routine) -> bool {
        let mut parts = self.parts;
        while let [first, rest @ ..] = parts {
            if has(other.parts, first.prime) {
                return false;
            }
            parts = rest;
        }
        true
    }
}

const fn has(parts: &[Part], prime: u64) -> bool {
    match parts {
        [] => false,
        [first, rest @ ..] => first.prime == prime || has(rest, prime),
    }
}

const fn without(counter: u64, parts: &[Part]) -> u64 {
    match parts {
        [] => counter,
        [first, ..] if first.prime > 1 && counter.is_multiple_of(first.prime) => {
            without(counter / first.prime, parts)
        }
        [_, rest @ ..] => without(counter, rest),
    }
}

const fn is_prime(number: u64) -> bool {
    let mut divisor = 2;
    while divisor <= number / divisor {
        if number.is_multiple_of(divisor) {
            return false;
        }
        divisor += 1;
    }
    number > 1
}

/// How often a prime divides a counter.
fn times(counter: u64, prime: u64) -> u32 {
    let (mut rest, mut count) = (counter, 0);
    while rest != 0 && prime > 1 && rest.is_multiple_of(prime) {
        rest /= prime;
        count += 1;
    }
    count
}

/// One run of a routine.
#[must_use = "a run that nobody ends was not watched"]
#[derive(Debug)]
pub struct Flow {
    routine: &'static Routine,
    counter: u64,
    /// The counter before it was spoiled.
    spoiled: Option<(Deviation, u64)>,
}

impl Flow {
    /// Begins a run of this routine.
    pub fn begin(routine: &'static Routine) -> Flow {
        Flow { routine, counter: black_box(1), spoiled: None }
    }

    /// A part has run.
    #[inline(never)]
    pub fn pass(&mut self, part: Part) {
        #[cfg(test)]
        if glitch::skips(part) {
            return;
        }
        if !has(self.routine.parts, part.prime) {
            return self.spoil(Deviation::Foreign);
        }
        match black_box(self.counter).checked_mul(black_box(part.prime)) {
            Some(counter) => self.counter = black_box(counter),
            None => self.spoil(Deviation::Overflow),
        }
    }

    /// Holds what has run so far against the products allowed at this place.
    #[inline(never)]
    pub fn gate(&self, allowed: &[u64]) -> Result<Passed, FlowFault> {
        self.compare(Deviation::Gate, |counter| allowed.contains(&counter))
    }

    /// Ends the run: it must have been one of the ways through the routine.
    #[inline(never)]
    pub fn end(self) -> Result<Passed, FlowFault> {
        self.compare(Deviation::Way, |counter| self.routine.allowed.contains(&counter))
    }

    /// Ends a run that was left early, because what was asked is refused: it must have been the beginning of one of
    /// the ways, as far as a product can tell.
    #[inline(never)]
    pub fn leave(self) -> Result<(), FlowFault> {
        self.compare(Deviation::Way, |counter| {
            self.routine.allowed.iter().any(|allowed| allowed.is_multiple_of(counter))
        })
        .map(drop)
    }

    /// The parts that have run so far, and how often each.
    pub fn factors(&self) -> impl Iterator<Item = (Part, u32)> {
        self.routine.factors(self.counter)
    }

    fn spoil(&mut self, deviation: Deviation) {
        self.spoiled = Some(self.spoiled.unwrap_or((deviation, self.counter)));
        self.counter = black_box(0);
    }

    fn compare(&self, deviation: Deviation, fits: impl Fn(u64) -> bool) -> Result<Passed, FlowFault> {
        let counter = black_box(self.counter);
        let routine = self.routine.number;
        match self.spoiled {
            Some((deviation, counter)) => Err(FlowFault { routine, deviation, counter }),
            None if counter != 0 && fits(counter) => Ok(Passed(())),
            None => Err(FlowFault { routine, deviation, counter }),
        }
    }
}

/// Evidence that a run came this far as its table says. It comes out of a gate or an end alone.
#[must_use = "what must not happen without it asks for it"]
#[derive(Debug, PartialEq, Eq)]
pub struct Passed(());

/// The counting variant: passes through a loop, or steps of a routine without branches.
#[must_use = "steps that nobody ends were not watched"]
#[derive(Debug)]
pub struct Steps {
    routine: &'static Routine,
    counter: u64,
    expected: u64,
}

impl Steps {
    /// Begins to count steps of this routine, of which there must be so many.
    pub fn begin(routine: &'static Routine, expected: u64) -> Steps {
        Steps { routine, counter: black_box(0), expected: black_box(expected) }
    }

    /// A step has run.
    #[inline(never)]
    pub fn step(&mut self) {
        // At the end of the range it stands still: no loop of this device comes near it.
        self.counter = black_box(black_box(self.counter).saturating_add(1));
    }

    /// Ends the count: it must be what was expected.
    #[inline(never)]
    pub fn end(self) -> Result<Passed, FlowFault> {
        let counter = black_box(self.counter);
        if counter == black_box(self.expected) && counter != u64::MAX {
            return Ok(Passed(()));
        }
        Err(FlowFault { routine: self.routine.number, deviation: Deviation::Steps, counter })
    }
}

/// A routine did not run as its table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowFault {
    /// The routine's number.
    pub routine: u8,
    /// In what it deviated.
    pub deviation: Deviation,
    /// The counter then: its factors say what had run; of steps, how many.
    pub counter: u64,
}

/// In what a run deviated from its routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deviation {
    /// The parts that ran are no way through the routine.
    Way,
    /// A gate was reached without what must have run before it, or with more.
    Gate,
    /// A part of another routine ran.
    Foreign,
    /// Parts ran so often that the counter overflowed.
    Overflow,
    /// A loop ran another number of times.
    Steps,
}

impl Deviation {
    /// Its number in the log, which stays the same from version to version.
    pub const fn code(self) -> u8 {
        match self {
            Deviation::Way => 1,
            Deviation::Gate => 2,
            Deviation::Foreign => 3,
            Deviation::Overflow => 4,
            Deviation::Steps => 5,
        }
    }

    /// What it says, as one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Deviation::Way => "the parts that ran are no way through the routine",
            Deviation::Gate => "the routine reached a gate without what must have run before it",
            Deviation::Foreign => "a part of another routine ran",
            Deviation::Overflow => "parts of the routine ran too often to be counted",
            Deviation::Steps => "a loop of the routine ran another number of times",
        }
    }
}

#[cfg(test)]
pub(crate) mod glitch {
    //! A disturbance that makes the processor skip a part of a routine, as a pulse on its supply would.

    extern crate std;

    use super::Part;
    use std::cell::Cell;
    use std::thread_local;

    thread_local! {
        static SKIPPED: Cell<u64> = const { Cell::new(0) };
    }

    /// Does this work while the part is skipped.
    pub fn skipping<T>(part: Part, work: impl FnOnce() -> T) -> T {
        SKIPPED.set(part.prime);
        let done = work();
        SKIPPED.set(0);
        done
    }

    pub(super) fn skips(part: Part) -> bool {
        SKIPPED.get() == part.prime
    }
}
