//! The command line.

pub mod flow;
