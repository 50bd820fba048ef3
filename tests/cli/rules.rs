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

#[test]
fn rules_move_to_another_daemon_in_a_file() {
    let (first, second) = (Running::with(HOURS), Running::with(HOURS));
    first
        .run(&["rules", "add", "a", "--from", "+34*", "--target", "queue:vip", "--priority", "3"])
        .is(0, &[]);
    first
        .run(&["rules", "add", "b", "--open", "office", "--target", "queue:day", "--note", "days"])
        .is(0, &[]);
    let listed = first.json(&["rules", "list", "--json"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("rules.json");
    std::fs::write(&file, listed.to_string()).unwrap();
    let file = file.to_str().unwrap();
    for _ in 0..2 {
        second.run(&["rules", "import", file]).is(0, &["2 rules stored"]);
    }
    second.run(&["rules", "list"]).is(0, &["calls from +34*", "calls when office is open", "days"]);

    std::fs::write(
        file,
        "{\"id\": \"c\", \"target\": {\"kind\": \"queue\", \"queue\": \"x\"}}\n{\"id\": \"d\"}",
    )
    .unwrap();
    second.run(&["rules", "import", file]).is(65, &["rule d; 1 before it are stored", "target"]);
    second.run(&["rules", "import", "/nowhere/rules.json"]).is(65, &["/nowhere/rules.json: "]);
}

#[test]
fn callers_are_put_on_lists() {
    let daemon = Running::with("");
    daemon
        .run(&["lists", "add", "block", "600 00 00 01", "--note", "rings and rings", "--ttl", "600"])
        .is(0, &["block: +34600000001", "rings and rings"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vip.csv");
    std::fs::write(&file, "# who pays\n600000002, gold\n+34700*\n").unwrap();
    daemon.run(&["lists", "import", "vip", file.to_str().unwrap()]).is(0, &["vip: 2 entries"]);
    daemon.run(&["lists", "show", "vip"]).is(0, &["+34600000002", "gold", "+34700*", "for ever"]);
    assert_eq!(daemon.json(&["lists", "show", "block", "--json"]).as_array().unwrap().len(), 1);
    daemon.run(&["rules", "explain", "--from", "600000001"]).is(0, &["block"]);
    daemon.run(&["lists", "delete", "block", "600000001"]).is(0, &["deleted"]);
    daemon.run(&["lists", "delete", "block", "600000001"]).is(0, &["not there"]);

    std::fs::write(&file, "600000003\nbob\n").unwrap();
    daemon.run(&["lists", "import", "block", file.to_str().unwrap()]).is(65, &["line 2 (bob); 1 before it"]);
}

#[test]
fn the_doctor_names_rules_that_lead_nowhere() {
    let south = "[gateways.south]\nendpoints = [{ name = \"a\", dial = \"PJSIP/{number}@south\" }]\n";
    let daemon = Running::with(south);
    daemon.run(&["rules", "add", "a", "--from", "+34*", "--target", "gateway:south,+34600000009"]).is(0, &[]);
    daemon.run(&["doctor"]).is(1, &["ok    routing        1 rules, all can be followed"]);
    daemon.configure("");
    let words = ["FAIL  routing        rule a: there is no gateway \"south\"", "stasisd rules delete a"];
    daemon.run(&["doctor"]).is(1, &words);
}
