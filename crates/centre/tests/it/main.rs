//! What the centre promises, tested through its public interface.

mod audit;
mod decisions;
mod deposits;
mod plausibility;
