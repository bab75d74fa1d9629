//! Deposits: by hand, from tables and from statements of account.

use super::{Office, OfficeFault};
use crate::books::{Books, BooksFault};
use crate::deposits::{CustomerReference, Deposits, Payment, Unclear};
use serde::Serialize;

/// What booking a file came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Booked {
    /// Payments booked for their customers.
    pub booked: u64,
    /// Payments that were in the books already.
    pub known: u64,
    /// Payments that wait for a person to say whose they are.
    pub unclear: u64,
    /// Entries of the file that are no deposits.
    pub passed_over: u64,
}

impl Office {
    /// Books one payment by hand. Says whether it was new.
    pub async fn deposit(
        &self,
        customer: CustomerReference,
        payment: &Payment,
        by: &str,
        now_ms: i64,
    ) -> Result<bool, OfficeFault> {
        if payment.amount.is_zero() {
            return Err(OfficeFault::Request("a deposit is more than zero".to_owned()));
        }
        let fits =
            |text: &str| text.len() <= crate::deposits::MAX_TEXT_BYTES && !text.chars().any(char::is_control);
        if payment.bank_reference.is_empty() || !fits(&payment.bank_reference) {
            return Err(BooksFault::Text("the bank's reference", crate::deposits::MAX_TEXT_BYTES).into());
        }
        if !fits(&payment.payer) || !fits(&payment.remittance) {
            return Err(BooksFault::Text("the payer", crate::deposits::MAX_TEXT_BYTES).into());
        }
        Ok(self.books.deposit(Ok(customer), payment, by, now_ms).await?)
    }

    /// Books what a file says. What was booked before is passed over, so a file may be read again after a cut. A payment
    /// of somebody who is no customer waits for a person, as one that names nobody does.
    pub async fn book(&self, deposits: &Deposits, by: &str, now_ms: i64) -> Result<Booked, OfficeFault> {
        let mut booked = Booked { passed_over: deposits.passed_over, ..Booked::default() };
        for order in &deposits.orders {
            match self.books.deposit(Ok(order.customer), &order.payment, by, now_ms).await {
                Ok(true) => booked.booked += 1,
                Ok(false) => booked.known += 1,
                Err(BooksFault::NoCustomer(customer)) => {
                    let why = format!("no customer has the reference {customer}");
                    self.keep_unclear(why, &order.payment, by, now_ms, &mut booked).await?;
                }
                Err(fault) => return Err(fault.into()),
            }
        }
        for unclear in &deposits.unclear {
            let why: &Unclear = &unclear.why;
            self.keep_unclear(why.to_string(), &unclear.payment, by, now_ms, &mut booked).await?;
        }
        Ok(booked)
    }

    async fn keep_unclear(
        &self,
        why: String,
        payment: &Payment,
        by: &str,
        now_ms: i64,
        booked: &mut Booked,
    ) -> Result<(), OfficeFault> {
        match self.books.deposit(Err(why), payment, by, now_ms).await? {
            true => booked.unclear += 1,
            false => booked.known += 1,
        }
        Ok(())
    }

    /// Says whose a payment is that named nobody.
    pub async fn assign_deposit(
        &self,
        bank_reference: &str,
        customer: CustomerReference,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        Ok(self.books.assign_deposit(bank_reference, customer, by, now_ms).await?)
    }

    /// Takes a deposit back that was booked wrongly or that the bank took back.
    pub async fn reverse_deposit(
        &self,
        bank_reference: &str,
        reason: &str,
        by: &str,
        now_ms: i64,
    ) -> Result<(), OfficeFault> {
        Ok(self.books.reverse_deposit(bank_reference, reason, by, now_ms).await?)
    }
}
