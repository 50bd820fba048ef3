//! Memory of the daemon, without a neural voice: at rest, and with 500 calls up.

use std::time::{Duration, Instant};

use crate::{
    load::Load,
    machine,
    results::{Book, Goal},
    say,
    site::Site,
};

const CALLS: u32 = 500;
/// Enough for all to be up together, with some left to look at them.
const HOLD: Duration = Duration::from_secs(30);

/// `rss_idle_mib` and `rss_500_calls_mib`, of one daemon each time.
pub fn measure(book: &mut Book) {
    say("memory: starting");
    let site = Site::start("bench-memory", "[calls]\nmax = 600\n");
    std::thread::sleep(Duration::from_secs(3));
    let idle = machine::rss_mib(site.daemon.pid());
    book.put(
        "rss_idle_mib",
        idle,
        "MiB",
        Goal::AtMost(30.0),
        "RSS 3 s after the start, no call yet".to_owned(),
    );

    let load = Load { to: "hold", calls_per_sec: 40.0, calls: CALLS, key_after: HOLD };
    let callers = load.start(&site, 0);
    let (until, mut up, mut rss) = (Instant::now() + HOLD, 0.0_f64, 0.0_f64);
    while Instant::now() < until {
        std::thread::sleep(Duration::from_millis(500));
        let live = crate::metrics::Samples::of(&site).sum("stasisd_calls_live");
        up = up.max(live);
        rss = rss.max(machine::rss_mib(site.daemon.pid()));
    }
    let outcome = callers.wait();
    assert!(up >= f64::from(CALLS), "only {up} calls were up: {}\n{}", outcome.words(), site.daemon.log());
    let against = format!("highest RSS while {up} calls were up; {}", outcome.words());
    book.put("rss_500_calls_mib", rss, "MiB", Goal::AtMost(80.0), against);
}
