//! Rules and decisions in words. Pure: from what the API answers.

use serde_json::Value;

use crate::model::Target;

/// The head of a list.
pub(super) fn head() -> String {
    format!("{:<24} {:>8}  {:<34} {:<28} {:<21} NOTE", "ID", "PRIORITY", "CALLS", "GO TO", "UNTIL")
}

/// One rule in a line of the list.
pub(super) fn line(rule: &Value) -> String {
    let text = |key: &str| rule[key].as_str().unwrap_or_default();
    let until = if rule["expires_at"].is_null() { "for ever" } else { text("expires_at") };
    // Whole seconds are enough for eyes.
    let until = until.split('.').next().unwrap_or_default();
    let line = format!(
        "{:<24} {:>8}  {:<34} {:<28} {until:<21} {}",
        text("id"),
        rule["priority"].to_string(),
        about(rule),
        target(&rule["target"]),
        text("note"),
    );
    line.trim_end().to_owned()
}

/// One rule in a sentence.
pub(super) fn sentence(rule: &Value) -> String {
    let until = rule["expires_at"].as_str().map_or_else(String::new, |at| format!(", until {at}"));
    let id = rule["id"].as_str().unwrap_or_default();
    format!("rule {id}: {} go to {}{until}", about(rule), target(&rule["target"]))
}

/// A decision, and each rule that was looked at.
pub(super) fn explained(answer: &Value) -> String {
    let route = &answer["route"];
    let mut lines = vec![
        format!("goes to  {}", target(&route["target"])),
        format!("because  {}", route["reason"].as_str().unwrap_or_default()),
    ];
    if let Some(list) = answer["list"].as_str() {
        lines.push(format!("list     {list}"));
    }
    let considered = answer["considered"].as_array().map_or(&[][..], Vec::as_slice);
    if !considered.is_empty() {
        lines.push("rules, in the order in which they are looked at:".to_owned());
    }
    for one in considered {
        let rule = &one["rule"];
        let mark = if one["decides"] == true { '*' } else { ' ' };
        lines.push(format!(
            "{mark} {:<24} {:<34} {:<28} {}",
            rule["id"].as_str().unwrap_or_default(),
            about(rule),
            target(&rule["target"]),
            one["why"].as_str().unwrap_or_default(),
        ));
    }
    match answer["others"].as_u64() {
        None | Some(0) => {}
        Some(others) => lines.push(format!("  and {others} more, which are about other numbers")),
    }
    lines.join("\n")
}

/// Which calls a rule is about.
fn about(rule: &Value) -> String {
    let mut parts = Vec::new();
    let text = |value: &Value| value.as_str().map(str::to_owned);
    parts.extend(text(&rule["caller"]).map(|number| format!("from {number}")));
    parts.extend(text(&rule["called"]).map(|number| format!("to {number}")));
    parts.extend(text(&rule["gateway"]).map(|gateway| format!("by {gateway}")));
    parts.extend(text(&rule["list"]).map(|list| format!("on the list {list}")));
    let hours = &rule["hours"];
    parts.extend(
        text(&hours["calendar"])
            .map(|calendar| format!("when {calendar} is {}", hours["when"].as_str().unwrap_or_default())),
    );
    if parts.is_empty() { "all calls".to_owned() } else { format!("calls {}", parts.join(", ")) }
}

/// A target as it is written for `--target`.
fn target(value: &Value) -> String {
    let read = serde_json::from_value::<Target>(value.clone());
    read.map_or_else(|_| value.to_string(), |target| target.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_decision_is_told_with_its_rules() {
        let rule = json!({
            "id": "taxi-1", "caller": "+34600000001", "called": null, "gateway": null, "list": null,
            "hours": {"calendar": "office", "when": "open"}, "priority": 0,
            "target": {"kind": "flow", "flow": "ivr"}, "expires_at": "2026-11-21T10:00:00.123Z", "note": "taxi",
        });
        let told = explained(&json!({
            "route": {"target": {"kind": "flow", "flow": "ivr"}, "rule": "taxi-1", "reason": "rule taxi-1 says so"},
            "list": "vip", "others": 7,
            "considered": [{"rule": rule, "matches": true, "decides": true, "why": "decides"}],
        }));
        for words in
            ["goes to  flow:ivr", "because  rule taxi-1 says so", "list     vip", "* taxi-1", "and 7 more"]
        {
            assert!(told.contains(words), "{words}: {told}");
        }
        assert!(told.contains("calls from +34600000001, when office is open"), "{told}");
        assert!(line(&rule).contains("2026-11-21T10:00:00 ") && line(&rule).ends_with("taxi"));
        assert_eq!(
            sentence(&rule),
            "rule taxi-1: calls from +34600000001, when office is open go to flow:ivr, until 2026-11-21T10:00:00.123Z"
        );
        assert_eq!(about(&json!({})), "all calls");
    }
}
