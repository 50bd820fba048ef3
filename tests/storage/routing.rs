//! Rules, lists and links: versions, tombstones, what is read whole, and how they go.

use jiff::Timestamp;
use rand::{SeedableRng, rngs::StdRng, seq::SliceRandom};
use stasisd::{
    config::{Config, RetentionConfig},
    model::{Link, ListEntry, ListName, Matches, NumberMatch, OrderId, Outcome, Rule, RuleId},
    routing::Routing,
    storage::{LinkQuery, ListQuery, Put, RuleQuery, Store},
};

use crate::base::{Base, at, first, on_both, phone};

on_both!(
    a_rule_lives,
    a_rule_is_extended,
    any_order_of_arrival_ends_the_same,
    concurrent_writers_of_one_rule,
    rules_are_listed,
    lists_live,
    links_live,
    expired_ones_go,
    routing_sees_what_another_writer_changed,
    routing_goes_on_without_its_database,
);

fn rule(id: &str, version: i64, target: &str) -> Rule {
    let caller = NumberMatch::parse("+34600000001", None).expect("a number");
    Rule {
        id: id.into(),
        matches: Matches { caller: Some(caller), gateway: Some("north".to_owned()), ..Matches::default() },
        priority: -3,
        target: target.parse().expect("a target"),
        expires_at: Some(at(1_000)),
        note: Some("ñandú 🚚 '; DROP TABLE routing_rules; --".to_owned()),
        version,
        created_at: at(version),
        updated_at: at(version),
    }
}

fn entry(list: ListName, number: &str, version: i64) -> ListEntry {
    ListEntry {
        list,
        number: NumberMatch::parse(number, None).expect("a number"),
        note: Some("called 200 times".to_owned()),
        expires_at: None,
        version,
        created_at: at(version),
        updated_at: at(version),
    }
}

fn link(order: &str, version: i64, gateway: Option<&str>) -> Link {
    Link {
        order: order.into(),
        called: phone("+34900000001"),
        gateway: gateway.map(str::to_owned),
        expires_at: at(1_000),
        version,
        created_at: at(version),
        updated_at: at(version),
    }
}

async fn put(store: &Store, rule: &Rule) -> Outcome {
    store.put_rule(rule).await.expect("stored").outcome
}

async fn a_rule_lives(base: Base) {
    let (store, id) = (&base.store, RuleId::from("A"));
    let delete = async |version| store.delete_rule(&id, version, at(50)).await.expect("deleted").outcome;
    assert_eq!(delete(None).await, Outcome::Unchanged);
    let first = rule("A", 10, "flow:ivr");
    let made = store.put_rule(&first).await;
    assert_eq!(made, Ok(Put { outcome: Outcome::Created, now: Some(first.clone()), revision: Some(1) }));
    let again = store.put_rule(&Rule { updated_at: at(99), ..first.clone() }).await;
    assert_eq!(again, Ok(Put { outcome: Outcome::Unchanged, now: Some(first.clone()), revision: None }));
    assert_eq!(put(store, &rule("A", 10, "queue:vip")).await, Outcome::Conflict);
    assert_eq!(put(store, &rule("A", 9, "queue:vip")).await, Outcome::Stale);
    let next = Rule { created_at: at(10), ..rule("A", 11, "queue:vip") };
    let changed = store.put_rule(&rule("A", 11, "queue:vip")).await;
    assert_eq!(changed, Ok(Put { outcome: Outcome::Applied, now: Some(next.clone()), revision: Some(2) }));
    assert_eq!(store.rule(&id).await, Ok(Some(next)), "it is as old as it was");
    assert_eq!(store.rule(&"a".into()).await, Ok(None), "ids differ in case");
    assert_eq!(delete(Some(10)).await, Outcome::Stale);
    assert_eq!(delete(Some(12)).await, Outcome::Applied);
    assert_eq!(delete(Some(12)).await, Outcome::Unchanged);
    assert_eq!(store.rule(&id).await, Ok(None));
    assert_eq!(put(store, &rule("A", 12, "flow:ivr")).await, Outcome::Stale, "it stays deleted");
    assert_eq!(put(store, &rule("A", 13, "flow:ivr")).await, Outcome::Created);
    assert_eq!(store.rule(&id).await.map(|rule| rule.map(|r| r.created_at)), Ok(Some(at(13))));
    assert_eq!(store.routing_revision().await, Ok(4), "what changed nothing is not counted");
}

async fn a_rule_is_extended(base: Base) {
    let store = &base.store;
    put(store, &rule("A", 1, "flow:ivr")).await;
    let longer = Rule { expires_at: Some(at(9_000)), ..rule("A", 2, "flow:ivr") };
    assert_eq!(put(store, &longer).await, Outcome::Applied);
    let stored = store.rule(&"A".into()).await.expect("read").expect("there");
    assert_eq!((stored.expires_at, stored.created_at), (Some(at(9_000)), at(1)));
}

async fn any_order_of_arrival_ends_the_same(base: Base) {
    let mut random = StdRng::seed_from_u64(11);
    for round in 0..16 {
        let id = format!("R-{round}");
        // A version, and whether it is a deletion.
        let mut updates =
            [(1, false), (2, false), (2, true), (3, false), (4, true), (5, round % 2 == 0), (3, false)];
        updates.shuffle(&mut random);
        for (version, is_deletion) in updates {
            if is_deletion {
                base.store.delete_rule(&id.as_str().into(), Some(version), at(0)).await.expect("deleted");
            } else {
                put(&base.store, &rule(&id, version, &format!("flow:f{version}"))).await;
            }
        }
        let stored = base.store.rule(&id.as_str().into()).await.expect("read");
        let target = stored.map(|rule| rule.target.to_string());
        assert_eq!(target, (round % 2 == 1).then(|| "flow:f5".to_owned()), "after {updates:?}");
    }
}

async fn concurrent_writers_of_one_rule(base: Base) {
    let tasks: Vec<_> = (1..=20)
        .map(|version| {
            let store = base.store.clone();
            tokio::spawn(async move { put(&store, &rule("A", version, &format!("flow:f{version}"))).await })
        })
        .collect();
    let mut written = 0;
    for task in tasks {
        let outcome = task.await.expect("no panic");
        assert!(matches!(outcome, Outcome::Created | Outcome::Applied | Outcome::Stale), "{outcome:?}");
        written += i64::from(outcome != Outcome::Stale);
    }
    let stored = base.store.rule(&"A".into()).await.expect("read").expect("there");
    assert_eq!(stored.version, 20);
    assert_eq!(base.store.routing_revision().await, Ok(written));
}

async fn rules_are_listed(base: Base) {
    let store = &base.store;
    for number in 0..7 {
        put(store, &rule(&format!("r{number}"), number, "flow:ivr")).await;
    }
    let other = NumberMatch::parse("+34*", None).ok();
    let matches = Matches { caller: other.clone(), ..Matches::default() };
    put(store, &Rule { matches, expires_at: None, ..rule("other", 8, "flow:ivr") }).await;
    store.delete_rule(&"r0".into(), None, at(9)).await.expect("deleted");
    let list = async |query: RuleQuery| -> Vec<String> {
        let (mut ids, mut page) = (Vec::new(), first(3));
        loop {
            let next = store.rules(&query, &page).await.expect("listed");
            ids.extend(next.items.into_iter().map(|rule| rule.id.0));
            page.cursor = next.next;
            if page.cursor.is_none() {
                return ids;
            }
        }
    };
    assert_eq!(list(RuleQuery::default()).await, ["r1", "r2", "r3", "r4", "r5", "r6", "other"]);
    assert_eq!(list(RuleQuery { caller: other, holding_at: None }).await, ["other"]);
    assert_eq!(list(RuleQuery { caller: None, holding_at: Some(at(1_000)) }).await, ["other"]);
}

async fn lists_live(base: Base) {
    let store = &base.store;
    let mine = entry(ListName::Block, "+34600000001", 1);
    let made = store.put_entry(&mine).await.expect("stored");
    assert_eq!((made.outcome, made.now, made.revision), (Outcome::Created, Some(mine.clone()), Some(1)));
    assert_eq!(store.put_entry(&mine).await.expect("stored").outcome, Outcome::Unchanged);
    // The other list, and a beginning of numbers.
    for other in [entry(ListName::Vip, "+34600000001", 2), entry(ListName::Block, "+44*", 3)] {
        assert_eq!(store.put_entry(&other).await.expect("stored").outcome, Outcome::Created);
    }
    let of = async |list| -> Vec<String> {
        let page = store.entries(list, &ListQuery::default(), &first(10)).await.expect("listed");
        page.items.into_iter().map(|entry| entry.number.to_string()).collect()
    };
    assert_eq!(of(ListName::Block).await, ["+34600000001", "+44*"]);
    assert_eq!(of(ListName::Vip).await, ["+34600000001"]);
    assert_eq!(store.entry(mine.list, &mine.number).await, Ok(Some(mine.clone())));
    let gone = store.delete_entry(mine.list, &mine.number, None, at(9)).await.expect("deleted");
    assert_eq!((gone.outcome, gone.revision), (Outcome::Applied, Some(4)));
    assert_eq!(store.entry(mine.list, &mine.number).await, Ok(None));
    assert_eq!(of(ListName::Block).await, ["+44*"]);
}

async fn links_live(base: Base) {
    let (store, id) = (&base.store, OrderId::from("A-1"));
    let first_one = link("A-1", 1, Some("north"));
    let made = store.put_link(&first_one).await.expect("stored");
    assert_eq!((made.outcome, made.now), (Outcome::Created, Some(first_one.clone())));
    // A failed save that is tried again doubles nothing.
    assert_eq!(store.put_link(&first_one).await.expect("stored").outcome, Outcome::Unchanged);
    assert_eq!(store.put_link(&link("A-1", 1, None)).await.expect("stored").outcome, Outcome::Conflict);
    let next = link("A-1", 2, None);
    assert_eq!(store.put_link(&next).await.expect("stored").outcome, Outcome::Applied);
    assert_eq!(store.put_link(&first_one).await.expect("stored").outcome, Outcome::Stale);
    assert_eq!(store.link(&id).await, Ok(Some(Link { created_at: at(1), ..next })));
    store.put_link(&link("A-2", 3, None)).await.expect("stored");
    let holding = LinkQuery { holding_at: Some(at(999)) };
    let page = store.links(&holding, &first(1)).await.expect("listed");
    assert_eq!((page.items[0].order.as_str(), page.next.is_some()), ("A-1", true));
    let none = LinkQuery { holding_at: Some(at(1_000)) };
    assert_eq!(store.links(&none, &first(9)).await.expect("listed").items, []);
    assert_eq!(store.delete_link(&id, Some(1), at(9)).await, Ok(Outcome::Stale));
    assert_eq!(store.delete_link(&id, None, at(9)).await, Ok(Outcome::Applied));
    assert_eq!(store.delete_link(&id, None, at(9)).await, Ok(Outcome::Unchanged));
    assert_eq!(store.link(&id).await, Ok(None));
    assert_eq!(store.put_link(&link("A-1", 2, None)).await.expect("stored").outcome, Outcome::Stale);
}

async fn expired_ones_go(base: Base) {
    const DAY: i64 = 86_400;
    let store = &base.store;
    for number in 0..3 {
        put(store, &rule(&format!("r{number}"), number, "flow:ivr")).await;
        store.put_link(&link(&format!("A-{number}"), number, None)).await.expect("stored");
    }
    put(store, &Rule { expires_at: None, ..rule("stays", 1, "flow:ivr") }).await;
    put(store, &Rule { expires_at: None, ..rule("goes", 1, "flow:ivr") }).await;
    store.delete_rule(&"goes".into(), None, at(5)).await.expect("deleted");
    let mortal = ListEntry { expires_at: Some(at(7)), ..entry(ListName::Vip, "+34*", 1) };
    store.put_entry(&mortal).await.expect("stored");
    store.put_entry(&entry(ListName::Vip, "+44*", 1)).await.expect("stored");
    store.delete_link(&"A-0".into(), None, at(8)).await.expect("deleted");
    let keep = RetentionConfig {
        calls_days: 1,
        events_days: 1,
        orders_days: 1,
        call_orders_days: 1,
        notes_days: 0,
        routing_days: 2,
        sweep_minutes: 60,
    };
    assert_eq!(store.sweep(&keep, at(DAY)).await.map(|swept| swept.routing), Ok(0));
    // Three rules that expired, one that was deleted, an entry, three links.
    assert_eq!(store.sweep(&keep, at(4 * DAY)).await.map(|swept| swept.routing), Ok(8));
    let left = store.routing_book(at(4 * DAY)).await.expect("read");
    assert_eq!(left.rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["stays"]);
    assert_eq!(left.entries.len(), 1);
    assert_eq!(put(store, &rule("goes", 1, "flow:ivr")).await, Outcome::Created, "its tombstone is gone");
}

/// A time at which the samples hold.
fn then() -> Timestamp {
    at(500)
}

fn routing(store: &Store) -> Routing {
    Routing::new(store.clone(), &Config::defaults().expect("defaults")).expect("routing")
}

fn way(routing: &Routing) -> String {
    let arrival = routing.arrival(Some("+34600000001"), Some("1"), Some("north"));
    routing.decide(&arrival, then()).target.to_string()
}

async fn routing_sees_what_another_writer_changed(base: Base) {
    let immortal = |id: &str, version, target: &str| Rule { expires_at: None, ..rule(id, version, target) };
    let (one, other) = (routing(&base.store), routing(&base.store));
    one.put_rule(immortal("a", 1, "flow:ivr")).await.expect("stored");
    assert_eq!((way(&one), way(&other)), ("flow:ivr".to_owned(), "flow:order-status".to_owned()));
    // Its own change is in force at once; the other's it knows after reading.
    other.put_rule(Rule { priority: 9, ..immortal("b", 1, "queue:vip") }).await.expect("stored");
    assert_eq!(way(&other), "queue:vip");
    other.reread().await.expect("read");
    assert_eq!(other.len(), 2, "its own change did not hide the one before it");
    one.reread().await.expect("read");
    assert_eq!(way(&one), "queue:vip");
    one.delete_rule(&"b".into(), None).await.expect("deleted");
    other.put_entry(entry(ListName::Block, "+34600000001", 1)).await.expect("stored");
    assert_eq!((way(&one), way(&other)), ("flow:ivr".to_owned(), "reject:forbidden".to_owned()));
    for routing in [&one, &other] {
        routing.reread().await.expect("read");
        assert_eq!((way(routing), routing.len()), ("reject:forbidden".to_owned(), 1));
    }
}

async fn routing_goes_on_without_its_database(base: Base) {
    let routing = routing(&base.store);
    for version in 1..4 {
        routing.put_rule(Rule { expires_at: None, ..rule("a", version, "flow:ivr") }).await.expect("stored");
    }
    // A backup was put back: its count is behind ours.
    base.execute("DELETE FROM routing_rules; UPDATE routing_revision SET number = 0").await;
    routing.reread().await.expect("read");
    assert!(routing.is_empty());
    routing.put_rule(Rule { expires_at: None, ..rule("a", 2, "flow:ivr") }).await.expect("stored");
    base.execute("DROP TABLE routing_revision").await;
    assert!(routing.reread().await.is_err());
    assert_eq!(way(&routing), "flow:ivr", "the book as it was last known");
    assert!(routing.put_rule(rule("b", 1, "queue:vip")).await.is_err());
    assert_eq!(
        (way(&routing), routing.len()),
        ("flow:ivr".to_owned(), 1),
        "what is not stored does not hold"
    );
}
