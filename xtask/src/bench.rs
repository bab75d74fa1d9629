//! `cargo xtask bench`: the figures, each beside a named peer in the same run. The peers live in a workspace of their
//! own (`bench-peers/`), so that nothing else builds them.

use crate::workspace::{self, Outcome, cargo};
use std::path::{self, PathBuf};

/// What to measure.
#[derive(clap::Args)]
pub struct Options {
    /// peers for what has peers in other programs, or some of: reading, drawing, numbers, commits; or centre for the
    /// centre's figures (needs Debian's postgresql), with some of: calls, flood, idle, run; or meter for the meter's, with
    /// some of: picture, first, series, batch
    parts: Vec<String>,
    /// Pictures for each class of disturbance
    #[arg(long, value_name = "N")]
    pictures: Option<u64>,
    /// Also write the figures as JSON to this file
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Builds the peers in release mode and measures.
pub fn run(options: &Options) -> Outcome {
    // The centre is measured beside its own databases, as another SQLite stands in the peers' workspace, and the meter
    // beside its own device.
    let of_own = match options.parts.split_first() {
        Some((first, parts)) if first == "centre" => Some(("centre", "books", parts)),
        Some((first, parts)) if first == "meter" => Some(("meter", "press", parts)),
        _ => None,
    };
    if let Some((package, bench, parts)) = of_own {
        return match options.json.is_some() || options.pictures.is_some() {
            true => Err("--json and --pictures are for the peers alone".into()),
            false => own(package, bench, parts),
        };
    }
    let mut command = cargo();
    command.current_dir(workspace::root().join("bench-peers"));
    command.args(["run", "--release", "--quiet", "--"]);
    command.args(options.parts.iter().filter(|part| *part != "peers"));
    if let Some(pictures) = options.pictures {
        command.args(["--pictures", &pictures.to_string()]);
    }
    if let Some(file) = &options.json {
        let place = path::absolute(file).map_err(|error| format!("{}: {error}", file.display()))?;
        command.arg("--json").arg(place);
    }
    workspace::run(&mut command, "bench-peers (it needs cmake and a C++ compiler)")
}

/// Measures parts of a crate by a benchmark of its own.
fn own(package: &str, bench: &str, parts: &[String]) -> Outcome {
    let mut command = cargo();
    command.args(["bench", "--quiet", "--package", package, "--bench", bench, "--"]).args(parts);
    workspace::run(&mut command, &format!("cargo bench --package {package}"))
}
