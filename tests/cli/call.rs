//! `stasisd call` and `stasisd calls`, with a daemon whose Asterisk is away: what is ordered waits.

use std::{
    net::TcpListener,
    process::{Child, Stdio},
};

use serde_json::{Value, json};

use super::{Place, Said, said};

/// A daemon that runs, killed with its test.
pub struct Running {
    child: Child,
    place: Place,
    port: u16,
}

impl Running {
    fn start() -> Self {
        Self::with("")
    }

    /// With more of a configuration.
    pub fn with(more: &str) -> Self {
        let (place, port) = prepared();
        place.write("conf.d/more.toml", more);
        let mut command = place.command(&["run"]);
        let child = command.stderr(Stdio::null()).spawn().unwrap();
        Self { child, place, port }
    }

    /// Another configuration, for whoever reads it from now on.
    pub fn configure(&self, more: &str) {
        self.place.write("conf.d/more.toml", more);
    }

    /// Kills it and starts it again.
    pub fn restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = self.place.command(&["run"]).stderr(Stdio::null()).spawn().unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Said {
        self.place.run(arguments)
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.run(arguments);
        assert_eq!(said.code, Some(0), "{}", said.err);
        serde_json::from_str(&said.out).unwrap_or_else(|e| panic!("{e}: {}", said.out))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which is fine.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder for a daemon with a gateway, a port that is free, and no Asterisk.
pub fn prepared() -> (Place, u16) {
    let place = Place::with("");
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (database, cache) = (place.path("stasisd.db"), place.path("prompts"));
    let text = format!(
        "[http]\nlisten = \"127.0.0.1:{port}\"\n[fastagi]\nlisten = \"127.0.0.1:0\"\n[storage]\nurl = \"sqlite://{}\"\n\
         [speech]\ncache_directory = \"{}\"\n[ari]\nurl = \"http://127.0.0.1:1\"\n\
         [calls]\ncountry = \"ES\"\n[gateways.north]\n\
         endpoints = [{{ name = \"a\", dial = \"PJSIP/{{number}}@north\" }}]\n",
        database.display(),
        cache.display(),
    );
    place.write("conf.d/daemon.toml", &text);
    (place, port)
}

#[test]
fn a_call_is_ordered_listed_moved_and_cancelled() {
    let daemon = Running::start();
    let words = ["call", "600 00 00 01", "--say", "The appointment is at nine.", "--at", "in 2 hours"];
    let order = daemon.json(&[&words[..], &["--lane", "alert", "--key", "k-1", "--json"]].concat());
    assert_eq!((&order["number"], &order["lane"]), (&"+34600000001".into(), &"alert".into()));
    let id = order["id"].as_str().unwrap();
    let again = daemon.json(&[&words[..], &["--lane", "alert", "--key", "k-1", "--json"]].concat());
    assert_eq!(again["id"], id, "the same key is the same call");
    daemon.run(&["call", "600000001", "--say", "x", "--key", "k-1"]).is(65, &["idempotency_key"]);
    daemon.run(&words).is(0, &["+34600000001 through north, due 20"]);

    daemon.run(&["calls", "list"]).is(0, &["ID", "OUTCOME", id, "waiting", "north", "message"]);
    assert_eq!(daemon.json(&["calls", "list", "--lane", "alert", "--json"]).as_array().unwrap().len(), 1);
    assert_eq!(daemon.json(&["calls", "list", "--limit", "1", "--json"]).as_array().unwrap().len(), 1);
    daemon.run(&["calls", "show", id]).is(0, &["The appointment is at nine.", "0 of 20 at most"]);
    let moved = daemon.run(&["calls", "edit", id, "--at", "2030-01-01T09:00:00Z"]);
    moved.is(65, &["at: ", "days ahead"]);
    daemon
        .run(&["calls", "edit", id, "--at", "in 3 days", "--not-after", "in 4 days"])
        .is(0, &[id, "due 20"]);
    assert!(daemon.json(&["calls", "show", id, "--json"])["order"]["not_after"].is_string());
    daemon.run(&["calls", "edit", id, "--no-end"]).is(0, &[id]);
    assert!(daemon.json(&["calls", "show", id, "--json"])["order"]["not_after"].is_null());
    daemon.run(&["calls", "cancel", id]).is(0, &["cancelled"]);
    daemon.run(&["calls", "edit", id, "--at", "in 1 hour"]).is(65, &["only one that waits can be moved"]);
    daemon.run(&["calls", "show", "017"]).is(65, &["id: a call order's id is a UUID"]);

    let tokens = daemon.run(&["token", "list"]);
    tokens.is(0, &["command line", "revoked"]);
    assert!(!tokens.out.contains("valid"), "each command takes its token back: {}", tokens.out);
}

#[test]
fn waiting_ends_with_the_call_order() {
    let daemon = Running::start();
    let words = ["call", "600000001", "--say", "x", "--at", "in 2 hours", "--wait", "--key", "w"];
    let mut waiting = daemon.place.command(&words);
    let waiting = waiting.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The same key: the call order of the one who waits, or the one that it will find.
    let order =
        daemon.json(&["call", "600000001", "--say", "x", "--at", "in 2 hours", "--key", "w", "--json"]);
    daemon.run(&["calls", "cancel", order["id"].as_str().unwrap()]).is(0, &["cancelled"]);
    said(&waiting.wait_with_output().unwrap()).is(14, &["+34600000001 through north", "cancelled"]);
}

#[test]
fn what_is_wrong_is_said_with_its_mend() {
    let daemon = Running::start();
    daemon.run(&["call", "500&PJSIP/x", "--say", "x"]).is(65, &["number: a telephone number holds digits"]);
    daemon.run(&["call", "600000001", "--flow", "nowhere"]).is(65, &["flow: ", "nowhere"]);
    daemon.run(&["call", "600000001", "--flow", "order-notify"]).is(65, &["flow: ", "order"]);
    daemon.run(&["call", "600000001", "--say", "x", "--gateway", "south"]).is(65, &["there are north"]);
    daemon.run(&["call", "600000001", "--say", "x", "--set", "a"]).is(64, &["--set a: should be NAME=VALUE"]);
    daemon.run(&["call", "600000001"]).is(64, &["--say"]);
    daemon.run(&["call", "600000001", "--say", "x", "--lane", "vip"]).is(64, &["alert, callback, campaign"]);
    daemon
        .run(&["call", "600000001", "--say", "x", "--token", "wrong"])
        .is(65, &["--token or STASISD_TOKEN"]);
    daemon.run(&["calls", "list", "--url", "http://127.0.0.1:1"]).is(64, &["--token"]);
}

/// Requests to a daemon, as a shop's system sends them.
struct Shop<'a> {
    daemon: &'a Running,
    token: String,
    web: stasisd::web::Web,
}

impl<'a> Shop<'a> {
    fn of(daemon: &'a Running) -> Self {
        let said = daemon.run(&["token", "create", "shop", "--scopes", "orders:write,calls:write"]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        // The daemon answers, so the requests below need not try.
        daemon.run(&["calls", "list"]).is(0, &[]);
        Self { daemon, token: said.out.trim().to_owned(), web: stasisd::web::Web::new().unwrap() }
    }

    async fn send(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let base = format!("http://127.0.0.1:{}", self.daemon.port);
        let ask = stasisd::web::Ask {
            method,
            url: &format!("{base}{path}"),
            token: &self.token,
            body: Some(body.to_string()),
            idempotency_key: None,
            timeout: std::time::Duration::from_secs(10),
        };
        let (status, body) = self.web.ask(ask).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    async fn put(&self, version: i64, status: &str) -> Value {
        let facts = json!({"eta": version, "language": "es"});
        let body = json!({"phones": ["600000001", "600000002"], "status": status, "facts": facts, "version": version});
        let (status, answer) = self.send("PUT", "/v1/orders/A-1", body).await;
        assert!(status < 300, "{answer}");
        answer
    }

    /// The call orders about A-1 that wait, newest first: number, status told, key.
    fn waiting(&self) -> Vec<(String, String)> {
        let orders =
            self.daemon.json(&["calls", "list", "--state", "waiting", "--subject", "order:A-1", "--json"]);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let told = |order: &Value| (text(&order["number"]), text(&order["facts"]["order"]["status"]));
        orders.as_array().unwrap().iter().map(told).collect()
    }
}

const RULES: &str = "[[outbound.notify]]\nstatus = \"arrived\"\n[[outbound.notify]]\nstatus = \"delayed\"\n\
                     numbers = \"all\"\nsettle_secs = 600\nlane = \"alert\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_status_with_a_rule_makes_one_call_with_the_newest() {
    let daemon = Running::with(RULES);
    let shop = Shop::of(&daemon);
    let pair = |number: &str, status: &str| (number.to_owned(), status.to_owned());

    assert_eq!(shop.put(1, "sent").await["calls"], json!([]), "no rule, no call");
    let call = shop.put(2, "arrived").await["calls"][0].clone();
    assert_eq!((&call["number"], &call["order"]["flow"]), (&json!("+34600000001"), &json!("order-notify")));
    assert_eq!(call["order"]["language"], "es", "as the order says");
    assert_eq!(shop.put(2, "arrived").await["calls"], json!([]), "a repeat makes no second one");
    assert_eq!(shop.put(3, "arrived").await["calls"], json!([]), "nor does another fact");
    assert_eq!(shop.waiting(), [pair("+34600000001", "arrived")]);
    let orders = daemon.json(&["calls", "list", "--state", "waiting", "--json"]);
    assert_eq!(orders[0]["facts"]["order"]["facts"]["eta"], 3, "but it is told");

    let calls = shop.put(4, "delayed").await["calls"].clone();
    assert_eq!((calls.as_array().unwrap().len(), &calls[1]["order"]["lane"]), (2, &json!("alert")));
    assert_eq!(shop.waiting(), [pair("+34600000002", "delayed"), pair("+34600000001", "delayed")]);
    shop.put(5, "finished").await;
    assert_eq!(shop.waiting(), [], "what it would tell is over");

    let (status, told) = shop.send("POST", "/v1/orders/A-1/notify", json!({"at": "in 1 hour"})).await;
    assert_eq!((status, &told["calls"][0]["order"]["language"]), (201, &json!("es")));
    shop.put(6, "lost").await;
    assert_eq!(shop.waiting(), [pair("+34600000001", "lost")], "what was asked for tells the newest");
    shop.put(7, "arrived").await;
    assert_eq!(shop.waiting(), [pair("+34600000001", "arrived")], "one call, not two");
    shop.send("DELETE", "/v1/orders/A-1", json!({})).await;
    assert_eq!(shop.waiting(), [], "nothing is told of what is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_cannot_be_made_does_not_stop_its_order() {
    let daemon =
        Running::with("[[outbound.notify]]\nstatus = \"arrived\"\n[gateways.north]\nprefixes = [\"+49\"]\n");
    let answer = Shop::of(&daemon).put(1, "arrived").await;
    assert_eq!((&answer["outcome"], &answer["calls"][0]["order"]), (&json!("created"), &Value::Null));
    assert!(answer["calls"][0]["detail"].as_str().unwrap().contains("gateways.north.prefixes"), "{answer}");
}

#[test]
fn without_a_daemon_it_says_where_it_looked() {
    let words = ["no answer from http://127.0.0.1:", "systemctl status stasisd", "--url"];
    prepared().0.run(&["call", "+34600000001", "--say", "x"]).is(69, &words);
}

#[test]
fn help_tells_the_codes_and_the_times() {
    let place = Place::with("");
    place
        .run(&["call", "--help"])
        .is(0, &["--wait", "10  answered, but not heard", "in 10 min", "--not-after"]);
    place.run(&["calls", "--help"]).is(0, &["list", "show", "cancel", "edit"]);
}
