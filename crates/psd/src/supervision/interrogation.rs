//! The device interrogates the control unit, again and again, and is active only while it answers rightly and in
//! time (claims 1-9 of the interrogating security module).
//!
//! What always holds: it starts inactive and asks at once; a wrong answer makes it inactive at once; each question has
//! a number and sixteen random bytes of its own and takes one answer, so a recorded answer is worthless; a timer of
//! its own makes it inactive when no right answer came in time, and a later right one makes it active again. What
//! it must never do: delay anything, or stop asking.
//!
//! Time between questions and time allowed are ranges. Where both ends are the same they are regular; else each
//! time is drawn anew, every value of the range as likely as any other, so nobody can tell when the next question
//! comes or how long the device stays active.

use crate::board::{PartFault, Randomness};
use aes::Aes256;
use cmac::{Cmac, KeyInit, Mac};
use core::fmt;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use terms::Serial;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A range of times in milliseconds, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The shortest.
    pub min_ms: u32,
    /// The longest.
    pub max_ms: u32,
}

impl Span {
    /// The same time every time.
    pub const fn regular(ms: u32) -> Span {
        Span { min_ms: ms, max_ms: ms }
    }

    /// A time of the range, every one as likely as any other.
    fn draw(self, random: &mut impl Randomness) -> Result<u64, PartFault> {
        let width = u64::from(self.max_ms.abs_diff(self.min_ms)) + 1;
        if width == 1 {
            return Ok(u64::from(self.min_ms));
        }
        // A draw whose share of the range would be greater than the others' is drawn again (Lemire, 2019): that
        // happens less than once in two, and for times below an hour less than once in a thousand.
        let surplus = (1_u64 << 32) % width;
        for _ in 0..DRAWS {
            let mut bytes = [0; 4];
            random.fill(&mut bytes)?;
            let product = u64::from(u32::from_le_bytes(bytes)) * width;
            if product % (1 << 32) >= surplus {
                return Ok(u64::from(self.min_ms) + (product >> 32));
            }
        }
        Err(PartFault)
    }
}

/// Draws before a source of randomness counts as broken.
const DRAWS: usize = 64;
/// The longest time allowed: a day.
const LONGEST_MS: u32 = 24 * 60 * 60 * 1000;

/// How often the device asks, and how long a right answer keeps it active.
///
/// The defaults ask about every ten seconds, at irregular times, and allow two questions to go unanswered: a control
/// unit that works a big job is not cut off, one that was taken away is within a minute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// From one question to the next.
    pub interval: Span,
    /// From a right answer until the device is inactive again, unless another one follows.
    pub allowed: Span,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            interval: Span { min_ms: 5_000, max_ms: 15_000 },
            allowed: Span { min_ms: 35_000, max_ms: 60_000 },
        }
    }
}

impl Settings {
    /// Checks that they do not contradict themselves, and that a control unit which answers stays active.
    pub fn check(&self) -> Result<(), &'static str> {
        for span in [self.interval, self.allowed] {
            if span.min_ms == 0 || span.min_ms > span.max_ms || span.max_ms > LONGEST_MS {
                return Err(
                    "a time of the interrogation lies between 1 ms and a day, and its range is in order",
                );
            }
        }
        if self.allowed.min_ms <= self.interval.max_ms {
            return Err("an answer must be good for longer than the next question takes to come");
        }
        Ok(())
    }
}

/// The key that device and control unit share from their pairing on.
#[derive(Clone, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
pub struct PairingKey([u8; PairingKey::BYTES]);

impl PairingKey {
    /// Bytes of a key.
    pub const BYTES: usize = 32;

    /// The key with these bytes.
    pub const fn new(bytes: [u8; PairingKey::BYTES]) -> PairingKey {
        PairingKey(bytes)
    }

    /// Its bytes, to be kept by the two that share it.
    pub const fn bytes(&self) -> &[u8; PairingKey::BYTES] {
        &self.0
    }
}

impl PartialEq for PairingKey {
    fn eq(&self, other: &PairingKey) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for PairingKey {}

impl fmt::Debug for PairingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingKey(..)")
    }
}

/// The SHA-256 of what identifies the control unit's hardware.
pub type Identity = [u8; 32];

/// The answer to a question.
pub type Code = [u8; 16];

/// A question to the control unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Its number, one more than that of the question before; 1 for the first after a start.
    pub number: u32,
    /// Random bytes that no other question has.
    pub nonce: [u8; 16],
}

/// So that no other use of the key has the same bytes under it.
const LABEL: [u8; 16] = *b"porto answer v1\0";

/// The right answer to a question: CMAC-AES-256 under the pairing key over label 16, serial 4, number 4, nonce 16,
/// identity 32, numbers in little endian. The control unit makes it with what its own hardware says of itself; the
/// device with what it was told at the pairing.
pub fn code_for(question: &Question, key: &PairingKey, serial: Serial, identity: &Identity) -> Code {
    let mut mac = <Cmac<Aes256>>::new(&key.0.into());
    mac.update(&LABEL);
    mac.update(&serial.value().to_le_bytes());
    mac.update(&question.number.to_le_bytes());
    mac.update(&question.nonce);
    mac.update(identity);
    mac.finalize().into_bytes().into()
}

/// Whom the device is paired with, and who it is itself.
#[derive(Clone, Copy, Debug)]
pub struct Pairing<'a> {
    /// The key both share.
    pub key: &'a PairingKey,
    /// The device's meter.
    pub serial: Serial,
    /// The control unit's hardware.
    pub identity: &'a Identity,
}

/// Why an answer was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerError {
    /// No question is open: it was answered, or none was asked yet.
    NothingAsked,
    /// It answers another question than the one that is open, which is the only one that counts.
    OutOfOrder {
        /// The question that is open.
        open: u32,
    },
    /// The code is wrong: the device is inactive.
    WrongCode,
    /// The code is right, but the board has no random number for the time allowed: the device stays as it was.
    Random,
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AnswerError::NothingAsked => f.write_str("no question is open"),
            AnswerError::OutOfOrder { open } => write!(f, "the question that is open has number {open}"),
            AnswerError::WrongCode => f.write_str("the control unit's code is wrong: the meter is inactive"),
            AnswerError::Random => f.write_str("the board gives no random numbers"),
        }
    }
}

impl core::error::Error for AnswerError {}

/// The interrogation since the last start; it lives in volatile memory, so every start is inactive.
#[derive(Clone, Debug)]
pub struct Interrogation {
    settings: Settings,
    /// Number of the last question.
    number: u32,
    open: Option<Question>,
    /// When the next question is due.
    next_ms: u64,
    /// Until when the device is active.
    active_until_ms: Option<u64>,
    /// The latest time it was told: a clock that falls back makes nothing young again.
    latest_ms: u64,
}

impl Interrogation {
    /// Inactive, with a question due at once.
    pub const fn new(settings: Settings) -> Interrogation {
        Interrogation { settings, number: 0, open: None, next_ms: 0, active_until_ms: None, latest_ms: 0 }
    }

    /// Whether the device is active.
    pub fn is_active(&self, elapsed_ms: u64) -> bool {
        self.active_until_ms.is_some_and(|until| elapsed_ms.max(self.latest_ms) < until)
    }

    /// The next question, where one is due. It takes the place of the one before, whose answer is not accepted any
    /// more. Without random numbers there is no question, and the timer goes on.
    pub fn tick(
        &mut self,
        elapsed_ms: u64,
        random: &mut impl Randomness,
    ) -> Result<Option<Question>, PartFault> {
        let now_ms = self.at(elapsed_ms);
        if now_ms < self.next_ms {
            return Ok(None);
        }
        let number = self.number.checked_add(1).ok_or(PartFault)?;
        let mut nonce = [0; 16];
        random.fill(&mut nonce)?;
        self.next_ms = now_ms.saturating_add(self.settings.interval.draw(random)?);
        self.number = number;
        self.open = Some(Question { number, nonce });
        Ok(self.open)
    }

    /// Lets the next question be due at once: there is a new control unit at the other end, which does not know the
    /// one that is open.
    pub fn ask_at_once(&mut self) {
        self.open = None;
        self.next_ms = 0;
    }

    /// Whoever answered has gone: the device is inactive until somebody answers again.
    pub fn deactivate(&mut self) {
        self.active_until_ms = None;
    }

    /// When the next question is due, so that the host can sleep until then.
    pub const fn next_ms(&self) -> u64 {
        self.next_ms
    }

    /// Takes an answer. A right one makes the device active for a time that is drawn anew; a wrong one makes it
    /// inactive at once, and closes the question.
    pub fn answer(
        &mut self,
        number: u32,
        code: &Code,
        pairing: Pairing<'_>,
        elapsed_ms: u64,
        random: &mut impl Randomness,
    ) -> Result<(), AnswerError> {
        let now_ms = self.at(elapsed_ms);
        let question = self.open.ok_or(AnswerError::NothingAsked)?;
        if question.number != number {
            return Err(AnswerError::OutOfOrder { open: question.number });
        }
        self.open = None;
        let right = code_for(&question, pairing.key, pairing.serial, pairing.identity);
        if !bool::from(right.ct_eq(code)) {
            self.active_until_ms = None;
            return Err(AnswerError::WrongCode);
        }
        let allowed_ms = self.settings.allowed.draw(random).map_err(|_| AnswerError::Random)?;
        self.active_until_ms = Some(now_ms.saturating_add(allowed_ms));
        Ok(())
    }

    /// The time, never before one it was told already; what has run out by then has run out for good.
    fn at(&mut self, elapsed_ms: u64) -> u64 {
        self.latest_ms = self.latest_ms.max(elapsed_ms);
        if !self.is_active(self.latest_ms) {
            self.active_until_ms = None;
        }
        self.latest_ms
    }
}
