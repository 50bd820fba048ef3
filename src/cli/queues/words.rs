//! Queues as lines for people.

use serde_json::Value;

/// All queues, a line each.
pub(super) fn list(list: &Value) -> String {
    let row = |name: &str, cells: [String; 10]| {
        let widths = [7, 5, 7, 7, 7, 7, 7, 11, 7, 8];
        widths
            .iter()
            .zip(cells)
            .fold(format!("{name:<24}"), |row, (width, cell)| row + &format!(" {cell:>width$}"))
    };
    let head = [
        "members",
        "free",
        "ringing",
        "in call",
        "on hold",
        "wrap-up",
        "paused",
        "unreachable",
        "waiting",
        "longest",
    ];
    let mut lines = vec![row("queue", head.map(str::to_owned))];
    for queue in list["items"].as_array().into_iter().flatten() {
        let counts = &queue["counts"];
        let longest = counts["longest_wait_secs"].as_u64().map_or("-".to_owned(), |secs| format!("{secs} s"));
        let count = |what: &str| counts[what].to_string();
        let cells = [
            count("members"),
            count("free"),
            count("ringing"),
            count("in_call"),
            count("on_hold"),
            count("wrap_up"),
            count("paused"),
            count("unreachable"),
            count("waiting"),
            longest,
        ];
        lines.push(row(word(&queue["name"]), cells));
    }
    if list["connected"] != true {
        lines.push(format!("as last known: {}", word(&list["detail"])));
    }
    lines.join("\n")
}

/// One queue: its members, its callers.
pub(super) fn queue(queue: &Value) -> String {
    let mut lines = vec![format!("{} ({})", word(&queue["name"]), word(&queue["strategy"]))];
    lines.extend(queue["members"].as_array().into_iter().flatten().map(member));
    for caller in queue["waiting"].as_array().into_iter().flatten() {
        let who = [word(&caller["number"]), word(&caller["name"])].join(" ");
        lines.push(format!(
            "  {:>3}. waits {:>4} s  {}  channel {}",
            caller["position"].to_string(),
            caller["wait_secs"].to_string(),
            who.trim(),
            word(&caller["channel"])
        ));
    }
    if queue["connected"] != true {
        lines.push("as it was when the manager connection was lost".to_owned());
    }
    lines.join("\n")
}

/// A member.
pub(super) fn member(member: &Value) -> String {
    let mut state = word(&member["state"]).replace('_', " ");
    if member["in_wrap_up"] == true {
        state.push_str(", wrap-up");
    }
    if member["paused"] == true {
        state.push_str(", paused");
        for (before, text) in [(": ", &member["paused_reason"]), (" since ", &member["paused_since"])] {
            let text = word(text);
            if !text.is_empty() {
                state.push_str(before);
                state.push_str(text);
            }
        }
    }
    let (interface, name) = (word(&member["interface"]), word(&member["name"]));
    format!("  {interface:<24} {name:<24} penalty {:<3} {state}", member["penalty"].to_string())
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_in_a_line() {
        let line =
            member(&json!({ "interface": "PJSIP/201", "name": "Anna", "penalty": 1, "state": "in_call",
            "paused": true, "paused_reason": "lunch", "paused_since": null, "in_wrap_up": false }));
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words.join(" "), "PJSIP/201 Anna penalty 1 in call, paused: lunch");
    }

    #[test]
    fn a_board_that_is_stale_says_so() {
        let said = list(&json!({ "connected": false, "detail": "no manager connection", "items": [] }));
        assert!(said.ends_with("as last known: no manager connection"), "{said}");
    }

    #[test]
    fn columns_stand_below_their_heads() {
        let counts = json!({
            "members": 12, "free": 3, "ringing": 0, "in_call": 1, "on_hold": 2, "wrap_up": 4, "paused": 5,
            "unreachable": 6, "waiting": 7, "longest_wait_secs": 80,
        });
        let text = list(&json!({ "connected": true, "items": [{ "name": "phones", "counts": counts }] }));
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "queue                    members  free ringing in call on hold wrap-up  paused unreachable waiting  longest",
                "phones                        12     3       0       1       2       4       5           6       7     80 s",
            ]
        );
        let text = queue(&json!({
            "name": "phones", "strategy": "ringall", "connected": true,
            "members": [{ "interface": "PJSIP/201", "name": "Anna", "state": "in_call", "penalty": 2 }],
            "waiting": [{ "position": 1, "wait_secs": 7, "number": "34600000001", "channel": "c" }],
        }));
        assert!(
            text.contains("PJSIP/201                Anna                     penalty 2   in call"),
            "{text}"
        );
        assert!(text.contains("    1. waits    7 s  34600000001  channel c"), "{text}");
    }
}
