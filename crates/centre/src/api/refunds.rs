//! Claims for spoiled imprints: handed in, looked at, received, refused.
//!
//! What always holds: a claim is known by what it says, so that the same sent twice is one; receiving its papers pays each
//! line once, however often it is asked for.

use super::answer::{Done, Shown};
use super::endpoint::{Endpoint, Schemas};
use super::fault::ApiFault;
use super::input::{Asked, Input, Nothing, Search, Told, line, maybe_from_text, no_query};
use super::lists::section;
use super::segment::ClaimNumber;
use super::visit::Visit;
use crate::books::refund::{CONSIGNMENT_BYTES_MAX, REASON_BYTES_MAX};
use crate::books::{Counted, Paid};
use crate::catalogue::{ClaimDetail, ClaimRow, Listed, WhichClaims};
use crate::people::Right;
use axum::body::Bytes;
use axum::http::Method;
use link::refund::{CLAIM_BYTES_MAX, RefundClaim};
use serde::{Deserialize, Serialize};
use terms::{Money, Serial};
use utoipa::openapi::path::OperationBuilder;
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, Required};
use utoipa::{IntoParams, ToSchema};

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(
            (Method::GET, "/refunds"),
            Right::ReadCustomers,
            ("Claims for spoiled imprints, the newest first", ""),
            list,
        ),
        Endpoint::new(
            (Method::POST, "/refunds"),
            Right::ClaimRefunds,
            (
                "Hand in a claim for spoiled imprints",
                "The document that a meter's control unit makes. Each line is held against the meter's key; the answer has \
                 the claim's number, under which its lines stand. No money moves before the papers are received. The same \
                 claim sent again is not taken in again, and the answer says so.",
            ),
            hand_in,
        ),
        Endpoint::new(
            (Method::GET, "/refunds/{claim}"),
            Right::ReadCustomers,
            ("A claim with its lines", ""),
            claim,
        ),
        Endpoint::new(
            (Method::POST, "/refunds/{claim}/received"),
            Right::SettleRefunds,
            (
                "Note that the papers of a claim came in and were cancelled",
                "Pays every open line that the meter has reported to the customer's account. Refuse the lines whose papers \
                 did not come before. Asked again with the same consignment, it pays what was reported since; another \
                 consignment is refused (409).",
            ),
            receive,
        ),
        Endpoint::new(
            (Method::POST, "/refunds/{claim}/refused"),
            Right::SettleRefunds,
            ("Refuse an open line of a claim", ""),
            refuse,
        ),
        Endpoint::new(
            (Method::POST, "/refunds/{claim}/compared"),
            Right::ChangeMeters,
            (
                "Note that papers were compared with what the post saw",
                "For imprints that were claimed as spoiled and seen in the mail. All open comparisons of the claim's meter \
                 are done by that.",
            ),
            compared,
        ),
    ]
}

/// Which claims.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct ClaimsQuery {
    /// `all`, `open` or `seen`; all where nothing is said.
    #[serde(default)]
    #[param(value_type = Option<String>)]
    which: WhichClaims,
    /// Of this meter.
    #[serde(default, deserialize_with = "maybe_from_text")]
    #[param(value_type = Option<String>)]
    serial: Option<Serial>,
    /// What the last section named as `next`; nothing for the first section.
    after: Option<String>,
    /// How many rows at most, 1 to 200; 50 where nothing is said.
    limit: Option<u32>,
}

async fn list(
    visit: Visit,
    (): (),
    Search(query): Search<ClaimsQuery>,
) -> Result<Shown<Listed<ClaimRow>>, ApiFault> {
    let section = section(query.after.as_deref(), query.limit)?;
    Ok(Shown(visit.catalogue().claims(query.which, query.serial, &section).await?))
}

async fn claim(
    visit: Visit,
    ClaimNumber(number): ClaimNumber,
    _: Nothing,
) -> Result<Shown<ClaimDetail>, ApiFault> {
    Ok(Shown(visit.catalogue().claim(number).await?))
}

/// A claim as a meter writes it.
struct Document(RefundClaim);

impl Input for Document {
    const BODY_MAX: usize = CLAIM_BYTES_MAX;

    fn read(asked: &Asked<'_>, bytes: Bytes) -> Result<Document, ApiFault> {
        no_query(asked)?;
        if !asked.content_type.eq_ignore_ascii_case("application/json") {
            return Err(ApiFault::wrong_type("application/json"));
        }
        RefundClaim::read(&bytes).map(Document).map_err(|error| ApiFault::refused(error.to_string()))
    }

    fn describe(operation: OperationBuilder, _: &mut Schemas) -> OperationBuilder {
        let schema = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some("A claim: docs/formats/refund.md says what stands in it."));
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new()
            .description(Some("The claim, at most 512 KiB."))
            .required(Some(Required::True));
        operation.request_body(Some(body.content("application/json", content).build()))
    }
}

/// A claim that was handed in.
#[derive(Serialize, ToSchema)]
struct HandedIn {
    /// Its number.
    claim: u64,
    /// Whether it was new; otherwise it was in the books already and nothing was done.
    is_new: bool,
}

async fn hand_in(visit: Visit, (): (), Document(claim): Document) -> Result<Shown<HandedIn>, ApiFault> {
    let taken = visit.office().take_claim(&claim, visit.by(), visit.now_ms).await?;
    Ok(Shown(HandedIn { claim: taken.number, is_new: taken.is_new }))
}

/// Papers that came in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Received {
    /// The consignment in which they came: 1 to 80 bytes.
    consignment: String,
    /// How many papers were counted; they must be as many as the claim's open lines.
    imprints: u64,
    /// What they show together; it must be what the open lines come to.
    postage_minor: u64,
}

/// What receiving papers came to.
#[derive(Serialize, ToSchema)]
struct PaidClaim {
    /// Lines that were refunded now.
    refunded: u64,
    /// What the customer got for them.
    paid_minor: u64,
    /// Lines that wait until the meter has reported them.
    waiting: u64,
}

async fn receive(
    visit: Visit,
    ClaimNumber(number): ClaimNumber,
    Told(received): Told<Received>,
) -> Result<Shown<PaidClaim>, ApiFault> {
    let consignment = line("a consignment's reference", &received.consignment, CONSIGNMENT_BYTES_MAX)?;
    let counted = Counted { imprints: received.imprints, postage: Money::from_minor(received.postage_minor) };
    let paid =
        visit.office().receive_claim(number, &consignment, Some(counted), visit.by(), visit.now_ms).await?;
    let Paid { imprints, amount, waiting } = paid;
    Ok(Shown(PaidClaim { refunded: imprints, paid_minor: amount.minor(), waiting }))
}

/// A line to be refused.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refused {
    /// Its number in the claim, from 1.
    line: u32,
    /// Why: 1 to 500 bytes, for the customer and the audit log.
    reason: String,
}

async fn refuse(
    visit: Visit,
    ClaimNumber(number): ClaimNumber,
    Told(refused): Told<Refused>,
) -> Result<Done, ApiFault> {
    let reason = line("a reason", &refused.reason, REASON_BYTES_MAX)?;
    let place = u64::from(refused.line);
    visit.office().refuse_claim_line(number, place, &reason, visit.by(), visit.now_ms).await?;
    Ok(Done)
}

/// Papers that were compared.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Compared {
    /// By whom, and what was seen: 1 to 500 bytes, for the audit log.
    note: String,
}

async fn compared(
    visit: Visit,
    ClaimNumber(number): ClaimNumber,
    Told(compared): Told<Compared>,
) -> Result<Done, ApiFault> {
    let note = line("a note", &compared.note, REASON_BYTES_MAX)?;
    visit.office().note_papers_compared(number, &note, visit.by(), visit.now_ms).await?;
    Ok(Done)
}
