//! What a sender says of a rule, checked and made into one. Pure.

use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{HoursView, ListView, TargetView};
use crate::{
    http::{
        orders::{expiry, version},
        problem::Problem,
    },
    model::{Country, HoursMatch, ListName, Matches, NumberMatch, Rule, RuleId},
};

/// Priorities lie within these.
const PRIORITIES: std::ops::RangeInclusive<i32> = -1_000_000..=1_000_000;
/// Characters of a note at most.
const LONGEST_NOTE: usize = 500;
/// Characters of a gateway's or a calendar's name at most.
const LONGEST_NAME: usize = 79;

/// A rule's new content. What is not set does not matter to the rule; all that is set must hold.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RulePut)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleBody {
    /// The caller's number, read by the configured country's rules; `+34600*` for all that begin so, `anonymous` for
    /// callers who show none.
    #[schema(example = "600 00 00 01")]
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
    /// Of several rules that match, the highest goes first; 0, if not given. Of the same priority the one that says
    /// more narrowly who calls, then what was called, then a gateway, a list, hours; at last the one whose id comes
    /// first in the order of its characters.
    #[serde(default)]
    priority: i32,
    target: TargetView,
    /// From when on it does not hold any more. Without it or `ttl_secs`: never.
    expires_at: Option<Timestamp>,
    /// The same, counted in seconds from now.
    #[schema(example = 3600)]
    ttl_secs: Option<u32>,
    /// What it is for, at most 500 characters.
    note: Option<String>,
    /// The sender's version: later ones win. Without it or `updated_at`, what is sent last wins.
    version: Option<i64>,
    /// When the sender changed it (RFC 3339), in place of a version.
    updated_at: Option<Timestamp>,
}

impl RuleBody {
    /// The rule to store, or what is wrong with it.
    pub(super) fn rule(self, id: RuleId, country: Option<Country>, now: Timestamp) -> Result<Rule, Problem> {
        if !PRIORITIES.contains(&self.priority) {
            return Err(Problem::field("priority", "it lies between -1000000 and 1000000"));
        }
        let version = version(self.version, self.updated_at)?.unwrap_or_else(|| now.as_microsecond());
        let hours = self.hours.map(|hours| {
            let calendar = name("hours.calendar", hours.calendar)?;
            Ok::<_, Problem>(HoursMatch { calendar, when: hours.when })
        });
        Ok(Rule {
            id,
            matches: Matches {
                caller: number("caller", self.caller.as_deref(), country)?,
                called: number("called", self.called.as_deref(), country)?,
                gateway: self.gateway.map(|text| name("gateway", text)).transpose()?,
                list: self.list,
                hours: hours.transpose()?,
            },
            priority: self.priority,
            target: self.target.target(country)?,
            expires_at: expiry(self.expires_at, self.ttl_secs, None, now)?,
            note: note(self.note)?,
            version,
            created_at: now,
            updated_at: now,
        })
    }
}

/// A number, a beginning of one, or `anonymous`.
pub(in crate::http) fn number(
    field: &str,
    text: Option<&str>,
    country: Option<Country>,
) -> Result<Option<NumberMatch>, Problem> {
    let read = text.map(|text| NumberMatch::parse(text, country)).transpose();
    read.map_err(|what| Problem::field(field, what))
}

/// A note, cleaned of control characters.
pub(in crate::http) fn note(text: Option<String>) -> Result<Option<String>, Problem> {
    let Some(text) = text else { return Ok(None) };
    if text.chars().count() > LONGEST_NOTE || text.chars().any(char::is_control) {
        let detail =
            format!("a note has at most {LONGEST_NOTE} characters, none of them a control character");
        return Err(Problem::field("note", detail));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// A name that the configuration or the dialplan gives.
pub(in crate::http) fn name(field: &str, text: String) -> Result<String, Problem> {
    let fits = (1..=LONGEST_NAME).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let detail = || format!("a name has 1 to {LONGEST_NAME} letters, digits, - _ .");
    if fits { Ok(text) } else { Err(Problem::field(field, detail())) }
}
