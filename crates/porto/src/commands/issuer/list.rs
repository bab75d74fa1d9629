//! `porto issuer list`: the issuer's meters.

use super::{Folder, read_list};
use crate::failure::Failure;
use crate::output;
use post::list::Standing;
use serde::Serialize;
use std::process::ExitCode;
use terms::{Money, Serial};

/// Shows the issuer's meters and what they were granted. The post's list, with the keys, is DIR/list.json.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  porto issuer list issuer --json")]
pub struct List {
    #[command(flatten)]
    folder: Folder,
    /// One JSON document on stdout.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    serial: Serial,
    grants: u64,
    granted: Money,
    orders: u64,
    standing: Standing,
}

impl List {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let issuer = self.folder.open()?;
        let list = read_list(&issuer)?;
        let standing = |serial| {
            let entry = list.meters.iter().find(|meter| meter.serial == serial);
            entry.map(|meter| meter.standing.clone()).unwrap_or_default()
        };
        let line = |meter: &psd_host::issuer::MeterAccount| Line {
            serial: meter.serial,
            grants: meter.grants,
            granted: meter.granted,
            orders: meter.orders,
            standing: standing(meter.serial),
        };
        let lines: Vec<Line> = issuer.meters().iter().map(line).collect();
        if self.json {
            output::json(&lines)?;
            return Ok(ExitCode::SUCCESS);
        }
        for Line { serial, grants, granted, standing, .. } in lines {
            let standing = match standing {
                Standing::Active => "active".to_string(),
                Standing::Suspect { why } => format!("suspect: {why}"),
                Standing::Overdue => "overdue".to_string(),
                Standing::Withdrawn => "withdrawn".to_string(),
            };
            output::line(&format!("{serial}  specimen  {grants} grants, {granted}  {standing}"))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
