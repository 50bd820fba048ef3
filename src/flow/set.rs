//! The flows as they are at one moment: what a call holds on to while it talks.

use std::{collections::BTreeMap, sync::Arc};

use super::parts::{Flow, Step};
use crate::model::{Facts, Fault, Position};

/// Flows and settings, unchanging. A call keeps the set it began with; a reload makes a new one.
#[derive(Debug, Default)]
pub struct Set {
    /// The flows by name.
    pub flows: BTreeMap<String, Arc<Flow>>,
    /// What texts read as `settings.NAME`.
    pub settings: Facts,
}

impl Set {
    /// The position at which a call begins: the flow's first step, with its first values.
    ///
    /// # Errors
    /// [`Fault::Flow`]: no such flow, or a variable that it needs is not given.
    pub fn begin(&self, name: &str, vars: Facts) -> Result<Position, Fault> {
        let flow = self.flow(name)?;
        let mut position = Position { flow: name.to_owned(), step: flow.start.step.clone(), visit: 0, vars };
        enter(flow, &mut position)?;
        Ok(position)
    }

    /// A flow.
    ///
    /// # Errors
    /// [`Fault::Flow`]: there is none of that name (any more).
    pub fn flow(&self, name: &str) -> Result<&Arc<Flow>, Fault> {
        self.flows.get(name).ok_or_else(|| Fault::Flow(format!("there is no flow \"{name}\"")))
    }
}

impl Flow {
    /// A step.
    ///
    /// # Errors
    /// [`Fault::Flow`]: there is none of that name (any more).
    pub fn step(&self, name: &str) -> Result<&Step, Fault> {
        let missing = || Fault::Flow(format!("flow \"{}\" has no step \"{name}\"", self.name));
        self.steps.get(name).ok_or_else(missing)
    }

    /// Which of its languages the flow speaks to a call of language `tag` (`es`, `es_ES`, `es-ES`).
    #[must_use]
    pub fn language(&self, tag: &str) -> &str {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        let spoken = self.languages.iter().find(|language| language.eq_ignore_ascii_case(primary));
        spoken.or(self.languages.first()).map_or("en", String::as_str)
    }
}

/// Gives a call that comes into a flow the flow's first values, where it has none of its own.
pub(super) fn enter(flow: &Flow, position: &mut Position) -> Result<(), Fault> {
    for (name, value) in &flow.vars {
        position.vars.entry(name.clone()).or_insert_with(|| value.clone());
    }
    match flow.needs.iter().find(|name| !position.vars.contains_key(*name)) {
        Some(name) => Err(Fault::Flow(format!("flow \"{}\" needs the variable \"{name}\"", flow.name))),
        None => Ok(()),
    }
}
