//! The tables' words as people read them, and the small parts that many pages show: badges, links, the way on in a list.

use super::format;
use crate::catalogue::{Listed, NoSection, ReactionRow, Section, ServiceWord};
use crate::deposits::CustomerReference;
use maud::{Markup, html};
use terms::Serial;
use terms::equations::Status;
use web::{Pages, Table, Tone, badge};

/// What is thought of a meter.
pub fn status_word(status: Status) -> &'static str {
    match status {
        Status::Okay => "okay",
        Status::Suspicious => "suspicious",
        Status::Manipulated => "manipulated",
    }
}

/// How that is to be felt.
pub fn status_tone(status: Status) -> Tone {
    match status {
        Status::Okay => Tone::Good,
        Status::Suspicious => Tone::Warn,
        Status::Manipulated => Tone::Bad,
    }
}

/// What is thought of a meter, as a badge.
pub fn status_badge(status: Status) -> Markup {
    badge(status_tone(status), status_word(status))
}

/// Whether a meter is in service, in words.
pub fn service_words(service: ServiceWord) -> &'static str {
    match service {
        ServiceWord::InService => "in service",
        ServiceWord::Leaving => "leaving service",
        ServiceWord::Withdrawn => "withdrawn",
        ServiceWord::Gone => "lost or dead",
        ServiceWord::Settled => "gone and settled",
    }
}

/// A meter's badges: what is thought of it, and what else is out of the ordinary.
pub fn meter_badges(status: Status, service: ServiceWord, is_stopped: bool) -> Markup {
    html! {
        span class="badges" {
            (status_badge(status))
            @if is_stopped { (badge(Tone::Bad, "stopped")) }
            @if service != ServiceWord::InService { (badge(Tone::Quiet, service_words(service))) }
        }
    }
}

/// The path of a meter's page.
pub fn meter_path(serial: Serial) -> String {
    format!("/meters/{serial}")
}

/// A link to a meter.
pub fn meter_link(serial: Serial) -> Markup {
    html! { a class="nowrap" href=(meter_path(serial)) { (serial) } }
}

/// The path of a customer's page.
pub fn customer_path(customer: CustomerReference) -> String {
    format!("/customers/{}", format::in_path(customer))
}

/// A link to a customer, for who may follow it.
pub fn customer_link(customer: CustomerReference, name: &str, may_follow: bool) -> Markup {
    html! {
        @if may_follow { a href=(customer_path(customer)) { (name) } } @else { (name) }
    }
}

/// What is done about a meter, in words.
pub fn reaction_words(reaction: &ReactionRow) -> String {
    match (reaction.kind.as_str(), reaction.status) {
        ("ask_for_call", _) => "Call the customer: the meter is overdue".to_owned(),
        ("inspect_unless_heard", _) => "Inspect it on site, unless it calls and is in order".to_owned(),
        ("inspect", _) => "Inspect it on site".to_owned(),
        ("tell_post", Some(status)) => format!("Tell the post: {}", status_word(status)),
        ("mark_imprints", _) => "Its imprints carry the mark".to_owned(),
        ("compare_papers", _) => "Compare a spoiled imprint's paper with what the post saw".to_owned(),
        (other, _) => format::plain(other),
    }
}

/// Who decided something: a person's name, or a word for what did.
pub fn by_whom(by: &str) -> &str {
    match by {
        "call" => "the meter's call",
        "post" => "the post",
        "regular run" => "the regular run",
        other => other,
    }
}

/// What a meter asked for.
pub fn ask_words(ask: &str) -> &str {
    match ask {
        "contact" => "a contact",
        "refill" => "a refill of the usual amount",
        "amount" => "a refill of another amount",
        "zero" => "the amount zero",
        "call_back" => "to be called back",
        "withdraw" => "to leave service",
        "completed" => "to report an opening's end",
        other => other,
    }
}

/// Why a call was made.
pub fn trigger_words(trigger: Option<&str>) -> &str {
    match trigger {
        Some("manual") => "by hand",
        Some("automatic") => "by itself",
        Some("called_back") => "called back",
        Some(other) => other,
        None => "not known",
    }
}

/// How an opening came to its end.
pub fn ended_words(ended: Option<&str>) -> &str {
    match ended {
        None => "open",
        Some("completed") => "completed",
        Some("not_reported") => "never reported as completed",
        Some("other_value") => "void: another amount was asked for",
        Some("too_late") => "void: the meter came too late",
        Some("withdrawn") => "withdrawn",
        Some("refused") => "refused by the meter",
        Some(other) => other,
    }
}

/// A task for a meter.
pub fn task_words(task: &str) -> &str {
    match task {
        "mark" => "mark its imprints",
        "unmark" => "take the mark from its imprints",
        "stop" => "frank no more",
        "free" => "frank again",
        "next_codeword" => "take the codeword for an opening",
        "enrol_program" => "take a program's next version",
        "pieces" => "take its piece credit",
        "clock" => "set its clock",
        "clear_errors" => "count its errors anew",
        "unpair" => "pair another control unit",
        "forget_lock" => "forget the customer's lock",
        "reset" => "mend its fault by a service reset",
        other => other,
    }
}

/// A kind of error that a meter counts.
pub fn error_words(kind: &str) -> &str {
    match kind {
        "requests" => "refused requests",
        "messages" => "messages that were nobody's or out of order",
        "clock" => "refusals because of the clock",
        "memory" => "failures of its memory",
        "frames" => "frames that are no commands",
        "access" => "wrong passwords",
        "interrogation" => "wrong or missing answers of the control unit",
        "openings" => "openings without authority",
        "run_time" => "routines out of their run time",
        "flow" => "routines with parts left out or doubled",
        "program" => "programs other than those enrolled",
        "printing" => "prints out of their time",
        other => other,
    }
}

/// The part of a list that the address asks for.
pub fn section(after: Option<&str>) -> Result<Section, NoSection> {
    Section::new(after.filter(|after| !after.is_empty()), None)
}

/// The way on in a list, and back to its beginning.
pub fn pages<T>(path: &str, filter: &[(&str, &str)], after: Option<&str>, list: &Listed<T>) -> Markup {
    let is_first = after.is_none_or(str::is_empty);
    if is_first && list.next.is_none() {
        return html! {};
    }
    let with = |after: Option<&str>| {
        let mut pairs: Vec<(&str, &str)> =
            filter.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
        pairs.extend(after.map(|after| ("after", after)));
        format!("{path}?{}", format::query(&pairs))
    };
    let pages = Pages {
        shown: format!("{} shown", list.items.len()),
        first: (!is_first).then(|| with(None)),
        before: None,
        after: list.next.as_deref().map(|next| with(Some(next))),
    };
    pages.markup()
}

/// The first rows, and the rest of them behind a line that opens.
pub fn folded(table: &Table<'_>, rows: &[Vec<Markup>], shown: usize) -> Markup {
    let (first, rest) = rows.split_at(rows.len().min(shown));
    html! {
        (table.rows(first))
        @if !rest.is_empty() {
            details { summary { (rest.len()) " older" } (table.rows(rest)) }
        }
    }
}

/// A choice of a filter: nothing asked for first, then these.
pub fn choice(all: &str, choices: &[(&str, &str)]) -> web::form::Kind<'static> {
    let all = std::iter::once(("", all));
    let choices = all.chain(choices.iter().copied());
    web::form::Kind::Choice(choices.map(|(value, words)| (value.to_owned(), words.to_owned())).collect())
}
