//! Calls that we place: how late the INVITE is, how soon somebody who answers hears something, how even the rate.

mod answer;
mod due;
mod floor;
mod rate;
mod tap;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use self::tap::{Passed, Tap};
use crate::{
    results::Book,
    site::Site,
    support::{
        ledger::{Ledger, OrderRow},
        sipp::{Farm, Manner},
    },
};

/// Call orders in one request.
const BATCH: usize = 200;
/// The longest that one run may take beyond its calls' own time.
const LONGEST: Duration = Duration::from_secs(90);

/// Measures all figures of the group.
pub fn measure(book: &mut Book) {
    if book.wants("due") {
        due::measure(book);
    }
    if book.wants("answer") {
        answer::measure(book);
    }
    if book.wants("rate") {
        rate::measure(book);
    }
}

/// A daemon with the gateway `carrier`, a tap on its wire, and callees who are all alike.
struct Ground {
    site: Site,
    tap: Tap,
    _farm: Farm,
    ledger: Ledger,
    /// Numbers given so far: each call has one of its own.
    numbers: usize,
    /// Those of them that were not ordered: Asterisk called them by itself.
    others: usize,
}

impl Ground {
    fn start(name: &str, manner: Manner, calls_per_second: u32) -> Self {
        let more = format!(
            "[calls]\nmax = 2000\nmax_starting = 1000\n\
             [outbound.windows]\nexempt = [\"alert\", \"callback\", \"campaign\"]\n\
             [gateways.carrier]\nendpoints = [{{ name = \"a\", dial = \"PJSIP/{{number}}@carrier\" }}]\n\
             calls_per_second = {calls_per_second}.0\nmax_calls = 2000\n"
        );
        let site = Site::start(name, &more);
        let farm = Farm::elsewhere(&site.rig, &[("..", manner)]);
        let tap = Tap::start(&site.rig, farm.port());
        let ledger = site.within(async { Ledger::of(&site.daemon.directory) });
        let mut ground = Self { site, tap, _farm: farm, ledger, numbers: 0, others: 0 };
        // The prompt is rendered, everything was called once.
        let calls = ground.calls(3, &Value::Null);
        ground.order(&calls);
        ground.over(3);
        ground
    }

    /// Calls to new numbers; `more` is merged into each.
    fn calls(&mut self, count: usize, more: &Value) -> Vec<Value> {
        let first = self.numbers;
        self.numbers += count;
        let call = |index: usize| {
            let mut call = json!({
                "number": format!("+34600{:06}", first + index), "flow": "announce", "text": "Your order has arrived.",
                "retry": { "ceiling": 1, "after": {} }, "ring_timeout_secs": 30,
            });
            for (key, value) in more.as_object().into_iter().flatten() {
                call[key] = value.clone();
            }
            call
        };
        (0..count).map(call).collect()
    }

    /// Orders calls, many in one request.
    fn order(&self, calls: &[Value]) {
        for batch in calls.chunks(BATCH) {
            let answer = self.site.post("/v1/calls/batch", &json!({ "calls": batch }));
            let results = answer["results"].as_array().expect("results");
            assert!(results.iter().all(|result| result["status"] == 201), "{answer}");
        }
    }

    /// Waits until the call orders to as many numbers are over in all; how many are not.
    fn over(&self, all: usize) -> usize {
        let all = all - self.others;
        let until = Instant::now() + LONGEST;
        loop {
            let ended = usize::try_from(self.site.within(self.ledger.ended()).1).expect("a count");
            if ended >= all || Instant::now() > until {
                return all.saturating_sub(ended);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Each call order of these calls beside what the wire has seen of it, if anything.
    fn seen(&self, calls: &[Value]) -> Vec<(OrderRow, Option<Passed>)> {
        let passed = self.tap.calls();
        let orders = self.site.within(self.ledger.orders());
        let orders: HashMap<&str, &OrderRow> =
            orders.iter().map(|order| (order.number.as_str(), order)).collect();
        let one = |call: &Value| {
            let number = call["number"].as_str().expect("a number");
            (orders[number].clone(), passed.get(number.trim_start_matches('+')).cloned())
        };
        calls.iter().map(one).collect()
    }
}

/// A quantile of milliseconds.
fn quantile(values: &[f64], quantile: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index")]
    let index = ((sorted.len() as f64 * quantile).ceil() as usize).clamp(1, sorted.len().max(1));
    sorted.get(index - 1).copied().unwrap_or(f64::INFINITY)
}

/// Microseconds as milliseconds.
fn ms(from_us: i64, to_us: i64) -> f64 {
    (to_us - from_us) as f64 / 1000.0
}
