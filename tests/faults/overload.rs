//! Asterisk answers fewer calls than come: its dialplan is told to turn a share of them away.

use std::time::Duration;

use serde_json::json;
use stasisd::{config::Config, model::NoticeKind, storage::Store};

use crate::{desk::Desk, fake_asterisk::Fake, listener::eventually};

const SHARE: &str = "STASISD_SHED_stasisd";
const CLOSED: &str = "STASISD_CLOSED_stasisd";

/// What Asterisk was told of a global of its dialplan, in order; nothing where it was to forget it.
fn told(desk: &Desk, name: &str) -> Vec<String> {
    let prefix = format!("asterisk/variable?variable={name}");
    let world = desk.fake.world();
    let all = world.seen.iter().filter(|seen| seen.method == "POST");
    let of_it = all.filter_map(|seen| seen.uri.strip_prefix(&prefix));
    of_it.map(|rest| rest.strip_prefix("&value=").unwrap_or(rest).to_owned()).collect()
}

#[tokio::test]
async fn a_queue_of_answers_has_the_dialplan_turn_a_share_away_until_it_is_gone() {
    let few = |config: &mut Config| config.calls.max_starting = 32;
    let mut desk = Desk::after(few, async |_: &Store, fake: &Fake| {
        // Over the websocket they would wait for each other, and its heartbeat for all.
        fake.with_faults(|faults| faults.rest_over_websocket = false);
        let mut world = fake.world();
        world.set_global(SHARE, "9999999999950");
        world.set_global(CLOSED, "9999999999");
    })
    .await;
    let left = desk.fake.world().globals.keys().any(|name| [SHARE, CLOSED].contains(&name.as_str()));
    assert!(!left, "what an earlier life said is forgotten");
    desk.fake.with_faults(|faults| faults.delay = Duration::from_millis(1500));
    for index in 0..30 {
        assert!(desk.fake.call(&format!("c{index}"), "+34600000001", &[]));
    }
    let traffic = || desk.door.services.registry.traffic();
    eventually("all wait for their answer", || traffic().answering == 30).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(desk.fake.call("late", "+34600000001", &[]));
    assert_eq!(desk.notice(NoticeKind::CallRefused).await.data, json!({ "why": "overloaded" }));
    let share = |value: &String| {
        let (until, permille) = value.split_at_checked(value.len().checked_sub(3)?)?;
        Some((until.parse::<i64>().ok()?, permille.parse::<u32>().ok()?))
    };
    eventually("a share is told", || told(&desk, SHARE).iter().any(|value| share(value).is_some())).await;
    let now = jiff::Timestamp::now().as_second();
    let (until, permille) = told(&desk, SHARE).iter().find_map(share).unwrap();
    assert!((now..=now + 5).contains(&until) && (1..=950).contains(&permille), "{until} {permille} at {now}");
    desk.fake.with_faults(|faults| faults.delay = Duration::ZERO);
    eventually("nothing is turned away any more", || {
        told(&desk, SHARE).last().is_some_and(|value| value == "0")
    })
    .await;
    assert!(desk.handed_back("late"));
    assert_eq!(told(&desk, CLOSED), [""], "the share was enough");
}

#[tokio::test]
async fn what_is_above_the_allowed_rate_is_refused_and_the_gate_shut_for_a_moment() {
    let mut desk = Desk::open(|config| config.calls.max_per_second = 1).await;
    for id in ["first", "second"] {
        assert!(desk.fake.call(id, "+34600000001", &[]));
    }
    assert_eq!(desk.notice(NoticeKind::CallRefused).await.data, json!({ "why": "too_fast" }));
    let now = jiff::Timestamp::now().as_second();
    eventually("the gate was shut, and opened again", || {
        told(&desk, CLOSED).last().is_some_and(|value| value == "0")
    })
    .await;
    // Forgotten on connecting, shut, open.
    let said = told(&desk, CLOSED);
    assert_eq!((said.len(), said[0].as_str()), (3, ""), "{said:?}");
    let until: i64 = said[1].parse().unwrap();
    assert!((now - 1..=now + 3).contains(&until), "{until} at {now}");
    eventually("it is handed back", || desk.handed_back("second")).await;
    assert!(told(&desk, SHARE).iter().all(String::is_empty), "a limit is no queue: {:?}", told(&desk, SHARE));
    assert!(!desk.handed_back("first"));
    tokio::time::sleep(Duration::from_millis(1100)).await;
    assert!(desk.fake.call("third", "+34600000001", &[]));
    eventually("a second later there is room", || desk.told("third").contains(&"POST answer".to_owned()))
        .await;
}
