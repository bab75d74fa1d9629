//! What a command does beside a call: it shows on stderr how it goes, and lets the device be tested.

use crate::commands::psd::{Attached, refused};
use indicatif::ProgressBar;
use meter::calls::{Host, Step};
use psd::SelfTest;
use psd_host::client::Client;
use std::io::{IsTerminal, stderr};
use std::time::Duration;

/// How often a terminal shows that something is still going on.
const TICK: Duration = Duration::from_millis(120);

/// The command's side of a call.
pub struct Front<'a> {
    attached: &'a Attached,
    /// On a terminal, one line that changes.
    bar: Option<ProgressBar>,
}

impl<'a> Front<'a> {
    pub fn new(attached: &'a Attached) -> Front<'a> {
        let bar = stderr().is_terminal().then(ProgressBar::new_spinner);
        if let Some(bar) = &bar {
            bar.enable_steady_tick(TICK);
        }
        Front { attached, bar }
    }

    fn say(&self, sentence: String) {
        match &self.bar {
            Some(bar) => bar.set_message(sentence),
            None => eprintln!("porto: {sentence}"),
        }
    }

    /// The same for what is to stay on a terminal.
    fn note(&self, sentence: String) {
        match &self.bar {
            Some(bar) => bar.println(format!("porto: {sentence}")),
            None => eprintln!("porto: {sentence}"),
        }
    }
}

impl Drop for Front<'_> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Host for Front<'_> {
    fn show(&mut self, step: Step) {
        match step {
            // The command's last word, which tells the credit, and its document, which counts transactions, say more.
            Step::Begun { .. } => self.say("a transaction has begun".into()),
            Step::CreditArrived { .. } => {}
            step if step.stays() => self.note(step.to_string()),
            step => self.say(step.to_string()),
        }
    }

    /// As far as the device lets this computer: the test is its control unit's alone.
    fn test_device(&mut self, client: &mut Client) -> Result<SelfTest, String> {
        let tested = self.attached.attend(client).and_then(|()| {
            let tested = client.self_test().and_then(|tested| client.detach().map(|()| tested));
            tested.map_err(refused)
        });
        tested.map_err(|failure| failure.sentence().into())
    }
}
