//! What else may come in by the port: none of it is answered, and none keeps the next caller from an answer.

use std::{sync::atomic::Ordering, time::Duration};

use stasisd::{config::FastAgiConfig, scripts::Scripts};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    asterisk::PATIENCE,
    site::{Site, shipped},
    wait,
};

const EVE: &str = "600000001";

/// All that the door says to this, until it hangs up.
async fn said_to(site: &Site, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    // It may have hung up before it heard all.
    let _ = stream.write_all(bytes).await;
    heard(stream).await
}

async fn heard(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let _ = timeout(PATIENCE, stream.read_to_end(&mut said)).await.expect("the door hangs up");
    String::from_utf8(said).unwrap()
}

async fn still_answers(site: &Site) {
    assert_eq!(site.channel("lookup", EVE).run().await.get("STASISD_CONTACT"), "found");
}

/// Only impatient doors show in a test that they are not patient for ever.
fn impatient() -> FastAgiConfig {
    FastAgiConfig { request_timeout_ms: 300, session_timeout_ms: 600, ..shipped() }
}

#[tokio::test]
async fn ten_thousand_headers() {
    let site = Site::start().await;
    let headers: String = (0..10_000).map(|n| format!("agi_header{n}: x\n")).collect();
    assert_eq!(said_to(&site, headers.as_bytes()).await, "SET VARIABLE STASISD_ERROR \"request\"\n");
    let long = format!("agi_request: {}\n\n", "x".repeat(1 << 20));
    assert_eq!(said_to(&site, long.as_bytes()).await, "SET VARIABLE STASISD_ERROR \"request\"\n");
    still_answers(&site).await;
}

#[tokio::test]
async fn a_request_without_an_end_and_one_that_comes_slowly() {
    let site = Site::with(impatient()).await;
    let whole = site.channel("lookup", EVE).request();
    assert_eq!(said_to(&site, &whole.as_bytes()[..whole.len() - 1]).await, "");
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let slow = async {
        for byte in whole.as_bytes() {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    slow.await;
    assert_eq!(heard(stream).await, "");
    still_answers(&site).await;
}

#[tokio::test]
async fn arguments_with_line_breaks() {
    let site = Site::start().await;
    for smuggled in [
        "101\nEXEC System reboot",
        "101\r\nagi_callerid: 666",
        "101\nagi_network_script: status",
        "101\nagi_arg_1: 102",
        "101\n\n200 result=1",
        "101\n\nHANGUP\n200 result=1",
    ] {
        let ran = site.channel("ringring", EVE).argument(smuggled).run().await;
        assert_eq!(ran.set, [("STASISD_ERROR".to_owned(), "request".to_owned())], "{smuggled:?}");
    }
    assert!(site.rooms.rung.lock().unwrap().is_empty());
    // A carriage return alone breaks no line.
    let ran = site.channel("ringring", EVE).argument("1\r01").run().await;
    assert_eq!(ran.get("STASISD_ERROR"), "");
    assert_eq!(site.rooms.rung.lock().unwrap()[0].extension, "101");
}

#[tokio::test]
async fn binary_garbage_and_other_protocols() {
    let site = Site::with(impatient()).await;
    let mut noise: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert!(said_to(&site, &noise).await.contains("\"request\""));
    noise.retain(|byte| *byte != b'\n');
    assert!(said_to(&site, &noise).await.contains("\"request\""));
    for other in ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "\u{16}\u{3}\u{1}\n\n", "INVITE sip:x SIP/2.0\r\n\r\n"]
    {
        assert!(said_to(&site, other.as_bytes()).await.contains("\"request\""), "{other}");
    }
    assert_eq!(said_to(&site, b"").await, "", "silence");
    still_answers(&site).await;
}

#[tokio::test]
async fn a_hangup_in_the_middle() {
    let site = Site::start().await;
    let ran = site.channel("lookup", EVE).hangs_up_at(1).run().await;
    assert_eq!(ran.set.len(), 2, "nothing is set once the caller is gone: {ran:?}");
    let mut dead = TcpStream::connect(site.address).await.unwrap();
    let request = site.channel("lookup", EVE).request() + "HANGUP\n";
    dead.write_all(request.as_bytes()).await.unwrap();
    dead.write_all(b"511 Command Not Permitted on a dead channel or intercept routine\n").await.unwrap();
    assert_eq!(heard(dead).await.lines().count(), 1);
    still_answers(&site).await;
}

#[tokio::test]
async fn answers_that_make_no_sense_end_the_session() {
    let site = Site::with(impatient()).await;
    for answer in ["no\n", "\n", "200\n", "999 x\n", "\u{fffd}\n", "520-Usage\nno end\n", "200 result=1"] {
        let mut stream = TcpStream::connect(site.address).await.unwrap();
        stream.write_all(site.channel("screen", EVE).request().as_bytes()).await.unwrap();
        let mut one = [0; 32];
        stream.read_exact(&mut one).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        assert_eq!(heard(stream).await.lines().count(), 1, "{answer:?}: only the rest of the first command");
    }
    // A command that is refused costs that command only.
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    stream.write_all(site.channel("screen", EVE).request().as_bytes()).await.unwrap();
    let mut buffer = [0; 256];
    assert!(stream.read(&mut buffer).await.unwrap() > 0);
    stream.write_all(b"520-Invalid\n200 no\n520 End of proper usage.\n").await.unwrap();
    let length = stream.read(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..length], b"SET VARIABLE STASISD_ERROR \"\"\n");
}

#[tokio::test]
async fn half_closed_and_silent_sockets() {
    let site = Site::with(impatient()).await;
    let mut half = TcpStream::connect(site.address).await.unwrap();
    half.write_all(site.channel("lookup", EVE).request().as_bytes()).await.unwrap();
    half.shutdown().await.unwrap();
    assert!(
        heard(half).await.starts_with("SET VARIABLE STASISD_CONTACT_ID "),
        "it speaks, and hears nothing"
    );
    let mut early = TcpStream::connect(site.address).await.unwrap();
    early.shutdown().await.unwrap();
    assert_eq!(heard(early).await, "");
    let mut mute = TcpStream::connect(site.address).await.unwrap();
    mute.write_all(site.channel("lookup", EVE).request().as_bytes()).await.unwrap();
    assert_eq!(heard(mute).await.lines().count(), 1, "a command that is never answered");
    still_answers(&site).await;
}

#[tokio::test]
async fn more_than_may_come_are_sent_away_with_a_word() {
    let site = Site::with(FastAgiConfig { max_sessions: 50, ..shipped() }).await;
    site.rooms.leave.forget_permits(usize::MAX);
    let inside: Vec<_> = (0..50)
        .map(|_| {
            let channel = site.channel("screen", EVE);
            tokio::spawn(async move { channel.run().await })
        })
        .collect();
    wait::eventually(async || site.rooms.asked.load(Ordering::Relaxed), |asked| *asked == 50).await;
    let outside = (0..500).map(|_| {
        let channel = site.channel("screen", EVE);
        tokio::spawn(async move { channel.run().await })
    });
    let mut told = 0;
    for ran in futures_util::future::join_all(outside).await {
        let ran = ran.unwrap();
        assert!(!ran.has("STASISD_SCREEN"), "{ran:?}");
        told += usize::from(ran.has("STASISD_ERROR"));
    }
    assert!(told >= 200, "only {told} of 500 were told");
    site.rooms.leave.add_permits(1_000);
    for ran in futures_util::future::join_all(inside).await {
        assert_eq!(ran.unwrap().get("STASISD_SCREEN"), "vip");
    }
    still_answers(&site).await;
}

#[tokio::test]
async fn strangers_are_not_heard() {
    let sources = vec!["192.0.2.0/24".parse().unwrap()];
    let site = Site::with(FastAgiConfig { sources, ..shipped() }).await;
    let request = site.channel("lookup", EVE).request();
    assert_eq!(said_to(&site, request.as_bytes()).await, "");
}

#[tokio::test]
async fn a_public_address_is_refused() {
    let config = FastAgiConfig { listen: ([0, 0, 0, 0], 0).into(), ..shipped() };
    let refused = Scripts::bind(&config).await.err().map(|error| error.to_string());
    assert!(refused.is_some_and(|words| words.contains("insecure_public")));
}

#[tokio::test]
async fn who_is_inside_may_end_and_nobody_new_comes() {
    let mut site = Site::start().await;
    site.rooms.leave.forget_permits(usize::MAX);
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    let channel = site.channel("screen", EVE);
    stream.write_all(channel.request().as_bytes()).await.unwrap();
    let asking = tokio::spawn(async move { channel.serve(stream).await });
    wait::eventually(async || site.rooms.asked.load(Ordering::Relaxed), |asked| *asked == 1).await;
    site.shutdown.drain();
    let closed = async { while TcpStream::connect(site.address).await.is_ok() {} };
    timeout(PATIENCE, closed).await.expect("nobody new is heard");
    site.rooms.leave.add_permits(1);
    assert_eq!(asking.await.unwrap().get("STASISD_SCREEN"), "vip");
    timeout(PATIENCE, &mut site.served).await.expect("it ends").unwrap();
}
