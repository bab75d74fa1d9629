//! Books in memory, for simulations: the same promises as the books in a database, until the process ends.

use super::customer::{NAME_BYTES_MAX, line, signed};
use super::{
    Books, BooksFault, CallBack, CallBackEnd, CallNote, Caller, Customer, CustomerChange, Entry, EntryKind,
    Folder, NewMeter, Page, Row,
};
use crate::account::Account;
use crate::deposits::{CustomerReference, Payment};
use crate::dossier::{Dossier, MeterFile};
use crate::keys::KeyName;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use terms::equations::Status;
use terms::{Money, Serial};

/// How many calls of strangers are kept.
const STRANGERS_MAX: usize = 1_000;

/// Books in memory.
#[derive(Debug, Default)]
pub struct MemoryBooks {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    customers: BTreeMap<CustomerReference, (Customer, Vec<Entry>)>,
    meters: BTreeMap<Serial, Stored>,
    deposits: BTreeSet<String>,
    strangers: Vec<CallNote>,
    call_backs: Vec<Waiting>,
}

#[derive(Debug)]
struct Stored {
    folder: Folder,
    link_key: String,
    pages: Vec<Page>,
}

#[derive(Debug)]
struct Waiting {
    call_back: CallBack,
    due_ms: Option<i64>,
    ended: Option<CallBackEnd>,
}

impl MemoryBooks {
    /// Books without customers and meters.
    pub fn new() -> MemoryBooks {
        MemoryBooks::default()
    }

    /// What moved a customer's balance.
    pub fn entries(&self, customer: CustomerReference) -> Vec<Entry> {
        self.hold().customers.get(&customer).map(|(_, entries)| entries.clone()).unwrap_or_default()
    }

    /// The pages of a meter, the oldest first.
    pub fn pages(&self, serial: Serial) -> Vec<Page> {
        self.hold().meters.get(&serial).map(|stored| stored.pages.clone()).unwrap_or_default()
    }

    /// What became of a meter's call-backs.
    pub fn call_backs(&self, serial: Serial) -> Vec<Option<CallBackEnd>> {
        let inner = self.hold();
        let of_meter = inner.call_backs.iter().filter(|waiting| waiting.call_back.serial == serial);
        of_meter.map(|waiting| waiting.ended).collect()
    }

    /// A panic elsewhere leaves whole pages: a page is taken over at its end.
    fn hold(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn customer(&mut self, reference: CustomerReference) -> Result<&mut (Customer, Vec<Entry>), BooksFault> {
        self.customers.get_mut(&reference).ok_or(BooksFault::NoCustomer(reference))
    }

    fn folder(&self, serial: Serial) -> Result<Folder, BooksFault> {
        let stored = self.meters.get(&serial).ok_or(BooksFault::NoMeter(serial))?;
        let reference = stored.folder.customer.reference;
        let (customer, _) = self.customers.get(&reference).ok_or(BooksFault::NoCustomer(reference))?;
        Ok(Folder { customer: customer.clone(), ..stored.folder.clone() })
    }

    fn enter(
        &mut self,
        reference: CustomerReference,
        amount_minor: i64,
        kind: EntryKind,
        about: &str,
        at_ms: i64,
    ) -> Result<(), BooksFault> {
        let (customer, entries) = self.customer(reference)?;
        customer.balance_minor =
            customer.balance_minor.checked_add(amount_minor).ok_or(BooksFault::Amount)?;
        entries.push(Entry {
            number: entries.len() as u64 + 1,
            at_ms,
            amount_minor,
            balance_minor: customer.balance_minor,
            kind,
            about: about.to_owned(),
        });
        Ok(())
    }

    /// Takes a folder and its page over.
    fn keep(&mut self, mut folder: Folder, page: Page) -> Result<(), BooksFault> {
        let serial = folder.serial();
        for row in page.rows() {
            match row {
                Row::Entry { amount_minor, kind, about } => {
                    self.enter(folder.customer.reference, *amount_minor, *kind, about, page.at_ms)?;
                }
                Row::CallBack { request, number, .. } => {
                    let call_back =
                        CallBack { serial, request: *request, number: number.clone(), attempts: 0 };
                    self.call_backs.push(Waiting { call_back, due_ms: Some(page.at_ms), ended: None });
                }
                _ => {}
            }
        }
        let is_suspect = folder.file.dossier.judged.status > Status::Okay;
        folder.suspect_ms = is_suspect.then(|| folder.suspect_ms.unwrap_or(page.at_ms));
        folder.version += 1;
        let stored = self.meters.get_mut(&serial).ok_or(BooksFault::NoMeter(serial))?;
        stored.folder = folder;
        stored.pages.push(page);
        Ok(())
    }
}

impl Books for MemoryBooks {
    async fn caller(&self, pan: u32) -> Result<Option<Caller>, BooksFault> {
        let inner = self.hold();
        let found = inner.meters.iter().find(|(_, stored)| stored.folder.pan == pan);
        Ok(found.map(|(serial, stored)| Caller { serial: *serial, link_key: stored.link_key.clone() }))
    }

    async fn change<T, E>(
        &self,
        serial: Serial,
        mut page: Page,
        change: impl Fn(&mut Folder, &mut Page) -> Result<T, E> + Send + Sync,
    ) -> Result<Result<T, E>, BooksFault>
    where
        T: Send,
        E: Send,
    {
        let mut inner = self.hold();
        let mut folder = inner.folder(serial)?;
        match change(&mut folder, &mut page) {
            Ok(made) => {
                inner.keep(folder, page)?;
                Ok(Ok(made))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }

    async fn folder(&self, serial: Serial) -> Result<Folder, BooksFault> {
        self.hold().folder(serial)
    }

    async fn enrol(&self, meter: &NewMeter, page: Page) -> Result<(), BooksFault> {
        let mut inner = self.hold();
        let is_taken = inner.meters.values().any(|stored| stored.folder.pan == meter.pan);
        if is_taken || inner.meters.contains_key(&meter.serial) {
            return Err(BooksFault::MeterExists(meter.serial));
        }
        let folder = Folder {
            pan: meter.pan,
            passport: meter.passport.clone(),
            conditions: meter.conditions.clone(),
            file: MeterFile {
                account: Account::new(meter.serial),
                dossier: Dossier::new(meter.passport.value_min),
            },
            customer: inner.customer(meter.customer)?.0.clone(),
            version: 1,
            suspect_ms: None,
        };
        let link_key = meter.keys.iter().find(|key| key.name == KeyName::Link(meter.serial));
        let link_key = link_key.map(|key| key.wrapped.to_string()).unwrap_or_default();
        inner.meters.insert(meter.serial, Stored { folder, link_key, pages: vec![page] });
        Ok(())
    }

    async fn add_customer(
        &self,
        name: &str,
        limit: Money,
        _by: &str,
        now_ms: i64,
    ) -> Result<CustomerReference, BooksFault> {
        let name = line("a customer's name", name, NAME_BYTES_MAX)?;
        signed(limit)?;
        let mut inner = self.hold();
        let reference = CustomerReference::new(inner.customers.len() as u64 + 1).ok_or(BooksFault::Amount)?;
        let customer =
            Customer { reference, name, balance_minor: 0, limit, is_active: true, since_ms: now_ms };
        inner.customers.insert(reference, (customer, Vec::new()));
        Ok(reference)
    }

    async fn change_customer(
        &self,
        customer: CustomerReference,
        change: &CustomerChange,
        _by: &str,
        _now_ms: i64,
    ) -> Result<(), BooksFault> {
        let name = line("a customer's name", &change.name, NAME_BYTES_MAX)?;
        signed(change.limit)?;
        let mut inner = self.hold();
        let (customer, _) = inner.customer(customer)?;
        (customer.name, customer.limit, customer.is_active) = (name, change.limit, change.is_active);
        Ok(())
    }

    async fn customer(&self, customer: CustomerReference) -> Result<Customer, BooksFault> {
        Ok(self.hold().customer(customer)?.0.clone())
    }

    async fn deposit(
        &self,
        customer: Result<CustomerReference, String>,
        payment: &Payment,
        _by: &str,
        now_ms: i64,
    ) -> Result<bool, BooksFault> {
        let amount_minor = signed(payment.amount)?;
        let mut inner = self.hold();
        if inner.deposits.contains(&payment.bank_reference) {
            return Ok(false);
        }
        if let Ok(reference) = customer {
            inner.enter(reference, amount_minor, EntryKind::Deposit, &payment.bank_reference, now_ms)?;
        }
        inner.deposits.insert(payment.bank_reference.clone());
        Ok(true)
    }

    async fn note_stranger(&self, note: &CallNote) -> Result<(), BooksFault> {
        let mut inner = self.hold();
        inner.strangers.push(note.clone());
        let surplus = inner.strangers.len().saturating_sub(STRANGERS_MAX);
        inner.strangers.drain(..surplus);
        Ok(())
    }

    async fn take_call_back(&self, now_ms: i64, for_ms: i64) -> Result<Option<CallBack>, BooksFault> {
        let mut inner = self.hold();
        let due = inner.call_backs.iter_mut().find(|waiting| waiting.due_ms.is_some_and(|due| due <= now_ms));
        Ok(due.map(|waiting| {
            let taken = waiting.call_back.clone();
            waiting.due_ms = Some(now_ms.saturating_add(for_ms));
            waiting.call_back.attempts += 1;
            taken
        }))
    }

    async fn settle_call_back(
        &self,
        call_back: &CallBack,
        ended: CallBackEnd,
        again_ms: Option<i64>,
    ) -> Result<(), BooksFault> {
        let mut inner = self.hold();
        let mut all = inner.call_backs.iter_mut();
        if let Some(waiting) = all.find(|waiting| waiting.call_back.request == call_back.request) {
            waiting.due_ms = again_ms;
            waiting.ended = again_ms.is_none().then_some(ended);
        }
        Ok(())
    }
}
