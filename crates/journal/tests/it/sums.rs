//! Sums against the jobs and against the device, whatever is done.

use crate::desk::{Desk, OPENING, centre, indicium, money, order, serial, when};
use access::cards::CentreNumber;
use journal::{By, Disagreement, Figures, Grouping, JobNumber, JournalError, NewJob, Period, State, Step};
use proptest::prelude::*;
use terms::{Registers, Serial, SpoilReason};

#[test]
fn the_registers_are_those_of_the_beginning_and_all_imprints() {
    let mut desk = Desk::new();
    let mut registers = OPENING;
    desk.journal.agree(&registers).unwrap();
    desk.book(order(1), when(21));
    desk.book(NewJob { postage: money(0), ..order(2) }, when(21));
    desk.reserve(order(3));
    registers = Registers { r2: money(1_344), r4: 13, r8: 17, ..registers };
    desk.journal.agree(&registers).unwrap();
    // The same device again begins nothing anew.
    desk.journal.begin(serial(), &registers, when(22)).unwrap();
    desk.journal.agree(&registers).unwrap();
    let more = Registers { r2: money(1_354), r4: 13, r8: 16, ..registers };
    let error = desk.journal.agree(&more).unwrap_err();
    let wanted = Disagreement { r2_minor: 10, r4: 0, r8: -1 };
    assert!(matches!(error, JournalError::Disagreement(found) if found == wanted), "{error}");
    assert!(error.to_string().contains("R2 +0.10, R4 +0, R8 -1"), "{error}");
}

#[test]
fn a_journal_is_of_one_device() {
    let mut desk = Desk::new();
    let other = Serial::new(1).unwrap();
    let error = desk.journal.begin(other, &OPENING, when(21)).unwrap_err();
    assert!(
        matches!(error, JournalError::OtherDevice { journal, device } if (journal, device) == (serial(), other))
    );
    let folder = tempfile::tempdir().unwrap();
    let mut fresh = journal::Journal::open(&crate::desk::path_in(&folder)).unwrap();
    assert!(matches!(fresh.totals(), Err(JournalError::NotBegun)));
}

#[test]
fn a_sum_that_does_not_fit_is_refused_and_changes_nothing() {
    let mut desk = Desk::new();
    let rich = |request| NewJob { postage: money(i64::MAX as u64), ..order(request) };
    desk.book(rich(1), when(21));
    let second = desk.reserve(rich(2));
    assert!(desk.journal.book(&[(second, indicium(&rich(2)))], true, None, when(21)).is_err());
    assert_eq!(desk.job(second).state, State::Reserved);
    assert_eq!(desk.journal.totals().unwrap().since.pieces, 1);
    desk.journal.check_sums().unwrap();
}

/// What is tried on a job.
#[derive(Clone, Debug)]
enum Deed {
    Reserve { centre: u32, user: u16, cliche: u16, postage: u64, surcharge: u64 },
    Take { job: usize, step: Step, day: u8 },
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let reserve = (1_u32..4, 0_u16..3, 0_u16..3, prop_oneof![Just(0), 1_u64..500], 0_u64..20).prop_map(
        |(centre, user, cliche, postage, surcharge)| Deed::Reserve {
            centre,
            user,
            cliche,
            postage,
            surcharge,
        },
    );
    let steps = prop_oneof![
        3 => Just(Step::BookAndPrint),
        1 => Just(Step::Book),
        1 => Just(Step::BeginPrint),
        1 => Just(Step::HandBack),
        1 => Just(Step::Print),
        2 => Just(Step::Spoil),
        1 => Just(Step::Cancel),
        1 => Just(Step::Claim),
    ];
    let take = (0_usize..12, steps, 1_u8..29).prop_map(|(job, step, day)| Deed::Take { job, step, day });
    prop::collection::vec(prop_oneof![1 => reserve, 3 => take], 1..50)
}

/// What the journal should hold.
#[derive(Default)]
struct Model {
    jobs: Vec<(JobNumber, NewJob, State)>,
    figures: Figures,
}

impl Model {
    fn took(&mut self, at: usize, to: State) {
        let (_, job, state) = &mut self.jobs[at];
        let one = match (state.is_debited(), to) {
            (false, State::Booked | State::Printing) => Figures {
                pieces: 1,
                zero_pieces: u64::from(job.postage.is_zero()),
                postage: job.postage,
                surcharge: job.surcharge,
                ..Figures::default()
            },
            (_, State::Spoiled) => Figures { spoiled: 1, spoiled_postage: job.postage, ..Figures::default() },
            _ => Figures::default(),
        };
        self.figures = self.figures.plus(one).unwrap();
        *state = to;
    }
}

fn carry_out(desk: &mut Desk, model: &mut Model, deed: &Deed) {
    let (job, step, day) = match *deed {
        Deed::Reserve { centre: number, user, cliche, postage, surcharge } => {
            let request = model.jobs.len() as u64;
            let number: CentreNumber = centre(number);
            let (postage, surcharge) = (money(postage), money(surcharge));
            let job = NewJob { centre: number, user, cliche, postage, surcharge, ..order(request) };
            model.jobs.push((desk.reserve(job.clone()), job, State::Reserved));
            return;
        }
        Deed::Take { job, step, day } => (job, step, day),
    };
    let Some((number, order, state)) = model.jobs.get(job).cloned() else { return };
    let (journal, now) = (&mut desk.journal, when(day));
    let taken = match step {
        Step::Book | Step::BookAndPrint => {
            journal.book(&[(number, indicium(&order))], step == Step::BookAndPrint, None, now)
        }
        Step::BeginPrint => journal.begin_print(&[number], now),
        Step::HandBack => journal.hand_back(&[number], now),
        Step::Print => journal.printed(&[number], now),
        Step::Spoil => journal.spoil(number, SpoilReason::Misprint, now),
        Step::Cancel => journal.cancel(&[number], None, now),
        Step::Claim => journal.claimed(&[number], now),
    };
    assert_eq!(taken.is_ok(), state.after(step).is_some(), "{state} {step:?}");
    if let Some(to) = state.after(step) {
        model.took(job, to);
    }
}

fn groupings() -> Vec<Grouping> {
    let two = |first: By| By::ALL.into_iter().map(move |second| Grouping { first, second: Some(second) });
    let pairs = By::ALL.into_iter().flat_map(two).filter(|by| by.second != Some(by.first));
    By::ALL.into_iter().map(Grouping::from).chain(pairs).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Claim: C5
    /// Claim: X13
    #[test]
    fn sums_are_those_of_the_jobs_and_every_report_adds_up_to_them(deeds in deeds(), cut in 1_u8..28) {
        let mut desk = Desk::new();
        let mut model = Model::default();
        for deed in &deeds {
            carry_out(&mut desk, &mut model, deed);
        }
        desk.journal.check_sums().unwrap();
        let mut desk = desk.reopened();
        prop_assert_eq!(desk.journal.totals().unwrap().since, model.figures);
        let before = Period { from: None, to: Some(crate::desk::day(cut)) };
        let after = Period { from: Some(crate::desk::day(cut + 1)), to: None };
        for by in groupings() {
            let report = desk.journal.report(Period::ALL, by).unwrap();
            prop_assert_eq!(report.total, model.figures);
            let sum = report.rows.iter().try_fold(Figures::default(), |sum, row| sum.plus(row.figures));
            prop_assert_eq!(sum, Some(report.total));
            let parts = [before, after].map(|period| desk.journal.report(period, by).unwrap().total);
            prop_assert_eq!(parts[0].plus(parts[1]), Some(report.total));
        }
    }
}
