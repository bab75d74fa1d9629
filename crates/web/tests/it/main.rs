//! The shared shell: what a browser is given.

mod chart;
mod form;
mod page;
mod style;
