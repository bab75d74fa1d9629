//! `cargo xtask test`: everything CI checks, in the order in which failures are cheapest to find; the demo last.

use crate::services::{self, SERVICES, Service};
use crate::workspace::{self, Outcome, cargo};
use crate::{claims, demo};
use std::time::Instant;

/// What may be left out.
#[derive(clap::Args)]
pub struct Options {
    /// Install nothing, and leave out the tests that need a service which is not installed
    #[arg(long)]
    without_services: bool,
}

/// Checks formatting, lints, tests (documentation's too), the table of claims, and that the demo ends well.
pub fn run(options: &Options) -> Outcome {
    let start = Instant::now();
    let left_out = if options.without_services { services::missing() } else { Vec::new() };
    if !options.without_services {
        services::install(&services::missing())?;
    }
    step("fmt", &["fmt", "--all", "--check"])?;
    let features = services::features(&left_out);
    let clippy = ["clippy", "--workspace", "--all-targets"];
    step("clippy", &[&clippy[..], &features, &["--", "-D", "warnings"]].concat())?;
    tests(&left_out)?;
    println!("xtask: claims");
    claims::check()?;
    println!("xtask: demo");
    demo::run(demo::Program::AsTested)?;
    name_left_out(&left_out);
    println!("xtask: all checks passed in {} s", start.elapsed().as_secs());
    Ok(())
}

fn step(name: &str, arguments: &[&str]) -> Outcome {
    println!("xtask: {name}");
    workspace::run(cargo().args(arguments), &format!("cargo {}", arguments.join(" ")))
}

fn tests(left_out: &[&Service]) -> Outcome {
    println!("xtask: tests");
    let mut command = cargo();
    command.args(["test", "--workspace", "--no-fail-fast"]).args(services::features(left_out)).arg("--");
    for service in left_out {
        command.args(["--skip", service.module]);
    }
    workspace::run(&mut command, "cargo test --workspace")
}

fn name_left_out(left_out: &[&Service]) {
    for service in left_out {
        println!("xtask: left out, for want of {}: the tests in {}", service.package, service.module);
    }
    if left_out.is_empty() {
        println!("xtask: no test was left out ({} services in use)", SERVICES.len());
    }
}
