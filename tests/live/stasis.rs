//! A call in Stasis, as a daemon gets it from the shipped dialplan: before there is a daemon in the test.

use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;
use tokio_tungstenite::tungstenite::Message;

use crate::{
    rig::ari,
    support::{audio::contains, eventually, rig::Rig, sipp::Caller},
};

const SOON: Duration = Duration::from_secs(15);

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_stasis_has_its_arguments_and_what_is_played_is_heard() {
    let rig = tokio::task::spawn_blocking(|| Rig::start("stasis")).await.expect("a rig");
    let url = format!(
        "ws://127.0.0.1:{}/ari/events?app=stasisd&api_key=stasisd:{}",
        rig.port("HTTP_PORT"),
        rig.ari_password()
    );
    let stream = tokio::net::TcpStream::connect(("127.0.0.1", rig.port("HTTP_PORT"))).await.expect("ARI");
    let (mut events, _) = tokio_tungstenite::client_async(url, stream).await.expect("the event socket");
    let call = Caller::new(&rig, "alice").to("3493").wait_ms(4000).press('7').wait_ms(1000).hang_up().start();
    let mut seen = Vec::new();
    let watched = tokio::time::timeout(SOON, async {
        while let Some(Ok(Message::Text(text))) = events.next().await {
            let event: Value = serde_json::from_str(&text).expect("JSON");
            let kind = event["type"].as_str().unwrap_or_default().to_owned();
            if kind == "StasisStart" {
                assert_eq!(event["args"], serde_json::json!(["", "called=3493", "gateway=", "routed="]));
                let channel = event["channel"]["id"].as_str().expect("an id").to_owned();
                ari(&rig, rig.ari_password(), "POST", &format!("/channels/{channel}/answer"));
                let play = format!("/channels/{channel}/play?media=sound:tt-weasels");
                ari(&rig, rig.ari_password(), "POST", &play);
            }
            if kind == "ChannelDtmfReceived" {
                assert_eq!(event["digit"], "7");
            }
            let over = kind == "StasisEnd";
            seen.push(kind);
            if over {
                break;
            }
        }
    });
    watched.await.unwrap_or_else(|_| panic!("no end of the call: {seen:?}"));
    assert!(call.wait().as_expected());
    for wanted in ["PlaybackStarted", "PlaybackFinished", "ChannelDtmfReceived"] {
        assert!(seen.iter().any(|kind| kind == wanted), "{wanted}: {seen:?}");
    }
    let score = contains(&rig.heard("alice"), &rig.sound("tt-weasels"));
    assert!(score > 0.8, "{score}");
    eventually(SOON, || if rig.channels() == 0 { Ok(()) } else { Err(rig.cli("core show channels")) });
}
