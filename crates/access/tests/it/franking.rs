//! May it frank: by password, by time, by both; and within the funds.

use crate::shop::{Shop, day, funds, id, moment, money, schedule};
use access::{
    Change, Mode, Moment, Period, Person, RefillRules, Refusal, Usage, UserId, may_frank, may_refill,
    named_user,
};

const OPEN: &str = "2026-11-23 10:00"; // a Monday
const SHUT: &str = "2026-11-23 20:00";

fn ask(shop: &mut Shop, usage: &Usage, now: &str, postage: u64) -> Result<Option<UserId>, Refusal> {
    let present = shop.present();
    may_frank(&shop.lock, present, usage, moment(now), money(postage))
}

fn closed(opens: &str) -> Result<Option<UserId>, Refusal> {
    Err(Refusal::Closed { opens: Some(moment(opens)) })
}

#[test]
fn without_a_lock_everybody_franks_at_any_time() {
    let mut shop = Shop::staffed(Mode::Off);
    assert_eq!(ask(&mut shop, &Usage::EMPTY, SHUT, 100), Ok(None));
}

#[test]
fn a_lock_by_password_asks_for_a_user_at_any_time() {
    let mut shop = Shop::staffed(Mode::Password);
    assert_eq!(ask(&mut shop, &Usage::EMPTY, SHUT, 0), Err(Refusal::LoggedOut));
    shop.log_in(Person::Manager, "boss").unwrap();
    assert_eq!(ask(&mut shop, &Usage::EMPTY, SHUT, 0), Err(Refusal::LoggedOut), "the manager is no user");
    shop.user(2, "two").unwrap();
    assert_eq!(ask(&mut shop, &Usage::EMPTY, SHUT, 100), Ok(Some(id(2))));
}

#[test]
fn a_lock_by_time_asks_for_no_user() {
    let mut shop = Shop::staffed(Mode::Time);
    assert_eq!(ask(&mut shop, &Usage::EMPTY, OPEN, 100), Ok(None));
    assert_eq!(ask(&mut shop, &Usage::EMPTY, SHUT, 100), closed("2026-11-24 08:00"));
    assert_eq!(ask(&mut shop, &Usage::EMPTY, "2026-11-27 18:00", 100), closed("2026-11-30 08:00"));
}

#[test]
fn a_lock_by_both_asks_for_a_user_and_for_his_times_beside_the_meters() {
    let mut shop = Shop::staffed(Mode::PasswordAndTime);
    assert_eq!(ask(&mut shop, &Usage::EMPTY, OPEN, 100), Err(Refusal::LoggedOut));
    shop.managed(Change::UserHours { user: id(1), hours: schedule(&["tue 17:00-19:00"]) });
    shop.user(1, "one").unwrap();
    assert_eq!(ask(&mut shop, &Usage::EMPTY, OPEN, 100), closed("2026-11-24 17:00"));
    assert_eq!(ask(&mut shop, &Usage::EMPTY, "2026-11-24 17:59", 100), Ok(Some(id(1))));
    assert_eq!(ask(&mut shop, &Usage::EMPTY, "2026-11-24 18:00", 100), closed("2026-12-01 17:00"));
    let text = ask(&mut shop, &Usage::EMPTY, OPEN, 100).unwrap_err().to_string();
    assert_eq!(text, "the meter is locked outside its times: it opens on 2026-11-24 at 17:00");
    shop.user(2, "two").unwrap();
    assert_eq!(
        ask(&mut shop, &Usage::EMPTY, OPEN, 100),
        Ok(Some(id(2))),
        "others have no times of their own"
    );
}

#[test]
fn with_two_users_the_first_franks_and_the_times_of_both_count() {
    let mut shop = Shop::staffed(Mode::PasswordAndTime);
    shop.managed(Change::TwoUsers(true));
    shop.managed(Change::UserHours { user: id(2), hours: schedule(&["mon 09:00-09:30"]) });
    shop.user(1, "one").unwrap();
    assert_eq!(ask(&mut shop, &Usage::EMPTY, OPEN, 100), Err(Refusal::SecondUser));
    shop.user(2, "two").unwrap();
    assert_eq!(ask(&mut shop, &Usage::EMPTY, "2026-11-23 09:10", 100), Ok(Some(id(1))));
    assert_eq!(ask(&mut shop, &Usage::EMPTY, OPEN, 100), closed("2026-11-30 09:00"));
}

#[test]
fn nobody_spends_more_than_his_limit_and_learns_what_is_left_and_until_when() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.managed(Change::UserFunds { user: id(1), funds: funds(Period::Month, 1000) });
    shop.user(1, "one").unwrap();
    let usage = Usage::EMPTY.booked(&shop.lock, id(1), day("2026-11-02"), money(680), 3).unwrap();
    assert_eq!(ask(&mut shop, &usage, OPEN, 320), Ok(Some(id(1))));
    let refused = ask(&mut shop, &usage, OPEN, 321).unwrap_err();
    assert_eq!(refused, Refusal::Funds { left: money(320), until: Some(day("2026-11-30")) });
    assert_eq!(refused.to_string(), "the user's limit leaves 3.20 until the end of 2026-11-30");
    assert_eq!(ask(&mut shop, &usage, "2026-12-01 00:00", 1000), Ok(Some(id(1))), "renewed on the first");
    shop.user(2, "two").unwrap();
    assert_eq!(ask(&mut shop, &usage, OPEN, 1_000_000), Ok(Some(id(2))), "others have no limit");
}

#[test]
fn a_limit_lowered_below_what_is_spent_leaves_nothing() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.managed(Change::UserFunds { user: id(1), funds: funds(Period::Day, 1000) });
    let usage = Usage::EMPTY.booked(&shop.lock, id(1), day("2026-11-23"), money(680), 3).unwrap();
    shop.managed(Change::UserFunds { user: id(1), funds: funds(Period::Day, 100) });
    shop.user(1, "one").unwrap();
    let left = Refusal::Funds { left: money(0), until: Some(day("2026-11-23")) };
    assert_eq!(ask(&mut shop, &usage, OPEN, 1), Err(left));
    assert_eq!(ask(&mut shop, &usage, OPEN, 0), Ok(Some(id(1))), "an imprint without value costs nothing");
}

#[test]
fn who_is_removed_or_locked_out_while_logged_in_franks_no_more() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.user(1, "one").unwrap();
    let present = shop.present();
    shop.managed(Change::UserLocked { user: id(1), locked: true });
    let now: Moment = moment(OPEN);
    let refused = may_frank(&shop.lock, present, &Usage::EMPTY, now, money(1));
    assert_eq!(refused, Err(Refusal::UserLocked));
    shop.managed(Change::RemoveUser(id(1)));
    let refused = may_frank(&shop.lock, present, &Usage::EMPTY, now, money(1));
    assert_eq!(refused, Err(Refusal::LoggedOut));
}

#[test]
fn an_imprint_names_the_user_who_is_logged_in() {
    assert_eq!(named_user(Some(id(7)), 7), Ok(()));
    for other in [0, 8] {
        assert_eq!(named_user(Some(id(7)), other), Err(Refusal::OtherUser { expected: id(7) }));
    }
    assert_eq!(named_user(None, 1234), Ok(()), "without a password nobody knows who it is");
}

#[test]
fn a_refill_can_be_bound_to_the_manager_and_to_call_back() {
    let mut shop = Shop::staffed(Mode::Off);
    assert_eq!(may_refill(&shop.lock, shop.session.clone().present(&shop.lock, 0), false), Ok(()));
    shop.managed(Change::Refill(RefillRules { manager_only: true, call_back_only: true }));
    shop.user(1, "one").unwrap();
    assert_eq!(may_refill(&shop.lock, shop.session.present(&shop.lock, 0), true), Err(Refusal::ManagerOnly));
    shop.log_in(Person::Manager, "boss").unwrap();
    let present = shop.present();
    assert_eq!(may_refill(&shop.lock, present, false), Err(Refusal::CallBackOnly));
    assert_eq!(may_refill(&shop.lock, present, true), Ok(()));
}
