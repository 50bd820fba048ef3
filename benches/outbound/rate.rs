//! Whether a gateway's calls per second are held: over a minute, and in every second.

use serde_json::Value;

use super::{Ground, ms};
use crate::{
    machine,
    results::{Book, Goal, median},
    say,
    support::sipp::Manner,
};

const RUNS: usize = 3;
const RATE: usize = 30;
const SECS: usize = 60;

/// `rate_error`.
pub fn measure(book: &mut Book) {
    say("rate of calls: starting");
    let mut ground = Ground::start("bench-rate", Manner::Refuses(486, ""), 30);
    let (mut errors, mut words) = (Vec::new(), Vec::new());
    for run in 1..=RUNS {
        ground.tap.clear();
        // A few more than the minute takes, so that it is not the orders that end.
        let calls = ground.calls(RATE * SECS + 90, &Value::Null);
        ground.order(&calls);
        let lost = ground.over(ground.numbers);
        let mut times: Vec<i64> = ground.tap.calls().values().map(|call| call.invited_us).collect();
        times.sort_unstable();
        let first = times.first().copied().unwrap_or_default();
        let minute = times.iter().filter(|at| ms(first, **at) < 1000.0 * SECS as f64).count();
        let fullest = fullest(&times);
        let error = (minute as f64 / (RATE * SECS) as f64 - 1.0).abs();
        // One second above is as bad as the whole minute.
        let above = (fullest.saturating_sub(RATE)) as f64 / RATE as f64;
        errors.push(error.max(above));
        words.push(format!("{minute} in the minute, {fullest} in the fullest second, {lost} lost"));
        say(&format!("rate of calls {run}/{RUNS}: {}; {}", words[run - 1], machine::load()));
    }
    let against = format!("INVITEs on the wire at 30 calls/s, 1,800 wanted: {}", words.join("; "));
    book.put("rate_error", median(&errors), "", Goal::AtMost(0.02), against);
}

/// Most in any second that begins with one.
fn fullest(times: &[i64]) -> usize {
    let mut end = 0;
    let mut most = 0;
    for (begin, from) in times.iter().enumerate() {
        while end < times.len() && times[end] < from + 1_000_000 {
            end += 1;
        }
        most = most.max(end - begin);
    }
    most
}
