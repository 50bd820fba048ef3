//! Who calls: a contact with what is known of them, whatever the place it was found in.

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{Facts, PhoneNumber};

/// Longest name, label and kind, in characters.
const LONGEST_NAME: usize = 200;
/// Longest other text, in characters.
const LONGEST_TEXT: usize = 2_000;
/// Of each list at most.
const MOST: usize = 64;
/// Facts of a contact, or of one of its items, at most.
const MOST_FACTS: usize = 64;
/// Depth of a fact's value.
const DEEPEST: usize = 4;

/// Somebody who may call: a customer, a partner.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Contact {
    /// The source's id of it.
    pub id: String,
    /// The name to show.
    pub name: String,
    /// Their numbers.
    pub numbers: Vec<PhoneNumber>,
    /// Labelled facts (`{"City": "Girona"}`).
    pub facts: Facts,
    /// What they may call about.
    pub items: Vec<Item>,
    /// What whoever answers must know first (`unpaid invoices`).
    pub alerts: Vec<String>,
    /// Remarks kept about them.
    pub notes: Vec<String>,
    /// The source that knows them; several with `+` between.
    pub source: String,
}

/// Something that a contact may call about: an order, a contract, an invoice.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Item {
    /// What it is: `order`, `contract`, `invoice`.
    pub kind: String,
    /// The source's id of it.
    pub id: String,
    /// One line for people.
    pub label: String,
    /// Labelled facts.
    pub facts: Facts,
}

impl Contact {
    /// The same without control characters (line ends too), without empty texts, and cut to sane lengths: whatever
    /// a source says goes to desks, logs and telephones.
    #[must_use]
    pub fn cleaned(self) -> Self {
        let items = self.items.into_iter().take(MOST).map(Item::cleaned);
        Self {
            id: clean(&self.id, LONGEST_NAME),
            name: clean(&self.name, LONGEST_NAME),
            numbers: self.numbers.into_iter().take(MOST).collect(),
            facts: clean_facts(self.facts),
            items: items.filter(|item| !(item.id.is_empty() && item.label.is_empty())).collect(),
            alerts: clean_list(&self.alerts),
            notes: clean_list(&self.notes),
            source: self.source,
        }
    }

    /// The same within so many bytes of JSON: what people look at last goes first (facts of the last items, the
    /// last items, notes, facts).
    #[must_use]
    pub fn within(mut self, bytes: usize) -> Self {
        while size(&self) > bytes {
            if let Some(item) = self.items.iter_mut().rev().find(|item| !item.facts.is_empty()) {
                item.facts.clear();
            } else if self.items.pop().is_none()
                && self.notes.pop().is_none()
                && self.alerts.pop().is_none()
                && self.numbers.pop().is_none()
            {
                // What is left is short: an id and a name.
                self.facts.clear();
                return self;
            }
        }
        self
    }

    /// The name as a telephone may show it, for `CALLERID(name)`: without what the dialplan, a SIP header or a
    /// variable's reference could read as its own (`$ { } " \ ; , < > ( )` and the like). `None` if nothing is left.
    #[must_use]
    pub fn caller_id_name(&self) -> Option<String> {
        let harmless = |c: &char| c.is_alphanumeric() || " .'-_/+&:#".contains(*c);
        let text: String = self.name.chars().filter(harmless).take(80).collect();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    }

    /// The two as one: what the first knows stays, what it lacks comes from the other.
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        if self.id.is_empty() {
            self.id = other.id;
        }
        if self.name.is_empty() {
            self.name = other.name;
        }
        for number in other.numbers {
            if !self.numbers.contains(&number) {
                self.numbers.push(number);
            }
        }
        for (label, value) in other.facts {
            self.facts.entry(label).or_insert(value);
        }
        for item in other.items {
            if !self.items.iter().any(|known| (&known.kind, &known.id) == (&item.kind, &item.id)) {
                self.items.push(item);
            }
        }
        for (mine, others) in [(&mut self.alerts, other.alerts), (&mut self.notes, other.notes)] {
            for text in others {
                if !mine.contains(&text) {
                    mine.push(text);
                }
            }
        }
        if !self.source.split('+').any(|source| source == other.source) {
            self.source = [self.source.as_str(), other.source.as_str()].join("+");
        }
        self
    }
}

impl Item {
    fn cleaned(self) -> Self {
        Self {
            kind: clean(&self.kind, LONGEST_NAME),
            id: clean(&self.id, LONGEST_NAME),
            label: clean(&self.label, LONGEST_NAME),
            facts: clean_facts(self.facts),
        }
    }
}

/// A text from outside as one line: no control characters, no marks that turn the direction of writing, single
/// spaces, at most so many characters.
#[must_use]
pub fn clean(text: &str, longest: usize) -> String {
    let is_bad = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    // Only as much is looked at as could be kept.
    let plain: String =
        text.chars().take(longest.saturating_mul(4)).map(|c| if is_bad(c) { ' ' } else { c }).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(longest).collect::<String>().trim_end().to_owned()
}

/// A text as it is compared when people search: lower case, without accents, single spaces.
#[must_use]
pub fn folded(text: &str) -> String {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    clean(&plain, LONGEST_NAME)
}

fn clean_list(texts: &[String]) -> Vec<String> {
    let cleaned = texts.iter().take(MOST).map(|text| clean(text, LONGEST_TEXT));
    cleaned.filter(|text| !text.is_empty()).collect()
}

fn clean_facts(facts: Facts) -> Facts {
    let facts = facts.into_iter().take(MOST_FACTS);
    let cleaned = facts.map(|(label, value)| (clean(&label, LONGEST_NAME), clean_value(value, DEEPEST)));
    cleaned.filter(|(label, value)| !(label.is_empty() || value.is_null())).collect()
}

fn clean_value(value: serde_json::Value, depth: usize) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => clean(&text, LONGEST_TEXT).into(),
        Value::Array(_) | Value::Object(_) if depth == 0 => Value::Null,
        Value::Array(values) => {
            values.into_iter().take(MOST).map(|value| clean_value(value, depth - 1)).collect()
        }
        Value::Object(values) => {
            let values = values.into_iter().take(MOST_FACTS);
            let cleaned =
                values.map(|(key, value)| (clean(&key, LONGEST_NAME), clean_value(value, depth - 1)));
            Value::Object(cleaned.collect())
        }
        plain => plain,
    }
}

fn size(contact: &Contact) -> usize {
    serde_json::to_vec(contact).map_or(usize::MAX, |bytes| bytes.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn contact(value: serde_json::Value) -> Contact {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn texts_from_outside_become_one_harmless_line() {
        let anna = contact(json!({
            "name": "Anna \"Annie\"\r\nX-Evil: 1\u{0}\u{202e}${SHELL(rm -rf /)}",
            "facts": {"City\n": "Gi\trona", "deep": [[[[["x"]]]]], "": "no label", "gone": null},
            "items": [{"kind": "order", "id": "A-1\n"}, {"kind": "order"}],
            "alerts": ["", "pay\r\nnow"],
        }))
        .cleaned();
        assert_eq!(anna.name, "Anna \"Annie\" X-Evil: 1 ${SHELL(rm -rf /)}");
        assert_eq!(anna.facts["City"], "Gi rona");
        assert_eq!(anna.facts.len(), 2, "{:?}", anna.facts);
        assert_eq!(anna.facts["deep"], json!([[[[null]]]]));
        assert_eq!(anna.items.iter().map(|item| item.id.as_str()).collect::<Vec<_>>(), ["A-1"]);
        assert_eq!(anna.alerts, ["pay now"]);
        // No reference, no function call, no header is left to be read.
        let shown = anna.caller_id_name().unwrap();
        assert_eq!(shown, "Anna Annie X-Evil: 1 SHELLrm -rf /");
        assert!(!shown.contains(['$', '{', '}', '"', '(', ')', ',', ';', '\\', '\r', '\n']));
        assert_eq!(contact(json!({"name": "${}()"})).caller_id_name(), None);
        assert_eq!(contact(json!({"name": "Núria Pàmies"})).caller_id_name().unwrap(), "Núria Pàmies");
    }

    #[test]
    fn bounded() {
        let long = contact(json!({
            "id": "1", "name": "x".repeat(5_000), "alerts": vec!["a".repeat(9_000); 500],
            "items": (0..500).map(|n| json!({"id": n.to_string(), "facts": {"f": "y".repeat(9_000)}}))
                .collect::<Vec<_>>(),
        }));
        let kept = long.cleaned();
        assert_eq!((kept.name.len(), kept.items.len(), kept.alerts.len()), (LONGEST_NAME, MOST, MOST));
        for most in [16_384, 1_000, 10] {
            let small = kept.clone().within(most);
            assert!(size(&small) <= most.max(400), "{most}: {}", size(&small));
            assert_eq!(small.id, "1");
        }
        assert_eq!(kept.clone().within(usize::MAX), kept);
    }

    #[test]
    fn two_sources_make_one_contact() {
        let one = contact(json!({"id": "1", "facts": {"City": "Girona"}, "alerts": ["a"], "source": "own",
            "items": [{"kind": "order", "id": "A", "label": "mine"}]}));
        let two = contact(json!({"id": "2", "name": "Anna", "facts": {"City": "Salt", "NIF": "1"},
            "alerts": ["a", "b"], "source": "crm", "numbers": ["+34600000001"],
            "items": [{"kind": "order", "id": "A", "label": "theirs"}, {"kind": "order", "id": "B"}]}));
        let both = one.merged(two.clone()).merged(two);
        assert_eq!((both.id.as_str(), both.name.as_str(), both.source.as_str()), ("1", "Anna", "own+crm"));
        assert_eq!((&both.facts["City"], &both.facts["NIF"]), (&json!("Girona"), &json!("1")));
        assert_eq!(both.items.iter().map(|i| i.label.as_str()).collect::<Vec<_>>(), ["mine", ""]);
        assert_eq!((both.alerts.len(), both.numbers.len()), (2, 1));
    }

    #[test]
    fn people_search_without_accents() {
        assert_eq!(folded("  NÚRIA   Pàmies\n"), "nuria pamies");
        assert_eq!(folded("ES0031-ß"), "es0031-ß");
    }
}
