//! Contacts out of a table that somebody exported: `id`, `name` and numbers by their names, the rest are facts. Pure.

use std::io::Read;

use serde_json::{Map, Value};

use super::fields::Reader;
use crate::{
    config::{ContactFieldsConfig, ItemFieldsConfig},
    model::{Contact, Country, clean},
};

/// Contacts of one table at most.
const MOST: usize = 200_000;
/// Longest id.
const LONGEST_ID: usize = 128;
/// What columns are called that are no facts.
const ID: [&str; 1] = ["id"];
const NAME: [&str; 1] = ["name"];
const NUMBERS: [&str; 6] = ["number", "numbers", "phone", "phones", "mobile", "telephone"];
const ALERTS: [&str; 2] = ["alert", "alerts"];
const NOTES: [&str; 2] = ["note", "notes"];
const ITEM: [&str; 3] = ["item", "item_kind", "item_label"];

/// Reads a table with a line of column names: `id` (needed), `name`, `number` (also `numbers`, `phone`, `mobile` ..; several
/// with spaces or `;` between are several only in separate columns), `alert`, `note`, `item` with `item_kind` and
/// `item_label`; every other column is a fact of that label. Rows of one id are one contact. The delimiter is what the
/// first line has more of, `,` or `;`.
///
/// # Errors
/// The line that cannot be read, and why. Then nothing of it should be stored.
pub fn import(mut input: impl Read, country: Option<Country>) -> Result<Vec<Contact>, String> {
    let mut text = String::new();
    input.read_to_string(&mut text).map_err(|error| format!("not a text in UTF-8: {error}"))?;
    let text = text.trim_start_matches('\u{feff}');
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.matches(';').count() > first.matches(',').count() { b';' } else { b',' };
    let mut rows =
        csv::ReaderBuilder::new().delimiter(delimiter).trim(csv::Trim::All).from_reader(text.as_bytes());
    let columns: Vec<String> =
        rows.headers().map_err(|error| error.to_string())?.iter().map(str::to_owned).collect();
    let reader = Reader { source: "own".to_owned(), country, fields: Some(meaning(&columns)?) };
    let mut contacts: indexmap::IndexMap<String, Contact> = indexmap::IndexMap::new();
    for row in rows.records() {
        let row = row.map_err(|error| error.to_string())?;
        let line = row.position().map(csv::Position::line).unwrap_or_default();
        let values = columns.iter().cloned().zip(row.iter().map(Value::from));
        let contact = reader.record(Value::Object(values.collect::<Map<_, _>>()), None)?;
        let Some(contact) = contact.map(Contact::cleaned) else { continue };
        if contact.id.chars().count() > LONGEST_ID || contact.id != clean(&contact.id, LONGEST_ID) {
            return Err(format!("line {line}: an id has 1 to {LONGEST_ID} printable characters"));
        }
        if let Some(known) = contacts.get_mut(&contact.id) {
            *known = std::mem::take(known).merged(contact);
        } else if contacts.len() < MOST {
            contacts.insert(contact.id.clone(), contact);
        } else {
            return Err(format!("line {line}: more than {MOST} contacts"));
        }
    }
    Ok(contacts.into_values().collect())
}

/// What the columns mean by their names.
fn meaning(columns: &[String]) -> Result<ContactFieldsConfig, String> {
    let among = |names: &[&str]| -> Vec<String> {
        columns.iter().filter(|column| names.contains(&column.to_lowercase().as_str())).cloned().collect()
    };
    let known = [&ID[..], &NAME, &NUMBERS, &ALERTS, &NOTES, &ITEM].concat();
    let facts = columns.iter().filter(|column| !known.contains(&column.to_lowercase().as_str()));
    let id = among(&ID).into_iter().next();
    if id.is_none() {
        return Err(format!("line 1: there is no column \"id\"; there are: {}", columns.join(", ")));
    }
    let one = |name: &str| among(&[name]).into_iter().next();
    let items = one("item").map(|id| ItemFieldsConfig {
        kind: "item".to_owned(),
        list: None,
        id,
        label: one("item_label"),
        facts: indexmap::IndexMap::new(),
    });
    Ok(ContactFieldsConfig {
        id,
        name: among(&NAME),
        numbers: among(&NUMBERS),
        facts: facts.map(|column| (column.clone(), column.clone())).collect(),
        alerts: among(&ALERTS),
        notes: among(&NOTES),
        items: items.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Contact>, String> {
        import(text.as_bytes(), "ES".parse().ok())
    }

    #[test]
    fn columns_by_their_names() {
        let contacts = read(
            "\u{feff}ID;Name;Phone;Mobile;City;Item;Alert\n1;\"Pons, Anna\";600000001;600000002;Girona;A-1;unpaid\n\
             1;;;;;A-2;\n2;Berta;;;;;\n",
        )
        .unwrap();
        assert_eq!(contacts.len(), 2);
        let anna = &contacts[0];
        assert_eq!((anna.id.as_str(), anna.name.as_str(), anna.numbers.len()), ("1", "Pons, Anna", 2));
        assert_eq!((&anna.facts["City"], anna.items.len(), anna.alerts.len()), (&"Girona".into(), 2, 1));
        assert_eq!((contacts[1].name.as_str(), contacts[1].facts.len()), ("Berta", 0));
    }

    #[test]
    fn what_is_broken_is_told_by_its_line() {
        let told = |text| read(text).unwrap_err();
        assert!(told("name,phone\nAnna,1\n").contains("no column \"id\""));
        assert!(told("id,name\n1\n").contains("line: 2"), "{}", told("id,name\n1\n"));
        assert!(told(&format!("id,name\n{},A\n", "x".repeat(150))).starts_with("line 2"));
        assert!(import(&b"id,name\n1,\xff\n"[..], None).is_err());
        assert_eq!(read("id,name\n"), Ok(Vec::new()));
    }
}
