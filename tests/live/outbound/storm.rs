//! The storm of `make chaos`, small.

use crate::{storm, support::scratch};

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_calls_while_everything_falls_over() {
    let folder = scratch("storm", "small");
    let storm =
        storm::Storm { orders: 100, kills: 3, restarts: 1, calls_per_second: 12, max_calls: 30, seed: 20 };
    let verdict = storm::rage(storm, &folder, |line| println!("{line}")).await;
    assert!(verdict.is_good(), "{verdict}\nsee {}", folder.display());
    let _ = std::fs::remove_dir_all(&folder);
}
