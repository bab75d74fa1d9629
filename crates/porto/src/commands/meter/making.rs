//! `porto meter card make`, `duplicate` and `replace-master`: what DE 197 57 648, Fig. 5, asks of whoever stands before the slot.
//!
//! What always holds: the command says what to do next and waits for the slot; the machine judges what comes into it,
//! and until it says that a card is made, none is.

use super::card::{drawn, drawn_failure};
use super::operator::{Operator, Run};
use super::{Place, office_failure};
use crate::failure::Failure;
use crate::{input, output};
use access::cards::{Card, CentreNumber, Centres, Functions, Level, MakersMessage, Name, Refusal};
use clap::ValueEnum;
use meter::routine::Input;
use signal_hook::consts::SIGINT;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use terms::{CardNumber, Running};

/// How often the slot is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// Makes a card of the next one that is put into the slot. The first card of a meter becomes its master; any other is
/// made below the card that is in the slot now, which has to be taken out for it. Ctrl-C ends it without a card.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter card make --swap-to master\n  porto meter card make --level single --centres 01002 \
--name Sales\n  porto meter card make --level group --centres 01001,01002 --functions frank,query,make-cards\n\nWith drawn \
cards another shell swaps them (`porto meter card out`, `porto meter card insert NAME`), or --swap-to does."
)]
pub struct Make {
    #[command(flatten)]
    making: Making,
    /// How high it stands.
    #[arg(long, value_enum, default_value_t = LevelName::Single)]
    level: LevelName,
    /// The cost centres it may use; if not given, those of the card in the slot, of which a single or a function card gets
    /// the selected one.
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    centres: Vec<CentreNumber>,
    /// What it may do: all, or of frank, frank-zero, query, refill, set-cliche, edit-texts, make-cards, manage-centres.
    #[arg(long, value_name = "NAMES")]
    functions: Option<Functions>,
    /// What people call it, or who holds it.
    #[arg(long, value_parser = Name::new, default_value = "")]
    name: Name,
}

/// Makes one more card for a row of the table: for a card below the one in the slot, or for a second master.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card duplicate 3")]
pub struct Duplicate {
    #[command(flatten)]
    making: Making,
    /// The running number of the card that it is to equal.
    #[arg(value_name = "CARD")]
    running: Running,
}

/// Makes a new master in the place of a lost one, with the maker's word for it; the lost one and its duplicates open nothing
/// from then on.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter card replace-master proof.json")]
pub struct ReplaceMaster {
    #[command(flatten)]
    making: Making,
    /// The document that the maker wrote (`porto issuer master`).
    #[arg(value_name = "FILE")]
    proof: PathBuf,
}

/// A meter at which a card is made.
#[derive(clap::Args)]
struct Making {
    #[command(flatten)]
    run: Run,
    /// Swaps to this drawn card itself, for scripts.
    #[arg(long, value_name = "NAME")]
    swap_to: Option<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum LevelName {
    /// Several cost centres.
    Group,
    /// One cost centre.
    Single,
    /// Queries and imprints without value.
    Function,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Level {
        match name {
            LevelName::Group => Level::Group,
            LevelName::Single => Level::Single,
            LevelName::Function => Level::Function,
        }
    }
}

impl Make {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let had_master = self.making.run.place.directory()?.0.master().is_some();
        let mut operator = self.making.run.turn_on()?;
        match operator.machine().routine().desk().directory().master() {
            // The card in the slot was the meter's first one.
            Some(_) if !had_master => {}
            None => operator.machine().await_first_card().map_err(office_failure)?,
            Some(_) => {
                let card = self.card(&mut operator)?;
                operator.machine().make_card(card).map_err(office_failure)?;
            }
        }
        self.making.attend(operator)
    }

    /// The row below the card in the slot. Its number comes from the machine.
    fn card(&self, operator: &mut Operator) -> Result<Card, Failure> {
        let desk = operator.machine().routine().desk();
        let maker = desk.inserted().map_err(Failure::refused)?;
        let maker =
            desk.directory().card(maker.number).ok_or_else(|| Failure::refused(Refusal::UnknownCard))?;
        let centres = match (self.centres.as_slice(), self.level, maker.selected) {
            ([], LevelName::Single | LevelName::Function, Some(selected)) => Centres::one(selected),
            ([], ..) => maker.centres.clone(),
            (centres, ..) => centres.iter().copied().collect(),
        };
        let number = CardNumber::new(0).map_err(Failure::usage)?;
        let card = Card::below(maker, number, self.level.into(), centres);
        Ok(Card { name: self.name.clone(), functions: self.functions.unwrap_or(card.functions), ..card })
    }
}

impl Duplicate {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.making.run.turn_on()?;
        let chip = operator.machine().routine().desk().directory().chip(self.running).copied();
        let chip = chip.ok_or_else(|| Failure::refused(Refusal::UnknownCard))?;
        operator.machine().duplicate_card(chip.number).map_err(office_failure)?;
        self.making.attend(operator)
    }
}

impl ReplaceMaster {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let message: MakersMessage = input::json(&self.proof, "the maker's word for a new master")?;
        let mut operator = self.making.run.turn_on()?;
        operator.machine().replace_master(&message).map_err(office_failure)?;
        self.making.attend(operator)
    }
}

impl Making {
    /// Says what to do, and looks at the slot until the card is made, or is not to be.
    fn attend(&self, mut operator: Operator) -> Result<ExitCode, Failure> {
        operator.judge()?;
        let is_over = Arc::new(AtomicBool::new(false));
        signal_hook::flag::register(SIGINT, is_over.clone()).map_err(Failure::usage)?;
        let mut told = String::new();
        swap(&mut operator, &self.run.place, self.swap_to.as_deref(), &mut told)?;
        while operator.machine().routine().desk().is_making() {
            if is_over.load(Ordering::Relaxed) {
                operator.ask(Input::CancelCard)?;
            }
            tell(&mut operator, &mut told);
            thread::sleep(LOOK);
            operator.look()?;
        }
        let said = operator.machine().routine().desk().said().clone();
        operator.turn_off()?;
        if said.is_bad {
            return Err(Failure::refused(said.sentence));
        }
        output::line(&said.sentence)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Swaps the card in the slot for the drawn one of this name, if there is to be one.
pub fn swap(
    operator: &mut Operator,
    place: &Place,
    name: Option<&str>,
    told: &mut String,
) -> Result<(), Failure> {
    tell(operator, told);
    let Some(name) = name else { return Ok(()) };
    let drawn = drawn(place)?;
    drawn.take_out().map_err(drawn_failure)?;
    operator.look()?;
    tell(operator, told);
    drawn.insert(name).map_err(drawn_failure)
}

/// What the slot says goes to stderr, each sentence once.
fn tell(operator: &mut Operator, told: &mut String) {
    let said = &operator.machine().routine().desk().said().sentence;
    if !said.is_empty() && told != said {
        eprintln!("porto: {said}");
        told.clone_from(said);
    }
}
