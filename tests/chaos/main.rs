//! `make chaos`: is anybody called twice, or forgotten, when everything falls over? A real Asterisk, a farm of
//! callees on sipp, and blows at moments of chance. `CHAOS_SEED` repeats them; `CHAOS_ORDERS`, `CHAOS_KILLS`,
//! `CHAOS_RESTARTS`, `CHAOS_RATE` and `CHAOS_LINES` change the size.

#![allow(
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "it shows, and fails by panicking"
)]

#[path = "../support/mod.rs"]
mod support;

mod storm;
mod verdict;

use std::process::ExitCode;

fn main() -> ExitCode {
    let storm = storm::Storm {
        orders: number("CHAOS_ORDERS", 1000),
        kills: number("CHAOS_KILLS", 20),
        restarts: number("CHAOS_RESTARTS", 3),
        calls_per_second: number("CHAOS_RATE", 12),
        max_calls: number("CHAOS_LINES", 60),
        seed: number("CHAOS_SEED", std::process::id().into()),
    };
    let folder = support::daemon::project().join(".cache/chaos");
    let _ = std::fs::remove_dir_all(&folder);
    println!(
        "chaos: {} call orders, {} kill -9 of the daemon, {} restarts of Asterisk; CHAOS_SEED={} repeats it",
        storm.orders, storm.kills, storm.restarts, storm.seed
    );
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let verdict = runtime.block_on(storm::rage(storm, &folder, |line| println!("chaos: {line}")));
    println!("\n{verdict}");
    if verdict.is_good() {
        println!("chaos: all is well");
        return ExitCode::SUCCESS;
    }
    println!("chaos: NOT well; CHAOS_SEED={}; logs are in {}", storm.seed, folder.display());
    ExitCode::FAILURE
}

fn number<T: std::str::FromStr>(name: &str, default: T) -> T {
    let Ok(text) = std::env::var(name) else { return default };
    text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number"))
}
