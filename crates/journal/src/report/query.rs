//! Asking the tables for a report.

use super::{By, Figures, Grouping, Key, Period, Report, ReportRow};
use crate::columns::{centre_in, damaged, day, day_in, money_in, number_in, parsed};
use crate::error::JournalError;
use crate::journal::Journal;
use access::cards::{CentreNumber, Month, Row as DirectoryRow};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeMap;

/// The sums of rows of the tally.
pub(crate) const SUMS: &str = "COALESCE(SUM(pieces), 0), COALESCE(SUM(zero_pieces), 0), \
     COALESCE(SUM(postage_minor), 0), COALESCE(SUM(surcharge_minor), 0), COALESCE(SUM(spoiled), 0), \
     COALESCE(SUM(spoiled_minor), 0)";

/// Such sums, from this column on.
pub(crate) fn figures_in(row: &AnyRow, first: usize) -> Result<Figures, JournalError> {
    Ok(Figures {
        pieces: number_in(row, first)?,
        zero_pieces: number_in(row, first + 1)?,
        postage: money_in(row, first + 2)?,
        surcharge: money_in(row, first + 3)?,
        spoiled: number_in(row, first + 4)?,
        spoiled_postage: money_in(row, first + 5)?,
    })
}

impl Journal {
    /// The report of a period.
    pub fn report(&mut self, period: Period, by: impl Into<Grouping>) -> Result<Report, JournalError> {
        let by = by.into();
        let keys: Vec<&str> = by.keys().map(column).collect();
        let keys = keys.join(", ");
        let select = format!(
            "SELECT {SUMS}, {keys} FROM tally WHERE day BETWEEN $1 AND $2 GROUP BY {keys} ORDER BY {keys}"
        );
        let days =
            [period.from.unwrap_or(terms::Date::FIRST), period.to.unwrap_or(terms::Date::LAST)].map(day);
        let select = sqlx::query(AssertSqlSafe(select)).bind(days[0]).bind(days[1]);
        let found = self.runtime.block_on(select.fetch_all(self.store.reads()))?;
        let names = self.names()?;
        let (mut rows, mut total) = (Vec::with_capacity(found.len()), Figures::default());
        for row in &found {
            let figures = figures_in(row, 0)?;
            total = total.plus(figures).ok_or(JournalError::Amount)?;
            let keys = by.keys().zip(FIGURES..).map(|(by, column)| names.key(by, row, column));
            rows.push(ReportRow { keys: keys.collect::<Result<_, _>>()?, figures });
        }
        Ok(Report { period, by, rows, total })
    }

    fn names(&mut self) -> Result<Names, JournalError> {
        let select = sqlx::query("SELECT number, name FROM cliche");
        let rows = self.runtime.block_on(select.fetch_all(self.store.reads()))?;
        let named = |row: &AnyRow| Ok((number_in(row, 0)?, row.try_get(1)?));
        let cliches = rows.iter().map(named).collect::<Result<_, JournalError>>()?;
        Ok(Names { centres: self.centre_names()?, users: self.users()?, cliches })
    }

    fn centre_names(&mut self) -> Result<BTreeMap<CentreNumber, String>, JournalError> {
        let select = sqlx::query("SELECT value FROM directory WHERE key LIKE '{\"Centre\":%'");
        let mut names = BTreeMap::new();
        for row in self.runtime.block_on(select.fetch_all(self.store.reads()))? {
            if let DirectoryRow::Centre(centre) = parsed(row.try_get(0)?)? {
                names.insert(centre.number, centre.name.into());
            }
        }
        Ok(names)
    }
}

/// How many columns the sums have.
const FIGURES: usize = 6;

const fn column(by: By) -> &'static str {
    match by {
        By::Centre => "centre",
        By::User => "user",
        By::Cliche => "cliche",
        By::Day => "day",
        By::Month => "day / 100",
    }
}

/// What cost centres, users and clichés are called.
struct Names {
    centres: BTreeMap<CentreNumber, String>,
    users: BTreeMap<u16, String>,
    cliches: BTreeMap<u16, String>,
}

impl Names {
    fn key(&self, by: By, row: &AnyRow, column: usize) -> Result<Key, JournalError> {
        fn called<N: Ord>(names: &BTreeMap<N, String>, number: &N) -> String {
            names.get(number).cloned().unwrap_or_default()
        }
        Ok(match by {
            By::Centre => {
                let number = centre_in(row, column)?;
                Key::Centre(number, called(&self.centres, &number))
            }
            By::User => {
                let number = number_in(row, column)?;
                Key::User(number, called(&self.users, &number))
            }
            By::Cliche => {
                let number = number_in(row, column)?;
                Key::Cliche(number, called(&self.cliches, &number))
            }
            By::Day => Key::Day(day_in(row, column)?),
            By::Month => Key::Month(Month::try_from(number_in::<u32>(row, column)?).map_err(damaged)?),
        })
    }
}
