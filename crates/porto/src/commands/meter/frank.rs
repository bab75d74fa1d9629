//! `porto meter frank`: one imprint, or many alike.

use super::jobs::Imprint;
use super::letter::Described;
use super::log_in::Users;
use super::operator::{Operator, Run};
use super::{machine_failure, office_failure};
use crate::failure::Failure;
use crate::output;
use access::cards::CentreNumber;
use meter::routine::Input;
use serde::Serialize;
use std::process::ExitCode;
use terms::{Date, Money};

/// Most imprints of one call: a bound on what a mistyped number costs.
const PIECES_MAX: i64 = 100_000;
/// A press may lead to a call to the centre, or ask for another one, before it leads to an imprint.
const PRESSES_MAX: u32 = 3;

/// Franks a letter. What is not given is what was set last: the postage, the cost centre, the cliché and the text; the
/// date is today's.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto meter frank --postage 110\n  porto meter frank --postage 95 --count 20 --centre \
01002\n  porto meter frank --weight \"18 g\" --format standard --to DE --service registered\n  porto meter frank --weigh \
--format standard --to domestic\n  porto meter frank --postage 110 --user 7 --password-file seven.txt\n  porto meter \
frank --zero --date 2026-12-01"
)]
pub struct Frank {
    #[command(flatten)]
    run: Run,
    #[command(flatten)]
    users: Users,
    /// The postage in minor units: 110 for 1.10.
    #[arg(long, conflicts_with_all = ["zero", "weight", "weigh"])]
    postage: Option<Money>,
    #[command(flatten)]
    letter: Described,
    /// How many imprints alike.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=PIECES_MAX))]
    count: u32,
    /// The cost centre.
    #[arg(long, value_name = "NUMBER")]
    centre: Option<CentreNumber>,
    /// The date to print: today or later, as far ahead as is set.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// The cliché beside the stamps; 0 for the cost centre's own.
    #[arg(long, value_name = "N")]
    cliche: Option<u16>,
    /// The text in the cliché; empty for its own.
    #[arg(long)]
    text: Option<String>,
    /// An imprint without value: a test, or a letter whose date is corrected.
    #[arg(long, conflicts_with_all = ["count", "weight", "weigh"])]
    zero: bool,
    /// Yes, a high value is meant.
    #[arg(long)]
    confirm: bool,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What was franked, and what the display says after it.
#[derive(Serialize)]
struct Document {
    imprints: Vec<Imprint>,
    message: String,
}

impl Frank {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on()?;
        self.users.log_in(&mut operator)?;
        self.set(&mut operator)?;
        self.look_at_the_value(&mut operator)?;
        let before = operator.last()?;
        let pressed = self.press(&mut operator);
        let jobs = operator.paid_since(before)?;
        let imprints = jobs.iter().map(|job| Imprint::of(job, operator.configuration())).collect();
        let is_short = jobs.len() < self.count as usize;
        let view = operator.view();
        operator.turn_off()?;
        // What went wrong is the command's last word.
        self.tell(Document { imprints, message: view.message.clone() }, view.is_bad || is_short)?;
        pressed?;
        match view.is_bad || is_short {
            true if view.message.is_empty() => Err(Failure::refused(view.sentence)),
            true => Err(Failure::refused(view.message)),
            false => Ok(ExitCode::SUCCESS),
        }
    }

    /// What is given replaces what was set.
    fn set(&self, operator: &mut Operator) -> Result<(), Failure> {
        let settings = [
            self.centre.map(Input::Centre),
            self.date.map(Input::Date),
            self.cliche.map(|number| Input::Cliche((number > 0).then_some(number))),
            self.text.clone().map(Input::Text),
        ];
        settings.into_iter().flatten().try_for_each(|input| operator.demand(input))?;
        let value = match self.postage {
            Some(postage) => Some(Input::Value { postage, product: None, endorsement: None }),
            None => self.priced(operator)?,
        };
        value.map_or(Ok(()), |value| operator.demand(value))
    }

    fn priced(&self, operator: &mut Operator) -> Result<Option<Input>, Failure> {
        let scale = |operator: &mut Operator| operator.machine().weigh().map_err(office_failure);
        let date = operator.machine().date().map_err(office_failure)?;
        let Some(letter) = self.letter.letter(date, || scale(operator))? else { return Ok(None) };
        let price = operator.machine().price(&letter).map_err(office_failure)?;
        let endorsements: Vec<&str> = price.endorsements.iter().map(|text| text.as_str()).collect();
        let endorsement = Some(endorsements.join(" ")).filter(|text| !text.is_empty());
        let product = Some(price.product.as_str().to_owned());
        Ok(Some(Input::Value { postage: price.postage, product, endorsement }))
    }

    fn look_at_the_value(&self, operator: &mut Operator) -> Result<(), Failure> {
        let postage = operator.view().postage;
        let high = operator.machine().routine().settings().high_value;
        if !self.zero && postage.is_zero() {
            return Err(Failure::usage(
                "no postage is set: give --postage, or a letter's weight and format, or --zero",
            ));
        }
        if !self.zero && !self.confirm && !high.is_zero() && postage >= high {
            return Err(Failure::refused(format!(
                "{postage} is a high value: give --confirm if it is meant"
            )));
        }
        Ok(())
    }

    fn press(&self, operator: &mut Operator) -> Result<(), Failure> {
        let before = operator.last()?;
        for _ in 0..PRESSES_MAX {
            operator.ask(match self.count {
                _ if self.zero => Input::Zero,
                1 => Input::Letter,
                count => Input::Series(count),
            })?;
            operator.attend_series()?;
            if operator.view().is_bad || !operator.paid_since(before)?.is_empty() {
                break;
            }
        }
        operator.machine().rest().map_err(machine_failure)
    }

    fn tell(&self, document: Document, is_bad: bool) -> Result<(), Failure> {
        if self.json {
            return output::json(&document);
        }
        document.imprints.iter().try_for_each(|imprint| output::line(&imprint.to_string()))?;
        if !is_bad && !document.message.is_empty() {
            eprintln!("porto: {}", document.message);
        }
        Ok(())
    }
}
