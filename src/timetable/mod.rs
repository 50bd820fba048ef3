//! Timetables: what a week asks for, who gets how many shifts, and how they are planned.

pub mod check;
pub mod loads;
pub mod problem;
pub mod solve;

pub use check::{Check, Violation, check};
pub use problem::{Grid, Member, Place, Problem};
pub use solve::{End, Options, Progress, Solution, SolveError, Unsolvable, Worker, solve};
