//! When a message is tried again. Pure.

use jiff::{SignedDuration, Timestamp};

/// The wait after the first try that failed is up to this; it doubles with each.
const SHORTEST: SignedDuration = SignedDuration::from_secs(5);
/// The longest wait.
const LONGEST: SignedDuration = SignedDuration::from_mins(10);

/// When to try again after try number `tries`, from 1; none: not within the time in which it means something. `dice` is
/// of `[0, 1)`.
pub(super) fn again(
    tries: u32,
    wish: Option<SignedDuration>,
    now: Timestamp,
    valid_until: Timestamp,
    dice: f64,
) -> Option<Timestamp> {
    let doubled = 1_i32.checked_shl(tries.saturating_sub(1).min(20)).unwrap_or(i32::MAX);
    let ceiling = SHORTEST.checked_mul(doubled).unwrap_or(LONGEST).min(LONGEST);
    let delay = ceiling / 2 + (ceiling / 2).mul_f64(dice.clamp(0.0, 1.0));
    let at = now.checked_add(delay.max(wish.unwrap_or(SignedDuration::ZERO))).ok()?;
    (at <= valid_until).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_ten_minutes() {
        let at = |secs: i64| Timestamp::from_second(1_790_000_000 + secs).unwrap();
        let wait =
            |tries| again(tries, None, at(0), at(9_999), 1.0).map(|t| t.duration_since(at(0)).as_secs());
        let waits: Vec<_> = (1..=9).filter_map(wait).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
        assert_eq!((wait(0), wait(u32::MAX)), (Some(5), Some(600)));
        let wish = SignedDuration::from_secs(60);
        assert_eq!(again(1, Some(wish), at(0), at(99), 0.0), Some(at(60)));
        assert_eq!(again(1, Some(wish), at(0), at(59), 0.0), None, "it would be too late");
    }
}
