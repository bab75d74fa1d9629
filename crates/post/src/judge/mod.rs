//! From readings to a verdict: evaluation 1 of EP 0 660 270, Fig. 4d (steps 71 to 81), made careful.
//!
//! What always holds: an accusation is made only if the probability that a misreading explains the disagreement
//! is below one in a million; a genuine verdict only if the chance of accepting a random row stays below the risk
//! allowed. Everything else is unreadable or suspicious.

mod checks;
mod explore;
mod open;
mod search;
mod verdict;

pub use open::OpenReading;
pub use verdict::{Check, Identity, Judgement, Outcome, Verdict};

use crate::list::{EpochEntry, KnownMeters};
use crate::reading::RowReading;
use explore::{Exploration, Open, Standing, explore};
use imprint::numbers::{SetId, row_length};
use terms::{Date, Money, Serial};

/// Above this probability of a misreading nobody is accused.
pub const MISREADING_LIMIT: f64 = 1e-6;

/// What there is to judge: an imprint found in a picture, or typed in by hand.
pub trait Evidence {
    /// The open data.
    fn open(&self) -> &OpenReading;

    /// The first marking row, compared with the symbols of `set`; `None` if the layout has no room for that many.
    fn row(&self, set: SetId, symbols: usize) -> Option<RowReading>;
}

/// What is known beside the picture.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances {
    /// Today's date at the station, if dates shall be held against it.
    pub today: Option<Date>,
    /// The postage due for this piece under the tariff, if it was weighed and measured.
    pub due: Option<Money>,
    /// The risk of accepting a random row that the examiner allows.
    pub risk: f64,
}

impl Default for Circumstances {
    fn default() -> Circumstances {
        Circumstances { today: None, due: None, risk: 1e-6 }
    }
}

/// Judges one imprint.
pub fn judge(evidence: &impl Evidence, list: &KnownMeters, circumstances: &Circumstances) -> Judgement {
    let open = Open::new(evidence.open());
    let exploration = explore(evidence, &open, list, circumstances.risk);
    let mut judgement = read_judgement(&open, &exploration);
    if let Some(row) = top_row(evidence, &exploration) {
        judgement.set = Some(row.set);
        judgement.symbols = row.top();
    }
    match (&exploration.agreeing, &exploration.contradicting) {
        (Some(standing), _) => {
            judgement.false_accept_risk = Some(standing.chance * exploration.tried as f64);
            tell(&mut judgement, standing);
            checks::of_agreeing(&mut judgement, &open, standing, circumstances);
        }
        (None, Some(standing)) if standing.mv_in_interval == Some(false) => {
            tell(&mut judgement, standing);
            checks::of_agreeing(&mut judgement, &open, standing, circumstances);
        }
        (None, standing) => disagree(&mut judgement, &open, &exploration, standing.as_ref(), list),
    }
    judgement.look_closer = judgement.checks.iter().any(|check| check.outcome == Outcome::Failed);
    judgement
}

/// What the open data alone say.
fn read_judgement(open: &Open<'_>, exploration: &Exploration<'_>) -> Judgement {
    let known = |probability: f64| probability > 0.5;
    let serial = open::serial(open.serial.most_probable()).filter(|_| known(open.serial.best_probability()));
    Judgement {
        serial,
        layout: open.reading.layouts.first().copied(),
        date: open::date(open.date.most_probable()).filter(|_| known(open.date.best_probability())),
        postage: Some(open::postage(open.postage.most_probable()))
            .filter(|_| known(open.postage.best_probability())),
        readings_tried: exploration.tried,
        ..Judgement::unreadable("")
    }
}

/// The row under the likely meter's profile.
fn top_row(evidence: &impl Evidence, exploration: &Exploration<'_>) -> Option<RowReading> {
    let (EpochEntry { profile, .. }, _) = exploration.likely_meter?.epochs().next()?;
    evidence.row(profile.set, row_length(profile.set, profile.cipher.is_binary()))
}

/// Writes down what a standing reading says.
fn tell(judgement: &mut Judgement, standing: &Standing<'_>) {
    let decoded = &standing.decoded;
    judgement.serial = Some(standing.meter.entry.serial);
    judgement.specimen = standing.meter.entry.specimen;
    judgement.profile = Some(standing.profile.name.to_string());
    judgement.date = standing.bound_date.or(judgement.date);
    judgement.debited = Some(decoded.postage);
    judgement.mv = Some(decoded.mv);
    judgement.suspicion = Some(decoded.suspicion);
    judgement.set = Some(standing.profile.set);
    judgement.symbols.clone_from(&standing.symbols);
    judgement.identity = Some(Identity {
        serial: standing.meter.entry.serial,
        epoch: standing.profile.epoch,
        second: decoded.second,
        by_pieces: standing.profile.monotone.marked_by_pieces(decoded.postage),
        mv: decoded.mv,
    });
}

/// No reading agrees: unknown, forged or unreadable.
fn disagree(
    judgement: &mut Judgement,
    open: &Open<'_>,
    exploration: &Exploration<'_>,
    standing: Option<&Standing<'_>>,
    list: &KnownMeters,
) {
    judgement.misreading_risk = Some(exploration.misreading);
    let Some(meter) = exploration.likely_meter else {
        return unknown(judgement, open);
    };
    judgement.serial = Some(meter.entry.serial);
    judgement.specimen = meter.entry.specimen;
    if exploration.misreading >= MISREADING_LIMIT {
        judgement.reason = format!(
            "no reading agrees with the open data, but a misreading explains that with probability up to {:.1e}",
            exploration.misreading
        );
        return;
    }
    judgement.verdict = Verdict::Forged;
    judgement.next = vec!["keep the piece", "trace the sender", "order an inspection of the meter"];
    match standing {
        Some(standing) => {
            tell(judgement, standing);
            checks::of_contradicting(judgement, open, standing);
        }
        None => {
            judgement.reason = match checks::other_meter(open, list, &judgement.symbols) {
                Some(other) => format!("the number is not this meter's: it was made by meter {other}"),
                None => "the number does not belong to this meter and these data".to_owned(),
            };
            checks::undecipherable(judgement);
        }
    }
}

/// The serial number is none on the list.
fn unknown(judgement: &mut Judgement, open: &Open<'_>) {
    /// So sure the digits must be before a meter is called unknown.
    const SURE: f64 = 0.999;
    let serial: Option<Serial> = open::serial(open.serial.most_probable());
    if open.serial.best_probability() < SURE {
        judgement.reason = "the serial number could not be read".to_owned();
        return;
    }
    judgement.verdict = Verdict::Suspicious;
    judgement.reason = "the meter is not on the list".to_owned();
    judgement.next = vec!["ask the centre for this serial number"];
    checks::unknown_meter(judgement, serial);
}
