//! Records as tests want them: plain ones, of which each test changes what it is about.

use jiff::Timestamp;
use stasisd::model::{Amd, CallOrder, CallOrderId, Lane, OrderState, PhoneNumber, RetryRule};

/// A call order that was accepted at `at`, is due at once, and is called once.
pub fn call_order(id: CallOrderId, number: &str, gateway: &str, at: Timestamp) -> CallOrder {
    CallOrder {
        id,
        number: PhoneNumber::parse(number, None).expect("a number"),
        gateway: gateway.to_owned(),
        caller_id: None,
        flow: "order-notify".to_owned(),
        facts: serde_json::Map::new(),
        language: "en".to_owned(),
        lane: Lane::Callback,
        not_before: at,
        first_by: None,
        not_after: None,
        time_zone: None,
        ring_timeout_secs: 30,
        retry: RetryRule { ceiling: 1, ..RetryRule::default() },
        amd: Amd::Off,
        subject: None,
        idempotency_key: None,
        callback_url: None,
        state: OrderState::Waiting,
        attempts: 0,
        next_at: at,
        reach: None,
        end: None,
        detail: None,
        created_at: at,
        ended_at: None,
    }
}
