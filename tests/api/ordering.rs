//! Pretended ordering of calls: any number is taken, and stored as the engine would store it.

use jiff::Timestamp;
use stasisd::{
    model::{CallOrder, CallOrderId, OrderState, PhoneNumber},
    outbound::{Accepted, CallEdit, CallRequest, OrderError, Rejected, gateway},
    storage::{self, CallTimes, Store},
};
use uuid::Uuid;

/// Orders calls as the engine would.
pub async fn order(store: &Store, requests: &[CallRequest]) -> Vec<Result<Accepted, OrderError>> {
    let mut results = Vec::new();
    for request in requests {
        results.push(one(store, request).await);
    }
    results
}

async fn one(store: &Store, request: &CallRequest) -> Result<Accepted, OrderError> {
    let order = made(request)?;
    let fingerprint = serde_json::to_string(request).unwrap();
    let done = store.accept_call_orders(&[(order, fingerprint)]).await?;
    match done.orders.into_iter().next().unwrap() {
        storage::Accepted::New(order) => Ok(Accepted { order, is_new: true }),
        storage::Accepted::Known(order) => Ok(Accepted { order, is_new: false }),
        storage::Accepted::Conflict => Err(OrderError::Conflict),
    }
}

fn made(request: &CallRequest) -> Result<CallOrder, Rejected> {
    let number = PhoneNumber::parse(&request.number, "ES".parse().ok());
    let number = number.map_err(|error| Rejected { field: "number", what: error.to_string() })?;
    let now = Timestamp::now();
    let at = request.at.as_deref().map(|text| time("at", text)).transpose()?;
    let mut facts = request.facts.clone();
    facts.extend(request.text.clone().map(|text| ("text".to_owned(), text.into())));
    Ok(CallOrder {
        id: CallOrderId(Uuid::now_v7()),
        number,
        gateway: request.gateway.clone().unwrap_or_else(|| "north".to_owned()),
        caller_id: None,
        flow: request.flow.clone().unwrap_or_else(|| "message".to_owned()),
        facts,
        language: request.language.clone().unwrap_or_else(|| "en".to_owned()),
        lane: request.lane,
        not_before: at.unwrap_or(now),
        first_by: None,
        not_after: request.not_after.as_deref().map(|text| time("not_after", text)).transpose()?,
        time_zone: request.time_zone.clone(),
        ring_timeout_secs: request.ring_timeout_secs.unwrap_or(45),
        retry: request.retry.clone().unwrap_or_default(),
        amd: request.amd,
        subject: request.subject.clone(),
        idempotency_key: request.idempotency_key.clone(),
        callback_url: request.callback_url.clone(),
        state: OrderState::Waiting,
        attempts: 0,
        next_at: at.unwrap_or(now),
        reach: None,
        end: None,
        detail: None,
        created_at: now,
        ended_at: None,
    })
}

fn time(field: &'static str, text: &str) -> Result<Timestamp, Rejected> {
    text.parse().map_err(|_| Rejected { field, what: format!("{text:?} is not a time") })
}

/// The times of an order after an edit.
pub fn times(order: &CallOrder, edit: &CallEdit) -> Result<CallTimes, Rejected> {
    let at = edit.at.as_deref().map(|text| time("at", text)).transpose()?.unwrap_or(order.not_before);
    let not_after = match &edit.not_after {
        None => order.not_after,
        Some(last) => last.as_deref().map(|text| time("not_after", text)).transpose()?,
    };
    Ok(CallTimes { not_before: at, next_at: at, first_by: order.first_by, not_after })
}

/// A gateway in the middle of its work.
pub fn gateway() -> gateway::Status {
    let endpoint = |name: &str, until: Option<&str>| gateway::EndpointStatus {
        name: name.to_owned(),
        set_aside_until: until.map(|text| text.parse().unwrap()),
    };
    gateway::Status {
        name: "north".to_owned(),
        calls: 3,
        max_calls: 10,
        calls_today: 120,
        max_calls_per_day: 2000,
        calls_per_second: 1.0,
        max_calls_per_second: 2.0,
        endpoints: vec![endpoint("a", Some("2026-11-21T10:00:00Z")), endpoint("b", None)],
    }
}
