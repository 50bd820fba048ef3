//! What changed on the board, to be told.

use serde_json::{Value, json};

use crate::model::{Member, MemberState, NoticeKind};

/// What changed of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MemberWhat {
    Added,
    Removed,
    Paused,
    Resumed,
    Penalty,
    State,
    DidNotAnswer,
}

/// What became of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CallerWhat {
    Joined,
    Moved,
    Connected,
    Completed,
    Abandoned,
    Withdrawn,
    TimedOut,
    Left,
}

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Of a member.
    Member {
        /// The queue.
        queue: String,
        /// What.
        what: MemberWhat,
        /// The member as they are now; as they were, if they are gone.
        interface: String,
        name: String,
        state: MemberState,
        /// Why they are paused; none: they are not.
        reason: Option<String>,
        penalty: u32,
        /// Who wanted it, if it was one of us.
        by: Option<String>,
    },
    /// Of a caller.
    Caller {
        /// The queue.
        queue: String,
        /// What.
        what: CallerWhat,
        /// The channel's unique id.
        channel: String,
        number: Option<String>,
        position: Option<u32>,
        wait_secs: Option<u64>,
        talk_secs: Option<u64>,
        /// Who answered.
        interface: Option<String>,
        /// Who wanted it, if it was one of us.
        by: Option<String>,
    },
}

impl News {
    pub(super) fn member(queue: &str, what: MemberWhat, member: &Member, by: Option<String>) -> Self {
        Self::Member {
            queue: queue.to_owned(),
            what,
            interface: member.interface.clone(),
            name: member.name.clone(),
            state: member.state,
            reason: member.paused.as_ref().map(|paused| paused.reason.clone()),
            penalty: member.penalty,
            by,
        }
    }

    /// As the feed tells it.
    pub(super) fn notice(&self) -> (NoticeKind, Value) {
        match self {
            Self::Member { queue, what, interface, name, state, reason, penalty, by } => (
                NoticeKind::QueueMember,
                json!({ "queue": queue, "interface": interface, "name": name, "what": what.as_str(), "state": state,
                    "reason": reason, "penalty": penalty, "by": by }),
            ),
            Self::Caller { queue, what, channel, number, position, wait_secs, talk_secs, interface, by } => (
                NoticeKind::QueueCaller,
                json!({ "queue": queue, "channel": channel, "number": number, "what": what.as_str(),
                    "position": position, "wait_secs": wait_secs, "talk_secs": talk_secs, "interface": interface,
                    "by": by }),
            ),
        }
    }
}

impl MemberWhat {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Paused => "paused",
            Self::Resumed => "resumed",
            Self::Penalty => "penalty",
            Self::State => "state",
            Self::DidNotAnswer => "did_not_answer",
        }
    }
}

impl CallerWhat {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Joined => "joined",
            Self::Moved => "moved",
            Self::Connected => "connected",
            Self::Completed => "completed",
            Self::Abandoned => "abandoned",
            Self::Withdrawn => "withdrawn",
            Self::TimedOut => "timed_out",
            Self::Left => "left",
        }
    }
}
