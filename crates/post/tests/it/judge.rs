//! Verdicts from readings whose probabilities are known exactly.

use imprint::numbers::{Cipher, Key, LayoutId, MonotoneKind, Profile, Quantities, SetId, Suspicion, encode};
use post::judge::{Circumstances, Evidence, Judgement, OpenReading, Outcome, Verdict, judge};
use post::list::{EpochEntry, KeyEntry, KnownMeters, MeterEntry, MeterList, Standing};
use post::reading::{CellReading, DigitReading, FieldReading, MarkReading, RowReading};
use terms::{Date, Money, Serial};

const SERIAL: u32 = 12_345_678;
const OTHER: u32 = 87_654_321;

fn serial(value: u32) -> Serial {
    Serial::new(value).unwrap()
}

fn key(value: u32) -> Key {
    Key::new([value as u8; Key::BYTES])
}

fn meter(value: u32, profile: &Profile) -> MeterEntry {
    MeterEntry {
        serial: serial(value),
        specimen: true,
        standing: Standing::Active,
        epochs: vec![EpochEntry {
            profile: profile.clone(),
            keys: vec![KeyEntry { slot: profile.key_slot, key: key(value) }],
            mv: Some((1, 100_000)),
        }],
        layouts: Vec::new(),
    }
}

fn list_with(change: impl FnOnce(&mut MeterList)) -> KnownMeters {
    list_of("p1", change)
}

fn list_of(profile: &str, change: impl FnOnce(&mut MeterList)) -> KnownMeters {
    let profile = Profile::named(profile).unwrap();
    let mut list =
        MeterList { meters: vec![meter(SERIAL, &profile), meter(OTHER, &profile)], ..MeterList::empty() };
    change(&mut list);
    KnownMeters::new(list).unwrap()
}

fn list() -> KnownMeters {
    list_with(|_| {})
}

/// What a camera saw of one imprint, with the probabilities chosen by the test.
#[derive(Clone)]
struct Paper {
    open: OpenReading,
    set: SetId,
    cells: Vec<CellReading>,
}

impl Evidence for Paper {
    fn open(&self) -> &OpenReading {
        &self.open
    }

    fn row(&self, set: SetId, symbols: usize) -> Option<RowReading> {
        (set == self.set && symbols == self.cells.len())
            .then(|| RowReading { set, cells: self.cells.clone() })
    }
}

/// A digit that is read as `digit` and is each other one with probability `doubt`.
fn digit(digit: usize, doubt: f64) -> DigitReading {
    let mut log_likelihood = [doubt.ln() as f32; 10];
    log_likelihood[digit] = (1.0 - 9.0 * doubt).ln() as f32;
    DigitReading { log_likelihood, legible: true }
}

fn field(text: &str, doubt: f64) -> FieldReading {
    FieldReading { digits: text.bytes().map(|byte| digit(usize::from(byte - b'0'), doubt)).collect() }
}

fn cell(base: u32, symbol: u8, doubt: f64) -> CellReading {
    let mut cell = CellReading::illegible(base);
    cell.legible = true;
    cell.log_likelihood[..base as usize].fill(doubt.ln() as f32);
    cell.log_likelihood[usize::from(symbol)] = (1.0 - f64::from(base - 1) * doubt).ln() as f32;
    cell
}

/// So little doubt a sharp picture leaves.
const SHARP: f64 = 1e-9;

fn paper_of(profile: &Profile, key_of: u32, quantities: &Quantities, doubt: f64) -> Paper {
    let cipher = Cipher::new(profile.cipher, &key(key_of));
    let row = encode(profile, &cipher, quantities).unwrap().row;
    let date = quantities.date.unwrap();
    Paper {
        open: OpenReading {
            layouts: vec![LayoutId::B],
            serial: field(&quantities.serial.to_string(), doubt),
            date: field(&format!("{:08}", date.yyyymmdd()), doubt),
            postage: field(&format!("{:04}", quantities.postage.minor()), doubt),
            count: None,
            mark: MarkReading { present: -9.0, absent: -0.000_1 },
        },
        set: profile.set,
        cells: row.iter().map(|&symbol| cell(profile.set.base(), symbol, doubt)).collect(),
    }
}

fn quantities(mv: u64, postage: u64) -> Quantities {
    Quantities {
        date: Some(Date::new(2026, 11, 21).unwrap()),
        second: Some(3),
        ..Quantities::new(serial(SERIAL), Money::from_minor(postage), mv)
    }
}

fn paper() -> Paper {
    paper_of(&Profile::named("p1").unwrap(), SERIAL, &quantities(42, 110), SHARP)
}

fn judged(paper: &Paper) -> Judgement {
    judge(paper, &list(), &Circumstances::default())
}

fn outcome(judgement: &Judgement, name: &str) -> Outcome {
    judgement.checks.iter().find(|check| check.name == name).unwrap().outcome
}

/// Claim: D16
#[test]
fn an_honest_imprint_is_genuine_with_every_check_named() {
    let judgement = judged(&paper());
    assert_eq!(judgement.verdict, Verdict::Genuine, "{}", judgement.reason);
    assert_eq!((judgement.mv, judgement.debited), (Some(42), Some(Money::from_minor(110))));
    for name in ["postage", "monotone", "serial", "suspicion", "meter", "layout"] {
        assert_eq!(outcome(&judgement, name), Outcome::Passed, "{name}");
    }
    assert!(!judgement.look_closer);
    assert!(judgement.false_accept_risk.unwrap() < 1e-6);
    assert_eq!(judgement.readings_tried, 1);
}

/// Claim: D16
#[test]
fn a_postage_altered_in_clear_is_forged() {
    let forged = Paper { open: OpenReading { postage: field("9110", SHARP), ..paper().open }, ..paper() };
    let judgement = judged(&forged);
    assert_eq!(judgement.verdict, Verdict::Forged, "{}", judgement.reason);
    assert_eq!(outcome(&judgement, "postage"), Outcome::Failed);
    assert_eq!(judgement.debited, Some(Money::from_minor(110)));
    assert!(judgement.misreading_risk.unwrap() < 1e-6);
}

/// Claim: D16
#[test]
fn a_serial_altered_to_another_known_meter_is_forged_and_the_true_meter_named() {
    let forged = Paper { open: OpenReading { serial: field("87654321", SHARP), ..paper().open }, ..paper() };
    let judgement = judged(&forged);
    assert_eq!(judgement.verdict, Verdict::Forged, "{}", judgement.reason);
    assert!(judgement.reason.contains("12345678") || judgement.reason.contains("does not belong"));
}

#[test]
fn a_serial_that_is_on_no_list_is_suspicious_and_never_forged() {
    let unknown = Paper { open: OpenReading { serial: field("11111111", SHARP), ..paper().open }, ..paper() };
    assert_eq!(judged(&unknown).verdict, Verdict::Suspicious);
}

/// Claim: X15
#[test]
fn an_altered_date_is_forged_under_a_profile_that_binds_it() {
    let p2 = Profile::named("p2").unwrap();
    let list = list_of("p2", |_| {});
    let mut paper = paper_of(&p2, SERIAL, &quantities(42, 110), SHARP);
    assert_eq!(judge(&paper, &list, &Circumstances::default()).verdict, Verdict::Genuine);
    paper.open.date = field("20261123", SHARP);
    let judgement = judge(&paper, &list, &Circumstances::default());
    assert_eq!(judgement.verdict, Verdict::Forged, "{}", judgement.reason);
}

/// A date that could be misread is tried in its other readings before anybody is accused.
///
/// Claim: X15
#[test]
fn a_doubtful_date_is_read_as_the_one_that_agrees() {
    let p2 = Profile::named("p2").unwrap();
    let list = list_of("p2", |_| {});
    let mut paper = paper_of(&p2, SERIAL, &quantities(42, 110), SHARP);
    let mut doubtful = digit(7, SHARP);
    doubtful.log_likelihood[1] = (0.4_f32).ln();
    paper.open.date.digits[7] = doubtful;
    let judgement = judge(&paper, &list, &Circumstances::default());
    assert_eq!(judgement.verdict, Verdict::Genuine, "{}", judgement.reason);
    assert_eq!(judgement.date, Some(Date::new(2026, 11, 21).unwrap()));
}

#[test]
fn another_meters_key_and_a_random_row_are_forged() {
    let p1 = Profile::named("p1").unwrap();
    let foreign = paper_of(&p1, OTHER, &quantities(42, 110), SHARP);
    assert_eq!(judged(&foreign).verdict, Verdict::Forged);
    let mut random = paper();
    random.cells = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8].map(|symbol| cell(22, symbol, SHARP)).to_vec();
    assert_eq!(judged(&random).verdict, Verdict::Forged);
}

/// Three symbols are gone altogether: the cipher finds the one reading of 22^3 that agrees.
///
/// Claim: X3
#[test]
fn symbols_that_cannot_be_read_are_resolved_by_the_cipher() {
    let mut paper = paper();
    for place in [1, 6, 11] {
        paper.cells[place] = CellReading::illegible(22);
    }
    // An interval this narrow leaves 10^-9 for each reading tried.
    let list = list_with(|list| list.meters[0].epochs[0].mv = Some((1, 1_000)));
    let judgement = judge(&paper, &list, &Circumstances::default());
    assert_eq!(judgement.verdict, Verdict::Genuine, "{}", judgement.reason);
    assert!(judgement.readings_tried > 1);
    assert!(judgement.false_accept_risk.unwrap() < 1e-6);
}

/// The same doubt without an interval would need more tries than the risk allows: then it is unreadable.
///
/// Claim: X3
#[test]
fn doubt_beyond_the_stated_risk_is_unreadable() {
    let mut paper = paper();
    for place in [0, 3, 6, 9] {
        paper.cells[place] = CellReading::illegible(22);
    }
    let list = list_with(|list| list.meters[0].epochs[0].mv = None);
    let judgement = judge(&paper, &list, &Circumstances::default());
    assert_eq!(judgement.verdict, Verdict::Unreadable, "{}", judgement.reason);
}

/// Claim: X14
#[test]
fn a_disagreement_that_a_misreading_may_explain_accuses_nobody() {
    // The postage looks like 4.10 but may be 1.10 with one in ten thousand.
    let mut paper = paper();
    let mut doubtful = digit(4, SHARP);
    doubtful.log_likelihood[1] = (1e-4_f32).ln();
    paper.open.postage.digits[1] = doubtful;
    let judgement = judged(&paper);
    assert_eq!(judgement.verdict, Verdict::Unreadable, "{}", judgement.reason);
    // A row that is blurred all over says nothing at all.
    let mut blurred = self::paper();
    blurred.cells = vec![CellReading::illegible(22); 12];
    assert_eq!(judged(&blurred).verdict, Verdict::Unreadable);
}

/// A meter that changes its key stands on the list with both: a reading is ruled out only when neither key makes it
/// agree, so that what the first excludes does not count twice.
///
/// Claim: X14
#[test]
fn two_keys_of_a_meter_do_not_rule_a_reading_out_twice() {
    let mut paper = paper();
    let list = list_with(|list| {
        let former = list.meters[0].epochs[0].clone();
        list.meters[0].epochs.insert(
            0,
            EpochEntry { keys: vec![KeyEntry { slot: former.keys[0].slot, key: key(7) }], ..former },
        );
    });
    assert_eq!(judge(&paper, &list, &Circumstances::default()).verdict, Verdict::Genuine);
    // What looks most like another symbol, at four to one, is what was printed after all.
    let printed = paper.cells[5].top().0;
    let mut doubtful = cell(22, (printed + 1) % 22, SHARP);
    doubtful.log_likelihood[usize::from(printed)] = 0.25_f32.ln();
    paper.cells[5] = doubtful;
    let judgement = judge(&paper, &list, &Circumstances::default());
    assert_eq!(judgement.verdict, Verdict::Genuine, "{}", judgement.reason);
}

/// A date that no calendar has is no reading of an honest imprint: what it may be misread as is not left open for it.
///
/// Claim: X15
#[test]
fn days_that_do_not_exist_leave_no_doubt_open() {
    let p2 = Profile::named("p2").unwrap();
    let list = list_of("p2", |_| {});
    let mut paper = paper_of(&p2, SERIAL, &quantities(42, 110), SHARP);
    paper.open.date = field("20261130", SHARP);
    // The last digit may be a 1: the 31st of November.
    paper.open.date.digits[7].log_likelihood[1] = 0.2_f32.ln();
    let judgement = judge(&paper, &list, &Circumstances::default());
    assert_eq!(judgement.verdict, Verdict::Forged, "{}", judgement.reason);
}

/// Claim: D12
#[test]
fn suspicion_in_cipher_and_marked_meters_are_suspicious() {
    let p1 = Profile::named("p1").unwrap();
    for suspicion in [Suspicion::Suspicious, Suspicion::Manipulated] {
        let paper = paper_of(&p1, SERIAL, &Quantities { suspicion, ..quantities(42, 110) }, SHARP);
        let judgement = judged(&paper);
        assert_eq!(judgement.verdict, Verdict::Suspicious);
        assert_eq!(outcome(&judgement, "suspicion"), Outcome::Failed);
    }
    for standing in [Standing::Overdue, Standing::Withdrawn, Standing::Suspect { why: "overdue call".into() }]
    {
        let list = list_with(|list| list.meters[0].standing = standing);
        let judgement = judge(&paper(), &list, &Circumstances::default());
        assert_eq!(judgement.verdict, Verdict::Suspicious);
        assert_eq!(outcome(&judgement, "meter"), Outcome::Failed);
    }
}

#[test]
fn a_number_outside_the_interval_is_suspicious() {
    let list = list_with(|list| list.meters[0].epochs[0].mv = Some((100, 200)));
    let judgement = judge(&paper(), &list, &Circumstances::default());
    assert_eq!(judgement.verdict, Verdict::Suspicious, "{}", judgement.reason);
    assert_eq!(outcome(&judgement, "monotone"), Outcome::Failed);
}

#[test]
fn dates_too_far_ahead_are_suspicious() {
    let circumstances =
        |text: &str| Circumstances { today: Some(text.parse().unwrap()), ..Circumstances::default() };
    assert_eq!(judge(&paper(), &list(), &circumstances("2026-10-22")).verdict, Verdict::Genuine);
    assert_eq!(judge(&paper(), &list(), &circumstances("2026-10-21")).verdict, Verdict::Suspicious);
}

#[test]
fn postage_below_what_is_due_is_said_and_accuses_nobody() {
    let circumstances = Circumstances { due: Some(Money::from_minor(180)), ..Circumstances::default() };
    let judgement = judge(&paper(), &list(), &circumstances);
    assert_eq!(judgement.verdict, Verdict::Genuine);
    assert_eq!(outcome(&judgement, "postage-due"), Outcome::Failed);
    assert!(judgement.look_closer);
}

/// Every profile, and every kind of monotone variable, is judged by the same code.
///
/// Claim: D4
#[test]
fn every_kind_of_monotone_variable_is_judged_genuine() {
    for kind in MonotoneKind::ALL {
        let base = if kind.restarts_at_refill() { "fig4a" } else { "p1" };
        let mut profile = Profile::named(base).unwrap();
        profile.monotone = kind;
        profile.check().unwrap();
        let entry = meter(SERIAL, &profile);
        let list = KnownMeters::new(MeterList { meters: vec![entry], ..MeterList::empty() }).unwrap();
        let paper = paper_of(&profile, SERIAL, &quantities(4_711, 110), SHARP);
        let judgement = judge(&paper, &list, &Circumstances::default());
        assert_eq!(judgement.verdict, Verdict::Genuine, "{kind:?}: {}", judgement.reason);
    }
}

/// A stream of numbers that is the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn unit(&mut self) -> f64 {
        self.below(1 << 53) as f64 / (1_u64 << 53) as f64
    }
}

/// Judges random rows and rows altered in one symbol, all read sharply: each is forged, none accepted.
fn judge_forgeries(rounds: u32) {
    let list = list();
    let mut chance = Chance(88_172_645_463_325_252);
    let honest = paper();
    for round in 0..rounds {
        let mut paper = honest.clone();
        if round % 2 == 0 {
            paper.cells = (0..12).map(|_| cell(22, chance.below(22) as u8, SHARP)).collect();
        } else {
            let place = chance.below(12) as usize;
            let old = paper.cells[place].top().0;
            paper.cells[place] = cell(22, (old + 1 + chance.below(21) as u8) % 22, SHARP);
        }
        let verdict = judge(&paper, &list, &Circumstances::default()).verdict;
        assert_eq!(verdict, Verdict::Forged, "round {round}");
    }
}

/// Claim: X3
#[test]
fn no_random_or_altered_row_is_accepted() {
    judge_forgeries(2_000);
}

#[test]
#[ignore = "a million rows take minutes: cargo test --release --package post -- --ignored"]
fn none_of_a_million_random_or_altered_rows_is_accepted() {
    judge_forgeries(1_000_000);
}

/// Honest imprints whose symbols and digits are misread as often as the reading's own probabilities say, in
/// pictures from sharp to hopeless: whatever else they are called, nobody is accused.
///
/// Claim: X14
#[test]
fn honest_imprints_misread_at_the_stated_rates_accuse_nobody() {
    let list = list();
    let mut chance = Chance(3_141_592_653_589_793_238);
    let honest = paper();
    let mut genuine = 0;
    for round in 0..1_000 {
        let doubt = 10_f64.powf(-8.0 * chance.unit());
        let mut paper = honest.clone();
        for cell in &mut paper.cells {
            let truth = cell.top().0;
            let others = (doubt * chance.unit()).min(0.9) / 21.0;
            let misread = chance.unit() < 21.0 * others;
            let seen = if misread { (truth + 1 + chance.below(21) as u8) % 22 } else { truth };
            *cell = self::cell(22, seen, others);
        }
        for field in [&mut paper.open.serial, &mut paper.open.postage] {
            for place in &mut field.digits {
                let truth = usize::from(place.top().0);
                let others = (doubt * chance.unit()).min(0.9) / 9.0;
                let misread = chance.unit() < 9.0 * others;
                let seen = if misread { (truth + 1 + chance.below(9) as usize) % 10 } else { truth };
                *place = digit(seen, others);
            }
        }
        let judgement = judge(&paper, &list, &Circumstances::default());
        assert!(!judgement.verdict.accuses(), "round {round}, doubt {doubt}: {}", judgement.reason);
        genuine += u32::from(judgement.verdict == Verdict::Genuine);
    }
    assert!(genuine > 650, "{genuine} of 1000 were still genuine");
}
