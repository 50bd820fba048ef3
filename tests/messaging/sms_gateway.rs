//! Short messages by any HTTP gateway: templates, logins, what counts as taken.

use serde_json::{Value, json};
use stasisd::{
    config::{CarrierConfig, CarrierKind, CarrierMethod, OnUnknown},
    messaging::probe,
    model::MessageState,
};

use crate::{
    base::{Base, at, people},
    receiver::{Manner, Receiver, Request, status},
    sms::{form, pairs, says, with},
};

const NOON: &str = "2026-11-23T12:00:00";
const LATER: &str = "2026-11-23T12:00:05";
/// What tries to be more than a text, and what is sent of it.
const RUDE: &str = "a&to=+1900 \"b\", \\ {{ token }}\r\nX-Evil: 1 #c?d%26 ñ 🚚";
const CLEAN: &str = "a&to=+1900 \"b\", \\ {{ token }}\nX-Evil: 1 #c?d%26 ñ 🚚";

fn http(receiver: &Receiver, end: &str) -> CarrierConfig {
    let url = format!("http://{}{end}", receiver.address);
    CarrierConfig { url: Some(url.into()), ..CarrierConfig::new(CarrierKind::Http) }
}

fn fields(fields: &[(&str, &str)]) -> indexmap::IndexMap<String, stasisd::config::Secret> {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).into())).collect()
}

/// Says it to bert; gives the request, how the message stands, and what its record says.
async fn sent(carrier: CarrierConfig, receiver: &Receiver, text: &str) -> (Request, MessageState, String) {
    let base = Base::with(with(carrier)).await.knows(people());
    let said = base.say("bert", text, at(NOON)).await;
    base.turn(at(NOON)).await;
    let message = base.message(&said).await;
    let request = receiver.requests().pop().unwrap_or_else(|| panic!("{message:?}"));
    assert!(["", &said.id.to_string()].contains(&request.header("idempotency-key")));
    (request, message.state, message.detail.unwrap_or_default())
}

#[tokio::test]
async fn json_with_a_token() {
    let receiver = Receiver::start(says("202 Accepted", r#"{"messages": [{"id": "m-7"}]}"#)).await;
    let carrier = CarrierConfig {
        method: Some(CarrierMethod::Put),
        token: Some("hidden".into()),
        headers: fields(&[("X-Site", "north")]),
        from: Some("Phones".into()),
        json: Some(
            r#"{"from": {{ from }}, "to": [{{ digits }}], "text": {{ text }}, "ref": {{ id }}}"#.into(),
        ),
        id: Some("/messages/0/id".into()),
        ..http(&receiver, "/v1/sms")
    };
    let (request, state, detail) = sent(carrier, &receiver, RUDE).await;
    assert_eq!(request.line, "PUT /v1/sms HTTP/1.1");
    assert_eq!((request.header("authorization"), request.header("x-site")), ("Bearer hidden", "north"));
    assert_eq!((request.header("content-type"), request.header("x-evil")), ("application/json", ""));
    let id = Value::from(request.header("idempotency-key"));
    let wanted = json!({"from": "Phones", "to": ["34600000002"], "text": CLEAN, "ref": id});
    assert_eq!(request.json(), wanted);
    assert_eq!((state, detail.as_str()), (MessageState::Sent, "out, m-7, 1 part"));
}

/// In the address by GET, with the login where the gateway wants it.
#[tokio::test]
async fn a_form_by_get() {
    let receiver = Receiver::start(says("202 Accepted", "0: Accepted for delivery")).await;
    let carrier = CarrierConfig {
        method: Some(CarrierMethod::Get),
        user: Some("phones".into()),
        password: Some("hid&den".into()),
        form: fields(&[
            ("username", "{{ user }}"),
            ("password", "{{ password }}"),
            ("to", "{{ digits }}"),
            ("text", "{{ text }}"),
            ("coding", "{% if unicode %}2{% else %}0{% endif %}"),
        ]),
        expect: Some("Accepted".into()),
        ..http(&receiver, "/cgi-bin/sendsms")
    };
    let (request, state, detail) = sent(carrier, &receiver, RUDE).await;
    let target = request.line.strip_prefix("GET ").unwrap().strip_suffix(" HTTP/1.1").unwrap();
    let url = url::Url::parse(&format!("http://x{target}")).unwrap();
    let wanted = pairs(&[
        ("username", "phones"),
        ("password", "hid&den"),
        ("to", "34600000002"),
        ("text", CLEAN),
        ("coding", "2"),
    ]);
    assert_eq!(
        (url.path(), url.query_pairs().into_owned().collect::<Vec<_>>()),
        ("/cgi-bin/sendsms", wanted)
    );
    assert_eq!((request.header("authorization"), &*request.body), ("", ""));
    assert_eq!((state, detail.as_str()), (MessageState::Sent, "out, 1 part"));
}

/// Six parts of emoji are more than a short address holds.
#[tokio::test]
async fn a_long_text_in_an_address() {
    let receiver = Receiver::start(status("200 OK")).await;
    let carrier = CarrierConfig {
        method: Some(CarrierMethod::Get),
        ..http(&receiver, "/send?to={{ number }}&text={{ text }}")
    };
    let (request, state, _) = sent(carrier, &receiver, &"🚚".repeat(190)).await;
    assert!(request.line.contains("to=%2B34600000002&text=%F0%9F%9A%9A%F0") && request.line.len() > 2_280);
    assert_eq!(state, MessageState::Sent);
}

#[tokio::test]
async fn a_form_or_a_text_with_a_login() {
    let receiver = Receiver::start(status("200 OK")).await;
    let login = CarrierConfig {
        user: Some("me".into()),
        password: Some("hidden".into()),
        form: fields(&[("to", "00{{ digits }}"), ("local", "{{ national }}"), ("text", "{{ text }}")]),
        ..http(&receiver, "/send?site=1")
    };
    let (request, ..) = sent(login, &receiver, RUDE).await;
    assert_eq!(request.line, "POST /send?site=1 HTTP/1.1");
    // me:hidden
    assert_eq!(request.header("authorization"), "Basic bWU6aGlkZGVu");
    assert_eq!(form(&request), pairs(&[("to", "0034600000002"), ("local", "600000002"), ("text", CLEAN)]));

    let plain = CarrierConfig { text: Some("{{ text }}".into()), ..http(&receiver, "/to/{{ digits }}") };
    let (request, ..) = sent(plain, &receiver, RUDE).await;
    assert_eq!((request.line.as_str(), request.body.as_str()), ("POST /to/34600000002 HTTP/1.1", CLEAN));
    assert_eq!(request.header("content-type"), "text/plain; charset=utf-8");
}

/// Gateways that say 200 to everything; and no secret in what is told of them.
#[tokio::test]
async fn what_counts_as_taken() {
    let receiver = Receiver::start(says("200 OK", "ERR: 302 no credit for key hidden")).await;
    let carrier = CarrierConfig {
        token: Some("hidden".into()),
        expect: Some("OK".into()),
        ..http(&receiver, "/?to={{ digits }}&text={{ text }}")
    };
    let (_, state, detail) = sent(carrier.clone(), &receiver, "x").await;
    let wanted = "out: the answer was 200, without \"OK\": ERR: 302 no credit for key ***";
    assert_eq!((state, detail.as_str()), (MessageState::Waiting, wanted));
    receiver.behave(says("403 Forbidden", "key hidden\r\nis unknown"));
    let (_, state, detail) = sent(carrier.clone(), &receiver, "x").await;
    let wanted = "out: the answer was 403: key *** is unknown";
    assert_eq!((state, detail.as_str()), (MessageState::Failed, wanted));
    // It breaks off before it has said so, or never ends.
    let careful = CarrierConfig { on_unknown: OnUnknown::GiveUp, ..carrier.clone() };
    receiver.behave(Manner::Endless);
    let (_, state, detail) = sent(careful, &receiver, "x").await;
    assert_eq!(state, MessageState::Failed);
    assert!(
        detail.ends_with("it may have been sent, and is not sent again") && detail.len() < 400,
        "{detail}"
    );
    // Who does not ask for words takes the status.
    let (_, state, _) = sent(CarrierConfig { expect: None, ..carrier.clone() }, &receiver, "x").await;
    assert_eq!(state, MessageState::Sent);
    receiver.behave(says("301 Moved", ""));
    let (_, state, _) = sent(carrier, &receiver, "x").await;
    assert_eq!(state, MessageState::Failed, "redirects are not followed");
}

#[tokio::test]
async fn an_answer_that_is_lost_is_asked_for_again_with_the_same_id() {
    let receiver = Receiver::start(Manner::HangsUp).await;
    let carrier = http(&receiver, "/?to={{ digits }}&text={{ text }}&ref={{ id }}");
    let base = Base::with(with(carrier)).await.knows(people());
    let said = base.say("bert", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    receiver.behave(status("200 OK"));
    base.turn(at(LATER)).await;
    assert_eq!(base.message(&said).await.state, MessageState::Sent);
    let [first, second] = &receiver.requests()[..] else { panic!("two") };
    assert!(first.line == second.line && first.line.contains(&format!("ref={}", said.id)), "{}", first.line);
}

/// Two carriers: a channel's own goes before the usual one.
#[tokio::test]
async fn which_carrier() {
    let (one, other) = (Receiver::start(status("200 OK")).await, Receiver::start(status("200 OK")).await);
    let end = "/?to={{ digits }}&text={{ text }}";
    let mut config = with(http(&one, end));
    config.sms.carriers.insert("other".to_owned(), http(&other, end));
    config.sms.carrier = "other".to_owned();
    let mut own = config.messaging.channels["phone"].clone();
    own.carrier = Some("out".to_owned());
    config.messaging.channels.insert("own".to_owned(), own);
    let base = Base::with(config).await.knows(people());
    base.say("phone", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!((one.requests().len(), other.requests().len()), (0, 1));
    base.say("own", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!((one.requests().len(), other.requests().len()), (1, 1));
}

/// As many as the carrier is given in a second, and nobody is lost for it.
#[tokio::test]
async fn at_the_carriers_pace() {
    let receiver = Receiver::start(status("200 OK")).await;
    let carrier =
        CarrierConfig { per_second: Some(2), ..http(&receiver, "/?to={{ digits }}&text={{ text }}") };
    let base = Base::with(with(carrier)).await.knows(people());
    for number in 0..4 {
        base.say("bert", &number.to_string(), at(NOON)).await;
    }
    base.turn(at(NOON)).await;
    let states: Vec<_> = base.messages().await.iter().map(|message| (message.state, message.tries)).collect();
    assert_eq!(states, [(MessageState::Sent, 1); 4]);
    assert_eq!(receiver.requests().len(), 4);
}

#[tokio::test]
async fn a_probe_connects_and_says_nothing() {
    let receiver = Receiver::start(status("200 OK")).await;
    let carrier = http(&receiver, "/{{ digits }}?text={{ text }}");
    let seen = probe(&with(carrier.clone())).await.remove(0).1;
    assert_eq!(seen, Ok(format!("out: {} takes connections", receiver.address)));
    assert!(receiver.requests().is_empty());
    drop(receiver);
    let gone = http(&Receiver::start(status("200 OK")).await, "/{{ digits }}?text={{ text }}");
    let seen = probe(&with(gone)).await.remove(0).1;
    assert!(seen.as_ref().is_err_and(|why| why.starts_with("out: 127.0.0.1:")), "{seen:?}");
}
