//! Who calls, out of sources that behave in every way they should not: the next one is asked, and nobody waits.

use std::time::Duration;

use indexmap::IndexMap;
use jiff::Timestamp;
use serde_json::json;
use sqlx::Connection;
use stasisd::{
    config::{ContactFieldsConfig, LookupConfig, LookupSourceConfig, SourceKind},
    directory::{
        Contacts,
        contacts::{Found, SourceOutcome},
    },
    feed::Feed,
    model::{Contact, NoticeKind, PhoneNumber},
};
use tokio::time::timeout;

use crate::{
    base::{House, caller},
    endpoint::{Answer, Endpoint, response},
    temp::TempDir,
    wait::eventually,
};

const ANNA: &str = r#"{"id": "7", "name": "Anna", "facts": {"City": "Girona"}}"#;

fn source(name: &str, kind: SourceKind) -> LookupSourceConfig {
    LookupSourceConfig { timeout_ms: 2_000, breaker_failures: 3, ..LookupSourceConfig::of(name, kind) }
}

fn http(name: &str, endpoint: &Endpoint) -> LookupSourceConfig {
    LookupSourceConfig { url: Some(endpoint.url().as_str().into()), ..source(name, SourceKind::Http) }
}

fn config(sources: Vec<LookupSourceConfig>) -> LookupConfig {
    LookupConfig { combine: false, ringing: true, former_calls: 5, sources }
}

fn contacts(house: &House, config: &LookupConfig) -> Contacts {
    Contacts::new(house.store.clone(), config, "ES".parse().ok()).expect("contacts")
}

async fn own(house: &House, id: &str, name: &str) {
    let contact = Contact {
        id: id.to_owned(),
        name: name.to_owned(),
        numbers: vec![caller()],
        source: "own".to_owned(),
        ..Contact::default()
    };
    house.store.put_contacts(&[contact], Timestamp::UNIX_EPOCH).await.expect("stored");
}

async fn find(contacts: &Contacts) -> Found {
    timeout(Duration::from_secs(20), contacts.find(&caller())).await.expect("a lookup ends by itself")
}

fn said(found: &Found) -> Vec<String> {
    found.sources.iter().map(|s| format!("{} {}", s.source, s.outcome.as_str())).collect()
}

#[tokio::test]
async fn the_first_that_knows_the_number_wins() {
    let crm = Endpoint::start([response("200 OK", ANNA)]).await;
    let house = House::with_source(String::new()).await;
    let contacts = contacts(&house, &config(vec![source("own", SourceKind::Own), http("crm", &crm)]));
    let found = find(&contacts).await;
    assert_eq!(said(&found), ["own none", "crm found"]);
    assert_eq!(found.contact().map(|c| (c.name.as_str(), c.source.as_str())), Some(("Anna", "crm")));
    assert!(
        crm.requests()[0].starts_with("GET /orders?shop=1&phone=%2B34600000001 "),
        "{:?}",
        crm.requests()
    );
    // From the cache.
    assert_eq!(find(&contacts).await.contacts, found.contacts);
    assert_eq!(crm.requests().len(), 1);
    own(&house, "1", "Ours").await;
    let found = find(&contacts).await;
    assert_eq!((said(&found), found.contacts[0].name.as_str()), (vec!["own found".to_owned()], "Ours"));
}

#[tokio::test]
async fn combined_they_make_one_contact() {
    let crm = Endpoint::start([response("200 OK", ANNA)]).await;
    let house = House::with_source(String::new()).await;
    own(&house, "1", "Ours").await;
    let mut config = config(vec![source("own", SourceKind::Own), http("crm", &crm)]);
    config.combine = true;
    let found = find(&contacts(&house, &config)).await;
    let contact = found.contact().expect("found");
    assert_eq!((contact.name.as_str(), &contact.facts["City"]), ("Ours", &json!("Girona")));
    assert_eq!((contact.source.as_str(), found.contacts.len()), ("own+crm", 1));
}

/// What a source that answers so is said to have done; and that the next one is asked all the same.
async fn complaint(answer: Answer, timeout_ms: u64) -> String {
    let crm = Endpoint::start([answer]).await;
    let house = House::with_source(String::new()).await;
    let mut bad = http("crm", &crm);
    bad.timeout_ms = timeout_ms;
    let contacts = contacts(&house, &config(vec![bad, source("own", SourceKind::Own)]));
    let found = find(&contacts).await;
    assert_eq!(
        (said(&found).as_slice(), found.outcome()),
        (["crm failed".to_owned(), "own none".to_owned()].as_slice(), SourceOutcome::Failed)
    );
    own(&house, "1", "Ours").await;
    assert_eq!(find(&contacts).await.outcome(), SourceOutcome::Found);
    found.sources[0].detail.clone().expect("why")
}

#[tokio::test]
async fn a_source_that_hangs_lies_or_is_broken_is_told_in_its_words() {
    assert!(complaint(Answer::Hang(Vec::new()), 100).await.contains("no answer in time"));
    assert!(
        complaint(Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()), 100)
            .await
            .contains("in time")
    );
    assert!(
        complaint(response("200 OK", "<html><body>Maintenance</body></html>"), 5_000)
            .await
            .contains("something else")
    );
    assert!(
        complaint(response("200 OK", r#"{"id": [], "name": {}}"#), 5_000).await.contains("something else")
    );
    assert!(complaint(response("200 OK", r#"{"name": "Anna"}"#), 5_000).await.contains("id"));
    assert!(complaint(response("500 Oops", "{}"), 5_000).await.contains("500"));
    assert!(complaint(response("302 Found", "{}"), 5_000).await.contains("302"));
    assert!(complaint(Answer::Bytes(Vec::new()), 5_000).await.contains("no connection"));
    let large = format!(r#"[{{"id": "A", "name": "{}"}}]"#, "x".repeat(10 << 20));
    assert!(complaint(response("200 OK", &large), 10_000).await.contains("more than"));
    let endless = Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n[".to_vec(), vec![b' '; 65_536]);
    assert!(complaint(endless, 10_000).await.contains("more than"));
}

#[tokio::test]
async fn it_is_left_alone_after_failures() {
    let crm = Endpoint::start([response("500 Oops", "")]).await;
    let house = House::with_source(String::new()).await;
    let contacts = contacts(&house, &config(vec![http("crm", &crm)]));
    for _ in 0..5 {
        assert_eq!(find(&contacts).await.outcome(), SourceOutcome::Failed);
    }
    assert_eq!(crm.requests().len(), 3);
    assert!(find(&contacts).await.failures().contains("failed too often"));
}

#[tokio::test]
async fn who_is_not_there_is_nobody() {
    let crm =
        Endpoint::start([response("404 Not Found", "no such customer"), response("200 OK", "null")]).await;
    let house = House::with_source(String::new()).await;
    let mut far = http("crm", &crm);
    far.cache_secs = 0;
    let contacts = contacts(&house, &config(vec![far]));
    assert_eq!(find(&contacts).await.outcome(), SourceOutcome::None);
    assert_eq!(find(&contacts).await.outcome(), SourceOutcome::None);
    for withheld in ["", "anonymous", "${SHELL(x)}", "500&PJSIP/x"] {
        let found = contacts.find_text(withheld).await;
        assert_eq!((found.outcome(), found.sources.len()), (SourceOutcome::None, 0), "{withheld}");
    }
    assert_eq!(crm.requests().len(), 2);
}

#[tokio::test]
async fn evil_names_are_text() {
    let evil = r#"{"id": "1", "name": "Eve \"E\"\r\nX: y ${SHELL(reboot)}", "alerts": ["a\nb"], "numbers": ["rubbish"]}"#;
    let crm = Endpoint::start([response("200 OK", evil)]).await;
    let house = House::with_source(String::new()).await;
    let found = find(&contacts(&house, &config(vec![http("crm", &crm)]))).await;
    let eve = found.contact().expect("found");
    assert_eq!((eve.name.as_str(), eve.alerts[0].as_str()), ("Eve \"E\" X: y ${SHELL(reboot)}", "a b"));
    assert_eq!(eve.caller_id_name().as_deref(), Some("Eve E X: y SHELLreboot"));
    assert_eq!(eve.numbers, [caller()]);
}

fn columns() -> ContactFieldsConfig {
    ContactFieldsConfig {
        id: Some("no".to_owned()),
        name: vec!["name".to_owned()],
        numbers: vec!["phone".to_owned()],
        facts: IndexMap::from([("City".to_owned(), "city".to_owned())]),
        ..ContactFieldsConfig::default()
    }
}

#[tokio::test]
async fn a_file_is_read_again_and_a_broken_one_changes_nothing() {
    let folder = TempDir::new("csv");
    let path = folder.path().join("customers.csv");
    std::fs::write(&path, "no,name,phone,city\n7,Anna,600000001,Girona\n").expect("written");
    let house = House::with_source(String::new()).await;
    let mut csv = source("file", SourceKind::Csv);
    csv.file = Some(path.clone());
    csv.fields = Some(columns());
    let contacts = contacts(&house, &config(vec![csv]));
    assert_eq!(find(&contacts).await.contacts[0].name, "Anna");
    assert_eq!(contacts.search(Some("city"), "gir").await.contacts[0].id, "7");
    assert_eq!(contacts.search(Some("name"), "gir").await.contacts.len(), 0);
    std::fs::write(&path, "no,name,phone,city\n7,Anna,600000001,Girona\n8,\"broken\n").expect("written");
    eventually(async || contacts.probe().await[0].1.is_err(), |yes| *yes).await;
    let told = contacts.probe().await.remove(0).1.expect_err("broken").to_string();
    assert!(told.contains("still holds"), "{told}");
    assert_eq!(find(&contacts).await.contacts[0].name, "Anna");
    std::fs::write(&path, "no,name,phone,city\n7,Berta,600000001,Salt\n").expect("written");
    eventually(async || find(&contacts).await.contacts[0].name == "Berta", |yes| *yes).await;
    std::fs::remove_file(&path).expect("removed");
    eventually(async || contacts.probe().await[0].1.is_err(), |yes| *yes).await;
    assert_eq!(find(&contacts).await.contacts[0].name, "Berta");
}

#[tokio::test]
async fn a_file_that_was_never_there_is_an_error_of_its_source() {
    let house = House::with_source(String::new()).await;
    let mut csv = source("file", SourceKind::Csv);
    csv.file = Some("/nowhere/customers.csv".into());
    csv.fields = Some(columns());
    let found = find(&contacts(&house, &config(vec![csv, source("own", SourceKind::Own)]))).await;
    assert_eq!(said(&found), ["file failed", "own none"]);
    assert!(found.failures().contains("/nowhere/customers.csv"), "{}", found.failures());
}

#[tokio::test]
async fn a_query_in_a_database_of_theirs() {
    let folder = TempDir::new("sql");
    let url = format!("sqlite://{}/crm.db", folder.path().display());
    let options: sqlx::sqlite::SqliteConnectOptions = url.parse().expect("a url");
    let mut crm =
        sqlx::SqliteConnection::connect_with(&options.create_if_missing(true)).await.expect("opens");
    let sql = "CREATE TABLE c (no INTEGER, name TEXT, phone TEXT, city TEXT);
        INSERT INTO c VALUES (7, 'Anna', '600000001', 'Girona')";
    sqlx::raw_sql(sql).execute(&mut crm).await.expect("filled");
    let house = House::with_source(String::new()).await;
    let sql = LookupSourceConfig {
        url: Some(url.as_str().into()),
        query: Some("SELECT * FROM c WHERE phone = $1".to_owned()),
        number_form: stasisd::config::NumberForm::National,
        search: IndexMap::from([("city".to_owned(), "SELECT * FROM c WHERE city LIKE $1 || '%'".to_owned())]),
        fields: Some(columns()),
        ..source("crm", SourceKind::Sql)
    };
    let contacts = contacts(&house, &config(vec![sql.clone()]));
    let found = find(&contacts).await;
    let anna = found.contact().expect("found");
    assert_eq!((anna.id.as_str(), anna.name.as_str(), &anna.facts["City"]), ("7", "Anna", &json!("Girona")));
    assert_eq!(contacts.search(Some("city"), "Gir").await.contacts.len(), 1);
    assert_eq!(contacts.search(Some("colour"), "Gir").await.sources.len(), 0);
    let broken = LookupSourceConfig { query: Some("SELECT * FROM d WHERE phone = $1".to_owned()), ..sql };
    let found = find(&self::contacts(&house, &config(vec![broken]))).await;
    assert!(found.failures().contains("no such table: d"), "{}", found.failures());
}

#[tokio::test]
async fn a_ringing_call_is_told_with_its_contact() {
    let house = House::with_source(String::new()).await;
    own(&house, "1", "Anna").await;
    let contacts = contacts(&house, &config(vec![source("own", SourceKind::Own)]));
    let feed = Feed::new();
    let mut notices = feed.watch();
    let ringing = stasisd::directory::contacts::Ringing {
        caller: Some("600 00 00 01".to_owned()),
        extension: Some("101".to_owned()),
        ..Default::default()
    };
    contacts.announce(&feed, ringing).await;
    let notice = notices.recv().await.expect("a notice");
    assert_eq!((notice.kind, notice.kind.as_str()), (NoticeKind::CallRinging, "call.ringing"));
    let data = &notice.data;
    assert_eq!((&data["outcome"], &data["contact"]["name"]), (&json!("found"), &json!("Anna")));
    assert_eq!((&data["extension"], &data["via"]), (&json!("101"), &json!("stasis")));
    assert_eq!(data["sources"][0]["source"], "own");
    contacts.announce(&feed, Default::default()).await;
    let notice = notices.recv().await.expect("a notice");
    assert_eq!((&notice.data["outcome"], &notice.data["contact"]), (&json!("none"), &json!(null)));
}

#[test]
fn numbers_of_tests_are_numbers() {
    assert_eq!(PhoneNumber::parse("600000001", "ES".parse().ok()), Ok(caller()));
}
