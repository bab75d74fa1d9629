//! How the routine behaves: every variant the sources describe is a setting, with the source's value as its default
//! where it gives one.

use access::cards::CentreNumber;
use serde::{Deserialize, Serialize};
use terms::Money;

/// Cost centre 001 under the prefix 01.
const FIRST_CENTRE: CentreNumber = match CentreNumber::new(1_001) {
    Ok(centre) => centre,
    Err(_) => unreachable!(),
};

/// The settings of the routine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Whether a card has to be in the slot.
    pub cards: Cards,
    /// Whether the cost centre is kept over power-off or asked for again at each start (EP 0 660 269, [125]).
    pub centre_at_start: CentreAtStart,
    /// The cost centre of a new meter, and of a master card.
    pub first_centre: CentreNumber,
    /// What a piece credit that runs low does here.
    pub sleep: SleepSettings,
    /// What many errors do.
    pub overflow: OverflowSettings,
    /// After so much time without a letter or a key the meter checks itself, in seconds; 0 for never ([119]).
    pub standby_seconds: u32,
    /// How far ahead a date may be set, in days.
    pub days_ahead: u16,
    /// Below this credit a warning is shown; 0 for never.
    pub low_credit: Money,
    /// From this postage on an imprint needs a second key press; 0 for never.
    pub high_value: Money,
    /// What an automatic call at S = 0 may load by itself.
    pub standing_order: Option<StandingOrder>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            cards: Cards::Off,
            centre_at_start: CentreAtStart::Kept,
            first_centre: FIRST_CENTRE,
            sleep: SleepSettings::default(),
            overflow: OverflowSettings::default(),
            standby_seconds: 60,
            days_ahead: 30,
            low_credit: Money::from_minor(2_000),
            high_value: Money::from_minor(5_000),
            standing_order: None,
        }
    }
}

/// Whether a card has to be in the slot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cards {
    /// The meter works without cards.
    #[default]
    Off,
    /// Without a card of this meter nothing is franked (DE 197 57 648).
    Required,
}

/// What becomes of the cost centre when the meter is turned on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CentreAtStart {
    /// The last one is chosen again.
    #[default]
    Kept,
    /// It has to be chosen anew.
    Asked,
}

/// What a piece credit that runs low does at the control unit. When it runs low the device decides, by its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SleepSettings {
    /// t_n of the first warning after a call, in mode 1.
    pub first_ms: u64,
    /// t_k: by this each further warning of mode 1 lasts longer ([139]).
    pub step_ms: u64,
    /// How long the short warning of mode 2 stands in the display ([141]).
    pub shown_ms: u64,
}

impl Default for SleepSettings {
    fn default() -> SleepSettings {
        SleepSettings { first_ms: 2_000, step_ms: 2_000, shown_ms: 3_000 }
    }
}

/// What many errors do ([158]-[161]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OverflowSettings {
    /// Beyond this number of errors the reaction slows; 0 for never.
    pub errors: u32,
    /// How.
    pub growth: Growth,
    /// For each error beyond the number, with linear growth.
    pub step_ms: u64,
    /// Whether each misoperation delays too, each time twice as long (the electronic time lock of [161]); this is the
    /// first delay, 0 for none.
    pub misoperation_ms: u64,
}

impl Default for OverflowSettings {
    fn default() -> OverflowSettings {
        OverflowSettings { errors: 50, growth: Growth::Linear, step_ms: 500, misoperation_ms: 0 }
    }
}

/// How the reaction slows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Growth {
    /// With the number of errors ([159]).
    #[default]
    Linear,
    /// By a stage for each time the number is reached again: a second, a minute, an hour, a day ([160]).
    Stages,
}

/// What the system manager has allowed the meter to load without anybody present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingOrder {
    /// The amount of each refill: it has to be the usual amount.
    pub amount: Money,
    /// How much in a calendar month.
    pub month_limit: Money,
}
