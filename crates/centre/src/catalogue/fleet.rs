//! Counts over all meters.

use super::Catalogue;
use super::meters::{ServiceWord, status_of};
use super::select::Columns;
use crate::books::BooksFault;
use serde::Serialize;
use terms::equations::Status;
use utoipa::ToSchema;

/// How the fleet stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fleet {
    /// How many meters are what.
    pub counts: Vec<FleetCount>,
    /// Meters that an operator has stopped.
    pub stopped: u64,
    /// Meters that were not heard in their time.
    pub overdue: u64,
    /// Meters that somebody is to call.
    pub calls_to_make: u64,
    /// Meters that are to be inspected.
    pub inspections: u64,
    /// Notices that the post has not had yet.
    pub notices: u64,
    /// Customers.
    pub customers: u64,
    /// Deposits of which a person must say whose they are.
    pub unclear_deposits: u64,
}

/// How many meters are this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FleetCount {
    /// What is thought of them.
    #[schema(value_type = String, pattern = "^(okay|suspicious|manipulated)$")]
    pub status: Status,
    /// Whether they are in service.
    pub service: ServiceWord,
    /// How many.
    pub meters: u64,
}

impl Fleet {
    /// All meters.
    pub fn meters(&self) -> u64 {
        self.counts.iter().map(|count| count.meters).sum()
    }

    /// How many meters are thought to be this.
    pub fn with_status(&self, status: Status) -> u64 {
        self.counts.iter().filter(|count| count.status == status).map(|count| count.meters).sum()
    }

    /// How many meters are in this relation to service.
    pub fn with_service(&self, service: ServiceWord) -> u64 {
        self.counts.iter().filter(|count| count.service == service).map(|count| count.meters).sum()
    }
}

/// Overdue is a reason, and reasons stand in the dossier: among the codes of what was thought last, which is the only
/// place behind `judged` at which this word can stand in quotation marks of its own.
pub(super) const IS_OVERDUE: &str = "m.status > 0 AND m.dossier LIKE '%\"judged\":{%\"overdue\"%'";

impl Catalogue {
    /// How the fleet stands.
    pub async fn fleet(&self) -> Result<Fleet, BooksFault> {
        let select =
            "SELECT status, service, COUNT(*) FROM meter GROUP BY status, service ORDER BY status, service";
        let rows = sqlx::query(select).fetch_all(self.pool()).await?;
        let counts = rows.iter().map(|row| {
            let columns = &mut Columns::of(row);
            Ok(FleetCount {
                status: status_of(columns.take()?)?,
                service: ServiceWord::of(&columns.take::<String>()?)?,
                meters: columns.number()?,
            })
        });
        let overdue = format!("SELECT COUNT(*) FROM meter m WHERE {IS_OVERDUE}");
        let open = |kinds: &str| {
            format!("SELECT COUNT(DISTINCT serial) FROM reaction WHERE done_ms IS NULL AND kind IN ({kinds})")
        };
        Ok(Fleet {
            counts: counts.collect::<Result<_, BooksFault>>()?,
            stopped: self.count("SELECT COUNT(*) FROM meter WHERE is_stopped <> 0").await?,
            overdue: self.count(&overdue).await?,
            calls_to_make: self.count(&open("'ask_for_call'")).await?,
            inspections: self.count(&open("'inspect', 'inspect_unless_heard'")).await?,
            notices: self
                .count("SELECT COUNT(*) FROM reaction WHERE done_ms IS NULL AND kind = 'tell_post'")
                .await?,
            customers: self.count("SELECT COUNT(*) FROM customer").await?,
            unclear_deposits: self.count("SELECT COUNT(*) FROM deposit WHERE customer IS NULL").await?,
        })
    }

    async fn count(&self, select: &str) -> Result<u64, BooksFault> {
        let row = sqlx::query(sqlx::AssertSqlSafe(select.to_owned())).fetch_one(self.pool()).await?;
        Columns::of(&row).number()
    }
}
