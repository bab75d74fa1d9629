//! Factors in thousandths: 1/β, α, and the limits of V.

/// A factor in thousandths: 100 is 0.1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct PerMille(pub u32);

/// A factor in thousandths that may be less than zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct SignedPerMille(pub i32);

impl PerMille {
    /// Factor one.
    pub const ONE: PerMille = PerMille(1_000);
}
