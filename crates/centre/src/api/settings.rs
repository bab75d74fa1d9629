//! What is set for the whole centre.

use super::answer::{Done, Shown};
use super::endpoint::Endpoint;
use super::fault::ApiFault;
use super::input::{Nothing, Told};
use super::visit::Visit;
use super::whole::{self, Whole};
use crate::decisions;
use crate::office::Operations;
use crate::people::Right;
use axum::http::Method;
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new((Method::GET, "/settings"), Right::ReadSettings, ("What is set", ""), settings),
        Endpoint::new(
            (Method::PUT, "/settings/operations"),
            Right::ChangeSettings,
            ("Set how the centre works", "All of it at once."),
            set_operations,
        ),
        Endpoint::new(
            (Method::PUT, "/settings/decisions"),
            Right::ChangeSettings,
            ("Set how meters are judged", "All of it at once."),
            set_decisions,
        ),
    ]
}

impl whole::Settings for Operations {
    const NAME: &'static str = "Operations";
}

impl whole::Settings for decisions::Settings {
    const NAME: &'static str = "Decisions";
}

type OperationsSet = Whole<Operations>;
type DecisionsSet = Whole<decisions::Settings>;

/// What is set.
#[derive(Serialize, ToSchema)]
struct AllSettings {
    /// The carrier's name.
    carrier: String,
    /// The currency of all amounts (ISO 4217).
    currency: String,
    /// How many digits its minor unit has.
    minor_digits: u8,
    /// How the centre works.
    #[schema(value_type = OperationsSet)]
    operations: Operations,
    /// How meters are judged.
    #[schema(value_type = DecisionsSet)]
    decisions: decisions::Settings,
}

async fn settings(visit: Visit, (): (), _: Nothing) -> Result<Shown<AllSettings>, ApiFault> {
    let set = visit.office().settings().now(visit.now_ms).await?;
    Ok(Shown(AllSettings {
        carrier: set.carrier.name.clone(),
        currency: set.carrier.currency.clone(),
        minor_digits: set.carrier.minor_digits,
        operations: set.operations.clone(),
        decisions: set.decisions.clone(),
    }))
}

async fn set_operations(
    visit: Visit,
    (): (),
    Told(Whole(operations)): Told<OperationsSet>,
) -> Result<Done, ApiFault> {
    visit.office().settings().set_operations(&operations, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

async fn set_decisions(
    visit: Visit,
    (): (),
    Told(Whole(decisions)): Told<DecisionsSet>,
) -> Result<Done, ApiFault> {
    visit.office().settings().set_decisions(&decisions, visit.by(), visit.now_ms).await?;
    Ok(Done)
}
