//! Timetables: who answers when, as it is kept, edited, planned and printed; what a week asks for, and how it is solved.

pub mod check;
pub mod edit;
pub mod keep;
pub mod loads;
pub mod planning;
pub mod print;
pub mod problem;
pub mod solve;

pub use check::{Check, Violation, check};
pub use edit::{CellChange, Conflict, EditRefused};
pub use keep::{By, Crew, NewTable, Staff, TimetableError, Timetables};
pub use planning::{Highs, Listener, NoPlan, PlanRequest, Solver, Task};
pub use problem::{Grid, Member, Place, Problem};
pub use solve::{End, Options, Progress, Solution, SolveError, Unsolvable, Worker, solve};
