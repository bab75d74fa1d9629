//! Registers held against each other, against those seen before and against the books.
//!
//! What always holds: a device that keeps its promises gives no reason here, whatever it franked: R3 = R1 + R2; R2, R4
//! and R8 never fall; R3 is what was granted; a refill raises R1 by its amount (EP 0 660 270, equation 6).

use super::facts::Books;
use super::reason::{PiecesRegister, Reason};
use terms::equations::{r1_after_refill, r3_of};
use terms::{Money, Registers};

/// Held against themselves and the books. An open grant may be in R3 or not.
pub fn registers_against_books(now: &Registers, books: Books) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if r3_of(now.r1, now.r2) != Some(now.r3) {
        reasons.push(Reason::SumDiffers { r1: now.r1, r2: now.r2, r3: now.r3 });
    }
    if now.r4 > now.r8 {
        reasons.push(Reason::MorePiecesThanImprints { r4: now.r4, r8: now.r8 });
    }
    let with_open = books.open_minor.and_then(|open_minor| r1_after_refill(books.granted, open_minor));
    if now.r3 != books.granted && Some(now.r3) != with_open {
        let (r3, granted) = (now.r3, books.granted);
        reasons.push(if r3 > granted {
            Reason::CreditNeverGranted { r3, granted }
        } else {
            Reason::CreditMissing { r3, granted }
        });
    }
    reasons
}

/// Held against those that were seen earlier.
pub fn compare_registers(before: &Registers, now: &Registers) -> Vec<Reason> {
    let mut reasons = Vec::new();
    if now.r2 < before.r2 {
        reasons.push(Reason::SpendingFell { before: before.r2, now: now.r2 });
    }
    for (register, before, now) in
        [(PiecesRegister::R4, before.r4, now.r4), (PiecesRegister::R8, before.r8, now.r8)]
    {
        if now < before {
            reasons.push(Reason::PiecesFell { register, before, now });
        }
    }
    let has_credit_moved = now.r3 != before.r3;
    if !has_credit_moved && now.r1 == before.r1 && now.r4 > before.r4 {
        reasons.push(Reason::PiecesWithoutSpending { pieces: now.r4 - before.r4 });
    }
    reasons
}

/// Right after a refill, or any grant: R1 is R1 before and the amount, less what was spent in between.
pub fn registers_after_refill(before: &Registers, after: &Registers, amount_minor: i64) -> Option<Reason> {
    let spent = after.r2.minor().saturating_sub(before.r2.minor());
    let expected = r1_after_refill(before.r1, amount_minor);
    let expected = expected.and_then(|r1| r1.checked_sub(Money::from_minor(spent)));
    (expected != Some(after.r1)).then_some(Reason::RefillMisbooked { expected, r1: after.r1 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::equations::Status;

    const fn money(minor: u64) -> Money {
        Money::from_minor(minor)
    }

    const GOOD: Registers = Registers { r1: money(890), r2: money(110), r3: money(1_000), r4: 1, r8: 2 };
    const BOOKS: Books = Books { granted: money(1_000), open_minor: None };

    fn codes(reasons: &[Reason]) -> Vec<&'static str> {
        reasons.iter().map(Reason::code).collect()
    }

    #[test]
    fn registers_in_order_give_no_reason() {
        assert_eq!(registers_against_books(&GOOD, BOOKS), []);
        assert_eq!(compare_registers(&GOOD, &GOOD), []);
        let zero_more = Registers { r8: 3, ..GOOD };
        assert_eq!(compare_registers(&GOOD, &zero_more), []);
    }

    #[test]
    fn an_open_grant_may_have_been_taken_or_not() {
        let open = |open_minor| Books { open_minor: Some(open_minor), ..BOOKS };
        let taken = Registers { r1: money(1_390), r3: money(1_500), ..GOOD };
        assert_eq!(registers_against_books(&GOOD, open(500)), []);
        assert_eq!(registers_against_books(&taken, open(500)), []);
        assert_eq!(codes(&registers_against_books(&taken, open(499))), ["credit_never_granted"]);
        let given_back = Registers { r1: money(0), r3: money(110), ..GOOD };
        assert_eq!(registers_against_books(&given_back, open(-890)), []);
        assert_eq!(codes(&registers_against_books(&given_back, BOOKS)), ["credit_missing"]);
    }

    #[test]
    fn registers_that_contradict_themselves_or_the_books_are_named() {
        let sum = Registers { r1: money(891), ..GOOD };
        assert_eq!(codes(&registers_against_books(&sum, BOOKS)), ["sum_differs"]);
        let overflow = Registers { r1: money(u64::MAX), ..GOOD };
        assert_eq!(codes(&registers_against_books(&overflow, BOOKS)), ["sum_differs"]);
        let pieces = Registers { r4: 3, ..GOOD };
        assert_eq!(codes(&registers_against_books(&pieces, BOOKS)), ["more_pieces_than_imprints"]);
        let more = Registers { r1: money(891), r3: money(1_001), ..GOOD };
        assert_eq!(codes(&registers_against_books(&more, BOOKS)), ["credit_never_granted"]);
    }

    #[test]
    fn what_never_falls_and_fell_is_a_manipulation() {
        let spending = Registers { r1: money(891), r2: money(109), ..GOOD };
        let pieces = Registers { r4: 0, r8: 1, ..GOOD };
        assert_eq!(codes(&compare_registers(&GOOD, &spending)), ["spending_fell"]);
        assert_eq!(codes(&compare_registers(&GOOD, &pieces)), ["pieces_fell", "pieces_fell"]);
        for reason in compare_registers(&GOOD, &pieces) {
            assert_eq!(reason.status(), Status::Manipulated);
        }
    }

    #[test]
    fn pieces_with_a_value_that_cost_nothing_are_a_finding_of_their_own() {
        let free = Registers { r4: 8, r8: 9, ..GOOD };
        assert_eq!(compare_registers(&GOOD, &free), [Reason::PiecesWithoutSpending { pieces: 7 }]);
        // A refill of what was spent in between leaves R1 as it was, and is no finding.
        let refilled = Registers { r2: money(220), r3: money(1_110), r4: 2, r8: 3, ..GOOD };
        assert_eq!(compare_registers(&GOOD, &refilled), []);
    }

    #[test]
    fn a_refill_raises_what_is_left_by_its_amount() {
        let after = Registers { r1: money(1_390), r3: money(1_500), ..GOOD };
        assert_eq!(registers_after_refill(&GOOD, &after, 500), None);
        let spent_since = Registers { r1: money(1_290), r2: money(210), r4: 2, r8: 3, ..after };
        assert_eq!(registers_after_refill(&GOOD, &spent_since, 500), None);
        let expected = Some(money(1_490));
        assert_eq!(
            registers_after_refill(&GOOD, &after, 600),
            Some(Reason::RefillMisbooked { expected, r1: money(1_390) })
        );
        assert!(registers_after_refill(&GOOD, &after, -1_000).is_some());
    }
}
