//! Customers and what moved their balances.

use super::answer::{Done, Made, Shown};
use super::endpoint::Endpoint;
use super::fault::ApiFault;
use super::input::{Nothing, Search, Told, line};
use super::lists::{SectionQuery, section};
use super::visit::Visit;
use crate::books::{Books, CustomerChange};
use crate::catalogue::{CustomerRow, EntryRow, Listed};
use crate::deposits::CustomerReference;
use crate::people::Right;
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use terms::Money;
use utoipa::{IntoParams, ToSchema};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(
            (Method::GET, "/customers"),
            Right::ReadCustomers,
            ("Customers, by their numbers", ""),
            customers,
        ),
        Endpoint::new(
            (Method::POST, "/customers"),
            Right::ChangeCustomers,
            ("Take a customer in", "The answer says by what reference the customer is known from now on."),
            add,
        ),
        Endpoint::new(
            (Method::GET, "/customers/{reference}"),
            Right::ReadCustomers,
            ("A customer", ""),
            customer,
        ),
        Endpoint::new(
            (Method::PUT, "/customers/{reference}"),
            Right::ChangeCustomers,
            ("Set a customer's name, limit and standing", ""),
            change,
        ),
        Endpoint::new(
            (Method::GET, "/customers/{reference}/entries"),
            Right::ReadCustomers,
            ("What moved a customer's balance, the newest first", ""),
            entries,
        ),
    ]
}

/// Which customers.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct CustomersQuery {
    /// With this in their name or reference.
    text: Option<String>,
    /// What the last section named as `next`; nothing for the first section.
    after: Option<String>,
    /// How many rows at most, 1 to 200; 50 where nothing is said.
    limit: Option<u32>,
}

/// The longest text that is looked for, in bytes.
const TEXT_MAX: usize = 100;

async fn customers(
    visit: Visit,
    (): (),
    Search(query): Search<CustomersQuery>,
) -> Result<Shown<Listed<CustomerRow>>, ApiFault> {
    let section = section(query.after.as_deref(), query.limit)?;
    let text = query.text.as_deref();
    if text.is_some_and(|text| text.len() > TEXT_MAX || text.contains('\0')) {
        let sentence = format!("look for customers by at most {TEXT_MAX} bytes of text");
        return Err(ApiFault::new(StatusCode::BAD_REQUEST, "query", sentence));
    }
    Ok(Shown(visit.catalogue().customers(text, &section).await?))
}

async fn customer(
    visit: Visit,
    customer: CustomerReference,
    _: Nothing,
) -> Result<Shown<CustomerRow>, ApiFault> {
    Ok(Shown(visit.catalogue().customer(customer).await?))
}

async fn entries(
    visit: Visit,
    customer: CustomerReference,
    Search(query): Search<SectionQuery>,
) -> Result<Shown<Listed<EntryRow>>, ApiFault> {
    let section = query.section()?;
    visit.office().books().customer(customer).await?;
    Ok(Shown(visit.catalogue().entries(customer, &section).await?))
}

/// A customer to be taken in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCustomer {
    /// The name: 1 to 80 bytes.
    name: String,
    /// How far below zero the account may fall; 0 for a customer who pays beforehand.
    limit_minor: u64,
}

/// By what something that was made is known.
#[derive(Serialize, ToSchema)]
struct MadeCustomer {
    /// The customer's reference.
    #[schema(example = "RF54000000001234")]
    reference: String,
}

async fn add(visit: Visit, (): (), Told(new): Told<NewCustomer>) -> Result<Made<MadeCustomer>, ApiFault> {
    let limit = Money::from_minor(new.limit_minor);
    let books = visit.office().books();
    let reference = books.add_customer(&new.name, limit, visit.by(), visit.now_ms).await?;
    Ok(Made(MadeCustomer { reference: reference.to_string().replace(' ', "") }))
}

/// What is to be set for a customer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangedCustomer {
    /// The name: 1 to 80 bytes.
    name: String,
    /// How far below zero the account may fall.
    limit_minor: u64,
    /// Whether the customer's meters get credit.
    is_active: bool,
    /// Why: 1 to 500 bytes, for the audit log.
    reason: String,
}

async fn change(
    visit: Visit,
    customer: CustomerReference,
    Told(changed): Told<ChangedCustomer>,
) -> Result<Done, ApiFault> {
    let change = CustomerChange {
        name: changed.name,
        limit: Money::from_minor(changed.limit_minor),
        is_active: changed.is_active,
        reason: line("a reason", &changed.reason, 500)?,
    };
    visit.office().books().change_customer(customer, &change, visit.by(), visit.now_ms).await?;
    Ok(Done)
}
