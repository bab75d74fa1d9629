//! Inspections: what they exchange, what they leave as it was, and that nothing but the centre's document opens a device.

use crate::desk::{Desk, code};
use crate::meter::{
    Meter, Place, closing_grant, frank, frank_one, grant, key, link_key, memory_key, profile, request,
    serial, signed,
};
use imprint::numbers::{
    Cipher, CipherKind, Decoded, Indicium, Key, LayoutId, MonotoneKind, OpenData, Place as Digits, Profile,
    Quantity, RequestId, SecondNumber, SecondNumberKind, SecondRowProfile, SetId, decode,
};
use psd::protocol::{Answer, Command};
use psd::{
    Block, Error, ErrorKind, Fault, Finding, Inspection, Message, NewKey, NewMarking, Reaction, ReactionSet,
    Signed, wrap_imprint_key,
};
use std::collections::HashSet;
use terms::Serial;

type Unit = Meter<4>;

const INSPECTOR: u32 = 4021;

/// The key for a slot in an epoch.
fn key_of(epoch: u16, slot: u8) -> Key {
    let mut bytes = [0xa5; Key::BYTES];
    (bytes[0], bytes[1]) = (epoch as u8, slot);
    Key::new(bytes)
}

/// A marking by this profile as an epoch, with keys that only the meter of these tests can read.
pub fn marking(epoch: u16, profile: Profile) -> NewMarking {
    let slots = [Some(profile.key_slot), profile.second_row.map(|second| second.key_slot)];
    let wrapped = |slot| NewKey { slot, wrapped: wrap_imprint_key(&link_key(), &key_of(epoch, slot)) };
    let keys = slots.into_iter().flatten().map(wrapped).collect();
    NewMarking { profile: Profile { epoch, ..profile }, keys }
}

/// An inspection that exchanges nothing.
pub fn visit(number: u64) -> Inspection {
    Inspection {
        serial: serial(),
        number,
        expires_tenths: 2_000_000,
        inspector: INSPECTOR,
        marking: None,
        seal: None,
        notes_pieces: false,
        clears_errors: false,
    }
}

pub fn inspection(number: u64, marking: Option<NewMarking>) -> Signed<Inspection> {
    signed(Inspection { marking, ..visit(number) })
}

/// Another symbol set and order, another packing, another cipher: what is exchanged in these tests.
fn other(name: &str) -> Profile {
    let mut other = profile(name);
    (other.set, other.layout) = (SetId::S40, LayoutId::A);
    other.order.permutation = (0..40).rev().collect();
    other
}

/// What the post reads with the keys of an imprint's epoch.
fn read(indicium: &Indicium, profile: &Profile) -> Option<Decoded> {
    assert_eq!((indicium.epoch, indicium.set), (profile.epoch, profile.set));
    let key =
        if profile.epoch == 1 { key(profile.key_slot) } else { key_of(profile.epoch, profile.key_slot) };
    let open = OpenData { serial: serial(), date: Some(indicium.date), postage: Some(indicium.postage) };
    decode(profile, &Cipher::new(profile.cipher, &key), &open, &indicium.symbols).ok()
}

/// A profile that carries the inspection data.
pub fn with_inspection_data() -> Profile {
    let mut with_data = profile("p1");
    with_data.places.clear();
    for (quantity, digits) in [
        (Quantity::Monotone, 5),
        (Quantity::Postage, 4),
        (Quantity::Inspection, 5),
        (Quantity::SerialCheck, 2),
    ] {
        with_data.places.push(Digits { quantity, digits }).unwrap();
    }
    with_data
}

/// The piece count and the inspection data of an imprint by such a profile.
pub fn count_and_data(indicium: &Indicium, profile: &Profile) -> (u64, u64) {
    let read = read(indicium, profile).unwrap();
    (read.mv, read.koz.value() / 100 % 100_000)
}

/// Claim: D8
#[test]
fn symbols_cipher_packing_and_keys_are_exchanged_and_the_count_goes_on() {
    let place = Place::p1::<4>();
    let mut meter: Unit = place.funded(10_000);
    let first = frank_one(&mut meter, 1, 110);
    assert_eq!(read(&first, &place.profile).unwrap().mv, 1);
    let registers = meter.registers();
    let mut expected = 1;
    for (epoch, name) in (2..).zip(["3des", "digit-sum", "des", "p2"]) {
        let new = marking(epoch, other(name));
        meter.inspect(&inspection(u64::from(epoch), Some(new.clone()))).unwrap();
        assert_eq!((meter.profile(), meter.registers().r3), (&new.profile, registers.r3));
        for _ in 0..2 {
            expected += 1;
            let imprint = frank_one(&mut meter, expected, 110);
            let read = read(&imprint, &new.profile).expect("the post reads it with the epoch's keys");
            assert_eq!((read.mv, read.postage.minor()), (expected, 110));
            meter = place.open().unwrap();
        }
    }
    assert_eq!(meter.registers().r2.minor(), 110 * expected);
    let last = meter.findings().last().unwrap();
    assert_eq!(
        (last.kind, last.detail, last.is_manipulation()),
        (Finding::INSPECTED, INSPECTOR.into(), false)
    );
    assert_eq!(meter.report().inspection, 5);
}

#[test]
fn a_second_row_can_come_with_an_inspection_and_go_with_another() {
    let place = Place::p1::<4>();
    let mut meter: Unit = place.funded(10_000);
    let mut with_row = Profile { layout: LayoutId::C, ..profile("p1") };
    with_row.second_row = Some(SecondRowProfile { key_slot: 2, set: SetId::S22 });
    meter.inspect(&inspection(1, Some(marking(2, with_row)))).unwrap();
    let imprint = frank_one(&mut meter, 1, 110);
    assert!(imprint.second_row.is_some());
    meter.inspect(&inspection(2, Some(marking(3, profile("p1"))))).unwrap();
    assert_eq!(meter.fetch(RequestId(1)).unwrap(), imprint);
    assert_eq!(frank_one(&mut meter, 2, 110).second_row, None);
}

#[test]
fn the_last_franking_is_fetched_as_it_was_made_until_the_next() {
    let place = Place::p1::<4>();
    let mut meter: Unit = place.funded(10_000);
    let requests = [request(1, 110), request(2, 0), request(3, 20)];
    let made = frank(&mut meter, &requests).unwrap();
    for (epoch, name) in [(2, "3des"), (3, "fig4a")] {
        meter.inspect(&inspection(u64::from(epoch), Some(marking(epoch, profile(name))))).unwrap();
        for _ in 0..2 {
            let fetched: Vec<_> = requests.iter().map(|one| meter.fetch(one.id).unwrap()).collect();
            assert_eq!(fetched, made, "epoch {epoch}");
            assert_eq!(frank(&mut meter, &requests).unwrap(), made, "asked again, it is not debited again");
            meter = place.open().unwrap();
        }
    }
    assert_eq!(meter.registers().r8, 3);
    let next = frank_one(&mut meter, 4, 110);
    assert_eq!((next.epoch, next.profile.as_str()), (3, "fig4a"));
    meter = place.open().unwrap();
    assert_eq!(meter.fetch(RequestId(4)).unwrap(), next);
    assert_eq!(meter.fetch(RequestId(1)), Err(Error::UnknownRequest(RequestId(1))));
}

/// Time out of range kills at the first strike on a chip: neither another cipher nor an imprint of the one before is out
/// of range.
#[test]
fn run_times_are_learned_anew_with_the_cipher() {
    let mut place = Place::p1::<4>();
    place.settings.pace = psd::supervision::pace::Settings::CHIP;
    let mut meter: Unit = place.funded(10_000);
    let made = frank_one(&mut meter, 1, 110);
    // Now everything takes ten times as long, as it would with a slower cipher.
    place.board.pace_ns.set(10_000);
    meter.inspect(&inspection(1, Some(marking(2, profile("3des"))))).unwrap();
    frank_one(&mut meter, 2, 110);
    meter.inspect(&inspection(2, Some(marking(3, profile("p1"))))).unwrap();
    place.board.pace_ns.set(1000);
    assert_eq!(
        meter.fetch(RequestId(2)).map(|again| again.epoch),
        Ok(2),
        "of a time that nobody knows any more"
    );
    assert_eq!(made.epoch, 1);
    place.board.pace_ns.set(10_000);
    frank_one(&mut meter, 3, 110);
    place.board.watched.set(true);
    let watched = meter.inspect(&inspection(3, Some(marking(4, profile("p2")))));
    assert_eq!(watched, Err(Error::Stopped(Block::Kill1)), "nobody teaches a device under a debugger");
}

#[test]
fn seal_pieces_and_errors_are_exchanged_without_a_new_marking() {
    let place = Place::p1::<4>();
    let mut meter: Unit = place.funded(10_000);
    let made = frank(&mut meter, &[request(1, 110), request(2, 110)]).unwrap();
    assert!(frank(&mut meter, &[request(3, 9_999)]).is_err());
    assert_eq!(meter.status().errors.of(ErrorKind::Requests), 1);
    let asked = Inspection { seal: Some(777), notes_pieces: true, clears_errors: true, ..visit(1) };
    meter.inspect(&signed(asked)).unwrap();
    for _ in 0..2 {
        assert_eq!((meter.status().seal, meter.report().seal), (777, 777));
        assert_eq!(meter.status().errors.of(ErrorKind::Requests), 0);
        assert_eq!(meter.fetch(RequestId(1)).unwrap(), made[0], "what was printed carries what held then");
        meter = place.open().unwrap();
    }
    let new = marking(2, with_inspection_data());
    meter.inspect(&inspection(2, Some(new.clone()))).unwrap();
    let imprint = frank_one(&mut meter, 4, 110);
    assert_eq!(count_and_data(&imprint, &new.profile), (3, 2), "two pieces until the inspection");
    assert_eq!(meter.status().seal, 777, "what an inspection does not bring stays");
}

/// Every kind of MV in turn, each as an epoch of its own, with refills and zero values in between.
#[test]
fn no_number_comes_twice_over_epochs_of_all_kinds() {
    let mut place = Place::p1::<4>();
    place.board.gauge.set(Some(12));
    place.settings.clock.jump_tenths = u64::MAX;
    let mut meter: Unit = place.funded(1000);
    let (mut indicia, mut profiles) = (Vec::new(), vec![place.profile.clone()]);
    let mut grants = 1;
    for (epoch, kind) in (2..).zip(MonotoneKind::ALL.into_iter().chain(MonotoneKind::ALL)) {
        place.advance(36_000, 1);
        let new = Inspection { expires_tenths: u64::MAX, ..visit(u64::from(epoch)) };
        let by_kind = marking(epoch, with_kind(kind));
        profiles.push(by_kind.profile.clone());
        meter.inspect(&signed(Inspection { marking: Some(by_kind), ..new })).unwrap();
        for id in [0, 1, 2, 3] {
            if id == 2 {
                let r3 = meter.registers().r3.minor();
                grants += 1;
                place.advance(10, 0);
                meter.grant(&grant(grants, 1000, r3)).unwrap();
            }
            let postage = [110, 0, 20, 0][id as usize];
            let date = place.now().today;
            let request = psd::Request { date, ..request(10 * u64::from(epoch) + id, postage) };
            indicia.extend(frank(&mut meter, &[request]).unwrap());
        }
    }
    let mut seen = HashSet::new();
    for one in &indicia {
        let profile = &profiles[usize::from(one.epoch) - 1];
        assert_eq!(read(one, profile).unwrap().mv, one.mv);
        let by_pieces = profile.monotone.marked_by_pieces(one.postage);
        assert!(seen.insert((one.epoch, one.second, by_pieces, one.mv)), "{one:?}");
        let elsewhere = profiles.iter().filter(|other| other.epoch > 1 && other.epoch != one.epoch);
        for other in elsewhere.filter(|other| other.set == one.set) {
            let key = Cipher::new(other.cipher, &key_of(other.epoch, other.key_slot));
            let open = OpenData { serial: serial(), date: Some(one.date), postage: Some(one.postage) };
            let as_other = decode(other, &key, &open, &one.symbols);
            assert!(
                as_other.is_err() || as_other.is_ok_and(|read| read.mv != one.mv),
                "no epoch's keys read another's"
            );
        }
    }
}

fn with_kind(monotone: MonotoneKind) -> Profile {
    let mut changed = Profile { monotone, ..profile("p1") };
    if monotone.restarts_at_refill() {
        let second = SecondNumber { kind: SecondNumberKind::RefillCounter, held_at_centre: false };
        changed = Profile { monotone, second: Some(second), ..profile("fig4a") };
    }
    changed
}

/// Whatever is wrong with a document, the device is as it was.
fn check_refused(
    what: &str,
    place: &Place,
    meter: &mut Unit,
    document: &Signed<Inspection>,
    expected: Error,
) {
    let before = (meter.profile().clone(), meter.status().seal, meter.report().inspection);
    assert_eq!(meter.inspect(document), Err(expected), "{what}");
    assert_eq!((meter.profile().clone(), meter.status().seal, meter.report().inspection), before, "{what}");
    let mut again = place.open::<4>().unwrap();
    assert_eq!((again.profile().clone(), again.status().seal, again.report().inspection), before, "{what}");
    *meter = again;
}

/// Claim: D8
#[test]
fn nothing_opens_without_a_document_of_the_centre_for_this_meter_now() {
    let place = Place::p1::<4>();
    let mut meter: Unit = place.funded(10_000);
    let with_seal = |number| Inspection { seal: Some(777), ..visit(number) };
    let mut check = |what: &str, document: &Signed<Inspection>, expected: Error| {
        check_refused(what, &place, &mut meter, document, expected);
    };
    let mut forged = signed(with_seal(1));
    forged.message.seal = Some(778);
    check("changed on the way", &forged, Error::Signature);
    let mut swapped = inspection(1, Some(marking(2, profile("3des"))));
    let foreign = wrap_imprint_key(&link_key(), &key(99));
    swapped.message.marking.as_mut().unwrap().keys[0].wrapped = foreign;
    check("another key slipped in", &swapped, Error::Signature);
    let elsewhere = Inspection { serial: Serial::new(12_345_679).unwrap(), ..with_seal(1) };
    check("another meter's", &signed(elsewhere), Error::OtherMeter);
    let late = Inspection { expires_tenths: place.now().tenths - 1, ..with_seal(1) };
    check("too late", &signed(late), Error::Expired);
    check("number zero", &signed(with_seal(0)), Error::OutOfOrder { expected: 1 });
    let mut unreadable = marking(2, profile("3des"));
    unreadable.keys[0].wrapped = wrap_imprint_key(&key(99), &key_of(2, 1));
    check("keys of another meter", &inspection(1, Some(unreadable)), Error::ImprintKeys);
    check("the same epoch", &inspection(1, Some(marking(1, profile("3des")))), Error::NotNew);
    let mut old_key = marking(2, profile("3des"));
    old_key.keys[0].wrapped = wrap_imprint_key(&link_key(), &key(1));
    check("a key in use", &inspection(1, Some(old_key)), Error::NotNew);
    let mut keyless = marking(2, profile("3des"));
    keyless.keys.clear();
    let missing = Error::Personalisation("there is not one key for each slot that the profile uses");
    check("no key", &inspection(1, Some(keyless)), missing);
    let mut gauged = with_kind(MonotoneKind::Physical);
    gauged.epoch = 2;
    check("no gauge on this board", &inspection(1, Some(marking(2, gauged))), Error::NoGauge);
    let mut narrow = profile("p1");
    narrow.places[1].digits = 3;
    narrow.places[0].digits = 11;
    let too_great =
        Error::Personalisation("the value range is greater than the profile's digits for the postage");
    check("too few digits for the postage", &inspection(1, Some(marking(2, narrow))), too_great);
}

#[test]
fn a_profile_that_cannot_number_the_next_imprint_is_found_at_the_inspection() {
    let place = Place::p1::<4>();
    let mut meter: Unit = place.funded(10_000);
    for id in 0..10 {
        frank_one(&mut meter, id, 10);
    }
    let mut narrow = profile("p1");
    (narrow.places[0].digits, narrow.places[1].digits) = (1, 13);
    assert!(matches!(meter.inspect(&inspection(1, Some(marking(2, narrow)))), Err(Error::Numbers(_))));
    assert_eq!(frank_one(&mut meter, 20, 10).epoch, 1);
}

#[test]
fn an_inspection_is_carried_out_once_and_an_older_one_never() {
    let place = Place::p1::<4>();
    let mut meter: Unit = place.funded(10_000);
    let second = inspection(2, Some(marking(2, profile("3des"))));
    meter.inspect(&second).unwrap();
    let commit = meter.status().commit;
    meter.inspect(&second).unwrap();
    assert_eq!(meter.status().commit, commit, "the same again changes nothing");
    let first = inspection(1, Some(marking(3, profile("p1"))));
    check_refused("older", &place, &mut meter, &first, Error::OutOfOrder { expected: 3 });
    let same_number = signed(Inspection { seal: Some(5), ..visit(2) });
    check_refused("the same number", &place, &mut meter, &same_number, Error::OrderDisagrees);
    // Orders have numbers of their own: neither stands in the other's way.
    meter.order(&crate::meter::mark(1, true)).unwrap();
    meter.inspect(&inspection(3, None)).unwrap();
    assert_eq!((meter.report().order, meter.report().inspection), (1, 3));
}

#[test]
fn a_device_in_a_fatal_block_is_not_inspected_before_its_service_reset() {
    let place = Place::p1::<4>();
    let mut meter: Unit = place.funded(10_000);
    place.board.opened.set(true);
    assert!(meter.tick().is_err());
    let visit = inspection(1, Some(marking(2, profile("3des"))));
    check_refused("opened", &place, &mut meter, &visit, Error::Stopped(Block::KillCodeword));
    let place = Place::p1::<4>();
    let mut meter: Unit = place.funded(100);
    meter.grant(&closing_grant(2, 100, 100)).unwrap();
    check_refused("withdrawn", &place, &mut meter, &visit, Error::Stopped(Block::Withdrawn));
}

/// Where the marking lies in a page of the setup: docs/formats/memory.md.
const MARKINGS_AT: usize = 32 + 1620;

/// Claim: B26
#[test]
fn keys_of_an_inspection_lie_in_coded_form_and_are_wiped_with_the_others() {
    let mut place = Place::p1::<4>();
    place.settings.reactions.run_time = ReactionSet::from_iter([Reaction::WipeKeys]);
    let mut meter: Unit = place.funded(10_000);
    frank_one(&mut meter, 1, 110);
    meter.inspect(&inspection(1, Some(marking(2, profile("3des"))))).unwrap();
    let pages = |place: &Place| place.medium.durable()[2..6].to_vec();
    let key = key_of(2, 1);
    for sector in place.medium.durable() {
        assert!(!sector.windows(8).any(|part| key.bytes().starts_with(part)));
    }
    let is_blank = |page: &psd::Sector| page[MARKINGS_AT..].iter().all(|byte| *byte == 0);
    assert!(pages(&place).iter().any(|page| !is_blank(page)));
    place.board.watched.set(true);
    assert_eq!(frank(&mut meter, &[request(2, 10)]), Err(Error::Stopped(Block::Kill1)));
    drop(meter);
    assert!(pages(&place).iter().all(is_blank), "in both places of the setup");
    place.board.watched.set(false);
    assert_eq!(place.open::<4>().err(), Some(Error::Blocked(Fault::KeysWiped)));
    assert_eq!(
        psd::Psd::<_, _, 4>::open(place.medium.clone(), &memory_key(), place.board.clone()).err(),
        Some(Error::Blocked(Fault::KeysWiped))
    );
}

#[test]
fn whoever_may_connect_may_hand_an_inspection_in() {
    let mut desk = Desk::new();
    let document = inspection(1, Some(marking(2, profile("3des"))));
    assert_eq!(desk.ask(Command::Inspect(document.clone())), [Answer::Done]);
    let mut forged = document;
    forged.message.number = 2;
    assert_eq!(code(&desk.ask(Command::Inspect(forged))), Error::Signature.code());
    desk.attend();
    let answers = desk.frank(&[request(1, 110)]);
    let [Answer::Indicium(imprint), Answer::Done] = &answers[..] else { panic!("{answers:?}") };
    assert_eq!((imprint.epoch, imprint.profile.as_str()), (2, "3des"));
    assert_eq!(profile("3des").cipher, CipherKind::TripleDes);
    assert!(!inspection(1, None).message.signed_bytes().is_empty());
}
