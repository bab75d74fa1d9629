//! Claims for spoiled imprints, and their lines.

use super::section::Place;
use super::select::{Columns, Select, damaged};
use super::{Catalogue, Listed, Section, written};
use crate::books::BooksFault;
use crate::deposits::CustomerReference;
use crate::refunds::Refusal;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use terms::Serial;
use utoipa::ToSchema;

/// A claim in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClaimRow {
    /// Its number.
    pub number: u64,
    /// The meter.
    #[serde(serialize_with = "written::serial")]
    #[schema(value_type = String, example = "00001234")]
    pub serial: Serial,
    /// Who is paid.
    #[serde(serialize_with = "written::customer")]
    #[schema(value_type = String, example = "RF54000000001234")]
    pub customer: CustomerReference,
    /// When it was taken in.
    pub taken_ms: i64,
    /// Who did that.
    pub taken_by: String,
    /// The consignment in which the papers came, once they did.
    pub consignment: Option<String>,
    /// When they came.
    pub received_ms: Option<i64>,
    /// Who received them.
    pub received_by: Option<String>,
    /// How many lines it has.
    pub lines: u64,
    /// How many of them are open.
    pub open: u64,
    /// The postage of those.
    pub open_minor: u64,
    /// How many are refunded.
    pub refunded: u64,
    /// What was paid for them.
    pub paid_minor: u64,
    /// How many are refused.
    pub refused: u64,
    /// How many imprints were seen in the mail.
    pub seen: u64,
}

/// A line of a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClaimLine {
    /// Its number in the claim, from 1.
    pub line: u64,
    /// The debit's request, by which the meter's journal knows it.
    pub request: String,
    /// The epoch of its profile.
    pub epoch: u16,
    /// The monotone variable.
    pub mv: u64,
    /// What it shows.
    pub postage_minor: u64,
    /// The date printed, `YYYY-MM-DD`.
    pub printed: String,
    /// Why it is spoiled: `misprint`, `jam`, `wrong_value`, `wrong_date`, `damaged`, `not_used`.
    pub reason: String,
    /// The day it was spoiled.
    pub spoiled_on: String,
    /// `claimed`, `refunded`, `refused`
    pub state: String,
    /// Why it is refused, in a word: `not_genuine`, `no_such_epoch`, `zero_value`, `too_old`, `claimed_before`,
    /// `seen_in_mail`, `by_person`.
    pub why: Option<String>,
    /// The same for people; where a person refused it, what he wrote.
    pub sentence: Option<String>,
    /// Since when it stands so.
    pub at_ms: i64,
    /// By whom.
    pub by: String,
    /// What was paid for it.
    pub paid_minor: u64,
    /// When it was known that the imprint was seen in the mail.
    pub seen_ms: Option<i64>,
}

/// A claim with its lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ClaimDetail {
    /// The claim.
    pub claim: ClaimRow,
    /// Its lines, at most a thousand.
    pub lines: Vec<ClaimLine>,
}

/// Which claims are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WhichClaims {
    /// All.
    #[default]
    All,
    /// Those with open lines.
    Open,
    /// Those with imprints that were seen in the mail.
    Seen,
}

const CLAIMS: &str = "SELECT number, serial, customer, taken_ms, taken_by, consignment, received_ms, received_by \
                      FROM refund_claim";

impl Catalogue {
    /// Claims, the newest first; those of one meter, where it is named.
    pub async fn claims(
        &self,
        which: WhichClaims,
        serial: Option<Serial>,
        section: &Section,
    ) -> Result<Listed<ClaimRow>, BooksFault> {
        let mut select = Select::default();
        let of_claim = match which {
            WhichClaims::All => None,
            WhichClaims::Open => Some("number IN (SELECT claim FROM refund_line WHERE state = 'claimed')"),
            WhichClaims::Seen => Some("number IN (SELECT claim FROM refund_line WHERE seen_ms IS NOT NULL)"),
        };
        if let Some(condition) = of_claim {
            select.only(condition);
        }
        if let Some(serial) = serial {
            select.number("serial = ?", serial.value().into());
        }
        if let Some(after) = &section.after {
            select.number("number < ?", after.number);
        }
        let rows = select.rows(self.pool(), CLAIMS, "ORDER BY number DESC LIMIT ?", section.rows()).await?;
        let mut placed = Vec::with_capacity(rows.len());
        for row in &rows {
            let claim = self.with_sums(claim_in(row)?).await?;
            placed.push((Place::of(claim.number.cast_signed()), claim));
        }
        Ok(section.of(placed))
    }

    /// A claim with its lines.
    pub async fn claim(&self, number: u64) -> Result<ClaimDetail, BooksFault> {
        let number = i64::try_from(number).map_err(|_| BooksFault::NoClaim(number))?;
        let mut select = Select::default();
        select.number("number = ?", number);
        let rows = select.rows(self.pool(), CLAIMS, "LIMIT ?", 1).await?;
        let row = rows.first().ok_or(BooksFault::NoClaim(number.cast_unsigned()))?;
        let claim = self.with_sums(claim_in(row)?).await?;
        let select = "SELECT line, request, epoch, mv, postage_minor, printed, reason, spoiled_on, state, why, note, at_ms, \
                      by_whom, paid_minor, seen_ms FROM refund_line WHERE claim = $1 ORDER BY line";
        let rows = sqlx::query(select).bind(number).fetch_all(self.pool()).await?;
        Ok(ClaimDetail { claim, lines: rows.iter().map(line_in).collect::<Result<_, _>>()? })
    }

    async fn with_sums(&self, claim: ClaimRow) -> Result<ClaimRow, BooksFault> {
        let select = "SELECT state, COUNT(*), CAST(SUM(postage_minor) AS BIGINT), CAST(SUM(paid_minor) AS BIGINT), \
                      COUNT(seen_ms) FROM refund_line WHERE claim = $1 GROUP BY state";
        let select = sqlx::query(select).bind(claim.number.cast_signed());
        let mut claim = claim;
        for row in &select.fetch_all(self.pool()).await? {
            let columns = &mut Columns::of(row);
            let state: String = columns.take()?;
            let (lines, postage): (u64, i64) = (columns.number()?, columns.take()?);
            let (paid, seen): (u64, u64) = (columns.number()?, columns.number()?);
            claim.lines += lines;
            claim.seen += seen;
            match state.as_str() {
                "claimed" => (claim.open, claim.open_minor) = (lines, postage.unsigned_abs()),
                "refunded" => (claim.refunded, claim.paid_minor) = (lines, paid),
                "refused" => claim.refused = lines,
                other => return Err(damaged("a line's state", other)),
            }
        }
        Ok(claim)
    }
}

fn claim_in(row: &AnyRow) -> Result<ClaimRow, BooksFault> {
    let columns = &mut Columns::of(row);
    Ok(ClaimRow {
        number: columns.number()?,
        serial: columns.serial()?,
        customer: columns.customer()?,
        taken_ms: columns.take()?,
        taken_by: columns.take()?,
        consignment: columns.take()?,
        received_ms: columns.take()?,
        received_by: columns.take()?,
        lines: 0,
        open: 0,
        open_minor: 0,
        refunded: 0,
        paid_minor: 0,
        refused: 0,
        seen: 0,
    })
}

fn line_in(row: &AnyRow) -> Result<ClaimLine, BooksFault> {
    let columns = &mut Columns::of(row);
    let line = ClaimLine {
        line: columns.number()?,
        request: columns.take()?,
        epoch: columns.number()?,
        mv: columns.take::<i64>()?.cast_unsigned(),
        postage_minor: columns.number()?,
        printed: columns.take()?,
        reason: columns.take()?,
        spoiled_on: columns.take()?,
        state: columns.take()?,
        why: columns.text()?,
        sentence: columns.text()?,
        at_ms: columns.take()?,
        by: columns.take()?,
        paid_minor: columns.number()?,
        seen_ms: columns.take()?,
    };
    let usual = line.why.as_deref().and_then(Refusal::of).map(|refusal| refusal.sentence().to_owned());
    Ok(ClaimLine { sentence: line.sentence.clone().or(usual), ..line })
}
