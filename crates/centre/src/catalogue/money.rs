//! Customers, what moved their balances, and deposits.

use super::section::Place;
use super::select::{Columns, Select, within};
use super::{Catalogue, Listed, Section, written};
use crate::books::BooksFault;
use crate::deposits::CustomerReference;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use utoipa::ToSchema;

/// A customer in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CustomerRow {
    /// By what he is known.
    #[serde(serialize_with = "written::customer")]
    #[schema(value_type = String, example = "RF54000000001234")]
    pub reference: CustomerReference,
    /// His name.
    pub name: String,
    /// What is on his account; less than zero where he has used his limit.
    pub balance_minor: i64,
    /// How far below zero it may fall.
    pub limit_minor: u64,
    /// Whether his meters get credit.
    pub is_active: bool,
    /// Since when he is in the books.
    pub since_ms: i64,
    /// How many meters he has.
    pub meters: u64,
}

/// What moved a balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct EntryRow {
    /// Its number in the account.
    pub number: u64,
    /// When.
    pub at_ms: i64,
    /// By how much; less than zero where the customer paid.
    pub amount_minor: i64,
    /// The balance from then on.
    pub balance_minor: i64,
    /// `deposit`, `reversal`, `refill`, `refund`, `spoiled`
    pub kind: String,
    /// The bank's reference, meter and grant, or meter and claim.
    pub about: String,
}

/// What a bank has booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct DepositRow {
    /// What the bank calls it: the same again is the same payment.
    pub bank_reference: String,
    /// Whose it is; nobody's while a person has to say so.
    #[serde(serialize_with = "written::maybe_customer")]
    #[schema(value_type = Option<String>, example = "RF54000000001234")]
    pub customer: Option<CustomerReference>,
    /// How much.
    pub amount_minor: u64,
    /// The day the bank booked it, `YYYY-MM-DD`.
    pub booked_on: String,
    /// Who paid, as the bank says.
    pub payer: String,
    /// What the payer wrote.
    pub remittance: String,
    /// Why it is nobody's.
    pub unclear: Option<String>,
    /// When it was put into the books.
    pub at_ms: i64,
    /// Who did that.
    pub by: String,
    /// When it was taken back.
    pub reversed_ms: Option<i64>,
}

/// Which deposits are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhichDeposits {
    /// All.
    #[default]
    All,
    /// Those of which a person must say whose they are.
    Unclear,
    /// Those that were taken back.
    Reversed,
}

/// References have the same length, and what stands behind the check digits orders them by number.
const BY_NUMBER: &str = "SUBSTR(reference, 6)";

const DEPOSITS: &str = "SELECT bank_reference, customer, amount_minor, booked_on, payer, remittance, unclear, at_ms, \
                        by_whom, reversed_ms FROM deposit";

impl Catalogue {
    /// Customers by their numbers; those with this text in their name or reference, where one is given.
    pub async fn customers(
        &self,
        text: Option<&str>,
        section: &Section,
    ) -> Result<Listed<CustomerRow>, BooksFault> {
        let mut select = Select::default();
        if let Some(text) = text {
            select.text(
                "LOWER(name || ' ' || reference || ' ' || REPLACE(reference, ' ', '')) LIKE ? ESCAPE '!'",
                within(text),
            );
        }
        if let Some(after) = &section.after {
            select.text("SUBSTR(reference, 6) > ?", after.text.clone());
        }
        let tail = format!("ORDER BY {BY_NUMBER} LIMIT ?");
        let rows = select.rows(self.pool(), CUSTOMERS, &tail, section.rows()).await?;
        let mut placed = Vec::with_capacity(rows.len());
        for row in &rows {
            let customer = self.with_meters(customer_in(row)?).await?;
            let text = customer.reference.to_string().get(5..).unwrap_or_default().to_owned();
            placed.push((Place { number: 0, text }, customer));
        }
        Ok(section.of(placed))
    }

    /// A customer.
    pub async fn customer(&self, customer: CustomerReference) -> Result<CustomerRow, BooksFault> {
        let mut select = Select::default();
        select.text("reference = ?", customer.to_string());
        let rows = select.rows(self.pool(), CUSTOMERS, "LIMIT ?", 1).await?;
        let row = rows.first().ok_or(BooksFault::NoCustomer(customer))?;
        self.with_meters(customer_in(row)?).await
    }

    async fn with_meters(&self, customer: CustomerRow) -> Result<CustomerRow, BooksFault> {
        let select = sqlx::query("SELECT COUNT(*) FROM meter WHERE customer = $1");
        let row = select.bind(customer.reference.to_string()).fetch_one(self.pool()).await?;
        Ok(CustomerRow { meters: Columns::of(&row).number()?, ..customer })
    }

    /// What moved a customer's balance, the newest first.
    pub async fn entries(
        &self,
        customer: CustomerReference,
        section: &Section,
    ) -> Result<Listed<EntryRow>, BooksFault> {
        let mut select = Select::default();
        select.text("customer = ?", customer.to_string());
        if let Some(after) = &section.after {
            select.number("number < ?", after.number);
        }
        let head = "SELECT number, at_ms, amount_minor, balance_minor, kind, about FROM entry";
        let rows = select.rows(self.pool(), head, "ORDER BY number DESC LIMIT ?", section.rows()).await?;
        let placed = rows.iter().map(|row| {
            let columns = &mut Columns::of(row);
            let entry = EntryRow {
                number: columns.number()?,
                at_ms: columns.take()?,
                amount_minor: columns.take()?,
                balance_minor: columns.take()?,
                kind: columns.take()?,
                about: columns.take()?,
            };
            Ok((Place::of(entry.number.cast_signed()), entry))
        });
        Ok(section.of(placed.collect::<Result<_, BooksFault>>()?))
    }

    /// Deposits, the newest first; those of one customer, where he is named.
    pub async fn deposits(
        &self,
        which: WhichDeposits,
        customer: Option<CustomerReference>,
        section: &Section,
    ) -> Result<Listed<DepositRow>, BooksFault> {
        let mut select = Select::default();
        match which {
            WhichDeposits::All => {}
            WhichDeposits::Unclear => {
                select.only("customer IS NULL");
            }
            WhichDeposits::Reversed => {
                select.only("reversed_ms IS NOT NULL");
            }
        }
        if let Some(customer) = customer {
            select.text("customer = ?", customer.to_string());
        }
        if let Some(Place { number, text }) = &section.after {
            select.pair("(at_ms, bank_reference) <", *number, text);
        }
        let tail = "ORDER BY at_ms DESC, bank_reference DESC LIMIT ?";
        let rows = select.rows(self.pool(), DEPOSITS, tail, section.rows()).await?;
        let placed = rows.iter().map(|row| {
            let deposit = deposit_in(row)?;
            Ok((Place { number: deposit.at_ms, text: deposit.bank_reference.clone() }, deposit))
        });
        Ok(section.of(placed.collect::<Result<_, BooksFault>>()?))
    }

    /// The deposit that the bank calls so, if there is one.
    pub async fn deposit(&self, bank_reference: &str) -> Result<Option<DepositRow>, BooksFault> {
        let mut select = Select::default();
        select.text("bank_reference = ?", bank_reference);
        let rows = select.rows(self.pool(), DEPOSITS, "LIMIT ?", 1).await?;
        rows.first().map(deposit_in).transpose()
    }
}

const CUSTOMERS: &str =
    "SELECT reference, name, balance_minor, limit_minor, is_active, since_ms FROM customer";

fn customer_in(row: &AnyRow) -> Result<CustomerRow, BooksFault> {
    let columns = &mut Columns::of(row);
    Ok(CustomerRow {
        reference: columns.customer()?,
        name: columns.take()?,
        balance_minor: columns.take()?,
        limit_minor: columns.number()?,
        is_active: columns.flag()?,
        since_ms: columns.take()?,
        meters: 0,
    })
}

fn deposit_in(row: &AnyRow) -> Result<DepositRow, BooksFault> {
    let columns = &mut Columns::of(row);
    Ok(DepositRow {
        bank_reference: columns.take()?,
        customer: columns.maybe_customer()?,
        amount_minor: columns.number()?,
        booked_on: columns.take()?,
        payer: columns.take()?,
        remittance: columns.take()?,
        unclear: columns.text()?,
        at_ms: columns.take()?,
        by: columns.take()?,
        reversed_ms: columns.take()?,
    })
}
