//! The customer's lock: what it lets pass and what it keeps; that no cut comes between a debit and its user; and who
//! may speak of it.

mod crash;
mod service;

use crate::meter::{Meter, Place, TODAY, frank, frank_one, grant, key, order, profile, request, serial};
use access::{
    Change, Funds, Hours, Mode, Password, Period, Person, RefillRules, Refusal, Schedule, Spent, UserId,
};
use imprint::numbers::{Cipher, LayoutId, RequestId, SecondMarking, SecondRowProfile, SetId};
use psd::{Error, Frame, Now, Request, Task};
use terms::{Date, Money};

const BATCH: usize = 4;

fn id(number: u16) -> UserId {
    UserId::new(number).unwrap()
}

fn password(text: &str) -> Password {
    Password::new(text.as_bytes()).unwrap()
}

fn schedule(rows: &[&str]) -> Schedule {
    let rows: Vec<Hours> = rows.iter().map(|row| row.parse().unwrap()).collect();
    Schedule::new(&rows).unwrap()
}

fn log_in(meter: &mut Meter<BATCH>, user: u16, text: &str) -> Result<(), Error> {
    meter.log_in(Person::User(id(user)), &password(text))
}

fn manage(meter: &mut Meter<BATCH>, change: Change) {
    meter.log_in(Person::Manager, &password("boss")).unwrap();
    meter.change_lock(&change).unwrap();
    meter.log_out();
}

/// A request for this user.
fn of_user(id: u64, postage: u64, user: u16) -> Request {
    Request { frame: Frame { user, ..Frame::default() }, ..request(id, postage) }
}

fn refused(code: impl Into<Refusal>) -> Result<Vec<imprint::numbers::Indicium>, Error> {
    Err(Error::Lock(code.into()))
}

/// A manager `boss`, users 1 and 2 with the passwords `one` and `two`; nobody is logged in.
fn staff(meter: &mut Meter<BATCH>, mode: Mode) {
    meter.change_lock(&Change::ManagerPassword(password("boss"))).unwrap();
    for (user, name) in [(1, "one"), (2, "two")] {
        manage(meter, Change::AddUser { user: id(user), password: password(name) });
    }
    if mode.asks_time() {
        manage(meter, Change::Hours(schedule(&["mon-fri 08:00-18:00", "sat 09:00-12:00"])));
    }
    manage(meter, Change::Mode(mode));
}

fn staffed(mode: Mode) -> (Place, Meter<BATCH>) {
    let place = Place::p1::<BATCH>();
    let mut meter = place.funded::<BATCH>(10_000);
    staff(&mut meter, mode);
    (place, meter)
}

fn at(place: &Place, date: &str, minute: u16) {
    let today: Date = date.parse().unwrap();
    let days = u64::from(today.day_number()) - u64::from(TODAY.day_number());
    let tenths = place.now().tenths + days * 864_000;
    place.set_now(Now { tenths, today, minute });
}

/// Claim: C1
#[test]
fn nothing_is_franked_before_a_users_password_was_right() {
    let (_, mut meter) = staffed(Mode::Password);
    let registers = meter.registers();
    assert_eq!(frank(&mut meter, &[of_user(1, 110, 1)]), refused(Refusal::LoggedOut));
    let wrong = Error::Lock(Refusal::WrongCode { wait_seconds: 1 });
    assert_eq!(log_in(&mut meter, 1, "two"), Err(wrong));
    assert_eq!(wrong.to_string(), "wrong user number or password; the next try is refused for 1 s");
    assert_eq!(
        frank(&mut meter, &[of_user(1, 0, 1)]),
        refused(Refusal::LoggedOut),
        "a mismatch enables nothing"
    );
    assert_eq!(meter.registers(), registers);
    log_in(&mut meter, 2, "two").unwrap();
    frank(&mut meter, &[of_user(1, 110, 2)]).unwrap();
    meter.log_out();
    assert_eq!(frank(&mut meter, &[of_user(2, 110, 2)]), refused(Refusal::LoggedOut));
}

#[test]
fn a_restart_logs_everybody_out_and_keeps_the_lock() {
    let (place, mut meter) = staffed(Mode::Password);
    log_in(&mut meter, 1, "one").unwrap();
    drop(meter);
    let mut meter = place.open::<BATCH>().unwrap();
    assert_eq!(frank(&mut meter, &[of_user(1, 110, 1)]), refused(Refusal::LoggedOut));
    log_in(&mut meter, 1, "one").unwrap();
    frank(&mut meter, &[of_user(1, 110, 1)]).unwrap();
}

#[test]
fn what_was_paid_for_is_given_out_again_to_its_user_alone() {
    let (place, mut meter) = staffed(Mode::Password);
    log_in(&mut meter, 1, "one").unwrap();
    let indicium = frank(&mut meter, &[of_user(1, 110, 1)]).unwrap().remove(0);
    drop(meter);
    let mut meter = place.open::<BATCH>().unwrap();
    let id = RequestId(1);
    assert_eq!(meter.fetch(id), Err(Error::Lock(Refusal::LoggedOut)));
    assert_eq!(frank(&mut meter, &[of_user(1, 110, 1)]), refused(Refusal::LoggedOut));
    log_in(&mut meter, 2, "two").unwrap();
    assert_eq!(meter.fetch(id), Err(Error::Lock(Refusal::OtherUser { expected: self::id(2) })));
    log_in(&mut meter, 1, "one").unwrap();
    assert_eq!(meter.fetch(id), Ok(indicium.clone()));
    let registers = meter.registers();
    assert_eq!(frank(&mut meter, &[of_user(1, 110, 1)]), Ok(vec![indicium]));
    assert_eq!(meter.registers(), registers);
}

/// Claim: C2
#[test]
fn several_users_frank_and_two_together_where_two_are_asked_for() {
    let (_, mut meter) = staffed(Mode::Password);
    for (user, name) in [(1, "one"), (2, "two")] {
        log_in(&mut meter, user, name).unwrap();
        frank(&mut meter, &[of_user(u64::from(user), 110, user)]).unwrap();
    }
    manage(&mut meter, Change::TwoUsers(true));
    log_in(&mut meter, 1, "one").unwrap();
    assert_eq!(frank(&mut meter, &[of_user(7, 110, 1)]), refused(Refusal::SecondUser));
    log_in(&mut meter, 1, "one").unwrap();
    assert_eq!(frank(&mut meter, &[of_user(7, 110, 1)]), refused(Refusal::SecondUser), "one is not two");
    log_in(&mut meter, 2, "two").unwrap();
    frank(&mut meter, &[of_user(7, 110, 1)]).unwrap();
    let other = refused(Refusal::OtherUser { expected: id(1) });
    assert_eq!(frank(&mut meter, &[of_user(8, 110, 2)]), other, "the first one franks");
}

fn closed(date: &str, minute: u16) -> Refusal {
    let moment = access::Moment { date: date.parse().unwrap(), minute: access::Minute::new(minute).unwrap() };
    Refusal::Closed { opens: Some(moment) }
}

/// Claim: C3
#[test]
fn start_and_stop_times_bind_the_meter_and_each_user() {
    // 2026-11-21 is a Saturday.
    let (place, mut meter) = staffed(Mode::Time);
    frank_one(&mut meter, 1, 110);
    at(&place, "2026-11-21", 720);
    assert_eq!(frank(&mut meter, &[request(2, 110)]), refused(closed("2026-11-23", 480)), "time alone");
    manage(&mut meter, Change::Mode(Mode::Password));
    log_in(&mut meter, 1, "one").unwrap();
    frank(&mut meter, &[of_user(2, 110, 1)]).expect("a password alone");
    manage(&mut meter, Change::Mode(Mode::PasswordAndTime));
    log_in(&mut meter, 1, "one").unwrap();
    assert_eq!(frank(&mut meter, &[of_user(3, 110, 1)]), refused(closed("2026-11-23", 480)), "both");
    manage(&mut meter, Change::UserHours { user: id(1), hours: schedule(&["mon 22:00-09:00"]) });
    at(&place, "2026-11-24", 8 * 60 + 30);
    let dated = |id, user| Request { date: "2026-11-24".parse().unwrap(), ..of_user(id, 110, user) };
    log_in(&mut meter, 1, "one").unwrap();
    frank(&mut meter, &[dated(3, 1)]).expect("his night ends at nine, the meter's day began at eight");
    at(&place, "2026-11-24", 9 * 60);
    assert_eq!(frank(&mut meter, &[dated(4, 1)]), refused(closed("2026-12-01", 480)));
    log_in(&mut meter, 2, "two").unwrap();
    frank(&mut meter, &[dated(4, 2)]).expect("another user has no times of his own");
}

/// Claim: C4
#[test]
fn the_system_manager_alone_sets_limits_times_passwords_and_users() {
    let (_, mut meter) = staffed(Mode::Password);
    let funds = Funds { period: Period::Month, limit: Money::from_minor(200) };
    let limit = Change::UserFunds { user: id(1), funds };
    log_in(&mut meter, 1, "one").unwrap();
    assert_eq!(meter.change_lock(&limit), Err(Error::Lock(Refusal::ManagerOnly)));
    manage(&mut meter, limit);
    manage(&mut meter, Change::UserPassword { user: id(1), password: password("uno") });
    assert!(log_in(&mut meter, 1, "one").is_err());
    manage(&mut meter, Change::RemoveUser(id(2)));
    assert!(log_in(&mut meter, 2, "two").is_err());
    manage(&mut meter, Change::AddUser { user: id(3), password: password("three") });
    log_in(&mut meter, 3, "three").unwrap();
    frank(&mut meter, &[of_user(1, 300, 3)]).expect("no limit is set for this user");
}

#[test]
fn nobody_spends_more_than_his_limit_in_one_period() {
    let (place, mut meter) = staffed(Mode::Password);
    let funds = Funds { period: Period::Month, limit: Money::from_minor(250) };
    manage(&mut meter, Change::UserFunds { user: id(1), funds });
    log_in(&mut meter, 1, "one").unwrap();
    frank(&mut meter, &[of_user(1, 100, 1), of_user(2, 100, 1)]).unwrap();
    let left = |minor, until: &str| {
        refused(Refusal::Funds { left: Money::from_minor(minor), until: Some(until.parse().unwrap()) })
    };
    assert_eq!(frank(&mut meter, &[of_user(3, 25, 1), of_user(4, 26, 1)]), left(50, "2026-11-30"));
    frank(&mut meter, &[of_user(1, 100, 1), of_user(2, 100, 1)]).expect("a repetition costs nothing");
    frank(&mut meter, &[of_user(3, 25, 1), of_user(4, 25, 1)]).unwrap();
    drop(meter);
    let mut meter = place.open::<BATCH>().unwrap();
    log_in(&mut meter, 1, "one").unwrap();
    assert_eq!(frank(&mut meter, &[of_user(5, 10, 1)]), left(0, "2026-11-30"), "a restart renews nothing");
    at(&place, "2026-12-01", 600);
    let dated = |id, postage| Request { date: "2026-12-01".parse().unwrap(), ..of_user(id, postage, 1) };
    assert_eq!(frank(&mut meter, &[dated(6, 251)]), left(250, "2026-12-31"));
    frank(&mut meter, &[dated(6, 250)]).unwrap();
}

/// What each user spent, as the manager is told.
fn spent(meter: &mut Meter<BATCH>) -> Vec<(u16, Spent)> {
    meter.log_in(Person::Manager, &password("boss")).unwrap();
    let spent = meter.usage().unwrap().map(|usage| (usage.user.number(), usage.ever)).collect();
    meter.log_out();
    spent
}

/// Claim: C5
#[test]
fn what_each_user_spends_is_counted_and_adds_up_to_the_registers() {
    let (place, mut meter) = staffed(Mode::Password);
    assert!(meter.usage().is_err(), "only the manager is told");
    log_in(&mut meter, 1, "one").unwrap();
    frank(&mut meter, &[of_user(1, 100, 1), of_user(2, 0, 1)]).unwrap();
    log_in(&mut meter, 2, "two").unwrap();
    frank(&mut meter, &[of_user(3, 30, 2)]).unwrap();
    assert!(frank(&mut meter, &[of_user(4, 30, 1)]).is_err());
    let expected =
        [(100, 2), (30, 1)].map(|(postage, pieces)| Spent { postage: Money::from_minor(postage), pieces });
    assert_eq!(spent(&mut meter), [(1, expected[0]), (2, expected[1])]);
    assert_eq!((meter.registers().r2.minor(), meter.registers().r8), (130, 3));
    drop(meter);
    assert_eq!(spent(&mut place.open::<BATCH>().unwrap()), [(1, expected[0]), (2, expected[1])]);
}

/// Claim: C6
#[test]
fn the_user_who_is_logged_in_stands_encrypted_in_the_second_row() {
    let mut layered = profile("p1");
    layered.layout = LayoutId::C;
    layered.second_row = Some(SecondRowProfile { key_slot: 2, set: SetId::S22 });
    let mut meter = Place::new::<BATCH>(layered.clone()).funded::<BATCH>(10_000);
    staff(&mut meter, Mode::Password);
    log_in(&mut meter, 2, "two").unwrap();
    let other = refused(Refusal::OtherUser { expected: id(2) });
    assert_eq!(frank(&mut meter, &[of_user(1, 110, 1)]), other, "nobody franks under another's number");
    assert_eq!(frank(&mut meter, &[of_user(1, 110, 0)]), other, "and nobody under none");
    let indicium = frank(&mut meter, &[of_user(1, 110, 2)]).unwrap().remove(0);
    let cipher = Cipher::new(layered.cipher, &key(2));
    let symbols = &indicium.second_row.as_ref().unwrap().symbols;
    let read = SecondMarking::decode(&layered, &cipher, serial(), TODAY, symbols).unwrap().unwrap();
    assert_eq!(read.user, 2);
}

#[test]
fn a_refill_that_is_bound_to_the_manager_waits_for_him() {
    let (_, mut meter) = staffed(Mode::Password);
    manage(&mut meter, Change::Refill(RefillRules { manager_only: true, call_back_only: false }));
    let refill = grant(2, 500, 10_000);
    log_in(&mut meter, 1, "one").unwrap();
    let registers = meter.registers();
    assert_eq!(meter.grant(&refill).unwrap_err(), Error::Lock(Refusal::ManagerOnly));
    assert_eq!(meter.registers(), registers);
    meter.log_in(Person::Manager, &password("boss")).unwrap();
    meter.grant(&refill).unwrap();
    meter.log_out();
    meter.grant(&refill).expect("the same grant again moves nothing");
    meter.grant(&grant(3, -500, 10_500)).expect("credit is handed back without him");
    manage(&mut meter, Change::Refill(RefillRules { manager_only: false, call_back_only: true }));
    assert_eq!(meter.grant(&grant(4, 500, 10_000)).unwrap_err(), Error::Lock(Refusal::CallBackOnly));
}

#[test]
fn who_is_idle_is_logged_out_and_franking_keeps_him_in() {
    let (place, mut meter) = staffed(Mode::Password);
    let wait = |ms| place.board.elapsed_ms.set(place.board.elapsed_ms.get() + ms);
    log_in(&mut meter, 1, "one").unwrap();
    for number in 0..3 {
        wait(299_000);
        place.attend(&mut meter);
        frank(&mut meter, &[of_user(number, 10, 1)]).unwrap();
    }
    wait(300_000);
    place.attend(&mut meter);
    assert_eq!(frank(&mut meter, &[of_user(9, 10, 1)]), refused(Refusal::LoggedOut));
}

#[test]
fn a_restart_does_not_shorten_the_wait_after_wrong_passwords() {
    let (place, mut meter) = staffed(Mode::Password);
    for _ in 0..5 {
        log_in(&mut meter, 1, "no").unwrap_err();
        place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 900_000);
    }
    assert_eq!(meter.status().errors.of(psd::ErrorKind::Access), 5);
    drop(meter);
    let mut meter = place.open::<BATCH>().unwrap();
    assert_eq!(log_in(&mut meter, 1, "one"), Err(Error::Lock(Refusal::Wait { seconds: 16 })));
    place.board.elapsed_ms.set(place.board.elapsed_ms.get() + 16_000);
    log_in(&mut meter, 1, "one").unwrap();
}

#[test]
fn a_try_that_cannot_be_counted_is_none() {
    let (place, mut meter) = staffed(Mode::Password);
    place.medium.cut_after(0);
    assert_eq!(log_in(&mut meter, 1, "one"), Err(Error::MemoryFailed), "even the right password");
    assert!(meter.present().users().is_none());
}

#[test]
fn the_centre_lets_a_lock_be_set_anew_whose_manager_has_lost_his_password() {
    let (place, mut meter) = staffed(Mode::Password);
    log_in(&mut meter, 1, "one").unwrap();
    frank(&mut meter, &[of_user(1, 110, 1)]).unwrap();
    meter.log_in(Person::Manager, &password("lost")).unwrap_err();
    meter.order(&order(1, Task::ForgetLock)).unwrap();
    assert!(meter.present().users().is_none() && !meter.lock().has_manager());
    frank(&mut meter, &[request(2, 110)]).expect("there is no lock");
    drop(meter);
    let mut meter = place.open::<BATCH>().unwrap();
    assert!(meter.lock().users().is_empty());
    staff(&mut meter, Mode::Password);
    let before = Spent { postage: Money::from_minor(110), pieces: 1 };
    assert_eq!(spent(&mut meter), [(1, before)], "what was spent is not forgotten");
}

#[test]
fn no_password_lies_in_the_memory() {
    let (place, mut meter) = staffed(Mode::Password);
    manage(&mut meter, Change::UserPassword { user: id(1), password: password("a password to look for") });
    drop(meter);
    let image = place.medium.durable();
    assert!(!image.as_flattened().windows(10).any(|window| window == b"a password"));
}
