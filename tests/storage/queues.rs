//! Programming of queues and their history: what must not be forgotten, and what statistics are made of.

use jiff::Timestamp;
use stasisd::{
    config::{Config, RetentionConfig},
    model::{
        MemberEvent, MemberWhat, Override, OverrideKind, PersonId, ProgrammedMember, QueueCall, QueueEnd,
        Whom,
    },
    storage::{PageRequest, QueueCallQuery},
};
use uuid::Uuid;

use crate::base::{Base, at, first, on_both};

on_both!(
    members_are_ours_until_forgotten,
    overrides_hold_and_are_settled,
    calls_are_written_over_until_they_end,
    calls_are_listed_by_page_and_time,
    events_are_written_once,
    old_history_goes
);

fn ours(queue: &str, interface: &str, paused: Option<&str>) -> ProgrammedMember {
    ProgrammedMember {
        queue: queue.to_owned(),
        interface: interface.to_owned(),
        person: PersonId::parse("anna").ok(),
        penalty: 2,
        paused: paused.map(str::to_owned),
        added_at: at(1),
    }
}

async fn members_are_ours_until_forgotten(base: Base) {
    let store = &base.store;
    let members = [ours("q", "PJSIP/1", None), ours("q", "PJSIP/2", Some("'; lunch 🍝"))];
    store.keep_programmed("q", &members, &[]).await.expect("stored");
    store.keep_programmed("other", &[ours("other", "PJSIP/1", None)], &[]).await.expect("stored");
    assert_eq!(store.programmed_members("q").await, Ok(members.to_vec()));
    let changed = ours("q", "PJSIP/2", None);
    let done = store.keep_programmed("q", std::slice::from_ref(&changed), &["PJSIP/1".to_owned()]).await;
    done.expect("stored");
    assert_eq!(store.programmed_members("q").await, Ok(vec![changed]));
    assert_eq!(store.programmed_members("other").await.map(|members| members.len()), Ok(1));
    assert_eq!(store.programmed_members("none").await, Ok(Vec::new()));
}

fn decided(number: u128, kind: OverrideKind, from: i64, to: i64) -> Override {
    Override {
        id: Uuid::from_u128(number),
        queue: "q".to_owned(),
        whom: Whom::Person(PersonId::parse("anna").expect("an id")),
        kind,
        by: "sònia".to_owned(),
        note: "why".to_owned(),
        created_at: at(from),
        expires_at: at(to),
        applied: false,
        settled: false,
    }
}

async fn overrides_hold_and_are_settled(base: Base) {
    let store = &base.store;
    let pause = OverrideKind::Pause { reason: "meeting".to_owned() };
    let (second, one) = (decided(2, pause, 6, 90), decided(1, OverrideKind::Add { penalty: 3 }, 5, 50));
    for decided in [&second, &one] {
        store.add_override(decided).await.expect("stored");
    }
    assert_eq!(store.open_overrides("q").await, Ok(vec![one.clone(), second.clone()]));
    assert_eq!(store.open_overrides("other").await, Ok(Vec::new()));
    assert_eq!(store.end_override("other", one.id, at(10)).await, Ok(false));
    assert_eq!(store.end_override("q", one.id, at(10)).await, Ok(true));
    assert_eq!(store.end_override("q", one.id, at(10)).await, Ok(false), "it is over");
    store.mark_overrides(&[second.id], &[one.id]).await.expect("marked");
    let open = store.open_overrides("q").await.expect("read");
    assert_eq!(open, [Override { applied: true, ..second }]);
}

fn call(number: u128, joined: i64) -> QueueCall {
    QueueCall {
        id: Uuid::from_u128(number),
        queue: "q".to_owned(),
        channel: format!("1.{number}"),
        number: Some("+34600000001".to_owned()),
        position: Some(1),
        joined_at: at(joined),
        connected_at: None,
        interface: None,
        wait_secs: None,
        talk_secs: None,
        ended_at: None,
        end: None,
    }
}

fn ended(number: u128, joined: i64, end: QueueEnd) -> QueueCall {
    QueueCall { ended_at: Some(at(joined + 9)), wait_secs: Some(9), end: Some(end), ..call(number, joined) }
}

fn of_queue() -> QueueCallQuery {
    QueueCallQuery { queue: Some("q".to_owned()), ..QueueCallQuery::default() }
}

async fn calls_are_written_over_until_they_end(base: Base) {
    let store = &base.store;
    store.save_queue_history(&[call(1, 10), call(2, 11)], &[]).await.expect("stored");
    assert_eq!(store.open_queue_calls().await, Ok(vec![call(1, 10), call(2, 11)]));
    let talked = QueueCall {
        connected_at: Some(at(15)),
        interface: Some("PJSIP/201".to_owned()),
        talk_secs: Some(60),
        ..ended(1, 10, QueueEnd::Completed)
    };
    store.save_queue_history(std::slice::from_ref(&talked), &[]).await.expect("stored");
    assert_eq!(store.open_queue_calls().await, Ok(vec![call(2, 11)]));
    assert_eq!(store.all_queue_calls(&of_queue()).await, Ok(vec![talked, call(2, 11)]));
}

async fn calls_are_listed_by_page_and_time(base: Base) {
    let store = &base.store;
    let calls: Vec<_> =
        (1..=5).map(|n| ended(n, i64::try_from(n).expect("small"), QueueEnd::Abandoned)).collect();
    store.save_queue_history(&calls, &[]).await.expect("stored");
    let ids = |calls: Vec<QueueCall>| calls.iter().map(|call| call.id.as_u128()).collect::<Vec<_>>();
    let page = store.queue_calls(&of_queue(), &first(3)).await.expect("read");
    let next = PageRequest { cursor: page.next.clone(), limit: 3 };
    assert_eq!(ids(page.items), [5, 4, 3]);
    assert_eq!(ids(store.queue_calls(&of_queue(), &next).await.expect("read").items), [2, 1]);
    let some = QueueCallQuery { from: Some(at(2)), to: Some(at(4)), ..of_queue() };
    assert_eq!(ids(store.all_queue_calls(&some).await.expect("read")), [2, 3]);
    let none = QueueCallQuery { end: Some(QueueEnd::TimedOut), ..of_queue() };
    assert_eq!(ids(store.all_queue_calls(&none).await.expect("read")), [0; 0]);
    let others = QueueCallQuery { queue: Some("other".to_owned()), ..of_queue() };
    assert_eq!(ids(store.all_queue_calls(&others).await.expect("read")), [0; 0]);
}

fn event(id: i64) -> MemberEvent {
    MemberEvent {
        id,
        at: at(id),
        queue: "q".to_owned(),
        interface: "PJSIP/201".to_owned(),
        name: "Àngels".to_owned(),
        what: MemberWhat::Paused,
        reason: Some("lunch".to_owned()),
        by: None,
    }
}

async fn events_are_written_once(base: Base) {
    let store = &base.store;
    store.save_queue_history(&[], &[event(1), event(2)]).await.expect("stored");
    let other = MemberEvent { what: MemberWhat::Resumed, ..event(2) };
    store.save_queue_history(&[], &[other, event(3)]).await.expect("stored");
    let read = store.queue_member_events("q", at(2), at(4)).await;
    assert_eq!(read, Ok(vec![event(2), event(3)]));
    assert_eq!(store.queue_member_events("other", at(0), at(9)).await, Ok(Vec::new()));
}

async fn old_history_goes(base: Base) {
    let store = &base.store;
    let day = 86_400;
    let calls = [call(1, 0), ended(2, 0, QueueEnd::Left), ended(3, 3 * day, QueueEnd::Left)];
    store
        .save_queue_history(&calls, &[event(1), MemberEvent { at: at(3 * day), ..event(2) }])
        .await
        .expect("stored");
    for (number, settled) in [(1, true), (2, false)] {
        let one = Override { settled, ..decided(number, OverrideKind::Remove, 0, 5) };
        store.add_override(&one).await.expect("stored");
    }
    let config: RetentionConfig = Config::defaults().expect("the defaults").retention;
    let keep = RetentionConfig { queues_days: 2, ..config };
    let now: Timestamp = at(3 * day + 10);
    assert_eq!(store.sweep(&keep, now).await.map(|swept| swept.queues), Ok(3));
    let left: Vec<_> = store.all_queue_calls(&of_queue()).await.expect("read");
    assert_eq!(left.iter().map(|call| call.id.as_u128()).collect::<Vec<_>>(), [1, 3], "one is not over");
}
