//! Feeds of absences that behave in every way they should not: what they said last holds, and nobody waits.

use std::fs;

use stasisd::{
    config::{AbsenceFeedConfig, Config, FeedFormat},
    feed::Feed,
    model::{Person, PersonId},
    people::{AbsenceFeeds, FeedState, People},
    storage::AbsenceQuery,
    web::Web,
};
use tokio_util::sync::CancellationToken;

use crate::{
    base::House,
    endpoint::{Answer, Endpoint, response},
    temp::TempDir,
    wait::eventually,
};

const TABLE: &str =
    "who,from,to,reason\nanna@example.com,2026-12-01,2026-12-05,Ski\nzoe@example.com,2026-12-01,,x\n";
const CALENDAR: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:20261225\r\n\
    SUMMARY:Nadal\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

fn csv(url: &str) -> AbsenceFeedConfig {
    AbsenceFeedConfig {
        url: Some(url.into()),
        token: Some("s3cret".into()),
        timeout_ms: 1000,
        ..AbsenceFeedConfig::of("leave", FeedFormat::Csv)
    }
}

async fn people(house: &House) -> People {
    let people = People::new(house.store.clone(), Feed::new());
    let anna = Person {
        email: Some("anna@example.com".to_owned()),
        ..Person::new(PersonId::parse("anna").expect("an id"))
    };
    people.put(vec![anna]).await.expect("stored");
    people
}

fn feeds(people: &People, all: Vec<AbsenceFeedConfig>) -> AbsenceFeeds {
    let mut config = Config::defaults().expect("defaults");
    config.absences.feeds = all;
    AbsenceFeeds::new(people.clone(), Web::new().expect("a client"), &config)
}

/// Runs the feeds until one has settled, well or not; how it stands then.
async fn settled(feeds: &AbsenceFeeds, name: &str) -> FeedState {
    let stop = CancellationToken::new();
    let running = tokio::spawn({
        let (feeds, stop) = (feeds.clone(), stop.clone());
        async move { feeds.run(stop).await }
    });
    let is_settled = |state: &FeedState| state.read_at.is_some() || state.problem.is_some();
    let state =
        eventually(|| async { feeds.states().remove(name).expect("it is one of them") }, is_settled).await;
    stop.cancel();
    running.await.expect("it ends");
    state
}

async fn reasons(house: &House) -> Vec<String> {
    let all = house.store.all_absences(&AbsenceQuery::default()).await.expect("read");
    let mut reasons: Vec<String> = all.into_iter().map(|absence| absence.reason).collect();
    reasons.sort();
    reasons
}

#[tokio::test]
async fn a_table_and_a_calendar_are_read_and_kept_while_they_fail() {
    let house = House::with_source(String::new()).await;
    let people = people(&house).await;
    let good = Endpoint::start([response("200 OK", TABLE)]).await;
    let folder = TempDir::new("feeds");
    let file = folder.path().join("holidays.ics");
    fs::write(&file, CALENDAR).expect("written");
    let calendar = AbsenceFeedConfig {
        file: Some(file),
        who: Some("everybody".to_owned()),
        ..AbsenceFeedConfig::of("holidays", FeedFormat::Ics)
    };
    let both = feeds(&people, vec![csv(&good.url()), calendar.clone()]);
    let state = settled(&both, "leave").await;
    assert_eq!((state.absences, state.problem), (1, None));
    assert_eq!(state.left_out, [r#"line 3: nobody here is "zoe@example.com""#]);
    assert!(good.requests()[0].to_lowercase().contains("authorization: bearer s3cret"));
    settled(&both, "holidays").await;
    assert_eq!(reasons(&house).await, ["Nadal", "Ski"]);

    let never = Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nwho,".to_vec());
    let endless = Answer::Endless(b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'a'; 65536]);
    for (answer, words) in [
        (response("500 Oh", TABLE), "500"),
        (response("302 Found", TABLE), "302"),
        (response("200 OK", "<html>"), "no column"),
        (never, "within"),
        (endless, "too large"),
        (
            Answer::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n\xff\xff\xff\xff\xff".to_vec()),
            "UTF-8",
        ),
        (response("200 OK", "who,from\n\"anna"), "1 of its 1 rows"),
        (
            response("200 OK", "who,from\nanna@example.com,1/12/26\nzoe@example.com,5/12/26\n"),
            "2 of its 2 rows",
        ),
        (
            response("200 OK", "who,from\nanna@example.com,2026-12-01\nzoe@example.com,5/12/26\nx,6/12/26\n"),
            "2 of its 3 rows",
        ),
        // A table in which nobody is away is a good one: this one comes last.
        (response("200 OK", "who,from\n"), ""),
    ] {
        let bad = Endpoint::start([answer]).await;
        let state = settled(&feeds(&people, vec![csv(&bad.url()), calendar.clone()]), "leave").await;
        let problem = state.problem.unwrap_or_else(|| format!("{:?}", state.left_out));
        assert!(problem.contains(words), "{words}: {problem}");
        if !words.is_empty() {
            assert_eq!(reasons(&house).await, ["Nadal", "Ski"], "{words}");
        }
    }
    assert_eq!(reasons(&house).await, ["Nadal"], "nobody is away");
}

#[tokio::test]
async fn a_feed_that_suddenly_names_strangers_alone_is_not_believed() {
    let house = House::with_source(String::new()).await;
    let people = people(&house).await;
    let read = async |rows: &str| {
        let server = Endpoint::start([response("200 OK", &format!("who,from,to,reason\n{rows}"))]).await;
        settled(&feeds(&people, vec![csv(&server.url())]), "leave").await.problem
    };
    // The house's own table: nobody of the team is away, then one is.
    assert_eq!(read("zoe@example.com,2099-12-01,,x\n").await, None);
    assert_eq!(read("zoe@example.com,2099-12-01,,x\nanna@example.com,2099-12-01,,Ski\n").await, None);
    let problem =
        read("zoe@new.example.com,2099-12-01,,x\nanna@new.example.com,2099-12-01,,Ski\n").await.unwrap();
    assert!(problem.contains("about anybody here") && problem.contains("line 2"), "{problem}");
    assert_eq!(reasons(&house).await, ["Ski"]);
    assert_eq!(read("anna@example.com,2001-12-01,,Old\n").await, None);
    assert_eq!(read("zoe@example.com,2099-12-01,,x\n").await, None, "nothing is to come");
    assert_eq!(reasons(&house).await, [] as [&str; 0]);
}

#[tokio::test]
async fn a_feed_that_is_taken_out_takes_its_absences_with_it() {
    let house = House::with_source(String::new()).await;
    let people = people(&house).await;
    let good = Endpoint::start([response("200 OK", TABLE)]).await;
    settled(&feeds(&people, vec![csv(&good.url())]), "leave").await;
    assert_eq!(reasons(&house).await, ["Ski"]);
    let none = feeds(&people, Vec::new());
    none.run(CancellationToken::new()).await;
    assert_eq!(reasons(&house).await, [] as [&str; 0]);
    // A server that is away is told with its address left out of the words that others see.
    let probed = feeds(&people, vec![csv("http://user:pass@127.0.0.1:1/x")]).probe().await;
    let why = probed[0].1.as_ref().unwrap_err();
    assert!(!why.contains("pass"), "{why}");
}
