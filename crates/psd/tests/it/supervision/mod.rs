//! The device's judgements of itself and of the control unit, each for itself.

mod flow;
mod interrogation;
mod pace;
mod printing;
