//! Rules read from a file that `stasisd rules list --json` wrote, or another program did. Pure.

use serde_json::{Map, Value};

/// What the API adds to a rule when it shows it.
const SHOWN_ONLY: [&str; 2] = ["created_at", "updated_at"];

/// A rule to put: its id and what is sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Put {
    pub(super) id: String,
    pub(super) body: Value,
}

/// Reads a JSON list of rules, or a rule a line.
///
/// # Errors
/// Which rule cannot be read, and why. What the fields mean is the API's to check.
pub(super) fn rules(text: &str) -> Result<Vec<Put>, String> {
    let values = if text.trim_start().starts_with('[') {
        serde_json::from_str::<Vec<Value>>(text)
            .map_err(|error| format!("this is no list of rules: {error}"))?
    } else {
        let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let read = |(number, line): (usize, &str)| {
            serde_json::from_str(line).map_err(|error| format!("line {}: {error}", number + 1))
        };
        lines.map(read).collect::<Result<_, _>>()?
    };
    values.into_iter().enumerate().map(|(number, value)| rule(number + 1, value)).collect()
}

fn rule(number: usize, value: Value) -> Result<Put, String> {
    let Value::Object(mut body) = value else {
        return Err(format!("rule {number} is no object in braces"));
    };
    let Some(Value::String(id)) = body.remove("id") else {
        return Err(format!("rule {number} has no id: give it one, so that it is stored once"));
    };
    for key in SHOWN_ONLY {
        body.remove(key);
    }
    let set: Map<_, _> = body.into_iter().filter(|(_, value)| !value.is_null()).collect();
    Ok(Put { id, body: set.into() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_listed_can_be_put() {
        let listed = json!([{
            "id": "a", "caller": "+34600000001", "called": null, "priority": 0, "version": 7,
            "target": {"kind": "queue", "queue": "operators"},
            "created_at": "2026-11-21T10:00:00Z", "updated_at": "2026-11-21T10:00:00Z",
        }]);
        let body = json!({
            "caller": "+34600000001", "priority": 0, "version": 7,
            "target": {"kind": "queue", "queue": "operators"},
        });
        let put = Put { id: "a".to_owned(), body };
        assert_eq!(rules(&listed.to_string()).unwrap(), std::slice::from_ref(&put));
        assert_eq!(rules(&format!("\n{}\n", listed[0])).unwrap(), [put]);
        assert_eq!(rules("").unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, words) in [
            ("[1]", "rule 1 is no object"),
            (r#"[{"id": "a"}, {"target": 1}]"#, "rule 2 has no id"),
            ("{\"id\": \"a\"}\n{oops", "line 2: "),
            ("[", "no list of rules"),
        ] {
            let error = rules(text).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
    }
}
