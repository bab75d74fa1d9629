//! NCI's general protocol, SCP-01: `W`, `Z` and `T` with CR, answers that begin with LF and end with ETX
//! (`docs/formats/scale.md`). The highest bit of a byte is a parity that not every line takes away.

use super::{Answer, Command, Reading, ScaleFault, shown};

/// An answer ends with ETX.
pub(super) const END: u8 = 0x03;

pub(super) const fn question(command: Command) -> &'static [u8] {
    match command {
        Command::Weigh => b"W\r",
        Command::Zero => b"Z\r",
        Command::Tare => b"T\r",
    }
}

pub(super) fn understand(command: Command, answer: &[u8]) -> Result<Answer, ScaleFault> {
    let plain: Vec<u8> = answer.iter().map(|byte| byte & 0x7f).collect();
    let text = str::from_utf8(&plain).map_err(|_| ScaleFault::Garbled)?;
    let body =
        text.strip_prefix('\n').and_then(|text| text.strip_suffix('\x03')).ok_or(ScaleFault::Garbled)?;
    // Older scales leave out the last CR.
    let body = body.strip_suffix('\r').unwrap_or(body);
    if body == "?" {
        return Err(ScaleFault::Refused);
    }
    match (command, body.split_once("\r\n")) {
        (Command::Weigh, Some((display, status))) => {
            let is_stable = is_stable(status)?;
            let display = display.trim();
            let unit = display.find(|character: char| character.is_ascii_alphabetic());
            let (number, unit) = display.split_at(unit.ok_or(ScaleFault::Garbled)?);
            Ok(Answer::Shows(Reading { weight: shown(number.trim_end(), unit)?, is_stable }))
        }
        // A scale that cannot show a weight says only why.
        (Command::Weigh, None) => is_stable(body).and(Err(ScaleFault::Garbled)),
        (Command::Zero | Command::Tare, None) => is_stable(body).map(|_| Answer::Done),
        (Command::Zero | Command::Tare, Some(_)) => Err(ScaleFault::Garbled),
    }
}

/// Bits that are set in each status byte.
const ALWAYS: u8 = 0x30;
/// In the first: the scale moves.
const MOTION: u8 = 0x01;
/// In the first, a fault of its memories.
const MEMORIES: u8 = 0x0c;
/// In the second: too little.
const UNDER: u8 = 0x01;
/// In the second: too much.
const OVER: u8 = 0x02;
/// In the second, a fault of its program or calibration.
const CALIBRATION: u8 = 0x0c;

/// Two status bytes, which some scales follow with one or two more about ranges and tare.
fn is_stable(status: &str) -> Result<bool, ScaleFault> {
    let (&[first, second], more) = status.as_bytes().split_first_chunk().ok_or(ScaleFault::Garbled)?;
    let is_status = |byte: u8| byte & ALWAYS == ALWAYS;
    if !is_status(first) || !is_status(second) || more.len() > 2 || !more.iter().copied().all(is_status) {
        return Err(ScaleFault::Garbled);
    }
    if first & MEMORIES != 0 || second & CALIBRATION != 0 {
        return Err(ScaleFault::Defect);
    }
    if second & OVER != 0 {
        return Err(ScaleFault::Overload);
    }
    if second & UNDER != 0 {
        return Err(ScaleFault::Underload);
    }
    Ok(first & MOTION == 0)
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
            let _ = understand(Command::Zero, &answer);
        }

        #[test]
        fn what_a_scale_shows_is_read_with_parity_or_without(
            hundredths in 0..10_000_000_u32,
            moves in any::<bool>(),
            parity in any::<bool>(),
        ) {
            let status = if moves { "10" } else { "00" };
            let mut answer = format!("\n{}.{:02}g\r\n{status}\r\x03", hundredths / 100, hundredths % 100).into_bytes();
            if parity {
                answer.iter_mut().for_each(|byte| *byte |= (byte.count_ones() as u8 & 1) << 7);
            }
            let shown = understand(Command::Weigh, &answer);
            let weight = Weight::from_tenths(hundredths.div_ceil(10)).unwrap_or_default();
            let reading = Reading { weight, is_stable: !moves };
            prop_assert_eq!(shown.ok(), Some(Answer::Shows(reading)));
        }
    }
}
