//! Deposits: one, or a bank's file of them.
//!
//! What always holds: the bank's reference is the key. The same payment sent twice is booked once, however close
//! together; another payment under a reference that is in the books is refused and changes nothing.

use super::answer::{Done, Shown};
use super::endpoint::{Endpoint, Schemas};
use super::fault::ApiFault;
use super::input::{Asked, Input, Search, Told, from_text, line, maybe_from_text, no_query};
use super::lists::section;
use super::visit::Visit;
use crate::catalogue::{DepositRow, Listed, WhichDeposits};
use crate::deposits::{
    self, Currency, CustomerReference, Deposits, MAX_FILE_BYTES, MAX_TEXT_BYTES, Payment, RefusedFile,
};
use crate::office;
use crate::people::Right;
use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use terms::Money;
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Required};
use utoipa::{IntoParams, ToSchema};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(
            (Method::GET, "/deposits"),
            Right::ReadCustomers,
            ("Deposits, the newest first", ""),
            list,
        ),
        Endpoint::new(
            (Method::GET, "/deposits/find"),
            Right::ReadCustomers,
            ("The deposit that the bank calls so", ""),
            find,
        ),
        Endpoint::new(
            (Method::POST, "/deposits"),
            Right::BookDeposits,
            (
                "Book a deposit",
                "The bank's reference is the key: the same payment sent again is not booked again, and the answer says \
                 so. Another amount or customer under a reference that is in the books is refused (409).",
            ),
            book,
        ),
        Endpoint::new(
            (Method::POST, "/deposits/file"),
            Right::BookDeposits,
            (
                "Book what a bank's file says",
                "A table (text/csv) or a statement of account (application/xml: camt.053.001.02 or camt.053.001.08). It \
                 is read whole or refused whole, with each fault at its line. The banks' references are the keys: what \
                 was booked before is passed over, so the same file may be sent again after a cut.",
            ),
            book_file,
        ),
        Endpoint::new(
            (Method::POST, "/deposits/assign"),
            Right::BookDeposits,
            ("Say whose a deposit is that named nobody", ""),
            assign,
        ),
        Endpoint::new(
            (Method::POST, "/deposits/reverse"),
            Right::BookDeposits,
            ("Take a deposit back that was booked wrongly or that the bank took back", ""),
            reverse,
        ),
    ]
}

/// Which deposits.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct DepositsQuery {
    /// `all`, `unclear` or `reversed`; all where nothing is said.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    which: WhichDeposits,
    /// Of this customer.
    #[serde(default, deserialize_with = "maybe_from_text")]
    #[param(value_type = Option<String>)]
    customer: Option<CustomerReference>,
    /// What the last section named as `next`; nothing for the first section.
    after: Option<String>,
    /// How many rows at most, 1 to 200; 50 where nothing is said.
    limit: Option<u32>,
}

async fn list(
    visit: Visit,
    (): (),
    Search(query): Search<DepositsQuery>,
) -> Result<Shown<Listed<DepositRow>>, ApiFault> {
    let section = section(query.after.as_deref(), query.limit)?;
    Ok(Shown(visit.catalogue().deposits(query.which, query.customer, &section).await?))
}

/// Which deposit.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct FindQuery {
    /// What the bank calls it.
    bank_reference: String,
}

async fn find(visit: Visit, (): (), Search(query): Search<FindQuery>) -> Result<Shown<DepositRow>, ApiFault> {
    let bank_reference = bank_reference(&query.bank_reference)?;
    let found = visit.catalogue().deposit(&bank_reference).await?;
    found.map(Shown).ok_or_else(|| {
        ApiFault::new(StatusCode::NOT_FOUND, "no_deposit", "no deposit with this reference is in the books")
    })
}

/// A deposit to be booked.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDeposit {
    /// Whose it is.
    #[serde(deserialize_with = "from_text")]
    #[schema(value_type = String, example = "RF54000000001234")]
    customer: CustomerReference,
    /// How much.
    #[schema(minimum = 1)]
    amount_minor: u64,
    /// The day the bank booked it.
    #[schema(example = "2026-11-28")]
    booked_on: String,
    /// What the bank calls it: 1 to 140 bytes. The same again is the same payment.
    bank_reference: String,
    /// Who paid, as the bank says: at most 140 bytes.
    #[serde(default)]
    payer: String,
    /// What the payer wrote: at most 140 bytes.
    #[serde(default)]
    remittance: String,
}

/// What became of a deposit.
#[derive(Serialize, ToSchema)]
struct Booked {
    /// Whether it was new; otherwise it was in the books already and nothing was done.
    is_new: bool,
}

async fn book(visit: Visit, (): (), Told(new): Told<NewDeposit>) -> Result<Shown<Booked>, ApiFault> {
    let booked_on =
        deposits::day(&new.booked_on).map_err(|problem| ApiFault::refused(problem.to_string()))?;
    let payment = Payment {
        line: 0,
        amount: Money::from_minor(new.amount_minor),
        booked_on,
        bank_reference: bank_reference(&new.bank_reference)?,
        payer: new.payer,
        remittance: new.remittance,
    };
    let office = visit.office();
    let is_new = office.deposit(new.customer, &payment, visit.by(), visit.now_ms).await?;
    if !is_new {
        let known = visit.catalogue().deposit(&payment.bank_reference).await?;
        let is_same = known.is_some_and(|known| {
            known.customer == Some(new.customer) && known.amount_minor == payment.amount.minor()
        });
        if !is_same {
            let sentence = "another payment with this bank's reference is in the books: nothing was done";
            return Err(ApiFault::conflict("other_deposit", sentence));
        }
    }
    Ok(Shown(Booked { is_new }))
}

fn bank_reference(text: &str) -> Result<String, ApiFault> {
    line("the bank's reference", text, MAX_TEXT_BYTES)
}

/// A bank's file.
struct BankFile {
    is_table: bool,
    bytes: Bytes,
}

impl Input for BankFile {
    const BODY_MAX: usize = MAX_FILE_BYTES as usize;

    fn read(asked: &Asked<'_>, bytes: Bytes) -> Result<BankFile, ApiFault> {
        no_query(asked)?;
        match asked.content_type.to_ascii_lowercase().as_str() {
            "text/csv" => Ok(BankFile { is_table: true, bytes }),
            "application/xml" | "text/xml" => Ok(BankFile { is_table: false, bytes }),
            _ => Err(ApiFault::wrong_type("text/csv or application/xml")),
        }
    }

    fn describe(operation: OperationBuilder, _: &mut Schemas) -> OperationBuilder {
        let text = || {
            let schema = ObjectBuilder::new().schema_type(Type::String);
            ContentBuilder::new().schema(Some(schema)).build()
        };
        let body = RequestBodyBuilder::new()
            .description(Some("The file, at most 64 MiB."))
            .required(Some(Required::True))
            .content("text/csv", text())
            .content("application/xml", text());
        operation.request_body(Some(body.build()))
    }
}

impl BankFile {
    fn parse(self, currency: Currency) -> Result<Deposits, RefusedFile> {
        match self.is_table {
            true => deposits::read_table(&*self.bytes, currency),
            false => deposits::read_camt(&*self.bytes, currency),
        }
    }
}

/// What booking a file came to.
#[derive(Serialize, ToSchema)]
struct BookedFile {
    /// Payments booked for their customers.
    booked: u64,
    /// Payments that were in the books already.
    known: u64,
    /// Payments that wait for a person to say whose they are.
    unclear: u64,
    /// Entries of the file that are no deposits.
    passed_over: u64,
}

async fn book_file(visit: Visit, (): (), file: BankFile) -> Result<Shown<BookedFile>, ApiFault> {
    let settings = visit.office().settings().now(visit.now_ms).await?;
    let currency = settings.currency();
    let currency =
        currency.ok_or_else(|| ApiFault::own("the currency", &"the carrier's currency is none"))?;
    // Reading a large file is work for a processor, which no other request is to wait for.
    let read = tokio::task::spawn_blocking(move || file.parse(currency)).await;
    let deposits = read.map_err(|error| ApiFault::own("a bank's file was not read", &error))??;
    let office::Booked { booked, known, unclear, passed_over } =
        visit.office().book(&deposits, visit.by(), visit.now_ms).await?;
    Ok(Shown(BookedFile { booked, known, unclear, passed_over }))
}

/// Whose a deposit is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Assignment {
    /// What the bank calls it.
    bank_reference: String,
    /// Whose it is.
    #[serde(deserialize_with = "from_text")]
    #[schema(value_type = String, example = "RF54000000001234")]
    customer: CustomerReference,
}

async fn assign(visit: Visit, (): (), Told(told): Told<Assignment>) -> Result<Done, ApiFault> {
    let bank_reference = bank_reference(&told.bank_reference)?;
    visit.office().assign_deposit(&bank_reference, told.customer, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

/// A deposit to be taken back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reversal {
    /// What the bank calls it.
    bank_reference: String,
    /// Why: 1 to 500 bytes, for the audit log.
    reason: String,
}

async fn reverse(visit: Visit, (): (), Told(told): Told<Reversal>) -> Result<Done, ApiFault> {
    let bank_reference = bank_reference(&told.bank_reference)?;
    let reason = line("a reason", &told.reason, 500)?;
    visit.office().reverse_deposit(&bank_reference, &reason, visit.by(), visit.now_ms).await?;
    Ok(Done)
}
