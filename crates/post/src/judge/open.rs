//! What was read of the data printed in clear, and how probable each value is.

use super::search::Falling;
use crate::reading::{DigitReading, FieldReading, MarkReading};
use imprint::numbers::LayoutId;
use terms::{Date, Money, Serial};

/// A value agrees with a reading if it is at least this probable beside the most probable one.
const AGREEMENT: f64 = 0.1;

/// The open data of one imprint.
#[derive(Clone, Debug)]
pub struct OpenReading {
    /// The layouts the imprint may have, the most probable first. Some differ only in what their windows hold.
    pub layouts: Vec<LayoutId>,
    /// Eight digits of the serial number (FE2, FE3).
    pub serial: FieldReading,
    /// Eight digits of the date as year, month, day (FE4).
    pub date: FieldReading,
    /// The postage in minor units, most significant digit first (FE1).
    pub postage: FieldReading,
    /// Nine digits of the count, where the layout shows it (FE8).
    pub count: Option<FieldReading>,
    /// The open suspicious mark.
    pub mark: MarkReading,
}

/// The digits of one window as probabilities that add up to one at each place.
pub struct Digits {
    places: Vec<[f64; 10]>,
}

impl Digits {
    /// Normalises a reading.
    pub fn new(reading: &FieldReading) -> Digits {
        Digits { places: reading.digits.iter().map(normalised).collect() }
    }

    /// The probability that the digits show this value; nothing for one that needs more digits.
    pub fn probability(&self, value: u64) -> f64 {
        let mut rest = value;
        let mut probability = 1.0;
        for place in self.places.iter().rev() {
            probability *= place[(rest % 10) as usize];
            rest /= 10;
        }
        if rest == 0 { probability } else { 0.0 }
    }

    /// The most probable value, whatever it means.
    pub fn most_probable(&self) -> u64 {
        self.places.iter().fold(0, |value, place| value * 10 + most_probable(place) as u64)
    }

    /// The probability of the most probable value.
    pub fn best_probability(&self) -> f64 {
        self.places.iter().map(|place| place[most_probable(place)]).product()
    }

    /// Whether this value agrees with what was read.
    pub fn agree_with(&self, value: u64) -> bool {
        self.probability(value) >= AGREEMENT * self.best_probability()
    }

    /// At most how many values agree with what was read.
    pub fn agreeing_values(&self) -> f64 {
        let agreeing = |place: &[f64; 10]| {
            let best = place[most_probable(place)];
            place.iter().filter(|&&p| p >= AGREEMENT * best).count() as f64
        };
        self.places.iter().map(agreeing).product()
    }

    /// Values in falling probability, each with its probability.
    pub fn falling(&self) -> impl Iterator<Item = (u64, f64)> {
        let logs: Vec<[f32; 10]> = self.places.iter().map(|place| place.map(|p| p.ln() as f32)).collect();
        Falling::new(logs.iter().map(|place| &place[..])).map(|(digits, _)| {
            let value = digits.iter().fold(0_u64, |value, &digit| value * 10 + u64::from(digit));
            (value, self.probability(value))
        })
    }
}

fn normalised(reading: &DigitReading) -> [f64; 10] {
    let weights = reading.log_likelihood.map(|log| f64::from(log).exp());
    let sum: f64 = weights.iter().sum();
    if sum.is_finite() && sum > 0.0 { weights.map(|weight| weight / sum) } else { [0.1; 10] }
}

fn most_probable(place: &[f64; 10]) -> usize {
    (0..10).fold(0, |best, digit| if place[digit] > place[best] { digit } else { best })
}

/// The serial number with these digits.
pub fn serial(value: u64) -> Option<Serial> {
    u32::try_from(value).ok().and_then(|value| Serial::new(value).ok())
}

/// The date with the digits YYYYMMDD, if that day exists.
pub fn date(value: u64) -> Option<Date> {
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    Date::new(u16::try_from(year).ok()?, month as u8, day as u8).ok()
}

/// The postage with these digits.
pub fn postage(value: u64) -> Money {
    Money::from_minor(value)
}
