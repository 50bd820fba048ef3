//! What the old names have in common: moments in two forms, callers' rules, and a short answer.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    http::problem::Problem,
    model::{PhoneNumber, RuleId},
};

/// Seconds since 1970, or a span, that no sender means in earnest: ten years.
const LONGEST_SECS: i64 = 315_360_000;

/// Everything that the old clients look at.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OldAnswer)]
pub(super) struct Answer {
    /// `ok`
    #[schema(example = "ok")]
    status: &'static str,
}

impl Answer {
    pub(super) const OK: Self = Self { status: "ok" };
}

/// A moment: RFC 3339, or seconds since 1970.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = OldMoment)]
#[serde(untagged)]
pub(super) enum Moment {
    /// `2026-11-21T10:00:00Z`
    Text(String),
    /// `1795255200`
    Secs(i64),
}

impl Moment {
    /// The moment, if it can be read.
    pub(super) fn read(&self, field: &str) -> Result<Timestamp, Problem> {
        let read = match self {
            Self::Text(text) => text.parse().ok(),
            Self::Secs(secs) => Timestamp::from_second(*secs).ok(),
        };
        let detail = "write a time as 2026-11-21T10:00:00Z, or as seconds since 1970";
        read.ok_or_else(|| Problem::field(field, detail))
    }
}

/// So many seconds after now.
pub(super) fn after(field: &str, secs: i64, now: Timestamp) -> Result<Timestamp, Problem> {
    let fits = (0..=LONGEST_SECS).contains(&secs);
    let at = now.checked_add(SignedDuration::from_secs(secs)).ok().filter(|_| fits);
    at.ok_or_else(|| Problem::field(field, format!("seconds, 0 to {LONGEST_SECS}")))
}

/// The one rule that sends a caller to the IVR.
pub(super) fn rule_of(caller: &PhoneNumber) -> RuleId {
    RuleId(format!("ivr:{}", caller.as_str().trim_start_matches('+')))
}
