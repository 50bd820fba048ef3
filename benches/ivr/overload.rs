//! More calls than can be held: new ones are refused early, and as many good ones come through as before.
//!
//! The daemon is told what the machine carries (`calls.max_per_second`): no more than `ivr_rate_ratio` asks for, so
//! that there is room for refusing. That is then the highest rate that it holds.

use super::{ROOM, rate::Rates, steady::list};
use crate::{
    load::Load,
    machine,
    results::{Book, Goal, median},
    say,
    site::Site,
};

const RUNS: usize = 3;
/// What is let in, of what the dialplan holds.
const SHARE: f64 = 0.8;
/// How much more is offered than is held.
const FACTOR: f64 = 1.6;
/// Rates differ by this much from one run to the next.
const NOISE: f64 = 0.05;

/// `ivr_overload_ratio`.
pub fn measure(book: &mut Book, site: &mut Site, rates: &Rates) {
    let held = (rates.dialplan * SHARE).min(rates.stasis).floor();
    site.restart(&format!("{ROOM}max_per_second = {held}\n"));
    let (mut ratios, mut goods, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for run in 1..=RUNS {
        let good = |rate: f64| {
            let load = Load::of("stasis", rate.round(), 15.0);
            let outcome = load.run(site);
            let good = outcome.good_per_sec();
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
        "with calls.max_per_second = {held}, {SHARE} of what the dialplan holds: good calls/s at that rate {}, at \
         {FACTOR} times that {}; {NOISE} is noise",
        list(&goods),
        list(&others)
    );
    book.put("ivr_overload_ratio", median(&ratios), "", Goal::AtLeast(1.0 - NOISE), against);
}
