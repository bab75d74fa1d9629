//! `porto centre customer`: customers and what they pay in.

use super::{By, Place, books_failure, office_failure};
use crate::failure::Failure;
use crate::output;
use centre::books::Books;
use centre::deposits::{
    Currency, CustomerReference, Deposits, MAX_FILE_BYTES, Payment, RefusedFile, read_camt, read_table,
};
use serde::Serialize;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::PathBuf;
use std::process::ExitCode;
use terms::{Date, Money};

/// What can be done about customers.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Take a customer in
    Add(Add),
    /// Show a customer's account
    Show(Show),
    /// Book a deposit by hand
    Deposit(Deposit),
    /// Book a file of deposits: a table (CSV) or a bank's statement (camt.053)
    Import(Import),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Add(command) => command.run(),
            Command::Show(command) => command.run(),
            Command::Deposit(command) => command.run(),
            Command::Import(command) => command.run(),
        }
    }
}

/// Takes a customer in, and gives the reference that he writes on transfers.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre customer add \"Muster and Sons\"")]
pub struct Add {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The customer's name.
    name: String,
    /// How far his account may fall below zero, in minor units.
    #[arg(long, default_value = "0", value_name = "AMOUNT")]
    limit: Money,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Add {
    fn run(self) -> Result<ExitCode, Failure> {
        let Add { place, by, name, limit, json } = self;
        let reference = place.with(async move |opened, now_ms| {
            opened.app.office.books().add_customer(&name, limit, &by.by, now_ms).await.map_err(books_failure)
        })?;
        if json {
            output::json(&serde_json::json!({ "customer": reference.to_string() }))?;
        } else {
            output::line(&format!("customer {reference}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows a customer's account.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre customer show RF74000000000001")]
pub struct Show {
    #[command(flatten)]
    place: Place,
    /// The customer's reference.
    customer: CustomerReference,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    customer: String,
    name: String,
    balance_minor: i64,
    limit_minor: u64,
    is_active: bool,
}

impl Show {
    fn run(self) -> Result<ExitCode, Failure> {
        let Show { place, customer, json } = self;
        let customer = place.with(async move |opened, _| {
            opened.app.office.books().customer(customer).await.map_err(books_failure)
        })?;
        let shown = Shown {
            customer: customer.reference.to_string(),
            name: customer.name.clone(),
            balance_minor: customer.balance_minor,
            limit_minor: customer.limit.minor(),
            is_active: customer.is_active,
        };
        if json {
            output::json(&shown)?;
        } else {
            let Shown { customer, name, balance_minor, limit_minor, .. } = &shown;
            output::line(&format!(
                "{customer}  {name}: balance {balance_minor}, limit {limit_minor} minor units"
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Books a deposit. The bank's reference makes booking it twice do nothing.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre customer deposit RF74000000000001 --amount 50000 --reference 2026-11-28/17"
)]
pub struct Deposit {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The customer's reference.
    customer: CustomerReference,
    /// The amount, in minor units.
    #[arg(long)]
    amount: Money,
    /// What the bank calls the payment.
    #[arg(long)]
    reference: String,
    /// The day the bank booked it (YYYY-MM-DD); today if not given.
    #[arg(long)]
    booked_on: Option<Date>,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Deposit {
    fn run(self) -> Result<ExitCode, Failure> {
        let Deposit { place, by, customer, amount, reference, booked_on, json } = self;
        let booked_on = match booked_on {
            Some(day) => day,
            None => today()?,
        };
        let payment = Payment {
            line: 0,
            amount,
            booked_on,
            bank_reference: reference,
            payer: String::new(),
            remittance: String::new(),
        };
        let is_new = place.with(async move |opened, now_ms| {
            opened.app.office.deposit(customer, &payment, &by.by, now_ms).await.map_err(office_failure)
        })?;
        if json {
            output::json(&serde_json::json!({ "booked": is_new }))?;
        } else {
            output::line(if is_new { "booked" } else { "this payment was booked before" })?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn today() -> Result<Date, Failure> {
    let today = jiff::Zoned::now().date();
    let part = |number: i8| u8::try_from(number).map_err(Failure::usage);
    let year = u16::try_from(today.year()).map_err(Failure::usage)?;
    Date::new(year, part(today.month())?, part(today.day())?).map_err(Failure::usage)
}

/// Books a file of deposits. What was booked before is passed over, so that a file may be given again.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre customer import statement.xml")]
pub struct Import {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The file: a table (CSV) or a statement (camt.053, XML).
    file: PathBuf,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Import {
    fn run(self) -> Result<ExitCode, Failure> {
        let configuration = self.place.configuration()?;
        let currency = Currency::new(&configuration.currency, configuration.minor_digits)
            .ok_or_else(|| Failure::usage("the settings name no currency"))?;
        let deposits = self.read(currency)?;
        let by = self.by.clone();
        let booked = self.place.with(async move |opened, now_ms| {
            opened.app.office.book(&deposits, &by.by, now_ms).await.map_err(office_failure)
        })?;
        if self.json {
            output::json(&booked)?;
        } else {
            output::line(&format!(
                "{} booked, {} known before, {} wait for somebody to say whose they are, {} are no deposits",
                booked.booked, booked.known, booked.unclear, booked.passed_over
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn read(&self, currency: Currency) -> Result<Deposits, Failure> {
        let unreadable = |error| Failure::usage(format!("cannot read {}: {error}", self.file.display()));
        let is_statement = self.file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("xml"));
        let file = BufReader::new(File::open(&self.file).map_err(unreadable)?.take(MAX_FILE_BYTES + 1));
        let read = if is_statement { read_camt(file, currency) } else { read_table(file, currency) };
        read.map_err(|RefusedFile { faults }| {
            let faults: Vec<String> = faults.iter().take(10).map(ToString::to_string).collect();
            Failure::refused(format!("{} was not booked: {}", self.file.display(), faults.join("; ")))
        })
    }
}
