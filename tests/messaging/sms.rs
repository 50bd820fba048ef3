//! Short messages by Twilio: what it documents to answer, lost answers, and texts that want to be something else.

use metrics_exporter_prometheus::PrometheusBuilder;
use serde_json::json;
use stasisd::{
    config::{CarrierConfig, CarrierKind, ChannelConfig, ChannelKind, Config, Hours, OnUnknown},
    messaging::probe,
    model::{MessageState, NoticeKind, PhoneNumber},
    sms::{Outcome, Sms, parts},
};

use crate::{
    base::{Base, at, config, facts, people},
    receiver::{Manner, Receiver, Request, status},
};

const NOON: &str = "2026-11-23T12:00:00";
const LATER: &str = "2026-11-23T12:00:05";

/// An answer with a JSON text.
pub fn says(status: &str, body: &str) -> Manner {
    Manner::Says(format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
}

/// What Twilio answers to a message that it takes; the fields of its documentation that anybody could trip over.
fn taken() -> Manner {
    says(
        "201 Created",
        r#"{"account_sid": "AC1", "error_code": null, "sid": "SM0123", "status": "queued", "num_segments": "1"}"#,
    )
}

fn refused(line: &str, code: u32, words: &str) -> Manner {
    let status: u32 = line[..3].parse().unwrap();
    let more = format!("https://www.twilio.com/docs/errors/{code}");
    let body = json!({"code": code, "message": words, "more_info": more, "status": status});
    says(line, &body.to_string())
}

fn twilio(receiver: &Receiver) -> CarrierConfig {
    CarrierConfig {
        url: Some(format!("http://{}", receiver.address).into()),
        account: Some("AC1".into()),
        token: Some("hidden".into()),
        from: Some("+34600111222".into()),
        ..CarrierConfig::new(CarrierKind::Twilio)
    }
}

/// Persons are told by short messages, and a room is somebody's telephone.
pub fn with(carrier: CarrierConfig) -> Config {
    let mut config = config();
    let channel =
        ChannelConfig { number: Some("600 000 009".into()), ..ChannelConfig::new(ChannelKind::Sms) };
    config.calls.country = "ES".to_owned();
    config.messaging.channels.insert("phone".to_owned(), channel);
    config.messaging.person_channels = vec!["phone".to_owned()];
    config.sms.carriers.insert("out".to_owned(), carrier);
    config.sms.per_second = 100;
    config.sms.timeout_ms = 1_000;
    config
}

pub fn form(request: &Request) -> Vec<(String, String)> {
    assert_eq!(request.header("content-type"), "application/x-www-form-urlencoded");
    url::form_urlencoded::parse(request.body.as_bytes()).into_owned().collect()
}

pub fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Busy at first; then it arrives, once.
#[tokio::test]
async fn what_somebody_says_arrives_once() {
    let receiver = Receiver::start(status("503 Service Unavailable")).await;
    let mut base = Base::with(with(twilio(&receiver))).await.knows(people());
    let said = base.say("bert", "**Línia 3**: see [the page](https://a.example/~x)", at(NOON)).await;
    base.turn(at(NOON)).await;
    let waiting = base.message(&said).await;
    assert_eq!((waiting.state, waiting.tries), (MessageState::Waiting, 1));
    assert_eq!(waiting.detail.as_deref(), Some("out: the answer was 503"));
    receiver.behave(taken());
    for now in [LATER, LATER, "2026-11-23T12:30:00"] {
        base.turn(at(now)).await;
    }
    let [_, request] = &receiver.requests()[..] else { panic!("{:?}", receiver.requests()) };
    assert_eq!(request.line, "POST /2010-04-01/Accounts/AC1/Messages.json HTTP/1.1");
    // AC1:hidden
    assert_eq!(request.header("authorization"), "Basic QUMxOmhpZGRlbg==");
    let body = "Línia 3: see the page https://a.example/~x";
    assert_eq!(form(request), pairs(&[("To", "+34600000002"), ("From", "+34600111222"), ("Body", body)]));
    let sent = base.message(&said).await;
    assert_eq!((sent.state, sent.tries), (MessageState::Sent, 2));
    assert_eq!(sent.detail.as_deref(), Some("out, SM0123, 1 part"));
    let [(NoticeKind::MessageSent, data)] = &base.told()[..] else { panic!("told once") };
    assert_eq!(*data, json!({"message": said.id, "kind": "says", "channel": "phone", "to": "bert"}));
}

/// Only whoever has a telephone; and a room with its number as people write it.
#[tokio::test]
async fn a_reminder_goes_to_a_person_and_words_to_a_room() {
    let receiver = Receiver::start(taken()).await;
    let service = CarrierConfig { from: None, service: Some("MG1".into()), ..twilio(&receiver) };
    let base = Base::with(with(service)).await.knows(facts());
    base.turn(at("2026-11-23T08:55:00")).await;
    let [request] = &receiver.requests()[..] else { panic!("{:?}", receiver.requests()) };
    let fields = form(request);
    assert_eq!(fields[..2], pairs(&[("To", "+34600000002"), ("MessagingServiceSid", "MG1")]));
    assert!(fields[2].1.contains("09:00"), "{fields:?}");
    let base = base.knows(people());
    base.say("phone", "hello", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!(form(&receiver.requests()[1])[0].1, "+34600000009");
}

#[tokio::test]
async fn quiet_hours_hold_for_short_messages_too() {
    let receiver = Receiver::start(taken()).await;
    let mut config = with(twilio(&receiver));
    config.messaging.channels.get_mut("phone").unwrap().quiet = vec![Hours::parse("21:00-08:00").unwrap()];
    let base = Base::with(config).await.knows(people());
    base.say("bert", "good night", at("2026-11-23T22:00")).await;
    base.turn(at("2026-11-23T22:00")).await;
    assert!(receiver.requests().is_empty());
    base.turn(at("2026-11-24T08:00")).await;
    assert_eq!(receiver.requests().len(), 1);
}

/// What is refused for good, and what is tried again: in Twilio's own words.
#[tokio::test]
async fn what_twilio_refuses() {
    let cases = [
        (
            "400 Bad Request",
            21211,
            "The 'To' number +34600000002 is not a valid phone number.",
            MessageState::Failed,
        ),
        ("400 Bad Request", 21610, "Attempt to send to unsubscribed recipient", MessageState::Failed),
        ("401 Unauthorized", 20003, "Authenticate", MessageState::Failed),
        ("429 Too Many Requests", 20429, "Too Many Requests", MessageState::Waiting),
        ("503 Service Unavailable", 20503, "Service unavailable", MessageState::Waiting),
    ];
    for (line, code, words, state) in cases {
        let receiver = Receiver::start(refused(line, code, words)).await;
        let base = Base::with(with(twilio(&receiver))).await.knows(people());
        let said = base.say("bert", "x", at(NOON)).await;
        base.turn(at(NOON)).await;
        let message = base.message(&said).await;
        let why = format!("out: the answer was {}, error {code}: {words}", &line[..3]);
        assert_eq!((message.state, message.detail), (state, Some(why)));
        base.turn(at("2026-11-23T12:00:01")).await;
        assert_eq!(receiver.requests().len(), 1, "not at once again");
    }
    let busy = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 600\r\ncontent-length: 0\r\n\r\n";
    let receiver = Receiver::start(Manner::Says(busy.to_owned())).await;
    let base = Base::with(with(twilio(&receiver))).await.knows(people());
    let said = base.say("bert", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!(base.message(&said).await.next_at, at("2026-11-23T12:10:00"));
}

/// It has the request, and hangs up or is silent: sent again unless that is not wanted.
#[tokio::test]
async fn an_answer_that_is_lost() {
    for lost in [Manner::HangsUp, Manner::Silent, status("504 Gateway Timeout")] {
        let receiver = Receiver::start(lost.clone()).await;
        let base = Base::with(with(twilio(&receiver))).await.knows(people());
        let said = base.say("bert", "x", at(NOON)).await;
        base.turn(at(NOON)).await;
        let waiting = base.message(&said).await;
        assert_eq!(waiting.state, MessageState::Waiting, "{lost:?}");
        assert!(waiting.detail.unwrap().ends_with("it may have been sent, and is sent again"), "{lost:?}");
        receiver.behave(taken());
        base.turn(at(LATER)).await;
        assert_eq!((base.message(&said).await.state, receiver.requests().len()), (MessageState::Sent, 2));

        receiver.behave(lost.clone());
        let never = CarrierConfig { on_unknown: OnUnknown::GiveUp, ..twilio(&receiver) };
        let base = Base::with(with(never)).await.knows(people());
        let said = base.say("bert", "x", at(NOON)).await;
        base.turn(at(NOON)).await;
        let failed = base.message(&said).await;
        assert_eq!(failed.state, MessageState::Failed, "{lost:?}");
        assert!(failed.detail.unwrap().ends_with("it may have been sent, and is not sent again"));
        receiver.behave(taken());
        base.turn(at(LATER)).await;
        assert_eq!(receiver.requests().len(), 3, "{lost:?}");
    }
}

/// Where nothing listens nothing can have arrived: also who hates doubles is tried again.
#[tokio::test]
async fn a_carrier_that_is_not_there() {
    let gone = twilio(&Receiver::start(taken()).await);
    let base =
        Base::with(with(CarrierConfig { on_unknown: OnUnknown::GiveUp, ..gone })).await.knows(people());
    let said = base.say("bert", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    let message = base.message(&said).await;
    assert_eq!(message.state, MessageState::Waiting, "{message:?}");
}

/// The daemon died after its intent was on disk, and nobody knows more.
#[tokio::test]
async fn killed_in_the_middle() {
    for (on_unknown, state, count) in
        [(OnUnknown::Retry, MessageState::Sent, 1), (OnUnknown::GiveUp, MessageState::Failed, 0)]
    {
        let receiver = Receiver::start(taken()).await;
        let mut config = with(CarrierConfig { on_unknown, ..twilio(&receiver) });
        // Quiet hours in between are no reason to forget it.
        config.messaging.channels.get_mut("phone").unwrap().quiet =
            vec![Hours::parse("12:00-12:10").unwrap()];
        let base = Base::with(config).await.knows(people());
        let said = base.say("bert", "x", at("2026-11-23T11:59:00")).await;
        let lease = at(NOON);
        base.store.claim_messages("phone", at("2026-11-23T11:59:00"), 9, lease).await.unwrap();
        let base = base.restart().await;
        base.turn(lease).await;
        base.turn(at("2026-11-23T12:10:00")).await;
        let message = base.message(&said).await;
        assert_eq!((message.state, receiver.requests().len()), (state, count), "{message:?}");
        if state == MessageState::Failed {
            let why = message.detail.unwrap();
            assert!(why.contains("whether it arrived is not known") && why.contains("on_unknown"), "{why}");
        }
    }
}

/// Texts that would be another recipient, a header or a template, and numbers that would be more than a number.
#[tokio::test]
async fn nothing_becomes_more_than_it_is() {
    let receiver = Receiver::start(taken()).await;
    let base = Base::with(with(twilio(&receiver))).await.knows(people());
    let rude = "a&To=+19005550100 b\r\nX-Evil: 1\r\n\r\n\"c' {{ token }} 100% ñ 🚚\u{0}\u{202e}";
    base.say("bert", rude, at(NOON)).await;
    base.turn(at(NOON)).await;
    let [request] = &receiver.requests()[..] else { panic!("one") };
    let text = "a&To=+19005550100 b\nX-Evil: 1\n\n\"c' {{ token }} 100% ñ 🚚";
    assert_eq!(form(request), pairs(&[("To", "+34600000002"), ("From", "+34600111222"), ("Body", text)]));
    assert_eq!(request.header("x-evil"), "");

    for number in ["+34600000002&To=+19005550100", "+34600000002\r\nX: y", "{{ token }}", "+346000/../x", ""]
    {
        let mut people = people();
        people.persons[1].phone = Some(number.to_owned());
        let base = Base::with(with(twilio(&receiver))).await.knows(people);
        let said = base.say("bert", "x", at(NOON)).await;
        base.turn(at(NOON)).await;
        let message = base.message(&said).await;
        assert_eq!(message.state, MessageState::Failed, "{number:?}");
        assert!(message.detail.unwrap().starts_with("the number of bert: a telephone number"), "{number:?}");
        assert_eq!(receiver.requests().len(), 1, "{number:?}");
    }
}

#[tokio::test]
async fn what_is_too_long_is_cut() {
    let receiver = Receiver::start(taken()).await;
    let base = Base::with(with(twilio(&receiver))).await.knows(people());
    let said = base.say("bert", &"Torn de tarda ".repeat(280), at(NOON)).await;
    base.turn(at(NOON)).await;
    let body = form(&receiver.requests()[0])[2].1.clone();
    assert!(
        body.ends_with("Torn de...") || body.ends_with("tarda...") || body.ends_with("Torn..."),
        "{body}"
    );
    assert!(parts(&body) == 6 && body.len() > 900, "{}", body.len());
    assert_eq!(base.message(&said).await.detail.as_deref(), Some("out, SM0123, 6 parts"));

    let sms = Sms::new(&base.config).unwrap();
    let number = || PhoneNumber::parse("+34600000002", None).unwrap();
    let sent = sms.send(None, "1", number(), &"🚚".repeat(5_000), at(NOON)).await;
    assert_eq!(sent, Outcome::Sent { carrier: "out".into(), id: Some("SM0123".into()), parts: 6 });
    let body = form(&receiver.requests()[1])[2].1.clone();
    assert_eq!((body.chars().count(), body.ends_with('…')), (199, true));
    let empty = sms.send(None, "2", number(), " \u{0}\n", at(NOON)).await;
    assert!(matches!(empty, Outcome::Never(_)) && receiver.requests().len() == 2);
    let nobody = sms.send(Some("none"), "3", number(), "x", at(NOON)).await;
    assert_eq!(nobody, Outcome::Never("there is no carrier \"none\"".into()));
}

#[tokio::test]
async fn a_private_address_is_refused() {
    let receiver = Receiver::start(taken()).await;
    for host in ["localhost", "127.0.0.1"] {
        let url = format!("http://{host}:{}", receiver.address.port());
        let mut config = with(CarrierConfig { url: Some(url.into()), ..twilio(&receiver) });
        config.webhooks.allow_private = false;
        let base = Base::with(config.clone()).await.knows(people());
        let said = base.say("bert", "x", at(NOON)).await;
        base.turn(at(NOON)).await;
        let message = base.message(&said).await;
        assert_ne!(message.state, MessageState::Sent);
        assert!(message.detail.unwrap().contains("allow_private") && receiver.requests().is_empty());
        let probed = probe(&config).await;
        assert!(probed[0].1.as_ref().is_err_and(|why| why.contains("allow_private")), "{probed:?}");
    }
    let mut config = with(CarrierConfig { allow_private: Some(true), ..twilio(&receiver) });
    config.webhooks.allow_private = false;
    let base = Base::with(config).await.knows(people());
    base.say("bert", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn a_probe_asks_for_the_account_and_sends_nothing() {
    let cases = [
        (says("200 OK", r#"{"sid": "AC1", "status": "active"}"#), Ok("out: the account is active")),
        (says("200 OK", r#"{"sid": "AC1", "status": "suspended"}"#), Err("out: the account is suspended")),
        (says("200 OK", "<html>"), Err("shows no account")),
        (
            refused("401 Unauthorized", 20003, "Authenticate"),
            Err("the answer was 401, error 20003: Authenticate"),
        ),
        (Manner::HangsUp, Err("out: the server cannot be reached")),
    ];
    for (manner, wanted) in cases {
        let receiver = Receiver::start(manner).await;
        let (name, seen) = probe(&with(twilio(&receiver))).await.remove(0);
        assert_eq!(name, "phone");
        match (&seen, wanted) {
            (Ok(seen), Ok(words)) => assert_eq!(seen, words),
            (Err(seen), Err(words)) => assert!(seen.contains(words), "{seen}"),
            other => panic!("{other:?}"),
        }
        let [request] = &receiver.requests()[..] else { panic!("{:?}", receiver.requests()) };
        assert_eq!(request.line, "GET /2010-04-01/Accounts/AC1.json HTTP/1.1");
        assert_eq!((request.header("authorization"), &*request.body), ("Basic QUMxOmhpZGRlbg==", ""));
    }
}

/// By carrier and outcome. The recorder is this thread's, and so is all that runs here.
#[tokio::test]
async fn messages_are_counted() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let _here = metrics::set_default_local_recorder(&recorder);
    let receiver = Receiver::start(taken()).await;
    let base = Base::with(with(twilio(&receiver))).await.knows(people());
    base.say("bert", &"ñandú ".repeat(20), at(NOON)).await;
    base.turn(at(NOON)).await;
    receiver.behave(refused("400 Bad Request", 21211, "no"));
    base.say("bert", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    receiver.behave(Manner::HangsUp);
    base.say("bert", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    let told = recorder.handle().render();
    for line in [
        "stasisd_sms_total{carrier=\"out\",outcome=\"sent\"} 1",
        "stasisd_sms_total{carrier=\"out\",outcome=\"failed\"} 1",
        "stasisd_sms_total{carrier=\"out\",outcome=\"unknown\"} 1",
        "stasisd_sms_parts_total{carrier=\"out\"} 2",
        "stasisd_messages_total{channel=\"phone\",kind=\"says\",outcome=\"sent\"} 1",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let shown = format!("{:?} {:?}", base.config.sms, Sms::new(&base.config).unwrap());
    assert!(!shown.contains("hidden"), "{shown}");
}
