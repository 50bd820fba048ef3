//! Everybody, as last known: found by id, extension and what a queue rings.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    model::{Person, PersonId},
    storage::Persons,
};

/// Everybody at one moment.
#[derive(Debug, Default)]
pub struct Roster {
    /// The store's count of changes that this knows all of.
    pub(super) revision: i64,
    persons: Persons,
    by_extension: HashMap<String, PersonId>,
    by_interface: HashMap<String, PersonId>,
}

impl Roster {
    /// One that was never read: whatever the store has, it is another one.
    pub(super) fn unread() -> Self {
        Self { revision: -1, ..Self::default() }
    }

    /// Of these persons.
    #[must_use]
    pub fn new(persons: Persons, revision: i64) -> Self {
        let keyed = |key: fn(&Person) -> Option<String>| {
            persons.values().filter_map(|person| Some((key(person)?, person.id.clone()))).collect()
        };
        let by_extension = keyed(|person| person.extension.clone());
        let by_interface = keyed(Person::member_interface);
        Self { revision, persons, by_extension, by_interface }
    }

    /// Everybody, in the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &Person> {
        self.persons.values()
    }

    /// Everybody by their ids.
    #[must_use]
    pub fn persons(&self) -> &Persons {
        &self.persons
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.persons.len()
    }

    /// Whether there is nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty()
    }

    /// The person of this id.
    #[must_use]
    pub fn get(&self, id: &PersonId) -> Option<&Person> {
        self.persons.get(id)
    }

    /// Whose extension it is.
    #[must_use]
    pub fn by_extension(&self, extension: &str) -> Option<&Person> {
        self.get(self.by_extension.get(extension)?)
    }

    /// Whom a queue rings there: `PJSIP/201`.
    #[must_use]
    pub fn by_interface(&self, interface: &str) -> Option<&Person> {
        self.get(self.by_interface.get(interface)?)
    }

    /// Each group's members.
    #[must_use]
    pub fn groups(&self) -> BTreeMap<&str, BTreeSet<&PersonId>> {
        let mut groups: BTreeMap<&str, BTreeSet<&PersonId>> = BTreeMap::new();
        for person in self.iter() {
            for group in &person.groups {
                groups.entry(group).or_default().insert(&person.id);
            }
        }
        groups
    }
}
