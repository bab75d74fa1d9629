//! What a letter costs: rate tables, and the scale.
