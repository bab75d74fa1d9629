//! What is to be done about suspect meters: notices to the post, inspections, calls to be made.

use super::section::Place;
use super::select::{Columns, Select};
use super::{Catalogue, Listed, Section, written};
use crate::books::BooksFault;
use crate::decisions::ReactionKind;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use terms::Serial;
use terms::equations::Status;
use utoipa::ToSchema;

/// Something that was decided about a meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReactionRow {
    /// The meter.
    #[serde(serialize_with = "written::serial")]
    #[schema(value_type = String, example = "00001234")]
    pub serial: Serial,
    /// Its number among the meter's reactions.
    pub number: u64,
    /// `ask_for_call`, `inspect_unless_heard`, `inspect`, `tell_post`, `mark_imprints`, `compare_papers`
    pub kind: String,
    /// What the post is told of the meter, where it is to be told.
    #[schema(value_type = Option<String>, pattern = "^(okay|suspicious|manipulated)$")]
    pub status: Option<Status>,
    /// Who decided it.
    pub by: String,
    /// When.
    pub at_ms: i64,
    /// Why.
    pub why: Vec<String>,
    /// Until when it is to be done, where that is set.
    pub until_ms: Option<i64>,
    /// When it was done.
    pub done_ms: Option<i64>,
    /// Who did it.
    pub done_by: Option<String>,
}

/// Which reactions are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhichReactions {
    /// All that are not done.
    #[default]
    All,
    /// Notices that the post has not had.
    Notices,
    /// Meters to be inspected.
    Inspections,
    /// Meters to be called.
    Calls,
    /// Papers of spoiled imprints that were seen in the mail.
    Papers,
}

impl WhichReactions {
    const fn condition(self) -> Option<&'static str> {
        match self {
            WhichReactions::All => None,
            WhichReactions::Notices => Some("kind = 'tell_post'"),
            WhichReactions::Inspections => Some("kind IN ('inspect', 'inspect_unless_heard')"),
            WhichReactions::Calls => Some("kind = 'ask_for_call'"),
            WhichReactions::Papers => Some("kind = 'compare_papers'"),
        }
    }
}

const HEAD: &str =
    "SELECT serial, number, kind, detail, by_whom, at_ms, why, until_ms, done_ms, done_by FROM reaction";

impl Catalogue {
    /// What is to be done about suspects, the oldest first.
    pub async fn reactions(
        &self,
        which: WhichReactions,
        section: &Section,
    ) -> Result<Listed<ReactionRow>, BooksFault> {
        let mut select = Select::default();
        select.only("done_ms IS NULL");
        if let Some(condition) = which.condition() {
            select.only(condition);
        }
        if let Some(Place { number, text }) = &section.after {
            let (serial, reaction) = text.split_once('/').unwrap_or_default();
            let rest = [serial, reaction].map(|text| text.parse().unwrap_or(i64::MAX));
            select.numbers("(at_ms, serial, number) >", &[*number, rest[0], rest[1]]);
        }
        let tail = "ORDER BY at_ms, serial, number LIMIT ?";
        let rows = select.rows(self.pool(), HEAD, tail, section.rows()).await?;
        let placed = rows.iter().map(|row| {
            let reaction = reaction_in(row)?;
            let text = format!("{}/{}", reaction.serial.value(), reaction.number);
            Ok((Place { number: reaction.at_ms, text }, reaction))
        });
        Ok(section.of(placed.collect::<Result<_, BooksFault>>()?))
    }

    /// What is still to be done about a meter.
    pub(super) async fn open_reactions_of(&self, serial: Serial) -> Result<Vec<ReactionRow>, BooksFault> {
        let mut select = Select::default();
        select.number("serial = ?", serial.value().into()).only("done_ms IS NULL");
        let limit = Catalogue::HISTORY_MAX.into();
        let rows = select.rows(self.pool(), HEAD, "ORDER BY number LIMIT ?", limit).await?;
        rows.iter().map(reaction_in).collect()
    }
}

fn reaction_in(row: &AnyRow) -> Result<ReactionRow, BooksFault> {
    let columns = &mut Columns::of(row);
    Ok(ReactionRow {
        serial: columns.serial()?,
        number: columns.number()?,
        kind: columns.take()?,
        status: match columns.json::<ReactionKind>()? {
            Some(ReactionKind::TellPost { status }) => Some(status),
            _ => None,
        },
        by: columns.take()?,
        at_ms: columns.take()?,
        why: columns.json()?.unwrap_or_default(),
        until_ms: columns.take()?,
        done_ms: columns.take()?,
        done_by: columns.take()?,
    })
}
