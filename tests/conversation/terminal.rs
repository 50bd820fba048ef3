//! A flow tried in a terminal, and what the rig's own flow does.

use std::sync::{Arc, Mutex};

use serde_json::json;
use stasisd::{
    calls::Place,
    flow::{Pretence, World, run, try_in_terminal},
    model::{Facts, Order},
};

use crate::{
    caller::PretendLine,
    phone::{Caller, PretendWorld, flows, order, settings, shipped},
};

/// Output that can be read while it is written.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

async fn attempt(flow: &str, orders: Vec<Order>, typed: &str) -> String {
    let world = PretendWorld::new();
    let pretence = Pretence {
        call: world.call.clone(),
        now: world.now(),
        orders,
        contact: None,
        vars: Facts::new(),
        operator: Place { context: "operators".to_owned(), extension: "s".to_owned(), priority: 1 },
        is_fast: true,
    };
    let page = Page::default();
    try_in_terminal(&shipped(settings()), flow, pretence, typed.as_bytes(), page.clone()).await.unwrap();
    String::from_utf8(page.0.lock().unwrap().clone()).unwrap()
}

#[tokio::test]
async fn what_a_caller_hears_is_printed_and_keys_are_typed() {
    let page = attempt("order-status", vec![order("A-1", "ready", json!({}))], "1\n\n").await;
    assert_eq!(page.matches("<< Your order A, 1 is ready to be picked up.").count(), 2, "{page}");
    assert!(page.ends_with("<< Thank you for calling. Goodbye.\n-- hung up\n"), "{page}");
}

#[tokio::test]
async fn the_end_of_the_input_is_the_caller_hanging_up() {
    let page = attempt("order-status", vec![order("A-1", "ready", json!({}))], "").await;
    assert!(page.ends_with("-- the caller hung up\n"), "{page}");
    let page = attempt("order-status", vec![], "").await;
    assert!(page.ends_with("-- handed to the dialplan: operators,s,1 (to the operator)\n"), "{page}");
}

#[tokio::test(start_paused = true)]
async fn the_rigs_flow_is_one_prompt_and_one_key() {
    let bench = || flows(&[("bench", include_str!("../rig/flows/bench.toml"))], json!({}));
    let line = Caller::of(bench(), "bench").hears("").presses('1').is_hung_up().await;
    assert_eq!(line.primitives, 4, "answer, say, gather, hang up: nothing else is asked of Asterisk");
    Caller::of(bench(), "bench").hears("").waits().is_hung_up().await;
}

/// A call's flow is spawned as a task.
#[test]
fn a_running_flow_may_move_between_threads() {
    fn is_send(_: &impl Send) {}
    let (set, world) = (shipped(settings()), PretendWorld::new());
    let mut line = PretendLine::new(std::collections::VecDeque::new());
    let start = stasisd::model::Position::default();
    is_send(&run(&set, start, stasisd::calls::Take::Anew, &mut line, &world));
}
