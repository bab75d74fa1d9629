//! What cards bring along: rate tables, clichés, settings, stored imprints, and bounds of what may be done with them
//! (DE 197 57 648, list of applications). Cards come in any order.
//!
//! What always holds: what is taken was sealed by this meter for this very card; bounds only take away, so that no
//! record gives a card a right that its row has not, and hold before anything else is taken; of a card whose bounds
//! cannot be read everything is bounded; any other record that cannot be used hides none, and is said.

use super::{Machine, MachineFault, OfficeFault, Stationery, name};
use crate::routine::{Bound, Input, Settings};
use ::cards::{Application, ApplicationError, Pin, PinAnswer, PinCheck, SettingList, TextPlace};
use access::cards::Function;
use access::{Password, Person, UserId};
use imprint::picture::Cliche;
use imprint::picture::layout::DOTS;
use journal::StoredCliche;
use paper::{Envelope, Offset};
use printer::Stations;
use rates::Table;
use std::collections::BTreeMap;
use terms::{Money, Running};

/// Wrong PINs in a row after which a card's PIN is asked for no more, where the card cannot count them itself.
const PIN_TRIES: u32 = 3;
const LOCKED: &str =
    "the card's PIN is locked after wrong ones: whoever may fill this card has to set a new one on it";

/// Settings that cards have brought, by their names.
pub(super) type Brought = BTreeMap<String, String>;

/// Settings that a card may bring: their names, those of the devices beside the meter first, and what they set.
pub const SETTINGS: [(&str, &str); 8] = [
    ("feeder", "whether a feeder brings the letters"),
    ("stacker", "whether a stacker takes them"),
    ("offset", "how far the imprint is moved left and down, in millimetres"),
    ("envelope", "the envelope"),
    ("low_credit", "below this credit a warning is shown"),
    ("high_value", "from this postage on an imprint is confirmed"),
    ("standby_seconds", "when the meter checks itself"),
    ("days_ahead", "how far ahead a date may be set"),
];
/// How many of them belong to the devices beside the meter.
pub(super) const PERIPHERALS: usize = 4;

/// What settings from cards set.
pub(super) struct Set {
    stations: Stations,
    envelope: Envelope,
    offset: Offset,
    settings: Settings,
}

impl Machine {
    /// Takes what the card in the slot carries, once its holder may use the meter. A card that has left keeps its bounds
    /// for as long as its timer runs.
    pub(super) fn take_applications(&mut self) -> Result<(), MachineFault> {
        if !self.routine.desk().is_inserted() {
            return Ok(());
        }
        self.routine.desk_mut().bind(Bound::everything());
        let carried = match self.with_own_card(|own| own.applications()) {
            Ok(carried) => carried,
            Err(sentence) => {
                let sentence = format!("what the card carries cannot be read, put it in again: {sentence}");
                self.routine.desk_mut().say(sentence);
                return Ok(());
            }
        };
        let bounds: Result<Vec<Bound>, OfficeFault> =
            carried.iter().flatten().filter_map(|application| bound(application).transpose()).collect();
        let mut said: Vec<String> = match bounds {
            Ok(bounds) => {
                let asks = bounds.iter().filter(|bound| bound.asks_pin);
                let said = asks.map(|bound| format!("{} asks for the card's PIN", bound.function)).collect();
                self.routine.desk_mut().bind(bounds);
                said
            }
            Err(fault) => vec![fault.to_string()],
        };
        said.extend(self.take_all(carried));
        if !said.is_empty() {
            self.routine.desk_mut().say(said.join("; "));
        }
        Ok(())
    }

    /// Takes all but bounds, within the bounds that hold; gives what there is to say.
    fn take_all(&mut self, mut carried: Vec<Result<Application, ApplicationError>>) -> Vec<String> {
        // An imprint may want a cliché that stands behind it on the card.
        carried.sort_by_key(|found| matches!(found, Ok(Application::StoredImprint { .. })));
        let mut said = Vec::new();
        for application in carried {
            let taken = match application {
                Ok(application) => self.take(application).map_err(|fault| fault.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match taken {
                Ok(Some(sentence)) | Err(sentence) => said.push(sentence),
                Ok(None) => {}
            }
        }
        said
    }

    /// What came of an application, where there is something to say.
    fn take(&mut self, application: Application) -> Result<Option<String>, OfficeFault> {
        match application {
            Application::RateTable { name, table } => self.take_rate_table(name.as_str(), &table),
            Application::Cliche { number, picture, text_place } => {
                self.take_cliche(number, picture, text_place)
            }
            Application::TimedFunction { .. } | Application::PinFunction { .. } => Ok(None),
            Application::Peripherals(list) | Application::System(list) => self.take_settings(&list),
            Application::StoredImprint { name, value, cliche, text } => {
                self.take_imprint(name.as_str(), value, cliche, text)
            }
            Application::Password { user, password } => {
                let user = UserId::new(user).map_err(input)?;
                let password = Password::new(password.reveal().as_bytes()).map_err(input)?;
                self.log_in(Person::User(user), &password)?;
                Ok(Some(format!("user {user} is logged in")))
            }
            Application::DayStamp { number, .. } => Err(OfficeFault::Input(format!(
                "day stamp {number} cannot be used: this meter draws its day stamp from the carrier's texts"
            ))),
            _ => Err(OfficeFault::Input("the card carries something that this meter does not know".into())),
        }
    }

    /// All of an imprint is set, or nothing. Where the card may edit no texts, the one that is set stays.
    fn take_imprint(
        &mut self,
        name: &str,
        postage: Money,
        cliche: Option<u16>,
        text: String,
    ) -> Result<Option<String>, OfficeFault> {
        let desk = self.routine.desk();
        if cliche.is_some() {
            desk.may(Function::SetCliche)?;
        }
        let may_edit = desk.may(Function::EditTexts);
        if !text.is_empty() {
            may_edit?;
        }
        let product = Some(name.to_owned());
        self.tell(Input::Value { postage, product, endorsement: None })?;
        self.tell(Input::Cliche(cliche))?;
        if may_edit.is_ok() {
            self.tell(Input::Text(text))?;
        }
        self.rest()?;
        Ok(Some(format!("{name} is set")))
    }

    fn take_rate_table(&mut self, name: &str, table: &[u8]) -> Result<Option<String>, OfficeFault> {
        let text = str::from_utf8(table).map_err(input)?;
        let table = Table::from_json(text).map_err(input)?;
        if self.tables.iter().any(|known| *known == table) {
            return Ok(None);
        }
        let sentence =
            format!("rate table {} from {} is taken over", table.title().as_str(), table.valid_from());
        self.keep_rate_table(name, table)?;
        Ok(Some(sentence))
    }

    fn take_cliche(
        &mut self,
        number: u16,
        picture: Vec<u8>,
        place: Option<TextPlace>,
    ) -> Result<Option<String>, OfficeFault> {
        let text_height = place.map_or(0, |place| place.height.into());
        let cliche = Cliche::from_record(number, DOTS, text_height, picture).map_err(input)?;
        if self.ready.stationery().cliches.get(&number).is_some_and(|known| known.cliche == cliche) {
            return Ok(None);
        }
        self.keep_cliche(StoredCliche {
            name: format!("from a card {number}"),
            cliche,
            text: String::new(),
        })?;
        Ok(Some(format!("cliché {number} is taken over")))
    }

    /// Settings are kept, and hold from now on: all of a list or none.
    fn take_settings(&mut self, list: &SettingList) -> Result<Option<String>, OfficeFault> {
        let mut brought: Brought = self.journal.kept(name::BROUGHT)?.unwrap_or_default();
        let before = brought.clone();
        brought.extend(list.iter().map(|(name, value)| (name.as_str().to_owned(), value.to_owned())));
        if brought == before {
            return Ok(None);
        }
        self.apply_settings(&brought).map_err(OfficeFault::Input)?;
        self.journal.keep(name::BROUGHT, &brought)?;
        let names: Vec<&str> = list.iter().map(|(name, _)| name.as_str()).collect();
        let sentence = format!("settings from the card: {}", names.join(", "));
        self.log("settings", sentence.clone())?;
        Ok(Some(sentence))
    }

    /// Lets settings hold, if each of them can.
    pub(super) fn apply_settings(&mut self, brought: &Brought) -> Result<(), String> {
        let Set { stations, envelope, offset, settings } = self.set_by(brought)?;
        self.stations = stations;
        self.ready.change(|stationery| (stationery.offset, stationery.envelope) = (offset, envelope));
        self.routine.set_settings(settings);
        Ok(())
    }

    /// What the meter would be set to by these.
    pub(super) fn set_by(&self, brought: &Brought) -> Result<Set, String> {
        let mut stations = self.stations;
        let Stationery { mut offset, mut envelope, .. } = *self.ready.stationery();
        let mut settings = self.routine.settings().clone();
        for (name, value) in brought {
            let wrong = |error: &dyn ToString| format!("{name}: {}", error.to_string());
            match name.as_str() {
                "feeder" => stations.feeder = switch(value).map_err(|error| wrong(&error))?,
                "stacker" => stations.stacker = switch(value).map_err(|error| wrong(&error))?,
                "offset" => offset = value.parse().map_err(|error| wrong(&error))?,
                "envelope" => envelope = value.parse().map_err(|error| wrong(&error))?,
                "low_credit" => settings.low_credit = money(value).map_err(|error| wrong(&error))?,
                "high_value" => settings.high_value = money(value).map_err(|error| wrong(&error))?,
                "standby_seconds" => {
                    settings.standby_seconds = value.parse().map_err(|error| wrong(&error))?
                }
                "days_ahead" => settings.days_ahead = value.parse().map_err(|error| wrong(&error))?,
                _ => return Err(format!("the meter has no setting {name} that a card may bring")),
            }
        }
        Ok(Set { stations, envelope, offset, settings })
    }

    /// Has the PIN of the card in the slot checked, which opens its PIN-bound functions, and takes what waited for it.
    pub fn enter_pin(&mut self, pin: &Pin) -> Result<(), OfficeFault> {
        let checked = self.with_own_card(|own| {
            let running = own.identified().running();
            let carried = own.applications()?;
            let asks = carried.iter().flatten().filter_map(|application| match application {
                Application::PinFunction { pin, .. } => Some(*pin),
                _ => None,
            });
            let mut checks: Vec<PinCheck> = asks.collect();
            checks.dedup();
            // A card that was pulled while its PIN was set has two: neither opens it.
            let answer = match checks.as_slice() {
                [] => None,
                [check] => Some((*check, own.verify_pin(check, pin)?)),
                [check, ..] => Some((*check, PinAnswer::Wrong { tries_left: None })),
            };
            Ok((running, answer, carried))
        });
        let (running, answer, carried) = checked.map_err(OfficeFault::Input)?;
        let Some((check, answer)) = answer else {
            return Err(OfficeFault::Input("nothing on this card asks for a PIN".into()));
        };
        self.count_pin(running, check, answer)?;
        let said = std::iter::once("the PIN is right".to_owned()).chain(self.take_all(carried));
        let said: Vec<String> = said.collect();
        self.routine.desk_mut().say(said.join("; "));
        Ok(())
    }

    /// Where the card cannot count tries, the meter does, and keeps the count over power-off.
    fn count_pin(&mut self, running: Running, check: PinCheck, answer: PinAnswer) -> Result<(), OfficeFault> {
        let mut tries: BTreeMap<u16, u32> = self.journal.kept(name::PIN_TRIES)?.unwrap_or_default();
        let counts = matches!(check, PinCheck::ByMeter(_));
        let before = tries.get(&running.value()).copied().unwrap_or(0);
        if counts && before >= PIN_TRIES {
            return Err(OfficeFault::Input(LOCKED.into()));
        }
        match answer {
            PinAnswer::Right => {
                if tries.remove(&running.value()).is_some() {
                    self.journal.keep(name::PIN_TRIES, &tries)?;
                }
                self.routine.desk_mut().pin_was_right();
                Ok(())
            }
            PinAnswer::Wrong { tries_left } => {
                if counts {
                    tries.insert(running.value(), before + 1);
                    self.journal.keep(name::PIN_TRIES, &tries)?;
                }
                Err(OfficeFault::Input(
                    match tries_left.map_or(PIN_TRIES.saturating_sub(before + 1), u32::from) {
                        0 => LOCKED.into(),
                        1 => "the PIN is wrong; 1 try is left".into(),
                        left => format!("the PIN is wrong; {left} tries are left"),
                    },
                ))
            }
        }
    }
}

pub(super) fn input(error: impl ToString) -> OfficeFault {
    OfficeFault::Input(error.to_string())
}

/// What a record takes away from the card's functions; nothing where it is no such record.
fn bound(application: &Application) -> Result<Option<Bound>, OfficeFault> {
    Ok(match application {
        Application::TimedFunction { function, until } => {
            Some(Bound { function: parsed(function.as_str())?, until: Some(*until), asks_pin: false })
        }
        Application::PinFunction { function, .. } => {
            Some(Bound { function: parsed(function.as_str())?, until: None, asks_pin: true })
        }
        _ => None,
    })
}

fn parsed(function: &str) -> Result<Function, OfficeFault> {
    function.parse().map_err(input)
}

fn switch(value: &str) -> Result<bool, &'static str> {
    match value {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("it is on or off"),
    }
}

fn money(value: &str) -> Result<Money, terms::MoneyError> {
    value.parse()
}
