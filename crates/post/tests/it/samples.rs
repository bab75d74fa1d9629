//! The pictures under `samples/` against what is expected of each.

use post::examine;
use post::judge::{Circumstances, Judgement, Verdict};
use post::list::KnownMeters;
use post::read::Picture;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use terms::{Date, Money, Serial};

/// For each class, how many pictures must be judged as expected: all of them, or this table says why not.
const CLASSES: [(&str, usize); 8] = [
    ("dead-head", 3),
    ("fraud", 4),
    ("kraft", 2),
    ("nothing", 3),
    ("phone", 3),
    ("phone-hard", 5),
    ("scan-tilt", 2),
    ("spread", 2),
];

#[derive(Deserialize)]
struct Expected {
    file: String,
    verdict: String,
    serial: Option<Serial>,
    postage: Option<Money>,
    mv: Option<u64>,
    date: Option<Date>,
}

fn samples() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../samples")
}

fn judged(file: &str, list: &KnownMeters) -> Judgement {
    let picture = Picture::decode(&fs::read(samples().join(file)).unwrap()).unwrap();
    examine(&picture, list, &Circumstances::default()).judgement
}

/// Claim: D16
/// Claim: D21
/// Claim: X2
/// Claim: X14
#[test]
fn every_sample_is_judged_as_expected() {
    let list = fs::read(samples().join("list.json")).unwrap();
    let list = KnownMeters::new(serde_json::from_slice(&list).unwrap()).unwrap();
    let expected = fs::read(samples().join("expected.json")).unwrap();
    let expected: Vec<Expected> = serde_json::from_slice(&expected).unwrap();
    let mut right: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for sample in expected {
        let judgement = judged(&sample.file, &list);
        let words = judgement.verdict.words();
        let as_read = sample.verdict != "genuine"
            || (judgement.postage, judgement.mv, judgement.date) == (sample.postage, sample.mv, sample.date);
        if words == sample.verdict && judgement.serial == sample.serial && as_read {
            let class = sample.file.split('/').next().unwrap_or_default();
            *right.entry(class.to_owned()).or_default() += 1;
        } else {
            wrong.push(format!("{}: {words}, {}", sample.file, judgement.reason));
        }
        // Whatever else changes, nobody honest is accused and nothing forged is accepted.
        assert!(judgement.verdict == Verdict::Forged || sample.verdict != "forged" || words == "unreadable");
        assert!(!judgement.verdict.accuses() || sample.verdict == "forged", "{}", sample.file);
    }
    let right: Vec<(&str, usize)> = right.iter().map(|(class, count)| (&**class, *count)).collect();
    assert_eq!(right, CLASSES, "\n{}", wrong.join("\n"));
}
