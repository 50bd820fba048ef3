//! What a contact is searched by. Pure.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Contact, folded};

/// Words of a contact at most.
const MOST: usize = 200;
/// Longest word, in characters.
const LONGEST: usize = 64;

/// The field of names.
const NAME: &str = "name";
/// The field of items' ids.
const ITEM: &str = "item";

/// A text (a field, a word) as contacts are searched by it: lower case, without accents, cut.
#[must_use]
pub fn search_key(text: &str) -> String {
    cut(&folded(text))
}

impl Contact {
    /// What it is searched by, field and word as [`search_key`] writes them: `name` (the whole name, and each part of
    /// it), `item` (the items' ids), and each fact's label with its value.
    #[must_use]
    pub fn words(&self) -> BTreeSet<(String, String)> {
        of(self)
    }
}

fn of(contact: &Contact) -> BTreeSet<(String, String)> {
    let name = folded(&contact.name);
    let parts = name.split(' ').map(str::to_owned);
    let names = parts.chain([name.clone()]).map(|word| (NAME.to_owned(), word));
    let items = contact.items.iter().map(|item| (ITEM.to_owned(), folded(&item.id)));
    let facts = contact.facts.iter().filter_map(|(label, value)| Some((folded(label), word(value)?)));
    let of_items = contact
        .items
        .iter()
        .flat_map(|item| item.facts.iter().filter_map(|(label, value)| Some((folded(label), word(value)?))));
    let all = names.chain(items).chain(facts).chain(of_items);
    let short = all.map(|(field, word)| (cut(&field), cut(&word)));
    short.filter(|(field, word)| !(field.is_empty() || word.is_empty())).take(MOST).collect()
}

fn cut(text: &str) -> String {
    text.chars().take(LONGEST).collect::<String>().trim().to_owned()
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(folded(text)),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_items_and_facts() {
        let contact: Contact = serde_json::from_value(json!({
            "name": "Núria Pàmies", "facts": {"NIF": "12345678Z", "Since": 2019, "List": [1]},
            "items": [{"kind": "contract", "id": "C-7", "facts": {"CUPS": "ES0031"}}],
        }))
        .unwrap();
        let words: Vec<String> = of(&contact).iter().map(|(field, word)| format!("{field}={word}")).collect();
        assert_eq!(
            words,
            [
                "cups=es0031",
                "item=c-7",
                "name=nuria",
                "name=nuria pamies",
                "name=pamies",
                "nif=12345678z",
                "since=2019"
            ]
        );
        assert_eq!(of(&Contact::default()).len(), 0);
    }
}
