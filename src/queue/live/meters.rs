//! Metrics of the queues: members by state, and callers who wait.

use std::collections::HashMap;

use metrics::{Gauge, gauge};

use crate::model::{Member, MemberState, QueueState};

/// Gauges by queue; a member's state gets one when somebody is first in it.
#[derive(Default)]
pub(super) struct Meters {
    waiting: HashMap<String, Gauge>,
    members: HashMap<(String, &'static str), Gauge>,
}

impl Meters {
    /// Shows one queue.
    pub(super) fn show(&mut self, state: &QueueState) {
        let waiting = self
            .waiting
            .entry(state.name.clone())
            .or_insert_with(|| gauge!("stasisd_queue_waiting", "queue" => state.name.clone()));
        waiting.set(state.waiting.len() as f64);
        let mut counts: HashMap<&'static str, u32> = HashMap::new();
        for member in &state.members {
            *counts.entry(word(member)).or_default() += 1;
        }
        for word in counts.keys() {
            self.members.entry((state.name.clone(), word)).or_insert_with(
                || gauge!("stasisd_queue_members", "queue" => state.name.clone(), "state" => *word),
            );
        }
        for ((_, word), gauge) in self.members.iter().filter(|((queue, _), _)| *queue == state.name) {
            gauge.set(f64::from(counts.get(word).copied().unwrap_or_default()));
        }
    }
}

/// What a member does, as people ask: paused goes before all that a free telephone does.
fn word(member: &Member) -> &'static str {
    match member.state {
        MemberState::Unreachable => "unreachable",
        MemberState::InCall | MemberState::InCallRinging | MemberState::Busy => "in_call",
        MemberState::OnHold => "on_hold",
        _ if member.paused.is_some() => "paused",
        MemberState::Ringing => "ringing",
        _ if member.in_wrap_up => "wrap_up",
        MemberState::Free => "free",
        MemberState::Unknown => "unknown",
    }
}
