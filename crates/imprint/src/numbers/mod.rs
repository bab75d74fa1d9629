//! From quantities to symbols and back: combination number, cipher, symbol row (Fig. 4a and 10).

mod set;

pub use set::{SetError, SetId};
