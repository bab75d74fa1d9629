//! A cost centre's surcharge as it is typed and shown: an amount, or per cent.

use super::keys;
use access::cards::Surcharge;
use maud::{Markup, html};
use std::fmt;

/// A surcharge as it is typed and shown.
pub(super) struct Charge(pub Surcharge);

impl fmt::Display for Charge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Surcharge::None => Ok(()),
            Surcharge::Fixed(amount) => write!(f, "{amount}"),
            Surcharge::PerCent(hundredths) => write!(f, "{}.{:02} %", hundredths / 100, hundredths % 100),
        }
    }
}

impl maud::Render for Charge {
    fn render(&self) -> Markup {
        html! { (self.to_string()) }
    }
}

/// A surcharge as it is typed.
pub(super) fn read_surcharge(text: &str) -> Result<Surcharge, String> {
    let text = text.trim();
    let wrong = || "a surcharge is an amount such as 0.05, or per cent such as 2.5 %".to_owned();
    let Some(per_cent) = text.strip_suffix('%') else {
        return match text {
            "" => Ok(Surcharge::None),
            amount => keys::amount(amount).map(Surcharge::Fixed).map_err(|_| wrong()),
        };
    };
    let (whole, places) = per_cent.trim().split_once(['.', ',']).unwrap_or((per_cent.trim(), ""));
    let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || places.len() > 2 || !is_plain(whole) || !is_plain(places) {
        return Err(wrong());
    }
    format!("{whole}{places:0<2}").parse().map(Surcharge::PerCent).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;
    use terms::Money;

    #[test]
    fn surcharges_are_read_as_they_are_shown() {
        for (text, surcharge, shown) in [
            ("", Surcharge::None, ""),
            ("5", Surcharge::Fixed(Money::from_minor(5)), "0.05"),
            ("0.05", Surcharge::Fixed(Money::from_minor(5)), "0.05"),
            ("2.5 %", Surcharge::PerCent(250), "2.50 %"),
            ("10%", Surcharge::PerCent(1_000), "10.00 %"),
            (" 10 % ", Surcharge::PerCent(1_000), "10.00 %"),
        ] {
            assert_eq!(read_surcharge(text), Ok(surcharge), "{text}");
            assert_eq!(Charge(surcharge).to_string(), shown);
        }
        for text in ["%", "x", "-1 %", "1.234 %", "999 %%", "700 %"] {
            assert!(read_surcharge(text).is_err(), "{text}");
        }
    }
}
