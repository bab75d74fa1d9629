//! `porto psd frank`: one imprint, many alike, or a file of them.

use super::log_in::Users;
use super::{Attached, failure, refused};
use crate::failure::Failure;
use crate::{input, output};
use imprint::numbers::{Indicium, RequestId, cliche_byte};
use psd::{Clock, Frame, Request};
use psd_host::client::Client;
use psd_host::{SystemClock, draw_request_id};
use serde::Deserialize;
use std::path::PathBuf;
use std::process::ExitCode;
use terms::{Date, Money};

/// Most imprints of one call: a bound on what a mistyped number costs.
const PIECES_MAX: u32 = 100_000;
/// The longest cliché record that is read.
const CLICHE_BYTES_MAX: u64 = 1 << 20;

/// Debits postage and prints the indicia: with --json one document, or an array of them where several are asked for.
///
/// Up to 1000 imprints are one commit: all are debited or none. The same request again is answered from memory.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  porto psd frank --memory meter.psd --postage 110 --json > letter.json\n  \
porto psd frank --memory meter.psd --postage 0\n  \
porto psd frank --memory meter.psd --postage 70 --count 500 --json > mailing.json\n  \
porto psd frank --memory meter.psd --batch letters.json --json\n  \
porto psd frank --memory meter.psd --postage 110 --user 7 --log-in\n\nA batch file is an array such as \
[{\"postage\": 110}, {\"postage\": 70, \"date\": \"2026-11-24\", \"request\": \"2a\"}]."
)]
pub struct Frank {
    #[command(flatten)]
    device: Attached,
    /// The postage in minor units; 0 for an imprint without value.
    #[arg(long, required_unless_present = "batch")]
    postage: Option<Money>,
    /// The date to print; today if not given.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    /// A number to know this request by, up to 16 hexadecimal digits; drawn if not given. With --count the first
    /// of as many.
    #[arg(long, value_name = "ID")]
    request: Option<RequestId>,
    /// How many imprints alike.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(PIECES_MAX)))]
    count: Option<u32>,
    /// A file of requests (JSON).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["postage", "count", "request"])]
    batch: Option<PathBuf>,
    #[command(flatten)]
    users: Users,
    /// The number of the cliché, up to 999.
    #[arg(long, default_value_t = 0)]
    cliche: u16,
    /// The cliché's record, of which the date chooses the byte that goes into the second row.
    #[arg(long, value_name = "FILE")]
    cliche_record: Option<PathBuf>,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// One line of a batch file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    postage: Money,
    date: Option<Date>,
    request: Option<RequestId>,
    user: Option<u16>,
    cliche: Option<u16>,
}

impl Frank {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let requests = self.requests()?;
        let mut client = self.device.attach()?;
        self.users.log_in(&mut client, &self.device.device)?;
        let several = self.count.is_some() || self.batch.is_some();
        let mut printer = Printer { json: self.json, several, printed: 0 };
        let franked = frank(&mut client, &requests, &mut printer);
        printer.finish()?;
        franked.map(|()| ExitCode::SUCCESS)
    }

    fn requests(&self) -> Result<Vec<Request>, Failure> {
        let today = match self.date {
            Some(date) => date,
            None => SystemClock.now().map_err(Failure::refused)?.today,
        };
        let record = match &self.cliche_record {
            Some(path) => input::bytes(path, CLICHE_BYTES_MAX)?,
            None => Vec::new(),
        };
        let first = match self.request {
            Some(id) => id,
            None => draw_request_id().map_err(failure)?,
        };
        let numbered = |line: Line, index: u64| {
            let date = line.date.unwrap_or(today);
            let frame = Frame {
                user: line.user.unwrap_or(self.users.user),
                cliche: line.cliche.unwrap_or(self.cliche),
                cliche_byte: cliche_byte(&record, date),
            };
            let id = line.request.unwrap_or(RequestId(first.0.wrapping_add(index)));
            Request { id, postage: line.postage, date, frame }
        };
        Ok(self.lines()?.into_iter().zip(0..).map(|(line, index)| numbered(line, index)).collect())
    }

    fn lines(&self) -> Result<Vec<Line>, Failure> {
        let Some(path) = &self.batch else {
            let postage = self.postage.unwrap_or_default();
            let line = || Line { postage, date: None, request: None, user: None, cliche: None };
            return Ok((0..self.count.unwrap_or(1)).map(|_| line()).collect());
        };
        let lines: Vec<Line> = input::json(path, "batch of requests")?;
        if lines.is_empty() || lines.len() > PIECES_MAX as usize {
            return Err(Failure::usage(format!("a batch holds 1 to {PIECES_MAX} requests")));
        }
        Ok(lines)
    }
}

/// Franks as many at a time as one commit of the device holds, and prints them once they are paid for.
fn frank(client: &mut Client, requests: &[Request], printer: &mut Printer) -> Result<(), Failure> {
    let batch = usize::from(client.hello().map_err(refused)?.batch).max(1);
    for batch in requests.chunks(batch) {
        let mut indicia = Vec::with_capacity(batch.len());
        client.frank(batch, |indicium| indicia.push(indicium)).map_err(|error| match printer.printed {
            0 => refused(error),
            done => Failure::refused(format!("after {done} of {} imprints: {error}", requests.len())),
        })?;
        indicia.iter().try_for_each(|indicium| printer.print(indicium))?;
    }
    Ok(())
}

/// Prints indicia as they come: the JSON document is whole even where a later franking is refused.
struct Printer {
    json: bool,
    several: bool,
    printed: usize,
}

impl Printer {
    fn print(&mut self, indicium: &Indicium) -> Result<(), Failure> {
        self.printed += 1;
        if !self.json {
            return output::line(&sentence(indicium));
        }
        if !self.several {
            return output::json(indicium);
        }
        let text = serde_json::to_string(indicium).map_err(Failure::refused)?;
        output::line(&format!("{}{text}", if self.printed == 1 { "[" } else { "," }))
    }

    fn finish(&self) -> Result<(), Failure> {
        if self.json && self.several && self.printed > 0 { output::line("]") } else { Ok(()) }
    }
}

/// An indicium in one line for people.
pub fn sentence(indicium: &Indicium) -> String {
    let symbols: Vec<String> = indicium.symbols.iter().map(u8::to_string).collect();
    let Indicium { request, serial, date, postage, mv, set, .. } = indicium;
    format!("{request}  meter {serial}  {date}  {postage}  MV {mv}  {} of {set}", symbols.join(","))
}
