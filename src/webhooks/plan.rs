//! When and whom to tell: pure decisions of facts, a time and dice.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    storage::Receiver,
    web::{Answer, wished},
};

/// The wait after the first try that failed is between this and its double; it doubles with each.
const SHORTEST: SignedDuration = SignedDuration::from_secs(5);
/// The longest wait.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);
/// After so long nobody tries any more.
const PATIENCE: SignedDuration = SignedDuration::from_hours(3 * 24);
/// The longest that a receiver may put a delivery off by `Retry-After`.
const LONGEST_WISH: SignedDuration = SignedDuration::from_hours(24);

/// What to do about a delivery after a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The receiver has it.
    Done,
    /// Try again then.
    Again(Timestamp),
    /// Not again.
    GiveUp,
}

/// How many requests may be under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) at_once: u32,
    pub(super) per_host: u32,
}

/// What is known of a receiver besides what waits for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Host {
    /// Requests under way.
    pub(super) busy: u32,
    /// It asked to be left alone until then.
    pub(super) left_alone: Option<Timestamp>,
}

/// What to do now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Turn {
    /// Hosts, and how many deliveries to begin for each, at most.
    pub(super) begin: Vec<(String, u32)>,
    /// When to look again, if nothing happens before: the end of a request does.
    pub(super) wake: Option<Timestamp>,
}

/// What follows from an answer (`None`: there was none) to the try number `tries`, from 1, that began at
/// `now`, of what happened at `created`. `dice` is of `[0, 1)`.
pub(super) fn next(
    answer: Option<&Answer>,
    tries: u32,
    created: Timestamp,
    now: Timestamp,
    dice: f64,
) -> Next {
    match answer.map(|answer| answer.status) {
        Some(200..=299) => return Next::Done,
        // Standard Webhooks: the receiver wants no more of it.
        Some(410) => return Next::GiveUp,
        _ => {}
    }
    let wished = answer.and_then(|answer| retry_after(answer, now));
    let delay = delay(tries, dice).max(wished.unwrap_or(SignedDuration::ZERO));
    match (now.checked_add(delay), created.checked_add(PATIENCE)) {
        (Ok(again), Ok(last)) if again <= last => Next::Again(again),
        _ => Next::GiveUp,
    }
}

/// How long to wait after try number `tries`: a random part of the upper half of a time that doubles.
fn delay(tries: u32, dice: f64) -> SignedDuration {
    let doubled = 1_i32.checked_shl(tries.clamp(1, 30)).unwrap_or(i32::MAX);
    let ceiling = SHORTEST.checked_mul(doubled).unwrap_or(LONGEST).min(LONGEST);
    ceiling / 2 + (ceiling / 2).mul_f64(dice.clamp(0.0, 1.0))
}

/// How long a receiver wants to be left alone, up to a day.
pub(super) fn retry_after(answer: &Answer, now: Timestamp) -> Option<SignedDuration> {
    let wished = wished(answer.retry_after.as_deref()?, now)?;
    Some(wished.min(LONGEST_WISH))
}

/// Whom to tell now, the longest due first; none gets more than its share, and all together no more than
/// there is room for.
pub(super) fn turn(
    mut waiting: Vec<Receiver>,
    hosts: &HashMap<String, Host>,
    room: Room,
    now: Timestamp,
) -> Turn {
    waiting.sort_by(|one, other| (one.next_at, &one.host).cmp(&(other.next_at, &other.host)));
    let mut free = room.at_once.saturating_sub(hosts.values().map(|host| host.busy).sum());
    let mut turn = Turn::default();
    for receiver in waiting {
        let host = hosts.get(&receiver.host).copied().unwrap_or_default();
        let due = host.left_alone.map_or(receiver.next_at, |until| until.max(receiver.next_at));
        if due > now {
            turn.wake = Some(turn.wake.map_or(due, |wake| wake.min(due)));
            continue;
        }
        let share = room.per_host.saturating_sub(host.busy).min(free);
        if share > 0 {
            free -= share;
            turn.begin.push((receiver.host, share));
        }
    }
    turn
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + secs).unwrap()
    }

    fn answer(status: u16, retry_after: Option<&str>) -> Answer {
        Answer { status, retry_after: retry_after.map(str::to_owned) }
    }

    fn wait(answer: Option<&Answer>, tries: u32, dice: f64) -> Option<i64> {
        match next(answer, tries, at(0), at(0), dice) {
            Next::Again(again) => Some(again.duration_since(at(0)).as_secs()),
            _ => None,
        }
    }

    #[test]
    fn from_five_seconds_to_an_hour() {
        let least: Vec<_> = (1..=12).filter_map(|tries| wait(None, tries, 0.0)).collect();
        assert_eq!(least, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 1_800, 1_800, 1_800]);
        let most: Vec<_> = (1..=12).filter_map(|tries| wait(None, tries, 1.0)).collect();
        assert_eq!(most, [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600, 3_600]);
        for tries in [0, 29, 30, 31, 32, 33, u32::MAX] {
            assert!(wait(None, tries, 0.5).is_some_and(|secs| (5..=3_600).contains(&secs)), "{tries}");
        }
    }

    #[test]
    fn only_success_is_success() {
        for status in [200, 202, 204, 299] {
            assert_eq!(next(Some(&answer(status, None)), 1, at(0), at(0), 0.0), Next::Done);
        }
        for status in [100, 301, 302, 307, 400, 401, 404, 429, 500, 503] {
            assert_eq!(wait(Some(&answer(status, None)), 1, 0.0), Some(5), "{status}");
        }
        assert_eq!(next(Some(&answer(410, None)), 1, at(0), at(0), 0.0), Next::GiveUp);
    }

    #[test]
    fn three_days_and_no_more() {
        let days = 3 * 86_400;
        assert_eq!(next(None, 80, at(0), at(days - 1_800), 0.0), Next::Again(at(days)));
        assert_eq!(next(None, 80, at(0), at(days - 1_799), 0.0), Next::GiveUp);
        assert_eq!(next(None, 1, at(0), at(30 * 86_400), 0.0), Next::GiveUp, "after one try all the same");
        assert_eq!(next(None, 1, Timestamp::MAX, Timestamp::MAX, 0.0), Next::GiveUp);
        // Every wait of the whole life together.
        for dice in [0.0, 0.3, 0.999] {
            let (mut now, mut tries) = (at(0), 1);
            while let Next::Again(again) = next(None, tries, at(0), now, dice) {
                assert!(again > now);
                (now, tries) = (again, tries + 1);
            }
            assert!(now > at(days - 3_600) && now <= at(days), "{dice} {now}");
            assert!((70..170).contains(&tries), "{dice} {tries}");
        }
    }

    #[test]
    fn the_receivers_wish_counts_when_it_is_longer() {
        let cases = [
            ("120", 120),
            ("3", 5),
            ("0", 5),
            ("99999999999999999999", 86_400),
            ("Thu, 24 Sep 2026 00:00:00 GMT", 86_400),
            ("soon", 5),
            ("", 5),
            ("-7", 5),
            ("1.5", 5),
        ];
        for (text, secs) in cases {
            assert_eq!(wait(Some(&answer(503, Some(text))), 1, 0.0), Some(secs), "{text:?}");
        }
        let date = jiff::fmt::rfc2822::to_string(&at(90).to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        assert_eq!(wait(Some(&answer(429, Some(&date))), 1, 0.0), Some(90), "{date}");
        assert_eq!(wait(Some(&answer(429, Some("Sun, 06 Nov 1994 08:49:37 GMT"))), 1, 0.0), Some(5));
        assert_eq!(next(Some(&answer(200, Some("120"))), 1, at(0), at(0), 0.0), Next::Done);
    }

    fn waiting(hosts: &[(&str, i64)]) -> Vec<Receiver> {
        hosts.iter().map(|(host, secs)| Receiver { host: (*host).to_owned(), next_at: at(*secs) }).collect()
    }

    fn known(hosts: &[(&str, u32, Option<i64>)]) -> HashMap<String, Host> {
        let host = |(name, busy, until): &(&str, u32, Option<i64>)| {
            ((*name).to_owned(), Host { busy: *busy, left_alone: until.map(at) })
        };
        hosts.iter().map(host).collect()
    }

    const ROOM: Room = Room { at_once: 5, per_host: 2 };

    fn begins(turn: &Turn) -> Vec<(&str, u32)> {
        turn.begin.iter().map(|(host, share)| (host.as_str(), *share)).collect()
    }

    #[test]
    fn the_longest_due_first_and_a_share_for_each() {
        let now = turn(waiting(&[("c", 3), ("b", 1), ("a", 2), ("d", 9)]), &HashMap::new(), ROOM, at(3));
        assert_eq!(begins(&now), [("b", 2), ("a", 2), ("c", 1)]);
        assert_eq!(now.wake, Some(at(9)));
    }

    #[test]
    fn a_slow_one_keeps_to_its_share() {
        let hosts = known(&[("slow", 2, None), ("half", 1, None)]);
        let now = turn(waiting(&[("slow", 0), ("half", 1), ("other", 2)]), &hosts, ROOM, at(3));
        assert_eq!(begins(&now), [("half", 1), ("other", 1)]);
        assert_eq!(now.wake, None, "the end of a request wakes");
        let full = known(&[("slow", 2, None), ("b", 2, None), ("c", 1, None)]);
        assert_eq!(turn(waiting(&[("c", 0), ("d", 1)]), &full, ROOM, at(3)), Turn::default());
    }

    #[test]
    fn one_that_wants_to_be_left_alone_is() {
        let hosts = known(&[("tired", 0, Some(60)), ("rested", 0, Some(2))]);
        let now = turn(waiting(&[("tired", 0), ("rested", 1)]), &hosts, ROOM, at(3));
        assert_eq!((begins(&now), now.wake), (vec![("rested", 2)], Some(at(60))));
        let later = turn(waiting(&[("tired", 70)]), &hosts, ROOM, at(60));
        assert_eq!((begins(&later), later.wake), (vec![], Some(at(70))));
    }
}
