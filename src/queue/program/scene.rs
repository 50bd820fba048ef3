//! Everything that a decision about a queue is made from, read at one moment.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    Desired, Difference, Facts, Filling, Inner, Persons, Plan, ProgramError, Queue, desire, drift, plan,
    week_of,
};
use crate::{
    config::ProgramConfig,
    model::{MemberEvent, Override, ProgrammedMember, QueueState},
};

/// A queue, its plans, and what is known of both.
pub(super) struct Scene<'a> {
    program: &'a ProgramConfig,
    fillings: Vec<Filling>,
    persons: Persons,
    pub(super) overrides: Vec<Override>,
    ours: Vec<ProgrammedMember>,
    pub(super) desired: Desired,
    at: Timestamp,
}

impl Inner {
    /// Reads it. A store that does not answer is an error: without the plans nothing may be done.
    pub(super) async fn scene<'a>(
        &'a self,
        name: &str,
        queue: &'a Queue,
        at: Timestamp,
    ) -> Result<Scene<'a>, ProgramError> {
        let first = queue.sources.first().ok_or_else(|| ProgramError::NotProgrammed(name.to_owned()))?;
        let mut fillings = Vec::with_capacity(queue.sources.len());
        for source in &queue.sources {
            let week = self.plans.timetable(&source.name, week_of(&source.zone, at)).await?;
            let (name, zone, program) = (source.name.clone(), source.zone.clone(), source.program.clone());
            fillings.push(Filling { name, zone, program, week });
        }
        let persons = self.plans.persons().await?;
        let overrides = self.store.open_overrides(name).await?;
        let ours = self.store.programmed_members(name).await?;
        let desired = desire(&fillings, &persons, &overrides, at);
        Ok(Scene { program: &first.program, fillings, persons, overrides, ours, desired, at })
    }
}

impl Scene<'_> {
    /// The same with other overrides.
    pub(super) fn overrule(&mut self, overrides: Vec<Override>) {
        self.desired = desire(&self.fillings, &self.persons, &overrides, self.at);
        self.overrides = overrides;
    }

    pub(super) fn is_ours(&self, interface: &str) -> bool {
        self.ours.iter().any(|row| row.interface == interface)
    }

    pub(super) fn persons(&self) -> &Persons {
        &self.persons
    }

    pub(super) fn program(&self) -> &ProgramConfig {
        self.program
    }

    fn facts<'a>(&'a self, leaving: &'a BTreeMap<String, Timestamp>) -> Facts<'a> {
        Facts { ours: &self.ours, leaving, program: self.program }
    }

    pub(super) fn plan(&self, actual: &QueueState, leaving: &BTreeMap<String, Timestamp>) -> Plan {
        plan(&self.desired, actual, self.facts(leaving), self.at)
    }

    pub(super) fn drift(&self, actual: &QueueState, plan: &Plan, events: &[MemberEvent]) -> Vec<Difference> {
        let facts = self.facts(&plan.leaving);
        drift(&self.desired, actual, plan, facts, &self.overrides, events, self.at)
    }
}
