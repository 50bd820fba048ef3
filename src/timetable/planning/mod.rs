//! Weeks are planned beside everything else: one at a time for each timetable, with progress, stopped at any time.

mod due;
mod highs;
mod job;
mod run;
mod shares;
mod solver;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use jiff::Timestamp;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use uuid::Uuid;

pub use highs::Highs;
pub use solver::{Listener, NoPlan, Solver, Task};

use super::{
    keep::{By, TimetableError, Timetables},
    loads::Loads,
};
use crate::model::{KeptWeek, Planning, PlanningState, Sheet, Week, WeekState};

/// What runs now.
#[derive(Default)]
pub(super) struct Running {
    /// By timetable.
    live: Mutex<BTreeMap<String, Live>>,
    tracker: TaskTracker,
    /// The daemon ends: what is stopped now is cut.
    ending: CancellationToken,
}

/// A planning that runs.
struct Live {
    stop: CancellationToken,
    planning: Planning,
}

/// What somebody wants to be planned.
#[derive(Clone, Debug, Default)]
pub struct PlanRequest {
    /// What it is for.
    pub description: String,
    /// How long it may look for something better; none: `plan.grace_minutes`, else two hours.
    pub seconds: Option<u32>,
    /// How many answer at once; none: as configured.
    pub lines: Option<usize>,
    /// Publish what it finds.
    pub publish: bool,
    /// Nobody's credit or debt counts.
    pub forgive: bool,
}

impl Running {
    fn live(&self) -> MutexGuard<'_, BTreeMap<String, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The planning of this id as it is this moment, if it runs here.
    fn get(&self, id: Uuid) -> Option<Planning> {
        self.live().values().find(|live| live.planning.id == id).map(|live| live.planning.clone())
    }
}

impl Timetables {
    /// Who would get how many shifts of a week if it were planned now, step by step.
    ///
    /// # Errors
    /// There is no such timetable, or the store does not answer.
    pub async fn loads(&self, name: &str, week: Week) -> Result<Loads, TimetableError> {
        Ok(shares::loads(&self.task(name, week, &PlanRequest::default()).await?))
    }

    /// The plannings of a timetable, newest first.
    ///
    /// # Errors
    /// There is no such timetable, or the store does not answer.
    pub async fn plannings(&self, name: &str) -> Result<Vec<Planning>, TimetableError> {
        self.kind(name)?;
        let mut plannings = self.inner().store.plannings(name).await?;
        for planning in &mut plannings {
            if let Some(live) = self.inner().running.get(planning.id) {
                *planning = live;
            }
        }
        Ok(plannings)
    }

    /// One of them.
    ///
    /// # Errors
    /// As [`Timetables::plannings`].
    pub async fn planning(&self, name: &str, id: Uuid) -> Result<Option<Planning>, TimetableError> {
        self.kind(name)?;
        if let Some(live) = self.inner().running.get(id).filter(|live| live.timetable == name) {
            return Ok(Some(live));
        }
        Ok(self.inner().store.planning(id).await?.filter(|planning| planning.timetable == name))
    }

    /// Stops a planning, which keeps the best so far. Whether it ran.
    #[must_use]
    pub fn stop_planning(&self, name: &str, id: Uuid) -> bool {
        let live = self.inner().running.live();
        let found = live.get(name).filter(|live| live.planning.id == id);
        found.map(|live| live.stop.cancel()).is_some()
    }

    /// Deletes a planning; the week that it was published as stays. Whether it was there.
    ///
    /// # Errors
    /// It runs, or the store does not answer.
    pub async fn delete_planning(&self, name: &str, id: Uuid) -> Result<bool, TimetableError> {
        if self.planning(name, id).await?.is_none() {
            return Ok(false);
        }
        if self.inner().running.get(id).is_some() {
            return Err(TimetableError::Planning("the planning still runs: stop it first".to_owned()));
        }
        Ok(self.inner().store.delete_planning(id).await?)
    }

    /// Makes what a planning found the week's timetable, published or as a draft. None: there is no such planning.
    ///
    /// # Errors
    /// It has found nothing (yet), the week is retired or has another version than the author saw.
    pub async fn use_planning(
        &self,
        name: &str,
        id: Uuid,
        state: WeekState,
        by: &By,
    ) -> Result<Option<KeptWeek>, TimetableError> {
        let Some(mut planning) = self.planning(name, id).await? else { return Ok(None) };
        if planning.state == PlanningState::Running {
            let why = "the planning still runs: stop it first, or wait for its end";
            return Err(TimetableError::Planning(why.to_owned()));
        }
        let Some(plan) = planning.result.clone() else {
            let why =
                format!("the planning has no result{}{}", colon(&planning.why), planning.why.join("; "));
            return Err(TimetableError::Planning(why));
        };
        let cost = plan.cost.map(|cost| format!(" ({cost} points)")).unwrap_or_default();
        let text = format!("took what was planned{cost}");
        let kept = self.put_plan(name, Sheet::Week(planning.week), plan, state, &text, by).await?;
        planning.why.clear();
        planning.published_at = Some(by.at).filter(|_| state == WeekState::Published);
        self.inner().store.put_planning(&planning).await?;
        Ok(Some(kept))
    }

    /// A planning that nothing is known of yet.
    fn begun(name: &str, week: Week, by: &str, description: &str, now: Timestamp) -> Planning {
        Planning {
            id: Uuid::now_v7(),
            timetable: name.to_owned(),
            week,
            seen: None,
            state: PlanningState::Running,
            by: by.to_owned(),
            description: description.to_owned(),
            started_at: super::keep::stored(now),
            ended_at: None,
            progress: crate::model::PlanningProgress::default(),
            result: None,
            why: Vec::new(),
            published_at: None,
        }
    }
}

fn colon(why: &[String]) -> &'static str {
    if why.is_empty() { "" } else { ": " }
}
