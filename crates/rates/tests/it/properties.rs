//! What holds for every table and every letter, against a second and simpler reckoning of the test's own.

use crate::date;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use rates::{Destination, Letter, Price, Service, Shape, Size, Table, Wanted, Weight};
use serde_json::{Value, json};
use terms::Money;

const COUNTRIES: [&str; 6] = ["XA", "XB", "XC", "XD", "XE", "XF"];
const SERVICES: [&str; 4] = ["s0", "s1", "s2", "s3"];
const FORMATS: [&str; 4] = ["f0", "f1", "f2", "f3"];
const ZONES: [&str; 3] = ["z0", "z1", "z2"];

fn rising(most: u64, count: impl Into<proptest::collection::SizeRange>) -> impl Strategy<Value = Vec<u64>> {
    vec(1..most, count).prop_map(|mut numbers| {
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    })
}

fn format(name: &'static str) -> impl Strategy<Value = Value> {
    (vec(0..60_u16, 3), vec(40..120_u16, 3), proptest::option::of(60..300_u32)).prop_map(
        move |(mut least, mut most, sum)| {
            least.sort_unstable_by(|one, other| other.cmp(one));
            most.sort_unstable_by(|one, other| other.cmp(one));
            let span = |at: usize| json!([least[at].min(most[at]), most[at]]);
            json!({
                "name": name, "title": name, "sum_max_mm": sum,
                "length_mm": span(0), "width_mm": span(1), "thickness_mm": span(2),
            })
        },
    )
}

fn some(of: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![2 => Just(Vec::new()), 1 => subsequence(of, 0..=of.len())]
}

fn service(name: &'static str) -> impl Strategy<Value = Value> {
    let others = || {
        some(&SERVICES)
            .prop_map(move |names| names.into_iter().filter(|other| *other != name).collect::<Vec<_>>())
    };
    let values = prop_oneof![Just(Vec::new()), rising(500, 1..4)];
    (others(), others(), some(&FORMATS), some(&ZONES), values, 0..100_u64).prop_map(
        move |(needs, excludes, formats, zones, values, price)| {
            let values: Vec<Value> =
                values.iter().map(|up_to| json!({ "up_to": up_to, "price": up_to / 7 })).collect();
            json!({
                "name": name, "title": name, "price": price, "values": values,
                "needs": needs, "excludes": excludes, "formats": formats, "zones": zones,
            })
        },
    )
}

fn product(number: usize) -> impl Strategy<Value = Option<Value>> {
    let steps = (rising(300, 1..5), rising(1_000, 5)).prop_map(|(weights, prices)| {
        let prices = prices.iter().chain(std::iter::repeat(&1_000));
        weights
            .iter()
            .zip(prices)
            .map(|(tenths, price)| {
                json!({
                    "up_to": format!("{}.{}", tenths / 10, tenths % 10), "price": price,
                })
            })
            .collect::<Vec<_>>()
    });
    proptest::option::weighted(0.8, steps).prop_map(move |steps| {
        Some(json!({
            "number": number, "title": "product", "zone": ZONES[number % 3], "format": FORMATS[number / 3],
            "steps": steps?,
        }))
    })
}

fn table() -> impl Strategy<Value = Table> {
    let formats = FORMATS.map(format);
    let services = SERVICES.map(service);
    let products: Vec<_> = (0..12).map(product).collect();
    (formats, services, products, any::<bool>()).prop_filter_map("sound", |(formats, services, products, others)| {
        let last = if others { json!({ "name": "z2", "title": "z", "others": true }) } else {
            json!({ "name": "z2", "title": "z", "countries": ["XE"] })
        };
        let table = json!({
            "layout": 1, "carrier": "c", "title": "t", "edition": 1, "currency": "EUR", "valid_from": "2026-01-01",
            "zones": [
                { "name": "z0", "title": "z", "countries": ["XA", "XB"] },
                { "name": "z1", "title": "z", "countries": ["XC", "XD"] },
                last,
            ],
            "formats": formats, "services": services,
            "products": products.into_iter().flatten().collect::<Vec<_>>(),
        });
        Table::from_json(&table.to_string()).ok()
    })
}

fn letter() -> impl Strategy<Value = Letter> {
    let shape = prop_oneof![
        (0..FORMATS.len()).prop_map(|at| Shape::Format(FORMATS[at].parse().expect("a name"))),
        vec(0..100_u16, 3).prop_map(|mm| Shape::Size(Size::new([mm[0], mm[1], mm[2]]))),
    ];
    let destination = prop_oneof![
        (0..ZONES.len()).prop_map(|at| Destination::Zone(ZONES[at].parse().expect("a name"))),
        (0..COUNTRIES.len()).prop_map(|at| Destination::Country(COUNTRIES[at].parse().expect("a code"))),
    ];
    let wanted = subsequence(&SERVICES[..], 0..=2).prop_shuffle();
    (shape, destination, wanted, vec(proptest::option::of(0..600_u64), 4), 0..320_u32).prop_map(
        |(shape, destination, wanted, values, tenths)| Letter {
            date: date("2026-06-01"),
            weight: Weight::from_tenths(tenths).expect("light enough"),
            shape,
            destination,
            services: wanted
                .iter()
                .zip(values)
                .map(|(service, value)| Wanted {
                    service: service.parse().expect("a name"),
                    value: value.map(Money::from_minor),
                })
                .collect(),
        },
    )
}

/// The postage, or nothing: every product is looked at with every rule, and the cheapest of those that are left counts.
fn reckoned(table: &Table, letter: &Letter) -> Option<u64> {
    let mut prices = Vec::new();
    for product in table.products() {
        let zone = table.zones().iter().find(|zone| zone.name == product.zone)?;
        let format = table.formats().iter().find(|format| format.name == product.format)?;
        let goes_there = match &letter.destination {
            Destination::Zone(name) => zone.name == *name,
            Destination::Country(country) if zone.others => {
                !table.zones().iter().any(|other| other.countries.contains(country))
            }
            Destination::Country(country) => zone.countries.contains(country),
        };
        let looks_so = match &letter.shape {
            Shape::Format(name) => format.name == *name,
            Shape::Size(size) => {
                let [length, width, thickness] = size.measures_mm().map(u32::from);
                let within = |measure: u32, span: rates::Span| {
                    measure >= u32::from(span.min_mm()) && measure <= u32::from(span.max_mm())
                };
                within(length, format.length_mm)
                    && within(width, format.width_mm)
                    && within(thickness, format.thickness_mm)
                    && length + width + thickness <= format.sum_max_mm.unwrap_or(u32::MAX)
            }
        };
        let mut from = 0;
        let mut base = None;
        for step in &product.steps {
            if letter.weight.tenths() > from && letter.weight.tenths() <= step.up_to.tenths() {
                base = Some(step.price.minor());
            }
            from = step.up_to.tenths();
        }
        let mut sum = base.filter(|_| goes_there && looks_so);
        for wanted in &letter.services {
            let of = table.services().iter().find(|service| service.name == wanted.service)?;
            let surcharge = surcharge(of, wanted).filter(|_| {
                let zones = of.zones.is_empty() || of.zones.contains(&product.zone);
                let formats = of.formats.is_empty() || of.formats.contains(&product.format);
                let has_need = letter.services.iter().any(|other| of.needs.contains(&other.service));
                let clash = letter.services.iter().any(|other| of.excludes.contains(&other.service));
                zones && formats && !clash && (of.needs.is_empty() || has_need)
            });
            sum = sum.zip(surcharge).map(|(sum, surcharge)| sum + surcharge);
        }
        prices.extend(sum);
    }
    prices.into_iter().min()
}

fn surcharge(service: &Service, wanted: &Wanted) -> Option<u64> {
    match (wanted.value, service.values.is_empty()) {
        (None, true) => Some(service.price.minor()),
        (Some(value), false) => {
            let covering = service.values.iter().filter(|step| step.up_to >= value);
            covering.map(|step| step.price.minor() + service.price.minor()).min()
        }
        _ => None,
    }
}

fn postage(price: Result<Price, rates::Refusal>) -> Option<u64> {
    price.ok().map(|price| price.postage.minor())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Claim: X9
    #[test]
    fn a_price_is_what_a_second_reckoning_comes_to(table in table(), letters in vec(letter(), 32)) {
        for letter in letters {
            prop_assert_eq!(postage(table.price(&letter)), reckoned(&table, &letter), "{:?}", letter);
        }
    }

    #[test]
    fn the_parts_make_the_postage_and_each_service_has_one(table in table(), letter in letter()) {
        if let Ok(price) = table.price(&letter) {
            let sum: u64 = price.parts.iter().map(|part| part.amount.minor()).sum();
            prop_assert_eq!((sum, price.parts.len()), (price.postage.minor(), 1 + letter.services.len()));
        }
    }

    #[test]
    fn a_heavier_letter_of_a_format_never_costs_less(table in table(), letter in letter(), at in any::<Index>(), more in 0..100_u32) {
        let format = &table.formats()[at.index(table.formats().len())];
        let light = Letter { shape: Shape::Format(format.name.clone()), ..letter };
        let heavy = Weight::from_tenths(light.weight.tenths() + more).expect("light enough");
        let heavy = Letter { weight: heavy, ..light.clone() };
        if let (Some(light), Some(heavy)) = (postage(table.price(&light)), postage(table.price(&heavy))) {
            prop_assert!(light <= heavy);
        }
    }

    /// Claim: X9
    #[test]
    fn no_format_that_fits_is_cheaper_than_the_one_found_by_size(table in table(), letter in letter(), mm in vec(0..100_u16, 3)) {
        let size = Size::new([mm[0], mm[1], mm[2]]);
        let measured = Letter { shape: Shape::Size(size), ..letter };
        let found = table.price(&measured);
        if let Ok(price) = &found {
            let format = table.formats().iter().find(|format| format.name == price.format);
            prop_assert!(format.is_some_and(|format| format.fits(size)));
        }
        for format in table.formats().iter().filter(|format| format.fits(size)) {
            let said = Letter { shape: Shape::Format(format.name.clone()), ..measured.clone() };
            if let Some(price) = postage(table.price(&said)) {
                prop_assert!(found.as_ref().is_ok_and(|found| found.postage.minor() <= price));
            }
        }
    }

    #[test]
    fn a_table_written_is_the_table_read(table in table()) {
        prop_assert_eq!(Table::from_json(&table.to_json()), Ok(table));
    }
}
