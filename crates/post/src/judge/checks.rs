//! The checks a) to d) of Fig. 4d and those that stand beside them, each by name with its inputs.

use super::explore::{Open, Standing};
use super::{Check, Circumstances, Judgement, Outcome, Verdict, open};
use crate::list::{self, KnownMeters};
use imprint::numbers::{OpenData, Quantity, Suspicion, decode};
use std::fmt::Display;
use terms::{Money, Serial};

/// Dates may be printed this many days ahead.
const ADVANCE_DAYS_MAX: u32 = 30;
/// Most meters whose keys are tried to name the one a foreign number comes from.
const OTHER_METERS_MAX: usize = 4_096;

/// The checks of an imprint whose number agrees with the open data, and the verdict that follows.
pub fn of_agreeing(
    judgement: &mut Judgement,
    open: &Open<'_>,
    standing: &Standing<'_>,
    beside: &Circumstances,
) {
    let decoded = &standing.decoded;
    let printed = Money::from_minor(open.postage.most_probable());
    let checks = vec![
        compare("postage", "printed", printed, "debited", decoded.postage, true),
        interval(standing),
        check("serial", serial_inputs(standing), passed_if(decoded.serial_agrees)),
        suspicion(decoded.suspicion),
        mark(open, decoded.suspicion),
        date(judgement, open, beside),
        meter_standing(&standing.meter.entry.standing),
        layout(judgement, open, standing),
        due(printed, beside.due),
    ];
    judgement.checks.extend(checks);
    let against = judgement.checks.iter().find(|check| {
        let advisory = matches!(check.name, "mark" | "postage-due");
        check.outcome == Outcome::Failed && !advisory
    });
    match against {
        None => {
            judgement.verdict = Verdict::Genuine;
            judgement.reason = "the number decrypts and agrees with everything printed".to_owned();
            judgement.next = Vec::new();
        }
        Some(check) => {
            judgement.verdict = Verdict::Suspicious;
            judgement.reason =
                format!("the number agrees, but {}: {}", against_words(check.name), check.inputs);
            judgement.next = vec!["report the finding to the centre", "order an inspection of the meter"];
        }
    }
}

/// The checks of an imprint whose number is the meter's but contradicts what is printed.
pub fn of_contradicting(judgement: &mut Judgement, open: &Open<'_>, standing: &Standing<'_>) {
    let decoded = &standing.decoded;
    let printed = Money::from_minor(open.postage.most_probable());
    let postage_agrees = open.postage.agree_with(decoded.postage.minor());
    judgement.checks.push(compare("postage", "printed", printed, "debited", decoded.postage, postage_agrees));
    judgement.checks.push(interval(standing));
    judgement.checks.push(check("serial", serial_inputs(standing), passed_if(decoded.serial_agrees)));
    judgement.checks.push(suspicion(decoded.suspicion));
    judgement.reason = if !postage_agrees {
        format!("the postage printed is {printed}, but {} was debited", decoded.postage)
    } else {
        "the number belongs to another serial number, date or count than is printed".to_owned()
    };
}

/// The check of an imprint whose number says nothing under the meter's key.
pub fn undecipherable(judgement: &mut Judgement) {
    let inputs =
        format!("row {:?} under the keys of meter {}", judgement.symbols, SerialOrNone(judgement.serial));
    judgement.checks.push(check("serial", inputs, Outcome::Failed));
}

/// The check of an imprint whose meter is not listed.
pub fn unknown_meter(judgement: &mut Judgement, serial: Option<Serial>) {
    judgement.checks.push(check(
        "meter",
        format!("{} is not on the list", SerialOrNone(serial)),
        Outcome::Failed,
    ));
}

/// The meter among those listed under whose key the symbols agree with the printed postage.
pub fn other_meter(open: &Open<'_>, list: &KnownMeters, symbols: &[u8]) -> Option<Serial> {
    let date = open::date(open.date.most_probable());
    let postage = Some(Money::from_minor(open.postage.most_probable()));
    list.iter().take(OTHER_METERS_MAX).find_map(|meter| {
        let serial = meter.entry.serial;
        let made = meter.epochs().any(|(epoch, cipher)| {
            let open_data = OpenData { serial, date, postage };
            let decoded = decode(&epoch.profile, cipher, &open_data, symbols);
            decoded.is_ok_and(|decoded| {
                let in_interval = epoch.mv.is_some_and(|(least, most)| (least..=most).contains(&decoded.mv));
                decoded.serial_agrees == Some(true) && Some(decoded.postage) == postage && in_interval
            })
        });
        made.then_some(serial)
    })
}

fn check(name: &'static str, inputs: impl Into<String>, outcome: Outcome) -> Check {
    Check { name, inputs: inputs.into(), outcome }
}

fn passed_if(agrees: Option<bool>) -> Outcome {
    match agrees {
        Some(true) => Outcome::Passed,
        Some(false) => Outcome::Failed,
        None => Outcome::Open,
    }
}

fn compare(
    name: &'static str,
    left: &str,
    left_value: impl Display,
    right: &str,
    right_value: impl Display,
    agrees: bool,
) -> Check {
    check(name, format!("{left} {left_value}, {right} {right_value}"), passed_if(Some(agrees)))
}

fn serial_inputs(standing: &Standing<'_>) -> String {
    let part = |quantity| standing.decoded.koz.part(standing.profile, quantity);
    let digits = part(Quantity::SerialCheck).or(part(Quantity::SerialDigitSum)).unwrap_or_default();
    format!("printed {}, check digits {digits:02}", standing.meter.entry.serial)
}

fn interval(standing: &Standing<'_>) -> Check {
    let mv = standing.decoded.mv;
    match (standing.interval, standing.mv_in_interval) {
        (Some((least, most)), Some(inside)) => {
            check("monotone", format!("MV {mv}, allowed {least} to {most}"), passed_if(Some(inside)))
        }
        _ => check("monotone", format!("MV {mv}, nothing known to compare with"), Outcome::Open),
    }
}

fn suspicion(suspicion: Suspicion) -> Check {
    let (inputs, outcome) = match suspicion {
        Suspicion::None => ("the number says normal", Outcome::Passed),
        Suspicion::Suspicious => ("the number says suspicious mode", Outcome::Failed),
        Suspicion::Manipulated => ("the number says the meter found a manipulation", Outcome::Failed),
    };
    check("suspicion", inputs, outcome)
}

/// The open mark against the number. The number is what counts: the mark can be washed off or imitated.
fn mark(open: &Open<'_>, suspicion: Suspicion) -> Check {
    /// So sure the mark must be, as the logarithm of the odds, before it contradicts the number.
    const CLEAR: f32 = 7.0;
    let odds = open.reading.mark.present - open.reading.mark.absent;
    let expected = suspicion != Suspicion::None;
    let words = if odds > 0.0 { "printed" } else { "not printed" };
    let outcome = match odds.abs() >= CLEAR {
        false => Outcome::Open,
        true => passed_if(Some((odds > 0.0) == expected)),
    };
    check("mark", format!("the open suspicious mark is {words}"), outcome)
}

fn date(judgement: &Judgement, open: &Open<'_>, beside: &Circumstances) -> Check {
    let Some(printed) = judgement.date else {
        return check(
            "date",
            format!("{:08} is no date that was read", open.date.most_probable()),
            Outcome::Open,
        );
    };
    let Some(today) = beside.today else {
        return check("date", format!("printed {printed}"), Outcome::Open);
    };
    let latest = today.day_number() + ADVANCE_DAYS_MAX;
    let inputs = format!("printed {printed}, today {today}, at most {ADVANCE_DAYS_MAX} days ahead");
    check("date", inputs, passed_if(Some(printed.day_number() <= latest)))
}

fn meter_standing(standing: &list::Standing) -> Check {
    match standing {
        list::Standing::Active => check("meter", "in service", Outcome::Passed),
        list::Standing::Suspect { why } => check("meter", format!("suspect: {why}"), Outcome::Failed),
        list::Standing::Overdue => check("meter", "overdue", Outcome::Failed),
        list::Standing::Withdrawn => check("meter", "withdrawn from service", Outcome::Failed),
    }
}

/// Passes if any of the layouts that the imprint may have is one the meter may print.
fn layout(judgement: &mut Judgement, open: &Open<'_>, standing: &Standing<'_>) -> Check {
    let allowed = open.reading.layouts.iter().copied().find(|&layout| standing.meter.may_print(layout));
    judgement.layout = allowed.or(judgement.layout);
    let inputs =
        judgement.layout.map_or("no layout was recognised".to_owned(), |layout| format!("layout {layout}"));
    check("layout", inputs, passed_if(Some(allowed.is_some())))
}

fn due(printed: Money, due: Option<Money>) -> Check {
    match due {
        None => check("postage-due", "the piece was not weighed", Outcome::Open),
        Some(due) => {
            check("postage-due", format!("printed {printed}, due {due}"), passed_if(Some(printed >= due)))
        }
    }
}

fn against_words(name: &str) -> &'static str {
    match name {
        "monotone" => "its place is not one the meter can have reached",
        "suspicion" => "it carries a suspicion",
        "date" => "the date is not plausible",
        "meter" => "there is something against the meter",
        "layout" => "the meter may not print this layout",
        _ => "a check failed",
    }
}

struct SerialOrNone(Option<Serial>);

impl Display for SerialOrNone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(serial) => serial.fmt(f),
            None => f.write_str("unknown"),
        }
    }
}
