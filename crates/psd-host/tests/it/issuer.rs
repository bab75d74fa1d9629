//! The development issuer: its books, its documents, its specimens.

use crate::{METER, Mailroom, order, serial};
use psd::PersonalisationDocument;
use psd::{Error, GrantAnswer, Task};
use psd_host::HostError;
use psd_host::documents::{GrantDocument, OrderDocument, read_personalisation};
use psd_host::issuer::{Issuer, write_document};
use std::fs;

#[test]
fn documents_come_back_from_their_files() {
    let (mut mailroom, mut psd) = Mailroom::new();
    let path = |name: &str| mailroom.folder.path().join(name);
    let (grant_path, meter_path) = (path("grant.json"), path("meter.json"));
    let grant = mailroom.issuer.grant(serial(METER), 700).unwrap();
    write_document(&grant_path, &GrantDocument::new(&grant)).unwrap();
    assert_eq!(GrantDocument::read(&grant_path).unwrap(), grant);
    assert!(matches!(psd.grant(&grant), Ok(GrantAnswer::Taken(registers)) if registers.r1.minor() == 5700));
    for task in [
        Task::Suspicion(true),
        Task::Stop(false),
        Task::Enrol { program: psd::Program::ControlUnit, checksum: [0xab; 32] },
        Task::Pieces(700),
        Task::Clock { tenths: 5 },
        Task::ClearErrors,
        Task::Unpair,
        Task::ForgetLock,
    ] {
        let order = mailroom.issuer.order(serial(METER), task).unwrap();
        let path = path(&format!("order-{}.json", order.message.number));
        write_document(&path, &OrderDocument::new(&order)).unwrap();
        assert_eq!(OrderDocument::read(&path).unwrap(), order);
    }
    for order in [
        mailroom.issuer.opening(serial(METER), 77).unwrap(),
        mailroom.issuer.reset(serial(METER), 5, None).unwrap(),
    ] {
        let path = path(&format!("order-{}.json", order.message.number));
        write_document(&path, &OrderDocument::new(&order)).unwrap();
        assert_eq!(OrderDocument::read(&path).unwrap(), order);
    }
    let meter = mailroom.issuer.meter(order(METER + 1)).unwrap();
    write_document(&meter_path, &PersonalisationDocument::new(&meter)).unwrap();
    let read = read_personalisation(&meter_path).unwrap();
    assert_eq!((read.serial, read.profile, read.issuer), (meter.serial, meter.profile, meter.issuer));
    assert!(read.keys[0].key == meter.keys[0].key);
    assert!(matches!(write_document(&grant_path, &1), Err(HostError::Exists(_))), "nothing is written over");
}

#[test]
fn grants_count_up_over_restarts_and_lie_in_the_folder() {
    let (mailroom, mut psd) = Mailroom::new();
    let folder = mailroom.folder.path().join("issuer");
    drop(mailroom.issuer);
    let mut issuer = Issuer::open(&folder).unwrap();
    let second = issuer.grant(serial(METER), 300).unwrap();
    assert_eq!((second.message.number, second.message.r3_before.minor()), (2, 5000));
    assert_eq!(GrantDocument::read(&folder.join("grants/12345678-2.json")).unwrap(), second);
    psd.grant(&second).unwrap();
    let account = issuer.meters()[0];
    assert_eq!((account.grants, account.granted), (2, psd.registers().r3));
    assert!(matches!(issuer.grant(serial(METER), 0), Err(HostError::Amount)));
    assert!(matches!(issuer.grant(serial(METER), -5301), Err(HostError::Amount)));
    assert!(matches!(issuer.grant(serial(1), 5), Err(HostError::UnknownMeter(_))));
}

#[test]
fn another_issuers_grant_is_refused() {
    let (_mailroom, mut psd) = Mailroom::new();
    let (mut other, _psd) = Mailroom::new();
    let grant = other.issuer.grant(serial(METER), 300).unwrap();
    assert_eq!(psd.grant(&grant), Err(Error::Signature));
}

#[test]
fn meters_are_specimens_with_keys_of_their_own_and_exist_once() {
    let (mut mailroom, _psd) = Mailroom::new();
    assert!(matches!(mailroom.issuer.meter(order(METER)), Err(HostError::MeterExists(_))));
    assert!(matches!(mailroom.issuer.meter(order(20_000_000)), Err(HostError::NoSpecimen(..))));
    let one = mailroom.issuer.meter(order(METER + 1)).unwrap();
    let two = mailroom.issuer.meter(order(METER + 2)).unwrap();
    assert!(one.keys[0].key != two.keys[0].key);
}

#[test]
fn two_commands_never_work_on_the_books_at_once() {
    let (mailroom, _psd) = Mailroom::new();
    let folder = mailroom.folder.path().join("issuer");
    assert!(matches!(Issuer::open(&folder).err(), Some(HostError::IssuerBusy(_))));
}

#[test]
fn documents_that_are_broken_or_of_another_version_are_an_error_that_names_the_file() {
    let (mailroom, _psd) = Mailroom::new();
    let path = mailroom.folder.path().join("broken.json");
    let good = fs::read_to_string(mailroom.folder.path().join("issuer/grants/12345678-1.json")).unwrap();
    for content in [
        "",
        "{}",
        "[1,2",
        &good.replace("\"version\": 1", "\"version\": 2"),
        &good.replace("\"amount\"", "\"more\""),
        &good.replace("5000", "-5000.5"),
        &good.replace("\"signature\": \"", "\"signature\": \"0"),
        &" ".repeat((1 << 20) + 1),
    ] {
        fs::write(&path, content).unwrap();
        let error = GrantDocument::read(&path).err().unwrap();
        assert!(error.to_string().contains("broken.json") && !error.is_refusal(), "{error}");
    }
}
