//! What a server is told by its settings file, `dist/psd.toml`: every line of it may be left out, and what the command
//! line says stands above it.

use super::{Limits, PeerRule};
use crate::{HostError, adapters};
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
