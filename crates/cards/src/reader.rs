//! What is asked of a reader: which card is in the slot, and one command to it.
//!
//! What always holds: a command names the insertion it is meant for, and a reader sends it to that one or says that the
//! card is gone. So no check of a card can be outlived by a swap.

/// The longest answer of a card: 256 bytes and its status.
pub const ANSWER_BYTES_MAX: usize = 258;

/// A slot for cards.
pub trait Reader: Send {
    /// Which card is in the slot.
    fn presence(&mut self) -> Result<Presence, ReaderError>;

    /// Sends a command to the card of this insertion: its answer, of which the last two bytes are the status.
    fn transmit(&mut self, card: Insertion, command: &[u8]) -> Result<Vec<u8>, ReaderError>;
}

/// What is in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// No card.
    Empty,
    /// The card that came with this insertion.
    Card(Insertion),
}

/// One insertion of a card: no two of a reader are the same, so that a swap between two looks is noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Insertion(u64);

impl Insertion {
    /// The insertion with this number; readers count them.
    pub const fn new(number: u64) -> Insertion {
        Insertion(number)
    }

    /// Its number.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// Why a reader did not answer.
#[derive(Debug, thiserror::Error)]
pub enum ReaderError {
    /// The card was pulled or swapped. What was being written is as before or as after.
    #[error("the card was taken out: put it in again")]
    CardGone,
    /// The reader was unplugged, its service stopped, or its folder taken away.
    #[error("the card reader does not answer: connect it and start its service")]
    ReaderGone(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The reader cannot get a word out of the card: it is of a kind the reader does not know, or the wrong way round.
    #[error("the card does not answer: put it in the other way round, or take another one")]
    Mute,
    /// The card or the way to it is at fault.
    #[error("the card cannot be reached: clean its contacts and put it in again")]
    Medium(#[source] Box<dyn std::error::Error + Send + Sync>),
}
