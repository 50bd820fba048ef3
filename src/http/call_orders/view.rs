//! A call order and its attempts as the API shows them.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::words::{AmdView, AttemptStateView, LaneView, OrderEndView, OrderStateView, ReachView, RetryView};
use crate::model::{
    Amd, Attempt, AttemptState, CallOrder, Facts, Lane, OrderEnd, OrderState, Reach, RetryRule,
};

/// Somebody is to be called, or was.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CallOrder)]
pub(in crate::http) struct CallOrderView {
    id: Uuid,
    /// Whom, in E.164 where it is international.
    #[schema(example = "+34600000001")]
    number: String,
    gateway: String,
    /// Number shown to the callee; `null`: the endpoint's own.
    caller_id: Option<String>,
    flow: String,
    /// The flow's variables; a text to say is `text`.
    #[schema(value_type = Object)]
    facts: Facts,
    language: String,
    #[schema(value_type = LaneView)]
    lane: Lane,
    /// Not earlier than this.
    not_before: Timestamp,
    /// The first attempt not later than this, for one that has a time (`outbound.late_up_to_secs`).
    first_by: Option<Timestamp>,
    /// No attempt later than this.
    not_after: Option<Timestamp>,
    /// IANA zone for windows and quiet hours; `null`: that of the number's country.
    time_zone: Option<String>,
    ring_timeout_secs: u32,
    #[schema(value_type = RetryView)]
    retry: RetryRule,
    #[schema(value_type = AmdView)]
    amd: Amd,
    subject: Option<String>,
    idempotency_key: Option<String>,
    callback_url: Option<String>,
    #[schema(value_type = OrderStateView)]
    state: OrderState,
    /// Attempts begun.
    attempts: u32,
    /// When the next attempt is due, while it waits.
    next_at: Timestamp,
    /// What came of the last attempt.
    #[schema(value_type = Option<ReachView>)]
    reach: Option<Reach>,
    /// How it ended.
    #[schema(value_type = Option<OrderEndView>)]
    end: Option<OrderEnd>,
    /// One sentence on why.
    detail: Option<String>,
    /// When it was accepted.
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
}

impl From<CallOrder> for CallOrderView {
    fn from(order: CallOrder) -> Self {
        Self {
            id: order.id.0,
            number: order.number.to_string(),
            gateway: order.gateway,
            caller_id: order.caller_id.map(|number| number.to_string()),
            flow: order.flow,
            facts: order.facts,
            language: order.language,
            lane: order.lane,
            not_before: order.not_before,
            first_by: order.first_by,
            not_after: order.not_after,
            time_zone: order.time_zone,
            ring_timeout_secs: order.ring_timeout_secs,
            retry: order.retry,
            amd: order.amd,
            subject: order.subject,
            idempotency_key: order.idempotency_key,
            callback_url: order.callback_url,
            state: order.state,
            attempts: order.attempts,
            next_at: order.next_at,
            reach: order.reach,
            end: order.end,
            detail: order.detail,
            created_at: order.created_at,
            ended_at: order.ended_at,
        }
    }
}

/// One dialling of a call order.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Attempt)]
pub(super) struct AttemptView {
    /// Which, from 1.
    attempt: u32,
    /// The number that was dialled.
    number: String,
    gateway: String,
    /// Which of the gateway's endpoints.
    endpoint: String,
    caller_id: Option<String>,
    #[schema(value_type = AttemptStateView)]
    state: AttemptState,
    /// Whether it was dialled: `false` if Asterisk refused to, `null` while that is not known.
    sent: Option<bool>,
    dialled_at: Timestamp,
    ringing_at: Option<Timestamp>,
    answered_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    /// What came of it.
    #[schema(value_type = Option<ReachView>)]
    reach: Option<Reach>,
    /// Asterisk's last word: `BUSY`, `NOANSWER`, `CONGESTION`.
    dial_status: Option<String>,
    /// Q.850 hangup cause.
    cause: Option<i32>,
    /// SIP code.
    tech_cause: Option<i32>,
    /// What answering machine detection said: `HUMAN`, `MACHINE`, `NOTSURE`.
    amd: Option<String>,
    /// The call's id, for `GET /v1/calls/{id}`.
    call: Option<Uuid>,
    /// The message was heard to its end, or a key answered it.
    heard: bool,
    /// The first key that was pressed.
    #[schema(value_type = Option<String>, example = "1")]
    key: Option<char>,
    /// One sentence on why it ended so.
    detail: Option<String>,
}

impl From<Attempt> for AttemptView {
    fn from(attempt: Attempt) -> Self {
        Self {
            attempt: attempt.id.number,
            number: attempt.number.to_string(),
            gateway: attempt.gateway,
            endpoint: attempt.endpoint,
            caller_id: attempt.caller_id.map(|number| number.to_string()),
            state: attempt.state,
            sent: attempt.sent,
            dialled_at: attempt.dialled_at,
            ringing_at: attempt.ringing_at,
            answered_at: attempt.answered_at,
            ended_at: attempt.ended_at,
            reach: attempt.reach,
            dial_status: attempt.dial_status,
            cause: attempt.cause,
            tech_cause: attempt.tech_cause,
            amd: attempt.amd,
            call: attempt.call.map(|call| call.0),
            heard: attempt.heard,
            key: attempt.key,
            detail: attempt.detail,
        }
    }
}
