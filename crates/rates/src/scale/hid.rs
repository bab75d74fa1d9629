//! The data report of a USB scale by the HID tables for points of sale (usage page 8Dh, `docs/formats/scale.md`). The
//! scale sends one again and again without being asked.

use super::{Reading, ScaleFault};
use crate::Weight;
use crate::weight::Unit;

/// | 0 | 1 | 2 | 3 | 4..6 |
/// |---|---|---|---|---|
/// | report's number, 3 | status | unit | power of ten, signed | value, little endian |
pub(crate) const REPORT_BYTES: usize = 6;

const DATA: u8 = 3;
/// The furthest a value is moved to the right of its point.
const POWER_MIN: i8 = -7;
/// The furthest to the left.
const POWER_MAX: i8 = 2;

pub(crate) fn understand(report: [u8; REPORT_BYTES]) -> Result<Reading, ScaleFault> {
    let [DATA, status, unit, power, low, high] = report else { return Err(ScaleFault::Garbled) };
    let is_stable = match status {
        2 | 4 => true,
        3 => false,
        5 | 8 => return Err(ScaleFault::Underload),
        6 => return Err(ScaleFault::Overload),
        1 | 7 => return Err(ScaleFault::Defect),
        _ => return Err(ScaleFault::Garbled),
    };
    let unit = match unit {
        2 => Unit::Gram,
        3 => Unit::Kilogram,
        11 => Unit::Ounce,
        12 => Unit::Pound,
        _ => return Err(ScaleFault::Unit),
    };
    let value = u64::from(u16::from_le_bytes([low, high]));
    let number = decimal(value, i8::from_le_bytes([power])).ok_or(ScaleFault::Garbled)?;
    let weight = Weight::in_unit(&number, unit).map_err(|_| ScaleFault::Garbled)?;
    Ok(Reading { weight, is_stable })
}

/// The value times this power of ten, as it would be typed.
fn decimal(value: u64, power: i8) -> Option<String> {
    if !(POWER_MIN..=POWER_MAX).contains(&power) {
        return None;
    }
    let digits = usize::from(power.unsigned_abs());
    let factor = 10_u64.pow(power.unsigned_abs().into());
    Some(match power {
        0.. => (value * factor).to_string(),
        _ => format!("{}.{:0digits$}", value / factor, value % factor),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(report: [u8; REPORT_BYTES], weighs: &str, is_stable: bool) {
        let weight = weighs.parse().unwrap();
        assert_eq!(understand(report).unwrap(), Reading { weight, is_stable }, "{report:?}");
    }

    #[test]
    fn units_and_powers_are_understood() {
        check([3, 4, 2, 0, 20, 0], "20 g", true);
        check([3, 3, 2, 0, 0x2c, 1], "300 g", false);
        check([3, 2, 2, 0, 0, 0], "0 g", true);
        check([3, 4, 11, 0xff, 12, 0], "1.2 oz", true);
        check([3, 4, 3, 0xfd, 0xff, 0xff], "65.535 kg", true);
        check([3, 4, 12, 1, 3, 0], "30 lb", true);
        check([3, 4, 2, 0xf9, 1, 0], "0.0000001", true);
    }

    #[test]
    fn what_is_no_weight_is_a_fault() {
        for (status, is_fault) in [
            (1, matches!(understand([3, 1, 2, 0, 20, 0]), Err(ScaleFault::Defect))),
            (5, matches!(understand([3, 5, 2, 0, 20, 0]), Err(ScaleFault::Underload))),
            (6, matches!(understand([3, 6, 2, 0, 20, 0]), Err(ScaleFault::Overload))),
            (7, matches!(understand([3, 7, 2, 0, 20, 0]), Err(ScaleFault::Defect))),
            (8, matches!(understand([3, 8, 2, 0, 20, 0]), Err(ScaleFault::Underload))),
            (9, matches!(understand([3, 9, 2, 0, 20, 0]), Err(ScaleFault::Garbled))),
        ] {
            assert!(is_fault, "status {status}");
        }
        assert!(matches!(understand([4, 4, 2, 0, 20, 0]), Err(ScaleFault::Garbled)));
        assert!(matches!(understand([3, 4, 10, 0, 20, 0]), Err(ScaleFault::Unit)));
        for power in [0x80, 0xf8, 3, 0x7f] {
            assert!(matches!(understand([3, 4, 2, power, 20, 0]), Err(ScaleFault::Garbled)), "{power}");
        }
        assert!(
            matches!(understand([3, 4, 3, 0, 0xff, 0xff]), Err(ScaleFault::Garbled)),
            "more than a tonne"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_report_makes_the_understanding_panic(report: [u8; REPORT_BYTES]) {
            let _ = understand(report);
        }
    }
}
