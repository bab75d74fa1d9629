//! The control unit's journal, as the control unit uses it: on files, through crashes, beside a second process.

mod batches;
mod crashes;
mod desk;
mod directory;
mod reports;
mod shelves;
mod steps;
mod sums;

mod needs_strace {
    //! Processes that are killed at each of their writes, and what they wait for.

    mod writes;
}
