//! What becomes of everybody when somebody is stored, grouped or deleted. Pure.

use std::collections::{BTreeMap, BTreeSet};

use super::PeopleError;
use crate::{
    model::{Person, PersonId, clean},
    storage::{PeopleChange, Persons},
};

/// Persons at most: they are held in memory and planned together.
const MOST: usize = 5000;
/// Groups of one person at most.
const MOST_GROUPS: usize = 64;
/// The role of those who are not deleted.
const ADMIN: &str = "admin";
/// Longest name of a group, in characters.
const LONGEST_GROUP: usize = 200;

/// Stores these persons, each in the place of what was there; of those who are stored together, extensions may be
/// exchanged.
pub(super) fn put(known: &Persons, persons: Vec<Person>) -> Result<PeopleChange, PeopleError> {
    let mut checked = BTreeMap::new();
    for person in persons {
        let id = person.id.clone();
        let person = person.checked().map_err(|(field, why)| PeopleError::field(field, why))?;
        if person.groups.len() > MOST_GROUPS {
            return Err(PeopleError::field("groups", format!("at most {MOST_GROUPS} of them")));
        }
        checked.insert(id, person);
    }
    if known.len() + checked.keys().filter(|id| !known.contains_key(id)).count() > MOST {
        return Err(PeopleError::field("id", format!("at most {MOST} persons are kept: delete some")));
    }
    let others = known.iter().filter(|(id, _)| !checked.contains_key(id)).map(|(_, person)| person);
    let all: Vec<&Person> = others.chain(checked.values()).collect();
    single(&all, "extension", |person| person.extension.clone())?;
    single(&all, "interface", Person::member_interface)?;
    Ok(PeopleChange { put: checked.into_values().collect(), ..PeopleChange::default() })
}

/// No two have the same; who had it before keeps it.
fn single(
    all: &[&Person],
    field: &'static str,
    value: impl Fn(&Person) -> Option<String>,
) -> Result<(), PeopleError> {
    let mut owners: BTreeMap<String, &Person> = BTreeMap::new();
    for person in all {
        let Some(value) = value(person) else { continue };
        if let Some(owner) = owners.get(&value) {
            let (person, name) = (owner.id.clone(), owner.name.clone());
            return Err(PeopleError::Taken { field, value, person, name });
        }
        owners.insert(value, person);
    }
    Ok(())
}

/// Deletes somebody, and their absences. Who administers is not deleted by a slip.
pub(super) fn delete(known: &Persons, id: &PersonId) -> Result<PeopleChange, PeopleError> {
    let Some(person) = known.get(id) else { return Ok(PeopleChange::default()) };
    if person.roles.contains(ADMIN) {
        return Err(PeopleError::Admin(id.clone()));
    }
    Ok(PeopleChange { delete: vec![id.clone()], ..PeopleChange::default() })
}

/// Adds persons to groups and takes them out of others.
pub(super) fn regroup(
    known: &Persons,
    persons: &BTreeSet<PersonId>,
    add: &BTreeSet<String>,
    remove: &BTreeSet<String>,
) -> Result<PeopleChange, PeopleError> {
    let add = add.iter().map(|name| group("add", name)).collect::<Result<BTreeSet<_>, _>>()?;
    let mut put = Vec::new();
    for id in persons {
        let mut person = known.get(id).ok_or_else(|| PeopleError::NoPerson(id.clone()))?.clone();
        person.groups.retain(|group| !remove.contains(group));
        person.groups.extend(add.iter().cloned());
        put.push(person);
    }
    self::put(known, put)
}

/// Gives a group another name, in its members and its absences.
pub(super) fn rename(known: &Persons, old: &str, new: &str) -> Result<PeopleChange, PeopleError> {
    let new = group("name", new)?;
    if new == old {
        members(known, old)?;
        return Ok(PeopleChange::default());
    }
    if known.values().any(|person| person.groups.contains(&new)) {
        return Err(PeopleError::GroupThere(new));
    }
    let mut change = drop(known, old)?;
    for person in &mut change.put {
        person.groups.insert(new.clone());
    }
    change.groups = vec![(old.to_owned(), Some(new))];
    Ok(change)
}

/// Takes everybody out of a group, whose absences go with it.
pub(super) fn drop(known: &Persons, old: &str) -> Result<PeopleChange, PeopleError> {
    let mut put = members(known, old)?;
    for person in &mut put {
        person.groups.remove(old);
    }
    Ok(PeopleChange { put, groups: vec![(old.to_owned(), None)], ..PeopleChange::default() })
}

fn members(known: &Persons, name: &str) -> Result<Vec<Person>, PeopleError> {
    let members: Vec<Person> =
        known.values().filter(|person| person.groups.contains(name)).cloned().collect();
    if members.is_empty() { Err(PeopleError::NoGroup(name.to_owned())) } else { Ok(members) }
}

fn group(field: &str, name: &str) -> Result<String, PeopleError> {
    let plain = clean(name, LONGEST_GROUP);
    if plain.is_empty() {
        return Err(PeopleError::field(field, "a group's name has 1 to 200 printable characters"));
    }
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(id: &str, extension: Option<&str>, groups: &[&str]) -> Person {
        Person {
            extension: extension.map(str::to_owned),
            groups: groups.iter().map(ToString::to_string).collect(),
            ..Person::new(PersonId::parse(id).unwrap())
        }
    }

    fn known(persons: &[Person]) -> Persons {
        persons.iter().map(|person| (person.id.clone(), person.clone())).collect()
    }

    fn set(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_extension_is_somebodys_and_can_be_exchanged() {
        let known = known(&[person("anna", Some("201"), &[]), person("berta", Some("202"), &[])]);
        let taken = put(&known, vec![person("carla", Some("201"), &[])]).unwrap_err();
        assert_eq!(
            taken.to_string(),
            "extension: 201 is Anna's (anna); take it from there first",
            "whose it is, is told"
        );
        let local = Person { interface: Some("PJSIP/202".into()), ..person("carla", None, &[]) };
        assert!(matches!(
            put(&known, vec![local]).unwrap_err(),
            PeopleError::Taken { field: "interface", .. }
        ));
        let swapped = vec![person("anna", Some("202"), &[]), person("berta", Some("201"), &[])];
        assert_eq!(put(&known, swapped).unwrap().put.len(), 2);
        assert!(put(&known, vec![person("anna", Some("201"), &[])]).is_ok(), "one's own");
        let bad = put(&known, vec![person("carla", Some("2 1"), &[])]).unwrap_err();
        assert!(matches!(bad, PeopleError::Field { field, .. } if field == "extension"));
    }

    #[test]
    fn who_administers_is_not_deleted_by_a_slip() {
        let boss = Person { roles: set(&["admin"]), ..person("boss", None, &[]) };
        let known = known(&[boss.clone(), person("anna", None, &[])]);
        assert_eq!(delete(&known, &boss.id), Err(PeopleError::Admin(boss.id.clone())));
        let anna = PersonId::parse("anna").unwrap();
        assert_eq!(delete(&known, &anna).unwrap().delete, [anna]);
        assert!(delete(&known, &PersonId::parse("zoe").unwrap()).unwrap().is_empty());
    }

    #[test]
    fn groups_in_bulk() {
        let known = known(&[person("anna", None, &["a", "b"]), person("berta", None, &["b"])]);
        let both = known.keys().cloned().collect();
        let change = regroup(&known, &both, &set(&["c", " c "]), &set(&["b"])).unwrap();
        let groups: Vec<_> = change.put.iter().map(|person| person.groups.clone()).collect();
        assert_eq!(groups, [set(&["a", "c"]), set(&["c"])]);
        let nobody = [PersonId::parse("zoe").unwrap()].into();
        assert!(matches!(regroup(&known, &nobody, &set(&["c"]), &set(&[])), Err(PeopleError::NoPerson(_))));
        assert!(regroup(&known, &both, &set(&["\n"]), &set(&[])).is_err());
    }

    #[test]
    fn a_group_is_renamed_and_deleted() {
        let known = known(&[person("anna", None, &["a", "b"]), person("berta", None, &["b"])]);
        let change = rename(&known, "b", "c").unwrap();
        assert_eq!(change.groups, [("b".to_owned(), Some("c".to_owned()))]);
        assert_eq!(change.put[0].groups, set(&["a", "c"]));
        assert_eq!(rename(&known, "b", "a"), Err(PeopleError::GroupThere("a".into())));
        assert_eq!(rename(&known, "b", "b"), Ok(PeopleChange::default()));
        let change = drop(&known, "b").unwrap();
        assert_eq!((change.put.len(), change.put[1].groups.len()), (2, 0));
        assert_eq!(drop(&known, "z"), Err(PeopleError::NoGroup("z".into())));
    }
}
