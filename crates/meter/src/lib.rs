//! The control unit: one routine, and the adapters that touch the world.
