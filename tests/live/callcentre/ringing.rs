//! Who calls is on the event stream while it rings: out of our own contacts, a file, and a PBX's own word.

use std::{process::Command, time::Duration};

use serde_json::{Value, json};
use tokio::{sync::mpsc::UnboundedReceiver, time::timeout};

use crate::{
    orders::{Site, run},
    support::{api::Sent, sipp::Caller},
};

/// The next ringing call on the stream.
async fn rings(events: &mut UnboundedReceiver<Sent>) -> Sent {
    let found = timeout(Duration::from_secs(20), async {
        loop {
            let sent = events.recv().await.expect("the stream goes on");
            if sent.kind == "call.ringing" {
                return sent;
            }
        }
    });
    found.await.expect("call.ringing comes")
}

/// When something happened, as its event says.
fn at(event: &Value) -> jiff::Timestamp {
    event["at"].as_str().and_then(|at| at.parse().ok()).expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn who_calls_is_told_while_it_rings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("customers.csv");
    std::fs::write(&file, "no,name,phone\n9,Berta,+34600000002\n").unwrap();
    let more = format!(
        "[[lookup.sources]]\nname = \"own\"\nkind = \"own\"\n[[lookup.sources]]\nname = \"file\"\nkind = \"csv\"\n\
         file = \"{}\"\n[lookup.sources.fields]\nid = \"no\"\nname = [\"name\"]\nnumbers = [\"phone\"]\n\
         [[lookup.sources]]\nname = \"broken\"\nkind = \"http\"\nurl = \"http://127.0.0.1:9/\"\n",
        file.display()
    );
    let site = Site::start("ringing", &more).await;
    let api = site.api();
    let anna = json!({"name": "Anna Pons", "numbers": ["+34600000001"], "alerts": ["unpaid"],
        "items": [{"kind": "order", "id": "A-1", "label": "Taxi"}]});
    api.put("/v1/contacts/C-1", &anna).await;
    let mut events = api.follow(1);
    let call = async |number: &str, name: &str| {
        let caller = Caller::new(&site.rig, "alice").number(number).display(name).wait_ms(500).hang_up();
        let called = run(caller);
        assert_eq!(called.status(), Some(200), "{}", site.daemon.log());
    };

    call("+34600000001", "Eve ${SHELL(touch /tmp/x)}").await;
    let told = rings(&mut events).await;
    let data = &told.data["data"];
    assert_eq!(
        (&data["outcome"], &data["contact"]["name"]),
        (&json!("found"), &json!("Anna Pons")),
        "{data}"
    );
    assert_eq!((&data["contact"]["alerts"], &data["contact"]["source"]), (&json!(["unpaid"]), &json!("own")));
    assert_eq!(data["former_calls"], json!([]));
    let id = told.data["call"].as_str().expect("our call").to_owned();
    let record = api.get(&format!("/v1/calls/{id}")).await;
    let timeline = record["timeline"].as_array().expect("a timeline").clone();
    let started = timeline.iter().find(|event| event["kind"] == "call.started").expect("it started");
    let ms = at(&told.data).duration_since(at(started)).as_millis();
    println!("call.ringing is told {ms} ms after call.started");

    call("+34600000002", "").await;
    let data = rings(&mut events).await.data["data"].clone();
    assert_eq!((&data["contact"]["id"], &data["contact"]["source"]), (&json!("9"), &json!("file")), "{data}");

    // The source that is down is told, and the call went on all the same.
    call("+34600000003", "").await;
    let data = rings(&mut events).await.data["data"].clone();
    assert_eq!((&data["outcome"], &data["contact"]), (&json!("failed"), &Value::Null), "{data}");
    assert_eq!(data["sources"][2]["source"], "broken");

    call("+34600000001", "").await;
    let data = rings(&mut events).await.data["data"].clone();
    assert_eq!(data["former_calls"][0]["call"], json!(id), "{data}");
}

/// The line of the README of Tomàtic, as it stands, with our address and token as `$BASEURL`.
#[tokio::test(flavor = "multi_thread")]
async fn the_request_of_another_pbx_is_understood() {
    let site = Site::start("ringring", "").await;
    let api = site.api();
    api.put("/v1/contacts/C-1", &json!({"name": "Anna Pons", "numbers": ["555441234"]})).await;
    let mut events = api.follow(1);
    let base = site.daemon.base.replace("http://", &format!("http://{}@", site.daemon.token()));
    let line =
        "curl --max-time 1 -X POST  $BASEURL/api/info/ringring --data ext=101 --data phone=555441234 || true";
    let said = Command::new("sh").args(["-c", line]).env("BASEURL", base).output().unwrap();
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    assert_eq!(said.trim(), r#"{"result":"ok"}"#);
    let told = rings(&mut events).await;
    let data = &told.data["data"];
    assert_eq!(
        (&data["extension"], &data["contact"]["name"]),
        (&json!("101"), &json!("Anna Pons")),
        "{data}"
    );
    assert_eq!((&data["via"], &told.data["call"]), (&json!("ringring"), &Value::Null));
}
