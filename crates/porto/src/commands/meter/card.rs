//! `porto meter card`: chip cards of the meter, and drawn ones.

use super::centre::Tables;
use super::contents::{Clear, Put, Show};
use super::making::{Duplicate, Make, ReplaceMaster};
use super::{Place, configuration_failure, table};
use crate::failure::Failure;
use crate::output;
use access::cards::{Card, Centres, Change, Chip as Row, Directory, Refusal};
use cards::emulated::{Chip, Slot};
use cards::{Drawn, DrawnError, Presence, Reader, Recognised, Unique, recognise};
use clap::ValueEnum;
use meter::configuration::ReaderKind;
use serde::Serialize;
use std::process::ExitCode;
use terms::Running;

/// What can be done with cards.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Show the cards that were made, and the drawn ones there are
    List(List),
    /// Draw a new blank card, as a maker of cards delivers it
    Draw(Draw),
    /// Put a drawn card into the slot
    Insert(Insert),
    /// Take the drawn card out of the slot
    Out(Out),
    /// Make a card: the master, or one below the card in the slot
    Make(Make),
    /// Make one more card for a row of the table
    Duplicate(Duplicate),
    /// Make a new master in the place of a lost one, with the maker's word for it
    ReplaceMaster(ReplaceMaster),
    /// Show what the card in the slot is, and what it carries
    Show(Show),
    /// Put something on the card in the slot, or on the next one
    #[command(subcommand)]
    Put(Put),
    /// Take everything off the card in the slot that is not its identification
    Clear(Clear),
    /// Lock a card that is lost, with all below it
    Lock(Lock),
    /// Unlock a card
    Unlock(Lock),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::List(command) => command.run(),
            Command::Draw(command) => command.run(),
            Command::Insert(command) => command.run(),
            Command::Out(command) => command.run(),
            Command::Make(command) => command.run(),
            Command::Duplicate(command) => command.run(),
            Command::ReplaceMaster(command) => command.run(),
            Command::Show(command) => command.run(),
            Command::Put(command) => command.run(),
            Command::Clear(command) => command.run(),
            Command::Lock(command) => command.run(true),
            Command::Unlock(command) => command.run(false),
        }
    }
}

/// The drawn cards of a meter that works with such.
pub fn drawn(place: &Place) -> Result<Drawn, Failure> {
    let configuration = place.configuration()?;
    if configuration.cards.reader != ReaderKind::Drawn {
        return Err(Failure::usage(
            "this meter has no drawn cards: set reader = \"drawn\" under [cards] in meter.toml",
        ));
    }
    configuration.drawn().map_err(configuration_failure)
}

/// Wrong names and files are status 2.
pub fn drawn_failure(error: DrawnError) -> Failure {
    match error {
        DrawnError::Exists => Failure::refused(error),
        error => Failure::usage(error),
    }
}

/// Shows the cards that were made on this meter, by their running numbers. Card numbers are secrets, and not shown.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card list --json")]
pub struct List {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// The document.
#[derive(Serialize)]
struct Document {
    cards: Vec<Told>,
    /// The names of all drawn cards, and the one in the slot.
    drawn: Vec<String>,
    slot: Option<String>,
}

/// A card as it is told.
#[derive(Serialize)]
struct Told {
    running: Running,
    /// The one it was made with.
    above: Option<Running>,
    name: String,
    level: String,
    centres: Vec<String>,
    functions: String,
    timer_seconds: u16,
    locked: bool,
}

impl Told {
    fn of(directory: &Directory, chip: &Row, card: &Card) -> Told {
        let above = directory.chips().find(|above| Some(above.number) == card.parent);
        Told {
            running: chip.running,
            above: above.map(|above| above.running),
            name: card.name.to_string(),
            level: card.level.to_string(),
            centres: match &card.centres {
                Centres::All => vec!["all".into()],
                centres => centres.named().map(|number| number.to_string()).collect(),
            },
            functions: card.functions.to_string(),
            timer_seconds: card.timer_seconds,
            locked: card.locked || chip.locked,
        }
    }
}

impl List {
    fn run(self) -> Result<ExitCode, Failure> {
        let (directory, _) = self.place.directory()?;
        let rows = directory.chips().filter_map(|chip| Some((chip, directory.card(chip.number)?)));
        let cards: Vec<Told> = rows.map(|(chip, card)| Told::of(&directory, chip, card)).collect();
        let is_drawn = self.place.configuration()?.cards.reader == ReaderKind::Drawn;
        let (drawn, slot) = match is_drawn {
            true => {
                let drawn = drawn(&self.place)?;
                (drawn.names().map_err(drawn_failure)?, drawn.inserted().map_err(drawn_failure)?)
            }
            false => (Vec::new(), None),
        };
        let document = Document { cards, drawn, slot };
        if self.json {
            output::json(&document)?;
        } else {
            document.tell(is_drawn)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Document {
    fn tell(&self, is_drawn: bool) -> Result<(), Failure> {
        let heading = ["card", "above", "name", "level", "cost centres", "functions", ""];
        let row = |card: &Told| {
            vec![
                card.running.to_string(),
                card.above.map_or_else(|| "-".into(), |above| above.to_string()),
                card.name.clone(),
                card.level.clone(),
                card.centres.join(","),
                card.functions.clone(),
                if card.locked { "locked".into() } else { "".into() },
            ]
        };
        if !self.cards.is_empty() {
            let heading = std::iter::once(heading.map(String::from).to_vec());
            table(&heading.chain(self.cards.iter().map(row)).collect::<Vec<_>>())?;
        }
        if is_drawn {
            output::line(&format!("drawn cards: {}", self.drawn.join(" ")))?;
            output::line(&format!("in the slot: {}", self.slot.as_deref().unwrap_or("none")))?;
        } else if self.cards.is_empty() {
            output::line("no card was made at this meter")?;
        }
        Ok(())
    }
}

/// Draws a new blank card with its maker's number: what a maker of cards does.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card draw master --kind n")]
pub struct Draw {
    #[command(flatten)]
    place: Place,
    /// What the card is called here: letters, digits and hyphens.
    name: String,
    /// Its chip.
    #[arg(long, value_enum, default_value_t = KindName::N)]
    kind: KindName,
}

#[derive(Clone, Copy, ValueEnum)]
enum KindName {
    /// A memory card of 256 bytes.
    A,
    /// An I2C memory of 32 KB.
    B,
    /// A processor card.
    N,
}

impl KindName {
    fn chip(self) -> Result<Chip, Failure> {
        let mut unique = [0; Unique::BYTES];
        getrandom::fill(&mut unique).map_err(Failure::usage)?;
        Ok(match self {
            KindName::A => Chip::memory(),
            KindName::B => Chip::i2c(),
            KindName::N => Chip::processor(Unique::new(unique)),
        })
    }
}

impl Draw {
    fn run(self) -> Result<ExitCode, Failure> {
        let drawn = drawn(&self.place)?;
        let issuer = self.place.configuration()?.card_issuer().map_err(configuration_failure)?;
        let issuer = issuer.ok_or_else(|| Failure::usage("this meter works without cards"))?;
        let mut slot = Slot::with(self.kind.chip()?);
        let failed = || Failure::refused("the new card cannot be written");
        let Presence::Card(insertion) = slot.presence().map_err(Failure::refused)? else {
            return Err(failed());
        };
        let Recognised::Card(mut card) = recognise(&mut slot, insertion).map_err(Failure::refused)? else {
            return Err(failed());
        };
        card.write_maker_number(issuer.maker_number(), &issuer.code).map_err(Failure::refused)?;
        drawn.add(&self.name, &slot.take().ok_or_else(failed)?).map_err(drawn_failure)?;
        output::line(&format!(
            "card {} is drawn: put it into the slot with `porto meter card insert {0}`",
            self.name
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Puts a drawn card into the slot, in place of the one that is in.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card insert master")]
pub struct Insert {
    #[command(flatten)]
    place: Place,
    /// Its name.
    name: String,
}

impl Insert {
    fn run(self) -> Result<ExitCode, Failure> {
        drawn(&self.place)?.insert(&self.name).map_err(drawn_failure)?;
        output::line(&format!("card {} is in the slot", self.name))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Takes the drawn card out of the slot.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card out")]
pub struct Out {
    #[command(flatten)]
    place: Place,
}

impl Out {
    fn run(self) -> Result<ExitCode, Failure> {
        drawn(&self.place)?.take_out().map_err(drawn_failure)?;
        output::line("the slot is empty")?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Locks or unlocks a card. The master has to be in the slot.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter card lock 3\n  porto meter card lock 3 --this-one\n  porto meter card unlock 3"
)]
pub struct Lock {
    #[command(flatten)]
    tables: Tables,
    /// The card's running number, as `porto meter card list` shows it.
    #[arg(value_name = "CARD")]
    running: Running,
    /// This physical card alone, and not its duplicates and the cards below it.
    #[arg(long)]
    this_one: bool,
}

impl Lock {
    fn run(self, locked: bool) -> Result<ExitCode, Failure> {
        let change = match self.this_one {
            true => Change::ChipLocked(self.running, locked),
            false => {
                let (directory, _) = self.tables.place().directory()?;
                let chip =
                    directory.chip(self.running).ok_or_else(|| Failure::refused(Refusal::UnknownCard))?;
                Change::CardLocked(chip.number, locked)
            }
        };
        self.tables.change(&[change])?;
        let what = if locked { "locked" } else { "unlocked" };
        output::line(&format!("card {} is {what}", self.running))?;
        Ok(ExitCode::SUCCESS)
    }
}
