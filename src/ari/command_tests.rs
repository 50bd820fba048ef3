//! Requests as they are written, and the way that each goes.

use super::*;

fn sent(command: &Command<'_>) -> Request {
    command.request().expect("well formed")
}

#[test]
fn requests_as_asterisk_knows_them() {
    let id = ChannelId::from("1.2");
    let media = ["sound:/a,b(c)".to_owned(), "sound:d".to_owned()];
    let play = Command::Play { channel: &id, playback: "p/1", media: &media, language: "en" };
    let play = sent(&play);
    assert_eq!((play.method, play.uri.as_str()), ("POST", "channels/1.2/play/p%2F1"));
    assert_eq!(play.body.as_deref(), Some(r#"{"lang":"en","media":["sound:/a,b(c)","sound:d"]}"#));
    for (command, method, uri) in [
        (Command::HangUp(&id, Some(21)), "DELETE", "channels/1.2?reason_code=21"),
        (Command::HangUp(&id, None), "DELETE", "channels/1.2"),
        (Command::StopPlayback("p"), "DELETE", "playbacks/p"),
        (Command::Ring(&id, true), "POST", "channels/1.2/ring"),
        (Command::Ring(&id, false), "DELETE", "channels/1.2/ring"),
        (
            Command::Subscribe { app: "a", source: "bridge:b" },
            "POST",
            "applications/a/subscription?eventSource=bridge%3Ab",
        ),
        (Command::Moh(&id, Some("jazz"), true), "POST", "channels/1.2/moh?mohClass=jazz"),
        (
            Command::Redirect(&id, "PJSIP/sip:9@h"),
            "POST",
            "channels/1.2/redirect?endpoint=PJSIP%2Fsip%3A9%40h",
        ),
        (Command::AddToBridge("b", std::slice::from_ref(&id)), "POST", "bridges/b/addChannel?channel=1.2"),
    ] {
        let request = sent(&command);
        assert_eq!((request.method, request.uri.as_str(), request.body), (method, uri, None));
    }
}

#[test]
fn create_names_the_caller_by_a_variable() {
    let id = ChannelId::from("c");
    let call = Originate {
        channel_id: &id,
        endpoint: "PJSIP/101",
        app: "stasisd",
        app_args: None,
        caller_id: Some("\"A\" <1>"),
        timeout_secs: 20,
        variables: BTreeMap::new(),
    };
    let request = sent(&Command::Create(&call));
    assert_eq!(request.uri, "channels/create?endpoint=PJSIP%2F101&app=stasisd&channelId=c");
    assert_eq!(request.body.as_deref(), Some(r#"{"variables":{"CALLERID(all)":"\"A\" <1>"}}"#));
    let request = sent(&Command::Originate(&call));
    assert_eq!(
        request.uri,
        "channels/c?endpoint=PJSIP%2F101&app=stasisd&timeout=20&callerId=%22A%22%20%3C1%3E"
    );
}

#[test]
fn no_filter_takes_our_own_answers_away() {
    let filter =
        Command::EventFilter { app: "a", allowed: &["StasisStart"], disallowed: &["RESTResponse", "Dial"] };
    assert_eq!(
        sent(&filter).body.as_deref(),
        Some(
            r#"{"allowed":[{"type":"StasisStart"},{"type":"RESTResponse"},{"type":"ApplicationReplaced"}],"disallowed":[{"type":"Dial"}]}"#
        )
    );
    let none = Command::EventFilter { app: "a", allowed: &[], disallowed: &[] };
    assert_eq!(sent(&none).body.as_deref(), Some(r#"{"allowed":[],"disallowed":[]}"#));
}

#[test]
fn what_waits_for_a_channel_never_goes_over_the_websocket() {
    let id = ChannelId::from("c");
    let set = Command::SetVariable { channel: &id, name: "a", value: "b", report_events: false };
    let answer = |fresh| Command::Answer { channel: &id, fresh };
    assert_eq!(way(&answer(true)), Way::Websocket);
    for command in [answer(false), set, Command::AddToBridge("b", &[]), Command::RemoveFromBridge("b", &[])] {
        assert_eq!(way(&command), Way::Http, "{command:?}");
    }
    assert_eq!(way(&Command::StopPlayback("p")), Way::Websocket);
    assert_eq!(way(&Command::HangUp(&id, None)), Way::Websocket);
}
