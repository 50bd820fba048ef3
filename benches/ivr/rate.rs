//! The highest rate that is held for 20 s, through the daemon and in the dialplan, in turn.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use super::steady::list;
use crate::{
    load::Load,
    machine,
    results::{Book, Goal, median},
    say,
    site::Site,
};

const ROUNDS: usize = 3;
/// How long a rate must be held.
const HOLD_SECS: f64 = 20.0;
/// The next rate that is tried, as a factor.
const STEP: f64 = 1.06;
/// A short trial whose last call ends later than this is above what can be held.
const BURST_LATE: Duration = Duration::from_millis(250);
/// Rates tried in one round by one side.
const MOST_TRIES: usize = 5;
/// The search ends with what it has by then.
const LONGEST: Duration = Duration::from_secs(540);
/// After a rate that was not held.
const SETTLED: Duration = Duration::from_secs(5);

/// Highest held rates, calls/s.
pub struct Rates {
    pub dialplan: f64,
    pub stasis: f64,
}

/// One side of the comparison.
struct Side {
    to: &'static str,
    /// Where the next round begins.
    from: f64,
    /// The highest of each round.
    highest: Vec<f64>,
}

/// `ivr_rate_ratio`.
pub fn measure(book: &mut Book, site: &Site) -> Rates {
    let until = Instant::now() + LONGEST;
    let mut sides =
        ["dialplan", "stasis"].map(|to| Side { to, from: estimate(site, to), highest: Vec::new() });
    for round in 1..=ROUNDS {
        if Instant::now() > until {
            say(&format!("rate: the time is over after {} rounds", round - 1));
            break;
        }
        for side in &mut sides {
            let Some(highest) = climb(site, side, until) else {
                say(&format!("rate {round}/{ROUNDS}: the time is over before {} held one", side.to));
                break;
            };
            say(&format!("rate {round}/{ROUNDS}: {} holds {highest:.0}/s", side.to));
            side.highest.push(highest);
            side.from = if highest > 0.0 { highest } else { side.from * 0.8 };
        }
    }
    let [dialplan, stasis] = sides.map(|side| side.highest);
    // Of a round that the time cut in two only the dialplan's part is there: zip leaves it out.
    let ratios: Vec<f64> = stasis.iter().zip(&dialplan).map(|(ours, theirs)| ours / theirs).collect();
    assert!(!ratios.is_empty(), "the time is enough for one round");
    let against = format!(
        "the same IVR in the dialplan: {} calls/s; through the daemon {} calls/s",
        list(&dialplan),
        list(&stasis)
    );
    book.put("ivr_rate_ratio", median(&ratios), "", Goal::AtLeast(0.8), against);
    Rates { dialplan: median(&dialplan), stasis: median(&stasis) }
}

/// Short trials, coarse steps, until calls end late: where the search begins.
fn estimate(site: &Site, to: &'static str) -> f64 {
    let mut rate = 150.0;
    for _ in 0..10 {
        let load = Load::of(to, rate, 4.0);
        let outcome = load.run(site);
        say(&format!("rate: {to} {rate:.0}/s for 4 s: {}", outcome.words()));
        // A short burst is taken in and served late; what is held for long is served at once.
        if !outcome.is_held() || outcome.late() > BURST_LATE {
            break;
        }
        rate *= 1.25;
    }
    rate / 1.25
}

/// Goes up from where it begins while rates are held, else down until one is; 0 if none was held, `None` if the
/// time was over before.
fn climb(site: &Site, side: &Side, until: Instant) -> Option<f64> {
    let from = side.from.round();
    let (mut rate, mut highest): (f64, f64) = (from, 0.0);
    for _ in 0..MOST_TRIES {
        let outcome = Load::of(side.to, rate, HOLD_SECS).run(site);
        let is_held = outcome.is_held();
        let word = if is_held { "held" } else { "not held" };
        say(&format!("rate: {} {rate}/s {word}: {}; {}", side.to, outcome.words(), machine::load()));
        if is_held {
            highest = highest.max(rate);
        } else {
            // The next one shall not inherit its retransmissions.
            sleep(SETTLED);
        }
        let turned = highest > 0.0 && (!is_held || rate < from);
        if turned || Instant::now() > until {
            break;
        }
        rate = if is_held { rate * STEP } else { rate / STEP }.round();
    }
    let is_cut_short = highest <= 0.0 && Instant::now() > until;
    (!is_cut_short).then_some(highest)
}
