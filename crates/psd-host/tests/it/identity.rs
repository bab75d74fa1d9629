//! Identifiers of hardware in files as Linux shows them.

use psd_host::{HostError, Identity, IdentitySource};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const UUID: &str = "sys/class/dmi/id/product_uuid";
const BOARD: &str = "sys/class/dmi/id/board_serial";
const MACHINE: &str = "etc/machine-id";
const NAME: &str = "proc/sys/kernel/hostname";

fn machine(files: &[(&str, &[u8])]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    root
}

fn found(files: &[(&str, &[u8])]) -> Option<Identity> {
    Identity::find(machine(files).path()).ok()
}

const ALL: [(&str, &[u8]); 5] = [
    (UUID, b"4c4c4544-0043-3510-8052-b4c04f4a3132\n"),
    (BOARD, b".CN129636BK0011.\n"),
    ("sys/block/nvme0n1/device/serial", b"S4EWNX0R123456      \n"),
    (MACHINE, b"3d1219c7c4c5404aaa1f6d2a48adfda4\n"),
    (NAME, b"mailroom-3\n"),
];

#[test]
fn the_best_identifier_that_can_be_read_is_taken_and_only_the_fallbacks_are_weak() {
    use IdentitySource::{BoardSerial, DiskSerial, HostName, MachineId, ProductUuid};
    let sources = [ProductUuid, BoardSerial, DiskSerial, MachineId, HostName];
    for (left, best) in sources.into_iter().enumerate() {
        let identity = found(&ALL[left..]).unwrap();
        assert_eq!((identity.source, identity.is_weak()), (best, [MachineId, HostName].contains(&best)));
    }
    assert!(matches!(Identity::find(machine(&[]).path()), Err(HostError::NoIdentity)));
}

#[test]
fn an_identifier_is_a_hash_that_differs_by_machine_and_by_source_and_not_by_time() {
    let root = machine(&ALL);
    let read = |source| Identity::read(source, root.path()).unwrap().hash;
    let uuid = read(IdentitySource::ProductUuid);
    assert_eq!(read(IdentitySource::ProductUuid), uuid);
    assert_ne!(read(IdentitySource::BoardSerial), uuid);
    let upper_case = found(&[(UUID, b"4C4C4544-0043-3510-8052-B4C04F4A3132")]).unwrap();
    assert_eq!(upper_case.hash, uuid, "kernels show the same number in either case");
    let other = found(&[(UUID, b"4c4c4544-0043-3510-8052-b4c04f4a3133\n")]).unwrap();
    assert_ne!(other.hash, uuid);
    let as_serial = Identity::of_value(IdentitySource::BoardSerial, b"4c4c4544-0043-3510-8052-b4c04f4a3132");
    assert_ne!(as_serial.hash, uuid, "the source is part of the hash");
}

#[test]
fn what_makers_leave_in_many_machines_alike_is_no_identifier() {
    for text in [
        "To Be Filled By O.E.M.\n",
        "Default string\n",
        "Not Specified",
        "00000000-0000-0000-0000-000000000000\n",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF\n",
        "03000200-0400-0500-0006-000700080009\n",
        "None",
        "........",
        "0",
        "  \n",
        "",
    ] {
        assert_eq!(found(&[(UUID, text.as_bytes()), (BOARD, text.as_bytes())]), None, "{text:?}");
    }
    assert_eq!(found(&[(BOARD, &[b'7'; 300])]), None, "too long");
    assert_eq!(found(&[(BOARD, b"\xff\xfe12")]), None, "no text");
}

#[test]
fn a_disks_serial_number_is_found_in_each_of_its_places_and_only_where_the_disk_is_built_in() {
    let expected = Identity::of_value(IdentitySource::DiskSerial, b"wd-wcc4n7");
    for (path, content) in [
        ("sys/block/nvme0n1/device/serial", &b"WD-WCC4N7          \n"[..]),
        ("sys/block/mmcblk0/device/serial", b"WD-WCC4N7"),
        ("sys/block/sda/device/vpd_pg80", b"\0\x80\0\x0b  WD-WCC4N7and more"),
    ] {
        assert_eq!(found(&[(path, content)]), Some(expected), "{path}");
    }
    let stick: [(&str, &[u8]); 2] =
        [("sys/block/sdb/removable", b"1\n"), ("sys/block/sdb/device/serial", b"A1")];
    assert_eq!(found(&stick), None);
    assert_eq!(found(&[("sys/block/sda/device/vpd_pg80", b"\0\x80\x01\0short")]), None);
    assert_eq!(found(&[("sys/block/vda/serial", b"image-7")]), None, "a virtual disk's is its image's");
    let renamed: [(&str, &[u8]); 2] =
        [("sys/block/nvme0n1/device/serial", b"XY2"), ("sys/block/nvme1n1/device/serial", b"WD-WCC4N7")];
    assert_eq!(found(&renamed), Some(expected), "the order in which disks are found changes nothing");
}

#[test]
fn sources_have_names_and_one_that_shows_nothing_is_an_error_that_names_it() {
    for source in IdentitySource::ALL {
        assert_eq!(source.name().parse(), Ok(source));
        let refused = Identity::read(source, Path::new("/nowhere")).unwrap_err().to_string();
        let is_tpms = source == IdentitySource::Tpm && refused.contains("TPM");
        assert!(is_tpms || refused.contains(source.name()), "{refused}");
    }
    assert!("mac-address".parse::<IdentitySource>().is_err());
}
