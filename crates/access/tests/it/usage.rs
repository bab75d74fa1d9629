//! Counts of use: they add up, and periods end when the calendar says so.

use crate::shop::{Shop, day, funds, id, money};
use access::{Change, Lock, Mode, Period, Refusal, Spent, Usage, UserSettings};
use proptest::prelude::*;
use std::collections::HashMap;
use terms::Date;

fn spent(postage: u64, pieces: u32) -> Spent {
    Spent { postage: money(postage), pieces }
}

fn lock_with(periods: [Period; 3]) -> Lock {
    let mut shop = Shop::staffed(Mode::Password);
    for (user, period) in (1..).zip(periods) {
        shop.managed(Change::UserFunds { user: id(user), funds: funds(period, 1000) });
    }
    shop.lock
}

fn settings(lock: &Lock, user: u16) -> &UserSettings {
    &lock.user(id(user)).unwrap().settings
}

/// Books 100 for user 1 on the first day, and says what of it counts on the second.
fn left_over(period: Period, first: &str, second: &str) -> bool {
    let lock = lock_with([period; 3]);
    let usage = Usage::EMPTY.booked(&lock, id(1), day(first), money(100), 1).unwrap();
    let running = usage.running(settings(&lock, 1), day(second));
    // What another user does in between must not make a difference.
    let again = usage.booked(&lock, id(2), day(second), money(1), 1).unwrap();
    assert_eq!(again.running(settings(&lock, 1), day(second)), running);
    match running {
        Spent { pieces: 0, .. } => false,
        Spent { pieces, postage } => (postage, pieces) == (money(100), 1),
    }
}

#[test]
fn periods_end_with_the_day_on_mondays_and_on_the_first() {
    for (period, first, second, counts) in [
        (Period::Day, "2026-11-21", "2026-11-21", true),
        (Period::Day, "2026-11-21", "2026-11-22", false),
        (Period::Week, "2026-11-16", "2026-11-22", true),
        (Period::Week, "2026-11-22", "2026-11-23", false),
        (Period::Week, "2026-12-31", "2027-01-03", true),
        (Period::Week, "2027-01-03", "2027-01-04", false),
        (Period::Month, "2026-11-01", "2026-11-30", true),
        (Period::Month, "2026-11-30", "2026-12-01", false),
        (Period::Month, "2028-02-28", "2028-02-29", true),
        (Period::Month, "2028-02-29", "2028-03-01", false),
        (Period::Month, "2026-11-15", "2027-11-15", false),
        (Period::Month, "2026-12-31", "2027-01-01", false),
        (Period::None, "2026-11-21", "2099-12-31", true),
    ] {
        assert_eq!(left_over(period, first, second), counts, "{period} from {first} to {second}");
    }
}

#[test]
fn the_last_day_of_a_period_is_the_one_before_its_renewal() {
    for number in (0..Date::LAST.day_number()).step_by(13) {
        let today = Date::from_day_number(number).unwrap();
        for period in [Period::Day, Period::Week, Period::Month] {
            let last = period.last_day(today).unwrap();
            assert!(last >= today);
            if let Ok(next) = Date::from_day_number(last.day_number() + 1) {
                assert!(left_over(period, &today.to_string(), &last.to_string()), "{period} {today} {last}");
                assert!(!left_over(period, &today.to_string(), &next.to_string()), "{period} {today} {next}");
            }
        }
    }
}

#[test]
fn a_clock_set_back_renews_nothing() {
    assert!(left_over(Period::Day, "2026-11-21", "2026-11-20"));
}

#[test]
fn a_limit_of_another_kind_of_period_begins_anew() {
    let (by_day, by_month) = (lock_with([Period::Day; 3]), lock_with([Period::Month; 3]));
    let today = day("2026-11-21");
    let usage = Usage::EMPTY.booked(&by_day, id(1), today, money(100), 1).unwrap();
    assert_eq!(usage.running(settings(&by_month, 1), today), Spent::default());
    let usage = usage.booked(&by_month, id(1), today, money(30), 1).unwrap();
    assert_eq!(usage.running(settings(&by_month, 1), today), spent(30, 1));
    assert_eq!(usage.users(today).next().unwrap().ever, spent(130, 2));
}

#[test]
fn a_user_who_comes_back_finds_his_counts_until_another_needs_the_place() {
    let mut shop = Shop::staffed(Mode::Password);
    let today = day("2026-11-21");
    let mut usage = Usage::EMPTY.booked(&shop.lock, id(1), today, money(100), 1).unwrap();
    shop.managed(Change::RemoveUser(id(1)));
    assert_eq!(usage.booked(&shop.lock, id(1), today, money(1), 1), Err(Refusal::UnknownUser(id(1))));
    for number in 4..=17 {
        assert!(usage.users(today).any(|usage| usage.user == id(1)));
        let password = crate::shop::password("x");
        shop.managed(Change::AddUser { user: id(number), password });
        usage = usage.booked(&shop.lock, id(number), today, money(7), 1).unwrap();
    }
    for number in [2, 3] {
        usage = usage.booked(&shop.lock, id(number), today, money(7), 1).unwrap();
    }
    assert!(usage.users(today).all(|usage| usage.user != id(1)), "every place was needed");
    assert_eq!(usage.users(today).count(), 16);
}

#[test]
fn full_counts_refuse_and_never_wrap() {
    let lock = lock_with([Period::Month; 3]);
    let today = day("2026-11-21");
    let most = (1 << 48) - 1;
    let usage = Usage::EMPTY.booked(&lock, id(1), today, money(most), u32::MAX).unwrap();
    assert_eq!(usage.booked(&lock, id(1), today, money(1), 0), Err(Refusal::CountFull));
    assert_eq!(usage.booked(&lock, id(1), today, money(0), 1), Err(Refusal::CountFull));
    assert_eq!(usage.booked(&lock, id(1), today, money(u64::MAX), 0), Err(Refusal::CountFull));
    assert_eq!(Usage::from_bytes(&usage.to_bytes()), Some(usage));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_booked_is_what_was_franked(
        bookings in prop::collection::vec((1..=3_u16, 0..40_u32, 0..500_u64, 0..20_u32), 0..60),
    ) {
        let periods = [Period::Day, Period::Week, Period::Month];
        let lock = lock_with(periods);
        let mut usage = Usage::EMPTY;
        let mut today = day("2026-11-21");
        let (mut ever, mut log) = (HashMap::new(), Vec::new());
        for (user, days, postage, pieces) in bookings {
            today = Date::from_day_number(today.day_number() + days).unwrap();
            usage = usage.booked(&lock, id(user), today, money(postage), pieces).unwrap();
            usage = Usage::from_bytes(&usage.to_bytes()).unwrap();
            let sum = ever.entry(user).or_insert((0, 0));
            *sum = (sum.0 + postage, sum.1 + pieces);
            log.push((user, today, postage, pieces));
        }
        for (user, period) in (1..).zip(periods) {
            let of_user = usage.users(today).find(|usage| usage.user == id(user)).map(|usage| usage.ever);
            prop_assert_eq!(of_user, ever.get(&user).map(|(postage, pieces)| spent(*postage, *pieces)));
            // The oracle: everything since the period's first day.
            let end = period.last_day(today);
            let running = log.iter().filter(|(who, when, ..)| *who == user && period.last_day(*when) == end);
            let expected = running.fold((0, 0), |sum, (.., postage, pieces)| (sum.0 + postage, sum.1 + pieces));
            let expected = spent(expected.0, expected.1);
            prop_assert_eq!(usage.running(settings(&lock, user), today), expected);
        }
    }
}
