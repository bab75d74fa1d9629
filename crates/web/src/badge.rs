//! A state in one word. The word always says it; the colour only helps to find it.

use maud::{Markup, html};

/// How a state is to be felt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// In order.
    Good,
    /// Worth a look.
    Warn,
    /// Wrong, or forbidden.
    Bad,
    /// Under way.
    Note,
    /// At rest, past, or of no concern.
    Quiet,
}

impl Tone {
    /// The class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Tone::Good => "good",
            Tone::Warn => "warn",
            Tone::Bad => "bad",
            Tone::Note => "note",
            Tone::Quiet => "quiet",
        }
    }
}

/// A badge with this word.
pub fn badge(tone: Tone, word: &str) -> Markup {
    html! { span class={ "badge " (tone.class()) } { (word) } }
}
