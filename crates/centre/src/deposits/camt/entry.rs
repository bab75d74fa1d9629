//! One entry of a statement: what its elements say, and which payments it is.

use crate::deposits::{
    Assignment, Currency, CustomerReference, DepositFault, Payment, Problem, ReferenceFault, Unclear,
    bank_reference, day, kept,
};
use terms::{Date, Money};

/// The most text of one payment's remittance, in bytes.
const MAX_REMITTANCE_BYTES: usize = 16 * 1024;

/// What an element said, if it was there; a fault counts only where the element does.
type Told<T> = Option<Result<T, DepositFault>>;

/// What an element says.
pub(super) struct Element<'a> {
    /// Its path below the entry or payment.
    pub place: &'a str,
    pub text: &'a str,
    /// Its attribute `Ccy`.
    pub named_currency: Option<&'a str>,
    pub line: u64,
}

impl Element<'_> {
    fn told<T>(&self, value: Result<T, Problem>) -> Told<T> {
        Some(value.map_err(|problem| DepositFault { line: self.line, problem }))
    }

    fn amount(&self, currency: Currency) -> Told<Money> {
        if self.named_currency != Some(currency.code()) {
            return self.told(Err(Problem::Currency(currency)));
        }
        self.told(currency.decimal(self.text).map_err(Problem::from))
    }
}

/// An entry as far as it is read.
#[derive(Default)]
pub(super) struct Entry {
    pub line: u64,
    amount: Told<Money>,
    is_credit: Option<bool>,
    is_reversal: bool,
    status: String,
    booked_on: Told<Date>,
    pub reference: String,
    info: String,
    pub details: Vec<Details>,
}

/// One payment of an entry.
#[derive(Default)]
pub(super) struct Details {
    line: u64,
    amount: Told<Money>,
    /// The amount as it was ordered: used only where payments booked together have no other.
    ordered: Told<Money>,
    is_debit: bool,
    payer: String,
    structured: String,
    unstructured: String,
}

impl Entry {
    pub fn at(line: u64) -> Entry {
        Entry { line, ..Entry::default() }
    }

    pub fn take(&mut self, element: &Element, currency: Currency) {
        let text = element.text;
        match element.place {
            "/Amt" => self.amount = element.amount(currency),
            "/CdtDbtInd" => self.is_credit = credit(text),
            "/RvslInd" => self.is_reversal = matches!(text, "true" | "1"),
            // Version 02 has the word itself here, version 08 one element further.
            "/Sts" if !text.is_empty() => self.status = text.to_owned(),
            "/Sts/Cd" => self.status = text.to_owned(),
            // A time of day behind the day says nothing more about the day of booking.
            "/BookgDt/Dt" => self.booked_on = element.told(day(text)),
            "/BookgDt/DtTm" => {
                self.booked_on = element.told(text.get(..10).map_or(Err(Problem::Date), day));
            }
            "/AcctSvcrRef" => text.clone_into(&mut self.reference),
            "/AddtlNtryInf" => add(&mut self.info, text),
            _ => {}
        }
    }

    /// Whether it is a credit that is booked and stays. What does not say so plainly is a fault.
    pub fn is_deposit(&self) -> Result<bool, Problem> {
        let is_credit = self.is_credit.ok_or(Problem::Missing("sign (CdtDbtInd)"))?;
        let is_booked = match self.status.as_str() {
            "BOOK" => true,
            "PDNG" | "INFO" | "FUTR" => false,
            _ => return Err(Problem::Missing("status (Sts)")),
        };
        Ok(is_credit && is_booked && !self.is_reversal)
    }

    /// The payments that were booked together, or the entry itself as the one.
    pub fn payments(mut self, name: &str) -> Result<Vec<(Assignment, Payment)>, DepositFault> {
        let fault = |problem| DepositFault { line: self.line, problem };
        let whole = self.amount.take().unwrap_or(Err(fault(Problem::Missing("amount (Amt)"))))?;
        let missing_day = fault(Problem::Missing("day of booking (BookgDt)"));
        let booked_on = self.booked_on.take().unwrap_or(Err(missing_day))?;
        let Some(amounts) = self.amounts(whole)? else {
            let part = Details::at(self.line);
            let payment = part.payment(whole, booked_on, name, &self.info)?;
            return Ok(vec![(Err(Unclear::Parts), payment)]);
        };
        if self.details.is_empty() {
            self.details.push(Details::at(self.line));
        }
        let is_only_one = self.details.len() == 1;
        // What the bank says of payments booked together names none of them.
        let info = if is_only_one { self.info.as_str() } else { "" };
        let mut payments = Vec::with_capacity(self.details.len());
        for (index, (part, amount)) in self.details.iter().zip(amounts).enumerate() {
            let of_part = if is_only_one { name.to_owned() } else { format!("{name} {}", index + 1) };
            let customer = part.customer(info).map_err(Unclear::from);
            payments.push((customer, part.payment(amount, booked_on, &of_part, info)?));
        }
        Ok(payments)
    }

    /// The amounts of the payments booked together; none where they do not add up to the whole, as when the bank kept
    /// charges back.
    fn amounts(&mut self, whole: Money) -> Result<Option<Vec<Money>>, DepositFault> {
        if self.details.iter().any(|part| part.is_debit) {
            return Ok(None);
        }
        if self.details.is_empty() {
            return Ok(Some(vec![whole]));
        }
        let is_only_one = self.details.len() == 1;
        let mut amounts = Vec::with_capacity(self.details.len());
        for part in &mut self.details {
            match (part.amount.take(), part.ordered.take()) {
                (Some(amount), _) => amounts.push(amount?),
                (None, _) if is_only_one => amounts.push(whole),
                (None, Some(ordered)) => amounts.push(ordered?),
                (None, None) => return Ok(None),
            }
        }
        let sum = amounts.iter().try_fold(Money::ZERO, |sum, amount| sum.checked_add(*amount));
        Ok((sum == Some(whole)).then_some(amounts))
    }
}

impl Details {
    pub fn at(line: u64) -> Details {
        Details { line, ..Details::default() }
    }

    pub fn take(&mut self, element: &Element, currency: Currency) {
        let text = element.text;
        match element.place {
            "/Amt" => self.amount = element.amount(currency),
            // Version 02 may give it here alone.
            "/AmtDtls/TxAmt/Amt" => self.ordered = element.amount(currency),
            "/CdtDbtInd" => self.is_debit = credit(text) != Some(true),
            "/RltdPties/Dbtr/Nm" | "/RltdPties/Dbtr/Pty/Nm" => self.payer = kept(text),
            "/RmtInf/Strd/CdtrRefInf/Ref" => add(&mut self.structured, text),
            "/RmtInf/Ustrd" => self.add_unstructured(text),
            _ => {}
        }
    }

    /// Lines of free text belong together without a blank: a number may be broken over two of them.
    fn add_unstructured(&mut self, text: &str) {
        if self.unstructured.len() + text.len() <= MAX_REMITTANCE_BYTES {
            self.unstructured.push_str(text);
        }
    }

    fn payment(
        &self,
        amount: Money,
        booked_on: Date,
        name: &str,
        info: &str,
    ) -> Result<Payment, DepositFault> {
        let line = self.line;
        let bank_reference = bank_reference(name).map_err(|problem| DepositFault { line, problem })?;
        let remittance = [&self.structured, &self.unstructured, info].map(str::trim).join(" ");
        let (payer, remittance) = (self.payer.clone(), kept(&remittance));
        Ok(Payment { line, amount, booked_on, bank_reference, payer, remittance })
    }

    /// Whom the payer named: in the field for it, or in free text. Both must not name two.
    fn customer(&self, info: &str) -> Result<CustomerReference, ReferenceFault> {
        let named = [&self.structured, &self.unstructured, info].map(CustomerReference::find);
        let mut found: Result<CustomerReference, ReferenceFault> = Err(ReferenceFault::None);
        for name in named {
            found = match (found, name) {
                (Ok(one), Ok(other)) if one != other => return Err(ReferenceFault::Several),
                (_, Err(ReferenceFault::Several)) => return Err(ReferenceFault::Several),
                (Ok(one), _) => Ok(one),
                (Err(_), Ok(one)) => Ok(one),
                (Err(ReferenceFault::None), Err(fault)) => Err(fault),
                (Err(fault), Err(_)) => Err(fault),
            };
        }
        found
    }
}

fn add(to: &mut String, text: &str) {
    if to.len() + text.len() < MAX_REMITTANCE_BYTES {
        to.push(' ');
        to.push_str(text);
    }
}

fn credit(text: &str) -> Option<bool> {
    match text {
        "CRDT" => Some(true),
        "DBIT" => Some(false),
        _ => None,
    }
}
