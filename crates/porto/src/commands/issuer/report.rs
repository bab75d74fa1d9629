//! `porto issuer report`, `reset` and `close`: what begins with a meter's report.

use super::{Folder, check_new, order};
use crate::commands::psd::failure;
use crate::failure::Failure;
use crate::output;
use psd::{Proven, ReportKey};
use psd_host::documents::{GrantDocument, ReportDocument};
use psd_host::issuer::{Issuer, write_document};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use terms::{Money, Registers, Serial};

/// Opens a meter's report: is it the meter's, what does it say, and has the meter changed its key after a manipulation?
/// Status 1 where it is not the meter's or the key was changed.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto issuer report issuer report.json")]
pub struct Report {
    #[command(flatten)]
    folder: Folder,
    /// The report, from `porto psd report`.
    report: PathBuf,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

/// What a report says, and with which key it was sealed.
#[derive(Serialize)]
struct Opened {
    /// The meter changed its key: it found a manipulation.
    key_changed: bool,
    #[serde(flatten)]
    report: psd::Report,
}

impl Report {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let opened = open(&self.folder.open()?, &self.report)?;
        let code = if opened.key_changed { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        if self.json {
            output::json(&opened)?;
            return Ok(code);
        }
        let psd::Report { serial, seal, faulted_at, code: shown, registers, .. } = &opened.report;
        output::line(&format!("meter {serial}, seal {seal}"))?;
        if opened.key_changed {
            output::line("SUSPECT: the meter has changed its key after a manipulation")?;
        }
        let state = if *shown == 0 { "in order".into() } else { format!("code {shown}, fault {faulted_at}") };
        output::line(&state)?;
        let Registers { r1, r2, r3, r4, r8 } = registers;
        output::line(&format!("R1 {r1}  R2 {r2}  R3 {r3}  R4 {r4}  R8 {r8}"))?;
        for (kind, count) in opened.report.errors.iter().filter(|(_, count)| *count > 0) {
            output::line(&format!("errors  {} {count}", kind.name()))?;
        }
        for finding in &opened.report.findings {
            output::line(&format!(
                "found   {} (commit {}, {})",
                finding.sentence(),
                finding.commit,
                finding.detail
            ))?;
        }
        Ok(code)
    }
}

/// Signs the service reset of the fault that a report tells of, to be handed in with `porto psd order`.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  porto issuer reset issuer report.json --out reset.json\n  \
porto issuer reset issuer report.json --registers 4890,110,5000,1,1 --out reset.json")]
pub struct Reset {
    #[command(flatten)]
    folder: Folder,
    /// The report, from `porto psd report`.
    report: PathBuf,
    /// The registers by the centre's books where the meter's own are lost or wrong: R1,R2,R3 in minor units, R4,R8.
    #[arg(long, value_name = "R1,R2,R3,R4,R8", value_delimiter = ',')]
    registers: Option<Vec<u64>>,
    /// Where to write the reset.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Reset {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        check_new(&self.out)?;
        let mut issuer = self.folder.open()?;
        let psd::Report { serial, faulted_at, .. } = open(&issuer, &self.report)?.report;
        if faulted_at == 0 {
            return Err(Failure::refused("the report tells of no fault that a service reset mends"));
        }
        let proven = self.proven(&issuer, serial)?;
        order::write(&issuer.reset(serial, faulted_at, proven).map_err(failure)?, &self.out)
    }

    /// The registers to be vouched for: their R3 is what the books say was granted.
    fn proven(&self, issuer: &Issuer, serial: Serial) -> Result<Option<Proven>, Failure> {
        let Some(values) = &self.registers else { return Ok(None) };
        let &[r1, r2, r3, r4, r8] = &values[..] else {
            return Err(Failure::usage("--registers takes R1,R2,R3,R4,R8"));
        };
        let [r1, r2, r3] = [r1, r2, r3].map(Money::from_minor);
        let registers = Registers { r1, r2, r3, r4, r8 };
        registers.check().map_err(Failure::usage)?;
        let account = issuer.meters().iter().find(|meter| meter.serial == serial);
        let account = account.ok_or_else(|| Failure::refused(format!("the issuer has no meter {serial}")))?;
        if account.granted != r3 {
            let sentence = format!("R3 is not what was granted by the books, {}", account.granted);
            return Err(Failure::refused(sentence));
        }
        Ok(Some(Proven { registers, grant: account.grants }))
    }
}

/// Signs the grant that takes all of a meter's credit back and ends its service, to be handed in with `porto psd grant`.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto issuer close issuer report.json --out closing.json")]
pub struct Close {
    #[command(flatten)]
    folder: Folder,
    /// The report, from `porto psd report`: it says how much credit is left.
    report: PathBuf,
    /// Where to write the grant.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Close {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        check_new(&self.out)?;
        let mut issuer = self.folder.open()?;
        let psd::Report { serial, registers, .. } = open(&issuer, &self.report)?.report;
        let grant = issuer.closing(serial, registers.r1).map_err(failure)?;
        write_document(&self.out, &GrantDocument::new(&grant)).map_err(failure)?;
        let sentence = format!("{} of meter {serial} is taken back by {}", registers.r1, self.out.display());
        output::line(&sentence)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn open(issuer: &Issuer, path: &Path) -> Result<Opened, Failure> {
    let (serial, challenge, sealed) = ReportDocument::read(path).map_err(failure)?;
    let opened = issuer.open_report(serial, &challenge, &sealed).map_err(failure)?;
    let (report, key) =
        opened.ok_or_else(|| Failure::refused(format!("this is no report of meter {serial}")))?;
    Ok(Opened { key_changed: key == ReportKey::Changed, report })
}
