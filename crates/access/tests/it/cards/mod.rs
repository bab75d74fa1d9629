//! Cards and cost centres: the tree, the limits, the slot, and how cards are made.

mod bench;
mod centres;
mod limits;
mod making;
mod replacing;
mod rights;
mod slot;
mod texts;
mod tree;
