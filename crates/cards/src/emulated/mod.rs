//! Emulated chips: one of each kind, and a telephone card. A drawn card is one of them in a file; tests put them into a
//! slot of their own or into the system's PC/SC service.
//!
//! What always holds: a chip answers the commands of `commands.rs` as its data sheet and its reader's manual say, and
//! keeps what it programmed; what it was told since power came on is gone with the power. A chip can be told to be
//! pulled at any byte that it programs, and to leave the byte after it half done.

mod i2c;
mod processor;
mod sle4442;
mod slot;

pub use slot::Slot;

use crate::commands::Status;
use crate::identification::Unique;
use i2c::I2c;
use processor::Processor;
use sle4442::Sle4442;
use terms::bytes::Reader as Fields;

const MAGIC: &[u8; 8] = b"PORTOCRD";
const VERSION: u8 = 1;

/// The longest image of a chip.
pub const IMAGE_BYTES_MAX: usize = 40_000;

/// An emulated chip.
#[derive(Clone)]
pub struct Chip {
    silicon: Silicon,
    pull: Pull,
}

#[derive(Clone)]
enum Silicon {
    A(Box<Sle4442>),
    B(Box<I2c>),
    N(Box<Processor>),
    Telephone,
}

impl Chip {
    /// A blank memory card of kind a, as it is sold.
    pub fn memory() -> Chip {
        Chip::of(Silicon::A(Box::default()))
    }

    /// A blank I²C memory, kind b.
    pub fn i2c() -> Chip {
        Chip::of(Silicon::B(Box::default()))
    }

    /// A processor card with the card application and this unique number, kind n.
    pub fn processor(unique: Unique) -> Chip {
        Chip::of(Silicon::N(Box::new(Processor::new(unique))))
    }

    /// A telephone card: it knows no command.
    pub fn telephone() -> Chip {
        Chip::of(Silicon::Telephone)
    }

    fn of(silicon: Silicon) -> Chip {
        Chip { silicon, pull: Pull::default() }
    }

    /// What it says when power comes on (ISO 7816-3). Memory cards get one from their reader.
    pub const fn answer_to_reset(&self) -> &'static [u8] {
        match self.silicon {
            Silicon::A(_) => &[0x3B, 0x04, 0xA2, 0x13, 0x10, 0x91],
            Silicon::B(_) => &[0x3B, 0x00],
            Silicon::N(_) => &[0x3B, 0x85, 0x01, b'P', b'O', b'R', b'T', b'O', 0xCA],
            Silicon::Telephone => &[0x3B, 0x04, 0x92, 0x23, 0x10, 0x91],
        }
    }

    /// Power comes on: selections and codes given are forgotten, and a chip that was pulled is in a slot again.
    pub fn power_on(&mut self) {
        if self.pull.is_gone {
            self.pull = Pull::default();
        }
        match &mut self.silicon {
            Silicon::A(chip) => chip.power_on(),
            Silicon::B(chip) => chip.power_on(),
            Silicon::N(chip) => chip.power_on(),
            Silicon::Telephone => {}
        }
    }

    /// Lets the card be pulled when this many bytes more are programmed: right behind them, or with the next byte torn,
    /// whose cells (and those after it in its page) then hold `torn`.
    pub fn pull_after(&mut self, bytes: usize, torn: Option<u8>) {
        self.pull = Pull { left: Some(bytes), torn, is_gone: false };
    }

    /// Whether it was pulled.
    pub const fn is_gone(&self) -> bool {
        self.pull.is_gone
    }

    /// Its answer, or nothing if it is gone.
    pub fn exchange(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        if self.pull.is_gone {
            return None;
        }
        let answer = match &mut self.silicon {
            Silicon::A(chip) => chip.answer(command, &mut self.pull),
            Silicon::B(chip) => chip.answer(command, &mut self.pull),
            Silicon::N(chip) => chip.answer(command, &mut self.pull),
            Silicon::Telephone => Err(match command.first() {
                Some(0x00) => Status::NOT_KNOWN,
                _ => Status::NO_SUCH_CLASS,
            }),
        };
        let (mut data, Status(status)) = match answer {
            Ok(data) => (data, Status::DONE),
            Err(status) => (Vec::new(), status),
        };
        data.extend_from_slice(&status.to_be_bytes());
        (!self.pull.is_gone).then_some(data)
    }

    /// All it keeps, for a file (`docs/formats/card.md`).
    pub fn to_image(&self) -> Vec<u8> {
        let mut image = [MAGIC.as_slice(), &[VERSION]].concat();
        match &self.silicon {
            Silicon::A(chip) => {
                image.push(b'a');
                chip.put(&mut image);
            }
            Silicon::B(chip) => {
                image.push(b'b');
                chip.put(&mut image);
            }
            Silicon::N(chip) => {
                image.push(b'n');
                chip.put(&mut image);
            }
            Silicon::Telephone => image.push(b't'),
        }
        image
    }

    /// The chip of an image; nothing if it is none.
    pub fn from_image(image: &[u8]) -> Option<Chip> {
        let mut fields = Fields(image);
        if fields.bytes()? != *MAGIC || fields.u8()? != VERSION {
            return None;
        }
        let silicon = match fields.u8()? {
            b'a' => Silicon::A(Box::new(Sle4442::take(&mut fields)?)),
            b'b' => Silicon::B(Box::new(I2c::take(&mut fields)?)),
            b'n' => Silicon::N(Box::new(Processor::take(&mut fields)?)),
            b't' => Silicon::Telephone,
            _ => return None,
        };
        fields.0.is_empty().then(|| Chip::of(silicon))
    }
}

/// What a chip answers: data, or the status of an error.
type Answer = Result<Vec<u8>, Status>;

/// When the card is pulled.
#[derive(Clone, Debug, Default)]
struct Pull {
    left: Option<usize>,
    torn: Option<u8>,
    is_gone: bool,
}

impl Pull {
    /// How many of `bytes` are programmed before the card is gone.
    fn allow(&mut self, bytes: usize) -> usize {
        let Some(left) = &mut self.left else { return bytes };
        let allowed = bytes.min(*left);
        *left -= allowed;
        // Behind its last byte a card is gone at once; a torn byte needs one more to be begun.
        self.is_gone = allowed < bytes || *left == 0 && self.torn.is_none();
        allowed
    }

    /// Whether something that a chip does as a whole is done.
    fn allow_step(&mut self) -> bool {
        self.allow(1) == 1
    }

    /// Programs cells that lie within one page, of which `page_end` is the first cell that does not.
    fn program(&mut self, cells: &mut [u8], at: usize, bytes: &[u8], page_end: usize) {
        let allowed = self.allow(bytes.len());
        let Some(whole) = cells.get_mut(at..at + allowed) else { return };
        whole.copy_from_slice(&bytes[..allowed]);
        if let (true, Some(torn)) = (allowed < bytes.len(), self.torn) {
            cells[at + allowed..page_end].fill(torn);
        }
    }
}

/// A command: class, instruction, two parameters, and what is behind them.
struct Command<'a> {
    class: u8,
    instruction: u8,
    p1: u8,
    p2: u8,
    body: &'a [u8],
}

impl<'a> Command<'a> {
    fn parse(command: &'a [u8]) -> Result<Command<'a>, Status> {
        let ([class, instruction, p1, p2], body) =
            command.split_first_chunk::<4>().map(|(head, body)| (*head, body)).ok_or(Status::LENGTH)?;
        Ok(Command { class, instruction, p1, p2, body })
    }

    fn address(&self) -> usize {
        usize::from(u16::from_be_bytes([self.p1, self.p2]))
    }

    /// How many bytes are asked for.
    fn expected(&self) -> Result<usize, Status> {
        match *self.body {
            [0] => Ok(256),
            [length] => Ok(usize::from(length)),
            _ => Err(Status::LENGTH),
        }
    }

    /// The data that it brings.
    fn data(&self) -> Result<&'a [u8], Status> {
        match self.body {
            [length, data @ ..] if usize::from(*length) == data.len() => Ok(data),
            _ => Err(Status::LENGTH),
        }
    }
}
