//! Our own contacts: stored whole, found by number, searched by words.

use serde_json::json;
use stasisd::{model::Contact, storage::PageRequest};

use crate::base::{Base, at, first, on_both, phone};

on_both!(
    found_by_number,
    replaced_whole,
    searched_by_words,
    listed_in_pages,
    many_at_once,
    texts_of_attackers_are_texts,
);

fn contact(id: &str, name: &str, numbers: &[&str]) -> Contact {
    Contact {
        id: id.to_owned(),
        name: name.to_owned(),
        numbers: numbers.iter().map(|number| phone(number)).collect(),
        source: "own".to_owned(),
        ..Contact::default()
    }
}

fn ids(contacts: &[Contact]) -> Vec<&str> {
    contacts.iter().map(|contact| contact.id.as_str()).collect()
}

async fn found_by_number(base: Base) {
    let store = &base.store;
    let anna = contact("1", "Anna", &["+34600000001", "+34600000002"]);
    store
        .put_contacts(&[anna.clone(), contact("2", "Berta", &["+34600000002"])], at(1))
        .await
        .expect("stored");
    assert_eq!(store.contacts_of(&phone("+34600000001")).await, Ok(vec![anna.clone()]));
    assert_eq!(store.contacts_of(&phone("+34600000002")).await.expect("read").len(), 2);
    assert_eq!(store.contacts_of(&phone("+34600000009")).await, Ok(Vec::new()));
    assert_eq!(store.contact("1").await, Ok(Some(anna)));
    assert_eq!(store.delete_contact("1").await, Ok(true));
    assert_eq!(store.delete_contact("1").await, Ok(false));
    assert_eq!(store.contact("1").await, Ok(None));
    assert_eq!(ids(&store.contacts_of(&phone("+34600000002")).await.expect("read")), ["2"]);
}

async fn replaced_whole(base: Base) {
    let store = &base.store;
    store.put_contacts(&[contact("1", "Anna", &["+34600000001"])], at(1)).await.expect("stored");
    // The later one of an id counts, also within one writing.
    let changed = [contact("1", "x", &["+34600000003"]), contact("1", "Clara", &["+34600000002"])];
    store.put_contacts(&changed, at(2)).await.expect("stored");
    assert_eq!(store.contacts_of(&phone("+34600000001")).await, Ok(Vec::new()));
    assert_eq!(store.contacts_of(&phone("+34600000003")).await, Ok(Vec::new()));
    assert_eq!(ids(&store.contacts_of(&phone("+34600000002")).await.expect("read")), ["1"]);
    assert_eq!(store.search_contacts(None, "anna", 10).await, Ok(Vec::new()));
    assert_eq!(ids(&store.search_contacts(None, "clara", 10).await.expect("read")), ["1"]);
}

async fn searched_by_words(base: Base) {
    let store = &base.store;
    let anna: Contact = serde_json::from_value(json!({
        "id": "1", "name": "Núria Pàmies", "facts": {"NIF": "12345678Z"},
        "items": [{"kind": "contract", "id": "C-77", "facts": {"CUPS": "ES0031"}}],
    }))
    .expect("a contact");
    store.put_contacts(&[anna, contact("2", "Núria Roca", &[])], at(1)).await.expect("stored");
    let search = async |field: Option<&str>, text: &str| {
        let found = store.search_contacts(field, text, 10).await.expect("read");
        let mut ids: Vec<String> = found.into_iter().map(|contact| contact.id).collect();
        ids.sort();
        ids.join(" ")
    };
    assert_eq!(search(Some("name"), "NURIA").await, "1 2");
    assert_eq!(search(Some("name"), "núria p").await, "1");
    assert_eq!(search(Some("name"), "pam").await, "1");
    assert_eq!(search(Some("item"), "c-7").await, "1");
    assert_eq!(search(Some("nif"), "1234").await, "1");
    assert_eq!(search(Some("Cups"), "es0031").await, "1");
    assert_eq!(search(None, "roca").await, "2");
    assert_eq!(search(Some("name"), "es0031").await, "");
    for nothing in ["", " ", "%", "_", "\u{0}"] {
        assert_eq!(search(None, nothing).await, "", "{nothing:?}");
    }
    assert_eq!(store.search_contacts(None, "nuria", 1).await.expect("read").len(), 1);
}

async fn listed_in_pages(base: Base) {
    let store = &base.store;
    for n in 0..5 {
        store.put_contacts(&[contact(&n.to_string(), "x", &[])], at(n)).await.expect("stored");
    }
    let one = store.contacts(&first(2)).await.expect("read");
    assert_eq!(ids(&one.items), ["0", "1"]);
    let two = store.contacts(&PageRequest { cursor: one.next, limit: 3 }).await.expect("read");
    assert_eq!((ids(&two.items), two.next), (vec!["2", "3", "4"], None));
}

async fn many_at_once(base: Base) {
    let store = &base.store;
    let number = |n: usize| format!("+346{n:08}");
    let many: Vec<Contact> =
        (0..1_000).map(|n| contact(&format!("C-{n}"), &format!("Name {n}"), &[&number(n)])).collect();
    store.put_contacts(&many, at(1)).await.expect("stored");
    store.put_contacts(&many, at(2)).await.expect("stored again");
    for n in [0, 199, 200, 999] {
        assert_eq!(ids(&store.contacts_of(&phone(&number(n))).await.expect("read")), [format!("C-{n}")]);
    }
    assert_eq!(store.search_contacts(Some("name"), "name 999", 10).await.expect("read").len(), 1);
}

async fn texts_of_attackers_are_texts(base: Base) {
    let store = &base.store;
    let name = "'; DROP TABLE contacts; -- \u{0} ${SHELL(x)} %s 🚚";
    let evil = Contact { notes: vec![name.to_owned()], ..contact("'\"\\;--", name, &["+34600000001"]) };
    store.put_contacts(std::slice::from_ref(&evil), at(1)).await.expect("stored");
    let found = store.contacts_of(&phone("+34600000001")).await.expect("read");
    assert_eq!(found, [evil]);
    assert!(store.search_contacts(None, "'; DROP", 10).await.expect("read").len() == 1);
}
