//! What live tests stand on: a real Asterisk, a real PostgreSQL, callers on sipp, and ears.
//!
//! Each test binary takes it by `#[path = "../support/mod.rs"] mod support;`.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::must_use_candidate,
    clippy::return_self_not_must_use,
    clippy::missing_panics_doc,
    reason = "tests speak by panicking"
)]
#![allow(clippy::cast_precision_loss, reason = "counts of samples are small")]
#![allow(dead_code, unused_imports, reason = "each test binary uses its own part")]

pub mod api;
pub mod audio;
pub mod daemon;
pub mod endpoint;
pub mod ledger;
pub mod postgres;
pub mod proxy;
pub mod rig;
pub mod sipp;
pub mod temp;
pub mod voice;
pub mod wait;

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

/// Asks again until there is an answer; after `within` it panics with what was seen last.
///
/// `look` gives `Ok` when it is content, and what it saw otherwise.
#[track_caller]
pub fn eventually<T, E: Debug>(within: Duration, mut look: impl FnMut() -> Result<T, E>) -> T {
    let end = Instant::now() + within;
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) => assert!(Instant::now() < end, "not within {within:?}; seen last: {seen:?}"),
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Reads shell assignments as the rigs' `env` files hold them (`NAME=value`, plain values).
fn assignments(path: &std::path::Path) -> std::collections::HashMap<String, String> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// A directory of a test's own; it is left for reading when the test fails.
pub fn scratch(kind: &str, name: &str) -> std::path::PathBuf {
    // Examples are not told where that is.
    let scratch =
        option_env!("CARGO_TARGET_TMPDIR").unwrap_or(concat!(env!("CARGO_MANIFEST_DIR"), "/target/tmp"));
    std::path::Path::new(scratch).join(format!("{kind}-{name}-{}", std::process::id()))
}
