//! Carries the bytes of a call between meter and centre.
