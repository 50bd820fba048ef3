//! A message by telephone: somebody hears it, and once, also when the daemon dies as soon as it was accepted.

use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::json;

use super::{Ground, last, ms};
use crate::support::sipp::Manner;

const NUMBER: &str = "+34600000001";

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_one_call_though_the_daemon_dies() {
    let mut ground =
        Ground::start("out-message", &[("..", Manner::Picks(ms(200)))], "calls_per_second = 20.0\n").await;
    ground.daemon.kill();
    let channel = format!(
        "[messaging]\ntimeout_ms = 500\nteam_channel = \"phone\"\n\
         [messaging.channels.phone]\nkind = \"call\"\nnumber = \"{NUMBER}\"\ngateway = \"carrier\"\n"
    );
    std::fs::write(ground.daemon.directory.join("conf.d/60-messages.toml"), channel).unwrap();
    ground.daemon.start().await;
    ground.daemon.ready().await;
    let body = json!({"to": "phone", "text": "**The team** meets now."});
    let (status, message) = ground.api().send(Method::POST, "/v1/messages", Some(&body)).await.unwrap();
    assert_eq!(status, 201, "{message}");
    ground.daemon.kill();
    ground.daemon.start().await;
    ground.daemon.ready().await;

    let path = format!("/v1/messages/{}", message["id"].as_str().unwrap());
    let end = Instant::now() + Duration::from_secs(90);
    let sent = loop {
        let message = ground.api().get(&path).await;
        if message["state"] != "waiting" {
            break message;
        }
        assert!(Instant::now() < end, "it stays {message}\n{}", ground.daemon.log());
        tokio::time::sleep(ms(100)).await;
    };
    let order = sent["detail"].as_str().and_then(|detail| detail.strip_prefix("call order ")).unwrap();
    let order = ground.ended(order).await;
    assert_eq!(order["order"]["end"], "done", "{order}");
    let said = ground.said(last(&order)).await;
    assert!(said.iter().any(|text| text == "The team meets now."), "{said:?}");
    assert_eq!(ground.farm.count(NUMBER), 1);
    ground.settled().await;
}
