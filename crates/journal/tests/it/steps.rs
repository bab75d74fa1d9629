//! What may become of a job, and what may not.

use crate::desk::{Desk, day, indicium, money, order, when};
use imprint::numbers::RequestId;
use journal::{Job, JobNumber, JournalError, NewJob, Spoiling, State, Step};
use terms::{Date, SpoilReason};

const STEPS: [Step; 8] = [
    Step::Book,
    Step::BookAndPrint,
    Step::BeginPrint,
    Step::HandBack,
    Step::Print,
    Step::Spoil,
    Step::Cancel,
    Step::Claim,
];

fn take(desk: &mut Desk, jobs: &[JobNumber], step: Step) -> Result<(), JournalError> {
    let (journal, now) = (&mut desk.journal, when(23));
    match step {
        Step::Book | Step::BookAndPrint => {
            let found = jobs.iter().map(|job| (*job, journal.job(*job).unwrap().unwrap()));
            let booked: Vec<_> = found.map(|(number, job)| (number, indicium(&job.order))).collect();
            journal.book(&booked, step == Step::BookAndPrint, None, now)
        }
        Step::BeginPrint => journal.begin_print(jobs, now),
        Step::HandBack => journal.hand_back(jobs, now),
        Step::Print => journal.printed(jobs, now),
        Step::Spoil => journal.spoil(jobs[0], SpoilReason::Misprint, now),
        Step::Cancel => journal.cancel(jobs, None, now),
        Step::Claim => journal.claimed(jobs, now),
    }
}

/// A job that was led into this state.
fn job_in(desk: &mut Desk, request: u64, state: State) -> JobNumber {
    let job = desk.reserve(order(request));
    let way: &[Step] = match state {
        State::Reserved => &[],
        State::Booked => &[Step::Book],
        State::Printing => &[Step::BookAndPrint],
        State::Printed => &[Step::Book, Step::BeginPrint, Step::Print],
        State::Cancelled => &[Step::Cancel],
        State::Spoiled => &[Step::Book, Step::Spoil],
        State::Claimed => &[Step::Book, Step::Spoil, Step::Claim],
    };
    way.iter().for_each(|step| take(desk, &[job], *step).unwrap());
    assert_eq!(desk.job(job).state, state);
    job
}

#[test]
fn every_step_from_every_state_is_taken_as_the_rules_say_or_changes_nothing() {
    let mut desk = Desk::new();
    let mut request = 0;
    for state in State::ALL {
        for step in STEPS {
            request += 2;
            let job = job_in(&mut desk, request, state);
            let before = desk.job(job);
            let taken = take(&mut desk, &[job], step);
            let after = desk.job(job);
            match state.after(step) {
                Some(to) => {
                    taken.unwrap();
                    assert_eq!(after.state, to, "{state} {step:?}");
                    assert_eq!(after.order, before.order);
                    let is_debited = after.booking.is_some();
                    assert_eq!(is_debited, to.is_debited(), "{state} {step:?}");
                }
                None => {
                    let wanted = |error: &JournalError| matches!(error, JournalError::Step { job: of, state: is, step: to } if (*of, *is, *to) == (job, state, step));
                    let error = taken.unwrap_err();
                    assert!(wanted(&error), "{state} {step:?}: {error}");
                    assert_eq!(after, before);
                }
            }
        }
    }
    desk.journal.check_sums().unwrap();
}

#[test]
fn one_job_that_cannot_take_a_step_keeps_all_others_of_the_call_where_they_were() {
    let mut desk = Desk::new();
    let jobs: Vec<JobNumber> = (1..=70).map(|request| job_in(&mut desk, request, State::Printing)).collect();
    let done = jobs[66];
    desk.journal.printed(&[done], when(23)).unwrap();
    let (before, totals) = (desk.journal.last(100).unwrap(), desk.journal.totals().unwrap());
    let error = desk.journal.printed_and_reserve(&jobs, &[order(100)], None, when(24)).unwrap_err();
    assert!(matches!(error, JournalError::Step { job, .. } if job == done), "{error}");
    let twice = desk.journal.printed(&[jobs[0], jobs[0]], when(24)).unwrap_err();
    assert!(matches!(twice, JournalError::Step { state: State::Printed, .. }), "{twice}");
    let nobody = desk.journal.printed(&[jobs[0], JobNumber(999)], when(24)).unwrap_err();
    assert!(matches!(nobody, JournalError::NoJob(JobNumber(999))), "{nobody}");
    assert_eq!(desk.journal.last(100).unwrap(), before);
    assert_eq!(desk.journal.totals().unwrap(), totals);
}

#[test]
fn an_indicium_that_was_made_for_something_else_is_not_booked() {
    let mut desk = Desk::new();
    let job = desk.reserve(order(1));
    let good = indicium(&order(1));
    let others = [
        imprint::numbers::Indicium { request: RequestId(2), ..good.clone() },
        imprint::numbers::Indicium { postage: money(111), ..good.clone() },
        imprint::numbers::Indicium { date: day(23), ..good.clone() },
        imprint::numbers::Indicium { cliche_number: 4, ..good.clone() },
    ];
    for other in others {
        let error = desk.journal.book(&[(job, other)], true, None, when(21)).unwrap_err();
        assert!(matches!(error, JournalError::Indicium(of) if of == job), "{error}");
    }
    assert_eq!(desk.job(job).state, State::Reserved);
    desk.journal.book(&[(job, good.clone())], true, None, when(21)).unwrap();
    let booking = desk.job(job).booking.unwrap();
    assert_eq!((booking.indicium, booking.when), (good, when(21)));
}

#[test]
fn a_job_comes_back_as_it_was_put_after_the_journal_was_closed() {
    let mut desk = Desk::new();
    let odd = NewJob {
        request: RequestId(u64::MAX),
        card: None,
        postage: money(0),
        date: Date::LAST,
        cliche: 0,
        text: String::new(),
        reference: "'; DROP TABLE job; --".into(),
        ..order(1)
    };
    let number = desk.book(odd.clone(), when(25));
    desk.journal.spoil(number, SpoilReason::Unknown, when(26)).unwrap();
    let mut desk = desk.reopened();
    let job: Job = desk.journal.find(RequestId(u64::MAX)).unwrap().unwrap();
    assert_eq!((job.number, &job.order, job.state), (number, &odd, State::Spoiled));
    assert_eq!(job.spoiling, Some(Spoiling { reason: SpoilReason::Unknown, day: day(26) }));
    assert_eq!(job.booking.unwrap().when, when(25));
    assert_eq!(desk.journal.find(RequestId(0)).unwrap(), None);
    assert_eq!(desk.reserve(order(2)).0, number.0 + 1);
}

#[test]
fn a_request_is_asked_for_once() {
    let mut desk = Desk::new();
    desk.reserve(order(1));
    let again = desk.journal.reserve(&[order(2), order(1)], None, when(21)).unwrap_err();
    assert!(matches!(again, JournalError::AlreadyAsked), "{again}");
    assert_eq!(desk.journal.last(9).unwrap().len(), 1);
    assert_eq!(desk.reserve(order(2)).0, 2);
}

#[test]
fn texts_that_are_too_long_or_no_line_are_refused_before_anything_is_written() {
    let mut desk = Desk::new();
    let long = NewJob { text: "x".repeat(NewJob::TEXT_MAX_BYTES + 1), ..order(1) };
    let lines = NewJob { reference: "a\u{1b}[2J".into(), ..order(1) };
    for job in [long, lines] {
        let error = desk.journal.reserve(&[order(2), job], None, when(21)).unwrap_err();
        assert!(matches!(error, JournalError::Line { .. }), "{error}");
    }
    let rich = NewJob { postage: money(u64::MAX), ..order(3) };
    assert!(matches!(desk.journal.reserve(&[rich], None, when(21)), Err(JournalError::Amount)));
    assert!(desk.journal.last(9).unwrap().is_empty());
}

#[test]
fn what_a_start_has_to_clear_up_is_told_in_order() {
    let mut desk = Desk::new();
    let states: Vec<State> = State::ALL.into_iter().chain(State::ALL).collect();
    for (request, state) in (1..).zip(&states) {
        job_in(&mut desk, request, *state);
    }
    let told: Vec<State> = desk.journal.open_jobs().unwrap().iter().map(|job| job.state).collect();
    let open = [State::Reserved, State::Booked, State::Printing];
    assert_eq!(told, [open, open].concat());
    let numbers: Vec<JobNumber> = desk.journal.open_jobs().unwrap().iter().map(|job| job.number).collect();
    assert!(numbers.is_sorted());
    assert_eq!(desk.journal.spoiled().unwrap().len(), 2);
}
