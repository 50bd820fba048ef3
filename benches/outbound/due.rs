//! How late the INVITE is on the wire: after the moment that was ordered, and after the order itself.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Ground, floor, ms, quantile};
use crate::{
    machine,
    results::{Book, Goal, median},
    say,
    site::now_us,
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
    let each = |of: fn(&AtOnce) -> f64| {
        accepted.iter().map(|run| format!("{:.1}", of(run))).collect::<Vec<_>>().join(", ")
    };
    let what = format!(
        "answered with 201 to INVITE on the wire, 200 orders sent at once, one request each (from the moment in which all \
         were sent, p99 of each run: answered {}, INVITE {}; Asterisk alone, 200 channels originated at once into its \
         dialplan: {})",
        each(|run| run.answered),
        each(|run| run.invited),
        alone.join(", ")
    );
    let accepted: Vec<_> = accepted.iter().map(|run| run.late).collect();
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

/// Orders sent in the same moment.
struct AtOnce {
    /// From the answer 201, by which an order is accepted, to its INVITE: p50, p99, and those that did not come.
    late: (f64, f64, usize),
    /// From the moment in which all were sent to the last answer but one in a hundred.
    answered: f64,
    /// From that moment to the last INVITE but one in a hundred.
    invited: f64,
}

fn at_once(ground: &mut Ground, run: usize) -> AtOnce {
    let calls = ground.calls(AT_ONCE, &Value::Null);
    let sent = now_us();
    let answered = ground.site.post_all("/v1/calls", &calls);
    ground.over(ground.numbers);
    let seen = ground.seen(&calls);
    let invited = || seen.iter().map(|(_, passed)| passed.as_ref().map(|passed| passed.invited_us));
    // One that rings before its sender has read the answer is not late.
    let late: Vec<f64> =
        answered.iter().zip(invited()).filter_map(|(at, invited)| Some(ms(*at, invited?).max(0.0))).collect();
    let answered = quantile(&answered.iter().map(|at| ms(sent, *at)).collect::<Vec<_>>(), 0.99);
    let invited = quantile(&invited().flatten().map(|at| ms(sent, at)).collect::<Vec<_>>(), 0.99);
    say(&format!("all sent to answered {answered:.1} ms, to INVITE {invited:.1} ms (p99)"));
    AtOnce { late: report(&format!("at once {run}/{RUNS}"), &late, calls.len()), answered, invited }
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
