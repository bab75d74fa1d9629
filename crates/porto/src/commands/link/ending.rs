//! How the command ends by a call: the sentence, in the command's own words where something is to be typed, and the
//! status.
//!
//! What always holds: status 0 says that what was asked for is in the meter, 1 that somebody refused it, 2 that there
//! was no line to ask on, or that the command must be given otherwise.

use crate::failure::Failure;
use line::DialError;
use meter::calls::{CallFault, End};

/// What an end says, and what is to be done.
pub fn sentence(end: &End) -> String {
    match end {
        End::NotDialable(error @ DialError::NotDialable(_)) => {
            format!("{error} from here: a telephone number needs --modem, such as modem:/dev/ttyS0,0")
        }
        End::NotFromAfar(number) => format!(
            "the centre gave {number} as its number, which no meter takes from afar: ask the carrier for it, and \
             give it with --centre"
        ),
        End::NoRequest => format!("{} with `porto link call-back`", end.sentence()),
        end => end.sentence(),
    }
}

/// How the command fails by an end; nothing where it does not.
pub fn failure(end: &End) -> Option<Failure> {
    match end {
        _ if end.is_done() => None,
        End::NotDialable(_) | End::NobodyCalled => Some(Failure::usage(sentence(end))),
        _ if end.is_lines() => Some(Failure::usage(sentence(end))),
        _ => Some(Failure::refused(sentence(end))),
    }
}

/// How it fails where there is no end.
pub fn fault(fault: CallFault) -> Failure {
    let sentence = match &fault {
        CallFault::NoCentre(path) => {
            format!("--centre NUMBER is needed once, and is then kept in {}", path.display())
        }
        CallFault::NoDigits => "--centre lacks a telephone number (modem:/dev/ttyS0,0,12345)".into(),
        CallFault::NoModem => "--modem is needed to be called at a telephone number".into(),
        CallFault::NoPlace(error) => format!("--listen is needed beside this --own-number: {error}"),
        fault => fault.to_string(),
    };
    if fault.is_refusal() { Failure::refused(sentence) } else { Failure::usage(sentence) }
}
