//! What the control unit asks to have franked.

use crate::state::UNIT_BYTES;
use imprint::numbers::RequestId;
use terms::bytes::{Reader, Writer};
use terms::{Date, Money};

/// What is printed beside the stamp of an imprint, and on whose behalf.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The user the imprint is made for, 0 to 9999.
    pub user: u16,
    /// The cliché's number (WRN), 0 to 999.
    pub cliche: u16,
    /// The byte of the cliché's record that the date chooses.
    pub cliche_byte: u8,
}

/// One imprint to be franked. The same id with the same content is the same request: as long as it belongs to
/// the last franking it is answered from memory, without a second debit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// The control unit's number for it.
    pub id: RequestId,
    /// What it costs; zero for an imprint without value.
    pub postage: Money,
    /// The date it shows.
    pub date: Date,
    /// What is printed beside it.
    pub frame: Frame,
}

const _: () = assert!(Request::BYTES <= UNIT_BYTES);
const _: () = assert!(Date::LAST.day_number() <= u16::MAX as u32);

impl Request {
    /// Bytes of a request in memory and frames: id 8, postage 8, day number 2, user 2, cliché 2, cliché byte 1, each
    /// little endian.
    pub const BYTES: usize = 8 + 8 + 2 + 2 + 2 + 1;

    /// What stands in a place that holds no request.
    pub(crate) const NONE: Request = Request {
        id: RequestId(0),
        postage: Money::ZERO,
        date: Date::FIRST,
        frame: Frame { user: 0, cliche: 0, cliche_byte: 0 },
    };

    /// Its bytes.
    pub fn to_bytes(self) -> [u8; Request::BYTES] {
        let mut bytes = [0; Request::BYTES];
        let mut writer = Writer::new(&mut bytes);
        writer.put(&self.id.0.to_le_bytes());
        writer.put(&self.postage.minor().to_le_bytes());
        writer.put(&(self.date.day_number() as u16).to_le_bytes());
        writer.put(&self.frame.user.to_le_bytes());
        writer.put(&self.frame.cliche.to_le_bytes());
        writer.put(&[self.frame.cliche_byte]);
        bytes
    }

    /// The request in these bytes, unless their date does not exist.
    pub fn from_bytes(bytes: &[u8; Request::BYTES]) -> Option<Request> {
        let mut reader = Reader(bytes);
        Some(Request {
            id: RequestId(reader.u64()?),
            postage: Money::from_minor(reader.u64()?),
            date: Date::from_day_number(u32::from(reader.u16()?)).ok()?,
            frame: Frame { user: reader.u16()?, cliche: reader.u16()?, cliche_byte: reader.u8()? },
        })
    }

    /// Its unit in the memory, whose rest is reserved and zero.
    pub(crate) fn to_unit(self) -> [u8; UNIT_BYTES] {
        let mut unit = [0; UNIT_BYTES];
        Writer::new(&mut unit).put(&self.to_bytes());
        unit
    }

    pub(crate) fn from_unit(unit: &[u8; UNIT_BYTES]) -> Option<Request> {
        Request::from_bytes(unit.first_chunk()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_comes_back_from_its_unit() {
        let request = Request {
            id: RequestId(u64::MAX),
            postage: Money::from_minor(u64::MAX),
            date: Date::LAST,
            frame: Frame { user: 9999, cliche: 999, cliche_byte: 255 },
        };
        assert_eq!(Request::from_unit(&request.to_unit()), Some(request));
        assert_eq!(Request::from_unit(&[0xff; 32]), None);
    }
}
