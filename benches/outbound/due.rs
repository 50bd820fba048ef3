//! How late the INVITE is on the wire: after the moment that was ordered, and after the order itself.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Ground, floor, ms, quantile};
use crate::{
    machine,
    results::{Book, Goal, median},
    say,
    support::sipp::Manner,
};

const RUNS: usize = 3;
const CALLS: i64 = 1000;
/// 50 calls/s.
const BETWEEN_MS: i64 = 20;
const AT_ONCE: usize = 200;

/// `originate_due_p99_ms`, `accepted_to_invite_p99_ms`.
pub fn measure(book: &mut Book) {
    say("due: starting");
    let mut ground = Ground::start("bench-due", Manner::Picks(Duration::from_millis(300)), 1000);
    let (mut due, mut accepted, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    for run in 1..=RUNS {
        due.push(scheduled(&mut ground, run));
        accepted.push(at_once(&mut ground, run));
        alone.push(format!("{:.1}", floor::measure(&mut ground, AT_ONCE, false).invite.1));
    }
    let put = |book: &mut Book, name: &str, goal: f64, runs: &[(f64, f64, usize)], what: &str| {
        let p99: Vec<f64> = runs.iter().map(|run| run.1).collect();
        let lost: usize = runs.iter().map(|run| run.2).sum();
        let words: Vec<String> = runs.iter().map(|(p50, p99, _)| format!("{p50:.1} and {p99:.1}")).collect();
        let against = format!("{what}; p50 and p99 of each run {}; {lost} lost", words.join(", "));
        // A call that never came is later than any other.
        let value = if lost == 0 { median(&p99) } else { f64::from(u16::MAX) };
        book.put(name, value, "ms", Goal::AtMost(goal), against);
    };
    let what = "due to INVITE on the wire, 1,000 calls at 50/s, each answered and heard";
    put(book, "originate_due_p99_ms", 50.0, &due, what);
    let what = format!(
        "stored (created_at) to INVITE on the wire, 200 orders sent at once, one request each (Asterisk alone, 200 \
         channels originated at once into its dialplan: p99 of each run {})",
        alone.join(", ")
    );
    put(book, "accepted_to_invite_p99_ms", 100.0, &accepted, &what);
}

/// p50, p99, and those that did not come.
fn scheduled(ground: &mut Ground, run: usize) -> (f64, f64, usize) {
    let mut calls = ground.calls(usize::try_from(CALLS).expect("few"), &Value::Null);
    let first = Timestamp::now() + SignedDuration::from_secs(5);
    for (place, call) in (0..).zip(&mut calls) {
        call["at"] = json!((first + SignedDuration::from_millis(BETWEEN_MS * place)).to_string());
    }
    ground.order(&calls);
    ground.over(ground.numbers);
    let late: Vec<f64> = ground
        .seen(&calls)
        .into_iter()
        .filter_map(|(order, passed)| Some(ms(order.next_at_us, passed?.invited_us)))
        .collect();
    report(&format!("due {run}/{RUNS}"), &late, calls.len())
}

fn at_once(ground: &mut Ground, run: usize) -> (f64, f64, usize) {
    let calls = ground.calls(AT_ONCE, &Value::Null);
    ground.site.post_all("/v1/calls", &calls);
    ground.over(ground.numbers);
    let late: Vec<f64> = ground
        .seen(&calls)
        .into_iter()
        .filter_map(|(order, passed)| Some(ms(order.created_at_us, passed?.invited_us)))
        .collect();
    report(&format!("at once {run}/{RUNS}"), &late, calls.len())
}

fn report(what: &str, late: &[f64], calls: usize) -> (f64, f64, usize) {
    let (p50, p99, lost) = (quantile(late, 0.5), quantile(late, 0.99), calls - late.len());
    let most = quantile(late, 1.0);
    say(&format!(
        "{what}: p50 {p50:.1} ms, p99 {p99:.1} ms, most {most:.1} ms, {lost} lost; {}",
        machine::load()
    ));
    (p50, p99, lost)
}
