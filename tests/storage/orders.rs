//! Orders: versions, tombstones, any order of arrival, lists.

use jiff::Timestamp;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use stasisd::{
    model::{Order, OrderId, OrderUpdate, Outcome},
    storage::{OrderQuery, StorageError, Store},
};

use crate::base::{Base, at, first, on_both, order, phone};

on_both!(
    versions,
    deletions,
    any_order_of_arrival_ends_the_same,
    concurrent_puts_of_one_order,
    found_by_number,
    listed_by_filter,
    pages_miss_nothing_while_orders_change,
    foreign_cursors_are_refused,
);

async fn put(store: &Store, order: &Order) -> Outcome {
    store.put_order(order).await.expect("stored").0
}

async fn versions(base: Base) {
    let store = &base.store;
    let first = order("A-1", 10, "packed");
    assert_eq!(store.put_order(&first).await, Ok((Outcome::Created, first.clone())));
    let replayed = Order { updated_at: at(99), ..first.clone() };
    assert_eq!(store.put_order(&replayed).await, Ok((Outcome::Unchanged, first.clone())));
    let other = order("A-1", 10, "lost");
    assert_eq!(store.put_order(&other).await, Ok((Outcome::Conflict, first.clone())));
    let next = Order { expires_at: Some(at(1_000)), ..order("A-1", 11, "sent") };
    assert_eq!(store.put_order(&next).await, Ok((Outcome::Applied, next.clone())));
    assert_eq!(store.put_order(&first).await, Ok((Outcome::Stale, next.clone())));
    assert_eq!(store.order(&"A-1".into()).await, Ok(Some(next)));
    assert_eq!(store.order(&"a-1".into()).await, Ok(None), "ids differ in case");
}

async fn deletions(base: Base) {
    let (store, id) = (&base.store, OrderId::from("A-1"));
    let delete = async |version| store.delete_order(&id, version, at(50)).await.expect("deleted");
    assert_eq!(delete(None).await, Outcome::Unchanged);
    put(store, &order("A-1", 10, "packed")).await;
    assert_eq!(delete(Some(9)).await, Outcome::Stale);
    assert!(store.order(&id).await.expect("read").is_some());
    assert_eq!(delete(Some(12)).await, Outcome::Applied);
    assert_eq!(delete(Some(12)).await, Outcome::Unchanged);
    assert_eq!(store.order(&id).await, Ok(None));
    assert_eq!(store.orders_of(&phone("+34600000001"), at(0)).await, Ok(Vec::new()));
    assert_eq!(store.orders(&OrderQuery::default(), &first(10)).await.expect("listed").items, []);
    assert_eq!(put(store, &order("A-1", 11, "late")).await, Outcome::Stale);
    assert_eq!(put(store, &order("A-1", 12, "late")).await, Outcome::Stale);
    assert_eq!(put(store, &order("A-1", 13, "again")).await, Outcome::Created);
    assert_eq!(delete(None).await, Outcome::Applied);
    assert_eq!(put(store, &order("A-1", 13, "again")).await, Outcome::Stale);
}

/// Puts and deletions of one order: whatever order they arrive in, also repeated, the last version stands.
async fn any_order_of_arrival_ends_the_same(base: Base) {
    let mut random = StdRng::seed_from_u64(7);
    for round in 0..24 {
        let id = format!("A-{round}");
        let put = |version| OrderUpdate::Put(order(&id, version, &format!("status-{version}")));
        let delete = |version| OrderUpdate::Delete { id: id.as_str().into(), version: Some(version) };
        // Half of the rounds end in a deletion, half in an order.
        let last = if round % 2 == 0 { put(6) } else { delete(6) };
        let mut updates =
            vec![put(1), put(2), delete(2), put(3), put(4), delete(5), last, put(4), delete(2), put(3)];
        updates.shuffle(&mut random);
        for update in &updates {
            arrive(&base.store, update).await;
        }
        let expected = (round % 2 == 0).then(|| order(&id, 6, "status-6"));
        assert_eq!(base.store.order(&id.as_str().into()).await, Ok(expected), "after {updates:?}");
    }
}

async fn arrive(store: &Store, update: &OrderUpdate) {
    match update {
        OrderUpdate::Put(order) => _ = put(store, order).await,
        OrderUpdate::Delete { id, version } => {
            store.delete_order(id, *version, at(0)).await.expect("deleted");
        }
    }
}

async fn concurrent_puts_of_one_order(base: Base) {
    let tasks: Vec<_> = (1..=20)
        .map(|version| {
            let store = base.store.clone();
            tokio::spawn(async move { put(&store, &order("A-1", version, &format!("s{version}"))).await })
        })
        .collect();
    let mut created = 0;
    for task in tasks {
        let outcome = task.await.expect("no panic");
        assert!(matches!(outcome, Outcome::Created | Outcome::Applied | Outcome::Stale), "{outcome:?}");
        created += usize::from(outcome == Outcome::Created);
    }
    assert_eq!(created, 1);
    assert_eq!(base.store.order(&"A-1".into()).await, Ok(Some(order("A-1", 20, "s20"))));
}

async fn found_by_number(base: Base) {
    let store = &base.store;
    put(store, &order("old", 1, "sent")).await;
    put(store, &order("new", 2, "packed")).await;
    put(store, &Order { expires_at: Some(at(100)), ..order("expiring", 3, "packed") }).await;
    put(store, &Order { phones: vec![phone("+34600000009")], ..order("other", 4, "packed") }).await;
    let of = async |number: &str, now: Timestamp| -> Vec<String> {
        let orders = store.orders_of(&phone(number), now).await.expect("found");
        orders.into_iter().map(|o| o.id.0).collect()
    };
    assert_eq!(of("+34600000002", at(99)).await, ["expiring", "new", "old"]);
    assert_eq!(of("+34600000002", at(100)).await, ["new", "old"]);
    assert_eq!(of("+34600000009", at(0)).await, ["other"]);
    assert!(of("+34600000008", at(0)).await.is_empty());
    // A number that is taken off an order does not find it any more; one that is given twice finds it once.
    let moved = vec![phone("+34600000009"), phone("+34600000009")];
    put(store, &Order { phones: moved, ..order("new", 5, "packed") }).await;
    assert_eq!(of("+34600000002", at(100)).await, ["old"]);
    assert_eq!(of("+34600000009", at(0)).await, ["new", "other"]);
}

async fn listed_by_filter(base: Base) {
    let store = &base.store;
    put(store, &order("a", 1, "sent")).await;
    put(store, &order("b", 2, "packed")).await;
    put(store, &Order { phones: vec![phone("+34600000009")], ..order("c", 3, "packed") }).await;
    let list = async |query: OrderQuery| -> Vec<String> {
        let page = store.orders(&query, &first(10)).await.expect("listed");
        page.items.into_iter().map(|o| o.id.0).collect()
    };
    assert_eq!(list(OrderQuery::default()).await, ["a", "b", "c"]);
    let packed = Some("packed".to_owned());
    assert_eq!(list(OrderQuery { status: packed.clone(), ..OrderQuery::default() }).await, ["b", "c"]);
    let phone = Some(phone("+34600000001"));
    let both = OrderQuery { status: packed, phone, updated_since: None };
    assert_eq!(list(both.clone()).await, ["b"]);
    assert_eq!(list(OrderQuery { updated_since: Some(at(3)), ..both }).await, [""; 0]);
    assert_eq!(list(OrderQuery { updated_since: Some(at(2)), ..OrderQuery::default() }).await, ["b", "c"]);
}

async fn pages_miss_nothing_while_orders_change(base: Base) {
    let store = &base.store;
    for number in 0..10 {
        // Two of each time, so that the id has to tell them apart.
        let row = Order { updated_at: at(number / 2), ..order(&format!("o{number}"), 1, "packed") };
        put(store, &row).await;
    }
    let (mut request, mut seen) = (first(3), Vec::new());
    loop {
        let page = store.orders(&OrderQuery::default(), &request).await.expect("a page");
        seen.extend(page.items.iter().map(|o| (o.id.0.clone(), o.version)));
        if seen.len() == 3 {
            put(store, &Order { updated_at: at(50), ..order("o0", 2, "packed") }).await;
            put(store, &Order { updated_at: at(51), ..order("new", 1, "packed") }).await;
        }
        request.cursor = page.next;
        if request.cursor.is_none() {
            break;
        }
    }
    let mut expected: Vec<_> = (0..10).map(|n| (format!("o{n}"), 1)).collect();
    expected.extend([("o0".to_owned(), 2), ("new".to_owned(), 1)]);
    assert_eq!(seen, expected);
}

async fn foreign_cursors_are_refused(base: Base) {
    let request = stasisd::storage::PageRequest { cursor: Some("' OR 1=1".to_owned()), limit: 10 };
    let answer = base.store.orders(&OrderQuery::default(), &request).await;
    assert_eq!(answer.map(|_| ()), Err(StorageError::BadCursor));
}
