//! How many of the calls that come the dialplan turns away: so many that the others are answered in time.

use std::time::Duration;

use super::pie::Pie;
use crate::calls::Traffic;

/// How quickly what is seen becomes what is believed: this part of it is new after a second.
const NEWS: f64 = 0.8;
/// So few that wait for their answer are no queue, however slowly they are answered.
const FEW: usize = 8;

/// What is known of the calls that come.
#[derive(Debug)]
pub(super) struct Control {
    seen: Traffic,
    /// In a second.
    answers: Option<f64>,
    pie: Pie,
}

impl Control {
    /// Nothing is turned away so far.
    pub(super) fn new(seen: Traffic) -> Self {
        Self { seen, answers: None, pie: Pie::default() }
    }

    /// Takes the counts, so long after the last ones; gives the share to turn away, from 0 to less than 1.
    pub(super) fn next(&mut self, now: Traffic, after: Duration) -> f64 {
        let secs = after.as_secs_f64().max(0.001);
        let answers = count(now.answered.saturating_sub(self.seen.answered)) / secs;
        self.seen = now;
        let Some(before) = self.answers else {
            // A tenth of a second is too short to go by.
            self.answers = Some(answers);
            return 0.0;
        };
        let weight = 1.0 - (1.0 - NEWS).powf(secs);
        let answers = before + (answers - before) * weight;
        self.answers = Some(answers);
        let waiting = if now.answering > FEW { count(now.answering as u64) } else { 0.0 };
        self.pie.next(Duration::from_secs_f64(waiting / answers.max(1.0)), after)
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
    fn answers_that_take_long_turn_calls_away_and_quick_ones_let_them_in() {
        let mut control = Control::new(Traffic::default());
        let at = |tick: u64, answering| Traffic { answered: tick * 20, answering };
        let slow = (1..=10).map(|tick| control.next(at(tick, 80), TICK)).last().unwrap();
        assert!((0.3..0.95).contains(&slow), "{slow}");
        let quick = (11..=100).map(|tick| control.next(at(tick, 0), TICK)).last().unwrap();
        assert!(quick.abs() < 1e-9, "{quick}");
        // Nothing is answered, and nothing waits: there is no traffic.
        assert!(control.next(at(100, 0), TICK).abs() < 1e-9);
    }

    #[test]
    fn few_calls_at_a_slow_asterisk_are_no_overload() {
        let mut control = Control::new(Traffic::default());
        let at = |tick: u64| Traffic { answered: tick / 10, answering: 3 };
        assert!((1..=100).all(|tick| control.next(at(tick), TICK) == 0.0));
        let held_up = Duration::from_secs(6);
        let share = control.next(Traffic { answering: 40, ..at(101) }, held_up);
        assert!((0.0..0.7).contains(&share), "a tick that was held up is no long overload: {share}");
    }
}
