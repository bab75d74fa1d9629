//! Printers behind one trait: files, IPP, a head with encoder and clock.
