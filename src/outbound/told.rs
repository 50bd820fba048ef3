//! What the world is told of orders, attempts and gateways; and which orders nobody wants any more.

use serde::Serialize;
use serde_json::json;

use super::{
    Outbound,
    gateway::{Change, Gateway},
};
use crate::{
    calls::LegEvent,
    model::{Attempt, CallOrder, CallOrderId, CallRecord, NoticeKind, OrderEnd, OrderState, mask},
    tasks::clock,
};

impl Outbound {
    /// Whether somebody cancelled an order in hand.
    pub(super) fn is_over(&self, order: CallOrderId) -> bool {
        self.inner.hands.get(order).is_some_and(|order| order.is_cancelled)
    }

    /// Cancels what this process has in hand of an order.
    pub(super) fn cancel_in_hand(&self, order: &CallOrder) {
        match self.inner.hands.cancel(order.id) {
            Some(in_hand) => {
                let call = in_hand.call;
                let told = call.is_some_and(|call| {
                    self.inner.services.registry.tell(call, LegEvent::HangUp("cancelled".to_owned()))
                });
                tracing::info!(order = %order.id, rings_or_talks = told, "call order cancelled");
                self.inner.trigger.notify_one();
            }
            None if order.state == OrderState::Ended => self.order_ended(order),
            // Between two hands: whoever takes it next finds on disk that it is not wanted.
            None => self.inner.trigger.notify_one(),
        }
    }

    /// Ends a cancelled order that was not dialled.
    pub(super) fn cancelled(&self, order: CallOrder) {
        self.end(order, OrderEnd::Cancelled, "cancelled".to_owned(), clock::now());
    }

    pub(super) fn tell_order(&self, order: &CallOrder) {
        let data = json!({
            "order": order.id,
            "number": order.number,
            "subject": order.subject,
            "state": order.state,
            "attempts": order.attempts,
            "next_at": order.next_at,
            "reach": order.reach,
            "end": order.end,
            "detail": order.detail,
        });
        self.inner.services.feed.post(NoticeKind::CallOrderChanged, None, data);
    }

    /// An order has ended: log, metric, feed.
    pub(super) fn order_ended(&self, order: &CallOrder) {
        let (end, reach) = (word(order.end), word(order.reach));
        let number = mask(order.number.as_str());
        tracing::info!(order = %order.id, number, end, reach, attempts = order.attempts, "call order ended");
        metrics::counter!("stasisd_call_orders_total", "end" => end, "lane" => word(order.lane)).increment(1);
        self.tell_order(order);
    }

    /// A call of ours begins, as the calls that come in are told of.
    pub(super) fn tell_call(&self, record: &CallRecord, attempt: &Attempt) {
        let data = json!({
            "direction": record.direction,
            "caller": record.caller,
            "called": record.called,
            "gateway": record.gateway,
            "flow": record.position.flow,
            "order": attempt.id.order,
            "attempt": attempt.id.number,
        });
        self.inner.services.feed.post(NoticeKind::CallStarted, Some(record.id), data);
    }

    pub(super) fn tell_attempt(&self, attempt: &Attempt) {
        if let Some(reach) = attempt.reach {
            let labels = [("gateway", attempt.gateway.clone()), ("reach", word(reach))];
            metrics::counter!("stasisd_attempts_total", &labels).increment(1);
        }
        let data = json!({
            "order": attempt.id.order,
            "attempt": attempt.id.number,
            "state": attempt.state,
            "gateway": attempt.gateway,
            "endpoint": attempt.endpoint,
            "reach": attempt.reach,
            "cause": attempt.cause,
            "tech_cause": attempt.tech_cause,
            "heard": attempt.heard,
            "key": attempt.key,
        });
        self.inner.services.feed.post(NoticeKind::AttemptChanged, attempt.call, data);
    }

    pub(super) fn tell_gateway(&self, gateway: &Gateway, change: &Change) {
        tracing::warn!(gateway = gateway.name(), ?change, "a gateway changed");
        let data = change.data(gateway.name());
        self.inner.services.feed.post(NoticeKind::GatewayChanged, None, data);
    }
}

/// The word of an enum of ours, as it is stored and shown.
fn word(value: impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or("none").to_owned()
}
