//! The main job: a caller hears how their order stands, and reaches a person.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};

use crate::support::{
    api::Api,
    audio::{self, contains},
    daemon::{Beside, Daemon},
    endpoint::Endpoint,
    eventually,
    rig::Rig,
    sipp::{Called, Caller, EndedBy, OnRefer},
};

/// A correlation above this is the same sound.
const SAME: f64 = 0.6;

/// A rig with a daemon beside it.
pub struct Site {
    /// Ended before the Asterisk it talks to.
    pub daemon: Daemon,
    /// The Asterisk.
    pub rig: Rig,
}

impl Site {
    /// Both, ready; `more` is TOML on top of the daemon's configuration.
    pub async fn start(name: &str, more: &str) -> Self {
        let (rig, mut daemon) = Self::prepare(name, more);
        daemon.start().await;
        daemon.ready().await;
        Self { daemon, rig }
    }

    /// The Asterisk, and a daemon that is not started yet.
    pub fn prepare(name: &str, more: &str) -> (Rig, Daemon) {
        let rig = tokio::task::block_in_place(|| Rig::start(name));
        let daemon = Daemon::prepare(&rig.dir().join("daemon"), &beside(&rig), more);
        (rig, daemon)
    }

    /// The API with all rights.
    pub fn api(&self) -> Api {
        self.daemon.api()
    }

    /// The call of this caller once it is over.
    pub async fn ended(&self, caller: &str) -> Value {
        ended(&self.api(), caller).await
    }

    /// What was said to the call, in order.
    pub async fn said(&self, call: &Value) -> Vec<String> {
        let id = call["id"].as_str().unwrap();
        let whole = self.api().get(&format!("/v1/calls/{id}")).await;
        let timeline = whole["timeline"].as_array().unwrap_or_else(|| panic!("{whole}"));
        let said = timeline.iter().filter(|notice| notice["kind"] == "call.said");
        said.map(|notice| notice["data"]["text"].as_str().unwrap().to_owned()).collect()
    }
}

/// The ended call of a caller; fails when there is more than one.
pub async fn ended(api: &Api, caller: &str) -> Value {
    for _ in 0..200 {
        let calls = api.get(&format!("/v1/calls?caller={caller}")).await;
        let calls = calls["items"].as_array().unwrap_or_else(|| panic!("{calls}"));
        assert!(calls.len() < 2, "{caller} has two records: {calls:?}");
        if let Some(call) = calls.first().filter(|call| call["state"] == "ended") {
            return call.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the call of {caller} does not end: {}", api.get("/v1/calls").await);
}

/// The rig as the daemon's configuration names it.
pub fn beside(rig: &Rig) -> Beside {
    Beside {
        url: rig.ari_url().to_owned(),
        user: "stasisd".to_owned(),
        password: rig.ari_password().to_owned(),
    }
}

/// Runs a call to its end without stopping the test's other work.
pub fn run(caller: Caller) -> Called {
    tokio::task::block_in_place(|| caller.run())
}

fn order(phone: &str, status: &str, title: &str) -> Value {
    json!({ "phones": [phone], "status": status, "facts": { "title": title }, "version": 1 })
}

/// The best correlation of any rendered prompt with what was heard.
fn heard_prompts(rig: &Rig, daemon: &Daemon, caller: &str) -> Vec<f64> {
    let heard = rig.heard(caller);
    let prompts = std::fs::read_dir(daemon.directory.join("prompts")).unwrap();
    let wavs = prompts.map(|entry| entry.unwrap().path()).filter(|path| is_wav(path));
    wavs.map(|path| contains(&heard, &audio::read(&path))).collect()
}

fn is_wav(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "wav")
}

/// Whether the caller hears what the rig's operator says.
pub fn reached_a_person(rig: &Rig, caller: &str) {
    let score = contains(&rig.heard(caller), &rig.sound("tt-weasels"));
    assert!(score > SAME, "{caller} did not reach the operators: {score}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_its_status_is_heard_again_and_goodbye() {
    let site = Site::start("one-order", "").await;
    site.api().put("/v1/orders/A-1", &order("+34600000001", "on_the_way", "the taxi to the airport")).await;
    let caller = Caller::new(&site.rig, "alice").number("+34600000001").wait_ms(3000).press('1');
    let called = run(caller.until_bye(Duration::from_secs(40)));
    assert_eq!((called.status(), called.ended_by()), (Some(200), EndedBy::Asterisk), "{}", site.daemon.log());

    let call = site.ended("%2B34600000001").await;
    assert_eq!(call["disposition"], "completed", "{call}");
    let said = site.said(&call).await;
    assert_eq!(said.len(), 3, "status, status again, goodbye: {said:?}");
    assert!(said[0].contains("the taxi to the airport"), "{said:?}");
    assert_eq!(said[0], said[1]);
    let scores = heard_prompts(&site.rig, &site.daemon, "alice");
    assert!(scores.len() >= 2 && scores.iter().all(|score| *score > SAME), "{scores:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn star_reaches_a_person() {
    let site = Site::start("star", "").await;
    site.api().put("/v1/orders/B-1", &order("+34600000002", "delayed", "the parcel")).await;
    let caller = Caller::new(&site.rig, "bob").number("+34600000002").wait_ms(2500).press('*').wait_ms(6000);
    run(caller.hang_up());
    reached_a_person(&site.rig, "bob");
    let call = site.ended("%2B34600000002").await;
    assert_eq!(call["disposition"], "transferred", "{call}");
    let said = site.said(&call).await;
    assert_eq!(said.len(), 1, "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_order_means_the_operators_at_once() {
    let site = Site::start("no-order", "").await;
    let caller = Caller::new(&site.rig, "carol").number("+34600000003").wait_ms(6000).hang_up();
    run(caller);
    reached_a_person(&site.rig, "carol");
    let call = site.ended("%2B34600000003").await;
    assert_eq!(call["disposition"], "transferred", "{call}");
    assert!(site.said(&call).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_voice_the_caller_reaches_a_person() {
    let site = Site::start("no-voice", "[speech]\nvoices = []\n").await;
    site.api().put("/v1/orders/D-1", &order("+34600000007", "ready", "the shoes")).await;
    let caller = Caller::new(&site.rig, "gina").number("+34600000007").wait_ms(9000).hang_up();
    run(caller);
    reached_a_person(&site.rig, "gina");
    let sorry = audio::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds/en/technical-problem.wav"));
    let heard = contains(&site.rig.heard("gina"), &sorry);
    assert!(heard > SAME, "why she is connected: {heard}");
    let call = site.ended("%2B34600000007").await;
    assert_eq!(call["disposition"], "transferred", "{call}");
    let id = call["id"].as_str().unwrap();
    let whole = site.api().get(&format!("/v1/calls/{id}")).await;
    let timeline = whole["timeline"].as_array().unwrap();
    let said: Vec<_> = timeline.iter().filter(|notice| notice["kind"] == "call.said").collect();
    assert_eq!(said.len(), 1, "she is told once: {said:?}");
    let data = &said[0]["data"];
    assert_eq!((&data["source"], &data["heard"]), (&"last_resort".into(), &"nothing".into()), "{data}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_only_the_customers_server_knows_is_heard() {
    let orders = json!([{ "id": "E-1", "status": "ready", "facts": { "title": "the guitar" } }]);
    let endpoint = Endpoint::with_orders(orders).await;
    endpoint.open();
    let site = Site::start("customers", &endpoint.settings()).await;
    let caller = Caller::new(&site.rig, "hugo").number("+34600000008").wait_ms(4000).press('*');
    run(caller.wait_ms(5000).hang_up());
    let call = site.ended("%2B34600000008").await;
    assert_eq!(call["disposition"], "transferred", "{call}");
    let said = site.said(&call).await;
    assert!(said.len() == 1 && said[0].contains("the guitar"), "{said:?}");
    reached_a_person(&site.rig, "hugo");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_orders_are_a_menu_and_keys_can_be_typed_ahead() {
    let site = Site::start("several", "").await;
    site.api().put("/v1/orders/C-1", &order("+34600000004", "ready", "the shoes")).await;
    site.api().put("/v1/orders/C-2", &order("+34600000004", "delayed", "the lamp")).await;
    let caller = Caller::new(&site.rig, "dave").number("+34600000004").wait_ms(1000).press('1');
    run(caller.until_bye(Duration::from_secs(40)));
    let call = site.ended("%2B34600000004").await;
    assert_eq!(call["disposition"], "completed", "{call}");
    let said = site.said(&call).await;
    assert!(said[0].contains("2 orders"), "{said:?}");
    assert!(said[1].contains("the shoes") != said[1].contains("the lamp"), "{said:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flow_sends_a_refer_that_the_peer_follows_or_refuses() {
    let (rig, mut daemon) = Site::prepare("flow-refer", "");
    let target = format!("sip:9001@127.0.0.1:{}", rig.port("CARRIER_PORT"));
    let flow = format!(
        "description = \"By REFER, else a person\"\nlanguages = [\"en\"]\nstart = \"go\"\n\
         [steps.go]\ndo = \"transfer\"\nto = [{{ refer = \"{target}\" }}, \"operator\"]\nsay = \"One moment.\"\n"
    );
    std::fs::write(daemon.directory.join("flows/refer.toml"), flow).unwrap();
    daemon.start().await;
    daemon.ready().await;
    let site = Site { daemon, rig };

    let follows =
        Caller::new(&site.rig, "erin").number("+34600000005").flow("refer").on_refer(OnRefer::Accept(200));
    let called = run(follows.until_bye(Duration::from_secs(20)));
    assert!(called.refers().iter().any(|to| to.contains("9001@127.0.0.1")), "{:?}", called.refers());
    let call = site.ended("%2B34600000005").await;
    assert_eq!(call["disposition"], "transferred", "{call}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_who_hangs_up_at_any_moment_leaves_nothing_behind() {
    let site = Site::start("hang-up", "").await;
    site.api().put("/v1/orders/F-1", &order("+34600000006", "ready", "the shoes")).await;
    for (i, ms) in [0, 40, 120, 400, 1500, 4000].into_iter().enumerate() {
        let name = format!("frank{i}");
        let caller = Caller::new(&site.rig, &name).number("+34600000006").wait_ms(ms).hang_up();
        run(caller);
    }
    eventually(Duration::from_secs(10), || match site.rig.channels() {
        0 => Ok(()),
        _ => Err(site.rig.cli("core show channels")),
    });
    let calls = site.api().get("/v1/calls?caller=%2B34600000006").await;
    let calls = calls["items"].as_array().unwrap();
    assert_eq!(calls.len(), 6, "{calls:?}");
    let ended = calls.iter().filter(|call| call["state"] == "ended" && call["disposition"] == "hung_up");
    assert_eq!(ended.count(), 6, "{calls:?}");
}
