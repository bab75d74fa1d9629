//! Random numbers of the picture: uniform, and close to normal at one draw a value.

use fastrand::Rng;

/// Mean of the sum of eight random bytes.
const MEAN: f32 = 1020.0;
/// One over the standard deviation of that sum: the root of 8 · (256² − 1) / 12.
const INVERSE_DEVIATION: f32 = 1.0 / 209.021;

/// A value of mean 0 and deviation 1 whose distribution is close to normal up to about four deviations: the sum of
/// the eight bytes of one draw.
pub fn normal(random: &mut Rng) -> f32 {
    const LOW: u64 = 0x00ff_00ff_00ff_00ff;
    let bytes = random.u64(..);
    let pairs = (bytes & LOW) + ((bytes >> 8) & LOW);
    let sum = pairs.wrapping_mul(0x0001_0001_0001_0001) >> 48;
    (sum as f32 - MEAN) * INVERSE_DEVIATION
}

/// A value between two bounds.
pub fn between(random: &mut Rng, low: f64, high: f64) -> f64 {
    low + (high - low) * random.f64()
}

/// A generator for one purpose of one picture, so that a disturbance added or left out leaves the others as they are.
pub fn generator(seed: u64, purpose: &str) -> Rng {
    let mut mixed = seed ^ 0x9e37_79b9_7f4a_7c15;
    for byte in purpose.bytes() {
        mixed = (mixed ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
    }
    Rng::with_seed(mixed)
}
