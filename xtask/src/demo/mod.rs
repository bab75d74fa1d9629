//! `cargo xtask demo`: the main job from end to end with the real commands. A data centre is started and sells postage
//! over the wire; meters are made and given credit, one of them with its security device as a daemon; letters are
//! franked, drawn, photographed and read back; then a forger with an ordinary printer tries six frauds. Ends well only if
//! books and meters agree and every verdict is as it must be. Everything lies in `out/demo/` afterwards.

mod frauds;
mod letters;
mod mailroom;
mod photographs;
mod porto;
mod refills;
mod verdicts;

pub use porto::Program;

use crate::workspace::{self, Outcome};
use mailroom::Mailroom;
use porto::Porto;
use refills::Centre;
use std::path::Path;
use std::time::Instant;
use verdicts::Verdicts;

/// Runs the demo.
pub fn run(program: Program) -> Outcome {
    let start = Instant::now();
    let folder = workspace::root().join("out/demo");
    empty(&folder)?;
    let porto = Porto::ready(program, &folder)?;
    let mailroom = Mailroom::equip(&porto)?;
    let centre = Centre::found(&porto)?;
    centre.refill(&porto)?;
    centre.close(&porto)?;
    let letters = letters::frank(&porto, &mailroom)?;
    let mut verdicts = Verdicts::default();
    letters::read_back(&porto, &letters, &mut verdicts)?;
    frauds::attempt(&porto, &mailroom, &letters, &mut verdicts)?;
    mailroom.show_registers(&porto)?;
    mailroom.close()?;
    print!("\n{verdicts}");
    println!("\nenvelopes, photographs and documents lie in {}", folder.display());
    println!("from nothing to the last verdict: {:.1} s", start.elapsed().as_secs_f64());
    verdicts.as_expected()
}

fn empty(folder: &Path) -> Outcome {
    let problem = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(problem)?;
    }
    std::fs::create_dir_all(folder).map_err(problem)
}
