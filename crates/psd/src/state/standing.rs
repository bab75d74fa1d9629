//! What keeps the device from franking, and what it has done to itself after a manipulation.
//!
//! | block | entered by | lifted by |
//! |---|---|---|
//! | kill 1 | run time, flow of a routine, time of columns | service reset |
//! | kill 2 | a program that is not the enrolled one | service reset with the right program |
//! | kill Y | codeword lost without authority | service reset |
//! | codeword waiting | codeword lost while an allowed next one waits | the housing closed |
//! | registers | R3 ≠ R1 + R2, or an old image put back | service reset with the centre's registers |
//! | stopped | the centre | the centre |
//! | clock | a clock that ran backwards or jumped | the centre |
//! | pieces | piece credit used up | the centre |
//! | contact | not heard by the centre for too long | any word of the centre |
//! | print speed | too fast or too slow for too long | a report within the tolerance |
//! | withdrawn | the closing grant | a new personalisation |
//! | inactive | the control unit did not answer rightly in time | its next right answer |

use link::Block;

/// Those that a commit keeps, in the order of their flags.
const KEPT: [Block; 8] = [
    Block::Kill1,
    Block::Kill2,
    Block::KillCodeword,
    Block::Registers,
    Block::Stopped,
    Block::Clock,
    Block::PrintSpeed,
    Block::Withdrawn,
];

const fn flag(block: Block) -> u16 {
    match block {
        Block::Kill1 => 1,
        Block::Kill2 => 1 << 1,
        Block::KillCodeword => 1 << 2,
        Block::Registers => 1 << 3,
        Block::Stopped => 1 << 4,
        Block::Clock => 1 << 5,
        Block::PrintSpeed => 1 << 6,
        Block::Withdrawn => 1 << 7,
        Block::CodewordWaiting | Block::Pieces | Block::Contact | Block::Inactive => 0,
    }
}

/// The blocks that a commit keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Blocks(u16);

impl Blocks {
    const KNOWN: u16 = 0xff;

    pub const fn has(self, block: Block) -> bool {
        self.0 & flag(block) != 0
    }

    pub const fn with(self, block: Block) -> Blocks {
        Blocks(self.0 | flag(block))
    }

    pub const fn without(self, block: Block) -> Blocks {
        Blocks(self.0 & !flag(block))
    }

    /// Those that are set, the gravest first.
    pub fn iter(self) -> impl Iterator<Item = Block> {
        KEPT.into_iter().filter(move |block| self.has(*block))
    }

    pub const fn bits(self) -> u16 {
        self.0
    }

    pub const fn from_bits(bits: u16) -> Option<Blocks> {
        if bits & !Blocks::KNOWN == 0 { Some(Blocks(bits)) } else { None }
    }
}

/// What keeps the device from franking, and what it did to itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    pub blocks: Blocks,
    /// The second copies were taken away on purpose.
    pub redundancy_taken: bool,
    /// The keys were wiped.
    pub keys_wiped: bool,
    /// The link key is the changed one.
    pub link_changed: bool,
    /// The codeword is to be lost, and was unless a crash came between.
    pub codeword_lost: bool,
    /// The same, overwritten with zeros.
    pub codeword_zeroed: bool,
    /// Number of the commit before the newest fatal block: what a service reset is bound to.
    pub faulted_at: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_set_and_lifted_one_by_one() {
        let mut blocks = Blocks::default();
        for block in KEPT {
            blocks = blocks.with(block);
            assert!(blocks.has(block));
        }
        assert_eq!(blocks.bits(), Blocks::KNOWN);
        assert_eq!(Blocks::from_bits(blocks.bits()), Some(blocks));
        assert_eq!(Blocks::from_bits(1 << 8), None);
        let less = blocks.without(Block::Stopped);
        assert_eq!(less.iter().count(), KEPT.len() - 1);
        assert!(!less.has(Block::Stopped));
    }
}
