//! Who is let in, for how long, and what the audit log says of it.

use crate::databases::{Database, on_each_database, run};
use centre::audit::{Chain, Desk, Event, RefusedLogIn, log};
use centre::people::{
    FIRST_INVITATION_MS, FullName, IDLE_MS, INVITATION_MS, Invited, LONGEST_SESSION_MS, LONGEST_TOKEN_MS,
    Name, Password, People, PeopleFault, Right, Role, Roles, Scope, Scopes, Secret, Session, Started,
    lockout,
};
use sqlx::Row;
use std::net::IpAddr;
use std::time::{Duration, Instant};
use store::Store;

const NOON_MS: i64 = 1_795_262_400_000;
const MINUTE_MS: i64 = 60_000;
const GOOD: &str = "a few plain words";

fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn full_name() -> FullName {
    "Änne Müller".parse().unwrap()
}

fn roles(role: Role) -> Roles {
    Roles::from([role])
}

fn good() -> Password {
    Password::new(GOOD)
}

fn wrong() -> Password {
    Password::new("a few other words")
}

fn address(last: u8) -> IpAddr {
    IpAddr::from([192, 0, 2, last])
}

/// The people of a database with anna as its administrator, and her session.
async fn with_anna(database: &Database) -> (Store, People, Started) {
    let store = database.open().await;
    let people = People::open(store.clone()).await.unwrap();
    let link = people.invite_first(NOON_MS).await.unwrap();
    let anna = people.accept_first(&link, &name("anna"), &full_name(), &good(), address(1), NOON_MS).await;
    (store, people, anna.unwrap())
}

/// A person with a password and a session.
async fn add(people: &People, text: &str, role: Role) -> Started {
    let by = name("anna");
    let link = people.invite(by.desk(), &name(text), &full_name(), &roles(role), NOON_MS).await.unwrap();
    people.accept(&link, &good(), address(2), NOON_MS).await.unwrap()
}

async fn log_in(
    people: &People,
    typed: &str,
    password: &Password,
    now_ms: i64,
) -> Result<Started, PeopleFault> {
    people.log_in(typed, password, address(3), now_ms).await
}

/// What was done at a desk, the newest last.
async fn told(store: &Store, desk: &str) -> Vec<Event> {
    let chain = Chain::Desk(Desk::new(desk).unwrap());
    let records = log::newest(store.reads(), &chain, 1_000).await.unwrap();
    records.iter().rev().map(|record| serde_json::from_str(&record.event).unwrap()).collect()
}

async fn count(store: &Store, select: &'static str) -> i64 {
    sqlx::query(select).fetch_one(store.reads()).await.unwrap().try_get(0).unwrap()
}

async fn is_alive(people: &People, started: &Started, now_ms: i64) -> bool {
    people.session(&started.secret, now_ms).await.unwrap().is_some()
}

macro_rules! check_fault {
    ($result:expr, $($fault:tt)+) => {
        match $result {
            Err($($fault)+) => (),
            other => panic!("{other:?} is not {}", stringify!($($fault)+)),
        }
    };
}

on_each_database! {
    the_first_administrator_comes_by_a_link_that_works_once
    of_two_first_links_used_at_once_one_works
    an_invited_person_sets_a_password_once_and_logs_in
    a_link_runs_out_and_a_newer_one_replaces_it
    a_name_that_nobody_has_is_answered_like_a_wrong_password
    a_name_that_nobody_has_takes_as_long_as_a_wrong_password
    wrong_tries_lock_the_person_for_a_growing_time
    many_tries_at_once_gain_nothing
    a_person_logs_in_at_several_places_at_once
    an_address_is_locked_whatever_names_it_tries
    a_link_helps_who_is_locked_out
    a_session_ends_when_it_is_idle_old_or_logged_out
    a_session_read_often_is_seldom_written
    a_person_has_so_many_sessions_and_no_more
    another_password_ends_every_other_session
    the_present_password_is_not_found_out_by_a_session
    who_is_disabled_is_out_at_once
    other_roles_count_at_once
    the_last_administrator_stays
    two_administrators_cannot_demote_each_other
    a_token_works_until_its_end_or_until_it_is_revoked
    a_name_is_never_given_twice
    what_cannot_be_set_is_refused
    what_has_run_out_is_forgotten
    nothing_secret_lies_in_the_tables
}

async fn accept_first(people: &People, link: &Secret, text: &str) -> Result<Started, PeopleFault> {
    people.accept_first(link, &name(text), &full_name(), &good(), address(1), NOON_MS).await
}

async fn the_first_administrator_comes_by_a_link_that_works_once(database: Database) {
    let store = database.open().await;
    let people = People::open(store.clone()).await.unwrap();
    assert!(people.is_empty().await.unwrap());
    let [link, other] =
        [people.invite_first(NOON_MS).await.unwrap(), people.invite_first(NOON_MS).await.unwrap()];
    assert_eq!(people.invitation(&link, NOON_MS).await.unwrap(), Some(Invited::FirstAdministrator));
    assert_eq!(people.invitation(&link, NOON_MS + FIRST_INVITATION_MS).await.unwrap(), None);
    let guess = Secret::from_text(&"00".repeat(32)).unwrap();
    check_fault!(accept_first(&people, &guess, "anna").await, PeopleFault::Invitation);

    let started = accept_first(&people, &link, "anna").await.unwrap();
    assert!(started.session.may(Right::ManagePeople) && !started.session.may(Right::BookDeposits));
    assert!(!people.is_empty().await.unwrap());
    for link in [&link, &other] {
        check_fault!(accept_first(&people, link, "bert").await, PeopleFault::Invitation);
        assert_eq!(people.invitation(link, NOON_MS).await.unwrap(), None);
    }
    check_fault!(people.invite_first(NOON_MS).await, PeopleFault::Invitation);

    let events = told(&store, "anna").await;
    assert!(
        matches!(
            &*events,
            [
                Event::InvitationUsed { .. },
                Event::PersonMade { .. },
                Event::PasswordSet { .. },
                Event::LoggedIn { .. }
            ]
        ),
        "{events:?}"
    );
    assert_eq!(told(&store, Desk::CENTRE).await.len(), 2, "two links");
}

async fn of_two_first_links_used_at_once_one_works(database: Database) {
    let people = People::open(database.open().await).await.unwrap();
    let [one, two] =
        [people.invite_first(NOON_MS).await.unwrap(), people.invite_first(NOON_MS).await.unwrap()];
    let (one, two) = tokio::join!(accept_first(&people, &one, "anna"), accept_first(&people, &two, "bert"));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(people.list().await.unwrap().len(), 1);
}

async fn an_invited_person_sets_a_password_once_and_logs_in(database: Database) {
    let (store, people, _) = with_anna(&database).await;
    let (by, bert) = (name("anna"), name("bert"));
    let link = people.invite(by.desk(), &bert, &full_name(), &roles(Role::Operator), NOON_MS).await.unwrap();
    let invited = Invited::Person { name: bert.clone(), full_name: full_name() };
    assert_eq!(people.invitation(&link, NOON_MS).await.unwrap(), Some(invited));
    check_fault!(log_in(&people, "bert", &good(), NOON_MS).await, PeopleFault::Wrong);
    let short = Password::new("short");
    check_fault!(people.accept(&link, &short, address(2), NOON_MS).await, PeopleFault::Password(_));

    let started = people.accept(&link, &good(), address(2), NOON_MS).await.unwrap();
    assert_eq!((&started.session.person, &started.session.full_name), (&bert, &full_name()));
    assert!(is_alive(&people, &started, NOON_MS).await);
    check_fault!(people.accept(&link, &good(), address(2), NOON_MS).await, PeopleFault::Invitation);
    let again = log_in(&people, " Bert ", &good(), NOON_MS).await.unwrap();
    let session = people.session(&again.secret, NOON_MS).await.unwrap().unwrap();
    assert!(session.form_token.matches(again.session.form_token.text()));
    assert!(!session.form_token.matches(started.session.form_token.text()), "each session has its own");
    assert!(session.may(Right::BookDeposits) && !session.may(Right::ManagePeople));

    let person = people.list().await.unwrap().pop().unwrap();
    assert_eq!((person.name, person.is_enabled, person.has_password), (bert, true, true));
    let made = Event::PersonMade { person: "bert".into(), roles: vec!["operator".into()] };
    let invited = Event::InvitationMade { person: "bert".into(), until_ms: NOON_MS + INVITATION_MS };
    assert_eq!(told(&store, "anna").await[4..], [made, invited]);
    let came = Event::LoggedIn { person: "bert".into(), address: "192.0.2.3".into() };
    assert_eq!(told(&store, "bert").await.last(), Some(&came));
}

async fn a_link_runs_out_and_a_newer_one_replaces_it(database: Database) {
    let (_, people, anna) = with_anna(&database).await;
    let (by, bert) = (anna.session.person.desk(), name("bert"));
    let first = people.invite(by, &bert, &full_name(), &roles(Role::Auditor), NOON_MS).await.unwrap();
    let second = people.invite_again(by, &bert, NOON_MS).await.unwrap();
    check_fault!(people.accept(&first, &good(), address(2), NOON_MS).await, PeopleFault::Invitation);
    let late_ms = NOON_MS + INVITATION_MS;
    check_fault!(people.accept(&second, &good(), address(2), late_ms).await, PeopleFault::Invitation);
    people.accept(&second, &good(), address(2), late_ms - 1).await.unwrap();
    check_fault!(people.invite_again(by, &name("carl"), NOON_MS).await, PeopleFault::Unknown(_));
}

async fn a_name_that_nobody_has_is_answered_like_a_wrong_password(database: Database) {
    let (store, people, _) = with_anna(&database).await;
    let mut answers = Vec::new();
    for typed in ["anna", "nobody", "No Name At All!"] {
        for _ in 0..6 {
            answers.push(log_in(&people, typed, &wrong(), NOON_MS).await.unwrap_err().to_string());
        }
    }
    let (known, others) = answers.split_at(6);
    assert!(known[..4].iter().all(|answer| answer == "name or password is wrong"), "{known:?}");
    assert!(known[4..].iter().all(|answer| answer.contains("too many wrong tries")), "{known:?}");
    assert!(others.chunks(6).all(|answers| answers == known), "{others:?}");

    let refused = |reason, person: Option<&str>| Event::LogInRefused {
        reason,
        person: person.map(str::to_owned),
        address: "192.0.2.3".into(),
    };
    let mut expected = Vec::new();
    for person in [Some("anna"), None, None] {
        expected.extend(std::iter::repeat_n(refused(RefusedLogIn::Wrong, person), 4));
        // Once for the lock, though it refused twice.
        expected.push(refused(RefusedLogIn::Locked, person));
    }
    assert_eq!(told(&store, Desk::CENTRE).await[1..], expected);
}

async fn a_name_that_nobody_has_takes_as_long_as_a_wrong_password(database: Database) {
    let (_, people, _) = with_anna(&database).await;
    let mut shortest = [Duration::MAX; 2];
    for _ in 0..3 {
        for (shortest, typed) in shortest.iter_mut().zip(["anna", "nobody"]) {
            let begun = Instant::now();
            check_fault!(log_in(&people, typed, &wrong(), NOON_MS).await, PeopleFault::Wrong);
            *shortest = begun.elapsed().min(*shortest);
        }
    }
    // The derivation is nearly all of it; a machine that does much else blurs the rest.
    assert!(shortest[1] * 3 > shortest[0] && shortest[0] * 3 > shortest[1], "{shortest:?}");
}

async fn wrong_tries_lock_the_person_for_a_growing_time(database: Database) {
    let (_, people, _) = with_anna(&database).await;
    let mut now_ms = NOON_MS;
    for _ in 0..3 {
        check_fault!(log_in(&people, "anna", &wrong(), now_ms).await, PeopleFault::Wrong);
    }
    for delay_ms in [1_000, 2_000, 4_000] {
        check_fault!(log_in(&people, "anna", &wrong(), now_ms).await, PeopleFault::Wrong);
        let until_ms = now_ms + delay_ms;
        for early_ms in [now_ms, until_ms - 1] {
            match log_in(&people, "Anna", &good(), early_ms).await {
                Err(PeopleFault::Locked { until_ms: locked_until_ms }) => {
                    assert_eq!(locked_until_ms, until_ms)
                }
                other => panic!("{other:?}"),
            }
        }
        now_ms = until_ms;
    }
    log_in(&people, "anna", &good(), now_ms).await.unwrap();
    check_fault!(log_in(&people, "anna", &wrong(), now_ms).await, PeopleFault::Wrong);
    log_in(&people, "anna", &good(), now_ms).await.unwrap();
}

async fn many_tries_at_once_gain_nothing(database: Database) {
    let (store, people, _) = with_anna(&database).await;
    let tries: Vec<_> = (0..30)
        .map(|_| {
            let people = people.clone();
            tokio::spawn(async move { log_in(&people, "anna", &wrong(), NOON_MS).await })
        })
        .collect();
    let mut judged = 0;
    for answer in tries {
        match answer.await.unwrap() {
            Err(PeopleFault::Wrong) => judged += 1,
            Err(PeopleFault::Locked { until_ms }) => assert_eq!(until_ms, NOON_MS + 1_000),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(judged, 4);
    let locked = told(&store, Desk::CENTRE).await;
    let locked = locked
        .iter()
        .filter(|event| matches!(event, Event::LogInRefused { reason: RefusedLogIn::Locked, .. }));
    assert_eq!(locked.count(), 1);
}

async fn a_person_logs_in_at_several_places_at_once(database: Database) {
    let ((_, people, _), password) = (with_anna(&database).await, good());
    for _ in 0..5 {
        let log_in = || log_in(&people, "anna", &password, NOON_MS);
        let (one, two, three) = tokio::join!(log_in(), log_in(), log_in());
        for started in [one, two, three] {
            assert!(started.unwrap().session.may(Right::ManagePeople));
        }
    }
}

async fn an_address_is_locked_whatever_names_it_tries(database: Database) {
    let (_, people, _) = with_anna(&database).await;
    let try_from = |from: u8, text: String, password: Password| {
        let people = people.clone();
        async move { people.log_in(&text, &password, address(from), NOON_MS).await }
    };
    for number in 0..10 {
        check_fault!(try_from(9, format!("nobody{number}"), wrong()).await, PeopleFault::Wrong);
    }
    // A right one between them does not make the wrong ones forgotten.
    try_from(9, "anna".into(), good()).await.unwrap();
    for number in 10..=20 {
        check_fault!(try_from(9, format!("nobody{number}"), wrong()).await, PeopleFault::Wrong);
    }
    check_fault!(try_from(9, "anna".into(), good()).await, PeopleFault::Locked { .. });
    try_from(8, "anna".into(), good()).await.unwrap();
}

async fn a_link_helps_who_is_locked_out(database: Database) {
    let (_, people, anna) = with_anna(&database).await;
    add(&people, "bert", Role::Operator).await;
    for _ in 0..4 {
        check_fault!(log_in(&people, "bert", &wrong(), NOON_MS).await, PeopleFault::Wrong);
    }
    check_fault!(log_in(&people, "bert", &good(), NOON_MS).await, PeopleFault::Locked { .. });
    let link = people.invite_again(anna.session.person.desk(), &name("bert"), NOON_MS).await.unwrap();
    people.accept(&link, &Password::new("a new password"), address(2), NOON_MS).await.unwrap();
    log_in(&people, "bert", &Password::new("a new password"), NOON_MS).await.unwrap();
}

async fn a_session_ends_when_it_is_idle_old_or_logged_out(database: Database) {
    let (store, people, anna) = with_anna(&database).await;
    assert!(is_alive(&people, &anna, NOON_MS + IDLE_MS - 1).await);
    assert!(!is_alive(&people, &anna, NOON_MS + 2 * IDLE_MS).await, "idle");

    let used = log_in(&people, "anna", &good(), NOON_MS).await.unwrap();
    let mut now_ms = NOON_MS;
    while now_ms < NOON_MS + LONGEST_SESSION_MS {
        assert!(is_alive(&people, &used, now_ms).await);
        now_ms += IDLE_MS / 2;
    }
    assert!(!is_alive(&people, &used, NOON_MS + LONGEST_SESSION_MS).await, "old");

    let left = log_in(&people, "anna", &good(), NOON_MS).await.unwrap();
    people.log_out(&left.session, NOON_MS).await.unwrap();
    assert!(!is_alive(&people, &left, NOON_MS).await, "logged out");
    people.log_out(&left.session, NOON_MS).await.unwrap();
    let events = told(&store, "anna").await;
    let left = Event::LoggedOut { person: "anna".into() };
    assert_eq!(events.iter().filter(|event| **event == left).count(), 1, "{events:?}");
}

async fn a_session_read_often_is_seldom_written(database: Database) {
    let (store, people, anna) = with_anna(&database).await;
    let used = async || count(&store, "SELECT used_ms FROM person_session").await - NOON_MS;
    for (read_ms, written_ms) in
        [(1, 0), (MINUTE_MS - 1, 0), (MINUTE_MS, MINUTE_MS), (MINUTE_MS + 9, MINUTE_MS)]
    {
        assert!(is_alive(&people, &anna, NOON_MS + read_ms).await);
        assert_eq!(used().await, written_ms);
    }
}

async fn a_person_has_so_many_sessions_and_no_more(database: Database) {
    let (_, people, anna) = with_anna(&database).await;
    let mut started = vec![anna];
    for later_ms in 1..=10 {
        started.push(log_in(&people, "anna", &good(), NOON_MS + later_ms).await.unwrap());
    }
    for (place, session) in started.iter().enumerate() {
        assert_eq!(is_alive(&people, session, NOON_MS + 10).await, place > 0, "{place}");
    }
}

async fn another_password_ends_every_other_session(database: Database) {
    let (store, people, anna) = with_anna(&database).await;
    let other = log_in(&people, "anna", &good(), NOON_MS).await.unwrap();
    let new = Password::new("words nobody knows");
    let changed = people.change_password(&anna.session, &good(), &new, address(1), NOON_MS).await.unwrap();
    assert!(is_alive(&people, &changed, NOON_MS).await);
    for ended in [&anna, &other] {
        assert!(!is_alive(&people, ended, NOON_MS).await);
    }
    check_fault!(log_in(&people, "anna", &good(), NOON_MS).await, PeopleFault::Wrong);
    log_in(&people, "anna", &new, NOON_MS).await.unwrap();
    assert!(told(&store, "anna").await.contains(&Event::PasswordSet { person: "anna".into() }));
}

async fn the_present_password_is_not_found_out_by_a_session(database: Database) {
    let (_, people, anna) = with_anna(&database).await;
    let new = Password::new("words nobody knows");
    let session = &anna.session;
    for _ in 0..4 {
        let refused = people.change_password(session, &wrong(), &new, address(1), NOON_MS).await;
        check_fault!(refused, PeopleFault::Wrong);
    }
    let refused = people.change_password(session, &good(), &new, address(1), NOON_MS).await;
    check_fault!(refused, PeopleFault::Locked { .. });
    let refused =
        people.change_password(session, &good(), &Password::new("short"), address(1), NOON_MS).await;
    check_fault!(refused, PeopleFault::Password(_));
    assert!(is_alive(&people, &anna, NOON_MS).await);
}

async fn who_is_disabled_is_out_at_once(database: Database) {
    let (store, people, anna) = with_anna(&database).await;
    let (by, bert) = (anna.session.person.desk(), name("bert"));
    let session = add(&people, "bert", Role::Operator).await;
    let link = people.invite_again(by, &bert, NOON_MS).await.unwrap();
    people.disable(by, &bert, NOON_MS).await.unwrap();
    assert!(!is_alive(&people, &session, NOON_MS).await);
    check_fault!(people.accept(&link, &good(), address(2), NOON_MS).await, PeopleFault::Invitation);
    check_fault!(people.invite_again(by, &bert, NOON_MS).await, PeopleFault::Disabled(_));
    check_fault!(log_in(&people, "bert", &good(), NOON_MS).await, PeopleFault::Wrong);
    let changed =
        Event::PersonChanged { person: "bert".into(), roles: vec!["operator".into()], enabled: false };
    let events = told(&store, "anna").await;
    assert_eq!(events[events.len() - 2..], [changed, Event::LoggedOut { person: "bert".into() }]);
    let refused = told(&store, Desk::CENTRE).await.pop().unwrap();
    assert!(matches!(refused, Event::LogInRefused { reason: RefusedLogIn::Disabled, .. }), "{refused:?}");

    people.enable(by, &bert, NOON_MS).await.unwrap();
    assert!(!is_alive(&people, &session, NOON_MS).await, "what has ended does not come back");
    check_fault!(people.accept(&link, &good(), address(2), NOON_MS).await, PeopleFault::Invitation);
    log_in(&people, "bert", &good(), NOON_MS).await.unwrap();
    let before = told(&store, "anna").await.len();
    people.enable(by, &bert, NOON_MS).await.unwrap();
    assert_eq!(told(&store, "anna").await.len(), before, "what changes nothing is not told");
}

async fn other_roles_count_at_once(database: Database) {
    let (_, people, anna) = with_anna(&database).await;
    let session = add(&people, "bert", Role::Operator).await;
    let by = anna.session.person.desk();
    people.set_roles(by, &name("bert"), &roles(Role::Auditor), NOON_MS).await.unwrap();
    assert!(!is_alive(&people, &session, NOON_MS).await);
    let started = log_in(&people, "bert", &good(), NOON_MS).await.unwrap();
    let session: Session = people.session(&started.secret, NOON_MS).await.unwrap().unwrap();
    assert!(session.may(Right::ReadAudit) && !session.may(Right::BookDeposits));
    let none = Roles::from([]);
    check_fault!(people.set_roles(by, &name("bert"), &none, NOON_MS).await, PeopleFault::NoRole);
    check_fault!(people.enable(by, &name("carl"), NOON_MS).await, PeopleFault::Unknown(_));
}

async fn the_last_administrator_stays(database: Database) {
    let (_, people, anna) = with_anna(&database).await;
    let (by, me) = (anna.session.person.desk(), &anna.session.person);
    let both = || async {
        check_fault!(people.disable(by, me, NOON_MS).await, PeopleFault::LastAdministrator(_));
        let operator = roles(Role::Operator);
        check_fault!(people.set_roles(by, me, &operator, NOON_MS).await, PeopleFault::LastAdministrator(_));
    };
    both().await;
    // One who was only invited cannot log in, and one who is disabled neither.
    let bert = name("bert");
    let link = people.invite(by, &bert, &full_name(), &roles(Role::Administrator), NOON_MS).await.unwrap();
    both().await;
    people.accept(&link, &good(), address(2), NOON_MS).await.unwrap();
    people.disable(by, &bert, NOON_MS).await.unwrap();
    both().await;
    assert!(is_alive(&people, &anna, NOON_MS).await);
    people.enable(by, &bert, NOON_MS).await.unwrap();
    let more = Roles::from([Role::Administrator, Role::Operator]);
    people.set_roles(by, me, &more, NOON_MS).await.unwrap();
    people.disable(by, me, NOON_MS).await.unwrap();
}

async fn two_administrators_cannot_demote_each_other(database: Database) {
    let (_, people, _) = with_anna(&database).await;
    add(&people, "bert", Role::Administrator).await;
    for round in 0..5 {
        let (anna, bert) = (name("anna"), name("bert"));
        let (one, two) = tokio::join!(
            people.disable(anna.desk(), &bert, NOON_MS + round),
            people.disable(bert.desk(), &anna, NOON_MS + round)
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        for person in [&anna, &bert] {
            people.enable(anna.desk(), person, NOON_MS + round).await.unwrap();
        }
    }
}

async fn a_token_works_until_its_end_or_until_it_is_revoked(database: Database) {
    let (store, people, anna) = with_anna(&database).await;
    let (by, north) = (anna.session.person.desk(), name("north"));
    let scopes = Scopes::from([Scope::Post, Scope::MetersRead]);
    let until_ms = NOON_MS + LONGEST_TOKEN_MS;
    let token = people.make_token(by, &north, &scopes, until_ms, NOON_MS).await.unwrap();
    let header = format!("Bearer {}", *token.token_text());
    let shown = Secret::from_authorization(&header).unwrap();
    let holder = people.token(&shown, NOON_MS).await.unwrap().unwrap();
    assert_eq!((&holder.name, &holder.scopes), (&north, &scopes));
    assert!(holder.may(Right::ServePost) && !holder.may(Right::ChangeMeters));
    assert_eq!(people.token(&shown, until_ms).await.unwrap(), None);
    assert_eq!(people.token(&anna.secret, NOON_MS).await.unwrap(), None, "a cookie is no token");
    assert!(people.session(&token, NOON_MS).await.unwrap().is_none(), "a token is no cookie");

    people.token(&shown, NOON_MS + MINUTE_MS - 1).await.unwrap();
    assert_eq!(people.tokens().await.unwrap()[0].used_ms, Some(NOON_MS));
    people.token(&shown, NOON_MS + MINUTE_MS).await.unwrap();
    people.revoke_token(by, &north, NOON_MS + MINUTE_MS).await.unwrap();
    people.revoke_token(by, &north, NOON_MS + 2 * MINUTE_MS).await.unwrap();
    assert_eq!(people.token(&shown, NOON_MS + MINUTE_MS).await.unwrap(), None);
    let row = people.tokens().await.unwrap().remove(0);
    assert_eq!((row.used_ms, row.revoked_ms), (Some(NOON_MS + MINUTE_MS), Some(NOON_MS + MINUTE_MS)));
    assert_eq!((&*row.made_by, row.made_ms, row.until_ms, row.scopes), ("anna", NOON_MS, until_ms, scopes));

    let made = Event::TokenMade {
        token: "north".into(),
        scopes: vec!["meters:read".into(), "post".into()],
        until_ms,
    };
    assert_eq!(told(&store, "anna").await[4..], [made, Event::TokenRevoked { token: "north".into() }]);
}

async fn a_name_is_never_given_twice(database: Database) {
    let (_, people, anna) = with_anna(&database).await;
    let by = anna.session.person.desk();
    let scopes = Scopes::from([Scope::AuditRead]);
    let end_ms = NOON_MS + 1;
    people.make_token(by, &name("export"), &scopes, end_ms, NOON_MS).await.unwrap();
    people.revoke_token(by, &name("export"), NOON_MS).await.unwrap();
    for taken in ["anna", "export"] {
        let taken = name(taken);
        let invited = people.invite(by, &taken, &full_name(), &roles(Role::Auditor), NOON_MS).await;
        check_fault!(invited, PeopleFault::Taken(_));
        check_fault!(people.make_token(by, &taken, &scopes, end_ms, NOON_MS).await, PeopleFault::Taken(_));
    }
}

async fn what_cannot_be_set_is_refused(database: Database) {
    let (store, people, anna) = with_anna(&database).await;
    let (by, new) = (anna.session.person.desk(), name("new"));
    check_fault!(people.invite(by, &new, &full_name(), &Roles::from([]), NOON_MS).await, PeopleFault::NoRole);
    let (none, scopes) = (Scopes::from([]), Scopes::from([Scope::MetricsRead]));
    check_fault!(people.make_token(by, &new, &none, NOON_MS + 1, NOON_MS).await, PeopleFault::NoScope);
    let mixed = Scopes::from([Scope::Administration, Scope::DepositsWrite]);
    check_fault!(people.make_token(by, &new, &mixed, NOON_MS + 1, NOON_MS).await, PeopleFault::MixedScopes);
    for until_ms in [NOON_MS, NOON_MS - 1, NOON_MS + LONGEST_TOKEN_MS + 1, i64::MAX, i64::MIN] {
        check_fault!(people.make_token(by, &new, &scopes, until_ms, NOON_MS).await, PeopleFault::TokenEnd);
    }
    check_fault!(people.revoke_token(by, &new, NOON_MS).await, PeopleFault::Unknown(_));
    assert_eq!(told(&store, "anna").await.len(), 4, "nothing was done since the first log-in");
}

async fn what_has_run_out_is_forgotten(database: Database) {
    let (store, people, anna) = with_anna(&database).await;
    people.invite_again(anna.session.person.desk(), &name("anna"), NOON_MS).await.unwrap();
    check_fault!(log_in(&people, "nobody", &wrong(), NOON_MS).await, PeopleFault::Wrong);
    let rows = async || {
        let [links, sessions, tries] = [
            "SELECT COUNT(*) FROM invitation",
            "SELECT COUNT(*) FROM person_session",
            "SELECT COUNT(*) FROM log_in_try",
        ];
        (count(&store, links).await, count(&store, sessions).await, count(&store, tries).await)
    };
    people.forget_old(NOON_MS).await.unwrap();
    assert_eq!(rows().await, (1, 1, 2));
    people.forget_old(NOON_MS + IDLE_MS).await.unwrap();
    assert_eq!(rows().await, (1, 0, 2));
    people.forget_old(NOON_MS + lockout::PERSON.forget_ms).await.unwrap();
    assert_eq!(rows().await, (1, 0, 0));
    people.forget_old(NOON_MS + INVITATION_MS).await.unwrap();
    assert_eq!(rows().await, (0, 0, 0));
}

/// Every column that holds text.
const TEXTS: [&str; 6] = [
    "SELECT name || full_name || roles || COALESCE(password, '') FROM person",
    "SELECT hash || COALESCE(person, '') FROM invitation",
    "SELECT hash || person FROM person_session",
    "SELECT name || hash || scopes || made_by FROM api_token",
    "SELECT subject FROM log_in_try",
    "SELECT who || event FROM audit_entry",
];

async fn nothing_secret_lies_in_the_tables(database: Database) {
    let (store, people, anna) = with_anna(&database).await;
    let by = anna.session.person.desk();
    let link = people.invite_again(by, &name("anna"), NOON_MS).await.unwrap();
    let scopes = Scopes::from([Scope::Post]);
    let token = people.make_token(by, &name("north"), &scopes, NOON_MS + 1, NOON_MS).await.unwrap();
    // Who types the password in the name's field has not given it away.
    let mistake = "password-in-the-wrong-field";
    check_fault!(log_in(&people, mistake, &good(), NOON_MS).await, PeopleFault::Wrong);
    let mut tables = String::new();
    for select in TEXTS {
        for row in sqlx::query(select).fetch_all(store.reads()).await.unwrap() {
            tables += &row.try_get::<String, _>(0).unwrap();
        }
    }
    assert!(tables.contains("anna") && tables.contains("north") && tables.contains("log_in_refused"));
    let secrets = [link.text(), token.text(), anna.secret.text()];
    let secrets = secrets.iter().map(|text| text.as_str());
    for secret in secrets.chain([GOOD, mistake, anna.session.form_token.text()]) {
        assert!(!tables.contains(secret), "{secret}");
    }
    let shown = format!("{anna:?} {link:?} {token:?} {people:?}");
    assert!(
        !shown.contains(&*anna.secret.text()) && !shown.contains(anna.session.form_token.text()),
        "{shown}"
    );
}

/// A flood takes no more than its share: who comes when the queue is full is sent away unheard, and leaves no trace.
#[test]
fn a_flood_of_log_ins_is_sent_away() {
    run(async {
        let database = Database::file();
        let (_, people, _) = with_anna(&database).await;
        let tries: Vec<_> = (0..200_u32)
            .map(|number| {
                let people = people.clone();
                let from = IpAddr::from([10, 0, (number / 250) as u8, (number % 250) as u8]);
                tokio::spawn(async move {
                    people.log_in(&format!("nobody{number}"), &wrong(), from, NOON_MS).await
                })
            })
            .collect();
        let (mut judged, mut sent_away) = (0, 0);
        for answer in tries {
            match answer.await.unwrap() {
                Err(PeopleFault::Wrong) => judged += 1,
                Err(PeopleFault::Busy) => sent_away += 1,
                other => panic!("{other:?}"),
            }
        }
        assert!(sent_away > 0 && judged >= 64, "{judged} judged, {sent_away} sent away");
        log_in(&people, "anna", &good(), NOON_MS).await.unwrap();
    });
}
