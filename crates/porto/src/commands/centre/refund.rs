//! `porto centre refund`: claims for spoiled imprints.

use super::{By, Place, books_failure, office_failure};
use crate::failure::Failure;
use crate::{input, output};
use centre::books::Counted;
use centre::catalogue::{ClaimDetail, ClaimLine, ClaimRow, Listed, Section, WhichClaims};
use link::refund::{CLAIM_BYTES_MAX, RefundClaim};
use std::path::PathBuf;
use std::process::ExitCode;
use terms::{Money, Serial};

/// What can be done about spoiled imprints.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Take a claim in, as a meter has written it
    Take(Take),
    /// Show the claims, the newest first
    List(List),
    /// Show a claim with its lines
    Show(Show),
    /// Note that the papers of a claim came in, and pay it
    Receive(Receive),
    /// Refuse an open line of a claim
    Refuse(Refuse),
}

impl Command {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        match self {
            Command::Take(command) => command.run(),
            Command::List(command) => command.run(),
            Command::Show(command) => command.run(),
            Command::Receive(command) => command.run(),
            Command::Refuse(command) => command.run(),
        }
    }
}

/// Takes a claim in. Each line is held against the meter's key; nothing is paid before the papers are received. The same
/// claim may be given again.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre refund take claim.json")]
pub struct Take {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The claim (docs/formats/refund.md).
    file: PathBuf,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Take {
    fn run(self) -> Result<ExitCode, Failure> {
        let Take { place, by, file, json } = self;
        let document = input::bytes(&file, CLAIM_BYTES_MAX as u64)?;
        let claim = RefundClaim::read(&document)
            .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
        let (taken, detail) = place.with(async move |opened, now_ms| {
            let taken = opened.app.office.take_claim(&claim, &by.by, now_ms).await.map_err(office_failure)?;
            let detail = opened.app.catalogue().claim(taken.number).await.map_err(books_failure)?;
            Ok((taken, detail))
        })?;
        if json {
            let ClaimDetail { claim, lines } = detail;
            output::json(&serde_json::json!({ "is_new": taken.is_new, "claim": claim, "lines": lines }))?;
        } else {
            let before = if taken.is_new { "" } else { "taken in before: " };
            output::line(&format!("{before}{}", sentence(&detail.claim)))?;
            refusals(&detail.lines)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows the claims, the newest first.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre refund list --open")]
pub struct List {
    #[command(flatten)]
    place: Place,
    /// Those with open lines alone.
    #[arg(long)]
    open: bool,
    /// Those of this meter alone.
    #[arg(long)]
    serial: Option<Serial>,
    /// What the last section named as next; the first section if not given.
    #[arg(long, value_name = "NEXT")]
    after: Option<String>,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

impl List {
    fn run(self) -> Result<ExitCode, Failure> {
        let List { place, open, serial, after, json } = self;
        let section = Section::new(after.as_deref(), Some(Section::MOST)).map_err(Failure::usage)?;
        let which = if open { WhichClaims::Open } else { WhichClaims::All };
        let listed: Listed<ClaimRow> = place.with(async move |opened, _| {
            opened.app.catalogue().claims(which, serial, &section).await.map_err(books_failure)
        })?;
        if json {
            output::json(&listed)?;
        } else {
            listed.items.iter().try_for_each(|claim| output::line(&sentence(claim)))?;
            if let Some(next) = &listed.next {
                output::line(&format!("more: --after {next}"))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Shows a claim with its lines.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre refund show 12")]
pub struct Show {
    #[command(flatten)]
    place: Place,
    /// The claim's number.
    claim: u64,
    /// One JSON document on stdout instead of the lines.
    #[arg(long)]
    json: bool,
}

impl Show {
    fn run(self) -> Result<ExitCode, Failure> {
        let Show { place, claim, json } = self;
        let detail = place
            .with(async move |opened, _| opened.app.catalogue().claim(claim).await.map_err(books_failure))?;
        if json {
            output::json(&detail)?;
        } else {
            output::line(&sentence(&detail.claim))?;
            for line in &detail.lines {
                let ClaimLine { line, printed, postage_minor, reason, state, sentence, .. } = line;
                let why = sentence.as_deref().map(|sentence| format!(": {sentence}")).unwrap_or_default();
                output::line(&format!(
                    "  line {line}: {postage_minor} minor units of {printed}, {reason}, {state}{why}"
                ))?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Notes that the papers of a claim came in and were cancelled, and pays every open line that the meter has reported to
/// the customer's account. Refuse the lines whose papers did not come before. Given again, it pays what was reported since.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre refund receive 12 --reference parcel-17 --imprints 3 --postage 255"
)]
pub struct Receive {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The claim's number.
    claim: u64,
    /// The consignment in which the papers came.
    #[arg(long)]
    reference: String,
    /// How many papers were counted: refused where the claim has more or fewer open lines.
    #[arg(long, requires = "postage")]
    imprints: Option<u64>,
    /// What they show together, in minor units.
    #[arg(long, requires = "imprints", value_name = "AMOUNT")]
    postage: Option<Money>,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Receive {
    fn run(self) -> Result<ExitCode, Failure> {
        let Receive { place, by, claim, reference, imprints, postage, json } = self;
        let counted = imprints.zip(postage).map(|(imprints, postage)| Counted { imprints, postage });
        let paid = place.with(async move |opened, now_ms| {
            let office = &opened.app.office;
            office.receive_claim(claim, &reference, counted, &by.by, now_ms).await.map_err(office_failure)
        })?;
        let (imprints, amount, waiting) = (paid.imprints, paid.amount.minor(), paid.waiting);
        if json {
            output::json(
                &serde_json::json!({ "refunded": imprints, "paid_minor": amount, "waiting": waiting }),
            )?;
        } else {
            output::line(&format!(
                "{imprints} refunded with {amount} minor units, {waiting} wait for the meter's next call"
            ))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Refuses an open line of a claim: nothing is paid for it, and its imprint can be claimed again in another claim.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto centre refund refuse 12 2 --reason \"the paper is not there\"")]
pub struct Refuse {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    by: By,
    /// The claim's number.
    claim: u64,
    /// The line in it, from 1.
    line: u64,
    /// Why, for the customer and the audit log.
    #[arg(long)]
    reason: String,
    /// One JSON document on stdout instead of the line.
    #[arg(long)]
    json: bool,
}

impl Refuse {
    fn run(self) -> Result<ExitCode, Failure> {
        let Refuse { place, by, claim, line, reason, json } = self;
        place.with(async move |opened, now_ms| {
            let office = &opened.app.office;
            office.refuse_claim_line(claim, line, &reason, &by.by, now_ms).await.map_err(office_failure)
        })?;
        if json {
            output::json(&serde_json::json!({ "claim": claim, "line": line, "state": "refused" }))?;
        } else {
            output::line("refused")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn sentence(claim: &ClaimRow) -> String {
    let ClaimRow { number, serial, lines, open, open_minor, refunded, paid_minor, refused, .. } = claim;
    format!(
        "claim {number} of meter {serial}: {lines} imprints, {open} open with {open_minor} minor units, \
         {refunded} refunded with {paid_minor}, {refused} refused"
    )
}

fn refusals(lines: &[ClaimLine]) -> Result<(), Failure> {
    lines
        .iter()
        .filter_map(|line| Some((line.line, line.sentence.as_deref()?)))
        .try_for_each(|(line, sentence)| output::line(&format!("  line {line} is refused: {sentence}")))
}
