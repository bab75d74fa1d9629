//! What is done at the meter beside franking: log-ins, cost centres, clichés, rate tables, the scale.
//!
//! What always holds: tables are changed by the card in the slot, or where the meter works without cards by the system
//! manager, once there is one; everything that changes them leaves an entry in the log.

use super::{Machine, MachineFault};
use crate::routine::{Cards, Input};
use access::cards::{By, Centre, CentreNumber, Change, Changes, Directory, Function, Prefix, Refusal};
use access::{Password, Person};
use journal::{Journal, JournalError, Note, StoredCliche, When};
use psd_host::client::ClientError;
use rates::{Letter, Price, Table, Weight};
use std::time::Duration;
use terms::Date;

/// How long the scale may take to come to rest.
const WEIGHING: Duration = Duration::from_secs(5);

/// Why something at the meter is not done.
#[derive(Debug, thiserror::Error)]
pub enum OfficeFault {
    /// Who is there may not.
    #[error("{0}")]
    Rights(#[from] Refusal),
    /// Only the system manager may.
    #[error("only the system manager may do this: log in with the manager's password")]
    ManagerOnly,
    /// The device refused.
    #[error(transparent)]
    Device(#[from] ClientError),
    /// The journal refused.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The machine does not run.
    #[error(transparent)]
    Machine(#[from] MachineFault),
    /// What was given is not right.
    #[error("{0}")]
    Input(String),
}

impl Machine {
    /// Has a password compared in the device, and its owner logged in.
    pub fn log_in(&mut self, person: Person, password: &Password) -> Result<(), OfficeFault> {
        let asked = self.device.client().and_then(|client| client.log_in(person, password));
        asked.map_err(|error| self.lost(error))?;
        self.refresh()
    }

    /// Logs everybody out.
    pub fn log_out(&mut self) -> Result<(), OfficeFault> {
        let asked = self.device.client().and_then(|client| client.log_out());
        asked.map_err(|error| self.lost(error))?;
        self.refresh()
    }

    /// Asks the device anew how it stands, for what is shown.
    pub(super) fn refresh(&mut self) -> Result<(), OfficeFault> {
        self.input(Input::Look)?;
        Ok(())
    }

    /// Whether who is there may change tables.
    pub fn may_manage(&self) -> Result<(), OfficeFault> {
        let standing = self.routine.standing();
        let lock = standing.map(|standing| &standing.lock);
        let needs_manager =
            self.routine.settings().cards == Cards::Off && lock.is_some_and(|lock| lock.has_manager);
        let is_there = lock.is_some_and(|lock| lock.is_manager_present);
        if needs_manager && !is_there { Err(OfficeFault::ManagerOnly) } else { Ok(()) }
    }

    pub(super) fn may(&self, function: Function) -> Result<(), OfficeFault> {
        self.may_manage()?;
        Ok(self.routine.desk().may(function)?)
    }

    /// Changes cards and cost centres.
    pub fn change(&mut self, change: &Change) -> Result<(), OfficeFault> {
        self.may_manage()?;
        let changes = self.routine.desk().change(change)?;
        self.store(&changes, &sentence(change))
    }

    fn store(&mut self, changes: &Changes, sentence: &str) -> Result<(), OfficeFault> {
        let when = self.when()?;
        let sentence: String = sentence.chars().take(Note::SENTENCE_MAX_BYTES / 4).collect();
        let note = Note { who: self.who(), kind: "tables".into(), sentence };
        self.journal.write_rows(changes, &note, when)?;
        Ok(self.routine.desk_mut().apply(changes)?)
    }

    /// Who is there, for the log. A card's number is a secret: its name is told.
    fn who(&self) -> String {
        let desk = self.routine.desk();
        let card = desk.card().and_then(|number| desk.directory().card(number));
        match (card, self.routine.standing()) {
            (Some(card), _) => format!("card {}", card.name.as_str()),
            (None, Some(standing)) if standing.lock.is_manager_present => "system manager".into(),
            (None, Some(standing)) => match standing.lock.first {
                Some(user) => format!("user {user}"),
                None => "operator".into(),
            },
            (None, None) => "operator".into(),
        }
    }

    /// Keeps a cliché, in the place of an earlier one with its number.
    pub fn keep_cliche(&mut self, stored: StoredCliche) -> Result<(), OfficeFault> {
        self.may(Function::SetCliche)?;
        let number = stored.cliche.number();
        self.journal.keep_cliche(&stored)?;
        self.ready.change(|stationery| drop(stationery.cliches.insert(number, stored)));
        self.cliches_changed();
        self.log("cliches", format!("cliché {number} is kept"))
    }

    /// Takes a cliché away.
    pub fn remove_cliche(&mut self, number: u16) -> Result<(), OfficeFault> {
        self.may(Function::SetCliche)?;
        if !self.journal.remove_cliche(number)? {
            return Err(OfficeFault::Input(format!("there is no cliché {number}")));
        }
        self.ready.change(|stationery| drop(stationery.cliches.remove(&number)));
        self.cliches_changed();
        self.log("cliches", format!("cliché {number} is taken away"))
    }

    fn cliches_changed(&mut self) {
        let records = self.ready.stationery().cliches.iter();
        let records = records.map(|(number, stored)| (*number, stored.cliche.record().to_vec())).collect();
        self.routine.set_cliches(records);
    }

    /// Keeps a rate table, which holds from its first day on.
    pub fn keep_rate_table(&mut self, name: &str, table: Table) -> Result<(), OfficeFault> {
        self.may(Function::ManageCentres)?;
        let kept = journal::RateTable {
            name: name.into(),
            valid_from: table.valid_from(),
            document: table.to_json(),
        };
        let sentence = format!("rate table {} from {} is kept", table.title().as_str(), table.valid_from());
        let mut tables = self.tables.clone();
        tables.insert(table).map_err(|error| OfficeFault::Input(error.to_string()))?;
        self.journal.keep_rate_table(&kept)?;
        self.tables = tables;
        self.log("rates", sentence)
    }

    /// What letters cost.
    pub fn tables(&self) -> &rates::Tables {
        &self.tables
    }

    /// What a letter costs on the day that is set.
    pub fn price(&self, letter: &Letter) -> Result<Price, OfficeFault> {
        self.tables.price(letter).map_err(|refusal| OfficeFault::Input(refusal.to_string()))
    }

    /// Whether there is a scale.
    pub fn has_scale(&self) -> bool {
        self.scale.is_some()
    }

    /// What lies on the scale.
    pub fn weigh(&mut self) -> Result<Weight, OfficeFault> {
        let Some(scale) = &mut self.scale else {
            return Err(OfficeFault::Input("no scale is set up: type the weight".into()));
        };
        let weighed = rates::settled(&mut **scale, WEIGHING);
        Ok(weighed.map_err(|fault| OfficeFault::Input(fault.to_string()))?.weight)
    }

    /// The day of the next imprint.
    pub fn date(&mut self) -> Result<Date, OfficeFault> {
        let today = self.when()?.day;
        Ok(self.routine.entry().date(today))
    }

    /// Forgets the errors counted at the control unit, once somebody has read them ([158]); the device's own are the
    /// centre's to clear.
    pub fn clear_errors(&mut self) -> Result<(), OfficeFault> {
        self.may_manage()?;
        let when = self.when()?;
        let note = Note {
            who: self.who(),
            kind: "errors".into(),
            sentence: "the errors were read and cleared".into(),
        };
        self.journal.clear_errors(&note, when)?;
        self.routine.forget_errors();
        self.refresh()
    }

    /// Writes down what was done by who is there.
    pub(super) fn log(&mut self, kind: &str, sentence: String) -> Result<(), OfficeFault> {
        let (who, when) = (self.who(), self.when()?);
        Ok(self.note(&who, kind, sentence, when)?)
    }
}

/// What a change does, in a sentence that tells no card's number.
fn sentence(change: &Change) -> String {
    match change {
        Change::WholeLimit(_) => "the limit of the whole meter was set".into(),
        Change::CreateGroup(group) => format!("group {} was made", group.number),
        Change::DeleteGroup(group) => format!("group {group} was deleted"),
        Change::GroupName(group, _) => format!("group {group} was named"),
        Change::GroupLimit(group, _) => format!("the limit of group {group} was set"),
        Change::CreateCentre(centre) => format!("cost centre {} was made", centre.number),
        Change::DeleteCentre(centre) => format!("cost centre {centre} was deleted"),
        Change::CentreName(centre, _) => format!("cost centre {centre} was named"),
        Change::CentreBudget(centre, _) => format!("the budget of cost centre {centre} was set"),
        Change::CentreCliche(centre, _) => format!("the cliché of cost centre {centre} was set"),
        Change::CentreGroup(centre, _) => format!("the group of cost centre {centre} was set"),
        Change::CentreLimit(centre, _) => format!("the limit of cost centre {centre} was set"),
        Change::CentreSurcharge(centre, _) => format!("the surcharge of cost centre {centre} was set"),
        Change::CentreActive(centre, true) => format!("cost centre {centre} may be used"),
        Change::CentreActive(centre, false) => format!("cost centre {centre} may not be used"),
        Change::CardCentres(..) => "the cost centres of a card were set".into(),
        Change::CardLocked(_, true) => "a card was locked".into(),
        Change::CardLocked(_, false) => "a card was unlocked".into(),
        Change::ChipLocked(running, true) => format!("the card with running number {running} was locked"),
        Change::ChipLocked(running, false) => format!("the card with running number {running} was unlocked"),
        Change::CardSelected(..) => "the cost centre that a card selects was set".into(),
        Change::CardName(_, name) => format!("a card was named {}", name.as_str()),
        Change::CardTimer(..) => "the timer of a card was set".into(),
        Change::CardFunctions(..) => "the functions of a card were set".into(),
        Change::DeleteCard(_) => "a card was deleted".into(),
        Change::CardCliche(..) => "the cliché of a card was set".into(),
        Change::CardText(..) => "the text of a card was set".into(),
    }
}

/// The directory of the journal; a new one has the first cost centre.
pub(super) fn first_directory(
    journal: &mut Journal,
    prefix: Prefix,
    first: CentreNumber,
    when: When,
) -> Result<Directory, MachineFault> {
    let directory = journal.directory(prefix)?;
    if directory.centres().next().is_some() {
        return Ok(directory);
    }
    let changes = directory.change(By::Anybody, &Change::CreateCentre(Centre::new(first)))?;
    let sentence = format!("cost centre {first} is there from the beginning");
    let note = Note { who: "meter".into(), kind: "tables".into(), sentence };
    journal.write_rows(&changes, &note, when)?;
    Ok(journal.directory(prefix)?)
}
