//! Statements with conditions that are chosen when they are asked, and the columns of what they give.
//!
//! What always holds: whatever comes from outside is bound and never part of a statement's text.

use crate::books::BooksFault;
use crate::deposits::CustomerReference;
use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, AssertSqlSafe, Decode, Row as _, Type};
use terms::Serial;

/// A statement that is put together.
#[derive(Debug, Default)]
pub(super) struct Select {
    conditions: Vec<String>,
    bound: Vec<Bound>,
}

#[derive(Debug)]
enum Bound {
    Number(i64),
    Text(String),
}

impl Select {
    /// A condition without a value.
    pub(super) fn only(&mut self, condition: &'static str) -> &mut Select {
        self.conditions.push(condition.to_owned());
        self
    }

    /// A condition with a number where its `?` stands.
    pub(super) fn number(&mut self, condition: &'static str, number: i64) -> &mut Select {
        self.bound.push(Bound::Number(number));
        self.condition(condition)
    }

    /// A condition with a text where its `?` stands.
    pub(super) fn text(&mut self, condition: &'static str, text: impl Into<String>) -> &mut Select {
        self.bound.push(Bound::Text(text.into()));
        self.condition(condition)
    }

    /// A condition on a number and a text, by which a list is ordered.
    pub(super) fn pair(&mut self, condition: &'static str, number: i64, text: &str) -> &mut Select {
        self.tuple(condition, vec![Bound::Number(number), Bound::Text(text.to_owned())])
    }

    /// A condition on several numbers, by which a list is ordered.
    pub(super) fn numbers(&mut self, condition: &'static str, numbers: &[i64]) -> &mut Select {
        self.tuple(condition, numbers.iter().copied().map(Bound::Number).collect())
    }

    fn tuple(&mut self, condition: &'static str, values: Vec<Bound>) -> &mut Select {
        let first = self.bound.len() + 1;
        let places: Vec<String> = (first..first + values.len()).map(|place| format!("${place}")).collect();
        self.bound.extend(values);
        self.conditions.push(format!("{condition} ({})", places.join(", ")));
        self
    }

    fn condition(&mut self, condition: &'static str) -> &mut Select {
        let place = format!("${}", self.bound.len());
        self.conditions.push(condition.replacen('?', &place, 1));
        self
    }

    /// The rows of `head`, then the conditions, then `tail`, in which `?` is how many rows are wanted at most.
    pub(super) async fn rows(
        mut self,
        pool: &AnyPool,
        head: &str,
        tail: &str,
        limit: i64,
    ) -> Result<Vec<AnyRow>, BooksFault> {
        let conditions = match self.conditions.is_empty() {
            true => String::new(),
            false => format!(" WHERE {}", self.conditions.join(" AND ")),
        };
        self.bound.push(Bound::Number(limit));
        let tail = tail.replacen('?', &format!("${}", self.bound.len()), 1);
        let mut query = sqlx::query(AssertSqlSafe(format!("{head}{conditions} {tail}")));
        for bound in self.bound {
            query = match bound {
                Bound::Number(number) => query.bind(number),
                Bound::Text(text) => query.bind(text),
            };
        }
        Ok(query.fetch_all(pool).await?)
    }
}

/// What stands for itself in a `LIKE … ESCAPE '!'` with anything around it.
pub(super) fn within(text: &str) -> String {
    let mut pattern = String::from("%");
    for sign in text.chars().flat_map(char::to_lowercase) {
        if matches!(sign, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

/// The columns of a row, one after the other.
pub(super) struct Columns<'r> {
    row: &'r AnyRow,
    next: usize,
}

impl<'r> Columns<'r> {
    pub(super) fn of(row: &'r AnyRow) -> Columns<'r> {
        Columns { row, next: 0 }
    }

    /// The next column as it lies there.
    pub(super) fn take<T: Decode<'r, Any> + Type<Any>>(&mut self) -> Result<T, BooksFault> {
        let column = self.next;
        self.next += 1;
        Ok(self.row.try_get(column)?)
    }

    /// A number of a kind of its own.
    pub(super) fn number<N: TryFrom<i64>>(&mut self) -> Result<N, BooksFault> {
        let number: i64 = self.take()?;
        N::try_from(number).map_err(|_| damaged("a number", number))
    }

    /// Such a number, or nothing.
    pub(super) fn maybe<N: TryFrom<i64>>(&mut self) -> Result<Option<N>, BooksFault> {
        let number: Option<i64> = self.take()?;
        number.map(|number| N::try_from(number).map_err(|_| damaged("a number", number))).transpose()
    }

    /// Yes or no.
    pub(super) fn flag(&mut self) -> Result<bool, BooksFault> {
        Ok(self.take::<i64>()? != 0)
    }

    /// A text; nothing where it is empty.
    pub(super) fn text(&mut self) -> Result<Option<String>, BooksFault> {
        Ok(Some(self.take::<String>()?).filter(|text| !text.is_empty()))
    }

    /// What the column says in JSON, if it says anything.
    pub(super) fn json<T: DeserializeOwned>(&mut self) -> Result<Option<T>, BooksFault> {
        let text: Option<String> = self.take()?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| damaged("a column", error))).transpose()
    }

    /// A meter.
    pub(super) fn serial(&mut self) -> Result<Serial, BooksFault> {
        let number: u32 = self.number()?;
        Serial::new(number).map_err(|_| damaged("a serial number", number))
    }

    /// A meter, if one is named.
    pub(super) fn maybe_serial(&mut self) -> Result<Option<Serial>, BooksFault> {
        let number: Option<u32> = self.maybe()?;
        number.map(|number| Serial::new(number).map_err(|_| damaged("a serial number", number))).transpose()
    }

    /// A customer, if one is named.
    pub(super) fn maybe_customer(&mut self) -> Result<Option<CustomerReference>, BooksFault> {
        let text: Option<String> = self.take()?;
        let parsed = |text: String| text.parse().map_err(|_| damaged("a customer's reference", text));
        text.map(parsed).transpose()
    }

    /// A customer.
    pub(super) fn customer(&mut self) -> Result<CustomerReference, BooksFault> {
        let text: String = self.take()?;
        text.parse().map_err(|_| damaged("a customer's reference", text))
    }
}

/// What is stored cannot be right.
pub(super) fn damaged(what: &str, found: impl std::fmt::Display) -> BooksFault {
    BooksFault::Damaged(format!("{what} cannot be {found}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_a_pattern_stand_for_themselves() {
        assert_eq!(within("5%_!A"), "%5!%!_!!a%");
    }
}
