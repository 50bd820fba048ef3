//! A rule, a target and a route as the API shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    http::problem::Problem,
    model::{Country, ListName, PhoneNumber, Refuse, Route, Rule, Sense, Target},
};

/// Where a call goes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RouteTarget)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(in crate::http) enum TargetView {
    /// To a flow.
    Flow {
        /// Its name.
        #[schema(example = "order-status")]
        flow: String,
    },
    /// To a queue of the operators.
    Queue {
        /// Its name in Asterisk.
        #[schema(example = "operators")]
        queue: String,
    },
    /// To a place in the dialplan, at priority 1.
    Extension {
        #[schema(example = "reception")]
        context: String,
        #[schema(example = "100")]
        extension: String,
    },
    /// Onward through a gateway.
    Gateway {
        /// Its name.
        #[schema(example = "north")]
        gateway: String,
        /// Whom to call; without it, the number that was called.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
    },
    /// Nowhere: the call is refused.
    Reject {
        #[schema(value_type = RefuseView)]
        reason: Refuse,
    },
}

/// How a call is refused: `busy` (SIP 486), `forbidden` (403), `unallocated` (404).
#[derive(ToSchema)]
#[schema(as = Refuse, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(in crate::http) enum RefuseView {
    Busy,
    Forbidden,
    Unallocated,
}

/// The lists of callers.
#[derive(ToSchema)]
#[schema(as = ListName, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(in crate::http) enum ListView {
    Block,
    Vip,
}

/// In which sense hours are meant.
#[derive(ToSchema)]
#[schema(as = HoursSense, rename_all = "snake_case")]
#[allow(dead_code, reason = "the description of a type that has none of its own")]
pub(super) enum SenseView {
    Open,
    Closed,
}

/// Opening hours, and whether the rule holds while they are open or while they are closed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = RuleHours)]
#[serde(deny_unknown_fields)]
pub(super) struct HoursView {
    /// A calendar of the configuration, `[routing.hours.NAME]`.
    #[schema(example = "office")]
    pub(super) calendar: String,
    #[schema(value_type = SenseView)]
    pub(super) when: Sense,
}

/// A routing rule.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rule)]
pub(in crate::http) struct RuleView {
    #[schema(example = "taxi-1001")]
    id: String,
    /// The caller's number, `+34600*` for all that begin so, or `anonymous`.
    #[schema(example = "+34600000001")]
    caller: Option<String>,
    /// The number that was called, or a beginning of it.
    called: Option<String>,
    /// The gateway the call came through.
    gateway: Option<String>,
    /// The list that the caller stands on.
    #[schema(value_type = Option<ListView>)]
    list: Option<ListName>,
    /// When it holds.
    hours: Option<HoursView>,
    /// The highest goes first.
    priority: i32,
    target: TargetView,
    /// From when on it does not hold any more.
    expires_at: Option<Timestamp>,
    /// What it is for.
    note: Option<String>,
    /// The sender's version; a time is shown as microseconds since 1970.
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Which way a call was sent, and why.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Route)]
pub(in crate::http) struct RouteView {
    target: TargetView,
    /// The id of the rule that said so; `null`: the default, or a list.
    rule: Option<String>,
    /// One sentence.
    reason: String,
}

impl TargetView {
    /// The model's form of it; its names are checked there.
    pub(in crate::http) fn target(self, country: Option<Country>) -> Result<Target, Problem> {
        Ok(match self {
            Self::Flow { flow } => Target::Flow { flow },
            Self::Queue { queue } => Target::Queue { queue },
            Self::Extension { context, extension } => Target::Extension { context, extension },
            Self::Gateway { gateway, number } => {
                let number = number.map(|text| PhoneNumber::parse(&text, country)).transpose();
                let number = number.map_err(|error| Problem::field("target.number", error.to_string()))?;
                Target::Gateway { gateway, number }
            }
            Self::Reject { reason } => Target::Reject { reason },
        })
    }
}

impl From<Target> for TargetView {
    fn from(target: Target) -> Self {
        match target {
            Target::Flow { flow } => Self::Flow { flow },
            Target::Queue { queue } => Self::Queue { queue },
            Target::Extension { context, extension } => Self::Extension { context, extension },
            Target::Gateway { gateway, number } => {
                Self::Gateway { gateway, number: number.map(|number| number.to_string()) }
            }
            Target::Reject { reason } => Self::Reject { reason },
        }
    }
}

impl From<Rule> for RuleView {
    fn from(rule: Rule) -> Self {
        let matches = rule.matches;
        Self {
            id: rule.id.0,
            caller: matches.caller.map(|number| number.to_string()),
            called: matches.called.map(|number| number.to_string()),
            gateway: matches.gateway,
            list: matches.list,
            hours: matches.hours.map(|hours| HoursView { calendar: hours.calendar, when: hours.when }),
            priority: rule.priority,
            target: rule.target.into(),
            expires_at: rule.expires_at,
            note: rule.note,
            version: rule.version,
            created_at: rule.created_at,
            updated_at: rule.updated_at,
        }
    }
}

impl From<Route> for RouteView {
    fn from(route: Route) -> Self {
        Self { target: route.target.into(), rule: route.rule.map(|id| id.0), reason: route.reason }
    }
}
