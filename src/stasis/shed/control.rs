//! How many of the calls that come the dialplan turns away: so many that the others are answered in time, and no more
//! than allowed come to us.

use std::time::Duration;

use super::pie::Pie;
use crate::calls::Traffic;

/// How quickly what is seen becomes what is believed: this part of it is new after a second.
const NEWS: f64 = 0.8;
/// How many more than allowed are let through, so that what is allowed is used: the limit itself refuses them.
const MORE: f64 = 1.03;

/// What is known of the calls that come.
#[derive(Debug)]
pub(super) struct Control {
    /// Calls allowed in a second; 0: no limit.
    limit: f64,
    seen: Traffic,
    /// Calls that come to the dialplan in a second, and answers in a second.
    rates: Option<(f64, f64)>,
    pie: Pie,
    share: f64,
}

impl Control {
    /// Nothing is turned away so far.
    pub(super) fn new(limit: u32, seen: Traffic) -> Self {
        Self { limit: f64::from(limit), seen, rates: None, pie: Pie::default(), share: 0.0 }
    }

    /// Takes the counts, so long after the last ones; gives the share to turn away, from 0 to 1.
    pub(super) fn next(&mut self, now: Traffic, after: Duration) -> f64 {
        let secs = after.as_secs_f64().max(0.001);
        let rate = |now: u64, before: u64| {
            f64::from(u32::try_from(now.saturating_sub(before)).unwrap_or(u32::MAX)) / secs
        };
        // What the dialplan turned away is not seen here.
        let come = rate(now.came, self.seen.came) / (1.0 - self.share);
        let answers = rate(now.answered, self.seen.answered);
        self.seen = now;
        let weight = 1.0 - (1.0 - NEWS).powf(secs);
        let (come, answers) = match self.rates {
            None => (come, answers),
            Some(before) => (before.0 + (come - before.0) * weight, before.1 + (answers - before.1) * weight),
        };
        self.rates = Some((come, answers));
        let waiting = f64::from(u32::try_from(now.answering).unwrap_or(u32::MAX));
        let delay = Duration::from_secs_f64(waiting / answers.max(1.0));
        let above = if self.limit > 0.0 && come > self.limit { 1.0 - self.limit * MORE / come } else { 0.0 };
        self.share = self.pie.next(delay, after).max(above);
        self.share
    }
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
                share = control.next(Traffic { came: count, answered: count, answering: 0 }, TICK);
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
        let slow = (1..=10).map(|tick| control.next(at(tick, 80), TICK)).last().unwrap();
        assert!((0.3..0.95).contains(&slow), "{slow}");
        let quick = (11..=100).map(|tick| control.next(at(tick, 0), TICK)).last().unwrap();
        assert!(quick.abs() < 1e-9, "{quick}");
        // Nothing is answered, and nothing waits: there is no traffic.
        assert!(control.next(at(100, 0), TICK).abs() < 1e-9);
    }
}
