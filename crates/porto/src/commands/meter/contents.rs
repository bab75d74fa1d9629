//! `porto meter card show`, `put` and `clear`: what cards carry beside their identification.
//!
//! What always holds: the machine judges what is put on a card before it is written; no password and no PIN is shown.

use super::making::swap;
use super::operator::{Operator, Run};
use super::{office_failure, rates};
use crate::failure::Failure;
use crate::{output, password};
use access::UserId;
use access::cards::Function;
use meter::machine::{Content, Filling};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;
use terms::{Date, Money, Running};

/// How often the slot is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What can be put on a card.
#[derive(clap::Subcommand)]
pub enum Put {
    /// Put a rate table on it
    Rates(PutRates),
    /// Put a cliché of the meter on it
    Cliche(PutCliche),
    /// Put an imprint on it, which is set when the card is put in
    Imprint(PutImprint),
    /// Put settings on it
    Settings(PutSettings),
    /// Put a password on it, by which its user is logged in
    Password(PutPassword),
    /// Bound one of its functions by a day or by the card's PIN
    Function(PutFunction),
}

impl Put {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Put::Rates(command) => command.run(),
            Put::Cliche(command) => command.run(),
            Put::Imprint(command) => command.run(),
            Put::Settings(command) => command.run(),
            Put::Password(command) => command.run(),
            Put::Function(command) => command.run(),
        }
    }
}

/// A card that is filled: the one in the slot, which may make cards, or one below it that is put in next.
#[derive(clap::Args)]
struct Target {
    #[command(flatten)]
    run: Run,
    /// Waits for the card that is to be filled: one below the card in the slot, put in within 20 seconds.
    #[arg(long)]
    next: bool,
    /// The same, and swaps to this drawn card itself, for scripts.
    #[arg(long, value_name = "NAME")]
    swap_to: Option<String>,
}

impl Target {
    /// Turns the machine on, with the card in the slot that is to be filled.
    fn turn_on(&self) -> Result<Operator, Failure> {
        let mut operator = self.run.turn_on()?;
        if !self.next && self.swap_to.is_none() {
            return Ok(operator);
        }
        let before = operator.machine().insertion();
        operator.machine().fill_next().map_err(office_failure)?;
        swap(&mut operator, &self.run.place, self.swap_to.as_deref(), &mut String::new())?;
        while operator.machine().awaits_card_to_fill() {
            thread::sleep(LOOK);
            operator.look()?;
        }
        if operator.machine().insertion().is_none_or(|found| Some(found) == before) {
            return Err(Failure::refused("no other card came within 20 seconds: nothing was written"));
        }
        Ok(operator)
    }

    fn put(&self, filling: Filling) -> Result<ExitCode, Failure> {
        let mut operator = self.turn_on()?;
        let sentence = operator.machine().put_on_card(filling).map_err(office_failure)?;
        operator.turn_off()?;
        output::line(&sentence)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Puts a rate table on the card. A meter that it is put into takes the table over, if it is the one that wrote the card.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card put rates rates-2027.toml")]
pub struct PutRates {
    #[command(flatten)]
    target: Target,
    /// The table: TOML as people write it, or JSON where the name ends in .json.
    file: PathBuf,
}

impl PutRates {
    fn run(self) -> Result<ExitCode, Failure> {
        self.target.put(Filling::Rates(rates::read(&self.file)?))
    }
}

/// Puts a cliché of the meter on the card.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card put cliche 5")]
pub struct PutCliche {
    #[command(flatten)]
    target: Target,
    /// Its number.
    number: u16,
}

impl PutCliche {
    fn run(self) -> Result<ExitCode, Failure> {
        self.target.put(Filling::Cliche(self.number))
    }
}

/// Puts an imprint on the card: postage, cliché and text, which are set when the card is put in.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto meter card put imprint newsletter --postage 95 --cliche 5 --text \"SPRING ISSUE\""
)]
pub struct PutImprint {
    #[command(flatten)]
    target: Target,
    /// What it is called.
    name: String,
    /// The postage in minor units: 110 for 1.10.
    #[arg(long)]
    postage: Money,
    /// Its cliché.
    #[arg(long, value_name = "N")]
    cliche: Option<u16>,
    /// The text in the cliché.
    #[arg(long, default_value = "")]
    text: String,
}

impl PutImprint {
    fn run(self) -> Result<ExitCode, Failure> {
        let PutImprint { target, name, postage, cliche, text } = self;
        target.put(Filling::Imprint { name, postage, cliche, text })
    }
}

/// Puts settings on the card: feeder, stacker (on or off), offset, envelope, low_credit, high_value, standby_seconds,
/// days_ahead. They mean what they mean in meter.toml.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card put settings envelope=c5 offset=5,2.5 high_value=10000")]
pub struct PutSettings {
    #[command(flatten)]
    target: Target,
    /// The settings.
    #[arg(value_name = "NAME=VALUE", required = true, value_parser = setting)]
    settings: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("a setting is written NAME=VALUE")?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}

impl PutSettings {
    fn run(self) -> Result<ExitCode, Failure> {
        let settings: BTreeMap<String, String> = self.settings.into_iter().collect();
        self.target.put(Filling::Settings(settings))
    }
}

/// Puts a user's password on the card, once the device has compared it: whoever puts the card in is logged in as this
/// user. For processor cards alone: anybody with a reader can read a memory card.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card put password --user 7")]
pub struct PutPassword {
    #[command(flatten)]
    target: Target,
    /// The user.
    #[arg(long, value_name = "N")]
    user: UserId,
    /// The password: the first line of this file; - is standard input. It is asked for at the terminal if not given.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

impl PutPassword {
    fn run(self) -> Result<ExitCode, Failure> {
        let password = password::read(self.password_file.as_deref(), &format!("user {}", self.user))?;
        self.target.put(Filling::Password { user: self.user, password })
    }
}

/// Bounds a function of the card: until a day, or by the card's PIN, of which there is one for all that asks for it.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter card put function frank --until 2026-12-31 --next\n  porto meter card put \
function refill --new-pin"
)]
pub struct PutFunction {
    #[command(flatten)]
    target: Target,
    /// The function: frank, frank-zero, refill, set-cliche, edit-texts, make-cards or manage-centres.
    #[arg(value_name = "NAME")]
    function: Function,
    /// The last day on which it may be used.
    #[arg(long, value_name = "YYYY-MM-DD", conflicts_with_all = ["new_pin", "new_pin_file"])]
    until: Option<Date>,
    /// Asks for the card's new PIN, by which the function is bound.
    #[arg(long)]
    new_pin: bool,
    /// The new PIN: the first line of this file; - is standard input.
    #[arg(long, value_name = "FILE")]
    new_pin_file: Option<PathBuf>,
}

impl PutFunction {
    fn run(self) -> Result<ExitCode, Failure> {
        let filling = match self.until {
            Some(until) => Filling::Until(self.function, until),
            None if self.new_pin || self.new_pin_file.is_some() => {
                Filling::Pin(self.function, password::new_pin(self.new_pin_file.as_deref())?)
            }
            None => return Err(Failure::usage("say what bounds it: --until, --new-pin or --new-pin-file")),
        };
        self.target.put(filling)
    }
}

/// Takes everything off the card that is not its identification.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card clear --next")]
pub struct Clear {
    #[command(flatten)]
    target: Target,
}

impl Clear {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.target.turn_on()?;
        operator.machine().clear_card().map_err(office_failure)?;
        operator.turn_off()?;
        output::line("the card carries nothing")?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows what the card in the slot is, and what it carries.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card show --json")]
pub struct Show {
    #[command(flatten)]
    run: Run,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// The document.
#[derive(Serialize)]
struct Document {
    running: Running,
    /// a, b or n.
    chip: String,
    name: String,
    level: String,
    carries: Vec<Content>,
    /// A sentence for each thing that cannot be used.
    unusable: Vec<String>,
}

impl Show {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on_anyhow()?;
        let carried = operator.machine().carried().map_err(office_failure)?;
        let directory = operator.machine().routine().desk().directory();
        let card = directory.chip(carried.running).and_then(|chip| directory.card(chip.number));
        let (name, level) =
            card.map(|card| (card.name.to_string(), card.level.to_string())).unwrap_or_default();
        let (mut carries, mut unusable) = (Vec::new(), Vec::new());
        for content in carried.contents {
            match content {
                Ok(content) => carries.push(content),
                Err(sentence) => unusable.push(sentence),
            }
        }
        let chip = carried.chip.to_string();
        operator.turn_off()?;
        let document = Document { running: carried.running, chip, name, level, carries, unusable };
        if self.json {
            output::json(&document)?;
        } else {
            document.tell()?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Document {
    fn tell(&self) -> Result<(), Failure> {
        let words = [self.running.to_string(), self.level.clone(), self.name.clone()];
        let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
        output::line(&format!("card {}, chip {}", words.join(" "), self.chip))?;
        self.carries.iter().try_for_each(|content| output::line(&content.to_string()))?;
        self.unusable.iter().try_for_each(|sentence| output::line(sentence))?;
        if self.carries.is_empty() && self.unusable.is_empty() {
            output::line("it carries nothing")?;
        }
        Ok(())
    }
}
