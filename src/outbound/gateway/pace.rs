//! Calls in a second: evenly, exactly, and never more in any second than set.
//!
//! A leaky bucket with room for one (governor's GCRA with a burst of one) forgets how late a cell was taken, and
//! timers of a millisecond then cost three calls of a hundred at 30 calls/s; with room for two there are seconds
//! with one call too many. So this keeps a schedule that lateness does not move, and a window over it.

use std::{collections::VecDeque, time::Duration};

use jiff::{SignedDuration, Timestamp};

/// A cell may be taken this much late without moving those after it.
const CATCH_UP: SignedDuration = SignedDuration::from_millis(50);
/// A second, and ten milliseconds for the way to the wire, which takes now more, now less.
const SECOND: SignedDuration = SignedDuration::from_millis(1010);
/// Nobody's clock is this far behind by itself: it was set back.
const SET_BACK: SignedDuration = SignedDuration::from_secs(2);

/// When the next call may begin.
#[derive(Debug, Default)]
pub(super) struct Pace {
    due: Option<Timestamp>,
    past: VecDeque<Timestamp>,
}

impl Pace {
    /// Takes one cell at `rate` per second, above 0.
    ///
    /// # Errors
    /// How long until there is one.
    pub(super) fn take(&mut self, rate: f64, now: Timestamp) -> Result<(), Duration> {
        if self.past.back().is_some_and(|last| *last > later(now, SET_BACK)) {
            *self = Self::default();
        }
        let count = most(rate);
        let oldest = self.past.len().checked_sub(count).and_then(|index| self.past.get(index));
        let ready = oldest.map(|oldest| later(*oldest, SECOND)).max(self.due);
        if let Some(wait) = ready.map(|ready| ready.duration_since(now)).filter(SignedDuration::is_positive) {
            return Err(wait.unsigned_abs());
        }
        let planned = self.due.filter(|due| now.duration_since(*due) <= CATCH_UP).unwrap_or(now);
        self.due = Some(later(planned, seconds(1.0 / rate)));
        self.past.push_back(now);
        while self.past.front().is_some_and(|first| self.past.len() > count && later(*first, SECOND) <= now) {
            self.past.pop_front();
        }
        Ok(())
    }
}

/// Most cells in a second: what is set, rounded up.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is 0.001 to 1000")]
fn most(rate: f64) -> usize {
    rate.ceil().max(1.0) as usize
}

fn seconds(seconds: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(seconds).unwrap_or(SignedDuration::from_secs(3600))
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// When cells were taken in `secs` by one who asks when told to, `late_us` late each time, in microseconds.
    fn taken(rate: f64, secs: i64, late_us: impl Fn(usize) -> i64) -> Vec<i64> {
        let (mut pace, mut now, mut taken) = (Pace::default(), Timestamp::UNIX_EPOCH, Vec::new());
        while now.as_second() < secs {
            match pace.take(rate, now) {
                Ok(()) => taken.push(now.as_microsecond()),
                Err(wait) => {
                    let wait = SignedDuration::try_from(wait).unwrap();
                    now = now + wait + SignedDuration::from_micros(late_us(taken.len()));
                }
            }
        }
        taken
    }

    /// Most cells in any second that begins with one.
    fn fullest(taken: &[i64]) -> usize {
        let of = |from: i64| taken.iter().filter(|at| (from..from + 1_000_000).contains(*at)).count();
        taken.iter().map(|from| of(*from)).max().unwrap_or(0)
    }

    #[test]
    fn late_timers_cost_less_than_two_percent_and_no_second_has_more() {
        for rate in [30.0, 50.0, 7.5, 1.0] {
            let taken = taken(rate, 60, |n| [300, 1500, 1100, 2000, 900][n % 5]);
            let wanted = rate * 60.0;
            assert!(
                (taken.len() as f64 - wanted).abs() <= (wanted * 0.02).max(1.0),
                "{rate}: {}",
                taken.len()
            );
            assert!(fullest(&taken) as f64 <= rate.ceil(), "{rate}: {}", fullest(&taken));
        }
    }

    #[test]
    fn cells_are_even() {
        let taken = taken(30.0, 10, |_| 1000);
        let gaps: Vec<i64> = taken.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps.iter().all(|gap| (31_000..=46_000).contains(gap)), "{gaps:?}");
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_stop_the_calls() {
        let mut pace = Pace::default();
        let start: Timestamp = "2026-01-01T12:00:00Z".parse().unwrap();
        assert_eq!(pace.take(1.0, start), Ok(()));
        assert!(pace.take(1.0, start - SignedDuration::from_millis(100)).is_err());
        assert_eq!(pace.take(1.0, start - SignedDuration::from_hours(1)), Ok(()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_second_has_more_than_the_rate(
            rate in 0.2..80.0_f64,
            late in prop::collection::vec(prop_oneof![4 => 0..3000_i64, 1 => 0..400_000_i64], 1..50),
        ) {
            let taken = taken(rate, 6, |n| late[n % late.len()]);
            prop_assert!(fullest(&taken) as f64 <= rate.ceil());
        }

        #[test]
        fn a_rate_that_changes_is_held(rates in prop::collection::vec(1..20_u32, 2..6)) {
            let (mut pace, mut now) = (Pace::default(), Timestamp::UNIX_EPOCH);
            for rate in rates {
                let until = now + SignedDuration::from_secs(3);
                let mut taken = Vec::new();
                while now < until {
                    if pace.take(f64::from(rate), now).is_ok() {
                        taken.push(now.as_microsecond());
                    }
                    now += SignedDuration::from_millis(3);
                }
                prop_assert!(fullest(&taken) <= rate as usize);
            }
        }
    }
}
