//! What happened to a call order, in words. Pure: from what the API answers.

use std::fmt;

use jiff::{Timestamp, tz::TimeZone};
use serde_json::Value;

use crate::{app::Exit, tasks::clock};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Turn {
    at: Timestamp,
    what: String,
}

impl fmt::Display for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", clock_time(self.at), self.what)
    }
}

/// All that has happened, in its order.
pub(super) fn turns(answer: &Value, timeline: &[Value]) -> Vec<Turn> {
    let mut turns = Vec::new();
    for attempt in answer["attempts"].as_array().into_iter().flatten() {
        let mut add = |time: &str, what: String| turns.extend(turn(&attempt[time], what));
        let text = |key: &str| attempt[key].as_str().unwrap_or_default();
        let through = format!("{}/{}", text("gateway"), text("endpoint"));
        add(
            "dialled_at",
            format!("dialled    {} through {through} (attempt {})", text("number"), attempt["attempt"]),
        );
        add("ringing_at", "rings".to_owned());
        add("answered_at", "answered".to_owned());
        add("ended_at", format!("hung up    {}", came_out(attempt)));
    }
    for event in timeline {
        let data = &event["data"];
        let what = match event["kind"].as_str() {
            Some("call.said") => {
                let part = if data["heard"] == "whole" { "" } else { " (interrupted)" };
                format!("heard      {}{part}", data["text"])
            }
            Some("call.key") => format!("pressed    {}", data["digit"].as_str().unwrap_or_default()),
            Some("call.taken_up") => "the daemon was restarted and goes on".to_owned(),
            _ => continue,
        };
        turns.extend(turn(&event["at"], what));
    }
    turns.sort();
    let order = &answer["order"];
    let last = answer["attempts"].as_array().and_then(|attempts| attempts.last());
    if let Some(last) = last.filter(|last| order["state"] == "waiting" && !last["ended_at"].is_null()) {
        let again = moment(&order["next_at"]);
        turns.extend(turn(&last["ended_at"], format!("waits      next attempt {again}")));
    }
    turns
}

fn turn(time: &Value, what: String) -> Option<Turn> {
    let at = time.as_str()?.parse().ok()?;
    Some(Turn { at, what })
}

/// What came of an attempt: `busy (SIP 486)`.
fn came_out(attempt: &Value) -> String {
    let mut text = words(&attempt["reach"]);
    let cause = |key: &str, name: &str| attempt[key].as_i64().map(|code| format!("{name} {code}"));
    let causes: Vec<String> =
        cause("tech_cause", "SIP").or_else(|| cause("cause", "cause")).into_iter().collect();
    if attempt["answered_at"].is_null() && !causes.is_empty() {
        text.push_str(&format!(" ({})", causes.join(", ")));
    }
    if let Some(detail) = attempt["detail"].as_str() {
        text.push_str(&format!(": {detail}"));
    }
    text
}

/// A call order in a line: who, through what, and when.
pub(super) fn ordered(order: &Value) -> String {
    let text = |key: &str| order[key].as_str().unwrap_or_default();
    let when = match order["state"].as_str() {
        Some("waiting") if is_far(order) => format!("due {}", moment(&order["next_at"])),
        Some("waiting") => "due now".to_owned(),
        Some("ended") => ending(order),
        _ => "being called".to_owned(),
    };
    format!("call order {}: {} through {}, {when}", text("id"), text("number"), text("gateway"))
}

/// How a call order ended: `done: heard`.
pub(super) fn ending(order: &Value) -> String {
    let mut text = words(&order["end"]);
    for more in [words(&order["reach"]), order["detail"].as_str().unwrap_or_default().to_owned()] {
        if !more.is_empty() && !text.ends_with(&more) {
            text.push_str(&format!(": {more}"));
        }
    }
    text
}

/// The exit code of a call order that ended, as `--help` lists them.
pub(super) fn exit(order: &Value) -> Exit {
    match (order["end"].as_str(), order["reach"].as_str()) {
        (Some("done"), _) => Exit::Ok,
        (Some("cancelled" | "expired"), _) => Exit::NotWanted,
        (_, Some("hung_up" | "machine")) => Exit::NotHeard,
        (_, Some("busy" | "no_answer" | "rejected")) => Exit::NotReached,
        (_, Some("unknown")) => Exit::NotKnown,
        _ => Exit::NotCalled,
    }
}

/// Whether a call order that waits is due later than people wait for.
pub(super) fn is_far(order: &Value) -> bool {
    let next: Option<Timestamp> = order["next_at"].as_str().and_then(|text| text.parse().ok());
    next.is_some_and(|at| at.duration_since(clock::now()).as_secs() > 2)
}

/// `no_answer` as people say it.
pub(super) fn words(word: &Value) -> String {
    word.as_str().unwrap_or_default().replace('_', " ")
}

/// A moment in this machine's zone: `2026-12-01 09:00:00`.
pub(super) fn moment(time: &Value) -> String {
    let at: Option<Timestamp> = time.as_str().and_then(|text| text.parse().ok());
    at.map_or_else(String::new, |at| {
        at.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    })
}

fn clock_time(at: Timestamp) -> String {
    at.to_zoned(TimeZone::system()).strftime("%H:%M:%S%.3f").to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn turns_are_told_in_their_order() {
        let answer = json!({
            "order": {"state": "waiting", "next_at": "2026-11-21T10:02:00Z"},
            "attempts": [{
                "attempt": 1, "number": "+34600000001", "gateway": "north", "endpoint": "a",
                "dialled_at": "2026-11-21T10:00:00Z", "ringing_at": "2026-11-21T10:00:01Z",
                "answered_at": "2026-11-21T10:00:02Z", "ended_at": "2026-11-21T10:00:09Z",
                "reach": "hung_up", "cause": 16, "tech_cause": 200, "detail": null,
            }, {
                "attempt": 2, "number": "+34600000001", "gateway": "north", "endpoint": "a",
                "dialled_at": "2026-11-21T10:01:00Z", "ringing_at": null,
                "answered_at": null, "ended_at": "2026-11-21T10:01:01Z",
                "reach": "busy", "cause": 17, "tech_cause": 486, "detail": null,
            }],
        });
        let timeline = [
            json!({"kind": "call.key", "at": "2026-11-21T10:00:05Z", "data": {"digit": "1"}}),
            json!({"kind": "call.said", "at": "2026-11-21T10:00:04Z", "data": {"text": "Hello.", "heard": "whole"}}),
            json!({"kind": "call.step", "at": "2026-11-21T10:00:03Z", "data": {}}),
        ];
        let told: Vec<_> = turns(&answer, &timeline).into_iter().map(|turn| turn.what).collect();
        assert_eq!(
            told[..5],
            [
                "dialled    +34600000001 through north/a (attempt 1)",
                "rings",
                "answered",
                "heard      \"Hello.\"",
                "pressed    1",
            ]
        );
        assert_eq!(
            told[5..8],
            [
                "hung up    hung up",
                "dialled    +34600000001 through north/a (attempt 2)",
                "hung up    busy (SIP 486)",
            ]
        );
        assert!(told[8].starts_with("waits      next attempt 2026-11-21 "), "{told:?}");
    }

    #[test]
    fn endings_have_their_codes() {
        let of = |end: &str, reach: Value| exit(&json!({"end": end, "reach": reach}));
        assert_eq!(of("done", json!("heard")), Exit::Ok);
        assert_eq!(of("exhausted", json!("hung_up")), Exit::NotHeard);
        assert_eq!(of("exhausted", json!("no_answer")), Exit::NotReached);
        assert_eq!(of("failed", json!("bad_number")), Exit::NotCalled);
        assert_eq!(of("exhausted", json!("unknown")), Exit::NotKnown);
        assert_eq!(of("expired", Value::Null), Exit::NotWanted);
        assert_eq!(of("failed", Value::Null), Exit::NotCalled);
    }

    #[test]
    fn an_ending_is_said_once() {
        let order = json!({"end": "cancelled", "reach": null, "detail": "cancelled"});
        assert_eq!(ending(&order), "cancelled");
        let order = json!({"end": "exhausted", "reach": "no_answer", "detail": "3 attempts"});
        assert_eq!(ending(&order), "exhausted: no answer: 3 attempts");
    }
}
