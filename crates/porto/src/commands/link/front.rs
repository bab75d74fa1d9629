//! What a command does for a call under way: it shows how it goes, on stderr, and keeps what is to be kept.

use super::call::{Host, News};
use super::kept::Kept;
use crate::commands::psd::{Attached, refused};
use crate::failure::Failure;
use indicatif::ProgressBar;
use line::Number;
use link::call::meter::Progress;
use psd::SelfTest;
use psd_host::client::Client;
use std::io::{IsTerminal, stderr};
use std::time::Duration;
use terms::Serial;

/// How often a terminal shows that something is still going on.
const TICK: Duration = Duration::from_millis(120);

/// The command's side of a call.
pub struct Front<'a> {
    kept: &'a mut Kept,
    serial: Serial,
    attached: &'a Attached,
    /// On a terminal, one line that changes.
    bar: Option<ProgressBar>,
    redials_left: u8,
    moved: bool,
    asked_refill: bool,
    self_test: Option<SelfTest>,
}

impl<'a> Front<'a> {
    pub fn new(kept: &'a mut Kept, serial: Serial, attached: &'a Attached) -> Front<'a> {
        let bar = stderr().is_terminal().then(ProgressBar::new_spinner);
        if let Some(bar) = &bar {
            bar.enable_steady_tick(TICK);
        }
        Front {
            kept,
            serial,
            attached,
            bar,
            redials_left: 0,
            moved: false,
            asked_refill: false,
            self_test: None,
        }
    }

    /// Whether the centre gave another number.
    pub fn has_moved(&self) -> bool {
        self.moved
    }

    /// Whether a refill was asked for.
    pub fn has_asked_refill(&self) -> bool {
        self.asked_refill
    }

    /// What a test of the device found, if there was one.
    pub fn self_test(&self) -> Option<SelfTest> {
        self.self_test
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
    fn show(&mut self, news: News<'_>) {
        match news {
            News::Progress(Progress::Dialling { redials_left }) => self.redials_left = redials_left,
            News::Progress(Progress::Connected) => self.say("connected".into()),
            News::Progress(Progress::Moved) => {
                self.note("the centre has another number, which is kept".into())
            }
            News::Progress(Progress::Begun) => self.say("a transaction has begun".into()),
            News::Progress(Progress::Taken) => self.say("the meter has taken what came".into()),
            // The command's own last word.
            News::Progress(Progress::Finished(_)) => {}
            News::Dialling(number) => {
                self.say(format!("dialling {number}, {} redials left", self.redials_left));
            }
            News::Failed(why) => self.note(why.into()),
            News::AutomaticGivenUp => {
                self.note("the automatic call is given up until the next franking asks for it".into());
            }
            News::Listening(number) => self.say(format!("waiting for the centre's call at {number}")),
            News::CalledFrom(peer) => self.say(format!("a call from {peer}")),
        }
    }

    fn keep_number(&mut self, number: &Number) -> Result<(), Failure> {
        self.kept.move_to(number)?;
        self.moved = true;
        Ok(())
    }

    fn keep_refill(&mut self, last_grant: u64) -> Result<(), Failure> {
        self.asked_refill = true;
        self.kept.note_refill(self.serial, last_grant)
    }

    /// As far as the device lets this computer: the test is its control unit's alone.
    fn check_standby(&mut self, client: &mut Client) {
        let tested = self.attached.attend(client).and_then(|()| {
            let tested = client.self_test().and_then(|tested| client.detach().map(|()| tested));
            tested.map_err(refused)
        });
        match tested {
            Ok(tested) => {
                self.self_test = Some(tested);
                let found = if tested.is_passed() { "is in order" } else { "is NOT in order" };
                self.note(format!("the device was tested, and {found}"));
            }
            Err(failure) => self.note(format!("the device was not tested: {}", failure.sentence())),
        }
    }
}
