//! What must hold of all rows together (DE 197 57 648, Fig. 1b and page 6).
//!
//! * There is at most one master: the one card without a parent. It has every function and cost centre, and stays
//!   unlocked with one of its physical cards at least.
//! * Every other card stands lower than its parent, and has no function and no cost centre that its parent lacks.
//! * A single card and a function card have one cost centre; a function card has queries and imprints without value.
//! * Every number that a row names exists, every card has a physical card, and no counter is behind what it counted.

use super::card::Card;
use super::directory::Directory;
use super::function::Level;
use super::numbers::CentreNumber;
use super::refusal::Refusal;
use super::row::Row;
use super::spending::{Account, Spent};
use alloc::collections::BTreeSet;
use terms::CardNumber;

/// Checks all of it.
pub(super) fn check(directory: &Directory) -> Result<(), Refusal> {
    for centre in directory.centres() {
        if centre.number.prefix() != directory.prefix {
            return Err(Refusal::OtherPrefix(centre.number));
        }
        if let Some(group) = centre.group.filter(|group| directory.group(*group).is_none()) {
            return Err(Refusal::UnknownGroup(group));
        }
    }
    check_cards(directory)?;
    check_counts(directory)
}

fn check_cards(directory: &Directory) -> Result<(), Refusal> {
    let last_running = directory.whole().last_running;
    let fits = |running: u16, number| running <= last_running && directory.card(number).is_some();
    if !directory.chips().all(|chip| fits(chip.running.value(), chip.number)) {
        return Err(Refusal::Rows);
    }
    let borne: BTreeSet<CardNumber> = directory.chips().map(|chip| chip.number).collect();
    let mut masters = 0;
    for card in directory.cards() {
        if !borne.contains(&card.number) {
            return Err(Refusal::Rows);
        }
        check_centres(directory, card)?;
        match card.parent {
            Some(parent) => check_below(directory.card(parent).ok_or(Refusal::Rows)?, card)?,
            None => {
                masters += 1;
                check_master(directory, card)?;
            }
        }
    }
    if masters > 1 { Err(Refusal::HasMaster) } else { Ok(()) }
}

fn check_master(directory: &Directory, card: &Card) -> Result<(), Refusal> {
    let opens = directory.chips().any(|chip| chip.number == card.number && !chip.locked);
    let whole = Card::master(card.number, None);
    let is_whole =
        (card.level, &card.centres, card.functions) == (whole.level, &whole.centres, whole.functions);
    if is_whole && opens && !card.locked { Ok(()) } else { Err(Refusal::MasterStays) }
}

fn check_below(parent: &Card, card: &Card) -> Result<(), Refusal> {
    if card.level <= parent.level {
        return Err(Refusal::LevelOrder);
    }
    if !card.functions.is_within(card.level.functions()) {
        return Err(Refusal::FunctionCard);
    }
    if card.level >= Level::Single && card.centres.named().count() != 1 {
        return Err(Refusal::OneCentre);
    }
    let within = card.functions.is_within(parent.functions) && card.centres.is_within(&parent.centres);
    if within { Ok(()) } else { Err(Refusal::MoreThanAbove) }
}

/// A card's cost centres exist, and the selected one is among them.
fn check_centres(directory: &Directory, card: &Card) -> Result<(), Refusal> {
    let is_missing = |number: &CentreNumber| directory.centre(*number).is_none();
    if let Some(missing) = card.centres.named().chain(card.selected).find(is_missing) {
        return Err(Refusal::UnknownCentre(missing));
    }
    match card.selected {
        Some(selected) if !card.centres.contains(selected) => Err(Refusal::NotSelectable(selected)),
        _ => Ok(()),
    }
}

/// What was booked and set aside can be counted on.
fn check_counts(directory: &Directory) -> Result<(), Refusal> {
    let latest = directory.spent_row(Account::Whole).map(|spent| spent.month);
    for reservation in directory.reservations() {
        if directory.centre(reservation.centre).is_none() {
            return Err(Refusal::UnknownCentre(reservation.centre));
        }
        if let Some(group) = reservation.group.filter(|group| directory.group(*group).is_none()) {
            return Err(Refusal::UnknownGroup(group));
        }
    }
    for row in directory.rows() {
        let Row::Spent(Spent { account, month, .. }) = row else { continue };
        if Some(*month) > latest {
            return Err(Refusal::Rows);
        }
        directory.narrowed(*account, *month)?;
    }
    Ok(())
}
