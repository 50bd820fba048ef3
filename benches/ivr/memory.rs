//! Memory of the daemon, without a neural voice: at rest, and with 500 calls up.

use std::time::{Duration, Instant};

use crate::{
    load::Load,
    machine,
    results::{Book, Goal, median},
    say,
    site::Site,
};

const CALLS: u32 = 500;
/// Enough for all to be up together, with some left to look at them.
const HOLD: Duration = Duration::from_secs(30);

/// How often both are measured, each time with a daemon that has just started.
const ROUNDS: u32 = 3;

/// `rss_idle_mib` and `rss_500_calls_mib`, medians.
pub fn measure(book: &mut Book) {
    let more = "[calls]\nmax = 600\n";
    say("memory: starting");
    let mut site = Site::start("bench-memory", more);
    let (mut idle, mut busy, mut words) = (Vec::new(), Vec::new(), String::new());
    for round in 1..=ROUNDS {
        if round > 1 {
            site.restart(more);
        }
        std::thread::sleep(Duration::from_secs(3));
        idle.push(machine::rss_mib(site.daemon.pid()));
        let (rss, outcome) = with_calls(&site);
        say(&format!(
            "memory {round}/{ROUNDS}: {:.1} MiB at rest, {rss:.1} with {CALLS} calls",
            idle[idle.len() - 1]
        ));
        busy.push(rss);
        words = outcome;
    }
    book.put(
        "rss_idle_mib",
        median(&idle),
        "MiB",
        Goal::AtMost(30.0),
        format!("RSS 3 s after the start, no call yet: {idle:.1?}"),
    );
    let against = format!("highest RSS while {CALLS} calls were up: {busy:.1?}; last: {words}");
    book.put("rss_500_calls_mib", median(&busy), "MiB", Goal::AtMost(80.0), against);
}

/// The highest RSS while all calls are up, in MiB, and what became of them.
fn with_calls(site: &Site) -> (f64, String) {
    let load = Load { to: "hold", calls_per_sec: 40.0, calls: CALLS, key_after: HOLD };
    let callers = load.start(site, 0);
    let (until, mut up, mut rss) = (Instant::now() + HOLD, 0.0_f64, 0.0_f64);
    while Instant::now() < until {
        std::thread::sleep(Duration::from_millis(500));
        up = up.max(crate::metrics::Samples::of(site).sum("stasisd_calls_live"));
        rss = rss.max(machine::rss_mib(site.daemon.pid()));
    }
    let outcome = callers.wait();
    assert!(up >= f64::from(CALLS), "only {up} calls were up: {}\n{}", outcome.words(), site.daemon.log());
    (rss, outcome.words())
}
