//! The loop: what an earlier daemon was in the middle of is marked, and weeks are planned when they are due.

use std::time::Duration;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::{PlanRequest, due::due};
use crate::{
    model::{Planning, PlanningState, Week},
    storage::StorageError,
    tasks::clock,
    timetable::keep::{Kind, TimetableError, Timetables},
};

/// How often it looks whether a week is due.
const LOOK_EACH: Duration = Duration::from_secs(20);
/// The author of what is planned by itself.
pub(super) const SCHEDULE: &str = "schedule";

impl Timetables {
    /// Runs until `soft` is cancelled; plannings that run then are cut, and keep what they have found.
    pub async fn run(self, soft: CancellationToken) {
        let mut ticks = tokio::time::interval(LOOK_EACH);
        let mut are_cut = false;
        while soft.run_until_cancelled(ticks.tick()).await.is_some() {
            if !are_cut {
                are_cut = self.mark_cut(clock::now()).await.is_ok();
            }
            for name in self.names() {
                if let Err(error) = self.plan_if_due(name, clock::now()).await {
                    tracing::warn!(%error, timetable = name, "a week that may be due could not be planned");
                }
            }
        }
        let running = &self.inner().running;
        running.ending.cancel();
        running.tracker.close();
        running.tracker.wait().await;
    }

    /// Marks the plannings that an earlier daemon was in the middle of.
    ///
    /// # Errors
    /// The store does not answer.
    pub async fn mark_cut(&self, now: Timestamp) -> Result<(), StorageError> {
        for mut planning in self.inner().store.running_plannings().await? {
            if self.inner().running.get(planning.id).is_some() {
                continue;
            }
            planning.state = PlanningState::Cut;
            planning.ended_at = Some(now);
            planning.why = vec!["the daemon ended in the middle of it".to_owned()];
            self.inner().store.put_planning(&planning).await?;
            self.tell_planning(&planning);
        }
        Ok(())
    }

    /// Starts the planning that the configuration says is due, if it was not tried yet. Gives it then.
    ///
    /// # Errors
    /// The store does not answer, or a planning runs.
    pub async fn plan_if_due(&self, name: &str, now: Timestamp) -> Result<Option<Planning>, TimetableError> {
        let Kind { config, zone } = self.kind(name)?;
        let Some(plan) = &config.plan else { return Ok(None) };
        let Some((week, since)) = due(plan, &now.to_zoned(zone.clone())) else { return Ok(None) };
        if self.inner().running.live().contains_key(name) || self.is_done(name, week, since).await? {
            return Ok(None);
        }
        let request = PlanRequest {
            description: "planned by itself".to_owned(),
            publish: plan.publish,
            ..PlanRequest::default()
        };
        self.start_planning(name, week, &request, SCHEDULE).await.map(Some)
    }

    /// A week that is there, or was tried, is not planned by itself. One that was cut is tried again.
    async fn is_done(&self, name: &str, week: Week, since: Timestamp) -> Result<bool, TimetableError> {
        if self.inner().store.timetable_state(name, week).await?.is_some() {
            return Ok(true);
        }
        let plannings = self.inner().store.plannings(name).await?;
        Ok(plannings.iter().any(|planning| {
            planning.week == week
                && planning.by == SCHEDULE
                && planning.started_at >= since
                && planning.state != PlanningState::Cut
        }))
    }
}
