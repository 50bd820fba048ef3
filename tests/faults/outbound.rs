//! Calls that we place, where Asterisk or this program fails between two steps of an attempt.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use serde_json::json;
use stasisd::{
    config::Config,
    model::{
        Amd, Attempt, AttemptState, CallOrder, CallOrderId, Lane, OrderEnd, OrderState, Position, Reach,
        RetryAfter, RetryRule,
    },
    outbound::CallRequest,
    storage::{Journal, Store},
};
use tokio_util::sync::CancellationToken;

use crate::{
    desk::Desk,
    fake_asterisk::Fake,
    listener::{SOON, eventually},
    records,
};

const NUMBER: &str = "+34600000001";
/// What only the command to dial has in it.
const DIALS: &str = "?endpoint=";

fn gateway(config: &mut Config) {
    let gateway = "endpoints = [{ name = \"a\", dial = \"PJSIP/{number}@a\" }]\ncalls_per_second = 50.0\n";
    config.gateways.insert("north".to_owned(), toml::from_str(gateway).unwrap());
    config.outbound.windows.exempt = Lane::ALL.to_vec();
    config.storage.group_commit_ms = 5;
}

/// Called once, whatever comes of it.
fn request() -> CallRequest {
    serde_json::from_value(json!({
        "number": NUMBER, "flow": "wait", "retry": { "ceiling": 1, "after": {} },
    }))
    .unwrap()
}

/// The same as a life before has accepted it; busy is called again at once, twice at most.
fn accepted() -> CallOrder {
    let again = [Reach::Busy, Reach::Unknown, Reach::NoAnswer];
    CallOrder {
        flow: "wait".to_owned(),
        retry: RetryRule {
            ceiling: 9,
            after: again.map(|reach| (reach, RetryAfter { delay_secs: 0, max: 2 })).into(),
        },
        ..records::call_order(CallOrderId(uuid::Uuid::now_v7()), NUMBER, "north", Timestamp::now())
    }
}

fn attempt(order: &CallOrder, number: u32) -> Attempt {
    Attempt::new(order.id.attempt(number), order.number.clone(), &order.gateway, "a", order.created_at)
}

/// An order that a life before has accepted and claimed.
async fn claimed(store: &Store) -> CallOrder {
    claim(store, accepted()).await
}

async fn claim(store: &Store, order: CallOrder) -> CallOrder {
    store.accept_call_orders(&[(order.clone(), String::new())]).await.unwrap();
    let claimed = store.claim_due("north", order.lane, order.next_at, 9, "earlier").await.unwrap();
    assert_eq!(claimed.len(), 1);
    order
}

/// Writes what a life before wrote of an attempt.
async fn save(desk_store: &Store, attempt: Attempt) {
    let end = CancellationToken::new();
    let config = Config::defaults().unwrap();
    let (journal, _written) = Journal::start(desk_store.clone(), &config.storage, end.clone());
    journal.commit_attempt(Arc::new(attempt)).await.unwrap();
    end.cancel();
}

impl Desk {
    /// Waits until an attempt's channel was dialled.
    async fn dials(&self, order: CallOrderId, number: u32) -> String {
        let channel = order.attempt(number).channel().to_string();
        let dial = format!("channels/{channel}?endpoint=");
        eventually(&dial, || self.fake.commands().iter().any(|seen| seen.uri.starts_with(&dial))).await;
        channel
    }

    /// How often something was dialled.
    fn dialled(&self) -> usize {
        self.fake.commands().iter().filter(|seen| seen.uri.contains(DIALS)).count()
    }

    /// A call order that is over, and what came of its attempts.
    async fn over(&self, id: CallOrderId) -> (CallOrder, Vec<Attempt>) {
        let end = tokio::time::Instant::now() + SOON;
        loop {
            let order = self.door.store.call_order(id).await.unwrap().unwrap();
            if order.state == OrderState::Ended {
                return (order, self.door.store.attempts_of(id).await.unwrap());
            }
            let made = self.door.store.attempts_of(id).await.unwrap();
            assert!(tokio::time::Instant::now() < end, "it stays {order:?} {made:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn order(&self) -> CallOrderId {
        self.door.outbound.order(&request()).await.unwrap().order.id
    }
}

fn refuse(fake: &Fake, part: &str) {
    let refusal = (part.to_owned(), 503, "Shutdown in progress".to_owned());
    fake.with_faults(|faults| faults.refuse.push(refusal));
}

#[tokio::test]
async fn what_a_stopping_asterisk_refuses_is_no_attempt_of_the_rule() {
    let desk = Desk::open(gateway).await;
    refuse(&desk.fake, DIALS);
    let id = desk.order().await;
    let channel = desk.dials(id, 2).await;
    desk.fake.fails(&channel, Some("BUSY"), 17, Some(486));
    let (order, attempts) = desk.over(id).await;
    assert_eq!((order.end, order.reach), (Some(OrderEnd::Exhausted), Some(Reach::Busy)), "{order:?}");
    let sent: Vec<_> = attempts.iter().map(|attempt| (attempt.sent, attempt.reach)).collect();
    assert_eq!(sent, [(Some(false), Some(Reach::Failed)), (Some(true), Some(Reach::Busy))]);
}

#[tokio::test]
async fn an_endpoint_that_is_refused_is_an_attempt_of_the_rule() {
    let desk = Desk::open(gateway).await;
    let refusal = (DIALS.to_owned(), 500, "Allocation failed".to_owned());
    desk.fake.with_faults(|faults| faults.refuse.push(refusal));
    let (order, attempts) = desk.over(desk.order().await).await;
    assert_eq!((order.end, attempts.len()), (Some(OrderEnd::Exhausted), 1), "{order:?}");
    assert_eq!((attempts[0].sent, attempts[0].reach), (Some(false), Some(Reach::Unreachable)));
}

#[tokio::test]
async fn who_is_hung_up_by_a_stopping_asterisk_did_not_end_the_call() {
    let desk = Desk::open(gateway).await;
    let id = desk.order().await;
    let channel = desk.dials(id, 1).await;
    desk.fake.rings(&channel);
    desk.fake.fails(&channel, None, 21, Some(603));
    eventually("the call is over", || desk.door.services.registry.count() == 0).await;
    desk.fake.stop();
    let (_, attempts) = desk.over(id).await;
    assert_eq!((attempts[0].sent, attempts[0].reach), (Some(true), Some(Reach::Failed)), "{attempts:?}");
}

#[tokio::test]
async fn a_callee_who_refuses_is_believed() {
    let desk = Desk::open(gateway).await;
    let id = desk.order().await;
    let channel = desk.dials(id, 1).await;
    desk.fake.rings(&channel);
    desk.fake.fails(&channel, None, 21, Some(603));
    let (_, attempts) = desk.over(id).await;
    assert_eq!(attempts[0].reach, Some(Reach::Rejected), "{attempts:?}");
}

/// An order whose attempt was to be dialled when the connection was cut, and nobody heard what came of it. `arrived`:
/// the command did reach Asterisk.
async fn cut_off(arrived: bool) -> (Desk, CallOrderId) {
    let desk = Desk::open(|config| {
        gateway(config);
        config.ari.request_timeout_ms = 300;
    })
    .await;
    desk.fake.with_faults(|faults| faults.swallow = true);
    let id = desk.order().await;
    let channel = desk.dials(id, 1).await;
    // What is to be dialled is on disk.
    assert!(desk.door.store.attempt(id.attempt(1)).await.unwrap().is_some());
    {
        let mut world = desk.fake.world();
        world.faults.swallow = false;
        if arrived {
            world.set_global(&format!("STASISD_DIALLED_{channel}"), "1");
            world.add(&channel, "Ringing", "", true);
        }
    }
    desk.fake.cut();
    (desk, id)
}

#[tokio::test]
async fn what_never_arrived_at_asterisk_is_no_attempt_of_the_rule() {
    let (desk, id) = cut_off(false).await;
    let channel = desk.dials(id, 2).await;
    desk.fake.fails(&channel, Some("BUSY"), 17, Some(486));
    let (_, attempts) = desk.over(id).await;
    let sent: Vec<_> = attempts.iter().map(|attempt| (attempt.sent, attempt.reach)).collect();
    assert_eq!(sent, [(Some(false), Some(Reach::Failed)), (Some(true), Some(Reach::Busy))]);
    eventually("no mark is left", || desk.fake.world().globals.len() == 1).await;
}

#[tokio::test]
async fn what_arrived_at_asterisk_unheard_rings_on() {
    let (desk, id) = cut_off(true).await;
    let is_told = |part: &str| desk.fake.commands().iter().any(|seen| seen.uri.contains(part));
    eventually("it is taken up", || is_told("/subscription?")).await;
    let channel = id.attempt(1).channel().to_string();
    desk.fake.rings(&channel);
    desk.fake.fails(&channel, Some("BUSY"), 17, Some(486));
    let (_, attempts) = desk.over(id).await;
    let came = (attempts.len(), attempts[0].sent, attempts[0].reach);
    assert_eq!(came, (1, Some(true), Some(Reach::Busy)), "{attempts:?}");
    assert_eq!(desk.dialled(), 1);
}

#[tokio::test]
async fn killed_when_it_was_stored_and_asterisk_perhaps_told() {
    // What is left in Asterisk, and what is known then. It is called twice more: busy both times.
    let known = [("kept, no mark", Some(false)), ("kept, marked", Some(true)), ("restarted", None)];
    for (left, sent) in known {
        let mut order = accepted();
        let desk = Desk::after(gateway, async |store: &Store, fake: &Fake| {
            order = claimed(store).await;
            let attempt = attempt(&order, 1);
            {
                let mut world = fake.world();
                if left.starts_with("kept") {
                    let before = (attempt.dialled_at.as_millisecond() - 60_000).to_string();
                    world.set_global("STASISD_MARKS_stasisd", &before);
                }
                if left.ends_with("marked") {
                    world.set_global(&format!("STASISD_DIALLED_{}", attempt.id.channel()), "1");
                }
            }
            save(store, attempt).await;
        })
        .await;
        for number in 2..=3 {
            let channel = desk.dials(order.id, number).await;
            desk.fake.fails(&channel, Some("BUSY"), 17, Some(486));
        }
        let (_, attempts) = desk.over(order.id).await;
        assert_eq!((attempts[0].sent, desk.dialled()), (sent, 2), "{left}: {attempts:?}");
        let reach = if sent == Some(false) { Reach::Failed } else { Reach::Unknown };
        assert_eq!(attempts[0].reach, Some(reach), "{left}");
    }
}

#[tokio::test]
async fn killed_when_it_was_claimed_and_nothing_was_made() {
    let mut order = accepted();
    let desk = Desk::after(gateway, async |store: &Store, _: &Fake| order = claimed(store).await).await;
    let channel = desk.dials(order.id, 1).await;
    desk.fake.fails(&channel, Some("BUSY"), 17, Some(486));
    let channel = desk.dials(order.id, 2).await;
    desk.fake.fails(&channel, Some("BUSY"), 17, Some(486));
    let (order, attempts) = desk.over(order.id).await;
    assert_eq!((order.end, order.attempts, attempts.len()), (Some(OrderEnd::Exhausted), 2, 2));
    assert_eq!(desk.dialled(), 2);
}

#[tokio::test]
async fn killed_when_an_attempt_had_ended_and_its_order_was_not_advanced() {
    // Once more is allowed after the first, and nothing after the second.
    for (ended, more) in [(1, 1), (2, 0)] {
        let mut order = accepted();
        let desk = Desk::after(gateway, async |store: &Store, _: &Fake| {
            order = claimed(store).await;
            for number in 1..=ended {
                let busy = Attempt {
                    state: AttemptState::Ended,
                    sent: Some(true),
                    ended_at: Some(Timestamp::now()),
                    reach: Some(Reach::Busy),
                    ..attempt(&order, number)
                };
                save(store, busy).await;
            }
        })
        .await;
        if more > 0 {
            let channel = desk.dials(order.id, ended + 1).await;
            desk.fake.fails(&channel, Some("BUSY"), 17, Some(486));
        }
        let (order, attempts) = desk.over(order.id).await;
        assert_eq!((order.end, order.reach), (Some(OrderEnd::Exhausted), Some(Reach::Busy)), "{order:?}");
        assert_eq!((attempts.len(), desk.dialled()), (2, more));
    }
}

#[tokio::test]
async fn killed_when_its_cancel_was_answered_and_its_call_not_hung_up() {
    for rings in [true, false] {
        let mut order = accepted();
        let desk = Desk::after(gateway, async |store: &Store, fake: &Fake| {
            order = claimed(store).await;
            let attempt = attempt(&order, 1);
            let channel = attempt.id.channel().to_string();
            save(store, attempt).await;
            store.cancel_call_order(order.id, Timestamp::now()).await.unwrap();
            if rings {
                fake.world().add(&channel, "Ringing", "", true);
                save_call(store, &order, None).await;
            }
        })
        .await;
        let (order, attempts) = desk.over(order.id).await;
        assert_eq!((order.end, attempts.len()), (Some(OrderEnd::Cancelled), 1), "{order:?}");
        assert_eq!(desk.dialled(), 0);
        eventually("it is hung up", || desk.fake.world().channels.is_empty()).await;
    }
}

#[tokio::test]
async fn what_the_dialplan_found_out_is_heard_while_earlier_calls_are_settled() {
    let mut order = accepted();
    let desk = Desk::after(gateway, async |store: &Store, fake: &Fake| {
        order = claim(store, CallOrder { amd: Amd::HumanOnly, ..accepted() }).await;
        let attempt = attempt(&order, 1);
        let channel = attempt.id.channel().to_string();
        let now = Some(Timestamp::now());
        save(store, Attempt { state: AttemptState::Answered, answered_at: now, sent: Some(true), ..attempt })
            .await;
        save_call(store, &order, now).await;
        fake.world().add(&channel, "Up", "", true);
        let fake = fake.clone();
        tokio::spawn(async move {
            eventually("it is connected", || fake.is_connected()).await;
            tokio::time::sleep(Duration::from_millis(700)).await;
            assert!(fake.world().enter(&channel, &["amd=HUMAN"]));
        });
    })
    .await;
    let channel = order.id.attempt(1).channel();
    eventually("it is taken up", || desk.door.services.registry.knows(&channel)).await;
    desk.fake.hang_up(channel.as_str());
    let (_, attempts) = desk.over(order.id).await;
    let found = (attempts.len(), attempts[0].amd.as_deref(), attempts[0].reach);
    assert_eq!(found, (1, Some("HUMAN"), Some(Reach::HungUp)), "{attempts:?}");
    let lent = desk.told(channel.as_str()).iter().any(|told| told == "POST continue");
    assert!(!lent, "nobody is listened to twice");
}

#[tokio::test]
async fn what_another_daemon_rings_is_let_be() {
    let other = CallOrderId(uuid::Uuid::now_v7()).attempt(1).channel().to_string();
    let desk = Desk::after(gateway, async |_: &Store, fake: &Fake| {
        fake.world().add(&other, "Ringing", "", true);
    })
    .await;
    let channel = desk.dials(desk.order().await, 1).await;
    assert!(desk.fake.world().channels.contains_key(&other));
    desk.fake.fails(&channel, Some("BUSY"), 17, Some(486));
}

/// The record of an attempt's call.
async fn save_call(store: &Store, order: &CallOrder, answered_at: Option<Timestamp>) {
    let channel = order.id.attempt(1).channel();
    let mut record = crate::desk::record(channel.as_str(), Duration::ZERO);
    record.id = stasisd::calls::call_of(&channel);
    record.direction = stasisd::model::Direction::Outbound;
    record.answered_at = answered_at;
    record.position = Position { flow: order.flow.clone(), ..Position::default() };
    store.save_calls(&[Arc::new(record)]).await.unwrap();
}
