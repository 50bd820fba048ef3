//! What texts see: the call's facts, the flow's variables, the settings, the time.

use jiff::Zoned;
use minijinja::{Value, context, value::Serde};
use serde_json::json;

use crate::{
    flow::world::CallFacts,
    model::{Facts, Fault, Order, Position},
};

/// Most that a call's variables may hold, in bytes of JSON: they are stored at every step.
const MOST_BYTES: usize = 48 * 1024;
/// Most that one answer from outside may add.
pub(super) const MOST_ANSWER_BYTES: usize = 16 * 1024;
/// As many orders as a telephone has keys to choose one.
const MOST_ORDERS: usize = 9;

/// The context of a text: variables by their own names and under `vars`, and what every text sees.
pub(super) fn context(
    call: &CallFacts,
    now: &Zoned,
    settings: &Facts,
    position: &Position,
    language: &str,
    own: &[(&str, Value)],
) -> Value {
    let vars = position.vars.iter().map(|(name, value)| (name.clone(), Value::from(Serde(value))));
    let mut all: std::collections::BTreeMap<String, Value> = vars.collect();
    for (name, value) in own {
        all.insert((*name).to_owned(), value.clone());
    }
    let known = [
        ("vars", Value::from(Serde(&position.vars))),
        (
            "caller",
            context! { number => call.caller.as_deref(), name => call.caller_name.as_deref().map(clean) },
        ),
        ("call", facts_of(call)),
        ("settings", Value::from(Serde(settings))),
        ("now", time(now)),
        ("language", language.into()),
    ];
    all.extend(known.map(|(name, value)| (name.to_owned(), value)));
    Value::from(all)
}

fn facts_of(call: &CallFacts) -> Value {
    context! {
        id => call.id.to_string(),
        called => call.called.as_deref(),
        gateway => call.gateway.as_deref(),
        language => call.language.as_str(),
        started => call.started.to_string(),
    }
}

fn time(now: &Zoned) -> Value {
    context! {
        zoned => now.to_string(),
        date => now.date().to_string(),
        time => now.time().round(jiff::Unit::Minute).unwrap_or(now.time()).to_string(),
        year => now.year(),
        month => now.month(),
        day => now.day(),
        hour => now.hour(),
        minute => now.minute(),
        weekday => now.weekday().to_monday_one_offset(),
    }
}

/// A text from outside, without what could disturb a voice or a log.
pub(super) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Refuses variables that have grown too large to be stored at every step.
pub(super) fn check_size(vars: &Facts) -> Result<(), Fault> {
    if size(vars) > MOST_BYTES {
        return Err(Fault::Flow(format!("the call's variables hold more than {MOST_BYTES} bytes")));
    }
    Ok(())
}

pub(super) fn size(value: &impl serde::Serialize) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |bytes| bytes.len())
}

/// Orders as variables: as many as there are keys to choose one, and as fit.
pub(super) fn orders(orders: &[Order]) -> Vec<serde_json::Value> {
    let facts = |order: &Order| {
        json!({
            "id": order.id,
            "status": order.status,
            "facts": order.facts,
            "updated_at": order.updated_at.to_string(),
        })
    };
    let mut kept: Vec<_> = orders.iter().take(MOST_ORDERS).map(facts).collect();
    while kept.len() > 1 && size(&kept) > MOST_ANSWER_BYTES {
        kept.pop();
    }
    kept
}
