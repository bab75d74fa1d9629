//! The settings of a process: a file, then the environment (`PORTO_CENTRE_…`), then flags, each before the one before.
//!
//! What always holds: an unknown name in the file is refused, so that a mistyped setting is not taken for a default; no
//! secret stands in here, only where it lies.

use crate::calls::Rate;
use line::Number;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::Target;

/// The settings of a process.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The carrier's name.
    pub carrier: String,
    /// The currency of all amounts (ISO 4217).
    pub currency: String,
    /// How many digits its minor unit has.
    pub minor_digits: u8,
    /// The database.
    pub database: Target,
    /// Where pages and interfaces are served.
    pub http_listen: String,
    /// How a browser gets there, in links that are handed out; nothing for the address itself.
    pub public_url: Option<String>,
    /// TLS.
    pub tls: TlsConfiguration,
    /// Where meters call.
    pub link_listen: Vec<Number>,
    /// How many calls a second one address can make for ever.
    pub calls_per_second: u32,
    /// The modem by which meters are called back.
    pub modem: Option<Number>,
    /// The master key.
    pub keys: KeysConfiguration,
    /// Former master keys that some keys may still be wrapped with.
    pub former_keys: Vec<KeysConfiguration>,
    /// This instance's name, by which it holds tasks that only one may be at.
    pub instance: String,
}

/// TLS for pages and interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum TlsConfiguration {
    /// None: for a proxy on the same machine that does it.
    #[default]
    Off,
    /// A certificate made by the centre itself, kept in this folder.
    SelfMade(PathBuf),
    /// A certificate and its key (PEM).
    Given {
        /// The certificate and those above it.
        certificate: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// Where a master key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeysConfiguration {
    /// In a file that its owner alone may read; made at the first start.
    File(PathBuf),
    /// In an HSM.
    Hsm(HsmConfiguration),
}

/// A master key in an HSM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HsmConfiguration {
    /// The PKCS#11 library.
    pub module: PathBuf,
    /// The token's label.
    pub token: String,
    /// The key's label.
    pub key: String,
    /// A file with the PIN, which its owner alone may read; otherwise the variable `PORTO_CENTRE_PIN`.
    pub pin_file: Option<PathBuf>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigurationFault {
    /// The file cannot be read.
    #[error("{0} cannot be read: {1}")]
    File(PathBuf, #[source] std::io::Error),
    /// It is not as it must be.
    #[error("{0}: {1}")]
    Text(PathBuf, String),
    /// A setting is not as it must be.
    #[error("{0}: {1}")]
    Setting(&'static str, String),
}

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Document {
    carrier: Option<String>,
    currency: Option<String>,
    minor_digits: Option<u8>,
    database: Option<String>,
    instance: Option<String>,
    http: Http,
    link: Link,
    keys: Keys,
    former_keys: Vec<Keys>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Http {
    listen: Option<String>,
    public_url: Option<String>,
    /// `off`, `self-made`, or nothing beside certificate and key.
    tls: Option<String>,
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Link {
    listen: Option<Vec<String>>,
    modem: Option<String>,
    calls_per_second: Option<u32>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Keys {
    file: Option<PathBuf>,
    hsm: Option<HsmConfiguration>,
}

impl Configuration {
    /// The settings in this file, with those of the environment (a function from a variable's name to its value) put
    /// before. Paths in the file are seen from the file's folder.
    pub fn read(
        path: &Path,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Configuration, ConfigurationFault> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| ConfigurationFault::File(path.to_owned(), error))?;
        let document: Document = toml::from_str(&text)
            .map_err(|error| ConfigurationFault::Text(path.to_owned(), error.to_string()))?;
        let folder = path.parent().unwrap_or(Path::new(""));
        document.with(&variable)?.settle(folder)
    }

    /// Whether cookies go over TLS alone: it is done here, or by a proxy in front of it.
    pub fn is_secure(&self) -> bool {
        let by_proxy = self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
        self.tls != TlsConfiguration::Off || by_proxy
    }

    /// How fast one address may call.
    pub fn rate(&self) -> Rate {
        let interval = Duration::from_secs(1) / self.calls_per_second.max(1);
        Rate { interval, ..Rate::default() }
    }
}

impl Document {
    /// The same with what the environment sets.
    fn with(mut self, variable: &impl Fn(&str) -> Option<String>) -> Result<Document, ConfigurationFault> {
        let set = |name: &str, place: &mut Option<String>| {
            if let Some(value) = variable(name) {
                *place = Some(value);
            }
        };
        set("PORTO_CENTRE_CARRIER", &mut self.carrier);
        set("PORTO_CENTRE_CURRENCY", &mut self.currency);
        set("PORTO_CENTRE_DATABASE", &mut self.database);
        set("PORTO_CENTRE_INSTANCE", &mut self.instance);
        set("PORTO_CENTRE_HTTP_LISTEN", &mut self.http.listen);
        set("PORTO_CENTRE_PUBLIC_URL", &mut self.http.public_url);
        set("PORTO_CENTRE_TLS", &mut self.http.tls);
        set("PORTO_CENTRE_MODEM", &mut self.link.modem);
        if let Some(listen) = variable("PORTO_CENTRE_LINK_LISTEN") {
            self.link.listen = Some(listen.split_whitespace().map(str::to_owned).collect());
        }
        if let Some(rate) = variable("PORTO_CENTRE_CALLS_PER_SECOND") {
            let fault =
                |_| ConfigurationFault::Setting("PORTO_CENTRE_CALLS_PER_SECOND", "a number is needed".into());
            self.link.calls_per_second = Some(rate.parse().map_err(fault)?);
        }
        if let Some(file) = variable("PORTO_CENTRE_KEY_FILE") {
            self.keys = Keys { file: Some(file.into()), hsm: None };
        }
        Ok(self)
    }

    fn settle(self, folder: &Path) -> Result<Configuration, ConfigurationFault> {
        let Document { carrier, currency, minor_digits, database, instance, http, link, keys, former_keys } =
            self;
        let number = |name: &'static str, text: &str| -> Result<Number, ConfigurationFault> {
            text.parse()
                .map_err(|error: line::NumberError| ConfigurationFault::Setting(name, error.to_string()))
        };
        let missing = |name| ConfigurationFault::Setting(name, "it must be set".to_owned());
        let listen = link.listen.unwrap_or_else(|| vec!["tcp:[::]:7080".to_owned()]);
        Ok(Configuration {
            carrier: carrier.ok_or_else(|| missing("carrier"))?,
            currency: currency.unwrap_or_else(|| "EUR".to_owned()),
            minor_digits: minor_digits.unwrap_or(2),
            database: target(database.as_deref().unwrap_or("centre.db"), folder),
            http_listen: http.listen.clone().unwrap_or_else(|| "127.0.0.1:7070".to_owned()),
            public_url: http.public_url.clone(),
            tls: tls(http, folder)?,
            link_listen: listen.iter().map(|text| number("link.listen", text)).collect::<Result<_, _>>()?,
            calls_per_second: link.calls_per_second.unwrap_or(50),
            modem: link.modem.as_deref().map(|text| number("link.modem", text)).transpose()?,
            keys: settle_keys(keys, folder)?
                .unwrap_or_else(|| KeysConfiguration::File(folder.join("master.key"))),
            former_keys: former_keys
                .into_iter()
                .filter_map(|keys| settle_keys(keys, folder).transpose())
                .collect::<Result<_, _>>()?,
            instance: instance.unwrap_or_else(|| format!("centre-{}", std::process::id())),
        })
    }
}

/// A file's path is seen from the settings' folder; a URL is as it is.
fn target(text: &str, folder: &Path) -> Target {
    match text.parse() {
        Ok(Target::File(path)) => Target::File(folder.join(path)),
        Ok(server) => server,
    }
}

fn tls(http: Http, folder: &Path) -> Result<TlsConfiguration, ConfigurationFault> {
    match (http.tls.as_deref(), http.certificate, http.key) {
        (None, Some(certificate), Some(key)) => {
            Ok(TlsConfiguration::Given { certificate: folder.join(certificate), key: folder.join(key) })
        }
        (None | Some("off"), None, None) => Ok(TlsConfiguration::Off),
        (Some("self-made"), None, None) => Ok(TlsConfiguration::SelfMade(folder.join("tls"))),
        _ => Err(ConfigurationFault::Setting(
            "http.tls",
            "it is off or self-made, or certificate and key are given instead".to_owned(),
        )),
    }
}

fn settle_keys(keys: Keys, folder: &Path) -> Result<Option<KeysConfiguration>, ConfigurationFault> {
    match (keys.file, keys.hsm) {
        (Some(file), None) => Ok(Some(KeysConfiguration::File(folder.join(file)))),
        (None, Some(hsm)) => {
            let pin_file = hsm.pin_file.map(|file| folder.join(file));
            Ok(Some(KeysConfiguration::Hsm(HsmConfiguration { pin_file, ..hsm })))
        }
        (None, None) => Ok(None),
        (Some(_), Some(_)) => {
            Err(ConfigurationFault::Setting("keys", "a file or an HSM is named, not both".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, variables: &[(&str, &str)]) -> Result<Configuration, ConfigurationFault> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("centre.toml");
        std::fs::write(&path, text).unwrap();
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Configuration::read(&path, variable)
    }

    #[test]
    fn a_carrier_is_enough_and_the_environment_comes_before_the_file() {
        let small = read("carrier = \"Insel-Post\"", &[]).unwrap();
        assert_eq!((small.currency.as_str(), small.http_listen.as_str()), ("EUR", "127.0.0.1:7070"));
        assert_eq!(small.link_listen, ["tcp:[::]:7080".parse().unwrap()]);
        let text = "carrier = \"Insel-Post\"\n[http]\nlisten = \"127.0.0.1:1\"";
        let set =
            [("PORTO_CENTRE_HTTP_LISTEN", "127.0.0.1:2"), ("PORTO_CENTRE_DATABASE", "postgres://db/books")];
        let set = read(text, &set).unwrap();
        assert_eq!(set.http_listen, "127.0.0.1:2");
        assert_eq!(set.database, Target::Server("postgres://db/books".into()));
    }

    #[test]
    fn what_is_mistyped_is_refused_with_its_name() {
        let check = |text: &str, sentence: &str| {
            let refused = read(text, &[]).unwrap_err().to_string();
            assert!(refused.contains(sentence), "{refused}");
        };
        check("", "carrier: it must be set");
        check("carrier = \"x\"\ncolour = 1", "unknown field `colour`");
        check("carrier = \"x\"\n[link]\nlisten = [\"nowhere\"]", "link.listen: a number begins with");
        check("carrier = \"x\"\n[http]\ntls = \"on\"", "http.tls");
        let both = "[keys]\nfile = \"a\"\nhsm = { module = \"m\", token = \"t\", key = \"k\" }";
        check(&format!("carrier = \"x\"\n{both}"), "not both");
    }
}
