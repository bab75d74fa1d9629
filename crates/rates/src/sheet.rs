//! The rows of a rate table as they stand in a file (`docs/formats/rates.md`). Each field is sound by its type; what the
//! rows say together is checked in `check`, and only [`crate::Table`] is known to be sound as a whole.

use crate::{Country, Currency, Name, Span, Text, Weight};
use serde::{Deserialize, Serialize};
use terms::{Date, Money};

/// A table as read, before anything is known of it as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sheet {
    pub layout: u8,
    pub carrier: Text,
    pub title: Text,
    pub edition: u32,
    pub currency: Currency,
    pub valid_from: Date,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    pub zones: Vec<Zone>,
    pub formats: Vec<Format>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    pub products: Vec<Product>,
}

/// A destination: some countries that cost the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Zone {
    /// What programs call it.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// Its countries.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub countries: Vec<Country>,
    /// Whether all countries belong to it that no other zone names.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub others: bool,
}

/// How large a letter may be. How heavy it may be says the last step of each product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// What programs call it.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// The longest measure.
    pub length_mm: Span,
    /// The middle measure.
    pub width_mm: Span,
    /// The shortest measure.
    pub thickness_mm: Span,
    /// The most that the three measures come to together, where the carrier sets such a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sum_max_mm: Option<u32>,
}

/// What the carrier does for a surcharge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// What programs call it.
    pub name: Name,
    /// What people call it.
    pub title: Text,
    /// What is printed beside the imprint, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement: Option<Text>,
    /// The surcharge.
    pub price: Money,
    /// What is added for the value of the content, rising; where there are such steps, the value must be said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<ValueStep>,
    /// Services of which one must be taken too; none means that it stands alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Name>,
    /// Services that cannot be taken with it, said at either of the two.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excludes: Vec<Name>,
    /// The formats it is for; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<Name>,
    /// The zones it is for; none means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<Name>,
}

/// What a service adds for content of some value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ValueStep {
    /// The highest value of this step, in minor units.
    pub up_to: Money,
    /// What is added, in minor units.
    pub price: Money,
}

/// What is sold: a format to a zone, by weight. There is at most one product for each format and zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The carrier's number for it; no two products have the same.
    pub number: u32,
    /// What people call it.
    pub title: Text,
    /// The zone it goes to.
    pub zone: Name,
    /// The format it has.
    pub format: Name,
    /// What is printed beside the imprint, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement: Option<Text>,
    /// What it costs, rising with the weight. Each step begins where the one before ends, so that there is no gap.
    pub steps: Vec<Step>,
}

/// What letters up to some weight cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The highest weight of this step.
    pub up_to: Weight,
    /// The price in minor units.
    pub price: Money,
}
