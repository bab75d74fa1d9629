//! What the system manager changes, and that nobody else does.

use crate::shop::{Shop, funds, id, password, schedule};
use access::{Change, Mode, Period, Person, RefillRules, Refusal, Schedule};

fn every_change() -> Vec<Change> {
    let user = id(1);
    vec![
        Change::Mode(Mode::Off),
        Change::TwoUsers(true),
        Change::ManagerPassword(password("new")),
        Change::Hours(Schedule::ALWAYS),
        Change::IdleSeconds(1),
        Change::Refill(RefillRules { manager_only: true, call_back_only: false }),
        Change::AddUser { user: id(4), password: password("four") },
        Change::RemoveUser(user),
        Change::UserPassword { user, password: password("uno") },
        Change::UserHours { user, hours: schedule(&["sun 10:00-11:00"]) },
        Change::UserFunds { user, funds: funds(Period::Day, 1) },
        Change::UserLocked { user, locked: true },
    ]
}

#[test]
fn only_the_system_manager_changes_anything() {
    let mut shop = Shop::staffed(Mode::Password);
    let before = shop.lock.clone();
    shop.user(1, "one").unwrap();
    for change in every_change() {
        assert_eq!(shop.change(change.clone()), Err(Refusal::ManagerOnly), "{change:?} by a user");
    }
    shop.session.log_out();
    for change in every_change() {
        assert_eq!(shop.change(change.clone()), Err(Refusal::ManagerOnly), "{change:?} by nobody");
    }
    assert_eq!(shop.lock, before);
    for change in every_change() {
        shop.log_in(Person::Manager, "boss").unwrap();
        let before = shop.lock.clone();
        shop.change(change.clone()).unwrap();
        assert_ne!(shop.lock, before, "{change:?} by the manager");
        shop.lock = before;
    }
}

#[test]
fn before_there_is_a_manager_only_his_password_can_be_set() {
    let mut shop = Shop::new();
    for change in every_change() {
        let is_first = matches!(change, Change::ManagerPassword(_));
        let mut fresh = Shop::new();
        assert_eq!(fresh.change(change.clone()).is_ok(), is_first, "{change:?}");
    }
    shop.change(Change::ManagerPassword(password("boss"))).unwrap();
    assert_eq!(shop.change(Change::ManagerPassword(password("thief"))), Err(Refusal::ManagerOnly));
    shop.log_in(Person::Manager, "boss").unwrap();
}

#[test]
fn a_new_password_replaces_the_old_one() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.managed(Change::UserPassword { user: id(2), password: password("zwei") });
    shop.user(2, "two").unwrap_err();
    shop.elapsed_ms += 1000;
    shop.user(2, "zwei").unwrap();
    shop.managed(Change::ManagerPassword(password("chief")));
    shop.log_in(Person::Manager, "boss").unwrap_err();
    shop.elapsed_ms += 1000;
    shop.log_in(Person::Manager, "chief").unwrap();
}

#[test]
fn a_lock_by_time_keeps_times() {
    let mut shop = Shop::staffed(Mode::Time);
    shop.log_in(Person::Manager, "boss").unwrap();
    assert_eq!(shop.change(Change::Hours(Schedule::ALWAYS)), Err(Refusal::NoTimes));
    shop.change(Change::Mode(Mode::Off)).unwrap();
    shop.change(Change::Hours(Schedule::ALWAYS)).unwrap();
    assert_eq!(shop.change(Change::Mode(Mode::Time)), Err(Refusal::NoTimes));
}

#[test]
fn sixteen_users_fit_each_number_once() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.log_in(Person::Manager, "boss").unwrap();
    let add = |number| Change::AddUser { user: id(number), password: password("x") };
    assert_eq!(shop.change(add(3)), Err(Refusal::UserExists));
    (4..=16).for_each(|number| shop.change(add(9999 - number)).unwrap());
    assert_eq!(shop.change(add(17)), Err(Refusal::TooManyUsers));
    let numbers: Vec<u16> = shop.lock.users().iter().map(|user| user.settings.id.number()).collect();
    assert!(numbers.is_sorted() && numbers.len() == 16);
    shop.change(Change::RemoveUser(id(1))).unwrap();
    assert_eq!(shop.change(Change::RemoveUser(id(1))), Err(Refusal::UnknownUser(id(1))));
    shop.change(add(17)).unwrap();
}

#[test]
fn changes_that_name_nobody_say_so_to_the_manager() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.log_in(Person::Manager, "boss").unwrap();
    let user = id(8);
    for change in [
        Change::UserPassword { user, password: password("x") },
        Change::UserHours { user, hours: schedule(&["mon 08:00-09:00"]) },
        Change::UserFunds { user, funds: funds(Period::Day, 1) },
        Change::UserLocked { user, locked: true },
    ] {
        assert_eq!(shop.change(change), Err(Refusal::UnknownUser(user)));
    }
}
