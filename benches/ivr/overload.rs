//! More calls than can be held: new ones are refused early, and as many good ones come through as before.
//!
//! The daemon is told what the machine carries (`calls.max_per_second`): no more than `ivr_rate_ratio` asks for, so
//! that there is room for refusing. That is then the highest rate that it holds. For comparison it also has to find out
//! by itself.

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
    let (most, held) = (rates.stasis, (rates.dialplan * SHARE).min(rates.stasis).floor());
    site.restart(&format!("{ROOM}max_per_second = {held}\n"));
    let (mut ratios, mut goods, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for run in 1..=RUNS {
        let turn = format!("{run}/{RUNS}");
        let (normal, over) = (good(site, &turn, held), good(site, &turn, held * FACTOR));
        ratios.push(over / normal);
        goods.push(normal);
        others.push(over);
    }
    site.restart(ROOM);
    let alone: Vec<f64> =
        (1..=RUNS).map(|run| good(site, &format!("{run}/{RUNS}, no limit"), most * FACTOR)).collect();
    let against = format!(
        "with calls.max_per_second = {held}, {SHARE} of what the dialplan holds or all that it holds itself: good calls/s at that rate {}, at {FACTOR} times \
         that {}; {NOISE} is noise. Without that limit, at {FACTOR} times the {most:.0} that it holds: {}",
        list(&goods),
        list(&others),
        list(&alone)
    );
    book.put("ivr_overload_ratio", median(&ratios), "", Goal::AtLeast(1.0 - NOISE), against);
}

/// Good calls in a second when so many are offered.
fn good(site: &Site, turn: &str, rate: f64) -> f64 {
    let outcome = Load::of("stasis", rate.round(), 15.0).run(site);
    let good = outcome.good_per_sec();
    say(&format!(
        "overload {turn}: {rate:.0}/s offered, {good:.0}/s good; {}; {}",
        outcome.words(),
        machine::load()
    ));
    good
}
