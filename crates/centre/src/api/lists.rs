//! What is looked at across meters: the fleet, meters in lists, suspects, calls, runs, the audit log.

use super::answer::Shown;
use super::endpoint::Endpoint;
use super::fault::ApiFault;
use super::input::{Nothing, Search, maybe_from_text};
use super::visit::Visit;
use crate::audit::Chain;
use crate::catalogue::{
    AuditRow, CallBackRow, CallFilter, CallRow, Catalogue, Fleet, Listed, MeterDetail, MeterFilter, MeterRow,
    ReactionRow, ReasonRow, RunRow, SealRow, Section, ServiceWord, SuspectRow, WhichCalls, WhichReactions,
};
use crate::deposits::CustomerReference;
use crate::people::{Name, Right};
use axum::http::{Method, StatusCode};
use serde::{Deserialize, Serialize};
use terms::Serial;
use terms::equations::Status;
use utoipa::{IntoParams, ToSchema};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(
            (Method::GET, "/fleet"),
            Right::ReadMeters,
            ("How the fleet stands", "Counts over all meters, and what waits for somebody."),
            fleet,
        ),
        Endpoint::new(
            (Method::GET, "/meters"),
            Right::ReadMeters,
            ("Meters, by rising serial number", ""),
            meters,
        ),
        Endpoint::new(
            (Method::GET, "/meters/{serial}"),
            Right::ReadMeters,
            ("A meter with everything that is known of it", "At most 200 of each kind of event, the newest."),
            meter,
        ),
        Endpoint::new(
            (Method::GET, "/suspects"),
            Right::ReadSuspects,
            ("Suspect meters and why they are, the newest suspicions first", ""),
            suspects,
        ),
        Endpoint::new(
            (Method::GET, "/reactions"),
            Right::ReadSuspects,
            ("What is to be done about suspects, the oldest first", ""),
            reactions,
        ),
        Endpoint::new((Method::GET, "/calls"), Right::ReadMeters, ("Calls, the newest first", ""), calls),
        Endpoint::new(
            (Method::GET, "/calls/denied-call-backs"),
            Right::ReadMeters,
            (
                "Call-backs that no meter had asked for",
                "The meter that was called back held no such request: somebody else had asked for credit in its name.",
            ),
            denied_call_backs,
        ),
        Endpoint::new(
            (Method::GET, "/runs"),
            Right::ReadSuspects,
            ("The regular runs over all meters, the newest first", ""),
            runs,
        ),
        Endpoint::new(
            (Method::GET, "/audit/seals"),
            Right::ReadAudit,
            ("The audit log's seals, the newest first", ""),
            seals,
        ),
        Endpoint::new(
            (Method::GET, "/audit/meters/{serial}"),
            Right::ReadAudit,
            ("The newest 200 entries of a meter's chain in the audit log", ""),
            audit_of_meter,
        ),
        Endpoint::new(
            (Method::GET, "/audit/desks/{name}"),
            Right::ReadAudit,
            ("The newest 200 entries of a desk's chain in the audit log", ""),
            audit_of_desk,
        ),
    ]
}

/// Which section of a list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionQuery {
    /// What the last section named as `next`; nothing for the first section.
    after: Option<String>,
    /// How many rows at most, 1 to 200; 50 where nothing is said.
    limit: Option<u32>,
}

impl SectionQuery {
    pub(super) fn section(&self) -> Result<Section, ApiFault> {
        section(self.after.as_deref(), self.limit)
    }
}

pub(super) fn section(after: Option<&str>, limit: Option<u32>) -> Result<Section, ApiFault> {
    Ok(Section::new(after, limit)?)
}

async fn fleet(visit: Visit, (): (), _: Nothing) -> Result<Shown<Fleet>, ApiFault> {
    Ok(Shown(visit.catalogue().fleet().await?))
}

/// Which meters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct MetersQuery {
    /// Of whom this is thought: `okay`, `suspicious`, `manipulated`.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// In this relation to service: `in_service`, `leaving`, `withdrawn`, `gone`, `settled`.
    #[param(value_type = Option<String>)]
    service: Option<ServiceWord>,
    /// Of this customer.
    #[serde(default, deserialize_with = "maybe_from_text")]
    #[param(value_type = Option<String>)]
    customer: Option<CustomerReference>,
    /// With these digits in the serial number.
    serial: Option<String>,
    /// Those alone that were not heard in their time.
    overdue: Option<bool>,
    /// What the last section named as `next`; nothing for the first section.
    after: Option<String>,
    /// How many rows at most, 1 to 200; 50 where nothing is said.
    limit: Option<u32>,
}

async fn meters(
    visit: Visit,
    (): (),
    Search(query): Search<MetersQuery>,
) -> Result<Shown<Listed<MeterRow>>, ApiFault> {
    let is_digits =
        |text: &String| text.len() <= Serial::DIGITS && text.bytes().all(|sign| sign.is_ascii_digit());
    if !query.serial.as_ref().is_none_or(is_digits) {
        let sentence = "look for a serial number by at most eight of its digits";
        return Err(ApiFault::new(StatusCode::BAD_REQUEST, "query", sentence));
    }
    let section = section(query.after.as_deref(), query.limit)?;
    let filter = MeterFilter {
        status: query.status,
        service: query.service,
        customer: query.customer,
        serial_text: query.serial,
        only_overdue: query.overdue.unwrap_or_default(),
    };
    Ok(Shown(visit.catalogue().meters(&filter, &section).await?))
}

async fn meter(visit: Visit, serial: Serial, _: Nothing) -> Result<Shown<MeterDetail>, ApiFault> {
    Ok(Shown(visit.catalogue().meter(serial).await?))
}

/// A suspect meter. Whose it is and what credit it has, is not said here: the post reads this too.
#[derive(Serialize, ToSchema)]
struct Suspect {
    /// Which.
    #[schema(example = "00001234")]
    serial: String,
    /// What is thought of it.
    #[schema(value_type = String, pattern = "^(okay|suspicious|manipulated)$")]
    status: Status,
    /// Since when it is suspect.
    suspect_ms: Option<i64>,
    /// Whether it is in service.
    service: ServiceWord,
    /// Whether an operator has stopped it.
    is_stopped: bool,
    /// When it was last heard.
    heard_ms: Option<i64>,
    /// Why it is suspect.
    reasons: Vec<ReasonRow>,
}

impl From<SuspectRow> for Suspect {
    fn from(SuspectRow { meter, reasons }: SuspectRow) -> Suspect {
        Suspect {
            serial: meter.serial.to_string(),
            status: meter.status,
            suspect_ms: meter.suspect_ms,
            service: meter.service,
            is_stopped: meter.is_stopped,
            heard_ms: meter.heard_ms,
            reasons,
        }
    }
}

async fn suspects(
    visit: Visit,
    (): (),
    Search(query): Search<SectionQuery>,
) -> Result<Shown<Listed<Suspect>>, ApiFault> {
    let Listed { items, next } = visit.catalogue().suspects(&query.section()?).await?;
    Ok(Shown(Listed { items: items.into_iter().map(Suspect::from).collect(), next }))
}

/// Which reactions.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ReactionsQuery {
    /// `all`, `notices`, `inspections` or `calls`; all where nothing is said.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    which: WhichReactions,
    /// What the last section named as `next`; nothing for the first section.
    after: Option<String>,
    /// How many rows at most, 1 to 200; 50 where nothing is said.
    limit: Option<u32>,
}

async fn reactions(
    visit: Visit,
    (): (),
    Search(query): Search<ReactionsQuery>,
) -> Result<Shown<Listed<ReactionRow>>, ApiFault> {
    let section = section(query.after.as_deref(), query.limit)?;
    Ok(Shown(visit.catalogue().reactions(query.which, &section).await?))
}

/// Which calls.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct CallsQuery {
    /// `all`, `failed` or `unauthorised`; all where nothing is said.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    which: WhichCalls,
    /// Of this meter alone.
    #[serde(default, deserialize_with = "maybe_from_text")]
    #[param(value_type = Option<String>)]
    serial: Option<Serial>,
    /// What the last section named as `next`; nothing for the first section.
    after: Option<String>,
    /// How many rows at most, 1 to 200; 50 where nothing is said.
    limit: Option<u32>,
}

async fn calls(
    visit: Visit,
    (): (),
    Search(query): Search<CallsQuery>,
) -> Result<Shown<Listed<CallRow>>, ApiFault> {
    let section = section(query.after.as_deref(), query.limit)?;
    let filter = CallFilter { which: query.which, serial: query.serial };
    Ok(Shown(visit.catalogue().calls(&filter, &section).await?))
}

async fn denied_call_backs(visit: Visit, (): (), _: Nothing) -> Result<Shown<Vec<CallBackRow>>, ApiFault> {
    Ok(Shown(visit.catalogue().denied_call_backs(Catalogue::HISTORY_MAX).await?))
}

async fn runs(
    visit: Visit,
    (): (),
    Search(query): Search<SectionQuery>,
) -> Result<Shown<Listed<RunRow>>, ApiFault> {
    Ok(Shown(visit.catalogue().runs(&query.section()?).await?))
}

async fn seals(
    visit: Visit,
    (): (),
    Search(query): Search<SectionQuery>,
) -> Result<Shown<Listed<SealRow>>, ApiFault> {
    Ok(Shown(visit.catalogue().seals(&query.section()?).await?))
}

async fn audit_of_meter(visit: Visit, serial: Serial, _: Nothing) -> Result<Shown<Vec<AuditRow>>, ApiFault> {
    Ok(Shown(visit.catalogue().audit(&Chain::Meter(serial), Catalogue::HISTORY_MAX).await?))
}

async fn audit_of_desk(visit: Visit, name: Name, _: Nothing) -> Result<Shown<Vec<AuditRow>>, ApiFault> {
    let chain = Chain::Desk(name.desk().clone());
    Ok(Shown(visit.catalogue().audit(&chain, Catalogue::HISTORY_MAX).await?))
}
