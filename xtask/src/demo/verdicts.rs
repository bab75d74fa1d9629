//! What the post said, beside what it must say.

use crate::workspace::Outcome;
use std::fmt;

/// All verdicts of the demo.
#[derive(Default)]
pub struct Verdicts(Vec<Row>);

struct Row {
    what: String,
    picture: String,
    expected: &'static str,
    verdict: String,
    reason: String,
}

impl Verdicts {
    /// Notes what the post said of a picture.
    pub fn note(&mut self, what: &str, picture: &str, expected: &'static str, said: &serde_json::Value) {
        let text = |field: &str| said[field].as_str().unwrap_or_default().to_string();
        self.0.push(Row {
            what: what.into(),
            picture: picture.into(),
            expected,
            verdict: text("verdict"),
            reason: text("reason"),
        });
    }

    /// An error that counts the verdicts which are not as they must be.
    pub fn as_expected(&self) -> Outcome {
        let wrong = self.0.iter().filter(|row| row.verdict != row.expected).count();
        match wrong {
            0 => Ok(()),
            _ => Err(format!("{wrong} of {} verdicts are not as they must be", self.0.len())),
        }
    }
}

impl fmt::Display for Verdicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<38} {:<28} {:<11} why", "what", "picture", "verdict")?;
        for row in &self.0 {
            let mark = if row.verdict == row.expected { "" } else { "  <- must be " };
            let expected = if mark.is_empty() { "" } else { row.expected };
            writeln!(
                f,
                "{:<38} {:<28} {:<11} {}{mark}{expected}",
                row.what, row.picture, row.verdict, row.reason
            )?;
        }
        Ok(())
    }
}
