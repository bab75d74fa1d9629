//! What the rows of a table must say together for every letter to have one price or one refusal.

use crate::sheet::{Format, Product, Service, Sheet, Zone};
use crate::{Country, Name, Weight};
use std::collections::BTreeSet;
use terms::Money;

/// The only layout of a file so far.
const LAYOUT: u8 = 1;
/// How many zones a table has at most.
pub const ZONES_MAX: usize = 64;
/// How many formats a table has at most.
pub const FORMATS_MAX: usize = 64;
/// How many services a table has at most.
pub const SERVICES_MAX: usize = 32;
/// How many products a table has at most.
pub const PRODUCTS_MAX: usize = 1024;
/// How many steps a product or a service has at most.
pub const STEPS_MAX: usize = 128;

/// Why a text is no rate table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// It is longer than any table.
    #[error("a rate table has at most {0} bytes")]
    TooLong(usize),
    /// It is not what TOML or JSON is, or a field is not what it must be.
    #[error("line {line}, column {column}: {reason}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The place in the line, from 1.
        column: usize,
        /// What is wrong there.
        reason: String,
    },
    /// It is of another layout than this program reads.
    #[error("the table has layout {0}, and this program reads layout {LAYOUT}")]
    Layout(u8),
    /// It would end before it begins.
    #[error("valid_until lies before valid_from")]
    Validity,
    /// There are too many rows of a kind, or none.
    #[error("a table has 1 to {max} rows of {kind}")]
    Rows {
        /// What they are.
        kind: &'static str,
        /// How many there may be.
        max: usize,
    },
    /// A row is at fault.
    #[error("{row}: {fault}")]
    Row {
        /// The row, by its kind and name.
        row: String,
        /// What is wrong with it.
        fault: RowFault,
    },
}

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RowFault {
    /// An earlier row of its kind has its name or number.
    #[error("an earlier row has the same name or number")]
    Doubled,
    /// A country belongs to two zones.
    #[error("{0} stands in a zone already")]
    CountryTwice(Country),
    /// A zone takes countries by name and all others too, or none at all.
    #[error("a zone either lists countries or takes all others")]
    Countries,
    /// Two zones take all other countries.
    #[error("an earlier zone takes all other countries")]
    OthersTwice,
    /// A format's measures are not sorted.
    #[error("length, width and thickness must come in falling order")]
    Measures,
    /// It names a row that is not there.
    #[error("the table has no \"{0}\"")]
    Unknown(Name),
    /// It names a row twice.
    #[error("\"{0}\" stands there twice")]
    NamedTwice(Name),
    /// A service needs or excludes itself, or needs only what it excludes.
    #[error("it could never be taken, as it needs and excludes the same")]
    Contradiction,
    /// There are too many steps, or none.
    #[error("there must be 1 to {STEPS_MAX} steps")]
    Steps,
    /// A step does not go further than the one before.
    #[error("step {0} does not go further than the one before")]
    StepOrder(usize),
    /// A step costs less than the one before.
    #[error("step {0} costs less than the one before")]
    StepPrice(usize),
    /// An earlier product has its zone and format.
    #[error("an earlier product has the same zone and format")]
    SameProduct,
}

/// Looks whether the table is sound as a whole.
pub(crate) fn check(sheet: &Sheet) -> Result<(), TableError> {
    if sheet.layout != LAYOUT {
        return Err(TableError::Layout(sheet.layout));
    }
    if sheet.valid_until.is_some_and(|until| until < sheet.valid_from) {
        return Err(TableError::Validity);
    }
    let count = |kind, count: usize, max| {
        if (1..=max).contains(&count) { Ok(()) } else { Err(TableError::Rows { kind, max }) }
    };
    count("zones", sheet.zones.len(), ZONES_MAX)?;
    count("formats", sheet.formats.len(), FORMATS_MAX)?;
    // A table may do without services.
    count("services", sheet.services.len().max(1), SERVICES_MAX)?;
    count("products", sheet.products.len(), PRODUCTS_MAX)?;
    check_zones(&sheet.zones)?;
    check_formats(&sheet.formats)?;
    check_services(sheet)?;
    check_products(sheet)
}

fn check_zones(zones: &[Zone]) -> Result<(), TableError> {
    let mut names = BTreeSet::new();
    let mut countries = BTreeSet::new();
    let mut others = false;
    for zone in zones {
        let row = |fault| TableError::Row { row: format!("zone \"{}\"", zone.name), fault };
        if !names.insert(&zone.name) {
            return Err(row(RowFault::Doubled));
        }
        if zone.others != zone.countries.is_empty() {
            return Err(row(RowFault::Countries));
        }
        if zone.others && std::mem::replace(&mut others, true) {
            return Err(row(RowFault::OthersTwice));
        }
        if let Some(country) = zone.countries.iter().find(|country| !countries.insert(**country)) {
            return Err(row(RowFault::CountryTwice(*country)));
        }
    }
    Ok(())
}

fn check_formats(formats: &[Format]) -> Result<(), TableError> {
    let mut names = BTreeSet::new();
    for format in formats {
        let row = |fault| TableError::Row { row: format!("format \"{}\"", format.name), fault };
        if !names.insert(&format.name) {
            return Err(row(RowFault::Doubled));
        }
        let [length, width, thickness] = [format.length_mm, format.width_mm, format.thickness_mm];
        let falls = |longer: crate::Span, shorter: crate::Span| {
            longer.min_mm() >= shorter.min_mm() && longer.max_mm() >= shorter.max_mm()
        };
        if !falls(length, width) || !falls(width, thickness) {
            return Err(row(RowFault::Measures));
        }
    }
    Ok(())
}

fn check_services(sheet: &Sheet) -> Result<(), TableError> {
    let mut names = BTreeSet::new();
    for service in &sheet.services {
        let row = |fault| TableError::Row { row: format!("service \"{}\"", service.name), fault };
        if !names.insert(&service.name) {
            return Err(row(RowFault::Doubled));
        }
        check_service(sheet, service).map_err(row)?;
    }
    Ok(())
}

fn check_service(sheet: &Sheet, service: &Service) -> Result<(), RowFault> {
    let is_service = |name: &Name| sheet.services.iter().any(|other| other.name == *name);
    known(&service.needs, is_service)?;
    known(&service.excludes, is_service)?;
    known(&service.formats, |name| sheet.format(name).is_some())?;
    known(&service.zones, |name| sheet.zone(name).is_some())?;
    let is_impossible = |need: &Name| {
        *need == service.name
            || sheet.service(need).is_some_and(|other| service.rules_out(other) || other.rules_out(service))
    };
    let lacks = !service.needs.is_empty() && service.needs.iter().all(is_impossible);
    if lacks || service.rules_out(service) {
        return Err(RowFault::Contradiction);
    }
    if service.values.is_empty() {
        return Ok(());
    }
    check_steps(Money::ZERO, service.values.iter().map(|step| (step.up_to, step.price)))
}

/// Each of these names must be a row's, and none may stand there twice.
fn known(names: &[Name], is_known: impl Fn(&Name) -> bool) -> Result<(), RowFault> {
    let mut seen = BTreeSet::new();
    for name in names {
        if !is_known(name) {
            return Err(RowFault::Unknown(name.clone()));
        }
        if !seen.insert(name) {
            return Err(RowFault::NamedTwice(name.clone()));
        }
    }
    Ok(())
}

fn check_products(sheet: &Sheet) -> Result<(), TableError> {
    let mut numbers = BTreeSet::new();
    let mut places = BTreeSet::new();
    for product in &sheet.products {
        let row = |fault| TableError::Row {
            row: format!("product {} ({}, zone \"{}\")", product.number, product.title, product.zone),
            fault,
        };
        if !numbers.insert(product.number) {
            return Err(row(RowFault::Doubled));
        }
        if !places.insert((&product.zone, &product.format)) {
            return Err(row(RowFault::SameProduct));
        }
        check_product(sheet, product).map_err(row)?;
    }
    Ok(())
}

fn check_product(sheet: &Sheet, product: &Product) -> Result<(), RowFault> {
    if sheet.zone(&product.zone).is_none() {
        return Err(RowFault::Unknown(product.zone.clone()));
    }
    if sheet.format(&product.format).is_none() {
        return Err(RowFault::Unknown(product.format.clone()));
    }
    check_steps(Weight::ZERO, product.steps.iter().map(|step| (step.up_to, step.price)))
}

/// Steps go further and further from nothing on, and none costs less than the one before.
fn check_steps<T: Ord>(nothing: T, steps: impl ExactSizeIterator<Item = (T, Money)>) -> Result<(), RowFault> {
    if !(1..=STEPS_MAX).contains(&steps.len()) {
        return Err(RowFault::Steps);
    }
    let mut before = (nothing, Money::ZERO);
    for (index, step) in steps.enumerate() {
        if step.0 <= before.0 {
            return Err(RowFault::StepOrder(index + 1));
        }
        if step.1 < before.1 {
            return Err(RowFault::StepPrice(index + 1));
        }
        before = step;
    }
    Ok(())
}
