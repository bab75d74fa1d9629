//! Looking up a price. What always holds: a product is never taken that does not carry the letter; where the size is
//! known, no product that carries it is cheaper than the one taken; no sum wraps.

use crate::sheet::{Format, Product, Service, Sheet, Step, Zone};
use crate::{Currency, Destination, Letter, Name, Refusal, Shape, Size, Table, Text, Wanted, Weight};
use terms::Money;

/// What a letter costs, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Price {
    /// What is to be franked: all parts together.
    pub postage: Money,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The carrier's number of the product.
    pub number: u32,
    /// The product's title.
    pub product: Text,
    /// The product's format.
    pub format: Name,
    /// The zone the letter goes to.
    pub zone: Name,
    /// The product first, then each service in the order it was asked for.
    pub parts: Vec<Part>,
    /// What is to be printed beside the imprint, such as `EINSCHREIBEN`, a line each.
    pub endorsements: Vec<Text>,
}

/// One part of a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is for.
    pub title: Text,
    /// What it costs.
    pub amount: Money,
}

impl Table {
    /// What this letter costs on the day of its imprint.
    pub fn price(&self, letter: &Letter) -> Result<Price, Refusal> {
        self.valid_on(letter.date)?;
        if letter.weight.is_zero() {
            return Err(Refusal::NoWeight);
        }
        let sheet = &self.0;
        let zone = sheet.zone_to(&letter.destination)?;
        let chosen = sheet.chosen(&letter.services)?;
        let search = Search { sheet, zone, weight: letter.weight, chosen: &chosen };
        let (product, base) = match &letter.shape {
            Shape::Format(name) => search.of_format(name)?,
            Shape::Size(size) => search.cheapest(*size)?,
        };
        sum(sheet.currency, product, base, &chosen)
    }

    fn valid_on(&self, date: terms::Date) -> Result<(), Refusal> {
        let title = self.title().clone();
        if date < self.valid_from() {
            return Err(Refusal::NotYet { title, from: self.valid_from(), date });
        }
        match self.valid_until().filter(|until| *until < date) {
            Some(until) => Err(Refusal::Expired { title, until, date }),
            None => Ok(()),
        }
    }
}

fn sum(
    currency: Currency,
    product: &Product,
    base: Money,
    chosen: &[(&Service, Money)],
) -> Result<Price, Refusal> {
    let mut parts = vec![Part { title: product.title.clone(), amount: base }];
    parts.extend(
        chosen.iter().map(|(service, amount)| Part { title: service.title.clone(), amount: *amount }),
    );
    let add = |sum: Money, part: &Part| sum.checked_add(part.amount);
    let postage = parts.iter().try_fold(Money::ZERO, add).ok_or(Refusal::TooDear)?;
    let services = chosen.iter().map(|(service, _)| &service.endorsement);
    let endorsements = [&product.endorsement].into_iter().chain(services).flatten().cloned().collect();
    Ok(Price {
        postage,
        currency,
        number: product.number,
        product: product.title.clone(),
        format: product.format.clone(),
        zone: product.zone.clone(),
        parts,
        endorsements,
    })
}

/// All that a product is looked for by, but for the letter's shape.
struct Search<'a> {
    sheet: &'a Sheet,
    zone: &'a Zone,
    weight: Weight,
    chosen: &'a [(&'a Service, Money)],
}

impl<'a> Search<'a> {
    /// The product of this format, if it carries the letter.
    fn of_format(&self, name: &Name) -> Result<(&'a Product, Money), Refusal> {
        let format = self.sheet.format(name).ok_or_else(|| Refusal::NoFormat(name.clone()))?;
        let product = self.products().find(|product| product.format == *name).ok_or_else(|| {
            Refusal::NotCarried { format: format.title.clone(), zone: self.zone.title.clone() }
        })?;
        let base = product.price_of(self.weight).ok_or_else(|| Refusal::TooHeavy {
            format: format.title.clone(),
            limit: product.weight_max(),
            take: self.heavier(),
        })?;
        match self.chosen.iter().find(|(service, _)| !service.is_for(product)) {
            Some((service, _)) => Err(not_offered(service, product)),
            None => Ok((product, base)),
        }
    }

    /// The cheapest product that carries a letter of this size.
    fn cheapest(&self, size: Size) -> Result<(&'a Product, Money), Refusal> {
        let fits = |product: &&Product| self.sheet.format(&product.format).is_some_and(|it| it.fits(size));
        let limit = self.products().filter(fits).map(Product::weight_max).max();
        let limit = limit.ok_or_else(|| Refusal::FitsNone { size, zone: self.zone.title.clone() })?;
        let carrying = || self.carrying().filter(|(product, _)| fits(product));
        if let Some(found) = least(carrying().filter(|(product, _)| self.offers(product))) {
            return Ok(found);
        }
        let Some((nearest, _)) = least(carrying()) else {
            return Err(Refusal::TooHeavyForSize { size, zone: self.zone.title.clone(), limit });
        };
        let missing = |service: &Service| carrying().all(|(product, _)| !service.is_for(product));
        Err(match self.chosen.iter().find(|(service, _)| missing(service)) {
            Some((service, _)) => not_offered(service, nearest),
            None => Refusal::NotTogether,
        })
    }

    fn products(&self) -> impl Iterator<Item = &'a Product> {
        self.sheet.products.iter().filter(|product| product.zone == self.zone.name)
    }

    /// The products that take the weight, with their prices.
    fn carrying(&self) -> impl Iterator<Item = (&'a Product, Money)> {
        self.products().filter_map(|product| Some((product, product.price_of(self.weight)?)))
    }

    fn offers(&self, product: &Product) -> bool {
        self.chosen.iter().all(|(service, _)| service.is_for(product))
    }

    /// The title of the cheapest format that takes the weight with all services.
    fn heavier(&self) -> Option<Text> {
        let (product, _) = least(self.carrying().filter(|(product, _)| self.offers(product)))?;
        self.sheet.format(&product.format).map(|format| format.title.clone())
    }
}

/// The cheapest; of two that cost the same, the one with the lower number.
fn least<'a>(products: impl Iterator<Item = (&'a Product, Money)>) -> Option<(&'a Product, Money)> {
    products.min_by_key(|(product, price)| (*price, product.number))
}

fn not_offered(service: &Service, product: &Product) -> Refusal {
    Refusal::NotOffered { service: service.title.clone(), product: product.title.clone() }
}

impl Sheet {
    pub(crate) fn zone(&self, name: &Name) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.name == *name)
    }

    pub(crate) fn format(&self, name: &Name) -> Option<&Format> {
        self.formats.iter().find(|format| format.name == *name)
    }

    pub(crate) fn service(&self, name: &Name) -> Option<&Service> {
        self.services.iter().find(|service| service.name == *name)
    }

    fn zone_to(&self, destination: &Destination) -> Result<&Zone, Refusal> {
        let zone = match destination {
            Destination::Zone(name) => self.zone(name),
            Destination::Country(country) => {
                let named = self.zones.iter().find(|zone| zone.countries.contains(country));
                named.or_else(|| self.zones.iter().find(|zone| zone.others))
            }
        };
        zone.ok_or_else(|| Refusal::NoDestination(destination.clone()))
    }

    /// The services that are wanted and what each costs, once they are known to go together.
    fn chosen(&self, wanted: &[Wanted]) -> Result<Vec<(&Service, Money)>, Refusal> {
        let mut chosen: Vec<(&Service, Money)> = Vec::new();
        for Wanted { service: name, value } in wanted {
            let service = self.service(name).ok_or_else(|| Refusal::NoService(name.clone()))?;
            for (other, _) in &chosen {
                if other.name == service.name {
                    return Err(Refusal::Twice(service.title.clone()));
                }
                if other.rules_out(service) || service.rules_out(other) {
                    return Err(Refusal::Excluded(other.title.clone(), service.title.clone()));
                }
            }
            chosen.push((service, service.surcharge(*value)?));
        }
        for (service, _) in &chosen {
            let is_met = |need: &Name| chosen.iter().any(|(other, _)| other.name == *need);
            if !service.needs.is_empty() && !service.needs.iter().any(is_met) {
                let needs = service.needs.iter().filter_map(|need| self.service(need));
                let needs = needs.map(|need| need.title.clone()).collect();
                return Err(Refusal::Needs { service: service.title.clone(), needs });
            }
        }
        Ok(chosen)
    }
}

impl Format {
    /// Whether a letter of this size has this format.
    pub fn fits(&self, size: Size) -> bool {
        let [length, width, thickness] = size.measures_mm();
        self.length_mm.contains(length)
            && self.width_mm.contains(width)
            && self.thickness_mm.contains(thickness)
            && self.sum_max_mm.is_none_or(|most| size.sum_mm() <= most)
    }
}

impl Product {
    /// The most it carries.
    pub fn weight_max(&self) -> Weight {
        self.steps.last().map_or(Weight::ZERO, |step| step.up_to)
    }

    /// What a letter of this weight costs: the first step that takes it decides.
    fn price_of(&self, weight: Weight) -> Option<Money> {
        let takes = |step: &&Step| weight <= step.up_to;
        self.steps.iter().find(takes).map(|step| step.price)
    }
}

impl Service {
    pub(crate) fn rules_out(&self, other: &Service) -> bool {
        self.excludes.contains(&other.name)
    }

    /// Whether it is offered for a product.
    pub fn is_for(&self, product: &Product) -> bool {
        let allows = |names: &[Name], name: &Name| names.is_empty() || names.contains(name);
        allows(&self.formats, &product.format) && allows(&self.zones, &product.zone)
    }

    fn surcharge(&self, value: Option<Money>) -> Result<Money, Refusal> {
        let Some(most) = self.values.last() else {
            return match value {
                Some(_) => Err(Refusal::NeedlessValue(self.title.clone())),
                None => Ok(self.price),
            };
        };
        let value = value.ok_or_else(|| Refusal::NoValue(self.title.clone()))?;
        let step = self
            .values
            .iter()
            .find(|step| value <= step.up_to)
            .ok_or_else(|| Refusal::TooPrecious { service: self.title.clone(), limit: most.up_to })?;
        self.price.checked_add(step.price).ok_or(Refusal::TooDear)
    }
}
