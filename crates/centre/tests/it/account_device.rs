//! A device that takes credit and orders by the real rules, without the rest of a meter; and one customer.

use centre::account::{Effect, Plan, PlannedCredit};
use link::call::{Confirm, Work};
use link::{Block, ErrorCounts, ErrorKind, Grant, Judged, LastGrant, Order, Report, Task};
use terms::{Money, Registers, Serial};

pub fn serial() -> Serial {
    Serial::new(12_345_678).unwrap()
}

pub fn money(minor: u64) -> Money {
    Money::from_minor(minor)
}

pub fn work(text: &str) -> Work {
    text.try_into().unwrap()
}

/// What a device makes durable, as far as the account is concerned.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Device {
    pub registers: Registers,
    pub last: LastGrant,
    pub order: u64,
    pub usual: Money,
    pub commit: u64,
    pub is_withdrawn: bool,
    pub has_next_codeword: bool,
    /// The number on its seal.
    pub seal: u64,
    /// Number of the last inspection it carried out.
    pub inspection: u64,
    /// The key epoch in which it makes its numbers.
    pub epoch: u16,
    /// How often it was opened without authority.
    pub openings: u16,
    /// Refuses what this says, with code 99.
    pub refuses: Option<Refuses>,
}

/// What a device refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refuses {
    Grants,
    Orders,
}

impl Device {
    pub fn report(&self) -> Report {
        let mut report = Report {
            serial: serial(),
            seal: self.seal,
            commit: self.commit,
            faulted_at: 0,
            code: 0,
            registers: self.registers,
            grant: self.last.number,
            order: self.order,
            usual: self.usual,
            tenths: 0,
            has_next_codeword: self.has_next_codeword,
            blocks: Default::default(),
            errors: ErrorCounts::default(),
            findings: Default::default(),
            inspection: self.inspection,
            epoch: self.epoch,
        };
        (0..self.openings).for_each(|_| report.errors.count(ErrorKind::Openings));
        if self.is_withdrawn {
            report.code = Block::Withdrawn.code();
            report.blocks.push(Block::Withdrawn).unwrap();
        }
        report
    }

    /// Franks one piece of this postage.
    pub fn frank(&mut self, postage: u64) {
        let Registers { r1, r2, r4, r8, .. } = &mut self.registers;
        *r1 = r1.checked_sub(money(postage)).unwrap();
        *r2 = r2.checked_add(money(postage)).unwrap();
        *r4 += 1;
        *r8 += 1;
        self.commit += 1;
    }

    /// Takes a grant, by the rule that every device goes by.
    pub fn take_grant(&mut self, grant: &Grant) -> Result<(), u16> {
        match self.last.judge(grant, self.registers.r3) {
            Ok(Judged::Again) => return Ok(()),
            Ok(Judged::Take) if self.is_withdrawn => return Err(521),
            Ok(Judged::Take) if self.refuses == Some(Refuses::Grants) => return Err(99),
            Ok(Judged::Take) => {}
            Err(_) => return Err(203),
        }
        self.registers = grant.credited(self.registers).map_err(|_| 204_u16)?;
        self.last = LastGrant::of(grant);
        self.is_withdrawn |= grant.closing;
        self.commit += 1;
        Ok(())
    }

    pub fn carry_out(&mut self, order: &Order) -> Result<(), u16> {
        if order.number == self.order {
            return Ok(());
        }
        if order.number < self.order || self.is_withdrawn {
            return Err(202);
        }
        if self.refuses == Some(Refuses::Orders) {
            return Err(99);
        }
        self.order = order.number;
        self.has_next_codeword |= matches!(order.task, Task::NextCodeword { .. });
        self.commit += 1;
        Ok(())
    }

    pub fn agree(&mut self, amount: Money) {
        self.usual = amount;
        self.commit += 1;
    }

    /// Carries out a transaction as `link::call::DeviceCall` does.
    pub fn carry_out_all(&mut self, plan: &Plan) -> Confirm {
        if let Some(amount) = plan.agreed {
            self.agree(amount);
        }
        let credited = match plan.credit {
            PlannedCredit::None => Ok(()),
            PlannedCredit::Refill(grant) => {
                assert_eq!(grant.amount_minor, self.usual.minor() as i64, "the device knows the amount");
                self.take_grant(&grant)
            }
            PlannedCredit::Grant(grant) => self.take_grant(&grant),
        };
        let order_codes = plan.orders.iter().map(|order| self.carry_out(order).err().unwrap_or(0)).collect();
        Confirm { credit_code: credited.err().unwrap_or(0), order_codes, report: self.report() }
    }
}

/// A customer's account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Customer {
    pub funds: u64,
    pub debits: u64,
    pub credits: u64,
}

impl Customer {
    pub fn with(funds: u64) -> Customer {
        Customer { funds, ..Customer::default() }
    }

    pub fn book(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Debit(amount) => {
                    self.funds -= amount.minor();
                    self.debits += amount.minor();
                }
                Effect::Credit(amount) => {
                    self.funds += amount.minor();
                    self.credits += amount.minor();
                }
                _ => {}
            }
        }
    }
}
