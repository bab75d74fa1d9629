//! Errors as people read them.

use std::fmt::Display;

/// What an error says, as a sentence on a page: with a capital, and a full stop.
pub fn sentence(error: &(impl Display + ?Sized)) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_becomes_a_sentence() {
        assert_eq!(sentence("no meter 7 is in the books"), "No meter 7 is in the books.");
        assert_eq!(sentence(""), ".");
    }
}
