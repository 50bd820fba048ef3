//! Calls that were open while nobody listened: a snapshot tells which of them can still be going on. Pure.

use jiff::{SignedDuration, Timestamp};

use super::next::unseen;
use crate::model::{QueueCall, QueueState};

/// No call is in a queue for longer.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);

/// The rows of calls whose end was not seen. `snapshot` is of their queue; none: only what is too old is over.
#[must_use]
pub fn settle<'a>(
    open: impl Iterator<Item = &'a QueueCall>,
    snapshot: Option<&QueueState>,
    now: Timestamp,
) -> Vec<QueueCall> {
    let goes_on = |call: &QueueCall| {
        if now.duration_since(call.joined_at) > LONGEST {
            return false;
        }
        let Some(state) = snapshot else { return true };
        match (&call.connected_at, &call.interface) {
            // Who began to wait a moment ago may not be in the snapshot yet.
            (None, _) => {
                call.joined_at > now - SignedDuration::from_secs(5)
                    || state.waiting.iter().any(|waiting| waiting.channel == call.channel)
            }
            (Some(_), Some(interface)) => state.member(interface).is_some_and(|member| member.in_call),
            (Some(_), None) => false,
        }
    };
    open.filter(|call| call.end.is_none() && !goes_on(call)).map(|call| unseen(call, now)).collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::{Member, MemberState, Membership, QueueEnd, Waiting};

    fn call(number: u128, answered_by: Option<&str>) -> QueueCall {
        let joined_at = Timestamp::from_second(1_000).unwrap();
        QueueCall {
            id: Uuid::from_u128(number),
            queue: "q".into(),
            channel: format!("1.{number}"),
            number: None,
            position: None,
            joined_at,
            connected_at: answered_by.map(|_| joined_at),
            interface: answered_by.map(str::to_owned),
            wait_secs: None,
            talk_secs: None,
            ended_at: None,
            end: None,
        }
    }

    fn member(interface: &str, in_call: bool) -> Member {
        Member {
            interface: interface.into(),
            name: String::new(),
            membership: Membership::Dynamic,
            penalty: 0,
            paused: None,
            state: MemberState::Free,
            state_since: None,
            in_call,
            in_wrap_up: false,
            calls_taken: 0,
            last_call_at: None,
        }
    }

    #[test]
    fn only_what_the_snapshot_has_goes_on() {
        let calls = [call(1, None), call(2, None), call(3, Some("PJSIP/1")), call(4, Some("PJSIP/2"))];
        let now = Timestamp::from_second(2_000).unwrap();
        let waiting = Waiting {
            channel: "1.1".into(),
            channel_name: String::new(),
            number: None,
            name: None,
            position: 1,
            since: now,
        };
        let state = QueueState {
            members: vec![member("PJSIP/1", true), member("PJSIP/2", false)],
            waiting: vec![waiting],
            ..QueueState::default()
        };
        let over = settle(calls.iter(), Some(&state), now);
        let ids: Vec<_> = over.iter().map(|call| (call.id.as_u128(), call.end)).collect();
        assert_eq!(ids, [(2, Some(QueueEnd::Unseen)), (4, Some(QueueEnd::Unseen))]);
        assert_eq!(settle(calls.iter(), None, now), []);
        let later = Timestamp::from_second(2_000 + 86_400).unwrap();
        assert_eq!(settle(calls.iter(), None, later).len(), 4);
    }
}
