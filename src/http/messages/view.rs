//! Messages and channels as the API shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    messaging::ChannelSummary,
    model::{Message, MessageKind, MessageState},
};

/// What a message is about.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageKind)]
#[serde(rename_all = "snake_case")]
pub(super) enum KindView {
    ShiftReminder,
    ShiftChange,
    Disconnected,
    PhonesClosed,
    PlanningFailed,
    DidNotAnswer,
    Says,
}

/// Where a message is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = MessageState)]
#[serde(rename_all = "snake_case")]
pub(super) enum StateView {
    Waiting,
    Sent,
    Failed,
    Withdrawn,
}

/// Something that is told to people.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
pub(super) struct MessageView {
    id: Uuid,
    kind: KindView,
    /// The channel that it goes by.
    #[schema(example = "mail")]
    channel: String,
    /// The person that it is for; `null`: the channel's room.
    #[schema(example = "anna")]
    person: Option<String>,
    text: String,
    /// Who says it; `null`: the daemon.
    by: Option<String>,
    state: StateView,
    /// Tries begun.
    tries: u32,
    /// When it is due, while it waits.
    next_at: Option<Timestamp>,
    /// After this it is not sent any more.
    valid_until: Timestamp,
    /// What came of the last try, or the call order that says it.
    detail: Option<String>,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
}

/// A channel that messages go by.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Channel)]
pub(super) struct ChannelView {
    #[schema(example = "team")]
    name: String,
    /// `webhook`, `email`, `call` or `sms`.
    #[schema(example = "webhook")]
    kind: &'static str,
    /// Something can be said in its room.
    room: bool,
    /// Persons are reached by it.
    persons: bool,
    /// It is the team's.
    team: bool,
}

impl KindView {
    pub(super) fn kind(self) -> MessageKind {
        match self {
            Self::ShiftReminder => MessageKind::ShiftReminder,
            Self::ShiftChange => MessageKind::ShiftChange,
            Self::Disconnected => MessageKind::Disconnected,
            Self::PhonesClosed => MessageKind::PhonesClosed,
            Self::PlanningFailed => MessageKind::PlanningFailed,
            Self::DidNotAnswer => MessageKind::DidNotAnswer,
            Self::Says => MessageKind::Says,
        }
    }
}

impl From<MessageKind> for KindView {
    fn from(kind: MessageKind) -> Self {
        match kind {
            MessageKind::ShiftReminder => Self::ShiftReminder,
            MessageKind::ShiftChange => Self::ShiftChange,
            MessageKind::Disconnected => Self::Disconnected,
            MessageKind::PhonesClosed => Self::PhonesClosed,
            MessageKind::PlanningFailed => Self::PlanningFailed,
            MessageKind::DidNotAnswer => Self::DidNotAnswer,
            MessageKind::Says => Self::Says,
        }
    }
}

impl StateView {
    pub(super) fn state(self) -> MessageState {
        match self {
            Self::Waiting => MessageState::Waiting,
            Self::Sent => MessageState::Sent,
            Self::Failed => MessageState::Failed,
            Self::Withdrawn => MessageState::Withdrawn,
        }
    }
}

impl From<MessageState> for StateView {
    fn from(state: MessageState) -> Self {
        match state {
            MessageState::Waiting => Self::Waiting,
            MessageState::Sent => Self::Sent,
            MessageState::Failed => Self::Failed,
            MessageState::Withdrawn => Self::Withdrawn,
        }
    }
}

impl From<Message> for MessageView {
    fn from(message: Message) -> Self {
        Self {
            id: message.id.0,
            kind: message.kind.into(),
            channel: message.channel,
            person: message.person.map(|person| person.to_string()),
            text: message.text,
            by: message.by,
            state: message.state.into(),
            tries: message.tries,
            next_at: Some(message.next_at).filter(|_| message.state == MessageState::Waiting),
            valid_until: message.valid_until,
            detail: message.detail,
            created_at: message.created_at,
            ended_at: message.ended_at,
        }
    }
}

impl From<ChannelSummary> for ChannelView {
    fn from(channel: ChannelSummary) -> Self {
        let ChannelSummary { name, kind, room, persons, is_team } = channel;
        Self { name, kind, room, persons, team: is_team }
    }
}
