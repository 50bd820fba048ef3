//! Messages: what is told to people beside calls, in a channel's room or to one person.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::PersonId;

/// Namespace of message ids (`UUIDv5`), fixed for ever: another one would tell everything once more.
const MESSAGES: Uuid = Uuid::from_u128(0x2b0e_6d5c_91f7_5a44_8c13_5d0a_c1f2_7e96);

/// A message's id: of what it tells, so that nothing is told under two ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub Uuid);

/// What a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// To somebody whose shift begins soon.
    ShiftReminder,
    /// To the team: who answers next.
    ShiftChange,
    /// To the team: telephones of the shift that cannot be reached.
    Disconnected,
    /// To the team: the day is over, and its figures.
    PhonesClosed,
    /// To the supervisors: a week was not planned.
    PlanningFailed,
    /// To the team: a telephone rang and nobody answered.
    DidNotAnswer,
    /// What somebody says.
    Says,
}

/// Where a message is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// To be sent, or being sent.
    Waiting,
    /// Its channel has taken it.
    Sent,
    /// Nobody tries any more.
    Failed,
    /// Taken back before it was sent.
    Withdrawn,
}

/// Something to tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Of what it tells.
    pub id: MessageId,
    /// What it is about.
    pub kind: MessageKind,
    /// Its channel: a key of `[messaging.channels]`.
    pub channel: String,
    /// To whom; none: the channel's room.
    pub person: Option<PersonId>,
    /// What is told; Markdown, several lines.
    pub text: String,
    /// Who says it; none: the daemon.
    pub by: Option<String>,
    /// Where it is.
    pub state: MessageState,
    /// Tries begun.
    pub tries: u32,
    /// When it is due; while a try is being made, when another may be.
    pub next_at: Timestamp,
    /// After this it means nothing any more.
    pub valid_until: Timestamp,
    /// A try is being made since then, or was when its daemon died.
    pub trying_since: Option<Timestamp>,
    /// What came of the last try.
    pub detail: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it was sent, given up or withdrawn.
    pub ended_at: Option<Timestamp>,
}

impl Message {
    /// What is known of a try whose daemon died, or was too slow to say what came of it.
    pub const CUT_OFF: &str = "its last try was cut off: whether it arrived is not known";

    /// Whether its last try was cut off, when another one begins.
    #[must_use]
    pub fn was_cut_off(&self) -> bool {
        self.detail.as_deref() == Some(Self::CUT_OFF)
    }
}

impl MessageId {
    /// The id of what is told about `what`: the same thing has the same id, also after a restart.
    #[must_use]
    pub fn of(what: &str) -> Self {
        Self(Uuid::new_v5(&MESSAGES, what.as_bytes()))
    }

    /// Reads an id from its text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl MessageKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::ShiftReminder,
        Self::ShiftChange,
        Self::Disconnected,
        Self::PhonesClosed,
        Self::PlanningFailed,
        Self::DidNotAnswer,
        Self::Says,
    ];

    /// The text form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ShiftReminder => "shift_reminder",
            Self::ShiftChange => "shift_change",
            Self::Disconnected => "disconnected",
            Self::PhonesClosed => "phones_closed",
            Self::PlanningFailed => "planning_failed",
            Self::DidNotAnswer => "did_not_answer",
            Self::Says => "says",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_has_the_same_id() {
        let id = MessageId::of("shift phones 2026-11-23 0 anna");
        assert_eq!(id, MessageId::of("shift phones 2026-11-23 0 anna"));
        assert_ne!(id, MessageId::of("shift phones 2026-11-23 0 bert"));
        assert_eq!(MessageId::parse(&id.to_string()), Some(id));
    }

    #[test]
    fn kinds_are_their_words() {
        for kind in MessageKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
