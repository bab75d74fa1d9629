//! `porto meter group`: groups of cost centres, which have a limit in common; and the limit of the whole meter.

use super::centre::{Maybe, Tables};
use super::{Place, table};
use crate::failure::Failure;
use crate::output;
use access::cards::{Account, Change, Group, GroupNumber, Name};
use serde::Serialize;
use std::process::ExitCode;
use terms::Money;

/// What can be done with groups.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Show all groups and what they have spent this month
    List(List),
    /// Make a group
    Add(Add),
    /// Change a group
    Set(Set),
    /// Take a group away
    Remove(Remove),
    /// Set what all cost centres may spend together
    Whole(Whole),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::List(command) => command.run(),
            Command::Add(command) => command.run(),
            Command::Set(command) => command.run(),
            Command::Remove(command) => command.run(),
            Command::Whole(command) => command.run(),
        }
    }
}

/// Shows all groups, and the whole meter below them, with what is spent this month.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter group list --json")]
pub struct List {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// A group as it is told, or the whole meter, which has no number.
#[derive(Serialize)]
struct Told {
    number: Option<GroupNumber>,
    name: Name,
    limit: Option<Money>,
    spent: Money,
    rest: Option<Money>,
}

impl List {
    fn run(self) -> Result<ExitCode, Failure> {
        let (directory, now) = self.place.directory()?;
        let groups = directory.groups().map(|group| (Some(group.number), group.name.clone()));
        let told = groups.chain([(None, Name::default())]).map(|(number, name)| {
            let account = number.map_or(Account::Whole, Account::Group);
            let rest = directory.rest_of(account, now.day).map_err(Failure::refused)?;
            let spent = directory.spent(account, now.day).postage;
            Ok(Told { number, name, limit: directory.limit(account), spent, rest })
        });
        let told: Vec<Told> = told.collect::<Result<_, Failure>>()?;
        if self.json {
            output::json(&told)?;
            return Ok(ExitCode::SUCCESS);
        }
        let amount = |amount: Option<Money>| amount.map_or_else(|| "-".into(), |amount| amount.to_string());
        let heading = ["group", "name", "spent", "limit", "left"].map(String::from).to_vec();
        let row = |told: &Told| {
            let number = told.number.map_or_else(|| "all".into(), |number| number.to_string());
            vec![number, told.name.to_string(), told.spent.to_string(), amount(told.limit), amount(told.rest)]
        };
        table(&std::iter::once(heading).chain(told.iter().map(row)).collect::<Vec<_>>())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Makes a group.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter group add 1 --name \"First floor\" --limit 50000")]
pub struct Add {
    #[command(flatten)]
    tables: Tables,
    /// Its number, 1 to 999.
    number: GroupNumber,
    /// What people call it.
    #[arg(long, value_parser = Name::new, default_value = "")]
    name: Name,
    /// How much postage its cost centres may spend together in a calendar month, in minor units.
    #[arg(long, value_name = "AMOUNT")]
    limit: Option<Money>,
}

impl Add {
    fn run(self) -> Result<ExitCode, Failure> {
        let group = Group { number: self.number, name: self.name, limit: self.limit };
        self.tables.change(&[Change::CreateGroup(group)])?;
        output::line(&format!("group {} is made", self.number))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Changes a group. What is not given stays.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter group set 1 --limit none")]
pub struct Set {
    #[command(flatten)]
    tables: Tables,
    /// Its number.
    number: GroupNumber,
    /// What people call it.
    #[arg(long, value_parser = Name::new)]
    name: Option<Name>,
    /// How much postage its cost centres may spend together in a calendar month; none for no limit.
    #[arg(long, value_name = "AMOUNT|none")]
    limit: Option<Maybe<Money>>,
}

impl Set {
    fn run(self) -> Result<ExitCode, Failure> {
        let name = self.name.map(|name| Change::GroupName(self.number, name));
        let limit = self.limit.map(|Maybe(limit)| Change::GroupLimit(self.number, limit));
        let changes: Vec<Change> = [name, limit].into_iter().flatten().collect();
        if changes.is_empty() {
            return Err(Failure::usage("nothing is to be changed: see --help"));
        }
        self.tables.change(&changes)?;
        output::line(&format!("group {} is changed", self.number))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Takes a group away that no cost centre belongs to.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter group remove 1")]
pub struct Remove {
    #[command(flatten)]
    tables: Tables,
    /// Its number.
    number: GroupNumber,
}

impl Remove {
    fn run(self) -> Result<ExitCode, Failure> {
        self.tables.change(&[Change::DeleteGroup(self.number)])?;
        output::line(&format!("group {} is taken away", self.number))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Sets what all cost centres may spend together in a calendar month.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto meter group whole 100000\n  porto meter group whole none")]
pub struct Whole {
    #[command(flatten)]
    tables: Tables,
    /// The amount in minor units; none for no limit.
    #[arg(value_name = "AMOUNT|none")]
    limit: Maybe<Money>,
}

impl Whole {
    fn run(self) -> Result<ExitCode, Failure> {
        let Maybe(limit) = self.limit;
        self.tables.change(&[Change::WholeLimit(limit)])?;
        let limit = limit.map_or_else(|| "no limit".into(), |limit| limit.to_string());
        output::line(&format!("the limit of the whole meter: {limit}"))?;
        Ok(ExitCode::SUCCESS)
    }
}
