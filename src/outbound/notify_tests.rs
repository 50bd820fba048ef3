//! What a change of an order means for the calls about it.

use uuid::Uuid;

use super::*;
use crate::model::{Amd, CallOrderId, OrderState, RetryRule};

fn number(text: &str) -> PhoneNumber {
    PhoneNumber::parse(text, None).unwrap()
}

fn order(status: &str, facts: &serde_json::Value) -> Order {
    Order {
        id: "A-1".into(),
        phones: vec![number("+34600000001"), number("+34600000002")],
        status: status.to_owned(),
        facts: facts.as_object().cloned().unwrap_or_default(),
        version: 7,
        expires_at: None,
        updated_at: Timestamp::UNIX_EPOCH,
    }
}

fn call(id: u128, to: &str, key: Option<&str>) -> CallOrder {
    CallOrder {
        id: CallOrderId(Uuid::from_u128(id)),
        number: number(to),
        gateway: "north".to_owned(),
        caller_id: None,
        flow: "order-notify".to_owned(),
        facts: Facts::from_iter([("more".to_owned(), 1.into())]),
        language: "en".to_owned(),
        lane: Lane::Callback,
        not_before: Timestamp::UNIX_EPOCH,
        first_by: None,
        not_after: None,
        time_zone: None,
        ring_timeout_secs: 45,
        retry: RetryRule::default(),
        amd: Amd::Off,
        subject: Some("order:A-1".to_owned()),
        idempotency_key: key.map(str::to_owned),
        callback_url: None,
        state: OrderState::Waiting,
        attempts: 0,
        next_at: Timestamp::UNIX_EPOCH,
        reach: None,
        end: None,
        detail: None,
        created_at: Timestamp::UNIX_EPOCH,
        ended_at: None,
    }
}

/// Ids that are cancelled, refreshed, ordered.
fn planned(before: Option<&str>, calls: &[CallOrder], now: &Order) -> [Vec<u128>; 3] {
    let before = OrderBefore { status: before.map(str::to_owned), calls: calls.to_vec() };
    let changes = plan(&before, now, &[(call(9, "+34600000001", Some("rule 9")), String::new())]);
    let number = |id: &CallOrderId| id.0.as_u128();
    [
        changes.cancel.iter().map(|(id, _)| number(id)).collect(),
        changes.refresh.iter().map(|(id, _)| number(id)).collect(),
        changes.order.iter().map(|(call, _)| number(&call.id)).collect(),
    ]
}

#[test]
fn a_new_status_takes_the_place_of_the_old_one() {
    let (by_rule, asked) = (call(1, "+34600000001", Some("rule 1")), call(2, "+34600000002", Some("mine")));
    let now = order("arrived", &json!({}));
    assert_eq!(planned(None, &[], &now), [vec![], vec![], vec![9]]);
    assert_eq!(planned(Some("sent"), &[by_rule.clone(), asked.clone()], &now), [vec![1], vec![2], vec![9]]);
    assert_eq!(planned(Some("arrived"), &[by_rule, asked], &now), [vec![], vec![1, 2], vec![]]);
}

#[test]
fn a_number_that_is_gone_is_not_called() {
    let gone = [call(1, "+34600000003", Some("rule 1")), call(2, "+34600000003", None)];
    let planned = planned(Some("arrived"), &gone, &order("arrived", &json!({})));
    assert_eq!(planned, [vec![1, 2], vec![], vec![]]);
}

#[test]
fn what_waits_says_the_newest() {
    let before = OrderBefore { status: Some("sent".to_owned()), calls: vec![call(1, "+34600000001", None)] };
    let changes = plan(&before, &order("arrived", &json!({"eta": 5})), &[]);
    let facts = &changes.refresh[0].1;
    assert_eq!((&facts["more"], &facts["order"]["status"]), (&json!(1), &json!("arrived")));
    assert_eq!((&facts["order"]["version"], &facts["order"]["facts"]["eta"]), (&json!(7), &json!(5)));
}

#[test]
fn only_a_language_is_a_language() {
    assert_eq!(language(&order("sent", &json!({"language": "es"}))).as_deref(), Some("es"));
    for bad in [json!({}), json!({"language": 7}), json!({"language": "Spanish"}), json!({"language": "../"})]
    {
        assert_eq!(language(&order("sent", &bad)), None);
    }
}

#[test]
fn numbers_are_the_first_or_all() {
    let mut order = order("sent", &json!({}));
    assert_eq!(numbers(&order, Numbers::First).len(), 1);
    assert_eq!(numbers(&order, Numbers::All).len(), 2);
    order.phones.clear();
    assert!(numbers(&order, Numbers::First).is_empty());
}

#[test]
fn the_way_back_is_the_way_they_came_as_far_as_it_may_be_gone() {
    let mut config = crate::config::Config::defaults().unwrap();
    for (name, more) in [("north", "caller_ids = [\"+34900000002\"]"), ("south", "prefixes = [\"+49\"]")] {
        let text = format!(
            "endpoints = [{{ name = \"a\", dial = \"PJSIP/{{number}}@x\" }}]\ncaller_id = \"+34900000001\"\n{more}\n"
        );
        config.gateways.insert(name.to_owned(), toml::from_str(&text).unwrap());
    }
    let gateways = Gateways::new(&config).unwrap();
    let back = |called: &str, gateway: Option<&str>| {
        let link = Link {
            order: "A-1".into(),
            called: number(called),
            gateway: gateway.map(str::to_owned),
            expires_at: Timestamp::MAX,
            version: 1,
            created_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        };
        let WayBack { gateway, caller_id } = way_back(&gateways, &link, &number("+34600000001"), None);
        [gateway, caller_id].map(Option::unwrap_or_default)
    };
    assert_eq!(back("+34900000002", Some("north")), ["north", "+34900000002"]);
    assert_eq!(back("+34900000002", None), ["", "+34900000002"], "the gateway that takes the number");
    assert_eq!(back("+34900000009", Some("north")), ["north", ""], "a number that may not be shown");
    assert_eq!(back("+34900000002", Some("gone")), ["", "+34900000002"], "a gateway that is no more");
    assert_eq!(
        back("+34900000002", Some("south")),
        ["", "+34900000002"],
        "one that does not take the number"
    );
}

#[test]
fn an_order_that_is_not_known_is_what_the_request_says() {
    let to = |number_of: Option<&str>, status: Option<&str>| NotifyRequest {
        to: number_of.map(number),
        status: status.map(str::to_owned),
        ..NotifyRequest::default()
    };
    let id = OrderId::from("A-1");
    assert_eq!(meant(None, &id, &to(None, None)), None);
    let made = meant(None, &id, &to(Some("+34600000009"), Some("arrived"))).unwrap();
    assert_eq!((made.status.as_str(), made.phones.as_slice()), ("arrived", &[number("+34600000009")][..]));
    let known = order("sent", &serde_json::json!({}));
    let told = meant(Some(known.clone()), &id, &to(Some("+34600000009"), Some("arrived"))).unwrap();
    assert_eq!((told.status.as_str(), told.phones.len()), ("sent", 1), "what is known goes before");
    assert_eq!(meant(Some(known.clone()), &id, &to(None, None)), Some(known));
}
