//! `PUT /v1/pairings/{id}`

use axum::{
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::PairingView;
use crate::{
    http::{
        auth::May,
        clock,
        extract::{Json, Path},
        problem::Problem,
        scope::OrdersWrite,
        state::App,
    },
    model::{Country, OrderId, Pairing, Party, PhoneNumber},
    outbound::PairingError,
};

/// How long a pairing holds at most, and if nothing is said: a month, and a day.
const LONGEST_SECS: i64 = 30 * 24 * 3600;
const USUAL_SECS: i64 = 24 * 3600;

/// A pairing's new content.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PairingPut)]
#[serde(deny_unknown_fields)]
pub(super) struct PairingBody {
    /// The order that it goes with: when that is over, deleted or expired, so is the pairing.
    #[schema(example = "A-1001")]
    order: Option<String>,
    a: PartyBody,
    b: PartyBody,
    /// The number that both see, which a gateway must be allowed to show; without it the gateway's own.
    #[schema(example = "+34900000001")]
    shown: Option<String>,
    /// From when on they are no pair any more; 30 days from now at most.
    expires_at: Option<Timestamp>,
    /// The same, counted in seconds from now. Without either: a day.
    ttl_secs: Option<u32>,
}

/// One of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = PartyPut)]
#[serde(deny_unknown_fields)]
pub(super) struct PartyBody {
    /// Read by the configured country's rules.
    #[schema(example = "600 00 00 01")]
    number: String,
    /// The gateway that dials it; without it the first that takes the number.
    gateway: Option<String>,
}

/// Store a pairing
///
/// When one of the two calls and their flow comes to a `connect` step, the other is dialled; each sees only
/// the number `shown`. May be repeated; the last one stays.
#[utoipa::path(
    put, path = "/v1/pairings/{id}", tag = "pairings", operation_id = "putPairing",
    security(("token" = ["orders:write"])),
    params(("id" = String, Path, description = "The sender's id: 1 to 128 of A-Z a-z 0-9 . _ : -")),
    request_body = PairingBody,
    responses(
        (status = 201, body = PairingView, description = "It was not there and is stored"),
        (status = 200, body = PairingView, description = "It was there and is stored"),
    )
)]
pub(super) async fn put(
    _: May<OrdersWrite>,
    State(app): State<App>,
    Path(id): Path<String>,
    Json(body): Json<PairingBody>,
) -> Result<Response, Problem> {
    let id = super::id(&id)?;
    let pairing = body.pairing(id, app.rooms.country, clock::now())?;
    let is_new = app.control().put_pairing(pairing.clone()).await.map_err(|error| match error {
        PairingError::Refused { field, why } => Problem::field(field, why),
        PairingError::Storage(error) => error.into(),
    })?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(PairingView::from(pairing))).into_response())
}

impl PairingBody {
    fn pairing(self, id: OrderId, country: Option<Country>, now: Timestamp) -> Result<Pairing, Problem> {
        let order = self.order.map(|text| {
            OrderId::parse(&text).ok_or_else(|| Problem::field("order", "this is no order's id"))
        });
        let (a, b) = (party("a", self.a, country)?, party("b", self.b, country)?);
        if a.number == b.number {
            return Err(Problem::field("b.number", "nobody is paired with themselves"));
        }
        let shown = self.shown.map(|text| number("shown", &text, country)).transpose()?;
        let expires_at = expiry(self.expires_at, self.ttl_secs, now)?;
        Ok(Pairing { id, order: order.transpose()?, a, b, shown, expires_at, updated_at: now })
    }
}

fn party(field: &str, body: PartyBody, country: Option<Country>) -> Result<Party, Problem> {
    let number = number(&format!("{field}.number"), &body.number, country)?;
    Ok(Party { number, gateway: body.gateway })
}

fn number(field: &str, text: &str, country: Option<Country>) -> Result<PhoneNumber, Problem> {
    PhoneNumber::parse(text, country).map_err(|error| Problem::field(field, error.to_string()))
}

fn expiry(at: Option<Timestamp>, ttl_secs: Option<u32>, now: Timestamp) -> Result<Timestamp, Problem> {
    let latest = now + SignedDuration::from_secs(LONGEST_SECS);
    let (field, at) = match (at, ttl_secs) {
        (Some(_), Some(_)) => {
            return Err(Problem::field("ttl_secs", "give expires_at or ttl_secs, not both"));
        }
        (Some(at), None) => ("expires_at", at),
        (None, Some(secs)) => ("ttl_secs", now + SignedDuration::from_secs(secs.into())),
        (None, None) => ("expires_at", now + SignedDuration::from_secs(USUAL_SECS)),
    };
    if at > latest {
        return Err(Problem::field(field, "a pairing holds for 30 days at most"));
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(text: &str) -> Result<Pairing, Problem> {
        let body: PairingBody = serde_json::from_str(text).unwrap();
        body.pairing(OrderId::from("x"), "ES".parse().ok(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_pairing_is_two_numbers_for_a_time() {
        let pairing = body(r#"{"a":{"number":"600 00 00 01"},"b":{"number":"+34600000002","gateway":"n"}}"#);
        let pairing = pairing.unwrap();
        assert_eq!(pairing.a.number.as_str(), "+34600000001");
        assert_eq!(pairing.expires_at.as_second(), 24 * 3600);
        for (text, field) in [
            (r#"{"a":{"number":"600000001"},"b":{"number":"+34600000001"}}"#, "b.number"),
            (r#"{"a":{"number":"1&2"},"b":{"number":"2"}}"#, "a.number"),
            (r#"{"a":{"number":"1"},"b":{"number":"2"},"shown":"PJSIP/1"}"#, "shown"),
            (r#"{"a":{"number":"1"},"b":{"number":"2"},"order":"a b"}"#, "order"),
            (r#"{"a":{"number":"1"},"b":{"number":"2"},"ttl_secs":4000000000}"#, "ttl_secs"),
        ] {
            assert_eq!(body(text).unwrap_err().field_path(), Some(field), "{text}");
        }
    }
}
