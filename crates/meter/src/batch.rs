//! A file of letters, franked in one go: a table with a line for each letter.
//!
//! | column | holds |
//! |---|---|
//! | `reference` | the sender's own word for it, printed nowhere |
//! | `postage` | the postage in minor units, or nothing where it is to be looked up |
//! | `weight`, `format`, `destination`, `services` | by which a rate table finds it; services with spaces between |
//! | `centre` | the cost centre; the one that is set if empty |
//! | `date` | the date of the imprint; today if empty |
//! | `cliche`, `text` | beside the stamps |
//!
//! What always holds: the whole file is read and priced, and each line that is to be franked held against who is there, its
//! cost centre, cliché and date, before the first letter is franked (limits and credit are for each group to meet); each line is debited once, however often
//! the file is given, and nothing is handed to a printer twice. Letters of a group are debited together,
//! in one commit of the device.

use crate::machine::{Machine, MachineFault};
use crate::routine::{Draft, Input, printable};
use access::cards::CentreNumber;
use journal::{BatchLine, BatchNumber, JobNumber, JournalError, LineState, NewJob};
use rates::{Destination, Letter, Shape, Tables, Wanted};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ops::ControlFlow;
use std::path::Path;
use terms::{Date, Money};

/// No file is longer.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// Letters of a group. A commit of the device holds more; a group is what is open where the power goes.
const GROUP: usize = 100;

/// Why a file is not franked.
#[derive(Debug, thiserror::Error)]
pub enum BatchFault {
    /// The file cannot be read.
    #[error("{0}")]
    File(String),
    /// A line is not as it must be.
    #[error("line {line}: {reason}")]
    Line {
        /// Which, counted from 1 without the head.
        line: u32,
        /// What is wrong with it.
        reason: String,
    },
    /// A line is of high value.
    #[error("line {line} costs {postage}, which is a high value: confirm that high values are meant")]
    High {
        /// Which.
        line: u32,
        /// Its postage.
        postage: Money,
    },
    /// The machine.
    #[error(transparent)]
    Machine(#[from] MachineFault),
    /// The machine stopped before the end; what is done is done, and the same file goes on from there.
    #[error(
        "after {done} of {lines} letters: {reason}; the same file goes on from there, a changed one is another batch"
    )]
    Stopped {
        /// How many are on paper.
        done: u32,
        /// How many there are.
        lines: u32,
        /// Why.
        reason: String,
    },
}

/// What is known where a line says nothing.
#[derive(Clone, Debug)]
pub struct Usual {
    /// The cost centre.
    pub centre: Option<CentreNumber>,
    /// Today.
    pub today: Date,
    /// From this postage on a line has to be confirmed; 0 for never.
    pub high_value: Money,
}

/// A file that was read.
#[derive(Clone, Debug)]
pub struct BatchFile {
    /// What it is called.
    pub name: String,
    /// Its SHA-256, by which it is known again.
    pub digest: [u8; 32],
    /// Its lines.
    pub lines: Vec<Draft>,
}

/// How a batch ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// The batch.
    pub batch: BatchNumber,
    /// How many lines it has.
    pub lines: u32,
    /// How many are on paper, those of earlier runs too.
    pub done: u32,
    /// Lines whose imprint is spoiled or may be: they are franked anew only when that is asked for.
    pub spoiled: Vec<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    reference: String,
    #[serde(default)]
    postage: String,
    #[serde(default)]
    weight: String,
    #[serde(default)]
    format: String,
    #[serde(default)]
    destination: String,
    #[serde(default)]
    services: String,
    #[serde(default)]
    centre: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    cliche: String,
    #[serde(default)]
    text: String,
}

impl BatchFile {
    /// Reads a file and looks up what each line costs.
    pub fn read(path: &Path, tables: &Tables, usual: &Usual) -> Result<BatchFile, BatchFault> {
        let unusable = |reason: String| BatchFault::File(format!("{}: {reason}", path.display()));
        let length = std::fs::metadata(path).map_err(|error| unusable(error.to_string()))?.len();
        if length > FILE_BYTES_MAX {
            return Err(unusable("the file is longer than 64 MB".into()));
        }
        let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes.as_slice());
        let mut lines = Vec::new();
        for (row, line) in reader.deserialize::<Row>().zip(1_u32..) {
            let at = |reason: String| BatchFault::Line { line, reason };
            let draft = row.map_err(|error| at(told(&error)))?.draft(tables, usual).map_err(at)?;
            let high = usual.high_value;
            if !high.is_zero() && draft.postage >= high {
                return Err(BatchFault::High { line, postage: draft.postage });
            }
            lines.push(draft);
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(BatchFile { name, digest: Sha256::digest(&bytes).into(), lines })
    }

    /// What all lines cost together.
    pub fn postage(&self) -> Option<Money> {
        self.lines.iter().try_fold(Money::ZERO, |sum, line| sum.checked_add(line.postage))
    }
}

/// What is wrong with a line, without the reader's own count of lines.
fn told(error: &csv::Error) -> String {
    let sentence = match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} fields, and the heading names {expected_len}")
        }
        _ => error.to_string(),
    };
    match sentence.contains("unknown field") {
        true => format!("{sentence}; the heading names the columns, with commas between them"),
        false => sentence,
    }
}

impl Row {
    fn draft(self, tables: &Tables, usual: &Usual) -> Result<Draft, String> {
        let date = optional::<Date>(&self.date)?.unwrap_or(usual.today);
        let centre = optional::<CentreNumber>(&self.centre)?.or(usual.centre);
        let cliche =
            optional(&self.cliche).map_err(|_| format!("{} is no number of a cliché", self.cliche))?;
        let (postage, endorsement) = self.postage(tables, date)?;
        if self.reference.len() > NewJob::REFERENCE_MAX_BYTES {
            return Err(format!("a reference has at most {} bytes", NewJob::REFERENCE_MAX_BYTES));
        }
        Ok(Draft {
            postage,
            date,
            centre: centre.ok_or("it names no cost centre, and none is set")?,
            cliche,
            text: printable(&self.text).map_err(|error| error.to_string())?.unwrap_or_default(),
            endorsement,
            reference: self.reference,
            line: None,
        })
    }

    fn postage(&self, tables: &Tables, date: Date) -> Result<(Money, String), String> {
        if let Some(postage) = optional(&self.postage)? {
            return Ok((postage, String::new()));
        }
        let letter = Letter {
            date,
            weight: needed("weight", &self.weight)?,
            shape: Shape::Format(needed("format", &self.format)?),
            destination: needed::<Destination>("destination", &self.destination)?,
            services: self
                .services
                .split_whitespace()
                .map(|service| service.parse::<Wanted>().map_err(|error| error.to_string()))
                .collect::<Result<_, _>>()?,
        };
        let price = tables.price(&letter).map_err(|refusal| refusal.to_string())?;
        let endorsements: Vec<&str> = price.endorsements.iter().map(|text| text.as_str()).collect();
        Ok((price.postage, endorsements.join(" ")))
    }
}

fn optional<T: std::str::FromStr<Err: ToString>>(text: &str) -> Result<Option<T>, String> {
    (!text.is_empty()).then(|| text.parse().map_err(|error: T::Err| error.to_string())).transpose()
}

fn needed<T: std::str::FromStr<Err: ToString>>(name: &str, text: &str) -> Result<T, String> {
    optional(text)?.ok_or_else(|| format!("it has neither a postage nor a {name}"))
}

/// Franks the lines of a file that have no imprint yet; with `spoiled` those whose imprint is spoiled too. `show` is
/// told how many letters are on paper.
pub fn frank(
    machine: &mut Machine,
    file: &BatchFile,
    spoiled: bool,
    show: &mut dyn FnMut(u32),
) -> Result<Outcome, BatchFault> {
    frank_while(machine, file, spoiled, &mut |done| {
        show(done);
        ControlFlow::Continue(())
    })
}

/// The same, ended between two groups where `show` breaks off.
pub fn frank_while(
    machine: &mut Machine,
    file: &BatchFile,
    spoiled: bool,
    show: &mut dyn FnMut(u32) -> ControlFlow<()>,
) -> Result<Outcome, BatchFault> {
    let lines =
        u32::try_from(file.lines.len()).map_err(|_| BatchFault::File("it has too many lines".into()))?;
    let when = machine.when()?;
    let batch = machine.journal().begin_batch(&file.name, &file.digest, lines, when);
    let batch = batch.map_err(MachineFault::from)?.number;
    // What is said from now on is about this batch.
    machine.input(Input::Clear)?;
    if machine.has_waiting() {
        machine.input(Input::PrintAgain)?;
        stopped_by(machine, batch, lines)?;
    }
    let state = state_of(machine, batch)?;
    let left: Vec<u32> = (1..)
        .zip(&state)
        .filter(|(_, state)| match state {
            LineState::NotYet => true,
            LineState::Spoiled(_) => spoiled,
            LineState::UnderWay(_) | LineState::Done(_) => false,
        })
        .map(|(line, _)| line)
        .collect();
    for line in &left {
        let draft = file.lines.get(*line as usize - 1).map(|draft| machine.routine().judge_draft(draft));
        draft.transpose().map_err(|reason| BatchFault::Line { line: *line, reason })?;
    }
    let mut done = count_done(&state);
    let mut goes_on = show(done);
    for group in left.chunks(GROUP) {
        if goes_on.is_break() {
            break;
        }
        let drafts = group.iter().filter_map(|line| {
            let draft = file.lines.get(*line as usize - 1)?.clone();
            Some(Draft { line: Some(BatchLine { batch, line: *line }), ..draft })
        });
        let made: Vec<JobNumber> = machine.input(Input::Batch(drafts.collect()))?;
        done += u32::try_from(made.len()).unwrap_or(0);
        stopped_by(machine, batch, lines)?;
        goes_on = show(done);
    }
    let state = state_of(machine, batch)?;
    let spoiled = (1..).zip(&state).filter(|(_, state)| matches!(state, LineState::Spoiled(_)));
    let spoiled = spoiled.map(|(line, _)| line).collect();
    Ok(Outcome { batch, lines, done: count_done(&state), spoiled })
}

/// The machine says when something went wrong: then nothing more is asked for.
fn stopped_by(machine: &mut Machine, batch: BatchNumber, lines: u32) -> Result<(), BatchFault> {
    let view = machine.view();
    if !view.is_bad {
        return Ok(());
    }
    let done = count_done(&state_of(machine, batch)?);
    Err(BatchFault::Stopped { done, lines, reason: view.message })
}

fn state_of(machine: &mut Machine, batch: BatchNumber) -> Result<Vec<LineState>, BatchFault> {
    let state = machine.journal().batch_state(batch);
    Ok(state.map_err(|error: JournalError| MachineFault::from(error))?.lines)
}

fn count_done(lines: &[LineState]) -> u32 {
    let done = lines.iter().filter(|state| matches!(state, LineState::Done(_))).count();
    u32::try_from(done).unwrap_or(u32::MAX)
}
