//! Call notes: kept, changed, counted; and what is told of them waits beside them.

use stasisd::{
    model::{CallId, Category, Note, NoteContent, NoteId, Reference},
    storage::{NoteQuery, PageRequest, Telling, Tried},
};
use uuid::Uuid;

use crate::base::{Base, at, first, on_both};

on_both!(
    kept_changed_and_deleted,
    listed_by_person_and_time,
    counted_by_category,
    told_in_the_same_commit,
    kept_as_long_as_it_is_set
);

fn note(number: u128, person: &str, categories: &[&str]) -> Note {
    let content = NoteContent {
        call: Some(CallId(Uuid::from_u128(number))),
        person: person.to_owned(),
        number: Some("+34600000001".to_owned()),
        contact: Some(Reference { id: format!("C-{number}"), label: "Núria'; --".to_owned() }),
        item: None,
        categories: categories.iter().map(ToString::to_string).collect(),
        text: "two\nlines".to_owned(),
    };
    let when = at(i64::try_from(number).expect("small"));
    Note { id: NoteId(Uuid::from_u128(number)), at: when, content, created_at: when, updated_at: when }
}

fn ids(notes: &[Note]) -> Vec<u128> {
    notes.iter().map(|note| note.id.0.as_u128()).collect()
}

async fn kept_changed_and_deleted(base: Base) {
    let store = &base.store;
    let one = note(1, "anna", &["a", "b"]);
    store.put_note(&one, None).await.expect("stored");
    assert_eq!(store.note(one.id).await, Ok(Some(one.clone())));
    let changed = Note { updated_at: at(9), ..note(1, "berta", &["b"]) };
    store.put_note(&changed, None).await.expect("stored");
    assert_eq!(store.note(one.id).await, Ok(Some(changed)));
    assert_eq!(store.note_counts(at(0), at(10)).await, Ok(vec![("b".to_owned(), 1)]));
    store.delete_note(one.id, at(10), None).await.expect("deleted");
    store.delete_note(one.id, at(10), None).await.expect("deleted again");
    assert_eq!(store.note(one.id).await, Ok(None));
    assert_eq!(store.note_counts(at(0), at(10)).await, Ok(Vec::new()));
}

async fn listed_by_person_and_time(base: Base) {
    let store = &base.store;
    for n in 1..=5 {
        let person = if n % 2 == 0 { "anna" } else { "berta" };
        store.put_note(&note(n, person, &["a"]), None).await.expect("stored");
    }
    let list = async |query: NoteQuery| ids(&store.notes(&query, &first(10)).await.expect("read").items);
    assert_eq!(list(NoteQuery::default()).await, [5, 4, 3, 2, 1]);
    assert_eq!(list(NoteQuery { person: Some("anna".to_owned()), ..NoteQuery::default() }).await, [4, 2]);
    assert_eq!(list(NoteQuery { from: Some(at(2)), to: Some(at(4)), ..NoteQuery::default() }).await, [3, 2]);
    assert_eq!(list(NoteQuery { call: Some(CallId(Uuid::from_u128(3))), ..NoteQuery::default() }).await, [3]);
    assert_eq!(list(NoteQuery { contact: Some("C-4".to_owned()), ..NoteQuery::default() }).await, [4]);
    assert_eq!(list(NoteQuery { category: Some("b".to_owned()), ..NoteQuery::default() }).await, [0; 0]);
    let page = store.notes(&NoteQuery::default(), &first(2)).await.expect("read");
    let rest = store
        .notes(&NoteQuery::default(), &PageRequest { cursor: page.next, limit: 10 })
        .await
        .expect("read");
    assert_eq!((ids(&rest.items), rest.next), (vec![3, 2, 1], None));
}

async fn counted_by_category(base: Base) {
    let store = &base.store;
    let category = |id: &str| Category {
        id: id.to_owned(),
        name: id.to_uppercase(),
        keywords: vec!["k".to_owned()],
        color: None,
        enabled: true,
    };
    let all = [category("z"), category("a")];
    store.put_categories(&[category("old")]).await.expect("stored");
    store.put_categories(&all).await.expect("stored");
    assert_eq!(store.categories().await, Ok(all.to_vec()));
    for (n, categories) in [(1, vec!["a"]), (2, vec!["a", "z"]), (3, vec!["old"])] {
        store.put_note(&note(n, "anna", &categories), None).await.expect("stored");
    }
    let counts = store.note_counts(at(0), at(3)).await;
    assert_eq!(counts, Ok(vec![("a".to_owned(), 2), ("z".to_owned(), 1)]));
}

async fn told_in_the_same_commit(base: Base) {
    let store = &base.store;
    let telling = |id: &str| Telling {
        id: id.to_owned(),
        url: "https://desk.example/notes".to_owned(),
        body: r#"{"type":"note.created"}"#.to_owned(),
    };
    let one = note(1, "anna", &[]);
    store.put_note(&one, Some(&telling("note-1"))).await.expect("stored");
    store.put_note(&one, Some(&telling("note-1"))).await.expect("stored again");
    store.delete_note(one.id, at(5), Some(&telling("note-1-gone"))).await.expect("deleted");
    let receivers = store.receivers().await.expect("read");
    assert_eq!(receivers[0].host, "desk.example");
    let claimed = store.claim_deliveries("desk.example", at(60), 10, at(90)).await.expect("claimed");
    let told: Vec<_> = claimed.iter().map(|d| (d.id.as_str(), d.order, d.body.is_some())).collect();
    assert_eq!(told, [("note-1", None, true), ("note-1-gone", None, true)]);
    for delivery in &claimed {
        store.settle_delivery(delivery, &Tried::Delivered { at: at(60) }).await.expect("settled");
    }
    assert_eq!(store.receivers().await, Ok(Vec::new()));
}

async fn kept_as_long_as_it_is_set(base: Base) {
    let store = &base.store;
    let day = 86_400;
    store.put_note(&note(5, "anna", &["a"]), None).await.expect("stored");
    store.put_note(&Note { at: at(9 * day), ..note(6, "anna", &["a"]) }, None).await.expect("stored");
    let mut retention = stasisd::config::Config::defaults().expect("defaults").retention;
    assert_eq!(store.sweep(&retention, at(10 * day)).await.expect("swept").notes, 0, "for ever by default");
    retention.notes_days = 3;
    assert_eq!(store.sweep(&retention, at(10 * day)).await.expect("swept").notes, 1);
    assert_eq!(ids(&store.notes(&NoteQuery::default(), &first(10)).await.expect("read").items), [6]);
    assert_eq!(store.note_counts(at(0), at(10 * day)).await, Ok(vec![("a".to_owned(), 1)]));
}
