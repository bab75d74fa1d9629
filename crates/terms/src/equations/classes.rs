//! The classes A, B and C of customers by their mean use (EP 0 660 270, equations 8 to 13).

use super::{MeanUse, PerMille};

/// A class of customers: A uses least, C most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum UseClass {
    /// P up to P_A/B.
    A,
    /// P above P_A/B, up to P_B/C.
    B,
    /// P above P_B/C.
    C,
}

/// One thing for each class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct ByClass<T> {
    /// For class A.
    pub a: T,
    /// For class B.
    pub b: T,
    /// For class C.
    pub c: T,
}

impl<T: Copy> ByClass<T> {
    /// The same for every class.
    pub const fn all(value: T) -> ByClass<T> {
        ByClass { a: value, b: value, c: value }
    }

    /// What stands for this class.
    pub const fn of(&self, class: UseClass) -> T {
        match class {
            UseClass::A => self.a,
            UseClass::B => self.b,
            UseClass::C => self.c,
        }
    }
}

/// Where the classes meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct ClassBounds {
    /// P_A/B: the most that class A uses.
    pub a_b: MeanUse,
    /// P_B/C: the most that class B uses. Not less than P_A/B; were it less, nobody would be in class B.
    pub b_c: MeanUse,
}

/// The class of a mean use P_K (equations 11 to 13).
pub const fn use_class(mean: MeanUse, bounds: &ClassBounds) -> UseClass {
    let per_day = mean.thousandths_per_day();
    if per_day <= bounds.a_b.thousandths_per_day() {
        UseClass::A
    } else if per_day <= bounds.b_c.thousandths_per_day() {
        UseClass::B
    } else {
        UseClass::C
    }
}

/// The disposition factor α that goes with a mean use (equations 8 to 10).
pub const fn disposition_factor(
    mean: MeanUse,
    bounds: &ClassBounds,
    factors: &ByClass<PerMille>,
) -> PerMille {
    factors.of(use_class(mean, bounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P_A/B = 500 and P_B/C = 5000 minor units a day. 500 is still A, 500.001 is B, 5000 still B, 5000.001 is C.
    #[test]
    fn a_bound_belongs_to_the_class_below_it() {
        let per_day = MeanUse::from_thousandths_per_day;
        let bounds = ClassBounds { a_b: per_day(500_000), b_c: per_day(5_000_000) };
        let factors = ByClass { a: PerMille(900), b: PerMille(700), c: PerMille(500) };
        for (thousandths, class, factor) in [
            (0, UseClass::A, 900),
            (500_000, UseClass::A, 900),
            (500_001, UseClass::B, 700),
            (5_000_000, UseClass::B, 700),
            (5_000_001, UseClass::C, 500),
            (u64::MAX, UseClass::C, 500),
        ] {
            assert_eq!(use_class(per_day(thousandths), &bounds), class);
            assert_eq!(disposition_factor(per_day(thousandths), &bounds, &factors), PerMille(factor));
        }
    }
}
