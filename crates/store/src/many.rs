//! One statement for many rows, written alike for both databases. Rows are put in pieces of a few sizes only, so that
//! each statement is prepared once for a connection.

use crate::{Kind, Transaction};
use sqlx::any::{Any, AnyArguments, AnyRow};
use sqlx::query::Query;
use std::fmt::Write;

/// The sizes of pieces, the greatest first.
const SIZES: [usize; 10] = [64, 32, 16, 12, 8, 6, 4, 3, 2, 1];

/// What is bound in one place of a row.
#[derive(Clone, Debug)]
pub enum Value {
    /// A number.
    Number(i64),
    /// A number, or nothing.
    Maybe(Option<i64>),
    /// A text.
    Text(String),
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Number(number)
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Value {
        Value::Maybe(number)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

/// A row's values, one for each column of its statement.
pub type Line<const COLUMNS: usize> = [Value; COLUMNS];

/// A statement around rows of values: what stands before them, and after.
///
/// Behind `FROM (VALUES` both databases name the columns `column1`, `column2` and so on.
#[derive(Debug)]
pub struct Statement<const COLUMNS: usize> {
    /// What stands before the rows, down to `VALUES`.
    pub before: &'static str,
    /// What stands behind them.
    pub after: &'static str,
}

impl<const COLUMNS: usize> Statement<COLUMNS> {
    /// Carries the statement out for all of these rows.
    pub async fn execute(
        &self,
        transaction: &mut Transaction,
        rows: &[Line<COLUMNS>],
    ) -> Result<(), sqlx::Error> {
        for piece in pieces(rows) {
            let sql = self.sql(transaction.kind(), piece.len());
            let query = piece.iter().flatten().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), bind);
            query.execute(&mut **transaction).await?;
        }
        Ok(())
    }

    /// Carries the statement out for all of these rows, and gives what it returns.
    pub async fn fetch(
        &self,
        transaction: &mut Transaction,
        rows: &[Line<COLUMNS>],
    ) -> Result<Vec<AnyRow>, sqlx::Error> {
        let mut returned = Vec::with_capacity(rows.len());
        for piece in pieces(rows) {
            let sql = self.sql(transaction.kind(), piece.len());
            let query = piece.iter().flatten().fold(sqlx::query(sqlx::AssertSqlSafe(sql)), bind);
            returned.extend(query.fetch_all(&mut **transaction).await?);
        }
        Ok(returned)
    }

    fn sql(&self, kind: Kind, rows: usize) -> String {
        let mut sql = String::with_capacity(self.before.len() + self.after.len() + rows * COLUMNS * 5);
        sql.push_str(self.before);
        for row in 0..rows {
            sql.push_str(if row == 0 { "(" } else { ", (" });
            places(&mut sql, kind, row * COLUMNS, COLUMNS);
            sql.push(')');
        }
        sql.push_str(self.after);
        sql
    }
}

/// Writes places for so many values behind the first `before`. A file's have no numbers: with names for them binding would
/// take a time that grows with the square of their count.
fn places(sql: &mut String, kind: Kind, before: usize, count: usize) {
    for place in 1..=count {
        sql.push_str(if place == 1 { "" } else { ", " });
        // Writing to a text cannot fail.
        let _ = match kind {
            Kind::File => write!(sql, "?"),
            Kind::Server => write!(sql, "${}", before + place),
        };
    }
}

fn bind<'q>(query: Query<'q, Any, AnyArguments>, value: &Value) -> Query<'q, Any, AnyArguments> {
    match value {
        Value::Number(number) => query.bind(*number),
        Value::Maybe(number) => query.bind(*number),
        Value::Text(text) => query.bind(text.clone()),
    }
}

/// A statement with a list of so many places, as behind `IN (`: what stands before the list, and after.
pub fn listed(kind: Kind, before: &str, count: usize, after: &str) -> String {
    let mut sql = before.to_owned();
    places(&mut sql, kind, 0, count);
    sql.push_str(after);
    sql
}

/// The rows in pieces of the sizes.
pub fn pieces<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let (piece, rest) = rows.split_at_checked(size)?;
        rows = rest;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_go_in_pieces_of_few_sizes_and_none_is_left_out() {
        let rows: Vec<u32> = (0..103).collect();
        let sizes: Vec<usize> = pieces(&rows).map(<[u32]>::len).collect();
        assert_eq!(sizes, [64, 32, 6, 1]);
        assert_eq!(pieces(&rows).flatten().copied().collect::<Vec<_>>(), rows);
        assert_eq!(pieces::<u32>(&[]).count(), 0);
    }

    #[test]
    fn places_are_numbered_through_all_rows_for_a_server() {
        let statement = Statement::<2> { before: "INSERT INTO a (b, c) VALUES ", after: " RETURNING b" };
        let server = "INSERT INTO a (b, c) VALUES ($1, $2), ($3, $4) RETURNING b";
        assert_eq!(statement.sql(Kind::Server, 2), server);
        assert_eq!(statement.sql(Kind::File, 2), "INSERT INTO a (b, c) VALUES (?, ?), (?, ?) RETURNING b");
        assert_eq!(listed(Kind::Server, "IN (", 3, ")"), "IN ($1, $2, $3)");
    }
}
