//! Call orders: listed in pages that do not move.

use stasisd::{
    model::{CallOrder, Lane, OrderState},
    storage::CallOrderQuery,
};

use crate::base::{Base, accept, at, call_order, first, on_both, phone};

on_both!(filtered, pages_stay_while_orders_come_in);

fn ids(orders: &[CallOrder]) -> Vec<u128> {
    orders.iter().map(|order| order.id.0.as_u128()).collect()
}

async fn filtered(base: Base) {
    let store = &base.store;
    let other = |number, change: fn(&mut CallOrder)| {
        let mut order = call_order(number);
        change(&mut order);
        order
    };
    let orders = [
        call_order(1),
        call_order(2),
        other(3, |o| o.number = phone("101")),
        other(4, |o| o.gateway = "other".to_owned()),
        other(5, |o| o.lane = Lane::Alert),
        other(6, |o| o.subject = Some("A-1".to_owned())),
    ];
    accept(store, orders).await;
    store.claim_due("carrier", Lane::Callback, at(1), 1, "us").await.expect("claimed");
    store.cancel_call_order(call_order(2).id, at(9)).await.expect("cancelled");
    let all = CallOrderQuery::default;
    let list = async |query: CallOrderQuery| {
        ids(&store.call_orders(&query, &first(10)).await.expect("listed").items)
    };
    assert_eq!(list(all()).await, [6, 5, 4, 3, 2, 1]);
    assert_eq!(list(CallOrderQuery { state: Some(OrderState::Waiting), ..all() }).await, [6, 5, 4, 3]);
    assert_eq!(list(CallOrderQuery { state: Some(OrderState::Active), ..all() }).await, [1]);
    assert_eq!(list(CallOrderQuery { state: Some(OrderState::Ended), ..all() }).await, [2]);
    assert_eq!(list(CallOrderQuery { number: Some(phone("101")), ..all() }).await, [3]);
    assert_eq!(list(CallOrderQuery { gateway: Some("other".to_owned()), ..all() }).await, [4]);
    assert_eq!(list(CallOrderQuery { lane: Some(Lane::Alert), ..all() }).await, [5]);
    assert_eq!(list(CallOrderQuery { subject: Some("A-1".to_owned()), ..all() }).await, [6]);
    let (from, to) = (Some(at(2)), Some(at(4)));
    assert_eq!(list(CallOrderQuery { created_from: from, created_to: to, ..all() }).await, [3, 2]);
    let nobody = CallOrderQuery { subject: Some("' OR '1'='1".to_owned()), ..all() };
    assert!(list(nobody).await.is_empty());
}

async fn pages_stay_while_orders_come_in(base: Base) {
    let store = &base.store;
    // Pairs that were accepted in the same microsecond: the id tells them apart.
    accept(
        store,
        (0..11).map(|n: u128| CallOrder { created_at: call_order(n / 2).created_at, ..call_order(n) }),
    )
    .await;
    let (mut request, mut seen, mut newer) = (first(2), Vec::new(), 100);
    loop {
        let page = store.call_orders(&CallOrderQuery::default(), &request).await.expect("a page");
        seen.extend(ids(&page.items));
        accept(store, [call_order(newer)]).await;
        newer += 1;
        request.cursor = page.next;
        if request.cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, (0..11).rev().collect::<Vec<u128>>());
}
