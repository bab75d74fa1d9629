//! What a control unit keeps of being paired.

use crate::{METER, serial};
use imprint::numbers::Key;
use psd_host::{HostError, IdentitySource, Pairing};
use std::fs;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_pairing_is_read_as_it_was_written_and_its_file_is_private() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairing.json");
    let first = Pairing::new(serial(1), IdentitySource::MachineId, Key::new([1; 32]));
    first.write(&path).unwrap();
    let paired = Pairing::new(serial(METER), IdentitySource::DiskSerial, Key::new([7; 32]));
    paired.write(&path).unwrap();
    let read = Pairing::read(&path).unwrap();
    assert_eq!((read.serial, read.identity), (serial(METER), IdentitySource::DiskSerial));
    assert_eq!(read.key.bytes(), &[7; 32]);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!format!("{paired:?}").contains("0707"), "no key is shown");
}

#[test]
fn a_pairing_that_others_can_read_or_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pairing.json");
    Pairing::new(serial(METER), IdentitySource::DiskSerial, Key::new([7; 32])).write(&path).unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    assert!(matches!(Pairing::read(&path), Err(HostError::Exposed(_))));
    fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    for (part, other) in
        [("\"version\": 1", "\"version\": 2"), ("disk-serial", "mac-address"), ("07\"", "\"")]
    {
        assert!(text.contains(part), "{text}");
        fs::write(&path, text.replacen(part, other, 1)).unwrap();
        assert!(matches!(Pairing::read(&path), Err(HostError::Document { .. })), "{other}");
    }
}
