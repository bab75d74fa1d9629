//! The security device as firmware: pages of flash with their wear counted, a serial line, a loop, no heap and no
//! operating system. `cargo run --release --example firmware -p psd` works some weeks with it.

#![allow(missing_docs, reason = "an example is read and not called")]

mod chip;
mod flash;
mod line;
mod mailroom;

use std::process::ExitCode;

fn main() -> ExitCode {
    let (days, letters_a_day) = (20, 500);
    let report = match mailroom::work(days, letters_a_day) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("the device stopped: {error}");
            return ExitCode::FAILURE;
        }
    };
    let pages_kib = line::PAGES * psd::SECTOR_BYTES / 1024;
    println!("{days} days, {} imprints, {} questions answered", report.imprints, report.questions);
    println!("registers {:?}", report.registers);
    println!("flash of {pages_kib} KiB; state of the running device {} bytes", size_of::<line::Unit<'_>>());
    println!("erasures of each page: {:?}", report.erasures);
    let wear = wear_of(&report.erasures);
    println!("of the ring's pages the most worn was erased {} times, the least {}", wear.1, wear.0);
    ExitCode::SUCCESS
}

/// The least and the most erasures of a page of the ring, which is all but what stands before it.
fn wear_of(erasures: &[u32]) -> (u32, u32) {
    let ring = erasures.get(6..).unwrap_or_default();
    (ring.iter().copied().min().unwrap_or(0), ring.iter().copied().max().unwrap_or(0))
}
