//! Where a scale is and what it speaks, as it stands in the settings: `sics:/dev/ttyUSB0`, `hid:/dev/hidraw0` or,
//! where the scale's line is not set as usual, `nci:/dev/ttyS0,4800,8N1`.

use super::Protocol;
use std::fmt;
use std::str::FromStr;

/// The speeds that scales can be set to.
const BAUDS: [u32; 8] = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200];
/// What scales speak at as they come out of their box.
const BAUD: u32 = 9_600;
/// No device's name is longer.
const DEVICE_BYTES_MAX: usize = 255;

/// Where a scale is, and how it is talked to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleAddress {
    pub(crate) device: String,
    pub(crate) manner: Manner,
}

/// How a scale is talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// It is asked over a serial line.
    Asked(Line),
    /// It reports by itself, as a USB scale.
    Reports,
}

/// A serial line and what is spoken on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub protocol: Protocol,
    pub baud: u32,
    pub frame: CharacterFrame,
}

/// How a character is framed on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CharacterFrame {
    pub has_seven_bits: bool,
    pub parity: Parity,
    pub has_two_stop_bits: bool,
}

/// A character's parity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parity {
    None,
    Even,
    Odd,
}

impl FromStr for ScaleAddress {
    type Err = ScaleAddressError;

    fn from_str(text: &str) -> Result<ScaleAddress, ScaleAddressError> {
        let (kind, rest) = text.split_once(':').ok_or(ScaleAddressError::Protocol)?;
        let (device, line) = rest.split_once(',').map_or((rest, None), |(device, line)| (device, Some(line)));
        let manner = match (kind, line) {
            ("sics", line) => Manner::Asked(Line::new(Protocol::Sics, "8N1", line)?),
            ("nci", line) => Manner::Asked(Line::new(Protocol::Nci, "7E1", line)?),
            ("hid", None) => Manner::Reports,
            ("hid", Some(_)) => return Err(ScaleAddressError::NoLine),
            _ => return Err(ScaleAddressError::Protocol),
        };
        if !is_device(device) {
            return Err(ScaleAddressError::Device);
        }
        Ok(ScaleAddress { device: device.into(), manner })
    }
}

impl Line {
    /// A line as it is set, or as scales with this protocol mostly are.
    fn new(protocol: Protocol, usual: &str, set: Option<&str>) -> Result<Line, ScaleAddressError> {
        let (baud, frame) = match set {
            Some(set) => {
                let (baud, frame) = set.split_once(',').unwrap_or((set, usual));
                (baud.parse().map_err(|_| ScaleAddressError::Baud)?, frame)
            }
            None => (BAUD, usual),
        };
        let is_known = BAUDS.contains(&baud);
        if is_known {
            Ok(Line { protocol, baud, frame: frame.parse()? })
        } else {
            Err(ScaleAddressError::Baud)
        }
    }
}

/// Whether this names a device, and nothing that a settings file could lead astray with.
fn is_device(device: &str) -> bool {
    let has_name = device.strip_prefix("/dev/").is_some_and(|name| !name.is_empty());
    let stays = !device.split('/').any(|part| part == "..");
    has_name && stays && device.len() <= DEVICE_BYTES_MAX && !device.chars().any(char::is_control)
}

impl FromStr for CharacterFrame {
    type Err = ScaleAddressError;

    fn from_str(text: &str) -> Result<CharacterFrame, ScaleAddressError> {
        let [bits @ (b'7' | b'8'), parity, stops @ (b'1' | b'2')] = *text.as_bytes() else {
            return Err(ScaleAddressError::Frame);
        };
        let parity = match parity {
            b'N' => Parity::None,
            b'E' => Parity::Even,
            b'O' => Parity::Odd,
            _ => return Err(ScaleAddressError::Frame),
        };
        Ok(CharacterFrame { has_seven_bits: bits == b'7', parity, has_two_stop_bits: stops == b'2' })
    }
}

/// All of it, as it can be read again.
impl fmt::Display for ScaleAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Manner::Asked(Line { protocol, baud, frame }) = self.manner else {
            return write!(f, "hid:{}", self.device);
        };
        let protocol = match protocol {
            Protocol::Sics => "sics",
            Protocol::Nci => "nci",
        };
        let CharacterFrame { has_seven_bits, parity, has_two_stop_bits } = frame;
        let bits = if has_seven_bits { 7 } else { 8 };
        let parity = match parity {
            Parity::None => 'N',
            Parity::Even => 'E',
            Parity::Odd => 'O',
        };
        let stops = if has_two_stop_bits { 2 } else { 1 };
        write!(f, "{protocol}:{},{baud},{bits}{parity}{stops}", self.device)
    }
}

/// Why a text is no scale's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScaleAddressError {
    /// It does not begin with a protocol.
    #[error("a scale's address begins with sics:, nci: or hid: (sics:/dev/ttyUSB0)")]
    Protocol,
    /// The device is none of /dev.
    #[error("a scale's device lies in /dev (sics:/dev/ttyUSB0)")]
    Device,
    /// The speed is none that scales have.
    #[error(
        "a scale's speed is 1200, 2400, 4800, 9600, 19200, 38400, 57600 or 115200 (sics:/dev/ttyUSB0,9600)"
    )]
    Baud,
    /// A scale without a serial line was given one.
    #[error("a scale at hid: has no speed and no frame (hid:/dev/hidraw0)")]
    NoLine,
    /// The bits of a character are not as they can be.
    #[error("a scale's line is written 8N1 or 7E1: data bits, parity N, E or O, stop bits")]
    Frame,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, whole: &str) {
        let address: ScaleAddress = text.parse().unwrap();
        assert_eq!(address.to_string(), whole);
        assert_eq!(whole.parse(), Ok(address));
    }

    #[test]
    fn what_is_left_out_is_as_scales_are_delivered() {
        check("sics:/dev/ttyUSB0", "sics:/dev/ttyUSB0,9600,8N1");
        check("nci:/dev/ttyS0", "nci:/dev/ttyS0,9600,7E1");
        check("nci:/dev/serial/by-id/usb-scale,4800", "nci:/dev/serial/by-id/usb-scale,4800,7E1");
        check("sics:/dev/ttyS1,115200,7O2", "sics:/dev/ttyS1,115200,7O2");
        check("hid:/dev/hidraw0", "hid:/dev/hidraw0");
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        let refused = |text: &str, error| assert_eq!(text.parse::<ScaleAddress>(), Err(error), "{text:?}");
        for text in ["", "/dev/ttyS0", "modem:/dev/ttyS0"] {
            refused(text, ScaleAddressError::Protocol);
        }
        for text in
            ["sics:", "sics:/dev/", "sics:ttyS0", "sics:/dev/../etc/passwd", "sics:/dev/a\n", "hid:hidraw0"]
        {
            refused(text, ScaleAddressError::Device);
        }
        refused("hid:/dev/hidraw0,9600", ScaleAddressError::NoLine);
        for text in ["sics:/dev/ttyS0,", "sics:/dev/ttyS0,9601", "sics:/dev/ttyS0,fast"] {
            refused(text, ScaleAddressError::Baud);
        }
        for frame in ["", "8N", "6N1", "8X1", "8N3", "8N1x", "8N1,"] {
            refused(&format!("sics:/dev/ttyS0,9600,{frame}"), ScaleAddressError::Frame);
        }
    }
}
