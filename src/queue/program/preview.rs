//! What would be done and why, and how a queue differs: for the API and the command line.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Desired, Difference, Plan, ProgramError, Programming, pass};
use crate::model::MemberChange;

/// A dry run.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The moment it is made for.
    pub at: Timestamp,
    /// Who would be wanted.
    pub desired: Desired,
    /// What would be done to the queue as it is now; none: how it is is not known.
    pub plan: Option<Plan>,
}

impl Programming {
    /// What would be done at this moment if the queue were as it is now. Nothing is done.
    ///
    /// # Errors
    /// No timetable fills the queue; the store does not answer.
    pub async fn preview(&self, name: &str, at: Timestamp) -> Result<Preview, ProgramError> {
        let queue = self.inner.queue(name)?;
        let scene = self.inner.scene(name, queue, at).await?;
        let leaving = self.leaving(name).await?;
        let plan = self.inner.hands.snapshot(name).map(|actual| scene.plan(&actual, &leaving));
        Ok(Preview { at, desired: scene.desired, plan })
    }

    /// How the queue differs from its timetable now.
    ///
    /// # Errors
    /// No timetable fills the queue, how it is is not known, the store does not answer.
    pub async fn drift(&self, name: &str, now: Timestamp) -> Result<Vec<Difference>, ProgramError> {
        let queue = self.inner.queue(name)?;
        let unknown = || ProgramError::Unknown(name.to_owned());
        let actual = self.inner.hands.snapshot(name).ok_or_else(unknown)?;
        let scene = self.inner.scene(name, queue, now).await?;
        let plan = scene.plan(&actual, &self.leaving(name).await?);
        Ok(scene.drift(&actual, &plan, &self.inner.events_of(name)))
    }

    async fn leaving(&self, name: &str) -> Result<BTreeMap<String, Timestamp>, ProgramError> {
        Ok(self.inner.queue(name)?.memory.lock().await.leaving.clone())
    }
}

impl Preview {
    /// The word for a change.
    #[must_use]
    pub fn word(change: &MemberChange) -> &'static str {
        pass::word(change)
    }
}
