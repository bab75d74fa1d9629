//! What many changes are written down as: rows of one kind together, in one statement.
//!
//! What always holds: a page is put down whole or not at all; a customer's entries are numbered without a gap, and each
//! says the balance from then on.

use super::change::{json, service_name, status_number, suspect_since};
use super::{calls, money, rows};
use crate::account::Open;
use crate::audit::{Chain, Event, Head, Record, log};
use crate::books::{BooksFault, EntryKind, Folder, Page, Reading, Row};
use crate::deposits::CustomerReference;
use store::Transaction;
use store::many::{Statement, Value};
use terms::Serial;

const METER: Statement<12> = Statement {
    before: "UPDATE meter SET account = v.column2, dossier = v.column3, version = version + 1, status = v.column4, \
             suspect_ms = v.column5, service = v.column6, is_stopped = v.column7, contact_ms = v.column8, \
             r1_minor = v.column9, reactions = v.column10, audit_number = v.column11, audit_hash = v.column12 \
             FROM (VALUES ",
    after: ") AS v WHERE serial = v.column1",
};
const PAPERS: Statement<3> = Statement {
    before: "UPDATE meter_papers SET passport = v.column2, conditions = v.column3 FROM (VALUES ",
    after: ") AS v WHERE serial = v.column1",
};
const GRANT: Statement<6> = Statement {
    before: "INSERT INTO meter_grant (serial, number, amount_minor, r3_before_minor, closing, issued_ms, state, \
             refused_code) SELECT column1, column2, column3, column4, column5, column6, 'open', 0 FROM (VALUES ",
    after: ") AS v",
};
const GRANT_STATE: Statement<4> = Statement {
    before: "UPDATE meter_grant SET state = v.column3, settled_ms = v.column4 FROM (VALUES ",
    after: ") AS v WHERE serial = v.column1 AND number = v.column2",
};
const READING: Statement<8> = Statement {
    before: "INSERT INTO reading (serial, at_ms, commit_number, r1_minor, r2_minor, r3_minor, r4, r8) VALUES ",
    after: " ON CONFLICT DO NOTHING",
};

/// What changes are to be written down as.
#[derive(Default)]
pub(super) struct Ledger {
    meters: Vec<[Value; 12]>,
    papers: Vec<[Value; 3]>,
    grants: Vec<[Value; 6]>,
    grant_states: Vec<[Value; 4]>,
    readings: Vec<[Value; 8]>,
    calls: Vec<[Value; calls::WIDTH]>,
    entries: Vec<Entry>,
    records: Vec<Record>,
    /// What seldom happens is written row by row.
    others: Vec<Other>,
}

/// An entry of a customer's account, before it has a number.
pub(super) struct Entry {
    pub customer: CustomerReference,
    pub at_ms: i64,
    pub amount_minor: i64,
    pub kind: EntryKind,
    pub about: String,
}

/// A row of another kind, with what it is written with.
pub(super) struct Other {
    pub serial: Serial,
    pub who: String,
    pub at_ms: i64,
    pub row: Row,
    /// The meter's newest reaction, this one included.
    pub reactions: u64,
}

impl Ledger {
    /// Puts a page down, and its folder as the change left it, passport and conditions where they are new. Gives the customer's balance from then on.
    pub fn put(
        &mut self,
        mut folder: Folder,
        page: &Page,
        new_papers: bool,
        reactions: u64,
        audit: Head,
    ) -> Result<i64, BooksFault> {
        let mut sheet = Ledger::default();
        let mut events = Vec::new();
        let mut newest = reactions;
        for row in page.rows() {
            match row {
                Row::Event(event) => events.push(event.clone()),
                Row::Entry { amount_minor, kind, about } => {
                    let balance = &mut folder.customer.balance_minor;
                    *balance = balance.checked_add(*amount_minor).ok_or(BooksFault::Amount)?;
                    sheet.entry(&folder, page, *amount_minor, *kind, about);
                }
                row => sheet.row(&folder, page, row, &mut newest),
            }
        }
        if new_papers {
            sheet.papers.push([
                meter(folder.serial()),
                json(&folder.passport)?.into(),
                json(&folder.conditions)?.into(),
            ]);
        }
        sheet.meter(&folder, page, newest, audit, &events)?;
        self.take_over(sheet);
        Ok(folder.customer.balance_minor)
    }

    fn entry(&mut self, folder: &Folder, page: &Page, amount_minor: i64, kind: EntryKind, about: &str) {
        let (customer, at_ms) = (folder.customer.reference, page.at_ms);
        self.entries.push(Entry { customer, at_ms, amount_minor, kind, about: about.to_owned() });
    }

    fn row(&mut self, folder: &Folder, page: &Page, row: &Row, reactions: &mut u64) {
        let serial = folder.serial();
        match row {
            Row::Grant(open) => self.grants.push(grant(open)),
            Row::GrantState { number, state } => {
                let number = number.cast_signed();
                self.grant_states.push([meter(serial), number.into(), (*state).into(), page.at_ms.into()]);
            }
            Row::Reading(reading) => self.readings.push(self::reading(serial, reading)),
            Row::Call(note) => self.calls.push(calls::line(note)),
            row => {
                *reactions += u64::from(matches!(row, Row::Reaction(_)));
                self.others.push(Other {
                    serial,
                    who: page.who.clone(),
                    at_ms: page.at_ms,
                    row: row.clone(),
                    reactions: *reactions,
                });
            }
        }
    }

    fn meter(
        &mut self,
        folder: &Folder,
        page: &Page,
        reactions: u64,
        audit: Head,
        events: &[Event],
    ) -> Result<(), BooksFault> {
        let serial = folder.serial();
        self.records = log::extend(&Chain::Meter(serial), audit, page.at_ms, &page.who, events)?;
        let head = self.records.last().map_or(audit, Record::head);
        let state = folder.file.account.state();
        let r1 = state.seen.map_or(0, |seen| seen.registers.r1.minor());
        self.meters.push([
            meter(serial),
            json(state)?.into(),
            json(&folder.file.dossier)?.into(),
            status_number(folder.file.dossier.judged.status).into(),
            suspect_since(folder, page.at_ms).into(),
            service_name(&state.service).into(),
            i64::from(state.stopped).into(),
            state.contact_ms.into(),
            r1.cast_signed().into(),
            reactions.cast_signed().into(),
            head.number.cast_signed().into(),
            head.hash.to_string().into(),
        ]);
        Ok(())
    }

    fn take_over(&mut self, sheet: Ledger) {
        let Ledger { meters, papers, grants, grant_states, readings, calls, entries, records, others } =
            sheet;
        self.meters.extend(meters);
        self.papers.extend(papers);
        self.grants.extend(grants);
        self.grant_states.extend(grant_states);
        self.readings.extend(readings);
        self.calls.extend(calls);
        self.entries.extend(entries);
        self.records.extend(records);
        self.others.extend(others);
    }

    /// Writes everything.
    pub async fn write(self, transaction: &mut Transaction) -> Result<(), BooksFault> {
        money::enter_all(transaction, &self.entries).await?;
        GRANT.execute(transaction, &self.grants).await?;
        GRANT_STATE.execute(transaction, &self.grant_states).await?;
        READING.execute(transaction, &self.readings).await?;
        calls::NOTE.execute(transaction, &self.calls).await?;
        for other in &self.others {
            rows::write(transaction, other).await?;
        }
        log::write(transaction, &self.records).await?;
        PAPERS.execute(transaction, &self.papers).await?;
        METER.execute(transaction, &self.meters).await?;
        Ok(())
    }
}

fn meter(serial: Serial) -> Value {
    i64::from(serial.value()).into()
}

fn grant(open: &Open) -> [Value; 6] {
    let grant = open.grant;
    [
        meter(grant.serial),
        grant.number.cast_signed().into(),
        grant.amount_minor.into(),
        grant.r3_before.minor().cast_signed().into(),
        i64::from(grant.closing).into(),
        open.issued_ms.into(),
    ]
}

fn reading(serial: Serial, reading: &Reading) -> [Value; 8] {
    let registers = reading.registers;
    [
        meter(serial),
        reading.at_ms.into(),
        reading.commit.cast_signed().into(),
        registers.r1.minor().cast_signed().into(),
        registers.r2.minor().cast_signed().into(),
        registers.r3.minor().cast_signed().into(),
        registers.r4.cast_signed().into(),
        registers.r8.cast_signed().into(),
    ]
}
