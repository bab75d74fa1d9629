//! The centre's side of link H, with stations that speak HTTP.

use crate::account_device::{Device, money, serial, work};
use crate::databases::{Database, on_each_database};
use crate::office_desk::{Bureau, DAY_MS};
use crate::post_station::{Desk, Station, ask, name};
use axum::http::{Method, StatusCode, header};
use centre::audit::{Chain, log};
use centre::books::Books;
use centre::keys::KeyName;
use centre::office::{InspectionRequest, Mark};
use centre::people::Scope;
use centre::post::desk::{
    BATCH_BYTES_MAX, CHUNK, EpochUse, LIST_KINDS, NewStation, PostFault, StationChange,
};
use imprint::numbers::Profile;
use link::call::Ask;
use link::h::{
    Batch, Case, CaseId, CaseState, ClicheEntry, Elsewhere, Finding, FindingKind, ImprintIdentity, KeyEntry,
    Kind, ListError, MeterEntry, MeterState, MvInterval, Place, Rate, Sighting, StatisticsEntry,
    SuspectEntry, Taken, Text, ThresholdEntry,
};
use link::{Authentic, unwrap_imprint_key};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::time::Duration;
use store::{StoreError, Transaction};
use terms::equations::{MeanUse, Status, UseClass};
use terms::{Date, Money, Serial};

on_each_database! {
    a_station_fetches_every_list_and_opens_its_keys
    what_is_asked_about_one_meter_is_answered_fresh_and_never_taken_for_a_list
    a_finding_makes_a_meter_suspect_and_the_next_list_tells_the_post
    a_finding_reaches_its_meter_once_wherever_the_centre_ended
    a_batch_counts_once_whatever_the_line_does
    nobody_reports_for_a_station_but_the_station
    sightings_are_compared_among_stations_and_summed_once
    a_new_epoch_waits_for_every_open_station
    an_inspection_is_noted_when_the_meter_tells_of_it
    what_was_never_issued_cannot_be_confirmed
    a_list_keeps_its_number_until_it_changes_or_half_its_time_is_over
    a_pass_that_is_cut_off_anywhere_goes_on_and_leaves_no_meter_out
    two_instances_make_one_list
    what_people_set_is_checked_and_goes_into_the_lists
    names_and_tokens_are_one_stations
}

async fn desk(database: Database) -> Desk {
    Desk::open(Bureau::open(database).await).await
}

fn meter(value: u32) -> Serial {
    Serial::new(value).unwrap()
}

/// A desk with a meter that has been filled and has franked.
async fn with_meter(database: Database) -> Desk {
    let mut bureau = Bureau::open(database).await;
    let customer = bureau.customer("A", 100_000).await;
    bureau.meter(serial(), customer).await;
    let mut device = Device { seal: 7, ..Device::default() };
    let amount = Ask::Amount { amount: money(10_000), work: work("") };
    bureau.call(&mut device, &[amount, Ask::Refill]).await;
    device.frank(100);
    bureau.call(&mut device, &[Ask::Contact]).await;
    Desk::open(bureau).await
}

fn finding(kind: FindingKind, at_ms: i64) -> Finding {
    Finding { serial: Some(serial()), kind, at_ms, case: None, note: Text::default() }
}

async fn audit_of(desk: &Desk, chain: &Chain, kind: &str) -> usize {
    let entries = log::newest(desk.bureau.store.reads(), chain, 100).await.unwrap();
    entries.iter().filter(|entry| entry.event.contains(&format!("\"kind\":\"{kind}\""))).count()
}

/// Open and done notices to the post about the meter.
async fn notices(desk: &Desk, serial: Serial) -> (i64, i64) {
    let select = "SELECT COUNT(*), COUNT(done_ms) FROM reaction WHERE serial = $1 AND kind = 'tell_post'";
    let select = sqlx::query(select).bind(i64::from(serial.value()));
    let row = select.fetch_one(desk.bureau.store.reads()).await.unwrap();
    let (all, done): (i64, i64) = (row.get(0), row.get(1));
    (all - done, done)
}

async fn a_station_fetches_every_list_and_opens_its_keys(database: Database) {
    let desk = with_meter(database).await;
    let (north, south) = (desk.station("North").await, desk.station("South").await);
    for kind in LIST_KINDS {
        assert_eq!(north.get(&format!("lists/{}", kind.name())).await.code(), "833");
    }
    let refreshed = desk.desk.refresh_all(desk.now_ms).await.unwrap();
    assert_eq!(refreshed.len(), 7 + 2);
    assert!(refreshed.iter().all(|list| list.is_new && list.number == 1));

    let (_, meters) = north.fetch::<MeterEntry>().await;
    assert_eq!((meters.len(), meters[0].serial, meters[0].state), (1, serial(), MeterState::InService));
    assert_eq!(meters[0].profiles, [Profile::named("p1").unwrap()]);
    assert!(north.fetch::<SuspectEntry>().await.1.is_empty());
    let (_, statistics) = north.fetch::<StatisticsEntry>().await;
    assert_eq!(statistics[0].last_refill.unwrap().credit, money(10_000));
    // One piece was franked; the 9900 that are left buy 495 of the least postage, and 1000 of value zero are allowed for.
    let (_, intervals) = north.fetch::<MvInterval>().await;
    assert_eq!((intervals[0].least, intervals[0].greatest), (1, 1 + 495 + 1_000));
    assert!(north.fetch::<ClicheEntry>().await.1.is_empty());
    assert!(north.fetch::<ThresholdEntry>().await.1.is_empty());
    assert!(north.fetch::<Rate>().await.1.is_empty());

    let (_, keys) = north.fetch::<KeyEntry>().await;
    let name = KeyName::Imprint(serial(), keys[0].epoch, keys[0].slot);
    let safe = desk.bureau.office.keys();
    let kept = safe.unwrap(name, &safe.find(name).await.unwrap().unwrap()).await.unwrap();
    assert!(keys[0].open(&north.key) == Some(kept.clone()));
    assert!(keys[0].open(&south.key).is_none());
    let document = north.get("lists/keys").await.body;
    assert_eq!(south.open::<KeyEntry>(&document, None, 0), Err(ListError::OtherStation));
    assert!(south.fetch::<KeyEntry>().await.1[0].open(&south.key) == Some(kept));

    // What it has already is not sent again.
    assert_eq!(north.get("lists/meters?newer_than=1").await.status, StatusCode::NOT_MODIFIED);
    assert_eq!(north.get("lists/meters?newer_than=0").await.status, StatusCode::OK);
    assert_eq!(north.get("lists/meters?older_than=0").await.code(), "query");
    assert_eq!(north.get("lists/sightings").await.code(), "address");
    let me = north.get("stations/me").await.json();
    assert_eq!((me["name"].as_str(), me["number"].as_u64()), (Some("North"), Some(1)));
    assert_eq!(me["lists"].as_array().unwrap().len(), 8);
}

async fn what_is_asked_about_one_meter_is_answered_fresh_and_never_taken_for_a_list(database: Database) {
    let desk = with_meter(database).await;
    let north = desk.station("North").await;
    desk.desk.refresh_all(desk.now_ms).await.unwrap();
    let mark = Mark::Set("odd".to_owned());
    desk.bureau.office.mark(serial(), &mark, "anna", desk.now_ms).await.unwrap();
    let fresh = north.get(&format!("meters/{}?list=suspects", serial())).await.body;
    let opened = north.open::<SuspectEntry>(&fresh, Some(serial()), 1).unwrap();
    assert_eq!(opened.into_entries()[0].status, Status::Suspicious);
    assert_eq!(north.open::<SuspectEntry>(&fresh, None, 0), Err(ListError::Part));
    assert_eq!(north.open::<SuspectEntry>(&fresh, Some(meter(1)), 0), Err(ListError::Part));
    let entry = north.get(&format!("meters/{}", serial())).await.body;
    assert_eq!(north.open::<MeterEntry>(&entry, Some(serial()), 1).unwrap().into_entries().len(), 1);
    let keys = north.get(&format!("meters/{}?list=keys", serial())).await.body;
    let keys = north.open::<KeyEntry>(&keys, Some(serial()), 1).unwrap().into_entries();
    assert!(keys[0].open(&north.key).is_some());
    let missing = north.get("meters/00000001").await.body;
    assert!(north.open::<MeterEntry>(&missing, Some(meter(1)), 1).unwrap().into_entries().is_empty());
    assert_eq!(north.get("meters/nobody").await.code(), "address");
    assert_eq!(north.get("meters/00000001?list=tariff").await.code(), "refused");
}

/// Claim: D14
/// Claim: B22
async fn a_finding_makes_a_meter_suspect_and_the_next_list_tells_the_post(database: Database) {
    let desk = with_meter(database).await;
    let north = desk.station("North").await;
    desk.desk.refresh_all(desk.now_ms).await.unwrap();
    assert_eq!(notices(&desk, serial()).await, (0, 0));

    let found = finding(FindingKind::CreditExceeded, desk.now_ms);
    let answer = north.send(1, vec![found.clone()]).await;
    assert_eq!((answer.json()["number"].as_u64(), answer.json()["is_new"].as_bool()), (Some(1), Some(true)));
    let folder = desk.bureau.office.books().folder(serial()).await.unwrap();
    assert_ne!(folder.file.dossier.judged.status, Status::Okay);
    assert_eq!(notices(&desk, serial()).await, (1, 0));
    assert!(north.fetch::<SuspectEntry>().await.1.is_empty(), "the list is not made anew yet");

    let refreshed = desk.desk.refresh(Kind::Suspects, desk.now_ms).await.unwrap();
    assert_eq!((refreshed.number, refreshed.is_new), (2, true));
    let (number, suspects) = north.fetch::<SuspectEntry>().await;
    assert_eq!(
        (number, suspects[0].serial, suspects[0].status),
        (2, serial(), folder.file.dossier.judged.status)
    );
    assert!(!suspects[0].why.is_empty());
    assert_eq!(notices(&desk, serial()).await, (0, 1));
    let centre = Chain::Desk(centre::audit::Desk::centre());
    assert_eq!(audit_of(&desk, &centre, "list_issued").await, 8 + 1);

    // Found in order on site: it is off the list, and that is told too.
    north.send(2, vec![finding(FindingKind::InspectedInOrder, desk.now_ms)]).await;
    assert_eq!(notices(&desk, serial()).await, (1, 1));
    assert_eq!(desk.desk.refresh(Kind::Suspects, desk.now_ms).await.unwrap().number, 3);
    assert!(north.fetch::<SuspectEntry>().await.1.is_empty());
    assert_eq!(notices(&desk, serial()).await, (0, 2));
}

async fn a_finding_reaches_its_meter_once_wherever_the_centre_ended(database: Database) {
    let desk = with_meter(database).await;
    let north = desk.station("North").await;
    let unknown = Finding { serial: Some(meter(1)), ..finding(FindingKind::Copy, 0) };
    let nobodys = Finding { serial: None, ..unknown.clone() };
    north.send(1, vec![unknown, nobodys, finding(FindingKind::Copy, desk.now_ms + DAY_MS)]).await;
    let chain = Chain::Meter(serial());
    assert_eq!(audit_of(&desk, &chain, "post_finding").await, 1);
    // A station's clock cannot put a finding into the future.
    let folder = desk.bureau.office.books().folder(serial()).await.unwrap();
    let noted = folder.file.dossier.post_findings[0];
    assert!(noted.at_ms >= desk.now_ms && noted.at_ms < desk.now_ms + DAY_MS);
    // The centre ended before it was written down that the file has it.
    sqlx::query("UPDATE post_finding SET outcome = '' WHERE outcome = 'noted'")
        .execute(desk.bureau.store.reads())
        .await
        .unwrap();
    assert_eq!(desk.desk.settle_findings(desk.now_ms).await.unwrap(), 1);
    assert_eq!(desk.desk.settle_findings(desk.now_ms).await.unwrap(), 0);
    assert_eq!(audit_of(&desk, &chain, "post_finding").await, 1);
    assert_eq!(notices(&desk, serial()).await.0, 1);
    let select = sqlx::query("SELECT outcome FROM post_finding ORDER BY place");
    let rows = select.fetch_all(desk.bureau.store.reads()).await.unwrap();
    let outcomes: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(outcomes, ["no_meter", "no_serial", "noted"]);
}

async fn a_batch_counts_once_whatever_the_line_does(database: Database) {
    let desk = with_meter(database).await;
    let north = desk.station("North").await;
    let case =
        |state| Case { id: CaseId(1), serial: Some(serial()), state, since_ms: 1, note: Text::default() };
    let batches = [
        north.batch(1, vec![case(CaseState::Opened)]),
        north.batch(2, vec![case(CaseState::SenderTraced)]),
        north.batch(3, vec![case(CaseState::Closed)]),
    ];
    let early = north.post("cases", batches[1].clone()).await;
    assert_eq!((early.status, early.code().as_str()), (StatusCode::CONFLICT, "832"));
    assert_eq!(early.json()["error"]["expected"], 1);
    for (place, is_new) in [(0, true), (0, false), (1, true), (0, false), (2, true), (1, false), (2, false)] {
        let answer = north.post("cases", batches[place].clone()).await;
        assert_eq!((answer.status, answer.json()["is_new"].as_bool()), (StatusCode::OK, Some(is_new)));
    }
    let select = sqlx::query("SELECT state FROM post_case WHERE number = 1");
    let rows = select.fetch_all(desk.bureau.store.reads()).await.unwrap();
    assert_eq!((rows.len(), rows[0].get::<String, _>(0).as_str()), (1, "closed"));

    // Another content under the last number: somebody looks into it, and the log hears of it once.
    for _ in 0..2 {
        let other = north.post("cases", north.batch(3, vec![case(CaseState::Opened)])).await;
        assert_eq!((other.status, other.code().as_str()), (StatusCode::CONFLICT, "831"));
    }
    let stations = desk.desk.stations().await.unwrap();
    assert!(stations[0].differs_ms.is_some());
    let centre = Chain::Desk(centre::audit::Desk::centre());
    assert_eq!(audit_of(&desk, &centre, "station_differs").await, 1);
    assert_eq!(north.get("stations/me").await.json()["batches"][0]["number"], 3);
}

async fn nobody_reports_for_a_station_but_the_station(database: Database) {
    let desk = with_meter(database).await;
    let (north, south) = (desk.station("North").await, desk.station("South").await);
    let found = vec![finding(FindingKind::Forged, desk.now_ms)];
    let souths = south.batch(1, found.clone());
    let check = async |body: Vec<u8>, status: StatusCode, code: &str| {
        let answer = north.post("findings", body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code));
    };
    check(souths, StatusCode::UNPROCESSABLE_ENTITY, "805").await;
    let in_souths_name = Station { name: south.name.clone(), ..north.clone() };
    check(in_souths_name.batch(1, found.clone()), StatusCode::UNPROCESSABLE_ENTITY, "823").await;
    check(
        north.batch(1, vec![Taken { kind: Kind::Keys, number: 1, at_ms: 0 }]),
        StatusCode::UNPROCESSABLE_ENTITY,
        "804",
    )
    .await;
    check(b"{}".to_vec(), StatusCode::UNPROCESSABLE_ENTITY, "802").await;
    check(vec![b'a'; BATCH_BYTES_MAX + 1], StatusCode::PAYLOAD_TOO_LARGE, "801").await;

    let reader = desk.token("reader", &[Scope::MetersRead]).await;
    let stranger = desk.token("stranger", &[Scope::Post]).await;
    let no_token = ask(&desk.router, Method::GET, "stations/me", None, Vec::new()).await;
    assert_eq!((no_token.status, no_token.code().as_str()), (StatusCode::UNAUTHORIZED, "token"));
    assert_eq!(no_token.headers[header::WWW_AUTHENTICATE], "Bearer");
    for (token, code) in [(&reader, "scope"), (&stranger, "834")] {
        let answer = ask(&desk.router, Method::GET, "lists/meters", Some(token), Vec::new()).await;
        assert_eq!((answer.status, answer.code().as_str()), (StatusCode::FORBIDDEN, code));
    }
    let change = StationChange::Active(false);
    desk.desk.change_station(north.number, &change, "anna", desk.now_ms).await.unwrap();
    assert_eq!(north.get("stations/me").await.code(), "834");
    assert_eq!(south.get("stations/me").await.status, StatusCode::OK);
    let folder = desk.bureau.office.books().folder(serial()).await.unwrap();
    assert!(folder.file.dossier.post_findings.is_empty());
}

fn sighting(mv: u64, postage: u64, seen_ms: i64, picture: u8) -> Sighting {
    Sighting {
        imprint: ImprintIdentity { serial: serial(), epoch: 1, second: Some(u64::MAX), by_pieces: false, mv },
        postage: money(postage),
        printed: Date::new(2026, 11, 28).ok(),
        seen_ms,
        place: Place::new(-53_900_000, 7_900_000),
        picture: [picture; 32],
    }
}

async fn sightings_are_compared_among_stations_and_summed_once(database: Database) {
    let desk = with_meter(database).await;
    let (north, south) = (desk.station("North").await, desk.station("South").await);
    let elsewhere = |station: &Station, document: &[u8]| {
        let trusted = [desk.bureau.office.issuer().verifying_key()];
        let (batch, _) = Batch::<Elsewhere>::open(document, &station.name, &trusted).unwrap();
        (batch.number, batch.entries)
    };
    let mine = vec![sighting(u64::MAX, 100, 1_000, 1), sighting(2, 20, 2_000, 2), sighting(2, 20, 2_000, 2)];
    let answer = north.send(1, mine).await;
    assert_eq!(elsewhere(&north, &answer.body), (1, vec![]));
    let answer = south.send(1, vec![sighting(u64::MAX, 100, 5_000, 3), sighting(9, 7, 900, 4)]).await;
    let seen = Elsewhere {
        imprint: sighting(u64::MAX, 0, 0, 0).imprint,
        station: name("North"),
        seen_ms: 1_000,
        place: Place::new(-53_900_000, 7_900_000),
        picture: [1; 32],
    };
    assert_eq!(elsewhere(&south, &answer.body), (1, vec![seen.clone()]));
    // Sent again, it is answered again; and a later batch of the other station hears of the first.
    let again = south.send(1, vec![sighting(u64::MAX, 100, 5_000, 3), sighting(9, 7, 900, 4)]).await;
    assert_eq!(elsewhere(&south, &again.body), (1, vec![seen]));
    let answer = north.send(2, vec![sighting(9, 7, 8_000, 5)]).await;
    assert_eq!(elsewhere(&north, &answer.body).1[0].station, name("South"));

    // 100 and 20 once each; 7 was seen before.
    let sum = async |since_ms| desk.desk.seen_postage(serial(), since_ms).await.unwrap();
    assert_eq!(sum(0).await, money(127));
    assert_eq!(sum(1_000).await, money(120));
    assert_eq!(sum(2_001).await, Money::ZERO);
    assert_eq!(desk.desk.seen_postage(meter(1), 0).await.unwrap(), Money::ZERO);
    let absurd = north.post("sightings", north.batch(3, vec![sighting(1, u64::MAX, 1, 1)])).await;
    assert_eq!(absurd.code(), "822");
}

async fn a_new_epoch_waits_for_every_open_station(database: Database) {
    let desk = with_meter(database).await;
    let (north, south) = (desk.station("North").await, desk.station("South").await);
    let closed = desk.station("Closed").await;
    desk.desk
        .change_station(closed.number, &StationChange::Active(false), "anna", desk.now_ms)
        .await
        .unwrap();
    desk.desk.refresh_all(desk.now_ms).await.unwrap();
    let epoch_use = async || desk.desk.epoch_use(serial(), 2).await.unwrap();
    let inspect = async || {
        let signed = desk.desk.inspection(serial(), &change_over(&desk), "anna", desk.now_ms).await;
        signed.map_err(|fault| fault.to_string())
    };
    assert_eq!(epoch_use().await, EpochUse::NotListed(Kind::Meters));
    let office = &desk.bureau.office;
    let profile = Profile::named("3des").unwrap();
    assert_eq!(office.add_epoch(serial(), &profile, "anna", desk.now_ms).await.unwrap(), 2);
    assert_eq!(epoch_use().await, EpochUse::NotListed(Kind::Meters));
    let early = inspect().await.unwrap_err();
    assert_eq!(
        early,
        "epoch 2 of meter 12345678 cannot be used yet: it does not stand in the list of meters yet"
    );
    assert_eq!(desk.desk.refresh(Kind::Meters, desk.now_ms).await.unwrap().number, 2);
    assert_eq!(epoch_use().await, EpochUse::NotListed(Kind::Keys));
    desk.desk.refresh_all(desk.now_ms).await.unwrap();
    let both = EpochUse::Lacking(vec![north.name.clone(), south.name.clone()]);
    assert_eq!(epoch_use().await, both);

    let (number, keys) = north.fetch::<KeyEntry>().await;
    assert_eq!((number, keys.len()), (2, 2));
    let name = KeyName::Imprint(serial(), 2, 1);
    let drawn = office.keys().unwrap(name, &office.keys().find(name).await.unwrap().unwrap()).await.unwrap();
    assert!(keys[1].open(&north.key).as_ref() == Some(&drawn));
    north.confirm(1, Kind::Keys, 2).await;
    north.confirm(2, Kind::Meters, 1).await;
    assert_eq!(epoch_use().await, both, "the list of meters that North has does not hold it");
    north.confirm(3, Kind::Meters, 2).await;
    assert_eq!(epoch_use().await, EpochUse::Lacking(vec![south.name.clone()]));
    assert!(inspect().await.unwrap_err().ends_with("stations have not taken it in: South"));
    // Lists that follow hold it too: who confirmed the first waits for nothing.
    desk.bureau.office.mark(serial(), &Mark::Set("odd".to_owned()), "anna", desk.now_ms).await.unwrap();
    let later_ms = desk.now_ms + 10 * DAY_MS;
    assert_eq!(desk.desk.refresh(Kind::Meters, later_ms).await.unwrap().number, 3);
    south
        .send(
            1,
            vec![
                Taken { kind: Kind::Meters, number: 2, at_ms: 0 },
                Taken { kind: Kind::Keys, number: 2, at_ms: 0 },
            ],
        )
        .await;
    assert_eq!(epoch_use().await, EpochUse::Ready);

    let signed = inspect().await.unwrap();
    let issuer = office.issuer().verifying_key();
    let inspection = Authentic::verify(&signed, &issuer, serial()).unwrap().message();
    assert_eq!((inspection.number, inspection.inspector, inspection.seal), (1, 17, Some(4712)));
    let marking = inspection.marking.unwrap();
    assert_eq!((marking.profile.epoch, marking.profile.name.as_str(), marking.keys.len()), (2, "3des", 1));
    let link = office.link_key(serial()).await.unwrap();
    assert!(unwrap_imprint_key(&link, &marking.keys[0].wrapped).as_ref() == Some(&drawn));
    // Signed again, it has a number of its own.
    assert_eq!(inspect().await.unwrap().message.number, 2);
    let (_, meters) = north.fetch::<MeterEntry>().await;
    let epochs: Vec<u16> = meters[0].profiles.iter().map(|profile| profile.epoch).collect();
    assert_eq!(epochs, [1, 2], "mail made in the epoch before is still under way");
}

/// An inspection that brings the second epoch.
fn change_over(desk: &Desk) -> InspectionRequest {
    InspectionRequest {
        inspector: 17,
        until_ms: desk.now_ms + DAY_MS,
        epoch: Some(2),
        seal: Some(4712),
        notes_pieces: false,
        clears_errors: false,
    }
}

async fn an_inspection_is_noted_when_the_meter_tells_of_it(database: Database) {
    let mut bureau = Bureau::open(database).await;
    let customer = bureau.customer("A", 100_000).await;
    bureau.meter(serial(), customer).await;
    let mut device = Device { seal: 7, epoch: 1, ..Device::default() };
    bureau.call(&mut device, &[Ask::Contact]).await;
    let desk = Desk::open(bureau).await;
    let office = &desk.bureau.office;
    let profile = Profile::named("p2").unwrap();
    let ask = change_over(&desk);
    let none = desk.desk.inspection(serial(), &ask, "anna", desk.now_ms).await.unwrap_err();
    assert!(none.to_string().starts_with("meter 12345678 has no epoch 2"), "{none}");
    office.add_epoch(serial(), &profile, "anna", desk.now_ms).await.unwrap();
    let empty = InspectionRequest { epoch: None, seal: None, ..ask };
    assert!(desk.desk.inspection(serial(), &empty, "anna", desk.now_ms).await.is_err());
    let late = InspectionRequest { until_ms: desk.now_ms, ..ask };
    assert!(desk.desk.inspection(serial(), &late, "anna", desk.now_ms).await.is_err());
    // No station is open, and nobody is waited for.
    desk.desk.inspection(serial(), &ask, "anna", desk.now_ms).await.unwrap();
    let standing = async |desk: &Desk| desk.bureau.catalogue().meter(serial()).await.unwrap().standing;
    assert_eq!(standing(&desk).await.epoch, 1, "what is drawn is not yet used");

    let mut bureau = desk.bureau;
    (device.inspection, device.epoch) = (1, 2);
    device.commit += 1;
    bureau.call(&mut device, &[Ask::Contact]).await;
    device.inspection = 3;
    bureau.call(&mut device, &[Ask::Contact]).await;
    let desk = Desk::open(bureau).await;
    assert_eq!((standing(&desk).await.epoch, standing(&desk).await.profile.as_str()), (2, "p2"));
    let chain = Chain::Meter(serial());
    for (kind, times) in
        [("epoch_drawn", 1), ("inspection_issued", 1), ("inspection_done", 2), ("disagreement", 1)]
    {
        assert_eq!(audit_of(&desk, &chain, kind).await, times, "{kind}");
    }
    let again = desk.desk.inspection(serial(), &ask, "anna", desk.now_ms).await.unwrap_err();
    assert_eq!(again.to_string(), "meter 12345678 makes its numbers in epoch 2 already");
}

async fn what_was_never_issued_cannot_be_confirmed(database: Database) {
    let desk = with_meter(database).await;
    let north = desk.station("North").await;
    desk.desk.refresh_all(desk.now_ms).await.unwrap();
    north.confirm(1, Kind::Meters, 9).await;
    north.confirm(2, Kind::Sightings, 1).await;
    let newest = async |kind| desk.desk.stations().await.unwrap()[0].station.newest(kind);
    assert_eq!((newest(Kind::Meters).await, newest(Kind::Sightings).await), (0, 0));
    north.confirm(3, Kind::Meters, 1).await;
    assert_eq!(newest(Kind::Meters).await, 1);
}

async fn a_list_keeps_its_number_until_it_changes_or_half_its_time_is_over(database: Database) {
    let desk = with_meter(database).await;
    let north = desk.station("North").await;
    let at = async |days: i64| {
        let refreshed = desk.desk.refresh_all(desk.now_ms + days * DAY_MS).await.unwrap();
        assert_eq!(refreshed.len(), 8);
        refreshed.iter().map(|list| list.number).collect::<Vec<_>>()
    };
    assert_eq!(at(0).await, [1; 8]);
    let first = north.get("lists/meters").await.body;
    assert_eq!(at(0).await, [1; 8]);
    assert_eq!(at(6).await, [1; 8]);
    assert_eq!(north.get("lists/meters").await.body, first);
    // Fourteen days long: at the seventh, all are renewed.
    assert_eq!(at(7).await, [2; 8]);
    let renewed = north.get("lists/meters").await.body;
    assert!(north.open::<MeterEntry>(&renewed, None, 2).is_ok());
    assert_eq!(north.open::<MeterEntry>(&first, None, 2), Err(ListError::Older));
    let select = sqlx::query("SELECT COUNT(*) FROM post_pass");
    assert_eq!(select.fetch_one(desk.bureau.store.reads()).await.unwrap().get::<i64, _>(0), 0);
}

/// As many meters like this one, by rising serial number behind it.
async fn multiply(desk: &Desk, like: Serial, count: u32) {
    let select = "SELECT p.passport, p.conditions, account, dossier, customer, status, suspect_ms, service, contact_ms, \
                  audit_hash FROM meter m JOIN meter_papers p ON p.serial = m.serial WHERE m.serial = $1";
    let select = sqlx::query(select).bind(i64::from(like.value()));
    let row = select.fetch_one(desk.bureau.store.reads()).await.unwrap();
    let row = &row;
    let insert_all: Result<(), StoreError> = desk
        .bureau
        .store
        .transaction(|transaction| {
            store::work(async move {
                for more in 1..=count {
                    insert_like(transaction, row, like, like.value() + more).await?;
                }
                Ok(())
            })
        })
        .await;
    insert_all.unwrap();
}

async fn insert_like(
    transaction: &mut Transaction,
    row: &AnyRow,
    like: Serial,
    serial: u32,
) -> Result<(), sqlx::Error> {
    let text = |column: usize| row.get::<String, _>(column);
    let account = text(2).replace(&format!("\"serial\":{}", like.value()), &format!("\"serial\":{serial}"));
    assert_ne!(account, text(2));
    let insert = "INSERT INTO meter (serial, pan, customer, account, dossier, version, link_key, since_ms, status, \
                  suspect_ms, service, is_stopped, contact_ms, r1_minor, reactions, audit_number, audit_hash) \
                  VALUES ($1, $2, $3, $4, $5, 1, '', 0, $6, $7, $8, 0, $9, 0, 0, 0, $10)";
    let insert = sqlx::query(insert).bind(i64::from(serial)).bind(-i64::from(serial)).bind(text(4));
    let insert = insert.bind(account).bind(text(3));
    let insert = insert.bind(row.get::<i64, _>(5)).bind(row.get::<Option<i64>, _>(6)).bind(text(7));
    insert.bind(row.get::<i64, _>(8)).bind(text(9)).execute(&mut **transaction).await?;
    let papers = "INSERT INTO meter_papers (serial, passport, conditions) VALUES ($1, $2, $3)";
    let papers = sqlx::query(papers).bind(i64::from(serial)).bind(text(0)).bind(text(1));
    papers.execute(&mut **transaction).await?;
    Ok(())
}

async fn a_pass_that_is_cut_off_anywhere_goes_on_and_leaves_no_meter_out(database: Database) {
    let desk = with_meter(database).await;
    let north = desk.station("North").await;
    let mark = async |serial| {
        desk.bureau.office.mark(serial, &Mark::Set("odd".to_owned()), "anna", desk.now_ms).await.unwrap();
    };
    mark(serial()).await;
    let count = 3 * CHUNK as u32;
    multiply(&desk, serial(), count - 1).await;
    let customer = desk.bureau.office.books().folder(serial()).await.unwrap().customer.reference;
    desk.bureau.meter(meter(1), customer).await;
    let pieces = async || {
        let select = sqlx::query("SELECT COUNT(*) FROM post_piece WHERE kind = 'suspects'");
        select.fetch_one(desk.bureau.store.reads()).await.unwrap().get::<i64, _>(0)
    };
    let (mut cuts, mut patience) = (0, Duration::from_micros(200));
    let mut was_late = false;
    loop {
        let making = desk.desk.refresh(Kind::Suspects, desk.now_ms);
        if let Ok(refreshed) = tokio::time::timeout(patience, making).await {
            refreshed.unwrap();
            break;
        }
        cuts += 1;
        patience += patience / 8;
        if !was_late && pieces().await > 0 {
            // A meter that the pass has gone by becomes suspect: its notice waits for the next list.
            mark(meter(1)).await;
            was_late = true;
        }
    }
    assert!(cuts > 0);
    let (_, suspects) = north.fetch::<SuspectEntry>().await;
    let mut listed: Vec<u32> = suspects.iter().map(|entry| entry.serial.value()).collect();
    // The last cut may have come right behind the issue of a list: then the late meter stands in the one after it.
    let has_late = listed.first() == Some(&1);
    listed.drain(..usize::from(has_late));
    assert_eq!(listed, (serial().value()..serial().value() + count).collect::<Vec<_>>());
    assert_eq!(notices(&desk, serial()).await, (0, 1));
    if was_late {
        let told = if has_late { (0, 1) } else { (1, 0) };
        assert_eq!(notices(&desk, meter(1)).await, told, "the post is told by the list that has the meter");
        desk.desk.refresh(Kind::Suspects, desk.now_ms).await.unwrap();
        assert_eq!(north.fetch::<SuspectEntry>().await.1[0].serial, meter(1));
        assert_eq!(notices(&desk, meter(1)).await, (0, 1));
    }
}

async fn two_instances_make_one_list(database: Database) {
    let desk = with_meter(database).await;
    let north = desk.station("North").await;
    let count = 4 * CHUNK as u32;
    multiply(&desk, serial(), count - 1).await;
    let tasks: Vec<_> = (0..3)
        .map(|_| {
            let (desk, now_ms) = (desk.desk.clone(), desk.now_ms);
            tokio::spawn(async move { desk.refresh(Kind::Meters, now_ms).await.unwrap() })
        })
        .collect();
    let mut issued = 0;
    for task in tasks {
        let refreshed = task.await.unwrap();
        assert_eq!(refreshed.number, 1);
        issued += u32::from(refreshed.is_new);
    }
    assert_eq!(issued, 1);
    assert_eq!(north.fetch::<MeterEntry>().await.1.len() as u32, count);
    let centre = Chain::Desk(centre::audit::Desk::centre());
    assert_eq!(audit_of(&desk, &centre, "list_issued").await, 1);
}

async fn what_people_set_is_checked_and_goes_into_the_lists(database: Database) {
    let desk = desk(database).await;
    let north = desk.station("North").await;
    let rate = |above_g, up_to_g, postage| Rate {
        product: name("Letter"),
        above_g,
        up_to_g,
        most_mm: Some([235, 125, 5]),
        valid_from: Date::new(2026, 1, 1).unwrap(),
        postage: money(postage),
    };
    let empty = desk.desk.set_tariff(vec![rate(20, 20, 1)], "anna", desk.now_ms).await;
    assert!(matches!(empty, Err(PostFault::Request(_))));
    let twice = desk.desk.set_tariff(vec![rate(0, 20, 1), rate(0, 50, 2)], "anna", desk.now_ms).await;
    assert!(matches!(twice, Err(PostFault::Request(_))));
    desk.desk.set_tariff(vec![rate(20, 50, 110), rate(0, 20, 95)], "anna", desk.now_ms).await.unwrap();
    let threshold = |class| ThresholdEntry {
        class,
        most_since_refill: money(50_000),
        most_per_day: MeanUse::from_minor_per_day(900),
        longest_days: 180,
    };
    let thresholds = vec![threshold(Some(UseClass::B)), threshold(None)];
    desk.desk.set_thresholds(thresholds, "anna", desk.now_ms).await.unwrap();
    let cliche = |number| ClicheEntry {
        number,
        name: Text::shortened("Ship"),
        dots: 240,
        text_height: 0,
        record: vec![1, 2, 3],
    };
    assert!(desk.desk.put_cliche(&cliche(0), "anna", desk.now_ms).await.is_err());
    for number in [12, 3, 12] {
        desk.desk.put_cliche(&cliche(number), "anna", desk.now_ms).await.unwrap();
    }
    desk.desk.refresh_all(desk.now_ms).await.unwrap();
    assert_eq!(north.fetch::<Rate>().await.1, [rate(0, 20, 95), rate(20, 50, 110)]);
    assert_eq!(north.fetch::<ThresholdEntry>().await.1, [threshold(None), threshold(Some(UseClass::B))]);
    assert_eq!(north.fetch::<ClicheEntry>().await.1, [cliche(3), cliche(12)]);
    desk.desk.remove_cliche(3, "anna", desk.now_ms).await.unwrap();
    assert_eq!(desk.desk.cliches().await.unwrap(), [cliche(12)]);
    assert_eq!(desk.desk.refresh(Kind::Cliches, desk.now_ms).await.unwrap().number, 2);
    let anna = Chain::Desk(centre::audit::Desk::new("anna").unwrap());
    assert_eq!(audit_of(&desk, &anna, "setting_changed").await, 1 + 1 + 3 + 1);
    let issued = desk.desk.issued().await.unwrap();
    let tariff = issued.iter().find(|list| list.kind == Kind::Tariff).unwrap();
    assert_eq!((tariff.number, tariff.entries, tariff.station), (1, 2, None));
}

async fn names_and_tokens_are_one_stations(database: Database) {
    let desk = desk(database).await;
    let (north, south) = (desk.station("North").await, desk.station("South").await);
    assert_eq!((north.number, south.number), (1, 2));
    assert!(north.key != south.key);
    let verifying_key = north.signing.verifying_key();
    let new = |text: &str, token: Option<&str>| NewStation {
        name: name(text),
        verifying_key,
        token: token.map(str::to_owned),
    };
    for new in [new("North", None), new("East", Some("station-north"))] {
        let made = desk.desk.make_station(&new, "anna", desk.now_ms).await;
        assert!(matches!(made, Err(PostFault::Request(_))));
    }
    let change = async |number, change: StationChange| {
        desk.desk.change_station(number, &change, "anna", desk.now_ms).await
    };
    let token = StationChange::Token(Some("station-south".to_owned()));
    assert!(matches!(change(north.number, token).await, Err(PostFault::Request(_))));
    assert!(matches!(change(9, StationChange::Active(true)).await, Err(PostFault::Request(_))));
    // A key is exchanged: batches under the old one are refused, and the numbers go on.
    let taken = || vec![Taken { kind: Kind::Meters, number: 1, at_ms: 0 }];
    north.send(1, taken()).await;
    change(north.number, StationChange::VerifyingKey(south.signing.verifying_key())).await.unwrap();
    assert_eq!(north.post("taken", north.batch(2, taken())).await.code(), "805");
    let north = Station { signing: south.signing.clone(), ..north };
    north.send(2, taken()).await;
    let stations = desk.desk.stations().await.unwrap();
    assert_eq!(stations[0].token.as_deref(), Some("station-north"));
}
