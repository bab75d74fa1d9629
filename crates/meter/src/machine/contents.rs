//! What is put on cards, and what they carry, told in words (DE 197 57 648, list of applications).
//!
//! What always holds: nothing is put on a card that this meter would not take: it comes parsed, is compared with what
//! the meter has and with what the card may, and a password is compared by the device, all before the card is written.
//! The same thing again takes its place. A card is filled by whoever may make cards: with that card itself, or with one
//! above it that was in the slot just before; settings of the meter by the master's hand alone. What it must never do:
//! tell a password or a PIN.

use super::applications::{Brought, PERIPHERALS, SETTINGS, input};
use super::{Machine, OfficeFault, name};
use crate::routine::printable;
use ::cards::{Application, CardError, Insertion, Kind, Name, OwnCard, Pin, Secret, SettingList, TextPlace};
use access::cards::{By, Function, Identity, Refusal, SWAP_MS};
use access::{Password, Person, UserId};
use imprint::picture::Rect;
use rates::Table;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;
use std::num::TryFromIntError;
use terms::{CardNumber, Date, Money, Running};

/// What can be put on a card.
#[derive(Clone, Debug)]
pub enum Filling {
    /// A rate table.
    Rates(Table),
    /// A cliché of this meter, by its number.
    Cliche(u16),
    /// What is set when the card is put in.
    Imprint {
        /// What it is called.
        name: String,
        /// The postage.
        postage: Money,
        /// Its cliché, if it has one.
        cliche: Option<u16>,
        /// The text in the cliché.
        text: String,
    },
    /// Settings by their names ([`SETTINGS`]).
    Settings(BTreeMap<String, String>),
    /// A password, by which its user is logged in.
    Password {
        /// Whose.
        user: UserId,
        /// The password.
        password: Password,
    },
    /// A function may be used until this day.
    Until(Function, Date),
    /// A function asks for the card's PIN, which is this one from now on.
    Pin(Function, Pin),
}

/// Something that a card carries, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Content {
    /// What kind of thing it is.
    pub kind: &'static str,
    /// What tells it from others of its kind.
    pub name: String,
    /// What it says or how far it goes; empty where the name is all.
    pub bound: String,
}

impl Content {
    fn of(application: &Application) -> Content {
        let (kind, name, bound) = match application {
            Application::RateTable { name, table } => ("rate table", name.to_string(), first_day(table)),
            Application::Cliche { number, .. } => ("cliché", number.to_string(), String::new()),
            Application::DayStamp { number, .. } => ("day stamp", number.to_string(), String::new()),
            Application::TimedFunction { function, until } => {
                ("time-limited function", function.to_string(), format!("until {until}"))
            }
            Application::PinFunction { function, .. } => {
                ("PIN-bound function", function.to_string(), String::new())
            }
            Application::Peripherals(list) => ("peripheral settings", values(list), String::new()),
            Application::System(list) => ("system settings", values(list), String::new()),
            Application::StoredImprint { name, value, cliche, text } => {
                let cliche = cliche.map(|number| format!("cliché {number}"));
                let text = Some(text.clone()).filter(|text| !text.is_empty());
                let told: Vec<String> =
                    [Some(value.to_string()), cliche, text].into_iter().flatten().collect();
                ("stored imprint", name.to_string(), told.join(", "))
            }
            Application::Password { user, .. } => ("password", format!("of user {user}"), String::new()),
            _ => ("something that this meter does not know", String::new(), String::new()),
        };
        Content { kind, name, bound }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = [self.kind, &self.name, &self.bound];
        f.write_str(&words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" "))
    }
}

/// What the card in the slot is and carries.
#[derive(Clone, Debug)]
pub struct Carried {
    /// Its running number.
    pub running: Running,
    /// The kind of its chip.
    pub chip: Kind,
    /// What it carries, in the order of the places; a sentence for what cannot be used.
    pub contents: Vec<Result<Content, String>>,
}

/// Whose card fills the next one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filler {
    maker: Identity,
    /// Until when the card is waited for, and then may be filled.
    until_ms: u64,
    /// The one that came.
    filled: Option<Insertion>,
}

/// For how long a card that came to be filled may be, and again from each thing that is put on it.
const FILLING_MS: u64 = 120_000;

impl Machine {
    /// What the card in the slot is and carries.
    pub fn carried(&mut self) -> Result<Carried, OfficeFault> {
        let read = self
            .with_own_card(|own| Ok((own.identified().running().value(), own.kind(), own.applications()?)));
        let (running, chip, found) = read.map_err(OfficeFault::Input)?;
        let contents = found.into_iter().map(|found| match found {
            Ok(application) => Ok(Content::of(&application)),
            Err(error) => Err(error.to_string()),
        });
        Ok(Carried { running: Running::new(running).map_err(input)?, chip, contents: contents.collect() })
    }

    /// Lets the card that is put in next be filled by the holder of the one in the slot, who may make cards.
    pub fn fill_next(&mut self) -> Result<(), OfficeFault> {
        self.may(Function::MakeCards)?;
        let maker = self.routine.desk().inserted()?;
        let until_ms = self.clock.elapsed_ms().saturating_add(SWAP_MS);
        self.filler = Some(Filler { maker, until_ms, filled: None });
        self.routine.desk_mut().say("take your card out and put the one in that is to be filled".into());
        Ok(())
    }

    /// Whether a card to be filled is still waited for.
    pub fn awaits_card_to_fill(&mut self) -> bool {
        let now_ms = self.clock.elapsed_ms();
        self.filler.is_some_and(|filler| filler.filled.is_none() && now_ms < filler.until_ms)
    }

    /// A card has come into the slot: it is the one to be filled, if one was waited for.
    pub(super) fn hand_over(&mut self) {
        let awaited = self.awaits_card_to_fill();
        let until_ms = self.clock.elapsed_ms().saturating_add(FILLING_MS);
        let filled = self.insertion;
        self.filler = self.filler.filter(|_| awaited).map(|filler| Filler { filled, until_ms, ..filler });
    }

    /// Whether the card in the slot may be filled by whoever is there.
    pub fn may_fill(&mut self) -> Result<(), OfficeFault> {
        self.filler().map(drop)
    }

    /// By whose card the one in the slot is filled. Where it was handed over, that alone decides, so that nobody's own
    /// card is taken for the one below it.
    fn filler(&mut self) -> Result<Identity, OfficeFault> {
        self.may_manage()?;
        let inserted = self.routine.desk().inserted()?;
        let now_ms = self.clock.elapsed_ms();
        let handed_over =
            self.filler.filter(|filler| filler.filled.is_some() && filler.filled == self.insertion);
        let Some(filler) = handed_over.filter(|filler| now_ms < filler.until_ms) else {
            self.may(Function::MakeCards)?;
            return Ok(inserted);
        };
        let holder = self.routine.desk().directory().holder(By::Card(filler.maker))?;
        holder.may(Function::MakeCards)?;
        match holder.below().any(|card| card.number == inserted.number) {
            true => Ok(filler.maker),
            false => {
                Err(OfficeFault::Input("this card does not lie below the one that is to fill it".into()))
            }
        }
    }

    /// The card stays open for the next thing.
    fn go_on_filling(&mut self) {
        let until_ms = self.clock.elapsed_ms().saturating_add(FILLING_MS);
        self.filler = self.filler.map(|filler| Filler { until_ms, ..filler });
    }

    fn is_master(&self, number: CardNumber) -> bool {
        self.routine.desk().directory().master().is_some_and(|master| master.number == number)
    }

    /// Puts something on the card in the slot, in the place of the same thing. It is taken when the card is put in the
    /// next time. Gives what the card carries now, in a sentence.
    pub fn put_on_card(&mut self, filling: Filling) -> Result<String, OfficeFault> {
        let by = self.filler()?;
        let records = match filling {
            Filling::Rates(table) => vec![self.record_of_rates(table)?],
            Filling::Cliche(number) => vec![self.record_of_cliche(number)?],
            Filling::Imprint { name, postage, cliche, text } => {
                vec![self.record_of_imprint(&name, postage, cliche, &text)?]
            }
            Filling::Settings(_) if !self.is_master(by.number) => return Err(Refusal::MasterOnly.into()),
            Filling::Settings(list) => self.records_of_settings(&list)?,
            Filling::Password { user, password } => vec![self.record_of_password(user, &password)?],
            Filling::Until(function, until) => vec![self.record_of_limit(function, until)?],
            // The record says how the card checks its PIN, so that the PIN comes first.
            Filling::Pin(function, pin) => vec![self.set_pin(function, &pin)?],
        };
        self.with_own_card(|own| records.iter().try_for_each(|record| put(own, record)))
            .map_err(OfficeFault::Input)?;
        let contents: Vec<String> = records.iter().map(|record| Content::of(record).to_string()).collect();
        let sentence = format!("the card carries {}", contents.join(" and "));
        self.log("cards", sentence.clone())?;
        self.go_on_filling();
        Ok(sentence)
    }

    /// Takes everything off the card in the slot that is not its identification.
    pub fn clear_card(&mut self) -> Result<(), OfficeFault> {
        self.filler()?;
        self.with_own_card(|own| own.clear()).map_err(OfficeFault::Input)?;
        self.log("cards", "everything was taken off a card".into())
    }

    fn record_of_rates(&self, table: Table) -> Result<Application, OfficeFault> {
        let document = table.to_json().into_bytes();
        let carrier = table.carrier().as_str();
        let fits = |(at, letter): &(usize, char)| at + letter.len_utf8() <= Name::BYTES_MAX;
        let name: String = carrier.char_indices().take_while(fits).map(|(_, letter)| letter).collect();
        self.tables.clone().insert(table).map_err(input)?;
        Ok(Application::RateTable { name: Name::new(&name).map_err(input)?, table: document })
    }

    fn record_of_cliche(&self, number: u16) -> Result<Application, OfficeFault> {
        let cliche = &self.ready.stationery().cliches.get(&number).ok_or_else(|| no_cliche(number))?.cliche;
        let text_place = cliche.text().map(text_place).transpose().map_err(input)?;
        Ok(Application::Cliche { number, picture: cliche.record().to_vec(), text_place })
    }

    fn record_of_imprint(
        &self,
        name: &str,
        value: Money,
        cliche: Option<u16>,
        text: &str,
    ) -> Result<Application, OfficeFault> {
        if let Some(number) = cliche.filter(|number| !self.ready.stationery().cliches.contains_key(number)) {
            return Err(no_cliche(number));
        }
        let desk = self.routine.desk();
        let holder = desk.directory().holder(By::Card(desk.inserted()?))?;
        if cliche.is_some() {
            holder.may(Function::SetCliche)?;
        }
        if !text.is_empty() {
            holder.may(Function::EditTexts)?;
        }
        let (name, text) = (Name::new(name).map_err(input)?, printable(text).map_err(input)?);
        Ok(Application::StoredImprint { name, value, cliche, text: text.unwrap_or_default() })
    }

    /// The settings of the devices beside the meter and those of the meter are two records.
    fn records_of_settings(&mut self, list: &Brought) -> Result<Vec<Application>, OfficeFault> {
        if list.is_empty() {
            return Err(OfficeFault::Input("name a setting".into()));
        }
        self.set_by(list).map_err(OfficeFault::Input)?;
        let is_beside = |name: &str| SETTINGS.iter().take(PERIPHERALS).any(|(known, _)| *known == name);
        let (beside, own): (Brought, Brought) =
            list.clone().into_iter().partition(|(name, _)| is_beside(name));
        let (before_beside, before_own) = self.settings_on_card()?;
        let mut records = Vec::new();
        if !beside.is_empty() {
            records.push(Application::Peripherals(setting_list(before_beside, beside)?));
        }
        if !own.is_empty() {
            records.push(Application::System(setting_list(before_own, own)?));
        }
        Ok(records)
    }

    /// The settings that the card carries: of the devices beside the meter, and of the meter.
    fn settings_on_card(&mut self) -> Result<(Brought, Brought), OfficeFault> {
        let carried = self.with_own_card(|own| own.applications()).map_err(OfficeFault::Input)?;
        let (mut beside, mut own) = (Brought::new(), Brought::new());
        for application in carried.into_iter().flatten() {
            let (list, into) = match &application {
                Application::Peripherals(list) => (list, &mut beside),
                Application::System(list) => (list, &mut own),
                _ => continue,
            };
            into.extend(list.iter().map(|(name, value)| (name.to_string(), value.to_owned())));
        }
        Ok((beside, own))
    }

    /// The device compares the password by logging its user in, as it does whenever the card is put in.
    fn record_of_password(&mut self, user: UserId, password: &Password) -> Result<Application, OfficeFault> {
        let kind = self.with_own_card(|own| Ok(own.kind())).map_err(OfficeFault::Input)?;
        if kind != Kind::N {
            return Err(OfficeFault::Input(
                "a memory card can be read by anybody: put passwords on processor cards".into(),
            ));
        }
        let secret = str::from_utf8(password.bytes()).map_err(input)?;
        let secret = Secret::new(secret.to_owned()).map_err(input)?;
        self.log_in(Person::User(user), password)?;
        Ok(Application::Password { user: user.number(), password: secret })
    }

    /// Whether the card's function can be bounded. What of the master's is over, or asks for a PIN that was forgotten,
    /// could be given back by nobody; what nothing asks for would be bounded in vain.
    fn check_bound(&self, function: Function) -> Result<(), OfficeFault> {
        if self.is_master(self.routine.desk().inserted()?.number) {
            return Err(OfficeFault::Input("the master keeps its functions: bound a card below it".into()));
        }
        match function {
            Function::Query => {
                Err(OfficeFault::Input("what was spent is shown to all: query cannot be bounded".into()))
            }
            _ => Ok(()),
        }
    }

    fn record_of_limit(&self, function: Function, until: Date) -> Result<Application, OfficeFault> {
        self.check_bound(function)?;
        Ok(Application::TimedFunction { function: named(function)?, until })
    }

    /// Sets the card's PIN, also for what was bound to its earlier one. Tries begin anew.
    fn set_pin(&mut self, function: Function, pin: &Pin) -> Result<Application, OfficeFault> {
        self.check_bound(function)?;
        let bounded = named(function)?;
        let set = self.with_own_card(|own| {
            let bound: Vec<Name> = own.applications()?.into_iter().flatten().filter_map(pin_bound).collect();
            if !bound.contains(&bounded) && !own.has_room()? {
                return Err(CardError::Full);
            }
            let check = own.set_pin(pin)?;
            for function in bound {
                put(own, &Application::PinFunction { function, pin: check })?;
            }
            Ok((own.identified().running().value(), check))
        });
        let (running, check) = set.map_err(OfficeFault::Input)?;
        let mut tries: BTreeMap<u16, u32> = self.journal.kept(name::PIN_TRIES)?.unwrap_or_default();
        if tries.remove(&running).is_some() {
            self.journal.keep(name::PIN_TRIES, &tries)?;
        }
        Ok(Application::PinFunction { function: named(function)?, pin: check })
    }
}

/// Puts a record in the place of the same thing, or behind what is there.
fn put(own: &mut OwnCard<'_>, application: &Application) -> Result<(), CardError> {
    let found = own.applications()?;
    let is_same = |found: &Application| is_same_thing(found, application);
    match found.iter().position(|found| found.as_ref().is_ok_and(is_same)) {
        Some(place) => own.replace(place, application),
        None => own.add(application),
    }
}

/// Whether one record takes the other's place: it is of the same kind and name, or of the settings.
fn is_same_thing(one: &Application, other: &Application) -> bool {
    match (one, other) {
        (Application::Peripherals(_), Application::Peripherals(_))
        | (Application::System(_), Application::System(_)) => true,
        _ => {
            let (one, other) = (Content::of(one), Content::of(other));
            (one.kind, one.name) == (other.kind, other.name)
        }
    }
}

fn pin_bound(application: Application) -> Option<Name> {
    match application {
        Application::PinFunction { function, .. } => Some(function),
        _ => None,
    }
}

fn text_place(place: Rect) -> Result<TextPlace, TryFromIntError> {
    Ok(TextPlace {
        left: place.x.try_into()?,
        top: place.y.try_into()?,
        width: place.width.try_into()?,
        height: place.height.try_into()?,
    })
}

/// Settings over those that were there.
fn setting_list(before: Brought, settings: Brought) -> Result<SettingList, OfficeFault> {
    let named =
        before.into_iter().chain(settings).map(|(name, value)| Name::new(&name).map(|name| (name, value)));
    let named: BTreeMap<Name, String> = named.collect::<Result<_, _>>().map_err(input)?;
    SettingList::try_from(named).map_err(input)
}

fn named(function: Function) -> Result<Name, OfficeFault> {
    Name::new(&function.to_string()).map_err(input)
}

fn no_cliche(number: u16) -> OfficeFault {
    OfficeFault::Input(format!("there is no cliché {number}"))
}

fn first_day(table: &[u8]) -> String {
    let table = str::from_utf8(table).ok().and_then(|text| Table::from_json(text).ok());
    table.map(|table| format!("from {}", table.valid_from())).unwrap_or_default()
}

fn values(list: &SettingList) -> String {
    list.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}
