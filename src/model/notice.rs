//! What the daemon tells whoever listens: the event stream, the log of a call.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::CallId;

/// What happened. The text form (`call.started`) is part of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoticeKind {
    /// A call came in, or we place one. Data: `direction`, `caller`, `called`, `gateway`, `flow`; of one that we
    /// place also `order` and `attempt`.
    #[serde(rename = "call.started")]
    CallStarted,
    /// A call comes in, or a desk is rung: who it is. Data: `caller`, `called`, `gateway`, `extension` (whose desk, if
    /// known), `via` (`stasis`, `ringring`, `queue`), `outcome` (`found`, `none`, `failed`), `contact`, `former_calls`, and the
    /// `sources` with what each said.
    #[serde(rename = "call.ringing")]
    CallRinging,
    /// A call entered a step. Data: `flow`, `step`.
    #[serde(rename = "call.step")]
    CallStep,
    /// The caller heard a prompt. Data: `text`, `source` (a voice's name, `recorded`, or `last_resort` when
    /// nothing could say it), `heard` (`whole`, `part` or `nothing`), `ms`.
    #[serde(rename = "call.said")]
    CallSaid,
    /// The caller pressed a key. Data: `digit`.
    #[serde(rename = "call.key")]
    CallKey,
    /// A way to hand a call on was tried. Data: `method` (`refer`, `star`, `continue`, `dial`, `blind`, `attended`, or `refer_in`: by a telephone's REFER),
    /// `outcome` (`taken`, `refused`, `unanswered`, `busy`, `called_off`, `failed`, `hung_up`), `detail`.
    #[serde(rename = "call.transfer")]
    CallTransfer,
    /// A call was taken up at its step. Data: `step`, `why` (`restart` or `reconnect`).
    #[serde(rename = "call.taken_up")]
    CallTakenUp,
    /// Which way a call that came in goes. Data: `target` (`flow:order-status`), `rule`, `reason`.
    #[serde(rename = "call.routed")]
    CallRouted,
    /// A call ended. Data: `disposition`, `cause`, `detail`.
    #[serde(rename = "call.ended")]
    CallEnded,
    /// A new call was refused early. Data: `why`.
    #[serde(rename = "call.refused")]
    CallRefused,
    /// An order was stored or deleted. Data: `id`, `status`, `version`, `deleted`.
    #[serde(rename = "order.changed")]
    OrderChanged,
    /// A routing rule was stored or deleted. Data: `id`, `target`, `expires_at`, `deleted`.
    #[serde(rename = "rule.changed")]
    RuleChanged,
    /// A call note was written, changed or deleted. Data: `note`, `what` (`created`, `changed`, `deleted`), `person`,
    /// `categories`, `contact`.
    #[serde(rename = "note.changed")]
    NoteChanged,
    /// A call order was accepted, claimed, put off, or ended. Data: `order`, `number`, `state`, `attempts`,
    /// `next_at`, `reach`, `end`, `detail`.
    #[serde(rename = "call_order.changed")]
    CallOrderChanged,
    /// An attempt was dialled, rings, was answered or ended. Data: `order`, `attempt`, `state`, `gateway`,
    /// `reach`, `cause`, `tech_cause`.
    #[serde(rename = "attempt.changed")]
    AttemptChanged,
    /// A gateway was slowed down, or set an endpoint aside, or took it back. Data: `gateway`, `endpoint`, `what`, `why`.
    #[serde(rename = "gateway.changed")]
    GatewayChanged,
    /// A webhook was given up. Data: `delivery`, `order`, `attempt`, `host`, `tries`, `why`.
    #[serde(rename = "webhook.failed")]
    WebhookFailed,
    /// A person was stored or deleted. Data: `person`, `deleted`.
    #[serde(rename = "person.changed")]
    PersonChanged,
    /// An absence was stored or deleted, or a feed of them read. Data: `absence`, `person` or `group`, `deleted`;
    /// or `feed`, `absences`.
    #[serde(rename = "absence.changed")]
    AbsenceChanged,
    /// A week of a timetable was stored, edited, published or retired. Data: `timetable`, `week`, `what`, `by`.
    #[serde(rename = "timetable.changed")]
    TimetableChanged,
    /// A planning runs, found something better, or is over. Data: `planning`, `timetable`, `week`, `state`, `cost`,
    /// `bound`, `filled`, `cells`.
    #[serde(rename = "timetable.planning")]
    TimetablePlanning,
    /// A member of a queue changed. Data: `queue`, `interface`, `name`, `what` (`added`, `removed`, `paused`,
    /// `resumed`, `penalty`, `state`, `did_not_answer`), `state`, `reason`, `penalty`, `by`.
    #[serde(rename = "queue.member")]
    QueueMember,
    /// A caller of a queue came or went. Data: `queue`, `channel`, `number`, `what` (`joined`, `moved`,
    /// `connected`, `completed`, `abandoned`, `withdrawn`, `timed_out`, `left`), `position`, `wait_secs`,
    /// `talk_secs`, `interface`.
    #[serde(rename = "queue.caller")]
    QueueCaller,
    /// Members were brought to what the timetable says. Data: `queue`, `shift`, `actions`.
    #[serde(rename = "queue.programmed")]
    QueueProgrammed,
    /// A queue differs from the timetable by more than what is under way. Data: `queue`, `differences` (each with
    /// `interface`, `what`, `since`, `by`).
    #[serde(rename = "queue.drift")]
    QueueDrift,
    /// The manager connection is up and the queues are read. Data: `version`, `queues`, `members`.
    #[serde(rename = "ami.connected")]
    AmiConnected,
    /// The manager connection is down. Data: `why`.
    #[serde(rename = "ami.lost")]
    AmiLost,
    /// A reminder or a message was delivered to its channel. Data: `message`, `kind`, `channel`, `to`.
    #[serde(rename = "message.sent")]
    MessageSent,
    /// A reminder or a message was given up. Data: `message`, `kind`, `channel`, `to`, `why`.
    #[serde(rename = "message.failed")]
    MessageFailed,
    /// The websocket is up and the calls are reconciled. Data: `version`, `taken_up`, `settled`.
    #[serde(rename = "ari.connected")]
    AriConnected,
    /// The websocket is down. Data: `why`.
    #[serde(rename = "ari.lost")]
    AriLost,
    /// Another client took the Stasis application over; this daemon stepped down.
    #[serde(rename = "ari.replaced")]
    AriReplaced,
    /// Flow files were read again. Data: `flows`, `problems`.
    #[serde(rename = "flows.reloaded")]
    FlowsReloaded,
}

impl NoticeKind {
    /// The text form, `call.started`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CallStarted => "call.started",
            Self::CallRinging => "call.ringing",
            Self::CallStep => "call.step",
            Self::CallSaid => "call.said",
            Self::CallKey => "call.key",
            Self::CallTransfer => "call.transfer",
            Self::CallTakenUp => "call.taken_up",
            Self::CallRouted => "call.routed",
            Self::CallEnded => "call.ended",
            Self::CallRefused => "call.refused",
            Self::OrderChanged => "order.changed",
            Self::RuleChanged => "rule.changed",
            Self::NoteChanged => "note.changed",
            Self::CallOrderChanged => "call_order.changed",
            Self::AttemptChanged => "attempt.changed",
            Self::GatewayChanged => "gateway.changed",
            Self::WebhookFailed => "webhook.failed",
            Self::PersonChanged => "person.changed",
            Self::AbsenceChanged => "absence.changed",
            Self::TimetableChanged => "timetable.changed",
            Self::TimetablePlanning => "timetable.planning",
            Self::QueueMember => "queue.member",
            Self::QueueCaller => "queue.caller",
            Self::QueueProgrammed => "queue.programmed",
            Self::QueueDrift => "queue.drift",
            Self::AmiConnected => "ami.connected",
            Self::AmiLost => "ami.lost",
            Self::MessageSent => "message.sent",
            Self::MessageFailed => "message.failed",
            Self::AriConnected => "ari.connected",
            Self::AriLost => "ari.lost",
            Self::AriReplaced => "ari.replaced",
            Self::FlowsReloaded => "flows.reloaded",
        }
    }
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Notice {
    /// Grows by at least one with each notice, also over restarts: the event stream's id.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: NoticeKind,
    /// Which call, if one.
    pub call: Option<CallId>,
    /// The kind's own fields, a JSON object.
    pub data: Value,
}
