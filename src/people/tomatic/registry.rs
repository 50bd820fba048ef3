//! The call registry: `categories.yaml` and `calls-<operator>.yaml`, as categories and notes. Pure.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::yaml;
use crate::model::{Category, Country, Note, NoteContent, NoteId, PhoneNumber, Reference, clean};

/// Notes' ids are made of the operator and the registry's own id.
const NAMESPACE: Uuid = Uuid::from_u128(0x2d8f_61c0_94ab_4a67_8f0e_c3b1_57d2_9e44);
/// Longest text of a note, in characters.
const LONGEST_TEXT: usize = 9999;

#[derive(Deserialize)]
struct Categories {
    #[serde(default)]
    categories: Option<Vec<OldCategory>>,
}

#[derive(Deserialize)]
struct OldCategory {
    id: Value,
    name: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    levels: Option<Vec<String>>,
    #[serde(default)]
    keywords: Option<Vec<String>>,
    #[serde(default)]
    color: Option<String>,
    #[serde(default)]
    enabled: Option<bool>,
}

#[derive(Deserialize)]
struct Calls {
    #[serde(default)]
    calls: Option<Vec<Value>>,
}

/// A call as the registry has it; what may be a number or a text is either.
#[derive(Deserialize)]
struct Call {
    id: Value,
    #[serde(default)]
    operator: Option<String>,
    call_timestamp: String,
    #[serde(default)]
    phone_number: Option<Value>,
    #[serde(default)]
    caller_erp_id: Option<Value>,
    #[serde(default)]
    caller_vat: Option<Value>,
    #[serde(default)]
    caller_name: Option<String>,
    #[serde(default)]
    contract_number: Option<Value>,
    #[serde(default)]
    contract_address: Option<String>,
    #[serde(default)]
    category_ids: Option<Vec<Value>>,
    #[serde(default)]
    comments: Option<String>,
}

/// Reads the categories. Code and levels can be typed to find one, like its keywords.
///
/// # Errors
/// It is no such file; with the line.
pub fn categories(text: &str) -> Result<(Vec<Category>, Vec<String>), String> {
    let (mut categories, mut faults): (Vec<Category>, Vec<String>) = (Vec::new(), Vec::new());
    for old in yaml::read::<Categories>(text)?.categories.unwrap_or_default() {
        let words =
            old.keywords.into_iter().flatten().chain(old.code).chain(old.levels.into_iter().flatten());
        let mut keywords: Vec<String> = Vec::new();
        for word in words.map(|word| clean(&word, 200)).filter(|word| !word.is_empty()) {
            if !keywords.contains(&word) {
                keywords.push(word);
            }
        }
        let category = Category {
            id: plain(&old.id),
            name: clean(&old.name, 200),
            keywords,
            color: old.color.filter(|color| !color.is_empty()),
            enabled: old.enabled.unwrap_or(true),
        };
        match category.check() {
            Ok(()) if categories.iter().all(|other| other.id != category.id) => categories.push(category),
            Ok(()) => faults.push(format!("the category {:?} is there twice", category.id)),
            Err(why) => faults.push(why),
        }
    }
    Ok((categories, faults))
}

/// Reads an operator's calls, each a note of the same id whenever it is read.
///
/// # Errors
/// It is no such file; with the line.
pub fn calls(
    text: &str,
    operator: &str,
    country: Option<Country>,
) -> Result<(Vec<Note>, Vec<String>), String> {
    let (mut notes, mut faults) = (Vec::new(), Vec::new());
    for (place, value) in yaml::read::<Calls>(text)?.calls.unwrap_or_default().into_iter().enumerate() {
        let read = serde_json::from_value::<Call>(value).map_err(|error| error.to_string());
        match read.and_then(|call| note(call, operator, country)) {
            Ok(note) => notes.push(note),
            Err(why) => faults.push(format!("call {}: {why}", place + 1)),
        }
    }
    Ok((notes, faults))
}

fn note(call: Call, operator: &str, country: Option<Country>) -> Result<Note, String> {
    let text = &call.call_timestamp;
    let spaced = text.trim().replacen(' ', "T", 1);
    let at: Timestamp = spaced
        .parse()
        .or_else(|_| format!("{spaced}Z").parse())
        .map_err(|_| format!("call_timestamp: {text:?} is no time"))?;
    let operator = clean(call.operator.as_deref().unwrap_or(operator), 200);
    // What was written from here has its id; what the registry has itself, a number.
    let written = call.id.as_str().and_then(|id| Uuid::parse_str(id).ok());
    let id = written.unwrap_or_else(|| {
        Uuid::new_v5(&NAMESPACE, format!("{operator}:{}:{at}", plain(&call.id)).as_bytes())
    });
    let number = call.phone_number.as_ref().map(plain).filter(|number| !number.is_empty());
    let number = number.map(|text| {
        PhoneNumber::parse(&text, country).map_or_else(|_| clean(&text, 80), |number| number.to_string())
    });
    let reference = |ids: [Option<&Value>; 2], label: Option<String>| {
        let id = ids.into_iter().flatten().map(plain).find(|id| !id.is_empty());
        let label = clean(&label.unwrap_or_default(), 200);
        let id = id.unwrap_or_else(|| label.clone());
        (!id.is_empty()).then(|| Reference { id: clean(&id, 200), label })
    };
    let lines = call.comments.unwrap_or_default();
    let lines: Vec<String> = lines.lines().map(|line| clean(line, LONGEST_TEXT)).collect();
    let text: String = lines.join("\n").trim().chars().take(LONGEST_TEXT).collect();
    let mut categories: Vec<String> = Vec::new();
    for id in call.category_ids.iter().flatten().map(plain) {
        if !categories.contains(&id) {
            categories.push(id);
        }
    }
    let content = NoteContent {
        call: None,
        person: operator,
        number,
        contact: reference([call.caller_erp_id.as_ref(), call.caller_vat.as_ref()], call.caller_name),
        item: reference([call.contract_number.as_ref(), None], call.contract_address),
        categories,
        text,
    };
    // As the store keeps times.
    let at = Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at);
    Ok(Note { id: NoteId(id), at, content, created_at: at, updated_at: at })
}

/// Writes the categories.
#[must_use]
pub fn write_categories(categories: &[Category]) -> String {
    #[derive(Serialize)]
    struct Written<'a> {
        categories: Vec<WrittenCategory<'a>>,
    }
    #[derive(Serialize)]
    struct WrittenCategory<'a> {
        id: Value,
        name: &'a str,
        code: &'a str,
        levels: [&'a str; 0],
        keywords: &'a [String],
        color: Option<&'a str>,
        enabled: bool,
    }
    let categories = categories.iter().map(|category| WrittenCategory {
        id: id_value(&category.id),
        name: &category.name,
        code: "",
        levels: [],
        keywords: &category.keywords,
        color: category.color.as_deref(),
        enabled: category.enabled,
    });
    yaml::write(&Written { categories: categories.collect() })
}

/// Writes an operator's calls.
#[must_use]
pub fn write_calls<'a>(notes: impl Iterator<Item = &'a Note>) -> String {
    #[derive(Serialize)]
    struct Written<'a> {
        calls: Vec<WrittenCall<'a>>,
    }
    #[derive(Serialize)]
    struct WrittenCall<'a> {
        id: String,
        operator: &'a str,
        call_timestamp: String,
        phone_number: &'a str,
        caller_erp_id: Option<&'a str>,
        caller_vat: &'a str,
        caller_name: &'a str,
        contract_number: &'a str,
        contract_address: &'a str,
        category_ids: Vec<Value>,
        comments: &'a str,
    }
    let calls = notes.map(|note| {
        let content = &note.content;
        let (contact, item) = (content.contact.as_ref(), content.item.as_ref());
        WrittenCall {
            id: note.id.0.to_string(),
            operator: &content.person,
            call_timestamp: note.at.to_string(),
            phone_number: content.number.as_deref().unwrap_or_default(),
            // Somebody without an id has their name for one.
            caller_erp_id: contact.map(|contact| contact.id.as_str()),
            caller_vat: "",
            caller_name: contact.map(|contact| contact.label.as_str()).unwrap_or_default(),
            contract_number: item.map(|item| item.id.as_str()).unwrap_or_default(),
            contract_address: item.map(|item| item.label.as_str()).unwrap_or_default(),
            category_ids: content.categories.iter().map(|id| id_value(id)).collect(),
            comments: &content.text,
        }
    });
    yaml::write(&Written { calls: calls.collect() })
}

/// An id as the registry has it: a number if it is one.
fn id_value(id: &str) -> Value {
    let number = id.parse::<u64>().ok().filter(|number| number.to_string() == id);
    number.map_or_else(|| Value::from(id), Value::from)
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_and_calls() {
        let text = "categories:\n- {id: 1, name: Factures, code: '001', levels: [Billing], keywords: [bill], color: '#a0f'}\n\
            - {id: 2, name: Old, enabled: false, color: null}\n- {id: 1, name: Twice}\n- {id: 3, name: x, color: red}\n";
        let (all, faults) = categories(text).unwrap();
        assert_eq!((all.len(), faults.len()), (2, 2));
        assert_eq!((all[0].id.as_str(), all[0].keywords.join(" ")), ("1", "bill 001 Billing".to_owned()));
        assert!(!all[1].enabled);
        let text = "calls:\n- id: 17\n  operator: anna\n  call_timestamp: 2026-11-20 10:00:00.5+01:00\n  \
            phone_number: '600000001'\n  caller_erp_id: 5\n  caller_vat: ES1\n  caller_name: Núria\n  \
            contract_number: '0012'\n  contract_address: Carrer 1\n  category_ids: [1, 1]\n  comments: |\n    one\n    two 🎧\n\
            - {id: 18, call_timestamp: soon}\n- {id: 19, call_timestamp: '2026-11-20T10:00:00Z', phone_number: 600000002}\n- 5\n";
        let (notes, faults) = calls(text, "berta", "ES".parse().ok()).unwrap();
        assert_eq!((notes.len(), faults.len()), (2, 2), "{faults:?}");
        let content = &notes[0].content;
        assert_eq!(notes[0].at.to_string(), "2026-11-20T09:00:00.5Z");
        assert_eq!((content.person.as_str(), content.number.as_deref()), ("anna", Some("+34600000001")));
        assert_eq!(content.contact, Some(Reference { id: "5".into(), label: "Núria".into() }));
        assert_eq!(content.item, Some(Reference { id: "0012".into(), label: "Carrer 1".into() }));
        assert_eq!(
            (content.text.as_str(), content.categories.as_slice()),
            ("one\ntwo 🎧", &["1".to_owned()][..])
        );
        assert_eq!(notes[1].content.person, "berta");
        let written = write_calls(notes.iter());
        let again = calls(&written, "x", None).unwrap();
        assert_eq!((&again.0, again.1.len()), (&notes, 0), "{written}");
        assert_eq!(categories(&write_categories(&all)).unwrap(), (all, Vec::new()));
        assert_eq!(calls(text, "berta", "ES".parse().ok()).unwrap().0, notes, "the same ids");
    }
}
