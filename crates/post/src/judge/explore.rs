//! The cipher resolves doubt (row X3): readings of serial, date and row are tried in falling probability, each is
//! decrypted, and one stands if it agrees with the open data.
//!
//! Three bounds are kept. A reading is accepted only while the number of readings tried, times the chance that a
//! row drawn at random agrees, stays below the risk allowed. It must also be a reading of what is there: one that is
//! far less probable than the plainest is no doubt resolved but an alteration undone. And an accusation needs
//! that everything that could have been printed and would agree was tried, down to a mass below one in a million.

use super::open::{self, Digits, OpenReading};
use super::search::Falling;
use super::{Evidence, MISREADING_LIMIT};
use crate::list::{EpochEntry, KnownMeter, KnownMeters};
use crate::reading::RowReading;
use imprint::numbers::{Cipher, Decoded, OpenData, Profile, Quantity, decode, row_length};
use std::cell::OnceCell;
use terms::{Date, Money, Serial};

/// Most readings of the serial number that are looked up.
const SERIALS_MAX: usize = 256;
/// Most readings of the date that are looked at for each serial number.
const DATES_MAX: usize = 256;
/// Most meters whose rows are tried.
const METERS_MAX: usize = 8;
/// An agreeing reading is accepted only if it is at least this probable beside the most probable reading.
const PLAUSIBLE: f64 = 1e-4;
/// A reading that agrees in everything but its place is believed up to this risk: it leads to no acceptance.
const OUTSIDE_RISK: f64 = 1e-3;
/// Most rows that are tried in all.
const ROWS_MAX: u64 = 60_000;

/// The open data's digits, normalised once.
pub struct Open<'e> {
    /// As read.
    pub reading: &'e OpenReading,
    /// Serial number.
    pub serial: Digits,
    /// Date, YYYYMMDD.
    pub date: Digits,
    /// Postage.
    pub postage: Digits,
    /// The count FE8, where it is shown.
    pub count: Option<Digits>,
}

impl<'e> Open<'e> {
    /// Normalises the readings.
    pub fn new(reading: &'e OpenReading) -> Open<'e> {
        Open {
            reading,
            serial: Digits::new(&reading.serial),
            date: Digits::new(&reading.date),
            postage: Digits::new(&reading.postage),
            count: reading.count.as_ref().map(Digits::new),
        }
    }
}

/// One way to read serial and date, and the profile that it makes us try.
struct Attempt<'l> {
    meter: &'l KnownMeter,
    epoch: &'l EpochEntry,
    cipher: &'l Cipher,
    date: Option<Date>,
    /// Natural logarithm of the probability of serial and date.
    log_probability: f64,
    /// What a row that this profile excludes weighs: the other epochs of the meter have their say in the same reading.
    weight: f64,
    row: RowReading,
    rows: OnceCell<Falling>,
    /// The next row and the logarithm of its probability.
    next: Option<(Vec<u8>, f64)>,
}

/// A reading that decrypts to something the meter could have printed.
#[derive(Clone)]
pub struct Standing<'l> {
    /// The meter.
    pub meter: &'l KnownMeter,
    /// The profile.
    pub profile: &'l Profile,
    /// The date it was decrypted with, for profiles that bind it.
    pub bound_date: Option<Date>,
    /// The symbols tried.
    pub symbols: Vec<u8>,
    /// What they say.
    pub decoded: Decoded,
    /// How probable this reading of serial, date and row is.
    pub probability: f64,
    /// Chance that a row drawn at random would have agreed as well.
    pub chance: f64,
    /// The least and greatest value that MV may have in this epoch, where they are known.
    pub interval: Option<(u64, u64)>,
    /// Whether MV lies within them.
    pub mv_in_interval: Option<bool>,
}

/// What trying the readings brought.
pub struct Exploration<'l> {
    /// How many rows were decrypted.
    pub tried: u64,
    /// A reading that agrees with all open data.
    pub agreeing: Option<Standing<'l>>,
    /// The most probable reading that decrypts well but contradicts open data.
    pub contradicting: Option<Standing<'l>>,
    /// Upper bound of the probability that a misreading explains the disagreement.
    pub misreading: f64,
    /// The most probable known meter, if the serial number was read as one.
    pub likely_meter: Option<&'l KnownMeter>,
}

/// Tries the readings of one imprint.
pub fn explore<'l>(
    evidence: &impl Evidence,
    open: &Open<'_>,
    list: &'l KnownMeters,
    risk: f64,
) -> Exploration<'l> {
    let (mut attempts, impossible) = attempts(evidence, open, list);
    let likely_meter = attempts.first().map(|attempt| attempt.meter);
    let mut exploration =
        Exploration { tried: 0, agreeing: None, contradicting: None, misreading: 1.0, likely_meter };
    // What was tried and cannot have been printed by any meter known.
    let mut excluded = impossible;
    let mut most_probable = 0.0_f64;
    while exploration.tried < ROWS_MAX {
        let Some((attempt, symbols, log_probability)) = next(&mut attempts) else { break };
        exploration.tried += 1;
        let probability = log_probability.exp();
        let weight = attempt.weight;
        most_probable = most_probable.max(probability);
        match stand(open, attempt, symbols, probability) {
            None => excluded += weight * probability,
            Some((standing, true)) => {
                let outside = standing.mv_in_interval == Some(false);
                let allowed = if outside { OUTSIDE_RISK } else { risk };
                let plausible = probability >= PLAUSIBLE * most_probable;
                let accepted = plausible && standing.chance * exploration.tried as f64 <= allowed;
                if accepted && !outside {
                    exploration.misreading = 1.0 - excluded;
                    exploration.agreeing = Some(standing);
                    return exploration;
                } else if accepted {
                    exploration.keep_contradicting(standing);
                }
            }
            Some((standing, false)) => {
                excluded += weight * probability * (1.0 - open_probability(open, &standing));
                exploration.keep_contradicting(standing);
            }
        }
        if 1.0 - excluded < MISREADING_LIMIT / 10.0 {
            break;
        }
    }
    exploration.misreading = (1.0 - excluded).max(0.0);
    exploration
}

impl<'l> Exploration<'l> {
    fn keep_contradicting(&mut self, standing: Standing<'l>) {
        if self.contradicting.as_ref().is_none_or(|kept| kept.probability < standing.probability) {
            self.contradicting = Some(standing);
        }
    }
}

/// How probable it is that the open data not yet accounted for show what the row says.
fn open_probability(open: &Open<'_>, standing: &Standing<'_>) -> f64 {
    let postage = open.postage.probability(standing.decoded.postage.minor());
    let shown = u64::from(standing.profile.shown_count(standing.decoded.mv));
    let count = shown_digits(open, standing.profile).map_or(1.0, |count| count.probability(shown));
    postage * count
}

/// The count's digits, if the profile shows one that was read.
fn shown_digits<'o>(open: &'o Open<'_>, profile: &Profile) -> Option<&'o Digits> {
    open.count.as_ref().filter(|_| profile.show_count)
}

/// Every way to read serial and date that leads to a known meter, the most probable first; and the probability of
/// those that lead to none, as no meter prints a day that does not exist.
fn attempts<'l>(evidence: &impl Evidence, open: &Open<'_>, list: &'l KnownMeters) -> (Vec<Attempt<'l>>, f64) {
    let (mut attempts, mut impossible) = (Vec::new(), 0.0);
    let mut meters = 0;
    let mut seen_mass = 0.0;
    let dated = Dates::read(open);
    for (value, probability) in open.serial.falling().take(SERIALS_MAX) {
        seen_mass += probability;
        if let Some(meter) = open::serial(value).and_then(|serial| list.meter(serial)) {
            meters += 1;
            let rows: Vec<_> = meter
                .epochs()
                .filter_map(|epoch| Some((epoch, row_of(evidence, &epoch.0.profile)?)))
                .collect();
            let weight = 1.0 / rows.len() as f64;
            for ((epoch, cipher), row) in rows {
                let undated = Dates::unbound();
                let dates = if epoch.profile.bind_date { &dated } else { &undated };
                impossible += weight * probability * dates.impossible;
                attempts.extend(dates.possible.iter().map(|&(date, date_probability)| Attempt {
                    meter,
                    epoch,
                    cipher,
                    date,
                    log_probability: (probability * date_probability).ln(),
                    weight,
                    row: row.clone(),
                    rows: OnceCell::new(),
                    next: None,
                }));
            }
        }
        if meters >= METERS_MAX || 1.0 - seen_mass < MISREADING_LIMIT / 100.0 {
            break;
        }
    }
    for attempt in &mut attempts {
        attempt.next = attempt.first_row();
    }
    attempts.retain(|attempt| attempt.next.is_some());
    attempts.sort_by(|a, b| b.log_probability.total_cmp(&a.log_probability));
    (attempts, impossible)
}

/// The row as this profile prints it, if the layout has room for one.
fn row_of(evidence: &impl Evidence, profile: &Profile) -> Option<RowReading> {
    evidence.row(profile.set, row_length(profile.set, profile.cipher.is_binary()))
}

/// The dates to try.
struct Dates {
    /// Those the digits may show, or none where the profile does not bind the date, with their probabilities.
    possible: Vec<(Option<Date>, f64)>,
    /// The probability of digits that are no day of the calendar.
    impossible: f64,
}

impl Dates {
    fn unbound() -> Dates {
        Dates { possible: vec![(None, 1.0)], impossible: 0.0 }
    }

    fn read(open: &Open<'_>) -> Dates {
        let mut dates = Dates { possible: Vec::new(), impossible: 0.0 };
        let mut seen_mass = 0.0;
        for (value, probability) in open.date.falling().take(DATES_MAX) {
            seen_mass += probability;
            match open::date(value) {
                Some(date) => dates.possible.push((Some(date), probability)),
                None => dates.impossible += probability,
            }
            if 1.0 - seen_mass < MISREADING_LIMIT / 100.0 {
                break;
            }
        }
        dates
    }
}

impl Attempt<'_> {
    fn first_row(&mut self) -> Option<(Vec<u8>, f64)> {
        let base = self.row.set.base() as usize;
        let cells = self.row.cells.iter().map(|cell| &cell.log_likelihood[..base]);
        let mut rows = Falling::new(cells);
        let first = rows.next();
        self.rows = OnceCell::from(rows);
        first
    }

    fn following_row(&mut self) -> Option<(Vec<u8>, f64)> {
        self.rows.get_mut().and_then(Iterator::next)
    }
}

/// Takes the most probable row that waits, over all attempts.
fn next<'a, 'l>(attempts: &'a mut [Attempt<'l>]) -> Option<(&'a Attempt<'l>, Vec<u8>, f64)> {
    let joint = |attempt: &Attempt<'_>| attempt.next.as_ref().map(|row| row.1 + attempt.log_probability);
    let best = attempts
        .iter()
        .enumerate()
        .filter_map(|(index, attempt)| Some((index, joint(attempt)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let attempt = attempts.get_mut(best.0)?;
    let (symbols, _) = attempt.next.take()?;
    attempt.next = attempt.following_row();
    Some((attempt, symbols, best.1))
}

/// Decrypts one row. `None` if no honest meter prints it; else whether it agrees with the open data as well.
fn stand<'l>(
    open: &Open<'_>,
    attempt: &Attempt<'l>,
    symbols: Vec<u8>,
    probability: f64,
) -> Option<(Standing<'l>, bool)> {
    let Attempt { meter, epoch, cipher, date, .. } = *attempt;
    let profile = &epoch.profile;
    let serial = meter.entry.serial;
    let printed_postage = Money::from_minor(open.postage.most_probable());
    let data = OpenData { serial, date, postage: Some(printed_postage) };
    let decoded = decode(profile, cipher, &data, &symbols).ok()?;
    if !decoded.koz.is_well_formed(profile) || decoded.serial_agrees == Some(false) {
        return None;
    }
    let interval = epoch.mv.filter(|_| !profile.monotone.marked_by_pieces(decoded.postage));
    let mv_in_interval = interval.map(|(least, greatest)| (least..=greatest).contains(&decoded.mv));
    let shown = u64::from(profile.shown_count(decoded.mv));
    let agrees = open.postage.agree_with(decoded.postage.minor())
        && serial_agrees(open, serial)
        && shown_digits(open, profile).is_none_or(|count| count.agree_with(shown))
        && date.is_none_or(|date| open.date.agree_with(u64::from(date.yyyymmdd())));
    let chance = chance(open, profile, interval.filter(|_| mv_in_interval == Some(true)));
    let standing = Standing {
        meter,
        profile,
        bound_date: date,
        symbols,
        decoded,
        probability,
        chance,
        interval,
        mv_in_interval,
    };
    // A number outside the interval, with a postage that is not the printed one, is nobody's.
    if mv_in_interval == Some(false) && !agrees { None } else { Some((standing, agrees)) }
}

fn serial_agrees(open: &Open<'_>, serial: Serial) -> bool {
    open.serial.agree_with(u64::from(serial.value()))
}

/// The chance that a row drawn at random agrees with everything that was compared.
fn chance(open: &Open<'_>, profile: &Profile, interval: Option<(u64, u64)>) -> f64 {
    let power = |digits: u8| 10_f64.powi(i32::from(digits));
    let digits = |quantity| profile.place(quantity).map_or(0, |place| place.digits);
    let postage = (open.postage.agreeing_values() / power(digits(Quantity::Postage))).min(1.0);
    let mv_values = power(digits(Quantity::Monotone));
    let by_interval = interval.map_or(1.0, |(least, greatest)| ((greatest - least) as f64 + 1.0) / mv_values);
    let by_count = shown_digits(open, profile).map_or(1.0, |count| count.agreeing_values() / 1e9);
    let check = profile.place(Quantity::SerialCheck).map_or(1.0, |_| 1e-2);
    let digit_sum = profile.place(Quantity::SerialDigitSum).map_or(1.0, |_| 1e-2);
    let suspicion = profile.place(Quantity::Suspicion).map_or(1.0, |_| 3e-1);
    let row = f64::from(profile.set.base()).powi(row_length(profile.set, profile.cipher.is_binary()) as i32);
    let in_domain = if profile.cipher.is_binary() {
        2_f64.powi(64) / row * (10.0 / 16.0_f64).powi(16)
    } else {
        1e16 / row
    };
    postage * by_interval.min(by_count).min(1.0) * check * digit_sum * suspicion * in_domain
}
