//! `porto meter cost-centre`: cost centres, what each may spend, and what is booked beside its postage.

use super::log_in;
use super::operator::Run;
use super::{Place, office_failure, table};
use crate::commands::psd::log_in::AsManager;
use crate::failure::Failure;
use crate::output;
use access::cards::{Account, Centre, CentreNumber, Change, GroupNumber, Name, Surcharge};
use serde::Serialize;
use std::process::ExitCode;
use std::str::FromStr;
use terms::Money;

/// What can be done with cost centres.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Show all cost centres and what they have spent this month
    List(List),
    /// Make a cost centre
    Add(Add),
    /// Change a cost centre
    Set(Set),
    /// Take a cost centre away
    Remove(Remove),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::List(command) => command.run(),
            Command::Add(command) => command.run(),
            Command::Set(command) => command.run(),
            Command::Remove(command) => command.run(),
        }
    }
}

/// A value, or that there is to be none.
#[derive(Clone, Copy, Debug)]
pub struct Maybe<T>(pub Option<T>);

impl<T: FromStr> FromStr for Maybe<T> {
    type Err = T::Err;

    fn from_str(text: &str) -> Result<Maybe<T>, T::Err> {
        if text == "none" { Ok(Maybe(None)) } else { text.parse().map(|value| Maybe(Some(value))) }
    }
}

/// A meter whose tables are changed, by the card in its slot or by the system manager.
#[derive(clap::Args)]
pub struct Tables {
    #[command(flatten)]
    run: Run,
    #[command(flatten)]
    manager: AsManager,
}

impl Tables {
    /// Which meter.
    pub fn place(&self) -> &Place {
        &self.run.place
    }

    /// Makes these changes, one after the other.
    pub fn change(&self, changes: &[Change]) -> Result<(), Failure> {
        let mut operator = self.run.turn_on_anyhow()?;
        log_in::manager(&mut operator, &self.manager)?;
        changes.iter().try_for_each(|change| operator.machine().change(change)).map_err(office_failure)?;
        operator.turn_off()
    }
}

/// Shows all cost centres, their limits and budgets, and what they have spent this month.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter cost-centre list --json")]
pub struct List {
    #[command(flatten)]
    place: Place,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// A cost centre as it is told.
#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    centre: Centre,
    /// The postage of the month that counts now.
    spent: Money,
    /// The surcharges beside it.
    charged: Money,
    pieces: u64,
    /// What is left of its own limit.
    rest: Option<Money>,
}

impl List {
    fn run(self) -> Result<ExitCode, Failure> {
        let (directory, now) = self.place.directory()?;
        let told = directory.centres().map(|centre| {
            let account = Account::Centre(centre.number);
            let spent = directory.spent(account, now.day);
            let rest = directory.rest_of(account, now.day).map_err(Failure::refused)?;
            let (postage, charged) = (spent.postage, spent.surcharge);
            Ok(Told { centre: centre.clone(), spent: postage, charged, pieces: spent.pieces, rest })
        });
        let told: Vec<Told> = told.collect::<Result<_, Failure>>()?;
        if self.json {
            output::json(&told)?;
        } else {
            table(&rows(&told))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn rows(told: &[Told]) -> Vec<Vec<String>> {
    let amount = |amount: Option<Money>| amount.map_or_else(|| "-".into(), |amount| amount.to_string());
    let heading = ["number", "name", "group", "spent", "limit", "left", "budget", "surcharge", "cliché", ""];
    let row = |told: &Told| {
        let centre = &told.centre;
        let surcharge = match centre.surcharge {
            Surcharge::None => "-".into(),
            Surcharge::Fixed(amount) => amount.to_string(),
            Surcharge::PerCent(hundredths) => format!("{}.{:02} %", hundredths / 100, hundredths % 100),
        };
        vec![
            centre.number.to_string(),
            centre.name.to_string(),
            centre.group.map_or_else(|| "-".into(), |group| group.to_string()),
            told.spent.to_string(),
            amount(centre.limit),
            amount(told.rest),
            amount(centre.budget),
            surcharge,
            centre.cliche.map_or_else(|| "-".into(), |number| number.to_string()),
            if centre.active { "".into() } else { "not in use".into() },
        ]
    };
    std::iter::once(heading.map(String::from).to_vec()).chain(told.iter().map(row)).collect()
}

/// Makes a cost centre.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter cost-centre add 01002 --name Sales --limit 20000\n  porto meter cost-centre \
add 01003 --name Service --surcharge-percent 2.5 --password-file boss.txt"
)]
pub struct Add {
    #[command(flatten)]
    tables: Tables,
    /// Its number: five digits, of which the first two are the same for all.
    number: CentreNumber,
    #[command(flatten)]
    properties: Properties,
}

impl Add {
    fn run(self) -> Result<ExitCode, Failure> {
        let create = Change::CreateCentre(Centre::new(self.number));
        let changes: Vec<Change> =
            std::iter::once(create).chain(self.properties.changes(self.number)).collect();
        self.tables.change(&changes)?;
        output::line(&format!("cost centre {} is made", self.number))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Changes a cost centre. What is not given stays.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter cost-centre set 01002 --limit 30000 --budget 25000\n  porto meter cost-centre \
set 01002 --limit none --active false"
)]
pub struct Set {
    #[command(flatten)]
    tables: Tables,
    /// Its number.
    number: CentreNumber,
    #[command(flatten)]
    properties: Properties,
}

impl Set {
    fn run(self) -> Result<ExitCode, Failure> {
        let changes = self.properties.changes(self.number);
        if changes.is_empty() {
            return Err(Failure::usage("nothing is to be changed: see --help"));
        }
        self.tables.change(&changes)?;
        output::line(&format!("cost centre {} is changed", self.number))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What a cost centre can have.
#[derive(clap::Args)]
struct Properties {
    /// What people call it.
    #[arg(long, value_parser = Name::new)]
    name: Option<Name>,
    /// How much postage it may spend in a calendar month, in minor units; none for no limit.
    #[arg(long, value_name = "AMOUNT|none")]
    limit: Option<Maybe<Money>>,
    /// How much it should spend in a calendar month, surcharges and all: going over it warns; none for no budget.
    #[arg(long, value_name = "AMOUNT|none")]
    budget: Option<Maybe<Money>>,
    /// What is booked on it beside each imprint, in minor units; none for nothing.
    #[arg(long, value_name = "AMOUNT|none", conflicts_with = "surcharge_percent")]
    surcharge_fixed: Option<Maybe<Money>>,
    /// The same in per cent of the postage, with at most two decimals.
    #[arg(long, value_name = "PERCENT")]
    surcharge_percent: Option<PerCent>,
    /// The cliché that is printed for it; none for none.
    #[arg(long, value_name = "N|none")]
    cliche: Option<Maybe<u16>>,
    /// The group it belongs to; none for none.
    #[arg(long, value_name = "N|none")]
    group: Option<Maybe<GroupNumber>>,
    /// Whether it may be used.
    #[arg(long, value_name = "true|false")]
    active: Option<bool>,
}

impl Properties {
    fn changes(&self, number: CentreNumber) -> Vec<Change> {
        let fixed =
            self.surcharge_fixed.map(|Maybe(amount)| amount.map_or(Surcharge::None, Surcharge::Fixed));
        let surcharge =
            self.surcharge_percent.map(|PerCent(hundredths)| Surcharge::PerCent(hundredths)).or(fixed);
        let changes = [
            self.name.clone().map(|name| Change::CentreName(number, name)),
            self.limit.map(|Maybe(limit)| Change::CentreLimit(number, limit)),
            self.budget.map(|Maybe(budget)| Change::CentreBudget(number, budget)),
            surcharge.map(|surcharge| Change::CentreSurcharge(number, surcharge)),
            self.cliche.map(|Maybe(cliche)| Change::CentreCliche(number, cliche)),
            self.group.map(|Maybe(group)| Change::CentreGroup(number, group)),
            self.active.map(|active| Change::CentreActive(number, active)),
        ];
        changes.into_iter().flatten().collect()
    }
}

/// Hundredths of a per cent, written as per cent: 2.5 is 250.
#[derive(Clone, Copy, Debug)]
struct PerCent(u16);

impl FromStr for PerCent {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<PerCent, &'static str> {
        let wrong = "a surcharge is a number of per cent with at most two decimals, such as 2.5";
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(part) || part.len() > 2 {
            return Err(wrong);
        }
        format!("{whole}{part:0<2}").parse().map(PerCent).map_err(|_| wrong)
    }
}

/// Takes a cost centre away that no card and no letter under way refers to. What it spent stays in all reports.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter cost-centre remove 01003")]
pub struct Remove {
    #[command(flatten)]
    tables: Tables,
    /// Its number.
    number: CentreNumber,
}

impl Remove {
    fn run(self) -> Result<ExitCode, Failure> {
        self.tables.change(&[Change::DeleteCentre(self.number)])?;
        output::line(&format!("cost centre {} is taken away", self.number))?;
        Ok(ExitCode::SUCCESS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surcharge_is_read_to_the_hundredth_of_a_per_cent() {
        for (text, hundredths) in [("2.5", 250), ("0.05", 5), ("3", 300), ("655.35", 65_535)] {
            assert_eq!(text.parse::<PerCent>().unwrap().0, hundredths, "{text}");
        }
        for text in ["", "2,5", "2.505", "-1", "656", ".5", "5.", "+1"] {
            assert!(text.parse::<PerCent>().is_err(), "{text}");
        }
    }
}
