//! What has happened to a meter: readings, grants, openings, call-backs.

use super::select::{Columns, Select};
use super::{Catalogue, RegistersView, written};
use crate::books::BooksFault;
use serde::Serialize;
use terms::{Registers, Serial};
use utoipa::ToSchema;

/// Registers as they were reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReadingRow {
    /// When they were heard.
    pub at_ms: i64,
    /// The meter's newest commit then.
    pub commit: u64,
    /// The registers.
    pub registers: RegistersView,
}

/// A grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantRow {
    /// Its number.
    pub number: u64,
    /// How much; less than zero where credit went back.
    pub amount_minor: i64,
    /// R3 that it builds on.
    pub r3_before_minor: u64,
    /// The meter leaves service with it.
    pub is_closing: bool,
    /// When it was issued.
    pub issued_ms: i64,
    /// `open`, `taken`, `void`
    pub state: String,
    /// When it was known whether the meter has taken it.
    pub settled_ms: Option<i64>,
    /// The error with which the meter refused it last; 0 where it did not.
    pub refused_code: u16,
}

/// An authorised opening of the housing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OpeningRow {
    /// Its number.
    pub number: u64,
    /// Who was to open the housing.
    pub technician: String,
    /// Who announced it.
    pub announced_by: String,
    /// When it was announced.
    pub announced_ms: i64,
    /// About when it was to be.
    pub about_ms: i64,
    /// Until when the meter had to follow it.
    pub valid_until_ms: i64,
    /// A refill of this amount was to bring the authority along.
    pub agreed_minor: Option<u64>,
    /// The kind of work.
    pub work: String,
    /// When the authority had arrived at the meter.
    pub fetched_ms: Option<i64>,
    /// The registers then.
    pub registers: Option<RegistersView>,
    /// The number on the seal before.
    pub seal_before: Option<u64>,
    /// `completed`, `not_reported`, `other_value`, `too_late`, `withdrawn`, `refused`; nothing while it is open.
    pub ended: Option<String>,
    /// When it came to its end.
    pub ended_ms: Option<i64>,
    /// The number on the seal after.
    pub seal_after: Option<u64>,
}

/// A call-back that a meter asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallBackRow {
    /// The meter.
    #[serde(serialize_with = "written::serial")]
    #[schema(value_type = String, example = "00001234")]
    pub serial: Serial,
    /// The number that is called.
    pub number: String,
    /// The amount it is for.
    pub amount_minor: u64,
    /// When it was asked for.
    pub asked_ms: i64,
    /// When it is tried next; nothing where it is done with.
    pub due_ms: Option<i64>,
    /// How often it was tried.
    pub attempts: u32,
    /// `reached`, `no_request`, `not_reached`; nothing while it is under way.
    pub ended: Option<String>,
}

impl Catalogue {
    /// A meter's newest readings, the oldest of them first.
    pub(super) async fn readings(&self, serial: Serial, limit: u32) -> Result<Vec<ReadingRow>, BooksFault> {
        let head = "SELECT at_ms, commit_number, r1_minor, r2_minor, r3_minor, r4, r8 FROM reading";
        let tail = "ORDER BY at_ms DESC, commit_number DESC LIMIT ?";
        let rows = of_meter(serial).rows(self.pool(), head, tail, limit.into()).await?;
        rows.iter()
            .rev()
            .map(|row| {
                let columns = &mut Columns::of(row);
                Ok(ReadingRow {
                    at_ms: columns.take()?,
                    commit: columns.number()?,
                    registers: RegistersView {
                        r1_minor: columns.number()?,
                        r2_minor: columns.number()?,
                        r3_minor: columns.number()?,
                        r4: columns.number()?,
                        r8: columns.number()?,
                    },
                })
            })
            .collect()
    }

    /// A meter's grants, the newest first.
    pub(super) async fn grants(&self, serial: Serial, limit: u32) -> Result<Vec<GrantRow>, BooksFault> {
        let head = "SELECT number, amount_minor, r3_before_minor, closing, issued_ms, state, settled_ms, refused_code \
                    FROM meter_grant";
        let rows =
            of_meter(serial).rows(self.pool(), head, "ORDER BY number DESC LIMIT ?", limit.into()).await?;
        rows.iter()
            .map(|row| {
                let columns = &mut Columns::of(row);
                Ok(GrantRow {
                    number: columns.number()?,
                    amount_minor: columns.take()?,
                    r3_before_minor: columns.number()?,
                    is_closing: columns.flag()?,
                    issued_ms: columns.take()?,
                    state: columns.take()?,
                    settled_ms: columns.take()?,
                    refused_code: columns.number()?,
                })
            })
            .collect()
    }

    /// Openings of a meter's housing, the newest first.
    pub(super) async fn openings(&self, serial: Serial, limit: u32) -> Result<Vec<OpeningRow>, BooksFault> {
        let head = "SELECT number, technician, announced_by, announced_ms, about_ms, valid_until_ms, agreed_minor, work, \
                    fetched_ms, registers, seal_before, ended, ended_ms, seal_after FROM opening";
        let rows =
            of_meter(serial).rows(self.pool(), head, "ORDER BY number DESC LIMIT ?", limit.into()).await?;
        rows.iter()
            .map(|row| {
                let columns = &mut Columns::of(row);
                Ok(OpeningRow {
                    number: columns.number()?,
                    technician: columns.take()?,
                    announced_by: columns.take()?,
                    announced_ms: columns.take()?,
                    about_ms: columns.take()?,
                    valid_until_ms: columns.take()?,
                    agreed_minor: columns.maybe()?,
                    work: columns.take()?,
                    fetched_ms: columns.take()?,
                    registers: columns.json::<Registers>()?.as_ref().map(RegistersView::of),
                    seal_before: columns.maybe()?,
                    ended: columns.text()?,
                    ended_ms: columns.take()?,
                    seal_after: columns.maybe()?,
                })
            })
            .collect()
    }

    /// Call-backs of a meter, the newest first.
    pub(super) async fn call_backs(
        &self,
        serial: Serial,
        limit: u32,
    ) -> Result<Vec<CallBackRow>, BooksFault> {
        self.call_backs_by(of_meter(serial), limit).await
    }

    /// Call-backs to meters that held no such request, the newest first: somebody else had asked for credit in their
    /// name.
    pub async fn denied_call_backs(&self, limit: u32) -> Result<Vec<CallBackRow>, BooksFault> {
        let mut select = Select::default();
        select.text("ended = ?", crate::books::CallBackEnd::NoRequest.name());
        self.call_backs_by(select, limit.min(Catalogue::HISTORY_MAX)).await
    }

    async fn call_backs_by(&self, select: Select, limit: u32) -> Result<Vec<CallBackRow>, BooksFault> {
        let head = "SELECT serial, number, amount_minor, asked_ms, due_ms, attempts, ended FROM call_back";
        let tail = "ORDER BY asked_ms DESC, request LIMIT ?";
        let rows = select.rows(self.pool(), head, tail, limit.into()).await?;
        rows.iter()
            .map(|row| {
                let columns = &mut Columns::of(row);
                Ok(CallBackRow {
                    serial: columns.serial()?,
                    number: columns.take()?,
                    amount_minor: columns.number()?,
                    asked_ms: columns.take()?,
                    due_ms: columns.take()?,
                    attempts: columns.number()?,
                    ended: columns.text()?,
                })
            })
            .collect()
    }
}

fn of_meter(serial: Serial) -> Select {
    let mut select = Select::default();
    select.number("serial = ?", serial.value().into());
    select
}
