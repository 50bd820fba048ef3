//! What is shown of a queue.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    model::{Member, MemberState, Membership, QueueState, Waiting},
    queue::Standing,
};

/// A queue as it is now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Queue)]
pub(super) struct QueueView {
    #[schema(example = "operators")]
    name: String,
    /// How callers are shared out: `ringall`, `leastrecent`, …
    strategy: String,
    /// False: as it was when the manager connection was lost.
    connected: bool,
    counts: Counts,
    /// In the order that Asterisk names them.
    members: Vec<MemberView>,
    /// In the order of their positions.
    waiting: Vec<WaitingView>,
}

/// Members by what they do, and callers who wait. Each member is counted once.
#[derive(Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = QueueCounts)]
pub(super) struct Counts {
    members: u32,
    free: u32,
    ringing: u32,
    in_call: u32,
    on_hold: u32,
    /// Paused, and not in a call.
    paused: u32,
    /// Left in peace after a call.
    wrap_up: u32,
    /// Not registered, or unknown.
    unreachable: u32,
    waiting: u32,
    /// How long the one has waited who has waited longest.
    longest_wait_secs: Option<u64>,
}

/// A member of a queue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueMember)]
pub(super) struct MemberView {
    /// What is rung.
    #[schema(example = "PJSIP/201")]
    interface: String,
    name: String,
    /// `dynamic` ones can be removed; `static` ones stand in queues.conf, `realtime` ones in a database.
    #[schema(value_type = String, example = "dynamic")]
    membership: Membership,
    /// Lower ones are rung first.
    penalty: u32,
    paused: bool,
    /// Why; may be empty.
    paused_reason: Option<String>,
    paused_since: Option<Timestamp>,
    /// What the telephone does: `free`, `ringing`, `in_call`, `in_call_ringing`, `on_hold`, `busy`, `unreachable`,
    /// `unknown`.
    #[schema(value_type = String, example = "free")]
    state: MemberState,
    /// Since when, as far as it was seen.
    state_since: Option<Timestamp>,
    /// In a call of this queue.
    in_call: bool,
    /// Left in peace after a call.
    in_wrap_up: bool,
    calls_taken: u32,
    last_call_at: Option<Timestamp>,
}

/// A caller who waits.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueCaller)]
pub(super) struct WaitingView {
    /// The channel's unique id, by which the caller is withdrawn or moved.
    channel: String,
    number: Option<String>,
    name: Option<String>,
    /// The first is 1.
    position: u32,
    since: Timestamp,
    wait_secs: u64,
}

impl QueueView {
    pub(super) fn of(state: &QueueState, standing: &Standing, now: Timestamp) -> Self {
        Self {
            name: state.name.clone(),
            strategy: state.strategy.clone(),
            connected: standing.connected,
            counts: Counts::of(state, now),
            members: state.members.iter().map(MemberView::of).collect(),
            waiting: state.waiting.iter().map(|waiting| WaitingView::of(waiting, now)).collect(),
        }
    }
}

impl Counts {
    fn of(state: &QueueState, now: Timestamp) -> Self {
        let mut counts = Self::default();
        for member in &state.members {
            counts.members += 1;
            let place = match member.state {
                MemberState::Unreachable | MemberState::Unknown => &mut counts.unreachable,
                MemberState::InCall | MemberState::InCallRinging | MemberState::Busy => &mut counts.in_call,
                MemberState::OnHold => &mut counts.on_hold,
                _ if member.paused.is_some() => &mut counts.paused,
                MemberState::Ringing => &mut counts.ringing,
                MemberState::Free if member.in_wrap_up => &mut counts.wrap_up,
                MemberState::Free => &mut counts.free,
            };
            *place += 1;
        }
        counts.waiting = u32::try_from(state.waiting.len()).unwrap_or(u32::MAX);
        counts.longest_wait_secs = state.waiting.iter().map(|waiting| waited(waiting, now)).max();
        counts
    }
}

impl MemberView {
    pub(super) fn of(member: &Member) -> Self {
        let paused = member.paused.as_ref();
        Self {
            interface: member.interface.clone(),
            name: member.name.clone(),
            membership: member.membership,
            penalty: member.penalty,
            paused: paused.is_some(),
            paused_reason: paused.map(|paused| paused.reason.clone()),
            paused_since: paused.and_then(|paused| paused.since),
            state: member.state,
            state_since: member.state_since,
            in_call: member.in_call,
            in_wrap_up: member.in_wrap_up,
            calls_taken: member.calls_taken,
            last_call_at: member.last_call_at,
        }
    }
}

impl WaitingView {
    fn of(waiting: &Waiting, now: Timestamp) -> Self {
        Self {
            channel: waiting.channel.clone(),
            number: waiting.number.clone(),
            name: waiting.name.clone(),
            position: waiting.position,
            since: waiting.since,
            wait_secs: waited(waiting, now),
        }
    }
}

fn waited(waiting: &Waiting, now: Timestamp) -> u64 {
    u64::try_from(now.duration_since(waiting.since).as_secs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Paused;

    fn member(state: MemberState, is_paused: bool, in_wrap_up: bool) -> Member {
        let paused = is_paused.then(|| Paused { reason: String::new(), since: None });
        Member {
            interface: "PJSIP/1".to_owned(),
            name: String::new(),
            membership: Membership::Dynamic,
            penalty: 0,
            paused,
            state,
            state_since: None,
            in_call: false,
            in_wrap_up,
            calls_taken: 0,
            last_call_at: None,
        }
    }

    #[test]
    fn each_member_is_counted_once() {
        let members = vec![
            member(MemberState::Free, false, false),
            member(MemberState::Free, true, false),
            member(MemberState::Free, false, true),
            member(MemberState::InCall, true, false),
            member(MemberState::OnHold, false, false),
            member(MemberState::Ringing, false, false),
            member(MemberState::Unreachable, true, false),
        ];
        let counts = Counts::of(&QueueState { members, ..QueueState::default() }, Timestamp::UNIX_EPOCH);
        let one = Counts {
            members: 7,
            free: 1,
            ringing: 1,
            in_call: 1,
            on_hold: 1,
            paused: 1,
            wrap_up: 1,
            unreachable: 1,
            ..Counts::default()
        };
        assert_eq!(counts, one);
    }
}
