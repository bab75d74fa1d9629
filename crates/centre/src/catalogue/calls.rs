//! Calls, those that failed or were refused too.

use super::section::Place;
use super::select::{Columns, Select};
use super::{Catalogue, Listed, Section, written};
use crate::books::BooksFault;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use terms::Serial;
use utoipa::ToSchema;

/// A call, as far as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CallRow {
    /// By what it is known.
    pub id: String,
    /// The meter, where the caller proved to be it.
    #[serde(serialize_with = "written::maybe_serial")]
    #[schema(value_type = Option<String>, example = "00001234")]
    pub serial: Option<Serial>,
    /// The number that it called in with, where that was read.
    pub call_number: Option<u32>,
    /// `manual`, `automatic`, `called_back`
    pub trigger: Option<String>,
    /// Where it came from, as far as the line knows.
    pub origin: String,
    /// When it was opened.
    pub opened_ms: i64,
    /// When it was last heard.
    pub last_ms: i64,
    /// How many transactions it has had.
    pub transactions: u32,
    /// The last thing that was asked for.
    pub ask: Option<String>,
    /// The step of EP 0 660 269, Fig. 3 at which it went wrong; 0 where it did not.
    pub step: u16,
    /// Why it went wrong.
    pub failure: Option<String>,
    /// Somebody asked for funds who was not entitled to.
    pub is_unauthorised: bool,
}

/// Which calls are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhichCalls {
    /// All.
    #[default]
    All,
    /// Those that failed or were refused.
    Failed,
    /// Those in which somebody asked for funds who was not entitled to.
    Unauthorised,
}

/// Which calls of whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallFilter {
    /// Which.
    pub which: WhichCalls,
    /// Of this meter alone.
    pub serial: Option<Serial>,
}

const HEAD: &str = "SELECT id, serial, pan, trigger_kind, origin, opened_ms, last_ms, transactions, ask, step, failure, \
                    is_unauthorised FROM meter_call";
const TAIL: &str = "ORDER BY opened_ms DESC, id DESC LIMIT ?";

impl Catalogue {
    /// Calls, the newest first.
    pub async fn calls(&self, filter: &CallFilter, section: &Section) -> Result<Listed<CallRow>, BooksFault> {
        let mut select = Select::default();
        match filter.which {
            WhichCalls::All => {}
            WhichCalls::Failed => {
                select.only("failure <> ''");
            }
            WhichCalls::Unauthorised => {
                select.only("is_unauthorised <> 0");
            }
        }
        if let Some(serial) = filter.serial {
            select.number("serial = ?", serial.value().into());
        }
        if let Some(Place { number, text }) = &section.after {
            select.pair("(opened_ms, id) <", *number, text);
        }
        let rows = select.rows(self.pool(), HEAD, TAIL, section.rows()).await?;
        let placed = rows.iter().map(|row| {
            let call = call_in(row)?;
            Ok((Place { number: call.opened_ms, text: call.id.clone() }, call))
        });
        Ok(section.of(placed.collect::<Result<_, BooksFault>>()?))
    }

    /// A meter's newest calls.
    pub(super) async fn newest_calls(&self, serial: Serial, limit: u32) -> Result<Vec<CallRow>, BooksFault> {
        let mut select = Select::default();
        select.number("serial = ?", serial.value().into());
        select.rows(self.pool(), HEAD, TAIL, limit.into()).await?.iter().map(call_in).collect()
    }
}

fn call_in(row: &AnyRow) -> Result<CallRow, BooksFault> {
    let columns = &mut Columns::of(row);
    Ok(CallRow {
        id: columns.take()?,
        serial: columns.maybe_serial()?,
        call_number: columns.maybe()?,
        trigger: columns.text()?,
        origin: columns.take()?,
        opened_ms: columns.take()?,
        last_ms: columns.take()?,
        transactions: columns.number()?,
        ask: columns.text()?,
        step: columns.number()?,
        failure: columns.text()?,
        is_unauthorised: columns.flag()?,
    })
}
