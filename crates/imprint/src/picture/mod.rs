//! The print image: run-length records, windows, layouts, figures and the routines that make columns of them.
