//! Calls, figures and sessions of queues as the API shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    model::{QueueCall, QueueEnd},
    queue::history::{Daily, Figures, Group, Session},
};

/// How a caller's time in a queue ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = QueueEnd)]
#[serde(rename_all = "snake_case")]
pub(super) enum EndView {
    /// Talked with a member.
    Completed,
    /// Hung up while waiting.
    Abandoned,
    /// Taken out by one of us.
    Withdrawn,
    /// Waited longer than the queue allows.
    TimedOut,
    /// Sent away by the queue, or left by a key.
    Left,
    /// The end was not seen.
    Unseen,
}

/// One caller's way through a queue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueCall)]
pub(super) struct QueueCallView {
    id: Uuid,
    queue: String,
    /// The channel's unique id.
    channel: String,
    #[schema(example = "+34600000001")]
    number: Option<String>,
    /// Which place the caller got first; the first is 1.
    position: Option<u32>,
    joined_at: Timestamp,
    connected_at: Option<Timestamp>,
    /// Who answered.
    #[schema(example = "PJSIP/201")]
    interface: Option<String>,
    wait_secs: Option<u32>,
    talk_secs: Option<u32>,
    ended_at: Option<Timestamp>,
    /// `null`: it is not over.
    end: Option<EndView>,
}

/// A page of calls.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct QueueCallPage {
    pub(super) items: Vec<QueueCallView>,
    /// Send it as `cursor` for the page after; `null` on the last.
    pub(super) next: Option<String>,
}

/// Figures of a queue.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueStats)]
pub(super) struct StatsView {
    pub(super) queue: String,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    pub(super) service_level_secs: u32,
    pub(super) total: FiguresView,
    pub(super) groups: Vec<GroupView>,
}

/// The figures of a day, an hour or a member.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueGroup)]
pub(super) struct GroupView {
    /// `2026-11-23`, `2026-11-23T09`, or the member's interface; of calls that nobody answered, empty.
    #[schema(example = "2026-11-23")]
    key: String,
    /// The member's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    figures: FiguresView,
}

/// Counts of calls; seconds are whole.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueFigures)]
pub(super) struct FiguresView {
    /// Everybody who began to wait.
    received: u64,
    /// Talked with a member.
    answered: u64,
    /// Of them, within the service level's seconds.
    in_time: u64,
    /// Answered in time, in per cent of those that were answered, gave up, waited too long or were sent away; `null` if
    /// there were none.
    service_level: Option<f64>,
    /// Hung up while waiting.
    abandoned: u64,
    /// Waited longer than the queue allows.
    timed_out: u64,
    /// Sent away by the queue, or left by a key.
    left: u64,
    /// Taken out by one of us.
    withdrawn: u64,
    /// The end was not seen, and nobody had answered.
    unseen: u64,
    /// Still waiting.
    waiting: u64,
    /// Before the timetable's hours; counted above too.
    early: u64,
    /// After them, or on a day without any; counted above too.
    late: u64,
    /// Calls to try the queue; received, and nothing else.
    tests: u64,
    /// Rung members that did not answer.
    did_not_answer: u64,
    average_wait_secs: u64,
    longest_wait_secs: u64,
    talk_secs: u64,
    average_talk_secs: u64,
}

/// Days, in an older form.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DailyTable {
    /// Each with `date`, `callsreceived`, `answeredcalls`, `abandonedcalls`, `timedoutcalls`, `talktime`,
    /// `averagetalktime`, `holdtime`, `averageholdtime`, `maxholdtime`, `earlycalls`, `latecalls`, `testcalls`,
    /// `bouncedcalls`.
    #[schema(value_type = Vec<Object>)]
    pub(super) days: Vec<Daily>,
}

/// A stretch of time in which somebody was a member, or was paused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueSession)]
pub(super) struct SessionView {
    interface: String,
    name: String,
    /// Paused; else a member.
    paused: bool,
    /// `null`: since before the time that was looked at.
    from: Option<Timestamp>,
    /// `null`: still.
    to: Option<Timestamp>,
    reason: Option<String>,
    by: Option<String>,
    ended_by: Option<String>,
}

/// Members' sessions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueSessions)]
pub(super) struct Sessions {
    pub(super) items: Vec<SessionView>,
}

impl From<QueueEnd> for EndView {
    fn from(end: QueueEnd) -> Self {
        match end {
            QueueEnd::Completed => Self::Completed,
            QueueEnd::Abandoned => Self::Abandoned,
            QueueEnd::Withdrawn => Self::Withdrawn,
            QueueEnd::TimedOut => Self::TimedOut,
            QueueEnd::Left => Self::Left,
            QueueEnd::Unseen => Self::Unseen,
        }
    }
}

impl From<EndView> for QueueEnd {
    fn from(end: EndView) -> Self {
        match end {
            EndView::Completed => Self::Completed,
            EndView::Abandoned => Self::Abandoned,
            EndView::Withdrawn => Self::Withdrawn,
            EndView::TimedOut => Self::TimedOut,
            EndView::Left => Self::Left,
            EndView::Unseen => Self::Unseen,
        }
    }
}

impl From<QueueCall> for QueueCallView {
    fn from(call: QueueCall) -> Self {
        let QueueCall { id, queue, channel, number, position, joined_at, connected_at, interface, .. } = call;
        let (wait_secs, talk_secs) = (call.wait_secs, call.talk_secs);
        let (ended_at, end) = (call.ended_at, call.end.map(EndView::from));
        Self {
            id,
            queue,
            channel,
            number,
            position,
            joined_at,
            connected_at,
            interface,
            wait_secs,
            talk_secs,
            ended_at,
            end,
        }
    }
}

impl From<&Figures> for FiguresView {
    fn from(f: &Figures) -> Self {
        Self {
            received: f.received,
            answered: f.answered,
            in_time: f.in_time,
            service_level: f.service_level(),
            abandoned: f.abandoned,
            timed_out: f.timed_out,
            left: f.left,
            withdrawn: f.withdrawn,
            unseen: f.unseen,
            waiting: f.waiting,
            early: f.early,
            late: f.late,
            tests: f.tests,
            did_not_answer: f.did_not_answer,
            average_wait_secs: f.wait.average(),
            longest_wait_secs: f.wait.longest,
            talk_secs: f.talk.total,
            average_talk_secs: f.talk.average(),
        }
    }
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        Self { figures: FiguresView::from(&group.figures), key: group.key, name: group.name }
    }
}

impl From<Session> for SessionView {
    fn from(session: Session) -> Self {
        let Session { interface, name, paused, from, to, reason, by, ended_by } = session;
        Self { interface, name, paused, from, to, reason, by, ended_by }
    }
}
