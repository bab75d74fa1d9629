//! Refunds of spoiled imprints: what is believed of a claim, that each imprint is paid once, and that what was seen in the
//! mail is not paid and accuses nobody.

use crate::account_device::{Device, money, serial, work};
use crate::databases::{Database, on_each_database, run};
use crate::office_desk::{self, Bureau, DAY_MS, START_MS};
use crate::post_station::{Desk, Station};
use centre::audit::{Chain, log};
use centre::books::{Books, BooksFault, Counted, Paid, TakenClaim};
use centre::catalogue::{ClaimDetail, Section, WhichReactions};
use centre::deposits::CustomerReference;
use centre::office::{Office, OfficeFault, Operations};
use imprint::numbers::{Indicium, RequestId};
use link::call::Ask;
use link::h::{ImprintIdentity, Sighting};
use link::refund::RefundClaim;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use terms::equations::Status;
use terms::{Date, Money, SpoilReason};
use tokio::sync::Barrier;

on_each_database! {
    a_spoiled_imprint_is_paid_once_when_its_paper_came_in
    each_line_that_proves_nothing_is_refused_and_the_others_are_not
    the_same_claim_sent_twice_or_at_once_is_one_claim
    an_imprint_in_many_claims_at_once_is_claimed_by_one_line
    operators_who_receive_at_once_pay_once
    what_a_station_saw_first_is_refused_and_a_person_compares_the_papers
    what_is_seen_after_the_claim_is_not_paid
    what_is_seen_after_the_refund_stays_paid_and_a_person_is_told
    sightings_that_race_with_payments_leave_no_imprint_both_open_and_seen
    an_imprint_waits_until_the_meter_has_reported_it
    a_line_that_a_person_refused_can_be_claimed_again
    what_was_counted_must_be_what_is_open
    the_handling_share_is_kept_and_the_rest_is_paid
}

/// Today at the office: a day after the meter was filled.
const NOW_MS: i64 = START_MS + DAY_MS;

/// The post's desk and a meter with 100.00 of credit.
struct Till {
    desk: Desk,
    device: Device,
    customer: CustomerReference,
}

impl Till {
    async fn open(database: Database) -> Till {
        let mut bureau = Bureau::open(database).await;
        let customer = bureau.customer("Muster", 50_000).await;
        bureau.meter(serial(), customer).await;
        let mut device = Device { seal: 7, ..Device::default() };
        let amount = Ask::Amount { amount: money(10_000), work: work("") };
        bureau.call(&mut device, &[amount, Ask::Refill]).await;
        Till { desk: Desk::open(bureau).await, device, customer }
    }

    fn office(&self) -> &Office {
        &self.desk.bureau.office
    }

    /// Franks a piece.
    async fn frank(&mut self, postage: u64) -> Indicium {
        self.device.frank(postage);
        self.imprint(self.device.registers.r8, postage).await
    }

    async fn imprint(&self, mv: u64, postage: u64) -> Indicium {
        office_desk::indicium(self.office(), serial(), mv, postage, day()).await
    }

    /// The meter reports what it has franked.
    async fn report(&mut self) {
        self.desk.bureau.call(&mut self.device, &[Ask::Contact]).await;
    }

    async fn franked(&mut self, values: &[u64]) -> Vec<Indicium> {
        let mut indicia = Vec::new();
        for postage in values {
            indicia.push(self.frank(*postage).await);
        }
        self.report().await;
        indicia
    }

    async fn take(&self, indicia: &[Indicium]) -> TakenClaim {
        self.office().take_claim(&claim(indicia), "otto", NOW_MS).await.unwrap()
    }

    async fn receive(&self, number: u64) -> Paid {
        self.office().receive_claim(number, "parcel 1", None, "otto", NOW_MS).await.unwrap()
    }

    async fn claim(&self, number: u64) -> ClaimDetail {
        self.desk.bureau.catalogue().claim(number).await.unwrap()
    }

    /// The state of each line, and why where it is refused.
    async fn states(&self, number: u64) -> Vec<String> {
        let lines = self.claim(number).await.lines;
        lines.into_iter().map(|line| line.why.unwrap_or(line.state)).collect()
    }

    /// What the customer has got back.
    async fn back(&self) -> i64 {
        let customer = self.office().books().customer(self.customer).await.unwrap();
        customer.balance_minor - (50_000 - 10_000)
    }

    /// How many papers are to be compared.
    async fn to_compare(&self) -> usize {
        let catalogue = self.desk.bureau.catalogue();
        catalogue.reactions(WhichReactions::Papers, &Section::first()).await.unwrap().items.len()
    }

    async fn entries_of(&self, chain: &Chain, kind: &str) -> usize {
        let entries = log::newest(self.desk.bureau.store.reads(), chain, 500).await.unwrap();
        entries.iter().filter(|entry| entry.event.contains(&format!("\"kind\":\"{kind}\""))).count()
    }

    async fn otto(&self, kind: &str) -> usize {
        self.entries_of(&Chain::Desk(centre::audit::Desk::new("otto").unwrap()), kind).await
    }
}

fn day() -> Date {
    "2026-11-22".parse().unwrap()
}

fn claim(indicia: &[Indicium]) -> RefundClaim {
    office_desk::claim(serial(), indicia)
}

fn sighting(indicium: &Indicium, picture: u8) -> Sighting {
    let imprint =
        ImprintIdentity { serial: serial(), epoch: 1, second: None, by_pieces: false, mv: indicium.mv };
    let postage = indicium.postage;
    Sighting { imprint, postage, printed: None, seen_ms: NOW_MS, place: None, picture: [picture; 32] }
}

async fn a_spoiled_imprint_is_paid_once_when_its_paper_came_in(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = till.franked(&[85, 110]).await;
    let taken = till.take(&indicia).await;
    assert_eq!(taken, TakenClaim { number: 1, is_new: true });
    assert_eq!((till.states(1).await, till.back().await), (vec!["claimed".to_owned(); 2], 0));
    assert_eq!(till.receive(1).await, Paid { imprints: 2, amount: money(195), waiting: 0 });
    assert_eq!((till.states(1).await, till.back().await), (vec!["refunded".to_owned(); 2], 195));
    let entries = till.desk.bureau.catalogue().entries(till.customer, &Section::first()).await.unwrap().items;
    let newest = (entries[0].kind.as_str(), entries[0].amount_minor, entries[0].about.as_str());
    assert_eq!(newest, ("spoiled", 195, "12345678/claim 1"));
    // Received again, nothing is left to pay; and the papers came in once.
    assert_eq!(till.receive(1).await, Paid::default());
    let other = till.office().receive_claim(1, "parcel 2", None, "otto", NOW_MS).await;
    assert!(matches!(other, Err(OfficeFault::Books(BooksFault::OtherConsignment(1)))), "{other:?}");
    let unknown = till.office().receive_claim(9, "parcel 1", None, "otto", NOW_MS).await;
    assert!(matches!(unknown, Err(OfficeFault::Books(BooksFault::NoClaim(9)))), "{unknown:?}");
    assert_eq!(till.back().await, 195);
    assert_eq!((till.otto("refund_claimed").await, till.otto("refund_paid").await), (1, 1));
    let claim = till.claim(1).await.claim;
    assert_eq!((claim.refunded, claim.paid_minor, claim.consignment.as_deref()), (2, 195, Some("parcel 1")));
}

async fn each_line_that_proves_nothing_is_refused_and_the_others_are_not(database: Database) {
    let mut till = Till::open(database).await;
    let good = till.franked(&[85, 85, 85, 85, 85, 85]).await;
    // Another meter's row, under its own key.
    let other = 7_u32.try_into().unwrap();
    till.desk.bureau.meter(other, till.customer).await;
    let strange = office_desk::indicium(till.office(), other, 4, 85, day()).await;
    let mut other_row = good[2].clone();
    other_row.symbols[5] = (other_row.symbols[5] + 1) % 22;
    let lines = [
        good[0].clone(),
        Indicium { postage: money(8_500), ..good[1].clone() },
        other_row,
        Indicium { request: RequestId(100), serial: serial(), ..strange },
        Indicium { epoch: 2, ..good[4].clone() },
        Indicium { mv: 1, request: RequestId(101), ..good[5].clone() },
        Indicium { request: RequestId(102), ..till.imprint(7, 0).await },
        Indicium { date: "2026-09-22".parse().unwrap(), ..good[3].clone() },
        // The same imprint under another request.
        Indicium { request: RequestId(103), ..good[0].clone() },
        Indicium { postage: Money::from_minor(u64::MAX), request: RequestId(104), ..good[1].clone() },
    ];
    till.take(&lines).await;
    let states = till.states(1).await;
    let expected = [
        "claimed",
        "not_genuine",
        "not_genuine",
        "not_genuine",
        "no_such_epoch",
        "not_genuine",
        "zero_value",
        "too_old",
        "claimed_before",
        "not_genuine",
    ];
    assert_eq!(states, expected);
    assert_eq!(till.receive(1).await.amount, money(85));
    assert_eq!(till.back().await, 85);
    // A row of another meter proves nothing of this one.
    let moved: Vec<Indicium> = good.iter().map(|good| Indicium { serial: other, ..good.clone() }).collect();
    let claim = office_desk::claim(other, &moved);
    till.office().take_claim(&claim, "otto", NOW_MS).await.unwrap();
    assert_eq!(till.states(2).await, ["not_genuine"; 6]);
}

async fn the_same_claim_sent_twice_or_at_once_is_one_claim(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = till.franked(&[85, 110]).await;
    let start = Arc::new(Barrier::new(6));
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let (office, start, claim) = (till.office().clone(), Arc::clone(&start), claim(&indicia));
            tokio::spawn(async move {
                start.wait().await;
                office.take_claim(&claim, "otto", NOW_MS).await.unwrap()
            })
        })
        .collect();
    let mut new = 0;
    for task in tasks {
        let taken = task.await.unwrap();
        assert_eq!(taken.number, 1);
        new += u32::from(taken.is_new);
    }
    assert_eq!(new, 1);
    assert_eq!(till.take(&indicia).await, TakenClaim { number: 1, is_new: false });
    till.receive(1).await;
    assert_eq!(till.take(&indicia).await, TakenClaim { number: 1, is_new: false });
    assert_eq!((till.back().await, till.otto("refund_claimed").await), (195, 1));
}

async fn an_imprint_in_many_claims_at_once_is_claimed_by_one_line(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = till.franked(&[100, 10, 10, 10, 10]).await;
    let start = Arc::new(Barrier::new(4));
    let tasks: Vec<_> = (1..=4)
        .map(|other: usize| {
            // Each claims the first imprint, and one of its own.
            let claim = claim(&[indicia[0].clone(), indicia[other].clone()]);
            let (office, start) = (till.office().clone(), Arc::clone(&start));
            tokio::spawn(async move {
                start.wait().await;
                let number = office.take_claim(&claim, "otto", NOW_MS).await.unwrap().number;
                office.receive_claim(number, "parcel 1", None, "otto", NOW_MS).await.unwrap()
            })
        })
        .collect();
    let mut paid = 0;
    for task in tasks {
        paid += task.await.unwrap().amount.minor();
    }
    assert_eq!((paid, till.back().await), (140, 140));
}

async fn operators_who_receive_at_once_pay_once(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = till.franked(&[85, 110]).await;
    till.take(&indicia).await;
    let start = Arc::new(Barrier::new(6));
    let tasks: Vec<_> = (0..6)
        .map(|number| {
            let (office, start) = (till.office().clone(), Arc::clone(&start));
            let by = format!("operator{number}");
            tokio::spawn(async move {
                start.wait().await;
                office.receive_claim(1, "parcel 1", None, &by, NOW_MS).await.unwrap()
            })
        })
        .collect();
    let mut paid = Vec::new();
    for task in tasks {
        paid.push(task.await.unwrap().amount.minor());
    }
    paid.sort_unstable();
    assert_eq!((paid, till.back().await), (vec![0, 0, 0, 0, 0, 195], 195));
}

async fn what_a_station_saw_first_is_refused_and_a_person_compares_the_papers(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = till.franked(&[85, 110]).await;
    let north = till.desk.station("North").await;
    north.send(1, vec![sighting(&indicia[0], 1)]).await;
    till.take(&indicia).await;
    assert_eq!(till.states(1).await, ["seen_in_mail", "claimed"]);
    assert_eq!((till.receive(1).await.amount, till.back().await), (money(110), 110));
    // A person is told, once; nobody is accused.
    assert_eq!(till.office().tell_of_seen_refunds(NOW_MS).await.unwrap(), 1);
    assert_eq!(
        (till.to_compare().await, till.entries_of(&Chain::Meter(serial()), "refund_seen").await),
        (1, 1)
    );
    assert_eq!(till.office().tell_of_seen_refunds(NOW_MS).await.unwrap(), 0);
    let folder = till.office().books().folder(serial()).await.unwrap();
    assert_eq!(folder.file.dossier.judged.status, Status::Okay);
    till.office().note_papers_compared(1, "the paper itself was posted", "otto", NOW_MS).await.unwrap();
    assert_eq!(till.to_compare().await, 0);
}

async fn what_is_seen_after_the_claim_is_not_paid(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = till.franked(&[85, 110]).await;
    let north = till.desk.station("North").await;
    till.take(&indicia).await;
    north.send(1, vec![sighting(&indicia[1], 1), sighting(&indicia[1], 2)]).await;
    assert_eq!(till.states(1).await, ["claimed", "seen_in_mail"]);
    assert_eq!((till.to_compare().await, till.receive(1).await.amount), (1, money(85)));
    // The same picture again, and another: it is known already.
    north.send(2, vec![sighting(&indicia[1], 3)]).await;
    assert_eq!((till.to_compare().await, till.back().await), (1, 85));
    // Claimed again, it is refused again.
    let again = RefundClaim::of(serial(), [(&indicia[1], SpoilReason::NotUsed, day())]).unwrap();
    assert_eq!(till.office().take_claim(&again, "otto", NOW_MS).await.unwrap().number, 2);
    assert_eq!(till.states(2).await, ["seen_in_mail"]);
}

async fn what_is_seen_after_the_refund_stays_paid_and_a_person_is_told(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = till.franked(&[85]).await;
    let north = till.desk.station("North").await;
    till.take(&indicia).await;
    till.receive(1).await;
    north.send(1, vec![sighting(&indicia[0], 1)]).await;
    assert_eq!((till.states(1).await, till.back().await), (vec!["refunded".to_owned()], 85));
    let detail = till.claim(1).await;
    assert!(detail.lines[0].seen_ms.is_some() && detail.claim.seen == 1);
    let catalogue = till.desk.bureau.catalogue();
    let papers = catalogue.reactions(WhichReactions::Papers, &Section::first()).await.unwrap().items;
    let why = "an imprint of 0.85 was refunded as spoiled and seen in the mail afterwards (claim 1, line 1)";
    assert_eq!((papers.len(), papers[0].why.as_slice()), (1, [why.to_owned()].as_slice()));
    let folder = till.office().books().folder(serial()).await.unwrap();
    assert_eq!(folder.file.dossier.judged.status, Status::Okay, "a person decides");
}

async fn sightings_that_race_with_payments_leave_no_imprint_both_open_and_seen(database: Database) {
    let mut till = Till::open(database).await;
    let north = till.desk.station("North").await;
    for round in 1..=8_u64 {
        let indicia = till.franked(&[100]).await;
        let before = till.back().await;
        let start = Arc::new(Barrier::new(2));
        let (office, barrier, claim) = (till.office().clone(), Arc::clone(&start), claim(&indicia));
        let pays = tokio::spawn(async move {
            barrier.wait().await;
            let number = office.take_claim(&claim, "otto", NOW_MS).await.unwrap().number;
            office.receive_claim(number, "parcel 1", None, "otto", NOW_MS).await.unwrap()
        });
        let (station, seen): (Station, _) = (north.clone(), sighting(&indicia[0], 1));
        let sees = tokio::spawn(async move {
            start.wait().await;
            station.send(round, vec![seen]).await;
        });
        let paid = pays.await.unwrap();
        sees.await.unwrap();
        let line = till.claim(round).await.lines.remove(0);
        assert!(line.seen_ms.is_some(), "whoever was first, it is marked");
        assert_eq!(paid.imprints == 1, line.state == "refunded", "{line:?}");
        assert_eq!(till.back().await - before, paid.amount.minor().cast_signed());
    }
    till.office().tell_of_seen_refunds(NOW_MS).await.unwrap();
    assert_eq!(till.to_compare().await, 8);
}

async fn an_imprint_waits_until_the_meter_has_reported_it(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = [till.frank(85).await, till.frank(110).await];
    till.take(&indicia).await;
    assert_eq!(till.receive(1).await, Paid { waiting: 2, ..Paid::default() });
    assert_eq!((till.back().await, till.otto("refund_paid").await), (0, 0));
    till.report().await;
    assert_eq!(till.receive(1).await, Paid { imprints: 2, amount: money(195), waiting: 0 });
    assert_eq!(till.back().await, 195);
}

async fn a_line_that_a_person_refused_can_be_claimed_again(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = till.franked(&[85, 110]).await;
    till.take(&indicia).await;
    let refuse =
        async |line| till.office().refuse_claim_line(1, line, "the paper is not there", "otto", NOW_MS).await;
    refuse(2).await.unwrap();
    for line in [0, 2, 3] {
        let refused = refuse(line).await;
        assert!(matches!(refused, Err(OfficeFault::Books(BooksFault::NoOpenLine { .. }))), "{refused:?}");
    }
    assert_eq!(till.receive(1).await.amount, money(85));
    assert!(refuse(1).await.is_err(), "what is paid is paid");
    assert_eq!(till.claim(1).await.lines[1].sentence.as_deref(), Some("the paper is not there"));
    // The paper turns up.
    till.take(&indicia[1..]).await;
    assert_eq!(
        (till.states(2).await, till.receive(2).await.amount),
        (vec!["claimed".to_owned()], money(110))
    );
    assert_eq!((till.back().await, till.otto("refund_refused").await), (195, 1));
}

async fn what_was_counted_must_be_what_is_open(database: Database) {
    let mut till = Till::open(database).await;
    let indicia = till.franked(&[85, 110]).await;
    till.take(&indicia).await;
    let receive = async |imprints, postage| {
        let counted = Some(Counted { imprints, postage: money(postage) });
        till.office().receive_claim(1, "parcel 1", counted, "otto", NOW_MS).await
    };
    for (imprints, postage) in [(1, 195), (2, 194), (3, 195), (0, 0)] {
        let refused = receive(imprints, postage).await;
        let expected = matches!(refused, Err(OfficeFault::Books(BooksFault::OtherCount { imprints: 2, .. })));
        assert!(expected, "{refused:?}");
    }
    assert_eq!((till.back().await, till.claim(1).await.claim.received_ms), (0, None));
    assert_eq!(receive(2, 195).await.unwrap().amount, money(195));
}

async fn the_handling_share_is_kept_and_the_rest_is_paid(database: Database) {
    let mut till = Till::open(database).await;
    let operations = Operations { refund_share: 250, refund_days: 1, ..Operations::default() };
    till.office().settings().set_operations(&operations, "anna", NOW_MS).await.unwrap();
    let indicia = till.franked(&[100, 85]).await;
    till.take(&indicia).await;
    // 2.5 and 2.125 are kept as 3 and 2.
    assert_eq!(till.receive(1).await.amount, money(97 + 83));
    let late = till.franked(&[85]).await;
    till.office().take_claim(&claim(&late), "otto", NOW_MS + 2 * DAY_MS).await.unwrap();
    assert_eq!(till.states(2).await, ["too_old"]);
    for wrong in [
        Operations { refund_share: 10_001, ..Operations::default() },
        Operations { refund_days: 0, ..Operations::default() },
    ] {
        assert!(till.office().settings().set_operations(&wrong, "anna", NOW_MS).await.is_err());
    }
}

/// A transaction that ends anywhere before its commit has paid nothing, and the next pays all.
#[test]
fn a_payment_that_is_cut_off_anywhere_has_paid_nothing() {
    run(async {
        let mut till = Till::open(Database::file()).await;
        let indicia = till.franked(&[85, 110]).await;
        till.take(&indicia).await;
        for cut in [
            "UPDATE ON refund_claim",
            "UPDATE ON refund_line",
            "UPDATE ON customer",
            "INSERT ON entry",
            "INSERT ON audit_entry",
        ] {
            let trigger = format!("CREATE TRIGGER cut BEFORE {cut} BEGIN SELECT RAISE(ABORT, 'cut'); END");
            let store = &till.desk.bureau.store;
            sqlx::query(sqlx::AssertSqlSafe(trigger)).execute(store.reads()).await.unwrap();
            let cut_off = till.office().receive_claim(1, "parcel 1", None, "otto", NOW_MS).await;
            assert!(cut_off.is_err(), "{cut}");
            sqlx::query("DROP TRIGGER cut").execute(till.desk.bureau.store.reads()).await.unwrap();
            let claim = till.claim(1).await.claim;
            assert_eq!((till.back().await, claim.open, claim.received_ms), (0, 2, None), "{cut}");
        }
        assert_eq!((till.receive(1).await.amount, till.back().await), (money(195), 195));
    });
}

/// What can happen, in any order.
#[derive(Clone, Debug)]
enum Event {
    /// These imprints are claimed, the last of them with a value that its row does not say.
    Claim(Vec<usize>, bool),
    /// A claim's papers come in.
    Receive(u64),
    /// A line is refused.
    Refuse(u64, u64),
    /// A station sees an imprint.
    See(usize),
    /// The meter calls.
    Report,
}

const IMPRINTS: usize = 6;

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (proptest::collection::vec(0..IMPRINTS, 1..4), any::<bool>()).prop_map(|(all, forged)| Event::Claim(all, forged)),
        3 => (1_u64..5).prop_map(Event::Receive),
        1 => (1_u64..5, 1_u64..4).prop_map(|(claim, line)| Event::Refuse(claim, line)),
        2 => (0..IMPRINTS).prop_map(Event::See),
        1 => Just(Event::Report),
    ]
}

/// Lets the events happen, and holds what was paid against what may have been.
async fn happens(events: Vec<Event>) {
    let mut till = Till::open(Database::file()).await;
    let north = till.desk.station("North").await;
    let mut indicia = Vec::new();
    for value in 1..=IMPRINTS as u64 {
        indicia.push(till.frank(value * 20).await);
    }
    let (mut seen, mut payable, mut batch) = (BTreeSet::new(), BTreeMap::new(), 0);
    for event in events {
        match event {
            Event::Claim(all, forged) => {
                let mut lines: Vec<Indicium> =
                    all.iter().collect::<BTreeSet<_>>().into_iter().map(|at| indicia[*at].clone()).collect();
                if let Some(last) = lines.last_mut().filter(|_| forged) {
                    last.postage = money(9_000);
                }
                till.take(&lines).await;
            }
            Event::Receive(number) => {
                let before = till.back().await;
                let Ok(paid) = till.office().receive_claim(number, "p", None, "otto", NOW_MS).await else {
                    continue;
                };
                assert_eq!(till.back().await - before, paid.amount.minor().cast_signed());
                for line in till.claim(number).await.lines.iter().filter(|line| line.state == "refunded") {
                    if line.seen_ms.is_none() {
                        assert!(!seen.contains(&line.mv), "paid although it was seen: {line:?}");
                    }
                    payable.entry(line.mv).or_insert(number);
                    assert_eq!(payable[&line.mv], number, "paid twice: {line:?}");
                }
            }
            Event::Refuse(claim, line) => {
                // Where there is no such open line, nothing happens.
                let _ = till.office().refuse_claim_line(claim, line, "no", "otto", NOW_MS).await;
            }
            Event::See(at) => {
                batch += 1;
                north.send(batch, vec![sighting(&indicia[at], batch as u8)]).await;
                if !payable.contains_key(&indicia[at].mv) {
                    seen.insert(indicia[at].mv);
                }
            }
            Event::Report => till.report().await,
        }
    }
    let most: u64 = payable.keys().map(|mv| mv * 20).sum();
    assert_eq!(till.back().await, most.cast_signed(), "each imprint that was paid, once, at its postage");
    assert!(payable.keys().all(|mv| !seen.contains(mv)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The customer gets the postage of distinct, genuine imprints that nobody had seen, in whatever order things happen.
    #[test]
    fn whatever_happens_in_whatever_order_nothing_is_paid_twice_or_after_it_was_seen(
        events in proptest::collection::vec(event(), 4..24),
    ) {
        run(happens(events));
    }
}
