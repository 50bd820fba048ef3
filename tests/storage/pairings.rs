//! Pairings: stored by id, found by either number, over when their order is.

use stasisd::model::{OrderId, Pairing, Party};

use crate::base::{Base, at, on_both, order, phone};

on_both!(stored_and_replaced, found_by_either_number, over_with_the_order);

fn pairing(id: &str, a: &str, b: &str) -> Pairing {
    let party = |number: &str| Party { number: phone(number), gateway: Some("north".to_owned()) };
    Pairing {
        id: OrderId::from(id),
        order: None,
        a: party(a),
        b: party(b),
        shown: Some(phone("+34900000001")),
        expires_at: at(100),
        updated_at: at(0),
    }
}

const A: &str = "+34600000001";
const B: &str = "+34600000002";

async fn stored_and_replaced(base: Base) {
    let store = &base.store;
    let first = pairing("p", A, B);
    assert_eq!(store.put_pairing(&first).await, Ok(true));
    assert_eq!(store.put_pairing(&first).await, Ok(false));
    let bare = Party { number: phone(B), gateway: None };
    let second = Pairing { b: bare, shown: None, expires_at: at(200), ..first };
    assert_eq!(store.put_pairing(&second).await, Ok(false));
    assert_eq!(store.pairing(&"p".into()).await, Ok(Some(second)));
    assert_eq!(store.delete_pairing(&"p".into()).await, Ok(true));
    assert_eq!(store.delete_pairing(&"p".into()).await, Ok(false));
    assert_eq!(store.pairing(&"p".into()).await, Ok(None));
}

async fn found_by_either_number(base: Base) {
    let store = &base.store;
    let (old, new) = (pairing("old", A, B), pairing("new", B, "+34600000003"));
    let new = Pairing { updated_at: at(5), ..new };
    store.put_pairing(&old).await.expect("stored");
    store.put_pairing(&new).await.expect("stored");
    let of = async |number, now| store.pairings_of(&phone(number), &[], at(now)).await.expect("read");
    assert_eq!(of(A, 0).await, std::slice::from_ref(&old));
    assert_eq!(of(B, 0).await, [new, old], "newest first");
    assert_eq!(of("+34600000009", 0).await, []);
    assert_eq!(of(A, 100).await, [], "its time is over");
}

async fn over_with_the_order(base: Base) {
    let store = &base.store;
    let paired = Pairing { order: Some(OrderId::from("A-1")), ..pairing("p", A, B) };
    store.put_pairing(&paired).await.expect("stored");
    let finished = ["done".to_owned()];
    let holds = async |now| !store.pairings_of(&phone(A), &finished, at(now)).await.expect("read").is_empty();
    assert!(holds(0).await, "an order that is not stored here says nothing");
    store.put_order(&order("A-1", 1, "driving")).await.expect("stored");
    assert!(holds(0).await);
    store.put_order(&order("A-1", 2, "done")).await.expect("stored");
    assert!(!holds(0).await, "the order is finished");
    let short = stasisd::model::Order { expires_at: Some(at(50)), ..order("A-1", 3, "driving") };
    store.put_order(&short).await.expect("stored");
    assert!(holds(49).await && !holds(50).await, "the order expires");
    store.delete_order(&"A-1".into(), None, at(10)).await.expect("deleted");
    assert!(!holds(20).await, "the order is deleted");
    let retention = stasisd::config::Config::defaults().expect("defaults").retention;
    store.sweep(&retention, at(20)).await.expect("swept");
    assert_eq!(store.pairing(&"p".into()).await, Ok(None), "and goes before its order does");
}
