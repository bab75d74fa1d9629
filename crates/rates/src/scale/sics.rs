//! MT-SICS, levels 0 and 1: lines of ASCII that end with CR LF (`docs/formats/scale.md`).

use super::{Answer, Command, Reading, ScaleFault, shown};

/// An answer ends with CR LF.
pub(super) const END: u8 = b'\n';

pub(super) const fn question(command: Command) -> &'static [u8] {
    match command {
        // Immediately: whether it has settled stands in the answer, and the control unit need not wait for it.
        Command::Weigh => b"SI\r\n",
        Command::Zero => b"Z\r\n",
        Command::Tare => b"T\r\n",
    }
}

/// Words of an answer, with one or more spaces between them: its command, its status, and a weight where there is one.
pub(super) fn understand(command: Command, answer: &[u8]) -> Result<Answer, ScaleFault> {
    let line = answer.strip_suffix(b"\r\n").ok_or(ScaleFault::Garbled)?;
    let line = str::from_utf8(line).map_err(|_| ScaleFault::Garbled)?;
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    let own = match command {
        Command::Weigh => "S",
        Command::Zero => "Z",
        Command::Tare => "T",
    };
    match *words.as_slice() {
        ["ES" | "EL"] => Err(ScaleFault::Refused),
        // The scale has not received what was sent.
        ["ET"] => Err(ScaleFault::Garbled),
        [name, ref rest @ ..] if name == own => status(command, rest),
        _ => Err(ScaleFault::Garbled),
    }
}

fn status(command: Command, rest: &[&str]) -> Result<Answer, ScaleFault> {
    match (command, rest) {
        (_, ["I"]) => Err(ScaleFault::Busy),
        (_, ["+"]) => Err(ScaleFault::Overload),
        (_, ["-"]) => Err(ScaleFault::Underload),
        (Command::Weigh, [_, "Error", ..]) => Err(ScaleFault::Defect),
        (Command::Weigh, ["S", number @ .., unit]) => shows(number, unit, true),
        (Command::Weigh, ["D", number @ .., unit]) => shows(number, unit, false),
        (Command::Zero, ["A"]) => Ok(Answer::Done),
        // What the tare came to is of no use here.
        (Command::Tare, ["S", _, _]) => Ok(Answer::Done),
        _ => Err(ScaleFault::Garbled),
    }
}

/// A minus may stand apart from its digits.
fn shows(number: &[&str], unit: &str, is_stable: bool) -> Result<Answer, ScaleFault> {
    let weight = match *number {
        [number] => shown(number, unit)?,
        ["-", number] => shown(&format!("-{number}"), unit)?,
        _ => return Err(ScaleFault::Garbled),
    };
    Ok(Answer::Shows(Reading { weight, is_stable }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Weight;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_answer_makes_the_understanding_panic(answer in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = understand(Command::Weigh, &answer);
            let _ = understand(Command::Tare, &answer);
        }

        #[test]
        fn an_answer_changed_anywhere_keeps_its_ends_or_is_none(at in 0..17_usize, with in any::<u8>()) {
            let mut answer = *b"S S     20.00 g\r\n";
            answer[at] = with;
            let is_whole = answer.starts_with(b"S ") && answer.ends_with(b" g\r\n");
            let is_understood = understand(Command::Weigh, &answer).is_ok();
            // The unit may be written large.
            prop_assert!(!is_understood || is_whole || answer.ends_with(b" G\r\n"));
            prop_assert!(understand(Command::Zero, &answer).is_err());
        }

        #[test]
        fn what_a_scale_shows_is_read_to_the_tenth(hundredths in 0..10_000_000_u32, stable in any::<bool>()) {
            let status = if stable { 'S' } else { 'D' };
            let number = format!("{}.{:02}", hundredths / 100, hundredths % 100);
            let answer = format!("S {status} {number:>10} g\r\n");
            let shown = understand(Command::Weigh, answer.as_bytes());
            let weight = Weight::from_tenths(hundredths.div_ceil(10)).unwrap_or_default();
            let reading = Reading { weight, is_stable: stable };
            prop_assert_eq!(shown.ok(), Some(Answer::Shows(reading)));
        }
    }
}
