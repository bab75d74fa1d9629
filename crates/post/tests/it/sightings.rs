//! Sightings in a real database file.

use imprint::numbers::LayoutId;
use post::judge::{Identity, Judgement, Verdict};
use post::sightings::{Occasion, Place, Sightings, digest, weigh_earlier, weigh_papers_in_hand};
use terms::Serial;

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn identity(mv: u64) -> Identity {
    Identity { serial: Serial::new(12_345_678).unwrap(), epoch: 1, second: None, by_pieces: false, mv }
}

fn genuine(mv: u64) -> Judgement {
    Judgement {
        verdict: Verdict::Genuine,
        layout: Some(LayoutId::B),
        identity: Some(identity(mv)),
        ..Judgement::unreadable("")
    }
}

fn at(hours: i64, place: Option<Place>) -> Occasion {
    Occasion { seen_at: hours * 3_600, place }
}

/// Claim: D19
#[test]
fn a_second_sighting_is_told_and_the_same_picture_is_not_a_second() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sightings.db");
        let sightings = Sightings::open(&path).await.unwrap();
        let (first, second) = (digest(b"first picture"), digest(b"second picture"));
        assert_eq!(sightings.record(&identity(42), first, "1.jpg", at(0, None)).await.unwrap(), []);
        assert_eq!(sightings.record(&identity(42), first, "1.jpg", at(1, None)).await.unwrap(), []);
        assert_eq!(sightings.record(&identity(43), second, "2.jpg", at(1, None)).await.unwrap(), []);
        sightings.close().await;
        // Reopened, it still knows.
        let sightings = Sightings::open(&path).await.unwrap();
        let earlier = sightings.record(&identity(42), digest(b"third"), "3.jpg", at(2, None)).await.unwrap();
        assert_eq!(earlier.iter().map(|earlier| &*earlier.picture).collect::<Vec<_>>(), ["1.jpg"]);
        let mut judgement = genuine(42);
        weigh_earlier(&mut judgement, at(2, None), &earlier);
        assert_eq!(judgement.verdict, Verdict::GenuineSeenBefore);
    });
}

/// Claim: D19
#[test]
fn a_number_at_two_places_no_transport_allows_is_a_copy() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let sightings = Sightings::open(&folder.path().join("sightings.db")).await.unwrap();
        let berlin = Some(Place { latitude: 52_520_000, longitude: 13_405_000 });
        let lisbon = Some(Place { latitude: 38_722_000, longitude: -9_139_000 });
        sightings.record(&identity(42), digest(b"1"), "1.jpg", at(0, berlin)).await.unwrap();
        let earlier = sightings.record(&identity(42), digest(b"2"), "2.jpg", at(1, lisbon)).await.unwrap();
        let mut judgement = genuine(42);
        weigh_earlier(&mut judgement, at(1, lisbon), &earlier);
        assert_eq!(judgement.verdict, Verdict::Copy);
        let mut slow = genuine(42);
        weigh_earlier(&mut slow, at(48, lisbon), &earlier);
        assert_eq!(slow.verdict, Verdict::GenuineSeenBefore);
    });
}

/// Claim: D19
#[test]
fn of_papers_in_hand_all_with_one_number_are_named_and_no_other() {
    let mut papers =
        ["a", "b", "c"].map(|name| (name.to_owned(), genuine(if name == "c" { 7 } else { 42 }))).to_vec();
    weigh_papers_in_hand(&mut papers);
    let verdicts: Vec<Verdict> = papers.iter().map(|paper| paper.1.verdict).collect();
    assert_eq!(verdicts, [Verdict::Copy, Verdict::Copy, Verdict::Genuine]);
    assert!(papers[0].1.reason.contains("and b"));
    assert!(papers[1].1.reason.contains("and a"));
}

#[test]
fn a_file_that_is_no_database_is_refused_in_one_sentence() {
    run(async {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sightings.db");
        std::fs::write(&path, b"not a database, whatever its name says".repeat(100)).unwrap();
        let error = Sightings::open(&path).await.unwrap_err().to_string();
        assert!(!error.contains('\n'), "{error}");
    });
}
