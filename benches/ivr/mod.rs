//! The IVR of answer, one prompt, one key, hang up: through the daemon, and in Asterisk's own dialplan.

mod memory;
mod overload;
mod rate;
mod steady;

use std::time::Duration;

use crate::{load::Load, results::Book, say, site::Site};

/// Room for every call of the search; how much is let in at once is measured by `overload`.
const ROOM: &str = "[calls]\nmax = 2000\n";

/// Measures all figures of the group.
pub fn measure(book: &mut Book) {
    if book.wants("memory") {
        memory::measure(book);
    }
    let mut site = warm("bench-ivr", ROOM);
    if book.wants("steady") {
        steady::measure(book, &site);
    }
    if book.wants("rate") {
        let rates = rate::measure(book, &site);
        overload::measure(book, &mut site, &rates);
    }
}

/// A site in which both IVRs have been called and play the same file.
fn warm(name: &str, more: &str) -> Site {
    say("starting Asterisk and the daemon");
    let site = Site::start(name, more);
    for to in ["stasis", "dialplan"] {
        let outcome = Load::of(to, 5.0, 2.0).run(&site);
        assert!(
            outcome.lost == 0 && outcome.refused == 0,
            "{to} works: {}\n{}",
            outcome.words(),
            site.daemon.log()
        );
        if to == "stasis" {
            site.rig.set_global("RIG_BENCH_PROMPT", &site.prompt().display().to_string());
        }
    }
    std::thread::sleep(Duration::from_secs(1));
    site
}
