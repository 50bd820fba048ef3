//! What a sender says of a contact, checked and made into one. Pure.

use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::problem::Problem,
    model::{Contact, Country, Facts, Item, PhoneNumber},
};

/// Of each list at most.
const MOST: usize = 64;
/// Bytes of a contact at most, as JSON.
const MOST_BYTES: usize = 64 * 1024;

/// A contact's new content.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ContactPut)]
#[serde(deny_unknown_fields)]
pub(super) struct ContactBody {
    /// 1 to 200 characters.
    #[schema(example = "Anna Pons")]
    name: String,
    /// At most 64; read by the configured country's rules.
    #[serde(default)]
    #[schema(max_items = 64, example = json!(["600 00 00 01"]))]
    numbers: Vec<String>,
    /// Labelled facts.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"City": "Girona"}))]
    facts: Facts,
    /// What they may call about, at most 64.
    #[serde(default)]
    #[schema(max_items = 64)]
    items: Vec<ItemBody>,
    /// What whoever answers must know first.
    #[serde(default)]
    #[schema(max_items = 64)]
    alerts: Vec<String>,
    /// Remarks.
    #[serde(default)]
    #[schema(max_items = 64)]
    notes: Vec<String>,
}

/// Something that a contact may call about.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ContactItemPut)]
#[serde(deny_unknown_fields)]
pub(super) struct ItemBody {
    #[schema(example = "order")]
    kind: String,
    #[schema(example = "A-1001")]
    id: String,
    /// One line for people.
    #[serde(default)]
    label: String,
    /// Labelled facts.
    #[serde(default)]
    #[schema(value_type = Object)]
    facts: Facts,
}

impl ContactBody {
    /// The contact to store, or what is wrong with it.
    pub(super) fn contact(self, id: String, country: Option<Country>) -> Result<Contact, Problem> {
        let lists = [
            ("numbers", self.numbers.len()),
            ("items", self.items.len()),
            ("alerts", self.alerts.len()),
            ("notes", self.notes.len()),
            ("facts", self.facts.len()),
        ];
        if let Some((list, _)) = lists.iter().find(|(_, length)| *length > MOST) {
            return Err(Problem::field(*list, format!("at most {MOST} of them")));
        }
        let mut numbers = Vec::with_capacity(self.numbers.len());
        for (place, text) in self.numbers.iter().enumerate() {
            let number = PhoneNumber::parse(text, country)
                .map_err(|error| Problem::field(format!("numbers[{place}]"), error.to_string()))?;
            if !numbers.contains(&number) {
                numbers.push(number);
            }
        }
        if let Some(place) = self.items.iter().position(|item| item.id.is_empty() || item.kind.is_empty()) {
            return Err(Problem::field(format!("items[{place}]"), "an item has a kind and an id"));
        }
        let item = |ItemBody { kind, id, label, facts }| Item { kind, id, label, facts };
        let contact = Contact {
            id,
            name: self.name,
            numbers,
            facts: self.facts,
            items: self.items.into_iter().map(item).collect(),
            alerts: self.alerts,
            notes: self.notes,
            source: "own".to_owned(),
        };
        let contact = contact.cleaned();
        if contact.name.is_empty() {
            return Err(Problem::field("name", "a contact has a name"));
        }
        if serde_json::to_vec(&contact).map_or(usize::MAX, |bytes| bytes.len()) > MOST_BYTES {
            return Err(Problem::field("facts", format!("a contact has at most {MOST_BYTES} bytes in all")));
        }
        Ok(contact)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: Value) -> Result<Contact, Option<String>> {
        let body: ContactBody = serde_json::from_value(body).unwrap();
        body.contact("1".to_owned(), "ES".parse().ok()).map_err(|p| p.field_path().map(str::to_owned))
    }

    #[test]
    fn what_is_wrong_is_named() {
        let good = json!({"name": "Anna\r\nPons", "numbers": ["600000001", "+34600000001"]});
        let anna = read(good.clone()).unwrap();
        assert_eq!((anna.name.as_str(), anna.numbers.len()), ("Anna Pons", 1));
        for (key, value, field) in [
            ("name", json!("\n"), "name"),
            ("numbers", json!(["1", "500&PJSIP/x"]), "numbers[1]"),
            ("numbers", json!(vec!["1"; 65]), "numbers"),
            ("items", json!([{"kind": "order", "id": ""}]), "items[0]"),
            (
                "facts",
                json!((0..60).map(|n| (n.to_string(), json!("x".repeat(2_000)))).collect::<Facts>()),
                "facts",
            ),
        ] {
            let mut body = good.clone();
            body[key] = value;
            assert_eq!(read(body), Err(Some(field.to_owned())), "{key}");
        }
    }
}
