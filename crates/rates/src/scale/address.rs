//! Where a scale is and what it speaks, as it stands in the settings: `sics:/dev/ttyUSB0` or, where the scale's line is
//! not set as usual, `nci:/dev/ttyS0,4800,8N1`.

use super::Protocol;
use std::fmt;
use std::str::FromStr;

/// The speeds that scales can be set to.
const BAUDS: [u32; 8] = [1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200];
/// What scales speak at as they come out of their box.
const BAUD: u32 = 9_600;
/// No device's name is longer.
const DEVICE_BYTES_MAX: usize = 255;

/// A scale's protocol, device and line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScaleAddress {
    pub(crate) protocol: Protocol,
    pub(crate) device: String,
    pub(crate) baud: u32,
    pub(crate) frame: CharacterFrame,
}

impl ScaleAddress {
    /// What the scale speaks.
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// The device it is at.
    pub fn device(&self) -> &str {
        &self.device
    }
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
        let (protocol, usual) = match kind {
            "sics" => (Protocol::Sics, "8N1"),
            "nci" => (Protocol::Nci, "7E1"),
            _ => return Err(ScaleAddressError::Protocol),
        };
        let mut parts = rest.split(',');
        let device = parts.next().filter(|device| is_device(device)).ok_or(ScaleAddressError::Device)?;
        let baud = match parts.next() {
            Some(baud) => baud.parse().map_err(|_| ScaleAddressError::Baud)?,
            None => BAUD,
        };
        if !BAUDS.contains(&baud) {
            return Err(ScaleAddressError::Baud);
        }
        let frame = parts.next().unwrap_or(usual).parse()?;
        match parts.next() {
            Some(_) => Err(ScaleAddressError::Frame),
            None => Ok(ScaleAddress { protocol, device: device.into(), baud, frame }),
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
        let protocol = match self.protocol {
            Protocol::Sics => "sics",
            Protocol::Nci => "nci",
        };
        let CharacterFrame { has_seven_bits, parity, has_two_stop_bits } = self.frame;
        let bits = if has_seven_bits { 7 } else { 8 };
        let parity = match parity {
            Parity::None => 'N',
            Parity::Even => 'E',
            Parity::Odd => 'O',
        };
        let stops = if has_two_stop_bits { 2 } else { 1 };
        write!(f, "{protocol}:{},{},{bits}{parity}{stops}", self.device, self.baud)
    }
}

/// Why a text is no scale's address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScaleAddressError {
    /// It does not begin with a protocol.
    #[error("a scale's address begins with sics: or nci: (sics:/dev/ttyUSB0)")]
    Protocol,
    /// The device is none of /dev.
    #[error("a scale's device lies in /dev (sics:/dev/ttyUSB0)")]
    Device,
    /// The speed is none that scales have.
    #[error(
        "a scale's speed is 1200, 2400, 4800, 9600, 19200, 38400, 57600 or 115200 (sics:/dev/ttyUSB0,9600)"
    )]
    Baud,
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
    }

    #[test]
    fn what_is_no_address_is_refused_with_its_reason() {
        let refused = |text: &str, error| assert_eq!(text.parse::<ScaleAddress>(), Err(error), "{text:?}");
        for text in ["", "/dev/ttyS0", "modem:/dev/ttyS0"] {
            refused(text, ScaleAddressError::Protocol);
        }
        for text in ["sics:", "sics:/dev/", "sics:ttyS0", "sics:/dev/../etc/passwd", "sics:/dev/a\n"] {
            refused(text, ScaleAddressError::Device);
        }
        for text in ["sics:/dev/ttyS0,", "sics:/dev/ttyS0,9601", "sics:/dev/ttyS0,fast"] {
            refused(text, ScaleAddressError::Baud);
        }
        for frame in ["", "8N", "6N1", "8X1", "8N3", "8N1x", "8N1,"] {
            refused(&format!("sics:/dev/ttyS0,9600,{frame}"), ScaleAddressError::Frame);
        }
    }
}
