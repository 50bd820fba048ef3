//! One planning, from its start to its end.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use tokio::{sync::watch, task::JoinError, time::timeout};
use tokio_util::sync::CancellationToken;

use super::{Live, NoPlan, PlanRequest, Task};
use crate::{
    model::{
        NoticeKind, Planning, PlanningProgress, PlanningState, Sheet, Timetable, Week, WeekPlan, WeekState,
    },
    tasks::clock,
    timetable::{
        edit::{EditRefused, blank},
        keep::{By, TimetableError, Timetables, stored},
    },
};

/// Progress is told no more often than this.
const TELL_EACH: Duration = Duration::from_millis(500);
/// How long it may look when nothing else is said.
const TIME: Duration = Duration::from_secs(2 * 60 * 60);
/// Longest time that can be asked for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

type Solved = Result<Result<WeekPlan, NoPlan>, JoinError>;

impl Timetables {
    /// Starts to plan a week, beside everything else.
    ///
    /// # Errors
    /// A planning of this timetable runs already; the week is retired; the store does not answer.
    pub async fn start_planning(
        &self,
        name: &str,
        week: Week,
        request: &PlanRequest,
        by: &str,
    ) -> Result<Planning, TimetableError> {
        // Before anything of the week is read: whoever changes it from here on is not overwritten.
        let seen = self.open_version(name, week).await?;
        let task = self.task(name, week, request).await?;
        let begun = Self::begun(name, week, by, &request.description, clock::now());
        let planning = Planning { seen: Some(seen), ..begun };
        let running = &self.inner().running;
        let stop = running.ending.child_token();
        {
            let mut live = running.live();
            if let Some(other) = live.get(name) {
                let (week, id) = (other.planning.week, other.planning.id);
                let why =
                    format!("the week {week} is being planned (planning {id}): stop it, or wait for its end");
                return Err(TimetableError::Planning(why));
            }
            if running.ending.is_cancelled() {
                return Err(TimetableError::Planning("the daemon is about to stop".to_owned()));
            }
            live.insert(name.to_owned(), Live { stop: stop.clone(), planning: planning.clone() });
        }
        if let Err(error) = self.inner().store.put_planning(&planning).await {
            running.live().remove(name);
            return Err(error.into());
        }
        self.tell_planning(&planning);
        let (timetables, publish) = (self.clone(), request.publish);
        let job = timetables.job(planning.clone(), task, stop, publish);
        running.tracker.spawn(job);
        Ok(planning)
    }

    /// The version of a week's table that can still be planned; 0: there is none.
    async fn open_version(&self, name: &str, week: Week) -> Result<i64, TimetableError> {
        self.kind(name)?;
        match self.inner().store.timetable(name, Sheet::Week(week)).await? {
            Some(old) if old.state == WeekState::Retired => Err(EditRefused::Retired.into()),
            old => Ok(old.map_or(0, |old| old.version)),
        }
    }

    /// Everything that the planner needs to know.
    pub(super) async fn task(
        &self,
        name: &str,
        week: Week,
        request: &PlanRequest,
    ) -> Result<Task, TimetableError> {
        let kind = self.kind(name)?;
        let sheet = Sheet::Week(week);
        let config = kind.config.clone();
        let lines = request.lines.unwrap_or(config.lines);
        if !(1..=100).contains(&lines) {
            return Err(TimetableError::Planning("there are 1 to 100 lines".to_owned()));
        }
        let crew = self.crew(sheet).await?;
        let forced = self.inner().store.timetable(name, Sheet::Forced).await?;
        let credit = if request.forgive {
            std::collections::BTreeMap::new()
        } else {
            self.credit(name, week.plus(-1)).await?
        };
        let configured =
            config.plan.as_ref().map(|plan| Duration::from_secs(u64::from(plan.grace_minutes) * 60));
        let asked = request.seconds.map(|seconds| Duration::from_secs(seconds.max(1).into()));
        let table = Timetable::empty(name, week, &config.days, &config.hours, lines);
        Ok(Task {
            table: blank(table, &crew.absences),
            crew,
            forced: forced.map(|kept| kept.plan.table),
            credit,
            config,
            time: asked.or(configured).unwrap_or(TIME).min(LONGEST),
        })
    }

    async fn job(self, mut planning: Planning, task: Task, stop: CancellationToken, publish: bool) {
        let (teller, mut told) = watch::channel(PlanningProgress::default());
        let (solver, own) = (Arc::clone(&self.inner().solver), stop.clone());
        let tell = Box::new(move |progress| _ = teller.send_replace(progress));
        // A task of its own, so that a panic in it is one planning's failure.
        let solving = self.inner().running.tracker.spawn(async move { solver.solve(task, tell, own).await });
        tokio::pin!(solving);
        let solved = loop {
            match timeout(TELL_EACH, &mut solving).await {
                Ok(solved) => break solved,
                Err(_) if told.has_changed().unwrap_or(false) => {
                    advance(&mut planning, &told.borrow_and_update().clone());
                    self.keep_planning(&planning).await;
                }
                Err(_) => {}
            }
        };
        advance(&mut planning, &told.borrow_and_update().clone());
        let is_cut = self.inner().running.ending.is_cancelled();
        settle(&mut planning, solved, is_cut, stop.is_cancelled());
        self.keep_planning(&planning).await;
        self.inner().running.live().remove(&planning.timetable);
        if publish && planning.state == PlanningState::Done {
            let (who, at) = (planning.by.clone(), clock::now());
            let by = By { who, at, version: planning.seen, force: false };
            let state = WeekState::Published;
            if let Err(error) = self.use_planning(&planning.timetable, planning.id, state, &by).await {
                tracing::warn!(%error, planning = %planning.id, "what was planned could not be published");
                planning.why = vec![format!("it is planned, and not published: {error}")];
                self.keep_planning(&planning).await;
            }
        }
    }

    /// Stores how far a planning is, and tells of it. A store that does not answer stops no planning: what it found is
    /// stored at its end.
    async fn keep_planning(&self, planning: &Planning) {
        if let Some(live) = self.inner().running.live().get_mut(&planning.timetable)
            && live.planning.id == planning.id
        {
            live.planning = planning.clone();
        }
        if let Err(error) = self.inner().store.put_planning(planning).await {
            tracing::warn!(%error, planning = %planning.id, "the progress of a planning could not be stored");
        }
        self.tell_planning(planning);
    }

    pub(super) fn tell_planning(&self, planning: &Planning) {
        let Planning { id, timetable, week, state, progress, why, .. } = planning;
        let data = json!({
            "planning": id, "timetable": timetable, "week": week, "state": state, "cost": progress.cost,
            "bound": progress.bound, "filled": progress.filled, "cells": progress.cells, "why": why,
        });
        self.inner().feed.post(NoticeKind::TimetablePlanning, None, data);
    }
}

fn advance(planning: &mut Planning, progress: &PlanningProgress) {
    if progress.cells == 0 {
        return;
    }
    let improved = progress.cost != planning.progress.cost;
    let improved_at = if improved { Some(stored(clock::now())) } else { planning.progress.improved_at };
    planning.progress = PlanningProgress { improved_at, ..progress.clone() };
}

/// What came of it.
fn settle(planning: &mut Planning, solved: Solved, is_cut: bool, is_stopped: bool) {
    planning.ended_at = Some(stored(clock::now()));
    let state = match solved {
        Ok(Ok(plan)) => {
            planning.progress.cost = plan.cost.or(planning.progress.cost);
            planning.result = Some(plan);
            match (is_cut, is_stopped) {
                (true, _) => PlanningState::Cut,
                (_, true) => PlanningState::Stopped,
                _ => PlanningState::Done,
            }
        }
        Ok(Err(NoPlan::Unsolvable(why))) => {
            planning.why = why;
            PlanningState::Unsolvable
        }
        Ok(Err(NoPlan::Failed(why))) => {
            planning.why = vec![why];
            if is_cut { PlanningState::Cut } else { PlanningState::Failed }
        }
        Err(panic) => {
            tracing::error!(%panic, "a planner broke off");
            planning.why = vec!["the planner broke off; the log says why".to_owned()];
            PlanningState::Failed
        }
    };
    planning.state = state;
}
