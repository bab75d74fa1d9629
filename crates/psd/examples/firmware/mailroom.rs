//! The other end of the line: a control unit that answers the device's questions and franks letters, and the issuer that
//! grants credit. None of this runs on the chip.

use super::chip::{Chip, Peripherals};
use super::line::{BATCH, Pages, Unit};
use ed25519_dalek::{Signer, SigningKey};
use imprint::numbers::{Key, Profile, RequestId};
use psd::protocol::{Answer, Command, Frame, LENGTH_BYTES, Requests};
use psd::supervision::interrogation::{PairingKey, code_for};
use psd::{
    Error, Frame as Printed, Grant, KeySlot, MemoryKey, Message, Personalisation, Request, Settings, Signed,
};
use terms::{Date, Money, Registers, Serial};

/// What the control unit's hardware says of itself.
const IDENTITY: [u8; 32] = [0x1d; 32];
/// One round of the device's loop.
const ROUND_MS: u64 = 100;
const DAYS_SINCE_EPOCH: u64 = 689;

/// What some days of work came to.
#[derive(Debug)]
pub struct Report {
    /// The registers at the end.
    pub registers: Registers,
    /// Imprints that came out of the line.
    pub imprints: u64,
    /// Questions that the control unit answered.
    pub questions: u64,
    /// How often each page of the flash was erased.
    pub erasures: Vec<u32>,
}

/// The control unit's memory.
#[derive(Default)]
struct ControlUnit {
    key: Option<PairingKey>,
    number: u32,
    questions: u64,
    imprints: u64,
    registers: Registers,
}

/// Personalises a chip and works with it for so many days: the power goes off every evening, and each day brings so
/// many letters, every tenth of them a batch.
pub fn work(days: u64, letters_a_day: u64) -> Result<Report, Error> {
    let (mut flash, chip) =
        (Box::new(Pages::new()), Peripherals::new(DAYS_SINCE_EPOCH, 0x1234_5678_9abc_def1));
    let (key, issuer) = (MemoryKey::new([7; 32]), SigningKey::from_bytes(&[9; 32]));
    let mut control_unit = ControlUnit::default();
    let mut unit = Unit::personalise(&mut flash, Chip(&chip), &key, personalisation(&issuer))?;
    control_unit.ask(&mut unit, Command::Attach);
    control_unit.ask(&mut unit, Command::Pair { identity: IDENTITY });
    control_unit.ask(&mut unit, Command::Grant(granted(&issuer, 1_000_000_000)));
    drop(unit);
    let mut id = 0;
    for _ in 0..days {
        chip.timer_ms.set(0);
        let mut unit = Unit::start(&mut flash, Chip(&chip), &key)?;
        control_unit.number = 0;
        control_unit.ask(&mut unit, Command::Attach);
        for letter in 0..letters_a_day {
            let pieces = if letter % 10 == 9 { BATCH as u64 } else { 1 };
            let requests: Vec<u8> =
                (0..pieces).flat_map(|piece| request(id + piece, chip.today()).to_bytes()).collect();
            id += pieces;
            control_unit.ask(&mut unit, Command::Frank { requests: Requests::new(&requests) });
            for _ in 0..5 {
                chip.pass_ms(ROUND_MS);
                control_unit.listen(&mut unit);
            }
        }
        control_unit.ask(&mut unit, Command::Registers);
        chip.pass_ms(16 * 60 * 60 * 1000);
    }
    let ControlUnit { registers, imprints, questions, .. } = control_unit;
    Ok(Report { registers, imprints, questions, erasures: flash.erasures().to_vec() })
}

impl ControlUnit {
    fn ask(&mut self, unit: &mut Unit<'_>, command: Command<'_>) {
        self.number += 1;
        let mut buffer = [0; 1024];
        let frame = Frame::write(self.number, &command, &mut buffer).expect("the command fits its frame");
        let mut answers = Vec::new();
        for byte in &*frame {
            unit.receive(*byte, &mut |frame| answers.push(frame.to_vec()));
        }
        self.take(unit, &answers);
    }

    /// Lets the device make a round.
    fn listen(&mut self, unit: &mut Unit<'_>) {
        let mut answers = Vec::new();
        unit.round(&mut |frame| answers.push(frame.to_vec()));
        self.take(unit, &answers);
    }

    fn take(&mut self, unit: &mut Unit<'_>, answers: &[Vec<u8>]) {
        let mut question = None;
        for frame in answers {
            let frame = Frame::parse(&frame[LENGTH_BYTES..]).expect("a device sends whole frames");
            match frame.answer().expect("a device sends answers") {
                Answer::Indicium(_) => self.imprints += 1,
                Answer::Paired { key } => self.key = Some(key),
                Answer::Registers(registers) => self.registers = registers,
                Answer::Question(asked) => question = Some(asked),
                Answer::Refused(refusal) => panic!("refused: {}", refusal.sentence),
                _ => {}
            }
        }
        if let (Some(question), Some(key)) = (question, self.key.clone()) {
            self.questions += 1;
            let code = code_for(&question, &key, serial(), &IDENTITY);
            self.ask(unit, Command::Reply { number: question.number, code });
        }
    }
}

fn serial() -> Serial {
    Serial::new(12_345_678).expect("a serial number")
}

fn personalisation(issuer: &SigningKey) -> Personalisation {
    Personalisation {
        serial: serial(),
        call_number: 23_456_789,
        seal: 4711,
        value_min: Money::from_minor(1),
        value_max: Money::from_minor(9999),
        days_ahead: 30,
        issuer: issuer.verifying_key().to_bytes(),
        profile: Profile::named("p1").expect("a built-in profile"),
        keys: [KeySlot { slot: 1, key: Key::new([1; 32]) }].into_iter().collect(),
        link: Key::new([3; 32]),
        settings: Settings::default(),
    }
}

fn granted(issuer: &SigningKey, amount_minor: i64) -> Signed<Grant> {
    let message = Grant { serial: serial(), number: 1, amount_minor, r3_before: Money::ZERO, closing: false };
    Signed { message, signature: issuer.sign(message.signed_bytes().as_ref()).to_bytes() }
}

fn request(id: u64, date: Date) -> Request {
    Request { id: RequestId(id), postage: Money::from_minor(110), date, frame: Printed::default() }
}
