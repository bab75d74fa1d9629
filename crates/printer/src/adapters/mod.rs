//! The printers themselves: files in a folder, any device that takes columns, a simulated head, a printer that speaks
//! IPP.

pub mod columns;
pub mod files;
pub mod head;
pub mod ipp;
