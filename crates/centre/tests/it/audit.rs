//! The audit log as an outsider has it: a file, and perhaps a printed seal.

use centre::audit::export::ExportWriter;
use centre::audit::verify::{Expected, Fault, Findings, Verdict, verify};
use centre::audit::{
    AuditFault, Chain, Desk, Digest, Event, Head, LogName, MerkleRoot, Record, Seal, SealBody, SealedHead,
};
use ed25519_dalek::SigningKey;
use std::collections::BTreeMap;

const NOON_MS: i64 = 1_795_262_400_000;

fn carrier_key() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn log() -> LogName {
    LogName::new("Insel-Post", carrier_key().verifying_key()).unwrap()
}

fn meter(serial: u32) -> Chain {
    Chain::Meter(terms::Serial::new(serial).unwrap())
}

fn desk(name: &str) -> Chain {
    Chain::Desk(Desk::new(name).unwrap())
}

fn grant(number: u64) -> Event {
    Event::GrantIssued { grant: number, amount_minor: -5_000, r3_before_minor: 40_000 }
}

/// What came between two seals, and the seal behind it.
type Segment = (BTreeMap<Chain, Vec<Record>>, Option<Seal>);

/// A log in the making, as the tables would hold it.
struct Log {
    key: SigningKey,
    heads: BTreeMap<Chain, Head>,
    segments: Vec<Segment>,
}

impl Log {
    fn new() -> Log {
        Log { key: carrier_key(), heads: BTreeMap::new(), segments: vec![(BTreeMap::new(), None)] }
    }

    fn add(&mut self, chain: &Chain, who: &str, event: &Event) -> &mut Log {
        let head = self.heads.entry(chain.clone()).or_insert(Head::START);
        let record = head.append(chain, NOON_MS + 5, who, event).unwrap();
        *head = record.head();
        self.segments.last_mut().unwrap().0.entry(chain.clone()).or_default().push(record);
        self
    }

    fn seal(&mut self) -> Seal {
        let number = self.segments.len() as u64;
        let before = self.segments.iter().rev().find_map(|(_, seal)| *seal);
        let previous = before.map_or(log().hash(), |seal| seal.body.hash());
        let (records, seal) = self.segments.last_mut().unwrap();
        let mut tree = MerkleRoot::default();
        for (chain, records) in &*records {
            tree.push(&SealedHead { chain: chain.clone(), head: records.last().unwrap().head() }.leaf());
        }
        let (heads, entries) = (records.len() as u64, records.values().map(Vec::len).sum::<usize>() as u64);
        let body = SealBody { number, at_ms: NOON_MS, heads, entries, root: tree.root(), previous };
        let made = body.sign(&self.key);
        *seal = Some(made);
        self.segments.push((BTreeMap::new(), None));
        made
    }

    fn file(&self) -> String {
        let mut file = Vec::new();
        let mut writer = ExportWriter::begin(&mut file, &log()).unwrap();
        for (records, seal) in &self.segments {
            for (chain, records) in records {
                for record in records {
                    writer.entry(record).unwrap();
                }
                let head = records.last().unwrap().head();
                writer.head(&SealedHead { chain: chain.clone(), head }).unwrap();
            }
            if let Some(seal) = seal {
                writer.seal(seal).unwrap();
            }
        }
        writer.end().unwrap();
        String::from_utf8(file).unwrap()
    }
}

/// Two meters and a desk, two seals, and two entries behind the last.
fn example() -> Log {
    let mut log = Log::new();
    let accent = Event::Reaction { reaction: "call".into(), reason: "Zähler \"springt\"".into() };
    log.add(&meter(12_345), "meter", &grant(1)).add(&meter(12_345), "anna", &accent);
    log.add(&desk("anna"), "anna", &Event::LoggedOut { person: "anna".into() });
    log.seal();
    log.add(&meter(12_345), "meter", &grant(2)).add(&meter(7), "meter", &grant(1));
    log.seal();
    log.add(&meter(7), "meter", &grant(2));
    log
}

fn judge(file: impl AsRef<[u8]>) -> Verdict {
    verify(file.as_ref(), &Expected::default(), |_| ()).unwrap()
}

#[track_caller]
fn genuine(file: &str) -> Findings {
    match judge(file) {
        Verdict::Genuine(findings) => *findings,
        broken => panic!("{broken:?} of\n{file}"),
    }
}

#[track_caller]
fn check_broken(file: &str, expected: Fault) {
    match judge(file) {
        Verdict::Broken { fault, .. } => assert_eq!(fault, expected),
        genuine => panic!("{genuine:?}"),
    }
}

/// Claim: X11
#[test]
fn a_log_that_nobody_touched_is_genuine() {
    let findings = genuine(&example().file());
    assert_eq!((findings.chains, findings.entries, findings.seals, findings.unsealed), (3, 6, 2, 1));
    assert_eq!(findings.log.carrier(), "Insel-Post");
    assert!(!findings.key_was_expected);
}

/// Claim: X11
#[test]
fn every_changed_bit_is_found() {
    let file = example().file().into_bytes();
    for place in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[place] ^= 1 << bit;
            let verdict = judge(&changed);
            assert!(matches!(verdict, Verdict::Broken { .. }), "bit {bit} of byte {place}: {verdict:?}");
        }
    }
}

/// White space is no exception: a line has one way to be written.
#[test]
fn every_byte_put_in_or_taken_out_is_found() {
    let file = example().file().into_bytes();
    for place in 0..file.len() {
        let mut shorter = file.clone();
        let gone = shorter.remove(place);
        assert!(matches!(judge(&shorter), Verdict::Broken { .. }), "without {gone} at {place}");
        for byte in *b" \n\r0\"," {
            let mut longer = file.clone();
            longer.insert(place, byte);
            assert!(matches!(judge(&longer), Verdict::Broken { .. }), "with {byte} at {place}");
        }
    }
    assert!(matches!(judge([&file[..], b"\n"].concat()), Verdict::Broken { .. }));
}

/// Claim: X11
#[test]
fn a_line_dropped_repeated_or_moved_is_found() {
    let file = example().file();
    let lines: Vec<&str> = file.split_inclusive('\n').collect();
    let is_broken = |lines: &[&str]| matches!(judge(lines.concat()), Verdict::Broken { .. });
    for place in 0..lines.len() {
        let mut dropped = lines.clone();
        let line = dropped.remove(place);
        assert!(is_broken(&dropped), "line {place} dropped");
        for target in 0..=dropped.len() {
            let mut moved = dropped.clone();
            moved.insert(target, line);
            assert!(target == place || is_broken(&moved), "line {place} moved to {target}");
            let mut repeated = lines.clone();
            repeated.insert(target, line);
            assert!(is_broken(&repeated), "line {place} again at {target}");
        }
    }
}

/// Whoever has the tables but not the carrier's key can make hashes and heads anew, and seals not.
///
/// Claim: X11
#[test]
fn a_history_written_anew_does_not_fit_its_seals() {
    let mut forged = example();
    let mut anew = Log::new();
    anew.add(&meter(12_345), "meter", &grant(1)).add(&meter(12_345), "anna", &grant(9));
    anew.add(&desk("anna"), "anna", &Event::LoggedOut { person: "anna".into() });
    forged.segments[0].0 = anew.segments.remove(0).0;
    let continued = forged.segments[0].0[&meter(12_345)][1].head();
    let record = continued.append(&meter(12_345), NOON_MS, "meter", &grant(2)).unwrap();
    forged.segments[1].0.insert(meter(12_345), vec![record]);
    check_broken(&forged.file(), Fault::SealHeads { number: 1 });

    forged.key = SigningKey::from_bytes(&[8; 32]);
    forged.segments.truncate(1);
    forged.segments[0].1 = None;
    forged.seal();
    check_broken(&forged.file(), Fault::SealSignature { number: 1 });
}

/// Claim: X11
#[test]
fn a_chain_cut_short_does_not_fit_its_seal() {
    let mut log = example();
    log.segments[0].0.get_mut(&meter(12_345)).unwrap().pop();
    log.segments.truncate(1);
    check_broken(&log.file(), Fault::SealHeads { number: 1 });

    let mut log = example();
    log.segments[0].0.remove(&desk("anna"));
    check_broken(&log.file(), Fault::SealHeads { number: 1 });
}

/// The file alone cannot show that its end is missing; a printed seal can.
///
/// Claim: X11
#[test]
fn a_printed_seal_shows_that_later_history_was_cut_off_or_exchanged() {
    let mut log = example();
    let last = log.segments[1].1.unwrap();
    let expected =
        Expected { key: Some(carrier_key().verifying_key()), seals: BTreeMap::from([(2, last.body.hash())]) };
    let judge = |file: String| verify(file.as_bytes(), &expected, |_| ()).unwrap();
    let Verdict::Genuine(findings) = judge(log.file()) else { panic!("the log is genuine") };
    assert!(findings.key_was_expected);

    log.segments[1].1 = Some(SealBody { at_ms: NOON_MS + 1, ..last.body }.sign(&carrier_key()));
    let verdict = judge(log.file());
    assert!(
        matches!(verdict, Verdict::Broken { fault: Fault::SealPrinted { number: 2 }, .. }),
        "{verdict:?}"
    );
    log.segments.truncate(1);
    let verdict = judge(log.file());
    assert!(
        matches!(verdict, Verdict::Broken { fault: Fault::SealMissing { number: 2 }, .. }),
        "{verdict:?}"
    );

    let other =
        Expected { key: Some(SigningKey::from_bytes(&[8; 32]).verifying_key()), ..Expected::default() };
    let verdict = verify(example().file().as_bytes(), &other, |_| ()).unwrap();
    assert!(matches!(verdict, Verdict::Broken { fault: Fault::Key, .. }), "{verdict:?}");
}

#[test]
fn a_log_without_a_seal_proves_nothing() {
    let mut log = Log::new();
    log.add(&meter(1), "meter", &grant(1));
    check_broken(&log.file(), Fault::NoSeal);
    check_broken("", Fault::NoEnd);
}

#[test]
fn a_line_without_an_end_is_read_up_to_a_bound() {
    let endless = "x".repeat(1 << 20);
    check_broken(&endless, Fault::LineEnd);
    let mut reader = endless.as_bytes();
    verify(&mut reader, &Expected::default(), |_| ()).unwrap();
    assert!(reader.len() > endless.len() - 16_384, "only the bound was read");
}

/// The largest entry there can be still fits a line: every byte of its author needs two.
#[test]
fn the_largest_entry_fits_a_line() {
    let mut log = Log::new();
    let event = |length| Event::SettingChanged { setting: "x".repeat(length), to: "".into() };
    let frame = serde_json::to_string(&event(0)).unwrap().len();
    let largest = event(centre::audit::MAX_EVENT_BYTES - frame);
    log.add(&desk(&"d".repeat(32)), &"\"".repeat(centre::audit::MAX_WHO_BYTES), &largest).seal();
    genuine(&log.file());
    let larger = event(centre::audit::MAX_EVENT_BYTES - frame + 1);
    let refused = Head::START.append(&meter(1), 0, "meter", &larger);
    assert_eq!(refused, Err(AuditFault::Event));
}

#[test]
fn chains_and_authors_have_bounded_plain_names() {
    for text in ["desk:anna", "desk:a.b-c_9", "meter:00000007"] {
        assert_eq!(text.parse::<Chain>().unwrap().to_string(), text);
    }
    for text in ["", "anna", "desk:", "desk:Anna", "desk:a b", "meter:7", "meter:123456789", "Desk:anna"] {
        assert_eq!(text.parse::<Chain>(), Err(AuditFault::Chain), "{text}");
    }
    assert!(Desk::new(&"d".repeat(33)).is_err());
    for who in ["", "a\nb", &"w".repeat(65)] {
        assert_eq!(Head::START.append(&meter(1), 0, who, &grant(1)), Err(AuditFault::Who), "{who}");
    }
}

/// Chains are sorted as their names are, so that anyone can sort them without knowing what they are.
#[test]
fn chains_are_ordered_as_their_names_are() {
    let mut chains = [meter(10), meter(9), desk("b"), desk("a-b"), desk("a"), desk("ab"), meter(99_999_999)];
    chains.sort();
    let names: Vec<String> = chains.iter().map(Chain::to_string).collect();
    assert!(names.is_sorted(), "{names:?}");
}

/// The bytes that are hashed are those of docs/formats/audit.md: computed here by hand once more.
#[test]
fn an_entry_is_hashed_as_the_format_says() {
    let event = Event::LoggedOut { person: "anna".into() };
    let record = Head::START.append(&desk("anna"), 1, "anna", &event).unwrap();
    assert_eq!(record.event, r#"{"kind":"logged_out","person":"anna"}"#);
    let mut bytes = b"porto audit entry 1\n\0\x09desk:anna".to_vec();
    bytes.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]);
    bytes.extend_from_slice(b"\0\x04anna\0\x25{\"kind\":\"logged_out\",\"person\":\"anna\"}");
    bytes.extend_from_slice(&[0; 32]);
    assert_eq!(record.hash, Digest::of(&[&bytes]));
}

#[test]
fn a_printed_seal_is_short_and_holds_what_must_be_compared() {
    let seal = example().segments[0].1.unwrap();
    let text = seal.printed(&log()).to_string();
    let head = "Audit seal 1 of Insel-Post\n  time       2026-11-21T12:00:00Z\n  \
                covers     3 entries of 2 chains since the seal before\n  seal       ";
    assert!(text.starts_with(head), "{text}");
    assert!(text.lines().all(|line| line.len() <= 80));
    let digits: String = text.replace([' ', '\n'], "");
    assert!(digits.contains(&seal.body.hash().to_string()), "{text}");
}

#[test]
fn progress_is_told_in_bytes_read() {
    let file = example().file();
    let mut told = Vec::new();
    verify(file.as_bytes(), &Expected::default(), |bytes| told.push(bytes)).unwrap();
    assert_eq!(told.len(), file.lines().count());
    assert!(told.is_sorted());
    assert_eq!(told.last(), Some(&(file.len() as u64)));
}
