//! A source's records as contacts, by what its columns mean. Pure.

use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    config::{ContactFieldsConfig, ItemFieldsConfig},
    model::{Contact, Country, Facts, Item, PhoneNumber},
};

/// Contacts of one answer at most.
pub(super) const MOST_CONTACTS: usize = 50;
/// Bytes of one contact at most.
const MOST_BYTES: usize = 64 * 1024;

/// Reads the records of one source.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    /// The source's name.
    pub(super) source: String,
    /// Whose rules read its numbers.
    pub(super) country: Option<Country>,
    /// None: it speaks our own shape.
    pub(super) fields: Option<ContactFieldsConfig>,
}

/// Our own shape, as it comes from outside.
#[derive(Deserialize)]
struct Ours {
    id: Value,
    #[serde(default)]
    name: String,
    #[serde(default)]
    numbers: Vec<String>,
    #[serde(default)]
    facts: Facts,
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    alerts: Vec<String>,
    #[serde(default)]
    notes: Vec<String>,
}

impl Reader {
    /// The contacts of an answer in JSON, which is a contact, a list of them, or `null`; `list` is the path to them.
    /// `asked` is the number that was looked up: a contact without numbers of its own has it.
    pub(super) fn json(
        &self,
        body: &[u8],
        list: Option<&str>,
        asked: Option<&PhoneNumber>,
    ) -> Result<Vec<Contact>, String> {
        let whole: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        let records = match list {
            Some(path) => at(&whole, path).ok_or_else(|| format!("there is no {path:?} in it"))?.clone(),
            None => whole,
        };
        match records {
            Value::Null => Ok(Vec::new()),
            Value::Object(record) if record.is_empty() => Ok(Vec::new()),
            record @ Value::Object(_) => self.records([record], asked),
            Value::Array(records) => self.records(records, asked),
            _ => Err("neither an object nor a list".to_owned()),
        }
    }

    /// The contacts of these records; those of one id are one contact.
    pub(super) fn records(
        &self,
        records: impl IntoIterator<Item = Value>,
        asked: Option<&PhoneNumber>,
    ) -> Result<Vec<Contact>, String> {
        let mut contacts: IndexMap<String, Contact> = IndexMap::new();
        for (place, record) in records.into_iter().enumerate() {
            let read = self.record(record, asked).map_err(|why| format!("record {place}: {why}"))?;
            let Some(contact) = read else { continue };
            if let Some(known) = contacts.get_mut(&contact.id) {
                *known = std::mem::take(known).merged(contact);
            } else if contacts.len() < MOST_CONTACTS {
                contacts.insert(contact.id.clone(), contact);
            }
        }
        Ok(contacts.into_values().map(|contact| contact.cleaned().within(MOST_BYTES)).collect())
    }

    /// One record; `None` if it tells nothing.
    pub(super) fn record(
        &self,
        record: Value,
        asked: Option<&PhoneNumber>,
    ) -> Result<Option<Contact>, String> {
        if !record.is_object() {
            return Err("it is no object".to_owned());
        }
        let mut contact = match &self.fields {
            Some(fields) => self.by_fields(fields, &record),
            None => self.ours(record)?,
        };
        if contact.numbers.is_empty() {
            contact.numbers.extend(asked.cloned());
        }
        if contact.id.is_empty() {
            contact.id = contact.numbers.first().map(ToString::to_string).unwrap_or_default();
        }
        let tells = !(contact.id.is_empty() || contact.name.is_empty() && contact.items.is_empty())
            || !contact.facts.is_empty();
        contact.source.clone_from(&self.source);
        Ok(tells.then_some(contact))
    }

    fn ours(&self, record: Value) -> Result<Contact, String> {
        let ours: Ours = serde_json::from_value(record).map_err(|error| error.to_string())?;
        Ok(Contact {
            id: text(&ours.id).unwrap_or_default(),
            name: ours.name,
            numbers: self.numbers(&ours.numbers),
            facts: ours.facts,
            items: ours.items,
            alerts: ours.alerts,
            notes: ours.notes,
            source: String::new(),
        })
    }

    fn by_fields(&self, fields: &ContactFieldsConfig, record: &Value) -> Contact {
        let all = |paths: &[String]| -> Vec<String> {
            paths.iter().filter_map(|path| at(record, path)).flat_map(texts).collect()
        };
        let id = fields.id.as_deref().and_then(|path| at(record, path)).and_then(text);
        Contact {
            id: id.unwrap_or_default(),
            name: all(&fields.name).join(" "),
            numbers: self.numbers(&all(&fields.numbers)),
            facts: labelled(&fields.facts, record),
            items: fields.items.iter().flat_map(|item| items(item, record)).collect(),
            alerts: all(&fields.alerts),
            notes: all(&fields.notes),
            source: String::new(),
        }
    }

    /// Those that are numbers, each once: one that is none is no reason not to know the contact.
    fn numbers(&self, texts: &[String]) -> Vec<PhoneNumber> {
        let mut numbers: Vec<PhoneNumber> = Vec::new();
        for number in texts.iter().filter_map(|text| PhoneNumber::parse(text, self.country).ok()) {
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        numbers
    }
}

fn items(fields: &ItemFieldsConfig, record: &Value) -> Vec<Item> {
    let one = |record: &Value| {
        let value = |path: &str| at(record, path).and_then(text);
        Some(Item {
            kind: fields.kind.clone(),
            id: value(&fields.id)?,
            label: fields.label.as_deref().and_then(value).unwrap_or_default(),
            facts: labelled(&fields.facts, record),
        })
    };
    match fields.list.as_deref() {
        Some(list) => match at(record, list) {
            Some(Value::Array(records)) => records.iter().filter_map(one).collect(),
            _ => Vec::new(),
        },
        None => one(record).into_iter().collect(),
    }
}

fn labelled(facts: &IndexMap<String, String>, record: &Value) -> Facts {
    let found = facts.iter().filter_map(|(label, path)| Some((label.clone(), at(record, path)?.clone())));
    found.filter(|(_, value)| !(value.is_null() || value.as_str().is_some_and(str::is_empty))).collect()
}

/// A column by its name, or a value by its path (`addresses.0.city`).
fn at<'v>(record: &'v Value, path: &str) -> Option<&'v Value> {
    let step = |value: &'v Value, key: &str| match value {
        Value::Array(values) => values.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    };
    record.get(path).or_else(|| path.split('.').try_fold(record, step))
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(text).collect(),
        other => text(other).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reader(fields: Option<Value>) -> Reader {
        let fields = fields.map(|fields| serde_json::from_value(fields).unwrap());
        Reader { source: "crm".to_owned(), country: "ES".parse().ok(), fields }
    }

    fn columns() -> Value {
        json!({"id": "no", "name": ["first", "last"], "numbers": ["phone", "phones"], "facts": {"City": "address.city"},
            "alerts": ["warning"], "items": [
                {"kind": "order", "list": "orders", "id": "number", "label": "title", "facts": {"Total": "total"}},
                {"kind": "contract", "id": "contract_no"}]})
    }

    #[test]
    fn columns_and_paths() {
        let record = json!({"no": 7, "first": "Anna", "last": "Pons", "phone": "600 000 001",
            "phones": ["+34600000001", "rubbish", "600000002"], "address": {"city": "Girona"}, "warning": "",
            "orders": [{"number": "A-1", "title": "Taxi", "total": 12.5}, {"title": "no id"}], "contract_no": "C-1"});
        let contacts = reader(Some(columns())).records([record], None).unwrap();
        let anna = &contacts[0];
        assert_eq!((anna.id.as_str(), anna.name.as_str(), anna.source.as_str()), ("7", "Anna Pons", "crm"));
        let numbers: Vec<_> = anna.numbers.iter().map(PhoneNumber::as_str).collect();
        assert_eq!(numbers, ["+34600000001", "+34600000002"]);
        assert_eq!(anna.facts, *json!({"City": "Girona"}).as_object().unwrap());
        let items: Vec<_> = anna.items.iter().map(|item| format!("{} {}", item.kind, item.id)).collect();
        assert_eq!(items, ["order A-1", "contract C-1"]);
        assert_eq!((anna.items[0].facts["Total"].clone(), anna.alerts.len()), (json!(12.5), 0));
    }

    #[test]
    fn rows_of_one_id_are_one_contact() {
        let row = |order: &str| json!({"no": "1", "first": "Anna", "contract_no": order});
        let contacts = reader(Some(columns())).records([row("A"), row("B"), row("A")], None).unwrap();
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0].items.len(), 2);
        assert_eq!(contacts[0].source, "crm");
    }

    #[test]
    fn our_own_shape() {
        let asked = PhoneNumber::parse("+34600000009", None).unwrap();
        let read = |text: &str| reader(None).json(text.as_bytes(), None, Some(&asked));
        for nobody in ["null", "[]", "{}", " [ ] ", r#"{"id": "1"}"#] {
            assert_eq!(read(nobody), Ok(Vec::new()), "{nobody}");
        }
        let anna = r#"{"id": 1, "name": "Anna", "more": true}"#;
        assert_eq!(read(anna).unwrap(), read(&format!("[{anna}]")).unwrap());
        assert_eq!(read(anna).unwrap()[0].numbers, std::slice::from_ref(&asked));
        let listed = reader(None).json(
            br#"{"data": {"people": [{"id": "1", "name": "A"}]}}"#,
            Some("data.people"),
            None,
        );
        assert_eq!(listed.unwrap().len(), 1);
    }

    #[test]
    fn lies_are_told() {
        for bad in ["", "<html>", "1", "\"x\"", "[1]", r#"{"name": "no id"}"#, r#"{"id": 1, "items": 5}"#] {
            assert!(reader(None).json(bad.as_bytes(), None, None).is_err(), "{bad}");
        }
        assert!(reader(None).json(b"{}", Some("data"), None).is_err());
        let many: Vec<Value> = (0..500).map(|n| json!({"id": n, "name": "x".repeat(9_000)})).collect();
        let contacts = reader(None).records(many, None).unwrap();
        assert_eq!((contacts.len(), contacts[0].name.len()), (MOST_CONTACTS, 200));
    }
}
