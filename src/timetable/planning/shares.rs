//! How many shifts each one gets.

use std::collections::BTreeMap;

use super::{Task, highs::takes_part};
use crate::model::PersonId;

/// Somebody's shifts in a week.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Share {
    /// How many.
    pub(super) shifts: usize,
    /// How many would be fair.
    pub(super) fair: f64,
}

/// Everybody's shifts.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 100 shifts")]
pub(super) fn shares(task: &Task) -> BTreeMap<PersonId, Share> {
    let people = task.crew.persons.values().filter(|person| takes_part(task, person));
    let share = people.map(|person| {
        let fair = person.ideal_load.unwrap_or_default();
        (person.id.clone(), Share { shifts: fair.round_ties_even() as usize, fair })
    });
    share.collect()
}
