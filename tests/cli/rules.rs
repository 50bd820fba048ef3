//! `stasisd rules`, with a daemon whose Asterisk is away: what it decides needs none.

use serde_json::json;

use super::call::Running;

const HOURS: &str = "[routing]\ndefault = \"queue:operators\"\n[routing.hours.office]\n\
                     time_zone = \"Europe/Madrid\"\nmonday = [\"09:00-14:00\"]\n";

#[test]
fn rules_are_added_explained_and_deleted() {
    let daemon = Running::with(HOURS);
    daemon.run(&["rules", "list"]).is(0, &["ID", "GO TO"]);
    let words = [
        "rules",
        "add",
        "taxi-1",
        "--from",
        "600 00 00 01",
        "--target",
        "flow:order-status",
        "--ttl",
        "6000000",
    ];
    daemon.run(&words).is(0, &["rule taxi-1: calls from +34600000001 go to flow:order-status, until 20"]);
    let night =
        ["rules", "add", "--closed", "office", "--target", "reject:busy", "--priority", "-1", "--json"];
    let made = daemon.json(&night);
    assert_eq!(made["hours"], json!({"calendar": "office", "when": "closed"}));
    daemon
        .run(&["rules", "list"])
        .is(0, &["taxi-1", "calls when office is closed", "reject:busy", "for ever"]);
    assert_eq!(daemon.json(&["rules", "list", "--from", "600000001", "--json"]).as_array().unwrap().len(), 1);

    let asked = ["rules", "explain", "--from", "+34600000001", "--to", "900", "--at", "2026-11-23T09:00:00Z"];
    daemon.run(&asked).is(
        0,
        &[
            "goes to  flow:order-status",
            "because  rule taxi-1 is about",
            "* taxi-1",
            "office is open",
            "decides",
        ],
    );
    let open = ["rules", "explain", "--from", "+34600000002", "--at", "2026-11-23T08:00:00Z"];
    daemon
        .run(&open)
        .is(0, &["goes to  queue:operators", "no rule claims the call", "it is about the caller +346"]);
    let late = ["rules", "explain", "--from", "+34600000002", "--at", "2026-11-23T13:00:00Z", "--json"];
    assert_eq!(daemon.json(&late)["route"]["target"]["reason"], "busy");

    daemon.run(&["rules", "add", "x", "--target", "flow:nowhere"]).is(65, &["target.flow: there is no flow"]);
    daemon.run(&["rules", "add", "x", "--target", "person:bob"]).is(64, &["is no target"]);
    daemon
        .run(&["rules", "add", "x", "--open", "shop", "--target", "queue:a"])
        .is(65, &["hours.calendar", "office"]);
    let circle = ["rules", "add", "x", "--to", "100", "--target", "extension:stasisd-inbound,100"];
    daemon.run(&circle).is(65, &["target.extension: this leads back to the same rule"]);
    daemon.run(&["rules", "delete", "taxi-1"]).is(0, &["rule taxi-1: deleted"]);
    daemon.run(&["rules", "delete", "taxi-1"]).is(0, &["rule taxi-1: not there"]);
    daemon.run(&["token", "list"]).is(0, &["revoked"]);
}

#[test]
fn rules_outlive_their_daemon() {
    let mut daemon = Running::with("");
    daemon.run(&["rules", "add", "a", "--from", "+34*", "--target", "queue:vip"]).is(0, &["queue:vip"]);
    daemon.restart();
    daemon.run(&["rules", "explain", "--from", "+34600000001"]).is(0, &["goes to  queue:vip"]);
}
