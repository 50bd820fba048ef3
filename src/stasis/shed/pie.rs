//! Which share of the calls is turned away so that the others are answered in time: PIE (RFC 8033), whose queue is here
//! the calls that Asterisk was told to answer.

use std::time::Duration;

/// Seconds that an answer may take.
const TARGET: f64 = 0.1;
/// What each second above that adds to the share in a second.
const ALPHA: f64 = 1.0;
/// What each second adds by which it takes longer than the last time.
const BETA: f64 = 1.0;
/// What is left of the share after a second in which next to nothing had to be waited for.
const DECAY: f64 = 0.8;
/// A longer delay is no worse: it may be a guess.
const WORST: f64 = 0.5;
/// Nor is what happened in a longer time known: a tick may have been held up.
const LONGEST: f64 = 0.3;
/// Some always come through, or it would never be seen that there is room.
const MOST: f64 = 0.95;
/// Less is none.
const LEAST: f64 = 0.001;

/// The controller.
#[derive(Debug, Default)]
pub(super) struct Pie {
    share: f64,
    before: f64,
}

impl Pie {
    /// Takes how long an answer takes now, so long after the last time; gives the share to turn away, from 0 to 1.
    pub(super) fn next(&mut self, delay: Duration, after: Duration) -> f64 {
        let (delay, after) = (delay.as_secs_f64().min(WORST), after.as_secs_f64().min(LONGEST));
        let mut share = self.share + ALPHA * (delay - TARGET) * after + BETA * (delay - self.before);
        if delay.max(self.before) < TARGET / 2.0 {
            share *= DECAY.powf(after);
        }
        self.before = delay;
        self.share = if share < LEAST { 0.0 } else { share.min(MOST) };
        self.share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_millis(100);

    /// Calls that come and are answered, in a second; gives the share and the delay at each tenth of a second.
    fn played(pie: &mut Pie, come: f64, served: f64, ticks: usize, waiting: &mut f64) -> Vec<(f64, f64)> {
        let mut seen = Vec::new();
        for _ in 0..ticks {
            let delay = *waiting / served;
            let share = pie.next(Duration::from_secs_f64(delay), TICK);
            *waiting = (*waiting + (come * (1.0 - share) - served) * 0.1).max(0.0);
            seen.push((share, delay));
        }
        seen
    }

    #[test]
    fn as_many_come_through_as_are_served() {
        for (come, served) in [(421.0, 263.0), (300.0, 250.0), (2000.0, 250.0), (20.0, 8.0)] {
            let (mut pie, mut waiting) = (Pie::default(), served / 4.0);
            let seen = played(&mut pie, come, served, 200, &mut waiting);
            for (share, delay) in &seen[100..] {
                let through = come * (1.0 - share);
                assert!((through / served - 1.0).abs() < 0.05, "{come} {served}: {through}");
                assert!((0.05..0.2).contains(delay), "{come} {served}: {delay}");
            }
            assert!(seen.iter().all(|(_, delay)| *delay < 2.0), "{come} {served}: {seen:?}");
            let after = played(&mut pie, served * 0.5, served, 100, &mut waiting);
            let back = after.iter().position(|(share, _)| *share == 0.0);
            assert!(back.is_some_and(|tick| tick < 80), "{come} {served}: open again after {back:?} tenths");
        }
    }

    #[test]
    fn whatever_is_measured_it_stays_a_share() {
        let mut pie = Pie::default();
        for delay in [Duration::ZERO, Duration::MAX, Duration::from_millis(100)] {
            for after in [Duration::ZERO, TICK, Duration::from_secs(3600)] {
                let share = pie.next(delay, after);
                assert!((0.0..=MOST).contains(&share), "{delay:?} {after:?}: {share}");
            }
        }
    }
}
