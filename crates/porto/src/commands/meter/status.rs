//! `porto meter registers`, `status` and `test`: how the meter stands.

use super::jobs::Imprint;
use super::operator::Run;
use super::{journal_failure, office_failure};
use crate::failure::Failure;
use crate::output;
use meter::routine::{Input, View};
use serde::Serialize;
use std::process::ExitCode;
use terms::{Date, Registers as Figures, Serial};

/// Shows the registers, or prints them with the print head.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto meter registers --json\n  porto meter registers --print")]
pub struct Registers {
    #[command(flatten)]
    run: Run,
    /// Prints them where an imprint would stand.
    #[arg(long)]
    print: bool,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// The document: registers R1, R2, R3 in minor units, pieces R4 and R8.
#[derive(Serialize)]
struct Document {
    serial: Serial,
    #[serde(flatten)]
    registers: Figures,
    pieces_left: Option<u32>,
    day: Date,
}

impl Document {
    fn lines(&self) -> Vec<String> {
        let Figures { r1, r2, r3, r4, r8 } = self.registers;
        let mut lines = vec![
            format!("meter  {}  {}", self.serial, self.day),
            format!("R1     {r1}  credit left"),
            format!("R2     {r2}  postage spent"),
            format!("R3     {r3}  credit ever loaded"),
            format!("R4     {r4}  imprints with a value"),
            format!("R8     {r8}  imprints"),
        ];
        lines.extend(
            self.pieces_left.map(|left| format!("S      {left}  imprints until the centre is to be called")),
        );
        lines
    }
}

impl Registers {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on()?;
        let View { serial, registers, pieces_left, .. } = operator.view();
        let (Some(serial), Some(registers)) = (serial, registers) else {
            return Err(Failure::refused(operator.view().sentence));
        };
        let day = operator.machine().when().map_err(super::machine_failure)?.day;
        let document = Document { serial, registers, pieces_left, day };
        if self.print {
            operator.put_letter();
            operator.machine().print_registers().map_err(office_failure)?;
        }
        operator.turn_off()?;
        if self.json {
            output::json(&document)?;
        } else {
            document.lines().iter().try_for_each(|line| output::line(line))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows what the display shows: state, messages, lamps, and what is set for the next imprint.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto meter status --json")]
pub struct Status {
    #[command(flatten)]
    run: Run,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

impl Status {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on_anyhow()?;
        let view = operator.view();
        let desk = operator.machine().routine().desk();
        let slot = desk.said().sentence.clone();
        operator.turn_off()?;
        if self.json {
            output::json(&view)?;
            return Ok(ExitCode::SUCCESS);
        }
        let said = [(view.state, &view.sentence), ("", &view.message), ("slot", &slot)];
        for (name, sentence) in said.into_iter().filter(|(_, sentence)| !sentence.is_empty()) {
            output::line(&format!("{name:<10}  {sentence}"))?;
        }
        next_imprint(&view).iter().try_for_each(|line| output::line(line))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn next_imprint(view: &View) -> Vec<String> {
    let centre = view.centre.map_or_else(|| "none is chosen".into(), |centre| centre.to_string());
    let mut lines = vec![
        format!(
            "credit      {}",
            view.registers.map_or_else(|| "unknown".into(), |registers| registers.r1.to_string())
        ),
        format!("postage     {}  {}", view.postage, view.product.as_deref().unwrap_or_default())
            .trim_end()
            .into(),
        format!("date        {}", view.date),
        format!("centre      {centre}"),
    ];
    lines.extend(view.cliche.map(|number| format!("cliché      {number}")));
    lines.extend(view.text.as_ref().map(|text| format!("text        {text}")));
    lines.extend(view.user.map(|user| format!("user        {user}")));
    lines.extend((view.errors > 0).then(|| format!("errors      {}", view.errors)));
    lines
}

/// Tests every part of the device, and adds all imprints of the journal up anew.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto meter test\n  porto meter test --print")]
pub struct Test {
    #[command(flatten)]
    run: Run,
    /// Prints an imprint without value, too.
    #[arg(long)]
    print: bool,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What a test found.
#[derive(Serialize)]
struct Tested {
    passed: bool,
    imprint: Option<Imprint>,
}

impl Test {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let mut operator = self.run.turn_on()?;
        operator.demand(Input::Test)?;
        operator.machine().journal().check_sums().map_err(journal_failure)?;
        let before = operator.last()?;
        if self.print {
            operator.demand(Input::Zero)?;
        }
        let job = operator.paid_since(before)?.pop();
        let imprint = job.map(|job| Imprint::of(&job, operator.configuration()));
        operator.turn_off()?;
        let tested = Tested { passed: true, imprint };
        if self.json {
            output::json(&tested)?;
            return Ok(ExitCode::SUCCESS);
        }
        output::line("every part of the device is in order, and the journal adds up")?;
        tested.imprint.iter().try_for_each(|imprint| output::line(&imprint.to_string()))?;
        Ok(ExitCode::SUCCESS)
    }
}
