//! What an operator sets for the decisions.
//!
//! What always holds: settings that passed [`Settings::check`] do not contradict themselves; the default accuses nobody
//! honest by V, and gives everybody a fortnight before it calls a meter overdue.

use link::ErrorKind;
use serde::{Deserialize, Serialize};
use terms::equations::{
    ByClass, ClassBounds, ForecastRule, MeanUse, OverdueRule, PerMille, PieceCreditRule, Seconds, Thresholds,
    UseClass, piece_credit,
};
use terms::{Money, Registers};

/// The settings of the decisions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What values of V mean.
    pub thresholds: Preset,
    /// Where the classes meet.
    pub bounds: ClassBounds,
    /// The class of a meter without history.
    pub new_meter_class: UseClass,
    /// α for the forecast.
    pub factors: ByClass<PerMille>,
    /// 1/β: the surcharge for what is usual to vary.
    pub surcharge: PerMille,
    /// How the time to the next refill is found.
    pub overdue_rule: OverdueRule,
    /// t_A, t_B, t_C: how long a meter of each class goes between refills.
    pub typical_days: ByClass<u32>,
    /// Refills must span so many days before the forecast rests on them instead of the class's typical time.
    pub least_history_days: u32,
    /// No meter is overdue before it was silent for so many days.
    pub least_silence_days: u32,
    /// The piece credit.
    pub pieces: PieceCreditRule,
    /// How many automatic calls lead to an inspection.
    pub automatic_calls: AutomaticCalls,
    /// From how many errors of a kind on a meter is suspicious.
    pub errors: Vec<ErrorLimit>,
    /// A meter that calls within so many hours of its own signal needs no inspection, if its registers are in order.
    pub release_within_hours: u32,
    /// A suspicious meter that does not call is to be inspected within so many days.
    pub inspect_within_days: u32,
}

/// What values of V mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Okay up to 1, manipulated above 5, at the meter's own least postage: nobody honest is beyond it.
    #[default]
    Default,
    /// The sources' example: okay below 5, manipulated above 100, at a least postage of 20.
    Source,
    /// An operator's own, at the meter's own least postage.
    Own(Thresholds),
}

impl Preset {
    /// The thresholds.
    pub fn thresholds(&self) -> Thresholds {
        match self {
            Preset::Default => Thresholds::default(),
            Preset::Source => Thresholds::SOURCE,
            Preset::Own(thresholds) => *thresholds,
        }
    }

    /// F_min for a meter.
    pub fn least_postage(&self, of_meter: Money) -> Money {
        match self {
            Preset::Source => Thresholds::SOURCE_LEAST_POSTAGE,
            Preset::Default | Preset::Own(_) => of_meter,
        }
    }
}

/// How many automatic calls in what time lead to an inspection ([144]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AutomaticCalls {
    /// From this many on; 0 for never.
    pub count: u32,
    /// Within so many days.
    pub within_days: u32,
}

/// From how many errors of a kind on a meter is suspicious.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErrorLimit {
    /// The kind.
    pub kind: ErrorKind,
    /// From this many on; 0 for never.
    pub count: u16,
}

/// What is wrong with settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The bounds of the classes.
    #[error("the bound between classes B and C is below that between A and B")]
    Bounds,
    /// A class's time.
    #[error("a class's typical time between refills is at least one day")]
    TypicalTime,
    /// The piece credit.
    #[error("the least piece credit is at least 1 and at most the greatest")]
    Pieces,
}

impl Default for Settings {
    fn default() -> Settings {
        let once = |kind| ErrorLimit { kind, count: 1 };
        Settings {
            thresholds: Preset::Default,
            bounds: ClassBounds {
                a_b: MeanUse::from_minor_per_day(500),
                b_c: MeanUse::from_minor_per_day(10_000),
            },
            new_meter_class: UseClass::A,
            factors: ByClass { a: PerMille(1_000), b: PerMille(900), c: PerMille(800) },
            surcharge: PerMille(100),
            overdue_rule: OverdueRule::LastRefill,
            typical_days: ByClass { a: 180, b: 90, c: 45 },
            least_history_days: 30,
            least_silence_days: 14,
            pieces: PieceCreditRule::default(),
            automatic_calls: AutomaticCalls { count: 3, within_days: 90 },
            // The kinds that do not happen by themselves.
            errors: vec![
                once(ErrorKind::Openings),
                once(ErrorKind::RunTime),
                once(ErrorKind::Flow),
                once(ErrorKind::Program),
            ],
            release_within_hours: 72,
            inspect_within_days: 30,
        }
    }
}

impl Settings {
    /// Checks that they do not contradict themselves.
    pub fn check(&self) -> Result<(), SettingsError> {
        if self.bounds.b_c < self.bounds.a_b {
            return Err(SettingsError::Bounds);
        }
        let ByClass { a, b, c } = self.typical_days;
        if [a, b, c].contains(&0) {
            return Err(SettingsError::TypicalTime);
        }
        if self.pieces.least == 0 || self.pieces.least > self.pieces.most {
            return Err(SettingsError::Pieces);
        }
        Ok(())
    }

    /// What forecasts go by.
    pub fn forecast_rule(&self) -> ForecastRule {
        let ByClass { a, b, c } = self.typical_days;
        ForecastRule {
            rule: self.overdue_rule,
            bounds: self.bounds,
            new_meter_class: self.new_meter_class,
            factors: self.factors,
            surcharge: self.surcharge,
            typical: ByClass { a: Seconds::from_days(a), b: Seconds::from_days(b), c: Seconds::from_days(c) },
            least_history: Seconds::from_days(self.least_history_days),
            least_silence: Seconds::from_days(self.least_silence_days),
        }
    }

    /// S' for a meter of this class whose registers are these and that asks for this amount.
    pub fn piece_credit(&self, registers: &Registers, amount: Money, class: UseClass) -> u32 {
        piece_credit(&self.pieces, registers, amount, class)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_settings_contradict_nothing() {
        assert_eq!(Settings::default().check(), Ok(()));
        let text = serde_json::to_string(&Settings::default()).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&text).unwrap(), Settings::default());
        assert_eq!(serde_json::from_str::<Settings>("{}").unwrap(), Settings::default());
    }

    #[test]
    fn settings_that_contradict_themselves_are_refused() {
        let day = MeanUse::from_minor_per_day;
        let good = Settings::default();
        let bounds = ClassBounds { a_b: day(2), b_c: day(1) };
        assert_eq!(Settings { bounds, ..good.clone() }.check(), Err(SettingsError::Bounds));
        let typical_days = ByClass { a: 1, b: 1, c: 0 };
        assert_eq!(Settings { typical_days, ..good.clone() }.check(), Err(SettingsError::TypicalTime));
        for (least, most) in [(0, 1), (2, 1)] {
            let pieces = PieceCreditRule { least, most, ..good.pieces };
            assert_eq!(Settings { pieces, ..good.clone() }.check(), Err(SettingsError::Pieces));
        }
    }
}
