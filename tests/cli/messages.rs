//! What the team is told: `say`, what `check` says of texts and channels, what `doctor` says of their servers.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
};

use super::{Place, call::Running};

const TEAM: &str = "[messaging]\nteam_channel = \"team\"\n[messaging.channels.team]\nkind = \"webhook\"\n\
                    url = \"http://192.0.2.1/hook\"\n[webhooks]\nallow_private = true\n";

#[test]
fn something_is_said() {
    let daemon = Running::with(TEAM);
    let said = daemon.run(&["say", "team", "**Pizza** in the kitchen!", "--at", "2126-01-01T09:00:00Z"]);
    said.is(65, &["at: at most a year from now"]);
    daemon.run(&["say", "team", "Pizza!"]).is(0, &["message ", " to the channel team: due at 20"]);
    let message = daemon.json(&["say", "channel:team", "Pizza!", "--json"]);
    assert_eq!((&message["channel"], &message["text"]), (&"team".into(), &"Pizza!".into()));
    daemon.run(&["say", "anna", "x"]).is(65, &["to: it is neither a channel (team) nor a person's id"]);
    daemon.run(&["say", "team", ""]).is(65, &["text: a text has 1 to"]);
    daemon.run(&["token", "list"]).is(0, &["revoked"]);
}

#[test]
fn check_names_what_is_wrong_with_texts_and_channels() {
    let check = |more: &str| Place::with(more).run(&["check"]);
    let texts = check("[messaging.texts.en]\nshift_change = \"{{ names | join }\"\n");
    texts.is(78, &["messaging.texts.en.shift_change: syntax error"]);
    let body = check(&format!(
        "{TEAM}[messaging.channels.other]\nkind = \"webhook\"\nurl = \"http://a.example/\"\nbody = '{{\"text\": \"{{{{ text }}}}\"}}'\n"
    ));
    body.is(78, &["messaging.channels.other.body: it makes no JSON"]);
    let sms = check("[messaging.channels.x]\nkind = \"sms\"\n");
    sms.is(78, &["messaging.channels.x.kind: there is no carrier of short messages", "[sms.carriers.NAME]"]);
    let gateway = "[messaging.channels.x]\nkind = \"sms\"\n[sms.carriers.out]\nkind = \"http\"\n\
                   url = \"https://sms.example/?to={{ digits }}\"\n";
    check(gateway).is(78, &["sms.carriers.out.url: the text goes nowhere"]);
    let twilio = check("[sms.carriers.out]\nkind = \"twilio\"\naccount = \"AC1\"\nfrom = \"+34600111222\"\n");
    twilio.is(78, &["sms.carriers.out.token: there is none", "systemd credential sms-out-token"]);
    let none = check("[messaging]\nteam_channel = \"team\"\n");
    none.is(78, &["messaging.team_channel: there is no channel \"team\""]);
}

#[test]
fn doctor_tries_each_channel() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place = Place::with(&format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[fastagi]\nlisten = \"127.0.0.1:0\"\n[ari]\nurl = \"http://127.0.0.1:1\"\n\
         [messaging.channels.mail]\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {closed}\nsecurity = \"none\"\n\
         from = \"a@desk.example\"\n[messaging.channels.chat]\nkind = \"webhook\"\nurl = \"http://localhost:9/\"\n"
    ));
    let said = place.run(&["doctor"]);
    said.is(1, &["FAIL  messages       mail: ", "FAIL  messages       chat: ", "webhooks.allow_private"]);
}

/// Nothing is sent: the host is connected to, and that one is not there.
#[test]
fn doctor_tries_a_carrier_of_short_messages() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let place = Place::with(&format!(
        "[http]\nlisten = \"127.0.0.1:0\"\n[fastagi]\nlisten = \"127.0.0.1:0\"\n[ari]\nurl = \"http://127.0.0.1:1\"\n\
         [messaging.channels.short]\nkind = \"sms\"\n[sms.carriers.out]\nkind = \"http\"\nallow_private = true\n\
         url = \"http://127.0.0.1:{closed}/{{{{ digits }}}}?text={{{{ text }}}}\"\n"
    ));
    place.run(&["doctor"]).is(1, &["FAIL  messages       short: out: 127.0.0.1:", "refused"]);
}

#[test]
fn what_a_carrier_is_asked_with_is_not_shown() {
    let place = Place::with(
        "[sms.carriers.out]\nkind = \"http\"\ntoken = \"hidden\"\nurl = \"https://sms.example/?key=hidden\"\n\
         form = { to = \"{{ number }}\", text = \"{{ text }}\", key = \"hidden\" }\nheaders = { X-Key = \"hidden\" }\n",
    );
    let said = place.run(&["config", "show"]);
    said.is(0, &["https://sms.example/***", "per_second = 1"]);
    assert!(!said.out.contains("hidden"), "{}", said.out);
}

#[test]
fn the_address_of_a_chat_is_not_shown() {
    let place = Place::with(TEAM);
    let said = place.run(&["config", "show"]);
    said.is(0, &["http://192.0.2.1/***"]);
    assert!(!said.out.contains("/hook"), "{}", said.out);
}

/// The daemon took it and was killed before it could say so: it is asked again, under the same key.
#[test]
fn what_is_said_twice_for_want_of_an_answer_is_said_once() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let port = std::thread::spawn(move || {
        let mut keys = Vec::new();
        for answer in ["", "HTTP/1.1 201 Created\r\ncontent-length: 18\r\n\r\n{\"channel\":\"team\"}"] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                lines.read_line(&mut line).unwrap();
                match line.trim().split_once(": ") {
                    Some(("idempotency-key", key)) => keys.push(key.to_owned()),
                    Some(("content-length", bytes)) => length = bytes.parse().unwrap(),
                    Some(_) => {}
                    None if line.trim().is_empty() => break,
                    None => {}
                }
            }
            lines.read_exact(&mut vec![0; length]).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
        keys
    });
    let place = Place::with("");
    place.run(&["say", "team", "Pizza!", "--url", &url, "--token", "x"]).is(0, &["to the channel team"]);
    let keys = port.join().unwrap();
    assert!(keys.len() == 2 && keys[0] == keys[1] && keys[0].starts_with("stasisd:"), "{keys:?}");
}
