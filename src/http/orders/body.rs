//! What a sender says of an order, checked and made into one. Pure.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    http::problem::Problem,
    model::{Country, Facts, Order, OrderId, PhoneNumber},
};

/// Numbers of one order at most.
const MOST_PHONES: usize = 16;
/// Bytes of a status at most.
const LONGEST_STATUS: usize = 64;
/// About a hundred years.
const LONGEST_TTL_SECS: u32 = 3_155_760_000;

/// An order's new content.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = OrderPut)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderBody {
    /// Numbers whose callers hear about it, at most 16; read by the configured country's rules.
    #[schema(max_items = 16, example = json!(["600 00 00 01"]))]
    phones: Vec<String>,
    /// The sender's word for its state, 1 to 64 bytes.
    #[schema(example = "on_the_way")]
    status: String,
    /// Whatever the flow's texts need.
    #[serde(default)]
    #[schema(value_type = Object, example = json!({"eta_minutes": 12}))]
    facts: Facts,
    /// The sender's version: later ones win. Either this or `updated_at`.
    #[schema(example = 7)]
    version: Option<i64>,
    /// When the sender changed it (RFC 3339), in place of a version.
    updated_at: Option<Timestamp>,
    /// From when on callers hear no more of it.
    expires_at: Option<Timestamp>,
    /// The same, counted in seconds from now. Without either, the configured time holds.
    ttl_secs: Option<u32>,
}

impl OrderBody {
    /// The order to store, or what is wrong with it.
    pub(super) fn order(
        self,
        id: OrderId,
        country: Option<Country>,
        default_ttl: Option<SignedDuration>,
        now: Timestamp,
    ) -> Result<Order, Problem> {
        let version = version(self.version, self.updated_at)?.ok_or_else(|| {
            Problem::field(
                "version",
                "give a version (an integer) or updated_at (a time), so that late updates are known",
            )
        })?;
        Ok(Order {
            id,
            phones: phones(&self.phones, country)?,
            status: status(self.status)?,
            facts: self.facts,
            version,
            expires_at: expiry(self.expires_at, self.ttl_secs, default_ttl, now)?,
            updated_at: now,
        })
    }
}

/// A version given as a number or as a time, not both.
pub(in crate::http) fn version(number: Option<i64>, time: Option<Timestamp>) -> Result<Option<i64>, Problem> {
    match (number, time) {
        (Some(_), Some(_)) => Err(Problem::field("updated_at", "give version or updated_at, not both")),
        (number, time) => Ok(number.or(time.map(Timestamp::as_microsecond))),
    }
}

fn phones(texts: &[String], country: Option<Country>) -> Result<Vec<PhoneNumber>, Problem> {
    if texts.len() > MOST_PHONES {
        return Err(Problem::field("phones", format!("an order has at most {MOST_PHONES} numbers")));
    }
    let mut numbers = Vec::with_capacity(texts.len());
    for (place, text) in texts.iter().enumerate() {
        let number = PhoneNumber::parse(text, country)
            .map_err(|error| Problem::field(format!("phones[{place}]"), error.to_string()))?;
        if !numbers.contains(&number) {
            numbers.push(number);
        }
    }
    Ok(numbers)
}

fn status(text: String) -> Result<String, Problem> {
    if text.is_empty() || text.len() > LONGEST_STATUS || text.chars().any(char::is_control) {
        let detail = format!("a status has 1 to {LONGEST_STATUS} bytes and no control characters");
        return Err(Problem::field("status", detail));
    }
    Ok(text)
}

/// An expiry given as a time or counted from now, not both.
pub(in crate::http) fn expiry(
    at: Option<Timestamp>,
    ttl_secs: Option<u32>,
    default_ttl: Option<SignedDuration>,
    now: Timestamp,
) -> Result<Option<Timestamp>, Problem> {
    let ttl = match (at, ttl_secs) {
        (Some(_), Some(_)) => {
            return Err(Problem::field("ttl_secs", "give expires_at or ttl_secs, not both"));
        }
        (Some(at), None) => return Ok(Some(at)),
        (None, Some(secs)) if secs > LONGEST_TTL_SECS => {
            return Err(Problem::field("ttl_secs", format!("at most {LONGEST_TTL_SECS} s")));
        }
        (None, Some(secs)) => Some(SignedDuration::from_secs(secs.into())),
        (None, None) => default_ttl,
    };
    Ok(ttl.and_then(|ttl| now.checked_add(ttl).ok()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(body: Value) -> Result<Order, Option<String>> {
        let body: OrderBody = serde_json::from_value(body).unwrap();
        let day = Some(SignedDuration::from_hours(24));
        body.order(OrderId::from("A"), "ES".parse().ok(), day, Timestamp::UNIX_EPOCH)
            .map_err(|p| p.field_path().map(str::to_owned))
    }

    #[test]
    fn an_order_is_read() {
        let order = read(json!({
            "phones": ["600 00 00 01", "+34600000001", "101"], "status": "sent", "version": 3
        }))
        .unwrap();
        let phones: Vec<_> = order.phones.iter().map(PhoneNumber::as_str).collect();
        assert_eq!(phones, ["+34600000001", "101"], "one number however written, once");
        assert_eq!(order.version, 3);
        assert_eq!(order.expires_at.map(Timestamp::as_second), Some(86_400));
    }

    #[test]
    fn times_are_versions_too() {
        let at = |time: &str| {
            read(json!({"phones": [], "status": "s", "updated_at": time, "ttl_secs": 60})).unwrap()
        };
        assert!(at("2026-11-21T10:00:00+01:00").version < at("2026-11-21T09:00:00.000001Z").version);
        assert_eq!(at("2026-11-21T10:00:00Z").expires_at.map(Timestamp::as_second), Some(60));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let ok = json!({"phones": [], "status": "s", "version": 1});
        let cases = [
            ("phones", json!(["1", "500&PJSIP/x"]), "phones[1]"),
            ("phones", json!(vec!["1"; 17]), "phones"),
            ("status", json!(""), "status"),
            ("status", json!("a\u{0}b"), "status"),
            ("status", json!("x".repeat(65)), "status"),
            ("version", Value::Null, "version"),
            ("updated_at", json!("2026-11-21T10:00:00Z"), "updated_at"),
            ("ttl_secs", json!(u32::MAX), "ttl_secs"),
        ];
        for (key, value, field) in cases {
            let mut body = ok.clone();
            body[key] = value.clone();
            assert_eq!(read(body), Err(Some(field.to_owned())), "{key} {value}");
        }
    }
}
