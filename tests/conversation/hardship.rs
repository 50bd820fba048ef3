//! What must hold for every shipped flow: hangups and crashes at any point, and keys at random.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::SmallRng};
use serde_json::json;
use stasisd::{
    calls::Take,
    flow::{Set, run},
    model::{Ended, Order, Position, Stop},
};

use crate::{
    caller::{End, PretendLine},
    phone::{PretendWorld, order, settings, shipped},
};

/// Callers that go through the shipped flows by different doors: flow, orders, keys.
fn callers() -> Vec<(&'static str, Vec<Order>, &'static str)> {
    let one = || order("A-17", "on_the_way", json!({ "eta": "2026-11-21T17:30:00Z" }));
    let other = || order("A-18", "ready", json!({ "title": "two pizzas" }));
    vec![
        ("order-status", vec![], ""),
        ("order-status", vec![one()], "1"),
        ("order-status", vec![one()], "7*"),
        ("order-status", vec![one(), other()], "21"),
        ("order-status", vec![one(), other()], ""),
        ("example", vec![], ""),
        ("example", vec![one()], "91"),
        ("example", vec![], "21011"),
        ("example", vec![], "2102#2101#1"),
        ("example", vec![], "35"),
    ]
}

fn line(keys: &str) -> PretendLine {
    let mut line = PretendLine::new(std::collections::VecDeque::new());
    line.free = true;
    line.keys = keys.chars().collect();
    line
}

fn world(orders: Vec<Order>) -> PretendWorld {
    let mut world = PretendWorld::new();
    world.orders = Ok(orders);
    world.time = "2026-11-20T12:00:00+01:00[Europe/Madrid]".parse().unwrap();
    world
}

async fn talk(set: &Set, start: Position, take: Take, line: &mut PretendLine, world: &PretendWorld) -> Stop {
    let running = run(set, start, take, line, world);
    tokio::time::timeout(Duration::from_secs(4 * 3600), running)
        .await
        .expect("the call goes on for hours")
        .expect_err("a call ends")
}

fn beginning(flow: &str) -> Position {
    Position { flow: flow.to_owned(), ..Position::default() }
}

#[tokio::test(start_paused = true)]
async fn a_caller_may_hang_up_at_any_point() {
    let set = shipped(settings());
    for (flow, orders, keys) in callers() {
        let world = world(orders);
        let mut whole = line(keys);
        talk(&set, beginning(flow), Take::Anew, &mut whole, &world).await;
        for point in 0..whole.primitives {
            let mut line = line(keys);
            line.leaves_at = Some(point);
            let stop = talk(&set, beginning(flow), Take::Anew, &mut line, &world).await;
            assert!(matches!(stop, Stop::Ended(Ended::HungUp { .. })), "{flow} {keys} at {point}: {stop:?}");
            assert_eq!(line.end, Some(End::Left), "{flow} {keys} at {point}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_taken_up_at_any_step_and_ends_the_same_way() {
    let set = shipped(settings());
    for (flow, orders, keys) in callers() {
        let world = world(orders);
        let mut whole = line(keys);
        talk(&set, beginning(flow), Take::Anew, &mut whole, &world).await;
        for step in 0..whole.positions.len() {
            let mut first = line(keys);
            first.dies_at = Some(step);
            let stop = talk(&set, beginning(flow), Take::Anew, &mut first, &world).await;
            assert_eq!(stop, Stop::Ended(Ended::Lost), "{flow} {keys} at {step}");
            let stored = first.positions.last().cloned().unwrap();
            // What is stored must stand a way through the store.
            let stored: Position = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
            let mut second = line("");
            second.keys = first.keys.clone();
            let stop = talk(&set, stored.clone(), Take::Up, &mut second, &world).await;
            assert!(matches!(stop, Stop::Ended(_)), "{flow} {keys} at {step}: {stop:?}");
            assert_eq!(second.end, whole.end, "{flow} {keys} taken up at {stored:?}");
            assert_eq!(second.positions[0], stored, "the visit does not change");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn any_keys_at_any_time_come_to_an_end() {
    let set = shipped(settings());
    let keys: Vec<char> = "0123456789*#ABCD".chars().collect();
    for seed in 0..400 {
        let mut random = SmallRng::seed_from_u64(seed);
        let (flow, orders, _) = callers().swap_remove(random.random_range(0..10));
        let many = random.random_range(0..2_000);
        let mut line = line(&(0..many).map(|_| keys[random.random_range(0..keys.len())]).collect::<String>());
        let stop = talk(&set, beginning(flow), Take::Anew, &mut line, &world(orders)).await;
        assert!(matches!(stop, Stop::Ended(_)), "seed {seed}: {stop:?}");
        assert!(line.positions.len() <= 1_101, "seed {seed}");
        assert!(line.end.is_some(), "seed {seed}");
    }
}
