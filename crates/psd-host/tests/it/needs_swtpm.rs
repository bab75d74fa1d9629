//! A TPM 2.0 in software: what is sealed opens in one TPM alone, the counter only goes up and outlives a restart, the
//! codeword is lost when it is to be.

use crate::software_tpm::SoftwareTpm;
use crate::{METER, Mailroom, NoTime, frank, order, request};
use psd::{Block, Codeword, CommitCounter, Error, Finding, PartFault, TamperMemory};
use psd_host::hardening::{Needs, confine};
use psd_host::{
    Equipment, HostError, SealedKey, SystemClock, Tpm, TpmPlace, codeword_path, key_path, open,
    open_equipped, personalise_equipped, sealed_key_path,
};
use std::fs;
use std::path::Path;
use std::sync::mpsc::channel;
use std::thread;

const BASE: u32 = 0x0180_7078;
const KEY: [u8; 32] = [0x5a; 32];

/// What a device that uses this TPM is equipped with.
fn with_tpm(software: &SoftwareTpm) -> Equipment {
    Equipment { tpm: Some(TpmPlace::new(software.tcti())), ..Equipment::default() }
}

fn open_tpm(software: &SoftwareTpm) -> Tpm {
    Tpm::open(&software.tcti()).unwrap()
}

#[test]
fn a_key_opens_in_the_tpm_that_sealed_it_and_in_no_other() {
    let mut first = SoftwareTpm::new();
    let sealed = open_tpm(&first).set_up(BASE, &KEY).unwrap();
    let file = sealed.to_bytes();
    assert!(!file.windows(8).any(|part| part == &KEY[..8]), "the key is not in the file in clear");
    first.restart();
    let read = SealedKey::from_bytes(&file).unwrap();
    assert_eq!(read, sealed);
    assert_eq!(*open_tpm(&first).unseal(&read).unwrap(), KEY);
    let other = SoftwareTpm::new();
    let refused = open_tpm(&other).unseal(&read).unwrap_err().to_string();
    assert!(refused.contains("which another one has sealed"), "{refused}");
}

#[test]
fn a_sealed_key_that_was_altered_does_not_open() {
    let tpm = SoftwareTpm::new();
    let sealed = open_tpm(&tpm).set_up(BASE, &KEY).unwrap().to_bytes();
    let last = sealed.len() - 1;
    let mut altered = sealed.clone();
    altered[last] ^= 1;
    let altered = SealedKey::from_bytes(&altered).unwrap();
    assert!(open_tpm(&tpm).unseal(&altered).is_err());
}

#[test]
fn the_counter_goes_up_by_one_and_never_back_and_outlives_a_restart() {
    let mut software = SoftwareTpm::new();
    let tpm = open_tpm(&software);
    tpm.set_up(BASE, &KEY).unwrap();
    let (mut counter, _) = tpm.parts(BASE, &KEY).unwrap();
    let first = counter.value().unwrap().unwrap();
    for _ in 0..3 {
        counter.advance().unwrap();
    }
    assert_eq!(counter.value(), Ok(Some(first + 3)));
    software.restart();
    assert_eq!(counter.value(), Ok(Some(first + 3)), "over a new connection");
    software.restart();
    counter.advance().unwrap();
    assert_eq!(counter.value(), Ok(Some(first + 4)), "advanced once, though the connection had broken");
    TpmPlace::new(software.tcti()).clear().unwrap();
    assert_eq!(counter.value(), Err(PartFault));
    tpm.set_up(BASE, &KEY).unwrap();
    assert!(
        counter.value().unwrap().unwrap() > first + 4,
        "made again, it begins beyond all it ever counted"
    );
}

#[test]
fn a_tpm_that_is_gone_is_a_fault_of_the_part() {
    let mut software = SoftwareTpm::new();
    let tpm = open_tpm(&software);
    tpm.set_up(BASE, &KEY).unwrap();
    let (mut counter, mut codeword) = tpm.parts(BASE, &KEY).unwrap();
    software.stop();
    assert_eq!(counter.value(), Err(PartFault));
    assert_eq!(counter.advance(), Err(PartFault));
    assert_eq!(codeword.codeword(), Err(PartFault));
    assert_eq!(codeword.lose_codeword(), Err(PartFault));
    assert!(Tpm::open(&software.tcti()).is_err());
    assert!(Tpm::open("no such tcti").is_err());
}

#[test]
fn the_codeword_is_kept_replaced_and_lost() {
    let mut software = SoftwareTpm::new();
    let tpm = open_tpm(&software);
    tpm.set_up(BASE, &KEY).unwrap();
    let (_, mut memory) = tpm.parts(BASE, &KEY).unwrap();
    assert_eq!(memory.codeword(), Ok(None));
    let (first, second) = (Codeword::new([1; 16]), Codeword::new([2; 16]));
    memory.keep_codeword(&first).unwrap();
    software.restart();
    assert_eq!(memory.codeword(), Ok(Some(first)));
    memory.keep_codeword(&second).unwrap();
    assert_eq!(memory.codeword(), Ok(Some(second)));
    memory.keep_codeword(&Codeword::ZEROS).unwrap();
    assert_eq!(memory.codeword(), Ok(Some(Codeword::ZEROS)), "overwritten with zeros is not lost");
    memory.lose_codeword().unwrap();
    assert_eq!(memory.codeword(), Ok(None));
    memory.lose_codeword().unwrap();
    tpm.remove(BASE).unwrap();
    assert_eq!(memory.codeword(), Ok(None), "an index that was removed is a codeword that was lost");
    assert_eq!(memory.lose_codeword(), Ok(()));
}

#[test]
fn nobody_without_the_memorys_key_reads_or_writes_a_devices_indices() {
    let software = SoftwareTpm::new();
    let tpm = open_tpm(&software);
    tpm.set_up(BASE, &KEY).unwrap();
    let (mut counter, mut memory) = tpm.parts(BASE, &KEY).unwrap();
    memory.keep_codeword(&Codeword::new([1; 16])).unwrap();
    let before = counter.value();
    let (mut foreign_counter, mut foreign_memory) = tpm.parts(BASE, &[0; 32]).unwrap();
    assert_eq!(foreign_counter.value(), Err(PartFault));
    assert_eq!(foreign_counter.advance(), Err(PartFault));
    assert_eq!(foreign_memory.codeword(), Err(PartFault));
    assert_eq!(foreign_memory.keep_codeword(&Codeword::ZEROS), Err(PartFault));
    assert_eq!((counter.value(), memory.codeword()), (before, Ok(Some(Codeword::new([1; 16])))));
}

#[test]
fn two_devices_have_indices_of_their_own_and_none_takes_anothers() {
    let software = SoftwareTpm::new();
    let tpm = open_tpm(&software);
    tpm.set_up(BASE, &KEY).unwrap();
    for base in [BASE, BASE + 1, BASE - 1] {
        let refused = tpm.set_up(base, &[1; 32]).unwrap_err().to_string();
        assert!(refused.contains("already"), "{refused}");
    }
    tpm.set_up(BASE + 2, &[1; 32]).unwrap();
    let (mut first, _) = tpm.parts(BASE, &KEY).unwrap();
    let (mut second, _) = tpm.parts(BASE + 2, &[1; 32]).unwrap();
    let before = first.value();
    second.advance().unwrap();
    assert_eq!(first.value(), before);
}

#[test]
fn the_endorsement_key_is_the_same_for_as_long_as_the_chip_is_and_differs_by_chip() {
    let mut software = SoftwareTpm::new();
    let tpm = open_tpm(&software);
    let key = tpm.endorsement_key().unwrap();
    software.restart();
    assert_eq!(tpm.endorsement_key().unwrap(), key);
    assert_ne!(open_tpm(&SoftwareTpm::new()).endorsement_key().unwrap(), key);
}

#[test]
fn a_confined_daemon_reaches_its_tpm_even_when_the_connection_has_broken() {
    let mut software = SoftwareTpm::new();
    let place = TpmPlace::new(software.tcti());
    let tpm = open_tpm(&software);
    tpm.set_up(BASE, &KEY).unwrap();
    let (mut counter, _) = tpm.parts(BASE, &KEY).unwrap();
    let ((confined, is_confined), (go_on, restarted)) = (channel(), channel());
    let daemon = thread::spawn(move || {
        let nowhere = Path::new("/nowhere/memory");
        let measures = confine(&Needs { memory: nowhere, socket: nowhere, tpm: Some(&place) });
        let before = counter.value();
        confined.send(()).unwrap();
        restarted.recv().unwrap();
        (measures, before, counter.advance(), counter.value())
    });
    is_confined.recv().unwrap();
    software.restart();
    go_on.send(()).unwrap();
    let (measures, before, advanced, after) = daemon.join().unwrap();
    let is_too_old = |reason: &String| reason.contains("this kernel");
    assert!(measures.iter().all(|measure| measure.missing.as_ref().is_none_or(is_too_old)), "{measures:?}");
    assert_eq!((advanced, after), (Ok(()), before.map(|value| value.map(|value| value + 1))));
}

/// Connections are handed from thread to thread with the device.
#[test]
fn a_tpm_can_be_used_on_another_thread() {
    let software = SoftwareTpm::new();
    let tpm = open_tpm(&software);
    let used = thread::spawn(move || tpm.set_up(BASE, &KEY).map(drop));
    used.join().unwrap().unwrap();
}

/// Claim: X7
#[test]
fn a_device_whose_key_is_in_a_tpm_starts_with_that_tpm_alone() {
    let mut software = SoftwareTpm::new();
    let (mailroom, mut psd) = Mailroom::equipped(&with_tpm(&software));
    let path = mailroom.memory();
    frank(&mailroom, &mut psd, &[request(1, 110)]).unwrap();
    drop(psd);
    software.restart();
    assert!(!key_path(&path).exists() && !codeword_path(&path).exists() && sealed_key_path(&path).exists());
    let psd = open_equipped(&path, SystemClock, &with_tpm(&software)).unwrap();
    assert_eq!((psd.registers().r2.minor(), psd.block()), (110, Some(Block::Inactive)));
    drop(psd);
    let without = open(&path).err().unwrap();
    assert!(matches!(without, HostError::Sealed(_)), "{without}");
    let elsewhere = open_equipped(&path, SystemClock, &with_tpm(&SoftwareTpm::new())).err().unwrap();
    assert!(matches!(elsewhere, HostError::Tpm(_)) && !elsewhere.is_refusal(), "{elsewhere}");
    fs::write(sealed_key_path(&path), b"no key").unwrap();
    let broken = open_equipped(&path, SystemClock, &with_tpm(&software)).err().unwrap();
    assert!(matches!(broken, HostError::Document { .. }), "{broken}");
}

#[test]
fn a_device_made_without_a_tpm_is_not_opened_with_one() {
    let software = SoftwareTpm::new();
    let (mailroom, psd) = Mailroom::new();
    drop(psd);
    let refused = open_equipped(&mailroom.memory(), SystemClock, &with_tpm(&software)).err().unwrap();
    assert!(matches!(refused, HostError::NotSealed(_)), "{refused}");
}

#[test]
fn a_personalisation_that_fails_leaves_nothing_in_the_tpm() {
    let software = SoftwareTpm::new();
    let (mut mailroom, _) = Mailroom::new();
    let path = mailroom.folder.path().join("second");
    let personalisation = mailroom.issuer.meter(order(METER + 1)).unwrap();
    let failed = personalise_equipped(&path, personalisation.clone(), NoTime, &with_tpm(&software));
    assert!(matches!(failed.err(), Some(HostError::Device(Error::Clock))));
    let names = || fs::read_dir(mailroom.folder.path()).unwrap().map(|file| file.unwrap().file_name());
    assert!(!names().any(|name| name.to_str().unwrap().starts_with("second")));
    assert!(personalise_equipped(&path, personalisation, SystemClock, &with_tpm(&software)).is_ok());
}

/// Claim: X7
#[test]
fn an_old_memory_put_back_is_noticed_at_the_next_start_and_blocks() {
    let software = SoftwareTpm::new();
    let (mailroom, mut psd) = Mailroom::equipped(&with_tpm(&software));
    let path = mailroom.memory();
    frank(&mailroom, &mut psd, &[request(1, 110)]).unwrap();
    drop(psd);
    let old = fs::read(&path).unwrap();
    let start = || open_equipped(&path, SystemClock, &with_tpm(&software)).unwrap();
    let mut psd = start();
    frank(&mailroom, &mut psd, &[request(2, 4000)]).unwrap();
    drop(psd);
    fs::write(&path, old).unwrap();
    let mut psd = start();
    assert_eq!(psd.registers().r2.minor(), 110, "the memory says that the second debit never was");
    assert_eq!(psd.block(), Some(Block::Registers));
    assert!(psd.findings().any(|finding| finding.kind == Finding::ROLLED_BACK));
    let refused = frank(&mailroom, &mut psd, &[request(3, 110)]);
    assert_eq!(refused, Err(Error::Stopped(Block::Registers)));
    drop(psd);
    assert_eq!(start().block(), Some(Block::Registers), "another start does not lift it");
}

#[test]
fn an_old_memory_of_a_running_device_is_noticed_once_a_block_of_commits_has_passed() {
    let software = SoftwareTpm::new();
    let (mailroom, mut psd) = Mailroom::equipped(&with_tpm(&software));
    let path = mailroom.memory();
    let old = fs::read(&path).unwrap();
    for id in 0..65 {
        frank(&mailroom, &mut psd, &[request(id, 1)]).unwrap();
    }
    drop(psd);
    fs::write(&path, old).unwrap();
    let psd = open_equipped(&path, SystemClock, &with_tpm(&software)).unwrap();
    assert_eq!(psd.block(), Some(Block::Registers));
}

#[test]
fn starts_and_frankings_one_after_the_other_never_look_like_an_old_memory() {
    let software = SoftwareTpm::new();
    let (mailroom, psd) = Mailroom::equipped(&with_tpm(&software));
    drop(psd);
    for round in 0..4 {
        let mut psd = open_equipped(&mailroom.memory(), SystemClock, &with_tpm(&software)).unwrap();
        for id in 0..50 {
            frank(&mailroom, &mut psd, &[request(100 * round + id, 1)]).unwrap();
        }
        assert!(psd.findings().all(|finding| finding.kind != Finding::ROLLED_BACK));
    }
}

/// Claim: X7
#[test]
fn a_codeword_lost_from_the_tpm_stops_the_device() {
    let software = SoftwareTpm::new();
    let (mailroom, psd) = Mailroom::equipped(&with_tpm(&software));
    drop(psd);
    let sealed = SealedKey::from_bytes(&fs::read(sealed_key_path(&mailroom.memory())).unwrap()).unwrap();
    let tpm = open_tpm(&software);
    let key = tpm.unseal(&sealed).unwrap();
    tpm.parts(sealed.index_base, &key).unwrap().1.lose_codeword().unwrap();
    let psd = open_equipped(&mailroom.memory(), SystemClock, &with_tpm(&software)).unwrap();
    assert_eq!(psd.block(), Some(Block::KillCodeword));
}
