//! Chip cards: reads, checks and writes them, in a reader or drawn.
