//! The debits: computed once for the plan, and again, the same, from what is durable.
//!
//! What always holds: a [`Debit`] comes out of [`Ledger::debits`] alone, and what the ledger holds came out of a
//! commit. So whoever has a `Debit` has the evidence that it was paid for and will not be forgotten.

use crate::error::Error;
use crate::memory::{Durable, DurableState};
use crate::request::Request;
use crate::state::{Basis, NO_QUANTITY, NO_READING, State};
use imprint::numbers::{Counts, RequestId, physical_quantity};
use terms::{Money, Registers};

/// One imprint's debit, computed but not yet durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Charge {
    pub request: Request,
    /// What the device counts after this imprint.
    pub counts: Counts,
    /// What held for the whole franking.
    pub basis: Basis,
}

/// An authorised debit: one that is durable.
pub(crate) struct Debit(Charge);

impl Debit {
    pub fn charge(&self) -> &Charge {
        &self.0
    }
}

/// Computes the debits of one franking one after the other.
pub(crate) struct Charges {
    basis: Basis,
    registers: Registers,
    tenths: u64,
    quantity: u64,
}

impl Charges {
    pub fn new(basis: Basis) -> Charges {
        Charges { basis, registers: basis.registers, tenths: basis.tenths, quantity: basis.quantity }
    }

    /// The debit of the next imprint.
    pub fn charge(&mut self, request: &Request) -> Result<Charge, Error> {
        let available = self.registers.r1;
        let registers = charged(self.registers, request.postage);
        let registers = registers.ok_or(match available.checked_sub(request.postage) {
            None => Error::CreditTooLow { available },
            Some(_) => Error::CounterFull,
        })?;
        let quantity = self.next_quantity(registers.r8)?;
        let counts = Counts {
            registers,
            r2_at_refill: self.basis.refill.r2,
            r8_at_refill: self.basis.refill.r8,
            time_tenths: self.tenths,
            time_at_refill_tenths: self.basis.refill.tenths,
            physical: quantity,
        };
        self.registers = registers;
        self.quantity = quantity;
        self.tenths = self.tenths.checked_add(1).ok_or(Error::CounterFull)?;
        Ok(Charge { request: *request, counts, basis: self.basis })
    }

    fn next_quantity(&self, pieces: u64) -> Result<u64, Error> {
        if self.basis.reading == NO_READING {
            return Ok(self.quantity);
        }
        let last = if self.quantity == NO_QUANTITY { None } else { Some(self.quantity) };
        let reading = u16::try_from(self.basis.reading).map_err(|_| Error::NoGauge)?;
        physical_quantity(last, reading, pieces).ok_or(Error::NoGauge)
    }
}

/// The registers after one imprint, or `None` where R1 does not suffice or a register is full.
fn charged(registers: Registers, postage: Money) -> Option<Registers> {
    let valued = u64::from(!postage.is_zero());
    Some(Registers {
        r1: registers.r1.checked_sub(postage)?,
        r2: registers.r2.checked_add(postage)?,
        r3: registers.r3,
        r4: registers.r4.checked_add(valued)?,
        r8: registers.r8.checked_add(1)?,
    })
}

/// The registers after these imprints.
pub(crate) fn registers_after(before: Registers, requests: &[Request]) -> Option<Registers> {
    requests.iter().try_fold(before, |registers, request| charged(registers, request.postage))
}

/// What is durable: the state, and the debits of the last franking with an index by request id.
pub(crate) struct Ledger<const BATCH: usize> {
    state: State,
    commit: u64,
    debits: [Request; BATCH],
    count: usize,
    order: Order<BATCH>,
}

impl<const BATCH: usize> Ledger<BATCH> {
    /// The ledger of what a commit made durable.
    pub fn new(durable: Durable<'_>) -> Ledger<BATCH> {
        let state = *durable.state();
        let debits = [Request::NONE; BATCH];
        let mut ledger = Ledger { state, commit: 0, debits, count: 0, order: Order::new() };
        let mut order = Order::new();
        order.sort(durable.debits());
        ledger.adopt_franking(durable, &mut order);
        ledger
    }

    /// Takes over a franking that is durable, and the order of its ids.
    pub fn adopt_franking(&mut self, durable: Durable<'_>, order: &mut Order<BATCH>) {
        core::mem::swap(&mut self.order, order);
        let debits = durable.debits();
        self.count = debits.len();
        self.debits.iter_mut().zip(debits).for_each(|(place, request)| *place = *request);
        self.adopt_state(durable.into_state());
    }

    /// Takes over a state that is durable together with the debits the ledger has.
    pub fn adopt_state(&mut self, durable: DurableState) {
        (self.state, self.commit) = durable.into_parts();
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// Number of the newest commit.
    pub fn commit(&self) -> u64 {
        self.commit
    }

    /// The requests of the last franking.
    pub fn requests(&self) -> &[Request] {
        self.debits.get(..self.count).unwrap_or_default()
    }

    /// The place of a request in the last franking.
    pub fn find(&self, id: RequestId) -> Option<usize> {
        self.order.find(self.requests(), id)
    }

    /// The authorised debits of the last franking. Nothing else yields a [`Debit`].
    pub fn debits(&self) -> impl Iterator<Item = Debit> + '_ {
        let mut charges = Charges::new(self.state.basis);
        self.requests().iter().map_while(move |request| charges.charge(request).ok().map(Debit))
    }
}

/// Places of requests, sorted by their ids.
pub(crate) struct Order<const BATCH: usize> {
    places: [u16; BATCH],
    count: usize,
}

impl<const BATCH: usize> Order<BATCH> {
    /// The order of nothing.
    pub fn new() -> Order<BATCH> {
        const { assert!(BATCH <= u16::MAX as usize) };
        Order { places: [0; BATCH], count: 0 }
    }

    /// Sorts these requests, and gives an id that occurs twice, if there is one.
    pub fn sort(&mut self, requests: &[Request]) -> Option<RequestId> {
        self.count = requests.len().min(BATCH);
        let places = self.places.get_mut(..self.count).unwrap_or_default();
        places.iter_mut().zip(0..).for_each(|(place, index)| *place = index);
        places.sort_unstable_by_key(|place| id_at(requests, *place));
        let mut ids = places.iter().filter_map(|place| id_at(requests, *place));
        let mut last = ids.next()?;
        ids.find(|id| core::mem::replace(&mut last, *id) == *id)
    }

    fn find(&self, requests: &[Request], id: RequestId) -> Option<usize> {
        let places = self.places.get(..self.count)?;
        let found = places.binary_search_by_key(&Some(id), |place| id_at(requests, *place)).ok()?;
        places.get(found).map(|place| usize::from(*place))
    }
}

fn id_at(requests: &[Request], place: u16) -> Option<RequestId> {
    requests.get(usize::from(place)).map(|request| request.id)
}
