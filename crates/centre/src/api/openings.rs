//! Authorised openings of a meter's housing.

use super::answer::{Done, Made};
use super::endpoint::Endpoint;
use super::fault::ApiFault;
use super::input::{Nothing, Told};
use super::visit::Visit;
use crate::office::OpeningRequest;
use crate::people::Right;
use axum::http::Method;
use serde::{Deserialize, Serialize};
use terms::{Money, Serial};
use utoipa::ToSchema;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::new(
            (Method::POST, "/meters/{serial}/openings"),
            Right::AnnounceOpenings,
            (
                "Announce an opening of a meter's housing",
                "A transaction of the amount zero, or a refill of the amount that was agreed, brings the authority to \
                 the meter within the time that is set.",
            ),
            announce,
        ),
        Endpoint::new(
            (Method::DELETE, "/meters/{serial}/openings"),
            Right::AnnounceOpenings,
            ("Take an announcement back that the meter has not followed yet", ""),
            withdraw,
        ),
    ]
}

/// What is announced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewOpening {
    /// Who is to open the housing: 1 to 80 bytes.
    technician: String,
    /// About when.
    about_ms: i64,
    /// What for: 1 to 40 bytes.
    work: String,
    /// How long the meter has to follow, 1 to 1440 minutes; nothing for what is usual.
    minutes: Option<u32>,
    /// A refill of this amount brings the authority along.
    agreed_minor: Option<u64>,
}

/// What was announced.
#[derive(Serialize, ToSchema)]
struct MadeOpening {
    /// The number of the opening among the meter's.
    number: u64,
}

async fn announce(
    visit: Visit,
    serial: Serial,
    Told(new): Told<NewOpening>,
) -> Result<Made<MadeOpening>, ApiFault> {
    let request = OpeningRequest {
        technician: new.technician,
        about_ms: new.about_ms,
        work: new.work,
        minutes: new.minutes,
        agreed: new.agreed_minor.map(Money::from_minor),
    };
    let number = visit.office().announce(serial, &request, visit.by(), visit.now_ms).await?;
    Ok(Made(MadeOpening { number }))
}

async fn withdraw(visit: Visit, serial: Serial, _: Nothing) -> Result<Done, ApiFault> {
    visit.office().withdraw_announcement(serial, visit.by(), visit.now_ms).await?;
    Ok(Done)
}
