//! 1,000 calls at 50 calls/s: what they cost, and how fast the daemon reacts.

use crate::{
    load::Load,
    machine,
    metrics::Samples,
    results::{Book, Goal, median},
    say,
    site::Site,
};

const RUNS: usize = 3;
const REACTIONS: &str = "stasisd_reaction_seconds";

/// One run.
struct Run {
    daemon_secs: f64,
    asterisk_secs: f64,
    /// p50 and p99 in ms of start → command and key → stop.
    start: (f64, f64),
    key: (f64, f64),
}

/// `ivr_cpu_ratio`, `start_to_command_p99_ms`, `key_to_stop_p99_ms`.
pub fn measure(book: &mut Book, site: &Site) {
    let runs: Vec<Run> = (1..=RUNS).map(|n| run(site, n)).collect();
    let all = |of: fn(&Run) -> f64| runs.iter().map(of).collect::<Vec<_>>();
    let ratios = all(|run| run.daemon_secs / run.asterisk_secs);
    let against = format!(
        "Asterisk's own CPU time for the same calls: {} s, the daemon's {} s",
        list(&all(|run| run.asterisk_secs)),
        list(&all(|run| run.daemon_secs)),
    );
    book.put("ivr_cpu_ratio", median(&ratios), "", Goal::AtMost(0.10), against);
    let reaction = |p99: &[f64], p50: &[f64]| {
        format!("1,000 calls at 50/s; p50 {} ms, p99 of each run {} ms", list(p50), list(p99))
    };
    let (p50, p99) = (all(|run| run.start.0), all(|run| run.start.1));
    book.put("start_to_command_p99_ms", median(&p99), "ms", Goal::AtMost(5.0), reaction(&p99, &p50));
    let (p50, p99) = (all(|run| run.key.0), all(|run| run.key.1));
    book.put("key_to_stop_p99_ms", median(&p99), "ms", Goal::AtMost(5.0), reaction(&p99, &p50));
}

fn run(site: &Site, number: usize) -> Run {
    let (daemon, asterisk) = (site.daemon.pid(), site.rig.pid());
    let before = Samples::of(site);
    let (daemon_before, asterisk_before) = (machine::cpu_secs(daemon), machine::cpu_secs(asterisk));
    let outcome = Load::of("stasis", 50.0, 20.0).run(site);
    let daemon_secs = machine::cpu_secs(daemon) - daemon_before;
    let asterisk_secs = machine::cpu_secs(asterisk) - asterisk_before;
    let after = Samples::of(site);
    let reaction = |what: &str| {
        let histogram = after.histogram(REACTIONS, &format!("what=\"{what}\""), &before);
        assert!(histogram.count() > 500.0, "{what}: {} reactions were measured", histogram.count());
        (histogram.quantile_ms(0.5), histogram.quantile_ms(0.99))
    };
    let run = Run { daemon_secs, asterisk_secs, start: reaction("start"), key: reaction("key") };
    say(&format!(
        "steady {number}/{RUNS}: daemon {daemon_secs:.2} s, Asterisk {asterisk_secs:.2} s, start p99 {} ms, key p99 {} ms; {}; {}",
        run.start.1,
        run.key.1,
        outcome.words(),
        machine::load()
    ));
    run
}

/// `1.2, 1.3, 1.4`
pub fn list(values: &[f64]) -> String {
    let words: Vec<String> =
        values.iter().map(|value| format!("{}", (value * 100.0).round() / 100.0)).collect();
    words.join(", ")
}
