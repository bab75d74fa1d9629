//! The memory file: one device at a time, readable by its owner alone, of constant size, healed and blocked.

use crate::{METER, Mailroom, NoTime, frank, order, request, serial};
use imprint::numbers::RequestId;
use psd::{Error, Fault, SECTOR_BYTES};
use psd_host::{HostError, open, personalise};
use std::fs;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::time::{Duration, Instant};

#[test]
fn registers_and_the_last_indicium_survive_a_new_start() {
    let (mailroom, mut psd) = Mailroom::new();
    let indicium = frank(&mailroom, &mut psd, &[request(7, 110)]).unwrap().remove(0);
    let registers = psd.registers();
    drop(psd);
    let mut psd = open(&mailroom.memory()).unwrap();
    assert_eq!(psd.registers(), registers);
    mailroom.attend(&mut psd);
    assert_eq!(psd.fetch(RequestId(7)), Ok(indicium));
    assert_eq!(registers.r2.minor(), 110);
}

#[test]
fn a_second_device_on_the_same_memory_is_told_so() {
    let (mailroom, psd) = Mailroom::new();
    let refused = open(&mailroom.memory()).err().unwrap();
    assert!(matches!(refused, HostError::Locked(_)));
    assert!(refused.to_string().contains("another security device has the memory"), "{refused}");
    drop(psd);
    assert!(open(&mailroom.memory()).is_ok());
}

#[test]
fn memory_and_key_are_readable_by_their_owner_alone_and_keep_their_size() {
    let (mailroom, mut psd) = Mailroom::new();
    let size = fs::metadata(mailroom.memory()).unwrap().len();
    let batch: Vec<_> = (0..1000).map(|id| request(id, 1)).collect();
    assert_eq!(frank(&mailroom, &mut psd, &batch).unwrap().len(), 1000);
    assert_eq!(fs::metadata(mailroom.memory()).unwrap().len(), size);
    for name in ["memory", "memory.key", "issuer/issuer.key", "issuer/books.json"] {
        let mode = fs::metadata(mailroom.folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_memory_that_exists_is_never_personalised_again() {
    let (mut mailroom, psd) = Mailroom::new();
    drop(psd);
    let before = fs::read(mailroom.memory()).unwrap();
    let another = mailroom.issuer.meter(order(METER + 1)).unwrap();
    let refused = personalise(&mailroom.memory(), another).err().unwrap();
    assert!(matches!(refused, HostError::Exists(_)) && refused.is_refusal());
    assert_eq!(fs::read(mailroom.memory()).unwrap(), before);
}

#[test]
fn a_personalisation_that_fails_leaves_nothing_in_its_way() {
    let (mut mailroom, _psd) = Mailroom::new();
    let personalisation = mailroom.issuer.meter(order(METER + 1)).unwrap();
    let path = mailroom.folder.path().join("second");
    let failed = psd_host::personalise_with(&path, personalisation.clone(), NoTime).err().unwrap();
    assert!(matches!(failed, HostError::Device(Error::Clock)));
    assert!(personalise(&path, personalisation).is_ok());
}

/// Claim: B2
#[test]
fn a_damaged_file_heals_where_a_copy_is_left_and_blocks_where_none_is() {
    let (mailroom, mut psd) = Mailroom::new();
    let before = fs::read(mailroom.memory()).unwrap();
    frank(&mailroom, &mut psd, &[request(1, 110)]).unwrap();
    drop(psd);
    let after = fs::read(mailroom.memory()).unwrap();
    let changed = |sector: &usize| {
        let range = sector * SECTOR_BYTES..(sector + 1) * SECTOR_BYTES;
        before[range.clone()] != after[range]
    };
    let newest: Vec<_> = (0..after.len() / SECTOR_BYTES).filter(changed).collect();
    let damage = |sector: usize| {
        let file = fs::File::options().write(true).open(mailroom.memory()).unwrap();
        file.write_all_at(&[0xaa; 100], (sector * SECTOR_BYTES + 200) as u64).unwrap();
    };
    damage(newest[0]);
    let psd = open(&mailroom.memory()).unwrap();
    assert_eq!((psd.registers().r2.minor(), psd.findings().count()), (110, 1));
    drop(psd);
    fs::write(mailroom.memory(), &after).unwrap();
    newest.iter().for_each(|sector| damage(*sector));
    let blocked = open(&mailroom.memory()).err().unwrap();
    assert!(matches!(blocked, HostError::Device(Error::Blocked(Fault::AllCopies))), "{blocked}");
}

#[test]
fn files_that_are_no_memory_are_an_error_that_says_so() {
    let (mailroom, psd) = Mailroom::new();
    drop(psd);
    let whole = fs::read(mailroom.memory()).unwrap();
    for (content, refusal) in
        [(&b""[..], false), (&whole[..whole.len() / 2], false), (&vec![0; whole.len()], true)]
    {
        fs::write(mailroom.memory(), content).unwrap();
        let error = open(&mailroom.memory()).err().unwrap();
        assert!(matches!(error, HostError::Device(Error::Blocked(_))), "{error}");
        assert_eq!(error.is_refusal(), refusal, "{error}");
    }
    fs::write(mailroom.folder.path().join("memory.key"), [1; 31]).unwrap();
    assert!(matches!(open(&mailroom.memory()).err(), Some(HostError::Key(_))));
    let missing = open(&mailroom.folder.path().join("nowhere")).err().unwrap();
    assert!(matches!(missing, HostError::File { .. }) && !missing.is_refusal());
}

#[test]
fn a_start_with_recovery_takes_less_than_50_ms() {
    let (mailroom, mut psd) = Mailroom::new();
    for round in 0..9 {
        let batch: Vec<_> = (0..100).map(|id| request(1000 * round + id, 1)).collect();
        frank(&mailroom, &mut psd, &batch).unwrap();
    }
    drop(psd);
    let start = || {
        let begin = Instant::now();
        drop(open(&mailroom.memory()).unwrap());
        begin.elapsed()
    };
    let fastest = (0..5).map(|_| start()).min().unwrap();
    assert!(fastest < Duration::from_millis(50), "{fastest:?}");
}

#[test]
fn the_systems_clock_gives_dates_the_device_takes() {
    let (mailroom, mut psd) = Mailroom::new();
    assert_eq!(frank(&mailroom, &mut psd, &[request(1, 110)]).unwrap()[0].serial, serial(METER));
}
