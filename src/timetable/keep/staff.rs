//! Who works here and when they are away, as another room knows it.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;

use crate::{
    config::TimetableConfig,
    model::{Absence, Person, PersonId, Week},
    storage::StorageError,
    timetable::edit::Ground,
};

/// Where persons and absences come from.
pub trait Staff: Send + Sync {
    /// Everybody who works here.
    fn persons(&self) -> BoxFuture<'_, Result<Vec<Person>, StorageError>>;

    /// The absences that matter in this week; others may be among them.
    fn absences(&self, week: Week) -> BoxFuture<'_, Result<Vec<Absence>, StorageError>>;
}

/// Persons and absences of one week.
#[derive(Clone, Debug, Default)]
pub struct Crew {
    /// Who works here.
    pub persons: BTreeMap<PersonId, Person>,
    /// When they are away.
    pub absences: Vec<Absence>,
}

impl Crew {
    /// Reads them.
    pub(in crate::timetable) async fn of(staff: &dyn Staff, week: Week) -> Result<Self, StorageError> {
        let persons = staff.persons().await?;
        let absences = staff.absences(week).await?;
        let persons = persons.into_iter().map(|person| (person.id.clone(), person)).collect();
        Ok(Self { persons, absences })
    }

    /// What edits are held against.
    #[must_use]
    pub fn ground<'a>(&'a self, config: &TimetableConfig) -> Ground<'a> {
        Ground {
            persons: &self.persons,
            absences: &self.absences,
            max_per_day: config.max_per_day,
            max_empty_lines: config.max_empty_lines,
            max_overload: config.max_overload,
        }
    }
}
