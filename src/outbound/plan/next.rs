//! Whether and when an order is called again.

use jiff::{SignedDuration, Timestamp};

use super::Windows;
use crate::model::{CallOrder, OrderEnd, Reach};

/// What becomes of an order after an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another attempt, not before this.
    Again(Timestamp),
    /// None: how the order ended, and one sentence on why.
    End(OrderEnd, String),
}

/// Decides after an attempt that ended at `ended_at`. `reaches` are what came of all attempts so far, in order.
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

/// What becomes at `now` of an order that was due while we were down: it is called late, or, if it is more than
/// `late_up_to` late, dropped.
#[must_use]
pub fn missed(order: &CallOrder, late_up_to: SignedDuration, now: Timestamp, windows: &Windows) -> Next {
    if now.duration_since(order.next_at) > late_up_to {
        let why =
            format!("it was due at {}, while nobody could call, and that is too long ago", order.next_at);
        return Next::End(OrderEnd::Expired, why);
    }
    due(order, now.max(order.next_at), windows)
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
