//! A call as the API shows it.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    http::{events::EventView, rules::RouteView},
    model::{CallRecord, CallState, Direction, Disposition, Facts},
};

/// A call.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Call)]
pub(super) struct CallView {
    id: Uuid,
    /// Asterisk's id of the caller's channel.
    channel: String,
    #[schema(value_type = DirectionView)]
    direction: Direction,
    #[schema(value_type = CallStateView)]
    state: CallState,
    /// The caller's number, in E.164 where it is international.
    caller: Option<String>,
    /// The caller's name as presented: the caller's own text.
    caller_name: Option<String>,
    /// The number that was called.
    called: Option<String>,
    /// The gateway it came through.
    gateway: Option<String>,
    /// Language spoken (`en`).
    language: String,
    /// Which way it was sent when it came in, and why; `null` where the dialplan named its flow.
    route: Option<RouteView>,
    /// The flow it is in, or was in last; empty if it was sent past all flows.
    flow: String,
    /// The step it is in, or was in last.
    step: String,
    /// The flow's variables.
    #[schema(value_type = Object)]
    vars: Facts,
    started_at: Timestamp,
    answered_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    #[schema(value_type = Option<DispositionView>)]
    disposition: Option<Disposition>,
    /// Q.850 hangup cause.
    cause: Option<i32>,
    /// SIP code.
    tech_cause: Option<i32>,
    /// One sentence on why it ended so.
    detail: Option<String>,
    /// How often a daemon took it up after a crash or a lost connection.
    taken_up: u32,
}

/// Who started a call.
#[derive(ToSchema)]
#[schema(as = Direction, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum DirectionView {
    Inbound,
    Outbound,
}

/// Whether a call is still up.
#[derive(ToSchema)]
#[schema(as = CallState, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum CallStateView {
    Live,
    Ended,
}

/// How a call came out: `completed` (to the flow's end), `hung_up` (by the other side), `transferred`,
/// `rejected` (refused by a routing rule), `unanswered` (we dialled in vain), `handed_back` (to the dialplan's fallback), `ended_unseen` (while no daemon watched).
#[derive(ToSchema)]
#[schema(as = Disposition, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum DispositionView {
    Completed,
    HungUp,
    Transferred,
    Rejected,
    Unanswered,
    HandedBack,
    EndedUnseen,
}

impl From<CallRecord> for CallView {
    fn from(call: CallRecord) -> Self {
        Self {
            id: call.id.0,
            channel: call.channel.0,
            direction: call.direction,
            state: call.state,
            caller: call.caller,
            caller_name: call.caller_name,
            called: call.called,
            gateway: call.gateway,
            language: call.language,
            route: call.route.map(RouteView::from),
            flow: call.position.flow,
            step: call.position.step,
            vars: call.position.vars,
            started_at: call.started_at,
            answered_at: call.answered_at,
            ended_at: call.ended_at,
            disposition: call.disposition,
            cause: call.cause,
            tech_cause: call.tech_cause,
            detail: call.detail,
            taken_up: call.taken_up,
        }
    }
}

/// A call and what happened in it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallAnswer {
    pub(super) call: CallView,
    /// Oldest first. What happened in the last moments may still be missing.
    pub(super) timeline: Vec<EventView>,
}

/// A page of calls.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallPage {
    pub(super) items: Vec<CallView>,
    /// The `cursor` of the next page; `null` on the last.
    pub(super) next: Option<String>,
}
