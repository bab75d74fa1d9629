//! A meter's folder: its file, and what was set for it.

use super::Customer;
use crate::account::Rules;
use crate::deposits::CustomerReference;
use crate::dossier::MeterFile;
use crate::keys::{KeyName, WrappedKey};
use imprint::numbers::{LayoutId, Profile};
use link::call::Number;
use serde::{Deserialize, Serialize};
use terms::{Money, Serial};

/// A meter's folder. A change may alter everything in it but the customer, whose account the page moves.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The number that it calls in with.
    pub pan: u32,
    /// What was set at its enrolment.
    pub passport: Passport,
    /// The rules for its refills.
    pub conditions: Conditions,
    /// Its account and its dossier.
    pub file: MeterFile,
    /// Its customer.
    pub customer: Customer,
    /// Rises with every change.
    pub version: u64,
    /// Since when it is suspect, in milliseconds since 1970 UTC.
    pub suspect_ms: Option<i64>,
}

impl Folder {
    /// The meter.
    pub fn serial(&self) -> Serial {
        self.file.account.state().serial
    }
}

/// What was set for a meter at its enrolment and is no secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passport {
    /// The least postage but zero.
    pub value_min: Money,
    /// The greatest postage.
    pub value_max: Money,
    /// How many days a date may lie ahead.
    pub days_ahead: u16,
    /// The number on its seal at enrolment.
    pub seal: u64,
    /// Its imprints are specimens.
    pub is_specimen: bool,
    /// How its numbers are made, by rising epoch.
    pub profiles: Vec<Profile>,
    /// The layouts that it may print; empty for its profiles' own.
    pub layouts: Vec<LayoutId>,
    /// The numbers of the cliché frames that it may print; empty for all.
    pub cliches: Vec<u16>,
    /// How it blocks and reacts.
    pub settings: psd::Settings,
}

/// The rules for a meter's refills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// The greatest amount of a refill.
    pub refill_max: Money,
    /// Refills only where the centre has called back.
    pub call_back_only: bool,
    /// The number at which the meter is called back.
    pub registered: Option<Number>,
}

impl Conditions {
    /// What refills go by, with what the customer's account suffices for.
    pub fn rules(&self, customer: &Customer) -> Rules<'_> {
        Rules {
            refill_max: self.refill_max,
            call_back_only: self.call_back_only,
            registered: self.registered.as_ref(),
            funds: customer.funds(),
        }
    }
}

/// A meter to be taken in.
#[derive(Clone, Debug)]
pub struct NewMeter {
    /// Which.
    pub serial: Serial,
    /// The number that it calls in with.
    pub pan: u32,
    /// Whose it is.
    pub customer: CustomerReference,
    /// What is set for it.
    pub passport: Passport,
    /// The rules for its refills.
    pub conditions: Conditions,
    /// Its link key and those of its imprints.
    pub keys: Vec<NamedKey>,
}

/// A key in coded form, with what it is for.
#[derive(Clone, Debug)]
pub struct NamedKey {
    /// What it is for.
    pub name: KeyName,
    /// The key.
    pub wrapped: WrappedKey,
}
