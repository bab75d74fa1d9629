//! Why cards and cost centres say no, each with a code that stays: from 651.

use super::function::Function;
use super::numbers::{CentreNumber, GroupNumber};
use super::spending::{Account, RequestId};
use core::fmt;
use terms::{Date, Money};

/// Why something is not allowed or not done. Nothing has changed then. Numbers of cards are secrets of meter and
/// card; no sentence tells one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is no master yet, and franking is locked until there is one.
    NoMaster,
    /// No card is in the slot.
    NoCard,
    /// The card's number is not in the table, or was given to another physical card.
    UnknownCard,
    /// A card of a kind that this meter does not use. No manipulation.
    ForeignCard,
    /// The card's identification string is not this meter's.
    WrongCard,
    /// No number stands on the card yet.
    BlankCard,
    /// The card is locked.
    LockedCard,
    /// A card above it is locked.
    LockedAbove,
    /// The card does not have this function.
    NotAllowed(Function),
    /// The function waits for the card's PIN.
    AsksPin(Function),
    /// The last day on which the card had this function has gone by.
    Over(Function),
    /// The card may not use this cost centre.
    NotYourCentre(CentreNumber),
    /// This needs the master.
    MasterOnly,
    /// The other card does not lie below this one.
    OtherBranch,

    /// There is no such cost centre.
    UnknownCentre(CentreNumber),
    /// The cost centre is not in use.
    CentreNotActive(CentreNumber),
    /// There is a cost centre with this number.
    CentreExists(CentreNumber),
    /// A card or a print on its way still needs the cost centre.
    CentreInUse(CentreNumber),
    /// The number does not begin as this meter's do.
    OtherPrefix(CentreNumber),
    /// There is no such group.
    UnknownGroup(GroupNumber),
    /// There is a group with this number.
    GroupExists(GroupNumber),
    /// A cost centre or a print on its way still needs the group.
    GroupInUse(GroupNumber),

    /// There is a card with this number.
    CardExists,
    /// There are cards below it.
    CardInUse,
    /// A card has to stand lower than the one above it.
    LevelOrder,
    /// A card would have a function or cost centre that the one above it lacks.
    MoreThanAbove,
    /// A function card has queries and imprints without value alone.
    FunctionCard,
    /// A single card and a function card have one cost centre.
    OneCentre,
    /// The selected cost centre is none that the card may use.
    NotSelectable(CentreNumber),
    /// The master keeps all rights, and one of its cards stays unlocked.
    MasterStays,
    /// There is a master already.
    HasMaster,
    /// All running numbers have been given.
    NoRunning,
    /// The proof is not the maker's, or not for this meter and card.
    WrongProof,
    /// A proof of this number was used before.
    OldProof,

    /// More than a limit leaves.
    Limit {
        /// Whose limit.
        account: Account,
        /// What is left.
        left: Money,
        /// The last day for which that is so.
        until: Date,
    },
    /// More than the meter's credit.
    Credit {
        /// What is left.
        left: Money,
    },
    /// Nothing is set aside for this print request.
    UnknownRequest(RequestId),
    /// Something is set aside for this print request already.
    RequestReserved(RequestId),
    /// A count of postage, surcharge or pieces is full.
    CountFull,

    /// Another change came in between.
    Overtaken,
    /// Two rows with the same key.
    RowTwice,
    /// A row that refers to one that is missing, or counts that do not fit.
    Rows,

    /// A card is being made already.
    Busy,
    /// The card in the slot is the maker's or one that is in the table.
    CardTaken,
    /// No card came in time.
    TimeUp,
    /// The card was pulled before it was done.
    Pulled,
    /// The card could not be written, or does not read as it was written.
    NotWritten,
    /// The table could not be stored.
    NotStored,
    /// Given up at the meter.
    Cancelled,
}

impl Refusal {
    /// The refusal's number, which stays the same from version to version.
    pub const fn code(&self) -> u16 {
        match self {
            Refusal::NoMaster => 651,
            Refusal::NoCard => 652,
            Refusal::UnknownCard => 653,
            Refusal::ForeignCard => 654,
            Refusal::WrongCard => 655,
            Refusal::BlankCard => 656,
            Refusal::LockedCard => 657,
            Refusal::LockedAbove => 658,
            Refusal::NotAllowed(_) => 659,
            Refusal::NotYourCentre(_) => 660,
            Refusal::MasterOnly => 661,
            Refusal::OtherBranch => 662,
            Refusal::UnknownCentre(_) => 663,
            Refusal::CentreNotActive(_) => 664,
            Refusal::CentreExists(_) => 665,
            Refusal::CentreInUse(_) => 666,
            Refusal::OtherPrefix(_) => 667,
            Refusal::UnknownGroup(_) => 668,
            Refusal::GroupExists(_) => 669,
            Refusal::GroupInUse(_) => 670,
            Refusal::CardExists => 671,
            Refusal::CardInUse => 672,
            Refusal::LevelOrder => 673,
            Refusal::MoreThanAbove => 674,
            Refusal::FunctionCard => 675,
            Refusal::OneCentre => 676,
            Refusal::NotSelectable(_) => 677,
            Refusal::MasterStays => 678,
            Refusal::HasMaster => 679,
            Refusal::NoRunning => 680,
            Refusal::WrongProof => 681,
            Refusal::OldProof => 682,
            Refusal::Limit { .. } => 683,
            Refusal::Credit { .. } => 684,
            Refusal::UnknownRequest(_) => 685,
            Refusal::RequestReserved(_) => 686,
            Refusal::CountFull => 687,
            Refusal::Overtaken => 688,
            Refusal::RowTwice => 689,
            Refusal::Rows => 690,
            Refusal::Busy => 691,
            Refusal::CardTaken => 692,
            Refusal::TimeUp => 693,
            Refusal::AsksPin(_) => 694,
            Refusal::Over(_) => 695,
            Refusal::Pulled => 694,
            Refusal::NotWritten => 695,
            Refusal::NotStored => 696,
            Refusal::Cancelled => 697,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refusal::NotAllowed(function) => {
                return write!(f, "this card does not have the function {function}");
            }
            Refusal::AsksPin(function) => {
                return write!(f, "{function} asks for this card's PIN: enter it first");
            }
            Refusal::Over(function) => {
                return write!(f, "the last day on which this card had the function {function} has gone by");
            }
            Refusal::NotYourCentre(centre) => return write!(f, "this card may not use cost centre {centre}"),
            Refusal::UnknownCentre(centre) => return write!(f, "there is no cost centre {centre}"),
            Refusal::CentreNotActive(centre) => return write!(f, "cost centre {centre} is not in use"),
            Refusal::CentreExists(centre) => return write!(f, "there is a cost centre {centre} already"),
            Refusal::CentreInUse(centre) => {
                return write!(f, "a card or a print still needs cost centre {centre}: change that first");
            }
            Refusal::OtherPrefix(centre) => {
                return write!(f, "{centre} does not begin as the cost centres of this meter do");
            }
            Refusal::UnknownGroup(group) => return write!(f, "there is no group {group}"),
            Refusal::GroupExists(group) => return write!(f, "there is a group {group} already"),
            Refusal::GroupInUse(group) => {
                return write!(f, "a cost centre or a print still needs group {group}: change that first");
            }
            Refusal::NotSelectable(centre) => {
                return write!(f, "cost centre {centre} cannot be selected: the card may not use it");
            }
            Refusal::Limit { account, left, until } => return limit(f, *account, *left, *until),
            Refusal::Credit { left } => return write!(f, "the meter's credit leaves {left}: refill it"),
            Refusal::UnknownRequest(RequestId(id)) => {
                return write!(f, "nothing is set aside for print request {id:016x}");
            }
            Refusal::RequestReserved(RequestId(id)) => {
                return write!(f, "something is set aside for print request {id:016x} already");
            }
            Refusal::NoMaster => "franking is locked: insert the first card, which becomes the master",
            Refusal::NoCard => "insert a card first",
            Refusal::UnknownCard => "this card is not in the meter's table: ask the master to make it",
            Refusal::ForeignCard => "this card is of another kind: please take it back",
            Refusal::WrongCard => "this card was not made on this meter: please take it back",
            Refusal::BlankCard => "this card is new: ask the master to make it",
            Refusal::LockedCard => "this card is locked: ask the master",
            Refusal::LockedAbove => "a card above this one is locked: ask the master",
            Refusal::MasterOnly => "only the master may do this: insert its card",
            Refusal::OtherBranch => "a card changes only the cards that lie below it",
            Refusal::CardExists => "there is a card with this number already",
            Refusal::CardInUse => "there are cards below this one: delete them first",
            Refusal::LevelOrder => "a card stands lower than the card above it: choose a lower level",
            Refusal::MoreThanAbove => "no card has a function or cost centre that the card above it lacks",
            Refusal::FunctionCard => "a function card has queries and imprints without value alone",
            Refusal::OneCentre => "a single card and a function card have exactly one cost centre",
            Refusal::MasterStays => "the master keeps all its rights, and one of its cards stays unlocked",
            Refusal::HasMaster => "this meter has a master already",
            Refusal::NoRunning => "all 999 running numbers for cards have been given",
            Refusal::WrongProof => "this proof is not the maker's for this meter and card",
            Refusal::OldProof => "this proof was used before: ask the maker for a new one",
            Refusal::CountFull => "a count of postage, surcharges or pieces is full",
            Refusal::Overtaken => "another change came in between: ask again",
            Refusal::RowTwice => "two stored rows have the same key: restore the table",
            Refusal::Rows => "the stored rows do not fit together: restore the table",
            Refusal::Busy => "a card is being made: finish that or give it up first",
            Refusal::CardTaken => "this card is in use already: insert a new one",
            Refusal::TimeUp => "no new card came in time: begin again",
            Refusal::Pulled => "the card was pulled too early: begin again",
            Refusal::NotWritten => "the card could not be written: try another one",
            Refusal::NotStored => "the table could not be stored: the card was not made",
            Refusal::Cancelled => "given up: no card was made",
        })
    }
}

fn limit(f: &mut fmt::Formatter<'_>, account: Account, left: Money, until: Date) -> fmt::Result {
    match account {
        Account::Whole => f.write_str("the meter's limit")?,
        Account::Group(group) => write!(f, "the limit of group {group}")?,
        Account::Centre(centre) => write!(f, "the limit of cost centre {centre}")?,
    }
    write!(f, " leaves {left} until the end of {until}")
}

impl core::error::Error for Refusal {}
