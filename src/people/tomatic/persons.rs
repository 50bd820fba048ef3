//! `persons.yaml`: eight maps by person. Read with what cannot be taken named, and written. Pure.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_saphyr::Spanned;

use super::yaml;
use crate::{
    model::{Facts, Person, PersonId},
    storage::Persons,
};

/// The group whose members may do everything there.
const ADMIN: &str = "admin";

type Given = BTreeMap<String, Spanned<Option<String>>>;

/// The file as it is read: values may be written as numbers or not.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Read {
    names: Option<Given>,
    extensions: Option<Given>,
    tables: Option<Given>,
    colors: Option<Given>,
    emails: Option<Given>,
    groups: Option<BTreeMap<String, Option<Vec<Spanned<String>>>>>,
    erpusers: Option<Given>,
    idealloads: Option<Given>,
}

/// The file as it is written, and what its route answers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct PersonsFile {
    names: BTreeMap<String, String>,
    extensions: BTreeMap<String, String>,
    tables: BTreeMap<String, i64>,
    colors: BTreeMap<String, String>,
    emails: BTreeMap<String, String>,
    groups: BTreeMap<String, Vec<String>>,
    erpusers: BTreeMap<String, String>,
    idealloads: BTreeMap<String, f64>,
}

/// Reads the file over who is known already: what the file knows nothing of (languages, telephone numbers, what a queue
/// rings) stays. Gives the persons of the file, and what of it could not be taken.
///
/// # Errors
/// It is no such file; with the line.
pub fn read(text: &str, known: &Persons) -> Result<(Vec<Person>, Vec<String>), String> {
    let file: Read = yaml::read(text)?;
    let mut faults = Vec::new();
    let mut persons = named(&file, known, &mut faults);
    for (field, given) in file.fields() {
        for (id, value) in given.into_iter().flatten() {
            let line = value.referenced.line();
            let Some(person) = PersonId::parse(id).ok().and_then(|id| persons.get_mut(&id)) else { continue };
            let Some(text) = value.value.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
                continue;
            };
            if let Err(why) = set(person, field, text) {
                faults.push(format!("line {line}: {field} of {id}: {why}"));
            }
        }
    }
    for (group, members) in file.groups.iter().flatten() {
        for member in members.iter().flatten() {
            match PersonId::parse(&member.value).ok().and_then(|id| persons.get_mut(&id)) {
                Some(person) => _ = person.groups.insert(group.clone()),
                None => faults.push(format!(
                    "line {}: {:?} in the group {group:?} is nobody",
                    member.referenced.line(),
                    member.value
                )),
            }
        }
    }
    for person in persons.values_mut().filter(|person| person.groups.contains(ADMIN)) {
        person.roles.insert(ADMIN.to_owned());
    }
    let persons = persons.into_values().collect();
    Ok((single(persons, known, &mut faults), faults))
}

impl Read {
    fn fields(&self) -> [(&'static str, Option<&Given>); 7] {
        [
            ("names", self.names.as_ref()),
            ("extensions", self.extensions.as_ref()),
            ("tables", self.tables.as_ref()),
            ("colors", self.colors.as_ref()),
            ("emails", self.emails.as_ref()),
            ("erpusers", self.erpusers.as_ref()),
            ("idealloads", self.idealloads.as_ref()),
        ]
    }
}

/// Everybody of whom the file says something, without what it says; who is only in a group is in it by mistake.
fn named(file: &Read, known: &Persons, faults: &mut Vec<String>) -> BTreeMap<PersonId, Person> {
    let mut persons = BTreeMap::new();
    let mut strange = BTreeSet::new();
    for (_, given) in file.fields() {
        for (id, value) in given.into_iter().flatten() {
            match PersonId::parse(id) {
                Ok(id) => {
                    let old = known.get(&id).cloned();
                    let blank = Person::new(id.clone());
                    let person = old.map_or(blank.clone(), |old| Person {
                        interface: old.interface,
                        phone: old.phone,
                        max_per_day: old.max_per_day,
                        languages: old.languages,
                        roles: old.roles,
                        ..blank
                    });
                    persons.entry(id).or_insert(person);
                }
                // Once is enough.
                Err(why) if strange.insert(id) => {
                    faults.push(format!("line {}: {why}", value.referenced.line()));
                }
                Err(_) => {}
            }
        }
    }
    persons
}

fn set(person: &mut Person, field: &str, text: &str) -> Result<(), String> {
    let mut changed = person.clone();
    let owned = text.to_owned();
    match field {
        "names" => changed.name = owned,
        "extensions" => changed.extension = Some(owned),
        "tables" => {
            // -1: no table.
            let table: i64 = text.parse().map_err(|_| format!("{text:?} is no number"))?;
            changed.table = u32::try_from(table).ok();
        }
        "colors" => changed.color = Some(format!("#{}", text.trim_start_matches('#').to_lowercase())),
        "emails" => changed.email = Some(owned),
        "erpusers" => changed.account = Some(owned),
        _ => changed.ideal_load = Some(text.parse().map_err(|_| format!("{text:?} is no number"))?),
    }
    // One field at a time, so that one that cannot be takes no other with it.
    *person = changed.checked().map_err(|(_, why)| why)?;
    Ok(())
}

/// Changes what the body of its route names, and nothing else: `name`, `extension`, `table`, `color`, `email`, `erpuser`,
/// `idealload` (null or empty takes them away), `groups` (all of them).
///
/// # Errors
/// A field that there is not, or that cannot be.
pub fn edit(person: &mut Person, fields: &Facts) -> Result<(), String> {
    for (name, value) in fields {
        if name == "groups" {
            let groups = value.as_array().map(|groups| groups.iter().filter_map(Value::as_str));
            let groups = groups.ok_or("groups: a list of names")?;
            person.groups = groups.map(str::to_owned).collect();
            continue;
        }
        let text = match value {
            Value::Null => String::new(),
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return Err(format!("{name}: a text or a number")),
        };
        let field = match name.as_str() {
            "name" => "names",
            "extension" => "extensions",
            "table" => "tables",
            "color" => "colors",
            "email" => "emails",
            "erpuser" => "erpusers",
            "idealload" => "idealloads",
            _ => return Err(format!("there is no field {name:?}")),
        };
        if !text.is_empty() {
            set(person, field, &text).map_err(|why| format!("{name}: {why}"))?;
            continue;
        }
        match name.as_str() {
            "name" => person.name = String::new(),
            "extension" => person.extension = None,
            "table" => person.table = None,
            "color" => person.color = None,
            "email" => person.email = None,
            "erpuser" => person.account = None,
            _ => person.ideal_load = None,
        }
    }
    Ok(())
}

/// An extension is one person's: who had it before keeps it, else the first in the file.
fn single(persons: Vec<Person>, known: &Persons, faults: &mut Vec<String>) -> Vec<Person> {
    let ids: BTreeSet<PersonId> = persons.iter().map(|person| person.id.clone()).collect();
    let others = known.values().filter(|person| !ids.contains(&person.id));
    let mut owners: BTreeMap<String, PersonId> = BTreeMap::new();
    for other in others {
        owners.extend(other.extension.clone().map(|extension| (extension, other.id.clone())));
    }
    let keep = |mut person: Person| {
        if let Some(extension) = person.extension.clone() {
            match owners.get(&extension) {
                Some(owner) => {
                    faults.push(format!(
                        "extensions of {}: {extension} is {owner}'s; {} is left without one",
                        person.id, person.id
                    ));
                    person.extension = None;
                }
                None => _ = owners.insert(extension, person.id.clone()),
            }
        }
        person
    };
    persons.into_iter().map(keep).collect()
}

impl PersonsFile {
    /// What the file says of these persons.
    pub fn of<'a>(persons: impl Iterator<Item = &'a Person>) -> Self {
        let mut file = Self::default();
        for person in persons {
            let id = || person.id.to_string();
            file.names.insert(id(), person.name.clone());
            file.tables.insert(id(), person.table.map_or(-1, i64::from));
            file.extensions.extend(person.extension.clone().map(|value| (id(), value)));
            let color = person.color.as_ref().map(|color| color.trim_start_matches('#').to_owned());
            file.colors.extend(color.map(|value| (id(), value)));
            file.emails.extend(person.email.clone().map(|value| (id(), value)));
            file.erpusers.extend(person.account.clone().map(|value| (id(), value)));
            file.idealloads.extend(person.ideal_load.map(|value| (id(), value)));
            for group in &person.groups {
                file.groups.entry(group.clone()).or_default().push(id());
            }
        }
        file
    }

    /// As text.
    #[must_use]
    pub fn write(&self) -> String {
        yaml::write(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "names:\n  anna: Àngels Çà 🎧\n  dalia: דליה\n  Zoe: x\nextensions:\n  anna: '0201'\n  dalia: 202\n\
        \x20 berta: 202\ntables:\n  anna: 1\n  dalia: -1\n  berta: x\ncolors:\n  anna: 00aaFF\n  dalia: 998877\n\
        emails:\n  anna: anna@example.com\n  berta: nobody\ngroups:\n  admin:\n  - anna\n  front desk:\n  - anna\n  \
        - dalia\n  - carla\nerpusers: {anna: aangels}\nidealloads:\n  anna: 8\n  dalia: null\n  berta: 2.5\n";

    #[test]
    fn what_is_good_is_read_and_the_rest_named_by_line() {
        let (persons, faults) = read(FILE, &Persons::new()).unwrap();
        let ids: Vec<&str> = persons.iter().map(|person| person.id.as_str()).collect();
        assert_eq!(ids, ["anna", "berta", "dalia"]);
        let anna = &persons[0];
        assert_eq!((anna.name.as_str(), anna.extension.as_deref()), ("Àngels Çà 🎧", Some("0201")));
        assert_eq!(
            (anna.color.as_deref(), anna.table, anna.ideal_load),
            (Some("#00aaff"), Some(1), Some(8.0))
        );
        assert!(anna.roles.contains("admin") && anna.groups.contains("front desk"));
        let dalia = &persons[2];
        assert_eq!(
            (dalia.name.as_str(), dalia.table, dalia.color.as_deref()),
            ("דליה", None, Some("#998877"))
        );
        let named = |words: &str| faults.iter().any(|fault| fault.contains(words));
        assert!(named("line 4: \"Zoe\" is no person's id"), "{faults:?}");
        assert!(
            named("tables of berta") && named("emails of berta") && named("line 25: \"carla\""),
            "{faults:?}"
        );
        assert!(named("extensions of dalia: 202 is berta's"), "{faults:?}");
        assert_eq!(faults.len(), 5, "{faults:?}");
    }

    #[test]
    fn written_and_read_it_is_the_same_and_what_the_file_knows_not_stays() {
        let (persons, _) = read(FILE, &Persons::new()).unwrap();
        let text = PersonsFile::of(persons.iter()).write();
        let mut known: Persons = persons.iter().map(|person| (person.id.clone(), person.clone())).collect();
        let (again, faults) = read(&text, &known).unwrap();
        assert_eq!((&again, faults), (&persons, Vec::new()), "{text}");
        assert_eq!(PersonsFile::of(again.iter()).write(), text);
        for person in known.values_mut() {
            person.languages = ["ca".to_owned()].into();
        }
        assert!(read(&text, &known).unwrap().0.iter().all(|person| person.languages.contains("ca")));
    }

    #[test]
    fn what_is_no_such_file_is_told() {
        assert!(read("names: [anna]\n", &Persons::new()).unwrap_err().contains("line 1"));
        assert_eq!(read("{}", &Persons::new()), Ok((Vec::new(), Vec::new())));
        assert_eq!(read("names:\ngroups:\n  empty:\n", &Persons::new()), Ok((Vec::new(), Vec::new())));
    }
}
