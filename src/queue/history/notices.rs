//! Notices of callers and members, read. Pure.

use jiff::Timestamp;
use serde_json::Value;

use crate::model::{MemberEvent, MemberWhat, Notice, NoticeKind};

/// What became of a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerWhat {
    /// Began to wait.
    Joined,
    /// Has another position.
    Moved,
    /// A member answered.
    Connected,
    /// The talk is over.
    Completed,
    /// Hung up while waiting.
    Abandoned,
    /// Taken out by one of us.
    Withdrawn,
    /// Waited too long.
    TimedOut,
    /// Left in another way.
    Left,
}

/// Something that became of a caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerEvent {
    /// When.
    pub at: Timestamp,
    /// The queue.
    pub queue: String,
    /// The caller's channel.
    pub channel: String,
    /// The caller's number, if it was told.
    pub number: Option<String>,
    /// What.
    pub what: CallerWhat,
    /// The caller's position; the first is 1.
    pub position: Option<u32>,
    /// Seconds of waiting, if they were told.
    pub wait_secs: Option<u32>,
    /// Seconds of talk, if they were told.
    pub talk_secs: Option<u32>,
    /// The member that answered.
    pub interface: Option<String>,
}

fn text(data: &Value, field: &str) -> Option<String> {
    data[field].as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn number(data: &Value, field: &str) -> Option<u32> {
    data[field].as_u64().and_then(|number| u32::try_from(number).ok())
}

/// The caller's event that a notice `queue.caller` tells; `None` for other notices.
#[must_use]
pub fn caller_event(notice: &Notice) -> Option<CallerEvent> {
    if notice.kind != NoticeKind::QueueCaller {
        return None;
    }
    let data = &notice.data;
    let what = match data["what"].as_str()? {
        "joined" => CallerWhat::Joined,
        "moved" => CallerWhat::Moved,
        "connected" => CallerWhat::Connected,
        "completed" => CallerWhat::Completed,
        "abandoned" => CallerWhat::Abandoned,
        "withdrawn" => CallerWhat::Withdrawn,
        "timed_out" => CallerWhat::TimedOut,
        "left" => CallerWhat::Left,
        _ => return None,
    };
    Some(CallerEvent {
        at: notice.at,
        queue: text(data, "queue")?,
        channel: text(data, "channel")?,
        number: text(data, "number"),
        what,
        position: number(data, "position"),
        wait_secs: number(data, "wait_secs"),
        talk_secs: number(data, "talk_secs"),
        interface: text(data, "interface"),
    })
}

/// The member's event that a notice `queue.member` tells; `None` for other notices, and for what its telephone does.
#[must_use]
pub fn member_event(notice: &Notice) -> Option<MemberEvent> {
    if notice.kind != NoticeKind::QueueMember {
        return None;
    }
    let data = &notice.data;
    let what = match data["what"].as_str()? {
        "added" => MemberWhat::Added,
        "removed" => MemberWhat::Removed,
        "paused" => MemberWhat::Paused,
        "resumed" => MemberWhat::Resumed,
        "penalty" => MemberWhat::Penalty,
        "did_not_answer" => MemberWhat::DidNotAnswer,
        _ => return None,
    };
    Some(MemberEvent {
        id: notice.id,
        at: notice.at,
        queue: text(data, "queue")?,
        interface: text(data, "interface")?,
        name: text(data, "name").unwrap_or_default(),
        what,
        reason: text(data, "reason"),
        by: text(data, "by"),
    })
}
