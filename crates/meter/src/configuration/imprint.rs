//! How imprints look: envelope, print offset, and the carrier's texts.
//!
//! What always holds: what is not set is as usual.

use super::fault::setting;
use super::{Configuration, ConfigurationFault};
use crate::machine::{MachineFault, Stationery};
use imprint::picture::Issuer;
use imprint::picture::compose::Routine as PrintRoutine;
use journal::Journal;
use paper::{Arrangement, Envelope, Offset};
use serde::Deserialize;
use std::collections::BTreeMap;

/// How imprints look.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ImprintSettings {
    /// The envelope: dl, c6, c5 or c4.
    pub envelope: Option<String>,
    /// How far the imprint is moved left and down, in millimetres.
    pub offset: Option<String>,
    /// The carrier's name.
    pub carrier: Option<String>,
    /// The town.
    pub town: Option<String>,
    /// What stands below the date.
    pub office: Option<String>,
    /// The currency beside the postage.
    pub currency: Option<String>,
    /// What stands in the place of an endorsement.
    pub motto: Option<String>,
}

impl Configuration {
    pub(super) fn stationery(&self, journal: &mut Journal) -> Result<Stationery, ConfigurationFault> {
        let settings = &self.imprint;
        let usual = Issuer::default();
        let envelope = settings.envelope.as_deref().map(str::parse).transpose();
        let offset = settings.offset.as_deref().map(str::parse).transpose();
        let cliches = journal.cliches().map_err(MachineFault::from)?;
        Ok(Stationery {
            arrangement: Arrangement::default(),
            issuer: Issuer {
                carrier: settings.carrier.clone().unwrap_or(usual.carrier),
                town: settings.town.clone().unwrap_or(usual.town),
                office: settings.office.clone().unwrap_or(usual.office),
                currency: settings.currency.clone().unwrap_or(usual.currency),
                motto: settings.motto.clone().unwrap_or(usual.motto),
            },
            envelope: envelope.map_err(setting("imprint.envelope"))?.unwrap_or(Envelope::default()),
            offset: offset.map_err(setting("imprint.offset"))?.unwrap_or(Offset::default()),
            routine: PrintRoutine::WhilePrinting,
            cliches: cliches
                .into_iter()
                .map(|stored| (stored.cliche.number(), stored))
                .collect::<BTreeMap<_, _>>(),
        })
    }
}
