//! More calls than can be held: new ones are refused early, and as many good ones come through as before.

use super::steady::list;
use crate::{
    load::Load,
    machine,
    results::{Book, Goal, median},
    say,
    site::Site,
};

const RUNS: usize = 3;
/// How much more is offered than is held.
const FACTOR: f64 = 1.6;
/// Rates differ by this much from one run to the next.
const NOISE: f64 = 0.05;

/// `ivr_overload_ratio`.
pub fn measure(book: &mut Book, site: &Site, held: f64) {
    let (mut ratios, mut goods, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for run in 1..=RUNS {
        let good = |rate: f64| {
            let load = Load::of("stasis", rate.round(), 15.0);
            let outcome = load.run(site);
            let good = outcome.good_per_sec(&load);
            say(&format!(
                "overload {run}/{RUNS}: {rate:.0}/s offered, {good:.0}/s good; {}; {}",
                outcome.words(),
                machine::load()
            ));
            good
        };
        let (normal, over) = (good(held), good(held * FACTOR));
        ratios.push(over / normal);
        goods.push(normal);
        others.push(over);
    }
    let against = format!(
        "good calls/s at the highest held rate {}, at {FACTOR} times that {}; {NOISE} is noise",
        list(&goods),
        list(&others)
    );
    book.put("ivr_overload_ratio", median(&ratios), "", Goal::AtLeast(1.0 - NOISE), against);
}
