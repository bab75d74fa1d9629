//! Three meters with credit: two alike, and one whose number binds the printed date too.

use super::porto::Porto;
use crate::workspace::Outcome;

/// The meters of the demo and the post's list of them.
pub struct Mailroom {
    /// The meter that franks the letters.
    pub first: Meter,
    /// Another meter with the same profile.
    pub second: Meter,
    /// A meter with profile p2.
    pub dated: Meter,
}

/// A meter.
pub struct Meter {
    /// The name of its files.
    pub name: &'static str,
}

/// The file with the post's list.
pub const LIST: &str = "issuer/list.json";
/// What each meter gets, in cents.
const CREDIT: &str = "5000";

impl Mailroom {
    /// Sets up an issuer, makes the meters, and gives them credit.
    pub fn equip(porto: &Porto) -> Result<Mailroom, String> {
        porto.run("issuer init issuer")?;
        let meter = |name, serial, profile: &str| {
            porto.run(&format!(
                "issuer meter issuer --serial {serial} --profile {profile} --out {name}.json"
            ))?;
            porto.run(&format!("psd init --memory {name}.psd {name}.json"))?;
            porto.run(&format!(
                "issuer grant issuer --serial {serial} --amount {CREDIT} --out {name}-grant.json"
            ))?;
            porto.run(&format!("psd grant --memory {name}.psd {name}-grant.json"))?;
            Ok::<Meter, String>(Meter { name })
        };
        Ok(Mailroom {
            first: meter("first", "10000001", "p1")?,
            second: meter("second", "10000002", "p1")?,
            dated: meter("dated", "10000003", "p2")?,
        })
    }

    /// Shows what is left on the first meter.
    pub fn show_registers(&self, porto: &Porto) -> Outcome {
        print!("{}", porto.run(&format!("psd registers --memory {}.psd", self.first.name))?);
        Ok(())
    }
}
