//! How a command ends when it does not succeed: a kind, which is the exit status, and one sentence.

use std::fmt::Display;
use std::process::ExitCode;

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    status: u8,
    sentence: String,
}

impl Failure {
    /// The request was understood and refused: status 1.
    pub fn refused(sentence: impl Display) -> Failure {
        Failure { status: 1, sentence: sentence.to_string() }
    }

    /// Wrong use, or a file that cannot be read: status 2.
    pub fn usage(sentence: impl Display) -> Failure {
        Failure { status: 2, sentence: sentence.to_string() }
    }

    /// The sentence.
    pub fn sentence(&self) -> &str {
        &self.sentence
    }

    /// Prints the sentence on stderr and gives the exit status.
    pub fn report(self) -> ExitCode {
        eprintln!("porto: {}", self.sentence);
        ExitCode::from(self.status)
    }
}
