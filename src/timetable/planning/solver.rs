//! What a planner is given, and what it gives back.

use std::{collections::BTreeMap, time::Duration};

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use crate::{
    config::TimetableConfig,
    model::{PersonId, PlanningProgress, Timetable, WeekPlan},
    timetable::keep::Crew,
};

/// A week to be planned.
#[derive(Clone, Debug)]
pub struct Task {
    /// The week's table: holidays are marked, everything else is open.
    pub table: Timetable,
    /// Who works here, and when they are away.
    pub crew: Crew,
    /// Who has which shift each week.
    pub forced: Option<Timetable>,
    /// Each one's credit before this week.
    pub credit: BTreeMap<PersonId, f64>,
    /// The timetable's rules.
    pub config: TimetableConfig,
    /// How long it may look for something better.
    pub time: Duration,
}

/// Why there is no plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPlan {
    /// No week keeps all rules; a sentence for each part of the reason.
    Unsolvable(Vec<String>),
    /// It broke off.
    Failed(String),
}

/// Hears how far a planning is.
pub type Listener = Box<dyn FnMut(PlanningProgress) + Send>;

/// Finds who answers when.
pub trait Solver: Send + Sync {
    /// Plans a week, for as long as `task.time` says. Tells of what it has found on its way, and gives the best so far
    /// when `stop` is cancelled. Does not hold up the runtime's threads.
    fn solve(
        &self,
        task: Task,
        listener: Listener,
        stop: CancellationToken,
    ) -> BoxFuture<'_, Result<WeekPlan, NoPlan>>;
}
