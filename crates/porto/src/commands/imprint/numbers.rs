//! What `encode` and `decode` share: the profile by name or file, and the key.

use crate::failure::Failure;
use crate::input;
use imprint::numbers::{Cipher, Key, Profile};

/// Which profile, and under which key.
#[derive(clap::Args)]
pub struct ProfileArguments {
    /// A built-in profile (p1, p2, fig4a, digit-sum, des, 3des) or a profile file (JSON).
    #[arg(long, default_value = "p1", value_name = "NAME|FILE")]
    profile: String,
    /// The key as 64 hexadecimal digits.
    #[arg(long, value_name = "HEX64")]
    key: String,
}

impl ProfileArguments {
    /// The profile and its cipher with the key expanded.
    pub fn open(&self) -> Result<(Profile, Cipher), Failure> {
        let profile = input::profile(&self.profile)?;
        let key = Key::from_hex(&self.key).map_err(Failure::usage)?;
        let cipher = Cipher::new(profile.cipher, &key);
        Ok((profile, cipher))
    }
}
