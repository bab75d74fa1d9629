//! The machine's display on stderr: warnings that last, and the steps of a call. On a terminal it is one line that
//! changes; elsewhere each new sentence is a line.

use indicatif::ProgressBar;
use journal::JobNumber;
use meter::calls::Step;
use meter::machine::Onlooker;
use meter::routine::View;
use std::io::{IsTerminal, stderr};
use std::time::Duration;

/// How often a terminal shows that something is still going on.
const TICK: Duration = Duration::from_millis(120);

/// The display.
#[derive(Default)]
pub struct Display {
    /// On a terminal, while there is something to show.
    bar: Option<ProgressBar>,
    /// What a file was told last.
    told: String,
}

impl Display {
    /// On a terminal the whole of it; a file is told the sentence alone, once.
    fn say(&mut self, sentence: &str, more: &str) {
        if stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(ProgressBar::new_spinner);
            bar.enable_steady_tick(TICK);
            bar.set_message(format!("{sentence}{more}"));
        } else if self.told != sentence {
            eprintln!("porto: {sentence}{more}");
            self.told = sentence.into();
        }
    }

    fn clear(&mut self) {
        self.told.clear();
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

impl Onlooker for Display {
    fn looks(&mut self, view: &View) {
        match view.waits_ms {
            Some(waits_ms) => self.say(&view.sentence, &format!(" ({} s)", waits_ms.div_ceil(1000))),
            None => self.clear(),
        }
    }

    fn calls(&mut self, step: &Step) {
        let sentence = step.to_string();
        match &self.bar {
            Some(bar) if step.stays() => bar.println(format!("porto: {sentence}")),
            _ => self.say(&sentence, ""),
        }
    }

    fn printed(&mut self, _: &[JobNumber]) {}
}

impl Drop for Display {
    fn drop(&mut self) {
        self.clear();
    }
}
