//! Entries of the audit log as people read them: what happened in words, and its particulars.
//!
//! What always holds: every field of an entry is shown; one that is not known here is shown as it stands.

use super::{format, words};
use crate::catalogue::AuditRow;
use crate::deposits::Currency;
use maud::{Markup, html};
use serde_json::Value;
use web::{Column, Table};

/// Entries as a table, in the order in which they come, so many of them at first.
pub fn table(
    currency: Currency,
    (caption, empty): (&str, &str),
    entries: &[AuditRow],
    shown: usize,
) -> Markup {
    let columns = [
        Column::figures("No."),
        Column::words("When"),
        Column::words("Who"),
        Column::words("What"),
        Column::words("In detail"),
    ];
    let rows: Vec<Vec<Markup>> = entries
        .iter()
        .map(|entry| {
            let (what, details) = told(currency, &entry.event);
            vec![
                html! { (entry.number) },
                format::time(entry.at_ms),
                html! { (entry.who) },
                html! { (what) },
                html! { @if !details.is_empty() { span class="muted" { (details) } } },
            ]
        })
        .collect();
    words::folded(&Table { caption, columns: &columns, empty }, &rows, shown)
}

/// What happened, and its particulars.
fn told(currency: Currency, event: &Value) -> (String, String) {
    let Some(fields) = event.as_object() else {
        return (event.to_string(), String::new());
    };
    let kind = fields.get("kind").and_then(Value::as_str).unwrap_or("not known");
    let details = fields.iter().filter(|(name, _)| *name != "kind");
    let details = details.map(|(name, value)| detail(currency, name, value)).filter(|text| !text.is_empty());
    (capital(&format::plain(kind)), details.collect::<Vec<_>>().join(" · "))
}

fn detail(currency: Currency, name: &str, value: &Value) -> String {
    let minor = value.as_i64();
    let (label, text) = match (name.strip_suffix("_minor"), name.strip_suffix("_ms"), minor) {
        (Some(label), _, Some(minor)) => (label, format::amount(currency, minor)),
        (_, Some(label), Some(at_ms)) => (label, format::stamped(at_ms, "%Y-%m-%d %H:%M UTC")),
        _ => (name, text(value)),
    };
    if text.is_empty() { String::new() } else { format!("{} {text}", format::plain(label)) }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) if is_word(text) => format::plain(text),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join("; "),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Whether it is one of the tables' words, such as `tell_post`.
fn is_word(text: &str) -> bool {
    text.contains('_') && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    first + letters.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_entry_tells_amounts_and_times_as_such() {
        let event =
            json!({ "kind": "grant_issued", "grant": 3, "amount_minor": 10_000, "r3_before_minor": 0 });
        let (what, details) = told(Currency::EUR, &event);
        assert_eq!(what, "Grant issued");
        assert_eq!(details.replace('\u{a0}', " "), "amount 100.00 EUR · grant 3 · r3 before 0.00 EUR");
        let event =
            json!({ "kind": "opening_announced", "technician": "<b>", "work": "", "until_ms": 86_400_000 });
        assert_eq!(told(Currency::EUR, &event).1, "technician <b> · until 1970-01-02 00:00 UTC");
    }
}
