//! Timetables: who answers when, as it is kept, edited, planned and printed.

pub mod edit;
pub mod keep;
pub mod planning;
pub mod print;

pub use edit::{CellChange, Conflict, EditRefused};
pub use keep::{By, Crew, NewTable, Staff, TimetableError, Timetables};
pub use planning::{NoPlan, PlanRequest, Solver, Task};
