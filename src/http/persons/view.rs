//! A person as the API shows and takes them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{Person, PersonId};

/// Someone who works here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Person)]
pub(in crate::http) struct PersonView {
    #[schema(example = "anna")]
    id: String,
    /// What people read.
    #[schema(example = "Anna Pons")]
    name: String,
    /// The telephone's extension; `null`: cannot be in a queue. No two persons have the same.
    #[schema(example = "201")]
    extension: Option<String>,
    /// What the queue rings; `null`: `PJSIP/` and the extension. No two persons have the same.
    interface: Option<String>,
    /// For messages.
    email: Option<String>,
    /// For messages by call or SMS, as E.164.
    phone: Option<String>,
    /// `#rrggbb`
    #[schema(example = "#aa33ff")]
    color: Option<String>,
    /// The desk's table in the room: persons of one table disturb each other.
    table: Option<u32>,
    /// Groups, by name.
    #[schema(example = json!(["support"]))]
    groups: Vec<String>,
    /// Shifts in a whole week of work; `null`: takes no part in the timetable.
    ideal_load: Option<f64>,
    /// Shifts in a day at most; `null`: the timetable's own limit.
    max_per_day: Option<u32>,
    /// Languages spoken, as `en`, `ca`.
    languages: Vec<String>,
    /// Roles, as `admin`, `supervisor`.
    roles: Vec<String>,
    /// The name in another system.
    account: Option<String>,
}

/// A person's new content; what is left out is taken away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = PersonPut)]
#[serde(deny_unknown_fields, default)]
pub(in crate::http) struct PersonBody {
    /// What people read; without it, the id with a capital.
    #[schema(example = "Anna Pons")]
    name: String,
    /// 1 to 40 of A-Z a-z 0-9 _ - + * #; nobody else's.
    #[schema(example = "201")]
    extension: Option<String>,
    /// What the queue rings, if not `PJSIP/` and the extension: `Local/201@desks/n`.
    interface: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    /// `#rrggbb`
    color: Option<String>,
    table: Option<u32>,
    groups: Vec<String>,
    /// 0 to 100.
    ideal_load: Option<f64>,
    /// 0 to 96.
    max_per_day: Option<u32>,
    languages: Vec<String>,
    roles: Vec<String>,
    account: Option<String>,
}

impl PersonBody {
    /// The person, as it was sent.
    pub(super) fn person(self, id: PersonId) -> Person {
        Person {
            id,
            name: self.name,
            extension: self.extension,
            interface: self.interface,
            email: self.email,
            phone: self.phone,
            color: self.color,
            table: self.table,
            groups: self.groups.into_iter().collect(),
            ideal_load: self.ideal_load,
            max_per_day: self.max_per_day,
            languages: self.languages.into_iter().collect(),
            roles: self.roles.into_iter().collect(),
            account: self.account,
        }
    }
}

impl From<&Person> for PersonView {
    fn from(person: &Person) -> Self {
        let person = person.clone();
        Self {
            id: person.id.into(),
            name: person.name,
            extension: person.extension,
            interface: person.interface,
            email: person.email,
            phone: person.phone,
            color: person.color,
            table: person.table,
            groups: person.groups.into_iter().collect(),
            ideal_load: person.ideal_load,
            max_per_day: person.max_per_day,
            languages: person.languages.into_iter().collect(),
            roles: person.roles.into_iter().collect(),
            account: person.account,
        }
    }
}
