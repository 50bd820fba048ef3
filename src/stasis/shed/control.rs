//! How many of the calls that come the dialplan turns away: so many that the others are answered in time, and no more
//! than allowed come to us.

use std::time::Duration;

use super::pie::{MOST, Pie};
use crate::calls::Traffic;

/// How quickly what is seen becomes what is believed: this part of it is new after a second.
const NEWS: f64 = 0.8;
/// How many more than allowed are let through, so that what is allowed is used: the limit itself refuses them.
const MORE: f64 = 1.03;

/// So few that wait for their answer are no queue, however slowly they are answered.
const FEW: usize = 8;

/// What is known of the calls that come.
#[derive(Debug)]
pub(super) struct Control {
    /// Calls allowed in a second; 0: no limit.
    limit: f64,
    seen: Traffic,
    /// Calls that come to the dialplan in a second, and answers in a second.
    rates: Option<(f64, f64)>,
    pie: Pie,
}

impl Control {
    /// Nothing is turned away so far.
    pub(super) fn new(limit: u32, seen: Traffic) -> Self {
        Self { limit: f64::from(limit), seen, rates: None, pie: Pie::default() }
    }

    /// Takes the counts, so long after the last ones, and the share that the dialplan turned away meanwhile; gives the
    /// share to turn away, from 0 to less than 1.
    pub(super) fn next(&mut self, now: Traffic, told: f64, after: Duration) -> f64 {
        let secs = after.as_secs_f64().max(0.001);
        let rate = |now: u64, before: u64| count(now.saturating_sub(before)) / secs;
        // What the dialplan turned away is not seen here.
        let come = rate(now.came, self.seen.came) / (1.0 - told.clamp(0.0, MOST));
        let answers = rate(now.answered, self.seen.answered);
        self.seen = now;
        let Some(before) = self.rates else {
            // A tenth of a second is too short to go by.
            self.rates = Some((come.min(self.limit), answers));
            return 0.0;
        };
        let weight = 1.0 - (1.0 - NEWS).powf(secs);
        let mixed = |before: f64, new: f64| before + (new - before) * weight;
        let (come, answers) = (mixed(before.0, come), mixed(before.1, answers));
        self.rates = Some((come, answers));
        let waiting = if now.answering > FEW { count(now.answering as u64) } else { 0.0 };
        let delay = Duration::from_secs_f64(waiting / answers.max(1.0));
        let above = if self.limit > 0.0 && come > self.limit { 1.0 - self.limit * MORE / come } else { 0.0 };
        self.pie.next(delay, after).max(above.min(MOST))
    }
}

fn count(calls: u64) -> f64 {
    f64::from(u32::try_from(calls).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(100);

    #[test]
    fn no_more_than_allowed_come_through() {
        for come in [50.0, 99.0, 110.0, 160.0, 1000.0] {
            let (mut control, mut came) = (Control::new(100, Traffic::default()), 0.0);
            let (mut share, mut through) = (0.0, Vec::new());
            for _ in 0..100 {
                let these = come * (1.0 - share) / 10.0;
                came += these;
                through.push(these * 10.0);
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few thousand")]
                let count = came as u64;
                share = control.next(Traffic { came: count, answered: count, answering: 0 }, share, TICK);
            }
            let last = through[50..].iter().sum::<f64>() / 50.0;
            let wanted = come.min(103.0);
            assert!((last / wanted - 1.0).abs() < 0.04, "{come}: {last}");
        }
    }

    #[test]
    fn answers_that_take_long_turn_calls_away_and_quick_ones_let_them_in() {
        let mut control = Control::new(0, Traffic::default());
        let at = |tick: u64, answering| Traffic { came: tick * 30, answered: tick * 20, answering };
        let slow = (1..=10).map(|tick| control.next(at(tick, 80), 0.0, TICK)).last().unwrap();
        assert!((0.3..0.95).contains(&slow), "{slow}");
        let quick = (11..=100).map(|tick| control.next(at(tick, 0), 0.0, TICK)).last().unwrap();
        assert!(quick.abs() < 1e-9, "{quick}");
        // Nothing is answered, and nothing waits: there is no traffic.
        assert!(control.next(at(100, 0), 0.0, TICK).abs() < 1e-9);
    }

    #[test]
    fn a_dialplan_that_does_not_listen_is_no_reason_to_ask_for_ever_more() {
        let mut control = Control::new(100, Traffic::default());
        let at = |tick: u64| Traffic { came: tick * 40, answered: tick * 10, answering: 5 };
        let shares: Vec<f64> = (1..=300).map(|tick| control.next(at(tick), 0.0, TICK)).collect();
        assert!(shares[100..].iter().all(|share| (0.7..0.8).contains(share)), "{shares:?}");
    }

    #[test]
    fn few_calls_at_a_slow_asterisk_are_no_overload() {
        let mut control = Control::new(0, Traffic::default());
        let at = |tick: u64| Traffic { came: tick / 10, answered: tick / 10, answering: 3 };
        assert!((1..=100).all(|tick| control.next(at(tick), 0.0, TICK) == 0.0));
        let held_up = Duration::from_secs(6);
        let share = control.next(Traffic { answering: 40, ..at(101) }, 0.0, held_up);
        assert!((0.0..0.7).contains(&share), "a tick that was held up is no long overload: {share}");
    }
}
