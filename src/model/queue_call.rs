//! What queues remember: each caller's way through a queue, and what became of its members.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How a caller's time in a queue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QueueEnd {
    /// Talked with a member, and hung up or was hung up.
    Completed,
    /// Hung up while waiting.
    Abandoned,
    /// Taken out by one of us.
    Withdrawn,
    /// Waited longer than the queue allows.
    TimedOut,
    /// Sent away by the queue: it was full or had nobody who could answer, or the caller pressed a key to leave.
    Left,
    /// The end was not seen: we were down, or not connected.
    Unseen,
}

/// One caller's way through one queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueCall {
    /// Ours.
    pub id: Uuid,
    /// The queue.
    pub queue: String,
    /// The caller's channel, its unique id.
    pub channel: String,
    /// The caller's number, if it was told.
    pub number: Option<String>,
    /// Which place the caller got first; the first is 1.
    pub position: Option<u32>,
    /// When the caller began to wait.
    pub joined_at: Timestamp,
    /// When a member answered.
    pub connected_at: Option<Timestamp>,
    /// The member that answered.
    pub interface: Option<String>,
    /// Seconds of waiting, until answered or gone.
    pub wait_secs: Option<u32>,
    /// Seconds of talk.
    pub talk_secs: Option<u32>,
    /// When it was over; none: it is not.
    pub ended_at: Option<Timestamp>,
    /// How it ended; none: it is not over.
    pub end: Option<QueueEnd>,
}

/// What became of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberWhat {
    /// Became a member.
    Added,
    /// Is no member any more.
    Removed,
    /// Was paused.
    Paused,
    /// Was resumed.
    Resumed,
    /// Has another penalty.
    Penalty,
    /// Was rung, and did not answer.
    DidNotAnswer,
}

/// Something that became of a member of a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberEvent {
    /// The notice's id: grows with time.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// The queue.
    pub queue: String,
    /// The member.
    pub interface: String,
    /// The member's name.
    pub name: String,
    /// What.
    pub what: MemberWhat,
    /// The reason of a pause.
    pub reason: Option<String>,
    /// Who did it, if it was told.
    pub by: Option<String>,
}
