//! Logging in: who gets in, what a wrong password costs, and that it says nothing.

use crate::shop::{Shop, id, password};
use access::{Change, Failures, Mode, Person, Refusal, Session, delay_ms};

#[test]
fn the_right_password_lets_its_user_in_and_no_other_does() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.user(1, "one").unwrap();
    assert_eq!(shop.present().users(), Some((id(1), None)));
    shop.user(2, "one").unwrap_err();
    assert_eq!(shop.present().users(), Some((id(1), None)), "a mismatch enables nothing");
    shop.elapsed_ms += 1000;
    shop.user(2, "two").unwrap();
    assert_eq!(shop.present().users(), Some((id(2), None)), "where one is enough the next takes his place");
    shop.log_in(Person::Manager, "boss").unwrap();
    assert!(shop.present().is_manager() && shop.present().users().is_none());
    shop.session.log_out();
    assert!(!shop.present().is_manager());
}

#[test]
fn an_unknown_user_and_a_wrong_password_look_and_cost_the_same() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.hash.calls = 0;
    let wrong = shop.user(1, "two").unwrap_err();
    let unknown = shop.user(9, "two").unwrap_err();
    assert_eq!((wrong, unknown), (Refusal::WrongCode { wait_seconds: 1 }, wrong));
    assert_eq!(wrong.to_string(), "wrong user number or password; the next try is refused for 1 s");
    assert_eq!(shop.hash.calls, 2, "a password is worked out for each");
    let mut fresh = Shop::new();
    assert_eq!(fresh.log_in(Person::Manager, "boss"), Err(wrong), "and where there is no manager");
    assert_eq!(fresh.hash.calls, 1);
}

#[test]
fn each_wrong_password_doubles_the_wait_up_to_a_quarter_of_an_hour() {
    let mut shop = Shop::staffed(Mode::Password);
    for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        assert_eq!(shop.user(1, "no"), Err(Refusal::WrongCode { wait_seconds: expected }));
        shop.elapsed_ms += u64::from(expected) * 1000 - 1;
        assert_eq!(shop.user(1, "one"), Err(Refusal::Wait { seconds: 1 }), "the right one has to wait too");
        shop.elapsed_ms += 1;
    }
    assert_eq!(shop.failures.to_bytes()[1], 12, "a try too soon is none");
    shop.user(1, "one").unwrap();
    assert_eq!(shop.user(1, "no"), Err(Refusal::WrongCode { wait_seconds: 1 }), "the right one starts anew");
    assert_eq!(delay_ms(255), 900_000);
}

#[test]
fn a_right_password_clears_nobody_elses_wait() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.log_in(Person::Manager, "no").unwrap_err();
    shop.user(1, "one").unwrap();
    shop.elapsed_ms += 1000;
    assert_eq!(shop.log_in(Person::Manager, "no"), Err(Refusal::WrongCode { wait_seconds: 2 }));
    shop.user(1, "one").unwrap();
    assert_eq!(shop.failures.to_bytes()[16], 2);
}

#[test]
fn switching_off_does_not_shorten_the_wait() {
    let mut shop = Shop::staffed(Mode::Password);
    for _ in 0..4 {
        shop.user(1, "no").unwrap_err();
        shop.elapsed_ms += 900_000;
    }
    shop.failures = Failures::from_bytes(shop.failures.to_bytes());
    shop.restart();
    assert_eq!(shop.user(1, "one"), Err(Refusal::Wait { seconds: 8 }));
    shop.elapsed_ms = 8000;
    shop.user(1, "one").unwrap();
}

#[test]
fn a_try_counts_before_the_password_is_looked_at() {
    let mut shop = Shop::staffed(Mode::Password);
    let person = Person::User(id(1));
    let (counted, attempt) = shop.session.attempt(&shop.failures, person, 0).unwrap();
    drop(attempt);
    let mut after_a_cut = Session::new(&counted, 0);
    assert_eq!(after_a_cut.attempt(&counted, person, 999).unwrap_err(), Refusal::Wait { seconds: 1 });
}

#[test]
fn where_two_are_needed_two_different_users_have_to_come() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.managed(Change::TwoUsers(true));
    shop.user(1, "one").unwrap();
    shop.user(1, "one").unwrap();
    assert_eq!(shop.present().users(), Some((id(1), None)), "the same user twice is one");
    shop.user(2, "two").unwrap();
    assert_eq!(shop.present().users(), Some((id(1), Some(id(2)))));
    shop.user(3, "three").unwrap();
    assert_eq!(shop.present().users(), Some((id(3), None)), "a third begins a new pair");
}

#[test]
fn who_is_idle_for_too_long_is_logged_out() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.managed(Change::IdleSeconds(60));
    shop.user(1, "one").unwrap();
    shop.elapsed_ms += 59_999;
    assert!(shop.present().users().is_some());
    shop.session.touch(shop.elapsed_ms);
    shop.elapsed_ms += 59_999;
    assert!(shop.present().users().is_some(), "franking keeps a user logged in");
    shop.elapsed_ms += 1;
    assert!(shop.present().users().is_none());
    shop.managed(Change::IdleSeconds(0));
    shop.user(1, "one").unwrap();
    shop.elapsed_ms += 1 << 40;
    assert!(shop.present().users().is_some(), "0 is for never");
}

#[test]
fn an_idle_first_user_does_not_make_a_pair() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.managed(Change::TwoUsers(true));
    shop.user(1, "one").unwrap();
    shop.elapsed_ms += 300_000;
    shop.user(2, "two").unwrap();
    assert_eq!(shop.present().users(), Some((id(2), None)));
}

#[test]
fn a_user_who_is_locked_out_learns_it_by_the_right_password_alone() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.managed(Change::UserLocked { user: id(1), locked: true });
    assert_eq!(shop.user(1, "no"), Err(Refusal::WrongCode { wait_seconds: 1 }));
    shop.elapsed_ms += 1000;
    assert_eq!(shop.user(1, "one"), Err(Refusal::UserLocked));
    assert!(shop.present().users().is_none());
}

#[test]
fn a_derivation_that_fails_lets_nobody_in() {
    let mut shop = Shop::staffed(Mode::Password);
    shop.hash.fails = true;
    assert_eq!(shop.user(1, "one"), Err(Refusal::Hash));
    assert!(shop.present().users().is_none());
}

#[test]
fn passwords_and_verifiers_are_not_shown() {
    let mut shop = Shop::staffed(Mode::Password);
    let change = Change::UserPassword { user: id(1), password: password("secret") };
    let shown = format!("{change:?} {:?} {:?}", password("secret"), shop.lock);
    assert!(!shown.contains("secret") && shown.contains("Password(..)") && shown.contains("Verifier(..)"));
    shop.managed(change);
    shop.user(1, "secret").unwrap();
}
