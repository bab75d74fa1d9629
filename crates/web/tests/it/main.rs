//! The shared shell: what a browser is given.

mod chart;
mod entries;
mod form;
mod page;
mod sent;
mod style;
