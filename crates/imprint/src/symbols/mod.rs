//! The symbol sets: small bitmaps with orthogonal edges, each with a name a person can say.
