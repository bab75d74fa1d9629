//! Whether a spoiled imprint is a genuine one of its meter: its row is decrypted as the post's stations do it, and must
//! say what the claim says.
//!
//! What always holds: an identity comes out of the decrypted row and not out of the claim, so that it is the one by which
//! stations know the imprint.

use super::Refusal;
use imprint::numbers::{Cipher, OpenData, Profile, Quantity, decode};
use link::refund::Spoiled;
use terms::{Date, Serial};

/// A line of a claim, and what is thought of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// What the line says.
    pub spoiled: Spoiled,
    /// The imprint, where its row proves it and nothing else is against it.
    pub verdict: Result<Identity, Refusal>,
}

/// What tells a genuine imprint with a value from every other of its meter: what its row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The epoch of the profile.
    pub epoch: u16,
    /// The second number, where the row carries one.
    pub second: Option<u64>,
    /// The monotone variable.
    pub mv: u64,
}

/// What a line is held against.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The meter.
    pub serial: Serial,
    /// Today, in UTC.
    pub today: Date,
    /// How many days ago the date printed may lie.
    pub days_back: u32,
    /// How many days ahead the meter may date.
    pub days_ahead: u16,
}

/// Examines a line under the profile of its epoch and the cipher with the meter's key.
pub fn examine(
    spoiled: &Spoiled,
    profile: &Profile,
    cipher: &Cipher,
    terms: &Terms,
) -> Result<Identity, Refusal> {
    if profile.cuts_monotone() {
        return Err(Refusal::Ambiguous);
    }
    let identity = identity(spoiled, profile, cipher, terms.serial).ok_or(Refusal::NotGenuine)?;
    let (today, printed) = (terms.today.day_number(), spoiled.date.day_number());
    if printed > today.saturating_add(terms.days_ahead.into()) {
        return Err(Refusal::NotGenuine);
    }
    if spoiled.postage.is_zero() {
        return Err(Refusal::ZeroValue);
    }
    if today.saturating_sub(printed) > terms.days_back {
        return Err(Refusal::TooOld);
    }
    Ok(identity)
}

/// Nothing where the row does not say what the line says.
fn identity(spoiled: &Spoiled, profile: &Profile, cipher: &Cipher, serial: Serial) -> Option<Identity> {
    let open = OpenData { serial, date: Some(spoiled.date), postage: Some(spoiled.postage) };
    let decoded = decode(profile, cipher, &open, &spoiled.symbols).ok()?;
    let cut = |quantity, value: u64| {
        let digits = profile.place(quantity).map_or(0, |place| place.digits);
        value % 10_u64.saturating_pow(u32::from(digits))
    };
    let second = match decoded.second {
        Some(second) => spoiled.second.map(|claimed| cut(Quantity::SecondNumber, claimed)) == Some(second),
        None => true,
    };
    let agrees = spoiled.set == profile.set
        && decoded.postage == spoiled.postage
        && decoded.mv == spoiled.mv
        && second
        && decoded.serial_agrees != Some(false)
        && decoded.koz.is_well_formed(profile);
    agrees.then_some(Identity { epoch: profile.epoch, second: decoded.second, mv: decoded.mv })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::terms::{Money, SpoilReason};
    use imprint::numbers::{Key, Quantities, RequestId, SetId, encode};

    const MV: u64 = 17;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn serial(number: u32) -> Serial {
        Serial::new(number).unwrap()
    }

    fn cipher(profile: &Profile, key: u8) -> Cipher {
        Cipher::new(profile.cipher, &Key::new([key; 32]))
    }

    fn spoiled(profile: &Profile, quantities: Quantities) -> Spoiled {
        let quantities = Quantities { date: Some(day("2026-11-28")), second: Some(103), ..quantities };
        let symbols = encode(profile, &cipher(profile, 1), &quantities).unwrap().row;
        Spoiled {
            request: RequestId(1),
            epoch: profile.epoch,
            date: day("2026-11-28"),
            postage: quantities.postage,
            mv: quantities.mv,
            second: profile.second.and(Some(103)),
            set: profile.set,
            symbols,
            reason: SpoilReason::Printer,
            spoiled_on: day("2026-11-28"),
        }
    }

    fn genuine(profile: &Profile) -> Spoiled {
        spoiled(profile, Quantities::new(serial(7), Money::from_minor(85), MV))
    }

    fn terms() -> Terms {
        Terms { serial: serial(7), today: day("2026-11-29"), days_back: 60, days_ahead: 14 }
    }

    fn p1() -> Profile {
        Profile::named("p1").unwrap()
    }

    #[test]
    fn a_genuine_imprint_of_every_profile_is_known_by_what_its_row_says() {
        for name in Profile::NAMES {
            let profile = Profile::named(name).unwrap();
            let found = examine(&genuine(&profile), &profile, &cipher(&profile, 1), &terms());
            // Two digits carry the second number in fig4a.
            let second = (name == "fig4a").then_some(3);
            assert_eq!(found, Ok(Identity { epoch: 1, second, mv: MV }), "{name}");
        }
    }

    #[test]
    fn whatever_is_altered_in_a_line_it_is_not_genuine_any_more() {
        let p1 = p1();
        let check = |line: Spoiled, key: u8, terms: Terms| {
            let found = examine(&line, &p1, &cipher(&p1, key), &terms);
            assert_eq!(found, Err(Refusal::NotGenuine), "{line:?}");
        };
        let good = genuine(&p1);
        check(good.clone(), 2, terms());
        check(good.clone(), 1, Terms { serial: serial(8), ..terms() });
        check(Spoiled { postage: Money::from_minor(86), ..good.clone() }, 1, terms());
        check(Spoiled { postage: Money::ZERO, ..good.clone() }, 1, terms());
        check(Spoiled { mv: MV + 1, ..good.clone() }, 1, terms());
        check(Spoiled { set: SetId::S40, ..good.clone() }, 1, terms());
        check(Spoiled { date: day("2027-01-31"), ..good.clone() }, 1, terms());
        let mut row = good.clone();
        row.symbols[3] = (row.symbols[3] + 1) % 22;
        check(row, 1, terms());
        let mut short = good.clone();
        short.symbols.pop();
        check(short, 1, terms());
    }

    #[test]
    fn a_date_that_is_bound_in_cannot_be_moved() {
        let p2 = Profile::named("p2").unwrap();
        let moved = Spoiled { date: day("2026-11-27"), ..genuine(&p2) };
        assert_eq!(examine(&moved, &p2, &cipher(&p2, 1), &terms()), Err(Refusal::NotGenuine));
    }

    #[test]
    fn another_second_number_is_not_genuine() {
        let fig4a = Profile::named("fig4a").unwrap();
        for second in [None, Some(4)] {
            let other = Spoiled { second, ..genuine(&fig4a) };
            assert_eq!(examine(&other, &fig4a, &cipher(&fig4a, 1), &terms()), Err(Refusal::NotGenuine));
        }
    }

    #[test]
    fn a_row_with_the_last_digits_of_mv_alone_refunds_nothing() {
        let mut cut = Profile::named("fig4a").unwrap();
        let good = genuine(&cut);
        cut.second.as_mut().unwrap().held_at_centre = true;
        assert_eq!(examine(&good, &cut, &cipher(&cut, 1), &terms()), Err(Refusal::Ambiguous));
    }

    #[test]
    fn what_is_worth_nothing_or_too_old_is_refused() {
        let p1 = p1();
        let zero = spoiled(&p1, Quantities::new(serial(7), Money::ZERO, MV));
        assert_eq!(examine(&zero, &p1, &cipher(&p1, 1), &terms()), Err(Refusal::ZeroValue));
        let on =
            |today| examine(&genuine(&p1), &p1, &cipher(&p1, 1), &Terms { today: day(today), ..terms() });
        assert!(on("2027-01-27").is_ok(), "sixty days");
        assert_eq!(on("2027-01-28"), Err(Refusal::TooOld));
    }
}
