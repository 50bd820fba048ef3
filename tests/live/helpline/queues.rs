//! A queue's life: members by telephone, pause and penalty, callers in line, a telephone that is unplugged, an Asterisk
//! that is restarted.

use std::time::Duration;

use hyper::Method;
use serde_json::{Value, json};
use tokio::{sync::mpsc::UnboundedReceiver, time::timeout};

use super::{
    ami, configure,
    desk::{Desk, allow},
};
use crate::{
    orders::{Site, beside},
    support::{
        api::{Api, Sent},
        daemon::Daemon,
        rig::Rig,
        sipp::{Answer, Answerer, Caller},
        wait,
    },
};

const CREW: &str = "/v1/queues/crew";

/// A rig with the queue `crew`, whose members are rung for two seconds, and a daemon that sees it.
async fn site(name: &str) -> Site {
    let rig = tokio::task::block_in_place(|| {
        let rig = Rig::start(name);
        configure(
            &rig,
            "queues.conf",
            "\n[crew]\nstrategy = ringall\ntimeout = 2\nretry = 1\nringinuse = no\nwrapuptime = 3\n",
        );
        rig.cli("queue reload all");
        rig.set_global("STASISD_QUEUE", "crew");
        rig
    });
    let more = format!("{}wrap_up_secs = {{ crew = 3 }}\n", ami(&rig));
    let mut daemon = Daemon::prepare(&rig.dir().join("daemon"), &beside(&rig), &more);
    daemon.start().await;
    daemon.ready().await;
    let site = Site { daemon, rig };
    let api = site.api();
    wait::eventually(|| api.get("/v1/queues"), |list| list["connected"] == true).await;
    site
}

async fn post(api: &Api, path: &str, body: &Value) -> (u16, Value) {
    api.send(Method::POST, path, Some(body)).await.unwrap()
}

async fn done(api: &Api, path: &str, body: &Value) -> Value {
    let (status, answer) = post(api, path, body).await;
    assert!(status < 300, "POST {path}: {status} {answer}");
    answer
}

/// The queue, once it is so.
async fn until(api: &Api, good: impl Fn(&Value) -> bool) -> Value {
    wait::eventually(|| api.get(CREW), good).await
}

fn state<'a>(queue: &'a Value, interface: &str) -> &'a str {
    let members = queue["members"].as_array().unwrap();
    let member = members.iter().find(|member| member["interface"] == interface);
    member.map_or("no member", |member| member["state"].as_str().unwrap())
}

/// The next event of this kind that says this.
async fn told(events: &mut UnboundedReceiver<Sent>, kind: &str, what: &str) -> Value {
    let found = timeout(Duration::from_secs(20), async {
        loop {
            let sent = events.recv().await.expect("the stream goes on");
            if sent.kind == kind && sent.data["data"]["what"] == what {
                return sent.data["data"].clone();
            }
        }
    });
    found.await.unwrap_or_else(|_| panic!("no {kind} {what}"))
}

/// The next word of who calls, for a desk that the queue rings.
async fn ringing(events: &mut UnboundedReceiver<Sent>) -> Value {
    let found = timeout(Duration::from_secs(20), async {
        loop {
            let sent = events.recv().await.expect("the stream goes on");
            if sent.kind == "call.ringing" && sent.data["data"]["via"] == "queue" {
                return sent.data["data"].clone();
            }
        }
    });
    found.await.expect("no call.ringing of the queue")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_added_paused_unplugged_and_removed() {
    let site = site("queue-member").await;
    let (api, rig) = (site.api(), &site.rig);
    let port = rig.free_port(0);
    tokio::task::block_in_place(|| allow(rig, "desk1", port));
    let mut events = api.follow(1);

    let (status, answer) =
        post(&api, &format!("{CREW}/members"), &json!({"interface": "PJSIP/desk1&PJSIP/desk2"})).await;
    assert_eq!((status, &answer["code"]), (409, &json!("queue_refused")), "{answer}");
    let anna = json!({"interface": "PJSIP/desk1", "name": "Anna Núñez", "penalty": 2});
    let added = done(&api, &format!("{CREW}/members"), &anna).await;
    assert_eq!(
        (&added["name"], &added["penalty"], &added["state"]),
        (&json!("Anna Núñez"), &json!(2), &json!("unreachable")),
        "{added}"
    );
    assert_eq!(told(&mut events, "queue.member", "added").await["by"], "test");
    let (status, _) = post(&api, &format!("{CREW}/members"), &anna).await;
    assert_eq!(status, 409);

    let desk = tokio::task::block_in_place(|| Desk::plug(rig, "desk1", port));
    until(&api, |queue| state(queue, "PJSIP/desk1") == "free").await;

    let path = format!("{CREW}/members/PJSIP%2Fdesk1");
    let paused = done(&api, &format!("{path}/pause"), &json!({"reason": "lunch"})).await;
    assert_eq!((&paused["paused"], &paused["paused_reason"]), (&json!(true), &json!("lunch")), "{paused}");
    assert!(paused["paused_since"].is_string(), "{paused}");
    let shown = rig.cli("queue show crew");
    assert!(shown.contains("paused:lunch"), "{shown}");
    let notice = told(&mut events, "queue.member", "paused").await;
    assert_eq!((&notice["by"], &notice["reason"]), (&json!("test"), &json!("lunch")));

    // Somebody else, on Asterisk's own console: told without a name. The reason that is kept is the last one.
    rig.cli("queue pause member PJSIP/desk1 queue crew reason tea");
    let notice = told(&mut events, "queue.member", "paused").await;
    assert_eq!((&notice["by"], &notice["reason"]), (&Value::Null, &json!("tea")));
    let resumed = done(&api, &format!("{path}/resume"), &json!({})).await;
    assert_eq!(resumed["paused"], false);
    let ranked = done(&api, &format!("{path}/penalty"), &json!({"penalty": 5})).await;
    assert_eq!(ranked["penalty"], 5);

    drop(desk);
    let gone = told(&mut events, "queue.member", "state").await;
    // It was free first.
    let gone = if gone["state"] == "free" { told(&mut events, "queue.member", "state").await } else { gone };
    assert_eq!((&gone["state"], &gone["interface"]), (&json!("unreachable"), &json!("PJSIP/desk1")));

    // By name, from the command line, with a token of its own.
    let mut command = site.daemon.command(&["queues", "show", "crew"]);
    let said = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(said.contains("Anna Núñez") && said.contains("unreachable"), "{said}");
    let removed = site.daemon.command(&["queues", "remove", "crew", "desk1"]).output().unwrap();
    assert!(removed.status.success(), "{}", String::from_utf8_lossy(&removed.stderr));
    assert_eq!(until(&api, |_| true).await["members"], json!([]));
    let (status, answer) = post(&api, &format!("{path}/pause"), &json!({})).await;
    assert_eq!((status, &answer["code"]), (404, &json!("not_found")), "{answer}");
    let fixed = "/v1/queues/phones/members/PJSIP%2Foperator";
    let (status, answer) = api.send(Method::DELETE, fixed, None).await.unwrap();
    assert_eq!(status, 409, "static members stay: {answer}");
    assert!(answer["detail"].as_str().unwrap().contains("queues.conf"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_wait_are_moved_withdrawn_and_served() {
    let site = site("queue-caller").await;
    let (api, rig) = (site.api(), &site.rig);
    let mut events = api.follow(1);
    let member = json!({"interface": "PJSIP/operator", "name": "Bob", "paused": true, "reason": "not yet"});
    done(&api, &format!("{CREW}/members"), &member).await;

    let call = |name: &'static str, number: &str| {
        tokio::task::block_in_place(|| {
            Caller::new(rig, name).number(number).to("operators").wait_ms(60_000).start()
        })
    };
    let first = call("first", "34600000001");
    until(&api, |queue| queue["counts"]["waiting"] == 1).await;
    let second = call("second", "34600000002");
    until(&api, |queue| queue["counts"]["waiting"] == 2).await;
    let _third = call("third", "34600000003");
    let queue = until(&api, |queue| queue["counts"]["waiting"] == 3).await;
    let numbers = |queue: &Value| -> Vec<String> {
        let line = queue["waiting"].as_array().unwrap();
        line.iter().map(|caller| caller["number"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(numbers(&queue), ["34600000001", "34600000002", "34600000003"]);
    let joined = told(&mut events, "queue.caller", "joined").await;
    assert_eq!((&joined["number"], &joined["position"]), (&json!("34600000001"), &json!(1)));

    let channel = |index: usize| queue["waiting"][index]["channel"].as_str().unwrap().to_owned();
    let waiting = |index: usize| format!("{CREW}/waiting/{}", channel(index));
    done(&api, &format!("{}/move", waiting(2)), &json!({"position": 2})).await;
    let moved = until(&api, |_| true).await;
    assert_eq!(numbers(&moved), ["34600000001", "34600000003", "34600000002"], "seen when it returns");
    assert_eq!(told(&mut events, "queue.caller", "moved").await["by"], "test");

    done(&api, &format!("{}/withdraw", waiting(0)), &json!({})).await;
    let withdrawn = told(&mut events, "queue.caller", "withdrawn").await;
    assert_eq!((&withdrawn["number"], &withdrawn["by"]), (&json!("34600000001"), &json!("test")));
    let (status, _) = post(&api, &format!("{}/withdraw", waiting(0)), &json!({})).await;
    assert_eq!(status, 404);
    // They go on in the dialplan, which knows why.
    tokio::task::block_in_place(|| {
        crate::support::eventually(Duration::from_secs(10), || {
            let log = rig.log();
            if log.contains("the queue crew ended with WITHDRAW") { Ok(()) } else { Err("not in the log") }
        });
    });

    // Hung up while waiting.
    let lines = rig.cli("core show channels concise");
    let line = lines.lines().find(|line| line.starts_with(&second.channel_prefix())).unwrap();
    rig.cli(&format!("channel request hangup {}", line.split('!').next().unwrap()));
    let abandoned = told(&mut events, "queue.caller", "abandoned").await;
    assert_eq!(abandoned["number"], "34600000002");

    // Rung in vain, then answered.
    let never = tokio::task::block_in_place(|| Answerer::operator(rig, Answer::Never));
    done(&api, &format!("{CREW}/members/Bob/resume"), &json!({})).await;
    let rings = ringing(&mut events).await;
    assert_eq!(
        (&rings["caller"], &rings["extension"]),
        (&json!("34600000003"), &json!("operator")),
        "{rings}"
    );
    told(&mut events, "queue.member", "did_not_answer").await;
    // Its telephone is done with that call: another that took its place would be told of the end of what it never saw.
    assert!(tokio::task::block_in_place(|| never.done(Duration::from_secs(10))));
    let talk = Answer::Picks(Duration::from_millis(300), Duration::from_secs(2));
    let _bob = tokio::task::block_in_place(|| Answerer::operator(rig, talk));
    let connected = told(&mut events, "queue.caller", "connected").await;
    assert_eq!(
        (&connected["number"], &connected["interface"]),
        (&json!("34600000003"), &json!("PJSIP/operator"))
    );
    until(&api, |queue| {
        state(queue, "PJSIP/operator") == "in_call" && queue["members"][0]["in_call"] == true
    })
    .await;
    let completed = told(&mut events, "queue.caller", "completed").await;
    assert!(completed["talk_secs"].as_u64().is_some_and(|secs| (1..10).contains(&secs)), "{completed}");
    until(&api, |queue| queue["counts"]["wrap_up"] == 1).await;
    until(&api, |queue| queue["counts"]["free"] == 1).await;
    drop(first);
}

#[tokio::test(flavor = "multi_thread")]
async fn asterisk_is_restarted_and_the_queues_are_read_anew() {
    let site = site("queue-restart").await;
    let (api, rig) = (site.api(), &site.rig);
    // Asterisk keeps its members in one line, with commas between them.
    let bob =
        json!({"interface": "PJSIP/operator", "name": "Pons, Bob", "paused": true, "reason": "lunch, late"});
    done(&api, &format!("{CREW}/members"), &bob).await;
    // Asterisk writes its database once in a second.
    let kept = rig.dir().join("db/astdb.sqlite3");
    let is_kept =
        || std::future::ready(std::fs::read(&kept).is_ok_and(|db| db.windows(5).any(|w| w == b"lunch")));
    wait::eventually(is_kept, |is_kept| *is_kept).await;
    tokio::task::block_in_place(|| rig.kill());
    wait::eventually(|| api.get("/v1/queues"), |list| list["connected"] == false).await;
    let stale = api.get(CREW).await;
    assert_eq!((&stale["connected"], &stale["members"][0]["name"]), (&json!(false), &json!("Pons Bob")));
    let (status, answer) = post(&api, &format!("{CREW}/members/PJSIP%2Foperator/resume"), &json!({})).await;
    assert_eq!((status, &answer["code"]), (503, &json!("unavailable")), "{answer}");
    tokio::task::block_in_place(|| rig.restart());
    // Asterisk keeps dynamic members and their pauses (persistentmembers).
    let again = until(&api, |queue| queue["connected"] == true).await;
    assert_eq!(again["members"].as_array().map(Vec::len), Some(1), "{again}");
    assert_eq!(again["members"][0]["paused_reason"], "lunch late", "{again}");
    done(&api, &format!("{CREW}/members/Pons%20Bob/resume"), &json!({})).await;
}
