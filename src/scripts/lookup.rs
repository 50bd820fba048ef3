//! `lookup`: who calls. The contact of the caller's number, and its name as the caller id's.

use serde_json::Value;

use super::{
    asked::Asked,
    sheet::{Sheet, suffix},
    trouble::Trouble,
};
use crate::model::Contact;

/// Facts that become variables, at most: each costs a round trip.
const MOST_FACTS: usize = 8;

pub(super) async fn answer(asked: &Asked<'_>) -> Result<Sheet, Trouble> {
    let found = match asked.number() {
        Some(number) => asked.answers().contact(&number).await?,
        None => None,
    };
    let keeps_name = asked.parameter("name").is_some_and(|word| word == "keep");
    Ok(found.map_or_else(|| sheet("none", &Contact::default()), |contact| named(&contact, keeps_name)))
}

pub(super) fn blank() -> Sheet {
    sheet("", &Contact::default())
}

/// The contact, and its name for the phones that ring, unless the dialplan keeps the one that was sent.
fn named(contact: &Contact, keeps_name: bool) -> Sheet {
    let mut sheet = sheet("found", contact);
    for (label, value) in contact.facts.iter().take(MOST_FACTS) {
        let value = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => value.to_string(),
            _ => continue,
        };
        let suffix = suffix(label);
        if !suffix.is_empty() {
            sheet = sheet.with(format!("STASISD_FACT_{suffix}"), &value);
        }
    }
    match contact.caller_id_name() {
        Some(name) if !keeps_name => sheet.with("CALLERID(name)", &name),
        _ => sheet,
    }
}

fn sheet(found: &str, contact: &Contact) -> Sheet {
    let items = if found == "found" { contact.items.len().to_string() } else { String::new() };
    Sheet::default()
        .with("STASISD_CONTACT_ID", &contact.id)
        .with("STASISD_CONTACT_NAME", &contact.name)
        .with("STASISD_CONTACT_SOURCE", &contact.source)
        .with("STASISD_CONTACT_ITEMS", &items)
        .with("STASISD_CONTACT_ALERT", contact.alerts.first().map_or("", String::as_str))
        .with("STASISD_CONTACT", found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_contact_and_its_facts() {
        let contact = json!({
            "id": "K-1", "name": "Eve \"the bold\"", "source": "own", "alerts": ["owes", "shouts"],
            "facts": { "Contract no.": 7, "北": "x", "deep": {} }, "items": [{ "id": "a" }, { "id": "b" }],
        });
        let contact: Contact = serde_json::from_value(contact).unwrap();
        let sheet = named(&contact, false);
        let set: Vec<_> = sheet.iter().collect();
        assert_eq!(set[1], ("STASISD_CONTACT_NAME", "Eve \"the bold\""));
        assert_eq!(set[3..5], [("STASISD_CONTACT_ITEMS", "2"), ("STASISD_CONTACT_ALERT", "owes")]);
        assert_eq!(set[6..], [("STASISD_FACT_CONTRACT_NO", "7"), ("CALLERID(name)", "Eve the bold")]);
        assert!(named(&contact, true).iter().all(|(name, _)| name != "CALLERID(name)"));
        assert!(named(&Contact::default(), false).iter().all(|(name, _)| name != "CALLERID(name)"));
    }

    #[test]
    fn nothing_of_an_earlier_answer_is_left() {
        let names = |sheet: &Sheet| sheet.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>();
        assert_eq!(names(&blank()), names(&sheet("none", &Contact::default())));
        assert!(blank().iter().all(|(_, value)| value.is_empty()));
    }
}
