//! `porto centre init`: a folder with a settings file that says what each setting is.

use crate::failure::Failure;
use crate::output;
use std::path::PathBuf;
use std::process::ExitCode;

/// The settings file in a centre's folder.
pub const SETTINGS: &str = "centre.toml";

/// Makes a centre's folder with its settings file. Database and master key come with the first start.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  porto centre init /var/lib/porto --carrier \"Insel-Post\" --currency EUR\n  \
porto centre serve --centre /var/lib/porto"
)]
pub struct Init {
    /// The folder; made if it is not there.
    folder: PathBuf,
    /// The carrier's name, as it stands in lists, on pages and in the audit log. It stays the same ever after.
    #[arg(long)]
    carrier: String,
    /// The currency of all amounts (ISO 4217).
    #[arg(long, default_value = "EUR")]
    currency: String,
    /// How many digits its minor unit has.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=3))]
    minor_digits: u8,
    /// A PostgreSQL server's URL; without it the database is one file in the folder.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
}

impl Init {
    /// Does it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let path = self.folder.join(SETTINGS);
        super::new_file(&path)?;
        std::fs::create_dir_all(&self.folder)
            .map_err(|error| Failure::usage(format!("{}: {error}", self.folder.display())))?;
        std::fs::write(&path, self.text())
            .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
        output::line(&format!("settings in {}", path.display()))?;
        output::line(&format!("next: porto centre serve --centre {}", self.folder.display()))?;
        Ok(ExitCode::SUCCESS)
    }

    fn text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let (carrier, currency) = (quoted(&self.carrier), quoted(&self.currency));
        let database = quoted(self.database.as_deref().unwrap_or("centre.db"));
        let minor_digits = self.minor_digits;
        format!(
            r#"# The settings of a data centre. Each can also stand in the environment (PORTO_CENTRE_HTTP_LISTEN and so on),
# which comes before this file; flags of `porto centre serve` come before both.

# Whose centre this is. Both stay the same ever after: they stand in lists and in the audit log.
carrier = {carrier}
currency = {currency}
minor_digits = {minor_digits}

# One file in this folder, or a server for several instances: "postgres://name:password@host/database".
database = {database}

[http]
# Pages and interfaces. In front of the network belongs TLS: tls = "self-made" for trials, certificate and key (PEM) of
# your own, or a proxy that does it; then name what browsers see, so that links and cookies are right.
listen = "127.0.0.1:7070"
# tls = "self-made"
# certificate = "certificate.pem"
# key = "key.pem"
# public_url = "https://centre.example"

[link]
# Where meters call: addresses, modems ("modem:/dev/ttyS0"), folders of carried files ("file:/srv/calls").
listen = ["tcp:[::]:7080"]
# The modem by which meters with a telephone number are called back, with the prefix for an outside line.
# modem = "modem:/dev/ttyS0,0"
# How many calls a second one address can make for ever; more are slowed.
calls_per_second = 50

[keys]
# The master key, which wraps all others: made at the first start. Keep a copy of it apart from the database.
file = "master.key"
# Or in an HSM, by PKCS#11; the PIN from a file that its owner alone may read, or from PORTO_CENTRE_PIN.
# hsm = {{ module = "/usr/lib/softhsm/libsofthsm2.so", token = "porto", key = "master", pin_file = "pin" }}
"#
        )
    }
}
