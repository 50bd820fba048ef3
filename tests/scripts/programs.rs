//! The programs of agi-scripts/, run as Asterisk runs them, against a control port that answers as it is told.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Stdio},
    thread::JoinHandle,
};

use crate::asterisk::{Channel, Ran, words};

const EVE: &str = "+34600000001";

/// A control port that answers once, and gives what it was asked.
struct Port {
    url: String,
    asked: JoinHandle<String>,
}

impl Port {
    /// Answers with this status line and body.
    fn new(status: &'static str, body: String) -> Self {
        Self::with(move |mut stream| {
            let length = body.len();
            let _ = write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}");
        })
    }

    fn with(answer: impl FnOnce(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let asked = read_request(&stream);
            answer(stream);
            asked
        });
        Self { url, asked }
    }
}

fn read_request(stream: &TcpStream) -> String {
    let (mut reader, mut text, mut length) = (BufReader::new(stream), String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length: ") {
            length = value.trim().parse().unwrap();
        }
        text += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    text + "\n" + std::str::from_utf8(&body).unwrap()
}

/// Runs a program as Asterisk does, with this control port; `input` comes before any answer.
fn run(program: &str, arguments: &[&str], url: &str, input: &[u8]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("agi.conf");
    std::fs::write(&settings, format!("# ours\nurl = {url}\ntoken = stasisd_x\n")).unwrap();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("agi-scripts").join(program);
    let mut child = Command::new(path)
        .args(arguments)
        .env("STASISD_AGI_CONF", &settings)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let _ = stdin.write_all(input);
    let mut ran = Ran::default();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        match &words(&line.unwrap())[..] {
            [set, variable, name, value] if set == "SET" && variable == "VARIABLE" => {
                ran.set.push((name.clone(), value.clone()));
            }
            other => panic!("Asterisk would be told {other:?}"),
        }
        let _ = stdin.write_all(b"200 result=1\n");
    }
    drop(stdin);
    assert!(child.wait().unwrap().success(), "{program} fails");
    ran
}

fn request(caller: &str) -> Vec<u8> {
    Channel::new(([127, 0, 0, 1], 1).into(), "x", caller).request().into_bytes()
}

/// Runs it for this caller; gives what it set and what it asked.
fn asked(program: &str, arguments: &[&str], body: &str) -> (Ran, String) {
    let port = Port::new("200 OK", body.to_owned());
    let ran = run(program, arguments, &port.url, &request(EVE));
    (ran, port.asked.join().unwrap())
}

#[test]
fn lookup_asks_who_calls() {
    let contact = r#"{"id":"K-1","name":"Eve \"x\"\r\n${SHELL(id)}","source":"own","alerts":["owes"],
        "facts":{"Contract no.":"0042","paid":true,"deep":{}},"items":[{},{}]}"#;
    let (ran, asked) = asked("lookup", &[], &format!(r#"{{"outcome":"found","contact":{contact}}}"#));
    assert!(asked.starts_with("GET /v1/lookup?number=%2B34600000001 HTTP/1.0\r\n"), "{asked}");
    assert!(asked.contains("Authorization: Bearer stasisd_x\r\n"));
    assert_eq!((ran.get("STASISD_CONTACT"), ran.get("STASISD_CONTACT_ITEMS")), ("found", "2"));
    assert_eq!(ran.get("STASISD_CONTACT_NAME"), "Eve \"x\"  ${SHELL(id)}");
    assert_eq!(ran.get("CALLERID(name)"), "Eve x SHELLid");
    assert_eq!((ran.get("STASISD_FACT_CONTRACT_NO"), ran.get("STASISD_FACT_PAID")), ("0042", "true"));
    assert_eq!((ran.get("STASISD_CONTACT_ALERT"), ran.get("STASISD_ERROR")), ("owes", ""));

    let (ran, _) = self::asked("lookup", &["name=keep"], r#"{"outcome":"none","contact":null}"#);
    assert_eq!((ran.get("STASISD_CONTACT"), ran.has("CALLERID(name)")), ("none", false));
    let (ran, _) = self::asked("lookup", &[], r#"{"outcome":"failed","contact":null}"#);
    assert_eq!((ran.get("STASISD_CONTACT"), ran.get("STASISD_ERROR")), ("", "unavailable"));
    // Nobody is asked who it is that hides.
    let ran = run("lookup", &[], "http://127.0.0.1:1", &request("unknown"));
    assert_eq!((ran.get("STASISD_CONTACT"), ran.get("STASISD_ERROR")), ("none", ""));
}

#[test]
fn route_and_screen_ask_for_the_way() {
    let answer = |target: &str| {
        format!(r#"{{"route":{{"target":{target},"rule":"r-1","reason":"because"}},"list":"vip"}}"#)
    };
    let (ran, asked) = asked("route", &["gateway=north"], &answer(r#"{"kind":"queue","queue":"sales"}"#));
    assert!(asked.starts_with("POST /v1/route HTTP/1.0\r\n"), "{asked}");
    assert!(asked.ends_with(r#"{"from": "+34600000001", "to": "1000", "gateway": "north"}"#), "{asked}");
    assert_eq!((ran.get("STASISD_ROUTE"), ran.get("STASISD_ROUTE_QUEUE")), ("queue", "sales"));
    assert_eq!((ran.get("STASISD_ROUTE_RULE"), ran.get("STASISD_ROUTE_REASON")), ("r-1", "because"));
    let (ran, _) = self::asked("route", &[], &answer(r#"{"kind":"reject","reason":"busy"}"#));
    assert_eq!((ran.get("STASISD_ROUTE"), ran.get("STASISD_ROUTE_CAUSE")), ("reject", "17"));
    let place = r#"{"kind":"extension","context":"c","extension":"100"}"#;
    let (ran, _) = self::asked("route", &[], &answer(place));
    assert_eq!((ran.get("STASISD_ROUTE_CONTEXT"), ran.get("STASISD_ROUTE_EXTENSION")), ("c", "100"));
    let (ran, _) = self::asked("route", &["routed=1"], &answer(place));
    assert_eq!(ran.get("STASISD_ROUTE"), "", "it does not go in a circle");
    let (ran, _) = self::asked("screen", &[], &answer(place));
    assert_eq!((ran.get("STASISD_SCREEN"), ran.get("STASISD_ERROR")), ("vip", ""));
}

#[test]
fn status_ringring_and_note() {
    let orders = r#"{"items":[{"id":"A-1","status":"old","facts":{},"expires_at":"2001-01-01T00:00:00Z"},
        {"id":"A-2","status":"on_the_way","facts":{"title":"the shoes"},"expires_at":null}]}"#;
    let (ran, asked) = asked("status", &[], orders);
    assert!(asked.starts_with("GET /v1/orders?limit=200&phone=%2B34600000001 "), "{asked}");
    assert_eq!((ran.get("STASISD_ORDERS"), ran.get("STASISD_ORDER_STATUS")), ("1", "on_the_way"));
    assert_eq!(ran.get("STASISD_ORDER_TITLE"), "the shoes");
    let (ran, asked) = self::asked("ringring", &["1 01&x"], r#"{"result":"ok"}"#);
    assert!(asked.starts_with("POST /api/info/ringring "), "{asked}");
    assert!(asked.ends_with("ext=1%2001%26x&phone=%2B34600000001"), "{asked}");
    assert_eq!(ran.set, [("STASISD_ERROR".to_owned(), String::new())]);
    let words = ["category=taxi|late", "It was \"late\""];
    let (ran, asked) = self::asked("note", &words, r#"{"id":"n-1"}"#);
    let body: serde_json::Value = serde_json::from_str(asked.lines().last().unwrap()).unwrap();
    assert_eq!((&body["text"], &body["person"]), (&"It was \"late\"".into(), &"dialplan".into()));
    assert_eq!(body["categories"], serde_json::json!(["taxi", "late"]));
    assert_eq!((ran.get("STASISD_NOTE"), ran.get("STASISD_ERROR")), ("n-1", ""));
    for program in ["ringring", "note"] {
        let ran = run(program, &[], "http://127.0.0.1:1", &request(EVE));
        assert_eq!(ran.get("STASISD_ERROR"), "argument", "{program}");
    }
}

/// However the control port fails, each program sets what it always sets, empty, and a word.
#[test]
fn a_control_port_that_fails_in_any_way() {
    type Failing = Box<dyn Fn() -> Port>;
    let fails: [(&str, Failing); 7] = [
        ("unavailable", Box::new(|| Port::new("503 Service Unavailable", "{}".to_owned()))),
        ("unavailable", Box::new(|| Port::new("401 Unauthorized", "{}".to_owned()))),
        ("argument", Box::new(|| Port::new("422 Unprocessable Content", "{}".to_owned()))),
        ("unavailable", Box::new(|| Port::new("200 OK", "<html>".to_owned()))),
        ("unavailable", Box::new(|| Port::new("200 OK", "[]".to_owned()))),
        ("unavailable", Box::new(|| Port::new("200 OK", "x".repeat(3 << 20)))),
        ("unavailable", Box::new(|| Port::with(drop))),
    ];
    for (word, port) in fails {
        for program in ["lookup", "route", "screen", "status"] {
            let port = port();
            let ran = run(program, &[], &port.url, &request(EVE));
            assert_eq!(ran.get("STASISD_ERROR"), word, "{program}");
            assert!(
                ran.set
                    .iter()
                    .all(|(name, value)| name == "STASISD_ERROR" || ["", "none"].contains(&value.as_str()))
            );
        }
    }
    let ran = run("lookup", &[], "http://127.0.0.1:1", &request(EVE));
    assert_eq!(ran.get("STASISD_ERROR"), "down");
    let ran = run("lookup", &[], "nonsense", &request(EVE));
    assert_eq!(ran.get("STASISD_ERROR"), "unavailable");
}

#[test]
fn a_control_port_that_never_answers_is_left_within_a_second() {
    let (end, wait) = std::sync::mpsc::channel::<()>();
    let port = Port::with(move |stream| {
        let _ = wait.recv();
        drop(stream);
    });
    let ran = run("lookup", &[], &port.url, &request(EVE));
    assert_eq!((ran.get("STASISD_CONTACT"), ran.get("STASISD_ERROR")), ("", "timeout"));
    drop(end);
}

#[test]
fn what_is_no_request_ends_them_kindly() {
    let many: String = (0..10_000).map(|n| format!("agi_x{n}: y\n")).collect();
    let endless = format!("agi_request: {}", "x".repeat(100_000));
    for input in [many.as_bytes(), endless.as_bytes(), b"agi_callerid: 1\n\xff\xfe\n", b""] {
        let port = "http://127.0.0.1:1";
        let folder_end = [input, b""].concat();
        let ran = run_closed("screen", port, &folder_end);
        assert!(ran.set.is_empty() || ran.get("STASISD_ERROR") == "request", "{ran:?}");
    }
}

/// As [`run`], for an Asterisk that is gone after its input.
fn run_closed(program: &str, url: &str, input: &[u8]) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let settings = folder.path().join("agi.conf");
    std::fs::write(&settings, format!("url = {url}\n")).unwrap();
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("agi-scripts").join(program);
    let mut command = Command::new(path);
    command.env("STASISD_AGI_CONF", &settings).env("PYTHONDONTWRITEBYTECODE", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let mut ran = Ran::default();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let words = words(line);
        ran.set.push((words[2].clone(), words[3].clone()));
    }
    ran
}
