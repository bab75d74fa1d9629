//! What security device, meter, centre and post say to each other.
#![no_std]
