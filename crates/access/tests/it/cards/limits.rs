//! Limits by the month: the source's table by hand, and every order of events against a plain account.

use super::bench::{Bench, centre, day, group, money, number};
use access::cards::{
    Account, Centre, Change, Directory, Month, Piece, Refusal, RequestId, Row, Spent, Surcharge,
};
use proptest::prelude::*;
use std::collections::BTreeMap;
use terms::{Date, Money};

const TODAY: &str = "2026-11-23";

/// The limits of the source's table.
fn limited() -> Bench {
    let mut bench = Bench::of_the_source();
    bench.by_master(Change::WholeLimit(Some(money(500_000))));
    bench.by_master(Change::GroupLimit(group(1), Some(money(200_000))));
    for (free, limit) in [(1, 100_000), (3, 100_000), (4, 300_000), (2, 0)] {
        bench.by_master(Change::CentreLimit(centre(free), Some(money(limit))));
    }
    bench
}

fn piece(request: u64, free: u16, postage: u64) -> Piece {
    Piece { request: RequestId(request), centre: centre(free), postage: money(postage) }
}

const RICH: Money = Money::from_minor(u64::MAX);

fn reserve(bench: &mut Bench, pieces: &[Piece], today: &str, r1: Money) -> Result<(), Refusal> {
    let changes = bench.directory.reserve(pieces, day(today), r1)?;
    bench.store(&changes);
    Ok(())
}

/// Reserves, and books what the device has debited.
fn frank(bench: &mut Bench, free: u16, postage: u64, today: &str) -> Result<(), Refusal> {
    reserve(bench, &[piece(0, free, postage)], today, RICH)?;
    let changes = bench.directory.book(&[RequestId(0)], day(today))?;
    bench.store(&changes);
    Ok(())
}

fn left(account: Account, left: u64, until: &str) -> Result<(), Refusal> {
    Err(Refusal::Limit { account, left: money(left), until: day(until) })
}

/// The table's rests need not add up: each account is counted for itself, as after cost centres changed their groups.
/// Claim: E5
#[test]
fn the_table_of_the_source_stands_in_the_directory() {
    let bench = limited();
    let month = Month::of(day(TODAY));
    let spent = |account, minor| {
        Row::Spent(Spent { account, month, postage: money(minor), surcharge: Money::ZERO, pieces: 1 })
    };
    let rows = bench.directory.rows().cloned().chain([
        spent(Account::Whole, 490_100),
        spent(Account::Group(group(1)), 174_500),
        spent(Account::Centre(centre(1)), 90_100),
        spent(Account::Centre(centre(3)), 99_000),
        spent(Account::Centre(centre(4)), 99_500),
    ]);
    let directory = Directory::from_rows(bench.directory.prefix(), rows).unwrap();
    let table = [
        (1, 20, 500_000, 9_900),
        (2, 10, 200_000, 25_500),
        (3, 2, 100_000, 9_900),
        (4, 2, 100_000, 1_000),
        (5, 2, 300_000, 200_500),
        (6, 1, 0, 0),
    ];
    for (last, seconds, limit, rest) in table {
        let card = directory.card(number(last)).unwrap();
        let line = directory.line(card, day(TODAY)).unwrap();
        let shown = (line.card.timer_seconds, line.limit, line.rest);
        assert_eq!(shown, (seconds, Some(money(limit)), Some(money(rest))), "card {last}");
    }
    let spendable = |free, r1| directory.rest(centre(free), day(TODAY), money(r1)).unwrap().spendable();
    assert_eq!([1, 3, 4, 2].map(|free| spendable(free, 1_000_000)), [9_900, 1_000, 9_900, 0].map(money));
    assert_eq!(spendable(4, 500), money(500), "never more than the credit");
    let card = directory.card(number(9)).unwrap();
    assert_eq!(directory.line(card, day(TODAY)).unwrap().limit, None, "cost centre 9 has none");
}

/// Claim: E6
#[test]
fn a_limit_is_renewed_on_the_first_and_nothing_is_carried_over() {
    let mut bench = limited();
    let account = Account::Centre(centre(1));
    frank(&mut bench, 1, 40_000, "2026-11-30").unwrap();
    assert_eq!(frank(&mut bench, 1, 60_001, "2026-11-30"), left(account, 60_000, "2026-11-30"));
    assert_eq!(frank(&mut bench, 1, 100_001, "2026-12-01"), left(account, 100_000, "2026-12-31"));
    frank(&mut bench, 1, 100_000, "2026-12-01").unwrap();
    assert_eq!(frank(&mut bench, 1, 1, "2026-12-31"), left(account, 0, "2026-12-31"));
    frank(&mut bench, 1, 1, "2027-01-01").unwrap();
    assert_eq!(bench.directory.spent(account, day("2027-01-31")).postage, money(1), "over the year's end");
    for (full, renewed) in [("2027-02-28", "2027-03-01"), ("2028-02-29", "2028-03-01")] {
        frank(&mut bench, 1, 100_000, full).unwrap();
        assert_eq!(frank(&mut bench, 1, 1, full), left(account, 0, full), "the last of February");
        frank(&mut bench, 1, 1, renewed).unwrap();
    }
}

/// Claim: E6
#[test]
fn a_clock_that_is_set_back_renews_nothing() {
    let mut bench = limited();
    let account = Account::Centre(centre(1));
    frank(&mut bench, 1, 100_000, "2026-11-30").unwrap();
    frank(&mut bench, 1, 70_000, "2026-12-01").unwrap();
    assert_eq!(frank(&mut bench, 1, 30_001, "2026-11-30"), left(account, 30_000, "2026-12-31"));
    assert_eq!(frank(&mut bench, 1, 30_001, "2000-01-01"), left(account, 30_000, "2026-12-31"));
    assert_eq!(bench.restarted().directory.month(day("2026-11-30")), Month::of(day("2026-12-01")));
    let mut bench = limited();
    frank(&mut bench, 1, 100_000, "2026-11-30").unwrap();
    reserve(&mut bench, &[piece(7, 1, 100_000)], "2026-12-01", RICH).unwrap();
    let changes = bench.directory.book(&[RequestId(7)], day("2026-11-30")).unwrap();
    bench.store(&changes);
    assert_eq!(bench.directory.month(day("2026-11-30")), Month::of(day("2026-12-01")), "as it was reserved");
}

#[test]
fn the_limit_above_binds_where_a_cost_centre_has_a_greater_one() {
    let mut bench = limited();
    frank(&mut bench, 3, 50_000, TODAY).unwrap();
    let of_group = Account::Group(group(1));
    assert_eq!(frank(&mut bench, 4, 150_001, TODAY), left(of_group, 150_000, "2026-11-30"));
    frank(&mut bench, 4, 150_000, TODAY).unwrap();
    assert_eq!(frank(&mut bench, 1, 1, TODAY), left(of_group, 0, "2026-11-30"));
    frank(&mut bench, 30, 300_000, TODAY).unwrap();
    assert_eq!(frank(&mut bench, 30, 1, TODAY), left(Account::Whole, 0, "2026-11-30"));
    frank(&mut bench, 30, 0, TODAY).unwrap();
    let text = frank(&mut bench, 30, 1, TODAY).unwrap_err().to_string();
    assert_eq!(text, "the meter's limit leaves 0.00 until the end of 2026-11-30");
}

#[test]
fn what_is_reserved_binds_until_it_is_released() {
    let mut bench = limited();
    let account = Account::Centre(centre(1));
    reserve(&mut bench, &[piece(1, 1, 60_000), piece(2, 1, 40_000)], TODAY, RICH).unwrap();
    assert_eq!(reserve(&mut bench, &[piece(3, 1, 1)], TODAY, RICH), left(account, 0, "2026-11-30"));
    let refused = reserve(&mut bench, &[piece(4, 1, 1)], "2026-12-05", RICH);
    assert_eq!(refused, left(account, 0, "2026-12-31"), "it may yet be booked in the next month");
    let changes = bench.directory.release(&[RequestId(2)]).unwrap();
    bench.store(&changes);
    reserve(&mut bench, &[piece(5, 1, 40_000)], TODAY, RICH).unwrap();
    let known = Refusal::RequestReserved(RequestId(5));
    assert_eq!(reserve(&mut bench, &[piece(5, 1, 0)], TODAY, RICH), Err(known));
    assert_eq!(reserve(&mut bench, &[piece(6, 1, 0), piece(6, 1, 0)], TODAY, RICH).unwrap_err().code(), 686);
    let unknown = Refusal::UnknownRequest(RequestId(2));
    assert_eq!(bench.directory.book(&[RequestId(2)], day(TODAY)), Err(unknown));
    let twice = [RequestId(5), RequestId(5)];
    assert_eq!(bench.directory.release(&twice), Err(Refusal::UnknownRequest(RequestId(5))));
    let reserved = bench.restarted().directory.rest(centre(1), day(TODAY), RICH).unwrap();
    assert_eq!(reserved.spendable(), money(0), "after the power was off too");
}

#[test]
fn several_pieces_are_reserved_all_or_none() {
    let mut bench = limited();
    let before = bench.directory.clone();
    let pieces = [piece(1, 1, 60_000), piece(2, 3, 10), piece(3, 1, 40_001)];
    let refused = reserve(&mut bench, &pieces, TODAY, RICH);
    assert_eq!(refused, left(Account::Centre(centre(1)), 100_000, "2026-11-30"));
    let credit = Refusal::Credit { left: money(70_009) };
    assert_eq!(reserve(&mut bench, &pieces[..2], TODAY, money(60_009)).unwrap_err().code(), credit.code());
    assert_eq!(bench.directory, before);
    reserve(&mut bench, &pieces[..2], TODAY, money(60_010)).unwrap();
}

#[test]
fn a_cost_centre_that_moves_or_is_made_again_takes_no_limit_with_it() {
    let mut bench = limited();
    frank(&mut bench, 4, 200_000, TODAY).unwrap();
    bench.by_master(Change::CentreGroup(centre(4), None));
    let full = left(Account::Group(group(1)), 0, "2026-11-30");
    assert_eq!(frank(&mut bench, 1, 1, TODAY), full, "what it has spent in its group stays there");
    bench.by_master(Change::CentreLimit(centre(40), Some(money(10))));
    frank(&mut bench, 40, 10, TODAY).unwrap();
    bench.by_master(Change::DeleteCentre(centre(40)));
    bench.by_master(Change::CreateCentre(Centre { limit: Some(money(10)), ..Centre::new(centre(40)) }));
    assert_eq!(frank(&mut bench, 40, 1, TODAY), left(Account::Centre(centre(40)), 0, "2026-11-30"));
}

#[test]
fn surcharges_are_booked_beside_the_postage_and_count_for_the_budget_alone() {
    let mut bench = limited();
    bench.by_master(Change::CentreSurcharge(centre(1), Surcharge::PerCent(250)));
    bench.by_master(Change::CentreBudget(centre(1), Some(money(102_500))));
    frank(&mut bench, 1, 100_000, TODAY).unwrap();
    let spent = bench.directory.spent(Account::Centre(centre(1)), day(TODAY));
    assert_eq!((spent.postage, spent.surcharge, spent.pieces), (money(100_000), money(2_500), 1));
    let budget = bench.directory.budget(centre(1), day(TODAY)).unwrap().unwrap();
    assert_eq!((budget.charged, budget.is_exceeded()), (money(102_500), false));
    bench.by_master(Change::CentreLimit(centre(1), Some(money(100_001))));
    frank(&mut bench, 1, 1, TODAY).unwrap();
    let budget = bench.directory.budget(centre(1), day(TODAY)).unwrap().unwrap();
    assert!(budget.is_exceeded(), "and it stopped nothing");
    assert_eq!(bench.directory.budget(centre(2), day(TODAY)), Ok(None));
}

#[test]
fn a_surcharge_is_rounded_for_each_imprint_to_the_nearest_minor_unit() {
    let on = |surcharge: Surcharge, postage| surcharge.on(money(postage)).unwrap().minor();
    assert_eq!(
        [0, 19, 20, 59, 60, 110].map(|postage| on(Surcharge::PerCent(250), postage)),
        [0, 0, 1, 1, 2, 3]
    );
    assert_eq!([0, 1, 110].map(|postage| on(Surcharge::Fixed(money(5)), postage)), [0, 5, 5]);
    assert_eq!(on(Surcharge::None, 110), 0);
    assert_eq!(Surcharge::PerCent(u16::MAX).on(RICH), None, "what does not fit is no surcharge");
}

#[test]
fn a_count_that_would_not_fit_refuses_the_reservation() {
    let mut bench = Bench::of_the_source();
    bench.by_master(Change::CentreSurcharge(centre(1), Surcharge::Fixed(RICH)));
    frank(&mut bench, 1, 1, TODAY).unwrap();
    assert_eq!(frank(&mut bench, 1, 1, TODAY), Err(Refusal::CountFull));
    reserve(&mut bench, &[piece(1, 2, u64::MAX - 1)], TODAY, RICH).unwrap();
    assert_eq!(reserve(&mut bench, &[piece(2, 2, 1)], TODAY, RICH), Err(Refusal::CountFull));
    assert_eq!(reserve(&mut bench, &[piece(2, 70, 1)], TODAY, RICH), Err(Refusal::UnknownCentre(centre(70))));
}

/// What a meter may go through in any order. Days are counted from 2027-12-20: over a year's end and a leap February.
#[derive(Clone, Debug)]
enum Step {
    Reserve(u16, u64),
    Book(usize),
    Release(usize),
    Day(u32),
    Limit(Account, Option<u64>),
    Move(u16, Option<u16>),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let account = prop_oneof![
        Just(Account::Whole),
        (1..=2_u16).prop_map(|of| Account::Group(group(of))),
        (1..=4_u16).prop_map(|free| Account::Centre(centre(free))),
    ];
    prop_oneof![
        6 => (1..=4_u16, 0..60_u64).prop_map(|(free, postage)| Step::Reserve(free, postage)),
        4 => (0..8_usize).prop_map(Step::Book),
        2 => (0..8_usize).prop_map(Step::Release),
        2 => (0..90_u32).prop_map(Step::Day),
        2 => (account, prop::option::of(0..150_u64)).prop_map(|(account, limit)| Step::Limit(account, limit)),
        1 => (1..=4_u16, prop::option::of(1..=2_u16)).prop_map(|(free, of)| Step::Move(free, of)),
        1 => Just(Step::Restart),
    ]
}

/// The plain account: everything that was ever booked, with its month, and what is open.
#[derive(Default)]
struct Book {
    booked: Vec<(Month, Vec<Account>, u64)>,
    open: BTreeMap<u64, (Vec<Account>, u64)>,
    latest: Option<Month>,
}

impl Book {
    fn on(&self, account: Account, month: Month) -> u64 {
        let is_on = |accounts: &[Account]| accounts.contains(&account);
        let booked = self.booked.iter().filter(|(of, on, _)| *of == month && is_on(on)).map(|row| row.2);
        let open = self.open.values().filter(|(on, _)| is_on(on)).map(|row| row.1);
        booked.chain(open).sum()
    }
}

struct Run {
    bench: Bench,
    book: Book,
    today: Date,
    requests: u64,
}

impl Run {
    fn new() -> Run {
        Run { bench: Bench::of_the_source(), book: Book::default(), today: day("2027-12-20"), requests: 0 }
    }

    fn month(&self) -> Month {
        Month::of(self.today).max(self.book.latest.unwrap_or(Month::FIRST))
    }

    fn reserve(&mut self, free: u16, postage: u64) {
        self.requests += 1;
        let month = self.month();
        let of = self.bench.directory.centre(centre(free)).unwrap().group.map(Account::Group);
        let accounts: Vec<Account> =
            [Account::Whole, Account::Centre(centre(free))].into_iter().chain(of).collect();
        let fits = |account: &Account| {
            let limit = self.bench.directory.limit(*account).map_or(u64::MAX, Money::minor);
            postage == 0 || self.book.on(*account, month) + postage <= limit
        };
        let fits = accounts.iter().all(fits);
        let piece = piece(self.requests, free, postage);
        match self.bench.directory.reserve(&[piece], self.today, RICH) {
            Ok(changes) => {
                assert!(fits, "more than a limit leaves");
                self.bench.store(&changes);
                self.book.open.insert(self.requests, (accounts, postage));
                // A clock set back does not go behind a reservation while it is open.
                self.book.latest = Some(month);
            }
            Err(refusal) => assert!(!fits, "{refusal} though it fits"),
        }
    }

    fn close(&mut self, which: usize, debited: bool) {
        let Some((&request, _)) = self.book.open.iter().nth(which) else { return };
        let month = self.month();
        let (accounts, postage) = self.book.open.remove(&request).unwrap();
        let ids = [RequestId(request)];
        let changes = match debited {
            true => self.bench.directory.book(&ids, self.today).unwrap(),
            false => self.bench.directory.release(&ids).unwrap(),
        };
        self.bench.store(&changes);
        if debited {
            self.book.booked.push((month, accounts, postage));
        }
        // What is released leaves nothing behind, not even its month.
        let booked = self.book.booked.iter().map(|row| row.0).max();
        let reserved = self.bench.directory.reservations().map(|reservation| reservation.month).max();
        self.book.latest = booked.max(reserved);
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Reserve(free, postage) => self.reserve(free, postage),
            Step::Book(which) => self.close(which, true),
            Step::Release(which) => self.close(which, false),
            Step::Day(ahead) => {
                let first = day("2027-12-20").day_number();
                self.today = Date::from_day_number(first + ahead).unwrap();
            }
            Step::Limit(account, limit) => {
                let limit = limit.map(money);
                self.bench.by_master(match account {
                    Account::Whole => Change::WholeLimit(limit),
                    Account::Group(number) => Change::GroupLimit(number, limit),
                    Account::Centre(number) => Change::CentreLimit(number, limit),
                });
            }
            Step::Move(free, of) => self.bench.by_master(Change::CentreGroup(centre(free), of.map(group))),
            Step::Restart => self.bench = self.bench.restarted(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Claim: E6
    #[test]
    fn no_order_of_events_exceeds_a_limit_or_refuses_what_fits(steps in prop::collection::vec(step(), 1..60)) {
        let mut run = Run::new();
        for step in steps {
            run.take(step);
            let month = run.month();
            for row in run.bench.directory.rows() {
                if let Row::Spent(spent) = row {
                    let open: u64 = run.book.open.values()
                        .filter(|(on, _)| on.contains(&spent.account)).map(|row| row.1).sum();
                    let counted = run.bench.directory.spent(spent.account, run.today).postage.minor();
                    prop_assert_eq!(counted + open, run.book.on(spent.account, month));
                }
            }
        }
    }
}
