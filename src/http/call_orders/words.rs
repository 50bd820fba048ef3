//! The words of outbound calls, described: the nouns themselves know nothing of the API.

use std::collections::BTreeMap;

use utoipa::ToSchema;

/// Whose turn it is when lines are few, the most urgent first.
#[derive(ToSchema)]
#[schema(as = Lane, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(in crate::http) enum LaneView {
    Alert,
    Callback,
    Campaign,
}

/// Where a call order is: `waiting` for its time, `active` (an attempt is being made), `ended`.
#[derive(ToSchema)]
#[schema(as = CallOrderState, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum OrderStateView {
    Waiting,
    Active,
    Ended,
}

/// How a call order ended: `done` (heard, or answered by a key), `exhausted` (every attempt that the rule allows
/// was made), `expired` (its time was over), `cancelled` (or replaced by a newer one), `failed` (it can never
/// succeed).
#[derive(ToSchema)]
#[schema(as = CallOrderEnd, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum OrderEndView {
    Done,
    Exhausted,
    Expired,
    Cancelled,
    Failed,
}

/// Where an attempt is.
#[derive(ToSchema)]
#[schema(as = AttemptState, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum AttemptStateView {
    Dialled,
    Ringing,
    Answered,
    Ended,
}

/// What came of an attempt: `heard`, `hung_up` (before the end), `machine` (and none was wanted, or a person
/// was), `busy`, `no_answer`, `rejected`, `bad_number`, `congestion` (the gateway is full), `unreachable` (it
/// cannot be used), `cancelled`, `unknown` (a crash hides it), `failed`.
#[derive(PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(as = Reach, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum ReachView {
    Heard,
    HungUp,
    Machine,
    Busy,
    NoAnswer,
    Rejected,
    BadNumber,
    Congestion,
    Unreachable,
    Cancelled,
    Unknown,
    Failed,
}

/// Answering machines: `off` (whoever answers hears the flow at once), `human_only`, `machine_only`,
/// `after_beep` (a person hears it at once, a machine after its beep).
#[derive(ToSchema)]
#[schema(as = Amd, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum AmdView {
    Off,
    HumanOnly,
    MachineOnly,
    AfterBeep,
}

/// When to call again. An outcome that is not named ends the call order.
#[derive(ToSchema)]
#[schema(as = RetryRule, example = json!({"ceiling": 4, "after": {"busy": {"delay_secs": 120, "max": 3}}}))]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) struct RetryView {
    /// Attempts in all, 1 to 50. Those that never went out (`sent` is false, `reach` is `failed`) do not count.
    #[schema(minimum = 1, maximum = 50)]
    ceiling: u32,
    /// By outcome.
    after: Option<BTreeMap<ReachView, RetryAfterView>>,
}

/// When to call again after one outcome.
#[derive(ToSchema)]
#[schema(as = RetryAfter)]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) struct RetryAfterView {
    /// How long to wait, in seconds.
    delay_secs: u32,
    /// Attempts with this outcome, at most.
    max: u32,
}
