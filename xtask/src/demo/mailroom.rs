//! Three meters with credit: two alike, and one whose number binds the printed date too. The first has its security
//! device in a process of its own, as a mailroom has; the others run theirs in each command.

use super::porto::{Daemon, Porto};
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
    /// Where its security device is, as commands are told.
    pub place: String,
    /// What its control unit adds to that.
    pub pairing: String,
    /// Its security device, where that is a process of its own.
    daemon: Option<Daemon>,
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
            Ok::<Meter, String>(Meter {
                place: format!("--memory {name}.psd"),
                pairing: format!("--pairing {name}.psd.pair"),
                daemon: None,
            })
        };
        Ok(Mailroom {
            first: meter("first", "10000001", "p1")?.serve(porto, "first")?,
            second: meter("second", "10000002", "p1")?,
            dated: meter("dated", "10000003", "p2")?,
        })
    }

    /// Shows what is left on the first meter.
    pub fn show_registers(&self, porto: &Porto) -> Outcome {
        print!("{}", porto.run(&format!("psd registers {}", self.first.place))?);
        Ok(())
    }

    /// Ends what runs.
    pub fn close(self) -> Outcome {
        self.first.daemon.map_or(Ok(()), Daemon::stop)
    }
}

impl Meter {
    /// The same with its security device in a process of its own.
    fn serve(self, porto: &Porto, name: &str) -> Result<Meter, String> {
        let daemon = porto.serve(&format!("psd serve --memory {name}.psd --socket {name}.sock"))?;
        let place = format!("--socket {name}.sock");
        Ok(Meter { place, daemon: Some(daemon), ..self })
    }
}
