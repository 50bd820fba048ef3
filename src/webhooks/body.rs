//! What is told: the JSON of a delivery. The same facts make the same text, so that each try is the same.

use serde_json::{Value, json};

use crate::{
    model::{Attempt, CallOrder, Facts},
    storage::Delivery,
};

/// The text to post, from the order and its attempts, the first one first. `None`: the attempt is not there.
///
/// `{"type": "call_order.ended", "timestamp": .., "data": {the order's fields, "last_attempt": {..} or null}}`,
/// `{"type": "attempt.ended", "timestamp": .., "data": {"order": id, "attempt": number, the attempt's fields}}`;
/// times are RFC 3339, the timestamp is the time of the end.
pub(super) fn of(delivery: &Delivery, order: &CallOrder, attempts: &[Attempt]) -> Option<String> {
    let (kind, data) = match delivery.attempt {
        None => {
            let mut data = fields(order);
            let last = attempts.last().map_or(Value::Null, |last| Value::Object(of_attempt(last)));
            data.insert("last_attempt".to_owned(), last);
            ("call_order.ended", data)
        }
        Some(id) => ("attempt.ended", of_attempt(attempts.iter().find(|attempt| attempt.id == id)?)),
    };
    Some(json!({"type": kind, "timestamp": delivery.created_at, "data": data}).to_string())
}

/// An attempt's fields; its id is two of them.
fn of_attempt(attempt: &Attempt) -> Facts {
    let mut data = fields(attempt);
    data.remove("id");
    data.insert("order".to_owned(), json!(attempt.id.order));
    data.insert("attempt".to_owned(), json!(attempt.id.number));
    data
}

fn fields(value: &impl serde::Serialize) -> Facts {
    match serde_json::to_value(value) {
        Ok(Value::Object(fields)) => fields,
        // Neither can be: both are structs of plain values.
        _ => Facts::new(),
    }
}
