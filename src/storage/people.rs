//! Persons: few enough to be read whole, changed in one transaction by whoever has seen all of them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{
    StorageError, Store, absences, codec,
    pool::{Tx, args, rows},
};
use crate::model::{Person, PersonId, Who};

/// All persons by their ids.
pub type Persons = BTreeMap<PersonId, Person>;

/// What is to become of persons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PeopleChange {
    /// Stored, each in the place of what was there.
    pub put: Vec<Person>,
    /// Deleted, and their absences with them.
    pub delete: Vec<PersonId>,
    /// Groups whose absences become another's; none: are deleted.
    pub groups: Vec<(String, Option<String>)>,
}

rows! {
    /// A row of `persons`.
    struct PersonRow { person: String }
}

const ALL: &str = "SELECT person FROM persons";
const PUT: &str = "INSERT INTO persons (id, person, updated_at) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET person = excluded.person, updated_at = excluded.updated_at";

fn read(rows: Vec<PersonRow>) -> Result<Persons, StorageError> {
    let person = |row: PersonRow| {
        let person: Person = codec::from_json(&row.person)?;
        Ok((person.id.clone(), person))
    };
    rows.into_iter().map(person).collect()
}

impl PeopleChange {
    /// Without what is so already.
    fn against(mut self, known: &Persons) -> Self {
        self.put.retain(|person| known.get(&person.id) != Some(person));
        self.delete.retain(|id| known.contains_key(id));
        self
    }

    /// Whether nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.put.is_empty() && self.delete.is_empty() && self.groups.is_empty()
    }
}

impl Store {
    /// Everybody, and the count of changes of which this knows all.
    pub async fn persons(&self) -> Result<(Persons, i64), StorageError> {
        // The count is read first: what changes meanwhile may be among them, and will be read again.
        let revision = self.people_revision().await?;
        self.within(async { Ok((read(self.pool.fetch(ALL, args![]).await?)?, revision)) }).await
    }

    /// How often persons have changed.
    pub async fn people_revision(&self) -> Result<i64, StorageError> {
        self.within(async {
            let rows: Vec<(i64,)> = self.pool.fetch("SELECT number FROM people_revision", args![]).await?;
            number(&rows)
        })
        .await
    }

    /// Does what `plan` makes of everybody, in one transaction in which nobody else changes persons; what the plan
    /// refuses changes nothing. Gives what did change.
    pub async fn change_people<E: Send>(
        &self,
        now: Timestamp,
        plan: impl FnOnce(&Persons) -> Result<PeopleChange, E> + Send,
    ) -> Result<Result<PeopleChange, E>, StorageError> {
        self.within(async {
            let mut tx = self.pool.begin().await?;
            tx.lock("people").await?;
            let known = read(tx.fetch(ALL, args![]).await?)?;
            let change = match plan(&known) {
                Ok(change) => change.against(&known),
                Err(error) => {
                    tx.roll_back().await?;
                    return Ok(Err(error));
                }
            };
            if change.is_empty() {
                tx.roll_back().await?;
                return Ok(Ok(change));
            }
            write(&mut tx, &change, now).await?;
            tx.commit().await?;
            Ok(Ok(change))
        })
        .await
    }
}

async fn write(tx: &mut Tx, change: &PeopleChange, now: Timestamp) -> Result<(), StorageError> {
    for person in &change.put {
        tx.execute(PUT, args![person.id.as_str(), codec::json(person)?, now]).await?;
    }
    for id in &change.delete {
        tx.execute("DELETE FROM persons WHERE id = $1", args![id.as_str()]).await?;
        let who = absences::who_text(&Who::Person(id.clone()));
        tx.execute("DELETE FROM absences WHERE who = $1", args![who]).await?;
    }
    for (group, now_named) in &change.groups {
        let old = absences::who_text(&Who::Group(group.clone()));
        match now_named {
            Some(name) => {
                let new = absences::who_text(&Who::Group(name.clone()));
                let sql = "UPDATE absences SET who = $2, updated_at = $3 WHERE who = $1";
                tx.execute(sql, args![old, new, now]).await?;
            }
            None => _ = tx.execute("DELETE FROM absences WHERE who = $1", args![old]).await?,
        }
    }
    let sql = "UPDATE people_revision SET number = number + 1 RETURNING number";
    number(&tx.fetch(sql, args![]).await?).map(|_| ())
}

fn number(rows: &[(i64,)]) -> Result<i64, StorageError> {
    rows.first().map(|row| row.0).ok_or_else(|| StorageError::Corrupt("people_revision is empty".to_owned()))
}
