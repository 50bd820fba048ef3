//! Whether and when an order is called again.

use jiff::{SignedDuration, Timestamp};

use super::Windows;
use crate::model::{CallOrder, OrderEnd, Reach};

/// An attempt that never went out is made again after this, then after twice as long, and so on.
const UNSENT_FIRST: SignedDuration = SignedDuration::from_secs(2);
/// At most after this.
const UNSENT_LONGEST: SignedDuration = SignedDuration::from_mins(5);
/// So many in a row, which takes most of a working day, and the order ends.
const UNSENT_MOST: usize = 100;

/// What becomes of an order after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another attempt, not before this.
    Again(Timestamp),
    /// None: how the order ended, and one sentence on why.
    End(OrderEnd, String),
}

/// Decides after an attempt that ended at `ended_at`. `reaches` are what came of all attempts that were a dialling so
/// far, in order.
///
/// An outcome that the rule does not name ends the order. Each outcome's `max` counts attempts with that outcome
/// alone, the ceiling counts all: so congestion takes nothing from the attempts that a busy callee is worth.
#[must_use]
pub fn next(order: &CallOrder, reaches: &[Reach], ended_at: Timestamp, windows: &Windows) -> Next {
    let end = |end, why: String| Next::End(end, why);
    let Some(&last) = reaches.last() else { return due(order, ended_at, windows) };
    match last {
        Reach::Heard => return end(OrderEnd::Done, "heard".to_owned()),
        Reach::Cancelled => return end(OrderEnd::Cancelled, "cancelled".to_owned()),
        _ => {}
    }
    let Some(rule) = order.retry.after.get(&last) else {
        let sort = if last == Reach::BadNumber { OrderEnd::Failed } else { OrderEnd::Exhausted };
        return end(sort, format!("{}: the rule names no further attempt after that", word(last)));
    };
    let same = reaches.iter().filter(|reach| **reach == last).count();
    if same >= usize::try_from(rule.max).unwrap_or(usize::MAX) {
        let why = format!("{} {same} times, and {} are the most", word(last), rule.max);
        return end(OrderEnd::Exhausted, why);
    }
    let ceiling = order.retry.ceiling;
    if reaches.len() >= usize::try_from(ceiling).unwrap_or(usize::MAX) {
        return end(
            OrderEnd::Exhausted,
            format!("{ceiling} attempts are the most; the last: {}", word(last)),
        );
    }
    let delay = SignedDuration::from_secs(i64::from(rule.delay_secs));
    due(order, ended_at.checked_add(delay).unwrap_or(Timestamp::MAX), windows)
}

/// Decides after an attempt that never went out at `ended_at`, the last of `times` such in a row. It was no dialling,
/// so the retry rule has no part in it; time has: it is tried again more and more seldom, and the order's own
/// limits hold.
#[must_use]
pub fn unsent(order: &CallOrder, times: usize, ended_at: Timestamp, windows: &Windows) -> Next {
    if times >= UNSENT_MOST {
        let why = format!("{times} attempts in a row could not be sent: the log has the reasons");
        return Next::End(OrderEnd::Exhausted, why);
    }
    let doublings = u32::try_from(times.saturating_sub(1)).unwrap_or(u32::MAX);
    let factor = 2_i32.checked_pow(doublings).unwrap_or(i32::MAX);
    let delay = UNSENT_FIRST.checked_mul(factor).unwrap_or(UNSENT_LONGEST).min(UNSENT_LONGEST);
    let at = ended_at.checked_add(delay).unwrap_or(Timestamp::MAX);
    missed(order, at).unwrap_or_else(|| due(order, at, windows))
}

/// What becomes at `now` of an order that is due: it is called now, or at the next time that the windows allow. One
/// whose first attempt was missed, while we were down or had no line, is called late up to its `first_by`.
#[must_use]
pub fn turn(order: &CallOrder, now: Timestamp, windows: &Windows) -> Next {
    missed(order, now).unwrap_or_else(|| due(order, now.max(order.next_at), windows))
}

/// The end of an order of which nothing went out before it was too late for the first time.
fn missed(order: &CallOrder, at: Timestamp) -> Option<Next> {
    // What never went out leaves no outcome.
    let limit = order.first_by.filter(|limit| order.reach.is_none() && at > *limit)?;
    let why = format!("missed: it was to be called by {limit} and could not be before {at}");
    Some(Next::End(OrderEnd::Expired, why))
}

/// The first time from `at` that the order and the windows allow.
fn due(order: &CallOrder, at: Timestamp, windows: &Windows) -> Next {
    let Some(allowed) = windows.for_order(at.max(order.not_before), order) else {
        let zones = windows.zones_of(order).names();
        let why = format!(
            "there is no time within 60 days at which the windows allow a call in {zones}: name the callee's \
             zone, or widen outbound.windows"
        );
        return Next::End(OrderEnd::Failed, why);
    };
    match order.not_after {
        Some(limit) if allowed > limit => {
            Next::End(OrderEnd::Expired, format!("the next attempt would be at {allowed}, after {limit}"))
        }
        _ => Next::Again(allowed),
    }
}

fn word(reach: Reach) -> &'static str {
    match reach {
        Reach::Heard => "heard",
        Reach::HungUp => "hung up",
        Reach::Machine => "an answering machine",
        Reach::Busy => "busy",
        Reach::NoAnswer => "no answer",
        Reach::Rejected => "rejected",
        Reach::BadNumber => "no such number",
        Reach::Congestion => "congestion",
        Reach::Unreachable => "the gateway cannot be used",
        Reach::Cancelled => "cancelled",
        Reach::Unknown => "a crash hides what became of it",
        Reach::Failed => "failed",
    }
}
