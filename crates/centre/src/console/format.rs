//! How amounts, times and words are written on pages, and how amounts and times that were typed are read.
//!
//! What always holds: no amount is a float; times are in UTC and say so; a word of the tables that is not known here is
//! shown as it is, so that nothing disappears.

use crate::deposits::{AmountFault, Currency, CustomerReference};
use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, civil};
use maud::{Markup, html};
use terms::{Date, Money};

/// Parts thousands without letting a line break between them.
const THIN: char = '\u{202f}';

/// An amount as figures alone: `1 234.56`.
pub fn figures(currency: Currency, minor: i64) -> String {
    let digits = usize::from(currency.minor_digits());
    let plain = format!("{:0>width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = plain.split_at(plain.len() - digits);
    let sign = if minor < 0 { "\u{2212}" } else { "" };
    let point = if digits == 0 { "" } else { "." };
    format!("{sign}{}{point}{fraction}", grouped(whole))
}

/// An amount with its currency: `1 234.56 EUR`.
pub fn amount(currency: Currency, minor: i64) -> String {
    format!("{}\u{a0}{currency}", figures(currency, minor))
}

/// An amount as it is typed into a field: `1234.56`.
pub fn typed_amount(currency: Currency, amount: Money) -> String {
    figures(currency, i64::try_from(amount.minor()).unwrap_or(i64::MAX)).replace(THIN, "")
}

/// A count: `1 203`.
pub fn count(count: u64) -> String {
    grouped(&count.to_string())
}

fn grouped(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(THIN);
        }
        text.push(digit);
    }
    text
}

/// The amount that was typed. Blanks between thousands count as nothing; what can be read in two ways is refused.
pub fn read_amount(currency: Currency, text: &str) -> Result<Money, String> {
    let plain: String = text.chars().filter(|sign| ![' ', '\u{a0}', THIN].contains(sign)).collect();
    match currency.written(&plain) {
        Ok((amount, _)) => Ok(amount),
        Err(AmountFault::Zero) => Ok(Money::ZERO),
        Err(AmountFault::Ambiguous) => Err(format!("Write it as {}.", example(currency))),
        Err(AmountFault::Text) => Err(format!("Write an amount in digits, such as {}.", example(currency))),
        Err(fault) => Err(web::sentence(&fault)),
    }
}

/// The amount that was typed, where it is more than nothing.
pub fn read_some_amount(currency: Currency, text: &str) -> Result<Money, String> {
    match read_amount(currency, text)? {
        Money::ZERO => Err("The amount is more than zero.".to_owned()),
        amount => Ok(amount),
    }
}

fn example(currency: Currency) -> String {
    typed_amount(currency, Money::from_minor(123_456))
}

/// A time: `2026-11-28 16:34 UTC`.
pub fn time(at_ms: i64) -> Markup {
    match Timestamp::from_millisecond(at_ms) {
        Ok(at) => html! {
            time class="nowrap" datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) { (at.strftime("%Y-%m-%d %H:%M UTC")) }
        },
        Err(_) => html! { (at_ms) " ms" },
    }
}

/// A time, or a word where there is none.
pub fn time_or(at_ms: Option<i64>, word: &str) -> Markup {
    match at_ms {
        Some(at_ms) => time(at_ms),
        None => html! { span class="muted" { (word) } },
    }
}

/// A day: `2026-11-28`.
pub fn day(at_ms: i64) -> String {
    stamped(at_ms, "%Y-%m-%d")
}

/// The time of a day: `16:34 UTC`.
pub fn clock(at_ms: i64) -> String {
    stamped(at_ms, "%H:%M UTC")
}

/// A time by this pattern, in UTC.
pub fn stamped(at_ms: i64, pattern: &str) -> String {
    match Timestamp::from_millisecond(at_ms) {
        Ok(at) => at.strftime(pattern).to_string(),
        Err(_) => format!("{at_ms} ms"),
    }
}

/// How long ago something was, or how long it will take: `3 days`.
pub fn span(ms: i64) -> String {
    let minutes = ms.unsigned_abs() / 60_000;
    let (number, unit) = match minutes {
        0 => return "less than a minute".to_owned(),
        1..60 => (minutes, "minute"),
        60..2_880 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    format!("{} {unit}{}", count(number), if number == 1 { "" } else { "s" })
}

/// A time as a field holds it: `2026-11-28T16:34`, in UTC.
pub fn typed_time(at_ms: i64) -> String {
    stamped(at_ms, "%Y-%m-%dT%H:%M")
}

/// The time that was typed, in UTC.
pub fn read_time(text: &str) -> Result<i64, String> {
    let wrong = || "Write a day and a time, such as 2026-11-28 16:30.".to_owned();
    let at: DateTime = text.trim().parse().map_err(|_| wrong())?;
    let at = at.to_zoned(TimeZone::fixed(Offset::UTC)).map_err(|_| wrong())?;
    Ok(at.timestamp().as_millisecond())
}

/// The day that was typed.
pub fn read_day(text: &str) -> Result<Date, String> {
    let wrong = || "Write a day as year, month and day, such as 2026-11-28.".to_owned();
    let day: civil::Date = text.trim().parse().map_err(|_| wrong())?;
    let (year, month, day) = (u16::try_from(day.year()), u8::try_from(day.month()), u8::try_from(day.day()));
    match (year, month, day) {
        (Ok(year), Ok(month), Ok(day)) => Date::new(year, month, day).map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

/// A line of text of at most so many bytes.
pub fn read_line(text: &str, bytes_max: usize) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("This is needed.".to_owned());
    }
    let fits = text.len() <= bytes_max && !text.chars().any(char::is_control);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(format!("This has at most {bytes_max} letters, all in one line."))
    }
}

/// A share in hundredths of a per cent: `2.50 %`.
pub fn per_cent(hundredths: u32) -> String {
    format!("{}.{:02}\u{a0}%", hundredths / 100, hundredths % 100)
}

/// A whole number within bounds.
pub fn read_number(text: &str, least: u32, most: u32) -> Result<u32, String> {
    let plain: String = text.chars().filter(|sign| ![' ', THIN].contains(sign)).collect();
    let number: Option<u32> = plain.parse().ok();
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(|| format!("Write a whole number from {least} to {most}."))
}

/// A word of the tables as people read it: `in_service` as `in service`.
pub fn plain(word: &str) -> String {
    word.replace(['_', '-'], " ")
}

/// A customer's reference as it stands in an address, without blanks.
pub fn in_path(customer: CustomerReference) -> String {
    customer.to_string().replace(' ', "")
}

/// What stands behind the question mark of an address.
pub fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_as_many_digits_as_their_currency() {
        let check = |digits, minor, expected: &str| {
            let currency = Currency::new("EUR", digits).unwrap();
            assert_eq!(figures(currency, minor).replace(THIN, "_"), expected);
        };
        check(2, 0, "0.00");
        check(2, 5, "0.05");
        check(2, 123_456, "1_234.56");
        check(2, -123_456_789, "\u{2212}1_234_567.89");
        check(0, 1_234, "1_234");
        check(3, 1, "0.001");
        check(2, i64::MIN, "\u{2212}92_233_720_368_547_758.08");
    }

    #[test]
    fn what_is_shown_can_be_typed_again() {
        for minor in [1_u64, 99, 100, 123_456, 9_999_999_999] {
            let shown = figures(Currency::EUR, minor.cast_signed());
            assert_eq!(read_amount(Currency::EUR, &shown), Ok(Money::from_minor(minor)));
            let typed = typed_amount(Currency::EUR, Money::from_minor(minor));
            assert_eq!(read_amount(Currency::EUR, &typed), Ok(Money::from_minor(minor)));
        }
        assert_eq!(read_amount(Currency::EUR, "0"), Ok(Money::ZERO));
        assert_eq!(read_amount(Currency::EUR, "1.234").unwrap_err(), "Write it as 1234.56.");
        assert!(read_amount(Currency::EUR, "ten").is_err() && read_some_amount(Currency::EUR, "0").is_err());
    }

    #[test]
    fn times_are_read_and_written_in_utc() {
        assert_eq!(read_time("1970-01-02T00:01"), Ok(86_460_000));
        assert_eq!(read_time("1970-01-02 00:01"), Ok(86_460_000));
        assert_eq!(typed_time(86_460_000), "1970-01-02T00:01");
        assert!(read_time("tomorrow").is_err());
        assert_eq!(day(86_460_000), "1970-01-02");
        assert_eq!(span(-3 * 86_400_000), "3 days");
    }
}
