//! E-mail: a whole conversation with a mail server, and servers that are busy, closed or rude.

use base64::{Engine, engine::general_purpose::STANDARD};
use stasisd::{
    config::{ChannelConfig, ChannelKind, Config, Security},
    messaging::probe,
    model::MessageState,
};

use crate::{
    base::{Base, at, config, people},
    postman::{Manner, Postman},
};

const NOON: &str = "2026-11-23T12:00:00";

fn mail(postman: &Postman) -> ChannelConfig {
    ChannelConfig {
        host: Some("127.0.0.1".into()),
        port: Some(postman.address.port()),
        security: Some(Security::None),
        from: Some("Telèfons <phones@desk.example>".into()),
        to: vec!["team@desk.example".into(), "Cap <boss@desk.example>".into()],
        ..ChannelConfig::new(ChannelKind::Email)
    }
}

fn with(channel: ChannelConfig) -> Config {
    let mut config = config();
    config.messaging.channels.insert("mail".to_owned(), channel);
    config.messaging.team_channel = "mail".to_owned();
    config.messaging.person_channels = vec!["mail".to_owned()];
    config
}

#[tokio::test]
async fn a_mail_to_the_room_and_to_a_person() {
    let postman = Postman::start(Manner::Good).await;
    let base = Base::with(with(mail(&postman))).await.knows(people());
    let text = "**Canvi de torn**: Ànna\r\nBcc: evil@else.example\r\n.\r\n.. 🎧";
    let said = base.say("mail", text, at(NOON)).await;
    base.turn(at(NOON)).await;
    base.say("anna", "Hola", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert!(base.messages().await.iter().all(|message| message.state == MessageState::Sent));

    let [room, person] = &postman.mails()[..] else { panic!("two mails") };
    assert_eq!(room.from, "MAIL FROM:<phones@desk.example>");
    assert_eq!(room.to, ["RCPT TO:<team@desk.example>", "RCPT TO:<boss@desk.example>"]);
    assert_eq!(room.header("message-id"), [format!("<{}@desk.example>", said.id)]);
    assert!(room.header("bcc").is_empty() && room.header("subject").len() == 1, "{}", room.text);
    let from = &room.header("from")[0];
    assert!(from.starts_with("=?utf-8?") && from.ends_with("<phones@desk.example>"), "{from}");
    assert_eq!(room.header("content-type"), ["text/plain; charset=utf-8"]);
    assert_eq!(decoded(room.body(), &room.header("content-transfer-encoding")[0]), said.text);
    assert!(said.text.contains("\nBcc: evil@else.example\n.\n"), "it is only text");
    assert_eq!(person.to, ["RCPT TO:<anna@desk.example>"]);
    assert_eq!(person.header("subject"), ["Hola"]);
    assert_eq!(postman.lines()[0], "EHLO desk.example");
}

/// What a mail's body says, with bare line ends.
fn decoded(body: &str, encoding: &str) -> String {
    let text = match encoding {
        "base64" => {
            let packed: String = body.split_whitespace().collect();
            String::from_utf8(STANDARD.decode(packed).unwrap()).unwrap()
        }
        "quoted-printable" => {
            let joined = body.replace("=\r\n", "");
            let mut bytes = Vec::new();
            let mut rest = joined.as_bytes();
            while let Some((first, after)) = rest.split_first() {
                if *first == b'=' {
                    bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
                    rest = &after[2..];
                } else {
                    bytes.push(*first);
                    rest = after;
                }
            }
            String::from_utf8(bytes).unwrap()
        }
        _ => body.to_owned(),
    };
    text.replace("\r\n", "\n").trim_end().to_owned()
}

#[tokio::test]
async fn a_server_that_wants_to_know_who_it_is() {
    let postman = Postman::start(Manner::Good).await;
    let channel =
        ChannelConfig { user: Some("me".into()), password: Some("secret".into()), ..mail(&postman) };
    let base = Base::with(with(channel)).await;
    let said = base.say("mail", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!(base.message(&said).await.state, MessageState::Sent);
    let login = format!("AUTH PLAIN {}", STANDARD.encode("\0me\0secret"));
    assert!(postman.lines().contains(&login), "{:?}", postman.lines());
}

/// Whatever a name holds, it is a name.
#[tokio::test]
async fn a_name_is_no_header() {
    let postman = Postman::start(Manner::Good).await;
    let base = Base::with(with(mail(&postman))).await.knows(people());
    let name = "Ànna\r\nBcc: evil@else.example\r\n\r\nx <evil@else.example>, \"y";
    base.team.facts.lock().unwrap().persons[0].name = name.to_owned();
    let said = base.say("anna", "Hola", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!(base.message(&said).await.state, MessageState::Sent);
    let [mail] = &postman.mails()[..] else { panic!("one mail") };
    assert_eq!(mail.to, ["RCPT TO:<anna@desk.example>"]);
    assert!(mail.header("bcc").is_empty() && mail.header("to").len() == 1, "{}", mail.text);
    assert!(mail.header("to")[0].ends_with("<anna@desk.example>"), "{}", mail.text);
    assert_eq!(mail.body().trim_end(), "Hola");
}

/// 4xx is tried again, 5xx is not; each try is the same mail.
#[tokio::test]
async fn a_server_that_takes_it_later_or_never() {
    let postman = Postman::start(Manner::Recipients("451 4.7.1 greylisted, come back")).await;
    let base = Base::with(with(mail(&postman))).await;
    let said = base.say("mail", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    let waiting = base.message(&said).await;
    assert_eq!(waiting.state, MessageState::Waiting);
    assert!(waiting.detail.unwrap().contains("greylisted"));
    postman.behave(Manner::Good);
    base.turn(waiting.next_at).await;
    assert_eq!(base.message(&said).await.state, MessageState::Sent);

    postman.behave(Manner::Recipients("550 5.1.1 nobody of that name"));
    let lost = base.say("mail", "y", at(NOON)).await;
    base.turn(at(NOON)).await;
    let lost = base.message(&lost).await;
    assert_eq!((lost.state, lost.tries), (MessageState::Failed, 1));
    assert!(lost.detail.unwrap().contains("nobody of that name"));
}

/// It may have been taken: it comes again under the same Message-ID, so that mail programs show it once.
#[tokio::test]
async fn a_server_that_hangs_up_before_it_says_whether_it_took_it() {
    let postman = Postman::start(Manner::Drops).await;
    let base = Base::with(with(mail(&postman))).await;
    let said = base.say("mail", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    let waiting = base.message(&said).await;
    assert_eq!(waiting.state, MessageState::Waiting);
    postman.behave(Manner::Good);
    base.turn(waiting.next_at).await;
    assert_eq!(base.message(&said).await.state, MessageState::Sent);
    let [first, second] = &postman.mails()[..] else { panic!("two tries") };
    assert_eq!(first.header("message-id"), second.header("message-id"));
}

/// Nothing of a mail, and no password, crosses the net before TLS.
#[tokio::test]
async fn a_server_without_starttls_gets_nothing() {
    let postman = Postman::start(Manner::Good).await;
    let channel = ChannelConfig {
        security: Some(Security::Starttls),
        user: Some("me".into()),
        password: Some("secret".into()),
        ..mail(&postman)
    };
    let base = Base::with(with(channel.clone())).await;
    let said = base.say("mail", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_ne!(base.message(&said).await.state, MessageState::Sent);
    assert!(postman.mails().is_empty());
    assert!(postman.lines().iter().all(|line| !line.starts_with("AUTH") && !line.starts_with("MAIL")));
    let probed = probe(&with(channel)).await;
    assert!(probed[0].1.is_err(), "{probed:?}");
}

#[tokio::test]
async fn a_silent_server_and_one_that_is_gone() {
    let silent = Postman::start(Manner::Silent).await;
    let base = Base::with(with(mail(&silent))).await;
    let said = base.say("mail", "x", at(NOON)).await;
    base.turn(at(NOON)).await;
    assert_eq!(base.message(&said).await.state, MessageState::Waiting);
    let gone = mail(&Postman::start(Manner::Good).await);
    let probed = probe(&with(gone)).await;
    assert!(probed[0].1.as_ref().is_err_and(|why| !why.is_empty()), "{probed:?}");
}

#[tokio::test]
async fn a_probe_sends_nothing() {
    let postman = Postman::start(Manner::Good).await;
    let probed = probe(&with(mail(&postman))).await;
    assert_eq!(probed[0], ("mail".to_owned(), Ok("the mail server 127.0.0.1 lets us in".to_owned())));
    assert_eq!(postman.lines(), ["EHLO desk.example", "NOOP", "QUIT"]);
}

#[tokio::test]
async fn a_person_without_an_address_is_not_reached() {
    let postman = Postman::start(Manner::Good).await;
    let base = Base::with(with(mail(&postman))).await.knows(people());
    let said = base.say("anna", "x", at(NOON)).await;
    base.team.facts.lock().unwrap().persons[0].email = None;
    base.turn(at(NOON)).await;
    let message = base.message(&said).await;
    assert_eq!(message.detail.as_deref(), Some("anna has no e-mail address"));
    base.team.facts.lock().unwrap().persons.clear();
    assert_eq!(message.state, MessageState::Failed);
}
