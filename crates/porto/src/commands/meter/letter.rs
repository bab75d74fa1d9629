//! A letter as it is described on the command line, for a rate table.

use crate::failure::Failure;
use rates::{Destination, Letter, Name, Shape, Size, Wanted, Weight};
use terms::Date;

/// A letter whose postage is to be looked up.
#[derive(clap::Args)]
pub struct Described {
    /// What the letter weighs: "18 g", "0.8 oz"; the postage is looked up in the rate table.
    #[arg(long)]
    weight: Option<Weight>,
    /// The scale says what it weighs.
    #[arg(long, conflicts_with = "weight")]
    weigh: bool,
    /// Its format, as the rate table names it.
    #[arg(long, value_name = "NAME", conflicts_with = "size")]
    format: Option<Name>,
    /// Its measures in millimetres, in place of the format: 220x110x3.
    #[arg(long, value_name = "LxWxT")]
    size: Option<Size>,
    /// Where it goes: a country (DE) or a zone of the rate table (domestic).
    #[arg(long, value_name = "DEST")]
    to: Option<Destination>,
    /// A service, with the content's value where it costs by that: registered, insured:50000. May be given several times.
    #[arg(long, value_name = "NAME")]
    service: Vec<Wanted>,
}

impl Described {
    /// The letter, if one is described; `scale` says what lies on it.
    pub fn letter(
        &self,
        date: Date,
        scale: impl FnOnce() -> Result<Weight, Failure>,
    ) -> Result<Option<Letter>, Failure> {
        let weight = match (self.weight, self.weigh) {
            (Some(weight), _) => weight,
            (None, true) => scale()?,
            (None, false) if self.is_empty() => return Ok(None),
            (None, false) => {
                return Err(Failure::usage("--weight or --weigh is needed beside the letter's format"));
            }
        };
        let shape = match (&self.format, self.size) {
            (Some(format), _) => Shape::Format(format.clone()),
            (None, Some(size)) => Shape::Size(size),
            (None, None) => return Err(Failure::usage("--format or --size is needed beside the weight")),
        };
        let destination =
            self.to.clone().ok_or_else(|| Failure::usage("--to is needed beside the weight"))?;
        Ok(Some(Letter { date, weight, shape, destination, services: self.service.clone() }))
    }

    fn is_empty(&self) -> bool {
        self.format.is_none() && self.size.is_none() && self.to.is_none() && self.service.is_empty()
    }
}
