//! From the settings to an office: database, keys, people.

use super::configuration::{Configuration, ConfigurationFault, KeysConfiguration};
use crate::app::{App, now_ms};
use crate::audit::LogName;
use crate::books::SqlBooks;
use crate::calls::OpenFault;
use crate::keys::{FileMaster, HsmMaster, HsmPlace, IfMissing, KeyFault, KeySafe, MasterKey, Pin};
use crate::office::{Carrier, Office, OfficeFault, SettingsDesk};
use crate::people::{People, PeopleFault};
use std::path::PathBuf;
use store::{Store, StoreError};

/// What was opened.
#[derive(Clone, Debug)]
pub struct Opened {
    /// What pages and interfaces work with.
    pub app: App,
    /// The audit log's name.
    pub log: LogName,
    /// This instance's name.
    pub instance: String,
}

/// Why a centre does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The settings.
    #[error(transparent)]
    Configuration(#[from] ConfigurationFault),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The keys.
    #[error(transparent)]
    Keys(#[from] KeyFault),
    /// What is set in the database.
    #[error(transparent)]
    Office(#[from] OfficeFault),
    /// The people.
    #[error(transparent)]
    People(#[from] PeopleFault),
    /// A door of the link.
    #[error(transparent)]
    Link(#[from] OpenFault),
    /// The door of pages and interfaces.
    #[error("{0} cannot be listened at: {1}")]
    Http(String, #[source] std::io::Error),
    /// Its certificate.
    #[error("the certificate {0} cannot be used: {1}")]
    Certificate(PathBuf, String),
}

/// Opens database, keys and people. Nothing is served yet.
pub async fn open(configuration: &Configuration) -> Result<Opened, StartFault> {
    let store = Store::open(configuration.database.clone(), &crate::MIGRATIONS).await?;
    let is_new = KeySafe::is_new(&store).await?;
    // Who names a former master key is changing to another one, which may have to be made.
    let makes = is_new || !configuration.former_keys.is_empty();
    let if_missing = if makes { IfMissing::Make } else { IfMissing::Refuse };
    let master = master_key(&configuration.keys, if_missing)?;
    let former = configuration.former_keys.iter().map(|keys| master_key(keys, IfMissing::Refuse));
    let former = former.collect::<Result<_, _>>()?;
    let keys = KeySafe::open(store.clone(), master, former, now_ms()).await?;
    let issuer = keys.issuer(1, now_ms()).await?;
    let carrier = Carrier {
        name: configuration.carrier.clone(),
        currency: configuration.currency.clone(),
        minor_digits: configuration.minor_digits,
    };
    let log = LogName::new(&carrier.name, issuer.verifying_key()).ok_or_else(|| {
        ConfigurationFault::Setting("carrier", "a name has 1 to 128 printable bytes".to_owned())
    })?;
    let settings = SettingsDesk::open(store.clone(), &carrier, now_ms()).await?;
    let office = Office::new(SqlBooks::new(store.clone()), keys, settings, issuer);
    let is_secure = configuration.is_secure();
    let app = App { office, people: People::open(store).await?, is_secure };
    Ok(Opened { app, log, instance: configuration.instance.clone() })
}

/// The master key that the settings name.
fn master_key(keys: &KeysConfiguration, if_missing: IfMissing) -> Result<MasterKey, KeyFault> {
    match keys {
        KeysConfiguration::File(path) => Ok(MasterKey::File(FileMaster::open(path, if_missing)?)),
        KeysConfiguration::Hsm(hsm) => {
            let pin = match &hsm.pin_file {
                Some(file) => Pin::from_file(file)?,
                None => Pin::from_environment("PORTO_CENTRE_PIN")?,
            };
            let place =
                HsmPlace { module: hsm.module.clone(), token: hsm.token.clone(), key: hsm.key.clone() };
            Ok(MasterKey::Hsm(Box::new(HsmMaster::open(place, pin, if_missing)?)))
        }
    }
}
