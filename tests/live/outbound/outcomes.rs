//! How calls come out: by the network's word, by the rule, and what is on the wire.

use serde_json::{Value, json};

use super::{Ground, again, last, ms, once, secs};
use crate::support::sipp::Manner;

fn people() -> Vec<(&'static str, Manner)> {
    vec![
        ("01", Manner::Picks(ms(300))),
        ("02", Manner::Refuses(486, "")),
        ("03", Manner::Refuses(603, "")),
        ("04", Manner::Refuses(480, "")),
        ("05", Manner::Refuses(404, "")),
        ("06", Manner::Refuses(403, "")),
        ("07", Manner::Refuses(503, "Retry-After: 2")),
        ("08", Manner::Never),
        ("09", Manner::Mute),
        ("10", Manner::Crosses),
        ("11", Manner::Refuses(488, "")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_word_of_the_network_is_a_disposition() {
    let ground = Ground::start("out-words", &people(), "calls_per_second = 50.0\nmax_calls = 30\n").await;
    let wanted = [
        ("01", "heard"),
        ("02", "busy"),
        ("03", "rejected"),
        ("04", "no_answer"),
        ("05", "bad_number"),
        ("06", "unreachable"),
        ("07", "congestion"),
        ("08", "no_answer"),
        ("09", "no_answer"),
        ("10", "no_answer"),
        ("11", "failed"),
    ];
    let mut ids = Vec::new();
    for (end, reach) in wanted {
        ids.push((ground.order(&once(&format!("+346000000{end}"))).await, reach));
    }
    for (id, reach) in ids {
        let order = ground.ended(&id).await;
        assert_eq!(last(&order)["reach"], reach, "{order}\n{}", ground.daemon.log());
        assert_eq!(order["attempts"].as_array().unwrap().len(), 1, "{order}");
        assert_eq!(last(&order)["sent"], true, "{order}");
        let end = if reach == "heard" { "done" } else { order["order"]["end"].as_str().unwrap() };
        assert_eq!(order["order"]["end"], end);
    }
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_not_registered_is_told_and_nothing_is_sent() {
    let mut ground = Ground::start("out-unregistered", &people(), "").await;
    // The shipped phone 101, which nobody has registered.
    let more = ground.daemon.directory.join("conf.d/60-away.toml");
    std::fs::write(more, "[gateways.away]\nendpoints = [{ name = \"a\", dial = \"PJSIP/{number}@101\" }]\n")
        .unwrap();
    ground.daemon.kill();
    ground.daemon.start().await;
    ground.daemon.ready().await;
    let mut order = again("+34600000001", 2, &json!({ "unreachable": { "delay_secs": 1, "max": 5 } }));
    order["gateway"] = json!("away");
    let order = ground.ended(&ground.order(&order).await).await;
    let attempts = order["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 2, "{order}");
    for attempt in attempts {
        assert_eq!((&attempt["reach"], &attempt["sent"]), (&json!("unreachable"), &json!(false)), "{order}");
    }
    assert_eq!(ground.farm.invites().len(), 0);
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_made_again_as_the_rule_says() {
    let ground = Ground::start("out-again", &people(), "calls_per_second = 50.0\nmax_calls = 30\n").await;
    let rule = json!({
        "busy": { "delay_secs": 1, "max": 3 }, "no_answer": { "delay_secs": 0, "max": 2 },
        "congestion": { "delay_secs": 1, "max": 50 },
    });
    let mut ids = Vec::new();
    for (end, attempts) in [("02", 3), ("08", 2), ("07", 4), ("03", 1), ("01", 1)] {
        ids.push((ground.order(&again(&format!("+346000000{end}"), 4, &rule)).await, attempts));
    }
    for (id, attempts) in ids {
        let order = ground.ended(&id).await;
        assert_eq!(order["attempts"].as_array().unwrap().len(), attempts, "{order}");
        let number = order["order"]["number"].as_str().unwrap();
        assert_eq!(ground.farm.count(number), attempts, "{order}");
    }
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_number_shown_is_on_the_wire() {
    let ground = Ground::start("out-shown", &people(), "").await;
    let plain = ground.order(&once("+34600000101")).await;
    let mut other = once("+34600000201");
    other["caller_id"] = json!("+34900000002");
    let other = ground.order(&other).await;
    for id in [&plain, &other] {
        assert_eq!(ground.ended(id).await["order"]["end"], "done");
    }
    let invites = ground.farm.invites();
    let shown = |number: &str| {
        let invited = invites.iter().find(|invited| invited.number == number);
        invited.unwrap_or_else(|| panic!("{invites:?}")).caller.clone()
    };
    assert_eq!(shown("34600000101"), "+34900000001");
    assert_eq!(shown("34600000201"), "+34900000002");
    let mut foreign = once("+34600000301");
    foreign["caller_id"] = json!("+34911111111");
    let (status, refused) =
        ground.api().send(hyper::Method::POST, "/v1/calls", Some(&foreign)).await.unwrap();
    assert_eq!((status, &refused["field"]), (422, &json!("caller_id")), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_sent_twice_is_one_call() {
    let ground = Ground::start("out-key", &people(), "").await;
    let mut order = once("+34600000001");
    order["idempotency_key"] = json!("parcel-17");
    let post = |order: Value| {
        let api = ground.api();
        async move { api.send(hyper::Method::POST, "/v1/calls", Some(&order)).await.unwrap() }
    };
    let (first, second) = tokio::join!(post(order.clone()), post(order.clone()));
    let mut statuses = [first.0, second.0];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
    assert_eq!(first.1["id"], second.1["id"]);
    ground.ended(first.1["id"].as_str().unwrap()).await;
    assert_eq!(post(order.clone()).await.0, 200);
    order["text"] = json!("Something else.");
    assert_eq!(post(order).await.0, 409);
    assert_eq!(ground.farm.invites().len(), 1);
    ground.settled().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn congestion_slows_a_gateway_and_busy_does_not() {
    let keys =
        "calls_per_second = 40.0\nmax_calls = 30\nslow_after = 3\nrecover_secs = 1\nset_aside_after = 1000\n";
    let ground = Ground::start("out-slow", &people(), keys).await;
    let rate = async || {
        let gateways = ground.api().get("/v1/gateways").await;
        gateways["items"][0]["calls_per_second"].as_f64().unwrap_or_else(|| panic!("{gateways}"))
    };
    let mut busy = Vec::new();
    for index in 0..10 {
        busy.push(ground.order(&once(&format!("+3460000{index:02}02"))).await);
    }
    for id in &busy {
        ground.ended(id).await;
    }
    assert!((rate().await - 40.0).abs() < 0.1);
    let mut full = Vec::new();
    for index in 0..6 {
        full.push(ground.order(&once(&format!("+3460001{index:02}07"))).await);
    }
    for id in &full {
        ground.ended(id).await;
    }
    assert!(rate().await < 30.0);
    let end = std::time::Instant::now() + secs(60);
    while rate().await < 39.0 {
        assert!(std::time::Instant::now() < end, "the gateway stays slow: {}", rate().await);
        tokio::time::sleep(ms(200)).await;
    }
}
