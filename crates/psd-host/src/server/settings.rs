//! What a server is told by its settings file, `dist/psd.toml`: every line of it may be left out, and what the command
//! line says stands above it.

use super::{Limits, PeerRule};
use crate::adapters::{self, NoSensorPlace, SensorPlace};
use crate::{Equipment, HostError, TpmPlace};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// No settings file is longer.
const FILE_BYTES_MAX: u64 = 1 << 16;

/// The settings of a server, as they stand in its file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The device's memory file.
    pub memory: Option<PathBuf>,
    /// Where the socket is to be.
    pub socket: Option<PathBuf>,
    /// The group the socket belongs to; the process's own if not given.
    pub group: Option<Account>,
    /// Users that may connect. Where users or groups are given, nobody else may.
    pub users: Option<Vec<Account>>,
    /// Groups whose members may connect.
    pub groups: Option<Vec<Account>>,
    /// Where the housing's sensors are, as `--sensor` names them.
    pub sensors: Vec<String>,
    /// How to reach the TPM that keeps the memory's key, as `--tpm` names it.
    pub tpm: Option<String>,
    /// How many peers there may be at once.
    pub peers_max: Option<usize>,
    /// How long a frame may take, in milliseconds.
    pub frame_ms: Option<u64>,
    /// How long a peer may say nothing, in milliseconds; 0 for ever.
    pub idle_ms: Option<u64>,
}

/// A user or group, by number or by name.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Account {
    /// Its number.
    Number(u32),
    /// Its name, as the system's own file of users or groups has it.
    Name(String),
}

impl Settings {
    /// Reads a settings file.
    pub fn read(path: &Path) -> Result<Settings, HostError> {
        let content = adapters::read_bounded(path, FILE_BYTES_MAX)?;
        let fault = |reason: String| HostError::Document { path: path.to_path_buf(), reason };
        let text = str::from_utf8(&content).map_err(|error| fault(error.to_string()))?;
        toml::from_str(text).map_err(|error| fault(error.message().to_string()))
    }

    /// The times and numbers of the server.
    pub fn limits(&self) -> Result<Limits, HostError> {
        let usual = Limits::default();
        let limits = Limits {
            peers_max: self.peers_max.unwrap_or(usual.peers_max),
            frame: self.frame_ms.map_or(usual.frame, Duration::from_millis),
            idle: match self.idle_ms {
                None => usual.idle,
                Some(0) => None,
                Some(time) => Some(Duration::from_millis(time)),
            },
        };
        if limits.peers_max == 0 || limits.frame.is_zero() {
            return Err(HostError::Setting("peers_max and frame_ms are at least 1".into()));
        }
        Ok(limits)
    }

    /// What the device is equipped with: a program of its own.
    pub fn equipment(&self) -> Result<Equipment, HostError> {
        let place = |text: &String| {
            text.parse().map_err(|error: NoSensorPlace| HostError::Setting(format!("{text}: {error}")))
        };
        let sensors: Result<Vec<SensorPlace>, HostError> = self.sensors.iter().map(place).collect();
        let tpm = self.tpm.clone().map(TpmPlace::new);
        Ok(Equipment { sensors: sensors?, tpm, is_own_program: true })
    }

    /// The number of the socket's group.
    pub fn group(&self) -> Result<Option<u32>, HostError> {
        self.group.as_ref().map(|group| group.number(GROUPS)).transpose()
    }

    /// Who may connect, where that is said.
    pub fn rule(&self) -> Result<Option<PeerRule>, HostError> {
        let numbers = |accounts: &Option<Vec<Account>>, file| -> Result<Vec<u32>, HostError> {
            accounts.iter().flatten().map(|account| account.number(file)).collect()
        };
        let rule = PeerRule { users: numbers(&self.users, USERS)?, groups: numbers(&self.groups, GROUPS)? };
        Ok((self.users.is_some() || self.groups.is_some()).then_some(rule))
    }
}

/// Lines of name, password, number and more, parted by colons.
const USERS: &str = "/etc/passwd";
/// The same for groups.
const GROUPS: &str = "/etc/group";

impl Account {
    fn number(&self, file: &str) -> Result<u32, HostError> {
        let name = match self {
            Account::Number(number) => return Ok(*number),
            Account::Name(name) => name,
        };
        let lines = fs::read_to_string(file).map_err(HostError::file(Path::new(file), "read"))?;
        let number = lines.lines().find_map(|line| {
            let mut fields = line.split(':');
            (fields.next() == Some(name)).then(|| fields.nth(1)?.parse().ok()).flatten()
        });
        number.ok_or_else(|| HostError::Setting(format!("{file} has no {name}: give its number instead")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_is_shipped_says_what_holds_without_it() {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist/psd.toml");
        let settings = Settings::read(&shipped).unwrap();
        assert_eq!(settings.limits().unwrap(), Limits::default());
        assert!(settings.memory.is_some() && settings.socket.is_some());
        assert_eq!(settings.rule().unwrap(), None);
        let bare = Equipment { is_own_program: true, ..Equipment::default() };
        assert_eq!(settings.equipment().unwrap(), bare);
    }

    #[test]
    fn sensors_and_a_tpm_are_named_as_on_the_command_line() {
        let text = "sensors = ['switch:/run/open', 'hwmon']\ntpm = 'device:/dev/tpmrm0'";
        let equipment = toml::from_str::<Settings>(text).unwrap().equipment().unwrap();
        assert_eq!(equipment.sensors[0], SensorPlace::TestSwitch("/run/open".into()));
        assert_eq!(equipment.tpm, Some(TpmPlace::new("device:/dev/tpmrm0".into())));
        let unknown = toml::from_str::<Settings>("sensors = ['door']").unwrap().equipment();
        assert!(unknown.unwrap_err().to_string().contains("door"));
    }

    #[test]
    fn users_and_groups_are_found_by_name_and_taken_by_number() {
        let settings: Settings = toml::from_str("users = ['root', 7]\ngroups = ['root']").unwrap();
        assert_eq!(settings.rule().unwrap(), Some(PeerRule { users: vec![0, 7], groups: vec![0] }));
        let unknown: Settings = toml::from_str("group = 'no such group'").unwrap();
        assert!(unknown.group().unwrap_err().to_string().contains("no such group"));
    }

    #[test]
    fn a_line_that_is_not_known_and_a_limit_of_nothing_are_refused() {
        assert!(toml::from_str::<Settings>("memroy = 'meter.psd'").is_err());
        for text in ["peers_max = 0", "frame_ms = 0"] {
            assert!(toml::from_str::<Settings>(text).unwrap().limits().is_err(), "{text}");
        }
        let endless: Settings = toml::from_str("idle_ms = 0").unwrap();
        assert_eq!(endless.limits().unwrap().idle, None);
    }
}
