//! What notices an opening: alarms as the kernel shows them, switches, several together, and how users name them.

use crate::{Mailroom, frank, request};
use psd::{Block, Error, PartFault, Sensor};
use psd_host::{Equipment, SensorPlace, Sensors, SystemClock, codeword_path, open_equipped};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder like the kernel's of monitoring chips: one with two chassis contacts, one with none.
fn chips() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (chip, file, content) in [
        ("hwmon0", "temp1_input", "41000\n"),
        ("hwmon3", "intrusion0_alarm", "0\n"),
        ("hwmon3", "intrusion1_alarm", "0\n"),
        ("hwmon3", "intrusion0_beep", "1\n"),
    ] {
        fs::create_dir_all(folder.path().join(chip)).unwrap();
        fs::write(folder.path().join(chip).join(file), content).unwrap();
    }
    folder
}

fn sensors(places: &[SensorPlace]) -> Sensors {
    Sensors::open(places).unwrap()
}

fn chassis(folder: &Path) -> SensorPlace {
    SensorPlace::Chassis(folder.to_path_buf())
}

#[test]
fn a_chassis_alarm_is_told_until_it_is_cleared_in_the_chip() {
    let folder = chips();
    let alarm = folder.path().join("hwmon3/intrusion1_alarm");
    let mut sensor = sensors(&[chassis(folder.path())]);
    assert_eq!(sensor.was_opened(), Ok(false));
    fs::write(&alarm, "1\n").unwrap();
    assert_eq!(sensor.was_opened(), Ok(true));
    assert_eq!(sensor.was_opened(), Ok(true), "an opening stays until it is cleared");
    assert_eq!(sensor.arm(), Ok(()));
    assert_eq!(fs::read_to_string(&alarm).unwrap(), "0\n");
    assert_eq!(sensor.was_opened(), Ok(false));
}

#[test]
fn an_alarm_that_stood_before_the_start_is_told() {
    let folder = chips();
    fs::write(folder.path().join("hwmon3/intrusion0_alarm"), "1\n").unwrap();
    assert_eq!(sensors(&[chassis(folder.path())]).was_opened(), Ok(true));
}

#[test]
fn an_unreadable_sensor_is_a_fault_and_no_opening_and_hides_none() {
    let folder = chips();
    let mut sensor = sensors(&[chassis(folder.path())]);
    for unreadable in ["", "2\n", "open\n"] {
        fs::write(folder.path().join("hwmon3/intrusion0_alarm"), unreadable).unwrap();
        assert_eq!(sensor.was_opened(), Err(PartFault), "{unreadable:?}");
    }
    fs::write(folder.path().join("hwmon3/intrusion1_alarm"), "1\n").unwrap();
    assert_eq!(sensor.was_opened(), Ok(true));
}

#[test]
fn a_machine_without_a_chassis_contact_cannot_be_run_with_that_sensor() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("hwmon0")).unwrap();
    let refused = Sensors::open(&[chassis(folder.path())]).unwrap_err().to_string();
    assert!(refused.contains("no monitoring chip has a chassis contact"), "{refused}");
    assert!(Sensors::open(&[chassis(&folder.path().join("nowhere"))]).is_err());
}

#[test]
fn a_line_of_a_chip_that_is_not_there_cannot_be_used() {
    let place: SensorPlace = "gpio:/dev/no-such-chip:3:low".parse().unwrap();
    let refused = Sensors::open(&[place]).unwrap_err().to_string();
    assert!(refused.starts_with("the sensor gpio:/dev/no-such-chip:3:low cannot be used: "), "{refused}");
}

#[test]
fn several_sensors_are_one_housing_and_are_armed_together() {
    let (folder, files) = (chips(), tempfile::tempdir().unwrap());
    let switch = files.path().join("open");
    let mut both = sensors(&[chassis(folder.path()), SensorPlace::TestSwitch(switch.clone())]);
    assert_eq!(both.was_opened(), Ok(false));
    fs::write(&switch, "").unwrap();
    assert_eq!(both.was_opened(), Ok(true));
    fs::remove_file(&switch).unwrap();
    assert_eq!(both.was_opened(), Ok(true), "it was open, though it is closed again");
    fs::write(folder.path().join("hwmon3/intrusion0_alarm"), "1\n").unwrap();
    assert_eq!(both.arm(), Ok(()));
    assert_eq!(both.was_opened(), Ok(false));
    fs::write(&switch, "").unwrap();
    both.arm().unwrap();
    assert_eq!(both.was_opened(), Ok(true), "still open after arming is an opening again");
}

#[test]
fn a_computer_without_sensors_tells_no_opening() {
    assert_eq!(Sensors::default().was_opened(), Ok(false));
    assert_eq!(Sensors::default().arm(), Ok(()));
}

#[test]
fn places_are_read_as_they_are_shown_and_nothing_else_is_one() {
    for (text, shown) in [
        ("hwmon", "hwmon:/sys/class/hwmon"),
        ("hwmon:/tmp/chips", "hwmon:/tmp/chips"),
        ("gpio:/dev/gpiochip0:17:high", "gpio:/dev/gpiochip0:17:high"),
        ("gpio:/dev/by:path/chip:0:low", "gpio:/dev/by:path/chip:0:low"),
        ("switch:/run/porto/open", "switch:/run/porto/open"),
    ] {
        let place: SensorPlace = text.parse().unwrap();
        assert_eq!(place.to_string(), shown);
        assert_eq!(shown.parse(), Ok(place));
    }
    assert_eq!("hwmon".parse(), Ok(SensorPlace::Chassis(PathBuf::from("/sys/class/hwmon"))));
    for text in
        ["", "hwmon:", "switch:", "switch", "gpio:/dev/c:1", "gpio:/dev/c:x:low", "gpio::1:low", "lid:/x"]
    {
        assert!(text.parse::<SensorPlace>().is_err(), "{text}");
    }
}

/// Claim: B6
/// Claim: B9
#[test]
fn a_housing_opened_without_leave_stops_the_device_until_it_is_reset() {
    let files = tempfile::tempdir().unwrap();
    let switch = files.path().join("open");
    let equipment =
        Equipment { sensors: vec![SensorPlace::TestSwitch(switch.clone())], ..Equipment::default() };
    let (mailroom, mut psd) = Mailroom::equipped(&equipment);
    assert!(frank(&mailroom, &mut psd, &[request(1, 110)]).is_ok());
    fs::write(&switch, "").unwrap();
    assert_eq!(psd.tick().err(), Some(Error::Stopped(Block::KillCodeword)));
    assert_eq!(psd.block(), Some(Block::KillCodeword));
    assert!(!codeword_path(&mailroom.memory()).exists(), "the codeword is lost");
    fs::remove_file(&switch).unwrap();
    drop(psd);
    let mut psd = open_equipped(&mailroom.memory(), SystemClock, &equipment).unwrap();
    assert_eq!(psd.block(), Some(Block::KillCodeword), "closing it again changes nothing");
    let refused = frank(&mailroom, &mut psd, &[request(2, 110)]);
    assert_eq!(refused, Err(Error::Stopped(Block::KillCodeword)));
}

#[test]
fn a_housing_opened_while_the_device_was_off_is_found_at_its_start() {
    let folder = chips();
    let equipment = Equipment { sensors: vec![chassis(folder.path())], ..Equipment::default() };
    let (mailroom, psd) = Mailroom::equipped(&equipment);
    drop(psd);
    fs::write(folder.path().join("hwmon3/intrusion0_alarm"), "1\n").unwrap();
    let psd = open_equipped(&mailroom.memory(), SystemClock, &equipment).unwrap();
    assert_eq!(psd.block(), Some(Block::KillCodeword));
}
